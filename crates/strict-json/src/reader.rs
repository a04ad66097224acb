use crate::{Error, ErrorKind, Event, EventKind, Limits, Number, string};

/// Reads a document piece by piece, without keeping any of it.
///
/// What comes is always a whole document or an error: brackets match, keys and values alternate, there is one
/// value and nothing behind it. Keys are given as they come, also those that stood before in the same object.
/// After an error every further call returns the same error.
///
/// ```
/// use strict_json::{EventKind, Limits, Reader};
///
/// let mut reader = Reader::new(br#"{"a": [1]}"#, &Limits::default())?;
/// assert_eq!(reader.read()?.unwrap().kind, EventKind::BeginObject);
/// let key = reader.read()?.unwrap();
/// assert_eq!((key.kind, key.start..key.end), (EventKind::Key("a".into()), 1..4));
/// assert_eq!(reader.read_value()?.as_array()?.len(), 1);
/// assert_eq!(reader.read()?.unwrap().kind, EventKind::EndObject);
/// assert_eq!(reader.read()?, None);
/// # Ok::<(), strict_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// What is not closed yet, outermost first.
    open: Vec<Open>,
    next: Next,
    deepest: usize,
    /// How many values there may be, and how many may still come.
    values: usize,
    left: usize,
}

#[derive(Clone, Copy, Debug)]
enum Open {
    Array,
    Object,
}

/// What can come next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Value,
    /// A value, or the end of the array that was opened just now.
    FirstItem,
    /// A key, or the end of the object that was opened just now.
    FirstKey,
    /// A comma or the end of what is open; the end of the document if nothing is.
    Behind,
    /// The same error again.
    Failed(Error),
}

impl<'a> Reader<'a> {
    /// Begins to read a document.
    ///
    /// # Limits
    /// [`Limits::bytes`]; [`Limits::depth`] and [`Limits::values`] while reading.
    ///
    /// # Errors
    /// [`ErrorKind::TooLong`], [`ErrorKind::ByteOrderMark`], [`ErrorKind::NotUtf8`].
    pub fn new(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let limit = limits.bytes.min(Limits::MAX_BYTES);
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
        Ok(Self {
            text,
            at: 0,
            open: Vec::new(),
            next: Next::Value,
            deepest: limits.depth.min(Limits::MAX_DEPTH),
            values: limits.values,
            left: limits.values,
        })
    }

