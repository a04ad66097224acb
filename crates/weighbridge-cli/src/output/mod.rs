//! How reports are written, and where to.

mod command;
pub(crate) mod count;
pub(crate) mod destination;
mod github;
mod group;
pub(crate) mod json;
mod junit;
pub(crate) mod new_file;
pub(crate) mod outputs;
pub(crate) mod palette;
mod place;
mod printable;
mod sarif;
pub(crate) mod shape;
mod share;
pub(crate) mod table;
pub(crate) mod text;
mod uri;
mod xml;
