//! What is suspicious in the names of tensors, and in the keys of metadata, though the format allows it.

mod confusable;
mod fold;
mod form;
mod hidden;
mod table;
mod twins;

use std::ops::Range;

use findings::{Rule, Severity, escape_shortened};

use crate::code::head;
use crate::suspicions::Suspicions;

pub(crate) use hidden::{Hidden, hidden};
pub(crate) use twins::twins;

pub(crate) const CONTROL_IN_NAME: Rule = Rule::new(
    "STF030/control-in-name",
    Severity::Medium,
    "A name holds a control character, such as NUL, ESC or a line break",
);
pub(crate) const INVISIBLE_IN_NAME: Rule = Rule::new(
    "STF031/invisible-in-name",
    Severity::Medium,
    "A name holds a character that is not seen or turns the direction of the text",
);
pub(crate) const CONFUSABLE_NAME: Rule = Rule::new(
    "STF032/confusable-name",
    Severity::Medium,
    "A name holds characters that look like ASCII ones",
);
pub(crate) const TWIN_NAMES: Rule = Rule::new(
    "STF033/twin-names",
    Severity::Medium,
    "Two names differ only by case, by Unicode's normal form or by look-alikes",
);
pub(crate) const BLANK_NAME: Rule = Rule::new(
    "STF034/blank-name",
    Severity::Medium,
    "A name is empty, or begins or ends with a space",
);
pub(crate) const LONG_NAME: Rule = Rule::new(
    "STF035/long-name",
    Severity::Medium,
    "A name is longer than names of tensors are",
);
pub(crate) const PATH_LIKE_NAME: Rule = Rule::new(
    "STF036/path-like-name",
    Severity::Medium,
    "A name leads out of a folder, or is an absolute path or a URL",
);
pub(crate) const RESERVED_NAME: Rule = Rule::new(
    "STF037/reserved-name",
    Severity::Medium,
    "A name is one that Python, JavaScript or the format itself gives a meaning to",
);
pub(crate) const CODE_IN_NAME: Rule = Rule::new(
    "STF038/code-in-name",
    Severity::Medium,
    "A name holds a command, a template, a format string, a query or markup",
);

/// Characters of a name that a message shows.
const SHOWN: usize = 80;

/// Bytes from which a name is long. The longest among the checkpoints on the Hub that we know have about 200;
/// a flattened parameter that lists what it was made of has some 400.
const LONG: usize = 1_024;

/// Bytes of a name that its text is searched for commands and the like.
const SEARCHED: usize = 64 * 1024;

/// Whose name it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bearer {
    /// A tensor's.
    Tensor,
    /// A key of the metadata. Nobody makes files or attributes of these.
    Metadata,
}

impl Bearer {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tensor => "tensor name",
            Self::Metadata => "metadata key",
        }
    }
}

/// Judges one name; `range` is where it stands in the file.
pub(crate) fn judge(bearer: Bearer, name: &str, range: &Range<u64>, all: &mut Suspicions) {
    let what = bearer.as_str();
    let shown = || escape_shortened(name, SHOWN);
    blank(bearer, name, range, all);
    if name.len() > LONG {
        all.say(&LONG_NAME, Severity::Medium, range.clone(), || {
            format!("{what} `{}` has {} bytes", shown(), name.len())
        });
    }
    if is_plain(name) {
        return;
    }
    if let Some(c) = name.chars().find(|c| c.is_control()) {
        all.say(&CONTROL_IN_NAME, Severity::Medium, range.clone(), || {
            format!(
                "{what} `{}` holds the control character U+{:04X}",
                shown(),
                u32::from(c)
            )
        });
    }
    if let Some(Hidden { c, kind, severity }) = hidden(name) {
        all.say(&INVISIBLE_IN_NAME, severity, range.clone(), || {
            format!("{what} `{}` holds {kind}, U+{:04X}", shown(), u32::from(c))
        });
    }
    if let Some(impostor) = confusable::impostor(name) {
        all.say(&CONFUSABLE_NAME, impostor.severity, range.clone(), || {
            format!(
                "{what} `{}` holds U+{:04X}, which looks like `{}`",
                shown(),
                u32::from(impostor.c),
                escape_shortened(&impostor.like.to_string(), 1)
            )
        });
    }
    let searched = head(name, SEARCHED);
    if bearer == Bearer::Tensor
        && let Some((severity, form)) = form::path(searched)
    {
        all.say(&PATH_LIKE_NAME, severity, range.clone(), || {
            format!("{what} `{}` {form}", shown())
        });
    }
    if let Some((severity, form)) = form::reserved(searched) {
        all.say(&RESERVED_NAME, severity, range.clone(), || {
            format!("{what} `{}` {form}", shown())
        });
    }
    if let Some(form) = form::code(searched) {
        all.say(&CODE_IN_NAME, Severity::Medium, range.clone(), || {
            format!("{what} `{}` holds {form}", shown())
        });
    }
}

/// Looks at spaces where none are seen.
fn blank(bearer: Bearer, name: &str, range: &Range<u64>, all: &mut Suspicions) {
    let what = bearer.as_str();
    let shown = || escape_shortened(name, SHOWN);
    if name.is_empty() {
        all.say(&BLANK_NAME, Severity::Medium, range.clone(), || {
            format!("a {what} is empty")
        });
    } else if name.trim().is_empty() {
        all.say(&BLANK_NAME, Severity::Medium, range.clone(), || {
            format!("{what} `{}` is only white space", shown())
        });
    } else if name.trim().len() < name.len() {
        let severity = match bearer {
            Bearer::Tensor => Severity::Medium,
            Bearer::Metadata => Severity::Low,
        };
        all.say(&BLANK_NAME, severity, range.clone(), || {
            format!("{what} `{}` begins or ends with white space", shown())
        });
    } else if let Some(c) = name.chars().find(|c| c.is_whitespace() && !c.is_ascii()) {
        all.say(&BLANK_NAME, Severity::Low, range.clone(), || {
            format!(
                "{what} `{}` holds an unusual space, U+{:04X}",
                shown(),
                u32::from(c)
            )
        });
    }
}

/// Says whether a name is words of ASCII letters and digits joined by single separators, as nearly all are: then
/// nothing else needs to be asked.
fn is_plain(name: &str) -> bool {
    let mut separator = true;
    for byte in name.bytes() {
        let is_separator = matches!(byte, b'.' | b'/' | b':' | b'-' | b'_');
        if !is_separator && !byte.is_ascii_alphanumeric() || is_separator && separator {
            return false;
        }
        separator = is_separator;
    }
    !separator
}
