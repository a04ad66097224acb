use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hasher as _};

/// The components of a name that count.
pub(crate) fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/')
        .filter(|part| !matches!(*part, b"" | b"."))
}

/// Sorts names, each with the index of its member, so that those follow each other, in the order of the
/// members, that are the same without regard to case, `./` and double slashes.
pub(crate) fn sorted<'n>(names: impl Iterator<Item = (&'n [u8], usize)>) -> Vec<(&'n [u8], usize)> {
    let mut hashed: Vec<(u64, &[u8], usize)> = names
        .map(|(name, index)| (hash(name), name, index))
        .collect();
    // Most names are told apart by their hash.
    hashed.sort_unstable_by(|(hash, a, at), (other_hash, b, other)| {
        hash.cmp(other_hash)
            .then_with(|| folded(a, b))
            .then(at.cmp(other))
    });
    hashed
        .into_iter()
        .map(|(_, name, index)| (name, index))
        .collect()
}

fn hash(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts(name) {
        for chunk in part.chunks(64) {
            let mut lower = [0; 64];
            for (place, byte) in lower.iter_mut().zip(chunk) {
                *place = byte.to_ascii_lowercase();
            }
            hasher.write(&lower);
        }
        hasher.write_u8(b'/');
    }
    hasher.finish()
}

/// Compares names without regard to case, `./` and double slashes.
pub(crate) fn folded(a: &[u8], b: &[u8]) -> Ordering {
    let fold = |name| {
        parts(name).flat_map(|part: &[u8]| {
            part.iter()
                .map(u8::to_ascii_lowercase)
                .chain(std::iter::once(b'/'))
        })
    };
    fold(a).cmp(fold(b))
}

/// Says whether a link that starts so many folders deep leaves the folder it is unpacked into.
pub(crate) fn leads_out(link: &[u8], depth: usize) -> bool {
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
    use super::{folded, leads_out, sorted};

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
    }

    #[test]
    fn equal_names_follow_each_other() {
        let long = [b'x'; 100];
        let names = [&b"./A"[..], b"b", b"a", b"B/", &long, b"c", &long];
        let sorted = sorted(names.into_iter().zip(0..));
        let place = |index| sorted.iter().position(|(_, at)| *at == index).unwrap();
        for (first, second) in [(0, 2), (1, 3), (4, 6)] {
            assert_eq!(place(first) + 1, place(second));
        }
    }
}
