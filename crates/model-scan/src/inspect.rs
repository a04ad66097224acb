use std::collections::BTreeSet;

use findings::Severity;
use pickle_vm::Lists;

use crate::clock::Deadline;
use crate::configuration;
use crate::inspection::{Inspection, length};
use crate::options::Options;
use crate::pickles::PickleStream;
use crate::rules::{ABSENT_SIBLINGS, LIMIT_REACHED, NOT_A_MODEL, UNREAD_FORMAT};
use crate::safetensors;
use crate::skops;
use crate::sniff::{self, Kind, Promise};
use crate::streams::Format;
use crate::tail::looks_itself;
use crate::torch::Notes;
use crate::unpack::Budget;
use crate::zip;

/// What a pickle with a zip archive behind it is called.
const PICKLE_AND_ZIP: &str = "pickle and zip";

/// Bytes of an archive that are read as a pickle loader would.
const HEAD: usize = 1 << 20;

/// Shows pickles to a caller.
type Visitor<'v> = dyn FnMut(PickleStream<'_>) + 'v;

/// Looks into one file: what it is, what it holds, and so on inwards.
pub(crate) struct Inspector<'s> {
    pub(crate) options: &'s Options,
    pub(crate) lists: Lists<'s>,
    pub(crate) inflating: Budget,
    /// Members that may still be opened.
    pub(crate) members: u64,
    /// Bytes that may still be decoded only to see whether they are a pickle.
    pub(crate) decoding: u64,
    /// The modules that its pickles import.
    pub(crate) modules: BTreeSet<String>,
    /// When all work on the file ends.
    pub(crate) deadline: Deadline,
    /// The member that is being looked into.
    path: Vec<String>,
    visitor: Option<&'s mut Visitor<'s>>,
}

impl<'s> Inspector<'s> {
    pub(crate) fn new(options: &'s Options, bytes: usize, deadline: Deadline) -> Self {
        Self {
            options,
            lists: options.lists(),
            inflating: Budget::new(length(bytes), &options.limits.unpack)
                .with_deadline(deadline.clone()),
            members: options.limits.members,
            decoding: length(bytes).saturating_mul(16).saturating_add(1 << 20),
            modules: BTreeSet::new(),
            deadline,
            path: Vec::new(),
            visitor: None,
        }
    }

    pub(crate) fn with_visitor(mut self, visitor: &'s mut Visitor<'s>) -> Self {
        self.visitor = Some(visitor);
        self
    }

    /// Tells the visitor of a pickle.
    pub(crate) fn show(&mut self, stream: u64, bytes: &[u8], start: usize) {
        if let Some(visitor) = &mut self.visitor {
            visitor(PickleStream {
                member: (!self.path.is_empty()).then(|| self.path.join("!")),
                stream,
                bytes,
                start,
            });
        }
    }

    /// Looks into the bytes of a member; `None` if it is nested too deep, there are too many, or no time is
    /// left.
    pub(crate) fn nested(&mut self, name: &str, bytes: &[u8], depth: u32) -> Option<Inspection> {
        self.nested_as(name, depth, |inspector, depth| {
            inspector.inspect(name, bytes, depth)
        })
    }

    /// Looks into a member in a way of its own; `None` if it is nested too deep, there are too many, or no
    /// time is left.
    pub(crate) fn nested_as(
        &mut self,
        name: &str,
        depth: u32,
        look: impl FnOnce(&mut Self, u32) -> Inspection,
    ) -> Option<Inspection> {
        if self.deadline.has_passed() {
            return None;
        }
        let depth = depth.checked_sub(1)?;
        self.members = self.members.checked_sub(1)?;
        self.path.push(name.replace('!', "%21"));
        let mut inspection = look(self, depth);
        self.path.pop();
        if let Some(speaks_of) = inspection.speaks_of.take() {
            // What lies beside a member is not held against it.
            let range = 0..inspection.coverage.bytes();
            inspection.undecided(&ABSENT_SIBLINGS, speaks_of.to_string(), range);
        }
        Some(inspection)
    }

    /// Looks into bytes that go by a name.
    pub(crate) fn inspect(&mut self, name: &str, bytes: &[u8], depth: u32) -> Inspection {
        let kind = sniff::sniff(bytes, name);
        let mut inspection = self.by_kind(kind, name, bytes, depth);
        match kind {
            Kind::Pickle => {}
            // To a pickle loader an archive begins with a persistent id, up to the first line feed. Weights
            // are not searched for one.
            Kind::Zip => self.as_pickle(bytes.get(..HEAD).unwrap_or(bytes), &mut inspection),
            _ => self.as_pickle(bytes, &mut inspection),
        }
        self.behind_content(kind, bytes, depth, &mut inspection);
        // The last member of a tar or 7z archive may be a zip archive: they look outside of their members.
        if !looks_itself(kind)
            && !matches!(kind, Kind::Zip | Kind::PrefixedZip)
            && inspection.kind != PICKLE_AND_ZIP
            && sniff::has_zip_tail(bytes)
        {
            self.archive_behind(kind, bytes, 0, depth, &mut inspection);
        }
        if let Some(promise) = sniff::contradicts(name, kind)
            && !safetensors::is_held_to(name, kind)
        {
            let runs = kind == Kind::Pickle || kind.is_archive() || kind.is_code();
            inspection.say_as(
                &sniff::MISLEADING_EXTENSION,
                // Who keeps to safetensors so that nothing runs is misled on purpose.
                if promise == Promise::Safetensors && runs {
                    Severity::Medium
                } else {
                    sniff::MISLEADING_EXTENSION.severity
                },
                format!("the name promises {promise}, the content is {kind}"),
                0..length(bytes.len()),
            );
        }
        inspection
    }

