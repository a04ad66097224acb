use base64ct::{Base64, Encoding as _};

use super::{CertificateError, ChainLimit, ChainLimits, PemFault};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END CERTIFICATE-----";
const CERTIFICATE: &[u8] = b"CERTIFICATE-----";

/// Reads the blocks of a PEM text, all of which must be certificates. Text around them is passed over: tools
/// write what a certificate says before it (RFC 7468 section 2, explanatory text).
pub(super) fn certificates(
    text: &[u8],
    limits: &ChainLimits,
) -> Result<Vec<Vec<u8>>, CertificateError> {
    if text.len() > limits.anchor_bytes {
        return Err(exceeded(
            ChainLimit::AnchorBytes,
            text.len(),
            limits.anchor_bytes,
        ));
    }
    let fault = |fault, at: usize| CertificateError::Pem {
        fault,
        at: u64::try_from(at).unwrap_or(u64::MAX),
    };
    let mut certificates = Vec::new();
    // The base64 of the block that is being read, and where the block began.
    let mut open: Option<(Vec<u8>, usize)> = None;
    let mut at = 0_usize;
    for whole in text.split_inclusive(|byte| *byte == b'\n') {
        let (here, line) = (at, whole.trim_ascii_end());
        at = at.saturating_add(whole.len());
        open = match open.take() {
            None => match line.strip_prefix(BEGIN) {
                None => None,
                Some(CERTIFICATE) if certificates.len() >= limits.anchors => {
                    let found = certificates.len().saturating_add(1);
                    return Err(exceeded(ChainLimit::Anchors, found, limits.anchors));
                }
                Some(CERTIFICATE) => Some((Vec::new(), here)),
                Some(_) => return Err(fault(PemFault::Label, here)),
            },
            Some((base64, began)) if line == END => {
                let base64 = std::str::from_utf8(&base64).ok();
                let der = base64.and_then(|base64| Base64::decode_vec(base64).ok());
                certificates.push(der.ok_or_else(|| fault(PemFault::Base64, began))?);
                None
            }
            Some((_, began)) if line.starts_with(b"-----") => {
                return Err(fault(PemFault::Unterminated, began));
            }
            Some((mut base64, began)) => {
                base64.extend_from_slice(line);
                Some((base64, began))
            }
        };
    }
    match open {
        Some((_, began)) => Err(fault(PemFault::Unterminated, began)),
        None if certificates.is_empty() => Err(fault(PemFault::Empty, text.len())),
        None => Ok(certificates),
    }
}

/// Writes a certificate as OpenSSL does: 64 columns, one final newline.
pub(super) fn write(der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every place is between characters.
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

pub(super) fn exceeded(what: ChainLimit, found: usize, most: usize) -> CertificateError {
    let number = |number| u64::try_from(number).unwrap_or(u64::MAX);
    CertificateError::LimitExceeded {
        what,
        found: number(found),
        most: number(most),
    }
}

#[cfg(test)]
mod tests {
    use super::{certificates, write};
    use crate::certificate::{CertificateError, ChainLimits, PemFault};

    fn fault(text: &str) -> (PemFault, u64) {
        match certificates(text.as_bytes(), &ChainLimits::default()) {
            Err(CertificateError::Pem { fault, at }) => (fault, at),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn blocks_are_read_between_other_text() {
        let text = format!("Subject: x\r\n{}\nmore\n{}", write(&[1; 100]), write(&[2]));
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let read = certificates(text.as_bytes(), &ChainLimits::default()).unwrap();
            assert_eq!(read, [vec![1; 100], vec![2]]);
        }
    }

    #[test]
    fn what_is_not_a_certificate_is_refused() {
        assert_eq!(fault(""), (PemFault::Empty, 0));
        assert_eq!(
            fault("x\n-----BEGIN PRIVATE KEY-----\n"),
            (PemFault::Label, 2)
        );
        assert_eq!(
            fault("-----BEGIN TRUSTED CERTIFICATE-----\n"),
            (PemFault::Label, 0)
        );
        let whole = write(&[1; 9]);
        assert_eq!(
            fault(&whole.replace("END CERT", "END X")),
            (PemFault::Unterminated, 0)
        );
        assert_eq!(fault(&whole.replace("AQ", "A*")), (PemFault::Base64, 0));
        assert_eq!(
            fault("-----BEGIN CERTIFICATE-----\nAR==\n-----END CERTIFICATE-----\n"),
            (PemFault::Base64, 0)
        );
    }

    #[test]
    fn counts_and_sizes_have_ceilings() {
        let text = write(&[1]).repeat(3);
        let limits = ChainLimits::default().with_anchors(2);
        assert!(certificates(text.as_bytes(), &limits).is_err());
        let limits = ChainLimits::default().with_anchor_bytes(text.len() - 1);
        assert!(certificates(text.as_bytes(), &limits).is_err());
        assert!(certificates(text.as_bytes(), &limits.with_anchor_bytes(text.len())).is_ok());
    }
}
