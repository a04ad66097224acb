use super::{
    Bundle, Content, Error, ErrorKind, KeyIdentifier, KeyMaterial, MessageSignature,
    VerificationMaterial, Version,
};
use crate::dsse::Envelope;
use crate::json::{self, Object, Value, write};
use crate::{Limits, base64};

/// The keys that are read inside the verification material and the signature of a message, as protobuf's text
/// spells them. Its JSON has them in camel case, but a reader has to take these too.
const OTHER_SPELLINGS: [&str; 9] = [
    "key_details",
    "message_digest",
    "public_key",
    "raw_bytes",
    "rfc3161_timestamps",
    "signed_timestamp",
    "timestamp_verification_data",
    "tlog_entries",
    "x509_certificate_chain",
];

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Limits
    /// Those of [`json::read`], which come before anything is parsed, [`Limits::signatures`] and
    /// [`Limits::certificates`].
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let document = json::read(bytes, &limits.json())?;
        let object = document.as_object()?;
        object.only(&[
            "mediaType",
            "verificationMaterial",
            "dsseEnvelope",
            "messageSignature",
        ])?;
        let media_type = object.required("mediaType")?;
        let version = Version::from_media_type(media_type.as_str()?)
            .ok_or_else(|| Error::new(ErrorKind::UnknownVersion, media_type.offset()))?;
        let content = match (
            object.get_set("dsseEnvelope"),
            object.get_set("messageSignature"),
        ) {
            (Some(envelope), None) => Content::Envelope(Envelope::from_value(envelope, limits)?),
            (None, Some(message)) => Content::Message(message_signature(message)?),
            (Some(_), Some(second)) => {
                return Err(Error::new(ErrorKind::SeveralContents, second.offset()));
            }
            (None, None) => return Err(Error::new(ErrorKind::NoContent, object.offset())),
        };
        let material = material(object.required("verificationMaterial")?, limits)?;
        Ok(Self {
            version,
            material,
            content,
        })
    }
}

