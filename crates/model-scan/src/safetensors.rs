use safetensors_check::{Validity, check};

use crate::inspect::Inspector;
use crate::inspection::Inspection;
use crate::sniff::{self, Kind, Promise};

impl Inspector<'_> {
    /// A safetensors file, or one that is only called so.
    pub(crate) fn safetensors(&mut self, kind: Kind, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new(Kind::Safetensors.label(), bytes.len());
        let report = check(bytes, &self.options.limits.safetensors);
        inspection.findings = report.findings();
        inspection.coverage = report.coverage().clone();
        // Every reason for which it was not read to its end is a finding.
        inspection.undecided = report.validity() == Validity::Undecided;
        if kind != Kind::Safetensors {
            // No reader takes it for safetensors, so some may take it for whatever it holds.
            self.search_all(bytes, &mut inspection, depth);
        }
        inspection
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
