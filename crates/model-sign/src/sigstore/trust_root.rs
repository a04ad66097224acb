use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use sigstore_trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::Verifier;
use sigstore_verify::types::TimeRange;

use super::document;
use super::error::TrustRootError;

/// Largest `trusted_root.json` that is taken, in bytes; the public-good instance's has 7 KiB.
const LARGEST: usize = 1 << 20;
/// Most logs and authorities of one kind in a root; the public-good instance has two of each.
const MOST: usize = 256;

/// Whom a signature leads back to: the certificate authorities, logs and timestamp authorities of a Sigstore
/// instance, as its `trusted_root.json` lists them.
///
/// It is read once and cheap to clone.
#[derive(Clone)]
pub struct TrustRoot {
    inner: Arc<Inner>,
}

struct Inner {
    root: TrustedRoot,
    verifier: Verifier,
    /// When the last of its keys and authorities begins to be valid.
    last_start: Option<SystemTime>,
    taken: Option<&'static str>,
}

impl TrustRoot {
    /// The day, in UTC, that the built-in root was taken from the repository of the public-good instance.
    pub const PUBLIC_GOOD_TAKEN: &'static str = "2026-10-23";

    /// Reads a `trusted_root.json`, or the configuration of a client that has one in it
    /// (`application/vnd.dev.sigstore.clienttrustconfig.v0.1+json`).
    ///
    /// # Limits
    /// 1 MiB, and 256 logs or authorities of each kind.
    ///
    /// # Errors
    /// [`TrustRootError`] says what is wrong: no strict JSON, no trusted root, a key or certificate that cannot
    /// be read, two logs with one ID, a validity that ends before it begins, nobody in it to trust.
    pub fn from_json(bytes: &[u8]) -> Result<Self, TrustRootError> {
        if bytes.len() > LARGEST {
            return Err(TrustRootError::TooLarge {
                found: bytes.len(),
                limit: LARGEST,
            });
        }
        let value = document::trust_root(bytes)?;
        let root: TrustedRoot = serde_json::from_value(value)
            .map_err(|error| TrustRootError::Shape(Box::new(error)))?;
        Self::new(root, None)
    }

    /// Returns the root of the public-good instance (`sigstore.dev`) that is built in.
    ///
    /// It was taken on [`PUBLIC_GOOD_TAKEN`](Self::PUBLIC_GOOD_TAKEN); what the instance trusts since then it
    /// does not know, and verification refuses. It never accepts more than it did that day.
    ///
    /// # Errors
    /// [`TrustRootError`] never in practice: a test reads it.
    pub fn public_good() -> Result<Self, TrustRootError> {
        let root = TrustedRoot::from_json(SIGSTORE_PRODUCTION_TRUSTED_ROOT)
            .map_err(|error| TrustRootError::Shape(Box::new(error)))?;
        Self::new(root, Some(Self::PUBLIC_GOOD_TAKEN))
    }

    fn new(root: TrustedRoot, taken: Option<&'static str>) -> Result<Self, TrustRootError> {
        let counts = [
            root.tlogs.len(),
            root.ctlogs.len(),
            root.certificate_authorities.len(),
            root.timestamp_authorities.len(),
        ];
        if let Some(found) = counts.into_iter().find(|count| *count > MOST) {
            return Err(TrustRootError::TooMany { found, limit: MOST });
        }
        if root.certificate_authorities.is_empty() && root.tlogs.is_empty() {
            return Err(TrustRootError::Nobody);
        }
        let verifier =
            Verifier::new(&root).map_err(|error| TrustRootError::Material(Box::new(error)))?;
        let last_start = windows(&root).map(|window| window.start.into()).max();
        Ok(Self {
            inner: Arc::new(Inner {
                root,
                verifier,
                last_start,
                taken,
            }),
        })
    }

    /// Returns the day that a built-in root was taken, such as `2026-10-23`; `None` for one that was given.
    #[must_use]
    pub fn taken(&self) -> Option<&'static str> {
        self.inner.taken
    }

    pub(super) fn root(&self) -> &TrustedRoot {
        &self.inner.root
    }

    /// Calls what verifies with a verifier that knows nobody whose validity begins after `at`.
    pub(super) fn with_verifier<T>(
        &self,
        at: SystemTime,
        verify: impl FnOnce(&Verifier) -> T,
    ) -> Result<T, TrustRootError> {
        if self.inner.last_start.is_none_or(|start| start <= at) {
            return Ok(verify(&self.inner.verifier));
        }
        let mut root = self.inner.root.clone();
        let begun = |window: Option<TimeRange>| {
            window.is_none_or(|window| SystemTime::from(window.start) <= at)
        };
        root.tlogs.retain(|log| begun(log.public_key.valid_for));
        root.ctlogs.retain(|log| begun(log.public_key.valid_for));
        root.certificate_authorities
            .retain(|authority| begun(authority.valid_for));
        root.timestamp_authorities
            .retain(|authority| begun(authority.valid_for));
        let verifier =
            Verifier::new(&root).map_err(|error| TrustRootError::Material(Box::new(error)))?;
        Ok(verify(&verifier))
    }
}

fn windows(root: &TrustedRoot) -> impl Iterator<Item = TimeRange> {
    let logs = root.tlogs.iter().map(|log| log.public_key.valid_for);
    let certificate_logs = root.ctlogs.iter().map(|log| log.public_key.valid_for);
    let authorities = root.certificate_authorities.iter().map(|ca| ca.valid_for);
    let timestamps = root.timestamp_authorities.iter().map(|ca| ca.valid_for);
    logs.chain(certificate_logs)
        .chain(authorities)
        .chain(timestamps)
        .flatten()
}

impl fmt::Debug for TrustRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustRoot")
            .field("logs", &self.inner.root.tlogs.len())
            .field(
                "authorities",
                &self.inner.root.certificate_authorities.len(),
            )
            .field("taken", &self.inner.taken)
            .finish_non_exhaustive()
    }
}