fn material(value: &Value<'_>, limits: &Limits) -> Result<VerificationMaterial, Error> {
    let object = fields(value)?;
    let mut keys = ["publicKey", "x509CertificateChain", "certificate"]
        .into_iter()
        .filter_map(|name| Some((name, object.get_set(name)?)));
    let (name, value) = keys
        .next()
        .ok_or_else(|| Error::new(ErrorKind::NoKey, object.offset()))?;
    if let Some((_, second)) = keys.next() {
        return Err(Error::new(ErrorKind::SeveralKeys, second.offset()));
    }
    let key = match name {
        "publicKey" => KeyMaterial::PublicKey(key_identifier(value)?),
        "certificate" => KeyMaterial::Certificate(certificate(value)?),
        _ => KeyMaterial::CertificateChain(chain(value, limits)?),
    };
    let tlog_entries = match object.get_set("tlogEntries") {
        Some(entries) => entries
            .as_array()?
            .iter()
            .map(|entry| entry.as_object().map(|_| text_of(entry)))
            .collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let timestamps = match object.get_set("timestampVerificationData") {
        Some(data) => {
            fields(data)?;
            Some(text_of(data))
        }
        None => None,
    };
    Ok(VerificationMaterial {
        key,
        tlog_entries,
        timestamps,
    })
}

fn key_identifier(value: &Value<'_>) -> Result<KeyIdentifier, Error> {
    let object = fields(value)?;
    let text = |name| -> Result<Option<String>, Error> {
        let value = object.get_set(name).map(Value::as_str).transpose()?;
        Ok(value.map(str::to_owned))
    };
    Ok(KeyIdentifier {
        hint: text("hint")?,
        raw_bytes: object.get_set("rawBytes").map(bytes_of).transpose()?,
        key_details: text("keyDetails")?,
    })
}

fn chain(value: &Value<'_>, limits: &Limits) -> Result<Vec<Vec<u8>>, Error> {
    let listed = fields(value)?.required("certificates")?;
    let items = listed.as_array()?;
    let kind = match items.len() {
        0 => ErrorKind::NoCertificate,
        found if found > limits.certificates => ErrorKind::TooManyCertificates {
            found,
            limit: limits.certificates,
        },
        _ => return items.iter().map(certificate).collect(),
    };
    Err(Error::new(kind, listed.offset()))
}

fn certificate(value: &Value<'_>) -> Result<Vec<u8>, Error> {
    bytes_of(fields(value)?.required("rawBytes")?)
}

fn message_signature(value: &Value<'_>) -> Result<MessageSignature, Error> {
    let object = fields(value)?;
    object.only(&["messageDigest", "signature"])?;
    let signature = bytes_of(object.required("signature")?)?;
    let digest = match object.get_set("messageDigest") {
        Some(digest) => {
            let digest = fields(digest)?;
            let algorithm = digest.required("algorithm")?.as_str()?.to_owned();
            Some((algorithm, bytes_of(digest.required("digest")?)?))
        }
        None => None,
    };
    Ok(MessageSignature { signature, digest })
}

/// The members of an object that may have keys which are not read.
fn fields<'v, 'a>(value: &'v Value<'a>) -> Result<&'v Object<'a>, Error> {
    let object = value.as_object()?;
    match object
        .members()
        .iter()
        .find(|member| OTHER_SPELLINGS.contains(&member.key()))
    {
        Some(member) => Err(Error::new(ErrorKind::OtherSpelling, member.offset())),
        None => Ok(object),
    }
}

fn bytes_of(value: &Value<'_>) -> Result<Vec<u8>, Error> {
    let bytes = base64::decode(value.as_str()?)
        .map_err(|error| Error::new(ErrorKind::NotBase64(error), value.offset()))?;
    if bytes.is_empty() {
        return Err(Error::new(ErrorKind::Empty, value.offset()));
    }
    Ok(bytes)
}

fn text_of(value: &Value<'_>) -> String {
    let mut out = Vec::new();
    write::value(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::Limits;
    use crate::bundle::{Bundle, Content, ErrorKind, KeyMaterial, Version};
    use crate::json;

    const TYPE: &str = r#""mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json""#;
    const KEY: &str = r#""verificationMaterial":{"publicKey":{"hint":"ab"}}"#;
    const ENVELOPE: &str =
        r#""dsseEnvelope":{"payload":"e30=","payloadType":"t","signatures":[{"sig":"AQ=="}]}"#;
    const MESSAGE: &str = r#""messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AQ=="},"signature":"AQ=="}"#;

    fn read(text: &str) -> Result<Bundle, ErrorKind> {
        Bundle::read(text.as_bytes(), &Limits::default()).map_err(|error| error.kind())
    }

    fn material(text: &str) -> Result<KeyMaterial, ErrorKind> {
        let text = format!("{{{TYPE},\"verificationMaterial\":{text},{ENVELOPE}}}");
        read(&text).map(|bundle| bundle.material().key().clone())
    }

    #[test]
    fn one_of_each_choice_has_to_be_there() {
        let bundle = read(&format!("{{{TYPE},{KEY},{MESSAGE}}}")).unwrap();
        assert_eq!(bundle.version(), Version::V0_3);
        assert!(matches!(bundle.content(), Content::Message(_)));
        for (text, wanted) in [
            (
                format!("{{{TYPE},{KEY},{ENVELOPE},{MESSAGE}}}"),
                ErrorKind::SeveralContents,
            ),
            (format!("{{{TYPE},{KEY}}}"), ErrorKind::NoContent),
            (
                format!("{{{TYPE},{KEY},\"dsseEnvelope\":null}}"),
                ErrorKind::NoContent,
            ),
            (
                format!("{{{KEY},{ENVELOPE}}}"),
                ErrorKind::Json(json::ErrorKind::Missing("mediaType")),
            ),
            (
                format!("{{{TYPE},{ENVELOPE}}}"),
                ErrorKind::Json(json::ErrorKind::Missing("verificationMaterial")),
            ),
            (
                format!("{{{TYPE},{KEY},{ENVELOPE},\"x\":1}}"),
                ErrorKind::Json(json::ErrorKind::UnknownKey),
            ),
            (
                format!("{{{TYPE},{TYPE},{KEY},{ENVELOPE}}}"),
                ErrorKind::Json(json::ErrorKind::DuplicateKey { first: 1 }),
            ),
        ] {
            assert_eq!(read(&text), Err(wanted), "{text}");
        }
        let other = TYPE.replace("v0.3", "v0.4");
        assert_eq!(
            read(&format!("{{{other},{KEY},{ENVELOPE}}}")),
            Err(ErrorKind::UnknownVersion)
        );
    }

    #[test]
    fn a_key_is_named_in_one_way() {
        assert_eq!(material("{}"), Err(ErrorKind::NoKey));
        assert_eq!(material(r#"{"certificate":null}"#), Err(ErrorKind::NoKey));
        let both = r#"{"publicKey":{"hint":"ab"},"certificate":{"rawBytes":"AQ=="}}"#;
        assert_eq!(material(both), Err(ErrorKind::SeveralKeys));
        let both = r#"{"certificate":{"rawBytes":"AQ=="},"x509_certificate_chain":{}}"#;
        assert_eq!(material(both), Err(ErrorKind::OtherSpelling));
        let spelt = r#"{"certificate":{"rawBytes":"AQ==","raw_bytes":"Ag=="}}"#;
        assert_eq!(material(spelt), Err(ErrorKind::OtherSpelling));
        let null = r#"{"publicKey":null,"certificate":{"rawBytes":"AQ==","extra":1}}"#;
        assert_eq!(material(null), Ok(KeyMaterial::Certificate(vec![1])));
    }

    #[test]
    fn certificates_are_counted_and_not_empty() {
        let chain = |list: &str| {
            material(&format!(
                r#"{{"x509CertificateChain":{{"certificates":[{list}]}}}}"#
            ))
        };
        assert_eq!(chain(""), Err(ErrorKind::NoCertificate));
        assert_eq!(chain(r#"{"rawBytes":""}"#), Err(ErrorKind::Empty));
        let many = vec![r#"{"rawBytes":"AQ=="}"#; 17].join(",");
        let wanted = ErrorKind::TooManyCertificates {
            found: 17,
            limit: 16,
        };
        assert_eq!(chain(&many), Err(wanted));
        let two = KeyMaterial::CertificateChain(vec![vec![1], vec![2]]);
        assert_eq!(chain(r#"{"rawBytes":"AQ=="},{"rawBytes":"Ag=="}"#), Ok(two));
    }

    #[test]
    fn a_long_bundle_is_refused_before_it_is_parsed() {
        let bytes = vec![b'['; (64 << 20) + 1];
        let error = Bundle::read(&bytes, &Limits::default()).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::Json(json::ErrorKind::TooLong { .. })
        ));
    }

    #[test]
    fn what_is_read_is_written_back() {
        for material in [
            r#"{"publicKey":{"hint":"ab"}}"#,
            r#"{"publicKey":{"rawBytes":"AQ==","keyDetails":"PKIX_ECDSA_P256_SHA_256"}}"#,
            r#"{"certificate":{"rawBytes":"AQ=="},"tlogEntries":[{"logIndex":"1","x":[1.50,null,true]}],"timestampVerificationData":{"rfc3161Timestamps":[]}}"#,
            r#"{"x509CertificateChain":{"certificates":[{"rawBytes":"AQ=="}]}}"#,
        ] {
            for content in [ENVELOPE, MESSAGE] {
                let text = format!("{{{TYPE},\"verificationMaterial\":{material},{content}}}");
                let bundle = read(&text).unwrap();
                assert_eq!(String::from_utf8(bundle.to_json()).unwrap(), text);
            }
        }
    }
}
