use std::io::{self, Write};

use super::element::Element;

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 20;
/// Bytes of a contiguous view that are written at once.
const PIECE: usize = 4 << 20;

/// A strided view of elements in the bytes of a storage.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'v> {
    /// The first element, counted in elements from the start of the storage.
    pub(super) offset: u64,
    /// The sizes of the dimensions, in elements.
    pub(super) shape: &'v [u64],
    /// The distances of neighbours in each dimension, in elements.
    pub(super) stride: &'v [u64],
    /// What an element is, and what is done to it.
    pub(super) element: Element,
}

/// A dimension in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Dimension {
    size: usize,
    step: usize,
}

impl View<'_> {
    /// Writes the elements in the order of their indices, the last index fastest.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if an element lies outside of the storage, and those of `out`.
    pub(super) fn write(&self, storage: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if self.shape.contains(&0) {
            return Ok(());
        }
        let (start, dimensions) = self.dimensions().ok_or(io::ErrorKind::UnexpectedEof)?;
        let width = self.element.width();
        let (run, outer) = match dimensions.split_last() {
            Some((last, outer)) if last.step == width => {
                let run = last.size.checked_mul(width);
                (run.ok_or(io::ErrorKind::UnexpectedEof)?, outer)
            }
            _ => (width, dimensions.as_slice()),
        };
        let mut runs = Runs {
            storage,
            run,
            element: self.element,
            buffer: Vec::new(),
            out,
        };
        runs.all(start, outer)?;
        runs.flush()
    }

    /// Returns the first byte and the dimensions, slowest first, those merged that lie like one.
    fn dimensions(&self) -> Option<(usize, Vec<Dimension>)> {
        let width = self.element.width();
        let bytes = |elements: u64| usize::try_from(elements).ok()?.checked_mul(width);
        let mut merged: Vec<Dimension> = Vec::new();
        for (&size, &stride) in self.shape.iter().zip(self.stride) {
            if size == 1 {
                continue;
            }
            let dimension = Dimension {
                size: usize::try_from(size).ok()?,
                step: bytes(stride)?,
            };
            match merged.last_mut() {
                Some(slower)
                    if dimension.step.checked_mul(dimension.size) == Some(slower.step)
                        && dimension.step != 0 =>
                {
                    slower.size = slower.size.checked_mul(dimension.size)?;
                    slower.step = dimension.step;
                }
                _ => merged.push(dimension),
            }
        }
        Some((bytes(self.offset)?, merged))
    }
}

/// Runs of bytes on their way to a writer.
struct Runs<'r> {
    storage: &'r [u8],
    /// Bytes that lie together.
    run: usize,
    element: Element,
    buffer: Vec<u8>,
    out: &'r mut dyn Write,
}

