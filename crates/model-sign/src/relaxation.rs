use std::fmt;

use crate::oms::Quirk;

/// In which respect a verifier was less strict than by default, because its caller said so or because the
/// signature has a harmless peculiarity. A report names each one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Relaxation {
    /// Any certificate under the anchors was accepted, whoever it names.
    AnyLeaf,
    /// Files that are not signed were let pass. Only reported where there are any.
    UnsignedFiles,
    /// Symbolic links were followed although the signer had none.
    LinksFollowed,
    /// The caller left out a path, and something was there.
    Ignored {
        /// The path.
        path: String,
    },
    /// Statements of before version 1.0 of the format were accepted, and it is one.
    Historic,
    /// The signature is of a kind that the format does not have. Other programs cannot verify it.
    Extension(Extension),
    /// The signature differs from the specification in a harmless way.
    Quirk(Quirk),
}

/// A kind of signature that OpenSSF Model Signing does not have.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Extension {
    /// A signature by an Ed25519 key.
    Ed25519,
}

impl Relaxation {
    /// Returns the stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AnyLeaf => "any-leaf",
            Self::UnsignedFiles => "unsigned-files",
            Self::LinksFollowed => "links-followed",
            Self::Ignored { .. } => "ignored",
            Self::Historic => "historic",
            Self::Extension(Extension::Ed25519) => "extension-ed25519",
            Self::Quirk(quirk) => quirk.code(),
        }
    }
}

impl fmt::Display for Relaxation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyLeaf => f.write_str("any certificate under the anchors was accepted"),
            Self::UnsignedFiles => f.write_str("files that are not signed were let pass"),
            Self::LinksFollowed => {
                f.write_str("symbolic links were followed although the signer had none")
            }
            Self::Ignored { path } => {
                write!(f, "`{}` was left out", path.escape_debug())
            }
            Self::Historic => f.write_str("the format is one of before version 1.0"),
            Self::Extension(Extension::Ed25519) => f.write_str(
                "signed by an Ed25519 key, which OpenSSF Model Signing 1.0 does not have",
            ),
            Self::Quirk(quirk) => quirk.fmt(f),
        }
    }
}
