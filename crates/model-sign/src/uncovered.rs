use crate::Listing;
use crate::files::EntryName;

/// What a valid signature says nothing about.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Uncovered {
    /// The rules that left something out, in the order of their paths.
    pub ignored: Vec<Ignored>,
    /// What is in the model, is not signed, and was let pass because the caller said so.
    pub unsigned: Listing<EntryName>,
    /// Files without bytes, which a manifest of shards does not list. Whoever adds or removes one is not
    /// noticed.
    pub empty: Listing<EntryName>,
    /// The signature's own file, where it lies inside the model.
    pub signature: Listing<EntryName>,
}

/// A rule that left something out of a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ignored {
    /// The path that was left out, with everything below it.
    pub path: String,
    /// Whose rule it is.
    pub origin: IgnoreOrigin,
    /// How many entries it left out.
    pub entries: u64,
    /// How many bytes their files have.
    pub bytes: u64,
}

/// Whose rule it is that leaves something out.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum IgnoreOrigin {
    /// The caller's.
    Caller,
    /// The specification's, for what git keeps beside its files.
    Default,
    /// This project's, for evidence about the model that lies inside it.
    Evidence,
    /// The signer's, recorded in the signature.
    Signer,
}

impl IgnoreOrigin {
    /// Returns the stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Default => "default",
            Self::Evidence => "evidence",
            Self::Signer => "signer",
        }
    }
}

impl Uncovered {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            ignored: Vec::new(),
            unsigned: Listing::new(most),
            empty: Listing::new(most),
            signature: Listing::new(most),
        }
    }

    /// Says whether everything in the model is signed, but for the signature's own file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ignored.is_empty() && self.unsigned.is_empty() && self.empty.is_empty()
    }
}
