use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use findings::{Attribution, Finding, Location};
use pickle_vm::{Effect, EffectSink};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::json::{self, Event, Reader};
use crate::rules::{LIMIT_REACHED, SKOPS_TYPE, UNKNOWN_CONTENT};

/// What the member is called that names the types of a skops model.
pub(crate) const SCHEMA: &str = "schema.json";
/// What reports call it.
pub(crate) const KIND: &str = "skops schema";

/// Different types in one schema; a pipeline has some dozens.
const TYPES: usize = 10_000;
/// Values of one key in one object that are paired with each other. Python takes the last one.
const TWINS: usize = 8;

/// Says whether JSON is the schema of a skops model, by its name or by a key that only such a schema has.
pub(crate) fn is_schema(name: &str, bytes: &[u8]) -> bool {
    name.rsplit(['/', '\\']).next() == Some(SCHEMA)
        || memchr::memmem::find(bytes, b"\"__loader__\"").is_some()
}

/// Why a schema was not read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Fault {
    #[error("the schema is {0}")]
    Json(#[from] json::Fault),
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
        let mut reader = Schema::new(bytes);
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
                    Fault::Json(json::Fault::NotJson) => &UNKNOWN_CONTENT,
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
    /// The key whose value comes next.
    key: Option<String>,
    modules: Vec<String>,
    classes: Vec<String>,
    /// As the first protocol of skops names functions.
    module_paths: Vec<String>,
    functions: Vec<String>,
}

/// Finds the types that a schema names.
struct Schema<'a> {
    json: Reader<'a>,
    open: Vec<Open>,
    seen: BTreeSet<(String, String)>,
    types: Vec<(String, String, Range<u64>)>,
}

impl<'a> Schema<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            json: Reader::new(bytes),
            open: Vec::new(),
            seen: BTreeSet::new(),
            types: Vec::new(),
        }
    }

    fn read(&mut self) -> Result<(), (Fault, u64)> {
        self.values()
            .map_err(|fault| (fault, length(self.json.at())))
    }

    fn values(&mut self) -> Result<(), Fault> {
        while let Some(event) = self.json.read()? {
            match event {
                Event::Open => self.open.push(Open {
                    start: self.json.at().saturating_sub(1),
                    ..Open::default()
                }),
                Event::Close => self.close()?,
                Event::Key(key) => {
                    if let Some(open) = self.open.last_mut() {
                        open.key = key.map(Cow::into_owned);
                    }
                }
                Event::Text(text) => self.note(text)?,
                Event::Scalar(_) => {}
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let place = length(open.start)..length(self.json.at());
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
    fn note(&mut self, text: Option<Cow<'_, str>>) -> Result<(), Fault> {
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
        values.extend(text.map(Cow::into_owned));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Schema, json};

    fn types(json: &str) -> Vec<(String, String)> {
        let mut reader = Schema::new(json.as_bytes());
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
    fn what_is_no_schema_is_told() {
        let fault = |json: &str| Schema::new(json.as_bytes()).read().unwrap_err();
        assert_eq!(fault("{} x"), (Fault::Json(json::Fault::NotJson), 3));
        let deep = "[".repeat(1 << 20);
        assert_eq!(fault(&deep).0, Fault::Json(json::Fault::TooDeep));
        let twins = format!("{{{}}}", [r#""__class__": "c""#; 9].join(","));
        assert_eq!(fault(&twins).0, Fault::Twins);
    }
}
