use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};

use findings::{Attribution, Coverage, Finding, Severity};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::nested::{self, Accounts, Nested};
use crate::options::Depth;
use crate::report::{CrcCheck, Member, Verdict};
use crate::rules::{STORAGE_MISMATCH, UNREFERENCED_MEMBER};
use crate::skops;
use crate::sniff::Kind;
use crate::tail::Before;
use crate::torch::StorageRef;
use crate::zip::{self, Archive, Checksum, DivergenceKind, PartKind, Reading};

/// A model of Keras, which names layers and functions in `config.json`.
const KERAS: &str = "keras zip";
/// A model of skops, which names classes and functions in `schema.json`.
const SKOPS: &str = "skops zip";

/// What is known of the members of one archive while they are looked into.
#[derive(Default)]
struct Contents {
    /// By the folder of their pickle, the storages that its tensors ask for.
    storages: BTreeMap<String, Storages>,
    accounts: Accounts,
}

/// The storages that the tensors of one pickle ask for.
#[derive(Default)]
struct Storages {
    asked: Vec<StorageRef>,
    /// What the members are called that hold them, behind their folder.
    keys: BTreeSet<String>,
}

impl Storages {
    fn add(&mut self, asked: Vec<StorageRef>) {
        self.keys
            .extend(asked.iter().map(|storage| zip_text(&storage.key)));
        self.asked.extend(asked);
    }
}

/// Storages lie beside their pickle: `archive/data.pkl` asks for `archive/data/0`.
fn storage_folder(pickle: &str) -> String {
    match pickle.strip_suffix(".pkl") {
        Some(stem) => format!("{stem}/"),
        None => format!("{pickle}/"),
    }
}

