use model_digest::Digest;

use super::verified::name_of;
use crate::bundle::{Bundle, Content, KeyIdentifier, KeyMaterial, VerificationMaterial};
use crate::certificate::Certificate;
use crate::dsse::{self, Envelope, Signature};
use crate::intoto::{PAYLOAD_TYPE, Version};
use crate::json::write;
use crate::key::{SignError, Signer};
use crate::predicate::{DigestSet, Predicate};

/// A statement that is to be signed.
#[derive(Clone, Debug)]
pub struct Draft {
    subjects: Vec<(String, DigestSet)>,
    predicate: Predicate,
}

/// Why a statement was not signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// It is about nothing.
    #[error("the statement has no subject")]
    NoSubject,
    /// Nobody is to sign it.
    #[error("no key to sign with")]
    NoSigner,
    /// The certificate is not the key's.
    #[error("the first certificate is not the one of the key")]
    OtherCertificate,
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Draft {
    /// Says something. About what is said with [`Draft::with_subject`].
    #[must_use]
    pub const fn new(predicate: Predicate) -> Self {
        Self {
            subjects: Vec::new(),
            predicate,
        }
    }

    /// Adds an artifact.
    #[must_use]
    pub fn with_subject(self, name: impl Into<String>, digest: &Digest) -> Self {
        let digests = DigestSet::new().with(name_of(digest.algorithm()), &digest.to_hex());
        // The digits of a digest are always well formed.
        self.with_digests(name, digests.unwrap_or_default())
    }

    /// Adds an artifact with several digests. One without any is left out: it could be anything.
    #[must_use]
    pub fn with_digests(mut self, name: impl Into<String>, digests: DigestSet) -> Self {
        if !digests.is_empty() {
            self.subjects.push((name.into(), digests));
        }
        self
    }

    /// Writes the statement: version 0.1 for a provenance of SLSA v0.2, as its specification has it, else 1.
    ///
    /// # Errors
    /// [`DraftError::NoSubject`].
    pub fn to_json(&self) -> Result<Vec<u8>, DraftError> {
        if self.subjects.is_empty() {
            return Err(DraftError::NoSubject);
        }
        let version = match self.predicate {
            Predicate::ProvenanceV0_2(_) => Version::V0_1,
            _ => Version::V1,
        };
        let mut out = vec![b'{'];
        write::key(&mut out, "_type");
        write::string(&mut out, version.uri());
        write::key(&mut out, "subject");
        out.push(b'[');
        for (name, digests) in &self.subjects {
            write::comma(&mut out);
            out.push(b'{');
            write::key(&mut out, "name");
            write::string(&mut out, name);
            write::key(&mut out, "digest");
            out.push(b'{');
            for (algorithm, digest) in digests.iter() {
                write::key(&mut out, algorithm);
                write::string(&mut out, digest);
            }
            out.extend_from_slice(b"}}");
        }
        out.push(b']');
        write::key(&mut out, "predicateType");
        write::string(&mut out, self.predicate.type_uri());
        write::key(&mut out, "predicate");
        out.extend_from_slice(&self.predicate.to_json());
        out.push(b'}');
        Ok(out)
    }

    /// Signs with each of the keys and gives an envelope. The identifier of a key there is its
    /// [`hint`](crate::key::PublicKey::hint).
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn sign(&self, signers: &[&dyn Signer]) -> Result<Envelope, DraftError> {
        let payload = self.to_json()?;
        if signers.is_empty() {
            return Err(DraftError::NoSigner);
        }
        let message = dsse::pae(PAYLOAD_TYPE, &payload);
        let signatures = signers.iter().map(|signer| {
            let signature = Signature::new(signer.sign_checked(&message)?);
            Ok(signature.with_keyid(signer.public_key().hint()))
        });
        let signatures = signatures.collect::<Result<Vec<_>, SignError>>()?;
        Ok(Envelope::new(PAYLOAD_TYPE, payload, signatures))
    }

    /// Signs with a key and gives a Sigstore bundle, which names the key by its hint.
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn sign_bundle(&self, signer: &dyn Signer) -> Result<Bundle, DraftError> {
        let hint = KeyIdentifier::from_hint(signer.public_key().hint());
        self.bundle(signer, KeyMaterial::PublicKey(hint))
    }

    /// Signs with the key of a certificate and gives a Sigstore bundle with the chain, the signer's first.
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn sign_bundle_with_chain(
        &self,
        signer: &dyn Signer,
        chain: &[Certificate],
    ) -> Result<Bundle, DraftError> {
        let own = signer.public_key().to_spki_der();
        if chain
            .first()
            .is_none_or(|leaf| leaf.public_key_der() != own)
        {
            return Err(DraftError::OtherCertificate);
        }
        let chain = chain.iter().map(|certificate| certificate.der().to_vec());
        self.bundle(signer, KeyMaterial::CertificateChain(chain.collect()))
    }

    fn bundle(&self, signer: &dyn Signer, material: KeyMaterial) -> Result<Bundle, DraftError> {
        let envelope = self.sign(&[signer])?;
        let material = VerificationMaterial::new(material);
        Ok(Bundle::new(material, Content::Envelope(envelope)))
    }
}
