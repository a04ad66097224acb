use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use super::element::Element;
use super::gather::View;
use super::plan::Refused;
use super::{Checkpoint, Limits, SourceDtype, SparseLayout, StorageId, Tensor};

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 20;
/// Zeros that are written at once.
const ZEROS: &[u8] = &[0; 1 << 16];
/// Bytes that a [`Run`] takes.
const RUN: u64 = 16;

/// A sparse tensor that is written with its zeros.
#[derive(Debug)]
pub(super) struct Dense<'c> {
    pub(super) storage: StorageId,
    values: Values<'c>,
    /// In the order of their places; those of one place in the order of writing.
    runs: Vec<Run>,
    /// Bytes of each run.
    run: usize,
    /// How many runs fill the tensor.
    all: u64,
    sum: Option<Sum>,
}

/// The elements that are not zero.
#[derive(Debug)]
struct Values<'c> {
    offset: u64,
    shape: &'c [u64],
    stride: &'c [u64],
    element: Element,
    bytes: usize,
    is_contiguous: bool,
}

/// Elements that lie together in the values and in the tensor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Run {
    /// Where they go, counted in runs.
    place: u64,
    /// Where they come from, counted in runs.
    from: u64,
}

impl<'c> Dense<'c> {
    /// Finds the place of every value.
    ///
    /// # Errors
    /// [`Refused`] if the parts are not those of a tensor of this layout and shape, or more than
    /// [`Limits::sparse`] bytes were needed.
    pub(super) fn of(
        tensor: &Tensor,
        layout: SparseLayout,
        parts: &'c [Tensor],
        element: Element,
        checkpoint: &Checkpoint<'_>,
        limits: &Limits,
    ) -> Result<Self, Refused> {
        let Some((values, indices)) = parts.split_last() else {
            return Err(Refused::SparseParts);
        };
        let dtype = values.dtype.ok_or(Refused::SparseParts)?;
        let count = values.count().ok_or(Refused::Overflow)?;
        let grid = match (layout, indices) {
            (SparseLayout::Coo, [indices]) => Grid::by_coordinates(tensor, indices, values),
            (SparseLayout::Coo, _) => None,
            (_, [pointers, indices]) => Grid::compressed(tensor, layout, pointers, indices, values),
            _ => None,
        }
        .ok_or(Refused::SparseParts)?;
        let width = element.width();
        let run = usize::try_from(grid.run)
            .ok()
            .and_then(|run| run.checked_mul(width))
            .ok_or(Refused::Overflow)?;
        let elements = tensor.count().ok_or(Refused::Overflow)?;
        let (runs, all) = match (count.checked_div(grid.run), elements.checked_div(grid.run)) {
            (Some(runs), Some(all)) => (runs, all),
            // There is no element.
            _ => (0, 0),
        };
        let bytes = usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(width))
            .ok_or(Refused::Overflow)?;
        let values = Values {
            offset: values.offset,
            shape: &values.shape,
            stride: &values.stride,
            element,
            bytes,
            is_contiguous: values.is_contiguous() && element.is_plain(),
        };
        // What is held at once: the runs, the indices as they are read, the values if they lie apart.
        let numbers = indices
            .iter()
            .try_fold(0_u64, |sum, indices| sum.checked_add(indices.count()?));
        let held = numbers
            .and_then(|numbers| numbers.checked_mul(RUN))
            .and_then(|numbers| numbers.checked_add(runs.checked_mul(RUN)?))
            .and_then(|held| {
                let apart = if values.is_contiguous { 0 } else { bytes };
                held.checked_add(u64::try_from(apart).ok()?)
            });
        if held.is_none_or(|held| held > limits.sparse) {
            return Err(Refused::SparseLimit);
        }
        let mut found = Vec::new();
        if all > 0 && runs > 0 {
            let numbers = indices
                .iter()
                .map(|indices| whole(indices, checkpoint))
                .collect::<Option<Vec<_>>>()
                .ok_or(Refused::SparseParts)?;
            found = grid.runs(&numbers).ok_or(Refused::SparseParts)?;
        }
        if u64::try_from(found.len()) != Ok(if all > 0 { runs } else { 0 })
            || found.iter().any(|run| run.place >= all || run.from >= runs)
        {
            return Err(Refused::SparseParts);
        }
        found.sort_by_key(|run| run.place);
        let has_sums = found
            .iter()
            .zip(found.iter().skip(1))
            .any(|(one, next)| one.place == next.place);
        let sum = if has_sums {
            Some(Sum::of(dtype).ok_or(Refused::Uncoalesced(dtype))?)
        } else {
            None
        };
        let storage = parts.last().and_then(|values| values.storage);
        Ok(Self {
            storage: storage.ok_or(Refused::SparseParts)?,
            values,
            runs: found,
            run,
            all,
            sum,
        })
    }

    /// Writes all elements; `storage` holds the values.
    pub(super) fn write(&self, storage: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let values = self.values.bytes(storage)?;
        let mut out = BufWriter::with_capacity(BUFFER, out);
        let mut at = 0_u64;
        let mut sums = Vec::new();
        for same in self.runs.chunk_by(|a, b| a.place == b.place) {
            let Some((first, others)) = same.split_first() else {
                continue;
            };
            self.zeros(first.place.saturating_sub(at), &mut out)?;
            let run = self.values_of(first, &values)?;
            if let (Some(sum), false) = (self.sum, others.is_empty()) {
                sums.clear();
                sums.extend_from_slice(run);
                for other in others {
                    sum.add(&mut sums, self.values_of(other, &values)?);
                }
                out.write_all(&sums)?;
            } else {
                out.write_all(run)?;
            }
            at = first.place.saturating_add(1);
        }
        self.zeros(self.all.saturating_sub(at), &mut out)?;
        out.flush()
    }

    fn values_of<'v>(&self, run: &Run, values: &'v [u8]) -> io::Result<&'v [u8]> {
        usize::try_from(run.from)
            .ok()
            .and_then(|from| from.checked_mul(self.run))
            .and_then(|start| values.get(start..start.checked_add(self.run)?))
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Writes runs of zeros.
    fn zeros(&self, runs: u64, out: &mut dyn Write) -> io::Result<()> {
        let run = u64::try_from(self.run).unwrap_or(u64::MAX);
        let mut left = runs.checked_mul(run).ok_or(io::ErrorKind::UnexpectedEof)?;
        while left > 0 {
            let piece = usize::try_from(left).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
            out.write_all(ZEROS.get(..piece).unwrap_or_default())?;
            left = left.saturating_sub(u64::try_from(piece).unwrap_or(u64::MAX));
        }
        Ok(())
    }
}

