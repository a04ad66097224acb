use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::name::{Name, join};

/// What is known of globals: which are inert and under which conditions, which are capable of harm, and
/// which are other names of the same thing.
///
/// Each list is one text of lines sorted by their bytes, fields separated by tabs, searched where it
/// stands: module and name, then
/// - inert: `class`, `function` or `value`, hooks, reason; the name `*` stands for everything in a
///   top-level package and its submodules;
/// - capable: class of harm, reason; the name `*` stands for everything in a module and its submodules;
/// - aliases: canonical module, and canonical name where that differs.
#[derive(Clone, Copy)]
pub struct Lists<'l> {
    inert: &'l str,
    capable: &'l str,
    aliases: &'l str,
    version: &'l str,
}

impl fmt::Debug for Lists<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lists")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Default for Lists<'static> {
    fn default() -> Self {
        Self::built_in()
    }
}

/// What a global of the inert list is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Class,
    Function,
    Value,
}

/// One line of the inert list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'l> {
    pub(crate) kind: Kind,
    pub(crate) hooks: &'l str,
}

/// What is known of one global.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judgement<'l> {
    Inert(Entry<'l>),
    /// An attribute of an inert class.
    Member(Entry<'l>),
    Capable {
        harm: &'l str,
        reason: &'l str,
    },
    Unknown,
}

/// Stands for every name in a module and its submodules.
const EVERYTHING: &str = "*";

/// Attributes that lead from harmless things to everything else.
const NAME_RESOLVING: [&str; 16] = [
    "__base__",
    "__bases__",
    "__builtins__",
    "__class__",
    "__closure__",
    "__code__",
    "__dict__",
    "__func__",
    "__getattribute__",
    "__globals__",
    "__loader__",
    "__mro__",
    "__reduce__",
    "__self__",
    "__spec__",
    "__subclasses__",
];

/// Parts of a dotted name that are looked at; more make it unknown.
const PARTS: usize = 16;

impl Lists<'static> {
    /// Returns the lists that are compiled in.
    #[must_use]
    pub const fn built_in() -> Self {
        Self {
            inert: include_str!(concat!(env!("OUT_DIR"), "/inert.list")),
            capable: include_str!(concat!(env!("OUT_DIR"), "/capable.list")),
            aliases: include_str!(concat!(env!("OUT_DIR"), "/aliases.list")),
            version: env!("PICKLE_VM_RULESET"),
        }
    }
}

impl<'l> Lists<'l> {
    /// Takes tables that are merged.
    pub(crate) const fn of(
        inert: &'l str,
        capable: &'l str,
        aliases: &'l str,
        version: &'l str,
    ) -> Self {
        Self {
            inert,
            capable,
            aliases,
            version,
        }
    }

