use std::collections::HashMap;
use std::ops::ControlFlow;

use super::npy;
use super::persistent::{Found, Shelf};
use super::pickle::Loaded;
use super::place::Place;
use super::storage::Source;
use super::walk::{Collected, Walk};
use super::{ByteOrder, Container, Error, ErrorKind, Gap, Key, Limits};
use crate::unpack::Budget;
use crate::zip::{self, Archive, Checksum, DivergenceKind, Method, Reading};

/// Members that are read as a whole to know the archive: `byteorder` has at most six bytes.
const LONGEST_NOTE: usize = 64;

/// What an archive is.
enum Kind {
    /// torch's, in this folder, with a slash at its end.
    Torch {
        folder: String,
        is_script: bool,
    },
    Npz,
    Other,
}

/// Reads a zip archive of torch or numpy.
pub(super) fn read<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<Container, Error> {
    // No loader looks for it elsewhere. A small archive with a large tail is refused before the tail is read.
    if !zip::has_end_record(place.bytes()) {
        return Err(Error::new(ErrorKind::NoEndRecord, place.len()));
    }
    let archive = Archive::read(place.bytes(), &limits.zip)
        .map_err(|error| Error::new(ErrorKind::NoCheckpoint, error.offset()))?;
    let kind = kind(&archive)?;
    if matches!(kind, Kind::Other) {
        return Err(Error::new(ErrorKind::NoCheckpoint, 0));
    }
    check(&archive)?;
    let members = Members {
        place,
        archive: &archive,
        limits,
    };
    match kind {
        Kind::Torch { folder, is_script } => members.torch(&folder, is_script, out),
        _ => members.npz(out),
    }
}

/// Refuses an archive of which readers see different bytes.
fn check(archive: &Archive<'_>) -> Result<(), Error> {
    let divergence = archive
        .divergences()
        .iter()
        .find(|divergence| !matches!(divergence.kind, DivergenceKind::Name(_)));
    match divergence {
        Some(divergence) => Err(Error::new(
            ErrorKind::AmbiguousZip(divergence.kind.clone()),
            divergence.range.start,
        )),
        None => Ok(()),
    }
}

/// Tells what an archive is by the names of its members.
fn kind(archive: &Archive<'_>) -> Result<Kind, Error> {
    let names = || archive.members().iter().map(zip::Member::name);
    // torch looks below the first slash; other writers nest deeper.
    let folders = |deep: bool| {
        names().filter_map(move |name| {
            let folder = name.strip_suffix(b"data.pkl")?.strip_suffix(b"/")?;
            (!folder.is_empty() && (deep || !folder.contains(&b'/'))).then_some(folder)
        })
    };
    let all: Vec<&[u8]> = match folders(false).next() {
        Some(_) => folders(false).collect(),
        None => folders(true).collect(),
    };
    let folder = match all.as_slice() {
        [folder] => *folder,
        [] => {
            let npz = names().any(|name| name.ends_with(b".npy"));
            return Ok(if npz { Kind::Npz } else { Kind::Other });
        }
        all => {
            let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
            return Err(Error::new(ErrorKind::DataMembers(count), 0));
        }
    };
    let folder = format!("{}/", String::from_utf8_lossy(folder));
    let constants = format!("{folder}constants.pkl");
    let is_script = names().any(|name| name == constants.as_bytes());
    Ok(Kind::Torch { folder, is_script })
}

struct Members<'m, 'a> {
    place: &'m Place<'a>,
    archive: &'m Archive<'m>,
    limits: &'m Limits,
}

