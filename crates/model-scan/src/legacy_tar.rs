use std::ops::Range;

use findings::Attribution;

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::rules::{BYTES_AROUND_PICKLES, LIMIT_REACHED, STORAGE_MISMATCH};
use crate::torch::{Notes, Stopped};

/// The members of torch's first format, a tar archive, that hold pickles with raw numbers between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Table {
    /// A count; for each storage its key, place and class pickled, a count of elements, the elements; the
    /// views pickled.
    Storages,
    /// A count; for each tensor its key, storage and class pickled, and its shape in raw numbers.
    Tensors,
}

/// Dimensions of a tensor; torch allows 64.
const RANK: u64 = 64;

impl Inspector<'_> {
    /// Judges the pickles of a table and accounts for the numbers between them. What does not keep to the
    /// form is undecided, and searched.
    pub(crate) fn table(&mut self, table: Table, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new("legacy torch table", bytes.len());
        let mut notes = Notes::default();
        let read = self.rows(table, bytes, &mut notes, depth, &mut inspection);
        inspection.findings.append(&mut notes.findings);
        self.modules.append(&mut notes.modules);
        let (at, what) = match read {
            Ok(at) if at == bytes.len() => return inspection,
            Ok(at) => (at, "bytes behind the table belong to nothing"),
            Err((at, what)) => (at, what),
        };
        let rule = match what.starts_with("bytes") {
            true => &BYTES_AROUND_PICKLES,
            false => &STORAGE_MISMATCH,
        };
        inspection.undecided(rule, what, length(at)..length(bytes.len()));
        self.search(bytes, at, bytes.len(), 0, &mut inspection, depth);
        inspection
    }

    /// Returns where the table ends, or what is wrong with it and where.
    fn rows(
        &mut self,
        table: Table,
        bytes: &[u8],
        notes: &mut Notes,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Result<usize, (usize, &'static str)> {
        const BROKEN: &str = "a pickle of the table breaks off";
        let mut at = self
            .pickle(bytes, 0, 0, notes, depth, inspection)
            .ok_or((0, BROKEN))?;
        let Stopped::Int(rows) = notes.value else {
            return Err((at, "the table does not begin with a count"));
        };
        let mut stream = 0_u64;
        for _ in 0..rows {
            stream = stream.saturating_add(1);
            if stream >= self.options.limits.streams {
                let rest = length(at)..length(bytes.len());
                inspection.undecided(&LIMIT_REACHED, "more rows than are read", rest);
                return Err((at, "the table is not read to its end"));
            }
            let row = self.pickle(bytes, at, stream, notes, depth, inspection);
            at = row.ok_or((at, BROKEN))?;
            let range = match table {
                Table::Storages => storage(bytes, at, &notes.value),
                Table::Tensors => shape(bytes, at),
            };
            let Some((numbers, data)) = range else {
                return Err((at, "the numbers of a row do not fit the table"));
            };
            at = usize::try_from(data.end).unwrap_or(bytes.len());
            inspection.attribute(numbers, Attribution::Container);
            inspection.attribute(data, Attribution::Storage);
        }
        if table == Table::Storages {
            stream = stream.saturating_add(1);
            let views = self.pickle(bytes, at, stream, notes, depth, inspection);
            at = views.ok_or((at, BROKEN))?;
        }
        Ok(at)
    }
}

/// The count of elements and the elements.
fn storage(bytes: &[u8], at: usize, row: &Stopped) -> Option<(Range<u64>, Range<u64>)> {
    let Stopped::Storage(element) = row else {
        return None;
    };
    let count: [u8; 8] = *bytes.get(at..)?.first_chunk()?;
    let start = length(at);
    let data = start.checked_add(8)?;
    let end = u64::from_le_bytes(count)
        .checked_mul(*element)?
        .checked_add(data)?;
    (end <= length(bytes.len())).then_some((start..data, data..end))
}

/// The number of dimensions in eight bytes, of which four count, then sizes, strides and the offset.
fn shape(bytes: &[u8], at: usize) -> Option<(Range<u64>, Range<u64>)> {
    let rank: [u8; 4] = *bytes.get(at..)?.first_chunk()?;
    let rank = u64::from(u32::from_le_bytes(rank));
    let start = length(at);
    let end = rank.checked_mul(16)?.checked_add(16)?.checked_add(start)?;
    (rank <= RANK && end <= length(bytes.len())).then_some((start..end, end..end))
}
