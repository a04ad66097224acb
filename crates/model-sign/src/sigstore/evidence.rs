//! What is checked of the log entries beside what `sigstore-verify` does.

use std::time::SystemTime;

use sigstore_verify::crypto::VerificationKey;
use sigstore_verify::types::bundle::{
    InclusionProof, TransparencyLogEntry, VerificationMaterialContent,
};
use sigstore_verify::types::{Bundle, KindVersion};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::error::{MalformedBundle, SigstoreError, Step};
use super::trust_root::TrustRoot;
use super::verified::{LogEntry, LogProof};

/// Nobody vouches for a checkpoint.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the log that the entry names did not sign the checkpoint")]
struct NotSignedByItsLog;

/// The entry is of a log that nobody knows.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the trust root does not name the log of the entry")]
struct UnknownLog;

/// Nothing says that the entry is in a log.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a log entry has neither a proof nor a promise")]
struct Unproven;

const fn is_version_2(entry: &TransparencyLogEntry) -> bool {
    matches!(entry.kind_version, KindVersion::HashedRekordV002)
}

/// Refuses what contradicts itself, or says what nobody signed, before anything is verified.
pub(super) fn check_shape(bundle: &Bundle) -> Result<(), MalformedBundle> {
    let material = &bundle.verification_material;
    for entry in &material.tlog_entries {
        if let Some(proof) = &entry.inclusion_proof {
            check_proof(entry, proof)?;
        }
        if is_version_2(entry) && entry.integrated_time.is_some() {
            return Err(MalformedBundle::UnsignedTime);
        }
    }
    if let VerificationMaterialContent::X509CertificateChain { certificates } = &material.content {
        if certificates.is_empty() {
            return Err(MalformedBundle::EmptyChain);
        }
        for certificate in certificates.iter().skip(1) {
            // One that cannot be read is no link of any chain; the verifier refuses what needs it.
            if Certificate::from_der(certificate.raw_bytes.as_bytes()).is_ok_and(|certificate| {
                let certificate = certificate.tbs_certificate();
                certificate.issuer() == certificate.subject()
            }) {
                return Err(MalformedBundle::RootInChain);
            }
        }
    }
    Ok(())
}

fn check_proof(
    entry: &TransparencyLogEntry,
    proof: &InclusionProof,
) -> Result<(), MalformedBundle> {
    // `sigstore-verify` reads over what stands behind the signatures, and over blanks at the ends of lines.
    let text = proof.checkpoint.envelope();
    if text.matches("\n\n").count() > 1 || text.contains(|c: char| c.is_control() && c != '\n') {
        return Err(MalformedBundle::CheckpointForm);
    }
    // `sigstore-verify` takes the place of such an entry from the checkpoint and overlooks what else says it.
    if is_version_2(entry)
        && let Some(checkpoint) = proof.checkpoint.checkpoint()
        && (proof.log_index != entry.log_index
            || proof.tree_size != checkpoint.tree_size()
            || proof.root_hash != *checkpoint.root_hash())
    {
        return Err(MalformedBundle::Contradiction);
    }
    Ok(())
}

/// Refuses an entry for which nobody vouches. `sigstore-verify` wants a proof of one entry and passes over
/// others that have none.
pub(super) fn check_proven(bundle: &Bundle) -> Result<(), SigstoreError> {
    let mut entries = bundle.verification_material.tlog_entries.iter();
    if entries.any(|entry| entry.inclusion_proof.is_none() && entry.inclusion_promise.is_none()) {
        return Err(SigstoreError::Rejected {
            step: Step::InclusionProof,
            source: Box::new(Unproven),
        });
    }
    Ok(())
}

/// Checks that every entry is of a log that the trust root names, and that this very log signed the
/// checkpoint: `sigstore-verify` takes the signature of any log that it knows. Says what the entries are.
pub(super) fn check_logs(
    bundle: &Bundle,
    root: &TrustRoot,
    at: SystemTime,
) -> Result<Vec<LogEntry>, SigstoreError> {
    let entries = &bundle.verification_material.tlog_entries;
    entries
        .iter()
        .map(|entry| check_log(entry, root, at))
        .collect()
}

/// Says whether a signature is in the name of the log whose tree it is: the first line of the checkpoint, which
/// is signed, is that name, in version 1 with the number of the tree behind it.
fn is_name_of(name: &str, origin: &str) -> bool {
    origin
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(" - "))
}

fn check_log(
    entry: &TransparencyLogEntry,
    root: &TrustRoot,
    at: SystemTime,
) -> Result<LogEntry, SigstoreError> {
    let id = entry.log_id.key_id.as_bytes();
    let log = root.root().tlogs.iter().find(|log| {
        let window = log.public_key.valid_for;
        log.log_id.key_id.as_bytes() == id
            && window.is_none_or(|window| SystemTime::from(window.start) <= at)
    });
    let log = log.ok_or_else(|| SigstoreError::Rejected {
        step: Step::Checkpoint,
        source: Box::new(UnknownLog),
    })?;
    if let Some(proof) = &entry.inclusion_proof {
        let key = VerificationKey::from_spki(&log.public_key.raw_bytes);
        let is_signed = proof.checkpoint.checkpoint().is_some_and(|checkpoint| {
            key.is_ok_and(|key| {
                checkpoint.signatures().iter().any(|signature| {
                    is_name_of(&signature.name, checkpoint.origin())
                        && id.starts_with(signature.key_id.as_bytes())
                        && key
                            .verify(checkpoint.signed_data(), &signature.signature)
                            .is_ok()
                })
            })
        });
        if !is_signed {
            return Err(SigstoreError::Rejected {
                step: Step::Checkpoint,
                source: Box::new(NotSignedByItsLog),
            });
        }
    }
    let proof = match (&entry.inclusion_proof, &entry.inclusion_promise) {
        (Some(_), Some(_)) => LogProof::InclusionAndPromise,
        (Some(_), None) => LogProof::Inclusion,
        (None, _) => LogProof::Promise,
    };
    // The promise signs it; in a log of version 2 it is the place in the tree.
    let is_index_signed = entry.inclusion_promise.is_some() || is_version_2(entry);
    Ok(LogEntry {
        log: log.base_url.clone(),
        kind: match entry.kind_version {
            KindVersion::HashedRekordV001 => "hashedrekord/0.0.1",
            KindVersion::HashedRekordV002 => "hashedrekord/0.0.2",
            KindVersion::DsseV001 => "dsse/0.0.1",
            KindVersion::IntotoV002 => "intoto/0.0.2",
            _ => "unknown",
        },
        index: is_index_signed.then_some(entry.log_index.get()),
        proof,
    })
}
