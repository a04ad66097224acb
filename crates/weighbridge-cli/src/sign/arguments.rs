use std::path::PathBuf;

use clap::Args;

use crate::arguments::Format;
use crate::key_file::Passphrase;

/// What `sign` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["model"])))]
#[command(after_help = "\
Exit codes:
  0  the signature is written
  2  it could not be made or written; what was there before is there still
  4  wrong usage; a path that does not exist; the signature is there already")]
pub(crate) struct Sign {
    /// Sign this one file, by its SHA-256, with a signature of its own beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Sign with this private key: PEM, as `keygen` or OpenSSL writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,

    #[command(flatten)]
    pub(crate) passphrase: Passphrase,

    /// Write the raw signature to this file, whole or not at all [default: that of --model with .sig behind it]
    #[arg(long, value_name = "OUT", requires = "model")]
    pub(crate) sig: Option<PathBuf>,

    /// Replace the signature if it is there
    #[arg(long)]
    pub(crate) force: bool,

    /// Write what was done in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
