//! Signing the files of a model.

use std::num::NonZeroUsize;

use model_digest::Watch;

use crate::bundle::{Bundle, Content, KeyIdentifier, KeyMaterial, VerificationMaterial};
use crate::certificate::Certificate;
use crate::dsse::{self, Envelope, Signature};
use crate::files::{Entry, EntryKind, ModelFiles, Reach};
use crate::intoto::PAYLOAD_TYPE;
use crate::key::{KeyAlgorithm, PublicKey, Signer};
use crate::oms::{IgnorePaths, Manifest, Method, NameFault, Order, Serialization, Symlinks};
use crate::verifier::{IgnoreRules, Request, fault_of, hash_all, kind_of, sorted};
use crate::{
    ArtifactError, CallerError, Discrepancy, DiscrepancyKind, EnvironmentError, Error, Extension,
    Limits, Listing, Relaxation, Uncovered,
};

/// Signs models: lists their files, hashes them, and puts a key's signature of that list into a bundle.
///
/// # Spec
/// OpenSSF Model Signing 1.0. What is written is the specification's form; signatures by Ed25519 keys are an
/// extension, see [`Extension::Ed25519`].
#[derive(Clone, Debug)]
pub struct Signing {
    serialization: Serialization,
    order: Order,
    ignored: IgnorePaths,
    limits: Limits,
    listed: usize,
    threads: Option<NonZeroUsize>,
}

/// What is signed with.
#[non_exhaustive]
pub enum Credential<'c> {
    /// A key that verifiers have.
    Key(&'c dyn Signer),
    /// A key, and certificates by which verifiers come to know it.
    Certificate {
        /// The key.
        signer: &'c dyn Signer,
        /// The certificates: the one of the key, then those up to an authority, or as far as is wanted.
        chain: &'c [Certificate],
    },
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(signer) => f.debug_tuple("Key").field(signer.public_key()).finish(),
            Self::Certificate { signer, chain } => f
                .debug_struct("Certificate")
                .field("key", signer.public_key())
                .field("certificates", &chain.len())
                .finish_non_exhaustive(),
        }
    }
}

/// A model's files, hashed and ready to be signed.
#[derive(Debug)]
pub struct Prepared {
    manifest: Manifest,
    payload: Vec<u8>,
    uncovered: Uncovered,
}

/// A signature of a model.
#[derive(Debug)]
pub struct SignedModel {
    bundle: Vec<u8>,
    prepared: Prepared,
    extension: Option<Extension>,
}

impl Default for Signing {
    fn default() -> Self {
        Self::new()
    }
}

impl Signing {
    /// Signs whole files by SHA-256, without symbolic links.
    #[must_use]
    pub fn new() -> Self {
        Self {
            serialization: Serialization::default(),
            order: Order::Specification,
            ignored: IgnorePaths::new(),
            limits: Limits::default(),
            listed: 1000,
            threads: None,
        }
    }

    /// Sets how files are hashed, and whether symbolic links are followed.
    #[must_use]
    pub const fn with_serialization(mut self, serialization: Serialization) -> Self {
        self.serialization = serialization;
        self
    }

    /// Sets the order in which files are listed, for verifiers that insist on one.
    #[must_use]
    pub const fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Sets how many threads hash; the default is all there are.
    #[must_use]
    pub const fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets the ceilings; a manifest beyond [`Limits::resources`] is refused.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Leaves out a path, with everything below it, and records that in the signature.
    ///
    /// # Errors
    /// [`NameFault`] if it is no path below a model.
    pub fn ignore(mut self, path: &str) -> Result<Self, NameFault> {
        self.ignored.insert(path)?;
        Ok(self)
    }

    /// Lists and hashes the files of a model. `name` is what the model is called in the signature.
    ///
    /// # Errors
    /// [`ArtifactError::Unsignable`] with everything that cannot be signed: symbolic links where none are
    /// followed, names that are not UTF-8, FIFOs, what cannot be read; [`ArtifactError::Empty`];
    /// [`CallerError`]; [`EnvironmentError::Cancelled`].
    pub fn prepare<F: ModelFiles>(
        &self,
        files: &F,
        name: &str,
        watch: &dyn Watch,
    ) -> Result<Prepared, Error> {
        if name.is_empty() {
            return Err(CallerError::NoName.into());
        }
        let refused = |kind| Error::from(CallerError::Manifest(kind));
        let mut builder = Manifest::builder(self.serialization).with_order(self.order);
        let mut uncovered = Uncovered::new(self.listed);
        let mut found = Listing::new(self.listed);
        let mut rules = IgnoreRules::new(&self.ignored, None);
        let mut jobs = Vec::new();
        for (place, entry) in files.entries().iter().enumerate() {
            if entry.kind == EntryKind::Signature {
                uncovered.signature.push(entry.name.clone());
                if let Some(name) = entry.name.as_str() {
                    builder.ignore(name).map_err(refused)?;
                }
                continue;
            }
            if rules.leave_out(entry).is_some() {
                continue;
            }
            match self.fault(entry) {
                Some(kind) => found.push(Discrepancy {
                    name: entry.name.clone(),
                    kind,
                }),
                None if entry.kind == EntryKind::FolderLink => {}
                None => jobs.push(place),
            }
        }
        if !found.is_empty() {
            return Err(ArtifactError::Unsignable(sorted(found)).into());
        }
        if jobs.is_empty() {
            return Err(ArtifactError::Empty.into());
        }
        for path in self.ignored.iter() {
            builder.ignore(path).map_err(refused)?;
        }
        uncovered.ignored = rules.into_report();
        for ignored in &uncovered.ignored {
            builder.ignore(&ignored.path).map_err(refused)?;
        }

        let request = Request {
            entries: &jobs,
            serialization: &self.serialization,
            threads: self.threads,
            digests: self.limits.resources,
        };
        let hashed = hash_all(files, &request, watch)?;
        let algorithm = self.serialization.hash_type.algorithm();
        for (place, hashed) in jobs.iter().zip(hashed) {
            let Some(entry) = files.entries().get(*place) else {
                continue;
            };
            let hashed = match hashed {
                Ok(hashed) => hashed,
                Err(fault) => {
                    found.push(Discrepancy {
                        name: entry.name.clone(),
                        kind: fault_of(&fault),
                    });
                    continue;
                }
            };
            let name = entry.name.as_str().unwrap_or_default();
            let added = match self.serialization.method {
                Method::Files => match hashed.digest(algorithm) {
                    Some(digest) => builder.file(name, *digest),
                    None => Ok(()),
                },
                Method::Shards { .. } => {
                    let digests = hashed.shards(algorithm).map(|(_, digest)| *digest);
                    let digests: Vec<_> = digests.collect();
                    if digests.is_empty() {
                        uncovered.empty.push(entry.name.clone());
                    }
                    builder.shards(name, hashed.range().end, &digests)
                }
            };
            added.map_err(refused)?;
        }
        if !found.is_empty() {
            return Err(ArtifactError::Unsignable(sorted(found)).into());
        }
        if u64::try_from(jobs.len()) == Ok(uncovered.empty.total()) {
            return Err(ArtifactError::Empty.into());
        }
        let manifest = builder.build(name).map_err(refused)?;
        let payload = manifest.to_json();
        Ok(Prepared {
            manifest,
            payload,
            uncovered,
        })
    }

