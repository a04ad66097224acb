//! Workflow commands of GitHub Actions: each line annotates a file.

use std::fmt::Write as _;
use std::path::Path;

use super::count::counted;
use super::group::{Group, groups};
use super::palette::Palette;
use super::place;
use super::text;
use crate::pages::page;
use crate::report::{Document, Doubt, DoubtKind, Level, Target};

/// Writes a report, one annotation for each kind of finding and file.
pub(crate) fn write(document: &Document, working_directory: Option<&Path>) -> String {
    let mut out = String::new();
    for target in &document.targets {
        let file = file(target, working_directory);
        for group in groups(&target.findings) {
            let severity = group.first.severity;
            let title = format!("{} ({severity})", group.first.rule);
            let message = message(target, &group);
            annotate(
                &mut out,
                Level::from(severity),
                Some(&file),
                &title,
                &message,
            );
        }
        for Doubt { kind, reason } in target.doubts() {
            let level = match kind {
                DoubtKind::Undecided | DoubtKind::NotComplete => Level::Error,
                DoubtKind::Unsupported => Level::Warning,
            };
            annotate(&mut out, level, Some(&file), kind.as_str(), &reason);
        }
    }
    for notice in &document.notices {
        annotate(&mut out, notice.level, None, "weighbridge", &notice.message);
    }
    out
}

/// Writes the last line of a log. It begins with a word of ours or a number, so it is no command.
pub(crate) fn summary(document: &Document) -> String {
    text::summary(document, &Palette::default())
}

/// Writes a command. Nothing in the texts can end it or begin another: a line feed, which is all that could,
/// stands as `%0A`.
fn annotate(out: &mut String, level: Level, file: Option<&str>, title: &str, message: &str) {
    let command = match level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    // Writing to a String cannot fail.
    let _ = write!(out, "::{command} ");
    if let Some(file) = file {
        let _ = write!(out, "file={},", property(file));
    }
    let _ = writeln!(out, "title={}::{}", property(title), data(message));
}

/// Names a file as GitHub looks for it: below the working directory, which is that of the repository.
fn file(target: &Target, working_directory: Option<&Path>) -> String {
    let path = Path::new(&target.path);
    let below = working_directory.and_then(|directory| path.strip_prefix(directory).ok());
    let below = below.unwrap_or(path);
    let below = below.strip_prefix(".").unwrap_or(below);
    weighbridge::findings::escape(&below.to_string_lossy())
}

fn message(target: &Target, group: &Group<'_>) -> String {
    let finding = group.first;
    let location = &finding.location;
    let mut lines = vec![finding.message.to_string()];
    let place = format!(
        "{}{}",
        place::file(&target.shown_path(), location),
        place::within(location)
    );
    lines.push(format!("at {place}"));
    let others = u64::try_from(group.others.len()).unwrap_or(u64::MAX);
    let others = others.saturating_add(group.more);
    if others > 0 {
        lines.push(format!("and at {}", counted(others, "more place")));
    }
    if let Some(reached) = &finding.reached {
        lines.push(reached.to_string());
    }
    if let Some(page) = page(finding.rule.code()) {
        lines.push(page.what_to_do.to_owned());
    }
    lines.join("\n")
}

/// Escapes what stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::annotate;
    use crate::report::Level;

    #[test]
    fn no_text_ends_a_command_or_begins_another() {
        let hostile = "a%0A\r\n::set-output name=x::y,line=2::z";
        let mut out = String::new();
        annotate(&mut out, Level::Error, Some(hostile), hostile, hostile);
        assert_eq!(
            out,
            "::error file=a%250A%0D%0A%3A%3Aset-output name=x%3A%3Ay%2Cline=2%3A%3Az,title=a%250A%0D%0A%3A%3A\
             set-output name=x%3A%3Ay%2Cline=2%3A%3Az::a%250A%0D%0A::set-output name=x::y,line=2::z\n"
        );
    }
}
