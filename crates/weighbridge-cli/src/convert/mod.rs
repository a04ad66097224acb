//! The command `convert`: from a checkpoint to safetensors, without loading anything.

mod arguments;
mod choice;
mod document;
mod fill;
mod parts;
mod places;
mod sidecar;
mod text;

use std::io::{self, BufWriter};
use std::path::Path;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::hold::Held;
use weighbridge::scan::convert::{
    Checkpoint, ErrorKind, Limits, Obstacle, Plan, Proof, ShardObstacle, ShardedPlan, VerifyError,
    WriteError, Written,
};

pub(crate) use self::arguments::Convert;
use self::document::{Document, File, Mode, Outcome};
use self::parts::{Part, Parts};
use crate::arguments::Color;
use crate::causes::with_causes;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::count::counted;
use crate::output::destination::{Destination, Prepared};
use crate::output::json;
use crate::output::new_file::{Existing, NewFile, NewFiles, Readers};
use crate::output::palette::Palette;
use crate::pickle::{Source, unopened};
use crate::progress::Bar;
use crate::scan::guard_truncation;

/// Bytes that are gathered before they are written; what is larger is written as it is.
const BUFFER: usize = 1 << 20;

/// Converts what was named, or compares it with what it was converted to.
pub(crate) fn run(arguments: &Convert, color: Color) -> Result<Exit, Failure> {
    guard_truncation();
    let report = places::check(arguments)?;
    let input = Source::open(&arguments.input)?;
    let index = parts::index(arguments, &input)?;
    let shards = parts::shards(arguments, index.as_ref())?;
    let parts = Parts::new(arguments, &input, index.as_ref(), &shards)?;
    let checkpoints = parts
        .parts
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;
    let options = choice::options(arguments, &checkpoints)?;
    let plan = match (&index, checkpoints.first()) {
        (Some(index), _) => Planned::Sharded(ShardedPlan::new(index, &checkpoints, &options)),
        (None, Some(checkpoint)) => Planned::One([Plan::new(checkpoint, &options)]),
        (None, None) => return Err(Failure::nothing_to_check("nothing to convert".to_owned())),
    };

    let mode = if arguments.verify {
        Mode::Verify
    } else if arguments.dry_run {
        Mode::DryRun
    } else {
        Mode::Convert
    };
    let work = Work {
        arguments,
        parts: &parts,
        plan: &plan,
        // Digests are three more reads, and only the report has them.
        proof: if report.is_some() {
            Proof::Digests
        } else {
            Proof::None
        },
    };
    let mut document = Document::new(mode);
    document.key = arguments.choice.key.clone();
    let obstacle = plan.hindrance();
    // Where something is written, all digests are taken behind it, side by side.
    let is_written = mode == Mode::Convert && obstacle.is_none();
    work.inputs(
        &mut document,
        if is_written { Proof::None } else { work.proof },
    )?;
    let mut files = NewFiles::default();
    let (settled, written) = match (&obstacle, mode) {
        (Some(obstacle), _) => {
            document.error = Some(obstacle.because.clone());
            (obstacle.exit, Vec::new())
        }
        (None, Mode::Verify) => work.verify(&mut document)?,
        (None, Mode::DryRun) => (Exit::Fine, work.measure()?),
        (None, Mode::Convert) => (Exit::Fine, work.write(&mut files, &mut document)?),
    };
    fill::tensors(&mut document, &parts, plan.plans(), &written);
    let settled = settle(&mut document, obstacle.is_some(), settled);
    if is_written {
        work.sidecars(&mut files, &document)?;
    }
    if let Some(part) = parts.parts.iter().find(|part| part.source.has_changed()) {
        let path = part.source.path();
        return Err(Failure::failed(format!(
            "`{}` has changed while it was read, and nothing was written",
            weighbridge::findings::escape(path)
        )));
    }
    publish(arguments, report, &document, files, settled, color)
}

