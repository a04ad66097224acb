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
    "All elements of a matrix are the same",
);
pub(crate) const NOT_BOOLEAN: Rule = Rule::new(
    "STF056/not-boolean",
    Severity::Medium,
    "A tensor of type BOOL holds bytes that are neither 0 nor 1",
);

/// Elements from which a matrix is large enough to have been learned.
const LARGE: u64 = 256;

/// A tensor to be judged.
#[derive(Clone, Debug)]
pub(super) struct Judged<'a> {
    pub(super) name: &'a str,
    pub(super) dtype: &'a str,
    pub(super) shape: &'a [u64],
    pub(super) encoding: Encoding,
    pub(super) range: Range<u64>,
}

pub(super) fn judge(tensor: &Judged<'_>, found: &Statistics, all: &mut Suspicions) {
    let name = || escape_shortened(tensor.name, 80);
    let of = || format!("{} elements of type {}", found.elements, tensor.dtype);
    let range = tensor.range.clone();
    if found.nan > 0 || found.infinite > 0 {
        // Masks of attention are kept with the weights: minus infinity, or nothing.
        let mask = found.nan == 0
            && found.infinite == found.negative_infinite
            && found.infinite.saturating_add(found.zeros) == found.elements;
        let severity = if mask {
            Severity::Info
        } else {
            Severity::Medium
        };
        all.say(&NOT_FINITE, severity, range.clone(), || {
            let what = match (found.nan, found.infinite) {
                (nan, 0) => format!("{nan} NaN"),
                (0, infinite) => format!("{infinite} infinite ones"),
                (nan, infinite) => format!("{nan} NaN and {infinite} infinite ones"),
            };
            format!("tensor `{}` holds {what} among its {}", name(), of())
        });
    }
    subnormal(tensor, found, all);
    if found.not_boolean > 0 {
        all.say(&NOT_BOOLEAN, Severity::Medium, range.clone(), || {
            format!(
                "tensor `{}` holds {} bytes that are neither 0 nor 1 among its {}",
                name(),
                found.not_boolean,
                of()
            )
        });
    }
    let sides = tensor.shape.iter().filter(|side| **side > 1).count();
    if found.constant && sides > 1 && found.elements >= LARGE && is_weight(tensor.encoding) {
        all.say(&CONSTANT_TENSOR, Severity::Medium, range, || {
            let what = if found.zeros == 0 { "the same" } else { "zero" };
            format!("all {} of tensor `{}` are {what}", of(), name())
        });
    }
}

/// Compares how many elements are subnormal with how many are not zero.
fn subnormal(tensor: &Judged<'_>, found: &Statistics, all: &mut Suspicions) {
    if found.subnormal == 0 || !tensor.encoding.has_wide_exponent() {
        return;
    }
    let others = found.elements.saturating_sub(found.zeros);
    let severity = if found.subnormal.saturating_mul(2) > others {
        Severity::Medium
    } else if found.subnormal.saturating_mul(100) > others {
        Severity::Low
    } else {
        return;
    };
    all.say(&SUBNORMAL_VALUES, severity, tensor.range.clone(), || {
        format!(
            "tensor `{}` holds {} subnormal ones among its {} elements of type {} that are not zero",
            escape_shortened(tensor.name, 80),
            found.subnormal,
            others,
            tensor.dtype
        )
    });
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
