use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use findings::escape_shortened;
use model_digest::{Algorithm, Digest, Hasher, Source as _};
use model_hold::{Item, Root, WalkLimits};
use pickle_vm::{ListError, ListFile, ListKind, Lists, OwnedLists};

use crate::inspection::length;
use crate::report::path_text;

/// Lists of known names that were read from a folder: newer ones than are compiled in.
///
/// Such data decides what a scan finds, so whoever names the folder must trust it; it is never looked for by
/// itself. `docs/rule-data.md` describes the folder.
#[derive(Debug)]
pub struct RuleData {
    name: String,
    version: String,
    digest: Digest,
    files: usize,
    lists: OwnedLists,
}

/// A file of rule data, for a [`RuleDataVerifier`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleDataFile {
    /// Its path in the folder, with `/` between names.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Decides whether rule data may be used, before any of it is.
///
/// This is where signatures are checked: the verifier sees every file of the folder, a signature among them.
/// `()` takes data as it is.
pub trait RuleDataVerifier {
    /// Looks at all files, sorted by path.
    ///
    /// # Errors
    /// Why the data must not be used; nothing is used then.
    fn verify(&self, files: &[RuleDataFile]) -> Result<(), Box<dyn StdError + Send + Sync>>;
}

impl RuleDataVerifier for () {
    fn verify(&self, _: &[RuleDataFile]) -> Result<(), Box<dyn StdError + Send + Sync>> {
        Ok(())
    }
}

/// Why rule data cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum RuleDataError {
    /// The folder, or a file in it, cannot be opened or read.
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system, or a ceiling, says.
        source: model_hold::Error,
    },
    /// The path leads to a file.
    NoFolder,
    /// There are more files than data has.
    TooManyFiles,
    /// There are more bytes than data has.
    TooManyBytes,
    /// A file that rule data has is not there.
    Missing(&'static str),
    /// A file is none of those that rule data has.
    UnknownFile(String),
    /// A file is not UTF-8.
    NotText {
        /// Its path in the folder.
        path: String,
        /// The first byte that is not.
        at: usize,
    },
    /// A line of the manifest is malformed.
    Manifest {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        kind: ManifestErrorKind,
    },
    /// A list is malformed.
    List {
        /// The path in the folder; `None` if the lists contradict each other.
        path: Option<String>,
        /// What is wrong.
        source: ListError,
    },
    /// The verifier refused it.
    Refused(Box<dyn StdError + Send + Sync>),
}

/// What is wrong with a line of a manifest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ManifestErrorKind {
    /// It is not a key, a tab and a value.
    NoPair,
    /// The key is none that a manifest has.
    UnknownKey,
    /// The key came before.
    Twice,
    /// The format is one that this version does not read.
    UnknownFormat,
    /// The value has characters other than letters, digits, `.`, `-`, `_` and `+`, or is too long.
    BadValue,
    /// Behind the last line: a key is missing.
    MissingKey,
}

impl fmt::Display for ManifestErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPair => "expected a key, a tab and a value",
            Self::UnknownKey => "unknown key, expected `format`, `name` or `version`",
            Self::Twice => "a key that came before",
            Self::UnknownFormat => "a format that this version does not read, expected `1`",
            Self::BadValue => "expected at most 64 letters, digits, `.`, `-`, `_` and `+`",
            Self::MissingKey => "`format`, `name` or `version` is missing",
        })
    }
}

impl fmt::Display for RuleDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &str| escape_shortened(path, 200);
        match self {
            Self::Unreadable { path, source } => {
                write!(f, "`{}`: {}", shown(&path_text(path).0), source.kind())
            }
            Self::NoFolder => f.write_str("it is no folder"),
            Self::TooManyFiles => write!(f, "there are more than {FILES} files"),
            Self::TooManyBytes => write!(f, "the files have more than {BYTES} bytes"),
            Self::Missing(name) => write!(f, "there is no `{name}`"),
            Self::UnknownFile(path) => {
                write!(f, "`{}` is no file that rule data has", shown(path))
            }
            Self::NotText { path, at } => {
                write!(f, "`{}` is not UTF-8 from byte {at} on", shown(path))
            }
            Self::Manifest { line, kind } => write!(f, "`{MANIFEST}:{line}`: {kind}"),
            Self::List { path: None, source } => source.fmt(f),
            Self::List {
                path: Some(path),
                source,
            } => match source.line() {
                Some(line) => write!(f, "`{}:{line}`: {}", shown(path), source.kind()),
                None => write!(f, "`{}`: {source}", shown(path)),
            },
            Self::Refused(why) => write!(f, "it is refused: {why}"),
        }
    }
}

