/// What a bundle brings along for verifying its signature. None of it is trusted for standing here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerificationMaterial {
    pub(super) key: KeyMaterial,
    pub(super) tlog_entries: Vec<String>,
    pub(super) timestamps: Option<String>,
}

/// Which key made the signature: one of three ways to say it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyMaterial {
    /// A key that the verifier has.
    PublicKey(KeyIdentifier),
    /// Certificates in DER, the signer's first.
    CertificateChain(Vec<Vec<u8>>),
    /// The signer's certificate in DER, whose issuer the verifier has.
    Certificate(Vec<u8>),
}

/// How a bundle names a key.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeyIdentifier {
    /// A name for the key that signer and verifier agreed on. Model signing has the SHA-256 of the key's PEM
    /// text here, in lower-case hexadecimal digits; cosign has the SHA-256 of its DER in base 64.
    pub hint: Option<String>,
    /// The key itself, its PEM text in bundles of model-signing before 1.1.
    pub raw_bytes: Option<Vec<u8>>,
    /// What kind of key stands in `raw_bytes`, a name of protobuf's `PublicKeyDetails`.
    pub key_details: Option<String>,
}

impl VerificationMaterial {
    /// Takes what names the key, with no entry of a log and no timestamp.
    #[must_use]
    pub const fn new(key: KeyMaterial) -> Self {
        Self {
            key,
            tlog_entries: Vec::new(),
            timestamps: None,
        }
    }

    /// Returns what names the key.
    #[must_use]
    pub const fn key(&self) -> &KeyMaterial {
        &self.key
    }

    /// Returns the entries of a transparency log, each as JSON in one line; none where the bundle has no list.
    #[must_use]
    pub fn tlog_entries(&self) -> &[String] {
        &self.tlog_entries
    }

    /// Returns `timestampVerificationData` as JSON in one line.
    #[must_use]
    pub fn timestamps(&self) -> Option<&str> {
        self.timestamps.as_deref()
    }
}

impl KeyIdentifier {
    /// Names a key by a hint.
    #[must_use]
    pub fn from_hint(hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..Self::default()
        }
    }
}
