use super::der::{self, Reader, tag};
use super::{Half, KeyAlgorithm, KeyErrorKind, SignatureError};

/// Writes the functions of one curve; the crates of the curves share their shapes, but no type.
macro_rules! curve {
    ($curve:ident, $algorithm:expr, $len:literal) => {
        pub(crate) mod $curve {
            use ::$curve::NonZeroScalar;
            use ::$curve::ecdsa::signature::hazmat::PrehashVerifier as _;
            use ::$curve::ecdsa::signature::{Signer as _, Verifier as _};
            use ::$curve::ecdsa::{Signature, SigningKey, VerifyingKey};
            use zeroize::Zeroizing;

            use super::{Half, KeyErrorKind, SignatureError, read, uncompressed, write};
            use crate::key::KeyAlgorithm;

            const ALGORITHM: KeyAlgorithm = $algorithm;
            const LEN: usize = $len;

            /// Takes a point: `0x04`, x, y.
            pub(crate) fn public(point: &[u8]) -> Result<VerifyingKey, KeyErrorKind> {
                uncompressed(point, ALGORITHM)?;
                VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyErrorKind::NotOnCurve)
            }

            /// Writes a point: `0x04`, x, y.
            pub(crate) fn point(key: &VerifyingKey) -> Vec<u8> {
                key.to_sec1_point(false).as_bytes().to_vec()
            }

            /// Takes a private number, the highest byte first.
            pub(crate) fn private(number: &[u8]) -> Result<SigningKey, KeyErrorKind> {
                if number.len() != LEN {
                    return Err(KeyErrorKind::WrongLength {
                        found: number.len(),
                        wanted: LEN,
                    });
                }
                SigningKey::from_slice(number).map_err(|_| KeyErrorKind::OutOfRange)
            }

            /// Writes the private number.
            pub(crate) fn number(key: &SigningKey) -> Zeroizing<Vec<u8>> {
                let bytes = Zeroizing::new(<[u8; LEN]>::from(key.to_bytes()));
                Zeroizing::new(bytes.to_vec())
            }

            pub(crate) fn verify(
                key: &VerifyingKey,
                message: &[u8],
                signature: &[u8],
            ) -> Result<(), SignatureError> {
                key.verify(message, &parse(signature)?)
                    .map_err(|_| SignatureError::Mismatch)
            }

            /// Verifies a signature by the digest that the scheme takes of the message.
            #[allow(dead_code, reason = "not every curve has its digest here yet")]
            pub(crate) fn verify_digest(
                key: &VerifyingKey,
                digest: &[u8],
                signature: &[u8],
            ) -> Result<(), SignatureError> {
                key.verify_prehash(digest, &parse(signature)?)
                    .map_err(|_| SignatureError::Mismatch)
            }

            fn parse(signature: &[u8]) -> Result<Signature, SignatureError> {
                let mut halves = [0; 2 * LEN];
                read(signature, &mut halves)?;
                Signature::from_slice(&halves).map_err(|_| {
                    let (r, _) = halves.split_at(LEN);
                    SignatureError::OutOfRange(if NonZeroScalar::try_from(r).is_ok() {
                        Half::S
                    } else {
                        Half::R
                    })
                })
            }

            /// Signs as RFC 6979 says, so that no bad source of random numbers gives the key away. `None`
            /// where a number comes out as 0.
            pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Option<Vec<u8>> {
                let signature: Signature = key.try_sign(message).ok()?;
                let bytes = signature.to_bytes();
                let (r, s) = bytes.split_at(LEN);
                Some(write(r, s))
            }
        }
    };
}

curve!(p256, KeyAlgorithm::P256, 32);
curve!(p384, KeyAlgorithm::P384, 48);
curve!(p521, KeyAlgorithm::P521, 66);

/// Makes sure that a point has the one form that is read.
fn uncompressed(point: &[u8], algorithm: KeyAlgorithm) -> Result<(), KeyErrorKind> {
    let wanted = algorithm.field_len().saturating_mul(2).saturating_add(1);
    match point {
        [0] => Err(KeyErrorKind::PointAtInfinity),
        [4, ..] if point.len() == wanted => Ok(()),
        [4, ..] | [] => Err(KeyErrorKind::WrongLength {
            found: point.len(),
            wanted,
        }),
        [form, ..] => Err(KeyErrorKind::PointForm(*form)),
    }
}

/// Reads a signature, a sequence of two integers, into two halves of the same length.
///
/// RFC 3279 section 2.2.3 says DER, and this takes nothing else, so that a signature has one form. Two
/// signatures still exist for each message, with s and with n - s: signers choose either, OpenSSL among them,
/// so that both are valid.
fn read(signature: &[u8], halves: &mut [u8]) -> Result<(), SignatureError> {
    let mut outer = Reader::new(signature);
    let mut sequence = outer.element(tag::SEQUENCE)?;
    outer.finish()?;
    let middle = halves.len() / 2;
    let (r, s) = halves.split_at_mut(middle);
    for (half, room) in [(Half::R, r), (Half::S, s)] {
        let number = sequence.unsigned()?.rest();
        let out_of_range = SignatureError::OutOfRange(half);
        let start = room.len().checked_sub(number.len()).ok_or(out_of_range)?;
        let room = room.get_mut(start..).ok_or(out_of_range)?;
        room.copy_from_slice(number);
    }
    sequence.finish()?;
    Ok(())
}

/// Writes a signature of two numbers.
fn write(r: &[u8], s: &[u8]) -> Vec<u8> {
    der::element(tag::SEQUENCE, &[&der::unsigned(r), &der::unsigned(s)]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Half, SignatureError, read, write};
    use crate::key::DerErrorKind;

    #[test]
    fn a_signature_is_written_in_the_form_that_is_read() {
        for (r, s) in [
            ([0x80; 32], [1; 32]),
            ([0; 32], [0xff; 32]),
            ([0x7f; 32], [0; 32]),
        ] {
            let mut halves = [9; 64];
            halves.fill(0);
            read(&write(&r, &s), &mut halves).unwrap();
            assert_eq!(halves, [r, s].concat()[..]);
        }
    }

    #[test]
    fn a_number_that_is_too_long_is_out_of_range() {
        let mut halves = [0; 64];
        let result = read(&write(&[1; 33], &[1]), &mut halves);
        assert_eq!(result, Err(SignatureError::OutOfRange(Half::R)));
        let result = read(&write(&[1], &[1; 33]), &mut halves);
        assert_eq!(result, Err(SignatureError::OutOfRange(Half::S)));
    }

    #[test]
    fn bytes_behind_either_end_are_refused() {
        let mut halves = [0; 64];
        let mut signature = write(&[1], &[1]);
        signature.push(0);
        let kind = DerErrorKind::TrailingBytes(1);
        let error = SignatureError::Der { kind, offset: 8 };
        assert_eq!(read(&signature, &mut halves), Err(error));
        // The same byte inside the sequence.
        signature[1] = 7;
        assert_eq!(read(&signature, &mut halves), Err(error));
    }
}
