use std::borrow::Cow;
use std::ops::Range;

use crate::entry::Entry;
use crate::read::{LENGTH, read};
use crate::{Dtype, Error, Limits, Requires};

/// The header of a safetensors file. Names borrow from the bytes that it was read from, unless they had escapes.
///
/// One that [`Header::read`] returns is valid: names are unique, and the data of the tensors follows the header
/// without holes or overlaps up to the end of the file. One that comes with a [`Report`](crate::Report) of a file
/// that is not valid holds the tensors whose entries are valid by themselves; their bytes lie within the file, and
/// may overlap.
///
/// ```
/// use safetensors_check::{Dtype, Header, Layout, Limits};
///
/// let layout = Layout::new([("weight", Dtype::F32, vec![2, 3])], None)?;
/// let header = Header::read(layout.header(), layout.file_len(), &Limits::default())?;
/// let weight = header.tensor("weight").ok_or("no weight")?;
/// assert_eq!((weight.dtype(), weight.shape(), weight.data_offsets()), (Dtype::F32, &[2, 3][..], 0..24));
/// assert_eq!(weight.bytes(), 72..96);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Header<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    /// The dimensions of all tensors, one behind the other.
    pub(crate) shapes: Vec<u64>,
    /// The places of the entries in the order of their data; none where that is the order of the header.
    pub(crate) order: Option<Vec<u32>>,
    pub(crate) metadata: Option<Vec<MetadataPair<'a>>>,
    /// The JSON, in bytes of the file.
    pub(crate) json: Range<u64>,
    /// Where the data is, in bytes of the file.
    pub(crate) data: Range<u64>,
}

/// A tensor of a [`Header`].
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'h> {
    entry: &'h Entry<'h>,
    shape: &'h [u64],
    data: u64,
}

/// A key of a header's metadata and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetadataPair<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
    pub(crate) bytes: Range<u64>,
}

impl<'a> Header<'a> {
    /// Reads the header of a file that is `file_len` bytes long; `bytes` are its first ones, at least up to the
    /// end of the header.
    ///
    /// This is for loaders: a file that is not valid is an error. Use [`check`](crate::check()) to learn
    /// everything that is wrong, and what is suspicious though valid.
    ///
    /// # Limits
    /// Every one of [`Limits`].
    ///
    /// # Errors
    /// The first thing that is wrong; see [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Spec
    /// The README and `docs/safetensors.schema.json` of the repository `safetensors/safetensors`; the page of
    /// each rule says where the reference implementation is laxer.
    pub fn read(bytes: &'a [u8], file_len: u64, limits: &Limits) -> Result<Self, Error> {
        let read = read(bytes, file_len, limits);
        match read.errors.into_first() {
            Some(error) => Err(error),
            None => Ok(read.header),
        }
    }

    /// Returns the tensors in the order of the header.
    #[must_use]
    pub fn tensors(
        &self,
    ) -> impl ExactSizeIterator<Item = Tensor<'_>> + DoubleEndedIterator + Clone {
        self.entries.iter().map(|entry| self.view(entry))
    }

    /// Returns the tensors in the order of their data: by first offset, then by last offset, then in the order of
    /// the header.
    pub fn tensors_by_offset(&self) -> impl Iterator<Item = Tensor<'_>> + Clone {
        (0..self.entries.len()).filter_map(|at| {
            let place = match &self.order {
                None => at,
                Some(order) => usize::try_from(*order.get(at)?).ok()?,
            };
            self.entries.get(place).map(|entry| self.view(entry))
        })
    }

    /// Returns how many tensors there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the tensor of a name. This compares with every name: whoever asks for many should keep a map.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<Tensor<'_>> {
        self.tensors().find(|tensor| tensor.name() == name)
    }

    /// Returns the pairs of `__metadata__` in the order of the header; `None` if there is none.
    #[must_use]
    pub fn metadata(&self) -> Option<&[MetadataPair<'a>]> {
        self.metadata.as_deref()
    }

    /// Returns where the JSON is, in bytes of the file: from byte 8 to behind its last brace.
    #[must_use]
    pub fn json(&self) -> Range<u64> {
        self.json.clone()
    }

    /// Returns where the spaces behind the JSON are, in bytes of the file.
    #[must_use]
    pub const fn padding(&self) -> Range<u64> {
        self.json.end..self.data.start
    }

    /// Returns where the data is, in bytes of the file.
    #[must_use]
    pub fn data(&self) -> Range<u64> {
        self.data.clone()
    }

    /// Returns the oldest reader that reads it, if it is valid.
    #[must_use]
    pub fn requires(&self) -> Requires {
        let newest = self.entries.iter().map(|entry| entry.dtype);
        Requires::of(newest.max_by_key(|dtype| dtype.since()))
    }

    /// The header of a file of which nothing could be read.
    pub(crate) const fn empty(file_len: u64) -> Self {
        Self {
            entries: Vec::new(),
            shapes: Vec::new(),
            order: None,
            metadata: None,
            json: LENGTH..LENGTH,
            data: file_len..file_len,
        }
    }

    pub(crate) fn view<'h>(&'h self, entry: &'h Entry<'a>) -> Tensor<'h> {
        let dimensions = entry.shape_start()..entry.shape_end();
        Tensor {
            entry,
            shape: self.shapes.get(dimensions).unwrap_or_default(),
            data: self.data.start,
        }
    }
}

impl<'h> Tensor<'h> {
    /// Returns its name, escapes undone. It can hold any character: escape it before you print it.
    #[must_use]
    pub fn name(&self) -> &'h str {
        &self.entry.name
    }

    /// Returns what its elements are.
    #[must_use]
    pub const fn dtype(&self) -> Dtype {
        self.entry.dtype
    }

    /// Returns its dimensions, in elements, the slowest first; none for a scalar.
    #[must_use]
    pub const fn shape(&self) -> &'h [u64] {
        self.shape
    }

    /// Returns how many elements it has.
    #[must_use]
    pub fn elements(&self) -> u64 {
        if self.shape.contains(&0) {
            return 0;
        }
        self.shape.iter().fold(1, |product: u64, dimension| {
            product.saturating_mul(*dimension)
        })
    }

    /// Returns where its bytes are, counted from the beginning of the data, as the header says.
    #[must_use]
    pub const fn data_offsets(&self) -> Range<u64> {
        self.entry.begin..self.entry.end
    }

    /// Returns where its bytes are, counted from the beginning of the file.
    #[must_use]
    pub const fn bytes(&self) -> Range<u64> {
        self.data.saturating_add(self.entry.begin)..self.data.saturating_add(self.entry.end)
    }

    /// Returns where its entry is, in bytes of the file: from the quote before its name to behind its value.
    #[must_use]
    pub fn entry(&self) -> Range<u64> {
        self.entry.place()
    }

    /// Returns where its name is, in bytes of the file, quotes included.
    #[must_use]
    pub fn name_bytes(&self) -> Range<u64> {
        self.entry.name_place()
    }
}

impl MetadataPair<'_> {
    /// Returns the key, escapes undone.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the value, escapes undone.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns where they are, in bytes of the file: from the quote before the key to the one behind the value.
    #[must_use]
    pub fn bytes(&self) -> Range<u64> {
        self.bytes.clone()
    }
}
