use std::num::NonZeroUsize;

use crate::Limits;
use crate::oms::IgnorePaths;

/// What a verifier accepts.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) limits: Limits,
    /// How many discrepancies, and names that are not covered, are kept.
    pub(crate) listed: usize,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) ignored: IgnorePaths,
    pub(crate) links: Links,
    pub(crate) unsigned: UnsignedFiles,
    pub(crate) historic: Historic,
}

/// Whether symbolic links are followed where the signer had none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Links {
    AsSigned,
    Followed,
}

/// What is done about files that are not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UnsignedFiles {
    Refused,
    Reported,
}

/// What is done about statements of before version 1.0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Historic {
    Refused,
    Accepted,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            listed: 1000,
            threads: None,
            ignored: IgnorePaths::new(),
            links: Links::AsSigned,
            unsigned: UnsignedFiles::Refused,
            historic: Historic::Refused,
        }
    }
}
