//! Writers of every compressed format, as plain as they can be.

use std::io::Write as _;

use lzma_rust2::{Lzma2Options, Lzma2Writer, LzmaOptions, LzmaWriter};

/// A format's name and its writer.
pub(crate) type Packer = (&'static str, fn(&[u8]) -> Vec<u8>);

/// Every format, under the name that reports give it.
pub(crate) const ALL: [Packer; 9] = [
    ("gzip", gzip),
    ("bzip2", bzip2),
    ("xz", xz),
    ("lzma", lzma),
    ("lzma", lzma_sized),
    ("zlib", zlib),
    ("joblib zlib", joblib),
    ("lz4", lz4),
    ("zstd", zstd),
];

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// As joblib before 0.10 wrote it.
pub(crate) fn joblib(data: &[u8]) -> Vec<u8> {
    let mut out = format!("ZF{:<19}", format!("{:#x}", data.len())).into_bytes();
    out.extend(zlib(data));
    out
}

pub(crate) fn bzip2(data: &[u8]) -> Vec<u8> {
    let level = bzip2::Compression::fast();
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// As Python's `lzma` module writes it: of unknown size, with an end mark.
pub(crate) fn lzma(data: &[u8]) -> Vec<u8> {
    lzma_with(data, None)
}

pub(crate) fn lzma_sized(data: &[u8]) -> Vec<u8> {
    lzma_with(data, Some(data.len() as u64))
}

fn lzma_with(data: &[u8], size: Option<u64>) -> Vec<u8> {
    let options = LzmaOptions::with_preset(1);
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, size).unwrap();
    writer.write_all(data).unwrap();
    writer.finish().unwrap()
}

/// LZMA without a header, with an end mark: the properties, the dictionary, the data.
pub(crate) fn raw_lzma(data: &[u8]) -> (u8, u32, Vec<u8>) {
    let options = LzmaOptions::with_preset(1);
    let mut writer = LzmaWriter::new_no_header(Vec::new(), &options, true).unwrap();
    writer.write_all(data).unwrap();
    let packed = writer.finish().unwrap();
    (options.get_props(), options.dict_size, packed)
}

pub(crate) fn xz(data: &[u8]) -> Vec<u8> {
    xz_with(data, 1, 16)
}

/// An xz stream of one block with a kind of check and a dictionary as its byte says: section 5.3.1.
pub(crate) fn xz_with(data: &[u8], check: u8, dictionary: u8) -> Vec<u8> {
    let mut writer = Lzma2Writer::new(Vec::new(), Lzma2Options::with_preset(1));
    writer.write_all(data).unwrap();
    let packed = writer.finish().unwrap();
    let crc = |bytes: &[u8]| crc32fast::hash(bytes).to_le_bytes();
    let mut out = b"\xfd7zXZ\0".to_vec();
    out.extend([0, check]);
    out.extend(crc(&[0, check]));
    let header = [2, 0, 0x21, 1, dictionary, 0, 0, 0];
    out.extend(header);
    out.extend(crc(&header));
    out.extend(&packed);
    pad(&mut out);
    let sum: &[u8] = match check {
        0 => &[],
        1 => &crc(data),
        _ => &[0; 8],
    };
    out.extend(sum);
    let mut index = vec![0, 1];
    number(&mut index, 12 + packed.len() + sum.len());
    number(&mut index, data.len());
    pad(&mut index);
    index.extend(crc(&index));
    let size = u32::try_from(index.len() / 4 - 1).unwrap().to_le_bytes();
    out.extend(index);
    let footer = [size[0], size[1], size[2], size[3], 0, check];
    out.extend(crc(&footer));
    out.extend(footer);
    out.extend(b"YZ");
    out
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

fn number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn lz4(data: &[u8]) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new()
        .block_size(lz4_flex::frame::BlockSize::Max64KB)
        .block_mode(lz4_flex::frame::BlockMode::Linked)
        .block_checksums(true)
        .content_checksum(true);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Bytes that no format packs, the same each time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}
