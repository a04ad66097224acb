use super::{Bundle, Content, KeyMaterial, MessageSignature, VerificationMaterial};
use crate::base64;
use crate::json::write;

impl Bundle {
    /// Writes the bundle as JSON, in one line without spaces: the same bytes for the same bundle.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.push(b'{');
        write::key(&mut out, "mediaType");
        write::string(&mut out, self.version.media_type());
        write::key(&mut out, "verificationMaterial");
        material(&mut out, &self.material);
        match &self.content {
            Content::Envelope(envelope) => {
                write::key(&mut out, "dsseEnvelope");
                envelope.write(&mut out);
            }
            Content::Message(message) => {
                write::key(&mut out, "messageSignature");
                message_signature(&mut out, message);
            }
        }
        out.push(b'}');
        out
    }
}

fn material(out: &mut Vec<u8>, material: &VerificationMaterial) {
    out.push(b'{');
    match &material.key {
        KeyMaterial::PublicKey(key) => {
            write::key(out, "publicKey");
            out.push(b'{');
            if let Some(hint) = &key.hint {
                write::key(out, "hint");
                write::string(out, hint);
            }
            if let Some(bytes) = &key.raw_bytes {
                base64_field(out, "rawBytes", bytes);
            }
            if let Some(details) = &key.key_details {
                write::key(out, "keyDetails");
                write::string(out, details);
            }
            out.push(b'}');
        }
        KeyMaterial::CertificateChain(certificates) => {
            write::key(out, "x509CertificateChain");
            out.push(b'{');
            write::key(out, "certificates");
            out.push(b'[');
            for bytes in certificates {
                write::comma(out);
                certificate(out, bytes);
            }
            out.extend_from_slice(b"]}");
        }
        KeyMaterial::Certificate(bytes) => {
            write::key(out, "certificate");
            certificate(out, bytes);
        }
    }
    if !material.tlog_entries.is_empty() {
        write::key(out, "tlogEntries");
        out.push(b'[');
        for entry in &material.tlog_entries {
            write::comma(out);
            out.extend_from_slice(entry.as_bytes());
        }
        out.push(b']');
    }
    if let Some(timestamps) = &material.timestamps {
        write::key(out, "timestampVerificationData");
        out.extend_from_slice(timestamps.as_bytes());
    }
    out.push(b'}');
}

fn certificate(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'{');
    base64_field(out, "rawBytes", bytes);
    out.push(b'}');
}

fn message_signature(out: &mut Vec<u8>, message: &MessageSignature) {
    out.push(b'{');
    if let Some((algorithm, digest)) = &message.digest {
        write::key(out, "messageDigest");
        out.push(b'{');
        write::key(out, "algorithm");
        write::string(out, algorithm);
        base64_field(out, "digest", digest);
        out.push(b'}');
    }
    base64_field(out, "signature", &message.signature);
    out.push(b'}');
}

fn base64_field(out: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    write::key(out, name);
    write::string(out, &base64::encode(bytes));
}
