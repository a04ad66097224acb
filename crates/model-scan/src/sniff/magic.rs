use flate2::{Decompress, FlushDecompress};

use super::Kind;
use super::pickle::is_opcode;

/// Marks at the very start that no other format shares.
const MARKS: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08PK\x03\x04", Kind::Zip),
    (b"PK00PK\x03\x04", Kind::Zip),
    (b"\x93NUMPY", Kind::Npy),
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x04\x22\x4d\x18", Kind::Lz4),
    (b"\x02\x21\x4c\x18", Kind::Lz4),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
    (b"Rar!\x1a\x07", Kind::Rar),
    (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (b"GGUF", Kind::Gguf),
    (b"lmgg", Kind::Ggml),
    (b"fmgg", Kind::Ggml),
    (b"tjgg", Kind::Ggml),
    (b"algg", Kind::Ggml),
    (b"ftrt", Kind::TensorRt),
    (b"\x7fELF", Kind::Elf),
    (b"MZqFpD", Kind::Pe),
    (b"\xfe\xed\xfa\xce", Kind::MachO),
    (b"\xfe\xed\xfa\xcf", Kind::MachO),
    (b"\xce\xfa\xed\xfe", Kind::MachO),
    (b"\xcf\xfa\xed\xfe", Kind::MachO),
    (b"\0asm\x01\0\0\0", Kind::Wasm),
    (b"BC\xc0\xde", Kind::LlvmBitcode),
    (
        b"version https://git-lfs.github.com/spec/",
        Kind::GitLfsPointer,
    ),
    (b"%PDF-", Kind::Pdf),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"GIF87a", Kind::Gif),
    (b"GIF89a", Kind::Gif),
    (b"#!/", Kind::Script),
    (b"#! /", Kind::Script),
];

/// The longest safetensors header that its own reader takes.
const SAFETENSORS_HEADER: u64 = 100_000_000;

/// A test that tells one format.
struct Test(fn(&[u8]) -> bool, Kind);

/// Formats whose marks take more than a comparison.
const TESTS: &[Test] = &[
    Test(is_marked_pickle, Kind::Pickle),
    Test(is_bzip2, Kind::Bzip2),
    Test(is_skippable_zstd, Kind::Zstd),
    Test(|bytes| at(bytes, 4, b"TFL3"), Kind::TfLite),
    Test(|bytes| at(bytes, 4, b"ET12"), Kind::ExecuTorch),
    Test(is_webp, Kind::Webp),
    Test(is_safetensors, Kind::Safetensors),
    Test(is_java_class, Kind::JavaClass),
    Test(is_fat_macho, Kind::MachO),
    Test(is_pe, Kind::Pe),
    Test(is_joblib_zf, Kind::JoblibZf),
    Test(is_python_bytecode, Kind::PythonBytecode),
    Test(is_tar, Kind::Tar),
];

/// Tells formats by the marks that they start with.
pub(super) fn by_magic(bytes: &[u8]) -> Option<Kind> {
    MARKS
        .iter()
        .find(|(mark, _)| bytes.starts_with(mark))
        .map(|(_, kind)| *kind)
        .or_else(|| {
            TESTS
                .iter()
                .find(|Test(test, _)| test(bytes))
                .map(|Test(_, kind)| *kind)
        })
}

/// Tells formats that have to be tried, or whose mark stands elsewhere.
pub(super) fn by_structure(bytes: &[u8]) -> Option<Kind> {
    if is_lzma_alone(bytes) {
        Some(Kind::LzmaAlone)
    } else if is_zlib(bytes) {
        Some(Kind::Zlib)
    } else if has_hdf5_behind_user_block(bytes) {
        Some(Kind::Hdf5)
    } else {
        None
    }
}

fn at(bytes: &[u8], offset: usize, mark: &[u8]) -> bool {
    bytes
        .get(offset..)
        .is_some_and(|rest| rest.starts_with(mark))
}

/// `PROTO` with a protocol that exists, and an opcode behind it.
fn is_marked_pickle(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 0..=5] => true,
        [0x80, 0..=5, next, ..] => is_opcode(*next),
        _ => false,
    }
}

fn is_bzip2(bytes: &[u8]) -> bool {
    let level = matches!(bytes, [b'B', b'Z', b'h', b'1'..=b'9', ..]);
    // Either a block or, where nothing was compressed, the end follows.
    level && (at(bytes, 4, b"1AY&SY") || at(bytes, 4, b"\x17\x72\x45\x38\x50\x90"))
}

fn is_skippable_zstd(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && at(bytes, 8, b"WEBP")
}

