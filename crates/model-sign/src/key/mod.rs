//! Public and private keys, read and written as OpenSSL and Python's `cryptography` do, and what they sign.

mod algorithm;
mod der;
mod ecdsa;
mod ed25519;
mod error;
mod label;
mod oid;
mod pbes2;
mod pem;
mod pkcs8;
mod private;
mod public;
mod sec1;
mod signer;
mod spki;

pub use algorithm::{KeyAlgorithm, UnknownKeyAlgorithm};
pub use der::DerErrorKind;
pub use error::{Half, KeyError, KeyErrorKind, Place, SignatureError, Work};
pub use label::Label;
pub use oid::Oid;
pub use pem::PemErrorKind;
pub use private::{PrivateKey, PrivatePem};
pub use public::PublicKey;
pub use signer::{SignError, Signer};
