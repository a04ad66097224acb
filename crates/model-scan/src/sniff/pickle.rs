/// Opcodes walked before a stream is believed.
const OPCODES: usize = 1_000;

/// What follows an opcode.
#[derive(Clone, Copy)]
enum Argument {
    None,
    /// So many bytes.
    Bytes(usize),
    /// A line that passes a test.
    Line(fn(&[u8]) -> bool),
    /// Two lines.
    TwoLines,
    /// A length of so many bytes, and as many bytes as it says.
    Counted(usize),
}

/// What an opcode does to the stack.
#[derive(Clone, Copy)]
enum Effect {
    /// Takes and then pushes so many values.
    Stack(usize, usize),
    /// Pushes a mark.
    Mark,
    /// Takes everything down to the mark, then so many values, and pushes so many.
    ToMark(usize, usize),
    /// Takes a value, or a mark if that lies on top.
    Pop,
    /// Ends the stream.
    Stop,
}

/// Says whether a byte is an opcode of some protocol.
pub(super) fn is_opcode(byte: u8) -> bool {
    opcode(byte).is_some()
}

#[expect(
    clippy::match_same_arms,
    reason = "a table in the order of the protocols is easier to check"
)]
fn opcode(byte: u8) -> Option<(Argument, Effect)> {
    use Argument::{Bytes, Counted, Line, None, TwoLines};
    use Effect::{Mark, Pop, Stack, Stop, ToMark};
    Some(match byte {
        b'(' => (None, Mark),
        b'.' => (None, Stop),
        b'0' => (None, Pop),
        b'1' => (None, ToMark(0, 0)),
        b'2' => (None, Stack(1, 2)),
        b'F' => (Line(is_float), Stack(0, 1)),
        b'I' | b'L' => (Line(is_integer), Stack(0, 1)),
        b'J' => (Bytes(4), Stack(0, 1)),
        b'K' => (Bytes(1), Stack(0, 1)),
        b'M' => (Bytes(2), Stack(0, 1)),
        b'N' => (None, Stack(0, 1)),
        b'P' => (Line(|_| true), Stack(0, 1)),
        b'Q' => (None, Stack(1, 1)),
        b'R' => (None, Stack(2, 1)),
        b'S' => (Line(is_quoted), Stack(0, 1)),
        b'T' | b'B' | b'X' => (Counted(4), Stack(0, 1)),
        b'U' | b'C' => (Counted(1), Stack(0, 1)),
        b'V' => (Line(|_| true), Stack(0, 1)),
        b'a' => (None, Stack(2, 1)),
        b'b' => (None, Stack(2, 1)),
        b'c' => (TwoLines, Stack(0, 1)),
        b'd' | b'l' | b't' => (None, ToMark(0, 1)),
        b'e' | b'u' => (None, ToMark(1, 1)),
        b'g' => (Line(is_integer), Stack(0, 1)),
        b'h' => (Bytes(1), Stack(0, 1)),
        b'j' => (Bytes(4), Stack(0, 1)),
        b'i' => (TwoLines, ToMark(0, 1)),
        b'o' => (None, ToMark(0, 1)),
        b'p' => (Line(is_integer), Stack(1, 1)),
        b'q' => (Bytes(1), Stack(1, 1)),
        b'r' => (Bytes(4), Stack(1, 1)),
        b's' => (None, Stack(3, 1)),
        b')' | b']' | b'}' => (None, Stack(0, 1)),
        b'G' => (Bytes(8), Stack(0, 1)),
        0x80 => (Bytes(1), Stack(0, 0)),
        0x81 => (None, Stack(2, 1)),
        0x82 => (Bytes(1), Stack(0, 1)),
        0x83 => (Bytes(2), Stack(0, 1)),
        0x84 => (Bytes(4), Stack(0, 1)),
        0x85 => (None, Stack(1, 1)),
        0x86 => (None, Stack(2, 1)),
        0x87 => (None, Stack(3, 1)),
        0x88 | 0x89 => (None, Stack(0, 1)),
        0x8a | 0x8c => (Counted(1), Stack(0, 1)),
        0x8b => (Counted(4), Stack(0, 1)),
        0x8d | 0x8e | 0x96 => (Counted(8), Stack(0, 1)),
        0x8f => (None, Stack(0, 1)),
        0x90 => (None, ToMark(1, 1)),
        0x91 => (None, ToMark(0, 1)),
        0x92 => (None, Stack(3, 1)),
        0x93 => (None, Stack(2, 1)),
        0x94 => (None, Stack(1, 1)),
        0x95 => (Bytes(8), Stack(0, 0)),
        0x97 => (None, Stack(0, 1)),
        0x98 => (None, Stack(1, 1)),
        _ => return Option::None,
    })
}

/// Says whether a module or a name in it could be called so: words, dots, hyphens, and the brackets of
/// `<lambda>`. What has spaces or quotes is a line of some text; no loader finds it.
pub(crate) fn is_name(text: &[u8]) -> bool {
    let plausible = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.' | b'-' | b'<' | b'>')
            || !byte.is_ascii()
    };
    !text.is_empty() && text.iter().all(plausible)
}

/// Says whether bytes without a mark of any format could be a pickle, of any protocol.
///
/// They could if a walk over their opcodes reaches the end of the bytes, or a thousand opcodes, or the end
/// of a stream that imports something, or calls something it imported before it breaks: a loader would have
/// run that. What the walk pushes and takes is counted, so a text that happens to start with an opcode's
/// letter breaks soon.
///
/// ```
/// # use model_scan::sniff::could_be_pickle;
/// assert!(could_be_pickle(b"cos\nsystem\n(S'id'\ntR."));
/// assert!(!could_be_pickle(b"Setting up\n"));
/// ```
#[must_use]
pub fn could_be_pickle(bytes: &[u8]) -> bool {
    let mut walk = Walk {
        rest: bytes,
        depth: 0,
        marks: Vec::new(),
        imports: false,
        calls: false,
    };
    for _ in 0..OPCODES {
        match walk.step() {
            Some(true) => {}
            Some(false) if walk.rest.is_empty() || walk.imports => return true,
            // A lone value in front of other bytes is chance, unless these are pickles too.
            Some(false) => {
                walk.depth = 0;
                walk.marks.clear();
            }
            None => return walk.calls,
        }
    }
    true
}

