//! The command `verify`.

mod arguments;
mod blob;

pub(crate) use self::arguments::Verify;
use crate::exit::Exit;
use crate::failure::Failure;

/// Verifies what was named.
pub(crate) fn run(arguments: &Verify) -> Result<Exit, Failure> {
    blob::run(arguments)
}
