use std::ops::Range;

use findings::{Attribution, Finding, Severity};
use pickle_vm::{
    Decoder, Effect, EffectSink, ErrorKind, Opcode, Payload, PayloadReason, Scan, scan_with,
};

use crate::clock::Deadline;
use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::nested;
use crate::rules::{BYTES_AROUND_PICKLES, LIMIT_REACHED, UNKNOWN_CONTENT};
use crate::sniff::{self, Kind};
use crate::tail::Before;
use crate::torch::{Notes, Stopped};

/// One pickle of a file, for [`Scanner::pickles`](crate::Scanner::pickles).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PickleStream<'b> {
    /// The member that holds it, members of members joined by `!`; `None` for the file itself.
    pub member: Option<String>,
    /// Which pickle of that member it is, from 0.
    pub stream: u64,
    /// The bytes of the member or file.
    pub bytes: &'b [u8],
    /// Where in them the pickle begins.
    pub start: usize,
}

/// What `torch.save` wrote before archives, and still writes on request: this number, a protocol number,
/// a dict about the system, the object, the keys of the storages; then the storages.
const LEGACY_MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const LEGACY_PICKLES: u64 = 5;
/// Candidates for further pickles that are tried in bytes that belong to none.
const CANDIDATES: u64 = 65_536;
/// Opcodes that are decoded between two looks at the clock.
const LOOKS_AT_CLOCK: usize = 1024;

