//! One pass over a header: everything that is wrong with it, and what the readers make of it.
//!
//! The readers are laxer than the specification, so two things are kept apart: an *error* is a breach of the
//! specification; a *refusal* is noted beside it only where the readers refuse the file for it too.

mod document;
mod entry;
mod errors;
mod number;
mod pass;
mod placement;

use findings::Rule;

use crate::header::Header;
use crate::reader::Reading;
use crate::{ErrorKind, Limit, Limits};
use pass::Pass;

pub(crate) use errors::Errors;

/// Bytes that the length of the header takes.
pub(crate) const LENGTH: u64 = 8;

/// What was read of a header.
#[derive(Clone, Debug)]
pub(crate) struct Read<'a> {
    /// The tensors with which nothing is wrong, taken by themselves.
    pub(crate) header: Header<'a>,
    pub(crate) errors: Errors,
    pub(crate) reading: Reading,
}

/// Reads the header of a file of `file_len` bytes that begins with `bytes`.
pub(crate) fn read<'a>(bytes: &'a [u8], file_len: u64, limits: &Limits) -> Read<'a> {
    match json(bytes, file_len, limits) {
        Ok(json) => Pass::new(json, file_len, limits).run(json),
        Err(kind) => {
            let mut errors = Errors::new(limits.errors);
            let rule = kind.rule();
            let field = 0..LENGTH.min(file_len);
            let reading = match kind {
                ErrorKind::LimitReached { .. } => Reading::Undecided,
                _ => refused(rule, field.clone()),
            };
            errors.push(kind, field);
            Read {
                header: Header::empty(file_len),
                errors,
                reading,
            }
        }
    }
}

/// Finds the bytes of the header, padding included.
fn json<'a>(bytes: &'a [u8], file_len: u64, limits: &Limits) -> Result<&'a [u8], ErrorKind> {
    let Some((field, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(ErrorKind::BrokenLength {
            found: wide(bytes.len()),
        });
    };
    let length = u64::from_le_bytes(*field);
    if length > Limits::MOST_HEADER {
        return Err(ErrorKind::OversizedHeader { length });
    }
    let left = file_len.saturating_sub(LENGTH).min(wide(rest.len()));
    if length > left {
        return Err(ErrorKind::HeaderBeyondFile { length, left });
    }
    if length > limits.header {
        return Err(ErrorKind::LimitReached {
            limit: Limit::Header,
            ceiling: limits.header,
        });
    }
    let json = usize::try_from(length).ok().and_then(|end| rest.get(..end));
    json.ok_or(ErrorKind::HeaderBeyondFile { length, left })
}

fn refused(rule: &Rule, bytes: std::ops::Range<u64>) -> Reading {
    Reading::Refused {
        rule: rule.rule_id(),
        bytes,
    }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Whether the readers refuse a file for an error, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Readers {
    Refuse,
    DoNotMind,
}

/// The reading of the JSON came to its end early; why is among the errors.
#[derive(Clone, Copy, Debug)]
struct Stop;
