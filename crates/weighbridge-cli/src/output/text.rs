use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use anstyle::Style;
use weighbridge::findings::{Confidence, Severity};
use weighbridge::scan::Verdict;

use super::palette::Palette;
use super::share::Share;
use crate::exit::is_any_judged;
use crate::pages::{Page, page};
use crate::report::{Document, Finding, Location, Summary, Target};

/// Places of equal findings that are listed behind the first; more are counted.
const PLACES_LISTED: usize = 3;
/// What is said of a file where nothing else can be.
const NOT_READ: &str = "not everything was read";
/// Reasons listed for a file that is not judged; more are counted.
const REASONS_LISTED: usize = 2;

/// Writes what was found, file by file, and then what was not judged and why.
///
/// Why a finding matters and what to do is said once for each rule. Texts of a document can be printed as they
/// are; paths are escaped here.
pub(crate) fn details(report: &Document, palette: &Palette) -> String {
    let mut out = String::new();
    let mut explained = HashSet::new();
    for target in &report.targets {
        let path = target.shown_path();
        for group in groups(&target.findings) {
            let is_new = explained.insert(group.first.rule.code());
            let page = is_new.then(|| page(group.first.rule.code())).flatten();
            write_group(&mut out, &group, page, &path, palette);
        }
    }
    for target in &report.targets {
        for (word, reason) in doubts(target) {
            let doubt = palette.of_doubt();
            line(
                &mut out,
                format_args!("{doubt}{word}{doubt:#}: {}: {reason}", target.shown_path()),
            );
        }
    }
    out
}

/// Writes the last line: counts and coverage.
pub(crate) fn summary(report: &Document, palette: &Palette) -> String {
    let summary = report.summary();
    let share = Share {
        part: summary.coverage.accounted,
        whole: summary.coverage.bytes,
    };
    let count = |verdict| summary.by_verdict.of(verdict);
    let passive = count(Verdict::Passive);
    let clean = count(Verdict::Clean);
    let complete = summary.complete;
    let judged_clean = clean > 0 && clean.saturating_add(passive) == summary.files;
    let findings = counted_findings(&summary);

    let mut out = String::new();
    if judged_clean && complete && share.is_all() {
        let good = palette.of_clean();
        let _ = write!(
            out,
            "{good}clean{good:#}: {}, {share} of bytes accounted for",
            plural(summary.files, "file")
        );
        if passive > 0 {
            let _ = write!(out, "; {passive} passive");
        }
        if let Some(findings) = findings {
            let _ = write!(out, "; {findings}");
        }
    } else {
        let verdicts = counted_verdicts(&summary);
        let files = plural(summary.files, "file");
        let findings = findings.unwrap_or_else(|| "no findings".to_owned());
        let complete = if complete {
            "scan complete"
        } else {
            "scan not complete"
        };
        let accounted = if summary.coverage.bytes == 0 {
            "no bytes".to_owned()
        } else {
            format!("{share} of bytes accounted for")
        };
        let nothing = if is_any_judged(report) {
            ""
        } else {
            "nothing to check in "
        };
        let colon = if verdicts.is_empty() { "" } else { ": " };
        let _ = write!(
            out,
            "{nothing}{files}{colon}{verdicts}; {findings}; {accounted}; {complete}"
        );
    }
    out.push('\n');
    out
}

/// Findings that say the same, in the order of the first of each kind.
struct Group<'r> {
    first: &'r Finding,
    others: Vec<&'r Location>,
    more: usize,
}

fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut numbers = HashMap::new();
    for finding in findings {
        let Finding {
            rule,
            severity,
            confidence,
            message,
            subject,
            written,
            ..
        } = finding;
        let key = (
            rule,
            severity,
            confidence.as_str(),
            message,
            subject,
            written,
        );
        let number = *numbers.entry(key).or_insert(groups.len());
        match groups.get_mut(number) {
            None => groups.push(Group {
                first: finding,
                others: Vec::new(),
                more: 0,
            }),
            Some(group) if group.others.len() < PLACES_LISTED => {
                group.others.push(&finding.location)
            }
            Some(group) => group.more = group.more.saturating_add(1),
        }
    }
    groups
}

