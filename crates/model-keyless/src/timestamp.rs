use sigstore_sign::crypto::sha256;
use sigstore_sign::types::{SignatureBytes, TimestampToken};

use crate::der::{CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, SET};
use crate::exchange::{Asked, Exchange};
use crate::{Endpoint, Error, Step};

/// `id-sha256` as an `AlgorithmIdentifier` without parameters, the inside of it: 2.16.840.1.101.3.4.2.1.
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// `id-signedData`: 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// `id-ct-TSTInfo`: 1.2.840.113549.1.9.16.1.4.
const TST_INFO: [u8; 11] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04,
];

/// Asks for a timestamp of a signature (RFC 3161, section 3.4), and holds it against that signature. Whether the
/// authority is the right one, and its own signature, is for the verifier.
pub(crate) async fn request(
    exchange: &Exchange,
    authority: &Endpoint,
    signature: &SignatureBytes,
) -> Result<TimestampToken, Error> {
    let imprint = sha256(signature.as_bytes());
    let request = exchange
        .client()
        .post(authority.url())
        .header("content-type", "application/timestamp-query")
        .header("accept", "application/timestamp-reply")
        .body(query(imprint.as_bytes()));
    let asked = Asked {
        step: Step::Timestamp,
        endpoint: authority,
        secret: None,
    };
    let reply = exchange.send(&asked, request).await?;
    check(&reply, imprint.as_bytes())?;
    Ok(TimestampToken::new(reply))
}

/// Writes a `TimeStampReq`: version 1, the imprint, and the wish for the certificate of the authority.
///
/// There is no nonce. It would keep an old answer from being sent again, and there is none: the imprint is of a
/// signature that was made a moment ago with a key that was made a moment ago.
fn query(imprint: &[u8; 32]) -> Vec<u8> {
    let mut query = vec![
        0x30, 0x37, 0x02, 0x01, 0x01, 0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09,
    ];
    query.extend_from_slice(&SHA256);
    query.extend_from_slice(&[0x04, 0x20]);
    query.extend_from_slice(imprint);
    query.extend_from_slice(&[0x01, 0x01, 0xff]);
    query
}

/// Holds a `TimeStampResp` against what was asked: granted, and of this imprint.
fn check(reply: &[u8], imprint: &[u8; 32]) -> Result<(), Error> {
    let unreadable = || Error::AnswerMalformed {
        step: Step::Timestamp,
        source: None,
    };
    let mut outside = Reader::new(reply);
    let mut response = outside.enter(SEQUENCE).ok_or_else(unreadable)?;
    let mut information = response.enter(SEQUENCE).ok_or_else(unreadable)?;
    let status = information.read(INTEGER).ok_or_else(unreadable)?;
    match status {
        // Granted, and granted with changes.
        [0 | 1] if outside.is_empty() => {}
        [status] if outside.is_empty() => {
            return Err(Error::TimestampRefused { status: *status });
        }
        _ => return Err(unreadable()),
    }
    let stamped = stamped(&mut response).ok_or_else(unreadable)?;
    if stamped != (&SHA256[..], &imprint[..]) {
        return Err(Error::TimestampDiffers);
    }
    Ok(())
}

/// Finds of what a token is: hash algorithm and hash in the `TSTInfo` in the `SignedData` of RFC 5652.
fn stamped<'a>(response: &mut Reader<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let mut token = response.enter(SEQUENCE)?;
    if !response.is_empty() || token.read(OBJECT_IDENTIFIER)? != SIGNED_DATA {
        return None;
    }
    let mut signed = token.enter(CONTEXT_0)?.enter(SEQUENCE)?;
    signed.read(INTEGER)?;
    signed.read(SET)?;
    let mut content = signed.enter(SEQUENCE)?;
    if content.read(OBJECT_IDENTIFIER)? != TST_INFO {
        return None;
    }
    let mut information = content
        .enter(CONTEXT_0)?
        .enter(OCTET_STRING)?
        .enter(SEQUENCE)?;
    information.read(INTEGER)?;
    information.read(OBJECT_IDENTIFIER)?;
    let mut imprint = information.enter(SEQUENCE)?;
    let algorithm = imprint.enter(SEQUENCE)?.read(OBJECT_IDENTIFIER)?;
    let hash = imprint.read(OCTET_STRING)?;
    imprint.is_empty().then_some((algorithm, hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_der_of_the_imprint() {
        let query = query(&[7; 32]);
        let mut outside = Reader::new(&query);
        let mut request = outside.enter(SEQUENCE).unwrap();
        assert!(outside.is_empty());
        assert_eq!(request.read(INTEGER), Some(&[1][..]));
        let mut imprint = request.enter(SEQUENCE).unwrap();
        let algorithm = imprint.enter(SEQUENCE).unwrap().read(OBJECT_IDENTIFIER);
        assert_eq!(algorithm, Some(&SHA256[..]));
        assert_eq!(imprint.read(OCTET_STRING), Some(&[7; 32][..]));
        assert_eq!(request.read(0x01), Some(&[0xff][..]));
        assert!(imprint.is_empty() && request.is_empty());
    }

    #[test]
    fn a_reply_that_grants_nothing_says_its_status() {
        // SEQUENCE { SEQUENCE { INTEGER 2 } }: rejection.
        let reply = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
        let error = check(&reply, &[0; 32]).unwrap_err();
        assert!(matches!(error, Error::TimestampRefused { status: 2 }));
    }

    #[test]
    fn a_reply_that_is_none_is_refused() {
        for reply in [
            &b""[..],
            b"<html>",
            &[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00],
        ] {
            let error = check(reply, &[0; 32]).unwrap_err();
            assert!(matches!(error, Error::AnswerMalformed { .. }));
        }
    }
}
