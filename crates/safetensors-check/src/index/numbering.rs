/// A name of the form `PREFIX-NNNNN-of-MMMMM.SUFFIX`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Numbering<'n> {
    pub(super) prefix: &'n str,
    pub(super) number: u64,
    pub(super) of: u64,
    pub(super) suffix: &'n str,
}

impl<'n> Numbering<'n> {
    /// Reads the numbers in a name; none if it has none.
    pub(super) fn of(name: &'n str) -> Option<Self> {
        let (before, behind) = name.rsplit_once("-of-")?;
        let (prefix, number) = match before.rsplit_once('-') {
            Some((prefix, number)) => (prefix, number),
            None => ("", before),
        };
        let digits = behind
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (of, suffix) = behind.split_at_checked(digits)?;
        let whole = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        Some(Self {
            prefix,
            number: whole(number)?,
            of: whole(of)?,
            suffix,
        })
    }

    /// Returns what all names of one set have in common.
    pub(super) const fn set(&self) -> (&'n str, &'n str) {
        (self.prefix, self.suffix)
    }
}

/// Why the numbers of one set are not complete.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gap {
    /// Two names say differently how many there are.
    Totals(u64, u64),
    /// A number is above the total, or comes twice.
    Number(u64),
    /// A number is missing.
    Missing(u64),
}

/// Looks for the first gap in the numbers of one set, which count from 1, or all from 0.
pub(super) fn gap(set: &mut [Numbering<'_>]) -> Option<Gap> {
    set.sort_unstable_by_key(|shard| shard.number);
    let first = set.first()?;
    if let Some(other) = set.iter().find(|shard| shard.of != first.of) {
        return Some(Gap::Totals(first.of, other.of));
    }
    let mut expected = first.number.min(1);
    // The last number; none of a set of no shards.
    let last = match expected {
        0 => first.of.checked_sub(1),
        _ => Some(first.of),
    };
    for shard in set.iter() {
        if shard.number < expected || last.is_none_or(|last| shard.number > last) {
            return Some(Gap::Number(shard.number));
        }
        if shard.number > expected {
            return Some(Gap::Missing(expected));
        }
        expected = expected.saturating_add(1);
    }
    last.is_some_and(|last| expected <= last)
        .then_some(Gap::Missing(expected))
}

#[cfg(test)]
mod tests {
    use super::{Gap, Numbering, gap};

    #[test]
    fn numbers_are_read_from_the_names_that_writers_give() {
        for (name, prefix, number, of, suffix) in [
            (
                "model-00001-of-00030.safetensors",
                "model",
                1,
                30,
                ".safetensors",
            ),
            ("pytorch_model-2-of-3.bin", "pytorch_model", 2, 3, ".bin"),
            (
                "diffusion-model-00001-of-00002.fp16.safetensors",
                "diffusion-model",
                1,
                2,
                ".fp16.safetensors",
            ),
        ] {
            let wanted = Numbering {
                prefix,
                number,
                of,
                suffix,
            };
            assert_eq!(Numbering::of(name), Some(wanted));
        }
        for name in [
            "model.safetensors",
            "a-of-b.safetensors",
            "a-1-of-.bin",
            "a-+1-of-2",
        ] {
            assert_eq!(Numbering::of(name), None, "{name}");
        }
    }

    #[test]
    fn a_set_is_complete_from_one_or_from_zero() {
        let of = |pairs: &[(u64, u64)]| {
            let mut set: Vec<_> = pairs
                .iter()
                .map(|&(number, of)| Numbering {
                    prefix: "model",
                    number,
                    of,
                    suffix: ".safetensors",
                })
                .collect();
            gap(&mut set)
        };
        assert_eq!(of(&[(2, 2), (1, 2)]), None);
        assert_eq!(of(&[(0, 2), (1, 2)]), None);
        assert_eq!(of(&[(1, 1)]), None);
        assert_eq!(of(&[(1, 2)]), Some(Gap::Missing(2)));
        assert_eq!(of(&[(2, 2)]), Some(Gap::Missing(1)));
        assert_eq!(of(&[(1, 3), (3, 3)]), Some(Gap::Missing(2)));
        assert_eq!(of(&[(1, 2), (2, 3)]), Some(Gap::Totals(2, 3)));
        assert_eq!(of(&[(1, 2), (2, 2), (3, 2)]), Some(Gap::Number(3)));
        assert_eq!(of(&[(1, 2), (1, 2)]), Some(Gap::Number(1)));
        assert_eq!(of(&[(0, 0)]), Some(Gap::Number(0)));
        assert_eq!(of(&[(u64::MAX, u64::MAX)]), Some(Gap::Missing(1)));
    }
}
