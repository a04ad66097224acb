use std::fmt;

/// What a PEM block says it holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Label {
    /// `PUBLIC KEY`: SubjectPublicKeyInfo.
    PublicKey,
    /// `PRIVATE KEY`: PKCS#8.
    PrivateKey,
    /// `ENCRYPTED PRIVATE KEY`: PKCS#8 under a passphrase.
    EncryptedPrivateKey,
    /// `EC PRIVATE KEY`: SEC 1, as `openssl ecparam -genkey` writes it.
    EcPrivateKey,
    /// `EC PARAMETERS`: the name of a curve, which `openssl ecparam -genkey` writes before the key.
    EcParameters,
    /// `RSA PRIVATE KEY` or `RSA PUBLIC KEY`: PKCS#1.
    Rsa,
    /// `OPENSSH PRIVATE KEY`.
    Openssh,
    /// `CERTIFICATE`.
    Certificate,
    /// Any other.
    Other,
}

impl Label {
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            b"PUBLIC KEY" => Self::PublicKey,
            b"PRIVATE KEY" => Self::PrivateKey,
            b"ENCRYPTED PRIVATE KEY" => Self::EncryptedPrivateKey,
            b"EC PRIVATE KEY" => Self::EcPrivateKey,
            b"EC PARAMETERS" => Self::EcParameters,
            b"RSA PRIVATE KEY" | b"RSA PUBLIC KEY" => Self::Rsa,
            b"OPENSSH PRIVATE KEY" => Self::Openssh,
            b"CERTIFICATE" => Self::Certificate,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicKey => "a public key",
            Self::PrivateKey => "a private key",
            Self::EncryptedPrivateKey => "an encrypted private key",
            Self::EcPrivateKey => "a private key on a curve",
            Self::EcParameters => "the parameters of a curve",
            Self::Rsa => "an RSA key",
            Self::Openssh => "a key of OpenSSH",
            Self::Certificate => "a certificate",
            Self::Other => "something else",
        })
    }
}
