use std::ops::Range;

use findings::{Rule, RuleId};
use strict_json::{Event, EventKind, Reader, Type};

use super::{Errors, LENGTH, Read, Readers, Stop, placement, wide};
use crate::header::Header;
use crate::reader::Reading;
use crate::{Dtype, ErrorKind, Limits, rules};

/// Objects and arrays inside each other that the readers read; a valid header has three.
const DEPTH: usize = 127;

/// Reads one header.
pub(super) struct Pass<'a, 'l> {
    pub(super) limits: &'l Limits,
    pub(super) header: Header<'a>,
    pub(super) errors: Errors,
    /// The first thing for which the readers refuse the file.
    refusal: Option<(RuleId, Range<u64>)>,
    /// Whether a ceiling was reached before it was known what the readers do.
    pub(super) is_cut_short: bool,
    /// The dtype of all entries that the youngest reader knows.
    pub(super) newest: Option<Dtype>,
    /// Whether an entry has no place in the data that could be read.
    pub(super) has_unplaced: bool,
    events: Option<Reader<'a>>,
}

impl<'a, 'l> Pass<'a, 'l> {
    pub(super) fn new(json: &'a [u8], file_len: u64, limits: &'l Limits) -> Self {
        let mut header = Header::empty(file_len);
        let begin = LENGTH.saturating_add(wide(json.len()));
        header.data = begin..file_len.max(begin);
        Self {
            limits,
            header,
            errors: Errors::new(limits.errors),
            refusal: None,
            is_cut_short: false,
            newest: None,
            has_unplaced: false,
            events: None,
        }
    }

    pub(super) fn run(mut self, json: &'a [u8]) -> Read<'a> {
        let is_read =
            self.first_byte(json).is_ok() && self.open(json).is_ok() && self.document(json).is_ok();
        placement::judge(&mut self, is_read);
        self.errors.sort();
        let reading = match (self.refusal, self.is_cut_short) {
            (Some((rule, bytes)), _) => Reading::Refused { rule, bytes },
            (None, true) => Reading::Undecided,
            (None, false) => Reading::Dtypes(self.newest),
        };
        Read {
            header: self.header,
            errors: self.errors,
            reading,
        }
    }

    /// Looks at the first byte, which is a brace.
    fn first_byte(&mut self, json: &[u8]) -> Result<(), Stop> {
        let bytes = LENGTH..LENGTH.saturating_add(1).min(self.header.data.start);
        match json.first() {
            Some(b'{') => Ok(()),
            Some(&byte) => {
                // White space is read over; what else it can be is seen where the JSON is read.
                self.error(
                    None,
                    Readers::DoNotMind,
                    ErrorKind::WrongFirstByte(byte),
                    bytes,
                );
                Ok(())
            }
            None => {
                self.error(None, Readers::Refuse, ErrorKind::EmptyHeader, bytes);
                Err(Stop)
            }
        }
    }

    fn open(&mut self, json: &'a [u8]) -> Result<(), Stop> {
        let limits = strict_json::Limits::default()
            .with_bytes(json.len())
            .with_values(usize::MAX)
            .with_depth(DEPTH);
        match Reader::new(json, &limits) {
            Ok(events) => {
                self.events = Some(events);
                Ok(())
            }
            Err(error) => Err(self.stop(error)),
        }
    }

    /// Returns the next piece of a document that is not at its end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Event<'a>, Stop> {
        let Some(events) = &mut self.events else {
            return Err(Stop);
        };
        match events.read() {
            Ok(Some(event)) => Ok(event),
            Ok(None) => Err(self.end()),
            Err(error) => Err(self.stop(error)),
        }
    }

    /// The document is at its end where something is wanted.
    #[cold]
    fn end(&mut self) -> Stop {
        let kind = ErrorKind::Json(strict_json::ErrorKind::Truncated);
        let end = self.header.data.start;
        self.error(None, Readers::Refuse, kind, end..end);
        Stop
    }

    #[cold]
    fn stop(&mut self, error: strict_json::Error) -> Stop {
        let at = LENGTH.saturating_add(error.offset());
        let bytes = at..at.saturating_add(1).min(self.header.data.start).max(at);
        let kind = match error.kind() {
            strict_json::ErrorKind::NotUtf8 => ErrorKind::NotUtf8,
            kind => ErrorKind::Json(kind),
        };
        self.error(None, Readers::Refuse, kind, bytes);
        Stop
    }

    /// Reads over the value that an event begins, and returns the byte behind it. Readers do, too, unless a
    /// number in it is none of theirs: then they refuse the file, for what the rule finds here.
    pub(super) fn skip(&mut self, event: &Event<'a>, rule: &Rule) -> Result<usize, Stop> {
        let start = event.start;
        let mut depth = 0_usize;
        let mut event = event.clone();
        loop {
            match &event.kind {
                EventKind::BeginObject | EventKind::BeginArray => depth = depth.saturating_add(1),
                EventKind::EndObject | EventKind::EndArray => depth = depth.saturating_sub(1),
                EventKind::Number(number) if !super::number::is_in_range(number.as_str()) => {
                    self.refuse(rule, place(start, event.end));
                }
                _ => {}
            }
            if depth == 0 {
                return Ok(event.end);
            }
            event = self.next()?;
        }
    }

    /// Notes what is wrong, and whether the readers mind.
    #[cold]
    pub(super) fn error(
        &mut self,
        tensor: Option<&str>,
        readers: Readers,
        kind: ErrorKind,
        bytes: Range<u64>,
    ) {
        if readers == Readers::Refuse {
            self.refuse(kind.rule(), bytes.clone());
        }
        self.errors.push_of(tensor, kind, bytes);
    }

    /// Notes that the readers refuse the file.
    pub(super) fn refuse(&mut self, rule: &Rule, bytes: Range<u64>) {
        self.refusal.get_or_insert_with(|| (rule.rule_id(), bytes));
    }

    /// Looks at what stands behind the JSON.
    pub(super) fn padding(&mut self, json: &[u8], end: usize) {
        let padding = json.get(end..).unwrap_or_default();
        let Some(first) = padding.iter().position(|byte| *byte != b' ') else {
            return;
        };
        let byte = padding.get(first).copied().unwrap_or_default();
        let bytes = place(end.saturating_add(first), json.len());
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let readers = if padding.iter().all(is_white) {
            Readers::DoNotMind
        } else {
            Readers::Refuse
        };
        self.error(None, readers, ErrorKind::WrongPadding(byte), bytes);
    }

    /// Says that the header is another kind of value.
    pub(super) fn not_an_object(&mut self, event: &Event<'a>) -> Result<usize, Stop> {
        let found = type_of(&event.kind);
        let bytes = place(event.start, event.end);
        let kind = ErrorKind::NotAnObject { found };
        self.error(None, Readers::Refuse, kind, bytes);
        self.skip(event, &rules::MALFORMED_JSON)
    }
}

/// Returns the bytes of the file at which bytes of the header are.
pub(super) fn place(start: usize, end: usize) -> Range<u64> {
    LENGTH.saturating_add(wide(start))..LENGTH.saturating_add(wide(end))
}

/// Returns what kind of value an event is or begins.
pub(super) const fn type_of(kind: &EventKind<'_>) -> Type {
    match kind {
        EventKind::BeginObject | EventKind::EndObject => Type::Object,
        EventKind::BeginArray | EventKind::EndArray => Type::Array,
        EventKind::Key(_) | EventKind::String(_) => Type::String,
        EventKind::Number(_) => Type::Number,
        EventKind::Bool(_) => Type::Bool,
        EventKind::Null => Type::Null,
    }
}
