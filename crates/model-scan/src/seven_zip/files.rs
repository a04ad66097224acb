use super::cursor::Cursor;
use super::streams::END;
use super::{Error, ErrorKind, Field};

const EMPTY_STREAM: u64 = 0x0e;
const EMPTY_FILE: u64 = 0x0f;
const ANTI: u64 = 0x10;
const NAMES: u64 = 0x11;
const ATTRIBUTES: u64 = 0x15;
const DUMMY: u64 = 0x19;
/// Times, and where a file of an executable starts: nothing depends on them.
const IGNORED: [u64; 4] = [0x12, 0x13, 0x14, 0x18];

/// What the list of files says of each.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) has_data: bool,
    /// An empty file, not a folder.
    pub(super) is_file: bool,
    /// What stands for the removal of a file.
    pub(super) is_anti: bool,
    pub(super) attributes: Option<u32>,
}

/// The list of files.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    pub(super) files: Vec<File>,
    /// Properties whose number is not known, which readers skip.
    pub(super) unknown: Vec<u64>,
    /// Properties with bytes behind what they hold, or padding that is not zeros.
    pub(super) padded: Vec<u64>,
}

impl Files {
    pub(super) fn read(cursor: &mut Cursor<'_>, members: u64) -> Result<Self, Error> {
        // A name takes two bytes at least.
        let count = cursor.count(Field::Files, members)?;
        let mut list = Self::default();
        let length = usize::try_from(count).map_err(|_| cursor.error(ErrorKind::CutOff))?;
        list.files.resize_with(length, || File {
            has_data: true,
            ..File::default()
        });
        let mut seen = Vec::new();
        let mut named = false;
        loop {
            let id = cursor.number()?;
            if id == END {
                break;
            }
            let size = cursor.number()?;
            let start = cursor.clone();
            let bytes = cursor.take(size)?;
            let mut property = start.within(bytes);
            if id != DUMMY && seen.contains(&id) {
                return Err(start.error(ErrorKind::RepeatedProperty(id)));
            }
            match id {
                EMPTY_STREAM => {
                    for (file, empty) in list.files.iter_mut().zip(property.bits(count)?) {
                        file.has_data = !empty;
                    }
                }
                EMPTY_FILE | ANTI => {
                    let empty = list.files.iter().filter(|file| !file.has_data).count();
                    let bits = property.bits(u64::try_from(empty).unwrap_or(u64::MAX))?;
                    let empty = list.files.iter_mut().filter(|file| !file.has_data);
                    for (file, bit) in empty.zip(bits) {
                        match id {
                            EMPTY_FILE => file.is_file = bit,
                            _ => file.is_anti = bit,
                        }
                    }
                }
                NAMES => {
                    named = true;
                    if property.byte()? != 0 {
                        return Err(property.error(ErrorKind::External));
                    }
                    for file in &mut list.files {
                        file.name = name(&mut property)?;
                    }
                }
                ATTRIBUTES => {
                    let defined = property.defined(count)?;
                    if property.byte()? != 0 {
                        return Err(property.error(ErrorKind::External));
                    }
                    for (file, defined) in list.files.iter_mut().zip(defined) {
                        file.attributes = defined.then(|| property.u32()).transpose()?;
                    }
                }
                DUMMY => {
                    if bytes.iter().any(|byte| *byte != 0) {
                        list.padded.push(id);
                    }
                    continue;
                }
                id if IGNORED.contains(&id) => {
                    seen.push(id);
                    continue;
                }
                id => {
                    if list.unknown.len() < 64 {
                        list.unknown.push(id);
                    }
                    continue;
                }
            }
            seen.push(id);
            if property.left() > 0 {
                list.padded.push(id);
            }
        }
        if count > 0 && !named {
            return Err(cursor.error(ErrorKind::UnterminatedName));
        }
        Ok(list)
    }
}

/// Reads UTF-16 up to a NUL. Halves of pairs that stand alone become the replacement character.
fn name(cursor: &mut Cursor<'_>) -> Result<String, Error> {
    let rest = cursor.rest();
    let end = rest
        .chunks_exact(2)
        .position(|unit| unit == [0, 0])
        .ok_or_else(|| cursor.error(ErrorKind::UnterminatedName))?;
    let units = rest
        .chunks_exact(2)
        .take(end)
        .filter_map(|unit| unit.first_chunk().copied());
    let name = char::decode_utf16(units.map(u16::from_le_bytes))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    let length = u64::try_from(end)
        .unwrap_or(u64::MAX)
        .saturating_add(1)
        .saturating_mul(2);
    cursor.take(length)?;
    Ok(name)
}
