use alloc::string::String;
use alloc::vec::Vec;

use super::error::{Error, ErrorKind, Limit};
use super::literal::{Value, ValueKind};
use super::{ItemSize, Limits, item_size};

/// The type of an array's elements, as its header describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Descr {
    /// A dtype string such as `<f8`, with what one element takes.
    Plain {
        /// The string.
        dtype: String,
        /// What one element takes.
        item: ItemSize,
    },
    /// Fields that follow each other.
    Fields(Vec<Field>),
    /// An array within each element.
    Subarray {
        /// The type of the inner elements.
        element: alloc::boxed::Box<Self>,
        /// The inner shape, in elements.
        shape: Vec<u64>,
    },
}

/// One field of a structured type.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The name; empty where numpy only fills a hole.
    pub name: String,
    /// The title, a second name.
    pub title: Option<String>,
    /// The type.
    pub descr: Descr,
}

impl Descr {
    /// Returns what one element takes, in bytes; an object counts as eight, which nothing stores.
    ///
    /// Returns `None` if the size does not fit into 64 bits.
    #[must_use]
    pub fn itemsize(&self) -> Option<u64> {
        match self {
            Self::Plain { item, .. } => Some(item.bytes().unwrap_or(8)),
            Self::Fields(fields) => fields
                .iter()
                .try_fold(0_u64, |sum, field| sum.checked_add(field.descr.itemsize()?)),
            Self::Subarray { element, shape } => product(shape)?.checked_mul(element.itemsize()?),
        }
    }

    /// Says whether an object stands anywhere in it, so that the data is a pickle.
    #[must_use]
    pub fn has_object(&self) -> bool {
        match self {
            Self::Plain { item, .. } => *item == ItemSize::Object,
            Self::Fields(fields) => fields.iter().any(|field| field.descr.has_object()),
            Self::Subarray { element, .. } => element.has_object(),
        }
    }

    /// Recursion is bounded by the literal's own depth.
    pub(super) fn from_value(value: Value, limits: &Limits) -> Result<Self, Error> {
        let malformed = Error::new(ErrorKind::MalformedDescr, value.at);
        match value.kind {
            ValueKind::Text(dtype) => {
                let item = item_size(&dtype)
                    .ok_or_else(|| Error::new(ErrorKind::UnknownDtype, value.at))?;
                Ok(Self::Plain { dtype, item })
            }
            ValueKind::List(items) => items
                .into_iter()
                .map(|item| Field::from_value(item, limits))
                .collect::<Result<_, _>>()
                .map(Self::Fields),
            ValueKind::Tuple(items) => {
                let mut items = items.into_iter();
                let (Some(element), Some(shape), None) = (items.next(), items.next(), items.next())
                else {
                    return Err(malformed);
                };
                Self::from_value(element, limits)?.repeated(shape, limits)
            }
            _ => Err(malformed),
        }
    }

    fn repeated(self, shape: Value, limits: &Limits) -> Result<Self, Error> {
        let shape = match shape.kind {
            // numpy reads `(descr, 3)` as `(descr, (3,))`.
            ValueKind::Size(size) => alloc::vec![size],
            _ => sizes(shape, limits)?,
        };
        Ok(Self::Subarray {
            element: self.into(),
            shape,
        })
    }
}

impl Field {
    fn from_value(value: Value, limits: &Limits) -> Result<Self, Error> {
        let malformed = Error::new(ErrorKind::MalformedDescr, value.at);
        let ValueKind::Tuple(parts) = value.kind else {
            return Err(malformed);
        };
        let mut parts = parts.into_iter();
        let (Some(name), Some(descr), shape, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed);
        };
        let (title, name) = match name.kind {
            ValueKind::Text(name) => (None, name),
            ValueKind::Tuple(pair) => {
                let mut pair = pair.into_iter().map(|part| part.kind);
                match (pair.next(), pair.next(), pair.next()) {
                    (Some(ValueKind::Text(title)), Some(ValueKind::Text(name)), None) => {
                        (Some(title), name)
                    }
                    _ => return Err(malformed),
                }
            }
            _ => return Err(malformed),
        };
        let mut descr = Descr::from_value(descr, limits)?;
        if let Some(shape) = shape {
            descr = descr.repeated(shape, limits)?;
        }
        Ok(Self { name, title, descr })
    }
}

/// Reads a tuple of sizes.
pub(super) fn sizes(value: Value, limits: &Limits) -> Result<Vec<u64>, Error> {
    let ValueKind::Tuple(items) = value.kind else {
        return Err(Error::new(ErrorKind::MalformedShape, value.at));
    };
    if u32::try_from(items.len()).map_or(true, |count| count > limits.dimensions) {
        return Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Dimensions),
            value.at,
        ));
    }
    items
        .into_iter()
        .map(|item| match item.kind {
            ValueKind::Size(size) => Ok(size),
            _ => Err(Error::new(ErrorKind::MalformedShape, item.at)),
        })
        .collect()
}

/// Multiplies sizes; a zero anywhere makes the product zero whatever the others are.
pub(super) fn product(shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1_u64, |product, size| product.checked_mul(*size))
}
