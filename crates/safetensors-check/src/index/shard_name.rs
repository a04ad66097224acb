use findings::{Severity, must_escape};

/// Why the name of a shard is not the bare name of a file beside the index.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It has a control character or one that is not seen.
    #[error("has the character U+{:04X}", u32::from(*.0))]
    Unprintable(char),
    /// It is a URL.
    #[error("is a URL")]
    Url,
    /// It begins at the root of a file system or names a drive.
    #[error("is an absolute path")]
    Absolute,
    /// It leads out of the folder.
    #[error("leads out of the folder")]
    Parent,
    /// It has a slash or backslash.
    #[error("is a path")]
    Path,
    /// It has a percent sign, which turns into another character where names are taken for URLs.
    #[error("has a percent escape")]
    PercentEscape,
    /// It has a colon, which names a stream of a file on Windows.
    #[error("has a colon")]
    Colon,
    /// It is a name that Windows changes or gives to a device: with a dot or a space at the end, or `NUL`.
    #[error("is read differently on Windows")]
    Windows,
    /// It begins with a dash, a tilde or a space.
    #[error("begins with a character that shells and tools give a meaning to")]
    Leading,
}

impl NameFault {
    /// Looks for the first fault of a name, the worst first.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Empty);
        }
        let is_separator = |c: char| matches!(c, '/' | '\\');
        // What the name is once percent escapes are undone, as often as they are doubled.
        let decoded = decoded(name);
        if decoded
            .split(is_separator)
            .any(|part| part.trim_end_matches([' ', '.']).is_empty() && part.starts_with(".."))
        {
            return Some(Self::Parent);
        }
        if decoded.contains("://") {
            return Some(Self::Url);
        }
        let mut start = decoded.chars();
        let (first, second) = (start.next(), start.next());
        if first.is_some_and(is_separator)
            || first.is_some_and(|c| c.is_ascii_alphabetic()) && second == Some(':')
        {
            return Some(Self::Absolute);
        }
        if decoded.contains(is_separator) {
            return Some(Self::Path);
        }
        if let Some(c) = name.chars().find(|&c| must_escape(c)) {
            return Some(Self::Unprintable(c));
        }
        if decoded != name {
            return Some(Self::PercentEscape);
        }
        if name.contains(':') {
            return Some(Self::Colon);
        }
        if name.starts_with(['-', '~', ' ']) {
            return Some(Self::Leading);
        }
        (name.ends_with(['.', ' ']) || is_device(name)).then_some(Self::Windows)
    }

    /// Returns how bad it is. A name that leads elsewhere makes a loader read what is no part of the model.
    pub(super) const fn severity(self) -> Severity {
        match self {
            Self::Empty | Self::Colon | Self::Windows | Self::Leading => Severity::Medium,
            _ => Severity::High,
        }
    }
}

/// Undoes percent escapes of ASCII characters until there are none. Each round makes the name shorter, and eight
/// are more than any decoder chain makes.
fn decoded(name: &str) -> String {
    let mut name = name.to_owned();
    for _ in 0..8 {
        let once = decoded_once(&name);
        if once == name {
            break;
        }
        name = once;
    }
    name
}

fn decoded_once(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let digits = behind.get(..2).and_then(|digits| {
            let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
        });
        match digits.filter(u8::is_ascii) {
            Some(byte) => {
                out.push(char::from(byte));
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Says whether Windows takes a name for a device, whatever follows its first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let device = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let numbered = stem
        .get(..3)
        .is_some_and(|port| port.eq_ignore_ascii_case("COM") || port.eq_ignore_ascii_case("LPT"))
        && stem.len() == 4
        && stem.ends_with(|c: char| c.is_ascii_digit());
    numbered
        || device
            .iter()
            .any(|device| stem.eq_ignore_ascii_case(device))
}

#[cfg(test)]
mod tests {
    use super::NameFault;

    #[test]
    fn bare_names_have_no_fault() {
        for name in [
            "model-00001-of-00002.safetensors",
            "diffusion_pytorch_model.fp16-00001-of-00002.safetensors",
            "model..v2.safetensors",
            "...safetensors",
            "100%.safetensors",
            "модель.safetensors",
            "console.safetensors",
            "com10.safetensors",
            ".hidden.safetensors",
        ] {
            assert_eq!(NameFault::of(name), None, "{name}");
        }
    }

    #[test]
    fn every_way_out_of_the_folder_is_seen() {
        for (name, fault) in [
            ("", NameFault::Empty),
            ("..", NameFault::Parent),
            ("../model.safetensors", NameFault::Parent),
            ("a/../../model.safetensors", NameFault::Parent),
            ("..\\model.safetensors", NameFault::Parent),
            (".. /model.safetensors", NameFault::Parent),
            ("%2e%2e%2fmodel.safetensors", NameFault::Parent),
            ("%252e%252e%255cmodel.safetensors", NameFault::Parent),
            ("..%2fmodel.safetensors", NameFault::Parent),
            ("/etc/model.safetensors", NameFault::Absolute),
            ("%2fetc%2fmodel.safetensors", NameFault::Absolute),
            ("\\\\host\\share\\model.safetensors", NameFault::Absolute),
            ("C:model.safetensors", NameFault::Absolute),
            ("https://example.org/model.safetensors", NameFault::Url),
            ("file:///model.safetensors", NameFault::Url),
            ("shards/model.safetensors", NameFault::Path),
            ("./model.safetensors", NameFault::Path),
            ("model.safetensors/", NameFault::Path),
            ("a\\model.safetensors", NameFault::Path),
            ("model\0.safetensors", NameFault::Unprintable('\0')),
            ("model\n.safetensors", NameFault::Unprintable('\n')),
            (
                "model\u{202e}.safetensors",
                NameFault::Unprintable('\u{202e}'),
            ),
            ("model%41.safetensors", NameFault::PercentEscape),
            ("model%00.safetensors", NameFault::PercentEscape),
            ("model.safetensors:stream", NameFault::Colon),
            ("~model.safetensors", NameFault::Leading),
            ("-model.safetensors", NameFault::Leading),
            ("model.safetensors ", NameFault::Windows),
            ("NUL.safetensors", NameFault::Windows),
            ("com1.safetensors", NameFault::Windows),
        ] {
            assert_eq!(NameFault::of(name), Some(fault), "{name:?}");
        }
    }
}