impl Inspector<'_> {
    /// Judges pickles that follow each other from byte `start` on, and says what else is there. `notes`
    /// collects what they say about torch's storages.
    pub(crate) fn pickles(
        &mut self,
        bytes: &[u8],
        start: usize,
        notes: &mut Notes,
        depth: u32,
    ) -> Inspection {
        let mut inspection = Inspection::new("pickle", bytes.len());
        let mut legacy = Legacy::default();
        let mut at = start;
        let mut stream: u64 = 0;
        loop {
            if stream >= self.options.limits.streams {
                inspection.undecided(
                    &LIMIT_REACHED,
                    format!("more than {stream} pickles follow each other"),
                    length(at)..length(bytes.len()),
                );
                return inspection;
            }
            if self.deadline.has_passed() {
                inspection.undecided(
                    &LIMIT_REACHED,
                    "pickles were not read: no time was left",
                    length(at)..length(bytes.len()),
                );
                break;
            }
            let end = self.pickle(bytes, at, stream, notes, depth, &mut inspection);
            legacy.note(stream, notes);
            stream = stream.saturating_add(1);
            at = match end {
                Some(end) => end,
                None => {
                    self.search_behind(bytes, stream, &mut inspection, depth);
                    break;
                }
            };
            if at >= bytes.len() {
                break;
            }
            if legacy.is_complete(stream) {
                inspection.kind = "legacy torch".to_owned();
                legacy.storages(bytes, at, notes, &mut inspection);
                break;
            }
            if !self.starts_pickle(bytes.get(at..).unwrap_or_default()) {
                at = match self.skip(bytes, at, stream, &mut inspection, depth) {
                    Some(next) => next,
                    None => break,
                };
            }
        }
        if stream > 1 && inspection.kind == "pickle" {
            inspection.kind = "pickles".to_owned();
        }
        inspection.findings.append(&mut notes.findings);
        inspection
    }

    /// Judges one pickle. Returns where it ends, or `None` if it breaks.
    pub(crate) fn pickle(
        &mut self,
        bytes: &[u8],
        at: usize,
        stream: u64,
        notes: &mut Notes,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<usize> {
        let ended = self.carried_out(bytes, at, stream, notes, depth, inspection);
        usize::try_from(ended.ok()?).ok()
    }

    /// Judges one pickle. Returns where it ends, or how it breaks.
    fn carried_out(
        &mut self,
        bytes: &[u8],
        at: usize,
        stream: u64,
        notes: &mut Notes,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Result<u64, pickle_vm::Error> {
        self.show(stream, bytes, at);
        notes.value = Stopped::Other;
        let first_note = notes.findings.len();
        let mut timed = Timed {
            sink: &mut *notes,
            deadline: &self.deadline,
        };
        let limits = &self.options.limits.pickle;
        let scan = scan_with(bytes, at, &self.lists, limits, &mut timed);
        for finding in notes.findings.iter_mut().skip(first_note) {
            finding.location.stream = Some(stream);
        }
        for storage in &mut notes.storages {
            storage.location.stream.get_or_insert(stream);
        }
        let Scan {
            outcome, report, ..
        } = scan;
        inspection
            .findings
            .extend(report.findings.into_iter().map(|mut finding| {
                finding.location.stream = Some(stream);
                finding
            }));
        for array in &report.arrays {
            inspection.attribute(array.clone(), Attribution::Storage);
        }
        inspection.attribute(length(at)..outcome.end, Attribution::Opcodes);
        for payload in &report.payloads {
            self.payload(bytes, payload, stream, depth, inspection);
        }
        if !report.payloads_complete {
            inspection.undecided = true;
        }
        match outcome.error {
            None => Ok(outcome.end),
            Some(error) => {
                inspection.undecided = true;
                self.charge(&error, bytes.len());
                Err(error)
            }
        }
    }

    /// Looks into bytes that a pickle holds and something would open.
    fn payload(
        &mut self,
        bytes: &[u8],
        payload: &Payload,
        stream: u64,
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let inner = payload.bytes.of(bytes);
        let name = format!("payload@{}", payload.location.byte_start);
        let Some(mut found) = self.nested(&name, inner, depth) else {
            let opcode = payload.location.byte_start..payload.location.byte_end;
            self.refused(&name, opcode, inspection);
            return;
        };
        if payload.reason == PayloadReason::Embedded {
            // Nothing in this pickle opens it.
            for finding in &mut found.findings {
                finding.severity = finding.severity.lowered();
            }
        }
        let offset = match &payload.bytes {
            pickle_vm::PayloadBytes::Span(span) => Some(length(span.start)),
            _ => None,
        };
        let loaded_garbage =
            matches!(payload.reason, PayloadReason::Loaded(_)) && !found.is_complete();
        inspection.undecided |= loaded_garbage;
        for finding in &mut found.findings {
            finding.location.stream.get_or_insert(stream);
        }
        let seen = nested::adopt_view(&name, inner.len(), offset, found, inspection);
        inspection.members.extend(seen.list());
    }

    /// Bytes that start no pickle stand where one could follow: says so and looks for pickles in them.
    /// Returns where the next pickle begins that decodes to its end.
    fn skip(
        &mut self,
        bytes: &[u8],
        at: usize,
        stream: u64,
        inspection: &mut Inspection,
        depth: u32,
    ) -> Option<usize> {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = length(bytes.len());
        if rest.iter().all(|&byte| byte == 0) {
            inspection.say(
                &BYTES_AROUND_PICKLES,
                format!("{} zero bytes follow the last pickle", rest.len()),
                length(at)..end,
            );
            inspection.attribute(length(at)..end, Attribution::Padding);
            return None;
        }
        let next = candidates(bytes, at)
            .find(|&start| self.decodes_to_stop(bytes.get(start..).unwrap_or_default()));
        if crate::zip::has_end_record(rest) {
            self.archive_behind(Kind::Pickle, bytes, at, depth, inspection);
            return None;
        }
        if sniff::sniff(rest, "").is_archive() {
            let before = Before::Content(Kind::Pickle);
            self.tail(before, bytes, at, bytes.len(), depth, inspection);
            return None;
        }
        let gap_end = next.map_or(end, length);
        inspection.undecided(
            &BYTES_AROUND_PICKLES,
            match next {
                Some(_) => "bytes between two pickles belong to neither",
                None => "bytes behind the last pickle belong to none",
            },
            length(at)..gap_end,
        );
        if next.is_none() {
            let before = Before::Content(Kind::Pickle);
            self.tail(before, bytes, at, bytes.len(), depth, inspection);
            return None;
        }
        self.search(
            bytes,
            at,
            next.unwrap_or(bytes.len()),
            stream,
            inspection,
            depth,
        );
        next
    }

    /// Says whether a pickle may start here: with PROTO, or with bytes that decode up to a STOP.
    fn starts_pickle(&mut self, bytes: &[u8]) -> bool {
        matches!(bytes, [0x80, 0..=5, ..]) || self.decodes_to_stop(bytes)
    }

    /// Says whether bytes are opcodes up to a STOP. What looking may cost is bounded over the whole file.
    fn decodes_to_stop(&mut self, bytes: &[u8]) -> bool {
        for (number, op) in Decoder::new(bytes).enumerate() {
            if number.is_multiple_of(LOOKS_AT_CLOCK) && self.deadline.has_passed() {
                return false;
            }
            let op = match op {
                Ok(op) => op,
                Err(error) => {
                    self.charge(&error, bytes.len());
                    return false;
                }
            };
            let cost = length(op.range().len());
            let Some(left) = self.decoding.checked_sub(cost) else {
                return false;
            };
            self.decoding = left;
            if op.opcode() == Opcode::Stop {
                return true;
            }
        }
        false
    }

    /// Where an argument is cut off, all bytes behind it may have been searched for its end: that is paid
    /// for, so that many such places cost no more than reading the file some times.
    fn charge(&mut self, error: &pickle_vm::Error, len: usize) {
        if *error.kind() == ErrorKind::Truncated {
            let searched = length(len).saturating_sub(error.offset());
            self.decoding = self.decoding.saturating_sub(searched);
        }
    }

    /// A pickle broke: further ones may stand behind the break.
    fn search_behind(
        &mut self,
        bytes: &[u8],
        stream: u64,
        inspection: &mut Inspection,
        depth: u32,
    ) {
        let read = usize::try_from(
            inspection
                .coverage
                .spans()
                .last()
                .map_or(0, |span| span.end),
        )
        .unwrap_or(bytes.len());
        self.search(bytes, read, bytes.len(), stream, inspection, depth);
    }

    /// Says whether a pickle broke because its beginning is not where it was taken to be, and its opcodes go on
    /// to a call. What looking costs is paid for, so that many such places cost no more than reading the file
    /// some times.
    fn may_call_behind(&mut self, bytes: &[u8], error: &pickle_vm::Error) -> bool {
        let wants_more_before = matches!(
            error.kind(),
            ErrorKind::NoMark | ErrorKind::StackUnderflow | ErrorKind::NoMemoEntry(_)
        );
        let Some(at) = usize::try_from(error.offset())
            .ok()
            .filter(|_| wants_more_before)
        else {
            return false;
        };
        let seen = bytes
            .get(..at.saturating_add(BYTES_BEHIND))
            .unwrap_or(bytes);
        let mut decoder = Decoder::at(seen, at);
        let mut calls = false;
        for _ in 0..OPCODES_BEHIND {
            let op = match decoder.read() {
                Ok(op) => op,
                Err(error) => {
                    self.charge(&error, seen.len());
                    break;
                }
            };
            calls = matches!(
                op.opcode(),
                Opcode::Reduce
                    | Opcode::Obj
                    | Opcode::Inst
                    | Opcode::Build
                    | Opcode::NewObj
                    | Opcode::NewObjEx
            );
            if calls || op.opcode() == Opcode::Stop {
                break;
            }
        }
        let cost = length(decoder.position().saturating_sub(at));
        self.decoding = self.decoding.saturating_sub(cost);
        calls
    }

    /// Looks for pickles in bytes that describe others, or that readers pass over. What only begins there is
    /// what stands behind, which is looked into by itself.
    pub(crate) fn search_aside(
        &mut self,
        bytes: &[u8],
        range: &Range<u64>,
        inspection: &mut Inspection,
        depth: u32,
    ) {
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end))
        else {
            return;
        };
        let seen = bytes.get(..end).unwrap_or(bytes);
        self.search(seen, start, seen.len(), 0, inspection, depth);
    }

    /// Looks for pickles in `from..to`, which belong to nothing, and keeps what they name that is capable
    /// of harm, or, of those that are whole, everything; less of those that a text may be by chance.
    pub(crate) fn search(
        &mut self,
        bytes: &[u8],
        from: usize,
        to: usize,
        stream: u64,
        inspection: &mut Inspection,
        depth: u32,
    ) {
        let mut stream = stream;
        let mut at = from;
        for _ in 0..CANDIDATES {
            let Some(start) = candidates(bytes, at).next().filter(|&start| start < to) else {
                return;
            };
            if self.decoding == 0 || self.deadline.has_passed() {
                break;
            }
            let mut notes = Notes::default();
            let mut found = Inspection::new("pickle", bytes.len());
            let begin = with_arguments(bytes, start);
            let ended = self.carried_out(bytes, begin, stream, &mut notes, depth, &mut found);
            let whole = ended.is_ok();
            // Two lines that are names are common in texts; a call of what they name is not. Where opcodes
            // want what stood before them, it may be a call that is not reached.
            let is_marked = bytes.get(start) == Some(&0x80);
            let least = match (&ended, is_marked) {
                (Ok(_), true) => Severity::Info,
                (Ok(_), false) | (Err(_), true) => Severity::High,
                (Err(error), false) if self.may_call_behind(bytes, error) => Severity::High,
                (Err(_), false) => Severity::Critical,
            };
            let mut kept: Vec<Finding> = found
                .findings
                .into_iter()
                .filter(|finding| whole || finding.rule.code() == "PKL001")
                .filter(|finding| finding.severity >= least)
                .collect();
            if !kept.is_empty() {
                stream = stream.saturating_add(1);
                inspection.findings.append(&mut kept);
                inspection.members.append(&mut found.members);
            }
            let reached = found
                .coverage
                .spans()
                .last()
                .and_then(|span| usize::try_from(span.end).ok());
            let end = ended.ok().and_then(|end| usize::try_from(end).ok());
            at = end
                .or(reached)
                .unwrap_or_default()
                .max(start.saturating_add(1));
        }
        inspection.undecided(
            &LIMIT_REACHED,
            if self.deadline.was_met() {
                "not every place that looks like the start of a pickle was tried: no time was left"
            } else {
                "more places look like the start of a pickle than are tried"
            },
            length(at)..length(to),
        );
    }

    /// Judges bytes that are no format that we know, or plain text, as loaders would that take them for a
    /// pickle: only what a stranger cannot write by chance counts.
    pub(crate) fn unknown(&mut self, bytes: &[u8], reason: &str, depth: u32) -> Inspection {
        let mut inspection = Inspection::new("unknown", bytes.len());
        inspection.undecided(&UNKNOWN_CONTENT, reason, 0..length(bytes.len()));
        self.search_all(bytes, &mut inspection, depth);
        inspection
    }

    /// Reads bytes that are something else as a pickle loader would that does not look: it begins with the
    /// first byte, and the mark of another format may be opcodes. What is named and would do harm counts, if
    /// something could be called so: a text that begins with an opcode's letter has lines for names.
    pub(crate) fn as_pickle(&self, bytes: &[u8], inspection: &mut Inspection) {
        let mut timed = Timed {
            sink: (),
            deadline: &self.deadline,
        };
        let limits = &self.options.limits.pickle;
        let scan = scan_with(bytes, 0, &self.lists, limits, &mut timed);
        let harmful = scan
            .report
            .findings
            .into_iter()
            .filter(|finding| finding.severity >= Severity::High)
            .filter(|finding| {
                finding.written.as_ref().is_some_and(|written| {
                    sniff::is_name(written.module.as_bytes())
                        && (written.name.is_empty() || sniff::is_name(written.name.as_bytes()))
                })
            });
        inspection.findings.extend(harmful);
    }

    /// Looks for pickles everywhere behind the first byte.
    pub(crate) fn search_all(&mut self, bytes: &[u8], inspection: &mut Inspection, depth: u32) {
        self.search(bytes, 0, bytes.len(), 0, inspection, depth);
    }
}

