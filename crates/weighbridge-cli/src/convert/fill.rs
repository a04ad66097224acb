use weighbridge::findings::Severity;
use weighbridge::scan::Verdict;
use weighbridge::scan::convert::{self, Checkpoint, Entry, Plan, Written};

use super::document::{Document, File, Mode, Output, Source, Status, Tensor};
use super::parts::Parts;

/// Takes down what a scan says of an input.
pub(super) fn judgement(document: &mut Document, checkpoint: &Checkpoint<'_>) {
    let verdict = checkpoint.verdict();
    document.dangerous |= verdict == Verdict::Dangerous;
    // Of several inputs, the worst.
    let findings = checkpoint.findings().iter().cloned();
    let is_worse = document.verdict.is_empty() || verdict == Verdict::Dangerous;
    if is_worse {
        document.verdict = verdict.to_string();
    }
    let told = findings.filter(|finding| finding.severity > Severity::Info);
    document.findings.extend(told.map(Into::into));
}

/// Takes down what becomes of each tensor; `written` has what was written of each plan, if anything was.
pub(super) fn tensors(
    document: &mut Document,
    parts: &Parts<'_>,
    plans: &[Plan<'_, '_>],
    written: &[Written],
) {
    for (number, (part, plan)) in (0_u64..).zip(parts.parts.iter().zip(plans)) {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        let written = written.get(at);
        let is_made = matches!(document.mode, Mode::Convert | Mode::DryRun);
        if let Some(written) = written.filter(|_| is_made) {
            document.outputs.push(File {
                path: weighbridge::scan::path_text(&part.output).0,
                format: "safetensors".to_owned(),
                bytes: written.bytes,
                digest: written.digest.as_ref().map(ToString::to_string),
            });
        }
        let places = Places::new(plan);
        for (tensor, entry) in plan.tensors() {
            document.push(shown(number, tensor, entry, plan, &places, written));
        }
    }
}

/// Where the tensors of an output lie in it, by their numbers.
struct Places(Vec<Option<(u64, u64)>>);

impl Places {
    fn new(plan: &Plan<'_, '_>) -> Self {
        let Ok(layout) = plan.layout() else {
            return Self(Vec::new());
        };
        let mut places = vec![None; layout.tensors().len()];
        for tensor in layout.tensors() {
            let range = tensor.bytes();
            if let Some(place) = places.get_mut(tensor.input()) {
                *place = Some((range.start, range.end));
            }
        }
        Self(places)
    }
}

fn shown(
    number: u64,
    tensor: &convert::Tensor,
    entry: &Entry,
    plan: &Plan<'_, '_>,
    places: &Places,
    written: Option<&Written>,
) -> Tensor {
    let (status, reason, numbers) = match &entry.outcome {
        convert::Outcome::Converted(numbers) => (Status::Converted, None, numbers.clone()),
        convert::Outcome::Tied { kept } => {
            let reason = format!("the same as {kept}");
            (Status::Tied, Some(reason), 0..0)
        }
        convert::Outcome::Refused(refused) => (Status::Refused, Some(refused.to_string()), 0..0),
        convert::Outcome::LeftOut(reason) => (Status::LeftOut, Some(reason.to_string()), 0..0),
        _ => (Status::Refused, None, 0..0),
    };
    let outputs = numbers.filter_map(|piece| {
        let (name, dtype, shape) = plan.written(piece)?;
        let place = places.0.get(piece).copied().flatten();
        Some(Output {
            output: number,
            name: name.to_owned(),
            byte_start: place.map(|(start, _)| start),
            byte_end: place.map(|(_, end)| end),
            dtype: dtype.as_str(),
            shape: shape.to_vec(),
            digest: written
                .and_then(|written| written.tensors.get(piece))
                .map(ToString::to_string),
        })
    });
    let storage = tensor.storage.and_then(|id| plan.checkpoint().storage(id));
    let range = plan.source_range(tensor);
    Tensor {
        name: entry.name.clone(),
        keys: tensor
            .path
            .iter()
            .map(|key| key.text().into_owned())
            .collect(),
        status,
        reason,
        source: Source {
            input: number,
            storage: storage.map(|storage| storage.key().to_owned()),
            member: storage.and_then(|storage| storage.member().map(str::to_owned)),
            byte_start: range.as_ref().map(|range| range.start),
            byte_end: range.as_ref().map(|range| range.end),
            dtype: tensor.dtype.map(|dtype| dtype.to_string()),
            shape: tensor.shape.clone(),
            stride: tensor.stride.clone(),
            offset: tensor.offset,
        },
        outputs: outputs.collect(),
    }
}
