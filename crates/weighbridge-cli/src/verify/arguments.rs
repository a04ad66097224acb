use std::path::PathBuf;

use clap::Args;

use crate::arguments::Format;
use crate::moment::Moment;

/// What `verify` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["path", "model"])))]
#[command(group(clap::ArgGroup::new("who").required(true).args(["key", "certificate_chain", "identity", "identity_regexp"])))]
#[command(after_help = "\
Exit codes:
  0  the signature is valid
  1  it is not one of this model or of this signer
  2  something could not be read, or is no key or no signature
  4  wrong usage; a path that does not exist")]
pub(crate) struct Verify {
    /// The model, a folder or a file, that was signed as OpenSSF Model Signing has it
    #[arg(value_name = "MODEL")]
    pub(crate) path: Option<PathBuf>,

    /// Verify this one file, by its SHA-256, with a signature of its own
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Accept signatures of this public key: PEM, as `keygen` or OpenSSL writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// Read the raw signature from this file [default: that of --model with .sig behind it]
    #[arg(long, value_name = "FILE", requires = "model")]
    pub(crate) sig: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) of_model: OfModel,

    /// Write the result in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Whom to expect, and what to accept of a model.
#[derive(Debug, Args)]
#[group(id = "of-model", multiple = true, conflicts_with = "model")]
pub(crate) struct OfModel {
    /// Read the bundle from this file [default: model.sig in the model, or that of a file with .sig behind it]
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) signature: Option<PathBuf>,

    /// Accept certificates that these authorities vouch for: PEM, their self-signed certificates among them
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Signer")]
    pub(crate) certificate_chain: Vec<PathBuf>,

    /// Accept only a certificate with this subject, as RFC 4514 writes it [default: any of the authorities']
    #[arg(
        long,
        value_name = "NAME",
        requires = "certificate_chain",
        help_heading = "Signer"
    )]
    pub(crate) subject: Option<String>,

    /// Accept only a certificate with this alternative name, such as dns:ci.example.com
    #[arg(
        long,
        value_name = "KIND:NAME",
        requires = "certificate_chain",
        conflicts_with = "subject",
        help_heading = "Signer"
    )]
    pub(crate) alternative_name: Option<String>,

    /// Judge certificates as of this time [default: now]
    #[arg(long, value_name = "TIME", help_heading = "Signer")]
    pub(crate) at: Option<Moment>,

    /// Accept signatures without a key of their own by this identity, a mail address or a URI, exactly
    #[arg(
        long,
        aliases = ["certificate-identity", "cert-identity"],
        value_name = "IDENTITY",
        requires = "issuer",
        help_heading = "Signer"
    )]
    pub(crate) identity: Option<String>,

    /// Accept identities that this regular expression matches as a whole
    #[arg(
        long,
        aliases = ["certificate-identity-regexp", "identity-regex"],
        value_name = "PATTERN",
        requires = "issuer",
        help_heading = "Signer"
    )]
    pub(crate) identity_regexp: Option<String>,

    /// Accept identities that this OpenID Connect issuer vouched for, exactly
    #[arg(
        long,
        visible_alias = "identity-provider",
        aliases = ["certificate-oidc-issuer", "cert-oidc-issuer"],
        value_name = "URL",
        help_heading = "Signer"
    )]
    pub(crate) issuer: Option<String>,

    /// Trust whom this trusted_root.json names [default: the public-good instance, as built in]
    #[arg(
        long,
        value_name = "FILE",
        requires = "issuer",
        help_heading = "Signer"
    )]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Let pass files that are not signed, and list them
    #[arg(long, help_heading = "Model")]
    pub(crate) ignore_unsigned_files: bool,

    /// Follow symbolic links that stay inside the model, also where the signer had none
    #[arg(long, help_heading = "Model")]
    pub(crate) allow_symlinks: bool,

    /// Leave out this path of the model with everything below it, unless it is signed
    #[arg(
        long,
        visible_alias = "ignore-paths",
        value_name = "PATH",
        help_heading = "Model"
    )]
    pub(crate) ignore_path: Vec<PathBuf>,

    /// Read signatures of model-signing 0.2.0, too
    #[arg(long, help_heading = "Model")]
    pub(crate) allow_historic: bool,

    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
