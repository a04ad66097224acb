//! An assembler for test pickles.
//!
//! One opcode a line, by its `pickletools` name, with its argument as a Python literal:
//!
//! - `SHORT_BINUNICODE 'posix'`, `BINBYTES b'\x00'`, `BININT1 5`, `BINFLOAT 1.5`, `PUT 0`; texts are encoded
//!   as the opcode wants them (UTF-8 with lone surrogates, raw-unicode-escape, a quoted literal);
//! - `GLOBAL 'os system'` or `GLOBAL 'os' 'system'`; the same for `INST`;
//! - `FRAME auto` counts up to the next FRAME or the end of the text, `FRAME 17` says what it says;
//! - `INT '0x10'` and other line opcodes with a text write that text as it is;
//! - `RAW b'…'` writes bytes, `REPEAT 30` … `END` writes what stands between as often;
//! - a line that begins with `;` is a comment.

use pickle_vm::{ArgumentKind, Opcode};

/// Assembles a text; panics with the line where it makes no sense.
pub(crate) fn assemble(text: &str) -> Vec<u8> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(';'))
        .collect();
    let mut assembler = Assembler::default();
    assembler.lines(&lines);
    assembler.close_frame();
    assembler.out
}

#[derive(Default)]
struct Assembler {
    out: Vec<u8>,
    /// Where the argument of a `FRAME auto` stands that is still open.
    frame: Option<usize>,
}

/// A literal of the assembly text.
#[derive(Debug)]
enum Literal {
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    Word(String),
}

impl Assembler {
    fn lines(&mut self, mut lines: &[(usize, &str)]) {
        while let Some((&(number, line), rest)) = lines.split_first() {
            lines = rest;
            if let Some(times) = line.strip_prefix("REPEAT ") {
                let times: usize = times.trim().parse().expect("a count behind REPEAT");
                let end = block_end(lines).unwrap_or_else(|| panic!("line {number}: no END"));
                for _ in 0..times {
                    self.lines(&lines[..end]);
                }
                lines = &lines[end + 1..];
            } else {
                self.line(line)
                    .unwrap_or_else(|| panic!("line {number}: cannot assemble `{line}`"));
            }
        }
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let literals = literals(rest)?;
        if name == "RAW" {
            let [Literal::Bytes(bytes) | Literal::Text(bytes)] = &literals[..] else {
                return None;
            };
            self.out.extend(bytes);
            return Some(());
        }
        let opcode = Opcode::ALL.iter().find(|op| op.name() == name).copied()?;
        if opcode == Opcode::Frame {
            self.close_frame();
        }
        self.out.push(opcode.byte());
        match (opcode.argument(), &literals[..]) {
            (ArgumentKind::None, []) => {}
            (ArgumentKind::Fixed(size), [Literal::Word(word)]) => {
                self.fixed(opcode, usize::from(size), word)?;
            }
            (ArgumentKind::Fixed(size), [Literal::Bytes(bytes)]) => {
                assert_eq!(bytes.len(), usize::from(size), "size of the argument");
                self.out.extend(bytes);
            }
            (ArgumentKind::Line, [literal]) => self.text_line(opcode, literal),
            (ArgumentKind::TwoLines, [Literal::Text(both)]) => {
                let at = both.iter().position(|&byte| byte == b' ')?;
                self.two_lines(&both[..at], &both[at + 1..]);
            }
            (ArgumentKind::TwoLines, [module, name]) => {
                self.two_lines(module.bytes()?, name.bytes()?);
            }
            (ArgumentKind::Counted(width), [literal]) => {
                let bytes = counted_bytes(opcode, literal)?;
                let count = u64::try_from(bytes.len()).ok()?.to_le_bytes();
                self.out.extend(&count[..usize::from(width)]);
                self.out.extend(bytes);
            }
            (ArgumentKind::CountedSigned, [literal]) => {
                let bytes = counted_bytes(opcode, literal)?;
                let count = u32::try_from(bytes.len()).ok()?;
                self.out.extend(count.to_le_bytes());
                self.out.extend(bytes);
            }
            _ => return None,
        }
        Some(())
    }

