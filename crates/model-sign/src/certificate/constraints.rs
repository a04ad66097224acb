use super::der::{DerError, DerFault, Element, SEQUENCE};
use super::{AlternativeName, Certificate, CertificateError};

/// The names that an authority permits and excludes below it, RFC 5280 section 4.2.1.10.
#[derive(Clone, Debug)]
pub(super) struct NameConstraints {
    permitted: Vec<AlternativeName>,
    excluded: Vec<AlternativeName>,
}

/// Whether a name is within a subtree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Within {
    Yes,
    No,
    /// One of the two cannot be understood.
    Unclear,
}

/// What a comparison is for: where case may or may not matter, each side takes the stricter reading.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Permitted,
    Excluded,
}

impl NameConstraints {
    pub(super) fn read(list: &Element<'_>) -> Result<Self, DerError> {
        let mut reader = list.inside();
        let mut trees = |tag| {
            let list = reader.optional(tag)?;
            list.map_or(Ok(Vec::new()), |list| subtrees(&list))
        };
        let (permitted, excluded) = (trees(0xa0)?, trees(0xa1)?);
        reader.end()?;
        if permitted.is_empty() && excluded.is_empty() {
            return Err(list.fault(DerFault::Empty));
        }
        Ok(Self {
            permitted,
            excluded,
        })
    }

    /// Refuses a certificate with a name that these constraints, of `authority`, do not allow. `spend` is asked
    /// before each comparison.
    pub(super) fn check(
        &self,
        authority: &Certificate,
        below: &Certificate,
        spend: &mut dyn FnMut(usize) -> Result<(), CertificateError>,
    ) -> Result<(), CertificateError> {
        let subject = below.subject();
        if !subject.is_empty() {
            let name = AlternativeName::Directory(subject.clone());
            self.check_name(authority, &name, spend)?;
        }
        // Addresses in the subject's name count beside the alternative ones: leaving them out would let a
        // certificate with one harmless alternative name carry any other there.
        for email in subject.emails() {
            let Some(email) = email else {
                return Err(CertificateError::NameConstraint {
                    name: subject.to_string(),
                    authority: authority.subject().to_string(),
                });
            };
            self.check_name(authority, &AlternativeName::Email(email), spend)?;
        }
        for name in below.alternative_names() {
            self.check_name(authority, name, spend)?;
        }
        Ok(())
    }

    fn check_name(
        &self,
        authority: &Certificate,
        name: &AlternativeName,
        spend: &mut dyn FnMut(usize) -> Result<(), CertificateError>,
    ) -> Result<(), CertificateError> {
        let texts = || (name.to_string(), authority.subject().to_string());
        let unclear = || {
            let (name, authority) = texts();
            CertificateError::NameConstraint { name, authority }
        };
        for tree in &self.excluded {
            spend(cost(tree, name))?;
            match within(name, tree, Side::Excluded) {
                Some(Within::Yes) => {
                    let (name, authority) = texts();
                    return Err(CertificateError::NameExcluded { name, authority });
                }
                Some(Within::Unclear) => return Err(unclear()),
                Some(Within::No) | None => {}
            }
        }
        let mut permitted = None;
        for tree in &self.permitted {
            spend(cost(tree, name))?;
            match within(name, tree, Side::Permitted) {
                Some(Within::Yes) => return Ok(()),
                Some(Within::Unclear) => return Err(unclear()),
                Some(Within::No) => permitted = Some(()),
                None => {}
            }
        }
        match permitted {
            None => Ok(()),
            Some(()) => {
                let (name, authority) = texts();
                Err(CertificateError::NameNotPermitted { name, authority })
            }
        }
    }
}

fn subtrees(list: &Element<'_>) -> Result<Vec<AlternativeName>, DerError> {
    let mut trees = Vec::new();
    let mut reader = list.inside();
    while !reader.is_empty() {
        let mut fields = reader.one(SEQUENCE)?.inside();
        let base = fields.any()?;
        // RFC 5280 section 4.2.1.10: the minimum is zero and the maximum absent; DER leaves the zero out.
        fields.end()?;
        let tree = AlternativeName::read(&base)?;
        if matches!(&tree, AlternativeName::Ip(octets) if !is_network(octets)) {
            return Err(base.fault(DerFault::Value));
        }
        trees.push(tree);
    }
    if trees.is_empty() {
        return Err(list.fault(DerFault::Empty));
    }
    Ok(trees)
}

/// Whether octets are an address and a mask whose ones come first.
fn is_network(octets: &[u8]) -> bool {
    let (8 | 32, Some((_, mask))) = (octets.len(), octets.split_at_checked(octets.len() / 2))
    else {
        return false;
    };
    let mask = mask
        .iter()
        .fold(0_u128, |bits, octet| (bits << 8) | u128::from(*octet));
    let width = if octets.len() == 8 { 32 } else { 128 };
    mask.count_ones()
        .saturating_add(mask.trailing_zeros().min(width))
        == width
}

