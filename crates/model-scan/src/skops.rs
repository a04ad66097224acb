use std::collections::BTreeSet;
use std::ops::Range;

use findings::{Attribution, Finding, Location};
use pickle_vm::{Effect, EffectSink};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::rules::{LIMIT_REACHED, SKOPS_TYPE, UNKNOWN_CONTENT};

/// What the member is called that names the types of a skops model.
pub(crate) const SCHEMA: &str = "schema.json";
/// What reports call it.
pub(crate) const KIND: &str = "skops schema";

/// Objects and arrays inside each other; Python's own reader stops at about a thousand.
const DEPTH: usize = 10_000;
/// Different types in one schema; a pipeline has some dozens.
const TYPES: usize = 10_000;
/// Values of one key in one object that are paired with each other. Python takes the last one.
const TWINS: usize = 8;
/// Bytes of a string that is taken for a name.
const NAME: usize = 4096;

/// Says whether JSON is the schema of a skops model, by its name or by a key that only such a schema has.
pub(crate) fn is_schema(name: &str, bytes: &[u8]) -> bool {
    name.rsplit(['/', '\\']).next() == Some(SCHEMA)
        || memchr::memmem::find(bytes, b"\"__loader__\"").is_some()
}

/// Why a schema was not read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Fault {
    #[error("the schema is not JSON")]
    NotJson,
    #[error("the schema is nested deeper than {DEPTH} levels")]
    TooDeep,
    #[error("the schema names more than {TYPES} types")]
    TooMany,
    #[error("one object of the schema has a key more than {TWINS} times")]
    Twins,
}

impl Inspector<'_> {
    /// The schema of a skops model: each type that it names is judged as the import that loading it is.
    ///
    /// skops itself refuses to load a type that it does not trust, unless it is told to trust it.
    pub(crate) fn skops_schema(&self, bytes: &[u8]) -> Inspection {
        let mut inspection = Inspection::new(KIND, bytes.len());
        let mut reader = Reader::new(bytes);
        let end = reader.read();
        for (module, name, place) in reader.types {
            if self.deadline.has_passed() {
                let message = "not every type of the schema was judged: no time was left";
                inspection.undecided(&LIMIT_REACHED, message, 0..length(bytes.len()));
                return inspection;
            }
            let found = self.skops_type(&module, &name, &place);
            inspection.findings.extend(found);
        }
        match end {
            Ok(()) => inspection.attribute_all(Attribution::Container),
            Err((fault, at)) => {
                let rule = match fault {
                    Fault::NotJson => &UNKNOWN_CONTENT,
                    _ => &LIMIT_REACHED,
                };
                let message = format!("{fault} from byte {at} on");
                inspection.undecided(rule, message, at..length(bytes.len()));
            }
        }
        inspection
    }

    /// Judges a type as a pickle that imports it and does nothing else.
    fn skops_type(&self, module: &str, name: &str, place: &Range<u64>) -> Vec<Finding> {
        let mut pickle = b"\x80\x04".to_vec();
        for text in [module, name] {
            let length = u32::try_from(text.len()).unwrap_or_default();
            pickle.push(b'X');
            pickle.extend_from_slice(&length.to_le_bytes());
            pickle.extend_from_slice(text.as_bytes());
        }
        pickle.extend_from_slice(b"\x93.");
        let limits = &self.options.limits.pickle;
        let scan = pickle_vm::scan_with(&pickle, 0, &self.lists, limits, &mut Unheard);
        let about = scan.report.findings.into_iter();
        about
            .filter(|finding| finding.subject.is_some())
            .map(|mut finding| {
                finding.rule = SKOPS_TYPE.rule_id();
                finding.message = match finding.message.strip_prefix("imports ") {
                    Some(rest) => format!("names the type {rest}"),
                    None => finding.message,
                };
                finding.location = Location::bytes(place.clone());
                finding
            })
            .collect()
    }
}

/// Takes no notice of what a pickle does; its findings say enough.
struct Unheard;

