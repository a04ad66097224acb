use findings::Severity;
use memchr::memmem;

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::seven_zip;
use crate::sniff::{self, Kind};
use crate::zip;

/// Places at which a 7z archive is sought in bytes of no format and in programs.
const PLACES: usize = 64;

/// What stands before bytes that belong to nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Before {
    /// Something that loaders read, or an image or document: what stands behind hides there. Where the bytes
    /// are of no format that we know, it may be what they are for.
    Content(Kind),
    /// A program: what it brings along often stands behind it.
    Program(Kind),
}

impl Inspector<'_> {
    /// Looks at what stands behind the end that the format of the bytes itself has. Where that is not told, a
    /// 7z archive may begin anywhere: what reads these looks for their mark.
    pub(crate) fn behind_content(
        &mut self,
        kind: Kind,
        bytes: &[u8],
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let before = if kind.is_code() {
            Before::Program(kind)
        } else {
            Before::Content(kind)
        };
        match sniff::content_end(kind, bytes) {
            Some(end) if end < bytes.len() => {
                self.tail(before, bytes, end, bytes.len(), depth, inspection);
            }
            None if kind.is_native_code() || kind == Kind::Unknown => {
                if let Some(at) = seven_zip_in(bytes) {
                    let range = at..bytes.len();
                    self.second(before, Kind::SevenZip, bytes, range, depth, inspection);
                }
            }
            _ => {}
        }
    }

    /// Looks at bytes that belong to nothing: as the format that they are, if some loader reads it, and else
    /// for pickles and archives in them.
    pub(crate) fn tail(
        &mut self,
        before: Before,
        bytes: &[u8],
        start: usize,
        end: usize,
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let tail = bytes.get(start..end).unwrap_or_default();
        let Some(zeros) = tail.iter().position(|byte| *byte != 0) else {
            return;
        };
        let (at, tail) = (
            start.saturating_add(zeros),
            tail.get(zeros..).unwrap_or_default(),
        );
        let kind = sniff::sniff(tail, "");
        if loads(kind) {
            self.second(before, kind, bytes, at..end, depth, inspection);
            return;
        }
        if let Before::Content(host) = before
            && host.is_inert()
        {
            inspection.say_as(
                &zip::BYTES_OUTSIDE,
                Severity::Low,
                format!("{} bytes stand behind the end of the {host}", tail.len()),
                length(at)..length(end),
            );
        }
        let mut searched = end;
        if let Some(offset) = seven_zip_in(tail) {
            searched = at.saturating_add(offset);
            self.second(
                before,
                Kind::SevenZip,
                bytes,
                searched..end,
                depth,
                inspection,
            );
        }
        let known = inspection.findings.len();
        self.search(bytes, at, searched, 0, inspection, depth);
        if inspection.findings.len() > known {
            inspection.passive = false;
        }
    }

    /// Something that loaders read stands behind something else: each is what some loader reads.
    fn second(
        &mut self,
        before: Before,
        kind: Kind,
        bytes: &[u8],
        range: std::ops::Range<usize>,
        depth: u32,
        inspection: &mut Inspection,
    ) {
        let place = length(range.start)..length(range.end);
        let (Before::Content(host) | Before::Program(host)) = before;
        let is_zip = matches!(kind, Kind::Zip | Kind::PrefixedZip);
        if is_zip && range.end == bytes.len() && !looks_itself(host) && sniff::has_zip_tail(bytes) {
            // It is looked into as an archive that ends where the file ends.
            return;
        }
        let severity = match before {
            Before::Content(Kind::Unknown) | Before::Program(_) => Severity::Low,
            Before::Content(_) => Severity::Medium,
        };
        let message = if host == Kind::Unknown {
            format!("{kind} stands behind bytes of no format that we know")
        } else {
            format!(
                "{kind} stands behind the end of the {host}: loaders differ in which of the two they read"
            )
        };
        inspection.say_as(&zip::BYTES_OUTSIDE, severity, message, place.clone());
        inspection.also.push(kind.label().to_owned());
        inspection.passive = false;
        let tail = bytes.get(range.clone()).unwrap_or_default();
        let name = format!("behind@{}", range.start);
        let start = place.start;
        let seen = self.take_in(&name, tail, Some(start), place.clone(), depth, inspection);
        let Some(seen) = seen else { return };
        if let Some(attribution) = seen.accounted {
            inspection.attribute(place, attribution);
        } else {
            for span in seen.coverage.spans() {
                let range = start.saturating_add(span.start)..start.saturating_add(span.end);
                inspection.attribute(range, span.attribution);
            }
        }
        inspection.members.extend(seen.list());
    }
}

/// Says whether a format looks for archives outside of its members itself.
pub(crate) const fn looks_itself(kind: Kind) -> bool {
    matches!(kind, Kind::Tar | Kind::SevenZip)
}

/// Says whether some loader reads the format.
const fn loads(kind: Kind) -> bool {
    kind.is_weight_or_archive_or_code() && !matches!(kind, Kind::PythonSource | Kind::Script)
}

/// Returns where a 7z archive begins whose first header is whole.
fn seven_zip_in(bytes: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, &seven_zip::SIGNATURE)
        .take(PLACES)
        .find(|at| bytes.get(*at..).is_some_and(seven_zip::has_header))
}
