use std::fmt;
use std::time::SystemTime;

use crate::signing_config::{self, SigningConfigError};
use crate::{Endpoint, Step};

/// The generations of Rekor that an entry can be written to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LogVersion {
    /// Rekor v1: takes the whole DSSE envelope, signs the time of the entry.
    V1,
    /// Rekor v2, on tiles: takes a hash of what was signed, knows no time, and so needs a timestamp authority.
    V2,
}

/// Who is asked for a signature: a certificate authority, a transparency log, a timestamp authority.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Services {
    fulcio: Endpoint,
    log: Endpoint,
    log_version: LogVersion,
    timestamps: Option<Endpoint>,
}

impl Services {
    /// Asks a Fulcio and a Rekor v1, and no timestamp authority.
    #[must_use]
    pub const fn new(fulcio: Endpoint, rekor: Endpoint) -> Self {
        Self {
            fulcio,
            log: rekor,
            log_version: LogVersion::V1,
            timestamps: None,
        }
    }

    /// Asks the public-good instance of Sigstore, as its signing configuration has named it since 2025-07-04:
    /// `fulcio.sigstore.dev`, `rekor.sigstore.dev` (v1), `timestamp.sigstore.dev`.
    #[must_use]
    pub fn public_good() -> Self {
        signing_config::public_good()
    }

    /// Takes the services out of a `signing_config.json` (`application/vnd.dev.sigstore.signingconfig.v0.2+json`):
    /// of each kind the first one that is valid at the time given, of the logs one of the highest generation.
    ///
    /// # Errors
    ///
    /// [`SigningConfigError`] if the bytes are no such configuration, if a service is missing, or if the
    /// configuration asks for more than one log or timestamp authority.
    ///
    /// # Limits
    ///
    /// At most 1 MiB is read.
    pub fn from_signing_config(json: &[u8], at: SystemTime) -> Result<Self, SigningConfigError> {
        signing_config::read(json, at)
    }

    /// Asks another Fulcio.
    #[must_use]
    pub fn with_fulcio(mut self, fulcio: Endpoint) -> Self {
        self.fulcio = fulcio;
        self
    }

    /// Writes to another log. Logs of the two generations are different services, so both come together.
    #[must_use]
    pub fn with_log(mut self, log: Endpoint, version: LogVersion) -> Self {
        self.log = log;
        self.log_version = version;
        self
    }

    /// Asks this timestamp authority; the URL is the whole one of its RFC 3161 endpoint.
    #[must_use]
    pub fn with_timestamps(mut self, authority: Endpoint) -> Self {
        self.timestamps = Some(authority);
        self
    }

    /// Asks no timestamp authority. With a log of the second generation signing then fails.
    #[must_use]
    pub fn without_timestamps(mut self) -> Self {
        self.timestamps = None;
        self
    }

    /// Returns where certificates come from.
    #[must_use]
    pub const fn fulcio(&self) -> &Endpoint {
        &self.fulcio
    }

    /// Returns the log.
    #[must_use]
    pub const fn log(&self) -> &Endpoint {
        &self.log
    }

    /// Returns the generation of the log.
    #[must_use]
    pub const fn log_version(&self) -> LogVersion {
        self.log_version
    }

    /// Returns the timestamp authority, if one is asked.
    #[must_use]
    pub const fn timestamps(&self) -> Option<&Endpoint> {
        self.timestamps.as_ref()
    }

    /// Lists who is asked over the network for one signature, in order.
    pub fn asked(&self) -> impl Iterator<Item = (Step, &Endpoint)> {
        let timestamps = self.timestamps.as_ref();
        [
            Some((Step::Certificate, &self.fulcio)),
            timestamps.map(|authority| (Step::Timestamp, authority)),
            Some((Step::Log, &self.log)),
        ]
        .into_iter()
        .flatten()
    }
}

impl Default for Services {
    /// The public-good instance.
    fn default() -> Self {
        Self::public_good()
    }
}

impl fmt::Display for LogVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        })
    }
}
