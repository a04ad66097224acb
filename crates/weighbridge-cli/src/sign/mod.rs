//! The command `sign`.

mod arguments;
mod blob;
mod model;

use serde::Serialize;
use weighbridge::sign::key::PublicKey;

pub(crate) use self::arguments::Sign;
pub(crate) use self::blob::{digest, sig_beside};
pub(crate) use self::model::{bundle_of, bytes_of, certificates, unopened};
use crate::exit::Exit;
use crate::failure::Failure;

/// The version of what `keygen`, `sign --model` and `verify --model` write as JSON.
pub(crate) const SCHEMA: &str = "weighbridge.signature/1";

/// The version of what `sign MODEL` and `verify MODEL` write as JSON.
pub(crate) const MODEL_SCHEMA: &str = "weighbridge.model-signature/1";

/// Signs what was named.
pub(crate) fn run(arguments: &Sign) -> Result<Exit, Failure> {
    match &arguments.path {
        Some(model) => model::run(model, arguments),
        None => blob::run(arguments),
    }
}

/// A public key, as it is written to JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Key {
    pub(crate) algorithm: &'static str,
    pub(crate) fingerprint: String,
}

impl Key {
    pub(crate) fn new(key: &PublicKey) -> Self {
        Self {
            algorithm: key.algorithm().as_str(),
            fingerprint: key.fingerprint().to_string(),
        }
    }
}
