use std::collections::BTreeMap;
use std::collections::HashSet;
use std::ops::Range;

use findings::escape_shortened;

use crate::{Dtype, Limits};

/// The beginning of a safetensors file, and where the data of each tensor goes behind it.
///
/// Tensors lie in the order of the reference implementation's writer: by falling [`Dtype`], then by name, so each
/// is aligned. The header is byte for byte what that writer (0.8) makes, and its metadata is sorted, where that
/// writer's order of more than one key is any.
///
/// ```
/// use safetensors_check::{Dtype, Layout};
///
/// let tensors = [("bias", Dtype::F32, vec![2]), ("ids", Dtype::I64, vec![1])];
/// let layout = Layout::new(tensors, None)?;
/// let mut file = layout.header().to_vec();
/// for tensor in layout.tensors() {
///     // `ids` comes first: its elements are wider.
///     file.resize(file.len() + tensor.len() as usize, 0);
/// }
/// assert_eq!(file.len() as u64, layout.file_len());
/// assert_eq!(layout.tensors()[0].input(), 1);
/// # Ok::<(), safetensors_check::LayoutError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    header: Vec<u8>,
    tensors: Vec<Placement>,
    data: u64,
}

/// A tensor of a [`Layout`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Placement {
    name: String,
    dtype: Dtype,
    shape: Vec<u64>,
    begin: u64,
    end: u64,
    header: u64,
    input: usize,
}

/// Why tensors cannot be laid out. Names in it are escaped and shortened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Two tensors have one name.
    #[error("two tensors named `{name}`")]
    DuplicateName {
        /// The name.
        name: Box<str>,
    },
    /// A tensor has the name of the metadata, `__metadata__`.
    #[error("tensor named `__metadata__`, which is the name of the metadata")]
    ReservedName,
    /// A tensor has more dimensions than 64, the default of [`Limits::rank`].
    #[error("tensor `{name}` has {found} dimensions where at most {limit} are supported")]
    TooManyDimensions {
        /// Its name.
        name: Box<str>,
        /// How many it has.
        found: u64,
        /// How many it may have.
        limit: u64,
    },
    /// A dimension is over 2^48 - 1.
    #[error("tensor `{name}` has a dimension of {found} where the most is 281474976710655")]
    OversizedDimension {
        /// The tensor's name.
        name: Box<str>,
        /// The dimension.
        found: u64,
    },
    /// The elements of a tensor do not fill their last byte.
    #[error("tensor `{name}` has {bits} bits, which are no whole number of bytes")]
    PartialByte {
        /// Its name.
        name: Box<str>,
        /// How many bits it has.
        bits: u64,
    },
    /// The dimensions of a tensor multiply to more than 64 bits hold, or the data of all does not fit 2^64 bytes.
    #[error("tensor `{name}` makes the data larger than 64 bits hold")]
    Overflow {
        /// The tensor's name.
        name: Box<str>,
    },
    /// The header would be longer than readers read.
    #[error("header of {length} bytes where at most 100000000 are read")]
    OversizedHeader {
        /// How long it would be.
        length: u64,
    },
}

/// Bytes of which the length of the header is a multiple, so that the data is aligned.
const ALIGNMENT: usize = 8;

/// The most that a dimension can be.
const MOST_DIMENSION: u64 = (1 << 48) - 1;

impl Layout {
    /// Lays out tensors and metadata.
    ///
    /// `None` writes no `__metadata__`, an empty map an empty one, as the reference writer does.
    ///
    /// # Errors
    /// See [`LayoutError`]: whatever would make a file that is not valid.
    pub fn new<N, S>(
        tensors: impl IntoIterator<Item = (N, Dtype, S)>,
        metadata: impl Into<Option<BTreeMap<String, String>>>,
    ) -> Result<Self, LayoutError>
    where
        N: Into<String>,
        S: Into<Vec<u64>>,
    {
        let mut tensors: Vec<Placement> = tensors
            .into_iter()
            .enumerate()
            .map(|(input, (name, dtype, shape))| Placement {
                name: name.into(),
                dtype,
                shape: shape.into(),
                begin: 0,
                end: 0,
                header: 0,
                input,
            })
            .collect();
        tensors.sort_by(|a, b| b.dtype.cmp(&a.dtype).then_with(|| a.name.cmp(&b.name)));
        let data = place(&mut tensors)?;
        let header = header(&tensors, metadata.into().as_ref())?;
        let length = wide(header.len());
        let file_len = length.checked_add(data);
        let last = tensors.last().map(|tensor| shown(&tensor.name));
        file_len.ok_or(LayoutError::Overflow {
            name: last.unwrap_or_default(),
        })?;
        for tensor in &mut tensors {
            tensor.header = length;
        }
        Ok(Self {
            header,
            tensors,
            data,
        })
    }

