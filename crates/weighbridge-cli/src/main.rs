#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod attest;
mod baseline;
mod byte_size;
mod causes;
mod clock;
mod completions;
mod config;
mod convert;
mod convert_report;
mod date;
mod describe;
#[cfg(test)]
mod documented;
mod exit;
mod explain;
mod failure;
mod ignore_path;
mod inspect;
mod key_file;
mod keygen;
mod keyless;
mod leaf;
mod man;
mod moment;
mod output;
mod pages;
mod patterns;
mod pickle;
mod progress;
mod report;
mod rule_data;
mod rules;
mod scan;
mod seconds;
mod selection;
mod sign;
mod sign_blob;
mod slip;
mod suppress;
mod verify;
mod verify_blob;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue};
use weighbridge::findings::escape;

use crate::arguments::{Arguments, BaselineCommand, Command, PickleCommand};
use crate::attest::AttestCommand;
use crate::exit::Exit;
use crate::output::destination::Destination;

fn main() -> ExitCode {
    exit::guarded(run).into()
}

fn run() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return answer(&error),
    };
    let color = arguments.color;
    let result = match arguments.command {
        Command::Scan(scan) => scan::run(&scan, color),
        Command::Baseline {
            command: BaselineCommand::Create(create),
        } => baseline::run(&create),
        Command::Inspect(inspect) => inspect::run(&inspect, color),
        Command::Convert(convert) => convert::run(&convert, color),
        Command::ConvertReport(convert) => convert_report::run(&convert, color),
        Command::Pickle { command } => match command {
            PickleCommand::Disasm(disasm) => pickle::disasm::run(&disasm),
            PickleCommand::Trace(trace) => pickle::trace::run(&trace),
            PickleCommand::Effects(effects) => pickle::effects::run(&effects),
            PickleCommand::Decompile(decompile) => pickle::decompile::run(&decompile),
            PickleCommand::Extract(extract) => pickle::extract::run(&extract),
        },
        Command::Keygen(keygen) => keygen::run(&keygen),
        Command::Sign(sign) => sign::run(&sign),
        Command::Verify(verify) => verify::run(&verify),
        Command::Attest {
            command: AttestCommand::Verify(verify),
        } => attest::run(&verify),
        Command::SignBlob(blob) => sign_blob::run(&blob),
        Command::VerifyBlob(blob) => verify_blob::run(&blob),
        Command::Rules(rules) => rules::run(&rules),
        Command::Explain(explain) => explain::run(&explain),
        Command::Completions(completions) => Ok(completions::run(&completions)),
        Command::Man(man) => man::run(&man),
    };
    result.unwrap_or_else(|failure| {
        let _ = writeln!(io::stderr(), "error: {failure}");
        failure.exit()
    })
}

/// Prints help or version to stdout, or what is wrong with the command line to stderr.
fn answer(error: &clap::Error) -> Exit {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return Destination::Stdout.write(text.as_bytes(), Exit::Fine);
    }
    // It repeats words of the command line, and those may be names of files.
    for (number, line) in text.lines().enumerate() {
        let _ = writeln!(io::stderr(), "{}", escape(line));
        if number == 0
            && let Some(tip) = tip(error)
        {
            let _ = writeln!(io::stderr(), "\n  tip: {}", escape(&tip));
        }
    }
    Exit::Usage
}

/// Says what was probably meant by a word that is no command.
fn tip(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    if word == "help" {
        return Some("the help of a command is printed by '<COMMAND> --help'".to_owned());
    }
    Path::new(word)
        .exists()
        .then(|| format!("to weigh a file or folder, use 'weighbridge scan {word}'"))
}
