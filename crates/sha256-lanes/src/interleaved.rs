//! Streams whose steps alternate in one sequence of instructions.

use crate::rounds::BLOCK;

/// Streams to keep under way: as many as are threes or pairs however many of them are left.
pub(crate) const LANES: usize = 6;

/// Compresses a few streams whose steps alternate.
pub(crate) trait Interleaved: Copy {
    /// Compresses from `N` streams as many blocks as the shortest has.
    fn together<const N: usize>(self, states: [&mut [u32; 8]; N], blocks: [&[[u8; BLOCK]]; N]);

    /// Compresses the blocks of each stream, of which all have the same number. Three streams at a time, and two
    /// and two where one would be left alone.
    fn compress(self, states: &mut [[u32; 8]], blocks: &[&[[u8; BLOCK]]]) {
        let (mut states, mut blocks) = (states, blocks);
        loop {
            (states, blocks) = match (states, blocks) {
                ([a, b, c, d], [x, y, z, w]) => {
                    self.together([a, b], [x, y]);
                    self.together([c, d], [z, w]);
                    return;
                }
                ([a, b, c, states @ ..], [x, y, z, blocks @ ..]) => {
                    self.together([a, b, c], [x, y, z]);
                    (states, blocks)
                }
                ([a, b], [x, y]) => return self.together([a, b], [x, y]),
                ([a], [x]) => return self.together([a], [x]),
                _ => return,
            };
        }
    }
}
