use std::collections::{HashMap, HashSet};

use model_digest::Watch;

use super::hash::{Request, bytes_of, hash_all};
use super::rules::{Links, Rules, UnsignedFiles};
use crate::files::{Entry, EntryKind, EntryName, FileFault, ModelFiles, Nature, Reach, Shape};
use crate::oms::{self, DEFAULT_IGNORES, File, IgnorePaths, Manifest, Symlinks};
use crate::{
    ArtifactError, Discrepancy, DiscrepancyKind, Error, IgnoreOrigin, Ignored, Listing, Relaxation,
    Uncovered,
};

/// Compares a model with a manifest that is to be believed.
pub(super) fn compare<F: ModelFiles>(
    files: &F,
    manifest: &Manifest,
    rules: &Rules,
    relaxations: &mut Vec<Relaxation>,
    watch: &dyn Watch,
) -> Result<Uncovered, Error> {
    let mut comparison = Comparison {
        files,
        manifest,
        rules,
        found: Listing::new(rules.listed),
        uncovered: Uncovered::new(rules.listed),
        ignores: IgnoreRules::new(&rules.ignored, Some(manifest.ignored())),
        links: 0,
    };
    let jobs = comparison.names();
    comparison.contents(&jobs, watch)?;
    comparison.conclude(relaxations)
}

struct Comparison<'c, F> {
    files: &'c F,
    manifest: &'c Manifest,
    rules: &'c Rules,
    found: Listing<Discrepancy>,
    uncovered: Uncovered,
    ignores: IgnoreRules<'c>,
    /// How many names are reached by symbolic links that were followed.
    links: u64,
}

impl<'c, F: ModelFiles> Comparison<'c, F> {
    /// Compares the names, and gives the files that are to be hashed.
    fn names(&mut self) -> Vec<(usize, File<'c>)> {
        let files = self.files;
        let mut jobs = Vec::new();
        let mut met: HashSet<&str> = HashSet::new();
        for (place, entry) in files.entries().iter().enumerate() {
            let listed = self.listed(entry);
            // A second entry of one name is not what was signed, whichever of the two a loader takes.
            let is_first = listed.is_none_or(|file| met.insert(file.name()));
            match listed {
                Some(file) if is_first => self.signed(place, entry, file, &mut jobs),
                Some(_) => self.report(entry, DiscrepancyKind::Added),
                None => self.unsigned(place, entry),
            }
        }
        for file in self.manifest.files() {
            if !met.contains(file.name()) {
                self.found.push(Discrepancy {
                    name: file.name().into(),
                    kind: DiscrepancyKind::Missing,
                });
            }
        }
        jobs
    }

