//! The end of a zip archive. Readers of archives look for it in the last 65,557 bytes of a file and care for nothing
//! before the directory that it leads to.

use memchr::memmem;

/// An end record without its comment.
const RECORD: usize = 22;
/// Where readers look: a record and the longest comment.
const SOUGHT: usize = RECORD + 65_535;
/// End records that are followed. Readers take the last one.
const CANDIDATES: usize = 64;
/// Entries that are looked at for their names.
const NAMES: usize = 256;

/// A directory that an end record leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Directory {
    /// Where the directory begins.
    pub(crate) start: usize,
    /// Where the end record begins.
    pub(crate) end: usize,
    /// How many members it says it has.
    pub(crate) members: u64,
    /// Whether one is the pickle of a checkpoint, so that `torch.load` reads the file as the archive.
    pub(crate) has_checkpoint: bool,
}

/// Looks for an end record that leads to a directory.
pub(crate) fn directory(file: &[u8]) -> Option<Directory> {
    let from = file.len().saturating_sub(SOUGHT);
    let tail = file.get(from..)?;
    memmem::rfind_iter(tail, b"PK\x05\x06")
        .take(CANDIDATES)
        .find_map(|at| follow(file, from.checked_add(at)?))
}

/// Follows one end record.
fn follow(file: &[u8], end: usize) -> Option<Directory> {
    let record = file.get(end..)?.get(..RECORD)?;
    let mut members = number(record, 10, 2)?;
    let size = number(record, 12, 4)?;
    let offset = number(record, 16, 4)?;
    let mut places = [
        // Where it lies if it ends where the record begins, as Python reckons, and where the record says.
        usize::try_from(size)
            .ok()
            .and_then(|size| end.checked_sub(size)),
        usize::try_from(offset).ok(),
        None,
        None,
    ];
    if let Some((entries, size, offset, record)) = zip64(file, end) {
        members = members.max(entries);
        places[2] = usize::try_from(size)
            .ok()
            .and_then(|size| record.checked_sub(size));
        places[3] = usize::try_from(offset).ok();
    }
    if members == 0 && size == 0 {
        // An archive of nothing is one too; that its comment ends where the file does leaves little to chance.
        let comment = usize::try_from(number(record, 20, 2)?).ok()?;
        let ends = end.checked_add(RECORD)?.checked_add(comment)? == file.len();
        return ends.then_some(Directory {
            start: end,
            end,
            members: 0,
            has_checkpoint: false,
        });
    }
    let start = places.into_iter().flatten().find(|start| {
        let is_entry = file
            .get(*start..)
            .is_some_and(|rest| rest.starts_with(b"PK\x01\x02"));
        is_entry && *start < end
    })?;
    Some(Directory {
        start,
        end,
        members: members.max(1),
        has_checkpoint: has_checkpoint(file.get(start..end)?),
    })
}

/// Reads the larger end record, if its locator stands before the record: entries, size, offset, and where it is.
fn zip64(file: &[u8], end: usize) -> Option<(u64, u64, u64, usize)> {
    let start = end.checked_sub(20)?;
    let locator = file.get(start..end)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let said = usize::try_from(number(locator, 8, 8)?).ok();
    let places = [said, start.checked_sub(56)];
    let at = places.into_iter().flatten().find(|at| {
        file.get(*at..)
            .is_some_and(|rest| rest.starts_with(b"PK\x06\x06"))
    })?;
    let record = file.get(at..)?;
    Some((
        number(record, 32, 8)?,
        number(record, 40, 8)?,
        number(record, 48, 8)?,
        at,
    ))
}

/// Looks at the first names of a directory for the pickle that `torch.load` opens.
fn has_checkpoint(directory: &[u8]) -> bool {
    let mut rest = directory;
    for _ in 0..NAMES {
        if !rest.starts_with(b"PK\x01\x02") {
            return false;
        }
        let length = |at| number(rest, at, 2).and_then(|length| usize::try_from(length).ok());
        let (Some(name), Some(extra), Some(comment)) = (length(28), length(30), length(32)) else {
            return false;
        };
        let Some(text) = rest.get(46..).and_then(|rest| rest.get(..name)) else {
            return false;
        };
        if text.ends_with(b"data.pkl") {
            return true;
        }
        let next = [46, name, extra, comment]
            .into_iter()
            .fold(0, usize::saturating_add);
        rest = rest.get(next..).unwrap_or_default();
    }
    false
}

/// Reads a number of at most eight bytes, the low one first.
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let end = at.checked_add(width)?;
    let mut padded = [0; 8];
    for (into, from) in padded.iter_mut().zip(bytes.get(at..end)?) {
        *into = *from;
    }
    Some(u64::from_le_bytes(padded))
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of the test itself, small enough"
)]
mod tests {
    use super::directory;

    /// A zip archive of one stored member.
    fn archive(name: &str, offset: u32) -> Vec<u8> {
        let mut fixed = vec![0_u8; 22];
        fixed[18..20].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        let mut file = b"PK\x03\x04\x14\0\0\0".to_vec();
        file.extend_from_slice(&fixed);
        file.extend_from_slice(name.as_bytes());
        let start = file.len();
        file.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0");
        file.extend_from_slice(&fixed[2..]);
        file.extend_from_slice(&[0; 16]);
        let name_at = start + 28;
        file[name_at..name_at + 2]
            .copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        file.extend_from_slice(name.as_bytes());
        let size = file.len() - start;
        file.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        file.extend_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        file.extend_from_slice(&(u32::try_from(start).unwrap() + offset).to_le_bytes());
        file.extend_from_slice(&[0, 0]);
        file
    }

    #[test]
    fn a_directory_is_found_wherever_the_archive_begins() {
        for offset in [0, 100] {
            let archive = archive("archive/data.pkl", offset);
            let mut file = vec![7; 100];
            file.extend_from_slice(&archive);
            file.extend_from_slice(&[9; 1000]);
            let found = directory(&file).unwrap();
            assert_eq!(found.members, 1);
            assert!(found.has_checkpoint);
            assert_eq!(file[found.start..found.start + 4], *b"PK\x01\x02");
        }
        assert!(!directory(&archive("a.txt", 0)).unwrap().has_checkpoint);
    }

    #[test]
    fn an_end_record_alone_leads_nowhere() {
        let mut file = vec![1; 200];
        file.extend_from_slice(b"PK\x05\x06");
        file.extend_from_slice(&[3; 18]);
        assert_eq!(directory(&file), None);
        file.truncate(204);
        file.extend_from_slice(&[0; 18]);
        assert_eq!(directory(&file).map(|found| found.members), Some(0));
        file.push(0);
        assert_eq!(directory(&file), None);
        let mut far = archive("archive/data.pkl", 0);
        far.extend_from_slice(&vec![0; 65_536]);
        assert_eq!(directory(&far), None);
    }
}
