//! The public behaviour of `model-hold`.

// Under `cfg(test)` clippy counts helpers as tests too and lets them unwrap.
#[cfg(unix)]
#[cfg(test)]
mod digest_cache;
#[cfg(test)]
mod held;
#[cfg(test)]
mod mapped;
#[cfg(unix)]
#[cfg(test)]
mod root;
#[cfg(unix)]
#[cfg(test)]
mod truncation;
#[cfg(unix)]
#[cfg(test)]
mod walk;
