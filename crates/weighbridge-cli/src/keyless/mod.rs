//! Signing without a key of one's own, for the commands that offer it.
//!
//! Every build has the options. Whether something can be signed with them is a matter of the feature `keyless`.

mod arguments;
#[cfg(feature = "keyless")]
mod ask;
#[cfg(feature = "keyless")]
mod options;
#[cfg(feature = "keyless")]
mod token;

use weighbridge::digest::Digest;

pub(crate) use self::arguments::KeylessOptions;
use crate::failure::Failure;

/// What is signed keyless.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "keyless"),
    expect(dead_code, reason = "this build cannot sign it")
)]
pub(crate) enum Content<'a> {
    /// An in-toto statement, as it is.
    Statement(&'a [u8]),
    /// A file, by its SHA-256.
    Digest(&'a Digest),
}

/// What was signed keyless.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The bundle, JSON.
    pub(crate) bundle: Vec<u8>,
    /// Whom the certificate names.
    pub(crate) identity: String,
    /// Who vouched for that.
    pub(crate) issuer: String,
    /// The place of the entry in the log.
    pub(crate) log_index: u64,
    /// Whether the bundle was verified with a trust root.
    pub(crate) verified: bool,
}

/// Says whether this build can sign keyless, before any work is done for it.
pub(crate) fn available() -> Result<(), Failure> {
    if cfg!(feature = "keyless") {
        Ok(())
    } else {
        Err(unavailable())
    }
}

/// Asks the services for a signature. It is the one thing that this program uses the network for, and it says on
/// stderr who is asked.
#[cfg(feature = "keyless")]
pub(crate) fn sign(content: Content<'_>, options: &KeylessOptions) -> Result<Signed, Failure> {
    ask::sign(content, options)
}

/// Says that this build cannot.
#[cfg(not(feature = "keyless"))]
pub(crate) fn sign(_: Content<'_>, _: &KeylessOptions) -> Result<Signed, Failure> {
    Err(unavailable())
}

fn unavailable() -> Failure {
    Failure::usage(
        "this build cannot sign keyless: it was made without the feature `keyless`".to_owned(),
    )
}
