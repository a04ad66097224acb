//! The values of tensors: what they are, counted in one read of the file, and what is suspicious in them.

mod counter;
mod encoding;
mod error;
mod judge;
mod measure;
mod options;
mod pass;
mod screen;
mod statistics;

use findings::Finding;
use model_digest::{Digest, Source, Watch};

use crate::suspicions::Suspicions;
use crate::{Dtype, Header, Tensor};
use encoding::{Eight, Encoding, Six, Sixteen};
use judge::{Judged, Shares, judge};
use pass::{Part, pass};

pub use counter::Counter;
pub use error::Error;
pub use options::{Detail, Options};
pub use statistics::{Measures, Statistics};

pub(crate) use judge::{CONSTANT_TENSOR, NOT_BOOLEAN, NOT_FINITE, SUBNORMAL_VALUES};

/// What [`check_values`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Values {
    /// One for each tensor, in the order of their data, which is that of
    /// [`Header::tensors_by_offset`](crate::Header::tensors_by_offset).
    pub tensors: Vec<TensorValues>,
    /// The digest of the whole data section, if it was asked for.
    pub data_digest: Option<Digest>,
    /// The digest of the whole file, if it was asked for.
    pub file_digest: Option<Digest>,
    /// What is suspicious, in the order of the data.
    pub findings: Vec<Finding>,
}

/// What the values of one tensor are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TensorValues {
    /// What the elements are, counted.
    pub statistics: Statistics,
    /// The digest of the tensor's bytes as they are in the file, if it was asked for.
    pub digest: Option<Digest>,
}

/// Reads all data of a file once and says what the values are, and what is suspicious in them.
///
/// The header is that of [`Header::read`](crate::Header::read), or of a [`Report`](crate::Report) of a valid file:
/// the tensors must cover the data. The results are the same on every machine, however many threads work.
///
/// # Limits
/// About 13 MiB are held beside the results where the source is no slice, and the results take 150 bytes for each
/// tensor. Of each rule at most a hundred findings are listed.
///
/// # Errors
/// [`Error::Length`] and [`Error::NotCovered`] if the header is not that of the source; [`Error::Read`] if the
/// source fails; [`Error::Cancelled`] if the watch says so.
///
/// # Examples
/// ```
/// use safetensors_check::values::{Detail, Options, check_values};
/// use safetensors_check::{Dtype, Header, Layout, Limits};
///
/// let layout = Layout::new([("weight", Dtype::F32, vec![2])], None)?;
/// let mut file = layout.header().to_vec();
/// file.extend_from_slice(&1.5_f32.to_le_bytes());
/// file.extend_from_slice(&f32::NAN.to_le_bytes());
/// let header = Header::read(&file, file.len() as u64, &Limits::default())?;
///
/// let options = Options::default().with_detail(Detail::Measures);
/// let values = check_values(&header, &file, &options, &())?;
/// let found = values.tensors[0].statistics;
/// assert_eq!((found.elements, found.nan), (2, 1));
/// assert_eq!(found.measures.map(|measures| measures.maximum), Some(1.5));
/// assert_eq!(values.findings[0].message, "tensor `weight` holds 1 NaN among its 2 elements of type F32");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_values(
    header: &Header<'_>,
    source: &(dyn Source + Sync),
    options: &Options,
    watch: &dyn Watch,
) -> Result<Values, Error> {
    let data = header.data();
    if source.len() != data.end {
        return Err(Error::Length {
            found: source.len(),
            wanted: data.end,
        });
    }
    let parts: Vec<Part> = header
        .tensors_by_offset()
        .map(|tensor| Part {
            encoding: encoding(tensor.dtype()),
            range: tensor.bytes(),
        })
        .collect();
    let mut at = data.start;
    for part in &parts {
        if part.range.start != at || part.range.end < at {
            return Err(Error::NotCovered { offset: at });
        }
        at = part.range.end;
    }
    if at != data.end {
        return Err(Error::NotCovered { offset: at });
    }
    let passed = pass(source, data, &parts, options, watch)?;
    let mut shares = Shares::default();
    let tensors: Vec<TensorValues> = header
        .tensors_by_offset()
        .zip(passed.parts)
        .map(|(tensor, (partial, digest))| {
            let encoding = encoding(tensor.dtype());
            let statistics = partial.finish(encoding, tensor.elements());
            shares.add(encoding, &statistics);
            TensorValues { statistics, digest }
        })
        .collect();
    let mut all = Suspicions::default();
    for (tensor, values) in header.tensors_by_offset().zip(&tensors) {
        judge(&judged(&tensor), &values.statistics, shares, &mut all);
    }
    Ok(Values {
        tensors,
        data_digest: passed.data,
        file_digest: passed.file,
        findings: all.finish(),
    })
}

