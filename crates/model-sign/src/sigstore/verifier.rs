use std::time::SystemTime;

use model_digest::{Algorithm, Digest};
use sigstore_verify::types::{
    Artifact as Given, ArtifactDigest, Bundle, DerPublicKey, HashAlgorithm, SignatureContent,
    Statement,
};
use sigstore_verify::{
    Policy, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult,
};

use super::error::{MalformedBundle, SigstoreError};
use super::identity::{Identity, Issuer};
use super::leaf::{Leaf, LeafError};
use super::refusal;
use super::subject::SubjectKind;
use super::trust_root::TrustRoot;
use super::verified::{KeylessSigner, SigningTime, TimeSource, VerifiedBundle};
use super::workload::Workload;
use super::{document, evidence};
use crate::key::PublicKey;
use crate::keyed::{Artifact, KeyedError, KeyedVerifier, VerifiedStatement};
use crate::{Limits, intoto};

/// Verifies bundles that one expected identity signed, with nothing but a trust root.
///
/// It cannot be made without an identity and an issuer, and neither accepts anyone.
///
/// The time of verification is a parameter. `sigstore-verify` underneath asks the clock of the machine besides
/// and refuses what that clock has in its future: a clock that runs behind refuses more, none accepts more.
#[derive(Clone, Debug)]
pub struct KeylessVerifier {
    root: TrustRoot,
    identity: Identity,
    issuer: Issuer,
    limits: Limits,
}

impl KeylessVerifier {
    /// Expects signatures of this identity, vouched for by this issuer, under this root.
    #[must_use]
    pub fn new(root: TrustRoot, identity: Identity, issuer: Issuer) -> Self {
        Self {
            root,
            identity,
            issuer,
            limits: Limits::default(),
        }
    }

    /// Reads bundles within these limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Verifies that the expected identity signed this artifact, or a statement one of whose subjects it is.
    ///
    /// # Errors
    /// [`SigstoreError`] says which step failed first, in the order of `docs/sigstore.md`.
    pub fn verify_artifact(
        &self,
        bundle: &[u8],
        artifact: Artifact<'_>,
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        self.verify(&read(bundle, &self.limits)?, artifact, at)
    }

    /// Verifies that the expected identity signed the statement in the bundle, whatever it is about.
    ///
    /// What its subjects are is left to the caller, who has to compare them with what is at hand: this alone
    /// says nothing about any artifact.
    ///
    /// # Errors
    /// [`SigstoreError`] as for [`verify_artifact`](Self::verify_artifact); [`SigstoreError::NoStatement`] if
    /// the bundle has a bare signature.
    pub fn verify_statement(
        &self,
        bundle: &[u8],
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        let bundle = read(bundle, &self.limits)?;
        let subject = first_subject(&bundle)?;
        self.verify_given(&bundle, Given::Digest(subject), at)
    }

    fn verify(
        &self,
        bundle: &Bundle,
        artifact: Artifact<'_>,
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        with_artifact(artifact, |given| self.verify_given(bundle, given, at))
    }

    fn verify_given(
        &self,
        bundle: &Bundle,
        given: Given<'_>,
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        let Some(certificate) = bundle.signing_certificate() else {
            return Err(SigstoreError::SignedWithKey);
        };
        // Whoever it is: who signed is judged below, on the certificate that was verified.
        let policy = VerificationPolicy::any_identity();
        let result = run(&self.root, bundle, given, &policy, at)?;
        let is_checked =
            result.certificate_verified() && result.sct_verified() && result.tlog_verified();
        let signer = self.judge(certificate.as_bytes(), &result)?;
        if !is_checked || result.verified_timestamps().is_empty() {
            // Not reached: the policy skips nothing.
            return Err(SigstoreError::Leaf(LeafError::Malformed));
        }
        conclude(&self.root, bundle, &result, Some(signer), at)
    }

