//! One read of all data: pieces of tensors, a window of them at a time, looked at on all threads and hashed on the
//! way. What is kept does not grow with the file beyond the results.

use std::num::NonZeroUsize;
use std::ops::Range;

use model_digest::{Algorithm, Digest, Hasher, Source, Watch};
use rayon::prelude::*;

use super::encoding::Encoding;
use super::error::Error;
use super::options::{Detail, Options};
use super::statistics::{Measured, Partial, constant};
use super::{measure, screen};

/// Bytes of a tensor that are looked at as one: a whole number of elements of every type, three bytes for four
/// elements of six bits among them, and small enough for the second-level cache. Sums depend on it.
pub(super) const PIECE: u64 = 3 << 18;

/// Bytes that are read, and hashed beside, before the next are: sixteen pieces, so that threads have something to
/// share.
const WINDOW: u64 = 16 * PIECE;

/// Pieces in a window if they are small.
const PIECES: usize = 8_192;

/// The data of one tensor.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) encoding: Encoding,
    /// Where it lies in the file.
    pub(super) range: Range<u64>,
}

/// What a pass found.
#[derive(Debug)]
pub(super) struct Passed {
    /// In the order of the parts.
    pub(super) parts: Vec<(Partial, Option<Digest>)>,
    pub(super) data: Option<Digest>,
    pub(super) file: Option<Digest>,
}

/// Some bytes of one part.
#[derive(Clone, Debug)]
struct Piece {
    part: usize,
    range: Range<u64>,
}

/// Reads `data`, a range of the file that the parts cover one behind the other, and all before it if the file is
/// hashed.
pub(super) fn pass(
    source: &(dyn Source + Sync),
    data: Range<u64>,
    parts: &[Part],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Passed, Error> {
    let mut state = State::new(parts, options);
    let mut room = Vec::new();
    let mut at = 0;
    while state.file.is_some() && at < data.start {
        let end = at.saturating_add(WINDOW).min(data.start);
        let bytes = read(source, at..end, &mut room)?;
        if let Some(hasher) = &mut state.file {
            hasher.update(bytes);
        }
        at = end;
    }
    let mut pieces = Pieces {
        parts,
        part: 0,
        at: None,
    };
    let mut window = Vec::new();
    loop {
        if watch.is_cancelled() {
            return Err(Error::Cancelled);
        }
        window.clear();
        let mut bytes: u64 = 0;
        while bytes < WINDOW && window.len() < PIECES {
            let Some(piece) = pieces.next() else { break };
            bytes = bytes.saturating_add(piece.range.end.saturating_sub(piece.range.start));
            window.push(piece);
        }
        let (Some(first), Some(last)) = (window.first(), window.last()) else {
            break;
        };
        let range = first.range.start..last.range.end;
        let held = read(source, range.clone(), &mut room)?;
        state.take(&window, range.start, held);
        watch.advanced(bytes);
    }
    Ok(state.finish())
}

/// What is known after some windows.
struct State<'a> {
    parts: &'a [Part],
    detail: Detail,
    in_turn: bool,
    results: Vec<(Partial, Option<Digest>)>,
    algorithm: Option<Algorithm>,
    /// The part whose bytes are not all hashed, and what hashes them.
    open: Option<(usize, Hasher)>,
    data: Option<Hasher>,
    file: Option<Hasher>,
}

impl<'a> State<'a> {
    fn new(parts: &'a [Part], options: &Options) -> Self {
        let mut results = vec![(Partial::default(), None); parts.len()];
        // Parts without bytes have no piece.
        if let Some(algorithm) = options.tensor_digests {
            let empty = parts.iter().zip(&mut results);
            for (_, result) in empty.filter(|(part, _)| part.range.is_empty()) {
                result.1 = Some(Digest::of(algorithm, &[]));
            }
        }
        Self {
            parts,
            detail: options.detail,
            in_turn: options.threads.map(NonZeroUsize::get) == Some(1),
            results,
            algorithm: options.tensor_digests,
            open: None,
            data: options.data_digest.map(Hasher::new),
            file: options.file_digest.map(Hasher::new),
        }
    }

    /// Looks at a window of pieces that follow each other; `held` begins at `start` of the file.
    fn take(&mut self, window: &[Piece], start: u64, held: &[u8]) {
        let groups = self.groups(window, start, held);
        let (parts, detail) = (self.parts, self.detail);
        let look = |piece: &Piece| {
            let bytes = within(held, start, &piece.range);
            parts
                .get(piece.part)
                .map_or_else(Partial::default, |part| look(part.encoding, detail, bytes))
        };
        let hash = |mut group: Group<'_>| {
            group.hasher.update(group.bytes);
            (group.part, group.hasher)
        };
        let (data, file) = (&mut self.data, &mut self.file);
        let whole = || {
            for hasher in [data, file].into_iter().flatten() {
                hasher.update(held);
            }
        };
        let (partials, hashers): (Vec<Partial>, Vec<(usize, Hasher)>) = if self.in_turn {
            whole();
            let hashers = groups.into_iter().map(hash).collect();
            (window.iter().map(look).collect(), hashers)
        } else {
            let ((), (hashers, partials)) = rayon::join(whole, || {
                rayon::join(
                    || groups.into_par_iter().map(hash).collect(),
                    || window.par_iter().map(look).collect(),
                )
            });
            (partials, hashers)
        };
        for (piece, partial) in window.iter().zip(&partials) {
            if let Some(result) = self.results.get_mut(piece.part) {
                result.0.join(partial);
            }
        }
        let behind = start.saturating_add(screen::length(held.len()));
        for (part, hasher) in hashers {
            let ends = self
                .parts
                .get(part)
                .is_some_and(|part| part.range.end <= behind);
            if !ends {
                self.open = Some((part, hasher));
            } else if let Some(result) = self.results.get_mut(part) {
                result.1 = Some(hasher.finish());
            }
        }
    }

    /// Gathers the bytes of each part that is to be hashed.
    fn groups<'b>(&mut self, window: &[Piece], start: u64, held: &'b [u8]) -> Vec<Group<'b>> {
        let Some(algorithm) = self.algorithm else {
            return Vec::new();
        };
        window
            .chunk_by(|a, b| a.part == b.part)
            .filter_map(|pieces| {
                let (first, last) = (pieces.first()?, pieces.last()?);
                let hasher = match self.open.take_if(|(part, _)| *part == first.part) {
                    Some((_, hasher)) => hasher,
                    None => Hasher::new(algorithm),
                };
                Some(Group {
                    part: first.part,
                    hasher,
                    bytes: within(held, start, &(first.range.start..last.range.end)),
                })
            })
            .collect()
    }

    fn finish(self) -> Passed {
        Passed {
            parts: self.results,
            data: self.data.map(Hasher::finish),
            file: self.file.map(Hasher::finish),
        }
    }
}

