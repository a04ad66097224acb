use std::fmt;

/// The longest object identifier that is read, in bytes; those of keys have three to nine.
const LONGEST: usize = 32;

/// The name of an algorithm in DER, an object identifier (X.690 section 8.19).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Oid(Box<[u8]>);

impl Oid {
    /// Takes the contents of an element; `None` unless they are arcs in their shortest form that fit 64 bits.
    pub(crate) fn from_contents(contents: &[u8]) -> Option<Self> {
        if contents.is_empty() || contents.len() > LONGEST {
            return None;
        }
        let oid = Self(contents.into());
        oid.arcs().is_some().then_some(oid)
    }

    /// Says whether these are its contents.
    pub(crate) fn is(&self, contents: &[u8]) -> bool {
        *self.0 == *contents
    }

    /// Reads the numbers, the first two of which are written as one.
    fn arcs(&self) -> Option<Vec<u64>> {
        let mut arcs = Vec::new();
        let mut arc = None;
        for &byte in &self.0 {
            let so_far: u64 = match arc {
                // A leading 0x80 adds nothing.
                None if byte == 0x80 => return None,
                None => 0,
                Some(so_far) => so_far,
            };
            let value = so_far.checked_mul(128)? | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                if arcs.is_empty() {
                    let first = (value / 40).min(2);
                    arcs.push(first);
                    arcs.push(value.checked_sub(first.checked_mul(40)?)?);
                } else {
                    arcs.push(value);
                }
                arc = None;
            } else {
                arc = Some(value);
            }
        }
        arc.is_none().then_some(arcs)
    }
}

impl fmt::Display for Oid {
    /// Writes it with dots, such as `1.2.840.10045.3.1.7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, arc) in self.arcs().unwrap_or_default().iter().enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            write!(f, "{arc}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Oid;

    #[test]
    fn an_object_identifier_is_written_with_dots() {
        for (contents, text) in [
            (
                &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01][..],
                "1.2.840.10045.2.1",
            ),
            (&[0x2b, 0x65, 0x70], "1.3.101.112"),
            (&[0x88, 0x37, 0x03], "2.999.3"),
            (&[0x00], "0.0"),
        ] {
            assert_eq!(Oid::from_contents(contents).unwrap().to_string(), text);
        }
    }

    #[test]
    fn arcs_that_are_cut_padded_or_too_large_are_refused() {
        let too_large = [
            0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        ];
        for contents in [
            &[][..],
            &[0x2b, 0x80],
            &[0x2b, 0x80, 0x01],
            &[0x86],
            &too_large,
            &[1; 33],
        ] {
            assert_eq!(Oid::from_contents(contents), None, "{contents:?}");
        }
    }
}
