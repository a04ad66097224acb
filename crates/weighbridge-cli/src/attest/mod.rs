//! The command `attest verify`.

mod arguments;
mod report;
mod subject;
mod trust;

use std::time::SystemTime;

use weighbridge::hold::{self, Held};
use weighbridge::sign::Limits;
use weighbridge::sign::attest::{Attested, Evidence};

pub(crate) use self::arguments::{AttestCommand, AttestVerify};
use self::report::{Judged, Report};
use self::subject::Subject;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;

/// Verifies the attestations in a file and compares their subjects with a model.
///
/// A file may hold several. One that is verified and about the model is enough; the others are listed with the reason
/// why they are not, since anybody can add lines to such a file.
pub(crate) fn run(arguments: &AttestVerify) -> Result<Exit, Failure> {
    let verifier = trust::verifier(arguments)?;
    let at = arguments
        .at
        .as_ref()
        .map_or_else(SystemTime::now, |at| at.0.time());
    let limits = Limits::default();
    let held = Held::open(&arguments.file).map_err(|error| match error.kind() {
        hold::ErrorKind::NotFound => {
            Failure::usage(format!("{} does not exist", quoted(&arguments.file)))
        }
        _ => Failure::failed(format!("cannot read the attestation: {error}")),
    })?;
    let most = u64::try_from(limits.json_bytes).unwrap_or(u64::MAX);
    let bytes = held
        .read_to_vec(most)
        .map_err(|error| Failure::failed(format!("cannot read the attestation: {error}")))?;
    let all = Evidence::read_all(&bytes, &limits).map_err(|error| {
        let file = quoted(&arguments.file);
        Failure::failed(format!("cannot use the attestation {file}: {error}"))
    })?;

    // First who signed, then with which algorithms the model has to be hashed, and only then the model.
    let attested: Vec<_> = all
        .iter()
        .map(|evidence| verifier.verify(evidence, at))
        .collect();
    let mut algorithms: Vec<_> = attested
        .iter()
        .flatten()
        .flat_map(Attested::algorithms)
        .collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    let subject = Subject::digest(&arguments.subject, &algorithms, held.identity())?;
    let judged: Vec<Judged> = all
        .iter()
        .zip(attested)
        .map(|(evidence, attested)| {
            let verified =
                attested.map(|attested| (attested.clone(), attested.about(&subject.digests)));
            Judged::new(evidence.line(), verified)
        })
        .collect();
    let settled = settle(&judged);
    let mut out = Vec::new();
    Report::new(arguments, &subject, &judged)
        .write(arguments.format, &mut out)
        .map_err(|error| Failure::failed(format!("cannot write the result: {error}")))?;
    Ok(Destination::Stdout.write(&out, settled))
}

/// One that holds is enough; else it counts whether any could be read.
fn settle(judged: &[Judged]) -> Exit {
    if judged.iter().any(Judged::is_valid) {
        Exit::Fine
    } else if judged.iter().any(|judged| !judged.is_malformed()) {
        Exit::Found
    } else {
        Exit::Undecided
    }
}
