//! Streams side by side: which implementation takes how many of them.

use crate::backend::{Backend, Kernel, WIDEST};
use crate::lane::Lane;
use crate::rounds::BLOCK;
use crate::stream::Stream;

/// The implementations that hash streams side by side: the best that the processor has, or one that was asked
/// for. A small value to be copied; it keeps nothing of what it hashes.
///
/// # Examples
///
/// Two messages, the second one longer and not all at hand at first:
///
/// ```
/// use sha256_lanes::{Lane, Lanes, Stream};
///
/// let lanes = Lanes::detect();
/// let (mut one, mut two) = (Stream::new(), Stream::new());
/// let mut pair = [Lane::new(&mut one, &[1; 1024]), Lane::new(&mut two, &[2; 3072])];
/// while pair.iter().all(|lane| !lane.input().is_empty()) {
///     lanes.advance(&mut pair);
/// }
/// let left = pair[1].input();
/// assert_eq!(left.len(), 2048);
/// lanes.update(&mut [Lane::new(&mut two, left)]);
/// let digests = lanes.finish([one, two]);
/// assert_eq!(digests, lanes.digest_many(&[&[1; 1024], &[2; 3072]]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// For streams that are too few for the other.
    narrow: Kernel,
    wide: Option<Wide>,
}

/// An implementation that is worth it from some number of streams on.
#[derive(Clone, Copy, Debug)]
struct Wide {
    kernel: Kernel,
    from: usize,
}

impl Lanes {
    /// Chooses by what the processor has. The answer of the processor is kept by the standard library, so this
    /// costs next to nothing.
    #[must_use]
    pub fn detect() -> Self {
        let vectors = || Kernel::detect(Backend::Avx512).or_else(|| Kernel::detect(Backend::Avx2));
        match Kernel::detect(Backend::ShaNi).or_else(|| Kernel::detect(Backend::Armv8)) {
            Some(sha) => Self {
                narrow: sha,
                wide: None,
            },
            None => Self {
                narrow: Kernel::Portable,
                wide: vectors().map(|kernel| Wide { kernel, from: 2 }),
            },
        }
    }

    /// Takes one implementation for everything, or nothing if the processor cannot run it. For tests and for
    /// measuring.
    #[must_use]
    pub fn of(backend: Backend) -> Option<Self> {
        Some(Self {
            narrow: Kernel::detect(backend)?,
            wide: None,
        })
    }

    /// Says how many streams fill the lanes, so that more of them are no faster. Whoever has that many should
    /// keep that many under way.
    #[must_use]
    pub fn width(self) -> usize {
        self.wide.map_or(self.narrow, |wide| wide.kernel).width()
    }

    /// Names the implementation for so many streams under way.
    #[must_use]
    pub fn backend(self, streams: usize) -> Backend {
        self.choose(streams).0.backend()
    }

    /// Takes bytes of all lanes, from each about as many, until at least one has none left. Lanes that had none
    /// from the start are passed over.
    ///
    /// The caller then gives that stream its next bytes, or ends it and puts another in its place, so that no
    /// lane runs empty while there is work. What a call takes is bounded by the shortest input.
    pub fn advance(self, lanes: &mut [Lane<'_, '_>]) {
        let before = busy(lanes);
        if before == 0 {
            return;
        }
        loop {
            let mut ready = fill(lanes);
            if busy(lanes) < before {
                // The last bytes of some input went into a buffer. If they filled it, that block is due.
                ready.blocks = ready.blocks.min(1);
            }
            self.compress(lanes, ready);
            if busy(lanes) < before {
                return;
            }
        }
    }

    /// Takes all bytes of all lanes.
    pub fn update(self, lanes: &mut [Lane<'_, '_>]) {
        loop {
            let ready = fill(lanes);
            if ready.lanes == 0 {
                return;
            }
            self.compress(lanes, ready);
        }
    }

    /// Ends messages, side by side as well, and gives their digests in the same order.
    #[must_use]
    pub fn finish(self, streams: impl IntoIterator<Item = Stream>) -> Vec<[u8; 32]> {
        let mut streams: Vec<_> = streams.into_iter().collect();
        let paddings: Vec<_> = streams.iter().map(Stream::padding).collect();
        let lanes = streams.iter_mut().zip(&paddings);
        let mut lanes: Vec<_> = lanes
            .map(|(stream, padding)| Lane::new(stream, padding.bytes()))
            .collect();
        self.update(&mut lanes);
        streams.iter().map(Stream::digest).collect()
    }

    /// Compresses from each lane that is ready as many blocks as all of them have.
    fn compress(self, lanes: &mut [Lane<'_, '_>], ready: Ready) {
        let mut left = ready.lanes;
        let mut rest = lanes;
        while left > 0 {
            let (kernel, most) = self.choose(left);
            let size = most.min(left);
            rest = compress(kernel, rest, size, ready.blocks);
            left = left.saturating_sub(size);
        }
    }

    /// Chooses for so many streams the implementation and the most that it may be given at once.
    fn choose(self, streams: usize) -> (Kernel, usize) {
        let kernel = match self.wide {
            Some(wide) if streams >= wide.from => wide.kernel,
            _ => self.narrow,
        };
        (kernel, kernel.most())
    }
}

/// The lanes that have whole blocks.
#[derive(Clone, Copy)]
struct Ready {
    lanes: usize,
    /// How many blocks each of them has at least.
    blocks: usize,
}

/// Buffers what makes no whole block, in every lane, and counts the lanes that have some.
fn fill(lanes: &mut [Lane<'_, '_>]) -> Ready {
    let mut ready = Ready {
        lanes: 0,
        blocks: usize::MAX,
    };
    for lane in lanes {
        if lane.fill() {
            ready.lanes = ready.lanes.saturating_add(1);
            ready.blocks = ready.blocks.min(lane.blocks().len());
        }
    }
    ready
}

/// Counts the lanes that have input.
fn busy(lanes: &[Lane<'_, '_>]) -> usize {
    let busy = lanes.iter().filter(|lane| !lane.input().is_empty());
    busy.count()
}

/// Compresses `count` blocks of each of the first `size` lanes that have any, and gives the lanes behind them.
fn compress<'l, 's, 'i>(
    kernel: Kernel,
    lanes: &'l mut [Lane<'s, 'i>],
    size: usize,
    count: usize,
) -> &'l mut [Lane<'s, 'i>] {
    let mut states = [[0; 8]; WIDEST];
    let mut blocks: [&[[u8; BLOCK]]; WIDEST] = [&[]; WIDEST];
    let mut slots = states.iter_mut().zip(&mut blocks).take(size);
    let mut taken = 0_usize;
    let mut end = 0;
    for (index, lane) in lanes.iter().enumerate() {
        if lane.blocks().is_empty() {
            continue;
        }
        let Some((state, blocks)) = slots.next() else {
            break;
        };
        *state = lane.state();
        *blocks = lane.blocks().get(..count).unwrap_or_default();
        taken = taken.saturating_add(1);
        end = index.saturating_add(1);
    }
    if let (Some(states), Some(blocks)) = (states.get_mut(..taken), blocks.get(..taken)) {
        kernel.compress(states, blocks);
    }
    let (group, rest) = lanes.split_at_mut_checked(end).unwrap_or_default();
    let group = group.iter_mut().filter(|lane| !lane.blocks().is_empty());
    for (lane, state) in group.zip(states) {
        lane.compressed(state, count);
    }
    rest
}
