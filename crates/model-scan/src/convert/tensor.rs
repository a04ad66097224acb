use super::{ByteOrder, Key, Refusal, SourceDtype, StorageId};

/// A tensor of a checkpoint, or what should have been one.
///
/// Where there is no [`refusal`](Self::refusal) and the kind is [`TensorKind::Strided`] or
/// [`TensorKind::Quantised`], dtype and storage are there, shape and stride are of one length, and every
/// element lies inside the storage.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tensor {
    /// Where it lies. A tensor that is reached by several paths stands in the list once for each.
    pub path: Vec<Key>,
    /// The type of its elements, if it is known.
    pub dtype: Option<SourceDtype>,
    /// The size in each dimension, in elements; empty for a scalar.
    pub shape: Vec<u64>,
    /// The distance of neighbours in each dimension, in elements of the dtype.
    pub stride: Vec<u64>,
    /// The first element, in elements of the dtype from the start of the storage.
    pub offset: u64,
    /// The storage, for tensors that have one of their own.
    pub storage: Option<StorageId>,
    /// How the bytes of an element are ordered.
    pub byte_order: ByteOrder,
    /// Whether each element has to be conjugated, once it is read.
    pub conjugate: bool,
    /// Whether each element has to be negated, once it is read.
    pub negative: bool,
    /// How it is stored.
    pub kind: TensorKind,
    /// The class by its name in full, not escaped, where it is not torch's or numpy's own.
    pub class: Option<String>,
    /// Why its elements cannot be told, if they cannot.
    pub refusal: Option<Refusal>,
}

/// How a tensor is stored.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TensorKind {
    /// As elements of one storage.
    Strided,
    /// As a bare storage, all of whose elements it has, in one dimension.
    Storage,
    /// By those elements that are not zero.
    Sparse {
        /// Which way.
        layout: SparseLayout,
        /// The tensors that it is made of. Their paths end in [`Key::Part`]: `indices` and `values` for COO;
        /// `crow_indices`, `col_indices` and `values` by rows; `ccol_indices`, `row_indices` and `values` by
        /// columns.
        parts: Vec<Tensor>,
    },
    /// As integers that a scale and a zero point turn into numbers.
    Quantised(Quantiser),
    /// Nowhere.
    Meta,
    /// As rows of different sizes: the parts are `buffer`, `sizes`, `strides` and `offsets`, as far as they
    /// are tensors.
    Nested {
        /// The tensors that it is made of.
        parts: Vec<Tensor>,
    },
    /// In a way that only its class knows.
    Opaque,
}

/// How a sparse tensor is stored.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SparseLayout {
    /// By coordinates.
    Coo,
    /// By rows.
    Csr,
    /// By columns.
    Csc,
    /// By rows of blocks.
    Bsr,
    /// By columns of blocks.
    Bsc,
}

impl SparseLayout {
    /// Returns torch's name, `torch.sparse_coo`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coo => "torch.sparse_coo",
            Self::Csr => "torch.sparse_csr",
            Self::Csc => "torch.sparse_csc",
            Self::Bsr => "torch.sparse_bsr",
            Self::Bsc => "torch.sparse_bsc",
        }
    }
}

/// How integers become numbers: `(integer - zero point) * scale`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Quantiser {
    /// All of them alike.
    PerTensor {
        /// The scale.
        scale: f64,
        /// The zero point.
        zero_point: i64,
    },
    /// Each slice along an axis alike.
    PerChannel {
        /// The scales, one for each slice; the path ends in [`Key::Part`].
        scales: Channels,
        /// The zero points, one for each slice.
        zero_points: Channels,
        /// The axis.
        axis: u64,
    },
}

/// The numbers of [`Quantiser::PerChannel`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Channels {
    /// In a tensor.
    Tensor(Box<Tensor>),
    /// In the pickle itself.
    Numbers(Vec<f64>),
}

impl Tensor {
    /// Returns the number of elements, or `None` if it does not fit.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        if self.shape.contains(&0) {
            return Some(0);
        }
        self.shape
            .iter()
            .try_fold(1_u64, |count, &size| count.checked_mul(size))
    }

    /// Says whether the elements follow each other in the storage in the order of the indices.
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = 1_u64;
        for (&size, &stride) in self.shape.iter().zip(&self.stride).rev() {
            if size != 1 {
                if stride != expected {
                    return false;
                }
                expected = expected.saturating_mul(size);
            }
        }
        true
    }

    /// Returns the bytes of the storage from the first element to behind the last, half open; `None` without
    /// a dtype or where they do not fit.
    #[must_use]
    pub fn byte_range(&self) -> Option<std::ops::Range<u64>> {
        let itemsize = self.dtype?.itemsize();
        let start = self.offset.checked_mul(itemsize)?;
        if self.shape.contains(&0) {
            return Some(start..start);
        }
        let end = self
            .shape
            .iter()
            .zip(&self.stride)
            .try_fold(self.offset.checked_add(1)?, |end, (&size, &stride)| {
                end.checked_add(size.checked_sub(1)?.checked_mul(stride)?)
            })?
            .checked_mul(itemsize)?;
        Some(start..end)
    }
}