impl Runs<'_> {
    /// Visits the runs of all dimensions, with an index for each dimension but the fastest.
    fn all(&mut self, start: usize, dimensions: &[Dimension]) -> io::Result<()> {
        let Some((fastest, slower)) = dimensions.split_last() else {
            return self.one(start);
        };
        let mut at = start;
        let mut indices = vec![0_usize; slower.len()];
        loop {
            self.line(at, *fastest)?;
            let mut dimension = slower.len();
            loop {
                let Some(next) = dimension.checked_sub(1) else {
                    return Ok(());
                };
                dimension = next;
                let (Some(index), Some(Dimension { size, step })) =
                    (indices.get_mut(dimension), slower.get(dimension))
                else {
                    return Ok(());
                };
                *index = index.saturating_add(1);
                if *index < *size {
                    at = at.saturating_add(*step);
                    break;
                }
                // Back to the first of this dimension, and on in the next slower one.
                at = at.saturating_sub(step.saturating_mul(size.saturating_sub(1)));
                *index = 0;
            }
        }
    }

    /// Visits the runs along one dimension.
    fn line(&mut self, start: usize, dimension: Dimension) -> io::Result<()> {
        let mut at = start;
        for _ in 0..dimension.size {
            self.one(at)?;
            at = at.saturating_add(dimension.step);
        }
        Ok(())
    }

    #[inline]
    fn one(&mut self, start: usize) -> io::Result<()> {
        let bytes = start
            .checked_add(self.run)
            .and_then(|end| self.storage.get(start..end))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        if self.element.is_plain() && bytes.len() >= BUFFER {
            self.flush()?;
            for piece in bytes.chunks(PIECE) {
                self.out.write_all(piece)?;
            }
            return Ok(());
        }
        // Both are multiples of the width of an element: it is 16 bytes at most, and a power of two.
        for piece in bytes.chunks(BUFFER) {
            if self.buffer.len().saturating_add(piece.len()) > BUFFER {
                self.flush()?;
            }
            self.buffer.extend_from_slice(piece);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.element.apply(&mut self.buffer);
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::convert::element::{Element, Number};

    fn gathered(storage: &[u8], offset: u64, shape: &[u64], stride: &[u64]) -> Option<Vec<u8>> {
        let view = View {
            offset,
            shape,
            stride,
            element: Element::new(Number::Whole, 2),
        };
        let mut out = Vec::new();
        view.write(storage, &mut out).ok().map(|()| out)
    }

    fn bytes(elements: &[u16]) -> Vec<u8> {
        elements
            .iter()
            .flat_map(|element| element.to_le_bytes())
            .collect()
    }

    #[test]
    fn elements_come_in_the_order_of_their_indices() {
        let storage = bytes(&(0..24).collect::<Vec<u16>>());
        let of = |offset, shape: &[u64], stride: &[u64]| {
            gathered(&storage, offset, shape, stride).unwrap()
        };
        assert_eq!(of(0, &[2, 3, 4], &[12, 4, 1]), storage);
        assert_eq!(of(0, &[2, 2], &[1, 2]), bytes(&[0, 2, 1, 3]));
        assert_eq!(of(5, &[], &[]), bytes(&[5]));
        assert_eq!(of(1, &[3], &[0]), bytes(&[1, 1, 1]));
        assert_eq!(
            of(0, &[2, 2, 2], &[0, 1, 0]),
            bytes(&[0, 0, 1, 1, 0, 0, 1, 1])
        );
        assert_eq!(of(2, &[2, 3], &[1, 1]), bytes(&[2, 3, 4, 3, 4, 5]));
        assert_eq!(of(3, &[2, 1, 2], &[12, 99, 1]), bytes(&[3, 4, 15, 16]));
        assert_eq!(of(99, &[3, 0], &[1, 1]), Vec::<u8>::new());
        assert_eq!(
            of(0, &[2, 3, 2], &[12, 2, 1]),
            bytes(&[0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17])
        );
    }

    #[test]
    fn an_element_outside_of_the_storage_is_an_error() {
        let storage = bytes(&[0, 1, 2]);
        assert_eq!(gathered(&storage, 0, &[4], &[1]), None);
        assert_eq!(gathered(&storage, 3, &[], &[]), None);
        assert_eq!(gathered(&storage, 0, &[2], &[u64::MAX]), None);
        assert_eq!(gathered(&storage, u64::MAX, &[1], &[1]), None);
    }

    #[test]
    fn a_view_longer_than_the_buffer_is_whole() {
        let elements: Vec<u16> = (0..2_000_000_u32)
            .map(|n| u16::try_from(n % 65_521).unwrap())
            .collect();
        let storage = bytes(&elements);
        assert_eq!(
            gathered(&storage, 0, &[2_000_000], &[1]),
            Some(storage.clone())
        );
        let transposed = gathered(&storage, 0, &[2_000, 1_000], &[1, 2_000]).unwrap();
        let mut expected = Vec::new();
        for row in 0..2_000 {
            for column in 0..1_000 {
                expected.push(elements[row + column * 2_000]);
            }
        }
        assert_eq!(transposed, bytes(&expected));
    }
}
