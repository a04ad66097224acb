//! Tells what bytes are by what they hold, never by the name they go by.
//!
//! [`sniff`] looks at the first 64 KiB and at a few fixed places further on, so it costs the same for a
//! file of any size. [`contradicts`] then holds the answer against what the name promises.

mod end;
mod kind;
mod magic;
mod pickle;
mod promise;
mod protobuf;
mod text;

pub use crate::zip::has_end_record as has_zip_tail;
pub use end::content_end;
pub use kind::Kind;
pub(crate) use magic::is_lzma_alone;
pub use pickle::could_be_pickle;
pub(crate) use pickle::is_name;
pub use promise::{Promise, contradicts, is_passive, promise};

use findings::{Rule, Severity};

/// The name of a file promises another format than its bytes have.
pub const MISLEADING_EXTENSION: Rule = Rule::new(
    "CON013/misleading-extension",
    Severity::Low,
    "The extension of a file promises another format than its bytes have",
);

/// Every rule of this module.
pub const RULES: &[Rule] = &[MISLEADING_EXTENSION];

/// Tells what bytes are. The name decides only whether a text is Python source.
///
/// Pickles of protocols 0 and 1, which start with no mark, are told by [`could_be_pickle`].
///
/// ```
/// # use model_scan::sniff::{Kind, sniff};
/// assert_eq!(sniff(b"\x80\x04N.", "notes.txt"), Kind::Pickle);
/// assert_eq!(sniff(b"just a note", "model.pt"), Kind::Text);
/// ```
#[must_use]
pub fn sniff(bytes: &[u8], name: &str) -> Kind {
    sniff_with(bytes, name, &could_be_pickle)
}

/// Tells what bytes are, where `is_pickle` decides about pickles that start with no mark.
///
/// It is asked only where no mark of another format stands at the start.
#[must_use]
pub fn sniff_with(bytes: &[u8], name: &str, is_pickle: &dyn Fn(&[u8]) -> bool) -> Kind {
    if bytes.is_empty() {
        return Kind::Empty;
    }
    if let Some(kind) = magic::by_magic(bytes) {
        return kind;
    }
    if is_pickle(bytes) {
        return Kind::Pickle;
    }
    let text = text::by_text(bytes, name);
    if has_zip_tail(bytes) {
        return Kind::PrefixedZip;
    }
    text.or_else(|| magic::by_structure(bytes))
        .or_else(|| protobuf::by_fields(bytes))
        .unwrap_or(Kind::Unknown)
}