/// A sink that ends the run when the time is up.
struct Timed<'d, S> {
    sink: S,
    deadline: &'d Deadline,
}

impl EffectSink for Timed<'_, &mut Notes> {
    fn effect(&mut self, effect: &Effect<'_>) {
        self.sink.effect(effect);
    }

    fn is_interrupted(&mut self) -> bool {
        self.deadline.has_passed()
    }
}

impl EffectSink for Timed<'_, ()> {
    fn effect(&mut self, _: &Effect<'_>) {}

    fn is_interrupted(&mut self) -> bool {
        self.deadline.has_passed()
    }
}

/// Opcodes behind a break, and bytes, in which a call is sought.
const OPCODES_BEHIND: usize = 1000;
const BYTES_BEHIND: usize = 64 << 10;

/// Bytes before an INST in which the mark of its arguments is sought, and marks that are tried.
const ARGUMENTS: usize = 256;
const MARKS: usize = 4;

/// Where the arguments of an INST begin, which stand before it: at the nearest mark from which opcodes lead
/// up to it. For whatever else it is the place itself.
fn with_arguments(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start) != Some(&b'i') {
        return start;
    }
    let head = bytes.get(..start).unwrap_or_default();
    let floor = start.saturating_sub(ARGUMENTS);
    memchr::memrchr_iter(b'(', head.get(floor..).unwrap_or_default())
        .take(MARKS)
        .map(|mark| floor.saturating_add(mark))
        .find(|mark| {
            let mut decoder = Decoder::at(head, *mark);
            while decoder.position() < start && decoder.read().is_ok() {}
            decoder.position() == start
        })
        .unwrap_or(start)
}

