use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use weighbridge::hold::{self, Held};
use weighbridge::sign::blob::{self, BlobError};

use super::Verify;
use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::key_file;
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};
use crate::sign::{Key, SCHEMA, digest, sig_beside};

/// Verifies one file with a signature of its own.
pub(super) fn run(arguments: &Verify) -> Result<Exit, Failure> {
    let Some(model) = &arguments.model else {
        return Err(Failure::usage(
            "nothing is named that is to be verified".to_owned(),
        ));
    };
    let sig = arguments.sig.clone().unwrap_or_else(|| sig_beside(model));
    let Some(key) = &arguments.key else {
        return Err(Failure::usage("a file is verified with --key".to_owned()));
    };
    let key = key_file::public(key)?;
    let signature = signature(&sig)?;
    let digest = digest(model)?;
    let error = match blob::verify(&key, &digest, &signature) {
        Ok(()) => None,
        Err(BlobError::Signature(error)) if !error.is_malformed() => Some(error),
        Err(error) => {
            let sig = quoted(&sig);
            return Err(Failure::failed(format!(
                "cannot use the signature {sig}: {error}"
            )));
        }
    };
    let settled = match error {
        None => Exit::Fine,
        Some(_) => Exit::Found,
    };

    let verified = Verified {
        kind: "verify",
        schema: SCHEMA,
        tool: TOOL,
        valid: error.is_none(),
        error: error.map(|error| error.to_string()),
        model: model.to_string_lossy().into_owned(),
        digest: digest.to_string(),
        key: Key::new(&key),
        signature: sig.to_string_lossy().into_owned(),
    };
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut out, &verified),
        Format::Text => {
            let result = match &verified.error {
                None => "valid".to_owned(),
                Some(error) => format!("not valid, {error}"),
            };
            writeln!(
                out,
                "{}: {result}\n  digest     {}\n  key        {} {}\n  signature  {}",
                quoted(model),
                verified.digest,
                verified.key.algorithm,
                verified.key.fingerprint,
                quoted(&sig)
            )
        }
    };
    written.map_err(|error| Failure::failed(format!("cannot write the result: {error}")))?;
    Ok(Destination::Stdout.write(&out, settled))
}

/// What came of it. `docs/signature.schema.json` is the contract.
#[derive(Serialize)]
struct Verified {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    valid: bool,
    error: Option<String>,
    model: String,
    digest: String,
    key: Key,
    signature: String,
}

/// Reads a signature, which is never long.
fn signature(path: &Path) -> Result<Vec<u8>, Failure> {
    let limit = u64::try_from(blob::MOST_BYTES).unwrap_or(u64::MAX);
    let bytes = Held::open(path).and_then(|held| held.read_to_vec(limit));
    bytes.map_err(|error| match error.kind() {
        hold::ErrorKind::NotFound => {
            Failure::usage(format!("the signature {} does not exist", quoted(path)))
        }
        _ => Failure::failed(format!("cannot read the signature: {error}")),
    })
}
