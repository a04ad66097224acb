use std::collections::HashMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model_digest::{Digest, Source};

use crate::files::FileFault;
use crate::oms::{File, Manifest, Method};

/// The digests that were signed, for a server that checks what it loads when it loads it: file by file, or
/// shard by shard.
///
/// It remembers what was checked. [`unchecked`](Self::unchecked) names what was not, so that "verified" never
/// means more than was looked at.
///
/// # Examples
/// ```
/// # use std::time::SystemTime;
/// # use model_sign::Verifier;
/// # use model_sign::files::MemoryFiles;
/// # use model_sign::key::{KeyAlgorithm, PrivateKey};
/// # use model_sign::signing::{Credential, Signing};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = PrivateKey::generate(KeyAlgorithm::P256)?;
/// # let model = MemoryFiles::folder().with_file("a.bin", b"abc").with_file("b.bin", b"def");
/// # let signed = Signing::new().sign(&model, "my-model", &Credential::Key(&key), &())?;
/// # let bundle = signed.bundle();
/// let verifier = Verifier::builder().trust_key(key.public_key().clone()).build();
/// let signed = verifier.verify_manifest(bundle, SystemTime::UNIX_EPOCH)?;
///
/// signed.get().check_file("a.bin", b"abc")?;
/// assert!(signed.get().check_file("b.bin", b"changed").is_err());
/// assert_eq!(signed.get().unchecked().collect::<Vec<_>>(), ["b.bin"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DigestMap {
    manifest: Manifest,
    /// The place of each file in the order of [`Manifest::files`].
    places: HashMap<Box<str>, usize>,
    /// The number of the first part of each file, in the order of [`Manifest::files`], and of all parts.
    starts: Vec<usize>,
    /// One bit for each part.
    checked: Vec<AtomicU64>,
}

/// Why bytes are not what was signed under a name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Nothing is signed under this name.
    #[error("nothing is signed under this name")]
    NotSigned,
    /// The bytes are others than those that were signed.
    #[error("{found} where {wanted} was signed")]
    Changed {
        /// Which bytes of the file, half-open; `None` for all of them.
        range: Option<Range<u64>>,
        /// The digest of the bytes that were given.
        found: Box<Digest>,
        /// The digest that was signed.
        wanted: Box<Digest>,
    },
    /// The file has another length than was signed.
    #[error("{found} bytes where {wanted} were signed")]
    Length {
        /// How many bytes it has.
        found: u64,
        /// How many were signed.
        wanted: u64,
    },
    /// The range does not begin and end where shards do. [`DigestMap::covering`] gives one that does.
    #[error("bytes {}..{} do not begin and end with shards", range.start, range.end)]
    Unaligned {
        /// The range that was asked for.
        range: Range<u64>,
    },
    /// The file was signed as a whole, and only a part of it was given.
    #[error("the file was signed as a whole")]
    Whole,
    /// The file is larger than the caller reads.
    #[error("{found} bytes where at most {limit} are read")]
    TooLarge {
        /// How many bytes it has.
        found: u64,
        /// How many are read.
        limit: u64,
    },
    /// The file of a model cannot be had as it was.
    #[error(transparent)]
    Fault(#[from] FileFault),
    /// The bytes cannot be read.
    #[error("cannot be read")]
    Unreadable(#[from] io::Error),
}

/// Bytes that were checked. Nothing else makes one.
#[derive(Clone, Copy)]
pub struct CheckedBytes<'b>(&'b [u8]);

impl<'b> CheckedBytes<'b> {
    /// Returns the bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'b [u8] {
        self.0
    }
}

impl fmt::Debug for CheckedBytes<'_> {
    /// Leaves the bytes out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedBytes({} bytes)", self.0.len())
    }
}

impl DigestMap {
    pub(crate) fn new(manifest: Manifest) -> Self {
        let mut starts = vec![0_usize];
        let mut parts = 0_usize;
        let mut places = HashMap::new();
        for (place, file) in manifest.files().enumerate() {
            places.insert(file.name().into(), place);
            parts = parts.saturating_add(file.parts().count());
            starts.push(parts);
        }
        let words = parts.div_ceil(64);
        let mut checked = Vec::new();
        checked.resize_with(words, AtomicU64::default);
        Self {
            manifest,
            places,
            starts,
            checked,
        }
    }

    /// Returns the manifest that was signed.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Checks all bytes of a file. A file without bytes under a manifest of shards is one that was never
    /// signed.
    ///
    /// Nothing keeps the source from giving other bytes the next time: check what was read, or hold it.
    ///
    /// # Errors
    /// [`CheckError`], the first that is met.
    pub fn check_file<S: Source + ?Sized>(&self, name: &str, source: &S) -> Result<(), CheckError> {
        let (place, file) = self.find(name)?;
        let algorithm = self.manifest.serialization().hash_type.algorithm();
        if let Some(wanted) = file.size() {
            let found = source.len();
            if found != wanted {
                return Err(CheckError::Length { found, wanted });
            }
        }
        for (part, number) in file.parts().zip(self.first(place)..) {
            let wanted = *part.digest;
            let found = match &part.range {
                None => Digest::of_source(algorithm, source)?,
                Some(range) => {
                    let section = Section {
                        source,
                        range: range.clone(),
                    };
                    Digest::of_source(algorithm, &section)?
                }
            };
            if found != wanted {
                let range = part.range;
                return Err(CheckError::Changed {
                    range,
                    found: found.into(),
                    wanted: wanted.into(),
                });
            }
            self.note(number);
        }
        Ok(())
    }

