/// Why a text is not the name of a file in a model.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// It is empty.
    #[error("empty name")]
    Empty,
    /// It begins with a slash.
    #[error("absolute name")]
    Absolute,
    /// A component is `..`.
    #[error("name with a component `..`")]
    Parent,
    /// A component is `.`.
    #[error("name with a component `.`")]
    Current,
    /// A component is empty: two slashes in a row, or one at the end.
    #[error("name with an empty component")]
    EmptyComponent,
    /// It has a NUL, which no file's name has.
    #[error("name with a NUL")]
    Nul,
    /// It is longer than [`Limits::name_bytes`](crate::Limits::name_bytes).
    #[error("name of {found} bytes where at most {limit} are read")]
    TooLong {
        /// How many bytes it has.
        found: usize,
        /// How many are read.
        limit: usize,
    },
}

/// Checks that a text names a file below a model's folder, in the one way that the specification leaves:
/// components of any characters but NUL, separated by single slashes, none of them `.` or `..`.
///
/// Names are compared byte by byte: no case is folded, no character is normalised, a backslash is a character
/// like others.
///
/// # Errors
/// See [`NameFault`]; all but [`NameFault::TooLong`].
///
/// # Spec
/// OpenSSF Model Signing 1.0, section 6.1.2.
pub fn check_name(name: &str) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    if name.starts_with('/') {
        return Err(NameFault::Absolute);
    }
    if name.contains('\0') {
        return Err(NameFault::Nul);
    }
    for component in name.split('/') {
        match component {
            "" => return Err(NameFault::EmptyComponent),
            "." => return Err(NameFault::Current),
            ".." => return Err(NameFault::Parent),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NameFault, check_name};

    #[test]
    fn a_file_has_one_name() {
        for name in [
            "a", "a/b", "...", "a..b", ".git", "..a", "a:0:1", "we:ird", "\\..\\a", "模型",
            "e\u{301}", " ", "\n",
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for (name, fault) in [
            ("", NameFault::Empty),
            ("/", NameFault::Absolute),
            ("/a", NameFault::Absolute),
            ("..", NameFault::Parent),
            ("../a", NameFault::Parent),
            ("a/../b", NameFault::Parent),
            (".", NameFault::Current),
            ("./a", NameFault::Current),
            ("a/.", NameFault::Current),
            ("a//b", NameFault::EmptyComponent),
            ("a/", NameFault::EmptyComponent),
            ("a\0", NameFault::Nul),
        ] {
            assert_eq!(check_name(name), Err(fault), "{name}");
        }
    }
}
