//! Chains of a company's own certificate authority: X.509 certificates, judged for a given time.
//!
//! [`TrustAnchors::verify`] takes the certificates that came with a signature and finds a path to one that is
//! trusted. Only then is there a [`VerifiedLeaf`], with the key that the signature is checked with and the names of
//! whom it belongs to. Nothing here asks the clock or the network: the time is given, and revocation is not looked
//! at, since the formats that carry chains carry no statement of it.
//!
//! Signatures of authorities are ECDSA on P-256, P-384 and P-521 with SHA-256, SHA-384 and SHA-512 in any
//! combination, Ed25519, and RSA with PKCS #1 v1.5 or PSS over the same hashes and 2048 to 8192 bits.
//!
//! # Untrusted input
//! Certificates are hostile bytes. No input makes this module panic; time and memory are bounded by
//! [`ChainLimits`]. Nothing recurses: the elements of a certificate nest no deeper than its grammar, and the search
//! for a path keeps its own stack.

mod anchors;
mod constraints;
mod der;
mod distinguished_name;
mod error;
mod extensions;
mod general_name;
mod leaf;
mod limits;
mod oid;
mod path;
mod pem;
mod signature;
mod validity;
mod x509;

pub use anchors::TrustAnchors;
pub use der::{DerError, DerFault};
pub use distinguished_name::DistinguishedName;
pub use error::{AuthorityFault, CertificateError, ChainLimit, PemFault, SignerFault};
pub use general_name::AlternativeName;
pub use leaf::VerifiedLeaf;
pub use limits::ChainLimits;
pub use oid::Oid;
pub use validity::Validity;
pub use x509::Certificate;
