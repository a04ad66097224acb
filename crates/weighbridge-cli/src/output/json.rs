use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser;
use weighbridge::findings::{Confidence, Finding, Location, Severity};
use weighbridge::scan::{Member, RULESET, Report, Target, Verdict, path_text};

use super::printable::Printable;

/// The program that wrote a document.
#[derive(Debug, Serialize)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    ruleset: &'static str,
}

/// This program.
pub(crate) const TOOL: Tool = Tool {
    name: "weighbridge",
    version: env!("CARGO_PKG_VERSION"),
    ruleset: RULESET,
};

/// Writes a document with one entry per line.
pub(crate) fn write_indented(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut serializer = ser::Serializer::with_formatter(&mut *out, Printable::indented());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes an object on one line.
pub(crate) fn write_line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    let mut serializer = ser::Serializer::with_formatter(&mut *out, Printable::on_one_line());
    object.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes a report as `docs/scan.schema.json` says.
pub(crate) fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    write_indented(
        out,
        &Document {
            schema: "weighbridge.scan/1",
            tool: TOOL,
            targets: &Each(&report.targets, TargetEntry::new),
            summary: SummaryEntry::new(report),
        },
    )
}

/// Writes a slice as an array, each item made into its entry when its turn comes.
struct Each<'r, T, F>(&'r [T], F);

impl<'r, T, E: Serialize, F: Fn(&'r T) -> E> Serialize for Each<'r, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

#[derive(Serialize)]
struct Document<'d, T> {
    schema: &'static str,
    tool: Tool,
    targets: &'d T,
    summary: SummaryEntry,
}

#[derive(Serialize)]
struct TargetEntry<'r> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_lossy: Option<bool>,
    kind: &'r str,
    size: u64,
    verdict: &'static str,
    complete: bool,
    findings: Vec<FindingEntry<'r>>,
    coverage: CoverageEntry,
    members: Vec<MemberEntry<'r>>,
}

impl<'r> TargetEntry<'r> {
    fn new(target: &'r Target) -> Self {
        let (path, lossy) = path_text(&target.path);
        Self {
            path,
            path_lossy: lossy.then_some(true),
            kind: &target.kind,
            size: target.size,
            verdict: target.verdict.as_str(),
            complete: target.complete,
            findings: target.findings.iter().map(FindingEntry::new).collect(),
            coverage: CoverageEntry {
                bytes: target.coverage.bytes(),
                accounted: target.coverage.accounted(),
            },
            members: target.members.iter().map(MemberEntry::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct FindingEntry<'r> {
    rule: &'r str,
    severity: Severity,
    confidence: Confidence,
    message: &'r str,
    subject: Option<&'r str>,
    written: Option<WrittenEntry<'r>>,
    location: LocationEntry<'r>,
}

impl<'r> FindingEntry<'r> {
    fn new(finding: &'r Finding) -> Self {
        Self {
            rule: finding.rule.as_str(),
            severity: finding.severity,
            confidence: finding.confidence,
            message: &finding.message,
            subject: finding.subject.as_deref(),
            written: finding.written.as_ref().map(|written| WrittenEntry {
                module: &written.module,
                name: &written.name,
            }),
            location: LocationEntry::new(&finding.location),
        }
    }
}

/// A global as a file spells it.
#[derive(Debug, Serialize)]
pub(crate) struct WrittenEntry<'r> {
    pub(crate) module: &'r str,
    pub(crate) name: &'r str,
}

#[derive(Serialize)]
struct LocationEntry<'r> {
    member: Option<&'r str>,
    stream: Option<u64>,
    opcode: Option<u64>,
    byte_start: u64,
    byte_end: u64,
    file_byte_start: Option<u64>,
    file_byte_end: Option<u64>,
}

impl<'r> LocationEntry<'r> {
    fn new(location: &'r Location) -> Self {
        Self {
            member: location.member.as_deref(),
            stream: location.stream,
            opcode: location.opcode,
            byte_start: location.byte_start,
            byte_end: location.byte_end,
            file_byte_start: location.file_byte_start,
            file_byte_end: location.file_byte_end,
        }
    }
}

#[derive(Serialize)]
struct CoverageEntry {
    bytes: u64,
    accounted: u64,
}

#[derive(Serialize)]
struct MemberEntry<'r> {
    name: &'r str,
    kind: &'r str,
    bytes: u64,
    verdict: &'static str,
    crc: &'static str,
    accounted: u64,
}

impl<'r> MemberEntry<'r> {
    fn new(member: &'r Member) -> Self {
        Self {
            name: &member.name,
            kind: &member.kind,
            bytes: member.bytes,
            verdict: member.verdict.as_str(),
            crc: member.crc.as_str(),
            accounted: member.accounted,
        }
    }
}

#[derive(Serialize)]
struct SummaryEntry {
    files: u64,
    by_verdict: VerdictCounts,
    findings: SeverityCounts,
}

#[derive(Serialize)]
struct VerdictCounts {
    dangerous: u64,
    suspicious: u64,
    undecided: u64,
    unsupported: u64,
    clean: u64,
    passive: u64,
}

#[derive(Serialize)]
struct SeverityCounts {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
}

impl SummaryEntry {
    fn new(report: &Report) -> Self {
        let summary = report.summary();
        let verdict = |verdict| summary.by_verdict.get(&verdict).copied().unwrap_or(0);
        let severity = |severity| summary.findings.get(&severity).copied().unwrap_or(0);
        Self {
            files: summary.files,
            by_verdict: VerdictCounts {
                dangerous: verdict(Verdict::Dangerous),
                suspicious: verdict(Verdict::Suspicious),
                undecided: verdict(Verdict::Undecided),
                unsupported: verdict(Verdict::Unsupported),
                clean: verdict(Verdict::Clean),
                passive: verdict(Verdict::Passive),
            },
            findings: SeverityCounts {
                critical: severity(Severity::Critical),
                high: severity(Severity::High),
                medium: severity(Severity::Medium),
                low: severity(Severity::Low),
                info: severity(Severity::Info),
            },
        }
    }
}
