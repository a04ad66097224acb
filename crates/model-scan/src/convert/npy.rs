use model_formats::npy::{Descr, Header};

use super::geometry::{Geometry, Order, count};
use super::numpy::Element;
use super::persistent::Found;
use super::place::Place;
use super::rebuild::blank;
use super::walk::Collected;
use super::{Error, ErrorKind, Key, Limits, Refusal, Tensor, TensorKind, path_text};

/// An array that stands in a file or member of its own.
#[derive(Debug)]
pub(super) struct Array<'a> {
    tensor: Tensor,
    /// Its elements, unless it is refused.
    pub(super) found: Option<Found<'a>>,
    /// The byte behind the last element.
    pub(super) end: u64,
}

/// Bytes that the longest header takes.
pub(super) fn longest_header(limits: &Limits) -> usize {
    usize::try_from(limits.npy.header)
        .unwrap_or(usize::MAX)
        .saturating_add(16)
}

impl<'a> Array<'a> {
    /// Reads the array at the start of some bytes.
    pub(super) fn read(place: &Place<'a>, limits: &Limits) -> Result<Self, Error> {
        Self::of(place.bytes(), place.len(), limits, |start, length| {
            let end = start.checked_add(length)?;
            Some(Found::plain(place.part(&(start..end))?))
        })
    }

    /// Reads the header of an array of so many bytes in all, of which only the first are there.
    pub(super) fn packed(
        head: &[u8],
        length: u64,
        limits: &Limits,
        found: impl FnOnce(u64, u64) -> Found<'a>,
    ) -> Result<Self, Error> {
        let array = Self::of(head, length, limits, |start, length| {
            Some(found(start, length))
        })?;
        if array.end != length {
            return Err(Error::new(ErrorKind::TrailingBytes, array.end));
        }
        Ok(array)
    }

    fn of(
        head: &[u8],
        length: u64,
        limits: &Limits,
        found: impl FnOnce(u64, u64) -> Option<Found<'a>>,
    ) -> Result<Self, Error> {
        let header = Header::parse(head, &limits.npy)
            .map_err(|error| Error::new(ErrorKind::Npy(error.kind().clone()), error.offset()))?;
        let mut array = Self {
            tensor: blank(TensorKind::Strided, None),
            found: None,
            end: length,
        };
        array.tensor.shape = header.shape().to_vec();
        match array.fill(&header, length, limits, found) {
            Ok(found) => array.found = Some(found),
            Err(refusal) => array.tensor.refusal = Some(refusal),
        }
        Ok(array)
    }

    fn fill(
        &mut self,
        header: &Header,
        length: u64,
        limits: &Limits,
        found: impl FnOnce(u64, u64) -> Option<Found<'a>>,
    ) -> Result<Found<'a>, Refusal> {
        if header.has_object() {
            return Err(Refusal::PythonObjects);
        }
        let start = header.data_offset();
        let held = length.saturating_sub(start);
        let stated = header.data_bytes().map_err(|_| Refusal::Overflow)?;
        if stated <= held {
            self.end = start.saturating_add(stated);
        }
        let Descr::Plain { dtype, .. } = header.dtype() else {
            return Err(Refusal::StructuredElements);
        };
        let element = Element::of(dtype)?;
        self.tensor.dtype = Some(element.dtype);
        self.tensor.byte_order = element.order;
        let order = match header.fortran_order() {
            true => Order::FirstFastest,
            false => Order::LastFastest,
        };
        let shape = header.shape().to_vec();
        count(&shape).ok_or(Refusal::Overflow)?;
        let geometry = Geometry::dense(shape, order, limits.rank)?;
        self.tensor.stride.clone_from(&geometry.stride);
        if stated > held {
            return Err(Refusal::ArraySize {
                stated,
                found: held,
            });
        }
        found(start, stated).ok_or(Refusal::Overflow)
    }

    /// Adds it to what was found.
    pub(super) fn list(
        self,
        path: Vec<Key>,
        member: Option<String>,
        limits: &Limits,
        out: &mut Collected<'a>,
    ) -> Result<(), Error> {
        let mut tensor = self.tensor;
        if let Some((mut found, dtype)) = self.found.zip(tensor.dtype) {
            found.member = member;
            tensor.storage = Some(out.storages.add(path_text(&path), found, dtype));
        }
        tensor.path = path;
        out.tensor(tensor, limits)
    }
}

/// Reads a file of one array, or of several that follow each other.
pub(super) fn read<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<(), Error> {
    let mut at = 0;
    let mut stream = 0_u64;
    while at < place.len() {
        if stream >= limits.streams {
            return Err(super::walk::limit(super::Limit::Streams));
        }
        let rest = place
            .part(&(at..place.len()))
            .ok_or(Error::new(ErrorKind::TrailingBytes, at))?;
        if stream > 0 && !rest.bytes().starts_with(b"\x93NUMPY") {
            return Err(Error::new(ErrorKind::TrailingBytes, at));
        }
        let array = Array::read(&rest, limits)?;
        let end = at.saturating_add(array.end);
        let path = if at == 0 && end >= place.len() {
            Vec::new()
        } else {
            vec![Key::Stream(stream)]
        };
        array.list(path, None, limits, out)?;
        at = end;
        stream = stream.saturating_add(1);
    }
    Ok(())
}
