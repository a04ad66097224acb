//! Values written as CPython 3.11's `repr` writes them, with nothing evaluated and nothing allocated.
//!
//! ```
//! use pickle_vm::repr::{Bytes, Float, Int, Text};
//!
//! let text = Text::new("it's\n\u{e9}\u{202e}".as_bytes()).ok_or("not a text")?;
//! assert_eq!(text.to_string(), r#""it's\né\u202e""#);
//! assert_eq!(Bytes::new(b"\0'").to_string(), r#"b"\x00'""#);
//! assert_eq!(Float::new(1e16).to_string(), "1e+16");
//! let int = Int::from_le_bytes(b"\xff\xff\x80").decimal().ok_or("too long")?;
//! assert_eq!(int.to_string(), "-8323073");
//! # Ok::<(), &str>(())
//! ```

mod bytes;
mod escaping;
mod float;
mod int;
mod points;
mod printable;
mod text;

pub use bytes::{ByteArray, Bytes};
pub use escaping::Escaping;
pub use float::Float;
pub use int::{Decimal, Hexadecimal, Int, IntText, MAX_DIGITS};
pub use printable::is_printable;
pub use text::{Latin1, Text};

pub(crate) use int::trim;
pub(crate) use points::write_points;
pub(crate) use text::is_plain;

use escaping::{Buffer, quote_for};
