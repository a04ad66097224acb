use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::hold::{self, Held};
use weighbridge::sign::blob;

use super::{Key, SCHEMA, Sign};
use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::key_file;
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};
use crate::output::new_file::{Existing, NewFile, Readers};
use crate::scan::{guard_truncation, is_same_file};

/// Signs one file with a signature of its own.
pub(super) fn run(arguments: &Sign) -> Result<Exit, Failure> {
    let Some(model) = &arguments.model else {
        return Err(Failure::usage(
            "nothing is named that is to be signed".to_owned(),
        ));
    };
    let Some(key) = &arguments.key else {
        return Err(Failure::usage("--model is signed with a --key".to_owned()));
    };
    if arguments.keyless.is_given() {
        return Err(Failure::usage(
            "--model is signed with a key; sign-blob signs a file keyless".to_owned(),
        ));
    }
    let sig = arguments.sig.clone().unwrap_or_else(|| sig_beside(model));
    for (input, name) in [(model, "model"), (key, "key")] {
        if is_same_file(input, &sig) {
            return Err(Failure::usage(format!(
                "the signature would replace the {name} {}",
                quoted(input)
            )));
        }
    }
    let existing = Existing::of(arguments.force);
    NewFile::check(&sig, existing)?;

    let key = key_file::private(key, &arguments.passphrase)?;
    let digest = digest(model)?;
    let failed = |error| Failure::failed(format!("cannot sign {}: {error}", quoted(model)));
    let signature = blob::sign(&key, &digest).map_err(failed)?;
    NewFile::write(&sig, &signature, Readers::Everybody, existing)?.commit()?;

    let signed = Signed {
        kind: "sign",
        schema: SCHEMA,
        tool: TOOL,
        model: model.to_string_lossy().into_owned(),
        digest: digest.to_string(),
        key: Key::new(key.public_key()),
        signature: sig.to_string_lossy().into_owned(),
    };
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut out, &signed),
        Format::Text => writeln!(
            out,
            "{}: signed\n  digest     {}\n  key        {} {}\n  signature  {}",
            quoted(model),
            signed.digest,
            signed.key.algorithm,
            signed.key.fingerprint,
            quoted(&sig)
        ),
    };
    written.map_err(|error| Failure::failed(format!("cannot write what was done: {error}")))?;
    Ok(Destination::Stdout.write(&out, Exit::Fine))
}

/// What was signed. `docs/signature.schema.json` is the contract.
#[derive(Serialize)]
struct Signed {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    model: String,
    digest: String,
    key: Key,
    signature: String,
}

/// Returns where the signature of a file is, unless told otherwise.
pub(crate) fn sig_beside(model: &Path) -> PathBuf {
    let mut path = OsString::from(model);
    path.push(".sig");
    path.into()
}

/// Takes the SHA-256 of a file, opened once, and makes sure that it stayed as it was meanwhile.
pub(crate) fn digest(path: &Path) -> Result<Digest, Failure> {
    guard_truncation();
    let mapped = Held::open(path).and_then(|held| held.map());
    let mapped = mapped.map_err(|error| match error.kind() {
        hold::ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(path))),
        hold::ErrorKind::Folder => Failure::usage(format!(
            "{} is a folder, and --model signs and verifies one file",
            quoted(path)
        )),
        _ => Failure::failed(error.to_string()),
    })?;
    let unreadable = |error| Failure::failed(format!("cannot read {}: {error}", quoted(path)));
    let digest = Digest::of_source(Algorithm::Sha256, &mapped).map_err(unreadable)?;
    if let Some(change) = mapped.held().changed().map_err(unreadable)? {
        return Err(Failure::failed(format!("{} {change}", quoted(path))));
    }
    if mapped.was_truncated().map_err(unreadable)? {
        return Err(Failure::failed(format!(
            "{} could not be read to its end",
            quoted(path)
        )));
    }
    Ok(digest)
}
