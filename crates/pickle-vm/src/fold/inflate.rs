//! `zlib.decompress` and `gzip.decompress`.

use alloc::vec;
use alloc::vec::Vec;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::constant::Const;

use super::budget::Budget;
use super::{iterate, number};

/// Computes `zlib.decompress(*args)` or `gzip.decompress(*args)`.
pub(super) fn call(owner: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    let (value, rest) = args.split_first()?;
    let data = iterate::bytes(value)?;
    budget.look(data.len())?;
    let out = match (owner, rest) {
        ("gzip", []) => members(data, budget),
        ("zlib", []) => zlib(data, budget),
        ("zlib", [window] | [window, _]) => match number::int(window)? {
            15 => zlib(data, budget),
            -15 => inflate(data, 0, budget).map(|(out, _)| out),
            31 => member(data, budget).map(|(out, _)| out),
            47 if data.starts_with(MAGIC) => member(data, budget).map(|(out, _)| out),
            47 => zlib(data, budget),
            _ => None,
        },
        _ => None,
    };
    out.map(Const::Bytes)
}

const MAGIC: &[u8] = b"\x1f\x8b";

/// One stream with a zlib header and checksum; what follows it is let be.
pub(super) fn zlib(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    let flags =
        inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_COMPUTE_ADLER32;
    inflate(data, flags, budget).map(|(out, _)| out)
}

/// The whole of a deflate stream and the number of bytes it took.
fn inflate(data: &[u8], flags: u32, budget: &mut Budget) -> Option<(Vec<u8>, usize)> {
    let flags = flags | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let first = data
        .len()
        .saturating_mul(2)
        .clamp(64, 64 << 10)
        .min(budget.bytes);
    budget.look(first)?;
    let mut out = vec![0; first];
    let mut state = DecompressorOxide::new();
    let (mut read, mut made): (usize, usize) = (0, 0);
    loop {
        let (status, taken, given) =
            decompress(&mut state, data.get(read..)?, &mut out, made, flags);
        read = read.checked_add(taken)?;
        made = made.checked_add(given)?;
        match status {
            TINFLStatus::Done => {
                out.truncate(made);
                budget.look(made)?;
                budget.make(made)?;
                return Some((out, read));
            }
            TINFLStatus::HasMoreOutput if out.len() < budget.bytes => {
                out.resize(out.len().checked_mul(2)?.min(budget.bytes), 0);
            }
            _ => {
                // What was made in vain is paid for as well.
                budget.steps = budget.steps.saturating_sub(made >> 5);
                return None;
            }
        }
    }
}

/// All members of a gzip file, with zeros between them.
fn members(data: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let (part, taken) = member(rest, budget)?;
        out.extend(part);
        rest = rest.get(taken..)?;
        let zeros = rest.iter().take_while(|&&byte| byte == 0).count();
        rest = rest.get(zeros..)?;
        budget.look(zeros)?;
    }
    Some(out)
}

/// One gzip member and the number of bytes it took. Header checksums are rare and not computed.
fn member(data: &[u8], budget: &mut Budget) -> Option<(Vec<u8>, usize)> {
    let rest = data.strip_prefix(MAGIC)?;
    let &[method, flags, ..] = rest else {
        return None;
    };
    let mut rest = rest.get(8..)?;
    if method != 8 || flags & 0xe2 != 0 {
        return None;
    }
    if flags & 4 != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(memchr::memchr(0, rest)?.checked_add(1)?..)?;
        }
    }
    let (out, taken) = inflate(rest, 0, budget)?;
    let (checksum, after) = rest.get(taken..)?.split_first_chunk::<4>()?;
    let (length, after) = after.split_first_chunk::<4>()?;
    let expected = u32::try_from(out.len()).ok()?;
    let right =
        u32::from_le_bytes(*checksum) == crc32(&out) && u32::from_le_bytes(*length) == expected;
    right.then_some((out, data.len().checked_sub(after.len())?))
}

/// The checksum of gzip and zip.
fn crc32(data: &[u8]) -> u32 {
    // Four bits at a time: the reversed polynomial 0xedb88320 over each nibble.
    const TABLE: [u32; 16] = [
        0x0000_0000,
        0x1db7_1064,
        0x3b6e_20c8,
        0x26d9_30ac,
        0x76dc_4190,
        0x6b6b_51f4,
        0x4db2_6158,
        0x5005_713c,
        0xedb8_8320,
        0xf00f_9344,
        0xd6d6_a3e8,
        0xcb61_b38c,
        0x9b64_c2b0,
        0x86d3_d2d4,
        0xa00a_e278,
        0xbdbd_f21c,
    ];
    let step = |sum: u32| -> u32 {
        let place = usize::try_from(sum & 0x0f).unwrap_or(0);
        TABLE.get(place).copied().unwrap_or(0) ^ (sum >> 4)
    };
    !data
        .iter()
        .fold(u32::MAX, |sum, &byte| step(step(sum ^ u32::from(byte))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZLIB: &[u8] = b"\x78\x9c\xcb\x2f\xd6\x2b\xae\x2c\x2e\x49\xcd\x05\x00\x12\x38\x03\xb6";
    const RAW: &[u8] = b"\xcb\x2f\xd6\x2b\xae\x2c\x2e\x49\xcd\x05\x00";
    const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x2f\xd6\x03\x00\xf5\x72\x0e\x64\x03\x00\x00\x00";
    const NAMED: &[u8] = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x02\x03\x6e\x61\x6d\x65\x00\x2b\xae\x2c\x2e\x49\xcd\x05\x00\x8b\x11\x4d\xc9\x06\x00\x00\x00";

    fn bytes(data: &[u8]) -> Const {
        Const::Bytes(data.into())
    }

    fn opened(owner: &str, args: &[Const]) -> Option<Const> {
        call(owner, args, &mut Budget::default())
    }

    #[test]
    fn every_window_is_opened() {
        let out = Some(bytes(b"os.system"));
        assert_eq!(opened("zlib", &[bytes(ZLIB)]), out);
        assert_eq!(opened("zlib", &[bytes(&[ZLIB, b"tail"].concat())]), out);
        assert_eq!(opened("zlib", &[bytes(ZLIB), Const::Int(47)]), out);
        assert_eq!(opened("zlib", &[bytes(RAW), Const::Int(-15)]), out);
        assert_eq!(
            opened("zlib", &[bytes(NAMED), Const::Int(31)]),
            Some(bytes(b"system"))
        );
        assert_eq!(
            opened("gzip", &[bytes(&[GZIP, b"\0\0", NAMED].concat())]),
            out
        );
    }

    #[test]
    fn what_is_broken_gives_nothing() {
        for end in 0..ZLIB.len() {
            assert_eq!(opened("zlib", &[bytes(&ZLIB[..end])]), None);
        }
        for place in 0..GZIP.len() {
            let mut broken = GZIP.to_vec();
            broken[place] ^= 0x02;
            let out = opened("gzip", &[bytes(&broken)]);
            assert!(out.is_none() || (4..10).contains(&place), "{place}");
        }
        assert_eq!(opened("gzip", &[bytes(&[GZIP, b"tail"].concat())]), None);
    }

    #[test]
    fn a_bomb_is_paid_for() {
        let mut budget = Budget {
            bytes: 4,
            steps: 100,
        };
        assert_eq!(call("zlib", &[bytes(ZLIB)], &mut budget), None);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