/// Where a pickle may begin in bytes that belong to none, from `at` on: at a PROTO of protocol 2 to 5, and
/// at a GLOBAL or INST whose two lines are written like names.
fn candidates(bytes: &[u8], at: usize) -> impl Iterator<Item = usize> + '_ {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memchr3_iter(0x80, b'c', b'i', rest).filter_map(move |found| {
        let tail = rest.get(found..)?;
        let plausible = match tail {
            [0x80, 2..=5, ..] => starts_well(tail),
            [b'c' | b'i', lines @ ..] => two_names(lines),
            _ => false,
        };
        plausible.then(|| at.saturating_add(found))
    })
}

/// Says whether the first opcodes decode, up to a STOP or the fourth.
fn starts_well(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    for op in Decoder::new(head).take(4) {
        match op.map(|op| op.opcode()) {
            Ok(Opcode::Stop) => return true,
            Ok(_) => {}
            // A long argument reaches beyond what is looked at.
            Err(error) => {
                return head.len() < bytes.len() && *error.kind() == ErrorKind::Truncated;
            }
        }
    }
    true
}

/// Bytes that are looked at to see whether opcodes begin well.
const HEAD: usize = 4096;

/// Longest line taken for a name.
const NAME: usize = 256;

fn two_names(lines: &[u8]) -> bool {
    let mut rest = lines.get(..NAME.saturating_mul(2)).unwrap_or(lines);
    for _ in 0..2 {
        let Some(end) = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'.'))
        else {
            return false;
        };
        let words = || {
            rest.get(..end)
                .unwrap_or_default()
                .split(|byte| *byte == b'.')
        };
        if rest.get(end) != Some(&b'\n')
            || words().any(|word| word.first().is_none_or(u8::is_ascii_digit))
        {
            return false;
        }
        rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
    }
    true
}