/// How many bytes are compared for the price of one comparison; hardly a name is longer.
const BYTES_OF_ONE: usize = 128;

/// What one comparison costs: attributes are compared each with each, and a long name takes longer than a short one.
fn cost(tree: &AlternativeName, name: &AlternativeName) -> usize {
    let (pairs, passes) = match (tree, name) {
        (AlternativeName::Directory(tree), AlternativeName::Directory(name)) => {
            let (tree, name) = (tree.attributes(), name.attributes());
            (tree.saturating_mul(name).max(1), tree.min(name).max(1))
        }
        _ => (1, 1),
    };
    let bytes = tree.bytes().saturating_add(name.bytes());
    pairs.saturating_add(bytes.saturating_mul(passes) / BYTES_OF_ONE)
}

/// Compares a name with a subtree; `None` where they are of different kinds.
fn within(name: &AlternativeName, tree: &AlternativeName, side: Side) -> Option<Within> {
    use AlternativeName::{Directory, Dns, Email, Ip, Other, Uri};
    Some(match (name, tree) {
        (Email(name), Email(tree)) => email_within(name, tree, side),
        (Dns(name), Dns(tree)) => host_within(name, tree),
        (Uri(name), Uri(tree)) => match host_of(name) {
            Some(host) if tree.starts_with('.') => host_within(host, tree),
            // RFC 5280 section 4.2.1.10: without a period in front, a constraint on URIs is one host. Excluding
            // takes what lies below along.
            Some(host) if side == Side::Excluded => host_within(host, tree),
            Some(host) => same(host, tree),
            None => Within::Unclear,
        },
        (Ip(name), Ip(tree)) => ip_within(name, tree),
        (Directory(name), Directory(tree)) => match tree.begins(name) {
            Some(true) => Within::Yes,
            Some(false) => Within::No,
            None => Within::Unclear,
        },
        // What kind 0 is depends on an identifier inside, so any two of a kind are unclear.
        (Other { kind: name }, Other { kind: tree }) if name == tree => Within::Unclear,
        _ => return None,
    })
}

fn same(name: &str, tree: &str) -> Within {
    if name.eq_ignore_ascii_case(tree) {
        Within::Yes
    } else {
        Within::No
    }
}

/// A host is within `example.com` if it is that or below it, and within `.example.com` if it is below it.
fn host_within(name: &str, tree: &str) -> Within {
    // A wildcard stands for hosts inside and outside, and a final period writes the same host another way.
    if name.contains('*') || name.ends_with('.') || name.is_empty() {
        return Within::Unclear;
    }
    let domain = tree.strip_prefix('.').unwrap_or(tree);
    if domain.is_empty() {
        return Within::Yes;
    }
    let above = name
        .len()
        .checked_sub(domain.len())
        .and_then(|at| name.split_at_checked(at));
    match above {
        Some(("", host)) if tree == domain => same(host, domain),
        Some((above, host)) if above.ends_with('.') => same(host, domain),
        _ => Within::No,
    }
}

/// An address is within another, within a host, or within the hosts below `.example.com`.
fn email_within(name: &str, tree: &str, side: Side) -> Within {
    let Some((local, host)) = name.rsplit_once('@') else {
        return Within::Unclear;
    };
    if local.contains(['@', '"']) || host.is_empty() {
        return Within::Unclear;
    }
    match tree.rsplit_once('@') {
        Some((wanted, tree)) => match side {
            Side::Permitted if local != wanted => Within::No,
            Side::Excluded if !local.eq_ignore_ascii_case(wanted) => Within::No,
            _ => same(host, tree),
        },
        None if tree.starts_with('.') || side == Side::Excluded => host_within(host, tree),
        None if tree.is_empty() => Within::Yes,
        None => same(host, tree),
    }
}

/// The host of a URI with an authority; addresses in place of a host are none.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_number = host
        .rsplit('.')
        .next()?
        .bytes()
        .all(|octet| octet.is_ascii_digit());
    (!host.starts_with('[') && !is_number).then_some(host)
}

fn ip_within(name: &[u8], network: &[u8]) -> Within {
    let Some((address, mask)) = network.split_at_checked(network.len() / 2) else {
        return Within::Unclear;
    };
    if name.len() != address.len() {
        return Within::No;
    }
    let mut octets = name.iter().zip(address).zip(mask);
    if octets.all(|((name, address), mask)| name & mask == address & mask) {
        Within::Yes
    } else {
        Within::No
    }
}

#[cfg(test)]
mod tests {
    use super::AlternativeName::{Dns, Email, Ip, Uri};
    use super::{Side, Within, is_network, within};
    use crate::certificate::AlternativeName;

