use crate::clock;
use crate::der::{integer, octets, oid, read, sequence, set, truth, value};
use crate::fault::Fault;
use crate::http::{Reply, Request};
use crate::key::{Key, random, sha256};
use crate::x509::{Authority, Wish, ecdsa_sha256, extension, name, serial_and_issuer, usage};

const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";

/// Says when it saw a hash (RFC 3161).
pub(crate) struct Timestamps {
    pub(crate) root: Authority,
    pub(crate) certificate: Vec<u8>,
    key: Key,
}

impl Timestamps {
    pub(crate) fn new(now: i64) -> Self {
        let root = Authority::root("tsa-root", now);
        let key = Key::generate();
        let public = key.public();
        let wish = Wish {
            subject: name("tsa"),
            public: &public,
            from: now - 86400,
            until: now + 365 * 86400,
            extensions: vec![
                extension("2.5.29.15", &truth(), &value(0x03, &[7, 0x80])),
                usage(TIME_STAMPING, &truth()),
                extension("2.5.29.35", &[], &root.key_identifier()),
            ],
        };
        let certificate = root.issue(&wish);
        Self {
            root,
            certificate,
            key,
        }
    }

    pub(crate) fn answer(&self, request: &Request, fault: Option<&Fault>) -> Reply {
        let says = |bytes| Reply::Says(200, "application/timestamp-reply", bytes);
        if let Some(Fault::Rejected(status)) = fault {
            let status = sequence(&[&integer(&[*status])]);
            return says(sequence(&[&status]));
        }
        if request.header("content-type") != "application/timestamp-query" {
            return Reply::refuse(400, "not a query");
        }
        // Version, imprint { algorithm, hash }.
        let (_, query, _, _) = read(&request.body);
        let (_, imprint, _, _) = read(read(query).3);
        let (_, hash, _, _) = read(read(imprint).3);
        let mut hash: [u8; 32] = hash.try_into().unwrap();
        if fault == Some(&Fault::OtherImprint) {
            hash = sha256(b"other");
        }
        let granted = sequence(&[&integer(&[0])]);
        says(sequence(&[&granted, &self.token(&hash)]))
    }

    /// Makes a token: a `TSTInfo`, signed as CMS has it (RFC 5652).
    fn token(&self, hash: &[u8]) -> Vec<u8> {
        let algorithm = sequence(&[&oid(SHA256)]);
        let time = format!("{}Z", clock::compact(clock::now()));
        let information = sequence(&[
            &integer(&[1]),
            &oid("1.3.6.1.4.1.57264.2"),
            &sequence(&[&algorithm, &octets(hash)]),
            &integer(&random::<8>()),
            &value(0x18, time.as_bytes()),
        ]);
        let attribute = |id: &str, content: &[u8]| sequence(&[&oid(id), &set(&[content])]);
        let certificate = octets(&sha256(&self.certificate));
        let attributes = [
            attribute(CONTENT_TYPE, &oid(TST_INFO)),
            attribute(MESSAGE_DIGEST, &octets(&sha256(&information))),
            attribute(
                SIGNING_CERTIFICATE_V2,
                &sequence(&[&sequence(&[&sequence(&[&certificate])])]),
            ),
        ];
        let [a, b, c] = &attributes;
        let attributes = set(&[a, b, c]);
        let signature = self.key.sign(&attributes);
        let mut implicit = attributes;
        implicit[0] = 0xa0;
        let (serial, issuer) = serial_and_issuer(&self.certificate);
        let signer = sequence(&[
            &integer(&[1]),
            &sequence(&[&issuer, &serial]),
            &algorithm,
            &implicit,
            &ecdsa_sha256(),
            &octets(&signature),
        ]);
        let signed = sequence(&[
            &integer(&[3]),
            &set(&[&algorithm]),
            &sequence(&[&oid(TST_INFO), &value(0xa0, &octets(&information))]),
            &value(0xa0, &self.certificate),
            &set(&[&signer]),
        ]);
        sequence(&[&oid(SIGNED_DATA), &value(0xa0, &signed)])
    }
}
