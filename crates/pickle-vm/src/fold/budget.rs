use core::mem::size_of;

use crate::constant::Const;

/// The deepest nesting of a constant that is read or made.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many bytes one step looks at.
const STRIDE: usize = 32;

/// What the folder may still produce and look at.
///
/// The defaults are far above what an honest stream computes while it loads (a few hundred bytes)
/// and keep the folder under a second on any input.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    /// Bytes that may still be produced; default 16 MiB.
    pub(crate) bytes: usize,
    /// Steps that may still be taken, a step being a value or 32 bytes of text; default 1 million.
    pub(crate) steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            steps: 1_000_000,
        }
    }
}

impl Budget {
    /// Charges for `count` bytes about to be made.
    pub(super) fn make(&mut self, count: usize) -> Option<()> {
        self.step(1)?;
        self.bytes = self.bytes.checked_sub(count)?;
        Some(())
    }

    /// Charges for `count` steps.
    pub(super) fn step(&mut self, count: usize) -> Option<()> {
        self.steps = self.steps.checked_sub(count)?;
        Some(())
    }

    /// Charges for `count` bytes about to be read.
    pub(super) fn look(&mut self, count: usize) -> Option<()> {
        self.step(count.div_ceil(STRIDE).saturating_add(1))
    }

    /// Charges for room for `count` values.
    pub(super) fn values(&mut self, count: usize) -> Option<()> {
        self.step(count)?;
        self.make(count.checked_mul(size_of::<Const>())?)
    }

    /// Clones a value and charges for the whole of it.
    pub(crate) fn copy(&mut self, value: &Const) -> Option<Const> {
        self.weigh(value, 0)?;
        Some(value.clone())
    }

    /// Charges for a copy of `value`, which must not be nested deeper than [`MAX_DEPTH`].
    pub(super) fn weigh(&mut self, value: &Const, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.values(1)?;
        let depth = depth.saturating_add(1);
        match value {
            Const::None | Const::Bool(_) | Const::Int(_) | Const::Float(_) => Some(()),
            Const::Str(data) | Const::Bytes(data) | Const::ByteArray(data) => self.make(data.len()),
            Const::Module(name) | Const::Name(name) => self.make(name.len()),
            Const::Tuple(items)
            | Const::List(items)
            | Const::Iterator(items)
            | Const::Set(items)
            | Const::FrozenSet(items)
            | Const::ItemGetter(items) => self.weigh_all(items, depth),
            Const::Dict(pairs) => {
                for (key, item) in pairs {
                    self.weigh(key, depth)?;
                    self.weigh(item, depth)?;
                }
                Some(())
            }
            Const::Slice(parts) => self.weigh_all(parts.as_slice(), depth),
            Const::Method(object, name) => {
                self.make(name.len())?;
                self.weigh(object, depth)
            }
            Const::Partial(function, arguments) => {
                self.weigh(function, depth)?;
                self.weigh_all(arguments, depth)
            }
            Const::AttrGetter(names) => {
                for name in names {
                    self.make(name.len())?;
                }
                Some(())
            }
            Const::MethodCaller(name, arguments) => {
                self.make(name.len())?;
                self.weigh_all(arguments, depth)
            }
        }
    }

    fn weigh_all(&mut self, values: &[Const], depth: usize) -> Option<()> {
        values.iter().try_for_each(|value| self.weigh(value, depth))
    }

    /// Whether a constant is nested at most [`MAX_DEPTH`] levels deep; charges a step per value.
    pub(super) fn admits(&mut self, value: &Const) -> Option<()> {
        self.measure(value, 0)
    }

    fn measure(&mut self, value: &Const, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.step(1)?;
        let depth = depth.saturating_add(1);
        match value {
            Const::Tuple(items)
            | Const::List(items)
            | Const::Iterator(items)
            | Const::Set(items)
            | Const::FrozenSet(items)
            | Const::ItemGetter(items)
            | Const::MethodCaller(_, items) => self.measure_all(items, depth),
            Const::Dict(pairs) => {
                for (key, item) in pairs {
                    self.measure(key, depth)?;
                    self.measure(item, depth)?;
                }
                Some(())
            }
            Const::Slice(parts) => self.measure_all(parts.as_slice(), depth),
            Const::Method(object, _) => self.measure(object, depth),
            Const::Partial(function, arguments) => {
                self.measure(function, depth)?;
                self.measure_all(arguments, depth)
            }
            Const::None
            | Const::Bool(_)
            | Const::Int(_)
            | Const::Float(_)
            | Const::Str(_)
            | Const::Bytes(_)
            | Const::ByteArray(_)
            | Const::Module(_)
            | Const::Name(_)
            | Const::AttrGetter(_) => Some(()),
        }
    }

    fn measure_all(&mut self, values: &[Const], depth: usize) -> Option<()> {
        values
            .iter()
            .try_for_each(|value| self.measure(value, depth))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn a_deep_constant_is_refused() {
        let mut value = Const::None;
        for _ in 0..MAX_DEPTH {
            value = Const::Tuple(vec![value]);
        }
        assert!(Budget::default().admits(&value).is_some());
        let value = Const::Tuple(vec![value]);
        assert!(Budget::default().admits(&value).is_none());
        assert!(Budget::default().copy(&value).is_none());
    }

    #[test]
    fn copies_are_paid_for() {
        let mut budget = Budget::default();
        let text = Const::Str(vec![b'a'; 10 << 20]);
        assert!(budget.copy(&text).is_some());
        assert!(budget.copy(&text).is_none());
    }
}
