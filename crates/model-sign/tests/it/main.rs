//! What the crate promises, one module per module of the crate.

#![cfg(test)]

mod attest;
mod blob;
mod bundle;
mod certificate;
mod dsse;
mod key;
mod keyed;
mod manifest;
mod pem;
mod predicate;
mod replay;
mod verifier;
mod wycheproof;
