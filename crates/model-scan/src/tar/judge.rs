use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use super::build::Builder;
use super::{DivergenceKind, MemberKind};
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
        let mut names: Vec<(&[u8], usize)> = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            names.push((&member.name, index));
            names.extend(member.other_names.iter().map(|name| (&**name, index)));
        }
        names.sort_by(|(a, at), (b, other)| folded(a, b).then(at.cmp(other)));
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

/// The components of a name that count.
fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/')
        .filter(|part| !matches!(*part, b"" | b"."))
}

/// Compares names without regard to case, `./` and double slashes.
fn folded(a: &[u8], b: &[u8]) -> Ordering {
    let fold = |name| {
        parts(name).flat_map(|part: &[u8]| {
            part.iter()
                .map(u8::to_ascii_lowercase)
                .chain(std::iter::once(b'/'))
        })
    };
    fold(a).cmp(fold(b))
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

/// Says whether a link that starts so many folders deep leaves the folder it is unpacked into.
fn leads_out(link: &[u8], depth: usize) -> bool {
    if matches!(link, [b'/' | b'\\', ..] | [_, b':', b'/' | b'\\', ..]) {
        return true;
    }
    let mut depth = depth;
    for part in parts(link) {
        if part == b".." {
            match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return true,
            }
        } else {
            depth = depth.saturating_add(1);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{folded, leads_out, prefixes};

    #[test]
    fn links_that_leave_are_told_from_those_that_stay() {
        for (link, depth) in [
            (&b"/etc/passwd"[..], 3),
            (b"../x", 0),
            (b"a/../../x", 0),
            (b"C:\\x", 0),
        ] {
            assert!(leads_out(link, depth), "{}", link.escape_ascii());
        }
        for (link, depth) in [(&b"../x"[..], 1), (b"a/../x", 0), (b"./x", 0), (b"..x", 0)] {
            assert!(!leads_out(link, depth), "{}", link.escape_ascii());
        }
    }

    #[test]
    fn names_are_folded_by_components() {
        assert!(folded(b"./A//b", b"a/B").is_eq());
        assert!(folded(b"a/b", b"ab").is_ne());
        assert_eq!(prefixes(b"a/b").last(), prefixes(b"./a//b/").last());
        assert_ne!(prefixes(b"a/b").last(), prefixes(b"ab").last());
    }
}
