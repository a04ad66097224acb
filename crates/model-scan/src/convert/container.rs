use std::fmt;

/// What kind of file a checkpoint is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Container {
    /// A zip archive as `torch.save` writes it since 1.6.
    TorchZip,
    /// A zip archive as `torch.jit.save` writes it.
    TorchScript,
    /// Pickles that follow each other with the storages behind them, as `torch.save` wrote before.
    TorchLegacy,
    /// A tar archive, as `torch.save` wrote before 0.1.10.
    TorchTar,
    /// A pickle, or several that follow each other; also what joblib writes.
    Pickle,
    /// One numpy array.
    Npy,
    /// A zip archive of numpy arrays.
    Npz,
    /// safetensors.
    Safetensors,
}

impl Container {
    /// Returns the name that reports use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::TorchZip => "torch zip",
            Self::TorchScript => "torchscript zip",
            Self::TorchLegacy => "legacy torch",
            Self::TorchTar => "legacy torch tar",
            Self::Pickle => "pickle",
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::Safetensors => "safetensors",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}
