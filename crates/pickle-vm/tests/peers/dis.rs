use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use pickle_vm::{Disassembly, Limits, Opcode, Style};

use crate::python::{python, unhex};

const SCRIPT: &str = include_str!("dis.py");

pub(crate) fn generated() -> Result<(), Failed> {
    let seen = compare(&python(SCRIPT, &["generated"])?)?;
    if seen.whole < 3000 || seen.broken < 3000 {
        return Err(format!("{} whole and {} broken pickles", seen.whole, seen.broken).into());
    }
    let missing: Vec<&str> = Opcode::ALL
        .iter()
        .map(|opcode| opcode.name())
        .filter(|name| !seen.names.contains(*name))
        .collect();
    if !missing.is_empty() {
        return Err(format!("no whole pickle has {missing:?}").into());
    }
    Ok(())
}

pub(crate) fn honest() -> Result<(), Failed> {
    let seen = compare(&python(SCRIPT, &["honest"])?)?;
    if seen.whole < 1500 || seen.broken > 0 {
        return Err(format!("{} whole and {} broken pickles", seen.whole, seen.broken).into());
    }
    Ok(())
}

pub(crate) fn files() -> Result<(), Failed> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut files = Vec::new();
    for folder in ["honest", "malicious"] {
        for entry in testdata.join(folder).read_dir()? {
            files.push(entry?.path());
        }
    }
    let mut arguments = vec!["files"];
    arguments.extend(files.iter().filter_map(|path: &PathBuf| path.to_str()));
    let seen = compare(&python(SCRIPT, &arguments)?)?;
    if seen.whole < 10 {
        return Err(format!("{} whole pickles", seen.whole).into());
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    whole: u32,
    broken: u32,
    /// The opcodes of whole pickles.
    names: std::collections::HashSet<&'static str>,
}

/// Disassembles what the peer disassembled.
fn compare(lines: &[String]) -> Result<Seen, Failed> {
    let mut seen = Seen::default();
    for line in lines {
        let fields: Vec<&str> = line.split(' ').collect();
        let [pickle, start, wanted, how] = fields[..] else {
            return Err(format!("four fields are wanted: {line}").into());
        };
        let pickle = unhex(pickle.trim_matches('-'))?;
        let wanted = String::from_utf8(unhex(wanted.trim_matches('-'))?)?;
        let start = start.parse()?;
        let mut found = String::new();
        let mut disassembly = Disassembly::new(&pickle, start, &Limits::default());
        disassembly.write(Style::Exact, &mut found)?;
        let ending = disassembly.finish();
        if found != wanted {
            let at = found
                .bytes()
                .zip(wanted.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            let (found, wanted) = (found.get(at..), wanted.get(at..));
            return Err(format!("{pickle:?} from {start}, byte {at} of the text:\nfound {found:?}\nwanted {wanted:?}").into());
        }
        if ending.error.is_none() != (how == "ok") {
            return Err(format!("{pickle:?} from {start}: {ending:?}, wanted {how}").into());
        }
        match ending.error {
            Some(_) => seen.broken += 1,
            None => {
                seen.whole += 1;
                let ops = Disassembly::new(&pickle, start, &Limits::default());
                seen.names
                    .extend(ops.flatten().map(|line| line.opcode.name()));
            }
        }
    }
    Ok(seen)
}