    fn by_kind(&mut self, kind: Kind, name: &str, bytes: &[u8], depth: u32) -> Inspection {
        if let Some(format) = Format::of(kind) {
            return self.compressed(format, kind, name, bytes, depth);
        }
        match kind {
            Kind::Zip | Kind::PrefixedZip => self.archive(kind, bytes, depth),
            Kind::Pickle => {
                let mut notes = Notes::default();
                let mut inspection = self.pickles(bytes, 0, &mut notes, depth);
                self.modules.append(&mut notes.modules);
                inspection.storages = notes.storages;
                inspection
            }
            kind if configuration::is_one(name, kind) => {
                self.configuration(name, kind, bytes, depth)
            }
            Kind::Json if skops::is_schema(name, bytes) => self.skops_schema(bytes),
            Kind::Safetensors => self.safetensors(kind, bytes, depth),
            kind if safetensors::is_held_to(name, kind) => self.safetensors(kind, bytes, depth),
            Kind::Npy => self.npy(bytes, depth),
            Kind::Tar => self.tarball(bytes, depth),
            Kind::SevenZip => self.seven_zip(bytes, depth),
            Kind::Rar => {
                let mut inspection = Inspection::new(kind.label(), bytes.len());
                inspection.undecided(
                    &UNREAD_FORMAT,
                    format!("{kind} archives are not looked into"),
                    0..length(bytes.len()),
                );
                inspection
            }
            kind if sniff::is_passive(name, kind) => Inspection::passive(kind.label(), bytes.len()),
            kind if kind.is_weight_or_archive_or_code() => {
                Inspection::unsupported(kind.label(), bytes.len())
            }
            Kind::Unknown => self.unknown(bytes, "the content is no format that we know", depth),
            // Text, documents and images under a name that promises something else.
            kind => self.no_model(kind, name, bytes, depth),
        }
    }

    /// Text, a document or nothing at all, where the name promises something that loads.
    fn no_model(&mut self, kind: Kind, name: &str, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new(kind.label(), bytes.len());
        let reason = match kind {
            Kind::Empty => "the file is empty".to_owned(),
            Kind::GitLfsPointer => {
                "a Git LFS pointer stands in the place of the model: fetch it with `git lfs pull`"
                    .to_owned()
            }
            Kind::HtmlPage => "a web page stands in the place of the model".to_owned(),
            kind => format!("the content is {kind}, not a model"),
        };
        inspection.undecided(&NOT_A_MODEL, reason, 0..length(bytes.len()));
        if matches!(
            sniff::promise(name),
            Some(Promise::Python | Promise::Program)
        ) {
            inspection.unsupported = true;
        }
        self.search_all(bytes, &mut inspection, depth);
        inspection
    }

    /// A zip archive stands behind something else: each is what some loader reads.
    pub(crate) fn archive_behind(
        &mut self,
        kind: Kind,
        bytes: &[u8],
        at: usize,
        depth: u32,
        inspection: &mut Inspection,
    ) {
        inspection.say_as(
            &zip::BYTES_OUTSIDE,
            // Programs bring what they need along in that way.
            if kind.is_code() {
                Severity::Low
            } else {
                Severity::Medium
            },
            "the file is also a zip archive: loaders differ in which of the two they read",
            length(at)..length(bytes.len()),
        );
        let Some(archive) = depth
            .checked_sub(1)
            .map(|depth| self.archive(kind, bytes, depth))
        else {
            inspection.undecided(
                &LIMIT_REACHED,
                "containers are nested too deep to be read",
                length(at)..length(bytes.len()),
            );
            return;
        };
        inspection.undecided |= archive.undecided;
        inspection.unsupported |= archive.unsupported;
        inspection.also.push(Kind::Zip.label().to_owned());
        inspection.passive = false;
        inspection.findings.extend(archive.findings);
        inspection.members.extend(archive.members);
        for span in archive.coverage.spans() {
            inspection.attribute(span.start..span.end, span.attribution);
        }
        if inspection.kind.starts_with("pickle") {
            inspection.kind = PICKLE_AND_ZIP.to_owned();
        } else {
            inspection.kind.push_str(" and zip");
        }
    }
}
