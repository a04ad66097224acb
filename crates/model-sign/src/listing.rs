/// The first of many things, and how many there are in all.
///
/// What a stranger can make as long as he likes is kept up to a ceiling and counted beyond.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listing<T> {
    kept: Vec<T>,
    total: u64,
    most: usize,
}

impl<T> Listing<T> {
    /// Keeps at most so many.
    #[must_use]
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            kept: Vec::new(),
            total: 0,
            most,
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        self.total = self.total.saturating_add(1);
        if self.kept.len() < self.most {
            self.kept.push(item);
        }
    }

    /// Returns those that were kept.
    #[must_use]
    pub fn kept(&self) -> &[T] {
        &self.kept
    }

    /// Returns how many there are, those included that were not kept.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Says whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(crate) fn sort_by(&mut self, compare: impl FnMut(&T, &T) -> std::cmp::Ordering) {
        self.kept.sort_by(compare);
    }
}
