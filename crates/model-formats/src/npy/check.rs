use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::ops::Range;

use findings::{Attribution, Coverage, Finding, Location, Rule};

use super::rules::{MALFORMED_HEADER, PICKLED_OBJECTS, SHORT_DATA, TRAILING_BYTES};
use super::{Error, Header, Limits};

/// What [`check`] has to say about one `.npy` file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// The header, or why it could not be read to its end.
    pub header: Result<Header, Error>,
    /// What was found, in the order of the bytes.
    pub findings: Vec<Finding>,
    /// The header and the elements of plain types; a pickle and trailing bytes are left to the caller.
    pub coverage: Coverage,
    /// Where the pickle of an array of objects lies.
    pub pickle: Option<Range<u64>>,
    /// Where bytes follow the last element.
    pub trailing: Option<Range<u64>>,
    /// Whether the header was read and all elements are there.
    pub complete: bool,
}

/// Reads the header of a whole file and holds it against the file's length.
///
/// The data is not read: it costs nothing however long it is.
#[must_use]
pub fn check(bytes: &[u8], limits: &Limits) -> Checked {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let header = Header::parse(bytes, limits);
    let mut checked = Checked {
        header,
        findings: Vec::new(),
        coverage: Coverage::new(length),
        pickle: None,
        trailing: None,
        complete: false,
    };
    match checked.header.clone() {
        Ok(header) => checked.hold_against(&header, length),
        Err(error) => checked.malformed(&error, length),
    }
    checked
}

impl Checked {
    fn say(&mut self, rule: Rule, message: alloc::string::String, range: Range<u64>) {
        self.findings.push(Finding::new(
            rule.rule_id(),
            rule.severity,
            message,
            Location::bytes(range),
        ));
    }

    fn malformed(&mut self, error: &Error, length: u64) {
        let at = error.offset().min(length);
        self.say(
            MALFORMED_HEADER,
            format!("cannot read the header: {error}"),
            at..at.saturating_add(1).min(length),
        );
    }

    fn attribute(&mut self, range: Range<u64>, attribution: Attribution) {
        // Both ends were held against the length before: the range lies within the file.
        let _ = self.coverage.attribute(range, attribution);
    }

    fn hold_against(&mut self, header: &Header, length: u64) {
        let start = header.data_offset();
        self.attribute(0..start, Attribution::Container);
        if header.has_object() {
            self.say(
                PICKLED_OBJECTS,
                "holds Python objects: its data is a pickle".to_string(),
                0..start,
            );
            self.pickle = Some(start..length);
            self.complete = true;
            return;
        }
        let end = match header.data_bytes() {
            Ok(bytes) => start.saturating_add(bytes),
            Err(error) => return self.malformed(&error, length),
        };
        self.attribute(start..end.min(length), Attribution::Storage);
        if end > length {
            self.say(
                SHORT_DATA,
                format!(
                    "found {} bytes of data, expected {}",
                    length.saturating_sub(start),
                    end.saturating_sub(start)
                ),
                start..length,
            );
            return;
        }
        self.complete = true;
        if end < length {
            self.say(
                TRAILING_BYTES,
                format!("{} bytes follow the array", length.saturating_sub(end)),
                end..length,
            );
            self.trailing = Some(end..length);
        }
    }
}
