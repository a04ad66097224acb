use core::fmt::{self, Write};

use super::{Buffer, quote_for};

/// A `bytes`, displayed as `repr` gives it: `b'\x00'`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Takes the bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let quote = quote(self.0);
        write(self.0, quote, quote, out)
    }
}

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A `bytearray`, displayed as `repr` gives it: `bytearray(b'\x00')`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteArray<'a>(&'a [u8]);

impl<'a> ByteArray<'a> {
    /// Takes the bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Writes what `Display` does, through no vtable.
    pub(crate) fn write<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        out.write_str("bytearray(")?;
        // Single quotes are escaped whatever stands around them.
        write(self.0, quote(self.0), b'\'', out)?;
        out.write_char(')')
    }
}

impl fmt::Display for ByteArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

fn quote(bytes: &[u8]) -> u8 {
    let single = memchr::memchr(b'\'', bytes).is_some();
    quote_for(single, single && memchr::memchr(b'"', bytes).is_some())
}

fn write<W: Write + ?Sized>(bytes: &[u8], quote: u8, escaped: u8, out: &mut W) -> fmt::Result {
    let mut buffer = Buffer::new(out);
    buffer.plain(b'b')?;
    buffer.plain(quote)?;
    for &byte in bytes {
        buffer.byte(byte, escaped)?;
    }
    buffer.plain(quote)?;
    buffer.flush()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::{ByteArray, Bytes};

    #[test]
    fn bytes_are_quoted_and_escaped_as_python_does() {
        for (bytes, wanted) in [
            (&b""[..], "b''"),
            (b"a'b", "b\"a'b\""),
            (b"'\"", r#"b'\'"'"#),
            (b"\t\0\xff\\\x7f ~", r"b'\t\x00\xff\\\x7f ~'"),
        ] {
            assert_eq!(Bytes::new(bytes).to_string(), wanted);
        }
    }

    #[test]
    fn a_bytearray_escapes_single_quotes_in_double_ones_too() {
        for (bytes, wanted) in [
            (&b"a'b"[..], r#"bytearray(b"a\'b")"#),
            (b"'\"", r#"bytearray(b'\'"')"#),
            (b"\"", r#"bytearray(b'"')"#),
        ] {
            assert_eq!(ByteArray::new(bytes).to_string(), wanted);
        }
    }
}
