/// Looks for the start of a command in the old form of GitHub's runner, `##[stop-commands]x`. The runner looks
/// for one anywhere in each line of a job's log, so that no text of a file may hold one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Command {
    /// How many `#` stand right before.
    hashes: u8,
}

impl Command {
    /// What a command starts with.
    pub(crate) const START: &str = "##[";

    /// Takes the next character of a text, and says whether a command starts with it.
    pub(crate) const fn begins_with(&mut self, c: char) -> bool {
        let begins = c == '[' && self.hashes >= 2;
        self.hashes = if c == '#' {
            self.hashes.saturating_add(1)
        } else {
            0
        };
        begins
    }

    /// Takes the commands out of a text for people: `#\x23[` shows what was there.
    pub(crate) fn shown_in(text: String) -> String {
        if text.contains(Self::START) {
            text.replace(Self::START, "#\\x23[")
        } else {
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn a_command_is_seen_where_it_starts() {
        for (text, at) in [
            ("##[a]", Some(2)),
            ("a###[", Some(4)),
            ("#[##", None),
            ("## [", None),
        ] {
            let mut command = Command::default();
            assert_eq!(
                text.chars().position(|c| command.begins_with(c)),
                at,
                "{text}"
            );
        }
    }

    #[test]
    fn text_for_people_has_none() {
        assert_eq!(
            Command::shown_in("a##[b###[".to_owned()),
            "a#\\x23[b##\\x23["
        );
    }
}
