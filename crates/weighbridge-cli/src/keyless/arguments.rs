use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// How to sign keyless: for whom, and by whose word.
#[derive(Debug, Args)]
#[command(next_help_heading = "Keyless signing")]
pub(crate) struct KeylessOptions {
    /// Sign as whom this OIDC token names; whoever lists processes can read it, so prefer a file
    #[arg(long, value_name = "TOKEN", conflicts_with = "identity_token_file")]
    pub(crate) identity_token: Option<Token>,

    /// Read the token from this file, `-` for standard input [default: that of the CI job]
    #[arg(long, value_name = "FILE")]
    pub(crate) identity_token_file: Option<PathBuf>,

    /// Refuse a certificate for anybody else, before anything is written into the log
    #[arg(long, value_name = "IDENTITY")]
    pub(crate) expect_identity: Option<String>,

    /// Ask the services that this signing_config.json names [default: those of the public-good instance]
    #[arg(long, value_name = "FILE")]
    pub(crate) signing_config: Option<PathBuf>,

    /// Ask this Fulcio for the certificate
    #[arg(long, value_name = "URL")]
    pub(crate) fulcio_url: Option<String>,

    /// Write the entry into this Rekor
    #[arg(long, value_name = "URL")]
    pub(crate) rekor_url: Option<String>,

    /// The generation of --rekor-url [default: 1]
    #[arg(long, value_name = "N", requires = "rekor_url")]
    pub(crate) rekor_version: Option<RekorVersion>,

    /// Ask this RFC 3161 timestamp authority; `none` for none
    #[arg(long, value_name = "URL")]
    pub(crate) timestamp_url: Option<String>,

    /// Trust these certificate authorities for TLS too, PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,

    /// Ask over this HTTP proxy; variables of the environment are not looked at
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,

    /// Verify what was signed with this trusted_root.json before it is written
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Give up on a service after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
}

impl KeylessOptions {
    /// Says whether one of them is given that has no default.
    pub(crate) const fn is_given(&self) -> bool {
        self.identity_token.is_some()
            || self.identity_token_file.is_some()
            || self.expect_identity.is_some()
            || self.signing_config.is_some()
            || self.fulcio_url.is_some()
            || self.rekor_url.is_some()
            || self.timestamp_url.is_some()
            || self.tls_ca.is_some()
            || self.proxy.is_some()
            || self.trusted_root.is_some()
    }
}

/// The generations of Rekor.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RekorVersion {
    /// Takes whole statements
    #[value(name = "1")]
    V1,
    /// Takes hashes, and needs a timestamp authority
    #[value(name = "2")]
    V2,
}

/// A token that is not shown.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    #[cfg_attr(
        not(feature = "keyless"),
        expect(dead_code, reason = "this build sends it to nobody")
    )]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = Infallible;

    fn from_str(token: &str) -> Result<Self, Infallible> {
        Ok(Self(token.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
