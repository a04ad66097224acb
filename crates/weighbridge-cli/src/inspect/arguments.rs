use std::path::PathBuf;

use clap::Args;

use crate::arguments::Format;

/// What `inspect` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  everything is shown, and the file is valid by the specification of its format
  1  everything is shown, and the file is not valid
  2  something could not be read; what could be is shown
  3  nothing here that can be inspected
  4  wrong usage; a path that does not exist")]
pub(crate) struct Inspect {
    /// The file: safetensors, the index of a sharded model, or a checkpoint; `-` reads standard input
    pub(crate) file: PathBuf,

    /// Read the values too: statistics and a digest of each tensor
    #[arg(long)]
    pub(crate) stats: bool,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
