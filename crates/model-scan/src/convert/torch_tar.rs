use std::collections::HashMap;

use pickle_vm::{Graph, Value, View};

use super::dtype::StorageClass;
use super::geometry::Geometry;
use super::legacy::{key_text, offset};
use super::objects::int;
use super::persistent::{Found, Shelf};
use super::pickle::Loaded;
use super::place::Place;
use super::rebuild::blank;
use super::walk::{Collected, Walk};
use super::{Error, ErrorKind, Limits, Refusal, StorageId, Tensor, TensorKind};
use crate::tar::{self, Archive, DivergenceKind, MemberKind};

/// Bytes behind the mark of an archive's end. Python fills a record of 10 KiB up with zeros, others one of 1 MiB
/// at most.
const RECORD: u64 = 1 << 20;

/// A storage, or a run of one.
#[derive(Clone, Copy, Debug)]
struct Run {
    id: StorageId,
    class: StorageClass,
    /// In elements.
    start: u64,
    count: u64,
}

/// Reads torch's first format: a tar archive of `storages`, `tensors` and `pickle`.
pub(super) fn read<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<(), Error> {
    // A small archive with a large tail is refused before the tail is read.
    if let Some(end) = tar::end_mark(place.bytes())
        && place.len().saturating_sub(end) > RECORD
    {
        return Err(Error::new(ErrorKind::TrailingBytes, end));
    }
    let archive = Archive::read(place.bytes(), &limits.tar)
        .map_err(|error| Error::new(ErrorKind::NoCheckpoint, error.offset()))?;
    let member = |wanted: &str| {
        archive
            .members()
            .iter()
            .find(|member| {
                let name = member.name();
                member.kind() == MemberKind::File
                    && name.strip_prefix(b"./").unwrap_or(name) == wanted.as_bytes()
            })
            .and_then(|member| member.readings().next())
            .filter(|reading| !reading.is_sparse())
            .and_then(|reading| place.part(&reading.data()))
    };
    let (Some(storages), Some(tensors), Some(object)) =
        (member("storages"), member("tensors"), member("pickle"))
    else {
        return Err(Error::new(ErrorKind::NoCheckpoint, 0));
    };
    let divergence = archive
        .divergences()
        .iter()
        .find(|divergence| !matches!(divergence.kind, DivergenceKind::Name(_)));
    if let Some(divergence) = divergence {
        return Err(Error::new(
            ErrorKind::AmbiguousTar(divergence.kind.clone()),
            divergence.range.start,
        ));
    }
    let runs = Table::new(&storages, limits)
        .storages(out)
        .map_err(|error| error.within("storages"))?;
    let mut known = Table::new(&tensors, limits)
        .tensors(&runs)
        .map_err(|error| error.within("tensors"))?;
    for (key, run) in runs {
        known.entry(key).or_insert_with(|| bare(&run));
    }
    let loaded = Loaded::read(object.bytes(), 0, limits).map_err(|error| error.within("pickle"))?;
    let Loaded {
        graph,
        root,
        arrays,
        ..
    } = &loaded;
    Walk::new(graph, arrays, &object, &Shelf::None, limits, out)
        .with_tensors(&known)
        .run(*root, Vec::new())
}

/// A storage where a tensor could stand.
fn bare(run: &Run) -> Tensor {
    let mut tensor = blank(TensorKind::Storage, None);
    tensor.dtype = Some(run.class.dtype());
    tensor.shape = vec![run.count];
    tensor.stride = vec![1];
    tensor.offset = run.start;
    tensor.storage = Some(run.id);
    tensor
}

/// One of the two tables: a count, then rows, each a pickle and raw numbers.
struct Table<'t, 'a> {
    place: &'t Place<'a>,
    limits: &'t Limits,
    at: usize,
    rows: u64,
}

impl<'t, 'a> Table<'t, 'a> {
    const fn new(place: &'t Place<'a>, limits: &'t Limits) -> Self {
        Self {
            place,
            limits,
            at: 0,
            rows: 0,
        }
    }

    fn broken(&self) -> Error {
        Error::new(ErrorKind::Table, offset(self.at))
    }

