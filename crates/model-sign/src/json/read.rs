use std::borrow::Cow;

use super::{Error, ErrorKind, Kind, Member, Number, Object, Value, string};
use crate::Limits;

/// Objects of at most so many members are searched for a key twice by comparing each with each.
const FEW: usize = 8;

/// Reads one JSON value, and nothing but spaces around it.
///
/// # Limits
/// [`Limits::json_bytes`], [`Limits::json_depth`], [`Limits::json_values`].
///
/// # Errors
/// See [`ErrorKind`].
///
/// # Spec
/// RFC 8259; stricter where its section 4 leaves a key twice in an object open, and where its section 8.1 lets
/// a reader ignore a byte order mark.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Value<'a>, Error> {
    let limit = limits.json_bytes.min(MOST);
    if bytes.len() > limit {
        let kind = ErrorKind::TooLong {
            found: wide(bytes.len()),
            limit: wide(limit),
        };
        return Err(Error::new(kind, wide(limit)));
    }
    if [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|mark| bytes.starts_with(mark))
    {
        return Err(Error::new(ErrorKind::ByteOrderMark, 0));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::new(ErrorKind::NotUtf8, wide(error.valid_up_to())))?;
    let reader = Reader {
        text,
        at: 0,
        depth: limits.json_depth.min(Limits::MAX_JSON_DEPTH),
        values: limits.json_values,
        left: limits.json_values,
    };
    reader.document()
}

/// The most bytes of a document, whatever the limits say: offsets have 32 bits.
#[expect(
    clippy::as_conversions,
    reason = "a constant that fits wherever `usize` has 32 bits or more"
)]
const MOST: usize = u32::MAX as usize;

