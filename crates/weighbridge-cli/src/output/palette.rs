use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use anstyle::{AnsiColor, Style};
use weighbridge::findings::Severity;

use crate::arguments::Color;
use crate::report::Level;

/// The styles of a report. Without colors each of them writes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    error: Style,
    warning: Style,
    note: Style,
    good: Style,
    /// What a finding says.
    pub(crate) message: Style,
    /// Arrows and labels.
    pub(crate) frame: Style,
}

impl Palette {
    /// Chooses styles for what goes to stdout, or plain text if it goes elsewhere.
    pub(crate) fn choose(color: Color, to_stdout: bool) -> Self {
        let no_color = env::var_os("NO_COLOR");
        let terminal = to_stdout && io::stdout().is_terminal();
        let dumb = env::var_os("TERM").is_some_and(|name| name == "dumb");
        if is_colored(color, terminal && !dumb, no_color.as_deref()) {
            Self::colored()
        } else {
            Self::default()
        }
    }

    const fn colored() -> Self {
        Self {
            error: AnsiColor::Red.on_default().bold(),
            warning: AnsiColor::Yellow.on_default().bold(),
            note: AnsiColor::Cyan.on_default().bold(),
            good: AnsiColor::Green.on_default().bold(),
            message: Style::new().bold(),
            frame: AnsiColor::Blue.on_default().bold(),
        }
    }

    /// Returns the style of a finding's headline.
    pub(crate) fn of_severity(&self, severity: Severity) -> Style {
        self.of_level(Level::from(severity))
    }

    /// Returns the style of what matters so much.
    pub(crate) const fn of_level(&self, level: Level) -> Style {
        match level {
            Level::Error => self.error,
            Level::Warning => self.warning,
            Level::Note => self.note,
        }
    }

    /// Returns the style of what was not judged.
    pub(crate) const fn of_doubt(&self) -> Style {
        self.warning
    }

    /// Returns the style of the best answer.
    pub(crate) const fn of_clean(&self) -> Style {
        self.good
    }
}

/// What the option says holds; else a terminal has colors unless `NO_COLOR` is set to anything.
fn is_colored(color: Color, terminal: bool, no_color: Option<&OsStr>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && no_color.is_none_or(OsStr::is_empty),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::is_colored;
    use crate::arguments::Color;

    #[test]
    fn colors_need_a_terminal_or_a_word() {
        let set = Some(OsStr::new("1"));
        let empty = Some(OsStr::new(""));
        for (color, terminal, no_color, colored) in [
            (Color::Auto, true, None, true),
            (Color::Auto, true, empty, true),
            (Color::Auto, true, set, false),
            (Color::Auto, false, None, false),
            (Color::Always, false, set, true),
            (Color::Never, true, None, false),
        ] {
            assert_eq!(
                is_colored(color, terminal, no_color),
                colored,
                "{color:?} {terminal} {no_color:?}"
            );
        }
    }
}
