use std::borrow::Cow;
use std::collections::HashSet;

use super::options::{Optimizer, Options};
use super::{Key, Leaf, Tensor};

/// What a checkpoint that holds more than weights calls them.
const WRAPPERS: &[&str] = &[
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "module",
    "params",
    "params_ema",
    "net",
    "network",
    "weights",
    "generator",
    "g_ema",
];
/// Wrappers inside each other that are looked through.
const WRAPPED: usize = 4;

/// What a tensor that is no part of anything is called.
const ROOT: &str = "<root>";

/// Where a tensor goes, by its path alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Choice {
    /// It is converted under this name.
    Named(String),
    /// It is left out.
    LeftOut(LeftOut),
}

/// Why a tensor that could be converted is left out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeftOut {
    /// It is the state of an optimizer, see [`Options::optimizer`].
    #[error("it is the state of an optimizer")]
    Optimizer,
    /// It lies outside of [`Options::root`].
    #[error("it lies outside of the part that was asked for")]
    OutsideRoot,
    /// It is a buffer that its module does not count to its state.
    #[error("it is a buffer that is not part of the state of its module")]
    TransientBuffer,
}

/// Chooses what is converted, and how it is called.
///
/// Without [`Options::root`] everything is, under its path joined by dots. Where exactly one of the names that
/// checkpoints give to their weights leads to tensors, it is left away, as long as all names stay different.
pub(super) fn choose(tensors: &[Tensor], leaves: &[Leaf], options: &Options) -> Vec<Choice> {
    let optimizers = Optimizers::of(tensors, leaves);
    let choices: Vec<Option<LeftOut>> = tensors
        .iter()
        .map(|tensor| {
            let path = tensor.path.as_slice();
            if options
                .root
                .as_deref()
                .is_some_and(|root| !starts_with(path, root))
            {
                Some(LeftOut::OutsideRoot)
            } else if options.optimizer == Optimizer::LeaveOut && optimizers.hold(path) {
                Some(LeftOut::Optimizer)
            } else if path
                .iter()
                .any(|key| matches!(key, Key::TransientBuffer(_)))
            {
                Some(LeftOut::TransientBuffer)
            } else {
                None
            }
        })
        .collect();
    let taken = || {
        tensors
            .iter()
            .zip(&choices)
            .filter(|(_, choice)| choice.is_none())
            .map(|(tensor, _)| tensor.path.as_slice())
    };
    let root = match &options.root {
        // The last key names a tensor that is asked for itself.
        Some(root) => Root::Asked(root.len()),
        None => wrapper(taken),
    };
    tensors
        .iter()
        .zip(&choices)
        .map(|(tensor, choice)| match choice {
            Some(reason) => Choice::LeftOut(*reason),
            None => Choice::Named(root.name(&tensor.path)),
        })
        .collect()
}

/// What is left away of the names.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Root<'p> {
    /// So many steps of every path.
    Asked(usize),
    /// These steps of the paths that begin with them.
    Wrapper(&'p [Key]),
}

impl Root<'_> {
    fn name(&self, path: &[Key]) -> String {
        let rest = match self {
            Self::Asked(steps) => path.get((*steps).min(path.len().saturating_sub(1))..),
            Self::Wrapper(wrapper) => path.strip_prefix(*wrapper).or(Some(path)),
        };
        joined(rest.unwrap_or_default())
    }
}

/// Finds the one wrapper that holds the weights; an empty one if there is none.
fn wrapper<'p, I: Iterator<Item = &'p [Key]>>(taken: impl Fn() -> I) -> Root<'p> {
    let mut wrapper: &[Key] = &[];
    for _ in 0..WRAPPED {
        let depth = wrapper.len();
        let mut found: Option<&'p [Key]> = None;
        let mut several = false;
        for path in taken().filter(|path| path.starts_with(wrapper)) {
            let is_wrapped = path.len() > depth.saturating_add(1)
                && matches!(path.get(depth), Some(Key::Text(key)) if WRAPPERS.contains(&&**key));
            if is_wrapped {
                let through = path.get(..=depth).unwrap_or_default();
                several |= found.is_some_and(|found| found != through);
                found.get_or_insert(through);
            }
        }
        match found {
            Some(found) if !several => wrapper = found,
            _ => break,
        }
    }
    let root = Root::Wrapper(wrapper);
    let mut names = HashSet::new();
    if taken().all(|path| names.insert(root.name(path))) {
        root
    } else {
        Root::Wrapper(&[])
    }
}

fn starts_with(path: &[Key], root: &[String]) -> bool {
    path.len() >= root.len()
        && path
            .iter()
            .zip(root)
            .all(|(key, text)| key.text() == text.as_str())
}

/// Joins the steps of a path by dots.
fn joined(path: &[Key]) -> String {
    match path {
        [] => ROOT.to_owned(),
        [one] => one.text().into_owned(),
        steps => steps
            .iter()
            .map(Key::text)
            .collect::<Vec<Cow<'_, str>>>()
            .join("."),
    }
}

/// Where the state of optimizers lies.
struct Optimizers<'p> {
    /// Dicts that have `param_groups`, as every state of an optimizer of torch has.
    grouped: HashSet<&'p [Key]>,
}

impl<'p> Optimizers<'p> {
    fn of(tensors: &'p [Tensor], leaves: &'p [Leaf]) -> Self {
        let paths = tensors
            .iter()
            .map(|tensor| tensor.path.as_slice())
            .chain(leaves.iter().map(|leaf| leaf.path.as_slice()));
        let grouped = paths
            .filter_map(|path| {
                let at = path.iter().position(|key| is_text(key, "param_groups"))?;
                path.get(..at)
            })
            .collect();
        Self { grouped }
    }

    fn hold(&self, path: &[Key]) -> bool {
        let is_named = matches!(
            path.first(),
            Some(Key::Text(key) | Key::Attribute(key))
                if key.starts_with("optimizer") || &**key == "optim"
        );
        // A dict of weights may have a key like that as well: the optimizer's is a dict itself.
        (is_named && path.len() > 1)
            || path.iter().enumerate().any(|(at, key)| {
                is_text(key, "state")
                    && path
                        .get(..at)
                        .is_some_and(|dict| self.grouped.contains(dict))
            })
    }
}

fn is_text(key: &Key, text: &str) -> bool {
    matches!(key, Key::Text(key) if &**key == text)
}