    /// Judges who signed.
    fn judge(
        &self,
        certificate: &[u8],
        result: &VerificationResult,
    ) -> Result<KeylessSigner, SigstoreError> {
        let leaf = Leaf::read(certificate).map_err(SigstoreError::Leaf)?;
        let second = result.identity().map(|name| name.as_str());
        let is_second_reader_agreed =
            leaf.subject.kind() == SubjectKind::UserName || second == Some(leaf.subject.as_str());
        if !is_second_reader_agreed || result.issuer() != Some(leaf.issuer.as_str()) {
            return Err(SigstoreError::Leaf(LeafError::Malformed));
        }
        if !self.identity.accepts(&leaf.subject) {
            return Err(SigstoreError::WrongIdentity {
                found: leaf.subject,
                wanted: Box::new(self.identity.clone()),
            });
        }
        if self.issuer.as_str() != leaf.issuer {
            return Err(SigstoreError::WrongIssuer {
                found: leaf.issuer.into(),
                wanted: self.issuer.clone(),
            });
        }
        let claims = result.certificate().map(|info| &info.ci_claims);
        Ok(KeylessSigner {
            subject: leaf.subject,
            issuer: leaf.issuer,
            workload: claims.map(Workload::from_claims).unwrap_or_default(),
        })
    }
}

/// Verifies bundles that were signed with one key, and with it what logs and timestamp authorities say.
///
/// The key alone is who signed. A log entry or a timestamp that is in the bundle has to hold besides; a bundle
/// with neither is accepted.
#[derive(Clone, Debug)]
pub struct LoggedKeyVerifier {
    root: TrustRoot,
    keyed: KeyedVerifier,
    limits: Limits,
}

impl LoggedKeyVerifier {
    /// Expects signatures of this key, and evidence of this root.
    #[must_use]
    pub fn new(root: TrustRoot, key: PublicKey) -> Self {
        Self {
            root,
            keyed: KeyedVerifier::new(key),
            limits: Limits::default(),
        }
    }

    /// Reads bundles within these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.keyed = self.keyed.with_limits(limits.clone());
        self.limits = limits;
        self
    }

    /// Verifies that the key signed this artifact, or a statement one of whose subjects it is, and that every
    /// log entry and timestamp in the bundle holds.
    ///
    /// # Errors
    /// [`SigstoreError::Keyed`] if the signature is not the key's, else what is wrong with the evidence.
    pub fn verify_artifact(
        &self,
        bundle: &[u8],
        artifact: Artifact<'_>,
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        let keyed = self.keyed.verify_artifact(bundle, artifact);
        let keyed = keyed.map_err(|error| match error {
            KeyedError::SignedWithCertificate => SigstoreError::SignedWithCertificate,
            error => SigstoreError::Keyed(error),
        })?;
        let bundle = read(bundle, &self.limits)?;
        let material = &bundle.verification_material;
        if material.tlog_entries.is_empty()
            && material
                .timestamp_verification_data
                .rfc3161_timestamps
                .is_empty()
        {
            return Ok(VerifiedBundle {
                signer: None,
                statement: keyed.into_statement(),
                times: Vec::new(),
                entries: Vec::new(),
            });
        }
        let key = DerPublicKey::new(self.keyed.key().to_spki_der());
        let mut policy = PublicKeyVerificationPolicy::new(key);
        if material.tlog_entries.is_empty() {
            // Nothing is skipped but the demand that there be an entry.
            policy = policy.skip_tlog_unsafe();
        }
        with_artifact(artifact, |given| {
            let result = run(&self.root, &bundle, given, &policy, at)?;
            conclude(&self.root, &bundle, &result, None, at)
        })
    }
}

/// Reads a bundle, strictly.
fn read(bytes: &[u8], limits: &Limits) -> Result<Bundle, SigstoreError> {
    let value = document::bundle(bytes, limits).map_err(SigstoreError::Malformed)?;
    let bundle: Bundle = serde_json::from_value(value)
        .map_err(|error| SigstoreError::Malformed(MalformedBundle::Shape(Box::new(error))))?;
    evidence::check_shape(&bundle).map_err(SigstoreError::Malformed)?;
    evidence::check_proven(&bundle)?;
    if let SignatureContent::DsseEnvelope(envelope) = &bundle.content {
        intoto::Statement::read(envelope.payload.as_bytes(), limits)
            .map_err(|error| SigstoreError::Statement(Box::new(error)))?;
    }
    Ok(bundle)
}

