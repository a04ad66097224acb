//! How reports are written, and where to.

pub(crate) mod destination;
pub(crate) mod json;
pub(crate) mod palette;
mod printable;
mod share;
pub(crate) mod text;
