/// The CRC-64 of ECMA-182 that xz uses, eight bytes at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crc64(u64);

impl Default for Crc64 {
    fn default() -> Self {
        Self(u64::MAX)
    }
}

/// By distance to the end of eight bytes and by byte, what it adds.
static TABLES: [[u64; 256]; 8] = tables();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "computed while compiling, where a fault is an error"
)]
const fn tables() -> [[u64; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    let mut first: u64 = 0;
    while byte < 256 {
        let mut crc = first;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0xc96c_5795_d787_0f42 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
        first += 1;
    }
    let mut table = 1;
    while table < 8 {
        byte = 0;
        while byte < 256 {
            let crc = tables[table - 1][byte];
            let low = (crc & 0xff) as usize;
            tables[table][byte] = (crc >> 8) ^ tables[0][low];
            byte += 1;
        }
        table += 1;
    }
    tables
}

fn look(table: usize, byte: u8) -> u64 {
    TABLES
        .get(table)
        .and_then(|table| table.get(usize::from(byte)))
        .copied()
        .unwrap_or_default()
}

impl Crc64 {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut crc = self.0;
        for eight in eights {
            let [b0, b1, b2, b3, b4, b5, b6, b7] = (crc ^ u64::from_le_bytes(*eight)).to_le_bytes();
            crc = look(7, b0)
                ^ look(6, b1)
                ^ look(5, b2)
                ^ look(4, b3)
                ^ look(3, b4)
                ^ look(2, b5)
                ^ look(1, b6)
                ^ look(0, b7);
        }
        for byte in rest {
            let [low, ..] = crc.to_le_bytes();
            crc = (crc >> 8) ^ look(0, low ^ byte);
        }
        self.0 = crc;
    }

    pub(super) const fn finish(self) -> u64 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Crc64;

    #[test]
    fn the_published_check_value_comes_out() {
        let mut crc = Crc64::default();
        crc.update(b"12345678");
        crc.update(b"9");
        assert_eq!(crc.finish(), 0x995d_c9bb_df19_39fa);
    }
}
