use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::value::Value;

/// The dense part has at most twice as many slots as there are entries, and so many more.
const SLACK: u64 = 1024;

/// The memo: values by index, dense where indexes follow each other, sparse where they jump, so that one
/// huge index costs one entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memo {
    dense: Vec<Value>,
    sparse: BTreeMap<u64, Value>,
    count: u64,
}

impl Memo {
    #[inline]
    pub(crate) fn get(&self, index: u64) -> Option<Value> {
        let dense = usize::try_from(index)
            .ok()
            .and_then(|index| self.dense.get(index))
            .copied()
            .filter(|value| !value.is_absent());
        match dense {
            Some(value) => Some(value),
            None => self.sparse.get(&index).copied(),
        }
    }

    #[inline]
    pub(crate) fn put(&mut self, index: u64, value: Value) {
        if index == self.dense_len() {
            // An index that lay too far ahead may have gone to the sparse part before.
            let sparse = !self.sparse.is_empty() && self.sparse.remove(&index).is_some();
            self.dense.push(value);
            if !sparse {
                self.count = self.count.saturating_add(1);
            }
            return;
        }
        self.put_elsewhere(index, value);
    }

    fn dense_len(&self) -> u64 {
        u64::try_from(self.dense.len()).unwrap_or(u64::MAX)
    }

    #[cold]
    fn put_elsewhere(&mut self, index: u64, value: Value) {
        let reach = self.count.saturating_mul(2).saturating_add(SLACK);
        let near = Some(index)
            .filter(|&index| index < self.dense_len() || index < reach)
            .filter(|index| !self.sparse.contains_key(index))
            .and_then(|index| usize::try_from(index).ok());
        let before = match near {
            Some(index) => {
                if self.dense.len() <= index {
                    self.dense.resize(index.saturating_add(1), Value::ABSENT);
                }
                self.dense
                    .get_mut(index)
                    .map(|slot| core::mem::replace(slot, value))
                    .filter(|before| !before.is_absent())
            }
            None => self.sparse.insert(index, value),
        };
        if before.is_none() {
            self.count = self.count.saturating_add(1);
        }
    }

    /// Stores under the count of entries, as MEMOIZE does.
    #[inline]
    pub(crate) fn push(&mut self, value: Value) {
        self.put(self.count, value);
    }

    /// How many entries there are.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn bytes(&self) -> usize {
        self.dense
            .len()
            .saturating_mul(size_of::<Value>())
            .saturating_add(self.sparse.len().saturating_mul(48))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.dense.iter_mut().chain(self.sparse.values_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::Memo;
    use crate::value::Value;

    #[test]
    fn memoize_stores_under_the_count_not_behind_the_highest_index() {
        let mut memo = Memo::default();
        memo.put(u64::from(u32::MAX), Value::NONE);
        memo.push(Value::TRUE);
        assert_eq!(memo.get(1), Some(Value::TRUE));
        assert_eq!(memo.get(0), None);
        assert_eq!(memo.get(u64::from(u32::MAX)), Some(Value::NONE));
        assert!(memo.bytes() < 4096, "a huge index costs one entry");
    }

    #[test]
    fn jumping_ahead_again_and_again_does_not_grow_the_dense_part() {
        let mut memo = Memo::default();
        for step in 1..10_000 {
            memo.put(step * 1000, Value::NONE);
        }
        assert!(memo.bytes() < 1 << 20);
    }

    #[test]
    fn an_entry_that_is_stored_twice_counts_once() {
        let mut memo = Memo::default();
        for index in [5, 5, 0, 0, 2000, 2000] {
            memo.put(index, Value::NONE);
        }
        memo.push(Value::TRUE);
        assert_eq!(memo.get(3), Some(Value::TRUE));
    }

    #[test]
    fn an_index_that_was_far_ahead_once_is_found_when_the_dense_part_reaches_it() {
        let mut memo = Memo::default();
        memo.put(1500, Value::TRUE);
        for index in 0..1500 {
            memo.put(index, Value::NONE);
        }
        assert_eq!(memo.get(1500), Some(Value::TRUE));
        memo.put(1500, Value::FALSE);
        assert_eq!(memo.get(1500), Some(Value::FALSE));
        memo.push(Value::UNKNOWN);
        assert_eq!(memo.get(1501), Some(Value::UNKNOWN));
    }
}