fn judged<'h>(tensor: &Tensor<'h>) -> Judged<'h> {
    Judged {
        name: tensor.name(),
        dtype: tensor.dtype().as_str(),
        shape: tensor.shape(),
        encoding: encoding(tensor.dtype()),
        range: tensor.bytes(),
    }
}

const fn encoding(dtype: Dtype) -> Encoding {
    match dtype {
        Dtype::Bool => Encoding::Boolean,
        Dtype::F4 => Encoding::Four,
        Dtype::F6E2M3 => Encoding::Six(Six::E2M3),
        Dtype::F6E3M2 => Encoding::Six(Six::E3M2),
        Dtype::U8 => Encoding::U8,
        Dtype::I8 => Encoding::I8,
        Dtype::F8E5M2 => Encoding::Eight(Eight::E5M2),
        Dtype::F8E4M3 => Encoding::Eight(Eight::E4M3),
        Dtype::F8E8M0 => Encoding::Eight(Eight::E8M0),
        Dtype::F8E4M3Fnuz => Encoding::Eight(Eight::E4M3Fnuz),
        Dtype::F8E5M2Fnuz => Encoding::Eight(Eight::E5M2Fnuz),
        Dtype::I16 => Encoding::I16,
        Dtype::U16 => Encoding::U16,
        Dtype::F16 => Encoding::Sixteen(Sixteen::F16),
        Dtype::Bf16 => Encoding::Sixteen(Sixteen::Bf16),
        Dtype::I32 => Encoding::I32,
        Dtype::U32 => Encoding::U32,
        Dtype::F32 => Encoding::F32,
        Dtype::C64 => Encoding::C64,
        Dtype::F64 => Encoding::F64,
        Dtype::I64 => Encoding::I64,
        Dtype::U64 => Encoding::U64,
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of the test itself, small enough"
)]
mod tests {
    use model_digest::{Algorithm, Digest, Source};

    use super::encoding::{Eight, Encoding, Six, Sixteen};
    use super::options::{Detail, Options};
    use super::pass::{Part, look, pass};
    use super::statistics::Partial;

    const ALL: [Encoding; 21] = [
        Encoding::Boolean,
        Encoding::Four,
        Encoding::Six(Six::E2M3),
        Encoding::Six(Six::E3M2),
        Encoding::Eight(Eight::E5M2),
        Encoding::Eight(Eight::E4M3),
        Encoding::Eight(Eight::E8M0),
        Encoding::Eight(Eight::E4M3Fnuz),
        Encoding::Eight(Eight::E5M2Fnuz),
        Encoding::Sixteen(Sixteen::F16),
        Encoding::Sixteen(Sixteen::Bf16),
        Encoding::F32,
        Encoding::F64,
        Encoding::I8,
        Encoding::U8,
        Encoding::I16,
        Encoding::U16,
        Encoding::I32,
        Encoding::U32,
        Encoding::I64,
        Encoding::U64,
    ];

