use lzma_rust2::FilterType;
use model_digest::{Algorithm, Hasher};

use crate::unpack::{Fault, Filter, Lzma, Pump, Stop, lzma_dictionary};

use super::crc64::Crc64;
use super::member::{Log, Member, field};

/// What a stream begins with.
pub(super) const MARK: &[u8] = b"\xfd7zXZ\0";

/// Bytes of the header of a stream, and of its footer.
const HEADER: u64 = 12;

/// Reads one stream: The .xz File Format 1.2.1. Headers, index and footer are held against the blocks.
pub(super) fn member(packed: &[u8], pump: &mut Pump<'_>, log: &mut Log) -> Result<Member, Stop> {
    let mut reader = Reader { packed, at: 0 };
    let flags = reader.stream_header()?;
    pump.skip(HEADER)?;
    let check = Check::of(flags);
    if check == Check::Unknown {
        log.say(Fault::Unread("the kind of check is not known"), 7);
    }
    let mut records = Vec::new();
    loop {
        match reader.byte(reader.at)? {
            0 => break,
            size => records.push(reader.block(u64::from(size), flags, check, pump, log)?),
        }
    }
    let from = reader.at;
    reader.index(&records)?;
    reader.footer(flags, from)?;
    pump.skip(reader.at.saturating_sub(from))?;
    Ok(Member::new(reader.at))
}

/// What the index says of a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Record {
    unpadded: u64,
    content: u64,
}

/// How the content of a block is checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Check {
    None,
    Crc32,
    Crc64,
    Sha256,
    Unknown,
}

impl Check {
    const fn of(flags: u8) -> Self {
        match flags {
            0 => Self::None,
            1 => Self::Crc32,
            4 => Self::Crc64,
            10 => Self::Sha256,
            _ => Self::Unknown,
        }
    }
}

/// Returns how many bytes a check of a kind takes: section 2.1.1.2.
const fn check_length(flags: u8) -> u64 {
    match flags {
        0 => 0,
        1..=3 => 4,
        4..=6 => 8,
        7..=9 => 16,
        10..=12 => 32,
        _ => 64,
    }
}

/// A check that is being computed.
enum Sum {
    None,
    Crc32(crc32fast::Hasher),
    Crc64(Crc64),
    Sha256(Hasher),
}

impl Sum {
    fn new(check: Check) -> Self {
        match check {
            Check::None | Check::Unknown => Self::None,
            Check::Crc32 => Self::Crc32(crc32fast::Hasher::new()),
            Check::Crc64 => Self::Crc64(Crc64::default()),
            Check::Sha256 => Self::Sha256(Hasher::new(Algorithm::Sha256)),
        }
    }

    fn update(&mut self, chunk: &[u8]) {
        match self {
            Self::None => {}
            Self::Crc32(sum) => sum.update(chunk),
            Self::Crc64(sum) => sum.update(chunk),
            Self::Sha256(sum) => sum.update(chunk),
        }
    }

    fn holds(self, stated: &[u8]) -> bool {
        match self {
            Self::None => true,
            Self::Crc32(sum) => sum.finalize().to_le_bytes() == stated,
            Self::Crc64(sum) => sum.finish().to_le_bytes() == stated,
            Self::Sha256(sum) => sum.finish().bytes() == stated,
        }
    }
}

/// The header of a block.
#[derive(Default)]
struct BlockHeader {
    packed: Option<u64>,
    content: Option<u64>,
    dictionary: u32,
    filter: Option<Filter>,
}

struct Reader<'a> {
    packed: &'a [u8],
    at: u64,
}

impl<'a> Reader<'a> {
    fn corrupt<T>(&self) -> Result<T, Stop> {
        Err(Stop::fault(Fault::Corrupt, self.at))
    }

    fn byte(&self, at: u64) -> Result<u8, Stop> {
        field(self.packed, at..)
            .first()
            .copied()
            .ok_or(Stop::fault(Fault::CutOff, at))
    }

