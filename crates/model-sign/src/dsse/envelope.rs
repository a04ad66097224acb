use super::{Error, ErrorKind, pae};
use crate::json::{self, Value, write};
use crate::{Limits, base64};

/// A payload, what type it is of, and one signature or more.
///
/// Nothing of it is verified by reading it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<Signature>,
}

/// A signature in an [`Envelope`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    sig: Vec<u8>,
    keyid: Option<String>,
}

impl Envelope {
    /// Puts a payload beside its signatures.
    #[must_use]
    pub fn new(
        payload_type: impl Into<String>,
        payload: impl Into<Vec<u8>>,
        signatures: Vec<Signature>,
    ) -> Self {
        Self {
            payload_type: payload_type.into(),
            payload: payload.into(),
            signatures,
        }
    }

    /// Reads an envelope that stands alone, as JSON.
    ///
    /// # Limits
    /// Those of [`json::read`], and [`Limits::signatures`].
    ///
    /// # Errors
    /// See [`ErrorKind`]. Other keys than DSSE names are refused.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::from_value(&json::read(bytes, &limits.json())?, limits)
    }

    pub(crate) fn from_value(value: &Value<'_>, limits: &Limits) -> Result<Self, Error> {
        let object = value.as_object()?;
        object.only(&["payload", "payloadType", "signatures"])?;
        let payload_type = object.required("payloadType")?.as_str()?.to_owned();
        let listed = object.required("signatures")?;
        let items = listed.as_array()?;
        if items.is_empty() {
            return Err(Error::new(ErrorKind::NoSignature, listed.offset()));
        }
        if items.len() > limits.signatures {
            let kind = ErrorKind::TooManySignatures {
                found: items.len(),
                limit: limits.signatures,
            };
            return Err(Error::new(kind, listed.offset()));
        }
        let signatures = items
            .iter()
            .map(Signature::from_value)
            .collect::<Result<_, _>>()?;
        let payload = bytes_of(object.required("payload")?)?;
        Ok(Self {
            payload_type,
            payload,
            signatures,
        })
    }

    /// Returns the type of the payload.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// Returns the payload. Until a signature is verified it is anybody's.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Returns the signatures, one or more where the envelope was read.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Returns what the signatures are over, see [`pae`].
    #[must_use]
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload_type, &self.payload)
    }

    /// Adds a signature.
    #[must_use]
    pub fn with_signature(mut self, signature: Signature) -> Self {
        self.signatures.push(signature);
        self
    }

    /// Writes the envelope as JSON, in one line without spaces: the same bytes for the same envelope.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        write::key(out, "payload");
        write::string(out, &base64::encode(&self.payload));
        write::key(out, "payloadType");
        write::string(out, &self.payload_type);
        write::key(out, "signatures");
        out.push(b'[');
        for signature in &self.signatures {
            write::comma(out);
            out.push(b'{');
            write::key(out, "sig");
            write::string(out, &base64::encode(&signature.sig));
            if let Some(keyid) = &signature.keyid {
                write::key(out, "keyid");
                write::string(out, keyid);
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
    }
}

impl Signature {
    /// Takes the bytes of a signature, in the form that its algorithm has.
    #[must_use]
    pub fn new(sig: impl Into<Vec<u8>>) -> Self {
        Self {
            sig: sig.into(),
            keyid: None,
        }
    }

    /// Sets the hint which key made the signature.
    #[must_use]
    pub fn with_keyid(mut self, keyid: impl Into<String>) -> Self {
        self.keyid = Some(keyid.into());
        self
    }

    fn from_value(value: &Value<'_>) -> Result<Self, Error> {
        let object = value.as_object()?;
        object.only(&["sig", "keyid"])?;
        let sig = object.required("sig")?;
        let bytes = bytes_of(sig)?;
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::EmptySignature, sig.offset()));
        }
        // `null` is what model-signing wrote before 1.1 for a key without an id.
        let keyid = object.get_set("keyid").map(Value::as_str).transpose()?;
        Ok(Self {
            sig: bytes,
            keyid: keyid.map(str::to_owned),
        })
    }

    /// Returns the bytes of the signature.
    #[must_use]
    pub fn sig(&self) -> &[u8] {
        &self.sig
    }

    /// Returns the hint which key made it, as it is written; `None` where it is missing or `null`. Nobody signed
    /// it.
    #[must_use]
    pub fn keyid(&self) -> Option<&str> {
        self.keyid.as_deref()
    }
}

