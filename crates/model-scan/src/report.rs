use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use findings::{Coverage, Finding, Severity};
use model_digest::Digest;

use crate::filter::Excluded;

/// What is to be thought of a file.
///
/// The order is the order in which a report cares: what is worse comes later.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a gate must decide on each verdict; a new one is a breaking change"
)]
pub enum Verdict {
    /// Text, configuration or an image that no loader executes.
    Passive,
    /// Everything was read and nothing worse than low was found.
    Clean,
    /// A recognised weight, archive or code format that is not judged yet.
    Unsupported,
    /// Something that should have been read was not.
    Undecided,
    /// There is a finding of medium severity.
    Suspicious,
    /// There is a finding of high or critical severity.
    Dangerous,
}

impl Verdict {
    /// Every verdict, in the order of the variants.
    pub const ALL: [Self; 6] = [
        Self::Passive,
        Self::Clean,
        Self::Unsupported,
        Self::Undecided,
        Self::Suspicious,
        Self::Dangerous,
    ];

    /// Returns the lower-case word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Clean => "clean",
            Self::Unsupported => "unsupported",
            Self::Undecided => "undecided",
            Self::Suspicious => "suspicious",
            Self::Dangerous => "dangerous",
        }
    }

    /// Returns the verdict on a file with a worst finding and a verdict that it has beside its findings, see
    /// [`Target::floor`].
    #[must_use]
    pub const fn of(worst: Option<Severity>, floor: Self) -> Self {
        match worst {
            Some(Severity::High | Severity::Critical) => Self::Dangerous,
            Some(Severity::Medium) => Self::Suspicious,
            _ => floor,
        }
    }

    /// Says whether something was found: dangerous or suspicious.
    #[must_use]
    pub const fn is_flagged(self) -> bool {
        matches!(self, Self::Dangerous | Self::Suspicious)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was read of one file, and what is to be thought of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The path as it was given, or as it was found under a folder that was given.
    pub path: PathBuf,
    /// What the file is by its content, such as `torch zip`.
    pub kind: String,
    /// Size in bytes.
    pub size: u64,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// What would be to be thought of it if it had no findings: whatever was not read or not judged stays
    /// so. Never [flagged](Verdict::is_flagged), and *clean* or *passive* only if everything was read.
    pub floor: Verdict,
    /// Whether everything in it was read and judged.
    pub complete: bool,
    /// The digest of the very bytes that were scanned, if [`Options::digests`](crate::Options::digests) asks
    /// for it; `None` too for a file that could not be read, and for one of more than 16 MiB that took all
    /// its time.
    pub digest: Option<Digest>,
    /// What was found, by location.
    pub findings: Vec<Finding>,
    /// Which bytes of the file were read as what.
    pub coverage: Coverage,
    /// The members, if the file is a container; members of members follow their container.
    pub members: Vec<Member>,
}

impl Target {
    /// Settles the verdict anew, after findings were taken away or their severity was changed.
    ///
    /// Whatever is done to the findings, a file of which something was not read is never *clean*.
    pub fn settle(&mut self) {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        self.verdict = Verdict::of(worst, self.floor);
    }
}

/// A member of a container.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// Its name, escaped; members of members joined by `!`.
    pub name: String,
    /// What it is by its content.
    pub kind: String,
    /// Size in bytes, decompressed.
    pub bytes: u64,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// Whether its check sum was compared.
    pub crc: CrcCheck,
    /// How many of its bytes were read as something.
    pub accounted: u64,
}

/// Whether the check sum of a member was compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CrcCheck {
    /// There is none.
    None,
    /// It holds.
    Ok,
    /// It does not hold.
    Mismatch,
    /// It was not compared: raw storage is only read in full on request.
    NotChecked,
}

impl CrcCheck {
    /// Returns the word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ok => "ok",
            Self::Mismatch => "mismatch",
            Self::NotChecked => "not_checked",
        }
    }
}

/// What was read of everything that was given.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One entry for each file given or walked, in the order given, within a folder by the bytes of the
    /// path.
    pub targets: Vec<Target>,
    /// What was not scanned because [`Options::filter`](crate::Options::filter) says so.
    pub excluded: Excluded,
}

/// Counts over a [`Report`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// How many files.
    pub files: u64,
    /// How many files of each verdict.
    pub by_verdict: BTreeMap<Verdict, u64>,
    /// How many findings of each severity.
    pub findings: BTreeMap<Severity, u64>,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes that were read as something.
    pub accounted: u64,
    /// Whether everything in every file was read; passive files do not count.
    pub complete: bool,
}

impl Report {
    /// Counts files, verdicts, findings and bytes.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            complete: true,
            by_verdict: Verdict::ALL.map(|verdict| (verdict, 0)).into(),
            findings: Severity::ALL.map(|severity| (severity, 0)).into(),
            ..Summary::default()
        };
        let add = |count: &mut u64, by: u64| *count = count.saturating_add(by);
        for target in &self.targets {
            add(&mut summary.files, 1);
            add(summary.by_verdict.entry(target.verdict).or_default(), 1);
            for finding in &target.findings {
                add(summary.findings.entry(finding.severity).or_default(), 1);
            }
            add(&mut summary.bytes, target.size);
            add(&mut summary.accounted, target.coverage.accounted());
            summary.complete &= target.complete;
        }
        summary
    }
}

/// Writes a path as text: what is not UTF-8 is percent-escaped, and so is `%` then; says whether
/// anything was.
#[must_use]
pub fn path_text(path: &Path) -> (String, bool) {
    match path.to_str() {
        Some(text) => (text.to_owned(), false),
        None => (percent_escaped(path.as_os_str()), true),
    }
}

fn percent_escaped(path: &OsStr) -> String {
    let mut text = String::new();
    for chunk in path.as_encoded_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
