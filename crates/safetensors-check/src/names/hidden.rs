//! Characters that are not seen, or that move what is.

use findings::Severity;

/// A character that hides something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Hidden {
    /// The character.
    pub(crate) c: char,
    /// What it is, with its article.
    pub(crate) kind: &'static str,
    /// How bad it is where it stands.
    pub(crate) severity: Severity,
}

/// Returns the worst hidden character of a text, the first of several.
pub(crate) fn hidden(text: &str) -> Option<Hidden> {
    if text.is_ascii() {
        return None;
    }
    let mut worst: Option<Hidden> = None;
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let found = kind(c).map(|kind| Hidden {
            c,
            kind,
            severity: if is_honest(before, c, chars.peek().copied()) {
                Severity::Info
            } else if is_private(c) {
                Severity::Low
            } else {
                Severity::Medium
            },
        });
        if let Some(found) = found
            && worst.is_none_or(|worst| worst.severity < found.severity)
        {
            worst = Some(found);
        }
        before = Some(c);
    }
    worst
}

const fn kind(c: char) -> Option<&'static str> {
    let kind = match c {
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark that turns the direction of the text"
        }
        '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{e0000}'..='\u{e007f}' => "a tag character, which is not seen",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "a variation selector",
        _ if super::fold::is_ignorable(c) => "a character that is not seen",
        _ if is_none(c) => "a code point that is no character",
        _ if is_private(c) => "a character that means what a font makes of it",
        _ => return None,
    };
    Some(kind)
}

const fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}') || is_none(c)
}

/// Says whether Unicode promises never to give the code point to a character.
const fn is_none(c: char) -> bool {
    #[expect(clippy::as_conversions, reason = "lossless, and `From` is not const")]
    let point = c as u32;
    matches!(c, '\u{fdd0}'..='\u{fdef}') || point & 0xfffe == 0xfffe
}

/// Says whether writing the language or the picture needs the character here: joiners between letters that are not
/// ASCII or between emoji, or a selector behind an emoji.
fn is_honest(before: Option<char>, c: char, after: Option<char>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && c.is_alphabetic());
    let picture = |c: Option<char>| {
        c.is_some_and(
            |c| matches!(c, '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}'),
        )
    };
    match c {
        '\u{200c}' => letter(before) && letter(after),
        '\u{200d}' => letter(before) && letter(after) || picture(before) && picture(after),
        '\u{fe0e}' | '\u{fe0f}' => picture(before) || before.is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use findings::Severity;

    use super::hidden;

    #[test]
    fn marks_that_writing_needs_are_not_held_against_a_name() {
        for text in [
            "\u{645}\u{6cc}\u{200c}\u{62e}",
            "\u{1f468}\u{200d}\u{1f469}",
            "\u{2764}\u{fe0f}",
        ] {
            assert_eq!(
                hidden(text).map(|found| found.severity),
                Some(Severity::Info)
            );
        }
        assert_eq!(hidden("\u{6a21}\u{578b}.weight"), None);
    }

    #[test]
    fn between_latin_letters_they_are() {
        for text in [
            "wei\u{200d}ght",
            "a\u{202e}b",
            "a\u{e0041}",
            "\u{feff}a",
            "a\u{2060}b",
        ] {
            assert_eq!(
                hidden(text).map(|found| found.severity),
                Some(Severity::Medium)
            );
        }
        assert_eq!(
            hidden("a\u{e000}").map(|found| found.severity),
            Some(Severity::Low)
        );
    }
}