struct Walk<'a> {
    rest: &'a [u8],
    depth: usize,
    marks: Vec<usize>,
    imports: bool,
    calls: bool,
}

impl<'a> Walk<'a> {
    /// Walks over one opcode. Returns whether the stream goes on, or `None` where it breaks.
    fn step(&mut self) -> Option<bool> {
        let byte = *self.take(1)?.first()?;
        let (argument, effect) = opcode(byte)?;
        match argument {
            Argument::None => {}
            Argument::Bytes(bytes) => {
                self.take(bytes)?;
            }
            Argument::Line(test) => {
                let line = self.line()?;
                test(line).then_some(())?;
            }
            Argument::TwoLines => {
                for _ in 0..2 {
                    let line = self.line()?;
                    is_name(line).then_some(())?;
                }
            }
            Argument::Counted(bytes) => {
                let length = self
                    .take(bytes)?
                    .iter()
                    .rev()
                    .try_fold(0_usize, |length, byte| {
                        length.checked_mul(256)?.checked_add(usize::from(*byte))
                    })?;
                self.take(length)?;
            }
        }
        let goes_on = self.apply(effect)?;
        self.imports |= matches!(byte, b'c' | b'i' | 0x82..=0x84 | 0x93);
        let call = matches!(byte, b'R' | b'i' | b'o' | b'b' | 0x81 | 0x92);
        self.calls |= call && self.imports;
        Some(goes_on)
    }

    fn apply(&mut self, effect: Effect) -> Option<bool> {
        match effect {
            Effect::Mark => self.marks.push(self.depth),
            Effect::Stop => {
                self.depth.checked_sub(1)?;
                return Some(false);
            }
            // What lies on top may be a mark.
            Effect::Pop if self.marks.last() == Some(&self.depth) => {
                self.marks.pop();
            }
            Effect::Pop => self.depth = self.depth.checked_sub(1)?,
            Effect::Stack(takes, pushes) => {
                self.depth = self.depth.checked_sub(takes)?.checked_add(pushes)?;
                // A mark that values were taken from below is gone, as some loaders have it.
                while self.marks.last().is_some_and(|mark| *mark > self.depth) {
                    self.marks.pop();
                }
            }
            Effect::ToMark(takes, pushes) => {
                let mark = self.marks.pop()?;
                self.depth = mark.checked_sub(takes)?.checked_add(pushes)?;
            }
        }
        Some(true)
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    fn line(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\n', self.rest)?;
        let line = self.take(end)?;
        self.take(1)?;
        Some(line)
    }
}

fn is_integer(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"L").unwrap_or(line);
    let digits = line.strip_prefix(b"-").unwrap_or(line);
    !digits.is_empty()
        && digits
            .iter()
            .all(|digit| digit.is_ascii_hexdigit() || matches!(digit, b'x' | b'_' | b' ' | b'\r'))
}

fn is_float(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| text.trim().parse::<f64>().is_ok())
}

fn is_quoted(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    matches!(line, [b'\'', .., b'\''] | [b'"', .., b'"'])
}

#[cfg(test)]
mod tests {
    use super::could_be_pickle;

    #[test]
    fn pickles_of_protocols_0_and_1_are_told() {
        for pickle in [
            &b"N."[..],
            b"I01\n.",
            b"(lp0\nI1\naI2\na.",
            b"(dp0\nVa\np1\nF1.5\ns.",
            b"cos\nsystem\n(S'id'\ntR.",
            b"(S'id'\nios\nsystem\n.",
            b"((lp0\n(g0\ntp1\na00g1\n.",
            b"]q\x00(K\x01K\x02e.",
            b"}q\x00X\x01\x00\x00\x00aq\x01K\x01s.",
            b"\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x85R.",
            b"\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01K\x02\x86.",
        ] {
            assert!(could_be_pickle(pickle), "{}", pickle.escape_ascii());
        }
    }

    #[test]
    fn a_lone_value_in_front_of_a_pickle_does_not_hide_it() {
        assert!(could_be_pickle(b"I1\n.I2\n."));
        assert!(could_be_pickle(b"I1\n.cos\nsystem\n(S'id'\ntR.tail"));
    }

    #[test]
    fn a_stream_that_breaks_behind_a_call_is_one() {
        assert!(could_be_pickle(b"cos\nsystem\n(S'id'\ntR\xff\xff"));
        assert!(!could_be_pickle(b"cos\nsystem\n\xff"));
    }

    #[test]
    fn text_and_noise_are_not() {
        for text in [
            &b""[..],
            b".",
            b"Very good.\n.. and more",
            b"Vocabulary\nfoo\nbar\n",
            b"I am a text\n",
            b"(see LICENSE)\n",
            b"count,value\n1,2\n3,4\n",
            b"config\nname: x\n",
            b"Model card\n===\n",
            b"Table of contents",
            b"GIT v1.6.2.1 Release Notes\n====\n",
            b"{\"a\": 1}",
            b"[1, 2]",
            b"\0\0\0\0\0\0",
            b"\xff\xfe\xfd",
        ] {
            assert!(!could_be_pickle(text), "{}", text.escape_ascii());
        }
    }
}
