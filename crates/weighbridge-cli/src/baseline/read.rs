use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess};
use serde::{Deserialize, Deserializer};
use weighbridge::findings::escape_shortened;

use super::key::{Keyed, KeyedVisitor, unknown};
use super::{Entry, SCHEMA};
use crate::report;
use crate::slip::closest;

/// Reads the entries of a baseline, or the findings of a report. The error is a clause for a message.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let schema = match serde_json::from_slice::<Probe>(bytes) {
        Ok(probe) => probe.schema,
        Err(error) => return Err(wrong(&error)),
    };
    let known = [SCHEMA, report::SCHEMA];
    match schema.as_deref() {
        Some(SCHEMA) => serde_json::from_slice::<Baseline>(bytes)
            .map(|baseline| baseline.findings)
            .map_err(|error| wrong(&error)),
        Some(report::SCHEMA) => serde_json::from_slice::<Report>(bytes)
            .map_err(|error| wrong(&error))
            .and_then(Report::entries),
        Some(other) => {
            let shown = escape_shortened(other, 80);
            Err(match closest(other, known) {
                Some(near) => format!("its `schema` is `{shown}`, expected `{near}`"),
                None => format!(
                    "its `schema` is `{shown}`, expected `{}`",
                    known.join("` or `")
                ),
            })
        }
        None => Err(format!(
            "it has no `schema`, expected `{}`",
            known.join("` or `")
        )),
    }
}

/// Says where JSON is wrong. The message may repeat what stands there.
fn wrong(error: &serde_json::Error) -> String {
    escape_shortened(&error.to_string(), 300)
}

/// What a document is; everything else is passed over.
#[derive(Deserialize)]
struct Probe {
    schema: Option<String>,
}

/// A baseline, whose every key is known.
#[derive(Default)]
struct Baseline {
    findings: Vec<Entry>,
    is_there: bool,
}

const KEYS: [&str; 3] = ["schema", "tool", "findings"];

impl<'de> Deserialize<'de> for Baseline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeyedVisitor(PhantomData))
    }
}

impl<'de> Keyed<'de> for Baseline {
    const WHAT: &'static str = "a baseline";

    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "schema" => map.next_value::<String>().map(drop),
            "tool" => map.next_value::<BTreeMap<String, String>>().map(drop),
            "findings" if self.is_there => Err(A::Error::duplicate_field("findings")),
            "findings" => {
                self.is_there = true;
                self.findings = map.next_value()?;
                Ok(())
            }
            other => Err(unknown(other, &KEYS)),
        }
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        if self.is_there {
            Ok(self)
        } else {
            Err(E::missing_field("findings"))
        }
    }
}

#[derive(Default)]
struct Read {
    path: Option<String>,
    rule: Option<String>,
    severity: Option<String>,
    subject: Option<report::Text>,
    member: Option<report::Text>,
    message: report::Text,
    fingerprint: Option<String>,
}

const ENTRY: [&str; 7] = [
    "path",
    "rule",
    "severity",
    "subject",
    "member",
    "message",
    "fingerprint",
];

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read: Read = deserializer.deserialize_map(KeyedVisitor(PhantomData))?;
        let missing = D::Error::missing_field;
        let fingerprint = read.fingerprint.ok_or_else(|| missing("fingerprint"))?;
        if !is_fingerprint(&fingerprint) {
            return Err(D::Error::custom(
                "a fingerprint has 64 lower-case hexadecimal digits",
            ));
        }
        Ok(Self {
            path: read.path.unwrap_or_default(),
            rule: read.rule.ok_or_else(|| missing("rule"))?,
            severity: read.severity.unwrap_or_default(),
            subject: read.subject,
            member: read.member,
            message: read.message,
            fingerprint,
        })
    }
}

impl<'de> Keyed<'de> for Read {
    const WHAT: &'static str = "an entry of a baseline";

    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "path" => self.path = Some(map.next_value()?),
            "rule" => self.rule = Some(map.next_value()?),
            "severity" => self.severity = Some(map.next_value()?),
            "subject" => self.subject = map.next_value()?,
            "member" => self.member = map.next_value()?,
            "message" => self.message = map.next_value()?,
            "fingerprint" => self.fingerprint = Some(map.next_value()?),
            other => return Err(unknown(other, &ENTRY)),
        }
        Ok(())
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What of a report a baseline needs. It may come from a later version, with keys that are not known here.
#[derive(Deserialize)]
struct Report {
    targets: Vec<ReportTarget>,
}

#[derive(Deserialize)]
struct ReportTarget {
    path: String,
    sha256: Option<String>,
    findings: Vec<ReportFinding>,
    #[serde(default)]
    suppressed: Vec<ReportSuppressed>,
}

#[derive(Deserialize)]
struct ReportSuppressed {
    finding: ReportFinding,
    by: String,
}

