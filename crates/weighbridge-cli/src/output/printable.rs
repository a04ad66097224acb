use std::io::{self, Write};

use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};
use weighbridge::findings::escape;

use super::command::Command;

/// Writes JSON whose texts can be shown on a terminal and in the log of a job: what [`escape`] would escape, and
/// the bracket of a [`Command`], stands as `\uXXXX`, which a reader of JSON takes for the character itself.
#[derive(Debug)]
pub(crate) struct Printable<F>(F);

impl Printable<PrettyFormatter<'static>> {
    /// Writes one entry per line, indented.
    pub(crate) fn indented() -> Self {
        Self(PrettyFormatter::new())
    }
}

impl Printable<CompactFormatter> {
    /// Writes everything on one line.
    pub(crate) const fn on_one_line() -> Self {
        Self(CompactFormatter)
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) && !text.contains(Command::START)
}

impl<F: Formatter> Formatter for Printable<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_plain(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        let mut command = Command::default();
        for c in fragment.chars() {
            let mut utf8 = [0; 4];
            let text: &str = c.encode_utf8(&mut utf8);
            if !command.begins_with(c) && (escape(text) == text || c == '\\') {
                writer.write_all(text.as_bytes())?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::Serializer;

    use super::Printable;

    #[test]
    fn texts_are_shown_harmlessly_and_read_back_as_they_were() {
        let text = "a\x1b[2J\u{202e}\u{9b}\x7f\\\"\n\u{e0041}模型 é##[x]";
        let mut out = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut out, Printable::on_one_line());
        text.serialize(&mut serializer).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(
            written,
            r#""a\u001b[2J\u202e\u009b\u007f\\\"\n\udb40\udc41模型 é##\u005bx]""#
        );
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
