use serde_json::{Value, json};

use crate::clock;
use crate::der::{octets, sequence, truth, utf8, value};
use crate::fault::Fault;
use crate::http::{Reply, Request, base64, from_base64};
use crate::issuer::Issuer;
use crate::key::{Key, sha256, verifies};
use crate::x509::{Authority, Wish, extension, from_pem, pem, usage};

const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
/// The list of SCTs in a certificate (RFC 6962, section 3.3).
const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

/// Certifies keys for the identity in a token, and writes the certificates into a CT log.
pub(crate) struct Fulcio {
    pub(crate) root: Authority,
    pub(crate) intermediate: Authority,
    pub(crate) ct_log: Key,
}

impl Fulcio {
    pub(crate) fn new(now: i64) -> Self {
        let root = Authority::root("fulcio-root", now);
        let intermediate = root.below("fulcio-intermediate", CODE_SIGNING, now);
        Self {
            root,
            intermediate,
            ct_log: Key::generate(),
        }
    }

    pub(crate) fn answer(
        &self,
        request: &Request,
        issuer: &Issuer,
        fault: Option<&Fault>,
    ) -> Reply {
        if request.method != "POST" || request.path != "/api/v2/signingCert" {
            return Reply::refuse(404, "no such page");
        }
        let request = request.json();
        let token = request["credentials"]["oidcIdentityToken"].as_str();
        let claims = match issuer.check(token.unwrap_or_default()) {
            Ok(claims) => claims,
            Err(why) => return Reply::refuse(401, why),
        };
        let asked = &request["publicKeyRequest"];
        let key = asked["publicKey"]["content"].as_str().and_then(from_pem);
        let proof = asked["proofOfPossession"].as_str().and_then(from_base64);
        let (Some(key), Some(proof)) = (key, proof) else {
            return Reply::refuse(400, "no key, or no proof");
        };
        // The one who asks has signed the e-mail address, or else the subject.
        let challenge = claims["email"].as_str().or(claims["sub"].as_str());
        let challenge = challenge.unwrap_or_default();
        if !verifies(&key, challenge.as_bytes(), &proof) {
            return Reply::refuse(400, "the proof of possession does not verify");
        }
        let leaf = self.certify(&key, &claims, fault);
        let chain: Vec<String> = [
            &leaf,
            &self.intermediate.certificate,
            &self.root.certificate,
        ]
        .map(|certificate| pem("CERTIFICATE", certificate))
        .into();
        let chain = json!({ "certificates": chain });
        if fault == Some(&Fault::DetachedSct) {
            let sct = base64(b"{}");
            return Reply::json(
                201,
                &json!({ "signedCertificateDetachedSct": { "chain": chain, "signedCertificateTimestamp": sct } }),
            );
        }
        Reply::json(
            201,
            &json!({ "signedCertificateEmbeddedSct": { "chain": chain } }),
        )
    }

    /// Makes a certificate for a key, valid for ten minutes.
    fn certify(&self, key: &[u8], claims: &Value, fault: Option<&Fault>) -> Vec<u8> {
        let now = match fault {
            Some(Fault::OldCertificate) => clock::now() - 3600,
            _ => clock::now(),
        };
        let other = Key::generate().public();
        let public = if fault == Some(&Fault::OtherKey) {
            &other
        } else {
            key
        };
        let text = |claim: &str| claims[claim].as_str().unwrap_or_default().to_owned();
        let issuer = match fault {
            Some(Fault::OtherIssuer(issuer)) => issuer.clone(),
            _ => text("iss"),
        };
        let subject = match fault {
            Some(Fault::OtherSubject(subject)) => subject.clone(),
            _ => text("sub"),
        };
        let name = match (fault, &claims["email"], &claims["job_workflow_ref"]) {
            (Some(Fault::OtherIdentity(email)), _, _) => value(0x81, email.as_bytes()),
            (_, Value::String(email), _) => value(0x81, email.as_bytes()),
            (_, _, Value::String(workflow)) => {
                value(0x86, format!("https://github.com/{workflow}").as_bytes())
            }
            _ => value(0x86, text("sub").as_bytes()),
        };
        let wish = Wish {
            subject: sequence(&[]),
            public,
            from: now,
            until: now + 600,
            extensions: vec![
                extension("2.5.29.15", &truth(), &value(0x03, &[7, 0x80])),
                usage(CODE_SIGNING, &[]),
                extension("2.5.29.14", &[], &octets(&sha256(public)[..20])),
                extension("2.5.29.35", &[], &self.intermediate.key_identifier()),
                extension("2.5.29.17", &truth(), &sequence(&[&name])),
                extension("1.3.6.1.4.1.57264.1.1", &[], issuer.as_bytes()),
                extension("1.3.6.1.4.1.57264.1.8", &[], &utf8(&issuer)),
                extension("1.3.6.1.4.1.57264.1.24", &[], &utf8(&subject)),
            ],
        };
        self.intermediate.issue_with(&wish, |tbs| {
            extension(SCT_LIST, &[], &octets(&self.scts(tbs, now)))
        })
    }

    /// Makes a list of one SCT for a precertificate (RFC 6962, section 3.2).
    fn scts(&self, tbs: &[u8], now: i64) -> Vec<u8> {
        let timestamp = u64::try_from(now * 1000).unwrap().to_be_bytes();
        let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
        let signed = [
            // Version 1, certificate_timestamp.
            &[0, 0][..],
            &timestamp,
            // precert_entry.
            &[0, 1],
            &self.intermediate.key.id(),
            &length[1..],
            tbs,
            // No extensions.
            &[0, 0],
        ];
        let signature = self.ct_log.sign(&signed.concat());
        let sct = [
            &[0][..],
            &self.ct_log.id(),
            &timestamp,
            &[0, 0],
            // SHA-256, ECDSA.
            &[4, 3],
            &prefixed(&signature),
        ];
        prefixed(&prefixed(&sct.concat()))
    }
}

/// Puts the length, two bytes, before the bytes.
fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::oid;

    #[test]
    fn the_list_of_scts_has_the_known_identifier() {
        let known = [6, 10, 0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2];
        assert_eq!(oid(SCT_LIST), known);
    }
}