impl Inspector<'_> {
    /// A zip archive, as every reader of it would see it. `kind` is what the bytes begin with.
    pub(crate) fn archive(&mut self, kind: Kind, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new("zip", bytes.len());
        let archive = match Archive::read(bytes, &self.options.limits.zip) {
            Ok(archive) => archive,
            Err(error) => {
                inspection.undecided(
                    &zip::WRONG_STRUCTURE,
                    format!("found {error}, expected one by its first bytes"),
                    0..length(bytes.len()),
                );
                self.search_all(bytes, &mut inspection, depth);
                return inspection;
            }
        };
        inspection.kind = kind_of(&archive).to_owned();
        // What these say in JSON builds objects, so no member of theirs is only text.
        inspection.unsupported = inspection.kind == KERAS;
        let headless = archive
            .divergences()
            .iter()
            .any(|divergence| divergence.kind == DivergenceKind::EndRecordMissing);
        for divergence in archive.divergences() {
            let mut finding = divergence.finding(&archive);
            // Without a directory no member can be in one.
            if divergence.kind == DivergenceKind::NotInDirectory && headless {
                finding.severity = Severity::Low;
            }
            // Encryption adds a header, so what is stored is longer than it states.
            let encrypted = || {
                let member = divergence.member.and_then(|at| archive.members().get(at));
                member.is_some_and(zip::Member::claims_encryption)
            };
            if matches!(divergence.kind, DivergenceKind::StoredSize { .. }) && encrypted() {
                finding.severity = Severity::Low;
            }
            // torch looks names up without regard to case, so there a twin hides the other one.
            if divergence.kind == DivergenceKind::CaseTwin && inspection.kind.starts_with("torch") {
                finding.severity = Severity::Medium;
            }
            inspection.findings.push(finding);
        }
        inspection.undecided |= !archive.is_complete();

        let mut contents = Contents::default();
        // Looked at with the pickles first, listed in the archive's own order.
        let mut listed = BTreeMap::new();
        for index in order(&archive) {
            if self.deadline.has_passed() {
                inspection.undecided = true;
                break;
            }
            let members = self.member(&archive, index, depth, &mut contents, &mut inspection);
            listed.insert(index, members);
        }
        inspection.members = listed.into_values().flatten().collect();
        // Text in another encoding is JSON to Python too.
        inspection.unsupported |= inspection.kind == SKOPS
            && inspection
                .members
                .iter()
                .any(|member| member.name == skops::SCHEMA && member.kind != skops::KIND);
        self.check_storages(&archive, &contents, &mut inspection);
        self.parts(
            kind,
            bytes,
            (&archive, &contents.accounts),
            depth,
            &mut inspection,
        );
        if !bytes.starts_with(b"PK\x03\x04") {
            // torch unpickles what does not begin as an archive does.
            self.search_all(bytes, &mut inspection, depth);
        }
        inspection
    }

    fn member(
        &mut self,
        archive: &Archive<'_>,
        index: usize,
        depth: u32,
        contents: &mut Contents,
        inspection: &mut Inspection,
    ) -> Vec<Member> {
        let Some(member) = archive.members().get(index) else {
            return Vec::new();
        };
        let name = member.text();
        let mut listed: Option<Member> = None;
        let mut inner = Vec::new();
        for (number, reading) in member.readings().enumerate() {
            let seen = self.reading(
                archive,
                (index, &name),
                reading,
                depth,
                contents,
                inspection,
            );
            let Some(mut seen) = seen else { continue };
            if member.claims_encryption() && seen.member.crc == CrcCheck::Mismatch {
                // Loaders that ignore the claim read nonsense, others cannot read it without the password.
                inspection.undecided(
                    &zip::UNREADABLE_MEMBER,
                    format!("`{name}` is encrypted"),
                    reading.data(),
                );
            }
            inner.append(&mut seen.inner);
            if number == 0
                && let Some(attribution) = seen.accounted
            {
                contents.accounts.all(index, attribution);
            }
            match &mut listed {
                None => listed = Some(seen.member),
                Some(first) => first.verdict = first.verdict.max(seen.member.verdict),
            }
        }
        let listed = listed.unwrap_or_else(|| Member {
            name,
            kind: "unknown".to_owned(),
            bytes: 0,
            verdict: Verdict::Undecided,
            crc: CrcCheck::None,
            accounted: 0,
        });
        inner.insert(0, listed);
        inner
    }

    /// Looks at what one kind of reader takes for a member's bytes.
    fn reading(
        &mut self,
        archive: &Archive<'_>,
        (index, name): (usize, &str),
        reading: &Reading,
        depth: u32,
        contents: &mut Contents,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        if let Some(storage) = self.storage(archive, name, reading, contents, inspection) {
            return Some(storage);
        }
        let opened = archive.open(reading, &self.options.limits.unpack, &self.inflating);
        for problem in opened.problems() {
            inspection.findings.push(told(problem, name, reading));
            inspection.undecided |= problem.is_undecided();
        }
        let whole = opened.is_whole();
        let stored = reading.method() == zip::Method::Stored;
        let inner = opened.bytes();
        let Some(mut found) = self.nested(name, inner, depth) else {
            self.refused(name, reading.data(), inspection);
            return None;
        };
        // Raw weights are read in full only on request; what was parsed is compared.
        let bulky = found.unsupported
            || found.kind == "npy"
            || [Kind::Unknown, Kind::Safetensors]
                .map(Kind::label)
                .contains(&found.kind.as_str());
        let crc = if !whole {
            CrcCheck::NotChecked
        } else if self.options.depth == Depth::Full || !stored || !bulky {
            compare(opened.checksum(), name, reading, inspection)
        } else {
            CrcCheck::NotChecked
        };
        if !found.storages.is_empty() {
            contents
                .storages
                .entry(storage_folder(name))
                .or_default()
                .add(std::mem::take(&mut found.storages));
        }
        inspection.undecided |= !whole;
        let offset = stored.then(|| reading.data().start);
        let mut seen = nested::adopt(name, inner.len(), offset, found, inspection);
        seen.member.crc = crc;
        if !whole {
            seen.accounted = None;
        }
        if let Some(start) = offset
            && seen.accounted.is_none()
        {
            let coverage = std::mem::take(&mut seen.coverage);
            contents.accounts.parts(index, start, coverage);
        }
        Some(seen)
    }

    /// Raw storage that some tensor asks for is accounted for and not looked into.
    fn storage(
        &self,
        archive: &Archive<'_>,
        name: &str,
        reading: &Reading,
        contents: &Contents,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        let at = name.rfind('/')?.checked_add(1)?;
        let (folder, key) = name.split_at_checked(at)?;
        let storages = contents.storages.get(folder)?;
        // torch numbers its storages. A member of any other name may be what some loader unpickles, whatever
        // a pickle beside it says.
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if !storages.keys.contains(key) {
            return None;
        }
        let bytes = reading.size()?;
        let stored = reading.method() == zip::Method::Stored;
        let mut whole = true;
        // torch stores it; repacked archives have it deflated, and whether that unpacks must be tried.
        let crc = if self.options.depth == Depth::Full || !stored {
            let streamed = archive.stream(
                reading,
                &self.options.limits.unpack,
                &self.inflating,
                |_| ControlFlow::Continue(()),
            );
            for problem in &streamed.problems {
                inspection.findings.push(told(problem, name, reading));
                whole &= !problem.is_undecided();
            }
            if whole {
                compare(streamed.checksum, name, reading, inspection)
            } else {
                CrcCheck::NotChecked
            }
        } else {
            CrcCheck::NotChecked
        };
        inspection.undecided |= !whole;
        Some(Nested {
            member: Member {
                name: name.to_owned(),
                kind: "storage".to_owned(),
                bytes,
                verdict: if whole {
                    Verdict::Clean
                } else {
                    Verdict::Undecided
                },
                crc,
                accounted: if whole { bytes } else { 0 },
            },
            inner: Vec::new(),
            accounted: whole.then_some(Attribution::Storage),
            coverage: Coverage::default(),
        })
    }

    /// Every storage that a tensor asks for must be there and be long enough.
    fn check_storages(
        &self,
        archive: &Archive<'_>,
        contents: &Contents,
        inspection: &mut Inspection,
    ) {
        let sizes: BTreeMap<String, Option<u64>> = archive
            .members()
            .iter()
            .map(|member| {
                (
                    member.text(),
                    member.readings().next().and_then(Reading::size),
                )
            })
            .collect();
        for (folder, storages) in &contents.storages {
            let mut told = BTreeSet::new();
            for storage in &storages.asked {
                if !told.insert((&storage.key, storage.bytes)) {
                    continue;
                }
                let key = findings::escape_shortened(&storage.key, 80);
                let place = storage.location.byte_start..storage.location.byte_end;
                let member = format!("{folder}{}", zip_text(&storage.key));
                let trouble = match (sizes.get(&member), storage.bytes) {
                    (None, _) => format!("storage `{key}` is not in the archive"),
                    // TorchScript keeps the shapes of the inputs that it traced, without their data.
                    (Some(Some(0)), _) if folder.ends_with("/traced_inputs/") => continue,
                    (Some(Some(held)), Some(asked)) if *held < asked => {
                        format!("storage `{key}` has {held} bytes, its tensors ask for {asked}")
                    }
                    _ => continue,
                };
                let pickle = folder.trim_end_matches('/');
                inspection.say_as(&STORAGE_MISMATCH, Severity::Medium, trouble, place.clone());
                if let Some(finding) = inspection.findings.last_mut() {
                    finding.location.opcode = storage.location.opcode;
                    finding.location.stream = storage.location.stream;
                    finding.location = finding
                        .location
                        .clone()
                        .within(&format!("{pickle}.pkl"), None);
                }
            }
            let from = (Bound::Included(folder.as_str()), Bound::Unbounded);
            for (name, _) in sizes.range::<str, _>(from) {
                let Some(key) = name.strip_prefix(folder.as_str()) else {
                    break;
                };
                if !key.is_empty() && !key.contains('/') && !storages.keys.contains(key) {
                    inspection.say(
                        &UNREFERENCED_MEMBER,
                        format!("no tensor refers to `{name}`"),
                        0..0,
                    );
                }
            }
        }
    }

    /// Attributes structure, padding and the data that was read, in the order of the bytes.
    ///
    /// Looks for pickles in bytes that belong to no member, and in those that only describe members: a
    /// comment or an extra field holds whatever its writer likes.
    fn parts(
        &mut self,
        kind: Kind,
        bytes: &[u8],
        (archive, accounts): (&Archive<'_>, &Accounts),
        depth: u32,
        inspection: &mut Inspection,
    ) {
        for part in archive.structure() {
            if let PartKind::Data(member) = part.kind {
                accounts.attribute(member, &part.range, &mut inspection.coverage);
                continue;
            }
            if let Some(attribution) = part.kind.attribution() {
                inspection.attribute(part.range.clone(), attribution);
            }
            if part.kind == PartKind::Padding {
                continue;
            }
            let (Ok(start), Ok(end)) = (
                usize::try_from(part.range.start),
                usize::try_from(part.range.end),
            ) else {
                continue;
            };
            if part.kind == PartKind::Before && kind.is_code() {
                // The program itself, which is no part of what it brings along.
                inspection.attribute(part.range.clone(), Attribution::Unsupported);
                inspection.unsupported = true;
                continue;
            }
            inspection.undecided |= part.kind.is_gap();
            if matches!(part.kind, PartKind::Between | PartKind::Behind) {
                let before = Before::Content(Kind::Zip);
                self.tail(before, bytes, start, end, depth, inspection);
                continue;
            }
            if part.kind.is_gap() {
                self.search(bytes, start, end, 0, inspection, depth);
            } else {
                self.search_aside(bytes, &part.range, inspection, depth);
            }
        }
    }
}