impl Values<'_> {
    /// Returns the values one behind the other: those of the storage, if they stand there like that.
    fn bytes<'s>(&self, storage: &'s [u8]) -> io::Result<Cow<'s, [u8]>> {
        if self.is_contiguous {
            let bytes = usize::try_from(self.offset)
                .ok()
                .and_then(|offset| offset.checked_mul(self.element.width()))
                .and_then(|start| storage.get(start..start.checked_add(self.bytes)?));
            if self.bytes == 0 {
                return Ok(Cow::Borrowed(&[]));
            }
            return Ok(Cow::Borrowed(bytes.ok_or(io::ErrorKind::UnexpectedEof)?));
        }
        let view = View {
            offset: self.offset,
            shape: self.shape,
            stride: self.stride,
            element: self.element,
        };
        let mut bytes = Vec::with_capacity(self.bytes);
        view.write(storage, &mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}

/// How the values lie in the tensor.
#[derive(Debug)]
struct Grid<'t> {
    /// Elements that lie together.
    run: u64,
    lines: Lines<'t>,
}

#[derive(Debug)]
enum Lines<'t> {
    /// An index for each of the sizes and each value.
    Coordinates { sizes: &'t [u64], count: u64 },
    /// Blocks, row by row or column by column, for each of a batch.
    Compressed {
        batch: u64,
        /// Blocks of each batch.
        count: u64,
        by_rows: bool,
        /// Rows and columns, in blocks.
        rows: u64,
        columns: u64,
        /// Rows of a block.
        height: u64,
    },
}

impl<'t> Grid<'t> {
    fn by_coordinates(tensor: &'t Tensor, indices: &Tensor, values: &Tensor) -> Option<Self> {
        let &[rank, count] = indices.shape.as_slice() else {
            return None;
        };
        let (sizes, inner) = tensor.shape.split_at_checked(usize::try_from(rank).ok()?)?;
        let (&values, block) = values.shape.split_first()?;
        if values != count || block != inner {
            return None;
        }
        Some(Self {
            run: product(inner)?,
            lines: Lines::Coordinates { sizes, count },
        })
    }

