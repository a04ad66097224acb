use std::cmp::Ordering;
use std::ops::Range;

/// How the resources of a manifest are sorted. The root digest depends on it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Order {
    /// By the code points of the whole name, the range of a shard included: `a-b`, `a.c`, `a/d`, and
    /// `w:100000:200000` before `w:20000:30000`. Section 5.2.1 of the specification, and its Go implementation.
    #[default]
    Specification,
    /// By the components of the path, then by the numbers of the range: `a/d`, `a-b`, `a.c`. Python's
    /// `model-signing`.
    Python,
}

impl Order {
    /// Compares two names of files, or of shards.
    pub(super) fn compare(self, a: &Key<'_>, b: &Key<'_>) -> Ordering {
        match self {
            Self::Specification => a.name.cmp(b.name),
            Self::Python => (a.path.split('/'))
                .cmp(b.path.split('/'))
                .then_with(|| a.range.start.cmp(&b.range.start))
                .then_with(|| a.range.end.cmp(&b.range.end)),
        }
    }
}

/// What resources are sorted by.
#[derive(Debug)]
pub(super) struct Key<'a> {
    /// The whole name.
    pub(super) name: &'a str,
    /// The name of the file.
    pub(super) path: &'a str,
    /// The bytes of the file; all zero for a whole file.
    pub(super) range: Range<u64>,
}

#[cfg(test)]
mod tests {
    use super::{Key, Order};
    use crate::oms::shard;

    fn sorted(order: Order, names: &[&'static str]) -> Vec<&'static str> {
        let mut names = names.to_vec();
        names.sort_by(|a, b| {
            let key = |name: &'static str| match shard::split(name) {
                Some((path, range)) => Key { name, path, range },
                None => Key {
                    name,
                    path: name,
                    range: 0..0,
                },
            };
            order.compare(&key(a), &key(b))
        });
        names
    }

    #[test]
    fn the_two_orders_differ() {
        let names = ["a.txt", "a/x", "a-b/y", "a+b/z"];
        assert_eq!(
            sorted(Order::Specification, &names),
            ["a+b/z", "a-b/y", "a.txt", "a/x"]
        );
        assert_eq!(
            sorted(Order::Python, &names),
            ["a/x", "a+b/z", "a-b/y", "a.txt"]
        );
        let shards = ["w:0:20000", "w:20000:40000", "w:100000:120000"];
        assert_eq!(sorted(Order::Python, &shards), shards);
        assert_eq!(
            sorted(Order::Specification, &shards),
            ["w:0:20000", "w:100000:120000", "w:20000:40000"]
        );
    }
}
