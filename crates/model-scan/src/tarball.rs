use findings::{Coverage, Severity};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::legacy_tar::Table;
use crate::nested::{Accounts, Nested};
use crate::report::{CrcCheck, Member, Verdict};
use crate::rules::LIMIT_REACHED;
use crate::sniff::{self, Kind};
use crate::tail::Before;
use crate::tar::{self, Archive, DivergenceKind, MemberKind, PartKind, Problem};
use crate::zip;

/// What an archive is, by the names of its members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Contents {
    Plain,
    /// What `torch.save` wrote before version 0.1.10.
    LegacyTorch,
    Nemo,
    OciImage,
    /// One layer of a container's file system.
    FileSystem,
    SourceDistribution,
}

impl Contents {
    const fn label(self) -> &'static str {
        match self {
            Self::Plain => "tar",
            Self::LegacyTorch => "legacy torch tar",
            Self::Nemo => "nemo tar",
            Self::OciImage => "oci image tar",
            Self::FileSystem => "file system tar",
            Self::SourceDistribution => "python sdist tar",
        }
    }

    fn of(archive: &Archive<'_>) -> Self {
        let names = || archive.members().iter().map(|member| plain(member.name()));
        let has = |wanted: &[u8]| names().any(|name| name == wanted);
        if has(b"pickle") && has(b"storages") && has(b"tensors") {
            Self::LegacyTorch
        } else if names().any(|name| name.ends_with(b".yaml"))
            && names().any(|name| name.ends_with(b".ckpt"))
        {
            Self::Nemo
        } else if has(b"oci-layout") && has(b"index.json") {
            Self::OciImage
        } else if names().any(is_whiteout) || has(b"etc") && has(b"usr") {
            Self::FileSystem
        } else if names().any(|name| {
            name.strip_suffix(b"/PKG-INFO")
                .is_some_and(|folder| !folder.contains(&b'/'))
        }) {
            Self::SourceDistribution
        } else {
            Self::Plain
        }
    }
}

/// A name without `./` before it and without slashes behind it.
fn plain(name: &[u8]) -> &[u8] {
    let mut name = name;
    while let Some(rest) = name.strip_prefix(b"./") {
        name = rest;
    }
    while let Some(rest) = name.strip_suffix(b"/") {
        name = rest;
    }
    name
}

/// Says whether the file marks one of a lower layer as gone.
fn is_whiteout(name: &[u8]) -> bool {
    name.rsplit(|byte| *byte == b'/')
        .next()
        .is_some_and(|last| last.starts_with(b".wh."))
}