/// What becomes of the input.
enum Planned<'c, 'a> {
    One([Plan<'c, 'a>; 1]),
    Sharded(ShardedPlan<'c, 'a>),
}

impl<'c, 'a> Planned<'c, 'a> {
    fn plans(&self) -> &[Plan<'c, 'a>] {
        match self {
            Self::One(plan) => plan,
            Self::Sharded(plan) => plan.plans(),
        }
    }

    /// Says why nothing is written, if nothing is.
    fn hindrance(&self) -> Option<Hindrance> {
        match self {
            Self::One([plan]) => plan.layout().err().as_ref().map(Hindrance::of),
            Self::Sharded(plan) => match plan.index_bytes().err()? {
                ShardObstacle::Shard { obstacle, .. } => Some(Hindrance::of(&obstacle)),
                other => Some(Hindrance {
                    because: other.to_string(),
                    exit: Exit::Found,
                }),
            },
        }
    }
}

/// Why nothing is written.
struct Hindrance {
    because: String,
    exit: Exit,
}

impl Hindrance {
    fn of(obstacle: &Obstacle) -> Self {
        Self {
            because: because(obstacle),
            exit: match obstacle {
                Obstacle::Nothing => Exit::NothingToCheck,
                _ => Exit::Found,
            },
        }
    }
}

/// What is to be done, and to what.
struct Work<'w, 'c, 'a> {
    arguments: &'w Convert,
    parts: &'w Parts<'w>,
    plan: &'w Planned<'c, 'a>,
    proof: Proof,
}