    fn compressed(
        tensor: &Tensor,
        layout: SparseLayout,
        pointers: &Tensor,
        indices: &Tensor,
        values: &Tensor,
    ) -> Option<Self> {
        let by_rows = matches!(layout, SparseLayout::Csr | SparseLayout::Bsr);
        let is_blocked = matches!(layout, SparseLayout::Bsr | SparseLayout::Bsc);
        let (&count, batch) = indices.shape.split_last()?;
        let (&[rows, columns], inner) =
            tensor.shape.strip_prefix(batch)?.split_first_chunk::<2>()?;
        let shape = values.shape.strip_prefix(batch)?;
        let (&held, mut block) = shape.split_first()?;
        let (mut height, mut width) = (1, 1);
        if is_blocked {
            let (&[rows, columns], rest) = block.split_first_chunk::<2>()?;
            (height, width, block) = (rows, columns, rest);
        }
        if held != count || block != inner {
            return None;
        }
        let is_whole = rows.checked_rem(height)? == 0 && columns.checked_rem(width)? == 0;
        let (rows, columns) = (rows.checked_div(height)?, columns.checked_div(width)?);
        let lines = if by_rows { rows } else { columns };
        let (&ends, of) = pointers.shape.split_last()?;
        if !is_whole || of != batch || ends != lines.checked_add(1)? {
            return None;
        }
        Some(Self {
            run: product(inner)?.checked_mul(width)?,
            lines: Lines::Compressed {
                batch: product(batch)?,
                count,
                by_rows,
                rows,
                columns,
                height,
            },
        })
    }

    /// Returns where each run goes, in the order of the values; `None` if an index leads out of the tensor.
    fn runs(&self, numbers: &[Vec<u64>]) -> Option<Vec<Run>> {
        match (&self.lines, numbers) {
            (Lines::Coordinates { sizes, count }, [indices]) => coordinates(sizes, *count, indices),
            (
                &Lines::Compressed {
                    batch,
                    count,
                    by_rows,
                    rows,
                    columns,
                    height,
                },
                [pointers, indices],
            ) => {
                let lines = if by_rows { rows } else { columns };
                let across = if by_rows { columns } else { rows };
                let mut runs = Vec::new();
                let mut pointers = pointers.as_slice();
                for at in 0..batch {
                    let ends;
                    (ends, pointers) =
                        pointers.split_at_checked(usize::try_from(lines.checked_add(1)?).ok()?)?;
                    if ends.first() != Some(&0) || ends.last() != Some(&count) {
                        return None;
                    }
                    for (line, (&start, &end)) in
                        (0_u64..).zip(ends.iter().zip(ends.iter().skip(1)))
                    {
                        // Rising, and the last is known to be in bounds.
                        if start > end || end > count {
                            return None;
                        }
                        for block in start..end {
                            let block = at.checked_mul(count)?.checked_add(block)?;
                            let index = *indices.get(usize::try_from(block).ok()?)?;
                            if index >= across {
                                return None;
                            }
                            let (row, column) = if by_rows {
                                (line, index)
                            } else {
                                (index, line)
                            };
                            let row = at.checked_mul(rows)?.checked_add(row)?;
                            for inner in 0..height {
                                let line = row.checked_mul(height)?.checked_add(inner)?;
                                runs.push(Run {
                                    place: line.checked_mul(columns)?.checked_add(column)?,
                                    from: block.checked_mul(height)?.checked_add(inner)?,
                                });
                            }
                        }
                    }
                }
                Some(runs)
            }
            _ => None,
        }
    }
}

/// Multiplies the coordinates of each value out.
fn coordinates(sizes: &[u64], count: u64, indices: &[u64]) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = (0..count).map(|from| Run { place: 0, from }).collect();
    let count = usize::try_from(count).ok()?;
    for (&size, indices) in sizes.iter().zip(indices.chunks(count.max(1))) {
        if indices.len() != count {
            return None;
        }
        for (run, &index) in runs.iter_mut().zip(indices) {
            if index >= size {
                return None;
            }
            run.place = run.place.checked_mul(size)?.checked_add(index)?;
        }
    }
    Some(runs)
}

fn product(sizes: &[u64]) -> Option<u64> {
    sizes.iter().copied().try_fold(1, u64::checked_mul)
}

/// Reads whole numbers that are not negative.
fn whole(tensor: &Tensor, checkpoint: &Checkpoint<'_>) -> Option<Vec<u64>> {
    let dtype = tensor.dtype?;
    if tensor.count()? == 0 {
        return Some(Vec::new());
    }
    let element = super::piece::element(tensor, dtype).ok()?;
    let storage = checkpoint.storage(tensor.storage?)?.bytes().ok()?;
    let view = View {
        offset: tensor.offset,
        shape: &tensor.shape,
        stride: &tensor.stride,
        element,
    };
    let mut bytes = Vec::new();
    view.write(&storage, &mut bytes).ok()?;
    match dtype {
        SourceDtype::Int64 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|number| u64::try_from(i64::from_le_bytes(*number)).ok())
            .collect(),
        SourceDtype::Int32 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|number| u64::try_from(i32::from_le_bytes(*number)).ok())
            .collect(),
        _ => None,
    }
}

