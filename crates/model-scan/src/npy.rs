use model_formats::npy;

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::rules::BYTES_AROUND_PICKLES;
use crate::torch::Notes;

impl Inspector<'_> {
    /// A `.npy` file: its header, its elements, and the pickle of an array of objects.
    pub(crate) fn npy(&mut self, bytes: &[u8], depth: u32) -> Inspection {
        let checked = npy::check(bytes, &npy::Limits::default());
        let mut inspection = Inspection::new("npy", bytes.len());
        inspection.findings = checked.findings;
        inspection.coverage = checked.coverage;
        inspection.undecided = !checked.complete;
        if let Some(start) = checked
            .pickle
            .and_then(|range| usize::try_from(range.start).ok())
        {
            inspection.has_objects = true;
            let mut notes = Notes::default();
            let objects = self.pickles(bytes, start, &mut notes, depth);
            self.modules.append(&mut notes.modules);
            self.absorb(&mut inspection, objects);
        } else if checked.header.is_err() {
            // numpy falls back to unpickling where it finds no magic; other readers may not look either.
            self.search(bytes, 0, bytes.len(), 0, &mut inspection, depth);
        }
        if let Some(trailing) = checked.trailing {
            let start = usize::try_from(trailing.start).unwrap_or(bytes.len());
            let rest = bytes.get(start..).unwrap_or_default();
            if rest.iter().all(|&byte| byte == 0) {
                inspection.attribute(trailing, findings::Attribution::Padding);
            } else if let Some(next) = self.nested("trailing", rest, depth) {
                // Several arrays may follow each other in one file; each is read by a load of its own.
                let verdict = next.verdict();
                if next.kind != "npy" && next.kind != "unknown" {
                    inspection.also.push(next.kind.clone());
                }
                inspection.has_objects |= next.has_objects;
                if next.kind == "unknown" {
                    inspection.undecided(
                        &BYTES_AROUND_PICKLES,
                        "bytes behind the array belong to nothing",
                        trailing,
                    );
                }
                let offset = length(start);
                for span in next.coverage.spans() {
                    inspection.attribute(
                        offset.saturating_add(span.start)..offset.saturating_add(span.end),
                        span.attribution,
                    );
                }
                inspection.undecided |= verdict == crate::Verdict::Undecided;
                inspection.unsupported |= next.unsupported;
                inspection
                    .findings
                    .extend(next.findings.into_iter().map(|mut finding| {
                        finding.location = finding.location.within("trailing", Some(offset));
                        finding
                    }));
            }
        }
        inspection
    }

    /// Takes over what was read of the same bytes as something further.
    fn absorb(&self, inspection: &mut Inspection, other: Inspection) {
        for span in other.coverage.spans() {
            inspection.attribute(span.start..span.end, span.attribution);
        }
        inspection.undecided |= other.undecided;
        inspection.unsupported |= other.unsupported;
        inspection.findings.extend(other.findings);
        inspection.members.extend(other.members);
    }
}
