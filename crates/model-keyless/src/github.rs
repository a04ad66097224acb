use std::fmt;

use crate::blocking;
use crate::exchange::{Asked, Exchange};
use crate::{Endpoint, Error, IdentityToken, Options, Step};

/// With these a job of GitHub Actions asks for tokens that say which job it is.
///
/// GitHub gives them to a job with the permission `id-token: write`, in the environment: the URL as
/// `ACTIONS_ID_TOKEN_REQUEST_URL`, the secret as `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. Reading them there is the
/// caller's part.
#[derive(Clone)]
pub struct GithubCredentials {
    endpoint: Endpoint,
    bearer: String,
}

impl GithubCredentials {
    /// Takes the URL and the secret.
    #[must_use]
    pub fn new(endpoint: Endpoint, bearer: &str) -> Self {
        Self {
            endpoint,
            bearer: bearer.to_owned(),
        }
    }

    /// Returns the host that is asked.
    #[must_use]
    pub fn host(&self) -> String {
        self.endpoint.host()
    }

    /// Asks for a token for an audience; Fulcio's is `sigstore`.
    ///
    /// # Errors
    ///
    /// An [`Error`] of the step [`Step::Token`], or [`Error::Client`].
    pub fn request(&self, audience: &str, options: &Options) -> Result<IdentityToken, Error> {
        blocking::run(|| self.ask(audience, options))
    }

    async fn ask(&self, audience: &str, options: &Options) -> Result<IdentityToken, Error> {
        let exchange = Exchange::new(options)?;
        let mut url = self.endpoint.url();
        url.query_pairs_mut().append_pair("audience", audience);
        let request = exchange
            .client()
            .get(url)
            .header("accept", "application/json; api-version=2.0")
            .bearer_auth(&self.bearer);
        let asked = Asked {
            step: Step::Token,
            endpoint: &self.endpoint,
            secret: Some(&self.bearer),
        };
        let body = exchange.send(&asked, request).await?;
        // What the parser says may quote the answer, which is a secret.
        let unreadable = || Error::AnswerMalformed {
            step: Step::Token,
            source: None,
        };
        let body: serde_json::Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        let value = body.get("value").and_then(serde_json::Value::as_str);
        IdentityToken::parse(value.ok_or_else(unreadable)?).map_err(Error::TokenMalformed)
    }
}

impl fmt::Debug for GithubCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GithubCredentials")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