impl EffectSink for Unheard {
    fn effect(&mut self, _: &Effect<'_>) {}
}

/// An object or array that is not closed yet.
#[derive(Default)]
struct Open {
    start: usize,
    /// Whether it is an object.
    object: bool,
    /// The key whose value comes next.
    key: Option<String>,
    modules: Vec<String>,
    classes: Vec<String>,
    /// As the first protocol of skops names functions.
    module_paths: Vec<String>,
    functions: Vec<String>,
}

/// Reads JSON without building it, with a stack of its own.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    seen: BTreeSet<(String, String)>,
    types: Vec<(String, String, Range<u64>)>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: if bytes.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            },
            open: Vec::new(),
            seen: BTreeSet::new(),
            types: Vec::new(),
        }
    }

    fn read(&mut self) -> Result<(), (Fault, u64)> {
        self.values().map_err(|fault| (fault, length(self.at)))
    }

    fn values(&mut self) -> Result<(), Fault> {
        // One value, then what stands between values, until nothing is open.
        loop {
            self.value()?;
            loop {
                let Some(open) = self.open.last() else {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => Err(Fault::NotJson),
                    };
                };
                let object = open.object;
                match self.peek() {
                    Some(b',') => {
                        self.skip();
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.close()?,
                    Some(b']') if !object => self.close()?,
                    _ => return Err(Fault::NotJson),
                }
            }
        }
    }

    /// Reads a value, or opens objects and arrays down to the first one within them.
    fn value(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek().ok_or(Fault::NotJson)? {
                bracket @ (b'{' | b'[') => {
                    if self.open.len() >= DEPTH {
                        return Err(Fault::TooDeep);
                    }
                    let object = bracket == b'{';
                    self.open.push(Open {
                        start: self.at,
                        object,
                        ..Open::default()
                    });
                    self.skip();
                    let closed = if object { b'}' } else { b']' };
                    if self.peek() == Some(closed) {
                        return self.close();
                    }
                    if object {
                        self.key()?;
                    }
                }
                b'"' => {
                    let text = self.string()?;
                    return self.note(text);
                }
                _ => return self.scalar(),
            }
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.skip();
        let Some(open) = self.open.pop() else {
            return Err(Fault::NotJson);
        };
        let place = length(open.start)..length(self.at);
        for (modules, names) in [
            (&open.modules, &open.classes),
            (&open.module_paths, &open.functions),
        ] {
            for module in modules {
                for name in names {
                    if !self.seen.insert((module.clone(), name.clone())) {
                        continue;
                    }
                    if self.types.len() >= TYPES {
                        return Err(Fault::TooMany);
                    }
                    self.types
                        .push((module.clone(), name.clone(), place.clone()));
                }
            }
        }
        Ok(())
    }

    /// Notes a string that is the value of a key that names a type.
    fn note(&mut self, text: Option<String>) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let values = match open.key.as_deref() {
            Some("__module__") => &mut open.modules,
            Some("__class__") => &mut open.classes,
            Some("module_path") => &mut open.module_paths,
            Some("function") => &mut open.functions,
            _ => return Ok(()),
        };
        if values.len() >= TWINS {
            return Err(Fault::Twins);
        }
        // A name that is too long to be kept is none that can be imported.
        values.extend(text);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return Err(Fault::NotJson);
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(Fault::NotJson);
        }
        self.skip();
        if let Some(open) = self.open.last_mut() {
            open.key = key;
        }
        Ok(())
    }

    /// Reads a string; `None` if it is too long for a name.
    fn string(&mut self) -> Result<Option<String>, Fault> {
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
        if raw.len() > NAME {
            return Ok(None);
        }
        let text = std::str::from_utf8(raw).map_err(|_| Fault::NotJson)?;
        unescaped(text).map(Some).ok_or(Fault::NotJson)
    }

    /// A number or a word: `NaN` and `Infinity` too, which Python reads.
    fn scalar(&mut self) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
            .count();
        if end == 0 {
            return Err(Fault::NotJson);
        }
        self.at = self.at.saturating_add(end);
        Ok(())
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
    use super::{Fault, Reader, unescaped};

    fn types(json: &str) -> Vec<(String, String)> {
        let mut reader = Reader::new(json.as_bytes());
        reader.read().unwrap();
        let types = reader.types.into_iter();
        types.map(|(module, name, _)| (module, name)).collect()
    }

    #[test]
    fn types_are_found_wherever_they_stand() {
        let found = types(
            r#"{"a": [1, {"__class__": "x", "b": {}, "__module__": "m"}, []],
                "__module__": "\u006f\u0073", "n": NaN, "__class__": "system",
                "content": {"module_path": "p", "function": "f"}}"#,
        );
        let wanted = [("m", "x"), ("p", "f"), ("os", "system")];
        assert_eq!(found.len(), wanted.len());
        for ((module, name), (m, n)) in found.iter().zip(wanted) {
            assert_eq!((module.as_str(), name.as_str()), (m, n));
        }
    }

    #[test]
    fn each_of_two_equal_keys_counts() {
        let found = types(r#"{"__module__": "a", "__module__": "b", "__class__": "c"}"#);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_is_no_json_is_told() {
        for json in [
            "",
            "{",
            "[1 2]",
            "{\"a\" 1}",
            "[}",
            "\"",
            "{}x",
            "\"\\q\"",
            "{,}",
        ] {
            let error = Reader::new(json.as_bytes()).read().unwrap_err();
            assert_eq!(error.0, Fault::NotJson, "{json}");
        }
        let deep = "[".repeat(1 << 20);
        assert_eq!(
            Reader::new(deep.as_bytes()).read().unwrap_err().0,
            Fault::TooDeep
        );
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(r#"\ud83c\udf89\u00e9\n\/"#).unwrap(), "🎉é\n/");
        assert_eq!(unescaped(r"\ud83c").unwrap(), "\u{fffd}");
    }
}
