use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use weighbridge::findings::escape_shortened;

use super::destination::{Destination, Prepared, complain};
use super::palette::Palette;
use super::{github, json, junit, sarif, text};
use crate::arguments::{Color, ReportFormat, ReportOptions};
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::report::Document;
use crate::slip::closest;

/// Longest part of a mistyped format that is repeated, in characters.
const SHOWN: usize = 40;

/// Every place that a report is written to, each in its format.
#[derive(Debug)]
pub(crate) struct Outputs<'p> {
    outputs: Vec<(ReportFormat, Destination<'p>)>,
    verbosity: Verbosity,
}

/// How much is said beside what was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verbosity {
    /// A summary too.
    Summary,
    /// Nothing.
    Quiet,
}

impl Verbosity {
    /// Takes what `--quiet` says.
    pub(crate) const fn of(quiet: bool) -> Self {
        if quiet { Self::Quiet } else { Self::Summary }
    }
}

impl<'p> Outputs<'p> {
    /// Takes the places that were named, or stdout; refuses what could only be written in vain.
    ///
    /// `FORMAT=FILE` is one more place, beside stdout. A plain file takes the place of stdout. What has a `=`
    /// before any `/` is the former; a file of such a name is written `./a=b`.
    pub(crate) fn new(options: &'p ReportOptions, verbosity: Verbosity) -> Result<Self, Failure> {
        let mut outputs = Vec::new();
        let mut more = Vec::new();
        for value in &options.output {
            match split(value)? {
                (Some(_), path) if path.as_os_str() == "-" => {
                    return Err(Failure::usage(
                        "standard output has the format of `--format`".to_owned(),
                    ));
                }
                (Some(format), path) => more.push((format, Destination::new(Some(path))?)),
                (None, path) => {
                    outputs.push((options.format, Destination::new(Some(path))?));
                }
            }
        }
        if outputs.is_empty() {
            outputs.push((options.format, Destination::Stdout));
        }
        outputs.extend(more);
        let outputs = Self { outputs, verbosity };
        outputs.refuse_the_same_twice()?;
        Ok(outputs)
    }

    /// Returns the files that are written to.
    pub(crate) fn files(&self) -> impl Iterator<Item = &'p Path> {
        self.outputs
            .iter()
            .filter_map(|(_, destination)| destination.file())
    }

    fn refuse_the_same_twice(&self) -> Result<(), Failure> {
        let places: Vec<PathBuf> = self.files().filter_map(place).collect();
        for (number, place) in places.iter().enumerate() {
            if places
                .iter()
                .skip(number.saturating_add(1))
                .any(|other| other == place)
            {
                let place = quoted(place);
                return Err(Failure::usage(format!("two reports would go to {place}")));
            }
        }
        let mut stdout = self.outputs.iter().filter(|(_, place)| place.is_stdout());
        if stdout.nth(1).is_some() {
            return Err(Failure::usage(
                "two reports would go to standard output".to_owned(),
            ));
        }
        Ok(())
    }

    /// Writes a report whose exit code is settled everywhere, and returns that code.
    ///
    /// Everything is rendered first, then every file is written beside the one that it is to replace, then
    /// they are put in place: where one cannot be written, none is replaced. The run is undecided then, unless
    /// something was found. Whoever closes the pipe does not want to read on, which changes nothing.
    pub(crate) fn write(
        &self,
        document: &Document,
        color: Color,
        settled: Exit,
    ) -> Result<Exit, Failure> {
        let mut reports = Vec::new();
        for (format, destination) in &self.outputs {
            let palette = Palette::choose(color, destination.is_stdout());
            let report = self
                .render(document, *format, &palette)
                .map_err(|error| Failure::failed(error.to_string()))?;
            reports.push((*destination, report));
        }
        let mut failed = false;
        let mut prepared = Vec::new();
        for (destination, report) in &reports {
            if let Some(path) = destination.file() {
                match Prepared::new(path, report) {
                    Ok(one) => prepared.push((path, one)),
                    Err(error) => {
                        failed = true;
                        complain(&format!("cannot write to {}: {error}", quoted(path)));
                    }
                }
            }
        }
        if failed && !prepared.is_empty() {
            let others: Vec<String> = prepared.iter().map(|(path, _)| quoted(path)).collect();
            complain(&format!(
                "nothing was written to {} either",
                others.join(", ")
            ));
            prepared.clear();
        }
        for (path, one) in prepared {
            if let Err(error) = one.commit() {
                failed = true;
                complain(&format!("cannot write to {}: {error}", quoted(path)));
            }
        }
        let exit = match settled {
            settled if !failed => settled,
            Exit::Found => Exit::Found,
            _ => Exit::Undecided,
        };
        let stdout = reports.iter().find(|(place, _)| place.is_stdout());
        Ok(match stdout {
            Some((stdout, report)) => stdout.write(report, exit),
            None => {
                if self.verbosity == Verbosity::Summary {
                    let summary = text::summary(document, &Palette::default());
                    let _ = io::stderr().write_all(summary.as_bytes());
                }
                exit
            }
        })
    }

    fn render(
        &self,
        document: &Document,
        format: ReportFormat,
        palette: &Palette,
    ) -> io::Result<Vec<u8>> {
        // Without one, paths are named as they were given.
        let directory = std::env::current_dir().ok();
        let directory = directory.as_deref();
        let mut out = Vec::new();
        match format {
            ReportFormat::Json => json::write(&mut out, document)?,
            ReportFormat::Sarif => sarif::write(&mut out, document, directory)?,
            ReportFormat::Junit => out.extend(junit::write(document).into_bytes()),
            ReportFormat::Github => {
                out.extend(github::write(document, directory).into_bytes());
                if self.verbosity == Verbosity::Summary {
                    out.extend(github::summary(document).into_bytes());
                }
            }
            ReportFormat::Text => {
                out.extend(text::details(document, palette).into_bytes());
                if self.verbosity == Verbosity::Summary {
                    out.extend(text::summary(document, palette).into_bytes());
                }
            }
        }
        Ok(out)
    }
}

/// Splits `FORMAT=FILE`; a file alone has no format of its own.
fn split(value: &Path) -> Result<(Option<ReportFormat>, &Path), Failure> {
    let Some(text) = value.to_str() else {
        return Ok((None, value));
    };
    let Some((word, path)) = text.split_once('=') else {
        return Ok((None, value));
    };
    if word.contains(std::path::is_separator) {
        return Ok((None, value));
    }
    match ReportFormat::from_str(word, false) {
        Ok(_) if path.is_empty() => Err(Failure::usage(format!("no file behind `{word}=`"))),
        Ok(format) => Ok((Some(format), Path::new(OsStr::new(path)))),
        Err(_) => Err(unknown(word, value)),
    }
}

fn unknown(word: &str, value: &Path) -> Failure {
    let names: Vec<String> = ReportFormat::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    let word = escape_shortened(word, SHOWN);
    let hint = match closest(&word, names.iter().map(String::as_str)) {
        Some(close) => format!(", did you mean `{close}`?"),
        None => format!("; there are {}", names.join(", ")),
    };
    let plain = quoted(&Path::new(".").join(value));
    Failure::usage(format!(
        "no format `{word}`{hint} (a file of that name is written {plain})"
    ))
}

/// Returns what tells one file from another; nothing for what is no file, such as `/dev/null`.
fn place(path: &Path) -> Option<PathBuf> {
    match path.canonicalize() {
        Ok(whole) => whole.is_file().then_some(whole),
        Err(_) => {
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        }
    }
}
