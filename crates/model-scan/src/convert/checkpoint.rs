use findings::Finding;

use super::persistent::Shelf;
use super::pickle::Loaded;
use super::place::Place;
use super::walk::{Collected, Walk};
use super::{
    Channels, Container, Error, ErrorKind, Gap, Key, Leaf, Limits, Quantiser, Storage, StorageId,
    Tensor, TensorKind,
};
use super::{compressed, legacy, npy, safetensors, torch_tar, torch_zip};
use crate::Verdict;
use crate::report::Target;
use crate::scanner::Scanner;
use crate::sniff::{Kind, sniff};
use crate::streams::Format;

/// The tensors of a file and where their bytes lie.
///
/// Nothing of the file is executed, and no storage is read before it is asked for.
#[derive(Debug)]
pub struct Checkpoint<'a> {
    container: Container,
    tensors: Vec<Tensor>,
    leaves: Vec<Leaf>,
    gaps: Vec<Gap>,
    storages: Vec<Storage<'a>>,
    scan: Target,
}

impl<'a> Checkpoint<'a> {
    /// Reads a file that goes by a name, and judges it as a [`Scanner`] with default options would.
    ///
    /// # Limits
    /// See [`Limits`].
    ///
    /// # Errors
    /// [`ErrorKind::NoCheckpoint`] for what holds no tensors as far as is known; else whatever keeps them
    /// from being listed. What concerns one tensor is a [`Refusal`](super::Refusal).
    ///
    /// # Examples
    /// ```
    /// use model_scan::convert::{Checkpoint, ErrorKind, Limits};
    ///
    /// let error = Checkpoint::read("notes.txt", b"just a note", &Limits::default()).unwrap_err();
    /// assert_eq!(*error.kind(), ErrorKind::NoCheckpoint);
    ///
    /// let checkpoint = Checkpoint::read("epoch.pkl", b"\x80\x02}X\x05\0\0\0epochK\x07s.", &Limits::default())?;
    /// assert!(checkpoint.tensors().is_empty());
    /// assert_eq!(checkpoint.leaves()[0].path[0].text(), "epoch");
    /// # Ok::<(), model_scan::convert::Error>(())
    /// ```
    pub fn read(name: &str, bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        Self::read_with(name, bytes, limits, &Scanner::default())
    }

    /// Reads a file as [`read`](Self::read) does, and lets the caller's scanner judge it.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn read_with(
        name: &str,
        bytes: &'a [u8],
        limits: &Limits,
        scanner: &Scanner,
    ) -> Result<Self, Error> {
        let mut out = Collected::default();
        let place = Place::file(bytes);
        let container = match Format::of(sniff(bytes, name)) {
            Some(format) => {
                let content = compressed::read(format, bytes, limits)?;
                uncompressed(&content, name, limits, &mut out)?
            }
            None => uncompressed(&place, name, limits, &mut out)?,
        };
        let Collected {
            mut tensors,
            leaves,
            mut gaps,
            storages,
            leaves_left_out,
            ..
        } = out;
        if leaves_left_out > 0 {
            gaps.push(Gap::Leaves {
                count: leaves_left_out,
            });
        }
        let storages = storages.list;
        for tensor in &mut tensors {
            settle(tensor, &storages);
        }
        Ok(Self {
            container,
            tensors,
            leaves,
            gaps,
            storages,
            scan: scanner.scan_bytes(name, bytes),
        })
    }

    /// Returns what kind of file it is.
    #[must_use]
    pub const fn container(&self) -> Container {
        self.container
    }

    /// Returns the tensors, in the order in which they were written; one that is reached by several paths
    /// stands there once for each.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// Returns everything that is no tensor.
    #[must_use]
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Returns what was not walked.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Returns the storages that tensors lie in.
    #[must_use]
    pub fn storages(&self) -> &[Storage<'a>] {
        &self.storages
    }

    /// Returns a storage of this checkpoint.
    #[must_use]
    pub fn storage(&self, id: StorageId) -> Option<&Storage<'a>> {
        self.storages.get(usize::try_from(id.0).ok()?)
    }

    /// Returns what a scan says of the file.
    #[must_use]
    pub const fn scan(&self) -> &Target {
        &self.scan
    }

    /// Returns what a scan found.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.scan.findings
    }

    /// Returns what is to be thought of the file.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.scan.verdict
    }
}

/// Reads what is not compressed as a whole.
fn uncompressed<'a>(
    place: &Place<'a>,
    name: &str,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<Container, Error> {
    match sniff(place.bytes(), name) {
        Kind::Zip => torch_zip::read(place, limits, out),
        Kind::Pickle => pickles(place, limits, out),
        Kind::Tar => torch_tar::read(place, limits, out).map(|()| Container::TorchTar),
        Kind::Safetensors => safetensors::read(place, limits, out).map(|()| Container::Safetensors),
        Kind::Npy => npy::read(place, limits, out).map(|()| Container::Npy),
        _ => Err(Error::new(ErrorKind::NoCheckpoint, 0)),
    }
}

/// Gives tensors the refusal of their storage.
fn settle(tensor: &mut Tensor, storages: &[Storage<'_>]) {
    if tensor.refusal.is_none() {
        tensor.refusal = tensor
            .storage
            .and_then(|id| storages.get(usize::try_from(id.0).ok()?))
            .and_then(|storage| storage.refusal.clone());
    }
    let mut of_parts = None;
    let mut part = |part: &mut Tensor| {
        settle(part, storages);
        if let Some(refusal) = &part.refusal {
            of_parts.get_or_insert_with(|| super::Refusal::Part(Box::new(refusal.clone())));
        }
    };
    match &mut tensor.kind {
        TensorKind::Sparse { parts, .. } | TensorKind::Nested { parts } => {
            parts.iter_mut().for_each(part);
        }
        TensorKind::Quantised(Quantiser::PerChannel {
            scales,
            zero_points,
            ..
        }) => {
            for channels in [scales, zero_points] {
                if let Channels::Tensor(channels) = channels {
                    part(channels);
                }
            }
        }
        _ => {}
    }
    if tensor.refusal.is_none() {
        tensor.refusal = of_parts;
    }
}

/// Reads pickles that follow each other, with or without storages behind them.
fn pickles<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<Container, Error> {
    if legacy::begins(place.bytes(), limits) {
        legacy::read(place, limits, out)?;
        return Ok(Container::TorchLegacy);
    }
    let mut at = 0;
    let mut stream = 0_u64;
    while at < place.bytes().len() {
        if stream >= limits.streams {
            return Err(super::walk::limit(super::Limit::Streams));
        }
        let loaded = Loaded::read(place.bytes(), at, limits)?;
        let is_alone = at == 0 && loaded.end >= place.bytes().len();
        let path = if is_alone {
            Vec::new()
        } else {
            vec![Key::Stream(stream)]
        };
        let Loaded {
            graph,
            root,
            arrays,
            ..
        } = &loaded;
        Walk::new(graph, arrays, place, &Shelf::None, limits, out).run(*root, path)?;
        stream = stream.saturating_add(1);
        at = loaded.end;
    }
    Ok(Container::Pickle)
}
