//! Whether bytes are a pickle. Opcodes are stepped over with their arguments and the depth of the stack is kept, so
//! that bytes which are no pickle fail soon; nothing is carried out and nothing is judged.

use memchr::memchr;

/// Opcodes that are stepped over; a pickle with more is one by then.
const OPCODES: u32 = 100_000;

/// Marks that may be open.
const MARKS: usize = 10_000;

/// What a pickle was found to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Pickle {
    /// Bytes up to behind its last opcode.
    pub(crate) length: usize,
    /// Opcodes in it.
    pub(crate) opcodes: u32,
    /// Whether it imports something, which is what a pickle can do harm by.
    pub(crate) imports: bool,
}

/// Says whether bytes begin with a pickle: of protocol 2 to 5 by its first opcode, of an older one if it imports
/// something by name.
pub(crate) fn pickle(bytes: &[u8]) -> Option<Pickle> {
    let marked = matches!(bytes, [0x80, 2..=5, ..]);
    let found = walk(bytes)?;
    // Six opcodes and more that end well come about by chance behind one in 100,000 of such starts, which
    // themselves are one in 16,384.
    (found.imports || marked && found.opcodes >= 6).then_some(found)
}

/// Steps from the first byte to a STOP.
fn walk(bytes: &[u8]) -> Option<Pickle> {
    let mut reader = Reader { bytes, at: 0 };
    let mut stack = Stack::default();
    let (mut opcodes, mut strings) = (0_u32, 0_u32);
    let mut imports = false;
    loop {
        let opcode = reader.byte()?;
        opcodes = opcodes.saturating_add(1);
        match opcode {
            b'.' => {
                stack.pop(1)?;
                break;
            }
            0x80 => {
                if reader.byte()? > 5 {
                    return None;
                }
            }
            0x95 => reader.skip(8)?,
            b'(' => stack.mark()?,
            b'0' => stack.pop_any()?,
            b'1' => stack.pop_mark(0)?,
            b'2' => {
                stack.pop(1)?;
                stack.push(2);
            }
            b'N' | b')' | b']' | b'}' | 0x88 | 0x89 | 0x8f | 0x97 => stack.push(1),
            b'K' => stack.push_behind(reader.skip(1)?),
            b'M' => stack.push_behind(reader.skip(2)?),
            b'J' => stack.push_behind(reader.skip(4)?),
            b'G' => stack.push_behind(reader.skip(8)?),
            b'h' => stack.push_behind(reader.skip(1)?),
            b'j' => stack.push_behind(reader.skip(4)?),
            0x8a => stack.push_behind(reader.sized(1)?),
            0x8b | b'T' | b'B' => stack.push_behind(reader.sized(4)?),
            b'U' | b'C' => stack.push_behind(reader.sized(1)?),
            0x8e | 0x96 => stack.push_behind(reader.sized(8)?),
            b'X' | 0x8c | 0x8d => {
                let width = match opcode {
                    b'X' => 4,
                    0x8c => 1,
                    _ => 8,
                };
                stack.push_behind(reader.sized(width)?);
                strings = strings.saturating_add(1);
            }
            b'I' | b'L' | b'F' => stack.push_behind(reader.number()?),
            b'g' => stack.push_behind(reader.digits()?),
            b'S' => {
                stack.push_behind(reader.quoted()?);
                strings = strings.saturating_add(1);
            }
            b'V' => {
                stack.push_behind(reader.line().map(|_| ())?);
                strings = strings.saturating_add(1);
            }
            b'P' => stack.push_behind(reader.line().map(|_| ())?),
            b'c' => {
                reader.name()?;
                stack.push_behind(reader.name()?);
                imports = true;
            }
            b'i' => {
                reader.name()?;
                reader.name()?;
                stack.pop_mark(0)?;
                stack.push(1);
                imports = true;
            }
            0x82..=0x84 => {
                let width = match opcode {
                    0x82 => 1,
                    0x83 => 2,
                    _ => 4,
                };
                // A number for a name that only the registry of the loader knows: noise has such bytes too.
                stack.push_behind(reader.skip(width)?);
            }
            0x93 => {
                // Both names were pushed as texts, if only to be taken out of the memo again.
                if strings < 2 {
                    return None;
                }
                stack.pop(2)?;
                stack.push(1);
                imports = true;
            }
            b'o' => {
                stack.pop_mark(1)?;
                stack.push(1);
            }
            b'd' | b'l' | b't' | 0x91 => {
                stack.pop_mark(0)?;
                stack.push(1);
            }
            b'e' | b'u' | 0x90 => {
                stack.pop_mark(0)?;
                stack.need(1)?;
            }
            b'a' | b'b' | b'R' | 0x81 | 0x86 => {
                stack.pop(2)?;
                stack.push(1);
            }
            b's' | 0x87 | 0x92 => {
                stack.pop(3)?;
                stack.push(1);
            }
            b'Q' | 0x85 | 0x94 | 0x98 => stack.need(1)?,
            b'p' => {
                reader.digits()?;
                stack.need(1)?;
            }
            b'q' => {
                reader.skip(1)?;
                stack.need(1)?;
            }
            b'r' => {
                reader.skip(4)?;
                stack.need(1)?;
            }
            _ => return None,
        }
        if opcodes >= OPCODES {
            break;
        }
    }
    Some(Pickle {
        length: reader.at,
        opcodes,
        imports,
    })
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at = self.at.checked_add(1)?;
        Some(byte)
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    /// Steps over bytes behind their length of so many bytes.
    fn sized(&mut self, width: usize) -> Option<()> {
        let length = self
            .take(width)?
            .iter()
            .rev()
            .try_fold(0_usize, |sum, byte| {
                sum.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
        self.skip(length)
    }

    fn line(&mut self) -> Option<&'b [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let end = memchr(b'\n', rest)?;
        self.at = self.at.checked_add(end)?.checked_add(1)?;
        rest.get(..end)
    }

    /// Steps over a line that is a module or a name in it.
    fn name(&mut self) -> Option<()> {
        let line = self.line()?;
        let fits = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'<' | b'>') || *byte > 127
        };
        (!line.is_empty()
            && line.len() < 256
            && line.iter().all(fits)
            && std::str::from_utf8(line).is_ok())
        .then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let line = self.line()?;
        (!line.is_empty() && line.iter().all(u8::is_ascii_digit)).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let line = self.line()?;
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        (!line.is_empty() && line.iter().all(fits)).then_some(())
    }

    fn quoted(&mut self) -> Option<()> {
        let line = self.line()?;
        let quote = |byte: Option<&u8>| byte.filter(|byte| matches!(byte, b'\'' | b'"')).copied();
        let first = quote(line.first())?;
        (line.len() > 1 && quote(line.last()) == Some(first)).then_some(())
    }
}

