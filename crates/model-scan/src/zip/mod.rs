//! A strict reader for zip archives that strangers wrote.
//!
//! Readers disagree about which bytes a zip archive holds. torch's reader (miniz) looks the central
//! directory up by its absolute offset, takes as many entries as the end record counts, ignores checksums
//! and the case of names. Python's `zipfile` looks it up right before the end record, shifts every offset
//! by what stands before the archive, reads as many bytes as the end record says, refuses names that differ
//! between directory and local header, and lets the last of two equal names win. Readers of streams never
//! see the directory at all. [`Archive::read`] does what each of them would do: it lists every member that
//! any of them could see, with every run of bytes that one of them would take for the member's data, and
//! reports each point at which they part as a [`Divergence`].
//!
//! # Spec
//! PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5. Methods 0 (stored), 8 (deflated), 12 (bzip2), 14
//! (LZMA), 93 (Zstandard) and 95 (xz) are opened; others, encryption and archives in several parts are
//! reported.

mod archive;
mod build;
mod directory;
mod divergence;
mod extra;
mod gaps;
mod inflate;
mod layout;
mod limits;
mod local;
mod member;
mod name;
mod raw;
mod rules;

pub use archive::{Archive, Error, ErrorKind};
pub use directory::has_end_record;
pub use divergence::{Divergence, DivergenceKind};
pub(crate) use gaps::is_zeros;
pub(crate) use inflate::open;
pub use inflate::{Checksum, Contents, Problem, Streamed};
pub use layout::{Part, PartKind};
pub use limits::{Limit, Limits};
pub use member::{Basis, Member, Method, Reading, Source};
pub use name::NameFault;
pub(crate) use name::{faults, shown};
pub(crate) use raw::{length, slice_clamped};
pub use rules::{
    BYTES_OUTSIDE, DECOMPRESSION_LIMIT, DIFFERING_HEADERS, HIDDEN_MEMBER, OVERLAPPING_MEMBERS,
    READER_DEPENDENT_DIRECTORY, RULES, TWIN_MEMBERS, UNREADABLE_MEMBER, UNSAFE_MEMBER_NAME,
    WRONG_CHECKSUM, WRONG_SIZE, WRONG_STRUCTURE,
};
