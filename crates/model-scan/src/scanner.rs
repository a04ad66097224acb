use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use findings::{Coverage, Finding};
use model_digest::{Algorithm, Digest, Hasher, Source as _};
use model_hold::{Held, Item, Links, Root, WalkLimits};
use pickle_vm::Lists;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::admission;
use crate::clock::Deadline;
use crate::filter::{Excluded, Filter};
use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::model_folder::{Extent, Folders, Found, Judgement, Scanned};
use crate::options::{Digests, Options};
use crate::pickles::PickleStream;
use crate::report::{Report, Target, path_text};
use crate::rules::{FILE_CHANGED, LIMIT_REACHED, UNREADABLE_FILE};
use crate::shadow::ModuleFiles;
use crate::sniff;

/// Bytes that are hashed between two looks at the clock, some hundredths of a second. A file of no more is
/// hashed even if its time is up.
const HASHED_AT_ONCE: usize = 16 << 20;

/// What reports call a file that could not be opened or read.
const UNREADABLE: &str = "unreadable";

/// Scans files: built once, used from any thread.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    options: Options,
}

/// Why nothing could be scanned at all. Whatever concerns one file is in its [`Target`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path that was given does not exist.
    #[error("`{}` does not exist", findings::escape(&path_text(path).0))]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The threads could not be started.
    #[error("the threads that scan could not be started")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Is told how a scan goes on, from any thread.
pub trait Progress: Sync {
    /// So many files were found in all.
    fn found(&self, files: u64);
    /// One more file was scanned.
    fn scanned(&self, target: &Target);
}

/// Takes no notice.
impl Progress for () {
    fn found(&self, _: u64) {}
    fn scanned(&self, _: &Target) {}
}

/// A file to be scanned.
enum Job<'r> {
    File {
        root: &'r Opened,
        /// Below the root; empty if the root is the file.
        below: PathBuf,
        /// The names of links that lead to it too.
        links: Vec<PathBuf>,
    },
    /// What could not be opened, and why.
    Problem { path: PathBuf, reason: String },
}

impl Job<'_> {
    /// The path that reports show.
    fn path(&self) -> PathBuf {
        match self {
            Self::Problem { path, .. } => path.clone(),
            Self::File { root, below, .. } if below.as_os_str().is_empty() => root.path.clone(),
            Self::File { root, below, .. } => root.path.join(below),
        }
    }
}

/// Everything that is to be scanned.
#[derive(Default)]
struct Jobs<'r> {
    jobs: Vec<Job<'r>>,
    folders: Folders,
    excluded: Excluded,
}

/// Where a file lies in a folder that is scanned.
struct Place<'j> {
    modules: &'j ModuleFiles,
    /// Below the root.
    below: &'j Path,
    /// The names of links that lead to it too.
    links: &'j [PathBuf],
}

impl Place<'_> {
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.links.iter().map(|link| path_text(link).0)
    }
}

/// A path that was given.
struct Opened {
    path: PathBuf,
    root: Root,
    modules: ModuleFiles,
}