    fn fixed(&mut self, opcode: Opcode, size: usize, word: &str) -> Option<()> {
        if opcode == Opcode::BinFloat {
            let float: f64 = word.parse().ok()?;
            self.out.extend(float.to_be_bytes());
        } else if opcode == Opcode::Frame && word == "auto" {
            self.frame = Some(self.out.len());
            self.out.extend([0; 8]);
        } else {
            let int: i128 = word.parse().ok()?;
            self.out.extend(&int.to_le_bytes()[..size]);
        }
        Some(())
    }

    fn text_line(&mut self, opcode: Opcode, literal: &Literal) {
        match (opcode, literal) {
            (Opcode::Long, Literal::Word(word)) => {
                self.out.extend(word.bytes());
                self.out.push(b'L');
            }
            (Opcode::String, Literal::Text(text) | Literal::Bytes(text)) => {
                quote(&mut self.out, text)
            }
            (Opcode::Unicode, Literal::Text(text)) => raw_unicode(&mut self.out, text),
            (_, Literal::Word(word)) => self.out.extend(word.bytes()),
            (_, Literal::Text(text) | Literal::Bytes(text)) => self.out.extend(text),
        }
        self.out.push(b'\n');
    }

    fn two_lines(&mut self, module: &[u8], name: &[u8]) {
        self.out.extend(module);
        self.out.push(b'\n');
        self.out.extend(name);
        self.out.push(b'\n');
    }

    fn close_frame(&mut self) {
        if let Some(at) = self.frame.take() {
            let size = u64::try_from(self.out.len() - at - 8).expect("a length fits");
            self.out[at..at + 8].copy_from_slice(&size.to_le_bytes());
        }
    }
}

impl Literal {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) | Self::Bytes(bytes) => Some(bytes),
            Self::Word(_) => None,
        }
    }
}

/// Where the END is that belongs to a REPEAT in front of `lines`.
fn block_end(lines: &[(usize, &str)]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, (_, line)) in lines.iter().enumerate() {
        if line.starts_with("REPEAT ") {
            depth += 1;
        } else if *line == "END" {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

/// The argument of a counted opcode: texts and bytes as they are, integers in the form of LONG1.
fn counted_bytes(opcode: Opcode, literal: &Literal) -> Option<Vec<u8>> {
    match literal {
        Literal::Text(bytes) | Literal::Bytes(bytes) => Some(bytes.clone()),
        Literal::Word(word) if matches!(opcode, Opcode::Long1 | Opcode::Long4) => {
            let int: i128 = word.parse().ok()?;
            let mut bytes = int.to_le_bytes().to_vec();
            // As few bytes as keep the sign; none for zero.
            while let [.., before, last] = bytes[..] {
                let sign = if before >= 0x80 { 0xff } else { 0 };
                if last != sign {
                    break;
                }
                bytes.pop();
            }
            if bytes == [0] {
                bytes.clear();
            }
            Some(bytes)
        }
        Literal::Word(_) => None,
    }
}

/// Reads the literals behind an opcode.
fn literals(text: &str) -> Option<Vec<Literal>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (is_bytes, quoted) = match rest.strip_prefix('b') {
            Some(quoted) if quoted.starts_with(['\'', '"']) => (true, quoted),
            _ => (false, rest),
        };
        let quote = quoted.chars().next()?;
        if matches!(quote, '\'' | '"') {
            let (bytes, behind) = unquote(quoted.get(1..)?, quote, is_bytes)?;
            found.push(if is_bytes {
                Literal::Bytes(bytes)
            } else {
                Literal::Text(bytes)
            });
            rest = behind.trim_start();
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            found.push(Literal::Word(rest.get(..end)?.to_owned()));
            rest = rest.get(end..)?.trim_start();
        }
    }
    Some(found)
}