fn is_safetensors(bytes: &[u8]) -> bool {
    let Some((length, header)) = bytes.split_first_chunk() else {
        return false;
    };
    let length = u64::from_le_bytes(*length);
    let mut text = header
        .iter()
        .take(16)
        .skip_while(|byte| byte.is_ascii_whitespace());
    (2..=SAFETENSORS_HEADER).contains(&length)
        && text.next() == Some(&b'{')
        && text
            .find(|byte| !byte.is_ascii_whitespace())
            .is_none_or(|byte| matches!(byte, b'"' | b'}'))
}

/// A Java class and a Mach-O file for several machines share their mark; what follows is a version of at
/// least 45 in the one, the number of machines in the other.
fn is_java_class(bytes: &[u8]) -> bool {
    matches!(bytes, [0xca, 0xfe, 0xba, 0xbe, _, _, major_high, major_low, ..]
        if u16::from_be_bytes([*major_high, *major_low]) >= 45)
}

fn is_fat_macho(bytes: &[u8]) -> bool {
    matches!(bytes, [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=44, ..])
}

fn is_pe(bytes: &[u8]) -> bool {
    let Some(offset) = bytes
        .starts_with(b"MZ")
        .then(|| bytes.get(0x3c..)?.first_chunk().copied())
        .flatten()
    else {
        return false;
    };
    usize::try_from(u32::from_le_bytes(offset)).is_ok_and(|offset| at(bytes, offset, b"PE\0\0"))
}

/// joblib before 0.10: `ZF`, the length in hexadecimal, and a zlib stream. joblib takes any length that Python
/// does, with `0x` or without.
fn is_joblib_zf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ZF0x") && bytes.get(4).is_some_and(u8::is_ascii_hexdigit)
        || crate::streams::joblib_data(bytes).is_some()
}

/// A version of CPython 3, which counts from 3000, and a line end.
fn is_python_bytecode(bytes: &[u8]) -> bool {
    matches!(bytes, [low, high, b'\r', b'\n', _, _, _, _, ..]
        if (3000..4000).contains(&u16::from_le_bytes([*low, *high])))
}

fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else {
        return false;
    };
    // The checksum holds in every tar, with or without the newer mark.
    let Some(stated) = header.get(148..156).and_then(octal) else {
        return false;
    };
    let sum: u32 = header
        .iter()
        .enumerate()
        .map(|(index, byte)| {
            u32::from(if (148..156).contains(&index) {
                b' '
            } else {
                *byte
            })
        })
        .fold(0, u32::saturating_add);
    sum == stated && header.first() != Some(&0)
}

fn octal(field: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    u32::from_str_radix(digits, 8).ok()
}

/// Properties; a dictionary size of one or one and a half powers of two, or the largest there is, as liblzma
/// takes them where it has to tell the format too; and a size that is unknown or below 256 GiB.
pub(crate) fn is_lzma_alone(bytes: &[u8]) -> bool {
    let (Some(properties), Some(dictionary), Some(size)) = (
        bytes.first(),
        bytes.get(1..).and_then(|rest| rest.first_chunk().copied()),
        bytes.get(5..).and_then(|rest| rest.first_chunk().copied()),
    ) else {
        return false;
    };
    let dictionary = u32::from_le_bytes(dictionary);
    let size = u64::from_le_bytes(size);
    let power = dictionary == u32::MAX
        || dictionary.is_power_of_two()
        || dictionary
            .checked_div(3)
            .is_some_and(|third| third.is_power_of_two() && dictionary.is_multiple_of(3));
    // liblzma takes a dictionary below its own least size, and one as large as can be stated; the former is
    // believed behind the properties that everybody writes.
    let usual = dictionary >= 4096 && power;
    let small = *properties == 0x5d && (power || dictionary == 0);
    // The first byte of the coded data is always zero.
    *properties < 225
        && (usual || small || dictionary == u32::MAX)
        && (size == u64::MAX || size < 1 << 38)
        && bytes.get(13) == Some(&0)
}

/// A header whose check holds, and data that inflates.
fn is_zlib(bytes: &[u8]) -> bool {
    let [method, flags, ..] = *bytes else {
        return false;
    };
    if method & 0x0f != 8
        || method >> 4 > 7
        || !u16::from_be_bytes([method, flags]).is_multiple_of(31)
    {
        return false;
    }
    // A dictionary that is elsewhere: nothing can be tried, so only the usual window is believed.
    if flags & 0b10_0000 != 0 {
        return method == 0x78;
    }
    let mut out = [0; 256];
    let start = bytes.get(..4096).unwrap_or(bytes);
    let mut inflater = Decompress::new(true);
    inflater
        .decompress(start, &mut out, FlushDecompress::None)
        .is_ok()
        && (inflater.total_out() > 0 || inflater.total_in() >= 8)
}

fn has_hdf5_behind_user_block(bytes: &[u8]) -> bool {
    std::iter::successors(Some(512_usize), |offset| offset.checked_mul(2))
        .take_while(|offset| *offset < bytes.len())
        .any(|offset| at(bytes, offset, b"\x89HDF\r\n\x1a\n"))
}
