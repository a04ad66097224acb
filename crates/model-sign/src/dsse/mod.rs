//! DSSE, the envelope in which a payload stands beside signatures over its type and its bytes.
//!
//! What is signed is the [pre-authentication encoding](pae) of type and payload, never the JSON around them.
//! The `keyid` of a signature is a hint that nobody signed: nothing here trusts it.
//!
//! # Spec
//! DSSE 1.0.2, `protocol.md` and `envelope.md`. Stricter in one point: base 64 has the standard alphabet and its
//! padding, see [`base64`](crate::base64).

mod encoding;
mod envelope;
mod error;
mod verify;

pub use encoding::{legacy_pae, pae, pae_prefix};
pub use envelope::{Envelope, Signature};
pub use error::{Error, ErrorKind};
pub use verify::{Signatories, TooFewSignatories};
