//! `verify-blob`: who signed a file, by a Sigstore bundle that stands beside it.

mod arguments;
mod artifact;
mod check;
#[cfg(feature = "sigstore")]
mod instant;
#[cfg(feature = "sigstore")]
mod keyless;
mod report;

use std::path::Path;

use weighbridge::hold::{ErrorKind, Held};
use weighbridge::sign::Limits;
use weighbridge::sign::key::PublicKey;

pub(crate) use arguments::VerifyBlob;

use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;
use crate::output::json;
use artifact::Subject;
use check::Check;
use report::Report;

/// Largest key or trusted root that is read, in bytes: those in use have less than 10 KiB.
const SMALL: u64 = 1 << 20;

/// Verifies a bundle and reports what came of it. What the report says settles the exit code.
pub(crate) fn run(arguments: &VerifyBlob) -> Result<Exit, Failure> {
    let check = Check::new(arguments)?;
    let limit = u64::try_from(Limits::default().json_bytes).unwrap_or(u64::MAX);
    let bundle = read(&arguments.bundle, limit)?;
    let subject = Subject::open(&arguments.artifact)?;
    let outcome = check.run(&bundle, subject.artifact());
    if subject.has_changed() {
        return Err(Failure::failed(format!(
            "{} changed while it was read",
            quoted(&arguments.artifact)
        )));
    }
    let report = Report::new(&subject, &check, &outcome);
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Text => report.write_text(&mut out),
        Format::Json => json::write_indented(&mut out, &report),
    };
    written.map_err(|error| Failure::failed(format!("the report cannot be written: {error}")))?;
    Ok(Destination::Stdout.write(&out, outcome.exit()))
}

/// Reads a small file whole.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    Held::open(path)
        .and_then(|held| held.read_to_vec(limit))
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
            _ => Failure::failed(error.to_string()),
        })
}

fn read_key(path: &Path) -> Result<PublicKey, Failure> {
    PublicKey::from_pem(&read(path, SMALL)?)
        .map_err(|error| Failure::failed(format!("{} is no public key: {error}", quoted(path))))
}
