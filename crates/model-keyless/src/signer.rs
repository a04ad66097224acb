use std::time::SystemTime;

use model_digest::{Algorithm, Digest};
use sigstore_sign::bundle::BundleV03;
use sigstore_sign::crypto::{
    KeyPair, SigningScheme, sha256, verify_signature, verify_signature_prehashed,
};
use sigstore_sign::types::{
    Bundle, DsseEnvelope, DsseSignature, KeyId, PayloadBytes, Sha256Hash, SignatureContent,
    Statement,
};

use crate::certificate::{self, Issued};
use crate::exchange::Exchange;
use crate::log::{self, Entry};
use crate::{
    Error, IdentityToken, LogVersion, Options, Services, SignedBundle, blocking, timestamp,
};

/// The payload type of in-toto statements.
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Signs with keys that live for one signature: who signed is in a certificate that Fulcio gives for an identity
/// token, and when is in the log.
///
/// Every call makes a key, asks for a certificate, signs, asks for a timestamp where an authority is known, writes
/// an entry into the log, and drops the key. It blocks until that is done; it may be called on any thread.
///
/// # Errors
///
/// All three methods: [`Error`], by the step that failed; [`Error::step`] says which.
#[derive(Clone, Debug)]
pub struct KeylessSigner {
    services: Services,
    token: IdentityToken,
    options: Options,
    identity: Option<String>,
}

/// What is signed.
enum Content<'a> {
    Statement(&'a [u8]),
    Hash(Sha256Hash),
}

impl KeylessSigner {
    /// Signs for the identity of a token with these services.
    #[must_use]
    pub fn new(services: Services, token: IdentityToken) -> Self {
        Self {
            services,
            token,
            options: Options::default(),
            identity: None,
        }
    }

    /// Sets how services are asked.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Refuses a certificate for anybody else: an e-mail address or a URI, letter by letter. It is asked before
    /// anything is written into the log.
    #[must_use]
    pub fn with_expected_identity(mut self, identity: &str) -> Self {
        self.identity = Some(identity.to_owned());
        self
    }

    /// Signs an in-toto statement, JSON, as it is: a DSSE envelope in a Sigstore bundle.
    ///
    /// Rekor v1 is sent the whole statement; Rekor v2 a hash of it.
    ///
    /// # Errors
    ///
    /// [`Error`], by the step that failed.
    pub fn sign_statement(&self, statement: &[u8], at: SystemTime) -> Result<SignedBundle, Error> {
        let limit = self.options.limits.statement;
        if statement.len() > limit {
            return Err(Error::StatementTooLarge {
                length: statement.len(),
                limit,
            });
        }
        let parsed: Result<Statement, _> = serde_json::from_slice(statement);
        parsed.map_err(|error| Error::NotAStatement {
            source: Box::new(error),
        })?;
        self.sign(&Content::Statement(statement), at)
    }

    /// Signs any bytes, as `cosign sign-blob` does. Their SHA-256 is sent to the log, not they.
    ///
    /// # Errors
    ///
    /// [`Error`], by the step that failed.
    pub fn sign_blob(&self, bytes: &[u8], at: SystemTime) -> Result<SignedBundle, Error> {
        self.sign(&Content::Hash(sha256(bytes)), at)
    }

    /// Signs bytes that were hashed before, by their SHA-256.
    ///
    /// # Errors
    ///
    /// [`Error::DigestAlgorithm`] if the digest is of another algorithm; [`Error`], by the step that failed.
    pub fn sign_digest(&self, digest: &Digest, at: SystemTime) -> Result<SignedBundle, Error> {
        let found = digest.algorithm();
        if found != Algorithm::Sha256 {
            return Err(Error::DigestAlgorithm { found });
        }
        let hash = Sha256Hash::from_hex(&digest.to_hex()).map_err(Error::signing)?;
        self.sign(&Content::Hash(hash), at)
    }

    fn sign(&self, content: &Content<'_>, at: SystemTime) -> Result<SignedBundle, Error> {
        let services = &self.services;
        if services.log_version() == LogVersion::V2 && services.timestamps().is_none() {
            return Err(Error::NoTimestampAuthority);
        }
        let expires = self.token.expires();
        if at >= expires {
            return Err(Error::TokenExpired { at, expires });
        }
        blocking::run(|| self.run(content, at))
    }

    async fn run(&self, content: &Content<'_>, at: SystemTime) -> Result<SignedBundle, Error> {
        let exchange = Exchange::new(&self.options)?;
        let key = KeyPair::generate_ecdsa_p256().map_err(Error::signing)?;
        let issued = certificate::request(
            &exchange,
            self.services.fulcio(),
            &self.token,
            self.identity.as_deref(),
            &key,
            at,
        )
        .await?;

        let hash = match content {
            Content::Statement(statement) => sha256(&sigstore_sign::types::pae(IN_TOTO, statement)),
            Content::Hash(hash) => *hash,
        };
        let signature = key.sign_digest(&hash).map_err(Error::signing)?;
        drop(key);
        let envelope = match content {
            Content::Statement(statement) => Some(DsseEnvelope::new(
                IN_TOTO.to_owned(),
                PayloadBytes::from_bytes(statement),
                DsseSignature::new(signature.clone(), KeyId::default()),
            )),
            Content::Hash(_) => None,
        };

        // The log comes last: what is written there stays, so all else has to be at hand.
        let stamp = match self.services.timestamps() {
            Some(authority) => Some(timestamp::request(&exchange, authority, &signature).await?),
            None => None,
        };
        let entry = Entry {
            signature: &signature,
            certificate: &issued.certificate,
            hash,
            envelope: envelope.as_ref(),
        };
        let written = log::write(&exchange, &self.services, &entry).await?;
        let log_index = written.log_index.get();

        let certificate = issued.certificate.clone();
        let bundle = match envelope {
            Some(envelope) => BundleV03::with_certificate_and_dsse(certificate, envelope),
            None => BundleV03::with_certificate_and_signature(certificate, signature, hash),
        };
        let mut bundle = bundle.with_tlog_entry(written);
        if let Some(stamp) = stamp {
            bundle = bundle.with_rfc3161_timestamp(stamp);
        }
        let json = bundle.into_bundle().to_json().map_err(Error::signing)?;
        if !holds(&json, content, &issued) {
            return Err(Error::BundleInconsistent);
        }
        Ok(SignedBundle {
            bytes: json.into_bytes(),
            identity: issued.identity,
            issuer: issued.issuer,
            log_index,
        })
    }
}

/// Reads a bundle as a verifier will, and says whether it is of what was to be signed, by the key of its own
/// certificate.
fn holds(json: &str, content: &Content<'_>, issued: &Issued) -> bool {
    let Ok(bundle) = Bundle::from_json(json) else {
        return false;
    };
    if bundle.signing_certificate() != Some(&issued.certificate) {
        return false;
    }
    let key = &issued.public_key;
    let scheme = SigningScheme::EcdsaP256Sha256;
    match (&bundle.content, content) {
        (SignatureContent::DsseEnvelope(envelope), Content::Statement(statement)) => {
            envelope.payload.as_bytes() == *statement
                && envelope.payload_type == IN_TOTO
                && verify_signature(key, &envelope.pae(), &envelope.signature.sig, scheme).is_ok()
        }
        (SignatureContent::MessageSignature(message), Content::Hash(hash)) => {
            verify_signature_prehashed(key, hash.as_slice(), &message.signature, scheme).is_ok()
        }
        _ => false,
    }
}