impl Scanner {
    /// Prepares to scan.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    pub(crate) const fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the lists of known names that it judges by.
    #[must_use]
    pub fn lists(&self) -> Lists<'_> {
        self.options.lists()
    }

    /// Scans bytes that go by a name.
    ///
    /// # Examples
    /// ```
    /// use model_scan::{Options, Scanner, Verdict};
    ///
    /// let scanner = Scanner::new(Options::default());
    /// let target = scanner.scan_bytes("model.pkl", b"\x80\x04}\x94.");
    /// assert_eq!(target.verdict, Verdict::Clean);
    /// let target = scanner.scan_bytes("model.pkl", b"cos\nsystem\n(S'id'\ntR.");
    /// assert_eq!(target.verdict, Verdict::Dangerous);
    /// ```
    #[must_use]
    pub fn scan_bytes(&self, name: &str, bytes: &[u8]) -> Target {
        let deadline = self.deadline();
        let (inspection, _) = self.inspect(&[name], bytes, &deadline);
        let digest = self.digest(bytes, &inspection, &deadline);
        let scanned = Scanned {
            speaks_of: inspection.speaks_of,
            target: target(PathBuf::from(name), length(bytes.len()), inspection, digest),
            stamp: None,
        };
        scanned.into_target()
    }

    /// Scans what a reader gives, up to [`Limits::stdin_bytes`](crate::Limits::stdin_bytes), which are held in
    /// memory. What is longer, or cannot be read to its end, is undecided. A time limit begins to count when
    /// everything is there.
    #[must_use]
    pub fn scan_reader(&self, name: &str, reader: impl Read) -> Target {
        let limit = self.options.limits.stdin_bytes;
        match Held::from_reader(name, reader, limit) {
            Ok(held) => self.scan_held(Path::new(name), &held, None).into_target(),
            Err(error) => unreadable(PathBuf::from(name), &error.kind().to_string()),
        }
    }

    /// Scans files and everything below folders, side by side, and reports in the order of the paths given;
    /// within a folder in the order of the bytes of the paths.
    ///
    /// Links are followed once, if they stay within the folder given, or within the repository of a Hugging
    /// Face cache that the folder belongs to; others are reported.
    ///
    /// # Errors
    /// [`Error::NotFound`] if a path that was given does not exist, before anything is scanned;
    /// [`Error::Threads`]. A file that cannot be opened or read is a target that is undecided.
    pub fn scan_paths<P: AsRef<Path>>(
        &self,
        paths: &[P],
        progress: &dyn Progress,
    ) -> Result<Report, Error> {
        for path in paths {
            let path = path.as_ref();
            if matches!(path.symlink_metadata(), Err(error) if error.kind() == std::io::ErrorKind::NotFound)
            {
                return Err(Error::NotFound {
                    path: path.to_owned(),
                });
            }
        }
        let mut opened = Vec::new();
        for path in paths {
            opened.push(self.open(path.as_ref()));
        }
        let mut all = Jobs::default();
        for (number, root) in opened.iter().enumerate() {
            match root {
                Ok(root) => self.jobs(root, number, &mut all),
                Err((path, reason)) => all.jobs.push(Job::Problem {
                    path: path.clone(),
                    reason: reason.clone(),
                }),
            }
        }
        progress.found(length(all.jobs.len()));
        let mut threads = rayon::ThreadPoolBuilder::new();
        if let Some(jobs) = self.options.jobs {
            threads = threads.num_threads(jobs.get());
        }
        let threads = threads
            .build()
            .map_err(|error| Error::Threads(Box::new(error)))?;
        Ok(threads.install(|| self.carry_out(&opened, &all, progress)))
    }

    /// Scans files side by side, and then the folders that they lie in.
    fn carry_out(
        &self,
        opened: &[Result<Opened, (PathBuf, String)>],
        all: &Jobs<'_>,
        progress: &dyn Progress,
    ) -> Report {
        let scan = |job: &Job<'_>| {
            // A fault of ours in one file must not take the answers about the others away.
            let scanned = catch_unwind(AssertUnwindSafe(|| self.run(job))).unwrap_or_else(|_| {
                unreadable(job.path(), "the scanner failed on this file").into()
            });
            progress.scanned(&scanned.target);
            scanned
        };
        let mut scanned: Vec<Scanned> = all.jobs.par_iter().map(scan).collect();
        let roots: Vec<Option<&Root>> = opened
            .iter()
            .map(|opened| opened.as_ref().ok().map(|opened| &opened.root))
            .collect();
        let judgements: Vec<(usize, Judgement)> = all
            .folders
            .par_iter()
            .flat_map_iter(|folder| self.judge_folder(folder, &roots, &scanned))
            .collect();
        for (number, judgement) in judgements {
            if let Some(scanned) = scanned.get_mut(number) {
                judgement.apply(scanned);
            }
        }
        Report {
            targets: scanned.into_iter().map(Scanned::into_target).collect(),
            excluded: all.excluded.clone(),
        }
    }

    fn open(&self, path: &Path) -> Result<Opened, (PathBuf, String)> {
        let options = model_hold::Options::default().with_links(Links::WithinCache);
        match Root::open_with(path, &options) {
            Ok(root) => {
                // A file that is given alone lies in no folder that is scanned.
                let modules = if root.is_folder() {
                    let filter = self.options.filter.as_deref();
                    ModuleFiles::below(&root, &self.walk_limits(), &|below| {
                        enters(filter, path, below)
                    })
                } else {
                    ModuleFiles::default()
                };
                Ok(Opened {
                    path: path.to_owned(),
                    root,
                    modules,
                })
            }
            Err(error) => Err((path.to_owned(), error.kind().to_string())),
        }
    }

    fn walk_limits(&self) -> WalkLimits {
        WalkLimits::default().with_entries(self.options.limits.files)
    }

    fn jobs<'r>(&self, root: &'r Opened, number: usize, all: &mut Jobs<'r>) {
        let Jobs {
            jobs,
            folders,
            excluded,
        } = all;
        if !root.root.is_folder() {
            let found = Found {
                root: number,
                below: PathBuf::new(),
                number: Some(jobs.len()),
            };
            folders.note(&root.path, found, Extent::Some);
            jobs.push(Job::File {
                root,
                below: PathBuf::new(),
                links: Vec::new(),
            });
            return;
        }
        let filter = self.options.filter.as_deref();
        let takes = |below: &Path| filter.is_none_or(|filter| filter.takes(&root.path, below));
        let mut by_path = HashMap::new();
        let closed = RefCell::new(Excluded::default());
        let enter = |below: &Path| {
            let enters = enters(filter, &root.path, below);
            if !enters {
                closed.borrow_mut().folder(root.path.join(below));
            }
            enters
        };
        for item in root.root.walk(&self.walk_limits()).entering(&enter) {
            // Folders that were left out since the last item stand before it.
            excluded.add(closed.take());
            if let Item::File(entry) = &item {
                let first = entry.repeats.as_ref().filter(|_| entry.link.is_some());
                let found = Found {
                    root: number,
                    below: entry.path.clone(),
                    number: match first.and_then(|first| by_path.get(first)) {
                        Some(first) => Some(*first),
                        None => takes(&entry.path).then_some(jobs.len()),
                    },
                };
                folders.note(&root.path.join(&entry.path), found, Extent::All);
            }
            match item {
                // The same file under another name is scanned once, if it is under that one.
                Item::File(entry)
                    if entry.link.is_some()
                        && entry.repeats.as_ref().is_some_and(|first| takes(first)) =>
                {
                    let first = entry.repeats.and_then(|first| by_path.get(&first));
                    if let Some(Job::File { links, .. }) = first.and_then(|at| jobs.get_mut(*at)) {
                        links.push(entry.path);
                    }
                }
                Item::File(entry) if !takes(&entry.path) => {
                    excluded.file(root.path.join(entry.path));
                }
                Item::File(entry) => {
                    by_path.insert(entry.path.clone(), jobs.len());
                    jobs.push(Job::File {
                        root,
                        below: entry.path,
                        links: Vec::new(),
                    });
                }
                Item::Repeat(_) => {}
                Item::Problem(error) => jobs.push(Job::Problem {
                    path: root.path.join(error.path()),
                    reason: error.kind().to_string(),
                }),
            }
        }
        excluded.add(closed.take());
    }

    fn run(&self, job: &Job<'_>) -> Scanned {
        match job {
            Job::Problem { path, reason } => unreadable(path.clone(), reason).into(),
            Job::File { root, below, links } => {
                let path = job.path();
                let place = Place {
                    modules: &root.modules,
                    below,
                    links,
                };
                match root.root.open_file(below) {
                    Ok(held) => self.scan_held(&path, &held, Some(&place)),
                    Err(error) => unreadable(path, &error.kind().to_string()).into(),
                }
            }
        }
    }

    /// Scans a file that is held and has this place in a folder that is scanned.
    fn scan_held(&self, path: &Path, held: &Held, place: Option<&Place<'_>>) -> Scanned {
        let deadline = self.deadline();
        let mapped = match held.map() {
            Ok(mapped) => mapped,
            Err(error) => return unreadable(path.to_owned(), &error.kind().to_string()).into(),
        };
        let mut names = vec![path_text(path).0];
        names.extend(place.iter().flat_map(|place| place.names()));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (mut inspection, modules) = self.inspect(&names, &mapped, &deadline);
        let shadowing = place.and_then(|place| place.modules.shadowing(place.below, &modules));
        inspection.findings.extend(shadowing);
        let digest = self.digest(&mapped, &inspection, &deadline);
        let change = match (mapped.was_truncated(), held.changed()) {
            (Ok(false), Ok(None)) => None,
            (Ok(true), _) => Some("the file became shorter while it was read".to_owned()),
            (_, Ok(Some(change))) => Some(format!("the file changed while it was read: {change}")),
            (Err(error), _) | (_, Err(error)) => Some(format!(
                "whether the file changed while it was read cannot be told: {error}"
            )),
        };
        if let Some(change) = change {
            inspection.undecided(&FILE_CHANGED, change, 0..held.len());
        }
        Scanned {
            speaks_of: inspection.speaks_of,
            target: target(path.to_owned(), held.len(), inspection, digest),
            stamp: held.stamp(),
        }
    }

    pub(crate) fn deadline(&self) -> Deadline {
        Deadline::start(self.options.time_limit.as_ref())
    }

    /// Looks into bytes that go by these names. The first one that promises something counts: a cache keeps
    /// its files under names that say nothing, and the links to them say what they are.
    fn inspect(
        &self,
        names: &[&str],
        bytes: &[u8],
        deadline: &Deadline,
    ) -> (Inspection, Vec<String>) {
        let mut inspector = Inspector::new(&self.options, bytes.len(), deadline.clone());
        let name = names
            .iter()
            .find(|name| sniff::promise(name).is_some())
            .or(names.first())
            .copied()
            .unwrap_or_default();
        let mut inspection = inspector.inspect(name, bytes, self.options.limits.nesting);
        if let Some(formats) = &self.options.formats {
            admission::judge(formats, name, names, bytes, &mut inspection);
        }
        if deadline.was_met() {
            self.out_of_time(&mut inspection);
        }
        (inspection, inspector.modules.into_iter().collect())
    }

    /// Says that the file took too long. Whatever was found before stays.
    fn out_of_time(&self, inspection: &mut Inspection) {
        let seconds = self
            .options
            .time_limit
            .as_ref()
            .map_or(0.0, |time| time.limit.as_secs_f64());
        inspection.undecided(
            &LIMIT_REACHED,
            format!("the {seconds} s that one file may take were over before all of it was read"),
            0..inspection.coverage.bytes(),
        );
    }

    /// Takes the digest of the bytes that were scanned, if one is wanted.
    fn digest(&self, bytes: &[u8], inspection: &Inspection, deadline: &Deadline) -> Option<Digest> {
        let wanted = match self.options.digests {
            Digests::None => false,
            Digests::WithFindings => !inspection.findings.is_empty(),
            Digests::All => true,
        };
        if !wanted {
            return None;
        }
        let mut hasher = Hasher::new(Algorithm::Sha256);
        for chunk in bytes.chunks(HASHED_AT_ONCE) {
            // What was read in time is not undone by a digest that takes longer; there is none then.
            if bytes.len() > HASHED_AT_ONCE && deadline.has_passed() {
                return None;
            }
            hasher.update(chunk);
        }
        Some(hasher.finish())
    }

    /// Hands every pickle in a file to a visitor, in the order in which a scan comes to them.
    pub fn pickles(&self, name: &str, bytes: &[u8], visit: &mut dyn FnMut(PickleStream<'_>)) {
        Inspector::new(&self.options, bytes.len(), self.deadline())
            .with_visitor(visit)
            .inspect(name, bytes, self.options.limits.nesting);
    }
}

fn enters(filter: Option<&dyn Filter>, root: &Path, below: &Path) -> bool {
    filter.is_none_or(|filter| filter.enters(root, below))
}

fn target(path: PathBuf, size: u64, inspection: Inspection, digest: Option<Digest>) -> Target {
    let mut findings = inspection.findings.clone();
    sort(&mut findings);
    Target {
        path,
        verdict: inspection.verdict(),
        floor: inspection.floor(),
        digest,
        complete: inspection.is_complete() && !inspection.unsupported,
        kind: inspection.kind,
        size,
        findings,
        coverage: inspection.coverage,
        members: inspection.members,
    }
}

/// Sorts findings by their place. A broken stream or a limit stops a pickle; findings of one place stay in the
/// order they were made.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (&a.location.member, a.location.stream, a.location.byte_start).cmp(&(
            &b.location.member,
            b.location.stream,
            b.location.byte_start,
        ))
    });
}

/// A file that could not be opened or read.
fn unreadable(path: PathBuf, reason: &str) -> Target {
    let mut inspection = Inspection::new(UNREADABLE, 0);
    inspection.coverage = Coverage::new(0);
    inspection.undecided(&UNREADABLE_FILE, reason, 0..0);
    target(path, 0, inspection, None)
}