/// How values of one place are added up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sum {
    /// Whole numbers of so many bytes, which wrap around.
    Whole(usize),
    /// F32, also both parts of a complex number.
    F32,
    /// F64.
    F64,
    /// Truth.
    Or,
}

impl Sum {
    /// Returns how elements of a dtype are added; `None` where torch rounds in a way of its own.
    const fn of(dtype: SourceDtype) -> Option<Self> {
        use SourceDtype as D;
        Some(match dtype {
            D::Bool => Self::Or,
            D::Int8 | D::Uint8 => Self::Whole(1),
            D::Int16 | D::Uint16 => Self::Whole(2),
            D::Int32 | D::Uint32 => Self::Whole(4),
            D::Int64 | D::Uint64 => Self::Whole(8),
            D::Float32 | D::Complex64 => Self::F32,
            D::Float64 => Self::F64,
            _ => return None,
        })
    }

    fn add(self, sums: &mut [u8], values: &[u8]) {
        match self {
            Self::Or => {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum |= value;
                }
            }
            Self::Whole(width) => {
                for (sum, value) in sums.chunks_mut(width).zip(values.chunks(width)) {
                    let mut carry = false;
                    for (sum, value) in sum.iter_mut().zip(value) {
                        let (once, over) = sum.overflowing_add(*value);
                        let (twice, again) = once.overflowing_add(u8::from(carry));
                        *sum = twice;
                        carry = over || again;
                    }
                }
            }
            Self::F32 => {
                let sums = sums.as_chunks_mut().0;
                for (sum, value) in sums.iter_mut().zip(values.as_chunks().0) {
                    let total = f32::from_le_bytes(*sum) + f32::from_le_bytes(*value);
                    *sum = total.to_le_bytes();
                }
            }
            Self::F64 => {
                let sums = sums.as_chunks_mut().0;
                for (sum, value) in sums.iter_mut().zip(values.as_chunks().0) {
                    let total = f64::from_le_bytes(*sum) + f64::from_le_bytes(*value);
                    *sum = total.to_le_bytes();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Grid, Lines, Run, Sum, coordinates};

    fn places(runs: Option<Vec<Run>>) -> Option<Vec<(u64, u64)>> {
        runs.map(|runs| runs.iter().map(|run| (run.place, run.from)).collect())
    }

    #[test]
    fn coordinates_are_multiplied_out() {
        let runs = coordinates(&[3, 4], 2, &[2, 0, 1, 3]);
        assert_eq!(places(runs), Some(vec![(9, 0), (3, 1)]));
        assert_eq!(coordinates(&[3, 4], 2, &[3, 0, 1, 3]), None);
        assert_eq!(coordinates(&[3, 4], 2, &[2, 0, 1]), None);
        assert_eq!(places(coordinates(&[], 1, &[])), Some(vec![(0, 0)]));
    }

    #[test]
    fn blocks_go_where_rows_and_columns_say() {
        let grid = |by_rows| Grid {
            run: 2,
            lines: Lines::Compressed {
                batch: 1,
                count: 2,
                by_rows,
                rows: 2,
                columns: 3,
                height: 2,
            },
        };
        // Blocks (0, 2) and (1, 0), of two rows each.
        let runs = grid(true).runs(&[vec![0, 1, 2], vec![2, 0]]);
        assert_eq!(places(runs), Some(vec![(2, 0), (5, 1), (6, 2), (9, 3)]));
        let runs = grid(false).runs(&[vec![0, 1, 1, 2], vec![1, 0]]);
        assert_eq!(places(runs), Some(vec![(6, 0), (9, 1), (2, 2), (5, 3)]));
        for (pointers, indices) in [
            (vec![0, 1, 2], vec![3, 0]),
            (vec![0, 3, 2], vec![2, 0]),
            (vec![1, 1, 2], vec![2, 0]),
            (vec![0, 1, 1], vec![2, 0]),
            (vec![0, 2], vec![2, 0]),
        ] {
            assert_eq!(grid(true).runs(&[pointers, indices]), None);
        }
    }

    #[test]
    fn whole_numbers_carry_and_wrap() {
        let mut sums = [0xff, 0x00, 0xff, 0xff];
        Sum::Whole(2).add(&mut sums, &[1, 0, 2, 0]);
        assert_eq!(sums, [0, 1, 1, 0]);
        let mut sums = 1.5_f32.to_le_bytes();
        Sum::F32.add(&mut sums, &2.25_f32.to_le_bytes());
        assert_eq!(sums, 3.75_f32.to_le_bytes());
    }
}
