use std::ops::Range;

use findings::{Coverage, Finding, Location};

use crate::header::Header;
use crate::read::Errors;
use crate::reader::Reading;
use crate::{Acceptance, Error, Reader, Requires, rules};

/// What [`check`](crate::check()) has to say of one file. Two answers are never mixed: whether the file is
/// [valid](Report::validity) by the specification, and what is [suspicious](Report::suspicions) in it though the
/// specification allows it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub(crate) header: Header<'a>,
    pub(crate) errors: Errors,
    pub(crate) reading: Reading,
    pub(crate) suspicions: Vec<Finding>,
    pub(crate) coverage: Coverage,
}

/// Whether a file is valid by the specification.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever matches must decide what to do when it is not known"
)]
pub enum Validity {
    /// It is.
    Valid,
    /// It is not; [`Report::errors`] says why.
    Invalid,
    /// A ceiling in [`Limits`](crate::Limits) was reached before it could be told.
    Undecided,
}

impl<'a> Report<'a> {
    /// Says whether the file is valid by the specification.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        if self.errors.is_broken() {
            Validity::Invalid
        } else if self.errors.is_cut_short() {
            Validity::Undecided
        } else {
            Validity::Valid
        }
    }

    /// Returns everything for which the file is not valid, in the order of the bytes, up to
    /// [`Limits::errors`](crate::Limits::errors) of it.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        self.errors.list()
    }

    /// Returns how many more errors there are than are listed.
    #[must_use]
    pub const fn unlisted_errors(&self) -> u64 {
        self.errors.unlisted()
    }

    /// Returns what is suspicious though valid.
    #[must_use]
    pub fn suspicions(&self) -> &[Finding] {
        &self.suspicions
    }

    /// Returns the errors as findings, and behind them what is suspicious.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.errors().iter().map(Error::finding).collect();
        if let Some(first) = self.errors.first_unlisted() {
            findings.push(Finding::new(
                rules::TOO_MANY_ERRORS.rule_id(),
                rules::TOO_MANY_ERRORS.severity,
                format!("{} more errors are not listed", self.unlisted_errors()),
                Location::bytes(first.clone()),
            ));
        }
        findings.extend_from_slice(&self.suspicions);
        findings
    }

    /// Returns the tensors and the metadata. Of a file that is not valid these are the tensors whose entries are
    /// valid by themselves; it may be none.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// Returns which bytes of the file are what. Holes between tensors and bytes behind them are nothing.
    #[must_use]
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Returns what each version of the reference implementation does with the file, oldest first.
    #[must_use]
    pub fn readers(&self) -> [(Reader, Acceptance); 4] {
        Reader::ALL.map(|reader| (reader, reader.accepts(self)))
    }

    /// Returns the oldest reader of the file; `None` if all of them refuse it, or a ceiling was reached.
    #[must_use]
    pub fn requires(&self) -> Option<Requires> {
        self.reading.requires()
    }

    /// Returns the bytes of the file behind its header.
    #[must_use]
    pub fn data(&self) -> Range<u64> {
        self.header.data()
    }

    pub(crate) const fn reading(&self) -> &Reading {
        &self.reading
    }
}
