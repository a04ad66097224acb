use std::borrow::Cow;

/// What one extended header says that matters to reading: records of other keys are counted only.
#[derive(Clone, Debug, Default)]
pub(super) struct Records<'a> {
    /// Key and value, in order.
    pub(super) known: Vec<(Key, &'a [u8])>,
    /// What is wrong with the records.
    pub(super) faults: Vec<PaxFault>,
}

/// The keys that decide which bytes belong to which name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Key {
    Path,
    LinkPath,
    Size,
    SparseMajor,
    SparseName,
    SparseRealSize,
    SparseSize,
    SparseMap,
    SparseOffset,
    SparseBytes,
}

/// What is wrong with the records of an extended header.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PaxFault {
    /// It has no length, no `=`, or a length that does not fit: readers stop there or refuse the archive.
    #[error("a record is malformed")]
    Malformed,
    /// It does not end with a line feed where its length says: Python does not look, GNU tar stops.
    #[error("a record does not end where its length says")]
    Unterminated,
    /// It reaches behind the stated size of the header: Python reads on through the padding.
    #[error("records stand behind the stated size")]
    BehindSize,
    /// A path, link or size is given twice with different values.
    #[error("a record is repeated with another value")]
    Repeated,
}

fn key(name: &[u8]) -> Option<Key> {
    Some(match name {
        b"path" => Key::Path,
        b"linkpath" => Key::LinkPath,
        b"size" => Key::Size,
        b"GNU.sparse.major" => Key::SparseMajor,
        b"GNU.sparse.name" => Key::SparseName,
        b"GNU.sparse.realsize" => Key::SparseRealSize,
        b"GNU.sparse.size" => Key::SparseSize,
        b"GNU.sparse.map" => Key::SparseMap,
        b"GNU.sparse.offset" => Key::SparseOffset,
        b"GNU.sparse.numbytes" => Key::SparseBytes,
        _ => return None,
    })
}

impl<'a> Records<'a> {
    /// Reads records from the data of an extended header and the padding behind it.
    pub(super) fn read(padded: &'a [u8], size: usize, most: usize) -> Self {
        let mut records = Self::default();
        let mut at = 0_usize;
        while let Some(rest) = padded.get(at..).filter(|rest| !rest.is_empty()) {
            let behind = at >= size;
            if behind && !rest.first().is_some_and(u8::is_ascii_digit) {
                break;
            }
            let Some((length, name, value, terminated)) = record(rest) else {
                records.fault(PaxFault::Malformed);
                break;
            };
            at = at.saturating_add(length);
            if at > size {
                records.fault(PaxFault::BehindSize);
            }
            if !terminated {
                records.fault(PaxFault::Unterminated);
            }
            let Some(key) = key(name) else { continue };
            let repeats = records
                .known
                .iter()
                .any(|(known, before)| *known == key && *before != value);
            if repeats && !matches!(key, Key::SparseOffset | Key::SparseBytes) {
                records.fault(PaxFault::Repeated);
            }
            if records.known.len() < most {
                records.known.push((key, value));
            } else {
                records.fault(PaxFault::Malformed);
                break;
            }
        }
        records
    }

    fn fault(&mut self, fault: PaxFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Returns the values of a key, the one that counts first: the last.
    pub(super) fn values(&self, key: Key) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.known
            .iter()
            .rev()
            .filter(move |(known, _)| *known == key)
            .map(|(_, value)| *value)
    }

    /// Returns the values of a key in order.
    pub(super) fn series(&self, key: Key) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.known
            .iter()
            .filter(move |(known, _)| *known == key)
            .map(|(_, value)| *value)
    }
}

/// Takes one record, `LENGTH KEY=VALUE\n`, where the length counts all of it. Returns the length, the key,
/// the value, and whether the line feed stands where it should.
fn record(bytes: &[u8]) -> Option<(usize, &[u8], &[u8], bool)> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let length = usize::try_from(decimal(bytes.get(..digits)?)?).ok()?;
    let whole = bytes.get(..length)?;
    let rest = whole.get(digits..)?.strip_prefix(b" ")?;
    let equals = memchr::memchr(b'=', rest)?;
    let (name, value) = rest.split_at_checked(equals)?;
    let value = value.get(1..)?;
    if name.is_empty() {
        return None;
    }
    let (last, before) = value.split_last()?;
    // Python drops the last byte whatever it is.
    Some((length, name, before, *last == b'\n'))
}

/// Reads decimal digits; `None` for anything else, and for more than 64 bits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| {
        if !digit.is_ascii_digit() {
            return None;
        }
        value
            .checked_mul(10)?
            .checked_add(u64::from(digit.checked_sub(b'0')?))
    })
}

/// What readers take a size in a record for: Python takes 0 for what is no number.
pub(super) fn sizes(value: &[u8]) -> impl Iterator<Item = u64> {
    let strict = decimal(value);
    let python: Cow<'_, [u8]> = value
        .trim_ascii()
        .strip_prefix(b"+")
        .unwrap_or(value.trim_ascii())
        .iter()
        .filter(|byte| **byte != b'_')
        .copied()
        .collect::<Vec<_>>()
        .into();
    let python = strict.or_else(|| decimal(&python)).unwrap_or(0);
    strict.into_iter().chain([python])
}

#[cfg(test)]
mod tests {
    use super::{Key, PaxFault, Records, sizes};

    fn read(bytes: &[u8]) -> Records<'_> {
        Records::read(bytes, bytes.len(), 100)
    }

    #[test]
    fn records_are_read_in_order_and_the_last_counts() {
        let records = read(b"9 path=a\n15 mtime=1.500\n9 path=b\n");
        assert_eq!(records.values(Key::Path).collect::<Vec<_>>(), [b"b", b"a"]);
        assert_eq!(records.faults, [PaxFault::Repeated]);
        let records = read(b"12 path=a\nb\n");
        assert_eq!(records.values(Key::Path).collect::<Vec<_>>(), [b"a\nb"]);
        assert!(records.faults.is_empty());
    }

    #[test]
    fn faults_are_told() {
        assert_eq!(read(b"9 path=ab").faults, [PaxFault::Unterminated]);
        for bytes in [
            &b"99 path=a\n"[..],
            b"path=a\n",
            b"8 path a\n",
            b"0 path=a\n",
            b"5 =a\n",
        ] {
            assert_eq!(
                read(bytes).faults,
                [PaxFault::Malformed],
                "{}",
                bytes.escape_ascii()
            );
        }
        let records = Records::read(b"9 path=a\n9 path=b\n", 9, 100);
        assert_eq!(records.faults, [PaxFault::BehindSize, PaxFault::Repeated]);
        assert!(Records::read(b"9 path=a\n\0\0\0", 9, 100).faults.is_empty());
    }

    #[test]
    fn a_size_that_is_no_number_is_zero_to_python() {
        assert_eq!(sizes(b"12").collect::<Vec<_>>(), [12, 12]);
        assert_eq!(sizes(b" 1_2").collect::<Vec<_>>(), [12]);
        assert_eq!(sizes(b"x").collect::<Vec<_>>(), [0]);
    }
}
