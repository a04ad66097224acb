use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use findings::{Finding, Severity, escape_shortened};

use super::rules;
use super::template::Template;
use crate::Listed;
use crate::listing::{is_derived, shown};
use crate::suspicions::Suspicions;

/// Characters of a name that a message shows.
const SHOWN: usize = 80;

/// Holds tensors against a template.
pub(super) fn check(
    template: &Template,
    tensors: &[Listed<'_>],
    header: Range<u64>,
) -> Vec<Finding> {
    let names: BTreeMap<Cow<'_, str>, &Listed<'_>> = tensors
        .iter()
        .map(|tensor| (renamed(tensor.name()), tensor))
        .collect();
    let Some(prefix) = prefix(template, &names) else {
        return Vec::new();
    };
    let mut all = Suspicions::default();
    for (name, expected) in &template.body {
        let name = format!("{prefix}{name}");
        match names.get(&*name) {
            Some(tensor) => shape(tensor, &expected.shape, &mut all),
            None if expected.is_optional => {}
            None => missing(&name, header.clone(), &mut all),
        }
    }
    if let Some((name, expected)) = &template.head {
        match names.get(*name) {
            Some(tensor) => shape(tensor, expected, &mut all),
            // A file of the body alone is that of another class, and honest.
            None if prefix.is_empty() => {}
            None => missing(name, header, &mut all),
        }
    }
    for (name, tensor) in &names {
        unexpected(template, prefix, name, tensor, &mut all);
    }
    all.finish()
}

/// Chooses what stands before the names: what most of them are found with. None if fewer than half of them are
/// found at all, since then the names are another library's.
fn prefix(
    template: &Template,
    names: &BTreeMap<Cow<'_, str>, &Listed<'_>>,
) -> Option<&'static str> {
    let found = |prefix: &str| {
        let body = template.body.keys();
        body.filter(|name| names.contains_key(&*format!("{prefix}{name}")))
            .count()
    };
    let counted = template
        .prefixes
        .iter()
        .map(|prefix| (found(prefix), *prefix));
    // The first of equals is the most usual.
    let (found, prefix) = counted.reduce(|best, next| match next.0 > best.0 {
        true => next,
        false => best,
    })?;
    let wanted = template.body.len().div_ceil(2);
    (found >= wanted).then_some(prefix)
}

fn shape(tensor: &Listed<'_>, expected: &[u64], all: &mut Suspicions) {
    if tensor.shape() == expected {
        return;
    }
    let rule = &rules::WRONG_WEIGHT_SHAPE;
    all.say(rule, rule.severity, tensor.bytes(), || {
        let name = escape_shortened(tensor.name(), SHOWN);
        let (found, expected) = (shown(tensor.shape()), shown(expected));
        format!("tensor `{name}` has shape {found}, expected {expected}")
    });
}

fn missing(name: &str, header: Range<u64>, all: &mut Suspicions) {
    let rule = &rules::MISSING_WEIGHT;
    all.say(rule, rule.severity, header, || {
        format!("tensor `{}` is missing", escape_shortened(name, SHOWN))
    });
}

/// What models put beside their body: heads for tasks, and what trainers add.
const BESIDE: [&str; 14] = [
    "lm_head.",
    "score.",
    "classifier.",
    "qa_outputs.",
    "cls.",
    "decoder.",
    "pooler.",
    "v_head.",
    "multiple_choice_head.",
    "summary.",
    "logits.",
    "linear.",
    "dense.",
    "dropout.",
];

/// A tensor that the template does not have: in a layer or in a named body it has no place, beside the body it may
/// be a head of a kind that we do not know.
fn unexpected(
    template: &Template,
    prefix: &str,
    name: &str,
    tensor: &Listed<'_>,
    all: &mut Suspicions,
) {
    let rule = &rules::UNEXPECTED_WEIGHT;
    let in_body = name.strip_prefix(prefix);
    if in_body.is_some_and(|name| template.body.contains_key(name)) || is_derived(name) {
        return;
    }
    let is_named = |name: &str| BESIDE.iter().any(|head| name.starts_with(head));
    let severity = match in_body {
        Some(name) if name.starts_with(template.layers) => rule.severity,
        Some(name) if is_named(name) => return,
        Some(_) if !prefix.is_empty() => rule.severity,
        _ if is_named(name) => return,
        _ => Severity::Low,
    };
    // An embedding of distances belongs to a variant of bert's attention.
    if name.ends_with(".distance_embedding.weight") {
        return;
    }
    all.say(rule, severity, tensor.bytes(), || {
        let name = escape_shortened(tensor.name(), SHOWN);
        format!("tensor `{name}` has no place in the architecture")
    });
}

/// Returns the name that newer versions of the library give to the parts of a norm.
fn renamed(name: &str) -> Cow<'_, str> {
    let stem = |old: &str| name.strip_suffix(old);
    if let Some(stem) = stem("LayerNorm.gamma") {
        format!("{stem}LayerNorm.weight").into()
    } else if let Some(stem) = stem("LayerNorm.beta") {
        format!("{stem}LayerNorm.bias").into()
    } else {
        name.into()
    }
}
