use std::path::Path;
use std::time::SystemTime;

use weighbridge::sign::key::PublicKey;
use weighbridge::sign::keyed::Artifact;
use weighbridge::sign::sigstore::{
    Identity, Issuer, KeylessSigner, KeylessVerifier, LogEntry, LoggedKeyVerifier, SigningTime,
    SigstoreError, TrustRoot, VerifiedBundle,
};

use super::arguments::VerifyBlob;
use super::check::{Outcome, Verified};
use super::{SMALL, read};
use crate::failure::{Failure, quoted};

/// Who is expected to have signed.
pub(super) struct Wanted {
    pub(super) identity: Identity,
    pub(super) issuer: Issuer,
}

impl Wanted {
    /// Takes it from the command line; `None` if a key is expected.
    pub(super) fn new(arguments: &VerifyBlob) -> Result<Option<Self>, Failure> {
        let identity = match (&arguments.identity, &arguments.identity_regex) {
            (Some(name), _) => Identity::exact(name),
            (None, Some(pattern)) => Identity::matching(pattern),
            (None, None) => return Ok(None),
        };
        let wrong = |what: &str, error| Failure::usage(format!("{what}: {error}"));
        let identity = identity.map_err(|error| wrong("the identity is refused", error))?;
        let issuer = arguments.issuer.as_deref().unwrap_or_default();
        let issuer =
            Issuer::exact(issuer).map_err(|error| wrong("the issuer is refused", error))?;
        Ok(Some(Self { identity, issuer }))
    }
}

/// By whose word.
pub(super) struct Root {
    pub(super) root: TrustRoot,
    /// The time of verification: now, by the clock of the system.
    pub(super) at: SystemTime,
}

/// What the bundle proves beside the signature.
pub(super) struct Evidence {
    pub(super) signer: Option<KeylessSigner>,
    pub(super) times: Vec<SigningTime>,
    pub(super) entries: Vec<LogEntry>,
}

impl Root {
    pub(super) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let root = match path {
            Some(path) => TrustRoot::from_json(&read(path, SMALL)?).map_err(|error| {
                Failure::failed(format!("{} is no trusted root: {error}", quoted(path)))
            }),
            None => TrustRoot::public_good()
                .map_err(|error| Failure::failed(format!("no trusted root: {error}"))),
        };
        Ok(Self {
            root: root?,
            at: SystemTime::now(),
        })
    }

    pub(super) fn verify_keyless(
        &self,
        wanted: &Wanted,
        bundle: &[u8],
        artifact: Artifact<'_>,
    ) -> Outcome {
        let (identity, issuer) = (wanted.identity.clone(), wanted.issuer.clone());
        let verifier = KeylessVerifier::new(self.root.clone(), identity, issuer);
        outcome(verifier.verify_artifact(bundle, artifact, self.at))
    }

    pub(super) fn verify_key(
        &self,
        key: &PublicKey,
        bundle: &[u8],
        artifact: Artifact<'_>,
    ) -> Outcome {
        let verifier = LoggedKeyVerifier::new(self.root.clone(), key.clone());
        outcome(verifier.verify_artifact(bundle, artifact, self.at))
    }
}

fn outcome(result: Result<VerifiedBundle, SigstoreError>) -> Outcome {
    match result {
        Ok(bundle) => Outcome::Verified(Verified {
            unverified: Vec::new(),
            statement: bundle.statement().cloned(),
            evidence: Some(Box::new(Evidence {
                signer: bundle.signer().cloned(),
                times: bundle.times().to_vec(),
                entries: bundle.entries().to_vec(),
            })),
        }),
        Err(error) => Outcome::Refused {
            culprit: error.culprit(),
            code: error.code(),
            error: Box::new(error),
        },
    }
}
