use crate::clock::compact;
use crate::der::{bits, integer, octets, oid, read, sequence, set, truth, utf8, value};
use crate::key::{Key, random, sha256};

/// Who vouches for certificates: a key and the name it is known by.
pub(crate) struct Authority {
    pub(crate) key: Key,
    pub(crate) name: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
}

/// What a certificate is to say.
pub(crate) struct Wish<'a> {
    pub(crate) subject: Vec<u8>,
    pub(crate) public: &'a [u8],
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Authority {
    /// Makes an authority that vouches for itself, for ten years.
    pub(crate) fn root(common_name: &str, now: i64) -> Self {
        let key = Key::generate();
        let name = name(common_name);
        let public = key.public();
        let wish = Self::wish(&name, &public, now, &[]);
        let certificate = sign(&tbs(&name, &wish, &[]), &key);
        Self {
            key,
            name,
            certificate,
        }
    }

    /// Makes an authority below this one, which may only vouch for one purpose.
    pub(crate) fn below(&self, common_name: &str, purpose: &str, now: i64) -> Self {
        let key = Key::generate();
        let name = name(common_name);
        let public = key.public();
        let more = [
            usage(purpose, &[]),
            extension("2.5.29.35", &[], &self.key_identifier()),
        ];
        let wish = Self::wish(&name, &public, now, &more);
        let certificate = self.issue(&wish);
        Self {
            key,
            name,
            certificate,
        }
    }

    /// Signs a certificate.
    pub(crate) fn issue(&self, wish: &Wish<'_>) -> Vec<u8> {
        sign(&tbs(&self.name, wish, &[]), &self.key)
    }

    /// Signs a certificate that holds one more extension, made from what the certificate is without it.
    pub(crate) fn issue_with(
        &self,
        wish: &Wish<'_>,
        extension: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let serial = random::<15>();
        let without = tbs_of(&serial, &self.name, wish, &[]);
        let extension = extension(&without);
        sign(&tbs_of(&serial, &self.name, wish, &extension), &self.key)
    }

    /// The AuthorityKeyIdentifier that names this authority.
    pub(crate) fn key_identifier(&self) -> Vec<u8> {
        sequence(&[&value(0x80, &sha256(&self.key.public())[..20])])
    }

    fn wish<'a>(name: &[u8], public: &'a [u8], now: i64, more: &[Vec<u8>]) -> Wish<'a> {
        let mut extensions = vec![
            extension("2.5.29.15", &truth(), &value(0x03, &[1, 0x06])),
            extension("2.5.29.19", &truth(), &sequence(&[&truth()])),
            extension("2.5.29.14", &[], &octets(&sha256(public)[..20])),
        ];
        extensions.extend_from_slice(more);
        Wish {
            subject: name.to_vec(),
            public,
            from: now - 86400,
            until: now + 10 * 365 * 86400,
            extensions,
        }
    }
}

/// Writes one extension; `critical` is empty or a `TRUE`.
pub(crate) fn extension(id: &str, critical: &[u8], content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), critical, &octets(content)])
}

/// Writes the extension that says for which single purpose a key is.
pub(crate) fn usage(purpose: &str, critical: &[u8]) -> Vec<u8> {
    extension("2.5.29.37", critical, &sequence(&[&oid(purpose)]))
}

/// Writes a name of an organisation and a common name.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    let part = |id: &str, text: &str| set(&[&sequence(&[&oid(id), &utf8(text)])]);
    sequence(&[
        &part("2.5.4.10", "sigstore.example"),
        &part("2.5.4.3", common_name),
    ])
}

/// `ecdsa-with-SHA256`.
pub(crate) fn ecdsa_sha256() -> Vec<u8> {
    sequence(&[&oid("1.2.840.10045.4.3.2")])
}

fn tbs(issuer: &[u8], wish: &Wish<'_>, more: &[u8]) -> Vec<u8> {
    tbs_of(&random::<15>(), issuer, wish, more)
}

fn tbs_of(serial: &[u8], issuer: &[u8], wish: &Wish<'_>, more: &[u8]) -> Vec<u8> {
    let extensions = value(0x30, &[&wish.extensions.concat()[..], more].concat());
    sequence(&[
        &value(0xa0, &integer(&[2])),
        // The first byte keeps it from being zero or starting with one.
        &integer(&[&[1], serial].concat()),
        &ecdsa_sha256(),
        issuer,
        &sequence(&[&utc(wish.from), &utc(wish.until)]),
        &wish.subject,
        wish.public,
        &value(0xa3, &extensions),
    ])
}

/// Writes a time with two digits of the year: 2000 to 2049.
fn utc(seconds: i64) -> Vec<u8> {
    value(0x17, format!("{}Z", &compact(seconds)[2..]).as_bytes())
}

fn sign(tbs: &[u8], key: &Key) -> Vec<u8> {
    sequence(&[tbs, &ecdsa_sha256(), &bits(&key.sign(tbs))])
}

/// Reads the SubjectPublicKeyInfo out of a certificate.
pub(crate) fn public_key(certificate: &[u8]) -> Vec<u8> {
    let (_, certificate, _, _) = read(certificate);
    let (_, mut rest, _, _) = read(certificate);
    // Version, serial number, algorithm, issuer, validity, subject.
    for _ in 0..6 {
        rest = read(rest).3;
    }
    read(rest).2.to_vec()
}

/// Reads serial number and issuer out of a certificate, each as the whole value.
pub(crate) fn serial_and_issuer(certificate: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (_, certificate, _, _) = read(certificate);
    let (_, tbs, _, _) = read(certificate);
    let (_, _, serial, rest) = read(read(tbs).3);
    let issuer = read(read(rest).3).2;
    (serial.to_vec(), issuer.to_vec())
}

/// Writes PEM, 64 columns.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = crate::http::base64(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// Reads the one value out of a PEM text.
pub(crate) fn from_pem(text: &str) -> Option<Vec<u8>> {
    let lines: Vec<&str> = text.trim().lines().collect();
    let [first, body @ .., last] = &lines[..] else {
        return None;
    };
    if !first.starts_with("-----BEGIN") || !last.starts_with("-----END") {
        return None;
    }
    crate::http::from_base64(&body.concat())
}