/// An array or object that is not closed yet.
enum Open<'a> {
    Array {
        items: Vec<Value<'a>>,
        offset: u32,
    },
    Object {
        members: Vec<Member<'a>>,
        /// The key of the value that comes next, and where it stands.
        key: (Cow<'a, str>, u32),
        offset: u32,
    },
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// How many values there may be, and how many may still come.
    values: usize,
    left: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Value<'a>, Error> {
        let mut open: Vec<Open<'a>> = Vec::new();
        loop {
            let Some(mut value) = self.value(&mut open)? else {
                continue;
            };
            // Puts the value where it belongs, and closes what ends behind it.
            loop {
                let Some(parent) = open.last_mut() else {
                    return match self.peek() {
                        None => Ok(value),
                        Some(_) => Err(self.error(ErrorKind::TrailingData)),
                    };
                };
                match parent {
                    Open::Array { items, .. } => items.push(value),
                    Open::Object { members, key, .. } => {
                        let (key, offset) = std::mem::take(key);
                        members.push(Member { key, offset, value });
                    }
                }
                let next = self.peek();
                match (parent, next) {
                    (Open::Array { .. }, Some(b',')) => {
                        self.step();
                        break;
                    }
                    (Open::Object { key, .. }, Some(b',')) => {
                        self.step();
                        *key = self.key()?;
                        break;
                    }
                    (Open::Array { items, offset }, Some(b']')) => {
                        self.step();
                        let mut items = std::mem::take(items);
                        items.shrink_to_fit();
                        value = Value::new(Kind::Array(items), *offset);
                    }
                    (
                        Open::Object {
                            members, offset, ..
                        },
                        Some(b'}'),
                    ) => {
                        self.step();
                        let mut members = std::mem::take(members);
                        unique(&members)?;
                        members.shrink_to_fit();
                        let object = Object::new(members, *offset);
                        value = Value::new(Kind::Object(object), *offset);
                    }
                    (_, next) => return Err(self.unexpected(next)),
                }
                open.pop();
            }
        }
    }

    /// Reads a value, or the opening of one that is not empty: then what comes next is a value in it.
    fn value(&mut self, open: &mut Vec<Open<'a>>) -> Result<Option<Value<'a>>, Error> {
        let next = self.peek();
        let start = self.at;
        let offset = narrow(start);
        let Some(left) = self.left.checked_sub(1) else {
            let limit = wide(self.values);
            return Err(self.error(ErrorKind::TooManyValues { limit }));
        };
        self.left = left;
        let kind = match next {
            Some(b'"') => Kind::String(self.string()?),
            Some(b'{') => {
                self.nest(open.len())?;
                if self.peek() == Some(b'}') {
                    self.step();
                    Kind::Object(Object::new(Vec::new(), offset))
                } else {
                    let key = self.key()?;
                    open.push(Open::Object {
                        members: Vec::new(),
                        key,
                        offset,
                    });
                    return Ok(None);
                }
            }
            Some(b'[') => {
                self.nest(open.len())?;
                if self.peek() == Some(b']') {
                    self.step();
                    Kind::Array(Vec::new())
                } else {
                    open.push(Open::Array {
                        items: Vec::new(),
                        offset,
                    });
                    return Ok(None);
                }
            }
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            Some(b't') => self.word("true", Kind::Bool(true))?,
            Some(b'f') => self.word("false", Kind::Bool(false))?,
            Some(b'n') => self.word("null", Kind::Null)?,
            next => return Err(self.unexpected(next)),
        };
        Ok(Some(Value::new(kind, offset)))
    }

    /// Steps into an array or object.
    fn nest(&mut self, depth: usize) -> Result<(), Error> {
        if depth >= self.depth {
            let limit = wide(self.depth);
            return Err(self.error(ErrorKind::TooDeep { limit }));
        }
        self.step();
        Ok(())
    }

    /// Reads a key and the colon behind it.
    fn key(&mut self) -> Result<(Cow<'a, str>, u32), Error> {
        let next = self.peek();
        if next != Some(b'"') {
            return Err(self.unexpected(next));
        }
        let offset = narrow(self.at);
        let key = self.string()?;
        let next = self.peek();
        if next != Some(b':') {
            return Err(self.unexpected(next));
        }
        self.step();
        Ok((key, offset))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.step();
        let (string, behind) =
            string::read(self.text, self.at).map_err(|(kind, at)| Error::new(kind, wide(at)))?;
        self.at = behind;
        Ok(string)
    }

    fn word(&mut self, word: &str, kind: Kind<'a>) -> Result<Kind<'a>, Error> {
        for byte in word.bytes() {
            let next = self.byte();
            if next != Some(byte) {
                return Err(self.unexpected(next));
            }
            self.step();
        }
        Ok(kind)
    }

    fn number(&mut self) -> Result<Number<'a>, Error> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.step();
        }
        if self.byte() == Some(b'0') {
            self.step();
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.step();
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.step();
            }
            self.digits()?;
        }
        Ok(Number::new(
            self.text.get(start..self.at).unwrap_or_default(),
        ))
    }

    /// Reads one digit or more.
    fn digits(&mut self) -> Result<(), Error> {
        match self.byte() {
            Some(b'0'..=b'9') => {}
            next => return Err(self.unexpected(next)),
        }
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.step();
        }
        Ok(())
    }

    /// Returns the next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    const fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn unexpected(&self, next: Option<u8>) -> Error {
        self.error(match next {
            Some(byte) => ErrorKind::UnexpectedByte(byte),
            None => ErrorKind::Truncated,
        })
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, wide(self.at))
    }
}

