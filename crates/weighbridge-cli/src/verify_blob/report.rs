use std::io::{self, Write};

use serde::Serialize;
use weighbridge::findings::{escape, escape_shortened};
use weighbridge::sign::keyed::VerifiedStatement;
use weighbridge::sign::{Limits, intoto};

use super::artifact::Subject;
use super::check::{Check, Outcome};
#[cfg(feature = "sigstore")]
use super::instant::Instant;
use crate::output::json::{TOOL, Tool};

/// Longest text of a bundle that is shown in a line, in characters.
const SHOWN: usize = 2000;

/// What `verify-blob` has to say, as `docs/verify-blob.schema.json` has it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema: &'static str,
    tool: Tool,
    artifact: Artifact,
    expected: Expected,
    verdict: &'static str,
    /// Why it is not verified: a stable word, and sentences from the general to the particular.
    code: Option<&'static str>,
    reasons: Vec<String>,
    signer: Option<Signer>,
    times: Vec<Time>,
    log_entries: Vec<Entry>,
    statement: Option<Statement>,
    unverified: Vec<&'static str>,
    trusted_root: Option<TrustedRoot>,
}

#[derive(Debug, Serialize)]
struct Artifact {
    path: Option<String>,
    digest: String,
}

#[derive(Debug, Serialize)]
struct Expected {
    identity: Option<String>,
    identity_regex: Option<String>,
    issuer: Option<String>,
    key: Option<String>,
}

#[derive(Debug, Serialize)]
struct Signer {
    subject: String,
    kind: &'static str,
    issuer: String,
    workload: Vec<Claim>,
}

#[derive(Debug, Serialize)]
struct Claim {
    name: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct Time {
    time: String,
    source: &'static str,
}

#[derive(Debug, Serialize)]
struct Entry {
    log: String,
    kind: &'static str,
    index: Option<u64>,
    proof: &'static str,
}

#[derive(Debug, Serialize)]
struct Statement {
    payload_type: String,
    /// What the statement says of the artifact, which is not judged here.
    predicate_type: Option<String>,
}

impl Statement {
    fn new(statement: &VerifiedStatement) -> Self {
        let read = intoto::Statement::read(statement.payload(), &Limits::default());
        Self {
            payload_type: statement.payload_type().to_owned(),
            predicate_type: read.ok().map(|read| read.predicate_type().to_owned()),
        }
    }
}

#[derive(Debug, Serialize)]
struct TrustedRoot {
    /// The day that a built-in root was taken; `null` for one that was given.
    taken: Option<&'static str>,
}

impl Report {
    pub(super) fn new(subject: &Subject, check: &Check, outcome: &Outcome) -> Self {
        let mut report = Self {
            schema: "weighbridge.verify-blob/1",
            tool: TOOL,
            artifact: Artifact {
                path: subject.path().map(str::to_owned),
                digest: subject.digest().to_string(),
            },
            expected: Expected::of(check),
            verdict: "verified",
            code: None,
            reasons: Vec::new(),
            signer: None,
            times: Vec::new(),
            log_entries: Vec::new(),
            statement: None,
            unverified: Vec::new(),
            trusted_root: trusted_root(check),
        };
        match outcome {
            Outcome::Verified(verified) => {
                report.unverified.clone_from(&verified.unverified);
                report.statement = verified.statement.as_ref().map(Statement::new);
                #[cfg(feature = "sigstore")]
                if let Some(evidence) = &verified.evidence {
                    report.add(evidence);
                }
            }
            Outcome::Refused { code, error, .. } => {
                report.verdict = if outcome.is_decided() {
                    "refused"
                } else {
                    "undecided"
                };
                report.code = Some(code);
                let mut next: Option<&dyn std::error::Error> = Some(&**error);
                while let Some(error) = next {
                    report.reasons.push(error.to_string());
                    next = error.source();
                }
                // Some errors say what they come from themselves.
                report.reasons.dedup();
            }
        }
        report
    }

