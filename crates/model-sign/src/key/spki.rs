use super::der::{Reader, element, tag};
use super::{KeyAlgorithm, KeyError, KeyErrorKind};

const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// Reads an AlgorithmIdentifier (RFC 5480 section 2.1.1, RFC 8410 section 3), the next element.
pub(crate) fn algorithm(reader: &mut Reader<'_>) -> Result<KeyAlgorithm, KeyError> {
    let mut identifier = reader.element(tag::SEQUENCE)?;
    let at = identifier.offset();
    let oid = identifier.oid()?;
    if oid.is(ED25519) {
        if !identifier.is_empty() {
            return Err(KeyError::at_der(
                KeyErrorKind::UnexpectedParameters,
                identifier.offset(),
            ));
        }
        return Ok(KeyAlgorithm::Ed25519);
    }
    if !oid.is(EC_PUBLIC_KEY) {
        return Err(KeyError::at_der(
            KeyErrorKind::UnsupportedAlgorithm(oid),
            at,
        ));
    }
    let algorithm = curve(&mut identifier)?;
    identifier.finish()?;
    Ok(algorithm)
}

/// Reads the name of a curve, the next element.
pub(crate) fn curve(reader: &mut Reader<'_>) -> Result<KeyAlgorithm, KeyError> {
    let at = reader.offset();
    match reader.tag() {
        None | Some(tag::NULL) => return Err(KeyError::at_der(KeyErrorKind::MissingCurve, at)),
        Some(tag::SEQUENCE) => return Err(KeyError::at_der(KeyErrorKind::ExplicitCurve, at)),
        Some(_) => {}
    }
    let oid = reader.oid()?;
    let curves = [
        (P256, KeyAlgorithm::P256),
        (P384, KeyAlgorithm::P384),
        (P521, KeyAlgorithm::P521),
    ];
    let known = curves.into_iter().find(|(contents, _)| oid.is(contents));
    known
        .map(|(_, algorithm)| algorithm)
        .ok_or_else(|| KeyError::at_der(KeyErrorKind::UnsupportedCurve(oid), at))
}

/// Reads the bytes of a public key, all of them, with what kind it is of and where they stand.
pub(crate) fn parts(der: &[u8]) -> Result<(KeyAlgorithm, Reader<'_>), KeyError> {
    let mut outer = Reader::new(der);
    let mut info = outer.element(tag::SEQUENCE)?;
    outer.finish()?;
    let algorithm = algorithm(&mut info)?;
    let bits = info.bits(tag::BIT_STRING)?;
    info.finish()?;
    Ok((algorithm, bits))
}

/// Returns the contents of the name of the curve; `None` for Ed25519, which has none.
pub(crate) const fn curve_oid(algorithm: KeyAlgorithm) -> Option<&'static [u8]> {
    match algorithm {
        KeyAlgorithm::Ed25519 => None,
        KeyAlgorithm::P256 => Some(P256),
        KeyAlgorithm::P384 => Some(P384),
        KeyAlgorithm::P521 => Some(P521),
    }
}

/// Writes an AlgorithmIdentifier.
pub(crate) fn write_algorithm(algorithm: KeyAlgorithm) -> Vec<u8> {
    let parts = match curve_oid(algorithm) {
        None => vec![element(tag::OID, &[ED25519])],
        Some(curve) => vec![
            element(tag::OID, &[EC_PUBLIC_KEY]),
            element(tag::OID, &[curve]),
        ],
    };
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
    element(tag::SEQUENCE, &parts).to_vec()
}
