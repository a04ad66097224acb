use memchr::{memchr, memmem};

use super::Kind;
use crate::json::{Event, Reader};

/// Returns where the content ends by the rules of its own format, if those tell and the bytes keep to them.
///
/// What stands behind is read by nothing that reads the format.
///
/// ```
/// # use model_scan::sniff::{Kind, content_end};
/// assert_eq!(content_end(Kind::Pdf, b"%PDF-1.7\n%%EOF\nmore"), Some(15));
/// assert_eq!(content_end(Kind::Unknown, b"more"), None);
/// ```
#[must_use]
pub fn content_end(kind: Kind, bytes: &[u8]) -> Option<usize> {
    let end = match kind {
        Kind::Png => png(bytes),
        Kind::Jpeg => jpeg(bytes),
        Kind::Gif => gif(bytes),
        Kind::Webp => webp(bytes),
        Kind::Pdf => pdf(bytes),
        Kind::Elf => elf(bytes),
        Kind::Pe => pe(bytes),
        Kind::Safetensors => safetensors(bytes),
        Kind::Text | Kind::Json | Kind::Xml | Kind::HtmlPage => text(bytes),
        _ => None,
    };
    end.map(|end| end.min(bytes.len()))
}

/// Chunks up to `IEND`; where one is none, the image ends for every reader.
fn png(bytes: &[u8]) -> Option<usize> {
    let mut at = 8_usize;
    loop {
        let length = usize::try_from(u32::from_be_bytes(array(bytes, at)?)).ok()?;
        let name: [u8; 4] = array(bytes, at.checked_add(4)?)?;
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Some(at);
        }
        at = at.checked_add(12)?.checked_add(length)?;
        if name == *b"IEND" {
            return Some(at);
        }
    }
}

/// Segments, and coded data up to the next marker, up to the end of the image; further images may follow, as
/// phones write them.
fn jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2_usize;
    loop {
        // Fillers may stand before a marker.
        let [mark, code] = array(bytes, at)?;
        if mark != 0xff {
            return Some(at);
        }
        match code {
            0xff => at = at.checked_add(1)?,
            0xd9 => {
                at = at.checked_add(2)?;
                if !bytes.get(at..)?.starts_with(b"\xff\xd8\xff") {
                    return Some(at);
                }
                at = at.checked_add(2)?;
            }
            0x01 | 0xd0..=0xd7 => at = at.checked_add(2)?,
            _ => {
                let length = usize::from(u16::from_be_bytes(array(bytes, at.checked_add(2)?)?));
                at = at.checked_add(2)?.checked_add(length)?;
                if code == 0xda {
                    at = coded(bytes, at)?;
                }
            }
        }
    }
}

/// Skips coded data, in which a marker's first byte is followed by a zero or the number of a restart.
fn coded(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        at = at.checked_add(memchr(0xff, bytes.get(at..)?)?)?;
        match *bytes.get(at.checked_add(1)?)? {
            0 | 0xd0..=0xd7 => at = at.checked_add(2)?,
            0xff => at = at.checked_add(1)?,
            _ => return Some(at),
        }
    }
}

/// Blocks up to the trailer.
fn gif(bytes: &[u8]) -> Option<usize> {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            return 0_usize;
        }
        // Three bytes for each of two, four, up to 256 colours.
        6_usize.checked_shl(u32::from(flags & 7)).unwrap_or(0)
    };
    let mut at = 13_usize.checked_add(table(*bytes.get(10)?))?;
    loop {
        match *bytes.get(at)? {
            b';' => return at.checked_add(1),
            b',' => {
                let flags = *bytes.get(at.checked_add(9)?)?;
                at = blocks(bytes, at.checked_add(11)?.checked_add(table(flags))?)?;
            }
            b'!' => at = blocks(bytes, at.checked_add(2)?)?,
            _ => return Some(at),
        }
    }
}

/// Skips blocks that begin with their length, up to an empty one.
fn blocks(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let length = usize::from(*bytes.get(at)?);
        at = at.checked_add(1)?.checked_add(length)?;
        if length == 0 {
            return Some(at);
        }
    }
}

fn webp(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(u32::from_le_bytes(array(bytes, 4)?)).ok()?;
    // Chunks are filled up to an even length.
    length.checked_add(8)?.checked_next_multiple_of(2)
}

/// The last end mark and the end of its line: updates stand behind earlier ones.
fn pdf(bytes: &[u8]) -> Option<usize> {
    let mark = b"%%EOF";
    let at = memmem::rfind(bytes, mark)?.checked_add(mark.len())?;
    let rest = bytes.get(at..)?;
    let blank = rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    at.checked_add(blank)
}

