//! The command `verify`.

mod arguments;
mod blob;
mod model;
mod report;
mod trust;

pub(crate) use self::arguments::Verify;
pub(crate) use self::report::{SignerJson, UncoveredJson};
use crate::exit::Exit;
use crate::failure::Failure;

/// Verifies what was named.
pub(crate) fn run(arguments: &Verify) -> Result<Exit, Failure> {
    match &arguments.path {
        Some(model) => model::run(model, arguments),
        None => blob::run(arguments),
    }
}
