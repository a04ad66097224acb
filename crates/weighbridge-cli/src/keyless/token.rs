use std::env;

use weighbridge::findings::escape;
use weighbridge::keyless::{GithubCredentials, IdentityToken, Options};

use super::KeylessOptions;
use super::ask::{failure, say};
use super::options::{endpoint, read};
use crate::failure::{Failure, quoted};

/// Bytes of a token file that are read; the token itself is held to a limit of its own.
const TOKEN: u64 = 1 << 20;

/// Whom tokens for Fulcio are for.
const AUDIENCE: &str = "sigstore";

/// Finds the token: on the command line, in a file, in the variable that GitLab sets, at the endpoint of GitHub.
pub(super) fn find(
    arguments: &KeylessOptions,
    options: &Options,
) -> Result<IdentityToken, Failure> {
    if let Some(token) = &arguments.identity_token {
        return parse(token.as_str(), "--identity-token");
    }
    if let Some(path) = &arguments.identity_token_file {
        let bytes = read(path, TOKEN)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Failure::failed(format!("{} is not UTF-8", quoted(path))))?;
        return parse(text, &quoted(path));
    }
    if let Some(token) = variable("SIGSTORE_ID_TOKEN") {
        return parse(&token, "SIGSTORE_ID_TOKEN");
    }
    let url = variable("ACTIONS_ID_TOKEN_REQUEST_URL");
    let secret = variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    if let (Some(url), Some(secret)) = (url, secret) {
        let endpoint = endpoint("ACTIONS_ID_TOKEN_REQUEST_URL", &url)?;
        let credentials = GithubCredentials::new(endpoint, &secret);
        say(&format!("asking {} (token)", escape(&credentials.host())));
        let token = credentials.request(AUDIENCE, options);
        return token.map_err(|error| failure(&error));
    }
    if variable("GITHUB_ACTIONS").is_some() {
        return Err(Failure::usage(
            "no identity token: this job of GitHub Actions lacks `permissions: id-token: write`"
                .to_owned(),
        ));
    }
    Err(Failure::usage(
        "no identity token: give --identity-token-file, or set SIGSTORE_ID_TOKEN as docs/keyless.md shows"
            .to_owned(),
    ))
}

fn parse(text: &str, place: &str) -> Result<IdentityToken, Failure> {
    IdentityToken::parse(text).map_err(|error| Failure::failed(format!("{place}: {error}")))
}

/// Returns a variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