/// The end of headers, segments and sections.
fn elf(bytes: &[u8]) -> Option<usize> {
    let wide = *bytes.get(4)? == 2;
    let big = *bytes.get(5)? == 2;
    let number = |at: usize, size: usize| -> Option<usize> {
        let field = bytes.get(at..at.checked_add(size)?)?;
        let digit = |value: u64, byte: &u8| value.wrapping_shl(8) | u64::from(*byte);
        let value = if big {
            field.iter().fold(0, digit)
        } else {
            field.iter().rev().fold(0, digit)
        };
        usize::try_from(value).ok()
    };
    // Where the fields stand in files of 64 and of 32 bits.
    let word = if wide { 8 } else { 4 };
    let pick = |wide_at: usize, narrow_at: usize| if wide { wide_at } else { narrow_at };
    let (programs, sections) = (number(pick(32, 28), word)?, number(pick(40, 32), word)?);
    let sizes = pick(54, 42);
    let count = |at: usize| number(at, 2);
    let (program_size, program_count) = (count(sizes)?, count(sizes.checked_add(2)?)?);
    let (section_size, section_count) =
        (count(sizes.checked_add(4)?)?, count(sizes.checked_add(6)?)?);
    let mut end = 64_usize;
    for (start, size, many, is_section) in [
        (programs, program_size, program_count, false),
        (sections, section_size, section_count, true),
    ] {
        if many == 0 || size == 0 {
            continue;
        }
        end = end.max(start.checked_add(size.checked_mul(many)?)?);
        for index in 0..many {
            let at = start.checked_add(index.checked_mul(size)?)?;
            let field = |wide_at: usize, narrow_at: usize| {
                number(at.checked_add(pick(wide_at, narrow_at))?, word)
            };
            let (offset, length) = if is_section {
                // Sections of zeros take no room.
                if number(at.checked_add(4)?, 4)? == 8 {
                    continue;
                }
                (field(24, 16)?, field(32, 20)?)
            } else {
                (field(8, 4)?, field(32, 16)?)
            };
            end = end.max(offset.checked_add(length)?);
        }
    }
    Some(end)
}

/// The end of sections and of the table of certificates.
fn pe(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize| usize::try_from(u32::from_le_bytes(array(bytes, at)?)).ok();
    let short = |at: usize| Some(usize::from(u16::from_le_bytes(array(bytes, at)?)));
    let header = number(0x3c)?;
    if array(bytes, header)? != *b"PE\0\0" {
        return None;
    }
    let sections = short(header.checked_add(6)?)?;
    let optional_size = short(header.checked_add(20)?)?;
    let optional = header.checked_add(24)?;
    let table = optional.checked_add(optional_size)?;
    let mut end = table.checked_add(sections.checked_mul(40)?)?;
    for index in 0..sections {
        let at = table.checked_add(index.checked_mul(40)?)?;
        let (size, start) = (number(at.checked_add(16)?)?, number(at.checked_add(20)?)?);
        end = end.max(start.checked_add(size)?);
    }
    // The fifth directory counts from the start of the file.
    let directories = match short(optional)? {
        0x20b => optional.checked_add(112)?,
        _ => optional.checked_add(96)?,
    };
    let certificates = directories.checked_add(32)?;
    if certificates.checked_add(8)? <= table {
        let (start, size) = (number(certificates)?, number(certificates.checked_add(4)?)?);
        if size > 0 {
            end = end.max(start.checked_add(size)?);
        }
    }
    Some(end)
}

/// The end of the last tensor, by the header: a JSON object that has for each tensor an object in which
/// `data_offsets` are its two ends, counted from behind the header.
fn safetensors(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(u64::from_le_bytes(array(bytes, 0)?)).ok()?;
    let data = length.checked_add(8)?;
    let mut json = Reader::new(bytes.get(8..data)?);
    let mut end = data;
    let mut is_tensor = false;
    let mut is_offsets = false;
    // How many of a tensor's offsets were read.
    let mut offsets = 0_u8;
    while let Some(event) = json.read().ok()? {
        match (json.depth(), event) {
            // What the metadata say is up to their writer.
            (1, Event::Key(key)) => is_tensor = key.as_deref() != Some("__metadata__"),
            (2, Event::Key(key)) => {
                is_offsets = is_tensor && key.as_deref() == Some("data_offsets");
                offsets = 0;
            }
            (3, Event::Scalar(number)) if is_offsets => {
                offsets = offsets.checked_add(1).filter(|count| *count <= 2)?;
                let number: usize = std::str::from_utf8(number).ok()?.parse().ok()?;
                end = end.max(data.checked_add(number)?);
            }
            (2, Event::Text(_) | Event::Scalar(_)) if is_offsets => return None,
            (3, Event::Text(_)) if is_offsets => return None,
            (0 | 1, Event::Text(_) | Event::Scalar(_)) => return None,
            _ => {}
        }
    }
    Some(end)
}

/// A NUL ends what is text; UTF-16 and UTF-32 are full of them.
fn text(bytes: &[u8]) -> Option<usize> {
    if matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..]
    ) {
        return None;
    }
    memchr(0, bytes).or(Some(bytes.len()))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
