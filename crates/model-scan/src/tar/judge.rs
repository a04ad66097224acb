use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use super::build::Builder;
use super::{DivergenceKind, MemberKind};
use crate::paths::{self, folded, leads_out, parts};
use crate::zip::faults;

impl Builder<'_, '_> {
    /// Judges names and links, once all members are known.
    pub(super) fn judge(&mut self) {
        self.judge_names();
        self.judge_twins();
        self.judge_links();
    }

    fn judge_names(&mut self) {
        let Self {
            members,
            log,
            limits,
            ..
        } = self;
        for (index, member) in members.iter().enumerate() {
            for name in std::iter::once(&member.name).chain(&member.other_names) {
                for fault in faults(name, false, limits.name) {
                    log.say(DivergenceKind::Name(fault), member.header(), Some(index));
                }
            }
            if matches!(member.kind, MemberKind::Device | MemberKind::Pipe) {
                let kind = DivergenceKind::SpecialFile(member.kind);
                log.say(kind, member.header(), Some(index));
            }
        }
    }

    /// Two names of one member are one member; folders may be listed again.
    fn judge_twins(&mut self) {
        let Self { members, log, .. } = self;
        let names = paths::sorted(members.iter().enumerate().flat_map(|(index, member)| {
            std::iter::once(&member.name)
                .chain(&member.other_names)
                .map(move |name| (&**name, index))
        }));
        for pair in names.windows(2) {
            let [(first, before), (name, index)] = pair else {
                continue;
            };
            if before == index || folded(first, name) != Ordering::Equal {
                continue;
            }
            let (Some(earlier), Some(member)) = (members.get(*before), members.get(*index)) else {
                continue;
            };
            let folders = earlier.kind == MemberKind::Directory && member.kind == earlier.kind;
            if folders || earlier.name != *first && member.name != *name {
                continue;
            }
            let kind = if parts(first).eq(parts(name)) {
                DivergenceKind::DuplicateName
            } else {
                DivergenceKind::CaseTwin
            };
            log.say(kind, member.header(), Some(*index));
        }
    }

    fn judge_links(&mut self) {
        let Self { members, log, .. } = self;
        // Links that lead out, by the hash of their path, with the first member that is one.
        let mut outside: HashMap<u64, usize> = HashMap::new();
        for (index, member) in members.iter().enumerate() {
            for link in &member.links {
                // A symbolic link is followed from where it lies, a hard link from the archive's root.
                let depth = match member.kind {
                    MemberKind::SymbolicLink => parts(&member.name).count().saturating_sub(1),
                    _ => 0,
                };
                if !leads_out(link, depth) {
                    continue;
                }
                let kind = DivergenceKind::LinkOutside {
                    kind: member.kind,
                    target: link.iter().copied().take(1024).collect(),
                };
                log.say(kind, member.header(), Some(index));
                if let Some(last) = prefixes(&member.name).last() {
                    outside.entry(last).or_insert(index);
                }
            }
        }
        if outside.is_empty() {
            return;
        }
        for (index, member) in members.iter().enumerate() {
            let through = prefixes(&member.name)
                .filter_map(|prefix| outside.get(&prefix))
                .any(|link| *link < index);
            if through && member.kind != MemberKind::Directory {
                log.say(DivergenceKind::ThroughLink, member.header(), Some(index));
            }
        }
    }
}

/// A hash for each leading run of components.
fn prefixes(name: &[u8]) -> impl Iterator<Item = u64> {
    let mut hasher = DefaultHasher::new();
    parts(name).map(move |part| {
        hasher.write(part);
        hasher.write_u8(b'/');
        hasher.clone().finish()
    })
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn prefixes_go_by_components() {
        assert_eq!(prefixes(b"a/b").last(), prefixes(b"./a//b/").last());
        assert_ne!(prefixes(b"a/b").last(), prefixes(b"ab").last());
    }
}