    fn take(&mut self, bytes: u64) -> Result<&'a [u8], Stop> {
        let taken = usize::try_from(bytes)
            .ok()
            .and_then(|bytes| field(self.packed, self.at..).get(..bytes))
            .ok_or(Stop::fault(Fault::CutOff, self.at))?;
        self.at = self.at.saturating_add(bytes);
        Ok(taken)
    }

    /// Takes a field and the CRC-32 behind it.
    fn checked(&mut self, bytes: u64) -> Result<&'a [u8], Stop> {
        let taken = self.take(bytes)?;
        if self.take(4)? != crc32fast::hash(taken).to_le_bytes() {
            return self.corrupt();
        }
        Ok(taken)
    }

    /// Returns the kind of the check.
    fn stream_header(&mut self) -> Result<u8, Stop> {
        if self.take(6)? != MARK {
            return self.corrupt();
        }
        match self.checked(2)? {
            [0, check @ 0..=15] => Ok(*check),
            _ => Err(Stop::fault(Fault::Unread("a reserved flag is set"), 6)),
        }
    }

    fn block(
        &mut self,
        size: u64,
        flags: u8,
        check: Check,
        pump: &mut Pump<'_>,
        log: &mut Log,
    ) -> Result<Record, Stop> {
        let start = self.at;
        // The last four bytes of the header are its checksum.
        let length = size.saturating_mul(4);
        let header = self.checked(length)?;
        let header = block_header(header).map_err(|fault| Stop::fault(fault, start))?;
        pump.admit(lzma_dictionary(header.dictionary), start)?;
        pump.skip(length.saturating_add(4))?;
        let data = self.at;
        let mut sum = Sum::new(check);
        let mut lzma = Lzma::two(field(self.packed, data..), header.dictionary, header.filter)
            .map_err(|fault| Stop::fault(fault, start))?;
        let before = pump.meter().produced();
        let used = pump
            .run(&mut lzma, &mut |chunk| sum.update(chunk))
            .map_err(|stop| stop.behind(data))?;
        let content = pump.meter().produced().saturating_sub(before);
        self.at = data.saturating_add(used);
        let behind = self.at;
        if header.packed.is_some_and(|stated| stated != used)
            || header.content.is_some_and(|stated| stated != content)
        {
            log.say(Fault::Size, start);
        }
        self.padding(used)?;
        let place = self.at;
        let stated = self.take(check_length(flags))?;
        if !sum.holds(stated) {
            log.say(Fault::Checksum, place);
        }
        pump.skip(self.at.saturating_sub(behind))?;
        Ok(Record {
            unpadded: behind
                .saturating_sub(start)
                .saturating_add(check_length(flags)),
            content,
        })
    }

    /// Zeros up to a multiple of four.
    fn padding(&mut self, bytes: u64) -> Result<(), Stop> {
        let padding = bytes.next_multiple_of(4).saturating_sub(bytes);
        if self.take(padding)?.iter().any(|byte| *byte != 0) {
            return self.corrupt();
        }
        Ok(())
    }

    fn index(&mut self, records: &[Record]) -> Result<(), Stop> {
        let start = self.at;
        self.take(1)?;
        let count = self.number()?;
        if Ok(count) != u64::try_from(records.len()) {
            return self.corrupt();
        }
        for record in records {
            let found = Record {
                unpadded: self.number()?,
                content: self.number()?,
            };
            if found != *record {
                return self.corrupt();
            }
        }
        self.padding(self.at.saturating_sub(start))?;
        let length = self.at.saturating_sub(start);
        self.at = start;
        self.checked(length)?;
        Ok(())
    }

    fn footer(&mut self, flags: u8, index: u64) -> Result<(), Stop> {
        let length = self.at.saturating_sub(index);
        let stated = self.take(4)?;
        let fields = self.take(6)?;
        if stated != crc32fast::hash(fields).to_le_bytes() || self.take(2)? != b"YZ" {
            return self.corrupt();
        }
        let [s0, s1, s2, s3, reserved, check] = *fields else {
            return self.corrupt();
        };
        let backward = u64::from(u32::from_le_bytes([s0, s1, s2, s3]))
            .saturating_add(1)
            .saturating_mul(4);
        if backward != length || reserved != 0 || check != flags {
            return self.corrupt();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<u64, Stop> {
        let mut rest = field(self.packed, self.at..);
        let before = rest.len();
        let number = number(&mut rest);
        let used = before.saturating_sub(rest.len());
        match number {
            Some(number) => {
                self.at = self
                    .at
                    .saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
                Ok(number)
            }
            None if rest.is_empty() => Err(Stop::fault(Fault::CutOff, self.at)),
            None => self.corrupt(),
        }
    }
}

/// Reads a number of up to 63 bits, seven in each byte: section 1.2.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0_u32..63).step_by(7) {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            // The shortest form is the only one.
            return (byte != 0 || shift == 0).then_some(number);
        }
    }
    None
}