/// Bytes of one part in one window, to be hashed.
struct Group<'b> {
    part: usize,
    hasher: Hasher,
    bytes: &'b [u8],
}

/// Cuts parts into pieces.
struct Pieces<'a> {
    parts: &'a [Part],
    part: usize,
    /// Where the next piece begins, `None` for the start of the part.
    at: Option<u64>,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let part = self.parts.get(self.part)?;
            let start = self.at.unwrap_or(part.range.start);
            if start >= part.range.end {
                self.part = self.part.saturating_add(1);
                self.at = None;
                continue;
            }
            let end = start.saturating_add(PIECE).min(part.range.end);
            self.at = Some(end);
            return Some(Piece {
                part: self.part,
                range: start..end,
            });
        }
    }
}

/// Returns bytes of the file, read into `room` unless they lie in memory.
fn read<'b>(
    source: &'b (dyn Source + Sync),
    range: Range<u64>,
    room: &'b mut Vec<u8>,
) -> Result<&'b [u8], Error> {
    if let Some(all) = source.as_slice() {
        let held = within(all, 0, &range);
        if screen::length(held.len()) == range.end.saturating_sub(range.start) {
            return Ok(held);
        }
        return Err(Error::read(
            range.start,
            std::io::ErrorKind::UnexpectedEof.into(),
        ));
    }
    let wanted = range.end.saturating_sub(range.start);
    // A window, plus what the last of its pieces is over it.
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    room.resize(wanted, 0);
    source
        .read_exact_at(range.start, room)
        .map_err(|error| Error::read(range.start, error))?;
    Ok(room)
}

/// Returns a range of the file out of bytes that begin at `start` of it.
fn within<'b>(held: &'b [u8], start: u64, range: &Range<u64>) -> &'b [u8] {
    let place = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
    held.get(place(range.start)..place(range.end))
        .unwrap_or_default()
}

/// Looks at a whole number of elements.
pub(super) fn look(encoding: Encoding, detail: Detail, bytes: &[u8]) -> Partial {
    let measures = detail == Detail::Measures;
    let integers = |partial: Partial, measure: fn(&[u8]) -> Option<Measured>| Partial {
        measured: measures.then(|| measure(bytes)).flatten(),
        ..partial
    };
    let mut partial = match encoding {
        Encoding::Boolean if measures => measure::boolean(bytes),
        Encoding::Boolean => screen::boolean(bytes),
        Encoding::Four => measure::float_four(bytes),
        Encoding::Six(form) => measure::float_six(form, bytes),
        Encoding::Eight(form) if measures => measure::float_eight(form, bytes),
        Encoding::Eight(form) => screen::eight(form, bytes),
        Encoding::I8 if measures => measure::i8(bytes),
        Encoding::U8 if measures => measure::u8(bytes),
        Encoding::I8 | Encoding::U8 => screen::zeros_8(bytes),
        Encoding::Sixteen(form) => {
            let screened = screen::sixteen(form, bytes);
            let measured = measures
                .then(|| measure::sixteen(form, bytes, &screened))
                .flatten();
            Partial {
                measured,
                ..screened
            }
        }
        Encoding::F32 | Encoding::C64 => {
            let screened = screen::f32(bytes);
            let measured = measures.then(|| measure::f32(bytes, &screened)).flatten();
            Partial {
                measured,
                ..screened
            }
        }
        Encoding::F64 => {
            let screened = screen::f64(bytes);
            let measured = measures.then(|| measure::f64(bytes, &screened)).flatten();
            Partial {
                measured,
                ..screened
            }
        }
        Encoding::I16 => integers(screen::zeros_16(bytes), measure::i16),
        Encoding::U16 => integers(screen::zeros_16(bytes), measure::u16),
        Encoding::I32 => integers(screen::zeros_32(bytes), measure::i32),
        Encoding::U32 => integers(screen::zeros_32(bytes), measure::u32),
        Encoding::I64 => integers(screen::zeros_64(bytes), measure::i64),
        Encoding::U64 => integers(screen::zeros_64(bytes), measure::u64),
    };
    partial.constant = constant(encoding, bytes);
    partial
}