    /// Returns how many names are inert, capable of harm, and other names of the same thing.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |table: &str| table.lines().count();
        (count(self.inert), count(self.capable), count(self.aliases))
    }

    /// Lists the names that others say are capable of harm and these do not.
    pub(crate) fn weaker_than(&self, others: &Lists<'_>) -> Vec<String> {
        let mut weaker = BTreeSet::new();
        for (module, name) in names(others.capable) {
            let holds = if name == EVERYTHING {
                let package = module.split('.').next().unwrap_or_default();
                find(self.inert, package, EVERYTHING).is_none()
                    && prefixes(module)
                        .any(|module| find(self.capable, module, EVERYTHING).is_some())
            } else {
                self.is_capable(module, name)
            };
            if !holds {
                weaker.insert(join(module, name));
            }
        }
        // A module that is capable as a whole loses what is inert by its own name.
        for (module, name) in names(self.inert) {
            if find(others.inert, module, name).is_none() && others.is_capable(module, name) {
                weaker.insert(join(module, name));
            }
        }
        weaker.into_iter().collect()
    }

    fn is_capable(&self, module: &str, name: &str) -> bool {
        let (to_module, to_name) = self.canonical(module, name);
        let name = Name {
            written_module: module.to_owned(),
            written_name: name.to_owned(),
            module: to_module,
            name: to_name,
        };
        matches!(self.judge(&name), Judgement::Capable { .. })
    }

    /// Returns what tells these lists from others: a hash of their text.
    #[must_use]
    pub const fn version(&self) -> &'l str {
        self.version
    }

    /// Returns the class of harm of a global that is written in full, such as `process` for `os.system`; `None`
    /// if it is not known to be capable of harm, which is not to say that it is harmless.
    ///
    /// ```
    /// # use pickle_vm::Lists;
    /// let lists = Lists::built_in();
    /// assert_eq!(lists.harm("os.system"), Some("process"));
    /// assert_eq!(lists.harm("posix.system"), Some("process"));
    /// assert_eq!(lists.harm("collections.OrderedDict"), None);
    /// ```
    #[must_use]
    pub fn harm(&self, full: &str) -> Option<&'l str> {
        match self.judge(&self.name_of(full)) {
            Judgement::Capable { harm, .. } => Some(harm),
            _ => None,
        }
    }

    /// Returns the canonical form of a global that is written in full, as findings name it: `os.system` for
    /// `posix.system`.
    #[must_use]
    pub fn resolve(&self, full: &str) -> String {
        self.name_of(full).full()
    }

    /// Undoes aliases: the module and the rest of the name under which the lists know a global.
    pub(crate) fn canonical(&self, module: &str, name: &str) -> (String, String) {
        let (mut module, mut name) = (module.to_owned(), name.to_owned());
        // A chain of aliases has at most a few links: Python 2's name, the C module, the public one.
        for _ in 0..4 {
            let Some((to_module, to_name)) = self.alias(&module, &name) else {
                break;
            };
            (module, name) = (to_module, to_name);
        }
        // A name that a list has is what it says: `new.code` is no walk to the module `code`.
        if self.inert(&module, &name).is_some() || find(self.capable, &module, &name).is_some() {
            return (module, name);
        }
        if let Some(rebased) = self.rebase(&module, &name) {
            return rebased;
        }
        (module, name)
    }

    fn alias(&self, module: &str, name: &str) -> Option<(String, String)> {
        if let Some(target) = find(self.aliases, module, name) {
            let mut fields = target.split('\t');
            let to_module = fields.next().unwrap_or_default();
            let to_name = fields.next().filter(|to| !to.is_empty()).unwrap_or(name);
            return Some((to_module.to_owned(), to_name.to_owned()))
                .filter(|to| to.0 != module || to.1 != name);
        }
        // `posix.*`, also where only the first part of a dotted name is listed.
        if let Some((first, rest)) = name.split_once('.')
            && let Some(target) = find(self.aliases, module, first)
        {
            let mut fields = target.split('\t');
            let to_module = fields.next().unwrap_or_default();
            let to_name = fields.next().filter(|to| !to.is_empty()).unwrap_or(first);
            return Some((to_module.to_owned(), join(to_name, rest)))
                .filter(|to| to.0 != module || to.1 != name);
        }
        for prefix in prefixes(module) {
            if let Some(target) = find(self.aliases, prefix, EVERYTHING) {
                let to = target.split('\t').next().unwrap_or_default();
                let rest = module.get(prefix.len()..).unwrap_or_default();
                let mut moved = to.to_owned();
                moved.push_str(rest);
                return Some((moved, name.to_owned())).filter(|to| to.0 != module);
            }
        }
        None
    }

    /// A walk that passes through a module known to be capable as a whole (`sklearn` `os.system`,
    /// `collections` `_sys.modules.get`) ends under that module, whatever imported it.
    fn rebase(&self, module: &str, name: &str) -> Option<(String, String)> {
        // `signal.signal` is what it says, not the module `signal` over again.
        let own = module.rsplit('.').next().unwrap_or_default();
        let is_capable =
            prefixes(module).any(|module| find(self.capable, module, EVERYTHING).is_some());
        let mut rest = name;
        let mut found = None;
        for at in 0..PARTS {
            let (part, behind) = rest.split_once('.').unwrap_or((rest, ""));
            let module = part.trim_matches('_');
            let is_own = at == 0 && is_capable && part == own;
            if !is_own && !module.is_empty() && find(self.capable, module, EVERYTHING).is_some() {
                found = Some((module.to_owned(), behind.to_owned()));
            } else if part == "__builtins__" {
                found = Some(("builtins".to_owned(), behind.to_owned()));
            }
            if behind.is_empty() {
                break;
            }
            rest = behind;
        }
        found
    }

    fn inert(&self, module: &str, name: &str) -> Option<Entry<'l>> {
        let whole = || {
            let package = module.split('.').next()?;
            // A walk from one name to another is never covered.
            (!name.contains('.')).then(|| find(self.inert, package, EVERYTHING))?
        };
        let rest = find(self.inert, module, name).or_else(whole)?;
        let mut fields = rest.split('\t');
        let kind = match fields.next()? {
            "class" => Kind::Class,
            "function" => Kind::Function,
            _ => Kind::Value,
        };
        Some(Entry {
            kind,
            hooks: fields.next().unwrap_or_default(),
        })
    }

    fn capable(&self, module: &str, name: &str) -> Option<Judgement<'l>> {
        let rest = find(self.capable, module, name)?;
        let (harm, reason) = rest.split_once('\t').unwrap_or((rest, ""));
        Some(Judgement::Capable { harm, reason })
    }

    /// The global of a canonical name in full.
    pub(crate) fn name_of(&self, full: &str) -> Name {
        let (written_module, written_name) = full.rsplit_once('.').unwrap_or((full, ""));
        let (module, name) = self.canonical(written_module, written_name);
        Name {
            written_module: written_module.to_owned(),
            written_name: written_name.to_owned(),
            module,
            name,
        }
    }

    /// Says what is known of a global.
    pub(crate) fn judge(&self, name: &Name) -> Judgement<'l> {
        if let Some(entry) = self
            .inert(&name.module, &name.name)
            .or_else(|| self.inert(&name.written_module, &name.written_name))
        {
            return Judgement::Inert(entry);
        }
        let canonical = self.judge_walk(&name.module, &name.name);
        let written = (name.written_module != name.module || name.written_name != name.name)
            .then(|| self.judge_walk(&name.written_module, &name.written_name));
        match (canonical, written) {
            (canonical @ Judgement::Capable { .. }, _) => canonical,
            (_, Some(written @ Judgement::Capable { .. })) => written,
            (canonical @ (Judgement::Inert(_) | Judgement::Member(_)), _) => canonical,
            (_, Some(written)) => written,
            (canonical, None) => canonical,
        }
    }

    /// Judges every prefix of a dotted walk.
    fn judge_walk(&self, module: &str, name: &str) -> Judgement<'l> {
        let full = join(module, name);
        let mut member = None;
        let mut ends = dots(&full).chain([full.len()]);
        for end in ends.by_ref().take(PARTS) {
            let walked = full.get(..end).unwrap_or_default();
            // Past the module, each way to split what was walked into module and name.
            if end < module.len() {
                continue;
            }
            let whole = end == full.len();
            for dot in dots(walked).take(PARTS).chain([end]) {
                let module = walked.get(..dot).unwrap_or_default();
                let name = walked
                    .get(dot..)
                    .unwrap_or_default()
                    .trim_start_matches('.');
                if name.is_empty() && !whole {
                    continue;
                }
                match (self.inert(module, name), whole) {
                    (Some(entry), true) => return Judgement::Inert(entry),
                    (Some(entry), false) => member = Some(entry),
                    (None, _) => {}
                }
                if let Some(capable) = self.capable(module, name) {
                    return capable;
                }
            }
        }
        if ends.next().is_some() {
            return Judgement::Unknown;
        }
        if name.split('.').any(|part| NAME_RESOLVING.contains(&part)) {
            return Judgement::Capable {
                harm: "name-resolution",
                reason: "reaches the names behind a harmless one",
            };
        }
        if let Some(entry) = member {
            return Judgement::Member(entry);
        }
        for prefix in prefixes(&full) {
            if let Some(capable) = self.capable(prefix, EVERYTHING) {
                return capable;
            }
        }
        Judgement::Unknown
    }
}