    /// Finds what is signed under the name of an entry.
    fn listed(&self, entry: &Entry) -> Option<File<'c>> {
        let name = entry.name.as_str()?;
        let file = self.manifest.file(name);
        match self.files.shape() {
            Shape::Folder => file,
            Shape::File => file.or_else(|| self.manifest.dot_file()),
        }
    }

    fn links_are_followed(&self) -> bool {
        self.manifest.serialization().symlinks == Symlinks::Followed
            || self.rules.links == Links::Followed
    }

    /// Looks at an entry whose name is signed.
    fn signed(
        &mut self,
        place: usize,
        entry: &Entry,
        file: File<'c>,
        jobs: &mut Vec<(usize, File<'c>)>,
    ) {
        let EntryKind::File { bytes } = entry.kind else {
            let kind = match &entry.kind {
                // It is not a file, and so the file is not there.
                EntryKind::FolderLink | EntryKind::Signature => DiscrepancyKind::Missing,
                other => kind_of(other),
            };
            self.report(entry, kind);
            return;
        };
        if entry.reach != Reach::Direct {
            if !self.links_are_followed() {
                self.report(entry, DiscrepancyKind::Link);
                return;
            }
            self.links = self.links.saturating_add(1);
        }
        match file.size() {
            Some(wanted) if wanted != bytes => {
                let found = bytes;
                self.report(entry, DiscrepancyKind::Length { found, wanted });
            }
            _ => jobs.push((place, file)),
        }
    }

    /// Looks at an entry whose name is not signed.
    fn unsigned(&mut self, place: usize, entry: &Entry) {
        if entry.kind == EntryKind::Signature {
            self.uncovered.signature.push(entry.name.clone());
            return;
        }
        if let Some(origin) = self.ignores.leave_out(entry) {
            self.ignored(place, entry, origin);
            return;
        }
        if matches!(entry.reach, Reach::FolderLink { .. }) && !self.links_are_followed() {
            // The link itself is an entry, and is reported.
            return;
        }
        let kind = match &entry.kind {
            EntryKind::FolderLink if self.links_are_followed() => {
                self.links = self.links.saturating_add(1);
                return;
            }
            EntryKind::File { bytes: 0 } if self.manifest.omits_empty_files() => {
                self.uncovered.empty.push(entry.name.clone());
                return;
            }
            EntryKind::File { .. } if entry.reach == Reach::Link && !self.links_are_followed() => {
                DiscrepancyKind::Link
            }
            EntryKind::FolderLink => DiscrepancyKind::Link,
            other => kind_of(other),
        };
        let is_always_refused = matches!(kind, DiscrepancyKind::LinkOutside { .. });
        if self.rules.unsigned == UnsignedFiles::Reported && !is_always_refused {
            self.uncovered.unsigned.push(entry.name.clone());
        } else {
            self.report(entry, kind);
        }
    }

    /// Looks at what a rule leaves out that is not the caller's own: it must not hide what a loader takes.
    fn ignored(&mut self, place: usize, entry: &Entry, origin: IgnoreOrigin) {
        let may_be_anything = match origin {
            IgnoreOrigin::Caller => true,
            // What git keeps in its own folders is code by nature, and no loader looks there.
            IgnoreOrigin::Default => entry.name.as_bytes().contains(&b'/'),
            IgnoreOrigin::Evidence | IgnoreOrigin::Signer => false,
        };
        if may_be_anything || !matches!(entry.kind, EntryKind::File { .. }) {
            return;
        }
        match self.files.nature(place) {
            Ok(Nature::Loadable { format }) => {
                self.report(entry, DiscrepancyKind::Hidden { format });
            }
            Ok(Nature::Passive | Nature::Unknown) => {}
            Err(fault) => self.report(entry, fault_of(&fault)),
        }
    }

    /// Hashes the files and compares what comes out.
    fn contents(&mut self, jobs: &[(usize, File<'c>)], watch: &dyn Watch) -> Result<(), Error> {
        let entries: Vec<usize> = jobs.iter().map(|(entry, _)| *entry).collect();
        let request = Request {
            entries: &entries,
            serialization: self.manifest.serialization(),
            threads: self.rules.threads,
            digests: self.rules.limits.resources,
        };
        let hashed = hash_all(self.files, &request, watch)?;
        let algorithm = self.manifest.serialization().hash_type.algorithm();
        for ((place, file), hashed) in jobs.iter().zip(hashed) {
            let Some(entry) = self.files.entries().get(*place) else {
                continue;
            };
            let hashed = match hashed {
                Ok(hashed) => hashed,
                Err(fault) => {
                    self.report(entry, fault_of(&fault));
                    continue;
                }
            };
            let mut found = hashed.shards(algorithm);
            for part in file.parts() {
                let wanted = *part.digest;
                match (found.next(), part.range) {
                    (Some((_, digest)), _) if *digest == wanted => {}
                    (Some((_, digest)), None) => {
                        let found = *digest;
                        self.report(entry, DiscrepancyKind::Changed { found, wanted });
                    }
                    (Some((_, digest)), Some(range)) => {
                        let found = *digest;
                        let kind = DiscrepancyKind::ShardChanged {
                            range,
                            found,
                            wanted,
                        };
                        self.report(entry, kind);
                    }
                    // Fewer digests than were signed: nothing was compared.
                    (None, _) => self.report(entry, DiscrepancyKind::Unstable),
                }
            }
            if found.next().is_some() {
                self.report(entry, DiscrepancyKind::Unstable);
            }
        }
        Ok(())
    }

    fn report(&mut self, entry: &Entry, kind: DiscrepancyKind) {
        self.found.push(Discrepancy {
            name: entry.name.clone(),
            kind,
        });
    }

    fn conclude(self, relaxations: &mut Vec<Relaxation>) -> Result<Uncovered, Error> {
        if !self.found.is_empty() {
            return Err(ArtifactError::Mismatch(sorted(self.found)).into());
        }
        let mut uncovered = self.uncovered;
        uncovered.ignored = self.ignores.into_report();
        if self.links > 0 && self.manifest.serialization().symlinks == Symlinks::Refused {
            relaxations.push(Relaxation::LinksFollowed);
        }
        if !uncovered.unsigned.is_empty() {
            relaxations.push(Relaxation::UnsignedFiles);
        }
        for ignored in &uncovered.ignored {
            if ignored.origin == IgnoreOrigin::Caller {
                let path = ignored.path.clone();
                relaxations.push(Relaxation::Ignored { path });
            }
        }
        Ok(uncovered)
    }
}

/// Sorts discrepancies by name, so that a report is the same each time.
pub(crate) fn sorted(mut found: Listing<Discrepancy>) -> Listing<Discrepancy> {
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Says what is wrong with an entry that is no file, or that nobody signed.
pub(crate) fn kind_of(kind: &EntryKind) -> DiscrepancyKind {
    match kind {
        EntryKind::File { .. } | EntryKind::Signature => DiscrepancyKind::Added,
        EntryKind::FolderLink | EntryKind::Link => DiscrepancyKind::Link,
        EntryKind::LinkOutside { target } => DiscrepancyKind::LinkOutside {
            target: target.clone(),
        },
        EntryKind::LinkDangling { target } => DiscrepancyKind::LinkDangling {
            target: target.clone(),
        },
        EntryKind::LinkCircle => DiscrepancyKind::LinkCircle,
        EntryKind::Special(kind) => DiscrepancyKind::Special(*kind),
        EntryKind::Unreadable(kind) => DiscrepancyKind::Unreadable(*kind),
        EntryKind::NotWalked => DiscrepancyKind::NotWalked,
    }
}

pub(crate) fn fault_of(fault: &FileFault) -> DiscrepancyKind {
    match fault {
        FileFault::Gone => DiscrepancyKind::Gone,
        FileFault::Replaced => DiscrepancyKind::Replaced,
        FileFault::Changed => DiscrepancyKind::Unstable,
        FileFault::Unreadable(error) => DiscrepancyKind::Unreadable(error.kind()),
    }
}

/// The rules that leave something out of a model, and what they left out.
pub(crate) struct IgnoreRules<'r> {
    caller: &'r IgnorePaths,
    signer: Option<&'r IgnorePaths>,
    left_out: HashMap<(String, IgnoreOrigin), (u64, u64)>,
}

impl<'r> IgnoreRules<'r> {
    pub(crate) fn new(caller: &'r IgnorePaths, signer: Option<&'r IgnorePaths>) -> Self {
        Self {
            caller,
            signer,
            left_out: HashMap::new(),
        }
    }

    /// Finds whose rule leaves an entry out, and counts it there.
    pub(crate) fn leave_out(&mut self, entry: &Entry) -> Option<IgnoreOrigin> {
        let name = name_for_rules(&entry.name);
        let top = name.split('/').next().unwrap_or(&name);
        let rule = |paths: &IgnorePaths| paths.rule_for(&name).map(str::to_owned);
        let (path, origin) = if let Some(path) = rule(self.caller) {
            (path, IgnoreOrigin::Caller)
        } else if DEFAULT_IGNORES.contains(&top) {
            (top.to_owned(), IgnoreOrigin::Default)
        } else if oms::is_evidence(&name) {
            (top.to_owned(), IgnoreOrigin::Evidence)
        } else if let Some(path) = self.signer.and_then(rule) {
            (path, IgnoreOrigin::Signer)
        } else {
            return None;
        };
        let (entries, bytes) = self.left_out.entry((path, origin)).or_default();
        *entries = entries.saturating_add(1);
        *bytes = bytes.saturating_add(bytes_of(entry));
        Some(origin)
    }

    /// Returns the rules that left something out, in the order of their paths.
    pub(crate) fn into_report(self) -> Vec<Ignored> {
        let rules = self.left_out.into_iter();
        let mut report: Vec<Ignored> = rules
            .map(|((path, origin), (entries, bytes))| Ignored {
                path,
                origin,
                entries,
                bytes,
            })
            .collect();
        report.sort_by(|one, other| (&one.path, one.origin).cmp(&(&other.path, other.origin)));
        report
    }
}

/// Rules are UTF-8. A name that is not can still lie below a folder that they name; what replaces its other
/// bytes stands in no rule by chance.
fn name_for_rules(name: &EntryName) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(name.as_bytes())
}
