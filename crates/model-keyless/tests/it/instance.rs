//! An instance of Sigstore for one test, and what is signed with it.

use std::time::{Duration, SystemTime};

use model_keyless::{
    Endpoint, Error, IdentityToken, KeylessSigner, Limits, LogVersion, Options, Services,
    SignedBundle,
};
use sigstore_standins::{Claims, Sigstore};
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::{Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, VerificationResult};

/// SHA-256 of `abc`.
pub(crate) const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

pub(crate) const WORKFLOW: &str = "acme/models/.github/workflows/release.yml@refs/heads/main";

pub(crate) fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url).unwrap()
}

/// Fulcio and Rekor v1, no timestamp authority.
pub(crate) fn plain(sigstore: &Sigstore) -> Services {
    Services::new(
        endpoint(&sigstore.fulcio_url()),
        endpoint(&sigstore.rekor_url()),
    )
}

/// Fulcio, Rekor v1 and a timestamp authority.
pub(crate) fn stamped(sigstore: &Sigstore) -> Services {
    plain(sigstore).with_timestamps(endpoint(&sigstore.timestamp_url()))
}

/// Fulcio, Rekor v2 and a timestamp authority.
pub(crate) fn tiled(sigstore: &Sigstore) -> Services {
    stamped(sigstore).with_log(endpoint(&sigstore.rekor_v2_url()), LogVersion::V2)
}

pub(crate) fn token(sigstore: &Sigstore, claims: &Claims) -> IdentityToken {
    IdentityToken::parse(&sigstore.token(claims)).unwrap()
}

/// A signer for the e-mail address `dev@example.com`, which does not wait long.
pub(crate) fn signer(sigstore: &Sigstore, services: Services) -> KeylessSigner {
    let token = token(sigstore, &Claims::email("dev@example.com"));
    KeylessSigner::new(services, token).with_options(impatient())
}

pub(crate) fn impatient() -> Options {
    let limits = Limits::default()
        .with_request_time(Duration::from_secs(5))
        .with_answer(1 << 20);
    Options::default().with_limits(limits)
}

pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// A statement about the bytes `abc`.
pub(crate) fn statement() -> Vec<u8> {
    let statement = serde_json::json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": "model", "digest": { "sha256": ABC } }],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": { "resources": [], "serialization": { "method": "files" } },
    });
    serde_json::to_vec(&statement).unwrap()
}

pub(crate) fn sign(sigstore: &Sigstore, services: Services) -> Result<SignedBundle, Error> {
    signer(sigstore, services).sign_statement(&statement(), now())
}

/// Verifies a bundle of the bytes `abc` offline.
pub(crate) fn verify(
    sigstore: &Sigstore,
    bundle: &[u8],
    identity: &str,
) -> Result<VerificationResult, String> {
    let root = TrustedRoot::from_json(&sigstore.trusted_root()).unwrap();
    let bundle = std::str::from_utf8(bundle).map_err(|error| error.to_string())?;
    let bundle = Bundle::from_json(bundle).map_err(|error| error.to_string())?;
    let policy = VerificationPolicy::new(identity.to_owned(), sigstore.issuer().to_owned());
    let artifact = Sha256Hash::from_hex(ABC).unwrap();
    let verified = sigstore_verify::verify(artifact, &bundle, &policy, &root);
    verified.map_err(|error| error.to_string())
}
