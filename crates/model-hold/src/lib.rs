#![doc = include_str!("../README.md")]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod cache;
mod change;
mod digest_cache;
mod entry;
mod error;
#[cfg_attr(unix, path = "folder_unix.rs")]
#[cfg_attr(not(unix), path = "folder_other.rs")]
mod folder;
#[cfg_attr(unix, path = "guard_unix.rs")]
#[cfg_attr(not(unix), path = "guard_other.rs")]
mod guard;
mod held;
mod identity;
mod limits;
mod links;
mod mapped;
mod region;
mod resolve;
mod root;
mod stamp;
mod walk;

pub use change::Change;
pub use digest_cache::{DigestCache, DigestCacheError, Remembered};
pub use entry::{Entry, Item, Repeat};
pub use error::{Error, ErrorKind, SpecialKind};
pub use guard::guard_truncation;
pub use held::Held;
pub use identity::Identity;
pub use limits::{WalkLimit, WalkLimits};
pub use links::{Links, Options};
pub use mapped::Mapped;
pub use root::Root;
pub use stamp::Stamp;
pub use walk::Walk;
