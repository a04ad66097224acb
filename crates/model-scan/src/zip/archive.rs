use findings::Coverage;

use super::build::Builder;
use super::directory::end_records;
use super::local::LOCAL;
use super::raw::{has, length};
use super::{Divergence, DivergenceKind, Limit, Limits, Member, Part, PartKind};

/// Why bytes are not read as an archive at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

/// The kinds of [`Error`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No end record leads to a directory, and no local header stands at the start.
    #[error("no zip archive")]
    NotAnArchive,
}

impl Error {
    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the byte at which it is.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

/// A zip archive as all of its readers together see it.
///
/// Names and data are borrowed from the bytes; nothing is unpacked until a reading is opened.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    pub(super) bytes: &'a [u8],
    members: Vec<Member<'a>>,
    divergences: Vec<Divergence>,
    dropped: u64,
    structure: Vec<Part>,
    complete: bool,
}

impl<'a> Archive<'a> {
    /// Reads the directories, headers and gaps of an archive.
    ///
    /// Data that a member owns is not touched, so a gigabyte of stored weights costs nothing. Bytes that
    /// belong to no member are searched for hidden members.
    ///
    /// # Limits
    /// Members, end records and divergences, see [`Limits`]; what is left out is said so.
    ///
    /// # Errors
    /// [`ErrorKind::NotAnArchive`]. Whatever else is wrong is a [`Divergence`].
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let mut builder = Builder::new(bytes, limits);
        let marked = (bytes.starts_with(b"PK\x07\x08") || bytes.starts_with(b"PK00"))
            && has(bytes, 4, LOCAL);
        if marked {
            builder.record(0..4, PartKind::Marker);
        }
        let starts_well = marked || bytes.starts_with(&LOCAL);
        let mut ends = end_records(bytes);
        match ends.next() {
            Some(last) => {
                if !starts_well
                    && !last.views(bytes).is_plausible()
                    && !super::has_end_record(bytes)
                {
                    return Err(not_an_archive());
                }
                builder.follow(&last, true);
                // Inside a member these would be those of an archive in an archive; one whose comment
                // ends exactly where the file ends is taken by readers that check that.
                let whole = length(bytes);
                let mut left = limits.end_records;
                for further in ends.filter(|end| end.comment_end() == whole) {
                    if left == 0 {
                        let kind = DivergenceKind::LimitReached(Limit::EndRecords);
                        builder.log.say(kind, further.at..further.end());
                        break;
                    }
                    left = left.saturating_sub(1);
                    builder.follow(&further, false);
                }
            }
            None if starts_well => builder
                .log
                .say(DivergenceKind::EndRecordMissing, 0..length(bytes)),
            None => return Err(not_an_archive()),
        }
        Ok(Self::finish(builder))
    }

    fn finish(mut builder: Builder<'a, '_>) -> Self {
        let mut layout = builder.layout();
        if builder.follow_gaps(&layout) {
            layout = builder.layout();
        }
        if builder.find_hidden(&layout) {
            layout = builder.layout();
        }
        builder.judge_twins();
        builder.judge_overlaps(&layout);
        let structure = builder.judge_gaps(layout);
        let mut log = builder.log;
        log.items.sort_by_key(|divergence| divergence.range.start);
        Self {
            bytes: builder.bytes,
            members: builder.members,
            divergences: log.items,
            dropped: log.dropped,
            structure,
            complete: !log.undecided,
        }
    }

    /// Returns the members: those of the directory in its order, then those of other directories, then
    /// those that only their local headers show.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Returns where readers part, in the order of the bytes.
    #[must_use]
    pub fn divergences(&self) -> &[Divergence] {
        &self.divergences
    }

    /// Returns how many divergences were left out because there are too many of their kind.
    #[must_use]
    pub const fn dropped_divergences(&self) -> u64 {
        self.dropped
    }

    /// Returns what every byte is, in order and without overlaps; the parts add up to the whole file.
    #[must_use]
    pub fn structure(&self) -> &[Part] {
        &self.structure
    }

    /// Says whether every record was found and every member can be opened.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns an account in which the structure and the padding are attributed, and data and bytes that
    /// belong to nothing are not.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::new(length(self.bytes));
        for part in &self.structure {
            if let Some(attribution) = part.kind.attribution() {
                // Parts lie within the file by construction.
                let _ = coverage.attribute(part.range.clone(), attribution);
            }
        }
        coverage
    }
}

const fn not_an_archive() -> Error {
    Error {
        kind: ErrorKind::NotAnArchive,
        offset: 0,
    }
}