/// Says what was wrong with the packed data of a member.
fn told(problem: &zip::Problem, name: &str, reading: &Reading) -> Finding {
    let mut finding = problem.finding(reading);
    finding.message = format!("`{name}`: {}", finding.message);
    finding
}

/// Says whether a member has the checksum that the archive states, and tells of one that has not.
fn compare(
    checksum: Checksum,
    name: &str,
    reading: &Reading,
    inspection: &mut Inspection,
) -> CrcCheck {
    match checksum {
        Checksum::Holds => CrcCheck::Ok,
        Checksum::Differs { .. } => {
            inspection.say(
                &zip::WRONG_CHECKSUM,
                format!("`{name}` does not have the checksum that the archive states"),
                reading.data(),
            );
            CrcCheck::Mismatch
        }
        _ => CrcCheck::None,
    }
}

/// Pickles first: they say which members are raw storage, which is never taken for anything else.
fn order(archive: &Archive<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..archive.members().len()).collect();
    order.sort_by_key(|&index| {
        archive.members().get(index).is_none_or(|member| {
            let name = member.name().to_ascii_lowercase();
            !(name.ends_with(b".pkl") || name.ends_with(b".pickle"))
        })
    });
    order
}

/// What an archive is, by the names of its members.
fn kind_of(archive: &Archive<'_>) -> &'static str {
    let members = archive.members();
    let any = |wanted: &dyn Fn(&[u8]) -> bool| {
        members
            .iter()
            .any(|member| wanted(&member.name().to_ascii_lowercase()))
    };
    let all = |wanted: &dyn Fn(&[u8]) -> bool| {
        !members.is_empty() && members.iter().all(|member| wanted(member.name()))
    };
    let has = |name: &[u8]| any(&|one| one == name);
    if any(&|name| name.ends_with(b"/constants.pkl")) || has(b"constants.pkl") {
        "torchscript zip"
    } else if any(&|name| name.ends_with(b"/data.pkl")) || has(b"data.pkl") {
        "torch zip"
    } else if all(&|name| name.ends_with(b".npy")) {
        "npz"
    } else if has(b"model.weights.h5") || (has(b"config.json") && has(b"metadata.json")) {
        KERAS
    } else if has(b"schema.json") && all(&|name| name == b"schema.json" || is_numbered(name)) {
        SKOPS
    } else {
        "zip"
    }
}

/// Whether a member is called by a number and an extension, as skops calls what it keeps beside its schema.
fn is_numbered(name: &[u8]) -> bool {
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && name.get(digits) == Some(&b'.')
}

/// How a member's name that is this key is shown.
fn zip_text(key: &str) -> String {
    findings::escape(key)
}
