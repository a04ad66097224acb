use std::fmt;

use findings::Severity;

/// What is wrong with a member's name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum NameFault {
    /// There is none.
    Empty,
    /// It starts at the root.
    Absolute,
    /// It starts with a drive, such as `C:/`; a name such as `w:0` is common among arrays.
    Drive,
    /// A component is `..`.
    Parent,
    /// It holds a backslash, which some readers take for a separator.
    Backslash,
    /// It holds a NUL, at which Python cuts it.
    Nul,
    /// It holds characters that change how the text around them is shown.
    Control,
    /// It is marked as UTF-8 and is not.
    NotUtf8,
    /// It is longer than the limit.
    TooLong,
}

impl NameFault {
    /// Returns how bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Absolute | Self::Drive | Self::Parent | Self::Nul => Severity::Medium,
            _ => Severity::Low,
        }
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "has no name",
            Self::Absolute => "has an absolute name",
            Self::Drive => "has a name that starts with a drive",
            Self::Parent => "has a name with a `..` component",
            Self::Backslash => "has a backslash in its name",
            Self::Nul => "has a NUL in its name, at which Python cuts it",
            Self::Control => "has control characters in its name",
            Self::NotUtf8 => "has a name that is marked as UTF-8 and is not",
            Self::TooLong => "has a name that is longer than the limit",
        })
    }
}

/// Lists what is wrong with a name.
pub(crate) fn faults(name: &[u8], utf8: bool, longest: usize) -> impl Iterator<Item = NameFault> {
    let is_separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    let drive = matches!(name, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let parent = name.split(is_separator).any(|part| part == b"..");
    // Characters are looked at only where a byte could be part of one that matters.
    let suspect = name
        .iter()
        .any(|byte| !byte.is_ascii() || byte.is_ascii_control());
    let text = if suspect {
        std::str::from_utf8(name).ok()
    } else {
        None
    };
    [
        (name.is_empty(), NameFault::Empty),
        (name.first().is_some_and(is_separator), NameFault::Absolute),
        (drive, NameFault::Drive),
        (parent, NameFault::Parent),
        (memchr::memchr(b'\\', name).is_some(), NameFault::Backslash),
        (memchr::memchr(0, name).is_some(), NameFault::Nul),
        (
            text.is_some_and(is_escaped)
                || name
                    .iter()
                    .any(|byte| byte.is_ascii_control() && *byte != 0),
            NameFault::Control,
        ),
        (utf8 && suspect && text.is_none(), NameFault::NotUtf8),
        (name.len() > longest, NameFault::TooLong),
    ]
    .into_iter()
    .filter_map(|(holds, fault)| holds.then_some(fault))
}

/// Says whether showing the text needs escapes other than those for backslashes and NUL.
fn is_escaped(text: &str) -> bool {
    text.split(['\\', '\0'])
        .any(|part| findings::escape(part) != part)
}

/// Writes a name so that it can be shown: escaped text, or bytes as `\xNN` where it is not UTF-8.
pub(crate) fn shown(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        out.push_str(&findings::escape(chunk.valid()));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// Cuts a name at its first NUL, as Python's `zipfile` does.
pub(super) fn cut(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{NameFault, faults, shown};

    fn all(name: &[u8]) -> Vec<NameFault> {
        faults(name, true, 20).collect()
    }

    #[test]
    fn names_of_honest_archives_have_no_fault() {
        for name in [
            "a/data.pkl",
            "a/.data/id",
            "weights..npy",
            "模型/数据",
            "w:0.npy",
            "..a/b..",
            "d/",
        ] {
            assert_eq!(all(name.as_bytes()), [], "{name}");
        }
    }

    #[test]
    fn every_fault_is_named() {
        assert_eq!(all(b""), [NameFault::Empty]);
        assert_eq!(all(b"/etc/x"), [NameFault::Absolute]);
        assert_eq!(all(b"c:/x"), [NameFault::Drive]);
        assert_eq!(all(b"a/../b"), [NameFault::Parent]);
        assert_eq!(all(b".."), [NameFault::Parent]);
        assert_eq!(all(b"a\\b"), [NameFault::Backslash]);
        assert_eq!(all(b"a\0b"), [NameFault::Nul]);
        assert_eq!(all(b"a\x1b[2J"), [NameFault::Control]);
        assert_eq!(all("a\u{202e}b".as_bytes()), [NameFault::Control]);
        assert_eq!(all(b"a\xff"), [NameFault::NotUtf8]);
        assert_eq!(all(b"aaaaaaaaaaaaaaaaaaaaa"), [NameFault::TooLong]);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_shown_as_hexadecimal() {
        assert_eq!(shown(b"a\xff\n\xc3\xa9"), "a\\xff\\né");
    }
}