impl Work<'_, '_, '_> {
    fn each(&self) -> impl Iterator<Item = (&Part<'_>, &Plan<'_, '_>)> {
        self.parts.parts.iter().zip(self.plan.plans())
    }

    /// Takes down what is read.
    fn inputs(&self, document: &mut Document, proof: Proof) -> Result<(), Failure> {
        for (part, plan) in self.each() {
            let checkpoint = plan.checkpoint();
            let mapped = part.source.mapped();
            let digest = (proof == Proof::Digests)
                .then(|| Digest::of_source(Algorithm::Sha256, mapped))
                .transpose()
                .map_err(|error| Failure::failed(format!("cannot read the input: {error}")))?;
            document.inputs.push(File {
                path: part.source.path().to_owned(),
                format: checkpoint.container().to_string(),
                bytes: length(part.source.bytes()),
                digest: digest.map(|digest| digest.to_string()),
            });
            fill::judgement(document, checkpoint);
        }
        Ok(())
    }

    /// Says how large the outputs would be, and what their digests.
    fn measure(&self) -> Result<Vec<Written>, Failure> {
        let measured = self.each().map(|(part, plan)| {
            let written = plan.write(&mut io::sink(), self.proof, &());
            written.map_err(|error| broken(part, &error))
        });
        measured.collect()
    }

    /// Writes the outputs, but not into their places, and takes the digests of inputs and outputs.
    fn write(
        &self,
        files: &mut NewFiles,
        document: &mut Document,
    ) -> Result<Vec<Written>, Failure> {
        let existing = Existing::of(self.arguments.force);
        let total = self
            .plan
            .plans()
            .iter()
            .filter_map(|plan| plan.layout().ok());
        let total = total.fold(0_u64, |sum, layout| sum.saturating_add(layout.data_len()));
        let bar = Bar::converting(total, !self.arguments.quiet);
        let mut all = Vec::new();
        for (at, (part, plan)) in self.each().enumerate() {
            let growing = NewFile::begin(&part.output, Readers::Everybody, existing)?;
            let mut out = BufWriter::with_capacity(BUFFER, growing);
            let written = plan.write(&mut out, Proof::None, &bar);
            let mut written = written.map_err(|error| match &error {
                WriteError::Io(error) => unwritten(part, error),
                _ => broken(part, &error),
            })?;
            let growing = out
                .into_inner()
                .map_err(|error| unwritten(part, error.error()))?;
            let file = growing.finish()?;
            if self.proof == Proof::Digests {
                let output = file.held().and_then(|held| held.map());
                let output = output.map_err(|error| unopened(&part.output, &error))?;
                let proven = plan
                    .prove(part.source.mapped(), &output, &())
                    .map_err(|error| broken(part, &error))?;
                if let Some(input) = document.inputs.get_mut(at) {
                    input.digest = Some(proven.source.to_string());
                }
                written = proven.written;
            }
            files.push(file);
            all.push(written);
        }
        if let (Planned::Sharded(plan), Some(path)) = (self.plan, &self.parts.index) {
            let bytes = plan
                .index_bytes()
                .map_err(|obstacle| Failure::failed(obstacle.to_string()))?;
            files.push(NewFile::write(path, bytes, Readers::Everybody, existing)?);
        }
        Ok(all)
    }

    /// Compares the outputs with what would be written.
    fn verify(&self, document: &mut Document) -> Result<(Exit, Vec<Written>), Failure> {
        for (part, plan) in self.each() {
            let held = Held::open(&part.output).and_then(|held| held.map());
            let mapped = held.map_err(|error| unopened(&part.output, &error))?;
            let digest = (self.proof == Proof::Digests)
                .then(|| Digest::of_source(Algorithm::Sha256, &mapped))
                .transpose()
                .map_err(|error| Failure::failed(format!("cannot read the output: {error}")))?;
            match plan.verify(&mapped) {
                Ok(differences) => {
                    let differences = differences.iter().map(ToString::to_string);
                    document.differences.extend(differences);
                }
                Err(VerifyError::Output(error)) => {
                    let path = quoted(&part.output);
                    document
                        .differences
                        .push(format!("{path} is not valid: {error}"));
                }
                Err(VerifyError::Source(error)) => return Err(broken(part, &error)),
                Err(error) => {
                    return Err(Failure::failed(format!("cannot compare: {error}")));
                }
            }
            if mapped.was_truncated().unwrap_or(true)
                || !matches!(mapped.held().changed(), Ok(None))
            {
                return Err(Failure::failed(format!(
                    "{} has changed while it was read",
                    quoted(&part.output)
                )));
            }
            document.outputs.push(File {
                path: weighbridge::scan::path_text(&part.output).0,
                format: "safetensors".to_owned(),
                bytes: length(&mapped),
                digest: digest.map(|digest| digest.to_string()),
            });
        }
        if let (Planned::Sharded(plan), Some(path)) = (self.plan, &self.parts.index) {
            verify_index(plan, path, document)?;
        }
        let written = match self.proof {
            Proof::Digests => self.measure()?,
            _ => Vec::new(),
        };
        let exit = if document.differences.is_empty() {
            Exit::Fine
        } else {
            Exit::Found
        };
        Ok((exit, written))
    }

    /// Writes what is no tensor, but not into its place.
    fn sidecars(&self, files: &mut NewFiles, document: &Document) -> Result<(), Failure> {
        let Some(path) = &self.arguments.choice.sidecar else {
            return Ok(());
        };
        let checkpoints = self.plan.plans().iter().map(Plan::checkpoint);
        let bytes = sidecar::bytes(&document.inputs, checkpoints)?;
        let existing = Existing::of(self.arguments.force);
        files.push(NewFile::write(path, &bytes, Readers::Everybody, existing)?);
        Ok(())
    }
}

/// Compares the index of the shards with what would be written, as values: its form may be another.
fn verify_index(
    plan: &ShardedPlan<'_, '_>,
    path: &Path,
    document: &mut Document,
) -> Result<(), Failure> {
    let wanted = plan.index_bytes();
    let wanted = wanted.map_err(|obstacle| Failure::failed(obstacle.to_string()))?;
    let limit = length(wanted).saturating_mul(4).max(1 << 20);
    let found = Held::open(path).and_then(|held| held.read_to_vec(limit));
    let found = found.map_err(|error| unopened(path, &error))?;
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    if value(&found).is_none() || value(&found) != value(wanted) {
        let path = quoted(path);
        document
            .differences
            .push(format!("the index {path} says something else"));
    }
    document.outputs.push(File {
        path: weighbridge::scan::path_text(path).0,
        format: "index of a sharded model".to_owned(),
        bytes: length(&found),
        digest: None,
    });
    Ok(())
}