    /// Returns the first bytes of the file: the length of the header, the JSON and its padding.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Returns the tensors in the order in which their data follows the header.
    #[must_use]
    pub fn tensors(&self) -> &[Placement] {
        &self.tensors
    }

    /// Returns how many bytes of data follow the header.
    #[must_use]
    pub const fn data_len(&self) -> u64 {
        self.data
    }

    /// Returns how many bytes the file has.
    #[must_use]
    pub fn file_len(&self) -> u64 {
        wide(self.header.len()).saturating_add(self.data)
    }
}

impl Placement {
    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what its elements are.
    #[must_use]
    pub const fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Returns its dimensions, in elements.
    #[must_use]
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// Returns how many bytes it takes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.end.saturating_sub(self.begin)
    }

    /// Returns whether it takes none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns where its bytes go, counted from the beginning of the data.
    #[must_use]
    pub const fn data_offsets(&self) -> Range<u64> {
        self.begin..self.end
    }

    /// Returns where its bytes go, counted from the beginning of the file.
    #[must_use]
    pub const fn bytes(&self) -> Range<u64> {
        self.header.saturating_add(self.begin)..self.header.saturating_add(self.end)
    }

    /// Returns which it was of the tensors that [`Layout::new`] was given, from 0.
    #[must_use]
    pub const fn input(&self) -> usize {
        self.input
    }
}

/// Gives each tensor its place in the data, and returns how long the data is.
fn place(tensors: &mut [Placement]) -> Result<u64, LayoutError> {
    let limit = Limits::default().rank;
    let mut reached = 0_u64;
    for tensor in tensors.iter_mut() {
        let name = || shown(&tensor.name);
        if tensor.name == "__metadata__" {
            return Err(LayoutError::ReservedName);
        }
        if tensor.shape.len() > limit {
            return Err(LayoutError::TooManyDimensions {
                name: name(),
                found: wide(tensor.shape.len()),
                limit: wide(limit),
            });
        }
        if let Some(&found) = tensor.shape.iter().find(|&&size| size > MOST_DIMENSION) {
            return Err(LayoutError::OversizedDimension {
                name: name(),
                found,
            });
        }
        let overflow = || LayoutError::Overflow { name: name() };
        // A dimension of 0 does not hide that the others are no size of anything.
        let nonzero = tensor.shape.iter().filter(|size| **size != 0);
        let bits = nonzero
            .copied()
            .try_fold(tensor.dtype.bits(), u64::checked_mul)
            .ok_or_else(overflow)?;
        let bits = if tensor.shape.contains(&0) { 0 } else { bits };
        if !bits.is_multiple_of(8) {
            return Err(LayoutError::PartialByte { name: name(), bits });
        }
        let end = reached.checked_add(bits / 8).ok_or_else(overflow)?;
        tensor.begin = reached;
        tensor.end = end;
        reached = end;
    }
    let mut names = HashSet::with_capacity(tensors.len());
    match tensors.iter().find(|tensor| !names.insert(&tensor.name)) {
        Some(twice) => Err(LayoutError::DuplicateName {
            name: shown(&twice.name),
        }),
        None => Ok(reached),
    }
}

/// Writes the length of the header, the JSON and its padding.
fn header(
    tensors: &[Placement],
    metadata: Option<&BTreeMap<String, String>>,
) -> Result<Vec<u8>, LayoutError> {
    let mut out = vec![0_u8; ALIGNMENT];
    out.push(b'{');
    if let Some(metadata) = metadata {
        out.extend_from_slice(b"\"__metadata__\":{");
        for (at, (key, value)) in metadata.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            string(&mut out, key);
            out.push(b':');
            string(&mut out, value);
        }
        out.push(b'}');
    }
    for (at, tensor) in tensors.iter().enumerate() {
        if at > 0 || metadata.is_some() {
            out.push(b',');
        }
        string(&mut out, &tensor.name);
        out.extend_from_slice(b":{\"dtype\":\"");
        out.extend_from_slice(tensor.dtype.as_str().as_bytes());
        out.extend_from_slice(b"\",\"shape\":[");
        for (at, dimension) in tensor.shape.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(dimension.to_string().as_bytes());
        }
        let offsets = format!("],\"data_offsets\":[{},{}]}}", tensor.begin, tensor.end);
        out.extend_from_slice(offsets.as_bytes());
    }
    out.push(b'}');
    out.resize(out.len().next_multiple_of(ALIGNMENT), b' ');
    let length = wide(out.len().saturating_sub(ALIGNMENT));
    if length > Limits::MOST_HEADER {
        return Err(LayoutError::OversizedHeader { length });
    }
    if let Some(field) = out.first_chunk_mut::<ALIGNMENT>() {
        *field = length.to_le_bytes();
    }
    Ok(out)
}

/// Writes a string as the reference writer does: what must be escaped is, in its shortest form.
fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            byte if byte < 0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

fn shown(name: &str) -> Box<str> {
    escape_shortened(name, 80).into_boxed_str()
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
