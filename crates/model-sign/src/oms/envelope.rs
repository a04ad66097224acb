use super::ErrorKind;
use crate::dsse::{Envelope, Signature};
use crate::intoto;

/// Returns the one signature of a model's envelope, after looking at the type of the payload.
///
/// # Errors
/// [`ErrorKind::PayloadType`], [`ErrorKind::SignatureCount`].
///
/// # Spec
/// OpenSSF Model Signing 1.0, section 6.7; `sigstore_bundle.proto`, which wants exactly one signature.
pub fn sole_signature(envelope: &Envelope) -> Result<&Signature, ErrorKind> {
    if envelope.payload_type() != intoto::PAYLOAD_TYPE {
        return Err(ErrorKind::PayloadType);
    }
    match envelope.signatures() {
        [signature] => Ok(signature),
        signatures => Err(ErrorKind::SignatureCount {
            found: signatures.len(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::sole_signature;
    use crate::dsse::{Envelope, Signature};
    use crate::intoto::PAYLOAD_TYPE;
    use crate::oms::ErrorKind;

    #[test]
    fn a_second_signature_is_refused() {
        let envelope = Envelope::new(PAYLOAD_TYPE, [], vec![Signature::new([1])]);
        assert_eq!(sole_signature(&envelope), Ok(&Signature::new([1])));
        let two = envelope.with_signature(Signature::new([2]));
        assert_eq!(
            sole_signature(&two),
            Err(ErrorKind::SignatureCount { found: 2 })
        );
        let other = Envelope::new("application/json", [], vec![Signature::new([1])]);
        assert_eq!(sole_signature(&other), Err(ErrorKind::PayloadType));
    }
}
