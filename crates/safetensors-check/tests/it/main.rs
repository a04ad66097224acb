//! What safetensors-check promises, held against files made here.

#![cfg(test)]

mod adapter;
mod architecture;
mod forge;
mod header;
mod index;
mod layout;
mod mutation;
mod readers;
mod replay;
mod rules;
mod suspicions;
mod twins;

#[path = "../../../../fuzz/src/tensors.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the oracle is part of the fuzz package"
)]
mod oracle;
