use std::time::SystemTime;

use model_digest::Digest;

use super::extensions::Purposes;
use super::{
    AuthorityFault, Certificate, CertificateError, ChainLimit, ChainLimits, DistinguishedName,
    TrustAnchors,
};

/// Where the path of a leaf ended.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) anchor: DistinguishedName,
    pub(super) fingerprint: Digest,
    /// Certificates between the leaf and the anchor.
    pub(super) intermediates: usize,
}

impl Path {
    fn new(anchor: &Certificate, intermediates: usize) -> Self {
        Self {
            anchor: anchor.subject().clone(),
            fingerprint: anchor.fingerprint(),
            intermediates,
        }
    }
}

/// What the search may still do.
struct Budget<'a> {
    limits: &'a ChainLimits,
    signatures: u32,
    steps: u32,
    comparisons: u32,
}

impl<'a> Budget<'a> {
    fn new(limits: &'a ChainLimits) -> Self {
        Self {
            limits,
            signatures: limits.signatures,
            steps: limits.steps,
            comparisons: limits.comparisons,
        }
    }

    fn signature(&mut self) -> Result<(), CertificateError> {
        let most = self.limits.signatures;
        spend(&mut self.signatures, 1, most, ChainLimit::Signatures)
    }

    fn step(&mut self) -> Result<(), CertificateError> {
        spend(&mut self.steps, 1, self.limits.steps, ChainLimit::Steps)
    }

    fn comparisons(&mut self, count: usize) -> Result<(), CertificateError> {
        let (count, most) = (
            u32::try_from(count).unwrap_or(u32::MAX),
            self.limits.comparisons,
        );
        spend(&mut self.comparisons, count, most, ChainLimit::Comparisons)
    }
}

fn spend(left: &mut u32, count: u32, most: u32, what: ChainLimit) -> Result<(), CertificateError> {
    let Some(rest) = left.checked_sub(count) else {
        return Err(CertificateError::LimitExceeded {
            what,
            found: u64::from(most)
                .saturating_sub(u64::from(*left))
                .saturating_add(u64::from(count)),
            most: most.into(),
        });
    };
    *left = rest;
    Ok(())
}

/// A certificate that may have issued another.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    certificate: &'a Certificate,
    is_root: bool,
}

/// One certificate of the path that is being built, with those that may have issued it, likeliest last.
struct Link<'a> {
    certificate: &'a Certificate,
    issuers: Vec<Candidate<'a>>,
}

/// Looks for a path from a leaf to a root, depth first and without recursion.
///
/// Candidates are tried in this order: those whose key identifier fits, roots first; then the rest. What fails is
/// left behind and the search goes on, as with certificates under the same name only one may be of use.
pub(super) fn find(
    anchors: &TrustAnchors,
    leaf: &Certificate,
    presented: &[Certificate],
    at: SystemTime,
    limits: &ChainLimits,
) -> Result<Path, CertificateError> {
    let roots = anchors.roots();
    if roots.contains(leaf) {
        return Ok(Path::new(leaf, 0));
    }
    let mut others: Vec<&Certificate> = Vec::new();
    for certificate in presented.iter().chain(anchors.intermediates()) {
        if certificate != leaf && !roots.contains(certificate) && !others.contains(&certificate) {
            others.push(certificate);
        }
    }
    let issuers = |certificate: &Certificate| {
        let of_name = |issuer: &&Certificate| issuer.subject() == certificate.issuer();
        let candidate = |is_root| {
            move |certificate| Candidate {
                certificate,
                is_root,
            }
        };
        let of_roots = roots.iter().filter(of_name).map(candidate(true));
        let of_others = others.iter().copied().filter(of_name).map(candidate(false));
        let mut found: Vec<_> = of_roots.chain(of_others).collect();
        found.sort_by_key(|issuer| !certificate.may_be_from(issuer.certificate));
        found.reverse();
        found
    };
    let mut budget = Budget::new(limits);
    let mut failure = Failure::default();
    let mut links = vec![Link {
        certificate: leaf,
        issuers: issuers(leaf),
    }];
    failure.unknown(&links);
    while let Some(link) = links.last_mut() {
        let certificate = link.certificate;
        let Some(issuer) = link.issuers.pop() else {
            links.pop();
            continue;
        };
        budget.step()?;
        if links
            .iter()
            .any(|link| link.certificate == issuer.certificate)
        {
            continue;
        }
        if let Err(error) = check(&links, certificate, issuer.certificate, at, &mut budget) {
            if matches!(error, CertificateError::LimitExceeded { .. }) {
                return Err(error);
            }
            failure.note(error, certificate.may_be_from(issuer.certificate));
            continue;
        }
        let intermediates = links.len().saturating_sub(1);
        if issuer.is_root {
            return Ok(Path::new(issuer.certificate, intermediates));
        }
        if intermediates >= limits.intermediates {
            let most = limits.intermediates;
            let found = intermediates.saturating_add(1);
            let error = super::pem::exceeded(ChainLimit::Intermediates, found, most);
            failure.note(error, true);
            continue;
        }
        links.push(Link {
            certificate: issuer.certificate,
            issuers: issuers(issuer.certificate),
        });
        failure.unknown(&links);
    }
    Err(failure
        .error
        .map_or(CertificateError::NoCertificate, |(_, error)| error))
}

