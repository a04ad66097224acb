use std::fmt;
use std::io;

use sha2::Digest as _;

use crate::{Algorithm, Digest};

/// Takes a digest of bytes that come piece by piece.
///
/// How the bytes are cut does not change the digest. It is also an [`io::Write`] that never fails.
#[derive(Clone)]
pub struct Hasher {
    state: State,
}

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    // Boxed: 200 bytes to 1.9 KiB against the 112 of the one that is used most.
    Sha384(Box<sha2::Sha384>),
    Sha512(Box<sha2::Sha512>),
    Blake2b512(Box<blake2b_simd::State>),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    /// Starts with no bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let state = match algorithm {
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Box::default()),
            Algorithm::Sha512 => State::Sha512(Box::default()),
            Algorithm::Blake2b512 => State::Blake2b512(Box::new(blake2b_simd::State::new())),
            Algorithm::Blake3 => State::Blake3(Box::default()),
        };
        Self { state }
    }

    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.state {
            State::Sha256(_) => Algorithm::Sha256,
            State::Sha384(_) => Algorithm::Sha384,
            State::Sha512(_) => Algorithm::Sha512,
            State::Blake2b512(_) => Algorithm::Blake2b512,
            State::Blake3(_) => Algorithm::Blake3,
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha256(hasher) => hasher.update(bytes),
            State::Sha384(hasher) => hasher.update(bytes),
            State::Sha512(hasher) => hasher.update(bytes),
            State::Blake2b512(hasher) => {
                hasher.update(bytes);
            }
            State::Blake3(hasher) => {
                hasher.update(bytes);
            }
        }
    }

    /// Returns the digest of all bytes added.
    #[must_use]
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        match self.state {
            State::Sha256(hasher) => Digest::new(algorithm, &hasher.finalize()),
            State::Sha384(hasher) => Digest::new(algorithm, &hasher.finalize()),
            State::Sha512(hasher) => Digest::new(algorithm, &hasher.finalize()),
            State::Blake2b512(hasher) => Digest::new(algorithm, hasher.finalize().as_bytes()),
            State::Blake3(hasher) => Digest::new(algorithm, hasher.finalize().as_bytes()),
        }
    }
}

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Hasher {
    /// Names the algorithm only: the state says something about the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
