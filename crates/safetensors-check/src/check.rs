use findings::{Attribution, Coverage, Finding, Location};

use crate::read::{LENGTH, read};
use crate::{Header, Limits, Report, rules};

/// Says everything that is wrong with a file, and what is suspicious in it though valid.
///
/// `bytes` are those of the whole file. Every error is found in one pass, not only the first, unless it makes
/// what follows unreadable: JSON is not read past a fault of its grammar.
///
/// # Limits
/// Every one of [`Limits`].
///
/// ```
/// use safetensors_check::{Limits, Reader, Acceptance, Validity, check};
///
/// let twice = br#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
///                  "\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
/// let mut file = (twice.len() as u64).to_le_bytes().to_vec();
/// file.extend_from_slice(twice);
/// file.push(0);
///
/// let report = check(&file, &Limits::default());
/// assert_eq!(report.validity(), Validity::Invalid);
/// assert_eq!(report.errors()[0].to_string(), "tensor `a`: name that stood at byte 9 already at byte 79");
/// // The reference implementation takes the second, without a word.
/// assert_eq!(Reader::V0_8.accepts(&report), Acceptance::Yes);
/// ```
#[must_use]
pub fn check<'a>(bytes: &'a [u8], limits: &Limits) -> Report<'a> {
    let file_len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let read = read(bytes, file_len, limits);
    let suspicions = suspicions(&read.header, bytes);
    let coverage = coverage(&read.header, bytes);
    Report {
        header: read.header,
        errors: read.errors,
        reading: read.reading,
        suspicions,
        coverage,
    }
}

/// Looks for what is suspicious though valid.
fn suspicions(header: &Header<'_>, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = crate::suspicions::find(header, bytes);
    findings.extend(misaligned(header));
    findings
}

/// Finds data that is not aligned as its elements want it. Readers copy it or refuse to map it; the reference
/// writer aligns it, older ones did not.
fn misaligned(header: &Header<'_>) -> Option<Finding> {
    let is_misaligned =
        |start: u64, alignment: u64| alignment > 1 && !start.is_multiple_of(alignment);
    let mut misaligned = header.tensors().filter(|tensor| {
        let bytes = tensor.bytes();
        !bytes.is_empty() && is_misaligned(bytes.start, tensor.dtype().alignment())
    });
    let first = misaligned.next()?;
    let more = misaligned.count();
    let name = findings::escape_shortened(first.name(), 80);
    let behind = match more {
        0 => String::new(),
        1 => String::from(", and so is another"),
        more => format!(", and so are {more} others"),
    };
    let message = format!(
        "tensor `{name}` of {} begins at byte {}, which is no multiple of {}{behind}",
        first.dtype(),
        first.bytes().start,
        first.dtype().alignment(),
    );
    let rule = rules::MISALIGNED_DATA;
    let location = Location::bytes(first.bytes());
    Some(Finding::new(rule.rule_id(), rule.severity, message, location).with_subject(name))
}

/// Says which bytes of the file are what.
fn coverage(header: &Header<'_>, bytes: &[u8]) -> Coverage {
    let file_len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut coverage = Coverage::new(file_len);
    let mut attribute = |range, attribution| {
        // A range that does not lie within the file stays nothing.
        let _ = coverage.attribute(range, attribution);
    };
    attribute(0..LENGTH, Attribution::Container);
    if !header.json.is_empty() {
        attribute(header.json(), Attribution::Container);
        let padding = header.padding();
        let spaces = usize::try_from(padding.start)
            .ok()
            .and_then(|start| bytes.get(start..))
            .map_or(0, |behind| {
                behind.iter().take_while(|byte| **byte == b' ').count()
            });
        let spaces = u64::try_from(spaces).unwrap_or(u64::MAX);
        let end = padding.start.saturating_add(spaces).min(padding.end);
        attribute(padding.start..end, Attribution::Padding);
    }
    for tensor in header.tensors_by_offset() {
        attribute(tensor.bytes(), Attribution::Storage);
    }
    coverage
}
