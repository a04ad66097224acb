use sigstore_sign::reqwest::Certificate;

use crate::error::Source;
use crate::{Endpoint, Limits};

/// How services are asked: within which limits, by which certificate authorities of TLS, over which proxy.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) limits: Limits,
    pub(crate) tls_roots: Vec<Certificate>,
    pub(crate) proxy: Option<Endpoint>,
}

/// Why an option cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// There is no certificate in the PEM text, or one that cannot be read.
    #[error("no certificates in PEM form")]
    TlsRoots {
        /// What the parser says, where one does.
        source: Option<Source>,
    },
}

impl Options {
    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Trusts these certificate authorities, PEM, for TLS connections beside those of the system: for services of
    /// one's own. It has nothing to do with whose signatures are trusted.
    ///
    /// # Errors
    ///
    /// [`OptionsError::TlsRoots`] if there is no certificate in the text or one cannot be read.
    pub fn with_tls_roots(mut self, pem: &[u8]) -> Result<Self, OptionsError> {
        let roots = Certificate::from_pem_bundle(pem).map_err(|error| OptionsError::TlsRoots {
            source: Some(Box::new(error)),
        })?;
        if roots.is_empty() {
            return Err(OptionsError::TlsRoots { source: None });
        }
        self.tls_roots.extend(roots);
        Ok(self)
    }

    /// Asks over this HTTP proxy. Without it services are asked directly, whatever the environment says.
    #[must_use]
    pub fn with_proxy(mut self, proxy: Endpoint) -> Self {
        self.proxy = Some(proxy);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_roots_without_a_certificate_are_refused() {
        for pem in [
            &b""[..],
            b"hello",
            b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        ] {
            assert!(Options::default().with_tls_roots(pem).is_err());
        }
    }
}
