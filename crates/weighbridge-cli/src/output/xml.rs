use std::fmt::Write as _;

use super::command::Command;

/// Escapes text for XML 1.0, between tags and in quoted attributes alike.
///
/// The bracket of a [`Command`] stands as a reference. A character that XML 1.0 has no way to write (section 2.2, *Char*) stands as `\u{fffe}`; line feeds and tabs
/// stay what they are.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut command = Command::default();
    for c in text.chars() {
        let begins_command = command.begins_with(c);
        match c {
            '[' if begins_command => out.push_str("&#91;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // `]]>` must not stand between tags.
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            c => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{}", c.escape_unicode());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_is_markup_and_what_is_no_character_of_xml_is_escaped() {
        assert_eq!(
            escaped("<a href='x' id=\"y\">&]]>\0\x1b\u{fffe}\r\n\t模##[x]"),
            "&lt;a href=&apos;x&apos; id=&quot;y&quot;&gt;&amp;]]&gt;\\u{0}\\u{1b}\\u{fffe}\\u{d}\n\t模##&#91;x]"
        );
    }
}