#[derive(Deserialize)]
struct ReportFinding {
    rule: String,
    severity: String,
    message: report::Text,
    subject: Option<report::Text>,
    location: ReportLocation,
    fingerprint: Option<String>,
}

#[derive(Deserialize)]
struct ReportLocation {
    member: Option<report::Text>,
}

impl Report {
    fn entries(self) -> Result<Vec<Entry>, String> {
        let mut entries = Vec::new();
        let mut nameless = false;
        for target in self.targets {
            let was_known = target
                .suppressed
                .into_iter()
                .filter(|suppressed| suppressed.by == "baseline")
                .map(|suppressed| suppressed.finding);
            for finding in target.findings.into_iter().chain(was_known) {
                let Some(fingerprint) = finding.fingerprint else {
                    nameless = true;
                    continue;
                };
                // A fingerprint without the content would cover whatever is put in the file's place.
                if target.sha256.is_none() {
                    continue;
                }
                if !is_fingerprint(&fingerprint) {
                    return Err("a fingerprint has 64 lower-case hexadecimal digits".to_owned());
                }
                entries.push(Entry {
                    path: target.path.clone(),
                    rule: finding.rule,
                    severity: finding.severity,
                    subject: finding.subject,
                    member: finding.location.member,
                    message: finding.message,
                    fingerprint,
                });
            }
        }
        if nameless {
            return Err(
                "its findings have no fingerprints: write the report again with this version"
                    .to_owned(),
            );
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::entries;

    const FINGERPRINT: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn baseline(entry: &str) -> String {
        format!(
            r#"{{"schema": "weighbridge.baseline/1", "tool": {{"name": "weighbridge"}}, "findings": [{entry}]}}"#
        )
    }

    fn error(text: &str) -> String {
        entries(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_entry_is_known_by_its_fingerprint() {
        let text = baseline(&format!(
            r#"{{"rule": "PKL001/unsafe-global", "fingerprint": "{FINGERPRINT}"}}"#
        ));
        let entries = entries(text.as_bytes()).unwrap();
        assert_eq!(entries[0].fingerprint, FINGERPRINT);
        assert!(super::entries(baseline("").as_bytes()).unwrap().is_empty());
    }

    #[test]
    fn unknown_keys_are_named_with_the_closest() {
        let text = baseline(&format!(
            r#"{{"rule": "PKL001/unsafe-global", "fingerprnt": "{FINGERPRINT}"}}"#
        ));
        let why = error(&text);
        assert!(
            why.starts_with(
                "unknown key `fingerprnt`, did you mean `fingerprint`? at line 1 column"
            ),
            "{why}"
        );
        let why = error(r#"{"schema": "weighbridge.baseline/1", "finding": []}"#);
        assert!(
            why.starts_with("unknown key `finding`, did you mean `findings`?"),
            "{why}"
        );
        let why = error(r#"{"schema": "weighbridge.baseline/1", "zebra": []}"#);
        assert!(
            why.starts_with("unknown key `zebra`, expected one of `schema`, `tool`, `findings`"),
            "{why}"
        );
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for (text, part) in [
            ("", "EOF while parsing"),
            ("[]", "invalid length"),
            ("{}", "it has no `schema`"),
            (
                r#"{"schema": "weighbridge.baseline/2", "findings": []}"#,
                "its `schema` is `weighbridge.baseline/2`, expected `weighbridge.baseline/1`",
            ),
            (
                r#"{"schema": "elephants", "findings": []}"#,
                "expected `weighbridge.baseline/1` or `weighbridge.scan/1`",
            ),
            (
                r#"{"schema": "weighbridge.baseline/1"}"#,
                "missing field `findings`",
            ),
            (
                r#"{"schema": "weighbridge.baseline/1", "findings": [], "findings": []}"#,
                "duplicate field",
            ),
            (
                &baseline(r#"{"rule": "PKL001/unsafe-global"}"#),
                "missing field `fingerprint`",
            ),
            (
                &baseline(r#"{"rule": "PKL001/unsafe-global", "fingerprint": "abc"}"#),
                "64 lower-case",
            ),
        ] {
            let why = error(text);
            assert!(why.contains(part), "{text}: {why}");
        }
    }

    #[test]
    fn a_report_without_fingerprints_is_refused() {
        let finding = |fingerprint: &str| {
            format!(
                r#"{{"schema": "weighbridge.scan/1", "targets": [{{"path": "a", "sha256": "00", "later": 1, "findings": [{{"rule": "A", "severity": "low", "message": "", "subject": null, "location": {{"member": null}}, "fingerprint": {fingerprint}}}]}}]}}"#
            )
        };
        let entries = entries(finding(&format!("\"{FINGERPRINT}\"")).as_bytes()).unwrap();
        assert_eq!(entries.len(), 1);
        assert!(error(&finding("null")).contains("have no fingerprints"));
    }
}
