use std::path::Path;

use weighbridge::findings::escape;
use weighbridge::hold::{self, Held};
use weighbridge::sign::attest::{AttestationVerifier, ExpectedSigner};
use weighbridge::sign::certificate::{ChainLimits, TrustAnchors};

use super::AttestVerify;
use crate::failure::{Failure, quoted};
use crate::key_file;

/// Finds out whom the command line trusts.
pub(super) fn verifier(arguments: &AttestVerify) -> Result<AttestationVerifier, Failure> {
    let verifier = if !arguments.key.is_empty() {
        let keys = arguments.key.iter().map(|path| key_file::public(path));
        AttestationVerifier::of_keys(keys.collect::<Result<_, _>>()?)
            .map_err(|error| Failure::usage(error.to_string()))?
    } else if !arguments.certificate_chain.is_empty() {
        AttestationVerifier::of_certificates(anchors(arguments)?, signer(arguments))
    } else {
        identity(arguments)?
    };
    let verifier = verifier
        .with_threshold(arguments.threshold)
        .map_err(|error| Failure::usage(error.to_string()))?;
    Ok(match &arguments.predicate_type {
        Some(predicate_type) => verifier.with_predicate_type(predicate_type),
        None => verifier,
    })
}

fn anchors(arguments: &AttestVerify) -> Result<TrustAnchors, Failure> {
    let limits = ChainLimits::default();
    let texts = arguments.certificate_chain.iter();
    let texts = texts
        .map(|path| read(path, limits.anchor_bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    TrustAnchors::from_pem(&texts, &limits).map_err(|error| {
        let error = escape(&error.to_string());
        Failure::failed(format!(
            "cannot trust what --certificate-chain names: {error}"
        ))
    })
}

fn signer(arguments: &AttestVerify) -> ExpectedSigner {
    match (&arguments.signer_subject, &arguments.alternative_name) {
        (Some(subject), _) => ExpectedSigner::Subject(subject.clone()),
        (None, Some(name)) => ExpectedSigner::AlternativeName(name.clone()),
        (None, None) => ExpectedSigner::Anyone,
    }
}

#[cfg(feature = "sigstore")]
fn identity(arguments: &AttestVerify) -> Result<AttestationVerifier, Failure> {
    use weighbridge::sign::sigstore::{Identity, Issuer, KeylessVerifier, TrustRoot};

    /// The largest trust root that is read, in bytes; the public-good one has 6 KiB.
    const ROOT_BYTES: usize = 16 << 20;

    let usage = |error: &dyn std::error::Error| Failure::usage(escape(&error.to_string()));
    let identity = arguments.identity.as_deref().unwrap_or_default();
    let identity = Identity::exact(identity).map_err(|error| usage(&error))?;
    let issuer = arguments.issuer.as_deref().unwrap_or_default();
    let issuer = Issuer::exact(issuer).map_err(|error| usage(&error))?;
    let root = match &arguments.trusted_root {
        None => TrustRoot::public_good()
            .map_err(|error| Failure::failed(format!("no trust root: {error}")))?,
        Some(path) => TrustRoot::from_json(&read(path, ROOT_BYTES)?).map_err(|error| {
            let (root, error) = (quoted(path), escape(&error.to_string()));
            Failure::failed(format!("cannot use the trust root {root}: {error}"))
        })?,
    };
    Ok(AttestationVerifier::of_identity(KeylessVerifier::new(
        root, identity, issuer,
    )))
}

#[cfg(not(feature = "sigstore"))]
fn identity(_: &AttestVerify) -> Result<AttestationVerifier, Failure> {
    Err(Failure::failed(
        "this build cannot check keyless signatures: it was made without the feature `sigstore`"
            .to_owned(),
    ))
}

fn read(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let bytes = Held::open(path).and_then(|held| held.read_to_vec(most));
    bytes.map_err(|error| match error.kind() {
        hold::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
        _ => Failure::failed(error.to_string()),
    })
}
