use std::io;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use libc::{c_int, c_void, siginfo_t};

use crate::region;

/// What the handler has to know, written before it is installed.
struct Before {
    /// What was done about SIGBUS until now.
    action: libc::sigaction,
    /// The size of a page in bytes.
    page: usize,
}

static BEFORE: OnceLock<Before> = OnceLock::new();

/// Keeps the process alive when a file is truncated while a [`Mapped`](crate::Mapped) of it is being read.
///
/// A page of a mapping that lies behind the file's end cannot be read: the system sends SIGBUS, which ends
/// the process. This installs a handler, once for the whole process, that puts zeros in the place of such a
/// page and all that follow it in the same mapping and lets the reader go on;
/// [`Mapped::was_truncated`](crate::Mapped::was_truncated) tells of it afterwards. Any other SIGBUS goes to
/// whatever was installed before.
///
/// A library must not do this by itself, so it is for the program to call, at its start. Calling it again
/// does nothing.
///
/// # Errors
/// What the system says about installing the handler.
pub fn guard_truncation() -> io::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        install()?;
        *installed = true;
    }
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "no safe interface installs a handler for a fault"
)]
fn install() -> io::Result<()> {
    // SAFETY: `sysconf` only reads a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let page = usize::try_from(page).map_err(|_| io::Error::last_os_error())?;
    if !page.is_power_of_two() {
        return Err(io::ErrorKind::Unsupported.into());
    }

    // SAFETY: a `sigaction` of zeros is a valid value of it: default action, no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are null or lead to a `sigaction` that outlives the call.
    if unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut action) } != 0 {
        return Err(io::Error::last_os_error());
    }
    BEFORE.get_or_init(|| Before { action, page });

    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_sigbus;
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = address_of(handler);
    // On its own stack where the thread has one, since what was installed before may need that.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: as above; the handler has the signature that SA_SIGINFO asks for and does only what is
    // allowed in a handler.
    if unsafe { libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[expect(
    clippy::as_conversions,
    reason = "a function pointer has no other way to become the integer that `sigaction` holds"
)]
fn address_of(handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void)) -> usize {
    handler as usize
}

/// Repairs the mapping that the fault lies in, or passes the signal on.
///
/// Everything here is allowed in a signal handler: atomic loads and stores, and the system calls `mmap`,
/// `sigaction` and `raise`.
extern "C" fn on_sigbus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    #[expect(unsafe_code, reason = "the kernel hands over a pointer")]
    // SAFETY: with SA_SIGINFO `info` leads to a `siginfo_t` that lives as long as the handler runs, and for
    // SIGBUS it has an address.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr().addr()) };
    // 1 to 3: wrong alignment, no such physical address, error of the object. Not 4 and 5, failures of the
    // memory itself; not 0 and below, sent by a process.
    if (1..=3).contains(&code) && repair(address) {
        return;
    }
    pass_on(code, signal, info, context);
}

fn repair(address: usize) -> bool {
    let (Some(before), Some((slot, end))) = (BEFORE.get(), region::find(address)) else {
        return false;
    };
    let start = address & !before.page.saturating_sub(1);
    #[expect(
        unsafe_code,
        reason = "no safe interface puts one mapping in another's place"
    )]
    // SAFETY: the range begins at a page boundary inside a mapping that `Region::watch` was told of and ends
    // with it. The mapping cannot be unmapped meanwhile, since the thread that faulted is borrowing it. Its
    // pages are only ever read, as plain bytes, for which any value is valid, and stay readable.
    let mapped = unsafe {
        libc::mmap(
            ptr::with_exposed_provenance_mut(start),
            end.saturating_sub(start),
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED,
            -1,
            0,
        )
    };
    if mapped == libc::MAP_FAILED {
        return false;
    }
    slot.lose();
    true
}

#[expect(
    unsafe_code,
    reason = "what was installed before is an address and calling it is up to us"
)]
fn pass_on(code: c_int, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let (handler, flags) = BEFORE.get().map_or((libc::SIG_DFL, 0), |before| {
        (before.action.sa_sigaction, before.action.sa_flags)
    });
    let sent = code <= 0;
    if handler == libc::SIG_DFL || (handler == libc::SIG_IGN && !sent) {
        // A fault cannot be ignored. It happens again on return and then ends the process, as without us.
        // SAFETY: a `sigaction` of zeros is the default action, and it outlives the call.
        unsafe {
            let action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
        if sent {
            // SAFETY: `raise` takes any number. The signal is blocked here and arrives on return.
            unsafe { libc::raise(signal) };
        }
    } else if handler == libc::SIG_IGN {
        // Sent by a process and ignored, as without us.
    } else if flags & libc::SA_SIGINFO != 0 {
        let handler: *const c_void = ptr::with_exposed_provenance(handler);
        // SAFETY: whoever installed it with SA_SIGINFO promised the system this signature, and it gets the
        // arguments that the system gave.
        unsafe {
            let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
                std::mem::transmute(handler);
            handler(signal, info, context);
        }
    } else {
        let handler: *const c_void = ptr::with_exposed_provenance(handler);
        // SAFETY: whoever installed it without SA_SIGINFO promised the system this signature.
        unsafe {
            let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
            handler(signal);
        }
    }
}
