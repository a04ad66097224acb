use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::mem::Discriminant;
use std::ops::Range;
use std::rc::Rc;

use super::header::{BLOCK, Format, Header};
use super::member::MemberKind;
use super::pax::{self, Key, Records};
use super::sparse::{MapFault, SparseMap};
use super::{Divergence, DivergenceKind, Limit, Limits, Member, Part, PartKind, Reading, Source};
use crate::zip::{is_zeros, length, slice_clamped};

/// Records kept of one extended header: four keys matter, and the pieces of a sparse file.
const RECORDS: usize = 1 << 18;

/// The divergences found so far.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) items: Vec<Divergence>,
    pub(super) dropped: u64,
    pub(super) undecided: bool,
    most: usize,
    counts: HashMap<Discriminant<DivergenceKind>, usize>,
}

impl Log {
    pub(super) fn say(&mut self, kind: DivergenceKind, range: Range<u64>, member: Option<usize>) {
        self.undecided |= kind.is_undecided();
        let count = self
            .counts
            .entry(std::mem::discriminant(&kind))
            .or_default();
        if *count < self.most {
            *count = count.saturating_add(1);
            self.items.push(Divergence {
                kind,
                range,
                member,
            });
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// A set of blocks, one bit for each.
#[derive(Debug)]
struct Blocks(Vec<u64>);

impl Blocks {
    fn new(bytes: &[u8]) -> Self {
        Self(vec![0; bytes.len().div_ceil(512 * 64)])
    }

    /// Adds the block at an offset. Returns whether it is new.
    fn insert(&mut self, at: u64) -> bool {
        let block = at / BLOCK;
        let word = usize::try_from(block / 64)
            .ok()
            .and_then(|word| self.0.get_mut(word));
        let bit = 1_u64.wrapping_shl(u32::try_from(block % 64).unwrap_or(0));
        word.is_some_and(|word| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }
}

/// A way through the headers that some reader takes.
struct Walk<'a> {
    at: u64,
    source: Source,
    /// What headers for all members have said before.
    globals: Rc<Vec<Records<'a>>>,
}

/// What the extended headers before one member say.
#[derive(Default)]
struct Extras<'a> {
    headers: usize,
    names: Vec<&'a [u8]>,
    links: Vec<&'a [u8]>,
    pax: Vec<Records<'a>>,
}

impl<'a> Extras<'a> {
    /// Returns the values of a key, the one that counts first.
    fn values(&self, key: Key) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.pax
            .iter()
            .rev()
            .flat_map(move |records| records.values(key))
    }
}

/// An archive while it is read.
pub(super) struct Builder<'a, 'l> {
    pub(super) bytes: &'a [u8],
    pub(super) limits: &'l Limits,
    pub(super) members: Vec<Member<'a>>,
    pub(super) log: Log,
    parts: Vec<Part>,
    pending: VecDeque<Walk<'a>>,
    /// Blocks from which the headers were followed.
    followed: Blocks,
    /// Blocks that were looked at as the next header.
    sought: Blocks,
    /// Bytes of extended headers that may still be read: headers may share their data.
    extended: u64,
}

impl<'a, 'l> Builder<'a, 'l> {
    pub(super) fn new(bytes: &'a [u8], limits: &'l Limits) -> Self {
        Self {
            bytes,
            limits,
            members: Vec::new(),
            log: Log {
                items: Vec::new(),
                dropped: 0,
                undecided: false,
                most: limits.divergences,
                counts: HashMap::new(),
            },
            parts: Vec::new(),
            pending: VecDeque::new(),
            followed: Blocks::new(bytes),
            sought: Blocks::new(bytes),
            extended: length(bytes).saturating_mul(2).saturating_add(16 << 20),
        }
    }

    /// Follows every way from the first header on.
    pub(super) fn follow_all(&mut self) {
        self.pending.push_back(Walk {
            at: 0,
            source: Source::Archive,
            globals: Rc::default(),
        });
        while let Some(mut walk) = self.pending.pop_front() {
            while self.followed.insert(walk.at) || walk.at >= length(self.bytes) {
                let Some(next) = self.unit(&mut walk) else {
                    break;
                };
                walk.at = next;
            }
        }
    }

