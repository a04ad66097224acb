use model_digest::RootDigest;

use super::assembly::{Assembly, FileRecord, ResourceRecord};
use super::{
    Builder, DEFAULT_IGNORES, File, Files, IgnorePaths, Method, Order, Quirk, Resource,
    Serialization,
};

/// Which files a model has, and the digest of each or of its shards.
///
/// Every name is one that [`check_name`](super::check_name) takes, or `.` alone for a model that is one file; no
/// file is listed twice; shards cover their file without gap and overlap; the root digest is that of the
/// resources in their order. Whether a model on disk is like this, and who signed it, is verified elsewhere.
///
/// ```
/// use model_digest::{Algorithm, Digest};
/// use model_sign::Limits;
/// use model_sign::oms::{Dialects, Manifest, Serialization};
///
/// let mut builder = Manifest::builder(Serialization::default());
/// builder.file("weights.bin", Digest::of(Algorithm::Sha256, b"weights"))?;
/// let manifest = builder.build("my-model")?;
///
/// let read = Manifest::read(&manifest.to_json(), Dialects::Current, &Limits::default())?;
/// assert_eq!(read, manifest);
/// assert!(read.file("weights.bin").is_some());
/// assert!(read.is_ignored(".git/config"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Manifest {
    pub(super) subject_name: Box<str>,
    pub(super) root: RootDigest,
    pub(super) serialization: Serialization,
    pub(super) ignored: IgnorePaths,
    pub(super) assembly: Assembly,
    pub(super) order: Order,
    pub(super) quirks: Vec<Quirk>,
}

impl Manifest {
    /// Starts to build a manifest.
    #[must_use]
    pub fn builder(serialization: Serialization) -> Builder {
        Builder::new(serialization)
    }

    /// Returns what the signer calls the model. It says nothing about what is signed.
    #[must_use]
    pub fn subject_name(&self) -> &str {
        &self.subject_name
    }

    /// Returns the digest over all resources in their order.
    #[must_use]
    pub const fn root(&self) -> &RootDigest {
        &self.root
    }

    /// Returns how files became resources.
    #[must_use]
    pub const fn serialization(&self) -> &Serialization {
        &self.serialization
    }

    /// Returns how the resources are sorted.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// Returns what is not as the specification wants it, each once, sorted.
    #[must_use]
    pub fn quirks(&self) -> &[Quirk] {
        &self.quirks
    }

    /// Returns whether empty files are not listed, so that one that is added or removed cannot be noticed.
    #[must_use]
    pub const fn omits_empty_files(&self) -> bool {
        self.has_shards()
    }

    pub(super) const fn has_shards(&self) -> bool {
        matches!(self.serialization.method, Method::Shards { .. })
    }

    /// Returns the files, sorted by the bytes of their names; there is at least one.
    #[must_use]
    pub fn files(&self) -> Files<'_> {
        Files::new(self, &self.assembly.files)
    }

    /// Returns a file by its name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<File<'_>> {
        let files = &self.assembly.files;
        let at = files
            .binary_search_by(|record| (*record.name).cmp(name))
            .ok()?;
        Some(File::new(self, files.get(at)?))
    }

    /// Returns the file of a model that is a single file, listed as `.` and not by its name.
    #[must_use]
    pub fn dot_file(&self) -> Option<File<'_>> {
        self.file(".")
    }

    /// Returns the resources in the order in which they are listed, which the root digest is over.
    #[must_use]
    pub fn resources(&self) -> impl ExactSizeIterator<Item = Resource<'_>> {
        self.assembly.resources.iter().map(|record| Resource {
            path: self
                .assembly
                .files
                .get(usize::try_from(record.file).unwrap_or(usize::MAX))
                .map_or("", |file| &file.name),
            part: record.part(self),
        })
    }

    /// Returns the paths that the signer left out, as far as they are inside the model.
    #[must_use]
    pub const fn ignored(&self) -> &IgnorePaths {
        &self.ignored
    }

    /// Returns whether a file that is not listed is none to be missed: the signer left it out, or every signer
    /// does. A file that is listed is never ignored.
    #[must_use]
    pub fn is_ignored(&self, name: &str) -> bool {
        let top = name.split('/').next().unwrap_or(name);
        (DEFAULT_IGNORES.contains(&top) || self.ignored.matches(name)) && self.file(name).is_none()
    }

    pub(super) fn records_of<'m>(
        &'m self,
        file: &FileRecord,
    ) -> impl DoubleEndedIterator<Item = &'m ResourceRecord> + use<'m> {
        let index = |place| usize::try_from(place).unwrap_or(usize::MAX);
        let run = index(file.run.start)..index(file.run.end);
        let places = self.assembly.by_file.get(run).unwrap_or_default();
        places
            .iter()
            .filter_map(move |&place| self.assembly.resources.get(index(place)))
    }
}