    #[cfg(feature = "sigstore")]
    fn add(&mut self, evidence: &super::keyless::Evidence) {
        self.signer = evidence.signer.as_ref().map(|signer| Signer {
            subject: signer.subject().as_str().to_owned(),
            kind: signer.subject().kind().as_str(),
            issuer: signer.issuer().to_owned(),
            workload: signer
                .workload()
                .stated()
                .into_iter()
                .map(|(name, value)| Claim {
                    name,
                    value: value.to_owned(),
                })
                .collect(),
        });
        let times = evidence.times.iter().map(|time| Time {
            time: Instant(time.time()).to_string(),
            source: time.source().as_str(),
        });
        self.times = times.collect();
        let entries = evidence.entries.iter().map(|entry| Entry {
            log: entry.log().to_owned(),
            kind: entry.kind(),
            index: entry.index(),
            proof: entry.proof().as_str(),
        });
        self.log_entries = entries.collect();
    }

    /// Writes it for people.
    pub(super) fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let name = self.artifact.path.as_ref().unwrap_or(&self.artifact.digest);
        write!(out, "{}", self.verdict)?;
        if let Some(code) = self.code {
            write!(out, "[{code}]")?;
        }
        writeln!(out, ": `{}`", escape(name))?;
        for reason in &self.reasons {
            writeln!(out, "  = {}", escape_shortened(reason, SHOWN))?;
        }
        let mut line =
            |word: &str, text: &str| writeln!(out, "  {word:<21}{}", escape_shortened(text, SHOWN));
        if self.artifact.path.is_some() {
            line("digest", &self.artifact.digest)?;
        }
        if let Some(signer) = &self.signer {
            line("identity", &format!("{} ({})", signer.subject, signer.kind))?;
            line("issuer", &signer.issuer)?;
            for claim in &signer.workload {
                line(claim.name, &claim.value)?;
            }
        } else if let Some(key) = &self.expected.key {
            line("key", key)?;
        }
        for time in &self.times {
            line("signed", &format!("{} ({})", time.time, time.source))?;
        }
        for entry in &self.log_entries {
            let index = entry
                .index
                .map_or("?".to_owned(), |index| index.to_string());
            let text = format!(
                "{} entry {index}, {}, {}",
                entry.log, entry.kind, entry.proof
            );
            line("log", &text)?;
        }
        if let Some(statement) = &self.statement {
            line("statement", &statement.payload_type)?;
            if let Some(predicate) = &statement.predicate_type {
                let text = format!("{predicate}, not judged here: see attest verify");
                line("predicate", &text)?;
            }
        }
        for what in &self.unverified {
            line("not verified", &format!("{what}: this build cannot"))?;
        }
        match &self.trusted_root {
            Some(TrustedRoot { taken: Some(day) }) => line(
                "trusted root",
                &format!("public-good instance, taken {day}"),
            ),
            Some(TrustedRoot { taken: None }) => line("trusted root", "given"),
            None => Ok(()),
        }
    }
}

impl Expected {
    fn of(check: &Check) -> Self {
        let mut expected = Self {
            identity: None,
            identity_regex: None,
            issuer: None,
            key: None,
        };
        match check {
            Check::Key { key, .. } => {
                let algorithm = key.algorithm();
                expected.key = Some(format!("{algorithm} {}", key.fingerprint()));
            }
            #[cfg(feature = "sigstore")]
            Check::Keyless { wanted, .. } => {
                let written = Some(wanted.identity.as_str().to_owned());
                if wanted.identity.is_pattern() {
                    expected.identity_regex = written;
                } else {
                    expected.identity = written;
                }
                expected.issuer = Some(wanted.issuer.as_str().to_owned());
            }
        }
        expected
    }
}

fn trusted_root(check: &Check) -> Option<TrustedRoot> {
    match check {
        #[cfg(feature = "sigstore")]
        Check::Key { root, .. } | Check::Keyless { root, .. } => Some(TrustedRoot {
            taken: root.root.taken(),
        }),
        #[cfg(not(feature = "sigstore"))]
        Check::Key { .. } => None,
    }
}
