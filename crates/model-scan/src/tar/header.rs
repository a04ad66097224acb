use super::number::Number;

/// Bytes of a block; headers and data begin at multiples of it.
pub(super) const BLOCK: u64 = 512;

/// One block that is read as a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    block: &'a [u8],
}

/// Which dialect a header is written in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// Without a mark, as Unix version 7 wrote it.
    V7,
    /// Marked `ustar` and NUL: POSIX, with a prefix for long names.
    Ustar,
    /// Marked `ustar` and blanks: GNU, where other fields stand in place of the prefix.
    Gnu,
}

impl<'a> Header<'a> {
    /// Takes the block at an offset; `None` if fewer than 512 bytes are left.
    pub(super) fn at(bytes: &'a [u8], at: u64) -> Option<Self> {
        let start = usize::try_from(at).ok()?;
        let block = bytes.get(start..)?.get(..512)?;
        Some(Self { block })
    }

    fn field(&self, start: usize, length: usize) -> &'a [u8] {
        self.block
            .get(start..)
            .and_then(|rest| rest.get(..length))
            .unwrap_or_default()
    }

    /// Returns a field up to its first NUL.
    fn text(&self, start: usize, length: usize) -> &'a [u8] {
        self.field(start, length)
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.block.iter().fold(0, |any, byte| any | byte) == 0
    }

    /// Says whether the stated sum is that of the bytes, which some writers took for signed.
    pub(super) fn checksum_holds(&self) -> bool {
        let stated = Number::read(self.field(148, 8));
        let sum = |bytes: &[u8]| {
            let sum = bytes
                .iter()
                .fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
            let high = bytes
                .iter()
                .fold(0_u32, |high, byte| high.wrapping_add(u32::from(byte >> 7)));
            (i128::from(sum), i128::from(high))
        };
        // The field itself counts as eight blanks.
        let (whole, high) = sum(self.block);
        let (field, field_high) = sum(self.field(148, 8));
        let unsigned = whole.saturating_sub(field).saturating_add(256);
        let high = high.saturating_sub(field_high);
        let signed = unsigned.saturating_sub(high.saturating_mul(256));
        [stated.gnu, stated.python, stated.lenient]
            .into_iter()
            .flatten()
            .any(|stated| stated == unsigned || stated == signed)
    }

    /// Says whether it could be a header: not zeros, and the checksum holds.
    pub(super) fn is_valid(&self) -> bool {
        !self.is_zero() && self.checksum_holds()
    }

    pub(super) fn format(&self) -> Format {
        match self.field(257, 6) {
            b"ustar\0" => Format::Ustar,
            b"ustar " => Format::Gnu,
            _ => Format::V7,
        }
    }

    pub(super) fn name(&self) -> &'a [u8] {
        self.text(0, 100)
    }

    /// Returns what stands before the name, if POSIX wrote the header.
    pub(super) fn prefix(&self) -> &'a [u8] {
        self.text(345, 155)
    }

    pub(super) fn link(&self) -> &'a [u8] {
        self.text(157, 100)
    }

    pub(super) fn size(&self) -> Number {
        Number::read(self.field(124, 12))
    }

    /// The size that a sparse file has once its holes are filled.
    pub(super) fn real_size(&self) -> Number {
        Number::read(self.field(483, 12))
    }

    /// The pieces of a sparse file that stand in the header, and whether more follow.
    pub(super) fn sparse(&self) -> (&'a [u8], bool) {
        (self.field(386, 96), self.field(482, 1) != [0])
    }

    /// The pieces of a sparse file that stand in a block of their own, and whether more follow.
    pub(super) fn more_sparse(&self) -> (&'a [u8], bool) {
        (self.field(0, 504), self.field(504, 1) != [0])
    }

    pub(super) fn typeflag(&self) -> u8 {
        self.field(156, 1).first().copied().unwrap_or_default()
    }

    /// Says whether Python reads the numbers that matter to nobody else: it stops at a header where it
    /// does not.
    pub(super) fn python_reads_the_rest(&self) -> bool {
        [(100, 8), (108, 8), (116, 8), (136, 12), (329, 8), (337, 8)]
            .into_iter()
            .all(|(start, length)| Number::read(self.field(start, length)).python.is_some())
    }
}