/// Whether the first five pickles are those of torch's legacy format.
#[derive(Debug, Default)]
struct Legacy {
    magic: bool,
    keys: Option<Vec<String>>,
}

impl Legacy {
    fn note(&mut self, stream: u64, notes: &Notes) {
        match (stream, &notes.value) {
            (0, Stopped::Int(LEGACY_MAGIC)) => self.magic = true,
            (4, Stopped::Texts(keys)) if self.magic => self.keys = Some(keys.clone()),
            _ => {}
        }
    }

    const fn is_complete(&self, streams: u64) -> bool {
        self.keys.is_some() && streams == LEGACY_PICKLES
    }

    /// Accounts for the storages: for each key its count of elements in eight bytes, then the elements.
    fn storages(&self, bytes: &[u8], at: usize, notes: &Notes, inspection: &mut Inspection) {
        let mut at = length(at);
        let end = length(bytes.len());
        for key in self.keys.iter().flatten() {
            let shown = findings::escape_shortened(key, 80);
            let Some(storage) = notes.storages.iter().find(|storage| storage.key == *key) else {
                inspection.undecided(
                    &crate::rules::STORAGE_MISMATCH,
                    format!("storage `{shown}` is listed and no tensor says what it holds"),
                    at..end,
                );
                return;
            };
            let count = usize::try_from(at)
                .ok()
                .and_then(|at| bytes.get(at..at.checked_add(8)?))
                .and_then(|count| count.try_into().ok())
                .map(u64::from_le_bytes);
            let size = count
                .zip(storage.element)
                .and_then(|(count, element)| count.checked_mul(element));
            let Some(size) = size else {
                inspection.undecided(
                    &crate::rules::STORAGE_MISMATCH,
                    format!("the size of storage `{shown}` cannot be told"),
                    at..end,
                );
                return;
            };
            let data = at.saturating_add(8);
            inspection.attribute(at..data, Attribution::Container);
            let data_end = data.saturating_add(size);
            if data_end > end {
                inspection.undecided(
                    &crate::rules::STORAGE_MISMATCH,
                    format!(
                        "storage `{shown}` has {size} bytes, found {}",
                        end.saturating_sub(data)
                    ),
                    data..end,
                );
                return;
            }
            if storage.bytes.is_some_and(|stated| stated != size) {
                inspection.say(
                    &crate::rules::STORAGE_MISMATCH,
                    format!("storage `{shown}` has another size than its tensors were told"),
                    at..data_end,
                );
            }
            inspection.attribute(data..data_end, Attribution::Storage);
            at = data_end;
        }
        if at < end {
            inspection.undecided(
                &BYTES_AROUND_PICKLES,
                "bytes behind the last storage belong to none",
                at..end,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn pickles_are_found_in_garbage() {
        let bytes = b"garbage \x80\x04N. more cos\nsystem\n(tR.";
        assert_eq!(candidates(bytes, 0).collect::<Vec<_>>(), [8, 18]);
    }
}
