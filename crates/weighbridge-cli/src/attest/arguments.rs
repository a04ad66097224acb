use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use weighbridge::sign::predicate::{NotATimestamp, Timestamp};

use crate::arguments::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum AttestCommand {
    /// Verify who attested what about a model
    Verify(AttestVerify),
}

/// What `attest verify` is told.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("attested-by").required(true).args(["key", "certificate_chain", "identity"])))]
#[command(after_help = "\
Exit codes:
  0  an attestation in the file is valid and about the model
  1  none is: another signer, another model, another predicate
  2  something could not be read, or there is nothing to trust
  4  wrong usage; a path that does not exist")]
pub(crate) struct AttestVerify {
    /// A Sigstore bundle, a DSSE envelope, or JSON Lines of them
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The model that it has to be about: a file, or a folder by its root digest
    #[arg(long, value_name = "MODEL")]
    pub(crate) subject: PathBuf,

    /// Accept signatures of this public key in PEM; several may be named
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Signer")]
    pub(crate) key: Vec<PathBuf>,

    /// Demand signatures of so many of the keys
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "key",
        help_heading = "Signer"
    )]
    pub(crate) threshold: usize,

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
    pub(crate) signer_subject: Option<String>,

    /// Accept only a certificate with this alternative name, such as email:ml@example.com
    #[arg(
        long,
        value_name = "KIND:NAME",
        requires = "certificate_chain",
        conflicts_with = "signer_subject",
        help_heading = "Signer"
    )]
    pub(crate) alternative_name: Option<String>,

    /// Accept signatures without a key of their own by this identity, a mail address or a URI, exactly
    #[arg(
        long,
        value_name = "IDENTITY",
        requires = "issuer",
        help_heading = "Signer"
    )]
    pub(crate) identity: Option<String>,

    /// Accept identities that this OpenID Connect issuer vouched for, exactly
    #[arg(
        long,
        value_name = "URL",
        requires = "identity",
        help_heading = "Signer"
    )]
    pub(crate) issuer: Option<String>,

    /// Trust whom this trusted_root.json names [default: the public-good instance, as built in]
    #[arg(
        long,
        value_name = "FILE",
        requires = "identity",
        help_heading = "Signer"
    )]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Judge certificates as of this time, such as 2027-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", help_heading = "Signer")]
    pub(crate) at: Option<At>,

    /// Demand this type of predicate, exactly [default: any]
    #[arg(long, value_name = "URI")]
    pub(crate) predicate_type: Option<String>,

    /// Write the result in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// A time as of which certificates are judged.
#[derive(Clone, Debug)]
pub(crate) struct At(pub(super) Timestamp);

impl FromStr for At {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        text.parse().map(Self)
    }
}
