//! Many messages that are all in memory.

use std::cmp::Reverse;

use crate::backend::WIDEST;
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::stream::{Padding, Stream};

/// Hashes messages of any lengths, with the best that the processor has, and gives the digests in their order.
///
/// See [`Lanes::digest_many`].
///
/// # Examples
///
/// ```
/// let digests = sha256_lanes::digest_many(&[b"abc".as_slice(), b""]);
/// assert_eq!(digests[0][..4], [0xba, 0x78, 0x16, 0xbf]);
/// assert_eq!(digests[1][..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// ```
#[must_use]
pub fn digest_many(inputs: &[&[u8]]) -> Vec<[u8; 32]> {
    Lanes::detect().digest_many(inputs)
}

/// A message in its lane.
struct Place<'a> {
    /// Where its digest goes.
    index: usize,
    stream: Stream,
    /// What was not taken of the message; empty once the padding is being taken.
    rest: &'a [u8],
    padding: Option<Ending>,
}

struct Ending {
    padding: Padding,
    taken: usize,
}

impl Lanes {
    /// Hashes messages of any lengths and gives the digests in their order.
    ///
    /// The longest begin first, and a lane whose message ends takes the next one, so that lanes run empty only
    /// at the very end. Memory beside the digests is a word for each message and a stream for each lane.
    #[must_use]
    pub fn digest_many(self, inputs: &[&[u8]]) -> Vec<[u8; 32]> {
        let mut digests = vec![[0; 32]; inputs.len()];
        let mut waiting: Vec<_> = inputs.iter().copied().enumerate().collect();
        waiting.sort_by_key(|(_, input)| Reverse(input.len()));
        let mut waiting = waiting.into_iter();
        let begin = |(index, rest)| Place {
            index,
            stream: Stream::new(),
            rest,
            padding: None,
        };
        let mut places: Vec<_> = waiting.by_ref().take(WIDEST).map(begin).collect();
        while !places.is_empty() {
            for place in &mut places {
                place.prepare();
            }
            let mut lanes: Vec<_> = places.iter_mut().map(Place::lane).collect();
            self.advance(&mut lanes);
            let left: Vec<_> = lanes.iter().map(|lane| lane.input().len()).collect();
            for (place, left) in places.iter_mut().zip(left) {
                place.leave(left);
            }
            places.retain_mut(|place| {
                let Some(digest) = place.digest() else {
                    return true;
                };
                if let Some(to) = digests.get_mut(place.index) {
                    *to = digest;
                }
                let next = waiting.next().map(begin);
                let more = next.is_some();
                if let Some(next) = next {
                    *place = next;
                }
                more
            });
        }
        digests
    }
}

impl Place<'_> {
    /// Turns to the padding once the message was taken.
    fn prepare(&mut self) {
        if self.rest.is_empty() && self.padding.is_none() {
            let padding = self.stream.padding();
            self.padding = Some(Ending { padding, taken: 0 });
        }
    }

    fn lane(&mut self) -> Lane<'_, '_> {
        let input = match &self.padding {
            Some(ending) => ending.rest(),
            None => self.rest,
        };
        Lane::new(&mut self.stream, input)
    }

    /// Notes how much of what [`Place::lane`] offered was left.
    fn leave(&mut self, left: usize) {
        match &mut self.padding {
            Some(ending) => ending.taken = ending.padding.bytes().len().saturating_sub(left),
            None => {
                let taken = self.rest.len().saturating_sub(left);
                self.rest = self.rest.get(taken..).unwrap_or_default();
            }
        }
    }

    /// The digest, if the padding was taken to its end.
    fn digest(&self) -> Option<[u8; 32]> {
        let ending = self.padding.as_ref()?;
        ending.rest().is_empty().then(|| self.stream.digest())
    }
}

impl Ending {
    fn rest(&self) -> &[u8] {
        self.padding.bytes().get(self.taken..).unwrap_or_default()
    }
}
