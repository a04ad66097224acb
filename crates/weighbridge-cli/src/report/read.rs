use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde_json::error::Category;
use weighbridge::findings::{Severity, escape_shortened};
use weighbridge::scan::Verdict;

use super::summary::{SeverityCounts, Totals, VerdictCounts};
use super::{Document, Excluded, Notice, SCHEMA, TOOL_NAME, Target, Text, Tool};
use crate::slip::closest;

/// Longest part of a report that an error repeats, in characters.
const SHOWN: usize = 200;
/// What [`SCHEMA`] begins with, whatever its version.
const FAMILY: &str = "weighbridge.scan/";

/// Why a report cannot be read back.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It cannot be read at all.
    Io(io::Error),
    /// It has more bytes than the ceiling, which is this.
    TooLarge { bytes: u64 },
    /// It is no JSON.
    Syntax { what: String, place: Place },
    /// It is JSON and no report of this version.
    Form { what: String, place: Place },
    /// It is a report of another version, or a document of another kind.
    Schema { found: String },
    /// It does not say the same everywhere.
    Contradiction { what: String },
}

/// Where in a report something is, both counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    /// In bytes.
    pub(crate) column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::TooLarge { bytes } => write!(
                f,
                "is longer than {bytes} bytes, which `--max-report-bytes` raises"
            ),
            Self::Syntax { what, place } => write!(f, "is no JSON, {place}: {what}"),
            Self::Form { what, place } => write!(f, "is no report of a scan, {place}: {what}"),
            Self::Schema { found } if found.starts_with(FAMILY) => {
                write!(
                    f,
                    "is of schema `{found}`, and this version reads `{SCHEMA}`"
                )
            }
            Self::Schema { found } => write!(f, "is of schema `{found}`, wanted is `{SCHEMA}`"),
            Self::Contradiction { what } => write!(f, "contradicts itself: {what}"),
        }
    }
}

/// A report as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a report")]
struct Whole {
    schema: String,
    tool: Tool,
    #[serde(default)]
    notices: Vec<Notice>,
    targets: Vec<Target>,
    #[serde(default)]
    excluded: Excluded,
    summary: Counted,
}

/// The summary of a report, with what the first reports did not have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a summary")]
struct Counted {
    files: u64,
    by_verdict: VerdictCounts,
    findings: SeverityCounts,
    suppressed: Option<u64>,
    coverage: Option<Totals>,
    complete: Option<bool>,
}

/// The one key that tells what all others mean.
#[derive(Deserialize)]
#[serde(expecting = "a report")]
struct Head {
    schema: String,
}

impl Document {
    /// Reads a report that [`json::write`](crate::output::json::write) wrote, of at most `limit` bytes.
    ///
    /// A report is input like any other: its texts are made harmless, and one that contradicts itself is
    /// refused, since a summary that says less than the findings would hide them.
    pub(crate) fn read(reader: impl Read, limit: u64) -> Result<Self, ReadError> {
        let mut bytes = Vec::new();
        let read = reader
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(ReadError::Io)?;
        if u64::try_from(read).unwrap_or(u64::MAX) > limit {
            return Err(ReadError::TooLarge { bytes: limit });
        }
        let whole: Whole = match serde_json::from_slice(&bytes) {
            Ok(whole) => whole,
            Err(error) => {
                // Keys of another version are no mistake of the report.
                return Err(match serde_json::from_slice::<Head>(&bytes) {
                    Ok(head) if head.schema != SCHEMA => schema(&head.schema),
                    _ => failure(&error),
                });
            }
        };
        if whole.schema != SCHEMA {
            return Err(schema(&whole.schema));
        }
        if &*whole.tool.name != TOOL_NAME {
            let found = escape_shortened(&whole.tool.name, SHOWN);
            let what = format!("`{found}` wrote a report of {TOOL_NAME}");
            return Err(ReadError::Contradiction { what });
        }
        let document = Self {
            tool: whole.tool,
            notices: whole.notices,
            targets: whole.targets,
            excluded: whole.excluded,
        };
        document.check(&whole.summary)?;
        Ok(document)
    }