/// Gives the artifact by its digest, and by its bytes where the signature is over another one.
fn with_artifact<T>(
    artifact: Artifact<'_>,
    verify: impl Fn(Given<'_>) -> Result<T, SigstoreError>,
) -> Result<T, SigstoreError> {
    match artifact {
        Artifact::Digest(digest) => verify(Given::Digest(digest_of(digest)?)),
        Artifact::Bytes(bytes) => {
            let digest = Digest::of(Algorithm::Sha256, bytes);
            match verify(Given::Digest(digest_of(&digest)?)) {
                Err(SigstoreError::NeedsBytes(_)) => verify(Given::Blob(bytes)),
                result => result,
            }
        }
    }
}

/// No digest of this algorithm is signed by Sigstore.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("Sigstore signs no digests of {0}")]
struct UnsignedAlgorithm(Algorithm);

fn digest_of(digest: &Digest) -> Result<ArtifactDigest, SigstoreError> {
    let algorithm = match digest.algorithm() {
        Algorithm::Sha256 => HashAlgorithm::Sha2256,
        other => {
            return Err(SigstoreError::NeedsBytes(Box::new(UnsignedAlgorithm(
                other,
            ))));
        }
    };
    ArtifactDigest::new(algorithm, digest.bytes().to_vec())
        .map_err(|error| SigstoreError::NeedsBytes(Box::new(error)))
}

/// Returns the digest of the first subject that has one which can be bound.
fn first_subject(bundle: &Bundle) -> Result<ArtifactDigest, SigstoreError> {
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
        return Err(SigstoreError::NoStatement);
    };
    let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes())
        .map_err(|error| SigstoreError::Statement(Box::new(error)))?;
    let mut digests = statement.subject.iter().map(|subject| &subject.digest);
    digests
        .find_map(|digest| digest.sha256)
        .map(ArtifactDigest::sha256)
        .ok_or_else(|| SigstoreError::Statement(Box::new(NoSubject)))
}

/// The statement is about nothing that could be bound.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no subject has a SHA-256 digest")]
struct NoSubject;

fn run(
    root: &TrustRoot,
    bundle: &Bundle,
    given: Given<'_>,
    policy: &impl Policy,
    at: SystemTime,
) -> Result<VerificationResult, SigstoreError> {
    root.with_verifier(at, |verifier| verifier.verify(given, bundle, policy))
        .map_err(SigstoreError::TrustRoot)?
        .map_err(refusal::of)
}

/// Collects what a verified bundle says.
fn conclude(
    root: &TrustRoot,
    bundle: &Bundle,
    result: &VerificationResult,
    signer: Option<KeylessSigner>,
    at: SystemTime,
) -> Result<VerifiedBundle, SigstoreError> {
    let entries = evidence::check_logs(bundle, root, at)?;
    let verified = result.verified_timestamps();
    // `sigstore-verify` lists those of authorities first, and behind those of logs where a key signed.
    let stamps = &bundle.verification_material.timestamp_verification_data;
    let stamped = stamps.rfc3161_timestamps.len();
    let logged = verified.len().saturating_sub(stamped);
    let mut times = Vec::new();
    for (number, time) in verified.iter().enumerate() {
        let time = SystemTime::from(*time);
        if time > at {
            return Err(SigstoreError::FromTheFuture { signed: time, at });
        }
        let is_stamped = if signer.is_some() {
            number < stamped
        } else {
            number >= logged
        };
        let source = if is_stamped {
            TimeSource::Timestamp
        } else {
            TimeSource::Log
        };
        times.push(SigningTime { time, source });
    }
    let statement = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => Some(VerifiedStatement::new(
            envelope.payload.as_bytes(),
            &envelope.payload_type,
        )),
        _ => None,
    };
    Ok(VerifiedBundle {
        signer,
        statement,
        times,
        entries,
    })
}
