use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::arguments::Format;
use crate::byte_size::ByteSize;
use crate::key_file::Passphrase;
use crate::keyless::KeylessOptions;

/// What `sign` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["path", "model"])))]
#[command(after_help = "\
Exit codes:
  0  the signature is written
  2  it could not be made or written; what was there before is there still
  4  wrong usage; a path that does not exist; the signature is there already")]
pub(crate) struct Sign {
    /// The model, a folder or a file, whose files are listed and signed as OpenSSF Model Signing has it
    #[arg(value_name = "MODEL")]
    pub(crate) path: Option<PathBuf>,

    /// Sign this one file, by its SHA-256, with a signature of its own beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Sign with this private key: PEM, as `keygen` or OpenSSL writes it
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "method",
        required_if_eq_any = [("method", "key"), ("method", "certificate")]
    )]
    pub(crate) key: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) passphrase: Passphrase,

    /// Write the raw signature to this file, whole or not at all [default: that of --model with .sig behind it]
    #[arg(long, value_name = "OUT", requires = "model")]
    pub(crate) sig: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) of_model: OfModel,

    #[command(flatten)]
    pub(crate) keyless: KeylessOptions,

    /// Replace the signature if it is there
    #[arg(long)]
    pub(crate) force: bool,

    /// Write what was done in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How the files of a model are listed and signed.
#[derive(Debug, Args)]
#[group(id = "of-model", multiple = true, conflicts_with = "model")]
pub(crate) struct OfModel {
    /// Let verifiers know the key itself, a certificate of it, or an identity that Sigstore vouches for
    #[arg(long, value_enum, value_name = "METHOD", default_value_t = Method::Key)]
    pub(crate) method: Method,

    /// Sign by this certificate of the key: PEM, alone or with others behind it
    #[arg(
        long,
        visible_alias = "signing-certificate",
        value_name = "FILE",
        required_if_eq("method", "certificate")
    )]
    pub(crate) certificate: Option<PathBuf>,

    /// Put these certificates, too, into the signature: those between that of the key and the authority's
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "certificate")]
    pub(crate) certificate_chain: Vec<PathBuf>,

    /// Write the bundle to this file, whole or not at all [default: model.sig in the model, or that of a file
    /// with .sig behind it]
    #[arg(long, value_name = "OUT")]
    pub(crate) signature: Option<PathBuf>,

    /// Call the model by this name in the signature [default: that of the folder or file]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Hash files with this function
    #[arg(long, value_enum, value_name = "HASH", default_value_t = Hash::Sha256, help_heading = "Manifest")]
    pub(crate) hash: Hash,

    /// List shards of so many bytes in place of whole files
    #[arg(long, value_name = "BYTES", help_heading = "Manifest")]
    pub(crate) shard_size: Option<ByteSize>,

    /// Leave out this path of the model with everything below it, and say so in the signature
    #[arg(
        long,
        visible_alias = "ignore-paths",
        value_name = "PATH",
        help_heading = "Manifest"
    )]
    pub(crate) ignore_path: Vec<PathBuf>,

    /// Follow symbolic links that stay inside the model, and sign what they lead to under their names
    #[arg(long, help_heading = "Manifest")]
    pub(crate) allow_symlinks: bool,

    /// List files in this order
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = ListOrder::Specification, help_heading = "Manifest")]
    pub(crate) order: ListOrder,

    /// Print no progress and no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How verifiers come to know a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Method {
    /// The key itself
    Key,
    /// A certificate of the key
    Certificate,
    /// The identity that Sigstore's certificate names
    Sigstore,
}

/// The hash functions that a manifest can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Hash {
    Sha256,
    Blake2b,
    Blake3,
}

/// In which order a manifest lists files. It changes the root digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ListOrder {
    Specification,
    Python,
}
