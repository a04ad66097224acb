use std::num::NonZeroUsize;
use std::sync::Arc;

use pickle_vm::Lists;

use crate::admission::Formats;
use crate::clock::TimeLimit;
use crate::filter::Filter;
use crate::rule_data::RuleData;

/// How a [`Scanner`](crate::Scanner) works.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Ceilings on the work done.
    pub limits: Limits,
    /// Threads that scan files side by side; default one for each core.
    pub jobs: Option<NonZeroUsize>,
    /// How much is read.
    pub depth: Depth,
    /// Of which files a digest is taken.
    pub digests: Digests,
    /// How long each file may take; default as long as it does. A file that ran out of time keeps its
    /// findings and is undecided.
    pub time_limit: Option<TimeLimit>,
    /// Which files below folders are scanned; default all of them.
    pub filter: Option<Arc<dyn Filter>>,
    /// The lists of known names; default those that are compiled in.
    pub rule_data: Option<Arc<RuleData>>,
    /// The formats that are admitted; default all of them. A file of any other is refused by a finding of
    /// high severity.
    pub formats: Option<Formats>,
}

/// Of which files a digest is taken: SHA-256 of the very bytes that were scanned.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Digests {
    /// Of none.
    #[default]
    None,
    /// Of files with findings, whatever their severity.
    WithFindings,
    /// Of every file that can be read.
    All,
}

/// How much of a file is read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Depth {
    /// Whatever a loader would execute or parse; raw storage is accounted for, not read.
    #[default]
    Quick,
    /// Raw storage too: check sums are compared for every member.
    Full,
}

impl Options {
    /// Sets the ceilings.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many threads scan files side by side.
    #[must_use]
    pub const fn with_jobs(mut self, jobs: Option<NonZeroUsize>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Sets how much is read.
    #[must_use]
    pub const fn with_depth(mut self, depth: Depth) -> Self {
        self.depth = depth;
        self
    }

    /// Sets of which files a digest is taken.
    #[must_use]
    pub const fn with_digests(mut self, digests: Digests) -> Self {
        self.digests = digests;
        self
    }

    /// Sets how long each file may take.
    #[must_use]
    pub fn with_time_limit(mut self, limit: TimeLimit) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Sets the lists of known names.
    #[must_use]
    pub fn with_rule_data(mut self, data: Arc<RuleData>) -> Self {
        self.rule_data = Some(data);
        self
    }

    /// Sets the formats that are admitted.
    #[must_use]
    pub fn with_formats(mut self, formats: Formats) -> Self {
        self.formats = Some(formats);
        self
    }

    /// Returns the lists of known names that a scan judges by.
    #[must_use]
    pub fn lists(&self) -> Lists<'_> {
        match &self.rule_data {
            Some(data) => data.lists(),
            None => Lists::built_in(),
        }
    }

    /// Sets which files below folders are scanned.
    #[must_use]
    pub fn with_filter(mut self, filter: Arc<dyn Filter>) -> Self {
        self.filter = Some(filter);
        self
    }
}

/// Ceilings on work. The defaults admit every real model we know of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Containers inside containers; default 8: a wheel in a tar in a zip has three.
    pub nesting: u32,
    /// Bytes that all members of one file together may inflate to; default 16 GiB.
    pub inflated_bytes: u64,
    /// Members of one file, members of members included; default 1,000,000.
    pub members: u64,
    /// Files below one folder; default 1,000,000.
    pub files: u64,
    /// Bytes read from standard input or another stream; default 1 GiB, since they are held in memory.
    pub stdin_bytes: u64,
    /// Pickles that follow each other in one stream; default 100,000.
    pub streams: u64,
    /// Ceilings for one pickle.
    pub pickle: pickle_vm::Limits,
    /// Tensors that are listed to judge one folder, those of one file as often as it is read; default
    /// 8,000,000: a mixture of experts has some 100,000.
    pub folder_tensors: usize,
    /// Bytes of tensors, of both files together, up to which two files of the same weights are compared
    /// element by element; default 64 GiB, some minutes of hashing.
    pub twin_bytes: u64,
    /// Ceilings for one safetensors file.
    pub safetensors: safetensors_check::Limits,
    /// Ceilings for one zip archive.
    pub zip: crate::zip::Limits,
    /// Ceilings on what is unpacked, of whatever container.
    pub unpack: crate::unpack::Limits,
    /// Ceilings for one tar archive.
    pub tar: crate::tar::Limits,
    /// Ceilings for one 7z archive.
    pub seven_zip: crate::seven_zip::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 8,
            inflated_bytes: 16 << 30,
            members: 1_000_000,
            files: 1_000_000,
            stdin_bytes: 1 << 30,
            streams: 100_000,
            pickle: pickle_vm::Limits::default(),
            folder_tensors: 8_000_000,
            twin_bytes: 64 << 30,
            safetensors: safetensors_check::Limits::default(),
            zip: crate::zip::Limits::default(),
            unpack: crate::unpack::Limits::default(),
            tar: crate::tar::Limits::default(),
            seven_zip: crate::seven_zip::Limits::default(),
        }
    }
}

impl Limits {
    /// Sets how deep containers may be nested.
    #[must_use]
    pub const fn with_nesting(mut self, nesting: u32) -> Self {
        self.nesting = nesting;
        self
    }

    /// Sets how many bytes the members of one file may inflate to.
    #[must_use]
    pub const fn with_inflated_bytes(mut self, bytes: u64) -> Self {
        self.inflated_bytes = bytes;
        self.unpack.inflated_total = bytes;
        self
    }

    /// Sets how many members one file may have.
    #[must_use]
    pub const fn with_members(mut self, members: u64) -> Self {
        self.members = members;
        self
    }

    /// Sets how many files may lie below one folder.
    #[must_use]
    pub const fn with_files(mut self, files: u64) -> Self {
        self.files = files;
        self
    }

    /// Sets how many bytes are read from standard input.
    #[must_use]
    pub const fn with_stdin_bytes(mut self, bytes: u64) -> Self {
        self.stdin_bytes = bytes;
        self
    }

    /// Sets how many bytes of tensors of two files of the same weights are compared.
    #[must_use]
    pub const fn with_twin_bytes(mut self, bytes: u64) -> Self {
        self.twin_bytes = bytes;
        self
    }

    /// Sets the ceilings for one pickle.
    #[must_use]
    pub fn with_pickle(mut self, limits: pickle_vm::Limits) -> Self {
        self.pickle = limits;
        self
    }
}
