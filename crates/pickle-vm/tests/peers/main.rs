//! Against CPython's `pickletools` and `pickle`, where `python3` is installed; reported as ignored elsewhere.

mod decompile;
mod dis;
mod python;
mod reprs;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use pickle_vm::{Decoder, Opcode};

use crate::python::{python, unhex};

const SCRIPT: &str = include_str!("genops.py");

fn main() -> ExitCode {
    let absent = !python::is_there();
    let other = !python::is_3_11();
    let trials = vec![
        Trial::test("opcodes_are_those_of_pickletools", opcodes).with_ignored_flag(absent),
        Trial::test("pickles_are_decoded_as_pickletools_does", pickles).with_ignored_flag(absent),
        Trial::test("what_pickletools_reads_of_broken_pickles_is_read", mutated)
            .with_ignored_flag(absent),
        Trial::test(
            "generated_streams_are_disassembled_as_pickletools_does",
            dis::generated,
        )
        .with_ignored_flag(other),
        Trial::test(
            "honest_pickles_are_disassembled_as_pickletools_does",
            dis::honest,
        )
        .with_ignored_flag(other),
        Trial::test("files_are_disassembled_as_pickletools_does", dis::files)
            .with_ignored_flag(other),
        Trial::test("values_are_written_as_python_writes_them", reprs::values)
            .with_ignored_flag(other),
        Trial::test(
            "decompiled_source_gives_what_unpickling_gives",
            decompile::evaluated,
        )
        .with_ignored_flag(other),
        Trial::test(
            "decompiled_source_parses_whatever_the_stream",
            decompile::parsed,
        )
        .with_ignored_flag(other),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn opcodes() -> Result<(), Failed> {
    let mut found: Vec<String> = Opcode::ALL
        .iter()
        .map(|opcode| format!("{} {} {}", opcode.name(), opcode.byte(), opcode.protocol()))
        .collect();
    let mut wanted = python(SCRIPT, &["opcodes"])?;
    found.sort();
    wanted.sort();
    same(&found, &wanted)
}

fn pickles() -> Result<(), Failed> {
    let lines = python(SCRIPT, &["pickles"])?;
    if lines.len() < 300 {
        return Err(format!("{} pickles", lines.len()).into());
    }
    for line in lines {
        let (pickle, wanted) = read(&line)?;
        let found = decoded(&pickle);
        same(&found, &wanted)?;
        if wanted.last().map(String::as_str) != Some(&*format!("STOP@{}", pickle.len() - 1)) {
            return Err(format!("no STOP at the end of {line}").into());
        }
    }
    Ok(())
}

fn mutated() -> Result<(), Failed> {
    for line in python(SCRIPT, &["mutated"])? {
        let (pickle, wanted) = read(&line)?;
        let mut found = decoded(&pickle);
        // Pickletools looks into arguments and may refuse what the decoder leaves to the machine.
        found.truncate(wanted.len());
        same(&found, &wanted)?;
    }
    Ok(())
}

/// The bytes of a pickle and the opcodes that the peer sees in it.
fn read(line: &str) -> Result<(Vec<u8>, Vec<String>), Failed> {
    let mut fields = line.split(' ');
    let hex = fields.next().unwrap_or_default();
    let pickle = unhex(hex)?;
    Ok((pickle, fields.map(str::to_owned).collect()))
}

/// The opcodes up to STOP or to the first one that cannot be read.
fn decoded(pickle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for op in Decoder::new(pickle).map_while(Result::ok) {
        found.push(format!("{}@{}", op.opcode(), op.range().start));
        if op.opcode() == Opcode::Stop {
            break;
        }
    }
    found
}

fn same(found: &[String], wanted: &[String]) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    let at = found
        .iter()
        .zip(wanted)
        .take_while(|(found, wanted)| found == wanted)
        .count();
    Err(format!(
        "differs at {at}: found {:?}, wanted {:?}",
        found.get(at),
        wanted.get(at)
    )
    .into())
}
