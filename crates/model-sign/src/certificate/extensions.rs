use std::collections::BTreeSet;

use super::constraints::NameConstraints;
use super::der::{
    BIT_STRING, BOOLEAN, DerError, DerFault, Element, Flag, INTEGER, OBJECT_IDENTIFIER,
    OCTET_STRING, Reader, SEQUENCE,
};
use super::oid::{self, Oid};
use super::{AlternativeName, CertificateError};

/// What the extensions of a certificate say, as far as paths and signers are judged by it.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    pub(super) authority: Option<Authority>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) purposes: Option<Purposes>,
    pub(super) names: Vec<AlternativeName>,
    pub(super) constraints: Option<NameConstraints>,
    pub(super) subject_key: Option<Box<[u8]>>,
    pub(super) authority_key: Option<Box<[u8]>>,
}

/// Basic constraints of an authority.
#[derive(Clone, Copy, Debug)]
pub(super) struct Authority {
    /// How many intermediates that are not self-issued may follow.
    pub(super) path_length: Option<u32>,
}

/// The uses of a key that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyUsage {
    octet: u8,
}

impl KeyUsage {
    pub(super) fn digital_signature(self) -> bool {
        self.octet & 0x80 != 0
    }

    pub(super) fn certificate_signing(self) -> bool {
        self.octet & 0x04 != 0
    }
}

/// Whether the purposes that a certificate states include code signing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purposes {
    CodeSigning,
    Others,
}

impl Extensions {
    /// Reads `Extensions` of RFC 5280 section 4.1.2.9 and 4.2.
    pub(super) fn read(list: &Element<'_>) -> Result<Self, CertificateError> {
        let mut read = Self::default();
        let mut seen = BTreeSet::new();
        let mut reader = list.inside();
        if reader.is_empty() {
            return Err(list.fault(DerFault::Empty).into());
        }
        while !reader.is_empty() {
            let mut fields = reader.one(SEQUENCE)?.inside();
            let kind = fields.one(OBJECT_IDENTIFIER)?;
            if !oid::is_well_formed(kind.value) {
                return Err(kind.fault(DerFault::Value).into());
            }
            // DER leaves the default out; many an authority has written `FALSE`, and it says the same.
            let critical = fields
                .optional(BOOLEAN)?
                .map(|flag| flag.boolean())
                .transpose()?;
            let value = fields.only(OCTET_STRING)?;
            if !seen.insert(kind.value) {
                let extension = Oid::new(kind.value);
                return Err(CertificateError::DuplicateExtension { extension });
            }
            let understood = read.one(kind.value, value.inside())?;
            if !understood && critical == Some(Flag::True) {
                let extension = Oid::new(kind.value);
                return Err(CertificateError::UnknownCriticalExtension { extension });
            }
        }
        Ok(read)
    }

    /// Reads one extension and tells whether it is understood.
    fn one(&mut self, kind: &[u8], value: Reader<'_>) -> Result<bool, DerError> {
        match kind {
            oid::BASIC_CONSTRAINTS => self.authority = basic_constraints(value)?,
            oid::KEY_USAGE => self.key_usage = Some(key_usage(value)?),
            oid::EXTENDED_KEY_USAGE => self.purposes = Some(purposes(value)?),
            oid::SUBJECT_ALT_NAME => {
                self.names = AlternativeName::read_all(&value.only(SEQUENCE)?)?
            }
            oid::NAME_CONSTRAINTS => {
                self.constraints = Some(NameConstraints::read(&value.only(SEQUENCE)?)?);
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key = Some(value.only(OCTET_STRING)?.value.into());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                let mut fields = value.only(SEQUENCE)?.inside();
                self.authority_key = fields.optional(0x80)?.map(|element| element.value.into());
                for tag in [0xa1, 0x82] {
                    fields.optional(tag)?;
                }
                fields.end()?;
            }
            // Whoever verifies here asks for no policy, so these three decide nothing (RFC 5280 section 6.1.1:
            // the initial policy set is any-policy, none is required). Policy constraints could require one, and
            // are not understood.
            oid::CERTIFICATE_POLICIES | oid::POLICY_MAPPINGS => {
                value.only(SEQUENCE)?;
            }
            oid::INHIBIT_ANY_POLICY => {
                value.only(INTEGER)?.small()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn basic_constraints(value: Reader<'_>) -> Result<Option<Authority>, DerError> {
    let mut fields = value.only(SEQUENCE)?.inside();
    let flag = fields
        .optional(BOOLEAN)?
        .map(|flag| flag.boolean())
        .transpose()?;
    let length = fields.optional(INTEGER)?;
    fields.end()?;
    let path_length = length.map(|length| length.small()).transpose()?;
    if flag == Some(Flag::True) {
        return Ok(Some(Authority { path_length }));
    }
    match length {
        // RFC 5280 section 4.2.1.9: a path length without `cA` means nothing.
        Some(length) => Err(length.fault(DerFault::Value)),
        None => Ok(None),
    }
}

fn key_usage(value: Reader<'_>) -> Result<KeyUsage, DerError> {
    let element = value.only(BIT_STRING)?;
    let (octets, _) = element.bits()?;
    if octets.len() > 2 {
        return Err(element.fault(DerFault::Value));
    }
    let octet = octets.first().copied().unwrap_or_default();
    // RFC 5280 section 4.2.1.3: at least one bit is set.
    if octets.iter().all(|octet| *octet == 0) {
        return Err(element.fault(DerFault::Value));
    }
    Ok(KeyUsage { octet })
}

fn purposes(value: Reader<'_>) -> Result<Purposes, DerError> {
    let list = value.only(SEQUENCE)?;
    let mut reader = list.inside();
    if reader.is_empty() {
        return Err(list.fault(DerFault::Empty));
    }
    let mut purposes = Purposes::Others;
    while !reader.is_empty() {
        let purpose = reader.one(OBJECT_IDENTIFIER)?;
        if !oid::is_well_formed(purpose.value) {
            return Err(purpose.fault(DerFault::Value));
        }
        if matches!(
            purpose.value,
            oid::CODE_SIGNING | oid::ANY_EXTENDED_KEY_USAGE
        ) {
            purposes = Purposes::CodeSigning;
        }
    }
    Ok(purposes)
}
