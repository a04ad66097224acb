use findings::{Attribution, Coverage, Rule};

use crate::inspect::Inspector;
use crate::inspection::{Inspection, length};
use crate::nested::Nested;
use crate::paths;
use crate::report::{CrcCheck, Member, Verdict};
use crate::rules::{LIMIT_REACHED, UNSAFE_LINK};
use crate::seven_zip::{self, Archive, Contents, ErrorKind, MemberKind, PartKind, Problem};
use crate::sniff::{self, Kind};
use crate::tail::Before;
use crate::zip;

impl Inspector<'_> {
    /// A 7z archive: each run of data is unpacked once and shared out among its files.
    pub(crate) fn seven_zip(&mut self, bytes: &[u8], depth: u32) -> Inspection {
        let mut inspection = Inspection::new(Kind::SevenZip.label(), bytes.len());
        let limits = &self.options.limits;
        let archive = Archive::read(bytes, &limits.seven_zip, &limits.unpack, &self.inflating);
        let archive = match archive {
            Ok(archive) => archive,
            Err(error) => {
                let rule = match error.kind() {
                    ErrorKind::UnreadMethod(_) => &zip::UNREADABLE_MEMBER,
                    ErrorKind::Packed(problem) => rule_of(*problem),
                    _ => &zip::WRONG_STRUCTURE,
                };
                inspection.undecided(rule, error.to_string(), 0..length(bytes.len()));
                self.search_all(bytes, &mut inspection, depth);
                return inspection;
            }
        };
        inspection.undecided |= !archive.is_complete();
        for divergence in archive.divergences() {
            inspection.findings.push(divergence.finding(&archive));
        }
        // What all packed bytes of a folder are, where everything in it was read.
        let mut accounts: Vec<Option<Attribution>> = vec![None; archive.folders()];
        let mut opened: Option<(usize, Contents<'_>)> = None;
        let mut open = None;
        for member in archive.members() {
            let Some(folder) = member.folder() else {
                let Some(seen) = self.seven_zip_entry(member, &archive, depth, &mut inspection)
                else {
                    break;
                };
                inspection.members.extend(seen.list());
                continue;
            };
            if open != Some(folder) {
                // The bytes of one folder are held at a time.
                drop(opened.take());
                opened = Some((
                    folder,
                    self.seven_zip_folder(&archive, folder, &mut inspection),
                ));
                open = Some(folder);
                if let Some(account) = accounts.get_mut(folder) {
                    *account = Some(Attribution::Container);
                }
            }
            let Some((_, contents)) = &opened else { break };
            let seen = self.seven_zip_member(member, &archive, contents, depth, &mut inspection);
            let Some(seen) = seen else { break };
            if let Some(account) = accounts.get_mut(folder) {
                *account = match (*account, seen.accounted) {
                    (Some(Attribution::Container), all) => all,
                    (Some(before), Some(_)) => Some(before),
                    _ => None,
                };
            }
            inspection.members.extend(seen.list());
        }
        self.seven_zip_parts(bytes, (&archive, &accounts), depth, &mut inspection);
        inspection
    }

    fn seven_zip_folder<'a>(
        &self,
        archive: &Archive<'a>,
        folder: usize,
        inspection: &mut Inspection,
    ) -> Contents<'a> {
        let contents = archive.open(folder, &self.options.limits.unpack, &self.inflating);
        for problem in contents.problems() {
            let place = archive.packed(folder);
            inspection.say(rule_of(*problem), problem.to_string(), place);
            inspection.undecided |= problem.is_undecided();
        }
        contents
    }

    fn seven_zip_member(
        &mut self,
        member: &seven_zip::Member,
        archive: &Archive<'_>,
        contents: &Contents<'_>,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        let name = member.text();
        let folder = member.folder().unwrap_or_default();
        let place = archive.packed(folder);
        let (bytes, whole) = contents.of(member);
        let unread = contents
            .problems()
            .iter()
            .any(|problem| matches!(problem, Problem::UnreadMethod(_) | Problem::Properties(_)));
        if unread {
            return Some(entry(name, Kind::Unknown.label(), Verdict::Undecided));
        }
        let offset = archive
            .is_stored(folder)
            .then(|| place.start.saturating_add(member.range().start));
        if member.kind() == MemberKind::SymbolicLink {
            let depth = paths::parts(member.name().as_bytes())
                .count()
                .saturating_sub(1);
            if paths::leads_out(bytes, depth) {
                let target = findings::escape_shortened(&String::from_utf8_lossy(bytes), 200);
                inspection.say(
                    &UNSAFE_LINK,
                    format!("the symbolic link `{name}` leads out of the archive, to `{target}`"),
                    archive.header(),
                );
            }
        }
        let mut seen = self.take_in(&name, bytes, offset, place.clone(), depth, inspection)?;
        match member.crc() {
            _ if !whole => {
                inspection.undecided = true;
                seen.accounted = None;
                seen.member.crc = CrcCheck::NotChecked;
            }
            Some(stated) if crc32fast::hash(bytes) != stated => {
                inspection.say(
                    &zip::WRONG_CHECKSUM,
                    format!("`{name}` does not have the checksum that the archive states"),
                    place,
                );
                seen.member.crc = CrcCheck::Mismatch;
            }
            Some(_) => seen.member.crc = CrcCheck::Ok,
            None => {}
        }
        Some(seen)
    }

    /// Lists a member without data. An empty file is looked at like any other where its name promises more.
    fn seven_zip_entry(
        &mut self,
        member: &seven_zip::Member,
        archive: &Archive<'_>,
        depth: u32,
        inspection: &mut Inspection,
    ) -> Option<Nested> {
        let name = member.text();
        let is_file = member.kind() == MemberKind::File;
        if is_file && !sniff::is_passive(&name, Kind::Empty) {
            return self.take_in(&name, &[], None, archive.header(), depth, inspection);
        }
        let Some(left) = self.members.checked_sub(1) else {
            inspection.undecided(
                &LIMIT_REACHED,
                "there are too many members",
                archive.header(),
            );
            return None;
        };
        self.members = left;
        let kind = match member.kind() {
            MemberKind::Directory => "folder",
            MemberKind::SymbolicLink => "symbolic link",
            MemberKind::Anti => "anti-item",
            MemberKind::File => Kind::Empty.label(),
        };
        Some(entry(name, kind, Verdict::Passive))
    }

    /// Attributes headers, padding and the folders that were read to the last byte, in the order of the bytes,
    /// and looks at bytes that belong to no member.
    fn seven_zip_parts(
        &mut self,
        bytes: &[u8],
        (archive, accounts): (&Archive<'_>, &[Option<Attribution>]),
        depth: u32,
        inspection: &mut Inspection,
    ) {
        for part in archive.structure() {
            let attribution = match part.kind {
                PartKind::Packed(folder) => accounts.get(folder).copied().flatten(),
                kind => kind.attribution(),
            };
            if let Some(attribution) = attribution {
                inspection.attribute(part.range.clone(), attribution);
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
            let before = Before::Content(Kind::SevenZip);
            self.tail(before, bytes, start, end, depth, inspection);
        }
    }
}

fn entry(name: String, kind: &str, verdict: Verdict) -> Nested {
    Nested {
        member: Member {
            name,
            kind: kind.to_owned(),
            bytes: 0,
            verdict,
            crc: CrcCheck::None,
            accounted: 0,
        },
        inner: Vec::new(),
        accounted: None,
        coverage: Coverage::new(0),
    }
}

const fn rule_of(problem: Problem) -> &'static Rule {
    match problem {
        Problem::UnreadMethod(_) | Problem::Properties(_) | Problem::Corrupt { .. } => {
            &zip::UNREADABLE_MEMBER
        }
        Problem::LimitReached(_) => &zip::DECOMPRESSION_LIMIT,
        _ => &zip::WRONG_SIZE,
    }
}
