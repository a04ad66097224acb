use std::fmt;

use sigstore_sign::reqwest::Url;

/// Where a service is reached: an `https` URL, or an `http` one of this very machine.
#[derive(Clone, Eq, PartialEq)]
pub struct Endpoint {
    url: Url,
}

impl Endpoint {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if it is no URL, if it is neither `https` nor `http` on a loopback address, or if it
    /// carries a user name, a password or a fragment.
    ///
    /// # Examples
    ///
    /// ```
    /// use model_keyless::{Endpoint, EndpointError};
    ///
    /// let fulcio = Endpoint::parse("https://fulcio.sigstore.dev/")?;
    /// assert_eq!(fulcio.host(), "fulcio.sigstore.dev");
    /// assert!(Endpoint::parse("http://127.0.0.1:5555").is_ok());
    /// assert_eq!(Endpoint::parse("http://fulcio.sigstore.dev"), Err(EndpointError::NotSecure));
    /// # Ok::<(), EndpointError>(())
    /// ```
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(url).map_err(|_| EndpointError::NotAUrl)?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(EndpointError::NoHost);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(EndpointError::NotSecure),
            _ => return Err(EndpointError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(EndpointError::Fragment);
        }
        Ok(Self { url })
    }

    /// Returns the host, as the URL has it, with the port where it is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns the URL as it was given.
    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Returns the URL of a path below this one.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let joined = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&joined);
        url
    }
}

impl fmt::Display for Endpoint {
    /// Writes scheme, host and path: a query can hold what is not for everybody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.path().trim_end_matches('/');
        write!(f, "{}://{}{path}", self.url.scheme(), self.host())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// Why a URL cannot be that of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It does not read as an absolute URL.
    #[error("not a URL")]
    NotAUrl,
    /// There is no host in it.
    #[error("the URL has no host")]
    NoHost,
    /// It is neither `https` nor `http`.
    #[error("the URL is not one of https")]
    Scheme,
    /// It is `http`, and the host is another machine.
    #[error("plain http is only for services on this machine, use https")]
    NotSecure,
    /// It has a user name or a password.
    #[error("the URL carries a user name or a password")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("the URL has a fragment")]
    Fragment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in [
            "http://127.0.0.1:1/x",
            "http://127.8.9.1",
            "http://[::1]:80",
            "http://localhost:9",
        ] {
            assert!(Endpoint::parse(url).is_ok(), "{url}");
        }
        for url in [
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://fulcio.internal",
        ] {
            assert_eq!(Endpoint::parse(url), Err(EndpointError::NotSecure), "{url}");
        }
    }

    #[test]
    fn other_schemes_and_secrets_in_the_url_are_refused() {
        let cases = [
            ("ftp://a/b", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::NoHost),
            ("fulcio.sigstore.dev", EndpointError::NotAUrl),
            ("", EndpointError::NotAUrl),
            ("https://me:secret@a/", EndpointError::Credentials),
            ("https://me@a/", EndpointError::Credentials),
            ("https://a/#b", EndpointError::Fragment),
        ];
        for (url, error) in cases {
            assert_eq!(Endpoint::parse(url), Err(error), "{url}");
        }
    }

    #[test]
    fn a_path_below_keeps_the_path_above() {
        let endpoint = Endpoint::parse("https://a.example/sigstore/").unwrap();
        assert_eq!(
            endpoint.below("api/v2/signingCert").as_str(),
            "https://a.example/sigstore/api/v2/signingCert"
        );
        assert_eq!(endpoint.to_string(), "https://a.example/sigstore");
    }

    #[test]
    fn a_query_is_not_shown() {
        let endpoint = Endpoint::parse("https://a.example/t?key=hush").unwrap();
        assert_eq!(format!("{endpoint} {endpoint:?}").find("hush"), None);
    }
}