    /// Reads a header with the extended headers before it. Returns where the next one should stand.
    fn unit(&mut self, walk: &mut Walk<'a>) -> Option<u64> {
        let mut extras = Extras::default();
        let mut at = walk.at;
        loop {
            let end = length(self.bytes);
            let header = Header::at(self.bytes, at);
            let here = at..at.saturating_add(BLOCK).min(end);
            let Some(header) = header.filter(|header| !header.is_zero()) else {
                if extras.headers > 0 {
                    let kind = DivergenceKind::ExtendedWithoutMember;
                    self.log.say(kind, walk.at..at.min(end), None);
                }
                self.end(at, header.is_some(), walk);
                return None;
            };
            if !header.checksum_holds() {
                if header.format() == Format::V7 {
                    self.broken(at, walk);
                    return None;
                }
                self.log
                    .say(DivergenceKind::HeaderChecksum, here.clone(), None);
                if walk.source == Source::Archive {
                    walk.source = Source::BehindBreak;
                }
                self.seek(at.saturating_add(BLOCK), Source::BehindBreak, &walk.globals);
            }
            match header.typeflag() {
                flag @ (b'L' | b'K' | b'x' | b'X' | b'g') => {
                    extras.headers = extras.headers.saturating_add(1);
                    if extras.headers > self.limits.extended_headers {
                        let kind = DivergenceKind::LimitReached(Limit::ExtendedHeaders);
                        self.log.say(kind, here, None);
                        return None;
                    }
                    at = self.extended(flag, header, at, &mut extras, walk);
                }
                _ => return self.member(header, at, &extras, walk),
            }
        }
    }

    /// Reads what an extended header says. Returns where the next header stands.
    fn extended(
        &mut self,
        flag: u8,
        header: Header<'a>,
        at: u64,
        extras: &mut Extras<'a>,
        walk: &mut Walk<'a>,
    ) -> u64 {
        let data = at.saturating_add(BLOCK);
        let sizes: Vec<u64> = header.size().sizes().collect();
        if !header.size().is_agreed() {
            self.log.say(DivergenceKind::SizeMalformed, at..data, None);
        }
        let size = sizes.first().copied().unwrap_or(0);
        let next = padded(data.saturating_add(size));
        for other in sizes.iter().skip(1) {
            self.also(padded(data.saturating_add(*other)), next, walk);
        }
        self.claim(at..next, PartKind::Extended);
        if next > length(self.bytes) {
            self.log.say(DivergenceKind::DataCutOff, at..next, None);
        }
        let Some(left) = self
            .extended
            .checked_sub(next.saturating_sub(data))
            .filter(|_| size <= self.limits.extended_bytes)
        else {
            let kind = DivergenceKind::LimitReached(Limit::ExtendedBytes);
            self.log.say(kind, at..next, None);
            return next;
        };
        self.extended = left;
        let padded = slice_clamped(self.bytes, data..next);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let text = padded.get(..size).unwrap_or(padded);
        let text_line = text.split(|byte| *byte == 0).next().unwrap_or_default();
        match flag {
            b'L' => extras.names.push(text_line),
            b'K' => extras.links.push(text_line),
            _ => {
                let records = Records::read(padded, size, RECORDS);
                for fault in &records.faults {
                    let member = Some(self.members.len());
                    self.log.say(DivergenceKind::Pax(*fault), at..next, member);
                }
                if flag == b'g' {
                    let overrides = [Key::Path, Key::LinkPath, Key::Size]
                        .into_iter()
                        .any(|key| records.values(key).next().is_some());
                    if overrides {
                        self.log.say(DivergenceKind::GlobalOverride, at..next, None);
                        let mut globals = Vec::clone(&walk.globals);
                        // An honest archive has one; more are as good as the last ones.
                        if globals.len() >= self.limits.extended_headers {
                            globals.remove(0);
                        }
                        globals.push(records);
                        walk.globals = Rc::new(globals);
                    }
                } else {
                    extras.pax.push(records);
                }
            }
        }
        next
    }