    /// Reads the next piece; none is the end of the document.
    ///
    /// # Errors
    /// See [`ErrorKind`]: those of the grammar but for a key that stands twice.
    pub fn read(&mut self) -> Result<Option<Event<'a>>, Error> {
        self.advance().map_err(|error| self.remember(error))
    }

    /// Returns the byte up to which the document is read.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Returns how many arrays and objects are open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.open.len()
    }

    /// Keeps an error for further calls.
    pub(crate) const fn remember(&mut self, error: Error) -> Error {
        self.next = Next::Failed(error);
        error
    }

    pub(crate) fn fail(&mut self, kind: ErrorKind) -> Error {
        self.fail_at(kind, self.at)
    }

    pub(crate) fn fail_at(&mut self, kind: ErrorKind, at: usize) -> Error {
        self.remember(Error::new(kind, wide(at)))
    }

    fn advance(&mut self) -> Result<Option<Event<'a>>, Error> {
        let event = match self.next {
            Next::Failed(error) => return Err(error),
            Next::Value => self.value()?,
            Next::FirstItem => match self.peek() {
                Some(b']') => self.close(EventKind::EndArray),
                _ => self.value()?,
            },
            Next::FirstKey => match self.peek() {
                Some(b'}') => self.close(EventKind::EndObject),
                _ => self.key()?,
            },
            Next::Behind => match (self.open.last().copied(), self.peek()) {
                (None, None) => return Ok(None),
                (None, Some(_)) => return Err(self.error(ErrorKind::TrailingData)),
                (Some(Open::Array), Some(b',')) => {
                    self.step();
                    self.value()?
                }
                (Some(Open::Object), Some(b',')) => {
                    self.step();
                    self.key()?
                }
                (Some(Open::Array), Some(b']')) => self.close(EventKind::EndArray),
                (Some(Open::Object), Some(b'}')) => self.close(EventKind::EndObject),
                (_, next) => return Err(self.unexpected(next)),
            },
        };
        Ok(Some(event))
    }

    /// Reads a value, or the opening of an array or object.
    fn value(&mut self) -> Result<Event<'a>, Error> {
        let next = self.peek();
        let start = self.at;
        let Some(left) = self.left.checked_sub(1) else {
            let limit = wide(self.values);
            return Err(self.error(ErrorKind::TooManyValues { limit }));
        };
        self.left = left;
        let (kind, behind) = match next {
            Some(b'"') => (EventKind::String(self.string()?), Next::Behind),
            Some(b'{') => {
                self.nest(Open::Object)?;
                (EventKind::BeginObject, Next::FirstKey)
            }
            Some(b'[') => {
                self.nest(Open::Array)?;
                (EventKind::BeginArray, Next::FirstItem)
            }
            Some(b'-' | b'0'..=b'9') => (EventKind::Number(self.number()?), Next::Behind),
            Some(b't') => (self.word("true", EventKind::Bool(true))?, Next::Behind),
            Some(b'f') => (self.word("false", EventKind::Bool(false))?, Next::Behind),
            Some(b'n') => (self.word("null", EventKind::Null)?, Next::Behind),
            next => return Err(self.unexpected(next)),
        };
        self.next = behind;
        Ok(self.event(kind, start))
    }

    /// Steps into an array or object.
    fn nest(&mut self, open: Open) -> Result<(), Error> {
        if self.open.len() >= self.deepest {
            let limit = wide(self.deepest);
            return Err(self.error(ErrorKind::TooDeep { limit }));
        }
        self.open.push(open);
        self.step();
        Ok(())
    }

    /// Steps out of an array or object.
    fn close(&mut self, kind: EventKind<'a>) -> Event<'a> {
        let start = self.at;
        self.step();
        self.open.pop();
        self.next = Next::Behind;
        self.event(kind, start)
    }

    /// Reads a key and the colon behind it.
    fn key(&mut self) -> Result<Event<'a>, Error> {
        let next = self.peek();
        if next != Some(b'"') {
            return Err(self.unexpected(next));
        }
        let start = self.at;
        let key = self.string()?;
        let event = self.event(EventKind::Key(key), start);
        let next = self.peek();
        if next != Some(b':') {
            return Err(self.unexpected(next));
        }
        self.step();
        self.next = Next::Value;
        Ok(event)
    }

    fn string(&mut self) -> Result<std::borrow::Cow<'a, str>, Error> {
        self.step();
        let (string, behind) =
            string::read(self.text, self.at).map_err(|(kind, at)| Error::new(kind, wide(at)))?;
        self.at = behind;
        Ok(string)
    }

    fn word(&mut self, word: &str, kind: EventKind<'a>) -> Result<EventKind<'a>, Error> {
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

    const fn event(&self, kind: EventKind<'a>, start: usize) -> Event<'a> {
        Event {
            kind,
            start,
            end: self.at,
        }
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

fn wide(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Reader;
    use crate::{Error, ErrorKind, EventKind, Limits};

    fn reader(text: &str) -> Reader<'_> {
        Reader::new(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn events(text: &str) -> Result<Vec<(EventKind<'_>, &str)>, Error> {
        let mut reader = reader(text);
        let mut events = Vec::new();
        while let Some(event) = reader.read()? {
            events.push((event.kind, text.get(event.start..event.end).unwrap()));
        }
        assert_eq!(reader.read(), Ok(None));
        Ok(events)
    }

    #[test]
    fn every_piece_comes_with_its_bytes() {
        let text = " {\"a\" : [ ], \"\\u0061\":{} ,\"b\":[1.5e3,true,false,null,\"\u{e9}\"] } ";
        let found = events(text).unwrap();
        let bytes: Vec<&str> = found.iter().map(|(_, bytes)| *bytes).collect();
        let wanted = [
            "{",
            "\"a\"",
            "[",
            "]",
            "\"\\u0061\"",
            "{",
            "}",
            "\"b\"",
            "[",
            "1.5e3",
            "true",
            "false",
            "null",
            "\"\u{e9}\"",
            "]",
            "}",
        ];
        assert_eq!(bytes, wanted);
        assert_eq!(found[1].0, EventKind::Key("a".into()));
        assert_eq!(
            found[4].0,
            EventKind::Key("a".into()),
            "twice, for the consumer to see"
        );
        assert_eq!(found[13].0, EventKind::String("\u{e9}".into()));
    }

    #[test]
    fn what_comes_before_an_error_is_read_and_the_error_stays() {
        let mut reader = reader("[1, 2");
        for _ in 0..3 {
            assert!(reader.read().unwrap().is_some());
        }
        let error = reader.read().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, 5));
        assert_eq!(reader.read(), Err(error));
        assert_eq!(reader.read_value().unwrap_err(), error);
        assert_eq!(reader.skip_value(), Err(error));
    }

    #[test]
    fn a_value_is_read_or_passed_over_where_one_can_stand() {
        let mut reader = reader(r#"{"a": {"b": [1, {}]}, "c": [[], 2]}"#);
        reader.read().unwrap();
        assert_eq!(reader.clone().skip_value().unwrap_err().offset(), 1);
        assert_eq!(reader.clone().read_value().unwrap_err().offset(), 1);
        reader.read().unwrap();
        reader.skip_value().unwrap();
        assert_eq!(reader.offset(), 20);
        let key = reader.read().unwrap().unwrap();
        assert_eq!(key.kind, EventKind::Key("c".into()));
        let items = reader.read_value().unwrap();
        assert_eq!(items.as_array().unwrap().len(), 2);
        let mut other = reader.clone();
        assert_eq!(
            other.skip_value().unwrap_err().kind(),
            ErrorKind::UnexpectedByte(b'}')
        );
        assert_eq!(reader.read().unwrap().unwrap().kind, EventKind::EndObject);
        assert_eq!(
            reader.clone().read_value().unwrap_err().kind(),
            ErrorKind::Truncated
        );
        assert_eq!(reader.read(), Ok(None));
    }

    #[test]
    fn the_rest_of_what_is_open_is_passed_over() {
        let mut reader = reader(r#"{"a": [1, {"b": 2}, []], "c": 3}"#);
        for _ in 0..4 {
            reader.read().unwrap();
        }
        assert_eq!((reader.depth(), reader.offset()), (2, 8));
        reader.skip_rest().unwrap();
        assert_eq!((reader.depth(), reader.offset()), (1, 23));
        assert_eq!(
            reader.read().unwrap().unwrap().kind,
            EventKind::Key("c".into())
        );
        reader.skip_rest().unwrap();
        assert_eq!(reader.read(), Ok(None));
        assert_eq!(reader.skip_rest(), Ok(()));
    }
}