impl StdError for RuleDataError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::List { source, .. } => Some(source),
            Self::Refused(source) => Some(&**source),
            _ => None,
        }
    }
}

/// Says what the data is.
const MANIFEST: &str = "manifest";
/// The list of names that are capable of harm; data without one would find nothing.
const CAPABLE: &str = "capable.list";
const ALIASES: &str = "aliases.list";
/// Files in the folder; the built-in lists come from 41.
const FILES: usize = 1_000;
/// Bytes in all files together; the built-in lists have 3.6 MiB.
const BYTES: u64 = 64 << 20;
/// Longest name or version.
const LONGEST: usize = 64;
/// Digits of the digest that reports show, enough to tell one state from another.
const DIGITS: usize = 16;

/// What a file of the folder is.
enum Role {
    Manifest,
    List(ListKind),
    /// Something for the verifier, or for people.
    Aside,
}

impl RuleData {
    /// Reads rule data from a folder, lets `verifier` decide on it, and puts its lists together.
    ///
    /// # Limits
    /// 1,000 files and 64 MiB in all.
    ///
    /// # Errors
    /// [`RuleDataError`]; where it is about a line, it says which.
    pub fn read(
        folder: impl AsRef<Path>,
        verifier: &dyn RuleDataVerifier,
    ) -> Result<Self, RuleDataError> {
        let files = read(folder.as_ref())?;
        verifier.verify(&files).map_err(RuleDataError::Refused)?;

        let mut manifest = None;
        let mut lists: Vec<(&str, ListFile<'_>)> = Vec::new();
        for file in &files {
            let role =
                role(&file.path).ok_or_else(|| RuleDataError::UnknownFile(file.path.clone()))?;
            let text = || {
                std::str::from_utf8(&file.bytes).map_err(|error| RuleDataError::NotText {
                    path: file.path.clone(),
                    at: error.valid_up_to(),
                })
            };
            match role {
                Role::Manifest => manifest = Some(Manifest::read(text()?)?),
                Role::List(kind) => lists.push((&file.path, ListFile::new(kind, text()?))),
                Role::Aside => {}
            }
        }
        let Manifest { name, version } = manifest.ok_or(RuleDataError::Missing(MANIFEST))?;
        for wanted in [CAPABLE, ALIASES] {
            if !lists.iter().any(|(path, _)| *path == wanted) {
                return Err(RuleDataError::Missing(wanted));
            }
        }
        let texts: Vec<ListFile<'_>> = lists.iter().map(|(_, file)| *file).collect();
        let merged = OwnedLists::merge(&texts).map_err(|source| {
            let file = source.file().and_then(|number| lists.get(number));
            let path = file.map(|(path, _)| (*path).to_owned());
            RuleDataError::List { path, source }
        })?;
        let digest = digest(&files);
        let digits = digest.to_hex();
        let digits = digits.get(..DIGITS).unwrap_or(&digits);
        Ok(Self {
            lists: merged.with_version(format!("{name}@{version}:{digits}")),
            name,
            version,
            digest,
            files: files.len(),
        })
    }

    /// Returns the name that the manifest gives.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version that the manifest gives.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the digest of all files, paths and contents.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns how many files there are.
    #[must_use]
    pub const fn files(&self) -> usize {
        self.files
    }

    /// Returns the lists. Their version is name, version and the first digits of the digest, as in
    /// `community@2026.11:0123456789abcdef`.
    #[must_use]
    pub fn lists(&self) -> Lists<'_> {
        self.lists.lists()
    }

