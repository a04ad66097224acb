use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::arguments::Format;

/// What `verify-blob` is told.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("signer").required(true).args(["identity", "identity_regex", "key"])),
    after_help = "\
Exit codes:
  0  the expected signer signed this artifact
  1  the bundle was read and does not hold: another signer, another artifact, a signature that is none
  2  nothing was decided: a bundle or trusted root that cannot be read, or nothing to verify with
  4  wrong usage; a path that does not exist

Examples:
  weighbridge verify-blob model.bin --bundle model.bin.sigstore.json \\
    --identity https://github.com/our/models/.github/workflows/release.yml@refs/heads/main \\
    --issuer https://token.actions.githubusercontent.com
  weighbridge verify-blob model.bin --bundle model.bin.sigstore.json --key team.pub.pem"
)]
pub(crate) struct VerifyBlob {
    /// The file that was signed, `-` for standard input; or its digest, such as `sha256:` and 64 digits
    pub(crate) artifact: PathBuf,

    /// Read the Sigstore bundle from this file
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: PathBuf,

    /// Expect this signer, byte by byte: the subject name of the certificate
    #[arg(
        long,
        value_name = "NAME",
        requires = "issuer",
        aliases = ["certificate-identity", "cert-identity"]
    )]
    pub(crate) identity: Option<String>,

    /// Expect a signer whose whole name this regular expression matches
    #[arg(
        long,
        value_name = "REGEX",
        requires = "issuer",
        aliases = ["certificate-identity-regexp", "identity-regexp"]
    )]
    pub(crate) identity_regex: Option<String>,

    /// Expect that this OpenID Connect issuer vouched for the signer
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "key",
        aliases = ["certificate-oidc-issuer", "cert-oidc-issuer"]
    )]
    pub(crate) issuer: Option<String>,

    /// Expect a signature of this key, a public key in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// Trust whom this trusted_root.json names [default: the public-good instance, as built in]
    #[arg(long, value_name = "FILE", alias = "trust-config")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Write in this format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
