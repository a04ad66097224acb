use weighbridge::safetensors::{self, Acceptance, Limits, Report, Validity};

use super::document::{Document, Header, Metadata, Reader, Tensor, What};
use super::map::Map;

/// Shows a safetensors file, as much of it as can be read.
pub(super) fn fill<'a>(document: &mut Document, bytes: &'a [u8]) -> Report<'a> {
    let report = safetensors::check(bytes, &Limits::default());
    document.valid = Some(report.validity() == Validity::Valid);
    document.error = (report.validity() == Validity::Undecided)
        .then(|| "a ceiling was reached, and what lies behind it was not read".to_owned());
    document.readers = report.readers().into_iter().map(reader).collect();

    let header = report.header();
    let json = header.json();
    document.header = (!json.is_empty()).then(|| Header {
        byte_start: json.start,
        byte_end: header.data().start,
        padding: header.padding().end.saturating_sub(header.padding().start),
    });
    let pairs = header.metadata().unwrap_or_default().iter();
    document.metadata = pairs
        .map(|pair| Metadata {
            key: pair.key().to_owned(),
            value: pair.value().to_owned(),
        })
        .collect();

    let mut map = Map::new(document.bytes);
    map.add(0..8, What::Length);
    map.add(json, What::Header);
    map.add(header.padding(), What::Padding);
    for tensor in header.tensors_by_offset() {
        let range = tensor.bytes();
        map.add(range.clone(), What::Tensors);
        document.tensors.push(Tensor {
            name: tensor.name().to_owned(),
            dtype: Some(tensor.dtype().to_string()),
            shape: tensor.shape().to_vec(),
            elements: Some(tensor.elements()),
            bytes: range.end.checked_sub(range.start),
            byte_start: Some(range.start),
            byte_end: Some(range.end),
            stored: None,
            shard: None,
            values: None,
        });
    }
    document.map = map.finish();
    document.findings = report.findings().into_iter().map(Into::into).collect();
    report
}

fn reader((reader, acceptance): (safetensors::Reader, Acceptance)) -> Reader {
    let (accepts, reason) = match acceptance {
        Acceptance::Yes => (Some(true), None),
        Acceptance::No(refusal) => (Some(false), Some(refusal.to_string())),
        Acceptance::Undecided => (None, Some("a ceiling was reached".to_owned())),
    };
    Reader {
        version: reader.to_string(),
        accepts,
        reason,
    }
}