impl<'a> Members<'_, 'a> {
    fn torch(
        &self,
        folder: &str,
        is_script: bool,
        out: &mut Collected<'a>,
    ) -> Result<Container, Error> {
        let order = match self.note(&format!("{folder}byteorder"))?.as_deref() {
            None | Some(b"little") => ByteOrder::Little,
            Some(b"big") => ByteOrder::Big,
            Some(_) => {
                return Err(Error::new(ErrorKind::ByteOrder, 0)
                    .within(&findings::escape(&format!("{folder}byteorder"))));
            }
        };
        let found = self.found();
        self.pickle(folder, "data", &found, order, Vec::new(), out)?;
        if is_script {
            let path = vec![Key::Constants];
            self.pickle(folder, "constants", &found, order, path, out)?;
        }
        let data = format!("{folder}data/");
        for member in self.archive.members() {
            let name = String::from_utf8_lossy(member.name());
            if name
                .strip_prefix(&data)
                .is_some_and(|key| !key.is_empty() && !out.storages.was_asked(&name))
            {
                out.gaps
                    .push(Gap::UnreferencedStorage { key: member.text() });
            }
        }
        Ok(if is_script {
            Container::TorchScript
        } else {
            Container::TorchZip
        })
    }

    /// Walks one pickle of the archive, whose storages lie in the folder of its name.
    fn pickle(
        &self,
        folder: &str,
        name: &str,
        found: &HashMap<String, Found<'a>>,
        order: ByteOrder,
        path: Vec<Key>,
        out: &mut Collected<'a>,
    ) -> Result<(), Error> {
        let member = format!("{folder}{name}.pkl");
        let shown = findings::escape(&member);
        let place = self.member(&member).map_err(|error| error.within(&shown))?;
        let loaded =
            Loaded::read(place.bytes(), 0, self.limits).map_err(|error| error.within(&shown))?;
        if super::legacy::offset(loaded.end) != place.len() {
            let end = super::legacy::offset(loaded.end);
            return Err(Error::new(ErrorKind::TrailingBytes, end).within(&shown));
        }
        let shelf = Shelf::Members {
            folder: format!("{folder}{name}/"),
            members: found.clone(),
        };
        let Loaded {
            graph,
            root,
            arrays,
            ..
        } = &loaded;
        Walk::new(graph, arrays, &place, &shelf, self.limits, out)
            .with_order(order)
            .run(*root, path)
    }

    fn reading(&self, name: &str) -> Option<&Reading> {
        self.archive
            .members()
            .iter()
            .find(|member| member.name() == name.as_bytes())?
            .readings()
            .next()
    }

    /// Opens a member in full and compares its checksum.
    pub(super) fn open(&self, reading: &Reading) -> Result<Place<'a>, Error> {
        if reading.method() == Method::Stored {
            let place = self
                .place
                .part(&reading.data())
                .ok_or(Error::new(ErrorKind::MissingMember, reading.data().start))?;
            let found = crc32fast::hash(place.bytes());
            return match reading.crc() {
                // torch writes none where it is told to take none.
                Some(stated) if stated != found && stated != 0 => {
                    Err(Error::new(ErrorKind::Checksum { stated, found }, 0))
                }
                _ => Ok(place),
            };
        }
        let budget = Budget::new(self.place.len(), &self.limits.unpack);
        let contents = self.archive.open(reading, &self.limits.unpack, &budget);
        if let Some(problem) = contents.problems().first() {
            return Err(Error::new(ErrorKind::Unpack(problem.clone()), 0));
        }
        if let Checksum::Differs { stated, found } = contents.checksum() {
            return Err(Error::new(ErrorKind::Checksum { stated, found }, 0));
        }
        Ok(Place::held(contents.into_bytes().into_owned()))
    }

    fn member(&self, name: &str) -> Result<Place<'a>, Error> {
        let reading = self
            .reading(name)
            .ok_or(Error::new(ErrorKind::MissingMember, 0))?;
        self.open(reading)
    }

    /// Reads a short member, if it is there.
    fn note(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(reading) = self.reading(name) else {
            return Ok(None);
        };
        let place = self.open(reading)?;
        Ok(place
            .bytes()
            .get(..LONGEST_NOTE.min(place.bytes().len()))
            .map(<[u8]>::to_vec))
    }

    /// Every member as what a storage could be.
    fn found(&self) -> HashMap<String, Found<'a>> {
        self.archive
            .members()
            .iter()
            .filter_map(|member| {
                let reading = member.readings().next()?;
                let source = match reading.method() {
                    Method::Stored => Source::Plain(self.place.part(&reading.data())?),
                    _ => Source::Packed {
                        archive: self.place.clone(),
                        reading: reading.clone(),
                        limits: self.limits.unpack.clone(),
                        skip: 0,
                    },
                };
                let data = reading.data();
                let length = match reading.method() {
                    Method::Stored => data.end.checked_sub(data.start)?,
                    _ => reading.size()?,
                };
                let found = Found {
                    source,
                    member: Some(member.text()),
                    length,
                    crc: reading.crc().filter(|&crc| crc != 0),
                    around: None,
                };
                Some((String::from_utf8(member.name().to_vec()).ok()?, found))
            })
            .collect()
    }

    /// Every member an array, called like the member without its extension.
    fn npz(&self, out: &mut Collected<'a>) -> Result<Container, Error> {
        for member in self.archive.members() {
            if member.is_directory() {
                continue;
            }
            let shown = member.text();
            let within = |error: Error| error.within(&shown);
            let reading = member
                .readings()
                .next()
                .ok_or_else(|| within(Error::new(ErrorKind::MissingMember, 0)))?;
            let Some(name) = member.name().strip_suffix(b".npy") else {
                out.gaps.push(Gap::UnreadMember {
                    member: member.text(),
                });
                continue;
            };
            let name = std::str::from_utf8(name)
                .map_err(|_| within(Error::new(ErrorKind::MemberName, 0)))?;
            let path = vec![Key::Array(name.into())];
            let array = match reading.method() {
                Method::Stored => {
                    let place = self.place.part(&reading.data()).ok_or_else(|| {
                        within(Error::new(ErrorKind::MissingMember, reading.data().start))
                    })?;
                    let mut array = npy::Array::read(&place, self.limits).map_err(within)?;
                    if array.end != place.len() {
                        return Err(within(Error::new(ErrorKind::TrailingBytes, array.end)));
                    }
                    if let Some(found) = &mut array.found {
                        found.crc = reading.crc();
                        found.around = Some(place);
                    }
                    array
                }
                _ => self.packed_array(reading).map_err(within)?,
            };
            array.list(path, Some(shown), self.limits, out)?;
        }
        Ok(Container::Npz)
    }

    /// Reads the header of a packed array; its elements are unpacked when they are asked for.
    fn packed_array(&self, reading: &Reading) -> Result<npy::Array<'a>, Error> {
        let longest = npy::longest_header(self.limits);
        let budget = Budget::new(self.place.len(), &self.limits.unpack);
        let mut head = Vec::new();
        let streamed = self
            .archive
            .stream(reading, &self.limits.unpack, &budget, |chunk| {
                head.extend_from_slice(chunk);
                match head.len() < longest {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
        if !streamed.stopped
            && let Some(problem) = streamed.problems.first()
        {
            return Err(Error::new(ErrorKind::Unpack(problem.clone()), 0));
        }
        let length = reading
            .size()
            .ok_or(Error::new(ErrorKind::MissingMember, 0))?;
        npy::Array::packed(&head, length, self.limits, |skip, length| Found {
            source: Source::Packed {
                archive: self.place.clone(),
                reading: reading.clone(),
                limits: self.limits.unpack.clone(),
                skip,
            },
            member: None,
            length,
            crc: reading.crc(),
            around: None,
        })
    }
}
