use std::fmt::{self, Write};

use super::der::{DerError, DerFault, Element, OBJECT_IDENTIFIER, Reader, SEQUENCE, SET};
use super::oid::{self, Oid};

const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const VISIBLE_STRING: u8 = 0x1a;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;

/// 1.2.840.113549.1.9.1
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

/// The types of attributes that have a name: those of RFC 4514 section 3, and the ones that companies use.
const TYPES: [(&[u8], &str); 15] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 4], "SN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "street"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 12], "title"),
    (&[0x55, 4, 42], "GN"),
    (&[0x55, 4, 97], "organizationIdentifier"),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1],
        "UID",
    ),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        "DC",
    ),
    (EMAIL_ADDRESS, "emailAddress"),
];

/// The name of a subject or an issuer.
///
/// Two names are equal when their bytes are. `Display` writes RFC 4514: the last part first, special and control
/// characters escaped, the octets of a value that is no text in hexadecimal.
#[derive(Clone)]
pub struct DistinguishedName {
    raw: Box<[u8]>,
    /// The relative names, first one first; each has one attribute or more.
    parts: Vec<Vec<Attribute>>,
}

/// One attribute of a name.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    kind: Oid,
    tag: u8,
    value: Box<[u8]>,
    /// The value with its header.
    raw: Box<[u8]>,
}

impl Attribute {
    /// The text, where the value is one.
    fn text(&self) -> Option<String> {
        let value = &self.value;
        match self.tag {
            UTF8_STRING => std::str::from_utf8(value).ok().map(str::to_owned),
            NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => value
                .is_ascii()
                .then(|| value.iter().copied().map(char::from).collect()),
            // What software has always written there is ISO 8859-1.
            TELETEX_STRING => Some(value.iter().copied().map(char::from).collect()),
            BMP_STRING => {
                let (pairs, []) = value.as_chunks() else {
                    return None;
                };
                let units = pairs.iter().copied().map(u16::from_be_bytes);
                char::decode_utf16(units).collect::<Result<_, _>>().ok()
            }
            UNIVERSAL_STRING => {
                let (fours, []) = value.as_chunks() else {
                    return None;
                };
                let points = fours.iter().copied().map(u32::from_be_bytes);
                points.map(char::from_u32).collect()
            }
            _ => None,
        }
    }

    /// What comparison by RFC 5280 section 7.1 looks at, for texts: case and runs of spaces make no difference.
    fn folded(&self) -> Option<String> {
        let text = self.text()?.to_lowercase();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Compares two attributes as name constraints do; `None` if one is of a kind of text that cannot be read.
    fn matches(&self, other: &Self) -> Option<bool> {
        if self.kind != other.kind {
            return Some(false);
        }
        if self.raw == other.raw {
            return Some(true);
        }
        Some(self.folded()? == other.folded()?)
    }
}

impl DistinguishedName {
    pub(super) fn read(element: &Element<'_>) -> Result<Self, DerError> {
        let mut parts = Vec::new();
        let mut names = element.tagged(SEQUENCE)?.inside();
        while !names.is_empty() {
            let set = names.one(SET)?;
            let mut attributes = Vec::new();
            let mut reader = set.inside();
            while !reader.is_empty() {
                attributes.push(attribute(&mut reader)?);
            }
            if attributes.is_empty() {
                return Err(set.fault(DerFault::Empty));
            }
            parts.push(attributes);
        }
        Ok(Self {
            raw: element.raw.into(),
            parts,
        })
    }