/// Judges a candidate as the issuer of the last certificate of the path: what is cheap first.
fn check(
    links: &[Link<'_>],
    certificate: &Certificate,
    issuer: &Certificate,
    at: SystemTime,
    budget: &mut Budget<'_>,
) -> Result<(), CertificateError> {
    let subject = || issuer.subject().to_string();
    let extensions = issuer.extensions();
    let fault = match (
        extensions.authority,
        extensions.key_usage,
        extensions.purposes,
    ) {
        (None, ..) => Some(AuthorityFault::NoAuthority),
        (_, Some(usage), _) if !usage.certificate_signing() => {
            Some(AuthorityFault::NoCertificateSigning)
        }
        (.., Some(Purposes::Others)) => Some(AuthorityFault::OtherPurpose),
        _ => None,
    };
    if let Some(fault) = fault {
        let subject = subject();
        return Err(CertificateError::NotAnAuthority { subject, fault });
    }
    issuer.check_validity(at)?;
    if let Some(most) = extensions
        .authority
        .and_then(|authority| authority.path_length)
    {
        let between = links.iter().skip(1);
        let counted = between
            .filter(|link| !link.certificate.is_self_issued())
            .count();
        let (found, most) = (u64::try_from(counted).unwrap_or(u64::MAX), u64::from(most));
        if found > most {
            let subject = subject();
            return Err(CertificateError::PathTooLong {
                subject,
                found,
                most,
            });
        }
    }
    budget.signature()?;
    certificate.check_signature(issuer)?;
    if let Some(constraints) = &extensions.constraints {
        for (at, link) in links.iter().enumerate() {
            // RFC 5280 section 6.1.3 (b): intermediates that are self-issued are exempt.
            if at == 0 || !link.certificate.is_self_issued() {
                let mut spend = |count| budget.comparisons(count);
                constraints.check(issuer, link.certificate, &mut spend)?;
            }
        }
    }
    Ok(())
}

/// The failure that is told in the end: the one that came closest to a path.
#[derive(Default)]
struct Failure {
    error: Option<(u8, CertificateError)>,
}

impl Failure {
    fn offer(&mut self, rank: u8, error: CertificateError) {
        if self.error.as_ref().is_none_or(|(best, _)| rank > *best) {
            self.error = Some((rank, error));
        }
    }

    fn note(&mut self, error: CertificateError, may_be: bool) {
        let rank = match (&error, may_be) {
            (_, false) => 1,
            (CertificateError::BadSignature { .. }, true) => 2,
            (_, true) => 4,
        };
        self.offer(rank, error);
    }

    /// Notes that the last certificate of a path has no issuer at hand.
    fn unknown(&mut self, links: &[Link<'_>]) {
        let Some(link) = links.last().filter(|link| link.issuers.is_empty()) else {
            return;
        };
        // Behind an intermediate whose signature was right, this says more than a signature that is wrong.
        let rank = if links.len() > 1 { 3 } else { 0 };
        let error = CertificateError::UnknownIssuer {
            subject: link.certificate.subject().to_string(),
            issuer: link.certificate.issuer().to_string(),
        };
        self.offer(rank, error);
    }
}
