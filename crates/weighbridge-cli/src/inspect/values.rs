use std::io::{self, Write};
use std::iter;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::hold::Mapped;
use weighbridge::safetensors::values::{Detail, Options, Statistics, TensorValues, check_values};
use weighbridge::safetensors::{Dtype, Header, Layout, Limits};
use weighbridge::scan::convert::{
    self, Checkpoint, Optimizer, Outcome, Plan, Proof, Refusals, Ties,
};

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

/// Bytes of a tensor that are looked at as one: a whole number of elements of every type.
const CHUNK: usize = 3 << 20;

/// Reads the values of those tensors of a checkpoint that can be converted, as they would be written; nothing is.
pub(super) fn fill_checkpoint(
    document: &mut Document,
    checkpoint: &Checkpoint<'_>,
    mapped: &Mapped,
) {
    match Digest::of_source(Algorithm::Sha256, mapped) {
        Ok(digest) => document.digest = Some(digest.to_string()),
        Err(error) => document.error = Some(format!("it cannot be read: {error}")),
    }
    let mut options = convert::Options::default()
        .with_ties(Ties::Duplicate)
        .with_optimizer(Optimizer::Include)
        .with_refusals(Refusals::LeaveOut);
    // Looking at numbers does no harm, whatever loading the file would do.
    options.dangerous().allow_findings();
    let plan = Plan::new(checkpoint, &options);
    let Ok(layout) = plan.layout() else { return };
    let mut pass = Pass::new(layout);
    let written = match plan.write(&mut pass, Proof::Digests, &()) {
        Ok(written) => written,
        Err(error) => {
            let error = with_causes(&error);
            document.error = Some(format!("its values cannot be read: {error}"));
            return;
        }
    };
    for (shown, entry) in iter::zip(&mut document.tensors, plan.entries()) {
        let Outcome::Converted(pieces) = &entry.outcome else {
            continue;
        };
        // What is made of several parts has no values of its own.
        let (Some(piece), 1) = (pieces.clone().next(), pieces.len()) else {
            continue;
        };
        let digest = written.tensors.get(piece);
        let sums = pass.sums.get(piece).copied().flatten();
        shown.values = digest.zip(sums).map(|(digest, sums)| sums.finish(digest));
    }
}

/// Looks at the data of a file while it is written, and keeps none of it.
struct Pass<'l> {
    layout: &'l Layout,
    /// Bytes of the file so far.
    at: u64,
    /// The tensor whose data comes next, in the order of the file.
    next: usize,
    chunk: Vec<u8>,
    /// By the numbers of the plan.
    sums: Vec<Option<Sums>>,
}

impl<'l> Pass<'l> {
    fn new(layout: &'l Layout) -> Self {
        let mut sums = vec![None; layout.tensors().len()];
        for tensor in layout.tensors().iter().filter(|tensor| tensor.is_empty()) {
            if let Some(sums) = sums.get_mut(tensor.input()) {
                *sums = Some(Sums::default());
            }
        }
        Self {
            layout,
            at: 0,
            next: 0,
            chunk: Vec::new(),
            sums,
        }
    }

    /// Adds what was gathered of a tensor to its sums.
    fn look(&mut self, dtype: Dtype, input: usize) -> io::Result<()> {
        let chunk = Sums::of(dtype, &self.chunk).ok_or(io::ErrorKind::InvalidData)?;
        self.chunk.clear();
        if let Some(sums) = self.sums.get_mut(input) {
            *sums = Some(sums.map_or(chunk, |sums| sums.with(chunk)));
        }
        Ok(())
    }
}

