use std::borrow::Cow;

use crate::{Error, ErrorKind, EventKind, Kind, Limits, Member, Object, Reader, Value};

/// Objects of at most so many members are searched for a key twice by comparing each with each.
const FEW: usize = 8;

/// Reads one JSON value, and nothing but spaces around it.
///
/// # Limits
/// [`Limits::bytes`], [`Limits::depth`], [`Limits::values`].
///
/// # Errors
/// See [`ErrorKind`].
///
/// # Spec
/// RFC 8259; stricter where its section 4 leaves a key twice in an object open, and where its section 8.1 lets
/// a reader ignore a byte order mark.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Value<'a>, Error> {
    let mut reader = Reader::new(bytes, limits)?;
    let value = reader.read_value()?;
    // One value ends the document: what else is there is an error.
    reader.read()?;
    Ok(value)
}

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

impl<'a> Reader<'a> {
    /// Reads the value that comes next, with all that is in it.
    ///
    /// Call it where a value can stand: at the start, behind a [`Key`](EventKind::Key), or in an array. The
    /// end of an array, of an object or of the document is an error here, and ends the reading.
    ///
    /// # Errors
    /// See [`ErrorKind`]; here a key that stands twice in one object is one of them.
    pub fn read_value(&mut self) -> Result<Value<'a>, Error> {
        let mut open: Vec<Open<'a>> = Vec::new();
        loop {
            let Some(event) = self.read()? else {
                return Err(self.fail(ErrorKind::Truncated));
            };
            let offset = narrow(event.start);
            let value = match event.kind {
                EventKind::BeginArray => {
                    let items = Vec::new();
                    open.push(Open::Array { items, offset });
                    continue;
                }
                EventKind::BeginObject => {
                    let (members, key) = Default::default();
                    open.push(Open::Object {
                        members,
                        key,
                        offset,
                    });
                    continue;
                }
                EventKind::Key(next) => match open.last_mut() {
                    Some(Open::Object { key, .. }) => {
                        *key = (next, offset);
                        continue;
                    }
                    _ => return Err(self.fail_at(ErrorKind::UnexpectedByte(b'"'), event.start)),
                },
                EventKind::EndArray => match open.pop() {
                    Some(Open::Array { mut items, offset }) => {
                        items.shrink_to_fit();
                        Value::new(Kind::Array(items), offset)
                    }
                    _ => return Err(self.fail_at(ErrorKind::UnexpectedByte(b']'), event.start)),
                },
                EventKind::EndObject => match open.pop() {
                    Some(Open::Object {
                        mut members,
                        offset,
                        ..
                    }) => {
                        unique(&members).map_err(|error| self.remember(error))?;
                        members.shrink_to_fit();
                        Value::new(Kind::Object(Object::new(members, offset)), offset)
                    }
                    _ => return Err(self.fail_at(ErrorKind::UnexpectedByte(b'}'), event.start)),
                },
                EventKind::String(text) => Value::new(Kind::String(text), offset),
                EventKind::Number(number) => Value::new(Kind::Number(number), offset),
                EventKind::Bool(value) => Value::new(Kind::Bool(value), offset),
                EventKind::Null => Value::new(Kind::Null, offset),
            };
            match open.last_mut() {
                None => return Ok(value),
                Some(Open::Array { items, .. }) => items.push(value),
                Some(Open::Object { members, key, .. }) => {
                    let (key, offset) = std::mem::take(key);
                    members.push(Member { key, offset, value });
                }
            }
        }
    }

    /// Passes over the value that comes next, with all that is in it; keys that stand twice in it are not
    /// looked for.
    ///
    /// Call it where [`Reader::read_value`] can be called.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn skip_value(&mut self) -> Result<(), Error> {
        let mut open = 0_usize;
        loop {
            let Some(event) = self.read()? else {
                return Err(self.fail(ErrorKind::Truncated));
            };
            match event.kind {
                EventKind::BeginArray | EventKind::BeginObject => open = open.saturating_add(1),
                EventKind::EndArray | EventKind::EndObject => match open.checked_sub(1) {
                    Some(left) => open = left,
                    None => {
                        let byte = match event.kind {
                            EventKind::EndArray => b']',
                            _ => b'}',
                        };
                        return Err(self.fail_at(ErrorKind::UnexpectedByte(byte), event.start));
                    }
                },
                EventKind::Key(_) if open == 0 => {
                    return Err(self.fail_at(ErrorKind::UnexpectedByte(b'"'), event.start));
                }
                EventKind::Key(_) => continue,
                _ => {}
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

impl Reader<'_> {
    /// Passes over the rest of the innermost array or object that is open, its end included; over the rest of the
    /// document if none is.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn skip_rest(&mut self) -> Result<(), Error> {
        let depth = self.depth();
        while depth == 0 || self.depth() >= depth {
            if self.read()?.is_none() {
                break;
            }
        }
        Ok(())
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

/// A place in a document that is no longer than [`Limits::MAX_BYTES`].
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::{ErrorKind, Kind, Limits, Type, Value};

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
        let limits = Limits::default().with_depth(usize::MAX);
        let error = read(deep.as_bytes(), &limits).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooDeep { limit: 512 });
        let fits = format!("{}{}", "[".repeat(512), "]".repeat(512));
        let value = read(fits.as_bytes(), &limits).unwrap();
        drop(value.clone().into_owned());
    }

    #[test]
    fn bytes_and_values_are_bounded() {
        let limits = Limits::default().with_values(4).with_bytes(9);
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
