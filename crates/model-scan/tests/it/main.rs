//! The public behaviour of `model-scan`.

mod forge;
mod sniff;
mod zip;