    /// Adds a member. Returns where the next header should stand.
    fn member(
        &mut self,
        header: Header<'a>,
        at: u64,
        extras: &Extras<'a>,
        walk: &Walk<'a>,
    ) -> Option<u64> {
        let index = self.members.len();
        let here = at..at.saturating_add(BLOCK);
        if index >= self.limits.members {
            let kind = DivergenceKind::LimitReached(Limit::Members);
            self.log.say(kind, at..length(self.bytes), None);
            self.pending.clear();
            return None;
        }
        let flag = header.typeflag();
        let (name, other_names) = self.names(header, at, extras, walk);
        let kind = MemberKind::of(flag, name.ends_with(b"/"));
        if !header.python_reads_the_rest() {
            self.log
                .say(DivergenceKind::FieldMalformed, here.clone(), Some(index));
        }
        match walk.source {
            Source::Archive => {}
            Source::OtherSize => {
                self.log
                    .say(DivergenceKind::MemberOfOtherSize, here.clone(), Some(index));
            }
            Source::BehindBreak => {
                self.log
                    .say(DivergenceKind::MemberBehindBreak, here.clone(), Some(index));
            }
            Source::BehindEnd => {
                self.log
                    .say(DivergenceKind::MemberBehindEnd, here.clone(), Some(index));
            }
        }
        let mut data = here.end;
        let mut old_map = None;
        if flag == b'S' {
            (old_map, data) = self.old_map(header, data, index);
        }
        self.claim(at..data, PartKind::Header(index));
        let sizes = self.sizes(header, kind, extras, walk, here.clone());
        let size = sizes.first().copied().unwrap_or(0);
        let end = data.saturating_add(size);
        let next = padded(end);
        for other in sizes.iter().skip(1) {
            self.also(padded(data.saturating_add(*other)), next, walk);
        }
        let stated = header.size();
        let gives_up = |size: Option<i128>| size.is_none_or(|size| size < 0);
        if gives_up(stated.gnu) || gives_up(stated.python) || !header.python_reads_the_rest() {
            // GNU tar, and Python where it is told to ignore zeros, seek the next header right behind one that
            // they cannot read.
            self.seek(data, Source::BehindBreak, &walk.globals);
        }
        if end > length(self.bytes) {
            self.log
                .say(DivergenceKind::DataCutOff, at..end, Some(index));
        }
        if kind == MemberKind::Continued {
            self.log
                .say(DivergenceKind::Split, here.clone(), Some(index));
        }
        self.claim(data..end, PartKind::Data(index));
        let padding = end..next.min(length(self.bytes));
        if is_zeros(self.bytes, padding.clone()) {
            self.claim(padding, PartKind::Padding);
        }
        let mut readings: VecDeque<Reading> = sizes
            .iter()
            .filter(|size| **size > 0)
            .map(|size| Reading {
                data: data..data.saturating_add(*size),
                map: None,
            })
            .collect();
        let map = match old_map {
            Some(map) => Some((map, 0)),
            None => self.new_map(extras, data..end, here, index),
        };
        if let Some((map, skipped)) = map {
            readings.push_front(Reading {
                data: data.saturating_add(skipped)..end,
                map: Some(Box::new(map)),
            });
        }
        let links = if matches!(kind, MemberKind::HardLink | MemberKind::SymbolicLink) {
            self.links(header, extras, walk)
        } else {
            Vec::new()
        };
        self.members.push(Member {
            header: walk.at..data,
            name,
            other_names,
            links,
            kind,
            source: walk.source,
            first: readings.pop_front(),
            others: readings.into(),
        });
        Some(next)
    }

    /// Returns the sizes that readers take for a member's, without repeats, the commonest first.
    fn sizes(
        &mut self,
        header: Header<'a>,
        kind: MemberKind,
        extras: &Extras<'a>,
        walk: &Walk<'a>,
        here: Range<u64>,
    ) -> Vec<u64> {
        let member = Some(self.members.len());
        let stated = header.size();
        if !stated.is_agreed() {
            self.log
                .say(DivergenceKind::SizeMalformed, here.clone(), member);
        }
        let own: Vec<u64> = extras.values(Key::Size).flat_map(pax::sizes).collect();
        let global = walk
            .globals
            .iter()
            .rev()
            .flat_map(|records| records.values(Key::Size))
            .flat_map(pax::sizes);
        let mut sizes = Vec::new();
        let mut add = |size: u64| {
            if !sizes.contains(&size) {
                sizes.push(size);
            }
        };
        own.iter().copied().chain(global).for_each(&mut add);
        stated.sizes().for_each(&mut add);
        // What does not fit the field is stated in the extended header alone.
        let fits = own.first().is_none_or(|size| *size < 1 << 33);
        let differs = match sizes.as_slice() {
            [first, other, ..] if fits => Some((*first, *other)),
            _ => None,
        };
        if let Some((first, other)) = differs {
            let kind = DivergenceKind::SizeDiffers { first, other };
            self.log.say(kind, here.clone(), member);
        }
        if !kind.has_data() {
            if let Some(size) = sizes.iter().copied().find(|size| *size > 0) {
                let without = DivergenceKind::SizeWithoutData { kind, size };
                self.log.say(without, here, member);
            }
            // Nobody skips data of a hard link or a folder, but for readers that know no better; GNU tar skips
            // that of the others, Python none.
            if matches!(kind, MemberKind::HardLink | MemberKind::Directory) {
                sizes.retain(|size| *size != 0);
                sizes.insert(0, 0);
            } else if !sizes.contains(&0) {
                sizes.push(0);
            }
        }
        sizes
    }

