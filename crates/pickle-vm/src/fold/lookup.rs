//! Modules, their attributes and the dicts that hold them.

use alloc::format;
use alloc::string::String;

use crate::constant::Const;

use super::budget::Budget;
use super::{iterate, number};

/// The longest text that is read as a name: longer ones are in no program, and cost their copies.
const LONGEST: usize = 4096;

/// A text as the name of something; surrogates are in no name that can be imported.
pub(super) fn text(value: &Const) -> Option<String> {
    match value {
        Const::Str(text) if text.len() <= LONGEST => {
            core::str::from_utf8(text).ok().map(String::from)
        }
        _ => None,
    }
}

/// Computes what gives modules: `import_module` and its like.
pub(super) fn call(name: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    for arg in args {
        if let Const::Str(text) = arg {
            budget.make(text.len())?;
        }
    }
    match (name, args) {
        ("importlib.import_module", [path] | [path, Const::None]) => module(&text(path)?),
        ("builtins.__import__" | "importlib.__import__", [path, rest @ ..]) => {
            if rest.len() > 4
                || rest
                    .get(3)
                    .is_some_and(|level| number::int(level) != Some(0))
            {
                return None;
            }
            let path = text(path)?;
            match rest.get(2) {
                Some(names) if iterate::truth(names)? => module(&path),
                _ => module(path.split('.').next()?),
            }
        }
        ("pkgutil.resolve_name", [path]) => {
            let path = text(path)?;
            match path.split_once(':') {
                Some((path, "")) => module(path),
                Some((path, walk)) => named(&format!("{path}.{walk}")),
                None if path.contains('.') => named(&path),
                None => module(&path),
            }
        }
        ("pydoc.locate", [path] | [path, _]) => {
            let path = text(path)?;
            let first = path.split('.').next()?;
            if BUILTINS.contains(&first) {
                named(&format!("builtins.{path}"))
            } else if path.contains('.') {
                named(&path)
            } else {
                module(&path)
            }
        }
        _ => name
            .rsplit_once('.')
            .and_then(|(holder, method)| match (method, args) {
                ("__getitem__", [key]) | ("get", [key] | [key, _]) => item(holder, key),
                _ => None,
            }),
    }
}

/// Whether a name is that of a method of a dict of modules or of globals.
pub(super) fn is_lookup(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((holder, "get" | "__getitem__")) if Holder::of(holder).is_some())
}

/// `name[key]` for a dict of modules or of globals.
pub(super) fn item(name: &str, key: &Const) -> Option<Const> {
    let key = text(key)?;
    match Holder::of(name)? {
        Holder::Modules => module(&key),
        Holder::Of(owner) => attribute(owner, &key),
    }
}

/// `owner.name`, which is a name again.
pub(super) fn attribute(owner: &str, name: &str) -> Option<Const> {
    // A dot is part of no attribute that a module has by itself.
    (!name.is_empty() && !name.contains('.')).then(|| Const::Name(format!("{owner}.{name}")))
}

enum Holder<'a> {
    /// `sys.modules`
    Modules,
    /// The dict of a module or a class.
    Of(&'a str),
}

impl<'a> Holder<'a> {
    fn of(name: &'a str) -> Option<Self> {
        if name == "sys.modules"
            || name.ends_with(".sys.modules")
            || name.ends_with("._sys.modules")
        {
            return Some(Self::Modules);
        }
        // Outside the main module `__builtins__` is the dict of the builtins.
        if name.ends_with(".__builtins__") {
            return Some(Self::Of("builtins"));
        }
        name.strip_suffix(".__dict__").map(Self::Of)
    }
}

fn module(path: &str) -> Option<Const> {
    is_path(path).then(|| Const::Module(path.into()))
}

fn named(path: &str) -> Option<Const> {
    is_path(path).then(|| Const::Name(path.into()))
}

/// Whether no part of a dotted path is empty, as in a relative import.
fn is_path(path: &str) -> bool {
    path.split('.').all(|part| !part.is_empty())
}

/// What `pydoc.locate` finds in the builtins, no module being called like it.
const BUILTINS: &[&str] = &[
    "__import__",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "help",
    "input",
    "int",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "memoryview",
    "next",
    "object",
    "open",
    "ord",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn got(name: &str, args: &[&str]) -> Option<Const> {
        let args: alloc::vec::Vec<_> = args.iter().map(|&arg| Const::Str(arg.into())).collect();
        call(name, &args, &mut Budget::default())
    }

    #[test]
    fn modules_are_found_by_their_name() {
        assert_eq!(
            got("importlib.import_module", &["os.path"]),
            Some(Const::Module("os.path".into()))
        );
        assert_eq!(got("importlib.import_module", &[".path"]), None);
        assert_eq!(
            got("builtins.__import__", &["os.path"]),
            Some(Const::Module("os".into()))
        );
        assert_eq!(
            got("sys.modules.get", &["os"]),
            Some(Const::Module("os".into()))
        );
        assert_eq!(
            got("collections._sys.modules.__getitem__", &["os"]),
            Some(Const::Module("os".into()))
        );
    }

    #[test]
    fn names_are_found_by_their_path() {
        let name = |name: &str| Some(Const::Name(name.into()));
        assert_eq!(
            got("pkgutil.resolve_name", &["os:system"]),
            name("os.system")
        );
        assert_eq!(got("pkgutil.resolve_name", &["a.b:c.d"]), name("a.b.c.d"));
        assert_eq!(got("pydoc.locate", &["eval"]), name("builtins.eval"));
        assert_eq!(got("pydoc.locate", &["os.system"]), name("os.system"));
        assert_eq!(
            got("builtins.__dict__.get", &["eval"]),
            name("builtins.eval")
        );
        assert_eq!(
            got("numpy.prod.__builtins__.get", &["eval"]),
            name("builtins.eval")
        );
        assert_eq!(got("os.environ.get", &["eval"]), None);
    }

    #[test]
    fn a_list_of_names_brings_the_last_module() {
        let args = [
            Const::Str(b"os.path".into()),
            Const::None,
            Const::None,
            Const::List([Const::None].into()),
        ];
        let found = call("builtins.__import__", &args, &mut Budget::default());
        assert_eq!(found, Some(Const::Module("os.path".into())));
    }
}
