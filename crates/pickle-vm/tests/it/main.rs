//! The public behaviour of `pickle-vm`.

mod advisories;
mod assembler;
mod goldens;
mod properties;
mod rendering;
