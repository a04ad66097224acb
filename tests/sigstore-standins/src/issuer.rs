use serde_json::{Value, json};

use crate::clock;
use crate::http::{Reply, Request, base64url, from_base64url};
use crate::key::{Key, hex, random, verifies};

/// Who a token is to be for.
#[derive(Clone, Debug)]
pub struct Claims {
    subject: String,
    email: Option<String>,
    workflow: Option<String>,
    audience: String,
    lives: i64,
}

impl Claims {
    /// A person, by a verified e-mail address.
    #[must_use]
    pub fn email(address: &str) -> Self {
        Self {
            subject: "1234".to_owned(),
            email: Some(address.to_owned()),
            workflow: None,
            audience: "sigstore".to_owned(),
            lives: 300,
        }
    }

    /// A job of GitHub Actions: `owner/repository/.github/workflows/release.yml@refs/heads/main`. The certificate
    /// will be for `https://github.com/` and that.
    #[must_use]
    pub fn workflow(workflow: &str) -> Self {
        let repository = workflow.split("/.github").next().unwrap_or_default();
        Self {
            subject: format!("repo:{repository}:ref:refs/heads/main"),
            email: None,
            workflow: Some(workflow.to_owned()),
            audience: "sigstore".to_owned(),
            lives: 300,
        }
    }

    /// For another audience than Fulcio's.
    #[must_use]
    pub fn with_audience(mut self, audience: &str) -> Self {
        audience.clone_into(&mut self.audience);
        self
    }

    /// Expires so many seconds from now; less than zero is in the past.
    #[must_use]
    pub const fn with_lifetime(mut self, seconds: i64) -> Self {
        self.lives = seconds;
        self
    }
}

/// Gives out tokens, to whoever knows the secret of the job.
pub(crate) struct Issuer {
    key: Key,
    pub(crate) url: String,
    pub(crate) secret: String,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self {
            key: Key::generate(),
            url: "https://token.actions.example".to_owned(),
            secret: hex(&random::<24>()),
        }
    }

    /// Makes a JWT. Its signature is ASN.1 where real ones are two plain numbers: only Fulcio looks at it.
    pub(crate) fn token(&self, claims: &Claims) -> String {
        let now = clock::now();
        let mut payload = json!({
            "iss": self.url,
            "sub": claims.subject,
            "aud": claims.audience,
            "iat": now,
            "exp": now + claims.lives,
        });
        if let Some(email) = &claims.email {
            payload["email"] = json!(email);
            payload["email_verified"] = json!(true);
        }
        if let Some(workflow) = &claims.workflow {
            payload["job_workflow_ref"] = json!(workflow);
        }
        let header = json!({ "alg": "ES256", "typ": "JWT" });
        let signed = [header, payload].map(|part| base64url(part.to_string().as_bytes()));
        let signed = signed.join(".");
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", base64url(&signature))
    }

    /// Checks a token as Fulcio does and returns what it claims, or what is wrong with it.
    pub(crate) fn check(&self, token: &str) -> Result<Value, &'static str> {
        let (signed, signature) = token.rsplit_once('.').ok_or("not a JWT")?;
        let (_, payload) = signed.split_once('.').ok_or("not a JWT")?;
        let signature = from_base64url(signature).ok_or("not base64")?;
        if !verifies(&self.key.public(), signed.as_bytes(), &signature) {
            return Err("the token is not signed by a known issuer");
        }
        let payload = from_base64url(payload).ok_or("not base64")?;
        let claims: Value = serde_json::from_slice(&payload).map_err(|_| "not JSON")?;
        if claims["aud"] != "sigstore" {
            return Err("the token is for another audience");
        }
        if claims["exp"].as_i64().is_none_or(|exp| exp <= clock::now()) {
            return Err("the token has expired");
        }
        Ok(claims)
    }

    /// Answers as the token endpoint of GitHub Actions does.
    pub(crate) fn answer(&self, request: &Request, claims: &Claims) -> Reply {
        if request.method != "GET" || !request.path.starts_with("/token?") {
            return Reply::refuse(404, "no such page");
        }
        if request.header("authorization") != format!("Bearer {}", self.secret) {
            return Reply::refuse(401, "not this job");
        }
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        let audience = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("audience="));
        let claims = claims.clone().with_audience(audience.unwrap_or("github"));
        let token = self.token(&claims);
        Reply::json(200, &json!({ "count": token.len(), "value": token }))
    }
}
