use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model_digest::{Algorithm, Digest};

use crate::{Error, Held};

/// The first line of the file, with the version of the format.
const HEADER: &str = "weighbridge-digest-cache 1\n";

/// More bytes than the longest line has: nine numbers of 20 digits, and a digest of 64 bytes.
const LINE: u64 = 340;

/// How old the last change of a file must be when hashing begins: two ticks of the coarsest clock of a file
/// system in use, FAT's two seconds. A younger file may be written to again without another time.
const SETTLED: Duration = Duration::from_secs(4);

/// How many names are tried for the temporary file.
const ATTEMPTS: u32 = 16;

/// Digests of files that were hashed before, to be looked up instead of hashing again.
///
/// Nothing uses it unless it is asked: who wants every byte read does not ask. It takes a file's word for
/// not having changed: device, inode, size, and the times of modification and of status, to the nanosecond.
/// Somebody who can set the clock, write to the raw device, write through a mapping that was dirty before,
/// or write the cache's own file, can make it answer for other bytes than there are.
///
/// Ranges have entries of their own, so shards are remembered as ranges. Only files are; bytes in memory
/// and files of systems without a time of status never are.
#[derive(Clone, Debug)]
pub struct DigestCache {
    most: usize,
    digests: HashMap<Key, (u64, Digest)>,
    /// From the one that was not used for the longest time on.
    order: BTreeMap<u64, Key>,
    next: u64,
}

/// Which bytes of which state of which file, and which algorithm.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Key {
    state: State,
    start: u64,
    end: u64,
    algorithm: Algorithm,
}

/// What of a file changes when its bytes do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct State {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    status: (i64, i64),
}

/// What became of a digest that was to be remembered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Remembered {
    /// It will be found until something of the file changes.
    Yes,
    /// It is no file, or one whose system keeps no time of status.
    NoFile,
    /// It was changed so shortly before it was hashed that another change may leave no trace.
    TooYoung,
    /// It was changed since it was opened.
    Changed,
    /// The range does not lie within the file.
    OutOfRange,
}

/// Why a cache's file was not read. Go on with an empty one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DigestCacheError {
    /// It could not be opened or read, is no regular file, or is larger than the entries allowed take.
    #[error(transparent)]
    Unread(Error),
    /// Others than its owner may write to it.
    #[error("others than its owner may write to the digest cache")]
    Exposed,
    /// It does not begin as a digest cache of this version does.
    #[error("is no digest cache of this version")]
    Foreign,
    /// A line is not exactly as this program writes it, or says something twice.
    #[error("line {line} of the digest cache is damaged")]
    Damaged {
        /// Which line, from 1.
        line: u64,
    },
    /// The checksum is missing or another.
    #[error("the digest cache is not whole")]
    Torn,
}

impl DigestCache {
    /// How many entries there are by default: a model of 100,000 files, or twenty of 5 TB in shards of 1 GB.
    /// They take 30 MB.
    pub const ENTRIES: usize = 100_000;

    /// Starts without entries; when there are `most`, the one that was not used for the longest time gives
    /// way.
    #[must_use]
    pub fn empty(most: usize) -> Self {
        Self {
            most,
            digests: HashMap::new(),
            order: BTreeMap::new(),
            next: 0,
        }
    }

    /// Reads what [`write`](Self::write) has written. Whatever is not exactly that is refused as a whole.
    ///
    /// # Limits
    /// At most `most` entries; a larger file is refused before it is read.
    ///
    /// # Errors
    /// [`DigestCacheError`]; nothing of the file is used then.
    pub fn read(path: impl AsRef<Path>, most: usize) -> Result<Self, DigestCacheError> {
        let held = Held::open(path).map_err(DigestCacheError::Unread)?;
        if held.is_exposed().unwrap_or(true) {
            return Err(DigestCacheError::Exposed);
        }
        let most_bytes = u64::try_from(most).unwrap_or(u64::MAX);
        let most_bytes = most_bytes.saturating_add(2).saturating_mul(LINE);
        let bytes = held
            .read_to_vec(most_bytes)
            .map_err(DigestCacheError::Unread)?;
        let text = str::from_utf8(&bytes).map_err(|_| DigestCacheError::Foreign)?;
        let rest = text.strip_prefix(HEADER).ok_or(DigestCacheError::Foreign)?;
        // The last line is the checksum of what stands before it.
        let body = rest.strip_suffix('\n').and_then(|rest| {
            let lines = rest.rsplit_once('\n').map_or("", |(lines, _)| lines);
            let count = if lines.is_empty() {
                0
            } else {
                lines.len().saturating_add(1)
            };
            rest.split_at_checked(count)
        });
        let (body, sum) = body.ok_or(DigestCacheError::Torn)?;
        if sum.parse() != Ok(checksum(body)) {
            return Err(DigestCacheError::Torn);
        }
        let mut cache = Self::empty(most);
        for (line, number) in body.lines().zip(2_u64..) {
            let damaged = DigestCacheError::Damaged { line: number };
            let Some((key, digest)) = parse(line) else {
                return Err(damaged);
            };
            if cache.digests.len() >= most || cache.digests.contains_key(&key) {
                return Err(damaged);
            }
            cache.insert(key, digest);
        }
        Ok(cache)
    }

