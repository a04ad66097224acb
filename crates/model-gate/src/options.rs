use model_hold::{Identity, WalkLimits};

/// How a [`Model`](crate::Model) is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Ceilings on the walk. What stands behind one is an entry that no verifier accepts.
    pub limits: WalkLimits,
    /// How many files are kept open from the first reading on; default 256, a quarter of the 1,024
    /// descriptors that a process commonly has. Those beyond are opened again by name when they are asked
    /// for, and refused if they are not the same any more.
    pub descriptors: usize,
    /// The files that hold signatures of this model, so that they need not sign themselves.
    pub signatures: Vec<Identity>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: WalkLimits::default(),
            descriptors: 256,
            signatures: Vec::new(),
        }
    }
}

impl Options {
    /// Sets the ceilings on the walk.
    #[must_use]
    pub const fn with_limits(mut self, limits: WalkLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many files are kept open.
    #[must_use]
    pub const fn with_descriptors(mut self, descriptors: usize) -> Self {
        self.descriptors = descriptors;
        self
    }

    /// Names a file that holds a signature of this model, wherever it lies. A file in memory, which has no
    /// identity, is none of the model's.
    #[must_use]
    pub fn with_signature(mut self, signature: Option<Identity>) -> Self {
        self.signatures.extend(signature);
        self
    }
}