/// Checks that no key stands twice.
fn unique(members: &[Member<'_>]) -> Result<(), Error> {
    if members.len() <= FEW {
        for (at, member) in members.iter().enumerate() {
            let before = members.get(..at).unwrap_or_default();
            if let Some(first) = before.iter().find(|first| first.key == member.key) {
                return Err(twice(first, member));
            }
        }
        return Ok(());
    }
    let mut sorted: Vec<&Member<'_>> = members.iter().collect();
    sorted.sort_unstable_by(|a, b| a.key.cmp(&b.key).then(a.offset.cmp(&b.offset)));
    let second = sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .filter(|(first, second)| first.key == second.key)
        .min_by_key(|(_, second)| second.offset);
    match second {
        Some((first, second)) => Err(twice(first, second)),
        None => Ok(()),
    }
}

fn twice(first: &Member<'_>, second: &Member<'_>) -> Error {
    let first = first.offset();
    Error::new(ErrorKind::DuplicateKey { first }, second.offset())
}

/// A place in a document that is no longer than [`MOST`].
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn wide(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::Limits;
    use crate::json::{ErrorKind, Kind, Type, Value};

    fn kind_of(bytes: &[u8]) -> (ErrorKind, u64) {
        let error = read(bytes, &Limits::default()).unwrap_err();
        (error.kind(), error.offset())
    }

    fn value(text: &str) -> Value<'_> {
        read(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn what_another_reader_could_take_otherwise_is_refused() {
        for (bytes, kind, offset) in [
            (&b""[..], ErrorKind::Truncated, 0),
            (b"  ", ErrorKind::Truncated, 2),
            (b"\xef\xbb\xbf{}", ErrorKind::ByteOrderMark, 0),
            (b"\xff\xfe{\0}\0", ErrorKind::ByteOrderMark, 0),
            (b"\xfe\xff\0{\0}", ErrorKind::ByteOrderMark, 0),
            (b"{\0}\0", ErrorKind::UnexpectedByte(0), 1),
            (b"\"\xff\"", ErrorKind::NotUtf8, 1),
            (b"\"\xed\xa0\x80\"", ErrorKind::NotUtf8, 1),
            (b"NaN", ErrorKind::UnexpectedByte(b'N'), 0),
            (b"Infinity", ErrorKind::UnexpectedByte(b'I'), 0),
            (b"-Infinity", ErrorKind::UnexpectedByte(b'I'), 1),
            (b"+1", ErrorKind::UnexpectedByte(b'+'), 0),
            (b"01", ErrorKind::TrailingData, 1),
            (b"[01]", ErrorKind::UnexpectedByte(b'1'), 2),
            (b"1.", ErrorKind::Truncated, 2),
            (b".5", ErrorKind::UnexpectedByte(b'.'), 0),
            (b"1e", ErrorKind::Truncated, 2),
            (b"1_0", ErrorKind::TrailingData, 1),
            (b"tru", ErrorKind::Truncated, 3),
            (b"nul1", ErrorKind::UnexpectedByte(b'1'), 3),
            (b"True", ErrorKind::UnexpectedByte(b'T'), 0),
            (b"'a'", ErrorKind::UnexpectedByte(b'\''), 0),
            (b"[1,]", ErrorKind::UnexpectedByte(b']'), 3),
            (b"[,1]", ErrorKind::UnexpectedByte(b','), 1),
            (b"[1 2]", ErrorKind::UnexpectedByte(b'2'), 3),
            (b"[1}", ErrorKind::UnexpectedByte(b'}'), 2),
            (b"{\"a\":1]", ErrorKind::UnexpectedByte(b']'), 6),
            (b"{\"a\":1,}", ErrorKind::UnexpectedByte(b'}'), 7),
            (b"{a:1}", ErrorKind::UnexpectedByte(b'a'), 1),
            (b"{\"a\" 1}", ErrorKind::UnexpectedByte(b'1'), 5),
            (b"{}{}", ErrorKind::TrailingData, 2),
            (b"1 /* */", ErrorKind::TrailingData, 2),
            (b"[1\x0b]", ErrorKind::UnexpectedByte(0x0b), 2),
            (b"[1\xc2\xa0]", ErrorKind::UnexpectedByte(0xc2), 2),
            (b"\"a\nb\"", ErrorKind::ControlCharacter(b'\n'), 2),
            (b"\"a\0b\"", ErrorKind::ControlCharacter(0), 2),
            (b"\"abc", ErrorKind::Truncated, 4),
            (b"\"\\x41\"", ErrorKind::UnknownEscape, 1),
            (b"\"\\u00g0\"", ErrorKind::UnknownEscape, 1),
            (b"\"\\u+041\"", ErrorKind::UnknownEscape, 1),
            (b"\"\\ud800\"", ErrorKind::LoneSurrogate, 1),
            (b"\"\\udc00\"", ErrorKind::LoneSurrogate, 1),
            (b"\"\\ud800\\n\"", ErrorKind::LoneSurrogate, 1),
            (b"\"\\ud800\\ud800\"", ErrorKind::LoneSurrogate, 1),
            (
                b"{\"a\":1,\"b\":2,\"a\":3}",
                ErrorKind::DuplicateKey { first: 1 },
                13,
            ),
            (
                b"[{\"b\":{\"a\":1,\"\\u0061\":3}}]",
                ErrorKind::DuplicateKey { first: 7 },
                13,
            ),
        ] {
            assert_eq!(
                kind_of(bytes),
                (kind, offset),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn escapes_are_undone() {
        let text = value(r#""\"\\\/\b\f\n\r\té\u00E9\ud83d\ude00\udbff\udfff""#);
        assert_eq!(
            text.as_str(),
            Ok("\"\\/\u{8}\u{c}\n\r\té\u{e9}\u{1f600}\u{10ffff}")
        );
    }

    #[test]
    fn a_key_twice_among_many_is_found_at_the_first_repetition() {
        let mut text = String::from("{");
        for key in (0..100).chain([7, 3]) {
            text.push_str(&format!("\"k{key}\":0,"));
        }
        text.push_str("\"last\":0}");
        let first = u64::try_from(text.find("\"k7\"").unwrap()).unwrap();
        let second = u64::try_from(text.rfind("\"k7\"").unwrap()).unwrap();
        let wanted = (ErrorKind::DuplicateKey { first }, second);
        assert_eq!(kind_of(text.as_bytes()), wanted);
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let deep = "[".repeat(100_000);
        let wanted = (ErrorKind::TooDeep { limit: 64 }, 64);
        assert_eq!(kind_of(deep.as_bytes()), wanted);
        let keys = "{\"a\":".repeat(100_000);
        let wanted = (ErrorKind::TooDeep { limit: 64 }, 5 * 64);
        assert_eq!(kind_of(keys.as_bytes()), wanted);
        let limits = Limits::default().with_json_depth(usize::MAX);
        let error = read(deep.as_bytes(), &limits).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooDeep { limit: 512 });
        let fits = format!("{}{}", "[".repeat(512), "]".repeat(512));
        let value = read(fits.as_bytes(), &limits).unwrap();
        drop(value.clone().into_owned());
    }

    #[test]
    fn bytes_and_values_are_bounded() {
        let limits = Limits::default().with_json_values(4).with_json_bytes(9);
        assert!(read(b"[1,2,3]  ", &limits).is_ok());
        let many = read(b"[1,2,3,4]", &limits).unwrap_err();
        assert_eq!(many.kind(), ErrorKind::TooManyValues { limit: 4 });
        assert_eq!(many.offset(), 7);
        let long = read(b"[1,2,3]   ", &limits).unwrap_err();
        assert_eq!(
            long.kind(),
            ErrorKind::TooLong {
                found: 10,
                limit: 9
            }
        );
    }

    #[test]
    fn what_is_asked_for_and_what_is_there_are_both_named() {
        let document = value(r#"{"a": [1, {}, null, true]}"#);
        let object = document.as_object().unwrap();
        let missing = object.required("b").unwrap_err();
        assert_eq!(missing.to_string(), "no `b` in the object at byte 0");
        let items = object.required("a").unwrap().as_array().unwrap();
        assert_eq!(
            items[1].as_str().unwrap_err().to_string(),
            "an object where a string is wanted at byte 10"
        );
        assert_eq!(items[3].as_bool(), Ok(true));
        assert_eq!(items[2].type_of(), Type::Null);
        assert!(matches!(items[0].kind(), Kind::Number(_)));
        assert_eq!(
            object.only(&["b"]).unwrap_err().kind(),
            ErrorKind::UnknownKey
        );
    }
}