/// Writes a finding and where else it is. With the page of its rule it says why that matters and what to do.
fn write_group(
    out: &mut String,
    group: &Group<'_>,
    page: Option<&Page>,
    path: &str,
    palette: &Palette,
) {
    let finding = group.first;
    let style = palette.of_severity(finding.severity);
    let Palette { message, frame, .. } = palette;
    let word = word(finding.severity);
    line(
        out,
        format_args!(
            "{style}{word}[{}]{style:#}{message}: {}{message:#}",
            finding.rule, finding.message
        ),
    );
    let location = &finding.location;
    let bytes = bytes(location);
    let at = if bytes.is_empty() { "" } else { " @ " };
    let opcode = opcode(location);
    let file = match &location.member {
        // The `!` that leads into a member is the only one.
        Some(member) => format!("{}!{member}", path.replace('!', "%21")),
        None => path.to_owned(),
    };
    line(
        out,
        format_args!("  {frame}-->{frame:#} {file}{at}{bytes}{opcode}"),
    );
    let mut note = |name: &str, text: &str| labelled(out, *frame, name, text);
    if let Some(places) = other_places(group) {
        note("again", &places);
    }
    if let Some(reached) = &finding.reached {
        note("reached", reached);
    }
    if let Some(written) = written(finding) {
        note("written", &written);
    }
    if finding.confidence != Confidence::High {
        note("confidence", finding.confidence.as_str());
    }
    if let Some(page) = page {
        note("why", page.why);
        note("help", page.what_to_do);
    }
    note("rule", &format!("docs/rules/{}.md", finding.rule.code()));
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Returns how the file spells the name, where that is not how the finding calls it.
fn written(finding: &Finding) -> Option<String> {
    let written = finding.written.as_ref()?;
    let spelled = match (&*written.module, &*written.name) {
        (module, "") => module.to_owned(),
        (module, name) => format!("{module}.{name}"),
    };
    (finding.subject.as_deref() != Some(&*spelled))
        .then(|| format!("`{} {}`", written.module, written.name))
}

fn bytes(location: &Location) -> String {
    match (location.byte_start, location.byte_end) {
        (0, 0) if location.opcode.is_none() => String::new(),
        (start, end) => format!("bytes {start}..{end}"),
    }
}

fn opcode(location: &Location) -> String {
    let mut parts = Vec::new();
    if let Some(stream) = location.stream.filter(|&stream| stream > 0) {
        parts.push(format!("stream {stream}"));
    }
    if let Some(opcode) = location.opcode {
        parts.push(format!("opcode {opcode}"));
    }
    if let Some(name) = &location.opcode_name {
        parts.push(name.to_string());
    }
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}

/// Lists where else the same was found.
fn other_places(group: &Group<'_>) -> Option<String> {
    let mut text = String::new();
    for location in &group.others {
        if !text.is_empty() {
            text.push_str(", ");
        }
        match &location.member {
            Some(member) if location.member != group.first.location.member => {
                let _ = write!(text, "{member} @ {}", bytes(location));
            }
            _ => text.push_str(&bytes(location)),
        }
    }
    if group.more > 0 {
        let more = u64::try_from(group.more).unwrap_or(u64::MAX);
        let _ = write!(text, " and {}", plural(more, "more place"));
    }
    (!text.is_empty()).then_some(text)
}

/// Says in a word and a reason each that a file was not judged, or not in full.
fn doubts(target: &Target) -> Vec<(&'static str, String)> {
    let mut doubts = Vec::new();
    match target.verdict {
        Verdict::Undecided => doubts.push(("undecided", unread_reason(target))),
        Verdict::Clean | Verdict::Suspicious | Verdict::Dangerous
            if !target.complete && !only_unsupported(target) =>
        {
            doubts.push(("not complete", unread_reason(target)));
        }
        _ => {}
    }
    if target.is_unsupported() {
        doubts.push(("unsupported", unsupported_reason(target)));
    }
    doubts
}

/// Says whether all that keeps a file from being complete is a format not judged yet.
fn only_unsupported(target: &Target) -> bool {
    target.is_unsupported() && target.coverage.is_complete()
}

fn unsupported_reason(target: &Target) -> String {
    let members = target.members.iter();
    let members: Vec<_> = members
        .filter(|member| member.verdict == Verdict::Unsupported)
        .collect();
    let listed = members.iter().take(REASONS_LISTED);
    let listed: Vec<_> = listed
        .map(|member| format!("{} ({})", member.name, member.kind))
        .collect();
    match members.len() {
        0 => format!("{} is recognised and not judged yet", target.kind),
        1 => format!("{} is recognised and not judged yet", listed.join(", ")),
        count => {
            let more = if count > listed.len() { ", …" } else { "" };
            format!(
                "{count} members are recognised and not judged yet: {}{more}",
                listed.join(", ")
            )
        }
    }
}

fn unread_reason(target: &Target) -> String {
    // Whatever stopped the reading is a finding that flags nothing by itself.
    let findings = target.findings.iter();
    let mut findings: Vec<&Finding> = findings
        .filter(|finding| finding.severity < Severity::Medium)
        .collect();
    findings.sort_by_key(|finding| core::cmp::Reverse(finding.severity));
    let mut messages: Vec<&str> = Vec::new();
    let mut more: u64 = 0;
    for finding in findings {
        if messages.contains(&&*finding.message) {
            continue;
        }
        if messages.len() < REASONS_LISTED {
            messages.push(&finding.message);
        } else {
            more = more.saturating_add(1);
        }
    }
    let mut parts: Vec<String> = messages.into_iter().map(str::to_owned).collect();
    if more > 0 {
        parts.push(format!("{} above", plural(more, "more finding")));
    }
    parts.extend(coverage_reason(target));
    if parts.is_empty() {
        parts.push(NOT_READ.to_owned());
    }
    parts.join("; ")
}

fn coverage_reason(target: &Target) -> Option<String> {
    let (accounted, bytes) = (target.coverage.accounted, target.size);
    (accounted < bytes).then(|| format!("{accounted} of {} accounted for", plural(bytes, "byte")))
}

fn counted_verdicts(summary: &Summary) -> String {
    let counted = Verdict::ALL.iter().rev().filter_map(|verdict| {
        let count = summary.by_verdict.of(*verdict);
        (count > 0).then(|| format!("{count} {verdict}"))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// Counts findings, `None` if there are none.
fn counted_findings(summary: &Summary) -> Option<String> {
    let all = summary.findings.all();
    if all == 0 {
        return None;
    }
    let counted = Severity::ALL.iter().rev().map(|severity| {
        let count = summary.findings.of(*severity);
        format!("{count} {severity}")
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    Some(format!("{}: {counted}", plural(all, "finding")))
}

fn plural(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn labelled(out: &mut String, frame: Style, name: &str, text: &str) {
    line(out, format_args!("  {frame}= {name}:{frame:#} {text}"));
}
