use libtest_mimic::Failed;
use pickle_vm::repr::{ByteArray, Bytes, Float, Int, Latin1, Text};

use crate::python::{python, unhex};

const SCRIPT: &str = include_str!("reprs.py");

pub(crate) fn values() -> Result<(), Failed> {
    let lines = python(SCRIPT, &[])?;
    let mut kinds = [
        ("text", 0),
        ("latin1", 0),
        ("bytes", 0),
        ("bytearray", 0),
        ("float", 0),
        ("int", 0),
    ];
    for line in lines {
        let mut fields = line.split(' ');
        let (Some(kind), Some(bytes), Some(wanted)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(format!("three fields are wanted: {line}").into());
        };
        let bytes = unhex(bytes)?;
        let found = match kind {
            "text" => Text::new(&bytes).map(|text| text.to_string()),
            "latin1" => Some(Latin1::new(&bytes).to_string()),
            "bytes" => Some(Bytes::new(&bytes).to_string()),
            "bytearray" => Some(ByteArray::new(&bytes).to_string()),
            "float" => Some(Float::new(f64::from_be_bytes(bytes[..].try_into()?)).to_string()),
            _ => Int::from_le_bytes(&bytes)
                .decimal()
                .map(|int| int.to_string()),
        };
        let wanted = match wanted {
            "-" => None,
            hex => Some(String::from_utf8(unhex(hex)?)?),
        };
        if found != wanted {
            return Err(format!("{kind} {bytes:?}: found {found:?}, wanted {wanted:?}").into());
        }
        for (name, count) in &mut kinds {
            *count += i32::from(*name == kind);
        }
    }
    if kinds.iter().any(|(_, count)| *count < 500) {
        return Err(format!("too few values: {kinds:?}").into());
    }
    Ok(())
}
