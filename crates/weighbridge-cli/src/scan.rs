use std::io;
use std::path::Path;

use weighbridge::hold;
use weighbridge::scan::{
    self, Depth, Digests, Limits, Options, Progress as _, Report, Scanner, Verdict,
};

use crate::arguments::{Color, Scan};
use crate::exit::{self, Exit, FailOn};
use crate::failure::{Failure, quoted};
use crate::output::destination::complain;
use crate::output::outputs::{Outputs, Verbosity};
use crate::progress::Bar;
use crate::report::Document;

/// What stands for standard input on the command line.
pub(crate) const STDIN: &str = "-";
/// What stands for standard input in reports.
pub(crate) const STDIN_NAME: &str = "<stdin>";

/// Scans, settles the exit code, and then writes the report.
pub(crate) fn run(arguments: &Scan, color: Color) -> Result<Exit, Failure> {
    let outputs = Outputs::new(&arguments.report, Verbosity::of(arguments.quiet))?;
    for output in outputs.files() {
        let mut paths = arguments.paths.iter();
        if let Some(path) = paths.find(|path| is_same_file(path, output)) {
            let path = quoted(path);
            return Err(Failure::usage(format!(
                "the report would replace {path}, which is to be scanned"
            )));
        }
    }
    if arguments.paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::usage(
            "standard input can be read once only".to_owned(),
        ));
    }
    guard_truncation();

    let progress = Bar::start(!arguments.quiet);
    let scanned = scan_all(arguments, &progress);
    drop(progress);
    let report = scanned?;
    refuse_to_replace(&outputs, &report)?;
    let mut document = Document::from(report);
    document.assign_fingerprints();

    let fail_on = if arguments.exit_zero {
        FailOn::Nothing
    } else {
        FailOn::Severity(arguments.fail_on)
    };
    let settled = exit::settle(&document, fail_on);
    outputs.write(&document, color, settled)
}

/// Takes care that a file that somebody truncates while it is read does not end the process.
pub(crate) fn guard_truncation() {
    if let Err(error) = hold::guard_truncation() {
        complain(&format!(
            "a file that is truncated while it is read will end the program: {error}"
        ));
    }
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Refuses to write over a file that was found below a folder and judged. A report of an earlier run is
/// passive, so it may lie there.
fn refuse_to_replace(outputs: &Outputs<'_>, report: &Report) -> Result<(), Failure> {
    for output in outputs.files().filter(|output| output.exists()) {
        let mut targets = report.targets.iter();
        let replaced = targets.find(|target| {
            target.verdict != Verdict::Passive && is_same_file(&target.path, output)
        });
        if let Some(target) = replaced {
            let path = quoted(&target.path);
            return Err(Failure::usage(format!(
                "the report would replace {path}, which was scanned"
            )));
        }
    }
    Ok(())
}

pub(crate) fn is_same_file(path: &Path, output: &Path) -> bool {
    match (path.canonicalize(), output.canonicalize()) {
        (Ok(path), Ok(output)) => path == output && path.is_file(),
        // What is not there yet is not to be scanned either.
        _ => false,
    }
}

/// Scans everything that was given, in that order.
fn scan_all(arguments: &Scan, progress: &Bar) -> Result<Report, Failure> {
    let scanner = Scanner::new(options(arguments));
    let mut report = Report::default();
    // What stands before, between and behind `-` is scanned together.
    for paths in arguments
        .paths
        .chunk_by(|one, other| !is_stdin(one) && !is_stdin(other))
    {
        match paths {
            [path] if is_stdin(path) => {
                progress.found(1);
                let target = scanner.scan_reader(STDIN_NAME, io::stdin().lock());
                progress.scanned(&target);
                report.targets.push(target);
            }
            paths => {
                let scanned = scanner.scan_paths(paths, progress).map_err(failure)?;
                report.targets.extend(scanned.targets);
            }
        }
    }
    Ok(report)
}

fn options(arguments: &Scan) -> Options {
    let limits = Limits::default()
        .with_nesting(arguments.max_depth)
        .with_inflated_bytes(arguments.max_inflated_bytes.0)
        .with_members(arguments.max_members)
        .with_files(arguments.max_files)
        .with_stdin_bytes(arguments.max_stdin_bytes.0);
    let depth = if arguments.full {
        Depth::Full
    } else {
        Depth::Quick
    };
    Options::default()
        .with_limits(limits)
        .with_depth(depth)
        .with_jobs(arguments.jobs)
        .with_digests(Digests::WithFindings)
}

fn failure(error: scan::Error) -> Failure {
    match error {
        scan::Error::NotFound { path } => {
            Failure::usage(format!("{} does not exist", quoted(&path)))
        }
        other => Failure::failed(other.to_string()),
    }
}
