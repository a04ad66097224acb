mod builder;
mod compare;
mod hash;
mod leaf;
mod rules;
mod trust;

use std::time::SystemTime;

use model_digest::Watch;

use crate::files::ModelFiles;
use crate::oms::{Dialects, Manifest, Quirk};
use crate::verified::Proof;
use crate::{DigestMap, Error, Relaxation, SignerError, Uncovered, Verified};

pub use builder::{Complete, Dangerous, NeedsLeaf, NeedsTrust, VerifierBuilder};
pub use leaf::ExpectedLeaf;

pub(crate) use compare::{IgnoreRules, fault_of, kind_of, sorted};
pub(crate) use hash::{Request, hash_all};

use rules::Rules;
use trust::{Trust, Trusted};

/// Verifies that a model is what somebody whom the caller expects has signed.
///
/// It is built once, for one way to tell who signed, and used from any number of threads. It knows no clock:
/// the time as of which certificates are judged is given. It opens nothing: [`ModelFiles`] does.
///
/// # Order of checks
/// 1. The bundle is read: one envelope, one signature.
/// 2. The method is the one that the verifier was built for, and so is the key, where the bundle names one.
/// 3. The signature holds over the payload, and who made it is who was expected.
/// 4. The payload is a manifest, and its root digest is that of what it lists.
/// 5. Every name in the model is listed, or left out by a rule that is reported.
/// 6. Every file that is listed is there and has the digest that was signed.
///
/// Nothing of the payload is looked at before 3 is done. Steps 5 and 6 report everything that is wrong, not
/// the first thing.
///
/// # Examples
/// ```
/// # use std::time::SystemTime;
/// use model_sign::Verifier;
/// use model_sign::files::MemoryFiles;
/// use model_sign::key::{KeyAlgorithm, PrivateKey};
/// use model_sign::signing::{Credential, Signing};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = PrivateKey::generate(KeyAlgorithm::P256)?;
/// let model = MemoryFiles::folder().with_file("weights.bin", b"abc");
/// let signed = Signing::new().sign(&model, "my-model", &Credential::Key(&key), &())?;
///
/// let verifier = Verifier::builder().trust_key(key.public_key().clone()).build();
/// let verified = verifier.verify(signed.bundle(), &model, SystemTime::UNIX_EPOCH)?;
/// assert_eq!(verified.manifest().files().len(), 1);
///
/// let other = MemoryFiles::folder().with_file("weights.bin", b"abd");
/// assert!(verifier.verify(signed.bundle(), &other, SystemTime::UNIX_EPOCH).is_err());
/// # Ok(())
/// # }
/// ```
///
/// There is none without somebody to trust, nor one that trusts an authority without saying whom of those that
/// it vouches for:
///
/// ```compile_fail,E0599
/// model_sign::Verifier::builder().build();
/// ```
/// ```compile_fail,E0599
/// # fn anchors() -> model_sign::certificate::TrustAnchors { loop {} }
/// model_sign::Verifier::builder().trust_certificates(anchors()).build();
/// ```
#[derive(Debug)]
pub struct Verifier {
    trust: Trust,
    rules: Rules,
}

impl Verifier {
    /// Starts to build a verifier.
    #[must_use]
    pub fn builder() -> VerifierBuilder<NeedsTrust> {
        VerifierBuilder::new()
    }

    /// Verifies a model: the signature, and every file that is listed in it.
    ///
    /// `at` is the time as of which certificates are judged; for a key it is only recorded.
    ///
    /// # Errors
    /// [`Error::Signer`] if the signature is not one to believe; [`Error::Artifact`] with every discrepancy if
    /// the model is not what was signed.
    pub fn verify<F: ModelFiles>(
        &self,
        bundle: &[u8],
        files: F,
        at: SystemTime,
    ) -> Result<Verified<F>, Error> {
        self.verify_watched(bundle, files, at, &())
    }

    /// Verifies a model as [`verify`](Self::verify) does, and tells `watch` how many bytes are hashed.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`EnvironmentError::Cancelled`](crate::EnvironmentError::Cancelled)
    /// if the watch stops it.
    pub fn verify_watched<F: ModelFiles>(
        &self,
        bundle: &[u8],
        files: F,
        at: SystemTime,
        watch: &dyn Watch,
    ) -> Result<Verified<F>, Error> {
        let Signed {
            trusted,
            manifest,
            mut relaxations,
        } = self.open(bundle, at)?;
        let uncovered = compare::compare(&files, &manifest, &self.rules, &mut relaxations, watch)?;
        let proof = Proof {
            signer: trusted.signer,
            manifest,
            at,
            relaxations,
            uncovered,
        };
        Ok(Verified::new(files, proof))
    }

    /// Verifies the signature alone, and gives the digests that were signed, so that a server checks a file or
    /// a shard when it maps it.
    ///
    /// No file was looked at: what a [`DigestMap`] was never asked about was never checked.
    ///
    /// # Errors
    /// [`Error::Signer`] if the signature is not one to believe.
    pub fn verify_manifest(
        &self,
        bundle: &[u8],
        at: SystemTime,
    ) -> Result<Verified<DigestMap>, Error> {
        let Signed {
            trusted,
            manifest,
            relaxations,
        } = self.open(bundle, at)?;
        let map = DigestMap::new(manifest.clone());
        let proof = Proof {
            signer: trusted.signer,
            manifest,
            at,
            relaxations,
            uncovered: Uncovered::new(0),
        };
        Ok(Verified::new(map, proof))
    }

    fn open(&self, bundle: &[u8], at: SystemTime) -> Result<Signed, Error> {
        let mut trusted = self.trust.open(bundle, &self.rules, at)?;
        let dialects = if trusted.is_historic {
            Dialects::Historic
        } else {
            Dialects::Current
        };
        let manifest = Manifest::read(&trusted.payload, dialects, &self.rules.limits)?;
        // Its encoding is not to be had for what the specification encodes otherwise.
        if trusted.is_historic && !manifest.quirks().contains(&Quirk::Digests01) {
            return Err(SignerError::Historic.into());
        }
        let mut relaxations = std::mem::take(&mut trusted.relaxations);
        if trusted.is_historic {
            relaxations.push(Relaxation::Historic);
        }
        let quirks = manifest.quirks().iter().copied();
        relaxations.extend(quirks.map(Relaxation::Quirk));
        Ok(Signed {
            trusted,
            manifest,
            relaxations,
        })
    }
}

/// A signature that holds, and what was signed.
struct Signed {
    trusted: Trusted,
    manifest: Manifest,
    relaxations: Vec<Relaxation>,
}
