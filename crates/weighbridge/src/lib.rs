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
#[cfg(feature = "hold")]
#[doc(inline)]
pub use model_hold as hold;
#[cfg(feature = "scan")]
#[doc(inline)]
pub use model_scan as scan;
#[cfg(feature = "scan")]
#[doc(inline)]
pub use pickle_vm as pickle;
