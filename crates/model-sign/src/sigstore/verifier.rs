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
use super::verified::{KeylessSigner, SigningTime, TimeSource, VerifiedBundle, VerifiedStatement};
use super::workload::Workload;
use super::{document, evidence};

/// Largest bundle that is read unless told otherwise, in bytes: 64 MiB holds the manifest of 300,000 files.
const LARGEST: usize = 64 << 20;

/// What a bundle has to be about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Artifact<'a> {
    /// Bytes in memory, such as a held file that is mapped.
    Bytes(&'a [u8]),
    /// What has this digest, which must be the caller's own or one that the caller trusts.
    Digest(&'a Digest),
}

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
    largest: usize,
}

impl KeylessVerifier {
    /// Expects signatures of this identity, vouched for by this issuer, under this root.
    #[must_use]
    pub const fn new(root: TrustRoot, identity: Identity, issuer: Issuer) -> Self {
        Self {
            root,
            identity,
            issuer,
            largest: LARGEST,
        }
    }

    /// Reads bundles of at most so many bytes; 64 MiB unless told otherwise.
    #[must_use]
    pub const fn with_bundle_bytes(mut self, largest: usize) -> Self {
        self.largest = largest;
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
        self.verify(&read(bundle, self.largest)?, artifact, at)
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
        let bundle = read(bundle, self.largest)?;
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
    spki: Vec<u8>,
    largest: usize,
}

impl LoggedKeyVerifier {
    /// Expects signatures of this key, a SubjectPublicKeyInfo in DER, and evidence of this root.
    #[must_use]
    pub const fn new(root: TrustRoot, spki: Vec<u8>) -> Self {
        Self {
            root,
            spki,
            largest: LARGEST,
        }
    }

    /// Verifies that the key signed this artifact, or a statement one of whose subjects it is, and that every
    /// log entry and timestamp in the bundle holds.
    ///
    /// # Errors
    /// [`SigstoreError`] says which step failed first.
    pub fn verify_artifact(
        &self,
        bundle: &[u8],
        artifact: Artifact<'_>,
        at: SystemTime,
    ) -> Result<VerifiedBundle, SigstoreError> {
        let bundle = read(bundle, self.largest)?;
        if bundle.signing_certificate().is_some() {
            return Err(SigstoreError::SignedWithCertificate);
        }
        let key = DerPublicKey::new(self.spki.clone());
        let mut policy = PublicKeyVerificationPolicy::new(key);
        if bundle.verification_material.tlog_entries.is_empty() {
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
fn read(bytes: &[u8], largest: usize) -> Result<Bundle, SigstoreError> {
    if bytes.len() > largest {
        return Err(SigstoreError::TooLarge {
            found: bytes.len(),
            limit: largest,
        });
    }
    let value = document::bundle(bytes).map_err(SigstoreError::Malformed)?;
    let bundle: Bundle = serde_json::from_value(value)
        .map_err(|error| SigstoreError::Malformed(MalformedBundle::Shape(Box::new(error))))?;
    evidence::check_shape(&bundle).map_err(SigstoreError::Malformed)?;
    if let SignatureContent::DsseEnvelope(envelope) = &bundle.content {
        document::json(envelope.payload.as_bytes()).map_err(SigstoreError::Statement)?;
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
        SignatureContent::DsseEnvelope(envelope) => Some(VerifiedStatement {
            payload: envelope.payload.as_bytes().to_vec(),
            payload_type: envelope.payload_type.clone(),
        }),
        _ => None,
    };
    Ok(VerifiedBundle {
        signer,
        statement,
        times,
        entries,
    })
}
