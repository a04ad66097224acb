use std::num::NonZeroUsize;
use std::ops::Range;

use findings::{Finding, Severity};
use model_digest::Watch;
use safetensors_check::values::{self, check_values};
use safetensors_check::{Header, Validity, check};

use crate::clock::Deadline;
use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::nested;
use crate::rules::LIMIT_REACHED;
use crate::sniff::{self, Kind, Promise};

/// Rules that find another format where a tensor begins.
const IN_TENSORS: [&str; 3] = ["STF041", "STF042", "STF043"];

impl Inspector<'_> {
    /// A safetensors file, or one that is only called so.
    pub(crate) fn safetensors(&mut self, kind: Kind, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new(Kind::Safetensors.label(), bytes.len());
        let report = check(bytes, &self.options.limits.safetensors);
        inspection.findings = report.findings();
        inspection.coverage = report.coverage().clone();
        // Every reason for which it was not read to its end is a finding.
        inspection.undecided = report.validity() == Validity::Undecided;
        let payloads: Vec<Finding> = report
            .suspicions()
            .iter()
            .filter(|finding| IN_TENSORS.contains(&finding.rule.code()))
            .cloned()
            .collect();
        if report.validity() == Validity::Valid {
            self.values(report.header(), bytes, &mut inspection);
        }
        drop(report);
        for payload in &payloads {
            self.tensor(payload, bytes, depth, &mut inspection);
        }
        if kind != Kind::Safetensors {
            // No reader takes it for safetensors, so some may take it for whatever it holds.
            self.search_all(bytes, &mut inspection, depth);
        }
        inspection
    }

    /// Reads the values of all tensors.
    fn values(&self, header: &Header<'_>, bytes: &[u8], inspection: &mut Inspection) {
        // Files are scanned side by side: a thread that waited here could take up another one's work.
        let options = values::Options::default().with_threads(NonZeroUsize::MIN);
        match check_values(header, &bytes, &options, &Until(&self.deadline)) {
            Ok(values) => inspection.findings.extend(values.findings),
            Err(error) => inspection.undecided(
                &LIMIT_REACHED,
                match error {
                    values::Error::Cancelled => {
                        "the values of tensors were not read: no time was left".to_owned()
                    }
                    error => format!("the values of tensors were not read: {error}"),
                },
                header.data(),
            ),
        }
    }

    /// Looks into a tensor whose bytes are something that some loader reads.
    fn tensor(&mut self, payload: &Finding, bytes: &[u8], depth: u32, inspection: &mut Inspection) {
        let range = payload.location.byte_start..payload.location.byte_end;
        let name = format!("tensor@{}", range.start);
        let inner = slice(bytes, &range);
        if range.end == length(bytes.len())
            && sniff::sniff(inner, "") == Kind::Zip
            && sniff::has_zip_tail(bytes)
        {
            // It is looked into as an archive that ends where the file ends.
            return;
        }
        let Some(found) = self.nested(&name, inner, depth) else {
            self.refused(&name, range, inspection);
            return;
        };
        if payload.severity >= Severity::Medium {
            inspection.also.push(found.kind.clone());
        }
        // All of it is accounted for as what the header says that it is.
        let seen = nested::adopt_view(&name, inner.len(), Some(range.start), found, inspection);
        inspection.members.extend(seen.list());
    }
}

/// Says whether content that is no safetensors is judged by its rules nevertheless, because of its name. A file
/// that another format's mark stands at the start of is judged as that.
pub(crate) fn is_held_to(name: &str, kind: Kind) -> bool {
    sniff::promise(name) == Some(Promise::Safetensors)
        && (kind == Kind::Empty
            || kind == Kind::Unknown
            || kind.is_inert() && kind != Kind::HtmlPage)
}

fn slice<'b>(bytes: &'b [u8], range: &Range<u64>) -> &'b [u8] {
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
        return &[];
    };
    bytes.get(start..end).unwrap_or_default()
}

/// Ends the work when the time is up.
pub(crate) struct Until<'d>(pub(crate) &'d Deadline);

impl Watch for Until<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.has_passed()
    }
}
