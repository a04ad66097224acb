use std::ops::{ControlFlow, Range};

use findings::{Attribution, Finding, Severity};

use super::Format;
use super::format::{Part, Unpacked};
use super::naming::content_name;
use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::nested;
use crate::report::CrcCheck;
use crate::rules::{BROKEN_COMPRESSION, BYTES_BEHIND_STREAM, SEVERAL_STREAMS, UNREAD_FORMAT};
use crate::sniff::{self, Kind};
use crate::unpack::{Fault, Meter, Pump, Stop};
use crate::zip;

impl Inspector<'_> {
    /// A compressed stream, or several that follow each other: what they hold together, what each holds, and
    /// what stands behind them.
    pub(crate) fn compressed(
        &mut self,
        format: Format,
        kind: Kind,
        name: &str,
        bytes: &[u8],
        depth: u32,
    ) -> Inspection {
        let mut inspection = Inspection::new(kind.label(), bytes.len());
        let (content, unpacked) = self.unpack(format, bytes);
        say_faults(&unpacked, &mut inspection);
        let stated = unpacked.parts.first().and_then(|part| part.name.as_deref());
        let name = content_name(stated, name);
        self.content(format, &name, &content, &unpacked, depth, &mut inspection);
        let holding: Vec<&Part> = unpacked
            .parts
            .iter()
            .filter(|part| !part.content.is_empty())
            .collect();
        if holding.len() > 1 {
            self.several(&name, &content, &holding, depth, &mut inspection);
        }
        for aside in &unpacked.log.asides {
            self.search_aside(bytes, aside, &mut inspection, depth);
        }
        for padding in &unpacked.padding {
            inspection.attribute(padding.clone(), Attribution::Padding);
        }
        drop(content);
        if unpacked.stop.is_none() {
            self.behind(bytes, unpacked.end, depth, &mut inspection);
        }
        inspection
    }

    fn unpack(&self, format: Format, bytes: &[u8]) -> (Vec<u8>, Unpacked) {
        let mut content = Vec::new();
        let mut receive = |chunk: &[u8]| {
            content.extend_from_slice(chunk);
            ControlFlow::Continue(())
        };
        let meter = Meter::new(&self.options.limits.unpack, &self.inflating);
        let unpacked = format.unpack(bytes, &mut Pump::new(meter, &mut receive));
        (content, unpacked)
    }

    /// What all streams hold together.
    fn content(
        &mut self,
        format: Format,
        name: &str,
        content: &[u8],
        unpacked: &Unpacked,
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let packed = 0..unpacked.end;
        let Some(found) = self.nested(name, content, depth) else {
            self.refused(name, packed, inspection);
            return;
        };
        let whole = unpacked.stop.is_none() && unpacked.log.faults.is_empty();
        inspection.passive = found.passive && whole && unpacked.end == length_of(inspection);
        let crc = match (
            format.has_checksum(),
            unpacked.stop,
            unpacked.log.faults.as_slice(),
        ) {
            (false, _, _) => CrcCheck::None,
            (true, Some(_), _) => CrcCheck::NotChecked,
            (true, None, []) => CrcCheck::Ok,
            (true, None, _) => CrcCheck::Mismatch,
        };
        inspection.undecided |= !whole;
        let mut seen = nested::adopt(name, content.len(), None, found, inspection);
        seen.member.crc = crc;
        if let Some(attribution) = seen.accounted.filter(|_| whole) {
            for part in &unpacked.parts {
                inspection.attribute(part.packed.clone(), attribution);
            }
        }
        inspection.members.extend(seen.list());
    }

    /// Each of several streams alone, as a reader sees it that stops behind the first, or starts with a later
    /// one: those that hold something by themselves.
    fn several(
        &mut self,
        name: &str,
        content: &[u8],
        parts: &[&Part],
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let first = parts.first().map_or(0, |part| part.packed.end);
        inspection.say(
            &SEVERAL_STREAMS,
            format!(
                "{} compressed streams follow each other, and some readers stop behind the first",
                parts.len()
            ),
            first..parts.last().map_or(first, |part| part.packed.end),
        );
        let together: Vec<Finding> = inspection.findings.clone();
        for part in parts {
            let bytes = slice(content, &part.content);
            if !loads(bytes) {
                continue;
            }
            let name = format!("{name}@{}", part.packed.start);
            if !self.inflating.take(length(bytes.len())) {
                self.refused(&name, part.packed.clone(), inspection);
                return;
            }
            let Some(mut found) = self.nested(&name, bytes, depth) else {
                self.refused(&name, part.packed.clone(), inspection);
                return;
            };
            // What was found in all streams together need not be said again.
            found
                .findings
                .retain(|finding| !is_among(finding, part.content.start, &together));
            // Alone it may be a part of something: that is no gap in what was read of all together.
            if found.findings.is_empty() {
                continue;
            }
            let seen = nested::adopt_view(&name, bytes.len(), None, found, inspection);
            inspection.members.extend(seen.list());
        }
    }

    /// What stands behind the last stream.
    fn behind(&mut self, bytes: &[u8], end: u64, depth: u32, inspection: &mut Inspection) {
        let all = length(bytes.len());
        let rest = slice(bytes, &(end..all));
        if rest.is_empty() {
            return;
        }
        let place = end..all;
        if rest.iter().all(|byte| *byte == 0) {
            inspection.say(
                &BYTES_BEHIND_STREAM,
                format!(
                    "{} zero bytes stand behind the compressed stream",
                    rest.len()
                ),
                place.clone(),
            );
            inspection.attribute(place, Attribution::Padding);
            return;
        }
        inspection.say(
            &BYTES_BEHIND_STREAM,
            format!("{} bytes stand behind the compressed stream", rest.len()),
            place.clone(),
        );
        // An archive that ends where the file ends is looked into as one anyway.
        if sniff::sniff(rest, "") == Kind::Zip && sniff::has_zip_tail(bytes) {
            return;
        }
        let Some(found) = self.nested("trailing", rest, depth) else {
            self.refused("trailing", place, inspection);
            return;
        };
        inspection.passive &= found.passive;
        let seen = nested::adopt("trailing", rest.len(), Some(end), found, inspection);
        for span in seen.coverage.spans() {
            inspection.attribute(
                end.saturating_add(span.start)..end.saturating_add(span.end),
                span.attribution,
            );
        }
        inspection.members.extend(seen.list());
    }
}