    /// Returns the name that most readers take, and all others.
    fn names(
        &mut self,
        header: Header<'a>,
        at: u64,
        extras: &Extras<'a>,
        walk: &Walk<'a>,
    ) -> (Cow<'a, [u8]>, Vec<Cow<'a, [u8]>>) {
        let prefixed = |name: &[u8]| [header.prefix(), b"/", name].concat();
        let short = header.name();
        let mut plain = vec![Cow::Borrowed(short)];
        if !header.prefix().is_empty() && header.typeflag() != b'S' {
            let with = Cow::Owned(prefixed(short));
            if header.format() == Format::Ustar {
                plain = vec![with];
            } else {
                plain.push(with);
                let member = Some(self.members.len());
                let here = at..at.saturating_add(BLOCK);
                self.log.say(DivergenceKind::PrefixDiffers, here, member);
            }
        }
        let global = walk
            .globals
            .iter()
            .rev()
            .flat_map(|records| records.values(Key::Path));
        let mut long: Vec<&[u8]> = extras
            .values(Key::SparseName)
            .chain(extras.values(Key::Path))
            .chain(extras.names.iter().rev().copied())
            .collect();
        let shortened = |name: &[u8]| plain.iter().any(|plain| is_shortened(plain, name));
        if !long.iter().all(|name| shortened(name)) {
            let member = Some(self.members.len());
            self.log.say(
                DivergenceKind::NameDiffers,
                walk.at..at.saturating_add(BLOCK),
                member,
            );
        }
        long.extend(global);
        let mut names = long.into_iter().map(Cow::Borrowed).chain(plain);
        let first = names.next().unwrap_or_default();
        let mut others: Vec<Cow<'a, [u8]>> = Vec::new();
        for name in names {
            if name != first && !others.contains(&name) && others.len() < 16 {
                others.push(name);
            }
        }
        (first, others)
    }

    fn links(
        &self,
        header: Header<'a>,
        extras: &Extras<'a>,
        walk: &Walk<'a>,
    ) -> Vec<Cow<'a, [u8]>> {
        let global = walk
            .globals
            .iter()
            .rev()
            .flat_map(|records| records.values(Key::LinkPath));
        let mut links: Vec<Cow<'a, [u8]>> = Vec::new();
        for link in extras
            .values(Key::LinkPath)
            .chain(extras.links.iter().rev().copied())
            .chain(global)
            .chain([header.link()])
        {
            if links.len() < 16 && !links.iter().any(|known| *known == link) {
                links.push(Cow::Borrowed(link));
            }
        }
        links
    }

    /// Reads the map of GNU's old format. Returns it with where the data begins.
    fn old_map(&mut self, header: Header<'a>, at: u64, index: usize) -> (Option<SparseMap>, u64) {
        let mut map = SparseMap {
            size: header.real_size().sizes().next().unwrap_or(0),
            ..SparseMap::default()
        };
        let mut data = at;
        let (fields, mut more) = header.sparse();
        let mut result = map.add_fields(fields, self.limits.pieces);
        while more && result.is_ok() {
            let left = self.extended.checked_sub(BLOCK);
            let (Some(block), Some(left)) = (Header::at(self.bytes, data), left) else {
                result = Err(MapFault::Malformed);
                break;
            };
            self.extended = left;
            let fields;
            (fields, more) = block.more_sparse();
            result = map.add_fields(fields, self.limits.pieces);
            data = data.saturating_add(BLOCK);
        }
        (self.checked(result.map(|()| map), at..data, index), data)
    }

