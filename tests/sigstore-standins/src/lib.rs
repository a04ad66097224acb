#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "for tests alone: what does not work has to stop them"
)]

mod clock;
mod der;
mod fault;
mod fulcio;
mod http;
mod issuer;
mod key;
mod merkle;
mod rekor;
mod sigstore;
mod timestamps;
mod x509;

pub use fault::{Fault, Standin};
pub use http::Request;
pub use issuer::Claims;
pub use sigstore::Sigstore;
