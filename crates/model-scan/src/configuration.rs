use findings::Attribution;
use safetensors_check::adapter;
use safetensors_check::index::{self, Format};

use crate::inspect::Inspector;
use crate::inspection::Inspection;
use crate::model_folder::{ADAPTER_CONFIG, SpeaksOf};
use crate::sniff::Kind;

/// What reports call configuration that is judged. Nothing that it holds is loaded as weights.
pub(crate) const JUDGED: [&str; 2] = ["index of shards", "adapter configuration"];

/// Says whether a file is configuration that is judged: the index of a sharded model, or that of an adapter, by
/// its name. Whatever another format's mark stands at the start of is that.
pub(crate) fn is_one(name: &str, kind: Kind) -> bool {
    let file = base(name);
    (kind.is_inert() || kind == Kind::Unknown)
        && (Format::of_index(file).is_some() || file == ADAPTER_CONFIG)
}

fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

impl Inspector<'_> {
    /// An index or the configuration of an adapter, by what it says itself.
    pub(crate) fn configuration(
        &mut self,
        name: &str,
        kind: Kind,
        bytes: &[u8],
        depth: u32,
    ) -> Inspection {
        let limits = &self.options.limits.safetensors;
        let [index, adapter] = JUDGED;
        let mut inspection;
        if let Some(format) = Format::of_index(base(name)) {
            let report = index::check(bytes, format, limits);
            inspection = Inspection::new(index, bytes.len());
            inspection.findings = report.findings().to_vec();
            inspection.undecided = !report.is_complete();
            inspection.speaks_of = Some(SpeaksOf::Shards);
        } else {
            let report = adapter::check(bytes, limits);
            inspection = Inspection::new(adapter, bytes.len());
            inspection.findings = report.findings().to_vec();
            inspection.undecided = !report.is_readable();
            inspection.speaks_of = Some(SpeaksOf::AdapterWeights);
        }
        inspection.attribute_all(Attribution::Container);
        if kind == Kind::Unknown {
            self.search_all(bytes, &mut inspection, depth);
        }
        inspection
    }
}