impl Inspector<'_> {
    /// A tar archive, as every reader of it would see it.
    pub(crate) fn tarball(&mut self, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new("tar", bytes.len());
        let archive = match Archive::read(bytes, &self.options.limits.tar) {
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
        let contents = Contents::of(&archive);
        inspection.kind = contents.label().to_owned();
        inspection.undecided |= !archive.is_complete();
        for divergence in archive.divergences() {
            let mut finding = divergence.finding(&archive);
            // In the image of a file system a link counts from the root of that system.
            let symbolic = matches!(
                divergence.kind,
                DivergenceKind::LinkOutside {
                    kind: MemberKind::SymbolicLink,
                    ..
                }
            );
            if symbolic && contents == Contents::FileSystem {
                finding.severity = Severity::Low;
            }
            inspection.findings.push(finding);
        }
        let mut accounts = Accounts::default();
        for (index, member) in archive.members().iter().enumerate() {
            let Some(listed) = self.tar_member(&archive, contents, member, depth, &mut inspection)
            else {
                break;
            };
            let start = member
                .readings()
                .next()
                .map_or(0, |reading| reading.data().start);
            inspection
                .members
                .extend(listed.into_iter().enumerate().flat_map(|(number, seen)| {
                    let mut seen = seen;
                    let coverage = std::mem::take(&mut seen.coverage);
                    match seen.accounted {
                        Some(attribution) if number == 0 => accounts.all(index, attribution),
                        None if number == 0 => accounts.parts(index, start, coverage),
                        _ => {}
                    }
                    // Further readings are members of their own: another run of bytes goes by that name.
                    seen.list()
                }));
        }
        self.tar_parts(bytes, (&archive, &accounts), depth, &mut inspection);
        inspection
    }

    /// Looks at every run of bytes that some reader takes for a member's. `None` if a ceiling was reached.
    fn tar_member(
        &mut self,
        archive: &Archive<'_>,
        contents: Contents,
        member: &tar::Member<'_>,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<Vec<Nested>> {
        let name = member.text();
        if member.readings().next().is_none() {
            return self
                .tar_entry(member, name, depth, inspection)
                .map(|seen| vec![seen]);
        }
        let mut listed: Vec<Nested> = Vec::new();
        let is_sparse = member
            .readings()
            .next()
            .is_some_and(tar::Reading::is_sparse);
        for reading in member.readings() {
            let opened = archive.open(reading, &self.options.limits.tar);
            let bytes = opened.bytes();
            if !self.inflating.take(length(bytes.len())) {
                inspection.undecided(
                    &zip::DECOMPRESSION_LIMIT,
                    format!("`{name}`: members share more bytes than are read"),
                    reading.data(),
                );
                return None;
            }
            if let Some(problem) = opened.problem() {
                let rule = match problem {
                    Problem::LimitReached(_) => &zip::DECOMPRESSION_LIMIT,
                    _ => &zip::WRONG_SIZE,
                };
                inspection.undecided(rule, format!("`{name}`: {problem}"), reading.data());
            }
            let offset = (!reading.is_sparse()).then(|| reading.data().start);
            if is_sparse && !listed.is_empty() {
                // What readers see that do not fill the holes is no format, but may be a pickle's start.
                let mut found = Inspection::new(Kind::Unknown.label(), bytes.len());
                self.as_pickle(bytes, &mut found);
                self.search_all(bytes, &mut found, depth);
                let findings = found.findings.into_iter().map(|mut finding| {
                    finding.location = finding.location.within(&name, offset);
                    finding
                });
                inspection.findings.extend(findings);
                continue;
            }
            let found = match (contents, plain(member.name())) {
                (Contents::LegacyTorch, b"storages") => {
                    self.nested_as(&name, depth, |this, depth| {
                        this.table(Table::Storages, bytes, depth)
                    })
                }
                (Contents::LegacyTorch, b"tensors") => {
                    self.nested_as(&name, depth, |this, depth| {
                        this.table(Table::Tensors, bytes, depth)
                    })
                }
                _ => self.nested(&name, bytes, depth),
            };
            let place = reading.data();
            let mut seen = self.taken(&name, bytes.len(), offset, place, found, inspection)?;
            if is_sparse {
                // Its bytes do not stand in the archive as they are.
                seen.coverage = Coverage::new(0);
            }
            listed.push(seen);
        }
        Some(listed)
    }

    /// Lists a member without data. An empty file is looked at like any other where its name promises more.
    fn tar_entry(
        &mut self,
        member: &tar::Member<'_>,
        name: String,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        if member.kind() == MemberKind::File && !sniff::is_passive(&name, Kind::Empty) {
            return self.take_in(&name, &[], None, member.header(), depth, inspection);
        }
        let Some(left) = self.members.checked_sub(1) else {
            inspection.undecided(
                &LIMIT_REACHED,
                "there are too many members",
                member.header(),
            );
            return None;
        };
        self.members = left;
        let kind = match member.kind() {
            MemberKind::File => Kind::Empty.label().to_owned(),
            kind => kind.to_string(),
        };
        Some(Nested {
            member: Member {
                name,
                kind,
                bytes: 0,
                verdict: Verdict::Passive,
                crc: CrcCheck::None,
                accounted: 0,
            },
            inner: Vec::new(),
            accounted: None,
            coverage: Coverage::new(0),
        })
    }

    /// Attributes headers, padding and the data that was read, in the order of the bytes, and looks at headers
    /// and at bytes that belong to no member.
    fn tar_parts(
        &mut self,
        bytes: &[u8],
        (archive, accounts): (&Archive<'_>, &Accounts),
        depth: u32,
        inspection: &mut Inspection,
    ) {
        for part in archive.structure() {
            if let Some(attribution) = part.kind.attribution() {
                inspection.attribute(part.range.clone(), attribution);
            } else if let PartKind::Data(member) = part.kind {
                accounts.attribute(member, &part.range, &mut inspection.coverage);
            }
            if matches!(part.kind, PartKind::Header(_) | PartKind::Extended) {
                self.search_aside(bytes, &part.range, inspection, depth);
            }
            if part.kind != PartKind::Outside {
                continue;
            }
            let (Ok(start), Ok(end)) = (
                usize::try_from(part.range.start),
                usize::try_from(part.range.end),
            ) else {
                continue;
            };
            let before = Before::Content(Kind::Tar);
            self.tail(before, bytes, start, end, depth, inspection);
        }
    }
}
