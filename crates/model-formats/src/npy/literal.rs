use alloc::string::String;
use alloc::vec::Vec;

use super::error::{Error, ErrorKind, Limit};
use super::{Limits, Version};

/// A value of the Python literal, with the byte of the file at which it starts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Value {
    pub(crate) at: u64,
    pub(crate) kind: ValueKind,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ValueKind {
    None,
    Bool(bool),
    /// An integer that is not negative.
    Size(u64),
    /// A negative integer; what it is does not matter.
    Negative,
    Text(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
}

/// Reads one literal and the white space around it.
pub(crate) fn parse(
    bytes: &[u8],
    base: u64,
    version: Version,
    limits: &Limits,
) -> Result<Value, Error> {
    let mut parser = Parser {
        bytes,
        at: 0,
        base,
        version,
        depth_left: limits.depth,
    };
    let value = parser.value()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.error(ErrorKind::TextBehind)),
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    base: u64,
    version: Version,
    depth_left: u32,
}

impl Parser<'_> {
    fn offset(&self) -> u64 {
        u64::try_from(self.at).map_or(u64::MAX, |at| self.base.saturating_add(at))
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.offset())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take(&mut self) -> Result<u8, Error> {
        let byte = self
            .peek()
            .ok_or_else(|| self.error(ErrorKind::UnexpectedEnd))?;
        self.advance();
        Ok(byte)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0c)) {
            self.advance();
        }
    }

    fn unexpected(&self) -> Error {
        self.error(
            self.peek()
                .map_or(ErrorKind::UnexpectedEnd, ErrorKind::UnexpectedByte),
        )
    }

    fn value(&mut self) -> Result<Value, Error> {
        self.skip_space();
        let at = self.offset();
        let kind = match self.peek() {
            Some(b'(') => self.nested(Self::tuple)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'{') => self.nested(Self::dict)?,
            Some(b'\'' | b'"') => ValueKind::Text(self.text()?),
            Some(b'u' | b'b') => {
                self.advance();
                match self.peek() {
                    Some(b'\'' | b'"') => ValueKind::Text(self.text()?),
                    _ => return Err(self.unexpected()),
                }
            }
            Some(b'-' | b'0'..=b'9') => self.integer()?,
            Some(b'T') => self.word(b"True", ValueKind::Bool(true))?,
            Some(b'F') => self.word(b"False", ValueKind::Bool(false))?,
            Some(b'N') => self.word(b"None", ValueKind::None)?,
            _ => return Err(self.unexpected()),
        };
        Ok(Value { at, kind })
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<ValueKind, Error>,
    ) -> Result<ValueKind, Error> {
        self.depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| self.error(ErrorKind::LimitExceeded(Limit::Depth)))?;
        self.advance();
        let value = read(self)?;
        self.depth_left = self.depth_left.saturating_add(1);
        Ok(value)
    }

    /// Reads items up to `close`; the last one may have a comma behind it. The flag says whether a comma
    /// stood anywhere.
    fn items(&mut self, close: u8) -> Result<(Vec<Value>, bool), Error> {
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.skip_space();
            if self.peek() == Some(close) {
                self.advance();
                return Ok((items, comma));
            }
            items.push(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.advance();
                    comma = true;
                }
                Some(byte) if byte == close => {}
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// A tuple; brackets around one value without a comma are only brackets.
    fn tuple(&mut self) -> Result<ValueKind, Error> {
        let (mut items, comma) = self.items(b')')?;
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only.kind),
            last => {
                items.extend(last);
                Ok(ValueKind::Tuple(items))
            }
        }
    }

    fn list(&mut self) -> Result<ValueKind, Error> {
        Ok(ValueKind::List(self.items(b']')?.0))
    }

    fn dict(&mut self) -> Result<ValueKind, Error> {
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b'}') {
                self.advance();
                return Ok(ValueKind::Dict(entries));
            }
            let key = self.value()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected());
            }
            self.advance();
            let value = self.value()?;
            entries.push((key, value));
            self.skip_space();
            match self.peek() {
                Some(b',') => self.advance(),
                Some(b'}') => {}
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn word(&mut self, word: &[u8], value: ValueKind) -> Result<ValueKind, Error> {
        for letter in word {
            if self.peek() != Some(*letter) {
                return Err(self.unexpected());
            }
            self.advance();
        }
        match self.peek() {
            Some(b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => Err(self.unexpected()),
            _ => Ok(value),
        }
    }

    /// A decimal integer, with the `L` behind it that Python 2 wrote.
    fn integer(&mut self) -> Result<ValueKind, Error> {
        let start = self.offset();
        let negative = self.peek() == Some(b'-');
        if negative {
            self.advance();
        }
        let mut value = 0_u64;
        let mut digits = 0_u32;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            // Python 3 refuses leading zeros; Python 2 read them as octal.
            if digits > 0 && value == 0 {
                return Err(self.unexpected());
            }
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(u64::from(digit & 0x0f)))
                .ok_or_else(|| Error::new(ErrorKind::IntegerOutOfRange, start))?;
            digits = digits.saturating_add(1);
            self.advance();
        }
        if digits == 0 {
            return Err(self.unexpected());
        }
        if self.peek() == Some(b'L') {
            self.advance();
        }
        Ok(if negative && value > 0 {
            ValueKind::Negative
        } else {
            ValueKind::Size(value)
        })
    }

    fn text(&mut self) -> Result<String, Error> {
        let start = self.offset();
        let malformed = || Error::new(ErrorKind::MalformedString, start);
        let quote = self.take()?;
        let mut raw = Vec::new();
        loop {
            match self.take()? {
                byte if byte == quote => break,
                b'\n' | b'\r' => return Err(malformed()),
                b'\\' => {
                    let c = self.escape().map_err(|_| malformed())?;
                    let mut buffer = [0; 4];
                    raw.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
                byte if self.version == Version::V3 => raw.push(byte),
                byte => {
                    let mut buffer = [0; 4];
                    raw.extend_from_slice(char::from(byte).encode_utf8(&mut buffer).as_bytes());
                }
            }
        }
        String::from_utf8(raw).map_err(|_| malformed())
    }

    fn escape(&mut self) -> Result<char, Error> {
        Ok(match self.take()? {
            byte @ (b'\\' | b'\'' | b'"') => char::from(byte),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'x' => self.hex(2)?,
            b'u' => self.hex(4)?,
            b'U' => self.hex(8)?,
            _ => return Err(self.error(ErrorKind::MalformedString)),
        })
    }

    fn hex(&mut self, digits: u32) -> Result<char, Error> {
        let mut code = 0_u32;
        for _ in 0..digits {
            let digit = char::from(self.take()?)
                .to_digit(16)
                .ok_or_else(|| self.error(ErrorKind::MalformedString))?;
            code = code.wrapping_shl(4) | digit;
        }
        char::from_u32(code).ok_or_else(|| self.error(ErrorKind::MalformedString))
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;

    use super::{Value, ValueKind, parse};
    use crate::npy::{Error, ErrorKind, Limit, Limits, Version};

    fn read(text: &str) -> Result<Value, Error> {
        parse(text.as_bytes(), 0, Version::V3, &Limits::default())
    }

    fn text(text: &str) -> ValueKind {
        ValueKind::Text(String::from(text))
    }

    #[test]
    fn one_value_in_brackets_is_a_tuple_only_with_a_comma() {
        assert_eq!(read("(3)").unwrap().kind, ValueKind::Size(3));
        let three = Value {
            at: 1,
            kind: ValueKind::Size(3),
        };
        assert_eq!(read("(3,)").unwrap().kind, ValueKind::Tuple(vec![three]));
        assert_eq!(read("()").unwrap().kind, ValueKind::Tuple(vec![]));
    }

    #[test]
    fn escapes_and_prefixes_of_strings_are_read() {
        assert_eq!(read(r"'a\'\x41\u00e9\\'").unwrap().kind, text("a'Aé\\"));
        assert_eq!(read("u'x'").unwrap().kind, text("x"));
        assert_eq!(read("\"y\"").unwrap().kind, text("y"));
    }

    #[test]
    fn bytes_above_ascii_are_latin_1_before_version_3() {
        let value = parse(b"'\xe9'", 0, Version::V1, &Limits::default()).unwrap();
        assert_eq!(value.kind, text("é"));
        let error = parse(b"'\xe9'", 7, Version::V3, &Limits::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (&ErrorKind::MalformedString, 7)
        );
    }

    #[test]
    fn integers_of_python_2_are_read() {
        assert_eq!(read("12L").unwrap().kind, ValueKind::Size(12));
        assert_eq!(read("-1").unwrap().kind, ValueKind::Negative);
    }

    #[test]
    fn what_python_would_have_to_compute_is_refused() {
        for text in [
            "",
            "1+1",
            "0x10",
            "1_0",
            "01",
            "1.0",
            "1e3",
            "'a' 'b'",
            "f()",
            "{",
            "(",
            "'",
            "'\\",
            "{1}",
            "[1 2]",
            "Tru",
            "Truex",
            "lambda: 0",
            "'a\nb'",
            "r'a'",
            "#",
            "(,)",
            "...",
            "'\\q'",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "(".repeat(100_000);
        assert_eq!(
            read(&deep).unwrap_err().kind(),
            &ErrorKind::LimitExceeded(Limit::Depth)
        );
        let limits = Limits::default().with_depth(2);
        assert!(parse(b"[[1],[2],[3]]", 0, Version::V1, &limits).is_ok());
    }
}