    fn pickle(&mut self) -> Result<Loaded<'t>, Error> {
        let loaded = Loaded::read(self.place.bytes(), self.at, self.limits)?;
        self.at = loaded.end;
        Ok(loaded)
    }

    /// Reads how many rows follow.
    fn count(&mut self) -> Result<(), Error> {
        let loaded = self.pickle()?;
        let count = int(&loaded.graph, loaded.root).and_then(|count| u64::try_from(count).ok());
        self.rows = count.ok_or_else(|| self.broken())?;
        if self.rows > self.limits.streams {
            return Err(super::walk::limit(super::Limit::Streams));
        }
        Ok(())
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let bytes = self
            .place
            .bytes()
            .get(self.at..)
            .and_then(<[u8]>::first_chunk)
            .ok_or_else(|| self.broken())?;
        self.at = self.at.saturating_add(N);
        Ok(*bytes)
    }

    /// Keys, places and classes, with the elements behind each; then the views on them.
    fn storages(mut self, out: &mut Collected<'a>) -> Result<HashMap<String, Run>, Error> {
        self.count()?;
        let mut runs = HashMap::new();
        for _ in 0..self.rows {
            let loaded = self.pickle()?;
            let [key, _, class] = triple(&loaded).ok_or_else(|| self.broken())?;
            let key = key_text(&loaded.graph, key).ok_or_else(|| self.broken())?;
            let class = class_of(&loaded.graph, class).ok_or_else(|| self.broken())?;
            let count = u64::from_le_bytes(self.number()?);
            let start = offset(self.at);
            let data = count
                .checked_mul(class.itemsize())
                .and_then(|length| start.checked_add(length))
                .and_then(|end| self.place.part(&(start..end)))
                .ok_or_else(|| self.broken())?;
            self.at = self
                .at
                .saturating_add(usize::try_from(data.len()).unwrap_or(usize::MAX));
            let mut found = Found::plain(data);
            found.member = Some("storages".to_owned());
            let id = out.storages.add(key.clone(), found, class.dtype());
            let run = Run {
                id,
                class,
                start: 0,
                count,
            };
            if runs.insert(key, run).is_some() {
                return Err(self.broken());
            }
        }
        let views = self.pickle()?;
        let (View::List(items) | View::Tuple(items)) = views.graph.view(views.root) else {
            return Err(self.broken());
        };
        for view in items {
            let (key, run) = view_of(&views.graph, view, &runs).ok_or_else(|| self.broken())?;
            if runs.insert(key, run).is_some() {
                return Err(self.broken());
            }
        }
        self.end()?;
        Ok(runs)
    }

    /// Keys, storages and classes, with the shape behind each.
    fn tensors(mut self, runs: &HashMap<String, Run>) -> Result<HashMap<String, Tensor>, Error> {
        self.count()?;
        let mut tensors = HashMap::new();
        for _ in 0..self.rows {
            let loaded = self.pickle()?;
            let [key, storage, _] = triple(&loaded).ok_or_else(|| self.broken())?;
            let key = key_text(&loaded.graph, key).ok_or_else(|| self.broken())?;
            let storage = key_text(&loaded.graph, storage).ok_or_else(|| self.broken())?;
            // The number of dimensions in eight bytes, of which four count.
            let rank = u32::from_le_bytes(self.number()?);
            self.number::<4>()?;
            let rank = usize::try_from(rank)
                .ok()
                .filter(|&rank| rank <= self.limits.rank)
                .ok_or_else(|| self.broken())?;
            let mut numbers = Vec::new();
            for _ in 0..rank.saturating_mul(2).saturating_add(1) {
                numbers.push(i128::from(i64::from_le_bytes(self.number()?)));
            }
            let (size, rest) = numbers.split_at_checked(rank).unwrap_or_default();
            let (stride, first) = rest.split_at_checked(rank).unwrap_or_default();
            let first = first.first().copied().unwrap_or_default();
            let tensor = strided(runs.get(&storage), first, size, stride, self.limits);
            if tensors.insert(key, tensor).is_some() {
                return Err(self.broken());
            }
        }
        self.end()?;
        Ok(tensors)
    }

    fn end(&self) -> Result<(), Error> {
        if offset(self.at) == self.place.len() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TrailingBytes, offset(self.at)))
    }
}

fn strided(
    run: Option<&Run>,
    first: i128,
    size: &[i128],
    stride: &[i128],
    limits: &Limits,
) -> Tensor {
    let mut tensor = blank(TensorKind::Strided, None);
    let mut fill = || {
        let run = run.ok_or(Refusal::MissingStorage)?;
        tensor.dtype = Some(run.class.dtype());
        tensor.storage = Some(run.id);
        let geometry = Geometry::of(first, size, stride, limits.rank)?;
        tensor.shape.clone_from(&geometry.shape);
        tensor.stride.clone_from(&geometry.stride);
        let itemsize = run.class.itemsize();
        let held = run.count.checked_mul(itemsize).ok_or(Refusal::Overflow)?;
        geometry.fits(itemsize, held)?;
        tensor.offset = run
            .start
            .checked_add(geometry.offset)
            .ok_or(Refusal::Overflow)?;
        Ok(())
    };
    tensor.refusal = fill().err();
    tensor
}

/// A row: a tuple of three.
fn triple(loaded: &Loaded<'_>) -> Option<[Value; 3]> {
    let View::Tuple(items) = loaded.graph.view(loaded.root) else {
        return None;
    };
    items.take(4).collect::<Vec<_>>().try_into().ok()
}

fn class_of(graph: &Graph<'_>, class: Value) -> Option<StorageClass> {
    StorageClass::named(&graph.name(class)?.name)
}

/// Reads `(key, root, offset, size)`.
fn view_of(graph: &Graph<'_>, view: Value, runs: &HashMap<String, Run>) -> Option<(String, Run)> {
    let (View::Tuple(items) | View::List(items)) = graph.view(view) else {
        return None;
    };
    let [key, root, start, count]: [Value; 4] =
        items.take(5).collect::<Vec<_>>().try_into().ok()?;
    let root = runs.get(&key_text(graph, root)?)?;
    let number = |value| u64::try_from(int(graph, value)?).ok();
    let (start, count) = (number(start)?, number(count)?);
    if start.checked_add(count)? > root.count {
        return None;
    }
    let run = Run {
        start: root.start.checked_add(start)?,
        count,
        ..*root
    };
    Some((key_text(graph, key)?, run))
}
