//! Without instructions of any one processor: one stream after the other.

use crate::rounds::BLOCK;

/// Compresses all the blocks of each stream.
pub(crate) fn compress(states: &mut [[u32; 8]], blocks: &[&[[u8; BLOCK]]]) {
    for (state, blocks) in states.iter_mut().zip(blocks) {
        for block in *blocks {
            *state = rounds!(*state, words(block));
        }
    }
}

fn words(block: &[u8; BLOCK]) -> [u32; 16] {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

fn add(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}

fn splat(key: u32) -> u32 {
    key
}

fn choose(e: u32, f: u32, g: u32) -> u32 {
    g ^ (e & (f ^ g))
}

fn majority(a: u32, b: u32, c: u32) -> u32 {
    (a & b) | (c & (a | b))
}

fn big_sigma0(a: u32) -> u32 {
    a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)
}

fn big_sigma1(e: u32) -> u32 {
    e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25)
}

fn small_sigma0(w: u32) -> u32 {
    w.rotate_right(7) ^ w.rotate_right(18) ^ (w >> 3)
}

fn small_sigma1(w: u32) -> u32 {
    w.rotate_right(17) ^ w.rotate_right(19) ^ (w >> 10)
}