/// How many objects lie on the stack above each mark.
#[derive(Default)]
struct Stack {
    above: u64,
    below: Vec<u64>,
}

impl Stack {
    fn push(&mut self, count: u64) {
        self.above = self.above.saturating_add(count);
    }

    fn push_behind(&mut self, (): ()) {
        self.push(1);
    }

    fn need(&self, count: u64) -> Option<()> {
        (self.above >= count).then_some(())
    }

    fn pop(&mut self, count: u64) -> Option<()> {
        self.above = self.above.checked_sub(count)?;
        Some(())
    }

    fn mark(&mut self) -> Option<()> {
        if self.below.len() >= MARKS {
            return None;
        }
        self.below.push(std::mem::take(&mut self.above));
        Some(())
    }

    fn pop_mark(&mut self, at_least: u64) -> Option<()> {
        self.need(at_least)?;
        self.above = self.below.pop()?;
        Some(())
    }

    fn pop_any(&mut self) -> Option<()> {
        if self.above > 0 {
            return self.pop(1);
        }
        self.pop_mark(0)
    }
}

#[cfg(test)]
mod tests {
    use super::pickle;

    #[test]
    fn pickles_of_every_protocol_are_told() {
        let old = b"cos\nsystem\n(S'id'\ntR.";
        let two = b"\x80\x02cos\nsystem\nq\x00X\x02\x00\x00\x00idq\x01\x85q\x02Rq\x03.";
        let four =
            b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.";
        for bytes in [&old[..], two, four] {
            let found = pickle(bytes).unwrap();
            assert!(found.imports);
            assert_eq!(found.length, bytes.len());
        }
        let data = b"\x80\x04\x95\x11\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94K\x01\x8c\x01b\x94K\x02u.";
        assert!(!pickle(data).unwrap().imports);
    }

    #[test]
    fn what_does_not_reach_its_end_or_lacks_operands_is_none() {
        for bytes in [
            &b""[..],
            b".",
            b"\x80\x04.",
            b"\x80\x04N.",
            b"\x80\x09N.",
            b"cos\nsystem\n",
            b"cos\nsystem\nRRR.",
            b"c\n\n.",
            b"\x80\x04\x8c\xffab",
            b"\x80\x02X\xff\xff\xff\xffa.",
            b"\x80\x05\x8e\xff\xff\xff\xff\xff\xff\xff\xff.",
        ] {
            assert_eq!(pickle(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn noise_is_no_pickle() {
        let mut state = 1_u64;
        let mut noise = [0_u8; 64];
        let mut chance = 0;
        for _ in 0..300_000 {
            for chunk in noise.chunks_exact_mut(8) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                chunk.copy_from_slice(&state.to_le_bytes());
            }
            // With the first two bytes given, which alone are one in 16,384.
            noise[0] = 0x80;
            noise[1] = 2 + noise[1] % 4;
            let found = pickle(&noise);
            assert!(!found.is_some_and(|found| found.imports));
            chance += usize::from(found.is_some());
        }
        assert!(chance <= 6, "{chance}");
    }
}
