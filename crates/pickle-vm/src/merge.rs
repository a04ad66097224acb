//! Puts list files together. The build script uses this file too, so that lists which are read at run time
//! become what the same lists would be if they were compiled in.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use core::fmt;

/// A table under construction: key (`module<TAB>name`) to the rest of the line.
type Table = BTreeMap<String, String>;

/// Which list a file is part of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ListKind {
    /// Names that are capable of harm, `capable.list`.
    Capable,
    /// Other names of the same thing, `aliases.list`.
    Aliases,
    /// Inert functions and values, a file of `functions/`.
    Functions,
    /// Inert classes, a file of `classes/`.
    Classes,
}

/// What is wrong with a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ListErrorKind {
    /// A line has fewer fields than its list needs.
    TooFewFields {
        /// How many it needs.
        wanted: usize,
    },
    /// A module or a name is empty.
    EmptyName,
    /// The third field of an inert line is not `class`, `function` or `value`.
    UnknownKind,
    /// The hooks name a rule that this program has no code for.
    UnknownRule,
    /// A name is inert and capable of harm at once.
    Contradiction,
}

impl fmt::Display for ListErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewFields { wanted } => write!(f, "fewer than {wanted} fields"),
            Self::EmptyName => f.write_str("an empty module or name"),
            Self::UnknownKind => f.write_str("expected `class`, `function` or `value`"),
            Self::UnknownRule => f.write_str("a rule that this version does not know"),
            Self::Contradiction => f.write_str("a name that is listed as inert and as capable"),
        }
    }
}

/// Rules in code that hooks may name: for calls in `judge/code.rs` and `arguments.rs`, for states in
/// `state.rs`.
const RULES_IN_CODE: [&str; 20] = [
    "attribute-path",
    "class-call",
    "getattr",
    "import-getattr",
    "joblib-file-name",
    "make-class",
    "make-union",
    "map-filter",
    "method-name",
    "newobj",
    "newobj-ex",
    "pandas-new-index",
    "partial",
    "payload",
    "reconstructor",
    "scipy-distribution",
    "set-write",
    "statsmodels-data",
    "text-codec",
    "xgboost-model",
];

/// Lists that are being put together.
#[derive(Debug, Default)]
pub(crate) struct Merger {
    capable: Table,
    aliases: Table,
    inert: Table,
    classes: Table,
}

/// The three tables that are searched, each sorted, one entry per line.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) inert: String,
    pub(crate) capable: String,
    pub(crate) aliases: String,
}

impl Merger {
    /// Adds a file. Of two lines for one name the first counts. The error says in which line, from 1, what
    /// is wrong.
    pub(crate) fn add(&mut self, kind: ListKind, text: &str) -> Result<(), (usize, ListErrorKind)> {
        let wanted = match kind {
            ListKind::Aliases => 3,
            ListKind::Capable => 4,
            ListKind::Functions | ListKind::Classes => 5,
        };
        let table = match kind {
            ListKind::Capable => &mut self.capable,
            ListKind::Aliases => &mut self.aliases,
            ListKind::Functions => &mut self.inert,
            ListKind::Classes => &mut self.classes,
        };
        for (number, line) in text.lines().enumerate() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let fault = |kind| (number.saturating_add(1), kind);
            let mut parts = line.splitn(3, '\t');
            let (Some(module), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err(fault(ListErrorKind::TooFewFields { wanted }));
            };
            if line.split('\t').count() < wanted {
                return Err(fault(ListErrorKind::TooFewFields { wanted }));
            }
            if module.is_empty() || name.is_empty() {
                return Err(fault(ListErrorKind::EmptyName));
            }
            if matches!(kind, ListKind::Functions | ListKind::Classes) {
                check_inert(rest).map_err(fault)?;
            }
            let key = format!("{module}\t{name}");
            table.entry(key).or_insert_with(|| rest.to_owned());
        }
        Ok(())
    }

    /// Ends. The error names what contradicts.
    pub(crate) fn finish(mut self) -> Result<Merged, String> {
        // What was listed by hand as a function outranks what the generator read as a class; what was listed
        // by hand as capable outranks it too, unless the class was looked at by hand.
        for (key, rest) in self.classes {
            let by_hand = rest
                .rsplit('\t')
                .next()
                .is_some_and(|reason| reason.starts_with("hand:"));
            if !self.inert.contains_key(&key) && (by_hand || !is_capable(&self.capable, &key)) {
                self.inert.insert(key, rest);
            }
        }
        if let Some(key) = self
            .capable
            .keys()
            .find(|key| self.inert.contains_key(*key))
        {
            return Err(key.replace('\t', "."));
        }
        Ok(Merged {
            inert: write(&self.inert),
            capable: write(&self.capable),
            aliases: write(&self.aliases),
        })
    }
}

/// Checks what follows module and name in a line of an inert list: kind, hooks, reason.
fn check_inert(rest: &str) -> Result<(), ListErrorKind> {
    let mut fields = rest.split('\t');
    let (kind, hooks) = (
        fields.next().unwrap_or_default(),
        fields.next().unwrap_or_default(),
    );
    if !["class", "function", "value"].contains(&kind) {
        return Err(ListErrorKind::UnknownKind);
    }
    let mut rules = hooks
        .split("rule:")
        .skip(1)
        .filter_map(|rest| rest.split([')', ',', '/', '?', '*', ' ']).next());
    if rules.all(|rule| RULES_IN_CODE.contains(&rule)) {
        Ok(())
    } else {
        Err(ListErrorKind::UnknownRule)
    }
}

/// Says whether a whole module, or the very name, is capable.
fn is_capable(capable: &Table, key: &str) -> bool {
    if capable.contains_key(key) {
        return true;
    }
    let mut module = key.split_once('\t').map_or(key, |(module, _)| module);
    loop {
        if capable.contains_key(&format!("{module}\t*")) {
            return true;
        }
        match module.rsplit_once('.') {
            Some((parent, _)) => module = parent,
            None => return false,
        }
    }
}

/// Writes lines in the order of their bytes, which is how they are searched.
fn write(table: &Table) -> String {
    let lines: BTreeSet<String> = table
        .iter()
        .map(|(key, rest)| format!("{key}\t{rest}\n"))
        .collect();
    lines.into_iter().collect()
}

impl Merged {
    /// Tells one state of the lists from another: FNV-1a over their text, as hexadecimal digits.
    pub(crate) fn version(&self) -> String {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for text in [&self.inert, &self.capable, &self.aliases] {
            for &byte in text.as_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{hash:016x}")
    }
}
