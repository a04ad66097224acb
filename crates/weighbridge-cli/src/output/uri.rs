use std::fmt::Write as _;
use std::path::Path;

use crate::report::Target;

/// Where a file lies, as reports for other programs name it (RFC 3986).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Relative to the working directory, and below it.
    Below(String),
    /// Somewhere else: absolute, or relative where the working directory is not known.
    Elsewhere(String),
}

impl Place {
    /// Names the place of a file, seen from the working directory.
    ///
    /// `.` and `..` are resolved by the text of the path, as whoever reads a URI does; no link is looked at.
    pub(crate) fn new(target: &Target, working_directory: Option<&Path>) -> Self {
        let path = bytes(target);
        let is_absolute = path.starts_with(b"/") || has_drive(&path);
        let directory = working_directory
            .map(|directory| with_slashes(directory.as_os_str().as_encoded_bytes()));
        let mut parts = parts(&path);
        if is_absolute {
            let above = directory.as_deref().map(self::parts).unwrap_or_default();
            let below = above
                .as_deref()
                .filter(|above| !above.is_empty())
                .and_then(|above| parts.as_deref().and_then(|parts| parts.strip_prefix(above)));
            return match (below, &parts) {
                (Some(below), _) if !below.is_empty() => Self::Below(joined(below)),
                (_, Some(parts)) => Self::Elsewhere(format!("file:///{}", joined(parts))),
                // `/..` is `/`.
                (_, None) => Self::Elsewhere(format!("file://{}", encoded(&path))),
            };
        }
        if let Some(parts) = parts.take().filter(|parts| !parts.is_empty()) {
            return Self::Below(joined(&parts));
        }
        // It leads out of the working directory.
        match directory {
            Some(mut whole) => {
                whole.push(b'/');
                whole.extend(&path);
                match self::parts(&whole) {
                    Some(parts) => Self::Elsewhere(format!("file:///{}", joined(&parts))),
                    None => Self::Elsewhere(encoded(&path)),
                }
            }
            None => Self::Elsewhere(encoded(&path)),
        }
    }
}

/// Returns the bytes of a path with `/` between its parts. A path that is not UTF-8 stands percent-escaped in
/// the document.
fn bytes(target: &Target) -> Vec<u8> {
    if target.path_lossy.is_some() {
        with_slashes(&decoded(target.path.as_bytes()))
    } else {
        with_slashes(target.path.as_bytes())
    }
}

fn with_slashes(path: &[u8]) -> Vec<u8> {
    let slash = |byte: &u8| {
        if cfg!(windows) && *byte == b'\\' {
            b'/'
        } else {
            *byte
        }
    };
    path.iter().map(slash).collect()
}

fn has_drive(path: &[u8]) -> bool {
    cfg!(windows) && matches!(path, [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Splits a path into its names and resolves `.` and `..`; `None` if that leads above its start.
fn parts(path: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts)
}

fn joined(parts: &[&[u8]]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| encoded(part)).collect();
    parts.join("/")
}

/// Escapes every byte but letters, digits, `-`, `.`, `_`, `~` and `/`. A `:` is among the escaped, so that no
/// first part passes for a scheme.
fn encoded(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Undoes percent-escapes; what is none stays.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, behind @ ..] => byte(*high, *low).map(|byte| (byte, behind)),
            _ => None,
        };
        let (byte, behind) = escaped.unwrap_or((*first, behind));
        bytes.push(byte);
        rest = behind;
    }
    bytes
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use weighbridge::scan::{Options, Scanner};

    use super::Place;
    use crate::report::Target;

    fn target(path: &str) -> Target {
        Scanner::new(Options::default())
            .scan_bytes(path, b"")
            .into()
    }

    fn place(path: &str) -> String {
        match Place::new(&target(path), Some(Path::new("/home/here"))) {
            Place::Below(uri) => format!("below {uri}"),
            Place::Elsewhere(uri) => uri,
        }
    }

    #[test]
    fn paths_below_the_working_directory_are_relative_to_it() {
        for (path, uri) in [
            ("a.pkl", "below a.pkl"),
            ("./models//a.pkl", "below models/a.pkl"),
            ("models/../a.pkl", "below a.pkl"),
            ("/home/here/models/a.pkl", "below models/a.pkl"),
            ("/home/here/../a.pkl", "file:///home/a.pkl"),
            ("/home/hereabouts/a.pkl", "file:///home/hereabouts/a.pkl"),
            ("../a.pkl", "file:///home/a.pkl"),
            ("x/../../a.pkl", "file:///home/a.pkl"),
            ("../../../../a.pkl", "../../../../a.pkl"),
        ] {
            assert_eq!(place(path), uri, "{path}");
        }
    }

    #[test]
    fn nothing_in_a_name_is_taken_for_a_part_of_the_uri() {
        for (path, uri) in [
            ("a b%20#c?d.pkl", "below a%20b%2520%23c%3Fd.pkl"),
            ("http://evil/a.pkl", "below http%3A/evil/a.pkl"),
            ("模\n\u{202e}.pkl", "below %E6%A8%A1%0A%E2%80%AE.pkl"),
            ("//evil/a.pkl", "file:///evil/a.pkl"),
        ] {
            assert_eq!(place(path), uri, "{path}");
        }
    }

    #[test]
    fn a_path_that_is_not_utf_8_keeps_its_bytes() {
        let mut target = target("m%FF%25%4.pkl");
        target.path_lossy = Some(true);
        let place = Place::new(&target, None);
        assert_eq!(place, Place::Below("m%FF%25%254.pkl".to_owned()));
    }
}
