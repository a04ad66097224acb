use std::collections::BTreeSet;
use std::io::{self, Write};

use findings::escape_shortened;
use safetensors_check::{Dtype, Header, Limits};

use super::{Plan, WriteError};

/// What a file has otherwise than converting a checkpoint gives. Names in it are escaped and shortened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// A tensor is not there.
    #[error("tensor `{name}` is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor should not be there.
    #[error("tensor `{name}` does not come from the checkpoint")]
    Added {
        /// Its name.
        name: String,
    },
    /// A tensor has another dtype.
    #[error("tensor `{name}` is {found}, expected {expected}")]
    Dtype {
        /// Its name.
        name: String,
        /// What it is.
        found: Dtype,
        /// What it should be.
        expected: Dtype,
    },
    /// A tensor has another shape.
    #[error("tensor `{name}` has the shape {found:?}, expected {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What it has.
        found: Vec<u64>,
        /// What it should have.
        expected: Vec<u64>,
    },
    /// The bytes of a tensor differ.
    #[error("tensor `{name}` differs from byte {offset} of its data on")]
    Bytes {
        /// Its name.
        name: String,
        /// The first byte that differs, counted from the beginning of its data.
        offset: u64,
    },
    /// The metadata differs: the names of tied tensors, or what else is there.
    #[error("the metadata differs")]
    Metadata,
    /// Every tensor is the same, and the header is written otherwise.
    #[error("the header is written otherwise than here, with the same tensors")]
    Header,
}

/// Why two files could not be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The output is not valid.
    #[error("the output is not valid: {0}")]
    Output(#[source] safetensors_check::Error),
    /// The checkpoint cannot be converted, so there is nothing to compare with.
    #[error("{0}")]
    Source(#[from] WriteError),
}

/// Differences that are listed.
const LISTED: usize = 1000;

impl Plan<'_, '_> {
    /// Compares a file with what [`write`](Plan::write) would make: names, dtypes, shapes, metadata, and every
    /// byte of every tensor, which is read anew from the checkpoint. At most 1000 differences are listed.
    ///
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify(&self, output: &[u8]) -> Result<Vec<Difference>, VerifyError> {
        let layout = self.layout().map_err(WriteError::from)?;
        let length = u64::try_from(output.len()).unwrap_or(u64::MAX);
        let header =
            Header::read(output, length, &Limits::default()).map_err(VerifyError::Output)?;
        let mut found: std::collections::HashMap<&str, safetensors_check::Tensor<'_>> = header
            .tensors()
            .map(|tensor| (tensor.name(), tensor))
            .collect();
        let mut differences = Vec::new();
        self.each(|place, bytes| {
            let Some(expected) = layout.tensors().get(place) else {
                return Ok(());
            };
            let tensor = found.remove(expected.name());
            if differences.len() >= LISTED {
                return Ok(());
            }
            let name = escape_shortened(expected.name(), 80);
            let difference = match tensor {
                None => Some(Difference::Missing { name }),
                Some(tensor) if tensor.dtype() != expected.dtype() => Some(Difference::Dtype {
                    name,
                    found: tensor.dtype(),
                    expected: expected.dtype(),
                }),
                Some(tensor) if tensor.shape() != expected.shape() => Some(Difference::Shape {
                    name,
                    found: tensor.shape().to_vec(),
                    expected: expected.shape().to_vec(),
                }),
                Some(tensor) => {
                    let data = slice(output, &tensor.bytes());
                    differing(data, bytes)?.map(|offset| Difference::Bytes { name, offset })
                }
            };
            differences.extend(difference);
            Ok::<(), WriteError>(())
        })?;
        let added: BTreeSet<&str> = found.into_keys().collect();
        let added = added.into_iter().map(|name| Difference::Added {
            name: escape_shortened(name, 80),
        });
        differences.extend(added.take(LISTED.saturating_sub(differences.len())));
        differences.extend(self.header_difference(layout.header(), &header, output, &differences));
        Ok(differences)
    }

    fn header_difference(
        &self,
        expected: &[u8],
        header: &Header<'_>,
        output: &[u8],
        others: &[Difference],
    ) -> Option<Difference> {
        if output.starts_with(expected) {
            return None;
        }
        let length = u64::try_from(expected.len()).unwrap_or(u64::MAX);
        let end = self.layout().map_or(length, |layout| layout.file_len());
        let planned = Header::read(expected, end, &Limits::default()).ok()?;
        let pairs = |header: &Header<'_>| -> BTreeSet<(String, String)> {
            header
                .metadata()
                .unwrap_or_default()
                .iter()
                .map(|pair| (pair.key().to_owned(), pair.value().to_owned()))
                .collect()
        };
        if pairs(&planned) != pairs(header) {
            Some(Difference::Metadata)
        } else {
            others.is_empty().then_some(Difference::Header)
        }
    }
}

fn slice<'o>(output: &'o [u8], range: &std::ops::Range<u64>) -> &'o [u8] {
    let range = usize::try_from(range.start)
        .ok()
        .zip(usize::try_from(range.end).ok());
    range
        .and_then(|(start, end)| output.get(start..end))
        .unwrap_or_default()
}

/// Returns the first byte at which data differs from what is written.
fn differing(
    data: &[u8],
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<Option<u64>, WriteError> {
    let mut comparison = Comparison {
        rest: data,
        at: 0,
        first: None,
    };
    match write(&mut comparison) {
        Ok(()) if comparison.rest.is_empty() => Ok(None),
        Err(error) if comparison.first.is_none() => Err(WriteError::Io(error)),
        _ => Ok(Some(comparison.first.unwrap_or(comparison.at))),
    }
}

/// Compares what is written to it with what it holds, up to the first difference.
struct Comparison<'d> {
    rest: &'d [u8],
    at: u64,
    first: Option<u64>,
}

impl Write for Comparison<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (held, rest) = self
            .rest
            .split_at_checked(bytes.len())
            .unwrap_or((self.rest, &[]));
        if held == bytes {
            self.rest = rest;
            self.at = self
                .at
                .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            return Ok(bytes.len());
        }
        let same = held.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        self.first = Some(
            self.at
                .saturating_add(u64::try_from(same).unwrap_or(u64::MAX)),
        );
        Err(io::ErrorKind::InvalidData.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