    fn permitted(name: &AlternativeName, tree: &AlternativeName) -> Option<Within> {
        within(name, tree, Side::Permitted)
    }

    fn dns(name: &str, tree: &str) -> Within {
        permitted(&Dns(name.into()), &Dns(tree.into())).unwrap()
    }

    fn email(name: &str, tree: &str, side: Side) -> Within {
        within(&Email(name.into()), &Email(tree.into()), side).unwrap()
    }

    fn uri(name: &str, tree: &str, side: Side) -> Within {
        within(&Uri(name.into()), &Uri(tree.into()), side).unwrap()
    }

    #[test]
    fn a_host_is_within_its_domain() {
        for (name, tree, wanted) in [
            ("a.example.com", "example.com", Within::Yes),
            ("EXAMPLE.com", "example.COM", Within::Yes),
            ("badexample.com", "example.com", Within::No),
            ("example.com", "a.example.com", Within::No),
            ("example.com", ".example.com", Within::No),
            ("a.example.com", ".example.com", Within::Yes),
            ("anything", "", Within::Yes),
            ("*.example.com", "a.example.com", Within::Unclear),
            ("example.com.", "example.com", Within::Unclear),
        ] {
            assert_eq!(dns(name, tree), wanted, "{name} in {tree}");
        }
    }

    #[test]
    fn an_address_is_within_its_host() {
        use Side::{Excluded, Permitted};
        for (name, tree, side, wanted) in [
            ("a@example.com", "example.com", Permitted, Within::Yes),
            ("a@b.example.com", "example.com", Permitted, Within::No),
            ("a@b.example.com", "example.com", Excluded, Within::Yes),
            ("a@b.example.com", ".example.com", Permitted, Within::Yes),
            ("a@example.com", "a@EXAMPLE.com", Permitted, Within::Yes),
            ("A@example.com", "a@example.com", Permitted, Within::No),
            ("A@example.com", "a@example.com", Excluded, Within::Yes),
            (
                "b@evil.com@example.com",
                "example.com",
                Permitted,
                Within::Unclear,
            ),
            (
                "\"a@b\"@example.com",
                "example.com",
                Permitted,
                Within::Unclear,
            ),
            ("example.com", "example.com", Permitted, Within::Unclear),
        ] {
            assert_eq!(email(name, tree, side), wanted, "{name} in {tree}");
        }
    }

    #[test]
    fn a_uri_is_judged_by_its_host() {
        use Side::{Excluded, Permitted};
        for (name, tree, side, wanted) in [
            (
                "https://u@example.com:8/x",
                "example.com",
                Permitted,
                Within::Yes,
            ),
            (
                "https://a.example.com",
                "example.com",
                Permitted,
                Within::No,
            ),
            (
                "https://a.example.com",
                "example.com",
                Excluded,
                Within::Yes,
            ),
            (
                "spiffe://a.example.com/x",
                ".example.com",
                Permitted,
                Within::Yes,
            ),
            (
                "https://evil.com\\@example.com/",
                "example.com",
                Permitted,
                Within::No,
            ),
            (
                "https://evil.com/@example.com",
                "example.com",
                Permitted,
                Within::No,
            ),
            (
                "urn:x:example.com",
                "example.com",
                Permitted,
                Within::Unclear,
            ),
            ("https://[::1]/", "example.com", Permitted, Within::Unclear),
            (
                "https://127.0.0.1/",
                "example.com",
                Excluded,
                Within::Unclear,
            ),
        ] {
            assert_eq!(uri(name, tree, side), wanted, "{name} in {tree}");
        }
    }

    #[test]
    fn an_ip_address_is_within_its_network() {
        let network = Ip([10, 1, 0, 0, 255, 255, 0, 0].into());
        let within = |octets: &[u8]| permitted(&Ip(octets.into()), &network).unwrap();
        assert_eq!(within(&[10, 1, 2, 3]), Within::Yes);
        assert_eq!(within(&[10, 2, 2, 3]), Within::No);
        assert_eq!(within(&[0; 16]), Within::No);
        assert!(
            is_network(&[0; 8])
                && is_network(&[255; 32])
                && is_network(&[1, 2, 3, 4, 255, 254, 0, 0])
        );
        assert!(!is_network(&[1, 2, 3, 4, 255, 0, 255, 0]) && !is_network(&[0; 16]));
    }

    #[test]
    fn names_of_different_kinds_are_not_compared() {
        assert_eq!(permitted(&Dns("a".into()), &Email("a".into())), None);
        let other = |kind| AlternativeName::Other { kind };
        assert_eq!(permitted(&other(0), &other(0)), Some(Within::Unclear));
        assert_eq!(permitted(&other(0), &other(8)), None);
    }
}
