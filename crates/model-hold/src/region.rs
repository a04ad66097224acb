use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// A range of addresses in which a page may go missing, on the list that the signal handler reads.
#[derive(Debug)]
pub(crate) struct Region {
    slot: &'static Slot,
}

/// A place on the list. Slots are never freed, only used again, so there are as many as there ever were
/// mappings at one time, and a signal handler can walk the list at any moment without a lock.
#[derive(Debug)]
pub(crate) struct Slot {
    taken: AtomicBool,
    /// Odd while the range is being changed.
    version: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    lost: AtomicBool,
    next: OnceLock<&'static Self>,
}

static FIRST: Slot = Slot::new();

impl Slot {
    const fn new() -> Self {
        Self {
            taken: AtomicBool::new(false),
            version: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            lost: AtomicBool::new(false),
            next: OnceLock::new(),
        }
    }

    /// Finds a slot that nobody uses, or adds one.
    fn take() -> &'static Self {
        let mut slot = &FIRST;
        loop {
            if !slot.taken.swap(true, SeqCst) {
                return slot;
            }
            slot = slot.next.get_or_init(|| Box::leak(Box::new(Self::new())));
        }
    }

    fn set(&self, start: usize, end: usize) {
        self.version.fetch_add(1, SeqCst);
        self.start.store(start, SeqCst);
        self.end.store(end, SeqCst);
        self.lost.store(false, SeqCst);
        self.version.fetch_add(1, SeqCst);
    }

    /// Returns the range, or `None` while it is being changed. The range of a mapping that somebody is
    /// reading from is not being changed.
    fn range(&self) -> Option<std::ops::Range<usize>> {
        let version = self.version.load(SeqCst);
        let range = self.start.load(SeqCst)..self.end.load(SeqCst);
        let steady = version.is_multiple_of(2) && self.version.load(SeqCst) == version;
        steady.then_some(range)
    }

    /// Notes that a page of the region is gone.
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "only the handler of Unix loses pages")
    )]
    pub(crate) fn lose(&self) {
        self.lost.store(true, SeqCst);
    }
}

/// Finds the region that an address lies in, and where it ends. Safe in a signal handler: atomic loads only.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "only the handler of Unix looks regions up")
)]
pub(crate) fn find(address: usize) -> Option<(&'static Slot, usize)> {
    let mut next = Some(&FIRST);
    while let Some(slot) = next {
        if let Some(range) = slot.range()
            && range.contains(&address)
        {
            return Some((slot, range.end));
        }
        next = slot.next.get().copied();
    }
    None
}

impl Region {
    /// Puts the addresses of a mapping on the list.
    pub(crate) fn watch(mapping: &[u8]) -> Self {
        let slot = Slot::take();
        let start = mapping.as_ptr().addr();
        slot.set(start, start.saturating_add(mapping.len()));
        Self { slot }
    }

    /// Says whether a page of it went missing.
    pub(crate) fn is_lost(&self) -> bool {
        self.slot.lost.load(SeqCst)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        self.slot.set(0, 0);
        self.slot.taken.store(false, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::{Region, find};

    #[test]
    fn an_address_is_found_while_its_region_is_watched() {
        let bytes = [[0_u8; 64]; 3];
        let regions: Vec<_> = bytes.iter().map(|bytes| Region::watch(bytes)).collect();
        let end = bytes[2].as_ptr().addr() + 64;
        assert!(find(end - 1).is_some_and(|(_, to)| to == end));
        find(end - 1).unwrap().0.lose();
        assert!(regions[2].is_lost() && !regions[1].is_lost());
        drop(regions);
        assert!(find(end - 1).is_none());
    }

    #[test]
    fn threads_do_not_share_a_slot() {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let bytes = vec![0_u8; 100];
                        let region = Region::watch(&bytes);
                        let start = bytes.as_ptr().addr();
                        assert_eq!(find(start).map(|(_, end)| end), Some(start + 100));
                        find(start).unwrap().0.lose();
                        assert!(region.is_lost());
                    }
                });
            }
        });
    }
}