fn bytes_of(value: &Value<'_>) -> Result<Vec<u8>, Error> {
    base64::decode(value.as_str()?)
        .map_err(|error| Error::new(ErrorKind::NotBase64(error), value.offset()))
}

#[cfg(test)]
mod tests {
    use super::{Envelope, Signature};
    use crate::dsse::ErrorKind;
    use crate::json;
    use crate::{Limits, base64::NotBase64};

    fn read(text: &str) -> Result<Envelope, (ErrorKind, u64)> {
        Envelope::read(text.as_bytes(), &Limits::default())
            .map_err(|error| (error.kind(), error.offset()))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let envelope = Envelope::new("a/b\"c", *b"{}\0\xff", vec![Signature::new([1, 2, 3])])
            .with_signature(Signature::new([4]).with_keyid(""))
            .with_signature(Signature::new([5]).with_keyid("é"));
        let text = String::from_utf8(envelope.to_json()).unwrap();
        let wanted = r#"{"payload":"e30A/w==","payloadType":"a/b\"c","signatures":[{"sig":"AQID"},{"sig":"BA==","keyid":""},{"sig":"BQ==","keyid":"é"}]}"#;
        assert_eq!(text, wanted);
        assert_eq!(read(&text), Ok(envelope));
    }

    #[test]
    fn a_keyid_may_be_missing_empty_or_null() {
        for (keyid, wanted) in [
            ("", None),
            (r#","keyid":null"#, None),
            (r#","keyid":"""#, Some("")),
            (r#","keyid":"k""#, Some("k")),
        ] {
            let text = format!(
                r#"{{"payload":"","payloadType":"t","signatures":[{{"sig":"AA=="{keyid}}}]}}"#
            );
            assert_eq!(read(&text).unwrap().signatures()[0].keyid(), wanted);
        }
        let number =
            read(r#"{"payload":"","payloadType":"t","signatures":[{"sig":"AA==","keyid":1}]}"#);
        assert!(
            matches!(
                number,
                Err((ErrorKind::Json(json::ErrorKind::WrongType { .. }), 68))
            ),
            "{number:?}"
        );
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        for (text, kind) in [
            (
                r#"{"payload":"","payloadType":"t","signatures":[]}"#,
                ErrorKind::NoSignature,
            ),
            (
                r#"{"payload":"","payloadType":"t","signatures":[{"sig":""}]}"#,
                ErrorKind::EmptySignature,
            ),
            (
                r#"{"payload":"e30","payloadType":"t","signatures":[{"sig":"AA=="}]}"#,
                ErrorKind::NotBase64(NotBase64),
            ),
            (
                r#"{"payload":"e30=","payloadType":"t","signatures":[{"sig":"AA==\n"}]}"#,
                ErrorKind::NotBase64(NotBase64),
            ),
            (
                r#"{"payload":"e30=","payloadType":"t"}"#,
                ErrorKind::Json(json::ErrorKind::Missing("signatures")),
            ),
            (
                r#"{"payload":"e30=","signatures":[{"sig":"AA=="}]}"#,
                ErrorKind::Json(json::ErrorKind::Missing("payloadType")),
            ),
            (
                r#"{"payloadType":"t","signatures":[{"sig":"AA=="}]}"#,
                ErrorKind::Json(json::ErrorKind::Missing("payload")),
            ),
            (
                r#"{"payload":"","payloadType":"t","signatures":[{"sig":"AA==","cert":"x"}]}"#,
                ErrorKind::Json(json::ErrorKind::UnknownKey),
            ),
            (
                r#"{"payload":"","payloadType":"t","x":1,"signatures":[{"sig":"AA=="}]}"#,
                ErrorKind::Json(json::ErrorKind::UnknownKey),
            ),
        ] {
            assert_eq!(read(text).map_err(|(kind, _)| kind), Err(kind), "{text}");
        }
        let many = vec![r#"{"sig":"AA=="}"#; 17].join(",");
        let text = format!(r#"{{"payload":"","payloadType":"t","signatures":[{many}]}}"#);
        let kind = ErrorKind::TooManySignatures {
            found: 17,
            limit: 16,
        };
        assert_eq!(read(&text), Err((kind, 45)));
    }
}