    /// Reads the map that extended headers hold or announce, in any of the three forms that GNU tar wrote.
    /// Returns it with how many bytes at the start of the data belong to it.
    fn new_map(
        &mut self,
        extras: &Extras<'a>,
        data: Range<u64>,
        here: Range<u64>,
        index: usize,
    ) -> Option<(SparseMap, u64)> {
        let number = |key| extras.values(key).find_map(pax::decimal);
        let size = number(Key::SparseRealSize).or_else(|| number(Key::SparseSize));
        let most = self.limits.pieces;
        let mut map = SparseMap {
            size: size.unwrap_or(0),
            ..SparseMap::default()
        };
        let text = extras.values(Key::SparseMap).next();
        let result = if let Some(text) = text {
            let numbers = text
                .split(|byte| *byte == b',')
                .filter(|number| !number.is_empty());
            map.add_numbers(numbers, most).map(|()| (map, 0))
        } else if number(Key::SparseSize).is_some() {
            let lengths = extras
                .pax
                .iter()
                .flat_map(|records| records.series(Key::SparseBytes));
            let numbers = extras
                .pax
                .iter()
                .flat_map(|records| records.series(Key::SparseOffset))
                .zip(lengths)
                .flat_map(|(offset, length)| [offset, length]);
            map.add_numbers(numbers, most).map(|()| (map, 0))
        } else if number(Key::SparseMajor) == Some(1) {
            let stored = slice_clamped(self.bytes, data);
            SparseMap::in_data(stored, most).map(|(inner, read)| {
                map.pieces = inner.pieces;
                (map, padded(read))
            })
        } else {
            return None;
        };
        self.checked(result, here, index)
    }

    fn checked<T>(
        &mut self,
        result: Result<T, MapFault>,
        here: Range<u64>,
        index: usize,
    ) -> Option<T> {
        let kind = match result {
            Ok(found) => return Some(found),
            Err(MapFault::Malformed) => DivergenceKind::SparseMap,
            Err(MapFault::TooManyPieces) => DivergenceKind::LimitReached(Limit::Pieces),
        };
        self.log.say(kind, here, Some(index));
        None
    }

    /// Follows the header that readers of another size come to, if one stands there.
    fn also(&mut self, at: u64, next: u64, walk: &Walk<'a>) {
        if at != next && Header::at(self.bytes, at).is_some_and(|header| header.is_valid()) {
            self.pending.push_back(Walk {
                at,
                source: Source::OtherSize,
                globals: Rc::clone(&walk.globals),
            });
        }
    }

    /// Blocks of zeros, or the end of the file.
    fn end(&mut self, at: u64, zeros: bool, walk: &Walk<'a>) {
        let whole = length(self.bytes);
        if walk.source == Source::OtherSize {
            return;
        }
        if !zeros {
            if at < whole && !is_zeros(self.bytes, at..whole) {
                self.log.say(DivergenceKind::HeaderCutOff, at..whole, None);
            } else {
                self.claim(at..whole, PartKind::Padding);
            }
            if at >= whole || walk.source == Source::Archive {
                self.log.say(DivergenceKind::EndMissing, whole..whole, None);
            }
            return;
        }
        let mut behind = at;
        while Header::at(self.bytes, behind).is_some_and(|header| header.is_zero()) {
            behind = behind.saturating_add(BLOCK);
        }
        if behind < whole && Header::at(self.bytes, behind).is_none() {
            // The last bytes are no whole block.
            if is_zeros(self.bytes, behind..whole) {
                behind = whole;
            }
        }
        self.claim(at..behind, PartKind::Padding);
        self.seek(behind, Source::BehindEnd, &walk.globals);
    }

    /// Something that is no header stands in the place of one.
    fn broken(&mut self, at: u64, walk: &Walk<'a>) {
        if walk.source == Source::OtherSize {
            return;
        }
        let here = at..at.saturating_add(BLOCK);
        self.log.say(DivergenceKind::HeaderBroken, here, None);
        let source = match walk.source {
            Source::BehindEnd => Source::BehindEnd,
            _ => Source::BehindBreak,
        };
        self.seek(at.saturating_add(BLOCK), source, &walk.globals);
    }

