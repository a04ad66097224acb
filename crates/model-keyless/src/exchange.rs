use sigstore_sign::reqwest::{Client, Proxy, RequestBuilder, Response, redirect};

use crate::error::Source;
use crate::{Endpoint, Error, Limits, Options, Step};

/// Asks services: one request, one answer, both bounded, nothing followed and nothing repeated.
pub(crate) struct Exchange {
    client: Client,
    limits: Limits,
}

/// Whom is asked, for what, and what must not come back in an error.
pub(crate) struct Asked<'a> {
    pub(crate) step: Step,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) secret: Option<&'a str>,
}

impl Exchange {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let limits = options.limits.clone();
        let mut client = Client::builder()
            .user_agent(concat!("weighbridge/", env!("CARGO_PKG_VERSION")))
            .timeout(limits.request_time)
            .connect_timeout(limits.connect_time)
            // A request carries the token; where it is sent on to is not whom the caller named.
            .redirect(redirect::Policy::none())
            // The environment is the caller's to read.
            .no_proxy();
        if let Some(proxy) = &options.proxy {
            client = client.proxy(Proxy::all(proxy.url()).map_err(setting_up)?);
        }
        if !options.tls_roots.is_empty() {
            client = client.tls_certs_merge(options.tls_roots.iter().cloned());
        }
        let client = client.build().map_err(setting_up)?;
        Ok(Self { client, limits })
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends a request and returns the body of an answer of success.
    pub(crate) async fn send(
        &self,
        asked: &Asked<'_>,
        request: RequestBuilder,
    ) -> Result<Vec<u8>, Error> {
        let response = request.send().await;
        let response = response.map_err(|error| self.network(asked, error))?;
        let status = response.status();
        if status.is_success() {
            return self.body(asked, response).await;
        }
        let step = asked.step;
        let status = status.as_u16();
        if (300..400).contains(&status) {
            return Err(Error::Redirected { step, status });
        }
        let answer = self.refusal(asked, response).await;
        Err(Error::Refused {
            step,
            status,
            answer,
        })
    }

    async fn body(&self, asked: &Asked<'_>, mut response: Response) -> Result<Vec<u8>, Error> {
        let limit = self.limits.answer;
        let too_large = || Error::AnswerTooLarge {
            step: asked.step,
            limit,
        };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|announced| announced > limit) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| self.network(asked, error))? else {
                return Ok(body);
            };
            if chunk.len() > limit.saturating_sub(body.len()) {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// Reads the beginning of what a service says when it refuses. What it is called is settled by its status, so
    /// failures are no matter here.
    async fn refusal(&self, asked: &Asked<'_>, mut response: Response) -> String {
        let limit = self.limits.refusal;
        let mut bytes = Vec::new();
        while bytes.len() < limit {
            let Ok(Some(chunk)) = response.chunk().await else {
                break;
            };
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(limit);
        let text = String::from_utf8_lossy(&bytes);
        // Any of the three parts of a token would be too much, and so would be a piece of one at the cut.
        let tells = |secret: &str| {
            let mut parts = secret.split('.').filter(|part| !part.is_empty());
            parts.any(|part| text.contains(beginning(part)))
        };
        if asked.secret.is_some_and(tells) {
            return String::new();
        }
        let text = text.trim();
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }

    fn network(&self, asked: &Asked<'_>, error: sigstore_sign::reqwest::Error) -> Error {
        let host = asked.endpoint.host();
        let step = asked.step;
        if error.is_timeout() {
            let limit = if error.is_connect() {
                self.limits.connect_time
            } else {
                self.limits.request_time
            };
            return Error::TimedOut { step, host, limit };
        }
        Error::Unreachable {
            step,
            host,
            source: Box::new(error.without_url()),
        }
    }
}

/// Returns the first characters of a part of a token, which are ASCII; enough to know it by.
fn beginning(part: &str) -> &str {
    part.get(..16).unwrap_or(part)
}

fn setting_up(error: sigstore_sign::reqwest::Error) -> Error {
    let source: Source = Box::new(error.without_url());
    Error::Client { source }
}
