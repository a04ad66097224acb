//! What the crate promises, one module per module of the crate.

#![cfg(test)]

mod read;
