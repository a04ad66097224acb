use std::borrow::Cow;

/// Objects and arrays inside each other; Python's own reader stops at about a thousand.
const DEPTH: usize = 10_000;
/// Bytes of a string that is kept; longer ones are told as such.
const TEXT: usize = 4096;

/// One step of reading JSON.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event<'a> {
    /// An object or array begins.
    Open,
    /// The object or array that was opened last ends.
    Close,
    /// The key of the value that comes next; `None` if it is too long to be kept.
    Key(Option<Cow<'a, str>>),
    /// A string that is a value; `None` if it is too long to be kept.
    Text(Option<Cow<'a, str>>),
    /// A number or a word, as it is written.
    Scalar(&'a [u8]),
}

/// Why JSON was not read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("no JSON")]
    NotJson,
    #[error("nested deeper than {DEPTH} levels")]
    TooDeep,
}

/// What may come next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    Value,
    /// The first key or value of what was just opened, or its end.
    First,
    /// What stands between values.
    Between,
}

/// Reads one JSON value without building it, with a stack of its own. As lenient as Python about numbers and
/// words: whatever stands in their place is told as it is written.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What is open: whether it is an object.
    open: Vec<bool>,
    expected: Expected,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let is_marked = bytes.starts_with(b"\xef\xbb\xbf");
        Self {
            bytes,
            at: if is_marked { 3 } else { 0 },
            open: Vec::new(),
            expected: Expected::Value,
        }
    }

    /// Returns the byte up to which was read.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// Returns how many objects and arrays are open.
    pub(crate) const fn depth(&self) -> usize {
        self.open.len()
    }

    /// Reads on; `None` behind the value, where the bytes end too.
    pub(crate) fn read(&mut self) -> Result<Option<Event<'a>>, Fault> {
        let next = self.peek();
        let Some(&object) = self.open.last() else {
            return match (self.expected, next) {
                (Expected::Value, Some(_)) => self.value().map(Some),
                (Expected::Between, None) => Ok(None),
                _ => Err(Fault::NotJson),
            };
        };
        let closing = if object { b'}' } else { b']' };
        match (self.expected, next) {
            (Expected::Value, _) => return self.value().map(Some),
            (_, Some(byte)) if byte == closing => {
                self.skip();
                self.open.pop();
                self.expected = Expected::Between;
                return Ok(Some(Event::Close));
            }
            (Expected::First, _) => {}
            (Expected::Between, Some(b',')) => self.skip(),
            (Expected::Between, _) => return Err(Fault::NotJson),
        }
        if object { self.key() } else { self.value() }.map(Some)
    }

    fn value(&mut self) -> Result<Event<'a>, Fault> {
        self.expected = Expected::Between;
        match self.peek().ok_or(Fault::NotJson)? {
            bracket @ (b'{' | b'[') => {
                if self.open.len() >= DEPTH {
                    return Err(Fault::TooDeep);
                }
                self.skip();
                self.open.push(bracket == b'{');
                self.expected = Expected::First;
                Ok(Event::Open)
            }
            b'"' => self.string().map(Event::Text),
            _ => self.scalar().map(Event::Scalar),
        }
    }

    fn key(&mut self) -> Result<Event<'a>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(Fault::NotJson);
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(Fault::NotJson);
        }
        self.skip();
        self.expected = Expected::Value;
        Ok(Event::Key(key))
    }

    /// Reads a string; `None` if it is too long to be kept.
    fn string(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        self.skip();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut end = 0;
        loop {
            end = memchr::memchr2(b'"', b'\\', rest.get(end..).unwrap_or_default())
                .and_then(|found| found.checked_add(end))
                .ok_or(Fault::NotJson)?;
            if rest.get(end) == Some(&b'"') {
                break;
            }
            // Whatever is escaped, it is no end.
            end = end.saturating_add(2);
        }
        let raw = rest.get(..end).unwrap_or_default();
        self.at = self.at.saturating_add(end).saturating_add(1);
        if raw.len() > TEXT {
            return Ok(None);
        }
        let text = std::str::from_utf8(raw).map_err(|_| Fault::NotJson)?;
        if !text.contains('\\') {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let text = unescaped(text).ok_or(Fault::NotJson)?;
        Ok(Some(Cow::Owned(text)))
    }

    /// A number or a word: `NaN` and `Infinity` too, which Python reads.
    fn scalar(&mut self) -> Result<&'a [u8], Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
            .count();
        if end == 0 {
            return Err(Fault::NotJson);
        }
        self.at = self.at.saturating_add(end);
        Ok(rest.get(..end).unwrap_or_default())
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.at..)?;
        let spaces = rest
            .iter()
            .take_while(|byte| b" \t\r\n".contains(byte))
            .count();
        self.at = self.at.saturating_add(spaces);
        self.bytes.get(self.at).copied()
    }

    const fn skip(&mut self) {
        self.at = self.at.saturating_add(1);
    }
}

/// Undoes the escapes of a JSON string. Half of a pair becomes the mark for what cannot be shown.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let unit = match c {
            '\\' => match chars.next()? {
                'u' => {
                    let mut unit = 0_u32;
                    for _ in 0..4 {
                        unit = (unit << 4) | chars.next()?.to_digit(16)?;
                    }
                    units.push(u16::try_from(unit).ok()?);
                    continue;
                }
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                plain @ ('"' | '\\' | '/') => plain,
                _ => return None,
            },
            other => other,
        };
        out.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        out.push(unit);
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Event, Fault, Reader, unescaped};

    /// How many events there are up to the end.
    fn read(json: &[u8]) -> Result<usize, Fault> {
        let mut reader = Reader::new(json);
        std::iter::from_fn(|| reader.read().transpose()).try_fold(0_usize, |count, event| {
            event.map(|_| count.saturating_add(1))
        })
    }

    #[test]
    fn values_are_read_in_their_order() {
        let mut reader = Reader::new(b"\xef\xbb\xbf {\"a\": [1, -2.5e3, {}], \"\\u0062\": NaN} ");
        let mut events = Vec::new();
        while let Some(event) = reader.read().unwrap() {
            events.push(event);
        }
        assert_eq!(
            events,
            [
                Event::Open,
                Event::Key(Some("a".into())),
                Event::Open,
                Event::Scalar(b"1"),
                Event::Scalar(b"-2.5e3"),
                Event::Open,
                Event::Close,
                Event::Close,
                Event::Key(Some("b".into())),
                Event::Scalar(b"NaN"),
                Event::Close,
            ]
        );
        assert_eq!(read(b"3").unwrap(), 1);
    }

    #[test]
    fn what_is_no_json_is_told() {
        for json in [
            "",
            "{",
            "[1 2]",
            "{\"a\" 1}",
            "{\"a\":}",
            "[}",
            "[1,]",
            "\"",
            "{}x",
            "1 2",
            "\"\\q\"",
            "{,}",
        ] {
            assert_eq!(read(json.as_bytes()), Err(Fault::NotJson), "{json}");
        }
    }

    #[test]
    fn depth_and_strings_are_bounded() {
        assert_eq!(read("[".repeat(1 << 20).as_bytes()), Err(Fault::TooDeep));
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(read(deep.as_bytes()), Ok(20_000));
        let long = format!("\"{}\"", "a".repeat(1 << 20));
        let mut reader = Reader::new(long.as_bytes());
        assert_eq!(reader.read(), Ok(Some(Event::Text(None))));
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(r#"\ud83c\udf89\u00e9\n\/"#).unwrap(), "🎉é\n/");
        assert_eq!(unescaped(r"\ud83c").unwrap(), "\u{fffd}");
    }
}
