use std::sync::Mutex;

use serde_json::{Value, json};

use crate::clock;
use crate::fault::Fault;
use crate::http::{Reply, Request, base64, from_base64};
use crate::key::{Key, hex, sha256, verifies};
use crate::merkle;
use crate::x509::{from_pem, pem, public_key};

/// A log: its key, its name, and the hashes of its leaves.
pub(crate) struct Rekor {
    pub(crate) key: Key,
    origin: &'static str,
    leaves: Mutex<Vec<[u8; 32]>>,
}

/// The place of an entry in the tree, and the proof of it.
struct Place {
    index: usize,
    size: usize,
    root: [u8; 32],
    path: Vec<[u8; 32]>,
    checkpoint: String,
}

impl Rekor {
    /// Starts a log that has some entries of others.
    pub(crate) fn new(origin: &'static str) -> Self {
        let others = (0..5_u8).map(|number| merkle::leaf(&[number]));
        Self {
            key: Key::generate(),
            origin,
            leaves: Mutex::new(others.collect()),
        }
    }

    /// Answers as Rekor v1.
    pub(crate) fn answer_v1(&self, request: &Request, fault: Option<&Fault>) -> Reply {
        if request.method != "POST" || request.path != "/api/v1/log/entries" {
            return Reply::refuse(404, "no such page");
        }
        let proposed = request.json();
        let body = match (proposed["kind"].as_str(), proposed["apiVersion"].as_str()) {
            (Some("dsse"), Some("0.0.1")) => dsse(&proposed["spec"], fault),
            (Some("hashedrekord"), Some("0.0.1")) => hashedrekord(&proposed["spec"], fault),
            _ => None,
        };
        let Some(body) = body else {
            return Reply::refuse(400, "the entry does not verify");
        };
        let body = body.to_string();
        let place = self.add(body.as_bytes());
        let body = base64(body.as_bytes());
        let time = clock::now();
        let log = hex(&self.key.id());
        // In the order of RFC 8785.
        let promised = format!(
            r#"{{"body":"{body}","integratedTime":{time},"logID":"{log}","logIndex":{}}}"#,
            place.index
        );
        let promise = base64(&self.key.sign(promised.as_bytes()));
        let mut verification = json!({
            "inclusionProof": {
                "checkpoint": place.checkpoint,
                "hashes": place.path.iter().map(|hash| hex(hash)).collect::<Vec<_>>(),
                "logIndex": place.index,
                "rootHash": hex(&place.root),
                "treeSize": place.size,
            },
            "signedEntryTimestamp": promise,
        });
        match fault {
            Some(Fault::NoProof) => verification["inclusionProof"] = Value::Null,
            Some(Fault::NoPromise) => verification["signedEntryTimestamp"] = Value::Null,
            _ => {}
        }
        let entry = json!({
            "body": body,
            "integratedTime": time,
            "logID": log,
            "logIndex": place.index,
            "verification": verification,
        });
        let id = hex(&sha256(body.as_bytes()));
        Reply::json(201, &json!({ id: entry }))
    }

    /// Answers as Rekor v2.
    pub(crate) fn answer_v2(&self, request: &Request, fault: Option<&Fault>) -> Reply {
        if request.method != "POST" || request.path != "/api/v2/log/entries" {
            return Reply::refuse(404, "no such page");
        }
        let Some(body) = hashedrekord_v2(&request.json()["hashedRekordRequestV002"], fault) else {
            return Reply::refuse(400, "the entry does not verify");
        };
        let body = body.to_string();
        let place = self.add(body.as_bytes());
        let mut entry = json!({
            "logIndex": place.index.to_string(),
            "logId": { "keyId": base64(&self.key.id()) },
            "kindVersion": { "kind": "hashedrekord", "version": "0.0.2" },
            "integratedTime": "0",
            "inclusionProof": {
                "logIndex": place.index.to_string(),
                "rootHash": base64(&place.root),
                "treeSize": place.size.to_string(),
                "hashes": place.path.iter().map(|hash| base64(hash)).collect::<Vec<_>>(),
                "checkpoint": { "envelope": place.checkpoint },
            },
            "canonicalizedBody": base64(body.as_bytes()),
        });
        if fault == Some(&Fault::NoProof) {
            entry["inclusionProof"] = Value::Null;
        }
        Reply::json(201, &entry)
    }