    /// Lists the names that are capable of harm by the lists that are compiled in and not by these.
    #[must_use]
    pub fn weaker_than_built_in(&self) -> Vec<String> {
        self.lists.weaker_than(&Lists::built_in())
    }
}

/// Reads every file of the folder, sorted by path.
fn read(folder: &Path) -> Result<Vec<RuleDataFile>, RuleDataError> {
    let unreadable = |path: &Path, source| RuleDataError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let root = Root::open(folder).map_err(|error| unreadable(folder, error))?;
    if !root.is_folder() {
        return Err(RuleDataError::NoFolder);
    }
    let mut left = BYTES;
    let mut files = Vec::new();
    for item in root.walk(&WalkLimits::default().with_entries(length(FILES).saturating_mul(2))) {
        let entry = match item {
            Item::File(entry) => entry,
            Item::Repeat(_) => continue,
            Item::Problem(error) => {
                let path = error.path().to_owned();
                return Err(unreadable(&path, error));
            }
        };
        if files.len() >= FILES {
            return Err(RuleDataError::TooManyFiles);
        }
        let held = root
            .open_file(&entry.path)
            .map_err(|error| unreadable(&entry.path, error))?;
        left = left
            .checked_sub(held.len())
            .ok_or(RuleDataError::TooManyBytes)?;
        let bytes = held
            .read_to_vec(BYTES)
            .map_err(|error| unreadable(&entry.path, error))?;
        let parts: Vec<String> = entry
            .path
            .iter()
            .map(|part| path_text(Path::new(part)).0)
            .collect();
        files.push(RuleDataFile {
            path: parts.join("/"),
            bytes,
        });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn role(path: &str) -> Option<Role> {
    Some(match path.split_once('/') {
        None if path == MANIFEST => Role::Manifest,
        None if path == CAPABLE => Role::List(ListKind::Capable),
        None if path == ALIASES => Role::List(ListKind::Aliases),
        // A signature, and what is for people.
        None if path.starts_with("manifest.") || path.starts_with("README") => Role::Aside,
        None if path.starts_with("LICENSE") => Role::Aside,
        // Lies beside the built-in lists for the decompiler; nothing is judged by it.
        None if path == "python2.list" => Role::Aside,
        Some(("functions", name)) if is_list(name) => Role::List(ListKind::Functions),
        Some(("classes", name)) if is_list(name) => Role::List(ListKind::Classes),
        _ => return None,
    })
}

fn is_list(name: &str) -> bool {
    name.strip_suffix(".list")
        .is_some_and(|stem| !stem.is_empty() && !stem.contains('/'))
}

fn digest(files: &[RuleDataFile]) -> Digest {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    hasher.update(b"weighbridge.rule-data/1");
    for file in files {
        for part in [file.path.as_bytes(), &file.bytes] {
            hasher.update(&length(part.len()).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finish()
}

/// What the data is called.
struct Manifest {
    name: String,
    version: String,
}

impl Manifest {
    fn read(text: &str) -> Result<Self, RuleDataError> {
        let [mut format, mut name, mut version] = [None, None, None];
        let mut lines = 0_usize;
        for line in text.lines() {
            lines = lines.saturating_add(1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fault = |kind| RuleDataError::Manifest { line: lines, kind };
            let (key, value) = line
                .split_once('\t')
                .ok_or_else(|| fault(ManifestErrorKind::NoPair))?;
            let slot = match key {
                "format" => &mut format,
                "name" => &mut name,
                "version" => &mut version,
                _ => return Err(fault(ManifestErrorKind::UnknownKey)),
            };
            if slot.is_some() {
                return Err(fault(ManifestErrorKind::Twice));
            }
            let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
            if value.is_empty() || value.len() > LONGEST || !value.chars().all(is_plain) {
                return Err(fault(ManifestErrorKind::BadValue));
            }
            if key == "format" && value != "1" {
                return Err(fault(ManifestErrorKind::UnknownFormat));
            }
            *slot = Some(value.to_owned());
        }
        match (format, name, version) {
            (Some(_), Some(name), Some(version)) => Ok(Self { name, version }),
            _ => Err(RuleDataError::Manifest {
                line: lines,
                kind: ManifestErrorKind::MissingKey,
            }),
        }
    }
}
