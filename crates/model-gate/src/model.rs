use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use model_hold::{Error, ErrorKind, Held, Links, Root, Stamp};
use model_scan::sniff::{self, Kind};
use model_sign::files::{Entry, FileFault, ModelFiles, Nature, OpenFile, Shape};

use crate::Options;
use crate::open_file::Opened;
use crate::walked::{Place, Walked};

/// A model on disk: a folder or a file that was opened once, with everything in it listed.
///
/// Links inside it are followed, and those of a snapshot in the Hugging Face cache to its own blobs; whether
/// they may be is the verifier's decision, so each entry says how it is reached. A link to a folder is listed
/// itself, and what lies behind it under the link's name.
///
/// # What is held
/// A file is opened below the root that is held, when it is first asked for. The first
/// [`Options::descriptors`] files stay open from then on. Those beyond are closed and opened again by name;
/// what is then opened is refused unless it is the same file, of the same size and with the same times, as
/// when it was read first. Neither keeps somebody from writing into a file in place: the times tell, unless
/// that somebody can set the system's clock. Who has to be certain reads through
/// [`Verified::read`](model_sign::Verified::read), which checks the very bytes that it returns.
#[derive(Debug)]
pub struct Model {
    root: Root,
    shape: Shape,
    entries: Vec<Entry>,
    places: Vec<Place>,
    seen: Vec<Seen>,
    /// How many more files may stay open.
    budget: AtomicUsize,
}

/// What is kept of a file that was opened.
#[derive(Debug, Default)]
struct Seen {
    held: OnceLock<Held>,
    stamp: OnceLock<Stamp>,
}

impl Model {
    /// Opens a folder or a file and lists what is in it. No file below a folder is opened yet.
    ///
    /// # Errors
    /// [`ErrorKind::Special`](model_hold::ErrorKind::Special) if it is neither; what the system says. What
    /// cannot be walked below it is no error here but an entry.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, Error> {
        let links = model_hold::Options::default().with_links(Links::WithinCache);
        let root = Root::open_with(path, &links)?;
        let Walked { entries, places } = Walked::new(&root, options);
        let mut seen = Vec::new();
        seen.resize_with(entries.len(), Seen::default);
        Ok(Self {
            shape: if root.is_folder() {
                Shape::Folder
            } else {
                Shape::File
            },
            root,
            entries,
            places,
            seen,
            budget: AtomicUsize::new(options.descriptors),
        })
    }

    /// Returns the path that it was opened by, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// Returns the path of an entry relative to the model, as the system has it.
    #[must_use]
    pub fn path_of(&self, entry: usize) -> Option<&Path> {
        self.places.get(entry).map(|place| place.path.as_path())
    }

    /// Opens the file of an entry, or gives the one that is held since it was first asked for.
    ///
    /// # Errors
    /// [`FileFault::Replaced`] if it is not the file that was walked, [`FileFault::Changed`] if it is and has
    /// other times than when it was opened first, [`FileFault::Gone`], and what the system says.
    pub fn hold(&self, entry: usize) -> Result<Held, FileFault> {
        let (Some(place), Some(seen)) = (self.places.get(entry), self.seen.get(entry)) else {
            return Err(FileFault::Gone);
        };
        if let Some(held) = seen.held.get() {
            return Ok(held.clone());
        }
        let held = self.open_place(place)?;
        if let Some(stamp) = held.stamp()
            && *seen.stamp.get_or_init(|| stamp) != stamp
        {
            return Err(FileFault::Changed);
        }
        let may_stay = self
            .budget
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .is_ok();
        if may_stay {
            // Whoever was first has opened the same file.
            return Ok(seen.held.get_or_init(|| held).clone());
        }
        Ok(held)
    }

    fn open_place(&self, place: &Place) -> Result<Held, FileFault> {
        let Some((identity, bytes)) = place.file else {
            return Err(FileFault::Gone);
        };
        let held = self.root.open_file(&place.path).map_err(fault)?;
        match held.stamp() {
            Some(stamp) if stamp.identity() != identity => Err(FileFault::Replaced),
            Some(stamp) if stamp.bytes() != bytes => Err(FileFault::Changed),
            _ => Ok(held),
        }
    }
}

impl ModelFiles for Model {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn open(&self, entry: usize) -> Result<Box<dyn OpenFile + '_>, FileFault> {
        Ok(Box::new(Opened::new(self.hold(entry)?)))
    }

    /// Sniffs the first 64 KiB and a few places further on.
    fn nature(&self, entry: usize) -> Result<Nature, FileFault> {
        let mapped = self.hold(entry)?.map().map_err(fault)?;
        // By its bytes alone: a name must not make it harmless.
        let kind = sniff::sniff(&mapped, "");
        Ok(match kind {
            Kind::Empty | Kind::GitLfsPointer => Nature::Passive,
            Kind::Unknown => Nature::Unknown,
            kind if kind.is_inert() => Nature::Passive,
            kind => Nature::Loadable {
                format: kind.label(),
            },
        })
    }
}

fn fault(error: Error) -> FileFault {
    let kind = match error.kind() {
        ErrorKind::NotFound | ErrorKind::LinkDangling { .. } => return FileFault::Gone,
        ErrorKind::Truncated { .. } | ErrorKind::Unsized => return FileFault::Changed,
        // A link, a folder or a device where a file was.
        ErrorKind::Special(_)
        | ErrorKind::Folder
        | ErrorKind::NotAFolder
        | ErrorKind::LinkOutside { .. }
        | ErrorKind::LinkRefused { .. }
        | ErrorKind::TooManyLinks => return FileFault::Replaced,
        ErrorKind::PermissionDenied => io::ErrorKind::PermissionDenied,
        ErrorKind::Io(kind) => *kind,
        _ => io::ErrorKind::Other,
    };
    FileFault::Unreadable(io::Error::new(kind, error))
}