/// Settles what came of it, and the exit code.
fn settle(document: &mut Document, is_hindered: bool, settled: Exit) -> Exit {
    document.result = match (is_hindered, document.mode, settled) {
        (true, ..) => Outcome::Refused,
        (false, Mode::Verify, Exit::Fine) => Outcome::Same,
        (false, Mode::Verify, _) => Outcome::Different,
        (false, ..) if document.counts.refused > 0 => Outcome::Partly,
        (false, ..) => Outcome::Converted,
    };
    match (document.result, settled) {
        (Outcome::Refused, Exit::NothingToCheck) if document.counts.refused > 0 => {
            document.error = Some("no tensor can be converted".to_owned());
            Exit::Found
        }
        (Outcome::Partly, _) => Exit::Found,
        _ => settled,
    }
}

/// Reads a checkpoint without loading it.
fn read<'s>(part: &Part<'s>) -> Result<Checkpoint<'s>, Failure> {
    let path = part.source.path();
    Checkpoint::read(path, part.source.bytes(), &Limits::default()).map_err(|error| {
        let path = weighbridge::findings::escape(path);
        match error.kind() {
            ErrorKind::NoCheckpoint => {
                Failure::nothing_to_check(format!("`{path}` holds no tensors that can be read"))
            }
            _ => Failure::failed(format!("cannot read `{path}`: {error}")),
        }
    })
}

/// Says why nothing is written, and what on the command line would change that.
fn because(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Dangerous { findings } => format!(
            "loading it would do dangerous things ({} of high severity or above), and --allow-dangerous is not given",
            counted(*findings, "finding")
        ),
        Obstacle::Refused { count } => format!(
            "{} cannot be converted, and --leave-out-refused is not given",
            counted(*count, "tensor")
        ),
        Obstacle::Gap(gap) => {
            format!("tensors may be missing, and --leave-out-refused is not given: {gap}")
        }
        other => other.to_string(),
    }
}

/// A checkpoint whose tensors cannot be had.
fn broken(part: &Part<'_>, error: &WriteError) -> Failure {
    let path = weighbridge::findings::escape(part.source.path());
    Failure::failed(format!("cannot convert `{path}`: {}", with_causes(error)))
}

fn unwritten(part: &Part<'_>, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", quoted(&part.output)))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Puts everything in its place, the report last, and says what was done.
fn publish(
    arguments: &Convert,
    report: Option<Destination<'_>>,
    document: &Document,
    files: NewFiles,
    settled: Exit,
    color: Color,
) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    if report.is_some() {
        let written = json::write_indented(&mut bytes, document);
        written.map_err(|error| Failure::failed(format!("cannot write the report: {error}")))?;
    }
    let prepared = report
        .and_then(Destination::file)
        .map(|path| {
            let failed = |error| Failure::failed(format!("cannot write {}: {error}", quoted(path)));
            Prepared::new(path, &bytes).map_err(failed)
        })
        .transpose()?;
    files.commit()?;
    if let Some(prepared) = prepared {
        prepared.commit().map_err(|error| {
            Failure::failed(format!("the report cannot be put in its place: {error}"))
        })?;
    }
    if report.is_some_and(Destination::is_stdout) {
        return Ok(Destination::Stdout.write(&bytes, settled));
    }
    if arguments.quiet {
        return Ok(settled);
    }
    let palette = Palette::choose(color, true);
    let text = text::write(document, &palette);
    Ok(Destination::Stdout.write(text.as_bytes(), settled))
}
