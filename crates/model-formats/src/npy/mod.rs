//! numpy's `.npy`: a magic, a version, a Python literal that describes one array, and its elements.
//!
//! # Spec
//! The layout is that of numpy's `numpy.lib.format`. We are stricter where numpy hands the header to
//! Python's own literal parser: only strings, decimal integers, the three constants, tuples, lists and
//! dictionaries are read, and a key that stands twice is refused instead of the last one winning.

mod check;
mod descr;
mod error;
mod header;
mod item_size;
mod limits;
mod literal;
mod rules;

pub use check::{Checked, check};
pub use descr::{Descr, Field};
pub use error::{Error, ErrorKind, Limit};
pub use header::{Header, Version};
pub use item_size::{ItemSize, item_size};
pub use limits::Limits;
pub use rules::{MALFORMED_HEADER, PICKLED_OBJECTS, RULES, SHORT_DATA, TRAILING_BYTES};