impl Write for Pass<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let header = u64::try_from(self.layout.header().len()).unwrap_or(u64::MAX);
        let mut rest = bytes;
        while !rest.is_empty() {
            let tensor = self.layout.tensors().get(self.next);
            let end = if self.at < header {
                header
            } else {
                tensor.map_or(u64::MAX, |tensor| tensor.bytes().end)
            };
            let room = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX);
            if room == 0 {
                self.next = self.next.saturating_add(1);
                continue;
            }
            let room = room.min(CHUNK.saturating_sub(self.chunk.len()));
            let (part, behind) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            let is_data = self.at >= header;
            self.at = self
                .at
                .saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
            rest = behind;
            if let Some(tensor) = tensor.filter(|_| is_data) {
                self.chunk.extend_from_slice(part);
                if self.chunk.len() == CHUNK || self.at == end {
                    self.look(tensor.dtype(), tensor.input())?;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the values of some elements are.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    elements: u64,
    zero: u64,
    nan: u64,
    infinite: u64,
    subnormal: u64,
    not_boolean: u64,
    /// The bytes of the first elements, if all have the bits of those.
    same: Option<[u8; 8]>,
    /// The least, the greatest and the mean of finite elements, and how many there are.
    measures: Option<(f64, f64, f64, u64)>,
}

impl Sums {
    /// Looks at a whole number of elements, in a file of their own.
    fn of(dtype: Dtype, bytes: &[u8]) -> Option<Self> {
        let bits = u64::try_from(bytes.len()).ok()?.checked_mul(8)?;
        let elements = bits.checked_div(dtype.bits())?;
        let layout = Layout::new([("chunk", dtype, vec![elements])], None).ok()?;
        let mut file = layout.header().to_vec();
        file.extend_from_slice(bytes);
        let header = Header::read(&file, layout.file_len(), &Limits::default()).ok()?;
        let options = Options::default().with_detail(Detail::Measures);
        let values = check_values(&header, &file, &options, &()).ok()?;
        let found = values.tensors.into_iter().next()?.statistics;
        let mut first = [0; 8];
        // Four elements of six bits are three bytes, and two of four bits are one.
        let width = if dtype.bits() == 6 {
            3
        } else {
            dtype.bits().div_ceil(8)
        };
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        for (into, from) in first.iter_mut().zip(bytes).take(width) {
            *into = *from;
        }
        // Complex numbers are counted by their parts.
        let parts = if dtype == Dtype::C64 { 2 } else { 1 };
        let finite = elements
            .saturating_mul(parts)
            .saturating_sub(found.nan)
            .saturating_sub(found.infinite);
        Some(Self {
            elements,
            zero: found.zeros,
            nan: found.nan,
            infinite: found.infinite,
            subnormal: found.subnormal,
            not_boolean: found.not_boolean,
            same: (found.constant || elements == 1).then_some(first),
            measures: found
                .measures
                .map(|found| (found.minimum, found.maximum, found.mean, finite)),
        })
    }

    /// Adds the elements that follow.
    fn with(self, next: Self) -> Self {
        let measures = match (self.measures, next.measures) {
            (None, other) | (other, None) => other,
            (Some(a), Some(b)) => {
                let count = a.3.saturating_add(b.3);
                let share = b.3 as f64 / count.max(1) as f64;
                let mean = a.2 + (b.2 - a.2) * share;
                Some((a.0.min(b.0), a.1.max(b.1), mean, count))
            }
        };
        Self {
            elements: self.elements.saturating_add(next.elements),
            zero: self.zero.saturating_add(next.zero),
            nan: self.nan.saturating_add(next.nan),
            infinite: self.infinite.saturating_add(next.infinite),
            subnormal: self.subnormal.saturating_add(next.subnormal),
            not_boolean: self.not_boolean.saturating_add(next.not_boolean),
            same: self.same.filter(|_| self.same == next.same),
            measures,
        }
    }

    fn finish(self, digest: &Digest) -> Values {
        let finite = |number: f64| number.is_finite().then_some(number);
        Values {
            digest: digest.to_string(),
            zero: self.zero,
            nan: self.nan,
            infinite: self.infinite,
            subnormal: self.subnormal,
            not_boolean: self.not_boolean,
            constant: self.elements > 1 && self.same.is_some(),
            minimum: self.measures.and_then(|(least, ..)| finite(least)),
            maximum: self.measures.and_then(|(_, most, ..)| finite(most)),
            mean: self.measures.and_then(|(_, _, mean, _)| finite(mean)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use weighbridge::safetensors::{Dtype, Layout};

    use super::{CHUNK, Pass};

    #[test]
    fn values_are_the_same_however_they_are_cut() {
        let count = CHUNK / 4 + 1000;
        let mut data = Vec::new();
        for number in 0..count {
            data.extend(f32::from(u16::try_from(number % 999).unwrap()).to_le_bytes());
        }
        data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        let last = data.len() - 4;
        data[last..].copy_from_slice(&(-5_f32).to_le_bytes());
        let shape = vec![u64::try_from(count).unwrap()];
        let tensors = [
            ("a", Dtype::F32, shape),
            ("b", Dtype::U8, vec![3]),
            ("c", Dtype::U8, vec![0]),
        ];
        let layout = Layout::new(tensors, None).unwrap();
        let file = [layout.header(), &data, &[7, 7, 7]].concat();
        for size in [1000, 7919, file.len()] {
            let mut pass = Pass::new(&layout);
            for part in file.chunks(size) {
                pass.write_all(part).unwrap();
            }
            let a = pass.sums[0].unwrap();
            assert_eq!((a.elements, a.nan), (u64::try_from(count).unwrap(), 1));
            let (least, most, mean, finite) = a.measures.unwrap();
            assert_eq!((least, most, finite), (-5.0, 998.0, a.elements - 1));
            assert!((mean - 498.6).abs() < 1.0, "{mean}");
            assert!(a.same.is_none() && pass.sums[1].unwrap().same.is_some());
            assert_eq!(pass.sums[2].unwrap().elements, 0);
        }
    }
}