/// Says what kept streams from being read, or is wrong with those that were.
fn say_faults(unpacked: &Unpacked, inspection: &mut Inspection) {
    let end = length_of(inspection);
    for &(note, at) in &unpacked.log.notes {
        inspection.say(&BROKEN_COMPRESSION, note, at..end);
    }
    for &(fault, at) in &unpacked.log.faults {
        say_fault(fault, at, inspection);
    }
    if unpacked.log.dropped > 0 {
        inspection.undecided(
            &BROKEN_COMPRESSION,
            format!(
                "{} more faults of this kind are not listed",
                unpacked.log.dropped
            ),
            0..end,
        );
    }
    match unpacked.stop {
        None | Some(Stop::Stopped) => {}
        Some(Stop::Limit(limit)) => {
            let message = format!("limit on {limit} reached");
            inspection.undecided(&zip::DECOMPRESSION_LIMIT, message, unpacked.end..end);
        }
        Some(Stop::Fault { fault, at }) => say_fault(fault, at, inspection),
    }
}

fn say_fault(fault: Fault, at: u64, inspection: &mut Inspection) {
    let rule = match fault {
        Fault::CutOff | Fault::Corrupt | Fault::Checksum | Fault::Size => &BROKEN_COMPRESSION,
        Fault::Memory(_) => &zip::DECOMPRESSION_LIMIT,
        Fault::Unread(_) => &UNREAD_FORMAT,
    };
    let end = length_of(inspection);
    inspection.undecided(rule, format!("{fault} at byte {at}"), at.min(end)..end);
}

const fn length_of(inspection: &Inspection) -> u64 {
    inspection.coverage.bytes()
}

fn slice<'b>(bytes: &'b [u8], range: &Range<u64>) -> &'b [u8] {
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
        return &[];
    };
    bytes.get(start..end).unwrap_or_default()
}

/// Says whether some loader would begin with these bytes.
fn loads(bytes: &[u8]) -> bool {
    let kind = sniff::sniff(bytes, "");
    kind.is_weight_or_archive_or_code() && !kind.is_inert() || sniff::has_zip_tail(bytes)
}

/// Says whether a finding about bytes that begin at `from` is among those of the whole.
fn is_among(finding: &Finding, from: u64, together: &[Finding]) -> bool {
    if finding.severity < Severity::Medium {
        return true;
    }
    let start = finding.location.byte_start.saturating_add(from);
    finding.location.member.is_none()
        && together.iter().any(|known| {
            known.rule == finding.rule
                && known.subject == finding.subject
                && known.location.byte_start == start
        })
}
