//! The public behaviour of `model-digest`.

// Under `cfg(test)` clippy counts helpers as tests too and lets them unwrap.
#[cfg(test)]
mod digest;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod root_digest;
#[cfg(test)]
mod source;
