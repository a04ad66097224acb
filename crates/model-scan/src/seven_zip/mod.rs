//! A strict reader for 7z archives that strangers wrote.
//!
//! A 7z archive begins with a fixed header that points at a second one, behind the packed data, which lists
//! everything and is mostly compressed itself. There is one list, so readers differ little in what they see;
//! what they differ in is how much of a header they check. [`Archive::read`] checks everything: no count and
//! no size is believed before as many bytes are there, and what lies in the file and is not listed is
//! reported.
//!
//! # Spec
//! `7zFormat.txt` of the 7-Zip sources, version 0.4 of the format. Methods Copy, LZMA, LZMA2, Deflate and
//! BZip2 are opened, also behind the filters Delta and BCJ (x86, PowerPC, IA-64, ARM, ARM Thumb, ARM64,
//! SPARC, RISC-V). Encryption, BCJ2 and every other method are named and not opened.

mod archive;
mod cursor;
mod divergence;
mod error;

mod files;
mod folder;
mod limits;
mod open;
mod streams;

pub use archive::{Archive, Member, MemberKind, Part, PartKind};
pub use divergence::{Divergence, DivergenceKind};
pub use error::{Error, ErrorKind, Field};
pub use folder::Method;
pub use limits::Limits;
pub use open::{Contents, Problem};

/// The bytes that an archive begins with.
pub(crate) const SIGNATURE: [u8; 6] = *b"7z\xbc\xaf\x27\x1c";

/// Says whether an archive begins here: its signature stands, and the checksum of the header behind it holds.
#[must_use]
pub fn has_header(bytes: &[u8]) -> bool {
    archive::Start::read(bytes).is_some_and(|start| start.checksum_holds)
}
