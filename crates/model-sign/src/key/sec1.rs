use super::der::{Reader, tag};
use super::private::Secret;
use super::{KeyAlgorithm, KeyError, KeyErrorKind, PublicKey, spki};

/// Reads the block `EC PARAMETERS`: the name of a curve.
pub(crate) fn parameters(der: &[u8]) -> Result<KeyAlgorithm, KeyError> {
    let mut reader = Reader::new(der);
    let curve = spki::curve(&mut reader)?;
    reader.finish()?;
    Ok(curve)
}

/// Reads an ECPrivateKey (RFC 5915 section 3), on this curve if one was named before.
pub(crate) fn read(der: &[u8], curve: Option<KeyAlgorithm>) -> Result<Secret, KeyError> {
    let mut outer = Reader::new(der);
    let secret = key(&mut outer, curve)?;
    outer.finish()?;
    Ok(secret)
}

/// Reads an ECPrivateKey, the next element.
pub(crate) fn key(
    reader: &mut Reader<'_>,
    named: Option<KeyAlgorithm>,
) -> Result<Secret, KeyError> {
    let mut sequence = reader.element(tag::SEQUENCE)?;
    let start = sequence.offset();
    if sequence.number()? != Some(1) {
        return Err(KeyError::at_der(KeyErrorKind::UnknownVersion, start));
    }
    let number = sequence.element(tag::OCTET_STRING)?;
    let curve = match sequence.optional(tag::CONTEXT_0)? {
        None => {
            named.ok_or_else(|| KeyError::at_der(KeyErrorKind::MissingCurve, sequence.offset()))?
        }
        Some(mut parameters) => {
            let at = parameters.offset();
            let curve = spki::curve(&mut parameters)?;
            parameters.finish()?;
            if named.is_some_and(|named| named != curve) {
                return Err(KeyError::at_der(KeyErrorKind::CurveMismatch, at));
            }
            curve
        }
    };
    let secret = Secret::new(curve, number.rest())
        .map_err(|kind| KeyError::at_der(kind, number.offset()))?;
    if let Some(mut public) = sequence.optional(tag::CONTEXT_1)? {
        let point = public.bits(tag::BIT_STRING)?;
        public.finish()?;
        belongs(&secret, curve, &point)?;
    }
    refuse_more(&sequence)?;
    Ok(secret)
}

/// Makes sure that the public key in a file is the one of the private key beside it.
pub(crate) fn belongs(
    secret: &Secret,
    algorithm: KeyAlgorithm,
    point: &Reader<'_>,
) -> Result<(), KeyError> {
    let at = point.offset();
    let found = PublicKey::from_point(algorithm, point.rest());
    let found = found.map_err(|kind| KeyError::at_der(kind, at))?;
    if found == PublicKey::from(secret) {
        Ok(())
    } else {
        Err(KeyError::at_der(KeyErrorKind::PublicKeyMismatch, at))
    }
}

/// Refuses a part that is not read.
pub(crate) fn refuse_more(reader: &Reader<'_>) -> Result<(), KeyError> {
    match reader.tag() {
        None => Ok(()),
        Some(tag) => Err(KeyError::at_der(
            KeyErrorKind::UnreadPart(tag),
            reader.offset(),
        )),
    }
}
