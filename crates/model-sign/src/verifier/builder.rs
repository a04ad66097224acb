use std::num::NonZeroUsize;

use super::Verifier;
use super::leaf::ExpectedLeaf;
use super::rules::{Historic, Links, Rules, UnsignedFiles};
use super::trust::Trust;
use crate::Limits;
use crate::certificate::{ChainLimits, TrustAnchors};
use crate::key::PublicKey;
use crate::oms::NameFault;
#[cfg(feature = "sigstore")]
use crate::sigstore::KeylessVerifier;

/// Builds a [`Verifier`]. It gets there only by way of somebody to trust.
#[derive(Debug)]
pub struct VerifierBuilder<S> {
    state: S,
    rules: Rules,
}

/// Nobody is trusted yet.
#[derive(Debug)]
pub struct NeedsTrust(());

/// An authority is trusted, and nobody was named yet of those that it vouches for.
#[derive(Debug)]
pub struct NeedsLeaf {
    anchors: TrustAnchors,
    limits: ChainLimits,
}

/// Somebody is trusted.
#[derive(Debug)]
pub struct Complete(Trust);

impl VerifierBuilder<NeedsTrust> {
    pub(super) fn new() -> Self {
        Self {
            state: NeedsTrust(()),
            rules: Rules::default(),
        }
    }

    /// Trusts the holder of a key. The key is both anchor and identity.
    #[must_use]
    pub fn trust_key(self, key: PublicKey) -> VerifierBuilder<Complete> {
        self.complete(Trust::Keys(vec![key]))
    }

    /// Trusts authorities to tell who holds a key, such as a company's own. Whom of those to expect is the
    /// next step.
    #[must_use]
    pub fn trust_certificates(self, anchors: TrustAnchors) -> VerifierBuilder<NeedsLeaf> {
        VerifierBuilder {
            state: NeedsLeaf {
                anchors,
                limits: ChainLimits::default(),
            },
            rules: self.rules,
        }
    }

    /// Trusts what Sigstore says about one identity, which that verifier was built with.
    #[cfg(feature = "sigstore")]
    #[must_use]
    pub fn trust_keyless(self, keyless: KeylessVerifier) -> VerifierBuilder<Complete> {
        self.complete(Trust::Keyless(Box::new(keyless)))
    }
}

impl VerifierBuilder<NeedsLeaf> {
    /// Expects a certificate that names this signer.
    #[must_use]
    pub fn expect_leaf(self, leaf: ExpectedLeaf) -> VerifierBuilder<Complete> {
        let NeedsLeaf { anchors, limits } = self.state;
        VerifierBuilder {
            state: Complete(Trust::Certificates {
                anchors,
                limits,
                leaf,
            }),
            rules: self.rules,
        }
    }

    /// Accepts every certificate for signing that these anchors vouch for, as OpenSSF Model Signing does.
    ///
    /// That is right for an authority which issues certificates for signing models and for nothing else, and
    /// wrong for one that vouches for mail, hosts or a whole company. It is reported as
    /// [`Relaxation::AnyLeaf`](crate::Relaxation::AnyLeaf).
    #[must_use]
    pub fn any_leaf_of_these_anchors(self) -> VerifierBuilder<Complete> {
        self.expect_leaf(ExpectedLeaf::any())
    }
}

impl VerifierBuilder<Complete> {
    /// Trusts the holder of another key as well, where the first to be trusted was a key's too. Where it was
    /// not, it changes nothing.
    #[must_use]
    pub fn or_key(mut self, key: PublicKey) -> Self {
        if let Trust::Keys(keys) = &mut self.state.0 {
            keys.push(key);
        }
        self
    }

    /// Builds it.
    #[must_use]
    pub fn build(self) -> Verifier {
        Verifier {
            trust: self.state.0,
            rules: self.rules,
        }
    }
}

impl<S> VerifierBuilder<S> {
    /// Sets the ceilings on what is read of a bundle.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.rules.limits = limits;
        self
    }

    /// Sets how many discrepancies, and names that are not covered, are kept; all of them are counted. The
    /// default is 1,000, which is more than anybody reads.
    #[must_use]
    pub fn with_listed(mut self, listed: usize) -> Self {
        self.rules.listed = listed;
        self
    }

    /// Sets how many threads hash; the default is all there are.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.rules.threads = Some(threads);
        self
    }

    /// Leaves out a path of the model, with everything below it, unless it is signed: what is listed is
    /// verified all the same.
    ///
    /// # Errors
    /// [`NameFault`] if it is no path below a model, such as one that would leave out everything.
    pub fn ignore(mut self, path: &str) -> Result<Self, NameFault> {
        self.rules.ignored.insert(path)?;
        Ok(self)
    }

    /// Follows symbolic links that stay inside the model also where the signer had none, as a model in the
    /// Hugging Face cache has them. What they lead to is verified under the name of the link.
    #[must_use]
    pub fn follow_links(mut self) -> Self {
        self.rules.links = Links::Followed;
        self
    }

    /// Gives the switches that can let pass what nobody signed.
    #[must_use]
    pub const fn dangerous(self) -> Dangerous<S> {
        Dangerous(self)
    }

    fn complete(self, trust: Trust) -> VerifierBuilder<Complete> {
        VerifierBuilder {
            state: Complete(trust),
            rules: self.rules,
        }
    }
}

/// Switches of a [`VerifierBuilder`] that can let pass what nobody signed.
#[derive(Debug)]
pub struct Dangerous<S>(VerifierBuilder<S>);

impl<S> Dangerous<S> {
    /// Lets pass files that are not signed. They are listed in
    /// [`Uncovered::unsigned`](crate::Uncovered::unsigned): a loader that takes any file of a folder can be
    /// made to run one.
    #[must_use]
    pub fn allow_unsigned_files(mut self) -> VerifierBuilder<S> {
        self.0.rules.unsigned = UnsignedFiles::Reported;
        self.0
    }

    /// Reads the signatures that model-signing 0.2.0 wrote, whose encoding leaves room for two readings.
    #[must_use]
    pub fn accept_historic(mut self) -> VerifierBuilder<S> {
        self.0.rules.historic = Historic::Accepted;
        self.0
    }
}
