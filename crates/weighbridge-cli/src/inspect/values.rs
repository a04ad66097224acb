use std::iter;

use weighbridge::digest::Algorithm;
use weighbridge::hold::Mapped;
use weighbridge::safetensors::Header;
use weighbridge::safetensors::values::{Detail, Options, Statistics, TensorValues, check_values};

use super::document::{Document, Values};
use crate::causes::with_causes;

/// Reads the values of a valid safetensors file, whose tensors are in the document in the order of the file.
pub(super) fn fill(document: &mut Document, header: &Header<'_>, mapped: &Mapped) {
    let options = Options::default()
        .with_detail(Detail::Measures)
        .with_tensor_digests(Algorithm::Sha256)
        .with_file_digest(Algorithm::Sha256);
    let values = match check_values(header, mapped, &options, &()) {
        Ok(values) => values,
        Err(error) => {
            document.error = Some(format!(
                "its values cannot be read: {}",
                with_causes(&error)
            ));
            return;
        }
    };
    document.digest = values.file_digest.map(|digest| digest.to_string());
    for (tensor, values) in iter::zip(&mut document.tensors, values.tensors) {
        tensor.values = shown(values);
    }
    let findings = values.findings.into_iter().map(Into::into);
    document.findings.extend(findings);
}

fn shown(values: TensorValues) -> Option<Values> {
    let digest = values.digest?.to_string();
    let Statistics {
        nan,
        infinite,
        subnormal,
        zeros,
        not_boolean,
        constant,
        measures,
        ..
    } = values.statistics;
    // JSON has no infinity, which a mean may be.
    let finite = |number: f64| number.is_finite().then_some(number);
    Some(Values {
        digest,
        zero: zeros,
        nan,
        infinite,
        subnormal,
        not_boolean,
        constant,
        minimum: measures.and_then(|measures| finite(measures.minimum)),
        maximum: measures.and_then(|measures| finite(measures.maximum)),
        mean: measures.and_then(|measures| finite(measures.mean)),
    })
}