    /// Bytes that no two runs share, with every byte in them.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// What the elements are, one after the other, by the arithmetic of Rust itself.
    fn slowly(encoding: Encoding, bytes: &[u8]) -> Partial {
        let mut all = Partial::default();
        for element in bytes.chunks_exact(encoding.step()) {
            let value = match encoding {
                Encoding::F32 => f64::from(f32::from_le_bytes(element.try_into().unwrap())),
                Encoding::F64 => f64::from_le_bytes(element.try_into().unwrap()),
                Encoding::Sixteen(Sixteen::Bf16) => {
                    f64::from(f32::from_le_bytes([0, 0, element[0], element[1]]))
                }
                Encoding::Sixteen(Sixteen::F16) => {
                    let bits = u16::from_le_bytes([element[0], element[1]]);
                    let fraction = f64::from(bits & 0x3ff);
                    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
                    match i32::from(bits >> 10 & 31) {
                        31 if fraction == 0.0 => sign * f64::INFINITY,
                        31 => f64::NAN,
                        0 => sign * fraction * 2.0_f64.powi(-24),
                        power => sign * (1024.0 + fraction) * 2.0_f64.powi(power - 25),
                    }
                }
                other => panic!("{other:?} is no wide float"),
            };
            let smallest = match encoding {
                Encoding::F64 => f64::MIN_POSITIVE,
                Encoding::Sixteen(Sixteen::F16) => 2.0_f64.powi(-14),
                _ => f64::from(f32::MIN_POSITIVE),
            };
            all.elements += 1;
            all.nan += u64::from(value.is_nan());
            all.infinite += u64::from(value.is_infinite());
            all.negative_infinite += u64::from(value == f64::NEG_INFINITY);
            all.zeros += u64::from(value == 0.0);
            all.subnormal += u64::from(value != 0.0 && value.abs() < smallest);
            if value.is_finite() {
                let one = Partial {
                    measured: Some(super::statistics::Measured {
                        minimum: value,
                        maximum: value,
                        sum: value,
                        count: 1,
                    }),
                    ..Partial::default()
                };
                all.join(&one);
            }
        }
        all
    }

