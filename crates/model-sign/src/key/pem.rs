use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::{KeyError, KeyErrorKind, Label};

/// The largest text that is read, in bytes: an encrypted key on P-521 has 700, and text before it is allowed.
pub(crate) const LIMIT: usize = 64 * 1024;

/// How many characters OpenSSL writes on a line.
const COLUMNS: usize = 64;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// What breaks the rules of PEM (RFC 7468), and of this reader, which takes one block only.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PemErrorKind {
    /// No line begins a block.
    #[error("no PEM block")]
    NoBlock,
    /// A second block follows.
    #[error("a second PEM block")]
    SecondBlock,
    /// Something other than a block follows the block.
    #[error("text behind the PEM block")]
    TextBehind,
    /// A line with dashes is none that begins or ends a block, or ends another one.
    #[error("a broken line at the edge of a PEM block")]
    BrokenBoundary,
    /// The text ends before the block does.
    #[error("the PEM block has no end")]
    NoEnd,
    /// The block has headers, as OpenSSL's old encryption does, which is weak; `openssl pkcs8 -topk8` rewrites
    /// it.
    #[error("headers in the PEM block, of an encryption that is out of date")]
    Headers,
    /// A byte that text before a block cannot have.
    #[error("byte 0x{0:02x} in what should be text")]
    NotText(u8),
    /// The byte is none that base64 has.
    #[error("byte 0x{0:02x} where base64 was wanted")]
    NotBase64(u8),
    /// The last characters of the base64 are too few, or have bits that are not used and not zero.
    #[error("base64 that is not in its one form")]
    NotCanonical,
}

/// A block that was taken out of a text.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) label: Label,
    /// Where in the text it begins.
    pub(crate) offset: usize,
    pub(crate) contents: Zeroizing<Vec<u8>>,
}

/// Takes the blocks of a text, one at least.
///
/// Lines may end in LF, CRLF, or, the last one, in nothing. Before the first block may stand what RFC 7468
/// section 5.2 calls explanatory text, as GnuTLS writes it: printable, and without dashes that a broken block
/// could hide behind. Behind a block stand only other blocks and empty lines.
pub(crate) fn blocks(text: &[u8]) -> Result<Vec<Block>, KeyError> {
    if text.len() > LIMIT {
        return Err(KeyError::new(KeyErrorKind::TooLarge {
            found: text.len(),
            limit: LIMIT,
        }));
    }
    let mut lines = Lines { text, at: 0 };
    let mut blocks = Vec::new();
    while let Some((offset, line)) = lines.next() {
        if let Some(label) = boundary(line, BEGIN) {
            blocks.push(block(&mut lines, label, offset)?);
        } else if contains(line, DASHES) {
            return Err(KeyError::at_text(PemErrorKind::BrokenBoundary, offset));
        } else if blocks.is_empty() {
            let is_text = |byte: u8| byte == b'\t' || (b' '..0x7f).contains(&byte);
            if let Some((at, byte)) = find(line, |byte| !is_text(byte)) {
                return Err(KeyError::at_text(
                    PemErrorKind::NotText(byte),
                    offset.saturating_add(at),
                ));
            }
        } else if !line.is_empty() {
            return Err(KeyError::at_text(PemErrorKind::TextBehind, offset));
        }
    }
    if blocks.is_empty() {
        return Err(KeyError::at_text(PemErrorKind::NoBlock, text.len()));
    }
    Ok(blocks)
}

/// Takes the one block of a text.
pub(crate) fn block_alone(text: &[u8]) -> Result<Block, KeyError> {
    let mut blocks = blocks(text)?.into_iter();
    let first = blocks
        .next()
        .ok_or(KeyError::at_text(PemErrorKind::NoBlock, text.len()))?;
    match blocks.next() {
        None => Ok(first),
        Some(second) => Err(KeyError::at_text(PemErrorKind::SecondBlock, second.offset)),
    }
}

/// Writes a block as OpenSSL does: 64 columns, LF, and LF behind the last line.
pub(crate) fn write(name: &str, contents: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(Base64::encode_string(contents));
    let lines = base64.len().div_ceil(COLUMNS);
    let edges = name.len().saturating_mul(2).saturating_add(64);
    // As large as it gets, since a string that grows leaves copies behind.
    let length = base64.len().saturating_add(lines).saturating_add(edges);
    let mut out = Zeroizing::new(String::with_capacity(length));
    for part in ["-----BEGIN ", name, "-----\n"] {
        out.push_str(part);
    }
    let mut rest = base64.as_str();
    while let Some((line, behind)) = rest.split_at_checked(COLUMNS) {
        out.push_str(line);
        out.push('\n');
        rest = behind;
    }
    if !rest.is_empty() {
        out.push_str(rest);
        out.push('\n');
    }
    for part in ["-----END ", name, "-----\n"] {
        out.push_str(part);
    }
    out
}

/// Reads a block whose first line was taken.
fn block(lines: &mut Lines<'_>, name: &[u8], offset: usize) -> Result<Block, KeyError> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(lines.left()));
    loop {
        let Some((start, line)) = lines.next() else {
            return Err(KeyError::at_text(PemErrorKind::NoEnd, lines.text.len()));
        };
        if contains(line, DASHES) {
            if boundary(line, END) == Some(name) {
                break;
            }
            return Err(KeyError::at_text(PemErrorKind::BrokenBoundary, start));
        }
        if base64.is_empty() && line.contains(&b':') {
            return Err(KeyError::at_text(PemErrorKind::Headers, start));
        }
        let is_base64 =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if let Some((at, byte)) = find(line, |byte| !is_base64(byte)) {
            return Err(KeyError::at_text(
                PemErrorKind::NotBase64(byte),
                start.saturating_add(at),
            ));
        }
        if line.is_empty() {
            return Err(KeyError::at_text(PemErrorKind::NotBase64(b'\n'), start));
        }
        base64.extend_from_slice(line);
    }
    let not_canonical = || KeyError::at_text(PemErrorKind::NotCanonical, offset);
    let text = std::str::from_utf8(&base64).map_err(|_| not_canonical())?;
    // It compares the unused bits of the last character with zero, and takes time by the length alone.
    let contents = Base64::decode_vec(text).map_err(|_| not_canonical())?;
    Ok(Block {
        label: Label::of(name),
        offset,
        contents: Zeroizing::new(contents),
    })
}

/// Returns what stands between `-----BEGIN ` or `-----END ` and `-----`, if the line is that and no more.
fn boundary<'a>(line: &'a [u8], edge: &[u8]) -> Option<&'a [u8]> {
    let name = line.strip_prefix(edge)?.strip_suffix(DASHES)?;
    let is_plain = !name.is_empty()
        && name
            .iter()
            .all(|byte| matches!(byte, b' ' | b'A'..=b'Z' | b'0'..=b'9'));
    is_plain.then_some(name)
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}

fn find(line: &[u8], is_wrong: impl Fn(u8) -> bool) -> Option<(usize, u8)> {
    let mut bytes = line.iter().copied().enumerate();
    bytes.find(|(_, byte)| is_wrong(*byte))
}

/// The lines of a text, without their ends, and where they start.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl Lines<'_> {
    /// How many bytes are left.
    const fn left(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                self.at = start.saturating_add(end).saturating_add(1);
                let line = rest.get(..end).unwrap_or_default();
                line.strip_suffix(b"\r").unwrap_or(line)
            }
            None => {
                self.at = self.text.len();
                rest.strip_suffix(b"\r").unwrap_or(rest)
            }
        };
        Some((start, line))
    }
}
