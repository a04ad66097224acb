use super::assembly::{Assembly, Item, order_of};
use super::build::{PATTERN, is_default_ignore};
use super::order::Key;
use super::{
    Dialects, Error, ErrorKind, HashType, IgnorePaths, Manifest, Method, NameFault, Order,
    PREDICATE_TYPE, Quirk, Serialization, Symlinks, check_name, historic, shard,
};
use crate::Limits;
use crate::intoto::{Statement, Version};
use crate::json::{Object, Value};

impl Manifest {
    /// Reads the payload of an envelope.
    ///
    /// # Limits
    /// Those of [`json::read`](crate::json::read), [`Limits::resources`], [`Limits::name_bytes`] and
    /// [`Limits::ignore_paths`]. Reading takes about 700 bytes of memory for each resource, most of which are
    /// given back.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn read(payload: &[u8], dialects: Dialects, limits: &Limits) -> Result<Self, Error> {
        let statement = Statement::read(payload, limits)?;
        Self::from_statement(&statement, dialects, limits)
    }

    /// Reads a statement whose predicate is a manifest.
    ///
    /// # Limits
    /// [`Limits::resources`], [`Limits::name_bytes`], [`Limits::ignore_paths`].
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub fn from_statement(
        statement: &Statement<'_>,
        dialects: Dialects,
        limits: &Limits,
    ) -> Result<Self, Error> {
        if statement.version() != Version::V1 {
            let offset = statement.others().offset();
            return Err(Error::new(ErrorKind::StatementVersion, offset));
        }
        match statement.predicate_type() {
            PREDICATE_TYPE => current(statement, limits),
            historic::PREDICATE_TYPE => match dialects {
                Dialects::Current => Err(Error::new(
                    ErrorKind::Historic,
                    statement.predicate_type_offset(),
                )),
                Dialects::Historic => historic::read(statement, limits),
            },
            _ => Err(Error::new(
                ErrorKind::OtherPredicate,
                statement.predicate_type_offset(),
            )),
        }
    }
}

fn current(statement: &Statement<'_>, limits: &Limits) -> Result<Manifest, Error> {
    statement.others().only(&[])?;
    let [subject] = statement.subjects() else {
        let found = statement.subjects().len();
        let kind = ErrorKind::SubjectCount { found };
        return Err(Error::new(kind, statement.subjects_offset()));
    };
    let subject_name = subject
        .name()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Error::new(ErrorKind::NoSubjectName, subject.offset()))?;
    let root = subject
        .digest("sha256")
        .ok_or_else(|| Error::new(ErrorKind::NoRootDigest, subject.offset()))?;
    let root = HashType::Sha256
        .digest(root)
        .and_then(|digest| model_digest::RootDigest::from_digest(digest).ok())
        .ok_or_else(|| Error::new(ErrorKind::NotADigest(HashType::Sha256), subject.offset()))?;
    let predicate = statement
        .predicate()
        .ok_or_else(|| Error::new(ErrorKind::NoPredicate, statement.others().offset()))?
        .as_object()?;
    predicate.only(&["resources", "serialization"])?;
    let mut quirks = Vec::new();
    let (serialization, ignored) = serialization(
        predicate.required("serialization")?.as_object()?,
        &mut quirks,
        limits,
    )?;
    let listed = predicate.required("resources")?;
    let values = listed.as_array()?;
    check_count(values.len(), limits).map_err(|kind| Error::new(kind, listed.offset()))?;
    let items = values
        .iter()
        .map(|value| resource(value, &serialization, &mut quirks, limits))
        .collect::<Result<Vec<_>, _>>()?;
    let at = |place: usize| items.get(place).map_or(0, |item| item.offset);
    let assembly = Assembly::new(&items, serialization.method)
        .map_err(|(kind, place)| Error::new(kind, at(place)))?;
    let order = order_of(&items).map_err(|place| Error::new(ErrorKind::OutOfOrder, at(place)))?;
    if order == Order::Python {
        quirks.push(Quirk::PythonOrder);
    }
    for item in &items {
        if ignored.matches(item.key.path) {
            return Err(Error::new(ErrorKind::IgnoredResource, item.offset));
        }
    }
    let mut paths = assembly.files.iter().map(|file| &*file.name);
    if paths.clone().any(is_default_ignore) {
        quirks.push(Quirk::ListedDefaultIgnore);
    }
    if paths.any(|path| path == ".") {
        quirks.push(Quirk::DotName);
    }
    let computed = assembly.root();
    if root != computed {
        let kind = ErrorKind::RootMismatch {
            found: Box::new(root),
            computed: Box::new(computed),
        };
        return Err(Error::new(kind, subject.offset()));
    }
    quirks.sort_unstable();
    quirks.dedup();
    Ok(Manifest {
        subject_name: subject_name.into(),
        root,
        serialization,
        ignored,
        assembly,
        order,
        quirks,
    })
}

pub(super) const fn check_count(found: usize, limits: &Limits) -> Result<(), ErrorKind> {
    let limit = limits.resources;
    match found {
        0 => Err(ErrorKind::NoResources),
        _ if found > limit => Err(ErrorKind::TooManyResources { found, limit }),
        _ => Ok(()),
    }
}

