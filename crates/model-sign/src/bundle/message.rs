/// A signature of a file that stands beside the bundle.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MessageSignature {
    pub(super) signature: Vec<u8>,
    pub(super) digest: Option<(String, Vec<u8>)>,
}

impl MessageSignature {
    /// Takes the bytes of a signature, without the digest of what is signed.
    #[must_use]
    pub fn new(signature: impl Into<Vec<u8>>) -> Self {
        Self {
            signature: signature.into(),
            digest: None,
        }
    }

    /// Sets the digest of what is signed: protobuf's name of the hash function (`SHA2_256`), and its bytes.
    #[must_use]
    pub fn with_digest(mut self, algorithm: impl Into<String>, digest: impl Into<Vec<u8>>) -> Self {
        self.digest = Some((algorithm.into(), digest.into()));
        self
    }

    /// Returns the bytes of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Returns what the bundle says the digest of the file is: protobuf's name of the hash function, and the
    /// bytes. Nobody signed it.
    #[must_use]
    pub fn digest(&self) -> Option<(&str, &[u8])> {
        self.digest
            .as_ref()
            .map(|(algorithm, bytes)| (&**algorithm, &**bytes))
    }
}
