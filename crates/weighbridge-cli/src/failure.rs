use std::fmt;
use std::path::Path;

use weighbridge::findings::escape;
use weighbridge::scan::path_text;

use crate::exit::Exit;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// The command line asks for something that there is not.
    pub(crate) const fn usage(message: String) -> Self {
        Self {
            exit: Exit::Usage,
            message,
        }
    }

    /// The command line is right and yet it could not be done.
    pub(crate) const fn failed(message: String) -> Self {
        Self {
            exit: Exit::Undecided,
            message,
        }
    }

    /// There is nothing to do it to.
    pub(crate) const fn nothing_to_check(message: String) -> Self {
        Self {
            exit: Exit::NothingToCheck,
            message,
        }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Writes a path in backticks, so that it can neither move a cursor nor break the line.
pub(crate) fn quoted(path: &Path) -> String {
    format!("`{}`", escape(&path_text(path).0))
}
