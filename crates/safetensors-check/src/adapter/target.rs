use std::collections::BTreeSet;

use super::pattern::Pattern;

/// Components of a module's name that are looked at. Real ones have about ten.
const COMPONENTS: usize = 64;

/// Which modules a configuration names.
#[derive(Clone, Debug)]
pub(super) enum Targets {
    /// It leaves that to the loader, which knows a default for each kind of model.
    Default,
    /// Ends of names, dot and all.
    Ends(BTreeSet<String>),
    /// Whole names.
    Matching(Pattern),
    /// An expression that we do not understand.
    Unknown,
}

impl Targets {
    pub(super) fn of_pattern(text: &str) -> Self {
        match text {
            "all-linear" => Self::Default,
            _ => Pattern::read(text).map_or(Self::Unknown, Self::Matching),
        }
    }

    /// Says whether a module is among them; `None` if that cannot be told.
    pub(super) fn has(&self, module: &str) -> Option<bool> {
        match self {
            Self::Default => Some(true),
            Self::Ends(ends) => Some(ends_of(module).any(|end| ends.contains(end))),
            Self::Matching(pattern) => pattern.matches(module),
            Self::Unknown => None,
        }
    }
}

/// Returns a name and what is left of it behind each of its dots.
pub(super) fn ends_of(name: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(name);
    std::iter::from_fn(move || {
        let end = next?;
        next = end.split_once('.').map(|(_, behind)| behind);
        Some(end)
    })
    .take(COMPONENTS)
}

/// Says whether one of the modules, or something in it, is called so.
pub(super) fn is_within(modules: &BTreeSet<String>, name: &str) -> bool {
    ends_of(name).any(|end| {
        let mut next = Some(end);
        std::iter::from_fn(|| {
            let start = next?;
            next = start.rsplit_once('.').map(|(before, _)| before);
            Some(start)
        })
        .take(COMPONENTS)
        .any(|start| modules.contains(start))
    })
}

#[cfg(test)]
mod tests {
    use super::{Targets, is_within};

    #[test]
    fn lists_name_the_ends_of_modules() {
        let ends = ["q_proj", "mlp.up"].map(str::to_owned);
        let targets = Targets::Ends(ends.into_iter().collect());
        for (module, wanted) in [
            ("model.layers.0.q_proj", true),
            ("q_proj", true),
            ("layers.0.mlp.up", true),
            ("layers.0.my_q_proj", false),
            ("q_proj.inner", false),
            ("up", false),
        ] {
            assert_eq!(targets.has(module), Some(wanted), "{module}");
        }
        assert_eq!(Targets::of_pattern("all-linear").has("x"), Some(true));
        assert_eq!(Targets::of_pattern("(?!x).*").has("x"), None);
    }

    #[test]
    fn what_is_in_a_module_is_within_it() {
        let modules = ["classifier", "head.out"].map(str::to_owned);
        let modules = modules.into_iter().collect();
        for (name, wanted) in [
            ("classifier.weight", true),
            ("model.classifier.dense.weight", true),
            ("head.out.bias", true),
            ("head.in.bias", false),
            ("classifiers.weight", false),
        ] {
            assert_eq!(is_within(&modules, name), wanted, "{name}");
        }
    }
}
