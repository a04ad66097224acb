//! What safetensors-check promises, held against files made here.

#![cfg(test)]

mod forge;
mod header;
mod index;
