use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use findings::{Finding, Location, Rule};
use model_digest::{Algorithm, Digest};
use model_hold::{Mapped, Root};
use safetensors_check::architecture::Architecture;
use safetensors_check::index::{self, Format};
use safetensors_check::{Listed, adapter, twins};

use super::weights::{Weight, Weights};
use super::{Extent, Folder, Found, Judgement, Scanned};
use crate::clock::Deadline;
use crate::convert::Proof;
use crate::inspection::length;
use crate::options::Digests;
use crate::rules::{ABSENT_SIBLINGS, LIMIT_REACHED, TWINS_NOT_COMPARED};
use crate::safetensors::Until;
use crate::scanner::Scanner;

/// What the configuration of an adapter is called.
pub(crate) const ADAPTER_CONFIG: &str = "adapter_config.json";
/// What the weights of an adapter are called, without their ending.
const ADAPTER: &str = "adapter_model";
/// What the configuration of a model is called.
const MODEL_CONFIG: &str = "config.json";

impl Scanner {
    /// Judges what the files of a folder say of each other: for each file with something to say, its number.
    pub(crate) fn judge_folder(
        &self,
        folder: &Folder,
        roots: &[Option<&Root>],
        scanned: &[Scanned],
    ) -> Vec<(usize, Judgement)> {
        let judge = || {
            let mut judge = Judge {
                scanner: self,
                folder,
                roots,
                scanned,
                deadline: self.deadline(),
                tensors: self.options().limits.folder_tensors,
                judgements: BTreeMap::new(),
            };
            judge.run();
            judge.judgements.into_iter().collect()
        };
        // A fault of ours in one folder must not take the answers about the files away, and must be told.
        catch_unwind(AssertUnwindSafe(judge)).unwrap_or_else(|_| {
            let mut judgement = Judgement::default();
            judgement.undecided(
                &LIMIT_REACHED,
                "the folder could not be judged as a whole",
                0,
            );
            let numbers = folder.files().filter_map(|(_, found)| found.number);
            numbers
                .take(1)
                .map(|number| (number, judgement.clone()))
                .collect()
        })
    }
}

/// Judges one folder.
struct Judge<'j> {
    scanner: &'j Scanner,
    folder: &'j Folder,
    roots: &'j [Option<&'j Root>],
    scanned: &'j [Scanned],
    deadline: Deadline,
    /// Tensors that may still be listed.
    tensors: usize,
    judgements: BTreeMap<usize, Judgement>,
}

/// Weights of one model: a file, or an index and its shards.
#[derive(Clone, Debug)]
struct Set {
    /// The file or the index.
    name: String,
    /// What the name says beside the format.
    stem: String,
    format: Format,
    files: Vec<String>,
}

