use alloc::vec::Vec;

use super::descr::{product, sizes};
use super::error::{Error, ErrorKind, Limit};
use super::literal::{self, ValueKind};
use super::{Descr, Limits};

const MAGIC: &[u8] = b"\x93NUMPY";

/// The version of a header.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Version {
    /// 1.0: a length of two bytes, Latin-1.
    V1,
    /// 2.0: a length of four bytes, Latin-1.
    V2,
    /// 3.0: a length of four bytes, UTF-8.
    V3,
}

/// What a `.npy` header says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    version: Version,
    descr: Descr,
    descr_offset: u64,
    fortran_order: bool,
    shape: Vec<u64>,
    data_offset: u64,
}

impl Header {
    /// Reads the header at the start of `bytes`; nothing behind it is looked at.
    ///
    /// # Limits
    /// Length, depth and dimensions, see [`Limits`].
    ///
    /// # Errors
    /// Any [`ErrorKind`] but `SizeOverflow`, with the offset at which reading stopped.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        if !bytes.starts_with(MAGIC) {
            return Err(Error::new(ErrorKind::NotNpy, 0));
        }
        let truncated = || Error::new(ErrorKind::Truncated, length_of(bytes));
        let (version, length, start) = match bytes.get(6..8).ok_or_else(truncated)? {
            [1, 0] => (Version::V1, short_length(bytes), 10_u64),
            [2, 0] => (Version::V2, long_length(bytes), 12),
            [3, 0] => (Version::V3, long_length(bytes), 12),
            other => {
                let mut other = other.iter().copied();
                return Err(Error::new(
                    ErrorKind::UnknownVersion {
                        major: other.next().unwrap_or_default(),
                        minor: other.next().unwrap_or_default(),
                    },
                    6,
                ));
            }
        };
        let length = length.ok_or_else(truncated)?;
        if length > limits.header {
            return Err(Error::new(ErrorKind::LimitExceeded(Limit::Header), 8));
        }
        let data_offset = start.saturating_add(u64::from(length));
        let text = usize::try_from(start)
            .ok()
            .zip(usize::try_from(data_offset).ok())
            .and_then(|(start, end)| bytes.get(start..end))
            .ok_or_else(truncated)?;
        Self::from_literal(text, start, data_offset, version, limits)
    }

    fn from_literal(
        text: &[u8],
        start: u64,
        data_offset: u64,
        version: Version,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let literal = literal::parse(text, start, version, limits)?;
        let ValueKind::Dict(entries) = literal.kind else {
            return Err(Error::new(ErrorKind::NotADictionary, literal.at));
        };
        let (mut descr, mut order, mut shape) = (None, None, None);
        for (key, value) in entries {
            let ValueKind::Text(name) = &key.kind else {
                return Err(Error::new(ErrorKind::UnknownKey, key.at));
            };
            let (name, place) = match name.as_str() {
                "descr" => ("descr", &mut descr),
                "fortran_order" => ("fortran_order", &mut order),
                "shape" => ("shape", &mut shape),
                _ => return Err(Error::new(ErrorKind::UnknownKey, key.at)),
            };
            if place.replace(value).is_some() {
                return Err(Error::new(ErrorKind::DuplicateKey(name), key.at));
            }
        }
        let missing = |name| Error::new(ErrorKind::MissingKey(name), literal.at);
        let descr = descr.ok_or_else(|| missing("descr"))?;
        let order = order.ok_or_else(|| missing("fortran_order"))?;
        let shape = shape.ok_or_else(|| missing("shape"))?;
        let ValueKind::Bool(fortran_order) = order.kind else {
            return Err(Error::new(ErrorKind::OrderNotBoolean, order.at));
        };
        Ok(Self {
            version,
            descr_offset: descr.at,
            descr: Descr::from_value(descr, limits)?,
            fortran_order,
            shape: sizes(shape, limits)?,
            data_offset,
        })
    }

    /// Returns the version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the type of the elements.
    #[must_use]
    pub const fn dtype(&self) -> &Descr {
        &self.descr
    }

    /// Says whether the first index varies fastest.
    #[must_use]
    pub const fn fortran_order(&self) -> bool {
        self.fortran_order
    }

    /// Returns the shape, in elements; empty for a scalar.
    #[must_use]
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// Returns the byte at which the data starts.
    #[must_use]
    pub const fn data_offset(&self) -> u64 {
        self.data_offset
    }

    /// Says whether the elements are or hold Python objects: the data is a pickle then.
    #[must_use]
    pub fn has_object(&self) -> bool {
        self.descr.has_object()
    }

    /// Returns the bytes of one element; an object counts as eight, which nothing stores.
    ///
    /// # Errors
    /// [`ErrorKind::SizeOverflow`].
    pub fn itemsize(&self) -> Result<u64, Error> {
        self.descr
            .itemsize()
            .ok_or_else(|| Error::new(ErrorKind::SizeOverflow, self.descr_offset))
    }

    /// Returns the bytes that the elements take, which is no promise about a pickle of objects.
    ///
    /// # Errors
    /// [`ErrorKind::SizeOverflow`].
    pub fn data_bytes(&self) -> Result<u64, Error> {
        let itemsize = self.itemsize()?;
        product(&self.shape)
            .and_then(|count| count.checked_mul(itemsize))
            .ok_or_else(|| Error::new(ErrorKind::SizeOverflow, self.descr_offset))
    }
}

fn short_length(bytes: &[u8]) -> Option<u32> {
    let length = bytes.get(8..10)?.try_into().ok()?;
    Some(u32::from(u16::from_le_bytes(length)))
}

fn long_length(bytes: &[u8]) -> Option<u32> {
    let length = bytes.get(8..12)?.try_into().ok()?;
    Some(u32::from_le_bytes(length))
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