/// Reads a quoted literal behind its opening quote; gives what is behind the closing one too.
fn unquote(text: &str, quote: char, is_bytes: bool) -> Option<(Vec<u8>, &str)> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        rest = rest.get(c.len_utf8()..)?;
        if c == quote {
            return Some((out, rest));
        }
        if c != '\\' {
            out.extend(c.to_string().bytes());
            continue;
        }
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        let digits = match escape {
            'n' => {
                out.push(b'\n');
                continue;
            }
            'r' => {
                out.push(b'\r');
                continue;
            }
            't' => {
                out.push(b'\t');
                continue;
            }
            '\\' | '\'' | '"' => {
                out.extend(escape.to_string().bytes());
                continue;
            }
            'x' => 2,
            'u' if !is_bytes => 4,
            'U' if !is_bytes => 8,
            _ => return None,
        };
        let code = u32::from_str_radix(rest.get(..digits)?, 16).ok()?;
        rest = rest.get(digits..)?;
        if is_bytes {
            out.push(u8::try_from(code).ok()?);
        } else {
            push_code_point(&mut out, code)?;
        }
    }
}

/// Writes a code point in UTF-8, a lone surrogate as the three bytes that `surrogatepass` gives.
fn push_code_point(out: &mut Vec<u8>, code: u32) -> Option<()> {
    if let Some(c) = char::from_u32(code) {
        out.extend(c.to_string().bytes());
        return Some(());
    }
    let byte = |shift: u32, mask: u32| u8::try_from((code >> shift) & mask).ok();
    out.extend([
        0xe0 | byte(12, 0xf)?,
        0x80 | byte(6, 0x3f)?,
        0x80 | byte(0, 0x3f)?,
    ]);
    Some(())
}

/// Writes the literal that STRING holds.
fn quote(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'\'');
    for &byte in text {
        match byte {
            b'\'' | b'\\' => out.extend([b'\\', byte]),
            b' '..=b'~' => out.push(byte),
            _ => out.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    out.push(b'\'');
}

/// Writes the raw-unicode-escape form that UNICODE holds, as CPython's pickler does.
fn raw_unicode(out: &mut Vec<u8>, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    for c in text.chars() {
        match u32::from(c) {
            code if matches!(c, '\\' | '\0' | '\n' | '\r' | '\x1a')
                || (0x100..=0xffff).contains(&code) =>
            {
                out.extend(format!("\\u{code:04x}").bytes());
            }
            code if code > 0xffff => out.extend(format!("\\U{code:08x}").bytes()),
            code => out.push(u8::try_from(code).expect("Latin-1")),
        }
    }
}

#[test]
fn every_form_of_argument_is_assembled() {
    let assembled = assemble(
        r#"
        ; a comment
        PROTO 4
        FRAME auto
        SHORT_BINUNICODE 'é\ud800'
        BININT -2
        LONG1 255
        LONG1 0
        LONG 7
        STRING 'it\'s'
        UNICODE "\u20ac"
        GLOBAL 'os' 'path.join'
        BINFLOAT 1.5
        REPEAT 2
        NONE
        END
        RAW b'\xff'
        "#,
    );
    let body = [
        b"\x8c\x05\xc3\xa9\xed\xa0\x80".as_slice(),
        b"J\xfe\xff\xff\xff",
        b"\x8a\x02\xff\x00",
        b"\x8a\x00",
        b"L7L\n",
        b"S'it\\'s'\n",
        b"V\\u20ac\n",
        b"cos\npath.join\n",
        b"G\x3f\xf8\0\0\0\0\0\0",
        b"NN\xff",
    ]
    .concat();
    let size = u64::try_from(body.len()).unwrap().to_le_bytes();
    assert_eq!(
        assembled,
        [b"\x80\x04\x95".as_slice(), &size, &body].concat()
    );
}
