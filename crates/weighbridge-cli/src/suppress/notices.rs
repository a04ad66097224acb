use weighbridge::scan::path_text;

use crate::config::{Config, Ignore, Matches};
use crate::failure::quoted;
use crate::report::{Level, Notice};

use super::{Policy, Use};

impl Policy<'_> {
    /// Says which ignores have expired, do not hold, or cover nothing, and what else did not do what it was
    /// written for.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Some(config) = self.config {
            for (ignore, used) in config.settings.ignores.iter().zip(&self.used) {
                notices.extend(self.about(config, ignore, *used));
            }
            if self.kept_severity > 0 {
                notices.push(warning(format!(
                    "{}: {} about names that can do harm, whose severity `[scan.severity]` does not lower",
                    quoted(&config.path),
                    are(self.kept_severity)
                )));
            }
            if self.unlisted > 0 {
                notices.push(warning(format!(
                    "{} of {} with more findings than are listed: what is not listed cannot be ignored",
                    if self.unlisted == 1 { "the verdict" } else { "the verdicts" },
                    counted(self.unlisted, "file")
                )));
            }
        }
        notices.extend(self.baseline.as_ref().and_then(|baseline| {
            let message = baseline.leftover()?;
            Some(note(message))
        }));
        notices
    }

    fn about(&self, config: &Config, ignore: &Ignore, used: Use) -> Option<Notice> {
        let path = weighbridge::findings::escape(&path_text(&config.path).0);
        let place = format!("`{path}:{}`", ignore.line);
        let what = match &ignore.matches {
            Matches::Rule(code) => format!("the ignore of `{code}`"),
            Matches::Global { written, .. } => {
                let name = weighbridge::findings::escape_shortened(written, 200);
                format!("the ignore of `{name}`")
            }
        };
        if let Some(last) = ignore.expires.filter(|last| *last < self.today) {
            let rest = match used.expired {
                0 => "and covers nothing any more: remove it".to_owned(),
                count => format!("and {} again", count_again(count)),
            };
            return Some(warning(format!("{place}: {what} expired on {last} {rest}")));
        }
        if used.guarded > 0 {
            return Some(warning(format!(
                "{place}: {what} does not hold for {} about names that can do harm: it needs the `sha256` of the file",
                counted(used.guarded, "finding")
            )));
        }
        (used.ignored == 0)
            .then(|| note(format!("{place}: {what} covers nothing that was scanned")))
    }
}

fn are(count: u64) -> String {
    match count {
        1 => "there is 1 finding".to_owned(),
        count => format!("there are {count} findings"),
    }
}

fn count_again(count: u64) -> String {
    match count {
        1 => "1 finding that it covered counts".to_owned(),
        count => format!("{count} findings that it covered count"),
    }
}

fn counted(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

fn warning(message: String) -> Notice {
    Notice {
        level: Level::Warning,
        message: message.into(),
    }
}

fn note(message: String) -> Notice {
    Notice {
        level: Level::Note,
        message: message.into(),
    }
}
