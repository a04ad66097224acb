use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sigstore_sign::crypto::{CertificateInfo, KeyPair, parse_certificate_info};
use sigstore_sign::types::{DerCertificate, DerPublicKey};

use crate::exchange::{Asked, Exchange};
use crate::token::Expected;
use crate::{Endpoint, Error, IdentityToken, Step};

/// A certificate of Fulcio for a key that was just made.
pub(crate) struct Issued {
    pub(crate) certificate: DerCertificate,
    pub(crate) public_key: DerPublicKey,
    pub(crate) identity: String,
    pub(crate) issuer: String,
}

/// Asks Fulcio (`POST /api/v2/signingCert`) and holds the certificate against what was asked for.
pub(crate) async fn request(
    exchange: &Exchange,
    fulcio: &Endpoint,
    token: &IdentityToken,
    wanted: Option<&str>,
    key: &KeyPair,
    at: SystemTime,
) -> Result<Issued, Error> {
    let public_key = key.public_key_der().map_err(Error::signing)?;
    // Whoever asks shows that the key is theirs by signing who they are.
    let proof = key.sign(token.challenge().as_bytes());
    let proof = proof.map_err(Error::signing)?;
    let body = json!({
        "credentials": { "oidcIdentityToken": token.secret() },
        "publicKeyRequest": {
            "publicKey": { "algorithm": "ECDSA", "content": public_key.to_pem() },
            "proofOfPossession": proof.to_base64(),
        },
    });
    let request = exchange
        .client()
        .post(fulcio.below("api/v2/signingCert"))
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(body.to_string());
    let asked = Asked {
        step: Step::Certificate,
        endpoint: fulcio,
        secret: Some(token.secret()),
    };
    let answer = exchange.send(&asked, request).await?;
    let certificate = leaf(&answer)?;
    let information = parse_certificate_info(&certificate);
    let information = information.map_err(|error| Error::malformed(Step::Certificate, error))?;
    if information.public_key != public_key {
        return Err(Error::CertificateKey);
    }
    let (identity, issuer) = names(&information, token, wanted)?;
    window(&information, at, exchange.limits().clock_skew)?;
    Ok(Issued {
        certificate,
        public_key,
        identity,
        issuer,
    })
}

/// Reads the certificate out of an answer: the first of the chain that has its SCT inside.
fn leaf(answer: &[u8]) -> Result<DerCertificate, Error> {
    let unreadable = || Error::AnswerMalformed {
        step: Step::Certificate,
        source: None,
    };
    let answer: Value = serde_json::from_slice(answer)
        .map_err(|error| Error::malformed(Step::Certificate, error))?;
    let has = |key: &str| answer.get(key).is_some_and(|value| !value.is_null());
    if has("signedCertificateDetachedSct") {
        return Err(Error::CertificateWithoutSct);
    }
    let pem = answer
        .pointer("/signedCertificateEmbeddedSct/chain/certificates/0")
        .and_then(Value::as_str)
        .ok_or_else(unreadable)?;
    DerCertificate::from_pem(pem).map_err(|error| Error::malformed(Step::Certificate, error))
}

/// Holds identity, issuer and subject against the token and the caller's wish.
fn names(
    information: &CertificateInfo,
    token: &IdentityToken,
    wanted: Option<&str>,
) -> Result<(String, String), Error> {
    let identity = information.identity.as_ref();
    let identity = identity.map_or("", |identity| identity.as_str());
    let differs = |wanted: &str| Error::CertificateIdentity {
        found: identity.to_owned(),
        wanted: wanted.to_owned(),
    };
    if identity.is_empty() {
        return Err(differs(wanted.unwrap_or_default()));
    }
    if let Expected::Exactly(expected) = token.expected()
        && expected != identity
    {
        return Err(differs(&expected));
    }
    if let Some(wanted) = wanted
        && wanted != identity
    {
        return Err(differs(wanted));
    }
    let issuer = information.issuer.as_deref().unwrap_or_default();
    if issuer != token.issuer() {
        return Err(Error::CertificateIssuer {
            found: issuer.to_owned(),
            wanted: token.issuer().to_owned(),
        });
    }
    if let Some(subject) = &information.ci_claims.token_subject
        && subject != token.subject()
    {
        return Err(Error::CertificateSubject {
            found: subject.clone(),
            wanted: token.subject().to_owned(),
        });
    }
    Ok((identity.to_owned(), issuer.to_owned()))
}

/// Holds the time at which the certificate is valid against the caller's clock.
fn window(information: &CertificateInfo, at: SystemTime, skew: Duration) -> Result<(), Error> {
    let not_before = time(information.not_before.as_second());
    let not_after = time(information.not_after.as_second());
    let opens = not_before.checked_sub(skew).unwrap_or(UNIX_EPOCH);
    let closes = not_after.checked_add(skew).unwrap_or(not_after);
    if at < opens || closes < at {
        return Err(Error::CertificateTime {
            at,
            not_before,
            not_after,
        });
    }
    Ok(())
}

fn time(seconds: i64) -> SystemTime {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}
