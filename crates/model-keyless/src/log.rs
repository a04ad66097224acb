use sigstore_sign::crypto::sha256;
use sigstore_sign::rekor::body::{DsseV001Body, HashedRekordV001Body, HashedRekordV002Body};
use sigstore_sign::rekor::{
    DsseEntry, HashedRekord, HashedRekordV2, LogEntry, RekorEntryBody, RekorV2KeyDetails,
};
use sigstore_sign::types::{
    DerCertificate, DsseEnvelope, HashAlgorithm, KindVersion, Sha256Hash, SignatureBytes,
    TransparencyLogEntry,
};

use crate::error::EntryPart;
use crate::exchange::{Asked, Exchange};
use crate::{Endpoint, Error, LogVersion, Services, Step};

/// What is written into a log: a signature, with what it is of and whose it is.
pub(crate) struct Entry<'a> {
    pub(crate) signature: &'a SignatureBytes,
    pub(crate) certificate: &'a DerCertificate,
    /// SHA-256 of what was signed: the artifact, or the pre-authentication encoding of an envelope.
    pub(crate) hash: Sha256Hash,
    /// The envelope, where one was signed.
    pub(crate) envelope: Option<&'a DsseEnvelope>,
}

/// Writes an entry into the log and holds what comes back against it.
pub(crate) async fn write(
    exchange: &Exchange,
    services: &Services,
    entry: &Entry<'_>,
) -> Result<TransparencyLogEntry, Error> {
    let written = match services.log_version() {
        LogVersion::V1 => write_v1(exchange, services.log(), entry).await?,
        LogVersion::V2 => write_v2(exchange, services.log(), entry).await?,
    };
    proven(&written, services)?;
    same(&written, entry)?;
    Ok(written)
}

/// Rekor v1: `POST /api/v1/log/entries`, `{ uuid: entry }` back. Envelopes are sent whole, as `dsse` 0.0.1.
async fn write_v1(
    exchange: &Exchange,
    log: &Endpoint,
    entry: &Entry<'_>,
) -> Result<TransparencyLogEntry, Error> {
    let (kind, body) = match entry.envelope {
        Some(envelope) => {
            let proposed = DsseEntry::new(envelope, entry.certificate).map_err(Error::signing)?;
            (KindVersion::DsseV001, serde_json::to_vec(&proposed))
        }
        None => {
            let proposed = HashedRekord::new(&entry.hash, entry.signature, entry.certificate);
            (KindVersion::HashedRekordV001, serde_json::to_vec(&proposed))
        }
    };
    let body = body.map_err(Error::signing)?;
    let answer = post(exchange, log, "api/v1/log/entries", body).await?;
    let malformed = |error| Error::malformed(Step::Log, error);
    let entries: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&answer).map_err(malformed)?;
    let mut entries = entries.into_iter();
    let (Some((_, written)), None) = (entries.next(), entries.next()) else {
        return Err(Error::AnswerMalformed {
            step: Step::Log,
            source: None,
        });
    };
    let written: LogEntry = serde_json::from_value(written).map_err(malformed)?;
    let written = written.to_bundle_entry(kind);
    written.map_err(|error| Error::malformed(Step::Log, error))
}

/// Rekor v2: `POST /api/v2/log/entries`, the entry of a bundle back. Envelopes too are written by hash.
async fn write_v2(
    exchange: &Exchange,
    log: &Endpoint,
    entry: &Entry<'_>,
) -> Result<TransparencyLogEntry, Error> {
    let proposed = HashedRekordV2::new_with_certificate(
        &entry.hash,
        entry.signature,
        entry.certificate,
        RekorV2KeyDetails::PkixEcdsaP256Sha256,
    );
    let body = serde_json::to_vec(&proposed).map_err(Error::signing)?;
    let answer = post(exchange, log, "api/v2/log/entries", body).await?;
    serde_json::from_slice(&answer).map_err(|error| Error::malformed(Step::Log, error))
}

async fn post(
    exchange: &Exchange,
    log: &Endpoint,
    path: &str,
    body: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let length = body.len();
    let request = exchange
        .client()
        .post(log.below(path))
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(body);
    let asked = Asked {
        step: Step::Log,
        endpoint: log,
        secret: None,
    };
    match exchange.send(&asked, request).await {
        Err(Error::Refused { status: 409, .. }) => Err(Error::AlreadyLogged),
        Err(Error::Refused { status, answer, .. }) if is_too_large(status, &answer) => {
            Err(Error::EntryTooLarge { length, status })
        }
        result => result,
    }
}

