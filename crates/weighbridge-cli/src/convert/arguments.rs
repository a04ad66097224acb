use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What `convert` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  every tensor was converted; under --verify: both files hold the same
  1  something was refused, or under --verify is not the same; nothing is written unless told otherwise
  2  a file cannot be read or written
  3  nothing here that can be converted
  4  wrong usage; a path that does not exist; the output is there already and --force is not given")]
pub(crate) struct Convert {
    /// The checkpoint: a file, or the index of a sharded one such as pytorch_model.bin.index.json
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,

    /// The safetensors file; of a sharded checkpoint the folder that gets shards and index
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,

    /// Write what became of each tensor to this file as JSON, whole or not at all; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Convert nothing: read both files again and compare them tensor by tensor
    #[arg(long, conflicts_with_all = ["dry_run", "force", "sidecar"])]
    pub(crate) verify: bool,

    /// Write neither OUT nor the sidecar: say what would become of each tensor
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Convert a checkpoint that would do dangerous things when loaded; nothing of it is executed, and the
    /// report says so
    #[arg(long)]
    pub(crate) allow_dangerous: bool,

    /// Replace OUT, report and sidecar if they are there
    #[arg(long)]
    pub(crate) force: bool,

    /// Print no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) choice: Choice,
}

/// Which tensors are taken, and how those that safetensors cannot say are said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tensors")]
pub(crate) struct Choice {
    /// Take what lies below this key, keys joined by dots [default: the state dict that is found]
    #[arg(long, value_name = "PATH")]
    pub(crate) key: Option<String>,

    /// Convert the tensors of optimizers too
    #[arg(long)]
    pub(crate) include_optimizer: bool,

    /// Write the rest where a tensor is refused
    #[arg(long)]
    pub(crate) leave_out_refused: bool,

    /// Write tied weights once, and the other names to the metadata, as the Hub does; this is the default
    #[arg(long, conflicts_with = "duplicate_tied")]
    pub(crate) keep_tied: bool,

    /// Write tied weights under each of their names
    #[arg(long)]
    pub(crate) duplicate_tied: bool,

    /// Choose what becomes of quantised tensors
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Quantised::Refuse)]
    pub(crate) quantised: Quantised,

    /// Choose what becomes of sparse tensors
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Sparse::Refuse)]
    pub(crate) sparse: Sparse,

    /// Choose what becomes of complex numbers that safetensors has no type for
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = Complex::Refuse)]
    pub(crate) complex: Complex,

    /// Write what is no tensor to this file as JSON, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) sidecar: Option<PathBuf>,
}

/// What becomes of quantised tensors.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Quantised {
    /// Refuse them, with the reason
    Refuse,
    /// Write the values that they stand for
    Dequantise,
    /// Write the integers, scales and zero points as tensors of their own
    Parts,
}

/// What becomes of sparse tensors.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Sparse {
    /// Refuse them, with the reason
    Refuse,
    /// Write them with their zeros
    Dense,
    /// Write indices and values as tensors of their own
    Parts,
}

/// What becomes of complex numbers that safetensors has no type for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Complex {
    /// Refuse them, with the reason
    Refuse,
    /// Write real and imaginary parts, in one dimension more
    Real,
}
