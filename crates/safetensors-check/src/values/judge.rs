//! What is suspicious in the values of a tensor.

use std::ops::Range;

use findings::{Rule, Severity, escape_shortened};

use super::encoding::Encoding;
use super::statistics::Statistics;
use crate::suspicions::Suspicions;

pub(crate) const NOT_FINITE: Rule = Rule::new(
    "STF053/not-finite",
    Severity::Medium,
    "A tensor holds NaN or infinity",
);
pub(crate) const SUBNORMAL_VALUES: Rule = Rule::new(
    "STF054/subnormal-values",
    Severity::Medium,
    "Most elements of a tensor are too small to be weights",
);
pub(crate) const CONSTANT_TENSOR: Rule = Rule::new(
    "STF055/constant-tensor",
    Severity::Medium,
    "All elements of a tensor are the same",
);
pub(crate) const NOT_BOOLEAN: Rule = Rule::new(
    "STF056/not-boolean",
    Severity::Medium,
    "A tensor of type BOOL holds bytes that are neither 0 nor 1",
);

/// Elements from which a matrix is large enough that it was learned, and is not a constant of the program.
const LARGE: u64 = 64;

/// Elements from which it is worth a word that they are all the same.
const SEVERAL: u64 = 16;

/// How many elements of a whole file are what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shares {
    /// Elements that are not zero, of the types with a wide exponent.
    wide: u64,
    /// Those of them that are subnormal.
    subnormal: u64,
}

impl Shares {
    pub(super) const fn add(&mut self, encoding: Encoding, found: &Statistics) {
        if encoding.has_wide_exponent() {
            let others = found.elements.saturating_sub(found.zeros);
            self.wide = self.wide.saturating_add(others);
            self.subnormal = self.subnormal.saturating_add(found.subnormal);
        }
    }

    /// Says whether most of the file is subnormal. Layers that training never reaches decay to such numbers, in honest
    /// files up to a third of all; what hides in their bits, or was read with the wrong type, is more.
    const fn are_subnormal(self) -> bool {
        self.subnormal.saturating_mul(2) > self.wide
    }
}

/// A tensor to be judged.
#[derive(Clone, Debug)]
pub(super) struct Judged<'a> {
    pub(super) name: &'a str,
    pub(super) dtype: &'a str,
    pub(super) shape: &'a [u64],
    pub(super) encoding: Encoding,
    pub(super) range: Range<u64>,
}

pub(super) fn judge(tensor: &Judged<'_>, found: &Statistics, shares: Shares, all: &mut Suspicions) {
    not_finite(tensor, found, all);
    subnormal(tensor, found, shares, all);
    if found.not_boolean > 0 {
        all.say(&NOT_BOOLEAN, Severity::Medium, tensor.range.clone(), || {
            format!(
                "tensor `{}` holds {} bytes that are neither 0 nor 1 among its {}",
                tensor.shown(),
                found.not_boolean,
                tensor.of(found)
            )
        });
    }
    constant(tensor, found, all);
}

fn not_finite(tensor: &Judged<'_>, found: &Statistics, all: &mut Suspicions) {
    if found.nan == 0 && found.infinite == 0 {
        return;
    }
    // Masks of attention are kept with the weights: minus infinity, or nothing; in a table of embeddings it masks the
    // entries that are not used.
    let severity = if found.nan > 0 || found.infinite > found.negative_infinite {
        Severity::Medium
    } else if found.infinite.saturating_add(found.zeros) == found.elements {
        Severity::Info
    } else {
        Severity::Low
    };
    all.say(&NOT_FINITE, severity, tensor.range.clone(), || {
        let what = match (found.nan, found.infinite) {
            (nan, 0) => format!("{nan} NaN"),
            (0, infinite) => format!("{infinite} infinite ones"),
            (nan, infinite) => format!("{nan} NaN and {infinite} infinite ones"),
        };
        format!(
            "tensor `{}` holds {what} among its {}",
            tensor.shown(),
            tensor.of(found)
        )
    });
}

/// Compares how many elements are subnormal with how many are not zero.
fn subnormal(tensor: &Judged<'_>, found: &Statistics, shares: Shares, all: &mut Suspicions) {
    if found.subnormal == 0 || !tensor.encoding.has_wide_exponent() {
        return;
    }
    let others = found.elements.saturating_sub(found.zeros);
    let severity = if found.subnormal.saturating_mul(100) <= others {
        return;
    } else if found.subnormal.saturating_mul(2) > others && shares.are_subnormal() {
        Severity::Medium
    } else {
        Severity::Low
    };
    all.say(&SUBNORMAL_VALUES, severity, tensor.range.clone(), || {
        format!(
            "tensor `{}` holds {} subnormal ones among its {others} elements of type {} that are not zero",
            tensor.shown(),
            found.subnormal,
            tensor.dtype
        )
    });
}

/// Looks at tensors whose elements are all the same. What begins as zeros or ones, adapters, norms, biases, gates, may
/// be kept before it was trained.
fn constant(tensor: &Judged<'_>, found: &Statistics, all: &mut Suspicions) {
    let Some(value) = found.constant_value else {
        return;
    };
    if found.elements < SEVERAL || !is_weight(tensor.encoding) || !value.is_finite() {
        return;
    }
    let is_matrix = tensor.shape.iter().filter(|side| **side > 1).count() > 1;
    // The state of an optimizer that nothing moved is an epsilon, not zero.
    let is_start = value.abs() < 1e-6 || value == 1.0;
    let severity = match (is_matrix, is_start) {
        (true, false) if found.elements >= LARGE => Severity::Medium,
        (true, _) => Severity::Low,
        (false, false) => Severity::Info,
        (false, true) => return,
    };
    all.say(&CONSTANT_TENSOR, severity, tensor.range.clone(), || {
        format!(
            "all {} of tensor `{}` are {value}",
            tensor.of(found),
            tensor.shown()
        )
    });
}

impl Judged<'_> {
    fn shown(&self) -> String {
        escape_shortened(self.name, 80)
    }

    fn of(&self, found: &Statistics) -> String {
        format!("{} elements of type {}", found.elements, self.dtype)
    }
}

/// Says whether weights are kept in the type. Integers are indices, counts and masks, which are often constant.
const fn is_weight(encoding: Encoding) -> bool {
    matches!(
        encoding,
        Encoding::Four
            | Encoding::Six(_)
            | Encoding::Eight(_)
            | Encoding::Sixteen(_)
            | Encoding::F32
            | Encoding::F64
            | Encoding::C64
    )
}