    #[test]
    fn the_fast_counts_are_the_slow_ones() {
        for encoding in [
            Encoding::F32,
            Encoding::F64,
            Encoding::Sixteen(Sixteen::F16),
            Encoding::Sixteen(Sixteen::Bf16),
        ] {
            let mut bytes = noise(400_000);
            // Every class, in the rows and behind them.
            for at in [0, 64, 128, 399_984] {
                bytes[at..at + 8].fill(0xff);
                bytes[at + 8..at + 16].fill(0);
            }
            bytes[160..168].copy_from_slice(&f64::NEG_INFINITY.to_le_bytes());
            bytes[168..172].copy_from_slice(&f32::NEG_INFINITY.to_le_bytes());
            bytes[172..174].copy_from_slice(&[0, 0xfc]);
            bytes[174..176].copy_from_slice(&[0x80, 0x7f]);
            bytes[176..184].copy_from_slice(&1_u64.to_le_bytes());
            let fast = look(encoding, Detail::Measures, &bytes);
            let slow = slowly(encoding, &bytes);
            assert!(fast.nan > 0 && fast.infinite > 0 && fast.negative_infinite > 0);
            assert!(fast.zeros > 0 && fast.subnormal > 0);
            let counts = |all: &Partial| {
                (
                    all.elements,
                    all.nan,
                    all.infinite,
                    all.negative_infinite,
                    all.subnormal,
                    all.zeros,
                )
            };
            assert_eq!(counts(&fast), counts(&slow), "{encoding:?}");
            let (fast, slow) = (fast.measured.unwrap(), slow.measured.unwrap());
            assert_eq!(
                fast.minimum.to_bits(),
                slow.minimum.to_bits(),
                "{encoding:?}"
            );
            assert_eq!(
                fast.maximum.to_bits(),
                slow.maximum.to_bits(),
                "{encoding:?}"
            );
            assert_eq!(fast.count, slow.count);
            if encoding == Encoding::Sixteen(Sixteen::F16) {
                assert!((fast.sum - slow.sum).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn both_details_count_the_same() {
        let bytes = noise(240_000);
        for encoding in ALL {
            let mut screened = look(encoding, Detail::Screen, &bytes);
            let mut measured = look(encoding, Detail::Measures, &bytes);
            assert!(measured.measured.is_some());
            (screened.measured, measured.measured) = (None, None);
            assert_eq!(screened, measured, "{encoding:?}");
            let per_step = match encoding {
                Encoding::Four => 2,
                Encoding::Six(_) => 4,
                _ => 1,
            };
            let steps = bytes.len() / encoding.step();
            assert_eq!(
                usize::try_from(screened.elements).unwrap(),
                steps * per_step
            );
        }
    }

    #[test]
    fn integers_are_measured_exactly() {
        let bytes: Vec<u8> = [3_i64, -7, 0, 12]
            .iter()
            .flat_map(|one| one.to_le_bytes())
            .collect();
        let measured = look(Encoding::I64, Detail::Measures, &bytes)
            .measured
            .unwrap();
        assert_eq!(
            (measured.minimum, measured.maximum, measured.sum),
            (-7.0, 12.0, 8.0)
        );
        let measured = look(Encoding::I8, Detail::Measures, &[0xff, 2])
            .measured
            .unwrap();
        assert_eq!(
            (measured.minimum, measured.maximum, measured.sum),
            (-1.0, 2.0, 1.0)
        );
        let measured = look(Encoding::U32, Detail::Measures, &[5, 0, 0, 0])
            .measured
            .unwrap();
        assert_eq!(
            (measured.minimum, measured.maximum, measured.count),
            (5.0, 5.0, 1)
        );
    }

    /// A source that is no slice.
    struct Reads(Vec<u8>);

    impl Source for Reads {
        fn len(&self) -> u64 {
            Source::len(&self.0)
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0.read_at(offset, buf)
        }
    }

    #[test]
    fn threads_and_sources_change_nothing_and_digests_are_those_of_the_bytes() {
        // Several windows in one part, parts of no bytes, and many small ones in one window.
        let file = noise(16_500_000);
        let mut parts = Vec::new();
        let mut at = 24;
        let mut push = |encoding, bytes: u64| {
            parts.push(Part {
                encoding,
                range: at..at + bytes,
            });
            at += bytes;
        };
        push(Encoding::F32, 0);
        push(Encoding::I64, 13_000_000);
        for number in 0..1_000 {
            push(ALL[number % ALL.len()], 2_400);
        }
        push(Encoding::Six(Six::E3M2), 999_999);
        let data = 24..at;
        let file = file[..usize::try_from(at).unwrap()].to_vec();
        let options = Options::default()
            .with_detail(Detail::Measures)
            .with_tensor_digests(Algorithm::Sha256)
            .with_data_digest(Algorithm::Sha384)
            .with_file_digest(Algorithm::Sha256);
        let one = std::num::NonZeroUsize::MIN;
        let alone = options.clone().with_threads(one);
        let watched = std::sync::atomic::AtomicBool::new(false);
        let in_turn = pass(&file, data.clone(), &parts, &alone, &watched).unwrap();
        let shared = pass(&file, data.clone(), &parts, &options, &watched).unwrap();
        let reads = pass(
            &Reads(file.clone()),
            data.clone(),
            &parts,
            &options,
            &watched,
        )
        .unwrap();
        assert_eq!(in_turn.parts, shared.parts);
        assert_eq!(in_turn.parts, reads.parts);
        let of = |algorithm, range: std::ops::Range<u64>| {
            let place = |at: u64| usize::try_from(at).unwrap();
            Some(Digest::of(
                algorithm,
                &file[place(range.start)..place(range.end)],
            ))
        };
        for passed in [&in_turn, &shared, &reads] {
            assert_eq!(passed.data, of(Algorithm::Sha384, data.clone()));
            assert_eq!(passed.file, of(Algorithm::Sha256, 0..at));
        }
        for (part, (_, digest)) in parts.iter().zip(&in_turn.parts) {
            assert_eq!(*digest, of(Algorithm::Sha256, part.range.clone()));
        }
    }

    #[test]
    fn a_source_that_ends_early_is_an_error_and_a_watch_stops() {
        let parts = [Part {
            encoding: Encoding::U8,
            range: 0..100,
        }];
        let options = Options::default();
        let sources: [&(dyn Source + Sync); 2] = [&vec![0_u8; 50], &Reads(vec![0; 50])];
        for source in sources {
            let error = pass(source, 0..100, &parts, &options, &()).unwrap_err();
            assert!(
                matches!(error, super::Error::Read { offset: 0, .. }),
                "{error}"
            );
        }
        let stopped = std::sync::atomic::AtomicBool::new(true);
        let error = pass(&vec![0_u8; 100], 0..100, &parts, &options, &stopped).unwrap_err();
        assert!(matches!(error, super::Error::Cancelled));
    }
}
