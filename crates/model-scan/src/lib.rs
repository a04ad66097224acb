#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod admission;
mod archive;
mod clock;
mod configuration;
pub mod convert;
mod filter;
mod inspect;
mod inspection;
mod json;
mod legacy_tar;
mod model_folder;
mod nested;
mod npy;
mod options;
mod paths;
mod payloads;
mod pickles;
mod report;
mod rule_data;
mod rules;
mod safetensors;
mod scanner;
mod seven;
pub mod seven_zip;
mod shadow;
mod skops;
pub mod sniff;
mod streams;
mod tail;
pub mod tar;
mod tarball;
mod torch;
pub mod unpack;
pub mod zip;

pub use admission::{Family, Formats, UnknownFamily};
pub use clock::{Clock, TimeLimit};
pub use filter::{Excluded, Filter};
pub use options::{Depth, Digests, Limits, Options};
pub use payloads::NestedPayload;
pub use pickles::PickleStream;
pub use report::{CrcCheck, Member, Report, Summary, Target, Verdict, path_text};
pub use rule_data::{ManifestErrorKind, RuleData, RuleDataError, RuleDataFile, RuleDataVerifier};
pub use rules::RULES;
pub use scanner::{Error, Progress, Scanner};

/// Which state of the lists of known names is compiled in: a hash of their text.
pub const RULESET: &str = pickle_vm::Lists::built_in().version();
