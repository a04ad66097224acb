use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use weighbridge::findings::Severity;
use weighbridge::hold;
use weighbridge::scan::{
    self, Depth, Digests, Limits, Options, Progress as _, Report, Scanner, TimeLimit, Verdict,
    path_text,
};

use crate::arguments::{Color, Inputs, Scan};
use crate::baseline::Baseline;
use crate::clock::SystemClock;
use crate::config::{self, Config};
use crate::date::Date;
use crate::exit::{self, Exit, FailOn};
use crate::failure::{Failure, quoted};
use crate::output::destination::complain;
use crate::output::outputs::{Outputs, Verbosity};
use crate::progress::Bar;
use crate::report::{Document, Level, Notice};
use crate::rule_data;
use crate::selection::Selection;
use crate::suppress::{Policy, Seen};

/// What stands for standard input on the command line.
pub(crate) const STDIN: &str = "-";
/// What stands for standard input in reports.
pub(crate) const STDIN_NAME: &str = "<stdin>";

/// How long one file may take unless told otherwise: at 1 GB/s, which check sums are compared at, enough for
/// 300 GB.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Which findings are known before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'p> {
    /// None.
    Nothing,
    /// Those of this baseline, or of the one that the configuration names.
    Baseline(Option<&'p Path>),
}

/// What came of a scan.
pub(crate) struct Scanned {
    pub(crate) document: Document,
    /// What the configuration says about failing.
    fail_on: Option<Severity>,
}

