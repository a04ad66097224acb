use weighbridge::digest::Digest;
use weighbridge::pickle::Lists;

use super::read::pattern;
use super::table::{Fault, Item, Table, place, shown};
use crate::date::Date;
use crate::explain;
use crate::patterns::Patterns;

/// The rule whose findings are all about names that can do harm.
pub(crate) const CAPABLE: &str = "PKL001";

pub(super) const KEYS: [&str; 6] = ["expires", "global", "path", "reason", "rule", "sha256"];

/// Findings that are told not to count, and why.
#[derive(Debug)]
pub(crate) struct Ignore {
    /// The line of the configuration at which it stands.
    pub(crate) line: usize,
    pub(crate) matches: Matches,
    /// Files that it is about; any if there is none.
    pub(crate) path: Option<Patterns>,
    /// The content that it is about.
    pub(crate) sha256: Option<Digest>,
    pub(crate) reason: String,
    /// The last day on which it holds.
    pub(crate) expires: Option<Date>,
}

/// Which findings an ignore is about.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Matches {
    /// Those of the rule with this code.
    Rule(&'static str),
    /// Those about this global, as written and in its canonical form.
    Global { written: String, canonical: String },
}

/// Reads an entry of `[[scan.ignore]]`.
pub(super) fn read(text: &str, item: Item<'_, '_>, lists: &Lists<'_>) -> Result<Ignore, Fault> {
    let table = Table::new("`[[scan.ignore]]`", item.table()?, &KEYS)?;
    let at = item.at;
    let sha256 = table.item("sha256").map(digest).transpose()?;
    let matches = match (table.item("rule"), table.item("global")) {
        (Some(rule), None) => {
            let found =
                explain::find(rule.text()?).map_err(|failure| rule.wrong(failure.to_string()))?;
            if found.code() == CAPABLE && sha256.is_none() {
                return Err(rule.wrong(format!(
                    "an ignore of `{}`, which is about names that can do harm, needs the `sha256` of the file",
                    found.id
                )));
            }
            Matches::Rule(found.code())
        }
        (None, Some(global)) => {
            let written = global.text()?;
            if !is_global(written) {
                return Err(global.wrong(format!(
                    "{} is no global, expected a name such as `package.module.Name`",
                    shown(written)
                )));
            }
            if let Some(harm) = lists.harm(written)
                && sha256.is_none()
            {
                return Err(global.wrong(format!(
                    "an ignore of {}, which can do harm ({harm}), needs the `sha256` of the file",
                    shown(written)
                )));
            }
            Matches::Global {
                written: written.to_owned(),
                canonical: lists.resolve(written),
            }
        }
        (Some(_), Some(global)) => {
            return Err(global.wrong("`rule` and `global` exclude each other".to_owned()));
        }
        (None, None) => {
            return Err(Fault::new(
                at,
                "`[[scan.ignore]]` has neither `rule` nor `global`".to_owned(),
            ));
        }
    };
    let path = match table.item("path") {
        None => None,
        Some(path) => {
            let mut patterns = Patterns::default();
            pattern(path, &mut patterns)?;
            Some(patterns)
        }
    };
    let reason = match table.item("reason") {
        None => return Err(table.lacks(at, "reason")),
        Some(reason) => match reason.text()?.trim() {
            "" => return Err(reason.wrong("`reason` is empty: say why this is ignored".to_owned())),
            reason => reason.to_owned(),
        },
    };
    let expires = table.item("expires").map(|item| item.date()).transpose()?;
    Ok(Ignore {
        line: place(text, at).0,
        matches,
        path,
        sha256,
        reason,
        expires,
    })
}

/// Reads the digest of a file: 64 hexadecimal digits, with `sha256:` before them or without.
fn digest(item: Item<'_, '_>) -> Result<Digest, Fault> {
    let text = item.text()?;
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    format!("sha256:{}", digits.to_ascii_lowercase())
        .parse()
        .map_err(|_| {
            item.wrong(format!(
                "{} is no SHA-256, expected 64 hexadecimal digits",
                shown(text)
            ))
        })
}

fn is_global(text: &str) -> bool {
    text.split('.').count() > 1
        && text.split('.').all(|part| {
            !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control())
        })
}