/// Says whether a refusal is for size: proxies say 413, Rekor itself 400 or 422 with Go's words for it.
fn is_too_large(status: u16, answer: &str) -> bool {
    let words = [
        "request body too large",
        "entry too large",
        "exceeds maximum",
    ];
    status == 413 || matches!(status, 400 | 422) && words.iter().any(|words| answer.contains(words))
}

/// Refuses an entry that nobody could verify.
fn proven(written: &TransparencyLogEntry, services: &Services) -> Result<(), Error> {
    let missing = |part| Error::EntryUnproven { part };
    let proof = written.inclusion_proof.as_ref();
    let proof = proof.ok_or_else(|| missing(EntryPart::InclusionProof))?;
    if proof.checkpoint.is_empty() {
        return Err(missing(EntryPart::Checkpoint));
    }
    // A verifier needs a time that somebody signed: the log of the first generation, or the authority.
    let signed_by_log = written.inclusion_promise.is_some() && written.integrated_time.is_some();
    if services.timestamps().is_none() && !signed_by_log {
        return Err(missing(EntryPart::Time));
    }
    Ok(())
}

/// Refuses an entry that is not of the signature that was sent.
fn same(written: &TransparencyLogEntry, entry: &Entry<'_>) -> Result<(), Error> {
    let body = RekorEntryBody::parse(&written.canonicalized_body, written.kind_version);
    let body = body.map_err(|error| Error::malformed(Step::Log, error))?;
    match (body, entry.envelope) {
        (RekorEntryBody::DsseV001(body), Some(envelope)) => same_envelope(&body, envelope, entry),
        (RekorEntryBody::HashedRekordV001(body), None) => same_hash(&body, entry),
        (RekorEntryBody::HashedRekordV002(body), _) => same_hash_v2(&body, entry),
        _ => Err(Error::EntryDiffers {
            part: EntryPart::Kind,
        }),
    }
}

fn same_envelope(
    body: &DsseV001Body,
    envelope: &DsseEnvelope,
    entry: &Entry<'_>,
) -> Result<(), Error> {
    let payload = sha256(envelope.payload.as_bytes());
    let hash = &body.spec.payload_hash;
    let [signature] = body.spec.signatures.as_slice() else {
        return Err(differs(EntryPart::Signature));
    };
    let certificate = signature.parse_certificate();
    let certificate = certificate.map_err(|error| Error::malformed(Step::Log, error))?;
    compare(
        hash.algorithm == HashAlgorithm::Sha2256 && hash.value == payload.to_hex(),
        signature.signature == *entry.signature,
        certificate == *entry.certificate,
    )
}

fn same_hash(body: &HashedRekordV001Body, entry: &Entry<'_>) -> Result<(), Error> {
    let hash = &body.spec.data.hash;
    let signature = &body.spec.signature;
    let certificate = signature.public_key.parse_certificate();
    let certificate = certificate.map_err(|error| Error::malformed(Step::Log, error))?;
    compare(
        hash.algorithm == HashAlgorithm::Sha2256 && hash.value.as_str() == entry.hash.to_hex(),
        signature.content == *entry.signature,
        certificate == *entry.certificate,
    )
}

fn same_hash_v2(body: &HashedRekordV002Body, entry: &Entry<'_>) -> Result<(), Error> {
    let body = &body.spec.hashed_rekord_v002;
    let certificate = body.signature.verifier.x509_certificate.as_ref();
    compare(
        body.data.algorithm == HashAlgorithm::Sha2256
            && body.data.digest.as_bytes() == entry.hash.as_slice(),
        body.signature.content == *entry.signature,
        certificate.is_some_and(|found| found.raw_bytes == *entry.certificate)
            && body.signature.verifier.public_key.is_none(),
    )
}

/// Names the first part that is not the same.
fn compare(hash: bool, signature: bool, certificate: bool) -> Result<(), Error> {
    let parts = [
        (hash, EntryPart::Hash),
        (signature, EntryPart::Signature),
        (certificate, EntryPart::Certificate),
    ];
    match parts.into_iter().find(|(same, _)| !same) {
        Some((_, part)) => Err(differs(part)),
        None => Ok(()),
    }
}

const fn differs(part: EntryPart) -> Error {
    Error::EntryDiffers { part }
}
