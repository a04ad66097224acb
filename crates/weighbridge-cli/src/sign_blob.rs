//! The command `sign-blob`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::findings::escape;
use weighbridge::hold::{ErrorKind, Held};

use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::keyless::{self, Content, KeylessOptions};
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};
use crate::output::new_file::{Existing, NewFile, Readers};
use crate::scan::is_same_file;
use crate::sign::{self, SCHEMA};

/// Bytes of a statement that are read: as many as are signed.
const STATEMENT_BYTES: u64 = 64 << 20;

/// What `sign-blob` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
This asks services over the network, and what they write down is public for good.

Exit codes:
  0  the bundle is written
  2  it could not be made, verified or written; what was there before is there still
  4  wrong usage; a path that does not exist; the bundle is there already; a build without keyless signing")]
pub(crate) struct SignBlob {
    /// Sign this file, by its SHA-256
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Write the Sigstore bundle to this file, whole or not at all
    #[arg(long, value_name = "OUT")]
    pub(crate) bundle: PathBuf,

    /// Take FILE for an in-toto statement, JSON, and sign it as one, in a DSSE envelope
    #[arg(long)]
    pub(crate) statement: bool,

    /// Replace the bundle if it is there
    #[arg(long)]
    pub(crate) force: bool,

    /// Write what was done in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) keyless: KeylessOptions,
}

/// Signs one file keyless.
pub(crate) fn run(arguments: &SignBlob) -> Result<Exit, Failure> {
    let (file, bundle) = (&arguments.file, &arguments.bundle);
    if is_same_file(file, bundle) {
        return Err(Failure::usage(format!(
            "the bundle would replace the file {}",
            quoted(file)
        )));
    }
    let existing = Existing::of(arguments.force);
    NewFile::check(bundle, existing)?;
    let (digest, signed) = if arguments.statement {
        let statement = Held::open(file).and_then(|held| held.read_to_vec(STATEMENT_BYTES));
        let statement = statement.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::usage(format!("{} does not exist", quoted(file))),
            _ => Failure::failed(error.to_string()),
        })?;
        let digest = Digest::of(Algorithm::Sha256, &statement);
        let signed = keyless::sign(Content::Statement(&statement), &arguments.keyless)?;
        (digest, signed)
    } else {
        let digest = sign::digest(file)?;
        let signed = keyless::sign(Content::Digest(&digest), &arguments.keyless)?;
        (digest, signed)
    };
    NewFile::write(bundle, &signed.bundle, Readers::Everybody, existing)?.commit()?;

    let done = Done {
        kind: "sign-blob",
        schema: SCHEMA,
        tool: TOOL,
        file: file.to_string_lossy().into_owned(),
        digest: digest.to_string(),
        identity: signed.identity,
        issuer: signed.issuer,
        log_index: signed.log_index,
        verified: signed.verified,
        bundle: bundle.to_string_lossy().into_owned(),
    };
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut out, &done),
        Format::Text => done.write_text(&mut out, arguments),
    };
    written.map_err(|error| Failure::failed(format!("cannot write what was done: {error}")))?;
    Ok(Destination::Stdout.write(&out, Exit::Fine))
}

/// What was signed. `docs/signature.schema.json` is the contract.
#[derive(Serialize)]
struct Done {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    file: String,
    digest: String,
    identity: String,
    issuer: String,
    log_index: u64,
    verified: bool,
    bundle: String,
}

impl Done {
    fn write_text(&self, out: &mut impl Write, arguments: &SignBlob) -> io::Result<()> {
        writeln!(
            out,
            "{}: signed\n  digest     {}\n  identity   {}\n  issuer     {}\n  log index  {}\n  bundle     {}",
            quoted(&arguments.file),
            self.digest,
            escape(&self.identity),
            escape(&self.issuer),
            self.log_index,
            quoted(&arguments.bundle)
        )?;
        if self.verified {
            writeln!(out, "  verified   with the trust root given")?;
        }
        Ok(())
    }
}
