use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use findings::Coverage;
use model_digest::Source as _;
use model_hold::{Held, Item, Links, Root, WalkLimits};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::options::Options;
use crate::pickles::PickleStream;
use crate::report::{Report, Target, Verdict, path_text};
use crate::rules::{FILE_CHANGED, UNREADABLE_FILE};
use crate::shadow::ModuleFiles;

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
    },
    /// What could not be opened, and why.
    Problem { path: PathBuf, reason: String },
}

impl Job<'_> {
    /// The path that reports show.
    fn path(&self) -> PathBuf {
        match self {
            Self::Problem { path, .. } => path.clone(),
            Self::File { root, below } if below.as_os_str().is_empty() => root.path.clone(),
            Self::File { root, below } => root.path.join(below),
        }
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
        let (inspection, _) = self.inspect(name, bytes);
        target(PathBuf::from(name), length(bytes.len()), inspection)
    }

    /// Scans what a reader gives, up to [`Limits::stdin_bytes`](crate::Limits::stdin_bytes), which are held in
    /// memory. What is longer, or cannot be read to its end, is undecided.
    #[must_use]
    pub fn scan_reader(&self, name: &str, reader: impl Read) -> Target {
        let limit = self.options.limits.stdin_bytes;
        match Held::from_reader(name, reader, limit) {
            Ok(held) => self.scan_held(Path::new(name), &held).0,
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
        let mut jobs = Vec::new();
        for root in &opened {
            match root {
                Ok(root) => self.jobs(root, &mut jobs),
                Err((path, reason)) => jobs.push(Job::Problem {
                    path: path.clone(),
                    reason: reason.clone(),
                }),
            }
        }
        progress.found(length(jobs.len()));
        let scan = |job: &Job<'_>| {
            // A fault of ours in one file must not take the answers about the others away.
            let target = catch_unwind(AssertUnwindSafe(|| self.run(job)))
                .unwrap_or_else(|_| unreadable(job.path(), "the scanner failed on this file"));
            progress.scanned(&target);
            target
        };
        let targets = if jobs.len() < 2 {
            jobs.iter().map(scan).collect()
        } else {
            let mut threads = rayon::ThreadPoolBuilder::new();
            if let Some(jobs) = self.options.jobs {
                threads = threads.num_threads(jobs.get());
            }
            let threads = threads
                .build()
                .map_err(|error| Error::Threads(Box::new(error)))?;
            threads.install(|| jobs.par_iter().map(scan).collect())
        };
        Ok(Report { targets })
    }

    fn open(&self, path: &Path) -> Result<Opened, (PathBuf, String)> {
        let options = model_hold::Options::default().with_links(Links::WithinCache);
        match Root::open_with(path, &options) {
            Ok(root) => {
                // A file that is given alone lies in no folder that is scanned.
                let modules = if root.is_folder() {
                    ModuleFiles::below(&root, &self.walk_limits())
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

    fn jobs<'r>(&self, root: &'r Opened, jobs: &mut Vec<Job<'r>>) {
        if !root.root.is_folder() {
            jobs.push(Job::File {
                root,
                below: PathBuf::new(),
            });
            return;
        }
        for item in root.root.walk(&self.walk_limits()) {
            match item {
                // The same file under another name is scanned once.
                Item::File(entry) if entry.repeats.is_some() && entry.link.is_some() => {}
                Item::File(entry) => jobs.push(Job::File {
                    root,
                    below: entry.path,
                }),
                Item::Repeat(_) => {}
                Item::Problem(error) => jobs.push(Job::Problem {
                    path: root.path.join(error.path()),
                    reason: error.kind().to_string(),
                }),
            }
        }
    }

    fn run(&self, job: &Job<'_>) -> Target {
        match job {
            Job::Problem { path, reason } => unreadable(path.clone(), reason),
            Job::File { root, below } => {
                let path = job.path();
                match root.root.open_file(below) {
                    Ok(held) => {
                        let (mut target, modules) = self.scan_held(&path, &held);
                        if let Some(finding) = root.modules.shadowing(below, &modules) {
                            target.findings.push(finding);
                            target.verdict = Verdict::Dangerous;
                        }
                        target
                    }
                    Err(error) => unreadable(path, &error.kind().to_string()),
                }
            }
        }
    }

    /// Scans a file that is held. Returns the modules that its pickles import too.
    fn scan_held(&self, path: &Path, held: &Held) -> (Target, Vec<String>) {
        let mapped = match held.map() {
            Ok(mapped) => mapped,
            Err(error) => {
                return (
                    unreadable(path.to_owned(), &error.kind().to_string()),
                    Vec::new(),
                );
            }
        };
        let (name, _) = path_text(path);
        let (mut inspection, modules) = self.inspect(&name, &mapped);
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
        (target(path.to_owned(), held.len(), inspection), modules)
    }

    fn inspect(&self, name: &str, bytes: &[u8]) -> (Inspection, Vec<String>) {
        let mut inspector = Inspector::new(&self.options, bytes.len());
        let inspection = inspector.inspect(name, bytes, self.options.limits.nesting);
        (inspection, inspector.modules.into_iter().collect())
    }

    /// Hands every pickle in a file to a visitor, in the order in which a scan comes to them.
    pub fn pickles(&self, name: &str, bytes: &[u8], visit: &mut dyn FnMut(PickleStream<'_>)) {
        Inspector::new(&self.options, bytes.len())
            .with_visitor(visit)
            .inspect(name, bytes, self.options.limits.nesting);
    }
}

fn target(path: PathBuf, size: u64, inspection: Inspection) -> Target {
    let mut findings = inspection.findings.clone();
    // A broken stream or a limit stops a pickle; findings of one place stay in the order they were made.
    findings.sort_by(|a, b| {
        (&a.location.member, a.location.stream, a.location.byte_start).cmp(&(
            &b.location.member,
            b.location.stream,
            b.location.byte_start,
        ))
    });
    Target {
        path,
        verdict: inspection.verdict(),
        complete: inspection.is_complete() && !inspection.unsupported,
        kind: inspection.kind,
        size,
        findings,
        coverage: inspection.coverage,
        members: inspection.members,
    }
}

/// A file that could not be opened or read.
fn unreadable(path: PathBuf, reason: &str) -> Target {
    let mut inspection = Inspection::new("unreadable", 0);
    inspection.coverage = Coverage::new(0);
    inspection.undecided(&UNREADABLE_FILE, reason, 0..0);
    target(path, 0, inspection)
}
