use std::io::{self, Write as _};
use std::time::SystemTime;

use weighbridge::findings::escape;
use weighbridge::keyless::{Error, KeylessSigner, Services, SignedBundle};
use weighbridge::sign::keyed::Artifact;
use weighbridge::sign::sigstore::{Identity, Issuer, KeylessVerifier, TrustRoot};

use super::options::{self, read};
use super::{Content, KeylessOptions, Signed, token};
use crate::causes::with_causes;
use crate::failure::{Failure, quoted};

/// Bytes of a trusted root that are read. The public-good one has 7 KiB.
const TRUSTED_ROOT: u64 = 4 << 20;

pub(super) fn sign(content: Content<'_>, arguments: &KeylessOptions) -> Result<Signed, Failure> {
    let at = SystemTime::now();
    let services = options::services(arguments, at)?;
    let options = options::options(arguments)?;
    // What cannot be read is not found out after something was signed.
    let root = root(arguments)?;
    let token = token::find(arguments, &options)?;
    announce(&services);
    let mut signer = KeylessSigner::new(services, token).with_options(options);
    if let Some(identity) = &arguments.expect_identity {
        signer = signer.with_expected_identity(identity);
    }
    let signed = match content {
        Content::Statement(statement) => signer.sign_statement(statement, at),
        Content::Digest(digest) => signer.sign_digest(digest, at),
    };
    let signed = signed.map_err(|error| failure(&error))?;
    let verified = root.is_some();
    if let Some(root) = root {
        verify(content, &signed, root)?;
    }
    Ok(Signed {
        identity: signed.identity().to_owned(),
        issuer: signed.issuer().to_owned(),
        log_index: signed.log_index(),
        verified,
        bundle: signed.into_bytes(),
    })
}

fn root(arguments: &KeylessOptions) -> Result<Option<TrustRoot>, Failure> {
    let Some(path) = &arguments.trusted_root else {
        return Ok(None);
    };
    let bytes = read(path, TRUSTED_ROOT)?;
    let root = TrustRoot::from_json(&bytes);
    root.map(Some).map_err(|error| {
        Failure::failed(format!("{}: {}", quoted(path), escape(&error.to_string())))
    })
}

/// Verifies a bundle as whoever gets it will, for whom it says it is.
fn verify(content: Content<'_>, signed: &SignedBundle, root: TrustRoot) -> Result<(), Failure> {
    let unusable = |error: &dyn ToString| {
        let error = error.to_string();
        Failure::failed(format!(
            "what was signed does not verify: {}",
            escape(&error)
        ))
    };
    let identity = Identity::exact(signed.identity()).map_err(|error| unusable(&error))?;
    let issuer = Issuer::exact(signed.issuer()).map_err(|error| unusable(&error))?;
    let verifier = KeylessVerifier::new(root, identity, issuer);
    // The entry was made a moment after the time that the signer was told.
    let at = SystemTime::now();
    let verified = match content {
        Content::Statement(_) => verifier.verify_statement(signed.as_bytes(), at),
        Content::Digest(digest) => {
            verifier.verify_artifact(signed.as_bytes(), Artifact::Digest(digest), at)
        }
    };
    verified.map(drop).map_err(|error| unusable(&error))
}

/// Says who is asked, before anybody is.
fn announce(services: &Services) {
    let hosts: Vec<String> = services
        .asked()
        .map(|(step, endpoint)| format!("{} ({step})", escape(&endpoint.host())))
        .collect();
    say(&format!(
        "asking {}; identity, time and hash stay in the log for good",
        hosts.join(", ")
    ));
}

pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "keyless: {message}");
}

/// Puts an error of signing, and what is behind it, into one line.
pub(super) fn failure(error: &Error) -> Failure {
    Failure::failed(format!(
        "cannot sign keyless ({}): {}",
        error.code(),
        escape(&with_causes(error))
    ))
}
