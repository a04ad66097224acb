use std::fmt;

use super::DistinguishedName;
use super::der::{DerError, DerFault, Element, SEQUENCE};

/// A name that a certificate gives its subject beside the distinguished one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AlternativeName {
    /// A mail address, as it is written.
    Email(String),
    /// A host's name, as it is written.
    Dns(String),
    /// A URI, as it is written.
    Uri(String),
    /// An IP address: 4 or 16 octets.
    Ip(Box<[u8]>),
    /// A distinguished name.
    Directory(DistinguishedName),
    /// A name of another kind, which nothing here compares.
    Other {
        /// The number of the kind in `GeneralName`, RFC 5280 section 4.2.1.6.
        kind: u8,
    },
}

impl AlternativeName {
    pub(super) fn read(element: &Element<'_>) -> Result<Self, DerError> {
        Ok(match element.tag {
            0x81 => Self::Email(text(element)?),
            0x82 => Self::Dns(text(element)?),
            0x86 => Self::Uri(text(element)?),
            0x87 => Self::Ip(element.value.into()),
            0xa4 => Self::Directory(DistinguishedName::read(&element.inside().only(SEQUENCE)?)?),
            0xa0 | 0xa3 | 0xa5 | 0x88 => Self::Other {
                kind: element.tag & 0x1f,
            },
            tag => return Err(element.fault(DerFault::UnknownTag(tag))),
        })
    }

    /// How many bytes there are to compare.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Email(text) | Self::Dns(text) | Self::Uri(text) => text.len(),
            Self::Ip(octets) => octets.len(),
            Self::Directory(name) => name.bytes(),
            Self::Other { .. } => 0,
        }
    }

    /// Reads `GeneralNames`, which are one or more.
    pub(super) fn read_all(list: &Element<'_>) -> Result<Vec<Self>, DerError> {
        let mut names = Vec::new();
        let mut reader = list.inside();
        while !reader.is_empty() {
            let element = reader.any()?;
            let name = Self::read(&element)?;
            if matches!(&name, Self::Ip(octets) if !matches!(octets.len(), 4 | 16)) {
                return Err(element.fault(DerFault::Value));
            }
            names.push(name);
        }
        if names.is_empty() {
            return Err(list.fault(DerFault::Empty));
        }
        Ok(names)
    }
}

impl fmt::Display for AlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(text) => write!(f, "email:{text}"),
            Self::Dns(text) => write!(f, "dns:{text}"),
            Self::Uri(text) => write!(f, "uri:{text}"),
            Self::Ip(octets) => match octets.as_ref() {
                [a, b, c, d] => write!(f, "ip:{a}.{b}.{c}.{d}"),
                octets => match <[u8; 16]>::try_from(octets) {
                    Ok(octets) => write!(f, "ip:{}", std::net::Ipv6Addr::from(octets)),
                    Err(_) => f.write_str("ip:?"),
                },
            },
            Self::Directory(name) => write!(f, "directory:{name}"),
            Self::Other { kind } => write!(f, "name of kind {kind}"),
        }
    }
}

/// Reads an `IA5String`. A control character in a name has no purpose but to deceive whoever reads it.
fn text(element: &Element<'_>) -> Result<String, DerError> {
    let text = element.value;
    if text.iter().all(|octet| matches!(octet, 0x20..=0x7e)) {
        Ok(text.iter().copied().map(char::from).collect())
    } else {
        Err(element.fault(DerFault::Value))
    }
}