/// The modules and names of a table.
fn names(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        fields.next().zip(fields.next())
    })
}

/// A dotted name and all its parents, longest first.
fn prefixes(dotted: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(Some(dotted), |name| {
        name.rsplit_once('.').map(|(parent, _)| parent)
    })
    .take(PARTS)
}

/// Where the dots are.
fn dots(dotted: &str) -> impl Iterator<Item = usize> + '_ {
    dotted.match_indices('.').map(|(at, _)| at)
}

/// Finds the line of `module` and `name` in a sorted table and returns what follows them.
fn find<'t>(table: &'t str, module: &str, name: &str) -> Option<&'t str> {
    if module
        .bytes()
        .chain(name.bytes())
        .any(|byte| matches!(byte, b'\t' | b'\n'))
    {
        return None;
    }
    let bytes = table.as_bytes();
    let key = || {
        module
            .bytes()
            .chain([b'\t'])
            .chain(name.bytes())
            .chain([b'\t'])
    };
    let key_len = module.len().saturating_add(name.len()).saturating_add(2);
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = bytes
            .get(low..middle)
            .and_then(|before| memchr::memrchr(b'\n', before))
            .map_or(low, |at| low.saturating_add(at).saturating_add(1));
        let end = bytes
            .get(middle..)
            .and_then(|behind| memchr::memchr(b'\n', behind))
            .map_or(bytes.len(), |at| middle.saturating_add(at));
        let line = bytes.get(start..end)?;
        let head = line.get(..key_len).unwrap_or(line);
        match head.iter().copied().cmp(key()) {
            Ordering::Equal => return table.get(start.saturating_add(key_len)..end),
            Ordering::Less => low = end.saturating_add(1),
            Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Lists, find};
    use alloc::borrow::ToOwned as _;

    #[test]
    fn every_line_of_every_list_is_well_formed() {
        let lists = Lists::built_in();
        for (table, fields) in [(lists.inert, 5), (lists.capable, 4), (lists.aliases, 3)] {
            let mut before = "";
            for line in table.lines() {
                assert!(before < line, "sorted, and nothing twice: {line}");
                assert!(line.split('\t').count() >= fields, "{line}");
                before = line;
            }
        }
        for line in lists.inert.lines() {
            let kind = line.split('\t').nth(2).unwrap();
            assert!(["class", "function", "value"].contains(&kind), "{line}");
        }
    }

    #[test]
    fn every_name_of_the_capable_list_is_known_by_that_name() {
        let lists = Lists::built_in();
        for line in lists.capable.lines() {
            let mut fields = line.split('\t');
            let (module, name) = (fields.next().unwrap(), fields.next().unwrap());
            if name != "*" {
                assert_eq!(
                    lists.canonical(module, name),
                    (module.to_owned(), name.to_owned()),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        let table = "a\tb\t1\na\tb.c\t2\na.b\tc\t3\nzz\t*\t4\n";
        assert_eq!(find(table, "a", "b"), Some("1"));
        assert_eq!(find(table, "a", "b.c"), Some("2"));
        assert_eq!(find(table, "a.b", "c"), Some("3"));
        assert_eq!(find(table, "zz", "*"), Some("4"));
        for (module, name) in [
            ("a", ""),
            ("a", "bb"),
            ("", ""),
            ("zzz", "*"),
            ("a\tb", "1"),
        ] {
            assert_eq!(find(table, module, name), None);
        }
    }
}
