//! The entry of one tensor.

use std::borrow::Cow;
use std::ops::Range;

use strict_json::{Event, EventKind};

use super::number::whole;
use super::pass::{Pass, place, type_of};
use super::{Readers, Stop, errors, wide};
use crate::entry::{Entry, Sizing, Soundness};
use crate::{Dtype, ErrorKind, Field, Limit, rules};

/// The most that a dimension can be, by the specification's schema: what processors address.
const MOST_DIMENSION: u64 = (1 << 48) - 1;

/// An entry of which not everything is read yet.
#[derive(Debug)]
struct Draft<'n> {
    name: &'n str,
    dtype: Option<Dtype>,
    shape: Option<Shape>,
    offsets: Option<(u64, u64)>,
    soundness: Soundness,
}

/// The dimensions of a tensor. Those up to the ceiling on their count are kept.
#[derive(Clone, Copy, Debug)]
struct Shape {
    start: usize,
    kept: u16,
    rank: u64,
    /// All dimensions multiplied in the order in which they are written, as the readers do.
    in_order: Option<u64>,
    /// All dimensions but those of 0 multiplied.
    nonzero: Option<u64>,
    has_zero: bool,
}

impl<'a> Pass<'a, '_> {
    /// Reads the entry of a tensor; `key` is where its name is.
    pub(super) fn entry(&mut self, name: Cow<'a, str>, key: Range<u64>) -> Result<(), Stop> {
        let mut draft = Draft {
            name: &name,
            dtype: None,
            shape: None,
            offsets: None,
            soundness: Soundness::Sound,
        };
        let mark = self.header.shapes.len();
        let event = self.next()?;
        let end = match event.kind {
            EventKind::BeginObject => self.fields(&mut draft, &key)?,
            EventKind::BeginArray => self.sequence(&mut draft, &event)?,
            _ => {
                let found = type_of(&event.kind);
                let bytes = place(event.start, event.end);
                let kind = ErrorKind::WrongEntry { found };
                self.fault(&mut draft, Readers::Refuse, kind, bytes);
                self.skip(&event, &rules::WRONG_ENTRY)?
            }
        };
        let (Some(dtype), Some(shape), Some(offsets)) = (draft.dtype, draft.shape, draft.offsets)
        else {
            self.header.shapes.truncate(mark);
            self.has_unplaced = true;
            return Ok(());
        };
        let bytes = key.start..place(0, end).end;
        self.measure(&mut draft, dtype, shape, offsets, bytes.clone());
        let soundness = draft.soundness;
        if self
            .newest
            .is_none_or(|newest| newest.since() < dtype.since())
        {
            self.newest = Some(dtype);
        }
        if self.header.entries.len() >= self.limits.tensors {
            let kind = ErrorKind::LimitReached {
                limit: Limit::Tensors,
                ceiling: wide(self.limits.tensors),
            };
            self.error(None, Readers::DoNotMind, kind, bytes);
            self.is_cut_short = true;
            return Err(Stop);
        }
        self.header.entries.push(Entry {
            name,
            begin: offsets.0,
            end: offsets.1,
            name_start: narrow(bytes.start),
            name_end: narrow(key.end),
            value_end: narrow(bytes.end),
            shape: u32::try_from(shape.start).unwrap_or(u32::MAX),
            rank: shape.kept,
            dtype,
            sizing: sizing(dtype, &shape, offsets),
            soundness,
        });
        Ok(())
    }

    /// Reads the fields of an entry, and returns the byte behind it.
    fn fields(&mut self, draft: &mut Draft<'_>, key: &Range<u64>) -> Result<usize, Stop> {
        // `dtype`, `shape` and `data_offsets`, whether their values could be read or not.
        let mut seen = [false; 3];
        loop {
            let event = self.next()?;
            let EventKind::Key(name) = &event.kind else {
                let bytes = key.start..place(0, event.end).end;
                let all = [Field::Dtype, Field::Shape, Field::DataOffsets];
                for (field, seen) in all.into_iter().zip(seen) {
                    if !seen {
                        let kind = ErrorKind::MissingField(field);
                        self.fault(draft, Readers::Refuse, kind, bytes.clone());
                    }
                }
                return Ok(event.end);
            };
            let Some(field) = Field::of(name) else {
                let field = errors::shown(name);
                let value = self.next()?;
                let end = self.skip(&value, &rules::UNKNOWN_FIELD)?;
                let kind = ErrorKind::UnknownField { field };
                self.fault(draft, Readers::DoNotMind, kind, place(event.start, end));
                continue;
            };
            let [dtype, shape, offsets] = &mut seen;
            let seen = match field {
                Field::Dtype => dtype,
                Field::Shape => shape,
                Field::DataOffsets => offsets,
            };
            if std::mem::replace(seen, true) {
                let kind = ErrorKind::DuplicateField(field);
                let bytes = place(event.start, event.end);
                self.fault(draft, Readers::Refuse, kind, bytes);
            }
            let value = self.next()?;
            self.field(draft, field, &value)?;
        }
    }

    /// Reads an entry that is an array of the values of its three fields, which the readers take for one.
    fn sequence(&mut self, draft: &mut Draft<'_>, open: &Event<'a>) -> Result<usize, Stop> {
        let bytes = place(open.start, open.end);
        let found = type_of(&open.kind);
        let kind = ErrorKind::WrongEntry { found };
        self.fault(draft, Readers::DoNotMind, kind, bytes.clone());
        for field in [Field::Dtype, Field::Shape, Field::DataOffsets] {
            let event = self.next()?;
            if event.kind == EventKind::EndArray {
                self.refuse(&rules::WRONG_ENTRY, bytes);
                return Ok(event.end);
            }
            self.field(draft, field, &event)?;
        }
        loop {
            let event = self.next()?;
            if event.kind == EventKind::EndArray {
                return Ok(event.end);
            }
            self.refuse(&rules::WRONG_ENTRY, bytes.clone());
            self.skip(&event, &rules::WRONG_ENTRY)?;
        }
    }

    /// Reads the value of a field that an event begins. The first of several is kept.
    fn field(
        &mut self,
        draft: &mut Draft<'_>,
        field: Field,
        value: &Event<'a>,
    ) -> Result<(), Stop> {
        match field {
            Field::Dtype => {
                let dtype = self.dtype(draft, value)?;
                draft.dtype = draft.dtype.or(dtype);
            }
            Field::Shape => {
                let shape = self.shape(draft, value)?;
                draft.shape = draft.shape.or(shape);
            }
            Field::DataOffsets => {
                let offsets = self.offsets(draft, value)?;
                draft.offsets = draft.offsets.or(offsets);
            }
        }
        Ok(())
    }

    fn dtype(&mut self, draft: &mut Draft<'_>, value: &Event<'a>) -> Result<Option<Dtype>, Stop> {
        let bytes = place(value.start, value.end);
        if let EventKind::String(name) = &value.kind {
            let dtype = name.parse().ok();
            if dtype.is_none() {
                let found = errors::shown(name);
                let kind = ErrorKind::UnknownDtype { found };
                self.fault(draft, Readers::Refuse, kind, bytes);
            }
            return Ok(dtype);
        }
        let found = type_of(&value.kind);
        let kind = ErrorKind::WrongDtype { found };
        if value.kind == EventKind::BeginObject {
            self.fault(draft, Readers::DoNotMind, kind, bytes.clone());
            let dtype = self.dtype_object()?;
            if dtype.is_none() {
                self.refuse(&rules::UNKNOWN_DTYPE, bytes);
            }
            return Ok(dtype);
        }
        self.fault(draft, Readers::Refuse, kind, bytes);
        self.skip(value, &rules::UNKNOWN_DTYPE)?;
        Ok(None)
    }

    /// Reads the rest of an object in the place of a dtype. The readers take one whose only key is the name of a
    /// dtype, and whose value is null.
    fn dtype_object(&mut self) -> Result<Option<Dtype>, Stop> {
        let mut dtype = None;
        let mut is_lone = true;
        loop {
            let event = self.next()?;
            let EventKind::Key(key) = &event.kind else {
                return Ok(dtype.filter(|_| is_lone));
            };
            is_lone = is_lone && dtype.is_none();
            let name: Option<Dtype> = key.parse().ok();
            let value = self.next()?;
            self.skip(&value, &rules::UNKNOWN_DTYPE)?;
            let is_unit = value.kind == EventKind::Null;
            is_lone = is_lone && is_unit && name.is_some();
            dtype = dtype.or(name);
        }
    }

    fn shape(&mut self, draft: &mut Draft<'_>, value: &Event<'a>) -> Result<Option<Shape>, Stop> {
        if value.kind != EventKind::BeginArray {
            let found = type_of(&value.kind);
            let kind = ErrorKind::WrongShape { found };
            let bytes = place(value.start, value.end);
            self.fault(draft, Readers::Refuse, kind, bytes);
            self.skip(value, &rules::WRONG_SHAPE)?;
            return Ok(None);
        }
        let ceiling = self.limits.rank.min(u16::MAX.into());
        let mut shape = Shape {
            start: self.header.shapes.len(),
            kept: 0,
            rank: 0,
            in_order: Some(1),
            nonzero: Some(1),
            has_zero: false,
        };
        let mut is_read = true;
        loop {
            let event = self.next()?;
            let bytes = place(event.start, event.end);
            let dimension = match &event.kind {
                EventKind::EndArray => {
                    let limit = wide(ceiling);
                    if shape.rank > limit {
                        let found = shape.rank;
                        let kind = ErrorKind::TooManyDimensions { found, limit };
                        let bytes = place(value.start, event.end);
                        self.fault(draft, Readers::DoNotMind, kind, bytes);
                    }
                    return Ok(is_read.then_some(shape));
                }
                EventKind::Number(number) => {
                    let dimension = whole(number.as_str());
                    if dimension.is_none() {
                        let found = errors::shown(number.as_str());
                        let kind = ErrorKind::DimensionNotWhole { found };
                        self.fault(draft, Readers::Refuse, kind, bytes.clone());
                    }
                    dimension
                }
                other => {
                    let found = type_of(other);
                    let kind = ErrorKind::WrongDimension { found };
                    self.fault(draft, Readers::Refuse, kind, bytes.clone());
                    self.skip(&event, &rules::WRONG_SHAPE)?;
                    None
                }
            };
            shape.rank = shape.rank.saturating_add(1);
            let Some(dimension) = dimension else {
                is_read = false;
                continue;
            };
            if dimension > MOST_DIMENSION {
                let kind = ErrorKind::OversizedDimension { found: dimension };
                self.fault(draft, Readers::DoNotMind, kind, bytes);
            }
            shape.add(dimension);
            if usize::from(shape.kept) < ceiling {
                shape.kept = shape.kept.saturating_add(1);
                self.header.shapes.push(dimension);
            }
        }
    }

    fn offsets(
        &mut self,
        draft: &mut Draft<'_>,
        value: &Event<'a>,
    ) -> Result<Option<(u64, u64)>, Stop> {
        if value.kind != EventKind::BeginArray {
            let found = type_of(&value.kind);
            let kind = ErrorKind::WrongOffsets { found };
            let bytes = place(value.start, value.end);
            self.fault(draft, Readers::Refuse, kind, bytes);
            self.skip(value, &rules::WRONG_OFFSETS)?;
            return Ok(None);
        }
        let mut offsets = [None; 2];
        let mut found = 0_u64;
        loop {
            let event = self.next()?;
            let bytes = place(event.start, event.end);
            let offset = match &event.kind {
                EventKind::EndArray => {
                    let bytes = place(value.start, event.end);
                    if found != 2 {
                        let kind = ErrorKind::OffsetCount { found };
                        self.fault(draft, Readers::Refuse, kind, bytes);
                        return Ok(None);
                    }
                    let [begin, end] = offsets;
                    return Ok(begin.zip(end));
                }
                EventKind::Number(number) => {
                    let offset = whole(number.as_str());
                    if offset.is_none() {
                        let found = errors::shown(number.as_str());
                        let kind = ErrorKind::OffsetNotWhole { found };
                        self.fault(draft, Readers::Refuse, kind, bytes);
                    }
                    offset
                }
                other => {
                    let found = type_of(other);
                    let kind = ErrorKind::WrongOffset { found };
                    self.fault(draft, Readers::Refuse, kind, bytes);
                    self.skip(&event, &rules::WRONG_OFFSETS)?;
                    None
                }
            };
            let slot = usize::try_from(found)
                .ok()
                .and_then(|at| offsets.get_mut(at));
            if let Some(slot) = slot {
                *slot = offset;
            }
            found = found.saturating_add(1);
        }
    }

    /// Compares what an entry says of its size with itself and with the file.
    fn measure(
        &mut self,
        draft: &mut Draft<'_>,
        dtype: Dtype,
        shape: Shape,
        (begin, end): (u64, u64),
        bytes: Range<u64>,
    ) {
        let held = self.header.data.end.saturating_sub(self.header.data.start);
        // The readers come to these when the whole header is read, and then only to the entries that count:
        // what they make of them is seen there.
        let readers = Readers::DoNotMind;
        let bits = shape
            .nonzero
            .and_then(|product| product.checked_mul(dtype.bits()));
        let bits = bits.map(|bits| if shape.has_zero { 0 } else { bits });
        let Some(span) = end.checked_sub(begin) else {
            let kind = ErrorKind::BackwardOffsets { begin, end };
            self.fault(draft, readers, kind, bytes.clone());
            if bits.is_none() {
                self.fault(draft, readers, ErrorKind::SizeOverflow, bytes);
            }
            return;
        };
        if end > held {
            let kind = ErrorKind::DataBeyondFile { end, held };
            self.fault(draft, readers, kind, bytes.clone());
        }
        match bits {
            None => self.fault(draft, readers, ErrorKind::SizeOverflow, bytes),
            Some(bits) if !bits.is_multiple_of(8) => {
                self.fault(draft, readers, ErrorKind::PartialByte { bits }, bytes);
            }
            Some(bits) if bits / 8 != span => {
                let kind = ErrorKind::WrongSize {
                    found: span,
                    wanted: bits / 8,
                };
                self.fault(draft, readers, kind, bytes);
            }
            Some(_) => {}
        }
    }

    /// Notes what is wrong with an entry.
    #[cold]
    fn fault(
        &mut self,
        draft: &mut Draft<'_>,
        readers: Readers,
        kind: ErrorKind,
        bytes: Range<u64>,
    ) {
        draft.soundness = Soundness::Faulty;
        self.error(Some(draft.name), readers, kind, bytes);
    }
}

impl Shape {
    fn add(&mut self, dimension: u64) {
        self.in_order = self
            .in_order
            .and_then(|product| product.checked_mul(dimension));
        if dimension == 0 {
            self.has_zero = true;
        } else {
            self.nonzero = self
                .nonzero
                .and_then(|product| product.checked_mul(dimension));
        }
    }
}

/// Returns what the readers say of an entry's offsets and size, in their order.
fn sizing(dtype: Dtype, shape: &Shape, (begin, end): (u64, u64)) -> Sizing {
    let Some(span) = end.checked_sub(begin) else {
        return Sizing::Backward;
    };
    let bits = shape
        .in_order
        .and_then(|product| product.checked_mul(dtype.bits()));
    match bits {
        None => Sizing::Overflow,
        Some(bits) if !bits.is_multiple_of(8) => Sizing::PartialByte,
        Some(bits) if bits / 8 != span => Sizing::Wrong,
        Some(_) => Sizing::Right,
    }
}

/// A place in a file before the end of its header.
fn narrow(at: u64) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
