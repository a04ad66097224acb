//! Signs against stand-ins for Sigstore on loopback, and verifies what came out offline.

#![cfg(test)]

mod faults;
mod instance;
mod refusals;
mod sign;
mod tampering;
mod tokens;
