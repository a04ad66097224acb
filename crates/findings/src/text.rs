use alloc::string::String;
use core::fmt::Write as _;

/// Escapes text from a file so that it can be printed: control characters, bidirectional and zero-width
/// marks, line and paragraph separators, private-use characters and backslashes become `\n`, `\x1b` or
/// `\u{202e}`; everything else stays.
///
/// ```
/// # use findings::escape;
/// assert_eq!(escape("os\u{202e}\x1b[2J\n"), "os\\u{202e}\\x1b[2J\\n");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    escape_chars(text.chars())
}

/// Escapes like [`escape`] and keeps at most `chars` characters of the text, with `…` and the count of
/// bytes that were left out behind them.
#[must_use]
pub fn escape_shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => escape(text),
        Some((cut, _)) => {
            let mut out = escape_chars(text.chars().take(chars));
            let left = text.len().saturating_sub(cut);
            // Writing to a String cannot fail.
            let _ = write!(out, "… ({left} bytes more)");
            out
        }
    }
}

fn escape_chars(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in chars {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if must_escape(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Says whether a character outside ASCII can change how the text around it is shown, or shows nothing:
/// [`escape`] escapes those beside control characters and backslashes.
#[must_use]
pub fn must_escape(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_shortened};

    #[test]
    fn what_could_move_a_cursor_is_escaped() {
        assert_eq!(
            escape("a\0b\x07\u{9b}\u{200d}\u{2069}\u{e0041}\\"),
            "a\\x00b\\x07\\u{9b}\\u{200d}\\u{2069}\\u{e0041}\\\\"
        );
    }

    #[test]
    fn readable_text_of_any_script_stays() {
        for text in ["模型.bin", "модель", "modèle 🎉", "`os.system`"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(escape_shortened("ééé", 2), "éé… (2 bytes more)");
        assert_eq!(escape_shortened("éé", 2), "éé");
    }
}