impl Judge<'_> {
    fn run(&mut self) {
        let names: Vec<String> = self
            .folder
            .files()
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in &names {
            if let Some(format) = Format::of_index(name) {
                self.index(name, format);
            }
        }
        let sets = self.sets(&names);
        if self.folder.file(ADAPTER_CONFIG).is_some() {
            self.adapter(&sets);
        } else if self.folder.extent() == Extent::All {
            self.adapter_alone(&sets);
        }
        if self.folder.file(MODEL_CONFIG).is_some() {
            self.architecture(&sets);
        }
        for set in sets.iter().filter(|set| set.format == Format::Safetensors) {
            let twins = sets
                .iter()
                .filter(|twin| twin.format == Format::Pickle && twin.stem == set.stem);
            for twin in twins {
                self.twins(set, twin);
            }
        }
    }

    /// Holds an index against its shards.
    fn index(&mut self, name: &str, format: Format) {
        let Some((number, mapped)) = self.open(name) else {
            return;
        };
        let limits = &self.scanner.options().limits.safetensors;
        let report = index::check(&mapped, format, limits);
        let shards: Vec<&str> = report.index().shards().collect();
        // Only names that were found in the folder are opened, so none leads anywhere.
        let mut read: Vec<(&str, Weights)> = Vec::new();
        for shard in shards {
            if let Some(weights) = self.weights(shard, Proof::None) {
                read.push((shard, weights));
            }
        }
        let mut beside = index::Folder::new();
        if self.folder.extent() == Extent::All {
            beside = beside.with_names(self.folder.files().map(|(name, _)| name));
        }
        for (shard, weights) in &read {
            let tensors = weights.tensors.iter();
            beside = beside
                .with_shard(shard, tensors.map(|tensor| (&*tensor.name, tensor.size)))
                .with_ties(
                    shard,
                    weights.ties.iter().map(|(name, kept)| (&**name, &**kept)),
                );
        }
        let joined = report.join(&beside);
        let all: Vec<&str> = report.index().shards().collect();
        // One that is not there is told by what the index says of it, if it is known not to be there.
        let unread = joined
            .unread()
            .iter()
            .filter_map(|at| all.get(*at))
            .find(|shard| {
                self.folder.extent() == Extent::Some || self.folder.file(shard).is_some()
            });
        let unread = unread.map(|shard| {
            format!(
                "the tensors of `{}` were not held against the index",
                findings::escape_shortened(shard, 80)
            )
        });
        let bytes = length(mapped.len());
        let digest = self.digest(number, &mapped);
        let judgement = self.judgements.entry(number).or_default();
        judgement.compared = true;
        judgement.findings.extend(joined.into_findings());
        judgement.digest = digest;
        if let Some(message) = unread {
            judgement.undecided(&ABSENT_SIBLINGS, &message, bytes);
        }
    }

    /// Holds the tensors of an adapter against its configuration and its base.
    fn adapter(&mut self, sets: &[Set]) {
        let Some((number, mapped)) = self.open(ADAPTER_CONFIG) else {
            return;
        };
        let set = |stem: &str| {
            let mut sets = sets.iter().filter(|set| set.stem == stem);
            sets.next().cloned()
        };
        let Some(weights) = set(ADAPTER).and_then(|set| self.set(&set, Proof::None)) else {
            // It stays undecided, since it speaks of weights.
            return;
        };
        let base = set("model").and_then(|set| self.set(&set, Proof::None));
        let report = adapter::check(&mapped, &self.scanner.options().limits.safetensors);
        let listed = listed(&weights);
        let base = base.as_deref().map(self::listed);
        let joined = report.join(&listed, base.as_deref());
        let digest = self.digest(number, &mapped);
        let judgement = self.judgements.entry(number).or_default();
        judgement.compared = true;
        judgement.is_undecided |= joined.is_undecided();
        judgement.findings.extend(joined.into_findings());
        judgement.digest = digest;
    }

    /// Says of an adapter that nothing beside it says what it is for.
    fn adapter_alone(&mut self, sets: &[Set]) {
        let adapters = sets.iter().filter(|set| set.stem == ADAPTER);
        for set in adapters {
            let Some(number) = self.folder.file(&set.name).and_then(|found| found.number) else {
                continue;
            };
            let size = self
                .scanned
                .get(number)
                .map_or(0, |scanned| scanned.target.size);
            let finding = Finding::new(
                ABSENT_SIBLINGS.rule_id(),
                ABSENT_SIBLINGS.severity,
                format!("no `{ADAPTER_CONFIG}` beside the adapter says what it may change"),
                Location::bytes(0..size),
            );
            let judgement = self.judgements.entry(number).or_default();
            judgement.findings.push(finding);
        }
    }

    /// Holds the tensors of a model against its configuration.
    fn architecture(&mut self, sets: &[Set]) {
        let Some((number, mapped)) = self.open(MODEL_CONFIG) else {
            return;
        };
        let limits = &self.scanner.options().limits.safetensors;
        // What is no configuration that loaders can read promises nothing.
        let Ok(Some(architecture)) = Architecture::read(&mapped, limits) else {
            return;
        };
        let model = sets.iter().find(|set| set.stem == "model");
        let Some(weights) = model.cloned().and_then(|set| self.set(&set, Proof::None)) else {
            return;
        };
        let found = architecture.check(&listed(&weights), 0..length(mapped.len()));
        let digest = self.digest(number, &mapped);
        let judgement = self.judgements.entry(number).or_default();
        judgement.compared = true;
        judgement.findings.extend(found);
        judgement.digest = digest;
    }

    /// Compares two sets of the same weights.
    fn twins(&mut self, set: &Set, twin: &Set) {
        let Some(number) = self.folder.file(&set.name).and_then(|found| found.number) else {
            return;
        };
        let budget = self.scanner.options().limits.twin_bytes;
        let bytes = self
            .scanned
            .get(number)
            .map_or(0, |scanned| scanned.target.size);
        let both = self.set(set, Proof::None).zip(self.set(twin, Proof::None));
        let shown = findings::escape_shortened(&twin.name, 80);
        let Some((ours, theirs)) = both else {
            let judgement = self.judgements.entry(number).or_default();
            judgement.undecided(
                &TWINS_NOT_COMPARED,
                &format!("the tensors of `{shown}` could not be compared with those here"),
                bytes,
            );
            return;
        };
        let is_single = set.files.len() == 1 && set.files.first() == Some(&set.name);
        let place = |weights: Vec<Weight>| -> Vec<Weight> {
            if is_single {
                return weights;
            }
            // The index has no place for what is wrong with a tensor.
            weights
                .into_iter()
                .map(|weight| weight.elsewhere(0))
                .collect()
        };
        let size = [&ours, &theirs]
            .into_iter()
            .flatten()
            .fold(0_u64, |sum, weight| sum.saturating_add(weight.size));
        let digested = if size <= budget {
            self.set(set, Proof::Digests)
                .zip(self.set(twin, Proof::Digests))
        } else {
            None
        };
        let is_whole = digested.is_some();
        let (ours, theirs) = digested.unwrap_or((ours, theirs));
        let ours = place(ours);
        let found = twins::compare(&listed(&ours), &listed(&theirs), &twin.name, 0..bytes);
        let judgement = self.judgements.entry(number).or_default();
        judgement.findings.extend(found);
        if !is_whole {
            let why = if size > budget {
                format!("{size} bytes of tensors are more than are compared")
            } else {
                "no time was left, or they could not be read".to_owned()
            };
            judgement.undecided(
                &TWINS_NOT_COMPARED,
                &format!("the elements of tensors were not compared with `{shown}`: {why}"),
                bytes,
            );
        }
    }

    /// Finds the weights of a folder. The shards of an index are not sets of their own.
    fn sets(&self, names: &[String]) -> Vec<Set> {
        let mut sets = Vec::new();
        let mut shards = BTreeSet::new();
        for name in names {
            let Some(format) = Format::of_index(name) else {
                continue;
            };
            let Some((_, mapped)) = self.open(name) else {
                continue;
            };
            let limits = &self.scanner.options().limits.safetensors;
            let report = index::check(&mapped, format, limits);
            let files: Vec<String> = report.index().shards().map(str::to_owned).collect();
            shards.extend(files.iter().cloned());
            let weights = name
                .rsplit_once(".index")
                .map_or("", |(weights, _)| weights);
            let stem = stem(weights).map_or(weights, |(stem, _)| stem);
            sets.push(Set {
                name: name.clone(),
                stem: stem.to_owned(),
                format,
                files,
            });
        }
        for name in names {
            if shards.contains(name) {
                continue;
            }
            if let Some((stem, format)) = stem(name) {
                sets.push(Set {
                    name: name.clone(),
                    stem: stem.to_owned(),
                    format,
                    files: vec![name.clone()],
                });
            }
        }
        // What is there as safetensors is what is looked at first.
        sets.sort_by_key(|set| (set.format == Format::Pickle, set.files.len() == 1));
        sets
    }

    /// Reads the tensors of all files of a set; `None` if one of them cannot be read.
    fn set(&mut self, set: &Set, proof: Proof) -> Option<Vec<Weight>> {
        let mut all = Vec::new();
        for (number, file) in set.files.iter().enumerate() {
            let weights = self.weights(file, proof)?;
            let is_one = set.files.len() == 1;
            all.extend(weights.tensors.into_iter().map(|weight| {
                if is_one {
                    weight
                } else {
                    weight.elsewhere(length(number))
                }
            }));
        }
        Some(all)
    }

    /// Reads the tensors of one file of the folder.
    fn weights(&mut self, name: &str, proof: Proof) -> Option<Weights> {
        let (_, mapped) = self.open(name)?;
        let watch = Until(&self.deadline);
        let weights = if name.ends_with(".safetensors") {
            Weights::of_safetensors(&mapped, self.scanner, proof, &watch)
        } else {
            Weights::of_checkpoint(name, &mapped, self.scanner, proof, &watch)
        }?;
        self.tensors = self.tensors.checked_sub(weights.tensors.len())?;
        Some(weights)
    }

    /// Opens a file of the folder anew: its number and its bytes. `None` if it is not there, is excluded, or is no
    /// longer the one that was scanned.
    fn open(&self, name: &str) -> Option<(usize, Mapped)> {
        if self.deadline.has_passed() {
            return None;
        }
        let found: &Found = self.folder.file(name)?;
        let number = found.number?;
        let root = self.roots.get(found.root).copied().flatten()?;
        let held = root.open_file(&found.below).ok()?;
        if held.stamp() != self.scanned.get(number)?.stamp {
            return None;
        }
        Some((number, held.map().ok()?))
    }

    /// Takes the digest of a file that may get its first findings, if one is wanted then.
    fn digest(&self, number: usize, bytes: &[u8]) -> Option<Digest> {
        let target = &self.scanned.get(number)?.target;
        let is_wanted = self.scanner.options().digests != Digests::None;
        (is_wanted && target.digest.is_none()).then(|| Digest::of(Algorithm::Sha256, bytes))
    }
}

impl Judgement {
    /// Says why something was not compared.
    fn undecided(&mut self, rule: &Rule, message: &str, bytes: u64) {
        self.is_undecided = true;
        self.findings.push(Finding::new(
            rule.rule_id(),
            rule.severity,
            message.to_owned(),
            Location::bytes(0..bytes),
        ));
    }
}

fn listed(weights: &[Weight]) -> Vec<Listed<'_>> {
    weights.iter().map(Weight::listed).collect()
}

/// What a name says of weights beside their format: `model` for both `model.safetensors` and
/// `pytorch_model.bin`.
fn stem(name: &str) -> Option<(&str, Format)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let format = match ending {
        "safetensors" => Format::Safetensors,
        "bin" | "pt" | "pth" | "ckpt" => Format::Pickle,
        _ => return None,
    };
    let stem = match format {
        Format::Pickle => stem.strip_prefix("pytorch_").unwrap_or(stem),
        _ => stem,
    };
    Some((stem, format))
}
