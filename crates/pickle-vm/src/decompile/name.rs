use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::cmp::Ordering;

use hashbrown::HashMap;

/// Words that Python 3.11 reserves.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Names that the source itself uses, or that mean something to whoever runs it.
const RESERVED: [&str; 36] = [
    "AttributeError",
    "NameError",
    "RuntimeError",
    "_add",
    "_array",
    "_buffer",
    "_build",
    "_extend",
    "_extension",
    "_find",
    "_instantiate",
    "_persistent",
    "_read_only",
    "__builtins__",
    "__debug__",
    "__doc__",
    "__file__",
    "__import__",
    "__loader__",
    "__name__",
    "__package__",
    "__path__",
    "__spec__",
    "bytearray",
    "float",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "memoryview",
    "result",
    "set",
    "stack",
];
/// More of them, types that the preamble asks for.
const RESERVED_TYPES: [&str; 4] = ["setattr", "str", "tuple", "type"];

/// Longest name that stands as an identifier, in bytes; longer ones are looked up by a call.
const LONGEST: usize = 200;

/// The mapping of Python 2's names that CPython's unpicklers apply below protocol 3: sorted lines of old
/// module, old name or `*`, new module, new name or `*`.
const PYTHON_2: &str = include_str!("../../data/python2.list");

/// Says whether a text is a Python identifier, of ASCII only, and no keyword.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    let starts = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts
        && text.len() <= LONGEST
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.contains(&text)
}

/// Says whether a text is identifiers joined by dots.
pub(super) fn is_dotted(text: &str) -> bool {
    text.len() <= LONGEST && text.split('.').all(is_identifier)
}

/// What a name of Python 2 is called now, where CPython maps it.
pub(super) fn python_3<'n>(module: &'n str, name: &'n str) -> Option<(&'n str, &'n str)> {
    if let Some((to_module, to_name)) = line(module, name) {
        return Some((to_module, to_name));
    }
    line(module, "*").map(|(to_module, _)| (to_module, name))
}

fn line(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let (mut low, mut high) = (0, PYTHON_2.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = PYTHON_2
            .get(..middle)?
            .rfind('\n')
            .map_or(0, |at| at.saturating_add(1));
        let text = PYTHON_2.get(start..)?.lines().next()?;
        let mut fields = text.split('\t');
        let key = (fields.next()?, fields.next()?);
        match key.cmp(&(module, name)) {
            Ordering::Equal => return Some((fields.next()?, fields.next()?)),
            Ordering::Less => low = start.saturating_add(text.len()).saturating_add(1),
            Ordering::Greater => high = start,
        }
    }
    None
}

/// The names that imports are given.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// How many imports bear each name, numbered ones included.
    taken: HashMap<String, u32>,
}

impl Names {
    /// Finds a name for an import that no other statement uses: its own where that is free.
    pub(super) fn free(&mut self, module: &str, name: &str) -> String {
        let own = if module == "builtins" {
            !name.starts_with("__")
        } else {
            !is_reserved(name)
        };
        if !self.taken.contains_key(name) && own && !is_variable(name) {
            self.taken.insert(name.to_owned(), 1);
            return name.to_owned();
        }
        loop {
            let count = self.taken.entry(name.to_owned()).or_insert(1);
            *count = count.saturating_add(1);
            let numbered = format!("{name}_{count}");
            if !self.taken.contains_key(&numbered) && !is_reserved(&numbered) {
                self.taken.insert(numbered.clone(), 1);
                return numbered;
            }
        }
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_TYPES.contains(&name)
}

/// Says whether a name could be that of a value: `v17`.
fn is_variable(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{Names, PYTHON_2, is_dotted, is_identifier, python_3};

    #[test]
    fn keywords_and_odd_names_are_no_identifiers() {
        assert!(is_identifier("_codecs") && is_identifier("x2"));
        for odd in ["", "2x", "None", "a.b", "a b", "é", "*", "<locals>", "a\n"] {
            assert!(!is_identifier(odd), "{odd:?}");
        }
        assert!(is_dotted("a.b.c") && !is_dotted("a..b") && !is_dotted(".a"));
    }

    #[test]
    fn names_of_python_2_are_mapped_as_cpython_maps_them() {
        let sorted = PYTHON_2.lines().is_sorted_by_key(|line| {
            let mut fields = line.split('\t');
            (fields.next(), fields.next())
        });
        assert!(sorted, "searched by halves");
        for (from, to) in [
            (("__builtin__", "xrange"), Some(("builtins", "range"))),
            (("__builtin__", "getattr"), Some(("builtins", "getattr"))),
            (
                ("copy_reg", "_reconstructor"),
                Some(("copyreg", "_reconstructor")),
            ),
            (("exceptions", "OSError"), Some(("builtins", "OSError"))),
            (("UserList", "x"), Some(("collections", "x"))),
            (("xmlrpclib", "x"), Some(("xmlrpc.client", "x"))),
            (("os", "system"), None),
            (("", ""), None),
            (("zzz", "zzz"), None),
        ] {
            assert_eq!(python_3(from.0, from.1), to, "{from:?}");
        }
    }

    #[test]
    fn two_imports_never_share_a_name() {
        let mut names = Names::default();
        let mut all: Vec<String> = [
            ("a", "x"),
            ("b", "x"),
            ("b", "x_2"),
            ("b", "x"),
            ("a", "x_3"),
            ("a", "v1"),
            ("a", "v1"),
            ("a", "set"),
            ("builtins", "set"),
            ("a", "result"),
        ]
        .iter()
        .map(|(module, name)| names.free(module, name))
        .collect();
        assert_eq!(all[0], "x");
        assert!(!all.contains(&"v1".to_owned()) && !all.contains(&"result".to_owned()));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 10, "{all:?}");
    }

    use alloc::borrow::ToOwned as _;
    use alloc::string::String;
    use alloc::vec::Vec;
}
