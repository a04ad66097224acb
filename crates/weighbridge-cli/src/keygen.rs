use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use weighbridge::sign::key::{KeyAlgorithm, PrivateKey};

use crate::arguments::Format;
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::key_file::Passphrase;
use crate::output::destination::Destination;
use crate::output::json::{self, TOOL, Tool};
use crate::output::new_file::{Existing, NewFile, NewPair, Readers};
use crate::sign::{Key, SCHEMA};

/// What `keygen` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  both files are written
  2  they could not be written; what was there before is there still
  4  wrong usage; one of the files is there already")]
pub(crate) struct Keygen {
    /// Write the private key to NAME.priv.pem, which the owner alone can read, and the public one to NAME.pub.pem
    #[arg(long, value_name = "NAME")]
    pub(crate) name: PathBuf,

    /// Make a key of this kind
    #[arg(long, value_parser = algorithm(), default_value_t = KeyAlgorithm::Ed25519)]
    pub(crate) algorithm: KeyAlgorithm,

    #[command(flatten)]
    pub(crate) passphrase: Passphrase,

    /// Replace the two files if they are there; whatever only the old key opens or verifies is lost
    #[arg(long)]
    pub(crate) force: bool,

    /// Write what was made in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Makes a pair of keys.
pub(crate) fn run(arguments: &Keygen) -> Result<Exit, Failure> {
    let existing = Existing::of(arguments.force);
    let private_path = with_suffix(&arguments.name, ".priv.pem")?;
    let public_path = with_suffix(&arguments.name, ".pub.pem")?;
    NewFile::check(&private_path, existing)?;
    NewFile::check(&public_path, existing)?;

    let passphrase = arguments.passphrase.read()?;
    let failed = |error| Failure::failed(format!("cannot make a key: {error}"));
    let key = PrivateKey::generate(arguments.algorithm).map_err(failed)?;
    let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
    let private = key.to_pem(passphrase).map_err(failed)?;
    let public = key.public_key().to_pem();

    let first = NewFile::write(
        &private_path,
        private.as_str().as_bytes(),
        Readers::Owner,
        existing,
    )?;
    let second = NewFile::write(
        &public_path,
        public.as_bytes(),
        Readers::Everybody,
        existing,
    )?;
    NewPair { first, second }.commit()?;

    let made = Made {
        kind: "keygen",
        schema: SCHEMA,
        tool: TOOL,
        private: private_path.to_string_lossy().into_owned(),
        public: public_path.to_string_lossy().into_owned(),
        encrypted: passphrase.is_some(),
        key: Key::new(key.public_key()),
    };
    let mut out = Vec::new();
    let written = match arguments.format {
        Format::Json => json::write_indented(&mut out, &made),
        Format::Text => writeln!(
            out,
            "private key  {}\npublic key   {}\nfingerprint  {} {}",
            quoted(&private_path),
            quoted(&public_path),
            made.key.algorithm,
            made.key.fingerprint
        ),
    };
    written.map_err(|error| Failure::failed(format!("cannot write what was made: {error}")))?;
    Ok(Destination::Stdout.write(&out, Exit::Fine))
}

/// What was made. `docs/signature.schema.json` is the contract.
#[derive(Serialize)]
struct Made {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    private: String,
    public: String,
    encrypted: bool,
    key: Key,
}

fn with_suffix(name: &Path, suffix: &str) -> Result<PathBuf, Failure> {
    if name.file_name().is_none() || name.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(Failure::usage(format!("{} names no key", quoted(name))));
    }
    let mut path = OsString::from(name);
    path.push(suffix);
    Ok(path.into())
}

/// Reads a kind of key and lists the words where the text is none of them.
fn algorithm() -> impl clap::builder::TypedValueParser<Value = KeyAlgorithm> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};

    let words = KeyAlgorithm::ALL.map(KeyAlgorithm::as_str);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<KeyAlgorithm>())
}
