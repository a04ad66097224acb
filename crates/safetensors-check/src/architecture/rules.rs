use findings::{Rule, Severity};

use Severity::Medium;

pub(crate) const MISSING_WEIGHT: Rule = Rule::new(
    "STF083/missing-weight",
    Medium,
    "A model lacks a tensor that its configuration promises",
);
pub(crate) const UNEXPECTED_WEIGHT: Rule = Rule::new(
    "STF084/unexpected-weight",
    Medium,
    "A model has a tensor for which its architecture has no place",
);
pub(crate) const WRONG_WEIGHT_SHAPE: Rule = Rule::new(
    "STF085/wrong-weight-shape",
    Medium,
    "A tensor of a model has another shape than its configuration promises",
);
