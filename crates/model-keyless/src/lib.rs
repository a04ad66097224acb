#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod blocking;
mod certificate;
mod der;
mod endpoint;
mod error;
mod exchange;
mod github;
mod limits;
mod log;
mod options;
mod services;
mod signed;
mod signer;
mod signing_config;
mod step;
mod timestamp;
mod token;

pub use endpoint::{Endpoint, EndpointError};
pub use error::{EntryPart, Error};
pub use github::GithubCredentials;
pub use limits::Limits;
pub use options::{Options, OptionsError};
pub use services::{LogVersion, Services};
pub use signed::SignedBundle;
pub use signer::KeylessSigner;
pub use signing_config::{Service, SigningConfigError};
pub use step::Step;
pub use token::{IdentityToken, TokenError};
