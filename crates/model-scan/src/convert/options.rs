use super::Limits;

/// How a checkpoint becomes safetensors.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The keys that lead to the part that is converted; `None` looks for the state dict, see
    /// [`Plan`](super::Plan).
    pub root: Option<Vec<String>>,
    /// What becomes of several names for one tensor.
    pub ties: Ties,
    /// What becomes of quantised tensors.
    pub quantised: Quantised,
    /// What becomes of sparse tensors.
    pub sparse: Sparse,
    /// What becomes of complex numbers that safetensors has no dtype for.
    pub complex: Complex,
    /// What becomes of the state of an optimizer.
    pub optimizer: Optimizer,
    /// What becomes of the whole where a tensor cannot be converted.
    pub refusals: Refusals,
    /// Ceilings on the work.
    pub limits: Limits,
    pub(super) dangerous: bool,
}

/// What becomes of several names for one tensor.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ties {
    /// It is kept under the first name in the order of text; the metadata maps each other name to the one that
    /// is kept, as the Hub does. Only tensors that show the same elements in the same order are one: other views
    /// of a storage are written each.
    #[default]
    Keep,
    /// Each name has the bytes.
    Duplicate,
}

/// What becomes of quantised tensors.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Quantised {
    /// They are refused.
    #[default]
    Refuse,
    /// They become F32, as torch's `dequantize` computes it.
    Dequantise,
    /// They become their integers, scales and zero points: `name.int_repr`, `name.scale` in F64 and
    /// `name.zero_point` in I64; each of one element where all of the tensor has the same.
    Parts,
}

/// What becomes of sparse tensors.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sparse {
    /// They are refused.
    #[default]
    Refuse,
    /// They become what torch's `to_dense` makes of them, zeros and all; values of one place are added up.
    Dense,
    /// They become what they are made of, `name.indices` and `name.values` and so on, and `name.shape`.
    Parts,
}

/// What becomes of complex numbers that safetensors has no dtype for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Complex {
    /// They are refused.
    #[default]
    Refuse,
    /// They become real numbers with one more dimension of two, as `torch.view_as_real` shows them.
    Real,
}

/// What becomes of the state of an optimizer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// It is left out.
    #[default]
    LeaveOut,
    /// It is converted.
    Include,
}

/// What becomes of the whole where a tensor cannot be converted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusals {
    /// Nothing is written.
    #[default]
    Fail,
    /// It is left out.
    LeaveOut,
}

impl Options {
    /// Sets the keys that lead to the part that is converted.
    #[must_use]
    pub fn with_root(mut self, keys: Option<Vec<String>>) -> Self {
        self.root = keys;
        self
    }

    /// Sets what becomes of several names for one tensor.
    #[must_use]
    pub const fn with_ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// Sets what becomes of quantised tensors.
    #[must_use]
    pub const fn with_quantised(mut self, quantised: Quantised) -> Self {
        self.quantised = quantised;
        self
    }

    /// Sets what becomes of sparse tensors.
    #[must_use]
    pub const fn with_sparse(mut self, sparse: Sparse) -> Self {
        self.sparse = sparse;
        self
    }

    /// Sets what becomes of complex numbers that safetensors has no dtype for.
    #[must_use]
    pub const fn with_complex(mut self, complex: Complex) -> Self {
        self.complex = complex;
        self
    }

    /// Sets what becomes of the state of an optimizer.
    #[must_use]
    pub const fn with_optimizer(mut self, optimizer: Optimizer) -> Self {
        self.optimizer = optimizer;
        self
    }

    /// Sets what becomes of the whole where a tensor cannot be converted.
    #[must_use]
    pub const fn with_refusals(mut self, refusals: Refusals) -> Self {
        self.refusals = refusals;
        self
    }

    /// Sets the ceilings on the work.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the switches that give up a protection.
    pub const fn dangerous(&mut self) -> Dangerous<'_> {
        Dangerous { options: self }
    }
}

/// The switches of [`Options`] that give up a protection.
#[derive(Debug)]
pub struct Dangerous<'o> {
    options: &'o mut Options,
}

impl Dangerous<'_> {
    /// Converts checkpoints whose pickles would do harm to whoever loads them. Nothing of them is executed
    /// here, but whoever made such a file may have made its weights too.
    pub const fn allow_findings(self) {
        self.options.dangerous = true;
    }
}
