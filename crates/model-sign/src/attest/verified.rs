use model_digest::{Algorithm, Digest};

use super::{AttestationError, AttestationSigner, SubjectError};
use crate::Limits;
use crate::intoto::Statement;
use crate::predicate::Predicate;

/// A statement whose signatures were verified. About what it is has not been compared with anything yet.
///
/// There is no way to get one than [`AttestationVerifier::verify`](super::AttestationVerifier::verify).
#[derive(Clone, Debug)]
pub struct Attested {
    payload: Vec<u8>,
    predicate_type: String,
    predicate: Option<Predicate>,
    subjects: Vec<Known>,
    signers: Vec<AttestationSigner>,
}

/// A subject: its name, and its digests of algorithms that are known.
#[derive(Clone, Debug)]
struct Known {
    name: Option<String>,
    digests: Vec<(Algorithm, String)>,
}

/// A statement that was verified and is about an artifact whose digests were compared.
///
/// There is no other way to get one than [`Attested::about`]: a function that takes it cannot be called with what
/// nobody checked.
///
/// ```compile_fail,E0451
/// // The fields are private, and nothing else makes one.
/// fn forge(attested: model_sign::attest::Attested, digest: model_digest::Digest) {
///     let forged = model_sign::attest::VerifiedAttestation { attested, subject: None, digest };
/// }
/// ```
///
/// ```compile_fail,E0624
/// let make = model_sign::attest::Attested::new;
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedAttestation {
    attested: Attested,
    subject: Option<String>,
    digest: Digest,
}

impl Attested {
    pub(super) fn new(
        payload: Vec<u8>,
        signers: Vec<AttestationSigner>,
        wanted: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, AttestationError> {
        let statement = Statement::read(&payload, limits)?;
        let predicate_type = statement.predicate_type().to_owned();
        if let Some(wanted) = wanted.filter(|wanted| *wanted != predicate_type) {
            return Err(AttestationError::PredicateType {
                found: predicate_type,
                wanted: wanted.to_owned(),
            });
        }
        let predicate = match statement.predicate() {
            Some(value) if Predicate::knows(&predicate_type) => {
                Some(Predicate::read(&predicate_type, value)?)
            }
            _ => None,
        };
        let subjects = statement.subjects().iter().map(|subject| {
            let known = subject.digests().filter_map(|(name, digits)| {
                let algorithm = Algorithm::ALL
                    .into_iter()
                    .find(|known| name_of(*known) == name)?;
                Some((algorithm, digits.to_owned()))
            });
            Known {
                name: subject.name().map(str::to_owned),
                digests: known.collect(),
            }
        });
        let subjects = subjects.collect();
        Ok(Self {
            predicate_type,
            predicate,
            subjects,
            signers,
            payload,
        })
    }

    /// The bytes that were signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The URI that says what the predicate is.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// The predicate, if it is of a type that is known.
    #[must_use]
    pub const fn predicate(&self) -> Option<&Predicate> {
        self.predicate.as_ref()
    }

    /// Who signed: as many different signers as were demanded, or more.
    #[must_use]
    pub fn signers(&self) -> &[AttestationSigner] {
        &self.signers
    }

    /// The algorithms of digests that subjects have and that can be computed: what to hash an artifact with.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let of_subjects = |known: &Algorithm| {
            let digests = self.subjects.iter().flat_map(|subject| &subject.digests);
            digests.into_iter().any(|(algorithm, _)| algorithm == known)
        };
        Algorithm::ALL.into_iter().filter(of_subjects).collect()
    }

    /// Compares the subjects with the digests of an artifact.
    ///
    /// A subject is the artifact if it has at least one digest of an algorithm that is known (all of these are
    /// strong: SHA-1, MD5 and references to commits are not among them) and given here, and all such digests are the
    /// artifact's. Others are ignored, names are not looked at.
    ///
    /// # Errors
    /// See [`SubjectError`].
    pub fn about(self, digests: &[Digest]) -> Result<VerifiedAttestation, SubjectError> {
        let mut failure = SubjectError::NothingToCompare;
        let mut matched = None;
        for subject in &self.subjects {
            let mut found = None;
            let mut differs = false;
            for (algorithm, digits) in &subject.digests {
                let Some(digest) = digests
                    .iter()
                    .find(|digest| digest.algorithm() == *algorithm)
                else {
                    continue;
                };
                if digest.to_hex() == *digits {
                    found = Some(digest);
                } else {
                    differs = true;
                    failure = SubjectError::Mismatch {
                        algorithm: *algorithm,
                        found: digest.to_hex(),
                        wanted: digits.clone(),
                    };
                }
            }
            if let Some(digest) = found.filter(|_| !differs) {
                matched = Some((subject.name.clone(), *digest));
                break;
            }
        }
        let (subject, digest) = matched.ok_or(failure)?;
        Ok(VerifiedAttestation {
            attested: self,
            subject,
            digest,
        })
    }
}

/// What in-toto calls an algorithm.
pub(super) const fn name_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Blake2b512 => "blake2b",
        other => other.as_str(),
    }
}

impl VerifiedAttestation {
    /// The statement.
    #[must_use]
    pub const fn attested(&self) -> &Attested {
        &self.attested
    }

    /// What the signer calls the artifact. It proves nothing.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The digest by which the artifact was found to be the subject.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }
}
