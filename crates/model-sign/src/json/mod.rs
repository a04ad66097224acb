//! JSON, read strictly: what two readers could understand differently is refused.
//!
//! Exactly RFC 8259 in UTF-8, and beyond it: no byte order mark, no key twice in one object (compared after
//! their escapes are undone), no half of a surrogate pair, one value and nothing behind it. Numbers keep their
//! text, so that `100000.0` and `1e30` can be judged exactly. Every value knows the byte at which it begins.
//!
//! # Untrusted input
//! Reading never panics. Time is linear in the bytes, but for objects of many keys, whose keys are sorted.
//! Memory is bounded by [`Limits::json_values`](crate::Limits::json_values); nothing recurses on the depth of
//! the input while it is read, and dropping does within [`Limits::json_depth`](crate::Limits::json_depth).
//!
//! ```
//! use model_sign::{Limits, json};
//!
//! let value = json::read(br#"{"shard_size": 100000.0}"#, &Limits::default())?;
//! let size = value.as_object()?.required("shard_size")?;
//! assert_eq!((size.as_u64()?, size.offset()), (100_000, 15));
//!
//! let twice = json::read(br#"{"name": "a", "na\u006de": "b"}"#, &Limits::default()).unwrap_err();
//! assert_eq!(twice.to_string(), "key that stood at byte 1 already at byte 14");
//! # Ok::<(), json::Error>(())
//! ```

mod error;
mod number;
mod read;
mod string;
mod value;
pub(crate) mod write;

pub use error::{Error, ErrorKind, Type};
pub use number::Number;
pub use read::read;
pub use value::{Kind, Member, Object, Value};
