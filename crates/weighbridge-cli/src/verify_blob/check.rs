use std::error::Error;

use weighbridge::sign::key::PublicKey;
#[cfg(not(feature = "sigstore"))]
use weighbridge::sign::keyed::KeyedVerifier;
use weighbridge::sign::keyed::{Artifact, Culprit, VerifiedStatement};

use super::arguments::VerifyBlob;
#[cfg(feature = "sigstore")]
use super::keyless::{Evidence, Root, Wanted};
use super::read_key;
use crate::exit::Exit;
use crate::failure::Failure;

/// Who is expected to have signed, and by whose word.
pub(super) enum Check {
    /// Whoever has this key.
    Key {
        key: PublicKey,
        #[cfg(feature = "sigstore")]
        root: Root,
    },
    /// Whoever a certificate names so.
    #[cfg(feature = "sigstore")]
    Keyless { wanted: Wanted, root: Root },
}

/// What came of a check.
pub(super) enum Outcome {
    /// The expected signer signed it.
    Verified(Verified),
    /// It does not hold.
    Refused {
        culprit: Culprit,
        code: &'static str,
        error: Box<dyn Error>,
    },
}

/// What a bundle says that was verified.
#[derive(Default)]
pub(super) struct Verified {
    /// What else the bundle says, which this build cannot verify.
    pub(super) unverified: Vec<&'static str>,
    /// The statement that was signed; `None` if the artifact itself was.
    pub(super) statement: Option<VerifiedStatement>,
    #[cfg(feature = "sigstore")]
    pub(super) evidence: Option<Box<Evidence>>,
}

impl Check {
    #[cfg(feature = "sigstore")]
    pub(super) fn new(arguments: &VerifyBlob) -> Result<Self, Failure> {
        // What is wrong with the command line is said first.
        let wanted = Wanted::new(arguments)?;
        let key = arguments.key.as_deref().map(read_key).transpose()?;
        let root = Root::read(arguments.trusted_root.as_deref())?;
        match (wanted, key) {
            (Some(wanted), _) => Ok(Self::Keyless { wanted, root }),
            (None, Some(key)) => Ok(Self::Key { key, root }),
            (None, None) => Err(Failure::usage("no signer is expected".to_owned())),
        }
    }

    #[cfg(not(feature = "sigstore"))]
    pub(super) fn new(arguments: &VerifyBlob) -> Result<Self, Failure> {
        let without = "this build cannot check keyless signatures: it was made without the feature `sigstore`";
        match arguments.key.as_deref() {
            Some(path) if arguments.trusted_root.is_none() => Ok(Self::Key {
                key: read_key(path)?,
            }),
            _ => Err(Failure::failed(without.to_owned())),
        }
    }

    /// Verifies a bundle.
    pub(super) fn run(&self, bundle: &[u8], artifact: Artifact<'_>) -> Outcome {
        match self {
            #[cfg(feature = "sigstore")]
            Self::Keyless { wanted, root } => root.verify_keyless(wanted, bundle, artifact),
            #[cfg(feature = "sigstore")]
            Self::Key { key, root } => root.verify_key(key, bundle, artifact),
            #[cfg(not(feature = "sigstore"))]
            Self::Key { key } => {
                match KeyedVerifier::new(key.clone()).verify_artifact(bundle, artifact) {
                    Ok(verified) => {
                        let mut unverified = Vec::new();
                        if verified.unverified_log_entries() > 0 {
                            unverified.push("log-entries");
                        }
                        if verified.has_unverified_timestamps() {
                            unverified.push("timestamps");
                        }
                        Outcome::Verified(Verified {
                            unverified,
                            statement: verified.statement().cloned(),
                        })
                    }
                    Err(error) => Outcome::Refused {
                        culprit: error.culprit(),
                        code: error.code(),
                        error: Box::new(error),
                    },
                }
            }
        }
    }
}

impl Outcome {
    /// Says whether the bundle was read and judged.
    pub(super) const fn is_decided(&self) -> bool {
        !matches!(self.exit(), Exit::Undecided)
    }

    /// Settles the exit code: what was read and does not hold is found; where nothing could be decided, nothing is.
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Verified(_) => Exit::Fine,
            Self::Refused { culprit, .. } => match culprit {
                Culprit::Signature | Culprit::Signer => Exit::Found,
                _ => Exit::Undecided,
            },
        }
    }
}