    fn check(&self, counted: &Counted) -> Result<(), ReadError> {
        for target in &self.targets {
            let least = match target.worst() {
                Some(Severity::High | Severity::Critical) => Verdict::Dangerous,
                Some(Severity::Medium) => Verdict::Suspicious,
                _ => Verdict::Passive,
            };
            if target.verdict < least {
                let path = escape_shortened(&target.path, SHOWN);
                let what = format!(
                    "`{path}` is said to be {}, and its findings say {least}",
                    target.verdict
                );
                return Err(ReadError::Contradiction { what });
            }
        }
        let summary = self.summary();
        let agree = counted.files == summary.files
            && counted.by_verdict == summary.by_verdict
            && counted.findings == summary.findings
            && counted
                .suppressed
                .is_none_or(|count| count == summary.suppressed)
            && counted
                .coverage
                .is_none_or(|totals| totals == summary.coverage)
            && counted
                .complete
                .is_none_or(|complete| complete == summary.complete);
        if agree {
            Ok(())
        } else {
            Err(ReadError::Contradiction {
                what: "the summary counts something else than there is".to_owned(),
            })
        }
    }
}

fn schema(found: &str) -> ReadError {
    ReadError::Schema {
        found: escape_shortened(found, SHOWN),
    }
}

/// Says what is wrong with the JSON, and which key or word may have been meant.
fn failure(error: &serde_json::Error) -> ReadError {
    let place = Place {
        line: error.line(),
        column: error.column(),
    };
    let message = error.to_string();
    let message = message
        .strip_suffix(&format!(" at {place}"))
        .unwrap_or(&message);
    let what = match unknown(message) {
        Some(what) => what,
        None => Text::from(message.chars().take(SHOWN).collect::<String>()).to_string(),
    };
    match error.classify() {
        Category::Data => ReadError::Form { what, place },
        Category::Io | Category::Syntax | Category::Eof => ReadError::Syntax { what, place },
    }
}

/// Rewords what serde says of a key or a word that it does not know, where it lists the known ones.
fn unknown(message: &str) -> Option<String> {
    let (kind, rest) = [("key", "unknown field `"), ("word", "unknown variant `")]
        .into_iter()
        .find_map(|(kind, start)| Some((kind, message.strip_prefix(start)?)))?;
    // The name is the report's and may hold anything; what follows it does not.
    let (name, known) = rest.rsplit_once("`, expected ")?;
    let mut known = known.split('`').skip(1).step_by(2);
    let shown = escape_shortened(name, SHOWN);
    Some(match closest(name, &mut known) {
        Some(close) => format!("unknown {kind} `{shown}`, did you mean `{close}`?"),
        None => format!("unknown {kind} `{shown}`"),
    })
}

#[cfg(test)]
mod tests {
    use weighbridge::scan::{Options, Report, Scanner};

    use super::ReadError;
    use crate::output::json;
    use crate::report::Document;

    const LIMIT: u64 = 1 << 20;

    fn document() -> Document {
        let scanner = Scanner::new(Options::default());
        let mut report = Report::default();
        report
            .targets
            .push(scanner.scan_bytes("a\x1b.pkl", b"cos\nsystem\n(S'id'\ntR."));
        report
            .targets
            .push(scanner.scan_bytes("b.pkl", b"\x80\x04}"));
        let mut document = Document::from(report);
        document.assign_fingerprints();
        document
    }

