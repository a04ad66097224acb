use std::fmt;

/// A Sigstore bundle that was just made: signature, certificate, entry of the log and timestamp in one document.
///
/// What can be checked without a trust root has been: the signature verifies with the key of the certificate, the
/// certificate is for the identity of the token, the entry and the timestamp are of this signature. Whether
/// Fulcio, Rekor and the timestamp authority are the ones they should be is for a verifier with a trust root to
/// say.
#[derive(Clone, Eq, PartialEq)]
pub struct SignedBundle {
    pub(crate) bytes: Vec<u8>,
    pub(crate) identity: String,
    pub(crate) issuer: String,
    pub(crate) log_index: u64,
}

impl SignedBundle {
    /// Returns the bundle, JSON of `application/vnd.dev.sigstore.bundle.v0.3+json`, in one line.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bundle.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns whom the certificate names: an e-mail address or a URI.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Returns the OIDC issuer that the certificate names.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns at which place the entry is in the log, counted from 0.
    #[must_use]
    pub const fn log_index(&self) -> u64 {
        self.log_index
    }
}

impl fmt::Debug for SignedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedBundle")
            .field("identity", &self.identity)
            .field("issuer", &self.issuer)
            .field("log_index", &self.log_index)
            .finish_non_exhaustive()
    }
}
