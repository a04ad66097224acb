use alloc::string::String;
use core::ops::Range;

use serde::{Deserialize, Serialize};

/// Where in a file a finding is.
///
/// `byte_start..byte_end` is a half-open range, in bytes, of the innermost decoded stream: of the member
/// where there is one, else of the file.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Location {
    /// The member of the container, members of members joined by `!` (`a.tar!b.zip!c`); a `!` inside a
    /// name is written `%21`. `None` for the file itself.
    pub member: Option<String>,
    /// Which pickle of several that follow each other, from 0.
    pub stream: Option<u64>,
    /// Which opcode of that pickle, from 0.
    pub opcode: Option<u64>,
    /// The name of that opcode, `STACK_GLOBAL`.
    #[serde(default)]
    pub opcode_name: Option<String>,
    /// The first byte.
    pub byte_start: u64,
    /// The byte behind the last one.
    pub byte_end: u64,
    /// The first byte counted in the outermost file; `None` where a layer between is compressed.
    pub file_byte_start: Option<u64>,
    /// The byte behind the last one, counted in the outermost file.
    pub file_byte_end: Option<u64>,
}

impl Location {
    /// Points at a byte range of the file itself; nothing is known of members, streams and opcodes.
    #[must_use]
    pub const fn bytes(range: Range<u64>) -> Self {
        Self {
            member: None,
            stream: None,
            opcode: None,
            opcode_name: None,
            byte_start: range.start,
            byte_end: range.end,
            file_byte_start: Some(range.start),
            file_byte_end: Some(range.end),
        }
    }

    /// Sets the opcode's index within its pickle.
    #[must_use]
    pub const fn with_opcode(mut self, opcode: u64) -> Self {
        self.opcode = Some(opcode);
        self
    }

    /// Sets the name of the opcode.
    #[must_use]
    pub fn with_opcode_name(mut self, name: &str) -> Self {
        self.opcode_name = Some(String::from(name));
        self
    }

    /// Sets which pickle of the stream it is.
    #[must_use]
    pub const fn with_stream(mut self, stream: u64) -> Self {
        self.stream = Some(stream);
        self
    }

    /// Moves the location into a container.
    ///
    /// `member` is put before the member already named. `file_offset` is where the member's bytes begin in
    /// the container's own coordinates, or `None` if they are compressed there.
    #[must_use]
    pub fn within(mut self, member: &str, file_offset: Option<u64>) -> Self {
        let mut name = String::with_capacity(member.len());
        for part in member.chars() {
            match part {
                '!' => name.push_str("%21"),
                other => name.push(other),
            }
        }
        if let Some(inner) = &self.member {
            name.push('!');
            name.push_str(inner);
        }
        self.member = Some(name);
        self.shifted(file_offset)
    }

    /// Moves only the file coordinates: by `file_offset` bytes, or to nowhere if `None`.
    #[must_use]
    pub fn shifted(mut self, file_offset: Option<u64>) -> Self {
        let shift =
            |at: Option<u64>| at.and_then(|at| file_offset.and_then(|by| at.checked_add(by)));
        self.file_byte_start = shift(self.file_byte_start);
        self.file_byte_end = shift(self.file_byte_end);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn members_nest_from_the_outside_in() {
        let location = Location::bytes(4..9)
            .within("c", Some(100))
            .within("b!.zip", Some(1000));
        assert_eq!(location.member.as_deref(), Some("b%21.zip!c"));
        assert_eq!((location.byte_start, location.byte_end), (4, 9));
        assert_eq!(location.file_byte_start, Some(1104));
    }

    #[test]
    fn a_compressed_layer_leaves_no_file_coordinates() {
        let location = Location::bytes(4..9)
            .within("c", None)
            .within("b", Some(10));
        assert_eq!(location.file_byte_start, None);
        assert_eq!(location.file_byte_end, None);
    }
}
