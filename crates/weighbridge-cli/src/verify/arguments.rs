use std::path::PathBuf;

use clap::Args;

use crate::arguments::Format;

/// What `verify` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["model"])))]
#[command(after_help = "\
Exit codes:
  0  the signature is valid
  1  it is not one of this file and this key
  2  something could not be read, or is no key or no signature
  4  wrong usage; a path that does not exist")]
pub(crate) struct Verify {
    /// Verify this one file, by its SHA-256, with a signature of its own
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Accept signatures of this public key: PEM, as `keygen` or OpenSSL writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,

    /// Read the raw signature from this file [default: that of --model with .sig behind it]
    #[arg(long, value_name = "FILE", requires = "model")]
    pub(crate) sig: Option<PathBuf>,

    /// Write the result in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
