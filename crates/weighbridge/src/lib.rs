#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[doc(inline)]
pub use findings;
#[cfg(feature = "digest")]
#[doc(inline)]
pub use model_digest as digest;
#[cfg(feature = "scan")]
#[doc(inline)]
pub use model_formats as formats;
#[cfg(feature = "sign")]
#[doc(inline)]
pub use model_gate as gate;
#[cfg(feature = "hold")]
#[doc(inline)]
pub use model_hold as hold;
#[cfg(feature = "keyless")]
#[doc(inline)]
pub use model_keyless as keyless;
#[cfg(feature = "scan")]
#[doc(inline)]
pub use model_scan as scan;
#[cfg(feature = "sign")]
#[doc(inline)]
pub use model_sign as sign;
#[cfg(feature = "scan")]
#[doc(inline)]
pub use pickle_vm as pickle;
#[cfg(feature = "safetensors")]
#[doc(inline)]
pub use safetensors_check as safetensors;
#[cfg(any(feature = "safetensors", feature = "sign"))]
#[doc(inline)]
pub use strict_json as json;

/// Every rule of every crate, one slice for each crate that has rules.
#[cfg(feature = "scan")]
pub const RULES: &[&[findings::Rule]] = &[
    pickle_vm::RULES,
    model_formats::RULES,
    safetensors_check::RULES,
    model_scan::RULES,
];

/// The code in the project's README compiles and holds.
#[cfg(all(doctest, feature = "scan"))]
#[doc = include_str!("../../../README.md")]
struct ProjectReadme;
