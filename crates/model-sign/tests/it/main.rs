//! What the crate promises, one module per module of the crate.

#![cfg(test)]

mod blob;
mod certificate;
mod key;
mod pem;
mod predicate;
mod wycheproof;