    /// Checks bytes that were read from `start` on, and gives them back as checked. They have to be whole
    /// shards, the last one of the file included where it is shorter; under a manifest of whole files, the
    /// whole file.
    ///
    /// # Errors
    /// [`CheckError::Unaligned`], [`CheckError::Whole`], [`CheckError::NotSigned`], [`CheckError::Changed`].
    pub fn check_range<'b>(
        &self,
        name: &str,
        start: u64,
        bytes: &'b [u8],
    ) -> Result<CheckedBytes<'b>, CheckError> {
        let (place, file) = self.find(name)?;
        let algorithm = self.manifest.serialization().hash_type.algorithm();
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let range = start..start.saturating_add(len);
        let aligned = self.covering(name, range.clone());
        match (file.size(), aligned) {
            (None, _) if start != 0 => return Err(CheckError::Whole),
            (None, _) => {}
            (Some(_), Some(aligned)) if aligned == range => {}
            (Some(_), _) => return Err(CheckError::Unaligned { range }),
        }
        for (part, number) in file.parts().zip(self.first(place)..) {
            let section = match &part.range {
                None => bytes,
                Some(of) if of.start < range.start || of.end > range.end => continue,
                Some(of) => {
                    let at = |offset: u64| {
                        usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX)
                    };
                    bytes.get(at(of.start)..at(of.end)).unwrap_or_default()
                }
            };
            let (found, wanted) = (Digest::of(algorithm, section), *part.digest);
            if found != wanted {
                let range = part.range;
                return Err(CheckError::Changed {
                    range,
                    found: found.into(),
                    wanted: wanted.into(),
                });
            }
            self.note(number);
        }
        Ok(CheckedBytes(bytes))
    }

    /// Returns the smallest range of whole shards that has all of a range in it, to be read and checked;
    /// `None` if nothing is signed under the name, if the range is empty or leaves the file, or if the file
    /// was signed as a whole.
    #[must_use]
    pub fn covering(&self, name: &str, range: Range<u64>) -> Option<Range<u64>> {
        let len = self.manifest.file(name)?.size()?;
        let Method::Shards { size } = self.manifest.serialization().method else {
            return None;
        };
        if range.start >= range.end || range.end > len {
            return None;
        }
        let start = range.start.checked_div(size)?.checked_mul(size)?;
        let end = range.end.checked_next_multiple_of(size).unwrap_or(len);
        Some(start..end.min(len))
    }

    /// Returns the files of which at least one byte was never checked, in the order of their names.
    pub fn unchecked(&self) -> impl Iterator<Item = &str> {
        self.manifest
            .files()
            .enumerate()
            .filter(|(place, _)| {
                let end = self.starts.get(place.saturating_add(1)).copied();
                !(self.first(*place)..end.unwrap_or(0)).all(|number| self.is_noted(number))
            })
            .map(|(_, file)| file.name())
    }

    fn find(&self, name: &str) -> Result<(usize, File<'_>), CheckError> {
        let file = self.manifest.file(name).ok_or(CheckError::NotSigned)?;
        let place = self.places.get(name).ok_or(CheckError::NotSigned)?;
        Ok((*place, file))
    }

    fn first(&self, place: usize) -> usize {
        self.starts.get(place).copied().unwrap_or(0)
    }

    fn note(&self, number: usize) {
        if let (Some(word), Some(bit)) = (self.checked.get(number / 64), bit(number)) {
            word.fetch_or(bit, Relaxed);
        }
    }

    fn is_noted(&self, number: usize) -> bool {
        match (self.checked.get(number / 64), bit(number)) {
            (Some(word), Some(bit)) => word.load(Relaxed) & bit != 0,
            _ => false,
        }
    }
}

fn bit(number: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(number % 64).ok()?)
}

/// A range of a source.
struct Section<'s, S: ?Sized> {
    source: &'s S,
    range: Range<u64>,
}

impl<S: Source + ?Sized> Source for Section<'_, S> {
    fn len(&self) -> u64 {
        self.range.end.saturating_sub(self.range.start)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.len().saturating_sub(offset);
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        let buf = buf.get_mut(..room).unwrap_or_default();
        if buf.is_empty() {
            return Ok(0);
        }
        self.source
            .read_at(self.range.start.saturating_add(offset), buf)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        let from = usize::try_from(self.range.start).ok()?;
        let to = usize::try_from(self.range.end).ok()?;
        self.source.as_slice()?.get(from..to)
    }
}
