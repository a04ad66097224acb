//! Two files of the same weights, such as `pytorch_model.bin` and `model.safetensors`, hold the same tensors.
//!
//! Loaders take one of the two, and which one depends on the loader. What was checked in one file is what runs only
//! if the other holds the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use findings::{Finding, Rule, Severity, escape_shortened};

use crate::Listed;
use crate::listing::{is_derived, shown};
use crate::suspicions::Suspicions;

pub(crate) const ABSENT_IN_TWIN: Rule = Rule::new(
    "STF086/absent-in-twin",
    Severity::Medium,
    "A tensor is in only one of two files of the same weights",
);
pub(crate) const DIFFERING_TWIN: Rule = Rule::new(
    "STF087/differing-twin",
    Severity::Medium,
    "A tensor differs between two files of the same weights",
);

/// Characters of a name that a message shows.
const SHOWN: usize = 80;

/// Says where a file and its twin differ. `twin_name` is the name of the twin; `header` is where a finding on a tensor
/// points that the file lacks.
///
/// A name that one of the two lacks counts as there if its bytes are under another name: tied weights are stored once
/// in safetensors files. Buffers that models compute count as there. What is not known of a tensor is not compared.
///
/// ```
/// use safetensors_check::{Listed, twins};
///
/// let file = [Listed::new("a", &[2, 3]).with_dtype("F32")];
/// let twin = [Listed::new("a", &[3, 2]).with_dtype("F32"), Listed::new("b", &[])];
/// let found = twins::compare(&file, &twin, "pytorch_model.bin", 0..8);
/// let messages: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
/// assert_eq!(messages, [
///     "tensor `a` has shape [2, 3] here, and shape [3, 2] in `pytorch_model.bin`",
///     "tensor `b` is in `pytorch_model.bin` and not here",
/// ]);
/// ```
#[must_use]
pub fn compare(
    file: &[Listed<'_>],
    twin: &[Listed<'_>],
    twin_name: &str,
    header: Range<u64>,
) -> Vec<Finding> {
    let mut all = Suspicions::default();
    let twin_name = escape_shortened(twin_name, SHOWN);
    let ours = Names::of(file);
    let theirs = Names::of(twin);
    for (name, tensor) in &ours.by_name {
        let shown_name = || escape_shortened(tensor.name(), SHOWN);
        match theirs.by_name.get(name) {
            Some(other) => {
                if let Some(difference) = difference(tensor, other) {
                    let rule = &DIFFERING_TWIN;
                    all.say(rule, rule.severity, tensor.bytes(), || {
                        let name = shown_name();
                        match difference {
                            Difference::Dtype(ours, theirs) => format!(
                                "tensor `{name}` is {} here, and {} in `{twin_name}`",
                                escape_shortened(ours, SHOWN),
                                escape_shortened(theirs, SHOWN)
                            ),
                            Difference::Shape => format!(
                                "tensor `{name}` has shape {} here, and shape {} in `{twin_name}`",
                                shown(tensor.shape()),
                                shown(other.shape())
                            ),
                            Difference::Bytes => {
                                format!("tensor `{name}` has other elements in `{twin_name}`")
                            }
                        }
                    });
                }
            }
            None if ours.is_there(tensor, &theirs) => {}
            None => {
                let rule = &ABSENT_IN_TWIN;
                all.say(rule, rule.severity, tensor.bytes(), || {
                    format!("tensor `{}` is not in `{twin_name}`", shown_name())
                });
            }
        }
    }
    for (name, tensor) in &theirs.by_name {
        if ours.by_name.contains_key(name) || theirs.is_there(tensor, &ours) {
            continue;
        }
        let rule = &ABSENT_IN_TWIN;
        all.say(rule, rule.severity, header.clone(), || {
            let name = escape_shortened(tensor.name(), SHOWN);
            format!("tensor `{name}` is in `{twin_name}` and not here")
        });
    }
    all.finish()
}

/// The tensors of one file by the names that they have in common with the other.
struct Names<'l, 't> {
    by_name: BTreeMap<Cow<'t, str>, &'l Listed<'t>>,
    by_storage: BTreeMap<u64, Vec<Cow<'t, str>>>,
    by_digest: BTreeMap<&'l [u8], Vec<Cow<'t, str>>>,
}

/// Names of tensors with the same bytes that are tried. Tied weights have two or three.
const TIES: usize = 64;

impl<'l, 't> Names<'l, 't> {
    fn of(tensors: &'l [Listed<'t>]) -> Self {
        let mut names = Self {
            by_name: BTreeMap::new(),
            by_storage: BTreeMap::new(),
            by_digest: BTreeMap::new(),
        };
        for tensor in tensors {
            let name = renamed(tensor.name());
            if let Some(storage) = tensor.storage() {
                let same = names.by_storage.entry(storage).or_default();
                if same.len() < TIES {
                    same.push(name.clone());
                }
            } else if let Some(digest) = tensor.digest() {
                let same = names.by_digest.entry(digest.bytes()).or_default();
                if same.len() < TIES {
                    same.push(name.clone());
                }
            }
            names.by_name.insert(name, tensor);
        }
        names
    }

    /// Says whether a tensor that only this file names is in the other one nevertheless: as a buffer that is
    /// computed, or under another name that has its bytes here.
    fn is_there(&self, tensor: &Listed<'_>, other: &Self) -> bool {
        if is_derived(tensor.name()) {
            return true;
        }
        let same = match (tensor.storage(), tensor.digest()) {
            (Some(storage), _) => self.by_storage.get(&storage),
            (None, Some(digest)) => self.by_digest.get(digest.bytes()),
            (None, None) => None,
        };
        same.into_iter().flatten().any(|name| {
            let here = self.by_name.get(name);
            here.is_some_and(|here| here.shape() == tensor.shape())
                && other.by_name.contains_key(name)
        })
    }
}

enum Difference<'t> {
    Dtype(&'t str, &'t str),
    Shape,
    Bytes,
}

fn difference<'t>(ours: &Listed<'t>, theirs: &Listed<'t>) -> Option<Difference<'t>> {
    if let (Some(ours), Some(theirs)) = (ours.dtype(), theirs.dtype())
        && ours != theirs
    {
        return Some(Difference::Dtype(ours, theirs));
    }
    if ours.shape() != theirs.shape() {
        return Some(Difference::Shape);
    }
    let digests = ours.digest().zip(theirs.digest())?;
    let differ = digests.0.algorithm() == digests.1.algorithm() && digests.0 != digests.1;
    differ.then_some(Difference::Bytes)
}

/// Returns the name that newer versions of libraries give to what older ones called otherwise.
fn renamed(name: &str) -> Cow<'_, str> {
    const NEWER: [(&str, &str); 4] = [
        (".gamma", ".weight"),
        (".beta", ".bias"),
        (".parametrizations.weight.original0", ".weight_g"),
        (".parametrizations.weight.original1", ".weight_v"),
    ];
    for (old, new) in NEWER {
        if let Some(stem) = name.strip_suffix(old) {
            return format!("{stem}{new}").into();
        }
    }
    name.into()
}