    fn add(&self, body: &[u8]) -> Place {
        let mut leaves = self.leaves.lock().unwrap();
        leaves.push(merkle::leaf(body));
        let (index, size) = (leaves.len() - 1, leaves.len());
        let root = merkle::root(&leaves);
        let note = format!("{}\n{size}\n{}\n", self.origin, base64(&root));
        let signature = self.key.sign(note.as_bytes());
        let signature = [&self.key.id()[..4], &signature].concat();
        let signer = self.origin.split(' ').next().unwrap_or_default();
        let checkpoint = format!("{note}\n\u{2014} {signer} {}\n", base64(&signature));
        Place {
            index,
            size,
            root,
            path: merkle::path(index, &leaves),
            checkpoint,
        }
    }
}

/// Checks an envelope and says what is written of it.
fn dsse(spec: &Value, fault: Option<&Fault>) -> Option<Value> {
    let proposed = &spec["proposedContent"];
    let text = proposed["envelope"].as_str()?;
    let envelope: Value = serde_json::from_str(text).ok()?;
    let payload = from_base64(envelope["payload"].as_str()?)?;
    let kind = envelope["payloadType"].as_str()?;
    let signature = from_base64(envelope["signatures"][0]["sig"].as_str()?)?;
    let verifier = proposed["verifiers"][0].as_str()?;
    let certificate = certificate(verifier)?;
    let length = payload.len();
    let mut signed = format!("DSSEv1 {} {kind} {length} ", kind.len()).into_bytes();
    signed.extend(&payload);
    if !verifies(&public_key(&certificate), &signed, &signature) {
        return None;
    }
    let (hash, signature) = replaced(sha256(&payload), &signature, fault);
    let envelope_hash = hex(&sha256(text.as_bytes()));
    Some(json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": { "algorithm": "sha256", "value": envelope_hash },
            "payloadHash": { "algorithm": "sha256", "value": hex(&hash) },
            "signatures": [{ "signature": base64(&signature), "verifier": canonical(&certificate) }],
        },
    }))
}

/// Takes a hash. That the signature is of it cannot be said from the hash with this library: the message is hashed
/// in it. The bundle is verified in the end.
fn hashedrekord(spec: &Value, fault: Option<&Fault>) -> Option<Value> {
    let hash = spec["data"]["hash"]["value"].as_str()?;
    let signature = from_base64(spec["signature"]["content"].as_str()?)?;
    let verifier = spec["signature"]["publicKey"]["content"].as_str()?;
    let verifier = canonical(&certificate(verifier)?);
    let other = hex(&sha256(b"other"));
    let hash = if fault == Some(&Fault::OtherHash) {
        &other
    } else {
        hash
    };
    let (_, signature) = replaced([0; 32], &signature, fault);
    Some(json!({
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": { "hash": { "algorithm": "sha256", "value": hash } },
            "signature": { "content": base64(&signature), "publicKey": { "content": verifier } },
        },
    }))
}

fn hashedrekord_v2(request: &Value, fault: Option<&Fault>) -> Option<Value> {
    let hash: [u8; 32] = from_base64(request["digest"].as_str()?)?.try_into().ok()?;
    let signature = from_base64(request["signature"]["content"].as_str()?)?;
    let verifier = &request["signature"]["verifier"];
    let raw = verifier["x509Certificate"]["rawBytes"].as_str()?;
    if verifier["keyDetails"] != "PKIX_ECDSA_P256_SHA_256" {
        return None;
    }
    let (hash, signature) = replaced(hash, &signature, fault);
    Some(json!({
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {
            "hashedRekordV002": {
                "data": { "algorithm": "SHA2_256", "digest": base64(&hash) },
                "signature": {
                    "content": base64(&signature),
                    "verifier": {
                        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                        "x509Certificate": { "rawBytes": raw },
                    },
                },
            },
        },
    }))
}

/// Puts something else in place of the hash or the signature, where that is the fault.
fn replaced(hash: [u8; 32], signature: &[u8], fault: Option<&Fault>) -> ([u8; 32], Vec<u8>) {
    match fault {
        Some(Fault::OtherHash) => (sha256(b"other"), signature.to_vec()),
        Some(Fault::OtherSignature) => (hash, Key::generate().sign(b"other")),
        _ => (hash, signature.to_vec()),
    }
}

fn certificate(verifier: &str) -> Option<Vec<u8>> {
    let text = String::from_utf8(from_base64(verifier)?).ok()?;
    from_pem(&text)
}

/// Writes a certificate as Rekor does, however it was sent: PEM of 64 columns, with line feeds, in base64.
fn canonical(certificate: &[u8]) -> String {
    base64(pem("CERTIFICATE", certificate).as_bytes())
}