fn serialization(
    object: &Object<'_>,
    quirks: &mut Vec<Quirk>,
    limits: &Limits,
) -> Result<(Serialization, IgnorePaths), Error> {
    object.only(&[
        "method",
        "hash_type",
        "shard_size",
        "allow_symlinks",
        "ignore_paths",
    ])?;
    let hash_type = object.required("hash_type")?;
    let identifier = hash_type.as_str()?;
    let hash_type = HashType::from_identifier(identifier)
        .ok_or_else(|| Error::new(ErrorKind::UnknownHash, hash_type.offset()))?;
    let method = object.required("method")?;
    let method = match method.as_str()? {
        "files" => match object.get("shard_size") {
            Some(size) => return Err(Error::new(ErrorKind::UnwantedShardSize, size.offset())),
            None => Method::Files,
        },
        "shards" => shard_size(object.required("shard_size")?, quirks)?,
        _ => return Err(Error::new(ErrorKind::UnknownMethod, method.offset())),
    };
    let symlinks = if object.required("allow_symlinks")?.as_bool()? {
        Symlinks::Followed
    } else {
        Symlinks::Refused
    };
    let ignored = match object.get("ignore_paths") {
        Some(paths) => ignore_paths(paths, quirks, limits)?,
        None => {
            quirks.push(Quirk::NoIgnorePaths);
            IgnorePaths::new()
        }
    };
    let serialization = Serialization {
        method,
        hash_type,
        symlinks,
    };
    Ok((serialization, ignored))
}

fn shard_size(value: &Value<'_>, quirks: &mut Vec<Quirk>) -> Result<Method, Error> {
    let size = value.as_u64()?;
    if size == 0 {
        return Err(Error::new(ErrorKind::ZeroShardSize, value.offset()));
    }
    if !value.as_number()?.is_written_whole() {
        quirks.push(Quirk::FloatShardSize);
    }
    Ok(Method::Shards { size })
}

fn ignore_paths(
    value: &Value<'_>,
    quirks: &mut Vec<Quirk>,
    limits: &Limits,
) -> Result<IgnorePaths, Error> {
    let values = value.as_array()?;
    if values.len() > limits.ignore_paths {
        let kind = ErrorKind::TooManyIgnorePaths {
            found: values.len(),
            limit: limits.ignore_paths,
        };
        return Err(Error::new(kind, value.offset()));
    }
    let mut paths = Vec::with_capacity(values.len());
    for value in values {
        let path = value.as_str()?;
        let fault = |kind| Error::new(kind, value.offset());
        check_len(path, limits).map_err(fault)?;
        if path
            .split('/')
            .all(|component| matches!(component, "" | "." | ".."))
        {
            return Err(fault(ErrorKind::IgnoresEverything));
        }
        if path.contains(PATTERN) {
            return Err(fault(ErrorKind::IgnorePattern));
        }
        match check_name(path) {
            Ok(()) => paths.push(path.into()),
            // Go records paths as they were given, absolute or from the working directory.
            Err(
                NameFault::Absolute
                | NameFault::Parent
                | NameFault::Current
                | NameFault::EmptyComponent,
            ) => quirks.push(Quirk::ForeignIgnorePath),
            Err(other) => return Err(fault(ErrorKind::Name(other))),
        }
    }
    Ok(IgnorePaths::from_checked(paths))
}

fn resource<'v>(
    value: &'v Value<'_>,
    serialization: &Serialization,
    quirks: &mut Vec<Quirk>,
    limits: &Limits,
) -> Result<Item<'v>, Error> {
    let object = value.as_object()?;
    let hash_type = serialization.hash_type;
    let listed = object.required("name")?;
    let name = listed.as_str()?;
    let fault = |kind| Error::new(kind, listed.offset());
    check_len(name, limits).map_err(fault)?;
    let (path, range) = match serialization.method {
        Method::Files => (name, 0..0),
        Method::Shards { .. } => shard::split(name).ok_or_else(|| fault(ErrorKind::NotAShard))?,
    };
    if path != "." {
        check_name(path).map_err(|kind| fault(ErrorKind::Name(kind)))?;
    }
    let algorithm = object.required("algorithm")?;
    match (algorithm_of(algorithm.as_str()?), serialization.method) {
        (Some((hash, None)), _) if hash == hash_type => {}
        (Some((hash, Some(named))), Method::Shards { size })
            if hash == hash_type && named == size =>
        {
            if quirks.last() != Some(&Quirk::ShardedAlgorithm) {
                quirks.push(Quirk::ShardedAlgorithm);
            }
        }
        _ => {
            let kind = ErrorKind::OtherAlgorithm(hash_type);
            return Err(Error::new(kind, algorithm.offset()));
        }
    }
    let digits = object.required("digest")?;
    let digest = hash_type
        .digest(digits.as_str()?)
        .ok_or_else(|| Error::new(ErrorKind::NotADigest(hash_type), digits.offset()))?;
    Ok(Item {
        key: Key { name, path, range },
        digest,
        offset: listed.offset(),
    })
}

/// Reads an algorithm, and the shard size that Python writes into it.
fn algorithm_of(text: &str) -> Option<(HashType, Option<u64>)> {
    match text.split_once("-sharded-") {
        Some((hash, size)) => {
            let size = shard::decimal(size)?;
            Some((HashType::from_identifier(hash)?, Some(size)))
        }
        None => Some((HashType::from_identifier(text)?, None)),
    }
}

pub(super) const fn check_len(name: &str, limits: &Limits) -> Result<(), ErrorKind> {
    let found = name.len();
    let limit = limits.name_bytes;
    if found > limit {
        return Err(ErrorKind::Name(NameFault::TooLong { found, limit }));
    }
    Ok(())
}
