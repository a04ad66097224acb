use weighbridge::findings::escape;
use weighbridge::sign::certificate::TrustAnchors;
use weighbridge::sign::{Complete, ExpectedLeaf, Verifier, VerifierBuilder};

use super::Verify;
use crate::failure::Failure;
use crate::key_file;
use crate::sign::certificates;

/// Finds out whom the command line trusts.
pub(super) fn expected(arguments: &Verify) -> Result<VerifierBuilder<Complete>, Failure> {
    let of_model = &arguments.of_model;
    let builder = Verifier::builder();
    if let Some(key) = &arguments.key {
        return Ok(builder.trust_key(key_file::public(key)?));
    }
    if of_model.certificate_chain.is_empty() {
        return keyless(arguments);
    }
    let mut anchors = Vec::new();
    for path in &of_model.certificate_chain {
        anchors.extend(certificates(path)?);
    }
    let anchors = TrustAnchors::new(anchors).map_err(|error| {
        let error = error.to_string();
        Failure::failed(format!(
            "cannot trust what --certificate-chain names: {}",
            escape(&error)
        ))
    })?;
    let builder = builder.trust_certificates(anchors);
    Ok(match (&of_model.subject, &of_model.alternative_name) {
        (Some(subject), _) => builder.expect_leaf(ExpectedLeaf::subject(subject)),
        (None, Some(name)) => builder.expect_leaf(ExpectedLeaf::alternative_name(name)),
        (None, None) => builder.any_leaf_of_these_anchors(),
    })
}

#[cfg(feature = "sigstore")]
fn keyless(arguments: &Verify) -> Result<VerifierBuilder<Complete>, Failure> {
    use weighbridge::hold::Held;
    use weighbridge::sign::sigstore::{Identity, Issuer, KeylessVerifier, TrustRoot};

    use crate::failure::quoted;
    use crate::sign::unopened;

    /// The largest trust root that is read, in bytes; the public-good one has 6 KiB.
    const ROOT_BYTES: u64 = 16 << 20;

    let of_model = &arguments.of_model;
    let usage = |error: &dyn std::error::Error| Failure::usage(escape(&error.to_string()));
    let identity = match (&of_model.identity, &of_model.identity_regexp) {
        (Some(identity), _) => Identity::exact(identity),
        (None, Some(pattern)) => Identity::matching(pattern),
        (None, None) => return Err(Failure::usage("no signer is expected".to_owned())),
    };
    let identity = identity.map_err(|error| usage(&error))?;
    let issuer = of_model.issuer.as_deref().unwrap_or_default();
    let issuer = Issuer::exact(issuer).map_err(|error| usage(&error))?;
    let root = match &of_model.trusted_root {
        None => TrustRoot::public_good()
            .map_err(|error| Failure::failed(format!("no trust root: {error}")))?,
        Some(path) => {
            let bytes = Held::open(path).and_then(|held| held.read_to_vec(ROOT_BYTES));
            TrustRoot::from_json(&bytes.map_err(unopened)?).map_err(|error| {
                let error = error.to_string();
                Failure::failed(format!(
                    "cannot use the trust root {}: {}",
                    quoted(path),
                    escape(&error)
                ))
            })?
        }
    };
    let keyless = KeylessVerifier::new(root, identity, issuer);
    Ok(Verifier::builder().trust_keyless(keyless))
}

#[cfg(not(feature = "sigstore"))]
fn keyless(_: &Verify) -> Result<VerifierBuilder<Complete>, Failure> {
    Err(Failure::failed(
        "this build cannot check keyless signatures: it was made without the feature `sigstore`"
            .to_owned(),
    ))
}
