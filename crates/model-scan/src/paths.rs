use std::cmp::Ordering;

/// The components of a name that count.
pub(crate) fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/')
        .filter(|part| !matches!(*part, b"" | b"."))
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
    use super::{folded, leads_out};

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
}