    /// Writes all entries in the place of what the path names, whole or not at all, readable and writable by
    /// the owner alone.
    ///
    /// # Errors
    /// What the system says; what was there before is still there.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let mut body = String::new();
        for key in self.order.values() {
            if let Some((_, digest)) = self.digests.get(key) {
                // Writing to a string does not fail.
                let _ = writeln!(body, "{}", Line(key, digest));
            }
        }
        let text = format!("{HEADER}{body}{}\n", checksum(&body));
        replace(path, text.as_bytes()).map_err(|error| Error::io(error, path))
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Says whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Looks up the digest of a half-open range of a file, as the file was when it was opened.
    pub fn find(
        &mut self,
        held: &Held,
        range: &Range<u64>,
        algorithm: Algorithm,
    ) -> Option<Digest> {
        let key = Key::new(State::of(held)?, range, algorithm)?;
        let (_, digest) = self.digests.get(&key)?;
        let digest = *digest;
        self.insert(key, digest);
        Some(digest)
    }

    /// Remembers the digest of a half-open range of a file. `begun` is when the hashing began.
    ///
    /// A file that was changed less than four seconds before that, or after, is not remembered: it may
    /// change again within the same tick of its system's clock and keep its times.
    ///
    /// # Errors
    /// What the system says when the file is asked whether it has changed.
    pub fn remember(
        &mut self,
        held: &Held,
        range: &Range<u64>,
        digest: Digest,
        begun: SystemTime,
    ) -> io::Result<Remembered> {
        let Some(state) = State::of(held) else {
            return Ok(Remembered::NoFile);
        };
        let Some(key) = Key::new(state, range, digest.algorithm()) else {
            return Ok(Remembered::OutOfRange);
        };
        if !(is_settled(state.modified, begun) && is_settled(state.status, begun)) {
            return Ok(Remembered::TooYoung);
        }
        if held.changed()?.is_some() {
            return Ok(Remembered::Changed);
        }
        self.insert(key, digest);
        Ok(Remembered::Yes)
    }

    /// Adds an entry, or makes it the one that was used last.
    fn insert(&mut self, key: Key, digest: Digest) {
        if self.most == 0 {
            return;
        }
        let turn = self.next;
        self.next = self.next.saturating_add(1);
        if let Some((before, _)) = self.digests.insert(key, (turn, digest)) {
            self.order.remove(&before);
        }
        self.order.insert(turn, key);
        while self.digests.len() > self.most {
            let Some((_, oldest)) = self.order.pop_first() else {
                break;
            };
            self.digests.remove(&oldest);
        }
    }
}

impl State {
    /// Returns `None` for bytes in memory, where the system keeps no time of status, and for times before
    /// 1970.
    fn of(held: &Held) -> Option<Self> {
        let stamp = held.stamp()?;
        let modified = stamp.modified()?.duration_since(SystemTime::UNIX_EPOCH);
        let modified = modified.ok()?;
        let state = Self {
            device: stamp.identity().device(),
            inode: stamp.identity().inode(),
            bytes: stamp.bytes(),
            modified: (
                i64::try_from(modified.as_secs()).ok()?,
                i64::from(modified.subsec_nanos()),
            ),
            status: stamp.status_changed(),
        };
        (state.status != (0, 0)).then_some(state)
    }
}

impl Key {
    fn new(state: State, range: &Range<u64>, algorithm: Algorithm) -> Option<Self> {
        let key = Self {
            state,
            start: range.start,
            end: range.end,
            algorithm,
        };
        (range.start <= range.end && range.end <= state.bytes).then_some(key)
    }
}

/// An entry as it stands in the file.
struct Line<'a>(&'a Key, &'a Digest);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Key { state, .. }, digest) = self;
        write!(f, "{} {} {} ", state.device, state.inode, state.bytes)?;
        write!(f, "{} {} ", state.modified.0, state.modified.1)?;
        write!(f, "{} {} ", state.status.0, state.status.1)?;
        write!(f, "{} {} {digest}", self.0.start, self.0.end)
    }
}

/// Reads a line that is exactly as it would be written.
fn parse(line: &str) -> Option<(Key, Digest)> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let state = State {
        device: word()?.parse().ok()?,
        inode: word()?.parse().ok()?,
        bytes: word()?.parse().ok()?,
        modified: (word()?.parse().ok()?, word()?.parse().ok()?),
        status: (word()?.parse().ok()?, word()?.parse().ok()?),
    };
    let range = word()?.parse().ok()?..word()?.parse().ok()?;
    let digest: Digest = word()?.parse().ok()?;
    let key = Key::new(state, &range, digest.algorithm())?;
    // `+1`, `01`, and words behind the last are read above, but never written.
    (Line(&key, &digest).to_string() == line).then_some((key, digest))
}

fn checksum(body: &str) -> Digest {
    Digest::of(Algorithm::Sha256, body.as_bytes())
}

/// Says whether a time, in seconds and nanoseconds, lies far enough before another.
fn is_settled((seconds, nanos): (i64, i64), begun: SystemTime) -> bool {
    let (Ok(seconds), Ok(nanos)) = (u64::try_from(seconds), u32::try_from(nanos)) else {
        return false;
    };
    let since = Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanos.into()));
    since
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .and_then(|changed| begun.duration_since(changed).ok())
        .is_some_and(|age| age >= SETTLED)
}

/// Writes a sibling, makes sure that it is on the disk, and renames it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (mut file, sibling) = create_beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&sibling, path));
    if written.is_err() {
        // The error that matters is the first.
        let _ = fs::remove_file(&sibling);
    }
    written
}

fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut last = io::ErrorKind::AlreadyExists.into();
    for attempt in 0..ATTEMPTS {
        let mut sibling = std::ffi::OsString::from(".");
        sibling.push(name);
        sibling.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let sibling = path.with_file_name(sibling);
        match options.open(&sibling) {
            Ok(file) => return Ok((file, sibling)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
