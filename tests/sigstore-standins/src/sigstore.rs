use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::clock;
use crate::fault::{Fault, Standin};
use crate::fulcio::Fulcio;
use crate::http::{Reply, Request, Server, base64};
use crate::issuer::{Claims, Issuer};
use crate::key::Key;
use crate::rekor::Rekor;
use crate::timestamps::Timestamps;

/// A whole instance of Sigstore, on loopback. It stops when it is dropped.
pub struct Sigstore {
    parts: Arc<Parts>,
    tokens: Server,
    fulcio: Server,
    rekor: Server,
    rekor_v2: Server,
    timestamps: Server,
    started: i64,
}

struct Parts {
    issuer: Issuer,
    job: Mutex<Claims>,
    fulcio: Fulcio,
    rekor: Rekor,
    rekor_v2: Rekor,
    timestamps: Timestamps,
    faults: Mutex<Vec<(Standin, Fault)>>,
}

impl Parts {
    fn fault(&self, standin: Standin) -> Option<Fault> {
        let faults = self.faults.lock().unwrap();
        let found = faults.iter().find(|(of, _)| *of == standin);
        found.map(|(_, fault)| fault.clone())
    }

    /// Answers a request, or misbehaves in a way that any service can.
    fn answer(
        &self,
        standin: Standin,
        request: &Request,
        well: impl FnOnce(&Request, Option<&Fault>) -> Reply,
    ) -> Reply {
        match self.fault(standin) {
            Some(Fault::Status(status, text)) => {
                Reply::Says(status, "application/json", text.into_bytes())
            }
            Some(Fault::Says(bytes)) => Reply::Says(201, "application/json", bytes),
            Some(Fault::Endless) => Reply::Endless,
            Some(Fault::Silent) => Reply::Silent,
            Some(Fault::Hangup) => Reply::Hangup,
            Some(Fault::Redirect(to)) => Reply::Redirect(to),
            fault => well(request, fault.as_ref()),
        }
    }
}

impl Sigstore {
    /// Starts all of it, with keys of its own.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[must_use]
    pub fn start() -> Self {
        let started = clock::now();
        let parts = Arc::new(Parts {
            issuer: Issuer::new(),
            job: Mutex::new(Claims::workflow(
                "acme/models/.github/workflows/release.yml@refs/heads/main",
            )),
            fulcio: Fulcio::new(started),
            rekor: Rekor::new("rekor.example - 1"),
            rekor_v2: Rekor::new("log2026.rekor.example"),
            timestamps: Timestamps::new(started),
            faults: Mutex::new(Vec::new()),
        });
        let server = |standin: Standin, well: fn(&Parts, &Request, Option<&Fault>) -> Reply| {
            let parts = Arc::clone(&parts);
            Server::start(move |request| {
                parts.answer(standin, request, |request, fault| {
                    well(&parts, request, fault)
                })
            })
        };
        Self {
            tokens: server(Standin::Tokens, |parts, request, _| {
                let job = parts.job.lock().unwrap().clone();
                parts.issuer.answer(request, &job)
            }),
            fulcio: server(Standin::Fulcio, |parts, request, fault| {
                parts.fulcio.answer(request, &parts.issuer, fault)
            }),
            rekor: server(Standin::Rekor, |parts, request, fault| {
                parts.rekor.answer_v1(request, fault)
            }),
            rekor_v2: server(Standin::Rekor, |parts, request, fault| {
                parts.rekor_v2.answer_v2(request, fault)
            }),
            timestamps: server(Standin::Timestamps, |parts, request, fault| {
                parts.timestamps.answer(request, fault)
            }),
            parts,
            started,
        }
    }

    /// Makes one of the services misbehave from now on.
    ///
    /// # Panics
    ///
    /// If a service panicked before.
    pub fn fail(&self, standin: Standin, fault: Fault) {
        let mut faults = self.parts.faults.lock().unwrap();
        faults.retain(|(of, _)| *of != standin);
        faults.push((standin, fault));
    }

    /// Makes a token.
    #[must_use]
    pub fn token(&self, claims: &Claims) -> String {
        self.parts.issuer.token(claims)
    }