    /// Seeks the next block that is a header, as GNU tar does behind one that is none.
    fn seek(&mut self, from: u64, source: Source, globals: &Rc<Vec<Records<'a>>>) {
        let mut at = from;
        while let Some(header) = Header::at(self.bytes, at) {
            if !self.sought.insert(at) {
                return;
            }
            if header.is_valid() {
                self.pending.push_back(Walk {
                    at,
                    source,
                    globals: Rc::clone(globals),
                });
                return;
            }
            at = at.saturating_add(BLOCK);
        }
    }

    fn claim(&mut self, range: Range<u64>, kind: PartKind) {
        let range = range.start..range.end.min(length(self.bytes));
        if !range.is_empty() {
            self.parts.push(Part { range, kind });
        }
    }

    /// Lays the claims out: where two overlap, the one that starts first keeps the bytes. What nobody
    /// claims is padding if it is zeros, else it belongs to nothing, and that is said.
    pub(super) fn structure(&mut self) -> Vec<Part> {
        let mut claims = std::mem::take(&mut self.parts);
        claims.sort_by_key(|claim| claim.range.start);
        let mut parts = Vec::with_capacity(claims.len());
        let mut at = 0;
        for claim in claims {
            if claim.range.start > at {
                self.gap(at..claim.range.start, &mut parts);
            }
            let start = claim.range.start.max(at);
            if start < claim.range.end {
                at = claim.range.end;
                parts.push(Part {
                    range: start..claim.range.end,
                    kind: claim.kind,
                });
            }
        }
        if at < length(self.bytes) {
            self.gap(at..length(self.bytes), &mut parts);
        }
        parts
    }

    fn gap(&mut self, range: Range<u64>, parts: &mut Vec<Part>) {
        let kind = if is_zeros(self.bytes, range.clone()) {
            PartKind::Padding
        } else {
            self.log
                .say(DivergenceKind::BytesOutside, range.clone(), None);
            PartKind::Outside
        };
        parts.push(Part { range, kind });
    }
}

/// Rounds up to a block.
fn padded(at: u64) -> u64 {
    at.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
}

/// Says whether the name of a plain header is what an honest writer makes of a longer name: the same, or
/// cut off, or with `?` for what is not ASCII, or with components left out.
fn is_shortened(plain: &[u8], long: &[u8]) -> bool {
    let plain = plain.strip_suffix(b"/").unwrap_or(plain);
    let long = long.strip_suffix(b"/").unwrap_or(long);
    if plain == long || long.starts_with(plain) && long.len() > 100 {
        return true;
    }
    let last = |name: &'_ [u8]| name.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    let (Some(plain_last), Some(long_last)) = (last(plain), last(long)) else {
        return false;
    };
    if long.len() <= 100 && long.is_ascii() {
        // A sparse file's plain name has a folder of its own before the last component.
        return plain_last == long_last && plain.windows(14).any(|part| part == b"GNUSparseFile.");
    }
    starts_alike(&plain_last, &long_last) || starts_alike(plain, long)
}

/// Says whether one name is the start of the other, with `?` for characters that are not ASCII.
fn starts_alike(plain: &[u8], long: &[u8]) -> bool {
    let long = String::from_utf8_lossy(long);
    let mut long = long.chars();
    !plain.is_empty()
        && String::from_utf8_lossy(plain).chars().all(|plain| {
            long.next().is_some_and(|long| {
                plain == long || !long.is_ascii() && matches!(plain, '?' | '_' | '\u{fffd}')
            })
        })
}

#[cfg(test)]
mod tests {
    use super::is_shortened;

    #[test]
    fn honest_short_names_are_told_from_others() {
        let long = [b"folder/".as_slice(), &[b'a'; 120]].concat();
        assert!(is_shortened(&long[..100], &long));
        assert!(is_shortened(b"dir", b"dir/"));
        assert!(is_shortened(b"mod?le", "modèle".as_bytes()));
        assert!(is_shortened(b"./GNUSparseFile.7/x.bin", b"x.bin"));
        assert!(!is_shortened(b"readme.txt", b"data.pkl"));
        assert!(!is_shortened(b"readme.txt", &long));
    }
}
