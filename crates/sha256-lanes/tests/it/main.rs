//! The public behaviour of `sha256-lanes`.

// Under `cfg(test)` clippy counts helpers as tests too and lets them unwrap.
#[cfg(test)]
mod lanes;
#[cfg(test)]
mod many;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod vectors;

#[cfg(test)]
use sha2::{Digest, Sha256};
#[cfg(test)]
use sha256_lanes::{Backend, Lanes};

/// Lists every implementation that this processor has, and the choice among them.
#[cfg(test)]
fn everyone() -> Vec<Lanes> {
    let each = Backend::ALL.into_iter().filter_map(Lanes::of);
    each.chain([Lanes::detect()]).collect()
}

/// Asks the other implementation.
#[cfg(test)]
fn expected(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

/// Makes bytes that are not the same for any two seeds.
#[cfg(test)]
fn message(seed: usize, length: usize) -> Vec<u8> {
    let mut state = u64::try_from(seed).unwrap() ^ 0x9e37_79b9_7f4a_7c15;
    let bytes = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    bytes.collect()
}