    fn written(document: &Document) -> String {
        let mut out = Vec::new();
        json::write(&mut out, document).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn read(text: &str) -> Result<Document, ReadError> {
        Document::read(text.as_bytes(), LIMIT)
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_report_is_read_back_as_it_was() {
        let report = written(&document());
        assert_eq!(written(&read(&report).unwrap()), report);
    }

    #[test]
    fn a_report_of_the_first_version_is_read() {
        let mut report: serde_json::Value = serde_json::from_str(&written(&document())).unwrap();
        let whole = report.as_object_mut().unwrap();
        whole.remove("notices");
        for key in ["suppressed", "coverage", "complete"] {
            whole["summary"].as_object_mut().unwrap().remove(key);
        }
        for target in whole["targets"].as_array_mut().unwrap() {
            let target = target.as_object_mut().unwrap();
            target.remove("sha256");
            target.remove("suppressed");
            for finding in target["findings"].as_array_mut().unwrap() {
                let finding = finding.as_object_mut().unwrap();
                finding.remove("reached");
                finding.remove("fingerprint");
                let location = finding["location"].as_object_mut().unwrap();
                location.remove("opcode_name");
            }
        }
        assert_eq!(read(&report.to_string()).unwrap().targets.len(), 2);
    }

    #[test]
    fn an_unknown_key_is_refused_and_the_nearest_named() {
        let report = written(&document());
        assert_eq!(
            refusal(&report.replacen("\"targets\"", "\"tragets\"", 1)),
            "is no report of a scan, line 9 column 11: unknown key `tragets`, did you mean `targets`?"
        );
        let report = report.replacen("\"critical\",", "\"`, expected one of `x`\\u001b\",", 1);
        assert_eq!(
            refusal(&report),
            "is no report of a scan, line 20 column 52: unknown word ``, expected one of `x`\\x1b`"
        );
    }

    #[test]
    fn another_version_is_named_whatever_else_it_says() {
        let report = written(&document()).replacen("weighbridge.scan/1", "weighbridge.scan/2", 1);
        let wanted =
            "is of schema `weighbridge.scan/2`, and this version reads `weighbridge.scan/1`";
        assert_eq!(refusal(&report), wanted);
        assert_eq!(
            refusal(&report.replacen("\"tool\"", "\"tools\"", 1)),
            wanted
        );
    }

    #[test]
    fn a_report_that_contradicts_itself_is_refused() {
        let report = written(&document());
        assert_eq!(
            refusal(&report.replacen("\"verdict\": \"dangerous\"", "\"verdict\": \"clean\"", 1)),
            "contradicts itself: `a\\x1b.pkl` is said to be clean, and its findings say dangerous"
        );
        for (was, is) in [
            ("\"dangerous\": 1", "\"dangerous\": 0"),
            ("\"critical\": 1", "\"critical\": 0"),
            ("\"files\": 2", "\"files\": 1"),
        ] {
            let report = report.replacen(was, is, 1);
            assert_eq!(
                refusal(&report),
                "contradicts itself: the summary counts something else than there is",
                "{is}"
            );
        }
    }

    #[test]
    fn hostile_json_is_refused_with_its_place() {
        for (text, what) in [
            ("", "is no JSON, line 1 column 0: EOF while parsing a value"),
            (
                "[]",
                "is no report of a scan, line 1 column 2: invalid length 0, expected a report",
            ),
            (
                "{\"schema\": \"\u{1b}[2J\"}",
                "is no JSON, line 1 column 13: control character (\\u0000-\\u001F) found while parsing a string",
            ),
            (
                "{\"schema\": 1}",
                "is no report of a scan, line 1 column 12: invalid type: integer `1`, expected a string",
            ),
        ] {
            assert_eq!(refusal(text), what, "{text}");
        }
        let deep = format!("{{\"schema\": {}", "[".repeat(100_000));
        assert!(refusal(&deep).contains(": invalid type: sequence"));
        let deep = format!("{{\"x\": {}", "[".repeat(100_000));
        assert!(refusal(&deep).contains(": unknown key `x`"));
        let long = format!("{{\"{}\": 1}}", "\u{202e}k".repeat(100_000));
        assert!(refusal(&long).len() < 4000, "{}", refusal(&long).len());
        let larger = Document::read(&b"[     ]"[..], 6).unwrap_err();
        assert!(matches!(larger, ReadError::TooLarge { bytes: 6 }));
    }

    #[test]
    fn a_report_cut_off_anywhere_is_refused() {
        let report = written(&document());
        for end in (0..report.len() - 2).step_by(7) {
            assert!(read(report.get(..end).unwrap()).is_err(), "{end}");
        }
    }

    #[test]
    fn whatever_is_changed_the_report_is_refused_or_can_be_written() {
        let report = written(&document()).into_bytes();
        for at in (0..report.len()).step_by(3) {
            for byte in [b'0', b'"', b'}', b'-', 0xff] {
                let mut changed = report.clone();
                changed[at] = byte;
                if let Ok(document) = Document::read(&*changed, LIMIT) {
                    let again = written(&document);
                    assert_eq!(written(&read(&again).unwrap()), again, "{at} {byte}");
                }
            }
        }
    }
}
