use super::assembly::{Assembly, Item, order_of};
use super::order::Key;
use super::read::{check_count, check_len};
use super::{
    Error, ErrorKind, HashType, IgnorePaths, Manifest, Method, Order, Quirk, Serialization,
    check_name,
};
use crate::Limits;
use crate::intoto::{Statement, Subject};

/// Which statements are read as manifests.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Dialects {
    /// Those of the specification, 1.0, which model-signing has written since 0.3.1.
    #[default]
    Current,
    /// Those of model-signing 0.2.0 too: its predicate `https://model_signing/Digests/v0.1`, whose signature is
    /// over [another encoding](crate::dsse::legacy_pae).
    Historic,
}

pub(crate) const PREDICATE_TYPE: &str = "https://model_signing/Digests/v0.1";

/// Reads a statement whose subjects are the files. It records neither an order nor a root digest: the
/// specification's are taken.
pub(super) fn read(statement: &Statement<'_>, limits: &Limits) -> Result<Manifest, Error> {
    statement.others().only(&[])?;
    let subjects = statement.subjects();
    check_count(subjects.len(), limits)
        .map_err(|kind| Error::new(kind, statement.subjects_offset()))?;
    let mut items = subjects
        .iter()
        .map(|subject| item(subject, limits))
        .collect::<Result<Vec<_>, _>>()?;
    items.sort_by(|a, b| Order::Specification.compare(&a.key, &b.key));
    let assembly = Assembly::new(&items, Method::Files).map_err(|(kind, place)| {
        let offset = items.get(place).map_or(0, |item| item.offset);
        Error::new(kind, offset)
    })?;
    let mut quirks = vec![Quirk::NoIgnorePaths, Quirk::Digests01];
    if items.iter().any(|item| item.key.path == ".") {
        quirks.push(Quirk::DotName);
    }
    quirks.sort_unstable();
    Ok(Manifest {
        subject_name: Box::default(),
        root: assembly.root(),
        serialization: Serialization::default(),
        ignored: IgnorePaths::new(),
        order: order_of(&items).unwrap_or_default(),
        assembly,
        quirks,
    })
}

fn item<'s>(subject: &'s Subject<'_>, limits: &Limits) -> Result<Item<'s>, Error> {
    let offset = subject.offset();
    let fault = |kind| Error::new(kind, offset);
    let name = subject
        .name()
        .ok_or_else(|| fault(ErrorKind::NoSubjectName))?;
    check_len(name, limits).map_err(fault)?;
    if name != "." {
        check_name(name).map_err(|kind| fault(ErrorKind::Name(kind)))?;
    }
    // It named how it hashed where that was not SHA-256 of the whole file.
    if let Some(annotations) = subject.annotations()
        && let Some(algorithm) = annotations.as_object()?.get("actual_hash_algorithm")
        && algorithm.as_str()? != "file-sha256"
    {
        let kind = ErrorKind::OtherAlgorithm(HashType::Sha256);
        return Err(Error::new(kind, algorithm.offset()));
    }
    let digest = subject
        .digest("sha256")
        .and_then(|digits| HashType::Sha256.digest(digits))
        .ok_or_else(|| fault(ErrorKind::NotADigest(HashType::Sha256)))?;
    let key = Key {
        name,
        path: name,
        range: 0..0,
    };
    Ok(Item {
        key,
        digest,
        offset,
    })
}