    /// Whether the name has no parts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether another name begins with this one; `None` if that cannot be said.
    pub(super) fn begins(&self, other: &Self) -> Option<bool> {
        if self.parts.len() > other.parts.len() {
            return Some(false);
        }
        for (mine, theirs) in self.parts.iter().zip(&other.parts) {
            if mine.len() != theirs.len() {
                return Some(false);
            }
            for attribute in mine {
                let mut found = false;
                for candidate in theirs {
                    found |= attribute.matches(candidate)?;
                }
                if !found {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// How many attributes the name has.
    pub(super) fn attributes(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// How many bytes it is written with.
    pub(super) fn bytes(&self) -> usize {
        self.raw.len()
    }

    /// The addresses in attributes of the type `emailAddress`; `None` stands for one that is no text.
    pub(super) fn emails(&self) -> impl Iterator<Item = Option<String>> {
        let attributes = self.parts.iter().flatten();
        attributes
            .filter(|attribute| attribute.kind.octets() == EMAIL_ADDRESS)
            .map(Attribute::text)
    }
}

fn attribute(reader: &mut Reader<'_>) -> Result<Attribute, DerError> {
    let mut reader = reader.one(SEQUENCE)?.inside();
    let kind = reader.one(OBJECT_IDENTIFIER)?;
    if !oid::is_well_formed(kind.value) {
        return Err(kind.fault(DerFault::Value));
    }
    let value = reader.any()?;
    reader.end()?;
    Ok(Attribute {
        kind: Oid::new(kind.value),
        tag: value.tag,
        value: value.value.into(),
        raw: value.raw.into(),
    })
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for DistinguishedName {}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({self})")
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().rev().enumerate() {
            if at > 0 {
                f.write_char(',')?;
            }
            for (at, attribute) in part.iter().enumerate() {
                if at > 0 {
                    f.write_char('+')?;
                }
                write(attribute, f)?;
            }
        }
        Ok(())
    }
}

fn write(attribute: &Attribute, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let known = TYPES
        .iter()
        .find(|(octets, _)| *octets == attribute.kind.octets());
    // RFC 4514 section 2.4: a value of a type without a name is written in hexadecimal.
    let (Some((_, name)), Some(text)) = (known, attribute.text()) else {
        match known {
            Some((_, name)) => write!(f, "{name}=#")?,
            None => write!(f, "{}=#", attribute.kind)?,
        }
        return attribute
            .raw
            .iter()
            .try_for_each(|octet| write!(f, "{octet:02x}"));
    };
    write!(f, "{name}=")?;
    let mut rest = text.chars();
    let mut first = true;
    while let Some(char) = rest.next() {
        let last = rest.as_str().is_empty();
        match char {
            ' ' if first || last => f.write_str("\\ ")?,
            '#' if first => f.write_str("\\#")?,
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{char}")?,
            char if char.is_control() => {
                let mut octets = [0; 4];
                for octet in char.encode_utf8(&mut octets).bytes() {
                    write!(f, "\\{octet:02X}")?;
                }
            }
            char => f.write_char(char)?,
        }
        first = false;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::der::{Reader, SEQUENCE};
    use super::{BMP_STRING, DistinguishedName, EMAIL_ADDRESS, TELETEX_STRING, UTF8_STRING};

    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn name(parts: &[(&[u8], u8, &[u8])]) -> DistinguishedName {
        let parts = parts.iter().map(|(kind, tag, value)| {
            let attribute = [tlv(0x06, kind), tlv(*tag, value)].concat();
            tlv(0x31, &tlv(0x30, &attribute))
        });
        let bytes = tlv(0x30, &parts.collect::<Vec<_>>().concat());
        DistinguishedName::read(&Reader::whole(&bytes, SEQUENCE).unwrap()).unwrap()
    }

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];

    #[test]
    fn a_name_is_written_backwards_and_escaped() {
        let text = |parts: &[(&[u8], u8, &[u8])]| name(parts).to_string();
        assert_eq!(text(&[]), "");
        assert_eq!(
            text(&[(O, UTF8_STRING, b"A, B"), (CN, UTF8_STRING, b" #x=1 ")]),
            r"CN=\ #x=1\ ,O=A\, B"
        );
        assert_eq!(text(&[(CN, UTF8_STRING, b"#\x1b[0m\0")]), r"CN=\#\1B[0m\00");
        assert_eq!(
            text(&[(CN, UTF8_STRING, "\u{85}ü".as_bytes())]),
            "CN=\\C2\\85ü"
        );
        assert_eq!(text(&[(CN, TELETEX_STRING, b"\xfc")]), "CN=ü");
        assert_eq!(
            text(&[(CN, BMP_STRING, &[0, 0x41, 0xd8])]),
            "CN=#1e030041d8"
        );
        assert_eq!(text(&[(CN, UTF8_STRING, &[0xff])]), "CN=#0c01ff");
        assert_eq!(text(&[(&[0x2a, 3], UTF8_STRING, b"x")]), "1.2.3=#0c0178");
        assert_eq!(text(&[(EMAIL_ADDRESS, 0x16, b"a@b")]), "emailAddress=a@b");
    }

    #[test]
    fn a_name_begins_another_whatever_the_case() {
        let company = name(&[(O, UTF8_STRING, b"Big  Co")]);
        let person = name(&[(O, 0x13, b"BIG co"), (CN, UTF8_STRING, b"x")]);
        assert_eq!(company.begins(&person), Some(true));
        assert_eq!(person.begins(&company), Some(false));
        assert_eq!(
            name(&[(CN, UTF8_STRING, b"Big Co")]).begins(&person),
            Some(false)
        );
        assert_eq!(name(&[]).begins(&person), Some(true));
        assert_eq!(name(&[(O, 0x04, b"Big Co")]).begins(&person), None);
    }
}
