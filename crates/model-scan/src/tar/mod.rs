//! A strict reader for tar archives that strangers wrote.
//!
//! A tar archive is one header of 512 bytes after the other, each followed by a member's data. Nothing at
//! its end lists the members, so where the next header stands depends on the size that a reader believes:
//! that of the header or of an extended header before it, and a number that one reader takes is nonsense to
//! another. Readers also differ in where they stop: at a block of zeros, at two, at a header whose checksum
//! is wrong, or not at all. [`Archive::read`] follows every way that one of them would take: it lists every
//! member that any of them could see, with every run of bytes that one of them would take for the member's
//! data, and reports each point at which they part as a [`Divergence`].
//!
//! # Spec
//! IEEE Std 1003.1-2024, `pax`, sections "ustar Interchange Format" and "pax Interchange Format"; GNU tar
//! 1.34, manual section "Basic Tar Format", for long names, sparse files and numbers in base 256. Volumes of
//! a split archive are reported and not joined.

mod archive;
mod build;
mod divergence;
mod header;
mod judge;
mod limits;
mod member;
mod number;
mod pax;
mod sparse;

pub use crate::zip::NameFault;
pub use archive::{Archive, Error, ErrorKind, Part, PartKind};
pub use divergence::{Divergence, DivergenceKind};
pub use header::Format;
pub use limits::{Limit, Limits};
pub use member::{Contents, Member, MemberKind, Problem, Reading, Source};
pub use pax::PaxFault;

/// Says whether a header whose checksum holds stands at the start.
#[must_use]
pub fn has_header(bytes: &[u8]) -> bool {
    header::Header::at(bytes, 0)
        .is_some_and(|header| header.is_valid() && !header.name().is_empty())
}

/// Returns where the first block of zeros stands that ends the archive for a reader which takes every size from
/// its header. Reads nothing but headers.
pub(crate) fn end_mark(bytes: &[u8]) -> Option<u64> {
    let mut at = 0_u64;
    loop {
        let header = header::Header::at(bytes, at)?;
        if header.is_zero() {
            return Some(at);
        }
        if !header.is_valid() {
            return None;
        }
        let size = u64::try_from(header.size().gnu?).ok()?;
        let data = size.checked_next_multiple_of(header::BLOCK)?;
        at = at.checked_add(header::BLOCK)?.checked_add(data)?;
    }
}
