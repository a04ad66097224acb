use std::path::Path;

use weighbridge::gate::{Model, Options};
use weighbridge::hold::{self, Held};
use weighbridge::sign::Limits;

use super::report::Report;
use super::{Verify, trust};
use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::ignore_path;
use crate::moment::Moment;
use crate::output::destination::Destination;
use crate::output::json;
use crate::progress::Bar;
use crate::scan::guard_truncation;
use crate::sign::{bundle_of, bytes_of, unopened};

/// Verifies the files of a model with the bundle beside or inside it.
pub(super) fn run(model: &Path, arguments: &Verify) -> Result<Exit, Failure> {
    let of_model = &arguments.of_model;
    if !model.exists() {
        return Err(Failure::usage(format!("{} does not exist", quoted(model))));
    }
    let at = match of_model.at {
        Some(at) => at,
        None => Moment::now().ok_or_else(|| {
            Failure::failed("the clock of the system is before 1970 or after 9999".to_owned())
        })?,
    };
    let mut builder = trust::expected(arguments)?;
    for path in &of_model.ignore_path {
        let name = ignore_path::name_below(model, path)?;
        builder = builder.ignore(&name).map_err(|error| {
            Failure::usage(format!("{} cannot be left out: {error}", quoted(path)))
        })?;
    }
    if of_model.allow_symlinks {
        builder = builder.follow_links();
    }
    if of_model.ignore_unsigned_files {
        builder = builder.dangerous().allow_unsigned_files();
    }
    if of_model.allow_historic {
        builder = builder.dangerous().accept_historic();
    }
    let verifier = builder.build();

    let path = match &of_model.signature {
        Some(path) => path.clone(),
        None => bundle_of(model),
    };
    let held = Held::open(&path).map_err(|error| match error.kind() {
        hold::ErrorKind::NotFound => {
            Failure::usage(format!("the signature {} does not exist", quoted(&path)))
        }
        _ => Failure::failed(format!("cannot read the signature: {error}")),
    })?;
    let limit = u64::try_from(Limits::default().json_bytes).unwrap_or(u64::MAX);
    let bundle = held
        .read_to_vec(limit)
        .map_err(|error| Failure::failed(format!("cannot read the signature: {error}")))?;

    guard_truncation();
    let options = Options::default().with_signature(held.identity());
    let files = Model::open(model, &options).map_err(unopened)?;
    let bar = Bar::hashing(bytes_of(&files), !of_model.quiet);
    let result = verifier.verify_watched(&bundle, files, at.time(), &bar);
    drop(bar);

    let report = Report::new(model, &path, at, &result);
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut out, &report),
        Format::Text => report.write(&mut out),
    };
    written.map_err(|error| Failure::failed(format!("cannot write the result: {error}")))?;
    Ok(Destination::Stdout.write(&out, report.exit()))
}
