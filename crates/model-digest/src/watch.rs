use std::sync::atomic::{AtomicBool, Ordering};

/// Sees how far hashing has come, and may stop it.
///
/// Both methods are called from several threads, some thousand times a second, between two pieces of work:
/// they must not block. The unit `()` watches nothing and never stops; an [`AtomicBool`] stops once it is
/// true; a `(W, V)` is both.
pub trait Watch: Sync {
    /// Is told that so many more bytes were hashed. A byte counts once, however many algorithms it went
    /// through. If no job fails, the numbers add up to the bytes of all jobs.
    fn advanced(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Says whether to stop. Once it was true, hashing ends soon with [`Cancelled`].
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Watch for () {}

impl Watch for AtomicBool {
    fn is_cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

impl<W: Watch + ?Sized> Watch for &W {
    fn advanced(&self, bytes: u64) {
        (**self).advanced(bytes);
    }

    fn is_cancelled(&self) -> bool {
        (**self).is_cancelled()
    }
}

impl<W: Watch, V: Watch> Watch for (W, V) {
    fn advanced(&self, bytes: u64) {
        self.0.advanced(bytes);
        self.1.advanced(bytes);
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled() || self.1.is_cancelled()
    }
}

/// The [`Watch`] stopped the hashing. There are no digests, not even of what was done before.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("hashing was cancelled")]
#[non_exhaustive]
pub struct Cancelled;
