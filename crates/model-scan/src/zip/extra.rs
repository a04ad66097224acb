use super::raw::{u16_at, u32_at};

/// The field that holds sizes and offsets of 64 bits.
const ZIP64: u16 = 0x0001;
/// The field in which Info-ZIP keeps a name in UTF-8.
const UNICODE_PATH: u16 = 0x7075;

/// What the extra fields of one header say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extra<'a> {
    /// The contents of the first ZIP64 field.
    pub(super) zip64: Option<&'a [u8]>,
    /// The name in UTF-8, if its checksum is that of the header's name.
    pub(super) unicode_name: Option<&'a [u8]>,
    /// Whether a field runs past the end, or a second ZIP64 field follows.
    pub(super) malformed: bool,
}

impl<'a> Extra<'a> {
    /// Reads the fields of a header whose name is `name`. Fewer than four bytes at the end are padding.
    pub(super) fn read(mut fields: &'a [u8], name: &[u8]) -> Self {
        let mut extra = Self::default();
        while let (Some(id), Some(size)) = (u16_at(fields, 0), u16_at(fields, 2)) {
            let rest = fields.get(4..).unwrap_or_default();
            let Some((contents, behind)) = rest.split_at_checked(usize::from(size)) else {
                extra.malformed = true;
                break;
            };
            fields = behind;
            match id {
                ZIP64 if extra.zip64.is_none() => extra.zip64 = Some(contents),
                ZIP64 => extra.malformed = true,
                UNICODE_PATH if u32_at(contents, 1) == Some(crc32fast::hash(name)) => {
                    extra.unicode_name = contents.get(5..);
                }
                _ => {}
            }
        }
        extra
    }
}

#[cfg(test)]
mod tests {
    use super::Extra;

    #[test]
    fn the_first_zip64_field_counts_and_a_second_is_malformed() {
        let fields = b"FB\x02\x00ZZ\x01\x00\x01\x00a\x01\x00\x01\x00b";
        let extra = Extra::read(fields, b"");
        assert_eq!(extra.zip64, Some(&b"a"[..]));
        assert!(extra.malformed);
    }

    #[test]
    fn a_field_that_runs_past_the_end_is_malformed_and_padding_is_not() {
        assert!(Extra::read(b"FB\x09\x00ZZ", b"").malformed);
        assert!(!Extra::read(b"FB\x00\x00\x00\x00\x00", b"").malformed);
    }
}