    /// Lists, hashes and signs the files of a model. `name` is what the model is called in the signature.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare) and [`Prepared::sign`].
    pub fn sign<F: ModelFiles>(
        &self,
        files: &F,
        name: &str,
        credential: &Credential<'_>,
        watch: &dyn Watch,
    ) -> Result<SignedModel, Error> {
        // What cannot be signed with is not worth hashing for.
        credential.material()?;
        self.prepare(files, name, watch)?.sign(credential)
    }

    /// Says why an entry cannot be signed.
    fn fault(&self, entry: &Entry) -> Option<DiscrepancyKind> {
        let follows = self.serialization.symlinks == Symlinks::Followed;
        match &entry.kind {
            EntryKind::File { .. } | EntryKind::FolderLink
                if entry.reach != Reach::Direct && !follows =>
            {
                Some(DiscrepancyKind::Link)
            }
            EntryKind::File { .. } if entry.name.as_str().is_none() => {
                Some(DiscrepancyKind::NotUtf8)
            }
            EntryKind::File { .. } | EntryKind::FolderLink => None,
            other => Some(kind_of(other)),
        }
    }
}

impl Prepared {
    /// Returns the list of files.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the bytes that the signature is over, once [`dsse::pae`] has put their type in front, for
    /// whoever signs by other means.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Returns what the signature will say nothing about.
    #[must_use]
    pub const fn uncovered(&self) -> &Uncovered {
        &self.uncovered
    }

    /// Signs it.
    ///
    /// # Errors
    /// [`CallerError`] if the certificate is not one of the key; [`EnvironmentError::Sign`] if the key does
    /// not sign.
    pub fn sign(self, credential: &Credential<'_>) -> Result<SignedModel, Error> {
        let material = credential.material()?;
        let signer = credential.signer();
        let message = dsse::pae(PAYLOAD_TYPE, &self.payload);
        let signature = signer
            .sign_checked(&message)
            .map_err(EnvironmentError::Sign)?;
        let signatures = vec![Signature::new(signature)];
        let envelope = Envelope::new(PAYLOAD_TYPE, self.payload.as_slice(), signatures);
        let bundle = Bundle::new(
            VerificationMaterial::new(material),
            Content::Envelope(envelope),
        );
        let extension = (signer.public_key().algorithm() == KeyAlgorithm::Ed25519)
            .then_some(Extension::Ed25519);
        Ok(SignedModel {
            bundle: bundle.to_json(),
            prepared: self,
            extension,
        })
    }
}

impl Credential<'_> {
    /// Returns the key that the signature is verified with.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.signer().public_key()
    }

    const fn signer(&self) -> &dyn Signer {
        match self {
            Self::Key(signer) | Self::Certificate { signer, .. } => *signer,
        }
    }

    fn material(&self) -> Result<KeyMaterial, CallerError> {
        match self {
            Self::Key(signer) => {
                let hint = signer.public_key().hint();
                Ok(KeyMaterial::PublicKey(KeyIdentifier::from_hint(hint)))
            }
            Self::Certificate { signer, chain } => {
                let leaf = chain.first().ok_or(CallerError::NoCertificate)?;
                if leaf.public_key_der() != signer.public_key().to_spki_der() {
                    return Err(CallerError::OtherCertificate);
                }
                let chain = chain.iter().map(|certificate| certificate.der().to_vec());
                Ok(KeyMaterial::CertificateChain(chain.collect()))
            }
        }
    }
}

impl SignedModel {
    /// Returns the bundle: the file that is given along with the model.
    #[must_use]
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }

    /// Returns the list of files that was signed.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.prepared.manifest
    }

    /// Returns what the signature says nothing about.
    #[must_use]
    pub const fn uncovered(&self) -> &Uncovered {
        &self.prepared.uncovered
    }

    /// Returns in which respect the signature goes beyond the specification, so that others cannot verify it.
    #[must_use]
    pub fn extension(&self) -> Option<Relaxation> {
        self.extension.map(Relaxation::Extension)
    }
}
