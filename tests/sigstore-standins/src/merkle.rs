use crate::key::sha256;

/// The hash of a leaf (RFC 6962, section 2.1).
pub(crate) fn leaf(bytes: &[u8]) -> [u8; 32] {
    sha256(&[&[0], bytes].concat())
}

/// The root over leaves.
pub(crate) fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            sha256(&[&[1][..], &root(left), &root(right)].concat())
        }
    }
}

/// The hashes that lead from a leaf to the root, from the bottom up (RFC 6962, section 2.1.1).
pub(crate) fn path(index: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (path(index, left), root(right))
    } else {
        (path(index - left.len(), right), root(left))
    };
    path.push(other);
    path
}

/// The largest power of two below a number.
fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_root() {
        let leaves: Vec<[u8; 32]> = (0..7_u8).map(|n| leaf(&[n])).collect();
        assert_eq!(split(7), 4);
        assert_eq!(split(8), 4);
        let node = |a: &[u8], b: &[u8]| sha256(&[&[1], a, b].concat());
        // The sixth of seven: right of the fifth, left of the seventh, right of the first four.
        let path = path(5, &leaves);
        let below = node(&path[0], &leaves[5]);
        let above = node(&below, &path[1]);
        assert_eq!(node(&path[2], &above), root(&leaves));
        assert_eq!(path.len(), 3);
    }
}
