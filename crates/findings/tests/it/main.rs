//! The public behaviour of `findings`.

mod coverage;
mod json;