/// Scans, settles the exit code, and then writes the report.
pub(crate) fn run(arguments: &Scan, color: Color) -> Result<Exit, Failure> {
    let outputs = Outputs::new(&arguments.report, Verbosity::of(arguments.quiet))?;
    let files: Vec<&Path> = outputs.files().collect();
    let known = Known::Baseline(arguments.baseline.as_deref());
    let Scanned { document, fail_on } = scan(&arguments.inputs, known, &files, arguments.quiet)?;

    let fail_on = if arguments.exit_zero {
        FailOn::Nothing
    } else {
        let least = arguments.fail_on.or(fail_on);
        FailOn::Severity(least.unwrap_or(Severity::Medium))
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
fn refuse_to_replace_scanned(outputs: &[&Path], report: &Report) -> Result<(), Failure> {
    for output in outputs.iter().filter(|output| output.exists()) {
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

/// Refuses an output that would replace what is to be scanned.
fn refuse_to_replace_given(outputs: &[&Path], inputs: &Inputs) -> Result<(), Failure> {
    let is_output = |path: &&PathBuf| outputs.iter().any(|output| is_same_file(path, output));
    match inputs.paths.iter().find(is_output) {
        None => Ok(()),
        Some(path) => Err(Failure::usage(format!(
            "the report would replace {}, which is to be scanned",
            quoted(path)
        ))),
    }
}

/// Scans everything that was given, in that order, and judges it as the configuration and the baseline say.
/// `outputs` are the files that will be written to; none of them may be one that is scanned.
pub(crate) fn scan(
    inputs: &Inputs,
    known: Known<'_>,
    outputs: &[&Path],
    quiet: bool,
) -> Result<Scanned, Failure> {
    refuse_to_replace_given(outputs, inputs)?;
    let is_stdin_given = inputs.paths.iter().any(|path| is_stdin(path));
    if inputs.paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::usage(
            "standard input can be read once only".to_owned(),
        ));
    }
    if inputs.stdin_name.is_some() && !is_stdin_given {
        return Err(Failure::usage(
            "`--stdin-name` names standard input, which is scanned only where `-` is given"
                .to_owned(),
        ));
    }
    let (config, mut notices) = configuration(inputs)?;
    let baseline = match known {
        Known::Nothing => None,
        Known::Baseline(Some(path)) => Some(Baseline::read(path)?),
        Known::Baseline(None) => configured_baseline(config.as_ref())
            .map(|path| Baseline::read(&path))
            .transpose()?,
    };
    let today = inputs.today.or_else(Date::today).ok_or_else(|| {
        Failure::failed("the clock of the system is before 1970 or after 9999".to_owned())
    })?;
    let mut options = options(inputs, config.as_ref())?;
    if let Some(folder) = &inputs.rules_data {
        let data = rule_data::read(folder)?;
        notices.extend(rule_data::weakened(&data, folder).map(|message| Notice {
            level: Level::Warning,
            message: message.into(),
        }));
        options = options.with_rule_data(Arc::new(data));
    }
    let scanner = Scanner::new(options);
    let lists = scanner.lists();
    guard_truncation();

    let progress = Bar::start(!quiet);
    let scanned = scan_all(&scanner, inputs, &progress);
    drop(progress);
    let report = scanned?;
    refuse_to_replace_scanned(outputs, &report)?;
    let seen = Seen::of(&report);
    let mut document = Document::from(report);
    document.assign_fingerprints();
    document.notices.append(&mut notices);
    document.tool.ruleset = lists.version().to_owned().into();
    Policy::new(config.as_ref(), baseline, today, lists).apply(&mut document, &seen);
    Ok(Scanned {
        document,
        fail_on: config.and_then(|config| config.settings.fail_on),
    })
}

/// Finds and reads the configuration. What was found and is not used is a notice.
fn configuration(inputs: &Inputs) -> Result<(Option<Config>, Vec<Notice>), Failure> {
    if inputs.no_config {
        return Ok((None, Vec::new()));
    }
    if let Some(path) = &inputs.config {
        return Ok((Some(Config::read(path)?), Vec::new()));
    }
    // Without a working directory there is nothing to look in.
    let Ok(working) = env::current_dir() else {
        return Ok((None, Vec::new()));
    };
    let found = config::discover(&working, &inputs.paths);
    let config = found.path.as_deref().map(Config::read).transpose()?;
    let notices = found.passed_over.into_iter().map(|message| Notice {
        level: Level::Warning,
        message: message.into(),
    });
    Ok((config, notices.collect()))
}

/// The baseline that the configuration names, relative to the configuration's folder.
fn configured_baseline(config: Option<&Config>) -> Option<PathBuf> {
    let config = config?;
    let path = config.settings.baseline.as_ref()?;
    // As seen from where the configuration is seen, so that messages say no more than they must.
    let folder = config.path.parent().unwrap_or(Path::new(""));
    Some(folder.join(path))
}

fn scan_all(scanner: &Scanner, inputs: &Inputs, progress: &Bar) -> Result<Report, Failure> {
    let mut report = Report::default();
    // What stands before, between and behind `-` is scanned together.
    for paths in inputs
        .paths
        .chunk_by(|one, other| !is_stdin(one) && !is_stdin(other))
    {
        match paths {
            [path] if is_stdin(path) => {
                progress.found(1);
                let target = match &inputs.stdin_name {
                    Some(name) => scanner.scan_reader(&path_text(name).0, io::stdin().lock()),
                    None => scanner.scan_reader(STDIN_NAME, io::stdin().lock()),
                };
                progress.scanned(&target);
                report.targets.push(target);
            }
            paths => {
                let scanned = scanner.scan_paths(paths, progress).map_err(failure)?;
                report.targets.extend(scanned.targets);
                report.excluded.add(scanned.excluded);
            }
        }
    }
    Ok(report)
}

fn options(inputs: &Inputs, config: Option<&Config>) -> Result<Options, Failure> {
    let settings = config.map(|config| &config.settings);
    let limits = Limits::default()
        .with_nesting(inputs.max_depth)
        .with_inflated_bytes(inputs.max_inflated_bytes.0)
        .with_members(inputs.max_members)
        .with_files(inputs.max_files)
        .with_stdin_bytes(inputs.max_stdin_bytes.0);
    let is_full = inputs.full || settings.and_then(|settings| settings.full) == Some(true);
    let depth = if is_full { Depth::Full } else { Depth::Quick };
    let mut options = Options::default()
        .with_limits(limits)
        .with_depth(depth)
        .with_jobs(inputs.jobs)
        .with_digests(Digests::WithFindings);
    let timeout = inputs
        .timeout
        .or_else(|| settings.and_then(|settings| settings.timeout))
        .map_or(TIMEOUT, |seconds| seconds.0);
    if !timeout.is_zero() {
        let clock = Arc::new(SystemClock::start());
        options = options.with_time_limit(TimeLimit::new(clock, timeout));
    }
    let formats = match &inputs.formats {
        Some(formats) => Some(formats.iter().copied().collect()),
        None => settings.and_then(|settings| settings.formats.clone()),
    };
    if let Some(formats) = formats {
        options = options.with_formats(formats);
    }
    let selection = Selection::new(&inputs.exclude, &inputs.include, config, &inputs.paths)?;
    if !selection.is_everything() {
        options = options.with_filter(Arc::new(selection));
    }
    Ok(options)
}

fn failure(error: scan::Error) -> Failure {
    match error {
        scan::Error::NotFound { path } => {
            Failure::usage(format!("{} does not exist", quoted(&path)))
        }
        other => Failure::failed(other.to_string()),
    }
}
