//! What safetensors-check promises, held against files made here.

mod forge;
mod header;
mod index;
