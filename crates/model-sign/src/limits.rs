use crate::json;

/// Ceilings on what is read of documents that strangers wrote: bundles, envelopes, statements, manifests.
///
/// The defaults admit every signature that we know of, and a manifest of 300,000 shards.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one JSON document, a bundle or the payload in it; default 64 MiB. A model of 7 billion
    /// parameters in shards of 1 MiB makes a manifest of 13 MB, which is a bundle of 18 MB.
    pub json_bytes: usize,
    /// Objects and arrays inside each other; default 64, at most [`Limits::MAX_JSON_DEPTH`]. A bundle has 7
    /// levels, a SLSA provenance about 10.
    pub json_depth: usize,
    /// Values in one JSON document, keys not counted; default 2,000,000: a manifest has four for each
    /// resource, and 64 MiB of bundle have room for 300,000 resources. A value costs at most about 110 bytes
    /// of memory, beside the text of strings that have escapes.
    pub json_values: usize,
    /// Signatures in one envelope; default 16. The specification of model signing wants one; thresholds over
    /// more than a handful of signers are not in use.
    pub signatures: usize,
    /// Certificates in the chain of a bundle; default 16. Chains have two to four.
    pub certificates: usize,
    /// Subjects of one statement; default 500,000. Historic manifests name their files here.
    pub subjects: usize,
    /// Resources of one manifest; default 500,000, more than 64 MiB of bundle have room for.
    pub resources: usize,
    /// Bytes of one name of a file; default 4096, the longest path that Linux opens.
    pub name_bytes: usize,
    /// Paths that a manifest ignores; default 10,000. Signers record a handful.
    pub ignore_paths: usize,
}

impl Limits {
    /// The most that [`Limits::json_depth`] can be raised to, as the reader of JSON has it.
    pub const MAX_JSON_DEPTH: usize = json::Limits::MAX_DEPTH;

    /// Returns the ceilings as the reader of JSON takes them.
    #[must_use]
    pub fn json(&self) -> json::Limits {
        json::Limits::default()
            .with_bytes(self.json_bytes)
            .with_depth(self.json_depth)
            .with_values(self.json_values)
    }

    /// Sets [`Limits::json_bytes`].
    #[must_use]
    pub const fn with_json_bytes(mut self, bytes: usize) -> Self {
        self.json_bytes = bytes;
        self
    }

    /// Sets [`Limits::json_depth`].
    #[must_use]
    pub const fn with_json_depth(mut self, depth: usize) -> Self {
        self.json_depth = depth;
        self
    }

    /// Sets [`Limits::json_values`].
    #[must_use]
    pub const fn with_json_values(mut self, values: usize) -> Self {
        self.json_values = values;
        self
    }

    /// Sets [`Limits::signatures`].
    #[must_use]
    pub const fn with_signatures(mut self, signatures: usize) -> Self {
        self.signatures = signatures;
        self
    }

    /// Sets [`Limits::certificates`].
    #[must_use]
    pub const fn with_certificates(mut self, certificates: usize) -> Self {
        self.certificates = certificates;
        self
    }

    /// Sets [`Limits::subjects`].
    #[must_use]
    pub const fn with_subjects(mut self, subjects: usize) -> Self {
        self.subjects = subjects;
        self
    }

    /// Sets [`Limits::resources`].
    #[must_use]
    pub const fn with_resources(mut self, resources: usize) -> Self {
        self.resources = resources;
        self
    }

    /// Sets [`Limits::name_bytes`].
    #[must_use]
    pub const fn with_name_bytes(mut self, bytes: usize) -> Self {
        self.name_bytes = bytes;
        self
    }

    /// Sets [`Limits::ignore_paths`].
    #[must_use]
    pub const fn with_ignore_paths(mut self, paths: usize) -> Self {
        self.ignore_paths = paths;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_bytes: 64 << 20,
            json_depth: 64,
            json_values: 2_000_000,
            signatures: 16,
            certificates: 16,
            subjects: 500_000,
            resources: 500_000,
            name_bytes: 4096,
            ignore_paths: 10_000,
        }
    }
}
