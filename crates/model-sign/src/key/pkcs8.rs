use zeroize::Zeroizing;

use super::der::{Reader, element, tag, unsigned};
use super::private::Secret;
use super::sec1::{self, belongs, refuse_more};
use super::{KeyAlgorithm, KeyError, KeyErrorKind, PublicKey, spki};

/// Reads a OneAsymmetricKey (RFC 5958 section 2), of version 0 or 1.
pub(crate) fn read(der: &[u8]) -> Result<Secret, KeyError> {
    let mut outer = Reader::new(der);
    let mut info = outer.element(tag::SEQUENCE)?;
    outer.finish()?;
    let start = info.offset();
    let version = info.number()?.filter(|version| *version <= 1);
    let version = version.ok_or(KeyError::at_der(KeyErrorKind::UnknownVersion, start))?;
    let algorithm = spki::algorithm(&mut info)?;
    let mut octets = info.element(tag::OCTET_STRING)?;
    let secret = match algorithm {
        KeyAlgorithm::Ed25519 => {
            // RFC 8410 section 7: another OCTET STRING inside.
            let seed = octets.element(tag::OCTET_STRING)?;
            Secret::new(algorithm, seed.rest())
                .map_err(|kind| KeyError::at_der(kind, seed.offset()))?
        }
        _ => sec1::key(&mut octets, Some(algorithm))?,
    };
    octets.finish()?;
    if version == 1
        && let Some(point) = info.optional_bits(tag::CONTEXT_1_PRIMITIVE)?
    {
        belongs(&secret, algorithm, &point)?;
    }
    refuse_more(&info)?;
    Ok(secret)
}

/// Writes a OneAsymmetricKey of version 0, as OpenSSL does.
pub(crate) fn write(secret: &Secret, public: &PublicKey) -> Zeroizing<Vec<u8>> {
    let algorithm = public.algorithm();
    let bytes = element(tag::OCTET_STRING, &[&secret.bytes()]);
    let inner = match algorithm {
        KeyAlgorithm::Ed25519 => bytes,
        _ => {
            let bits = element(tag::BIT_STRING, &[&[0], &public.to_point()]);
            let public = element(tag::CONTEXT_1, &[&bits]);
            element(tag::SEQUENCE, &[&unsigned(&[1]), &bytes, &public])
        }
    };
    let key = element(tag::OCTET_STRING, &[&inner]);
    let parts: &[&[u8]] = &[&unsigned(&[]), &spki::write_algorithm(algorithm), &key];
    element(tag::SEQUENCE, parts)
}