    /// The issuer that is in the tokens, and so in the certificates.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.parts.issuer.url
    }

    /// Where a job asks for its token, as `ACTIONS_ID_TOKEN_REQUEST_URL` has it.
    #[must_use]
    pub fn token_url(&self) -> String {
        self.tokens.url("/token?api-version=2.0")
    }

    /// With what a job asks for its token, as `ACTIONS_ID_TOKEN_REQUEST_TOKEN` has it.
    #[must_use]
    pub fn token_secret(&self) -> &str {
        &self.parts.issuer.secret
    }

    /// Where Fulcio is.
    #[must_use]
    pub fn fulcio_url(&self) -> String {
        self.fulcio.url("")
    }

    /// Where the log of the first generation is.
    #[must_use]
    pub fn rekor_url(&self) -> String {
        self.rekor.url("")
    }

    /// Where the log of the second generation is.
    #[must_use]
    pub fn rekor_v2_url(&self) -> String {
        self.rekor_v2.url("")
    }

    /// Where the timestamp authority is.
    #[must_use]
    pub fn timestamp_url(&self) -> String {
        self.timestamps.url("/api/v1/timestamp")
    }

    /// What was asked of one of the services until now; of the logs both together.
    #[must_use]
    pub fn requests(&self, standin: Standin) -> Vec<Request> {
        match standin {
            Standin::Tokens => self.tokens.requests(),
            Standin::Fulcio => self.fulcio.requests(),
            Standin::Rekor => [self.rekor.requests(), self.rekor_v2.requests()].concat(),
            Standin::Timestamps => self.timestamps.requests(),
        }
    }

    /// The `trusted_root.json` of this instance.
    #[must_use]
    pub fn trusted_root(&self) -> String {
        let parts = &self.parts;
        let since = clock::rfc3339(self.started - 86400);
        let valid = json!({ "start": since });
        let log = |url: &str, key: &Key| {
            json!({
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": base64(&key.public()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": valid,
                },
                "logId": { "keyId": base64(&key.id()) },
            })
        };
        let authority = |url: &str, name: &str, chain: [&[u8]; 2]| {
            let chain = chain.map(|certificate| json!({ "rawBytes": base64(certificate) }));
            json!({
                "subject": { "organization": "sigstore.example", "commonName": name },
                "uri": url,
                "certChain": { "certificates": chain },
                "validFor": valid,
            })
        };
        let root: Value = json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                log("https://rekor.example", &parts.rekor.key),
                log("https://log2026.rekor.example", &parts.rekor_v2.key),
            ],
            "certificateAuthorities": [authority(
                "https://fulcio.example",
                "fulcio-root",
                [&parts.fulcio.intermediate.certificate, &parts.fulcio.root.certificate],
            )],
            "ctlogs": [log("https://ctfe.example", &parts.fulcio.ct_log)],
            "timestampAuthorities": [authority(
                "https://timestamp.example",
                "tsa-root",
                [&parts.timestamps.certificate, &parts.timestamps.root.certificate],
            )],
        });
        root.to_string()
    }

    /// The `signing_config.json` of this instance: with the log of the second generation or without.
    #[must_use]
    pub fn signing_config(&self, rekor_major: u32) -> String {
        let since = clock::rfc3339(self.started - 86400);
        let service = |url: String, version: u32| json!([{ "url": url, "majorApiVersion": version, "validFor": { "start": since }, "operator": "example" }]);
        let log = match rekor_major {
            2 => self.rekor_v2_url(),
            _ => self.rekor_url(),
        };
        let config = json!({
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": service(self.fulcio_url(), 1),
            "oidcUrls": service(self.issuer().to_owned(), 1),
            "rekorTlogUrls": service(log, rekor_major),
            "rekorTlogConfig": { "selector": "ANY" },
            "tsaUrls": service(self.timestamp_url(), 1),
            "tsaConfig": { "selector": "ANY" },
        });
        config.to_string()
    }
}

impl fmt::Debug for Sigstore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sigstore").finish_non_exhaustive()
    }
}
