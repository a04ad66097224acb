use std::collections::HashSet;
use std::fmt::Write as _;

use anstyle::Style;
use weighbridge::findings::{Confidence, Severity, escape};
use weighbridge::scan::Verdict;

use super::command::Command;
use super::count::counted;
use super::group::{Group, groups};
use super::palette::Palette;
use super::place;
use super::share::Share;
use crate::exit::is_any_judged;
use crate::pages::{Page, page};
use crate::report::{
    Document, Doubt, Excluded, Finding, Level, Notice, Summary, SuppressedBy, Target,
};

/// Paths named that were not scanned on request; more are counted.
const EXCLUDED_NAMED: usize = 3;

/// Writes what was found, file by file, and then what was not judged and why.
///
/// Why a finding matters and what to do is said once for each rule. Texts of a document can be printed as they
/// are; paths are escaped here.
pub(crate) fn details(report: &Document, palette: &Palette) -> String {
    let mut out = String::new();
    let mut explained = Explained::default();
    for target in &report.targets {
        write_findings(&mut out, target, &mut explained, palette);
    }
    for target in &report.targets {
        for Doubt { kind, reason } in target.doubts() {
            let (doubt, word) = (palette.of_doubt(), kind.as_str());
            line(
                &mut out,
                format_args!("{doubt}{word}{doubt:#}: {}: {reason}", target.shown_path()),
            );
        }
    }
    for Notice { level, message } in &report.notices {
        let (style, word) = (palette.of_level(*level), level.as_str());
        line(&mut out, format_args!("{style}{word}{style:#}: {message}"));
    }
    Command::shown_in(out)
}

/// The rules of which it was said why they matter.
pub(crate) type Explained<'r> = HashSet<&'r str>;

/// Writes what was found in one file.
pub(crate) fn write_findings<'r>(
    out: &mut String,
    target: &'r Target,
    explained: &mut Explained<'r>,
    palette: &Palette,
) {
    write_explained(
        out,
        &target.findings,
        &target.shown_path(),
        explained,
        palette,
    );
}

/// Writes findings about a file that is called this in print.
pub(crate) fn write_list(out: &mut String, findings: &[Finding], path: &str, palette: &Palette) {
    write_explained(out, findings, path, &mut Explained::default(), palette);
}

fn write_explained<'r>(
    out: &mut String,
    findings: &'r [Finding],
    path: &str,
    explained: &mut Explained<'r>,
    palette: &Palette,
) {
    for group in groups(findings) {
        let code = group.first.rule.code();
        let page = explained.insert(code).then(|| page(code)).flatten();
        write_group(out, &group, page, path, palette);
    }
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
    let mut suppressed = counted_suppressed(report);
    if let Some(excluded) = counted_excluded(&report.excluded) {
        suppressed = format!("{suppressed}; {excluded}");
    }

    let mut out = String::new();
    if judged_clean && complete && share.is_all() {
        let good = palette.of_clean();
        let _ = write!(
            out,
            "{good}clean{good:#}: {}, {share} of bytes accounted for",
            counted(summary.files, "file")
        );
        if passive > 0 {
            let _ = write!(out, "; {passive} passive");
        }
        if let Some(findings) = findings {
            let _ = write!(out, "; {findings}");
        }
        out.push_str(&suppressed);
    } else {
        let verdicts = counted_verdicts(&summary);
        let files = counted(summary.files, "file");
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
            "{nothing}{files}{colon}{verdicts}; {findings}{suppressed}; {accounted}; {complete}"
        );
    }
    out.push('\n');
    out
}

/// Counts findings that count for nothing, by what suppresses them.
fn counted_suppressed(report: &Document) -> String {
    let by = |wanted: SuppressedBy| {
        let suppressed = report.targets.iter().flat_map(|target| &target.suppressed);
        suppressed.filter(|finding| finding.by == wanted).count()
    };
    let counts = [
        (by(SuppressedBy::Ignore), "ignored"),
        (by(SuppressedBy::Baseline), "in the baseline"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    format!("; not counted: {}", counts.join(", "))
}

/// Counts what was not scanned on request, and names the first of it; `None` if there is nothing.
pub(crate) fn counted_excluded(excluded: &Excluded) -> Option<String> {
    if excluded.is_empty() {
        return None;
    }
    let counts = [(excluded.files, "file"), (excluded.folders, "folder")];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, noun)| counted(*count, noun)).collect();
    let names = excluded
        .paths
        .iter()
        .take(EXCLUDED_NAMED)
        .map(|path| escape(path));
    let mut names: Vec<String> = names.collect();
    if excluded.files.saturating_add(excluded.folders) > u64::try_from(names.len()).unwrap_or(0) {
        names.push("…".to_owned());
    }
    let names = Command::shown_in(names.join(", "));
    Some(format!("{} excluded ({names})", counts.join(" and ")))
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
    let word = Level::from(finding.severity).as_str();
    line(
        out,
        format_args!(
            "{style}{word}[{}]{style:#}{message}: {}{message:#}",
            finding.rule, finding.message
        ),
    );
    let file = place::file(path, &finding.location);
    let within = place::within(&finding.location);
    line(out, format_args!("  {frame}-->{frame:#} {file}{within}"));
    let mut note = |name: &str, text: &str| labelled(out, *frame, name, text);
    if let Some(places) = place::others(group) {
        note("again", &places);
    }
    if let Some(reached) = &finding.reached {
        note("reached", reached);
    }
    if let Some(written) = place::written(finding) {
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
    let each = Severity::ALL.iter().rev().map(|severity| {
        let count = summary.findings.of(*severity);
        format!("{count} {severity}")
    });
    let each = each.collect::<Vec<_>>().join(", ");
    Some(format!("{}: {each}", counted(all, "finding")))
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn labelled(out: &mut String, frame: Style, name: &str, text: &str) {
    line(out, format_args!("  {frame}= {name}:{frame:#} {text}"));
}
