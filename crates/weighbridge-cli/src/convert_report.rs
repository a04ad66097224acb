use std::fs::File;
use std::io;
use std::path::Path;

use crate::arguments::{Color, ConvertReport};
use crate::exit::{self, Exit, FailOn};
use crate::failure::{Failure, quoted};
use crate::output::outputs::{Outputs, Verbosity};
use crate::report::Document;
use crate::report::read::ReadError;
use crate::scan::{is_same_file, is_stdin};

/// Reads a report in JSON and writes it in other formats. What it says decides on the exit code only where
/// that is asked for.
pub(crate) fn run(arguments: &ConvertReport, color: Color) -> Result<Exit, Failure> {
    let file = &arguments.file;
    let outputs = Outputs::new(&arguments.report, Verbosity::of(arguments.quiet))?;
    if outputs.files().any(|output| is_same_file(file, output)) {
        return Err(Failure::usage(format!(
            "the report would replace {}, which is to be read",
            quoted(file)
        )));
    }
    let document = read(file, arguments.max_report_bytes.0)?;
    let settled = match arguments.fail_on {
        Some(severity) => exit::settle(&document, FailOn::Severity(severity)),
        None => Exit::Fine,
    };
    outputs.write(&document, color, settled)
}

fn read(path: &Path, limit: u64) -> Result<Document, Failure> {
    if is_stdin(path) {
        let document = Document::read(io::stdin().lock(), limit);
        return document.map_err(|error| Failure::failed(format!("standard input {error}")));
    }
    let document = match File::open(path) {
        Ok(file) => Document::read(file, limit),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = quoted(path);
            return Err(Failure::usage(format!("{path} does not exist")));
        }
        Err(error) => Err(ReadError::Io(error)),
    };
    document.map_err(|error| Failure::failed(format!("{} {error}", quoted(path))))
}