/// Reads the header of a block, without its checksum: section 3.1.
fn block_header(header: &[u8]) -> Result<BlockHeader, Fault> {
    let (&flags, mut rest) = header
        .get(1..)
        .and_then(|header| header.split_first())
        .ok_or(Fault::Corrupt)?;
    if flags & 0b0011_1100 != 0 {
        return Err(Fault::Unread("a reserved flag of a block is set"));
    }
    let mut read = BlockHeader::default();
    if flags & 0x40 != 0 {
        read.packed = Some(number(&mut rest).ok_or(Fault::Corrupt)?);
    }
    if flags & 0x80 != 0 {
        read.content = Some(number(&mut rest).ok_or(Fault::Corrupt)?);
    }
    for left in (0..=flags & 3).rev() {
        let id = number(&mut rest).ok_or(Fault::Corrupt)?;
        let length = number(&mut rest).ok_or(Fault::Corrupt)?;
        let (properties, behind) = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length))
            .ok_or(Fault::Corrupt)?;
        rest = behind;
        match (left, FilterType::try_from(id)) {
            (0, Ok(FilterType::Lzma2)) => {
                let [size] = *properties else {
                    return Err(Fault::Corrupt);
                };
                read.dictionary = dictionary(size).ok_or(Fault::Corrupt)?;
            }
            (1.., Ok(kind)) if kind != FilterType::Lzma2 => {
                if read.filter.is_some() {
                    return Err(Fault::Unread("more than one filter runs before LZMA2"));
                }
                read.filter = Some(filter(kind, properties)?);
            }
            _ => return Err(Fault::Unread("a filter is not known, or out of place")),
        }
    }
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Fault::Unread(
            "the header of a block is not filled up with zeros",
        ));
    }
    Ok(read)
}

/// Section 5.3.1: two or three times a power of two, up to 4 GiB.
pub(crate) fn dictionary(size: u8) -> Option<u32> {
    match size {
        0..=39 => {
            let power = u32::from(size >> 1).saturating_add(11);
            (2 | u32::from(size & 1)).checked_shl(power)
        }
        40 => Some(u32::MAX),
        _ => None,
    }
}

/// Sections 5.3.2 and 5.3.3.
fn filter(kind: FilterType, properties: &[u8]) -> Result<Filter, Fault> {
    let property = match (kind, properties) {
        (FilterType::Delta, [distance]) => u32::from(*distance).saturating_add(1),
        (FilterType::Delta, _) => return Err(Fault::Corrupt),
        (_, []) => 0,
        (_, [o0, o1, o2, o3]) => u32::from_le_bytes([*o0, *o1, *o2, *o3]),
        _ => return Err(Fault::Corrupt),
    };
    Ok(Filter {
        filter_type: kind,
        property,
    })
}

#[cfg(test)]
mod tests {
    use super::{dictionary, number};

    #[test]
    fn sizes_of_dictionaries_are_two_or_three_times_a_power_of_two() {
        assert_eq!(dictionary(0), Some(4096));
        assert_eq!(dictionary(1), Some(6144));
        assert_eq!(dictionary(22), Some(8 << 20));
        assert_eq!(dictionary(39), Some(3 << 30));
        assert_eq!(dictionary(40), Some(u32::MAX));
        assert_eq!(dictionary(41), None);
    }

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(number(&mut &b"\x05"[..]), Some(5));
        assert_eq!(number(&mut &b"\x80\x01"[..]), Some(128));
        assert_eq!(number(&mut &b"\x80\x00"[..]), None);
        assert_eq!(number(&mut &b"\xff"[..]), None);
    }
}
