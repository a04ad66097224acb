use std::collections::{HashMap, HashSet};
use std::mem::Discriminant;
use std::ops::Range;

use super::directory::{Central, EndRecord, Entry, View};
use super::layout::{Layout, Part, PartKind};
use super::local::{self, Descriptor, Local};
use super::member::{
    FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_MASKED, FLAG_PATCH, FLAG_STRONG, FLAG_UTF8,
};
use super::raw::length;
use super::{
    Basis, Divergence, DivergenceKind, Limit, Limits, Member, Method, Reading, Source, gaps, name,
};

/// The highest version that Python's `zipfile` reads, times ten.
const HIGHEST_VERSION: u16 = 63;

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
    fn new(most: usize) -> Self {
        Self {
            items: Vec::new(),
            dropped: 0,
            undecided: false,
            most,
            counts: HashMap::new(),
        }
    }

    fn push(&mut self, divergence: Divergence) {
        self.undecided |= divergence.kind.is_undecided();
        let count = self
            .counts
            .entry(std::mem::discriminant(&divergence.kind))
            .or_default();
        if *count < self.most {
            *count = count.saturating_add(1);
            self.items.push(divergence);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(super) fn say(&mut self, kind: DivergenceKind, range: Range<u64>) {
        self.push(Divergence {
            kind,
            range,
            member: None,
            other: None,
        });
    }

    fn say_of(&mut self, kind: DivergenceKind, range: Range<u64>, member: usize) {
        self.push(Divergence {
            kind,
            range,
            member: Some(member),
            other: None,
        });
    }

    fn say_of_two(
        &mut self,
        kind: DivergenceKind,
        range: Range<u64>,
        member: usize,
        other: Option<usize>,
    ) {
        self.push(Divergence {
            kind,
            range,
            member: Some(member),
            other,
        });
    }
}

/// What makes an entry the same member as one that another directory lists.
type Identity<'a> = (&'a [u8], u64, u64, u64, u16, u32);

/// An archive while it is read.
#[derive(Debug)]
pub(super) struct Builder<'a, 'l> {
    pub(super) bytes: &'a [u8],
    limits: &'l Limits,
    pub(super) members: Vec<Member<'a>>,
    pub(super) log: Log,
    /// Directories and end records.
    records: Vec<Part>,
    /// Data behind the end that a local header states, where local headers may hide.
    tails: Vec<Range<u64>>,
    /// The end records followed.
    followed: HashSet<u64>,
    /// The directories read: where they start and what is added to their offsets.
    read: HashSet<(u64, i128)>,
}

impl<'a, 'l> Builder<'a, 'l> {
    pub(super) fn new(bytes: &'a [u8], limits: &'l Limits) -> Self {
        Self {
            bytes,
            limits,
            members: Vec::new(),
            log: Log::new(limits.divergences),
            records: Vec::new(),
            tails: Vec::new(),
            followed: HashSet::new(),
            read: HashSet::new(),
        }
    }

    pub(super) fn record(&mut self, range: Range<u64>, kind: PartKind) {
        self.records.push(Part { range, kind });
    }

    /// Reads the directories to which an end record leads. Returns whether it leads to any.
    pub(super) fn follow(&mut self, end: &EndRecord, first: bool) -> bool {
        let views = end.views(self.bytes);
        let here = end.at..end.end();
        if !first {
            if !views.is_plausible() {
                return false;
            }
            self.log.say(DivergenceKind::FurtherEndRecord, here.clone());
        }
        self.followed.insert(end.at);
        self.record(here.clone(), PartKind::EndRecord);
        self.record(
            end.end()..end.comment_end().min(length(self.bytes)),
            PartKind::Comment,
        );
        if end.locator {
            self.record(end.locator_start()..end.at, PartKind::EndRecord);
        }
        for zip64 in &end.zip64 {
            self.record(zip64.at..zip64.end, PartKind::EndRecord);
        }
        for (holds, kind) in [
            (views.two_directories, DivergenceKind::TwoDirectories),
            (views.misplaced, DivergenceKind::DirectoryMisplaced),
            (views.missing, DivergenceKind::DirectoryMissing),
            (views.zip64_differs, DivergenceKind::Zip64Differs),
            (
                end.locator && end.zip64.is_empty(),
                DivergenceKind::Zip64Missing,
            ),
            (end.is_split(), DivergenceKind::Split),
            (
                end.comment_end() > length(self.bytes),
                DivergenceKind::CommentCutOff,
            ),
        ] {
            if holds {
                self.log.say(kind, here.clone());
            }
        }
        let mut source = if first {
            Source::Directory
        } else {
            Source::OtherDirectory
        };
        for view in &views.views {
            if self.read.insert((view.start, view.base)) {
                self.read_directory(view, source);
            }
            source = Source::OtherDirectory;
        }
        true
    }

    fn read_directory(&mut self, view: &View, source: Source) {
        let known: HashSet<Identity<'a>> = match source {
            Source::Directory => HashSet::new(),
            _ => self.members.iter().filter_map(identity).collect(),
        };
        let mut at = view.start;
        let mut found = 0_u64;
        while super::raw::has(self.bytes, at, super::directory::CENTRAL) {
            if self.members.len() >= self.limits.members {
                let kind = DivergenceKind::LimitReached(Limit::Members);
                self.log.say(kind, at..view.limit);
                at = view.limit;
                break;
            }
            let Some(entry) = Entry::read(self.bytes, at, view.limit) else {
                self.log
                    .say(DivergenceKind::DirectoryCutOff, at..view.limit);
                break;
            };
            at = entry.central.end;
            found = found.saturating_add(1);
            let member = self.member(&entry, view.base, source);
            if identity(&member).is_none_or(|identity| !known.contains(&identity)) {
                self.add(member);
            }
        }
        self.record(view.start..at, PartKind::Directory);
        let overflowed = view.short_count
            && found > u64::from(u16::MAX)
            && found & u64::from(u16::MAX) == view.entries;
        if (found != view.entries && !overflowed) || at != view.stop {
            let kind = DivergenceKind::DirectoryCount {
                stated: view.entries,
                found,
            };
            self.log.say(kind, view.start..at);
        }
    }

    fn member(&self, entry: &Entry<'a>, base: i128, source: Source) -> Member<'a> {
        let central = entry.central;
        let shifted = u64::try_from(i128::from(central.local).saturating_add(base)).ok();
        let at_shifted = shifted.and_then(|at| Local::read(self.bytes, at));
        let at_stated = if shifted == Some(central.local) {
            None
        } else {
            Local::read(self.bytes, central.local)
        };
        let local = at_shifted.or(at_stated);
        let reading = |local: Local<'_>| Reading {
            data: local.data..local.data.saturating_add(central.compressed),
            method: Method::from_number(central.method),
            size: Some(central.size),
            crc: Some(central.crc),
            basis: Basis::Central,
        };
        Member {
            name: entry.name,
            unicode_name: entry.unicode_name,
            source,
            central: Some(central),
            local,
            descriptor: None,
            first: local.map(reading),
            others: at_shifted.and(at_stated).map(reading).into_iter().collect(),
        }
    }

    /// Judges a member that a directory lists, and keeps it.
    fn add(&mut self, mut member: Member<'a>) {
        let index = self.members.len();
        let Some(central) = member.central else {
            return;
        };
        let entry = central.at..central.end;
        self.judge_alone(&member, index);
        if !member.others.is_empty() {
            self.log
                .say_of(DivergenceKind::ShiftedOffset, entry.clone(), index);
        }
        match member.local {
            None => self.log.say_of(DivergenceKind::LocalMissing, entry, index),
            Some(local) => {
                self.compare(&mut member, &central, &local, index);
                self.find_descriptor(&mut member, &central, &local, index);
            }
        }
        self.members.push(member);
    }

    /// What can be said of a member without its local header.
    fn judge_alone(&mut self, member: &Member<'a>, index: usize) {
        let place = member.place();
        let flags = member.flags();
        for fault in name::faults(member.name, flags & FLAG_UTF8 != 0, self.limits.name) {
            self.log
                .say_of(DivergenceKind::Name(fault), place.clone(), index);
        }
        // Python deflates the nothing of a folder to two bytes.
        let has_data = member
            .first
            .as_ref()
            .is_some_and(|first| match first.method {
                Method::Stored => first.data.start < first.data.end,
                _ => first.size != Some(0),
            });
        let unknown = match member.first.as_ref().map(Reading::method) {
            Some(Method::Other(number)) => Some(number),
            _ => None,
        };
        let central = member.central;
        let version = central.map_or(0, |central| central.version_needed & 0xff);
        let ascii = member.name.is_ascii();
        let other_unicode = member
            .unicode_name
            .is_some_and(|unicode| ascii && unicode != member.name);
        for (holds, kind) in [
            (member.claims_encryption(), DivergenceKind::Encrypted),
            (flags & FLAG_PATCH != 0, DivergenceKind::Patch),
            (
                unknown.is_some(),
                DivergenceKind::UnknownMethod(unknown.unwrap_or_default()),
            ),
            (
                version > HIGHEST_VERSION,
                DivergenceKind::VersionNeeded(version),
            ),
            (
                central.is_some_and(|central| central.split),
                DivergenceKind::Split,
            ),
            (
                central.is_some_and(|central| central.malformed),
                DivergenceKind::ExtraField,
            ),
            (other_unicode, DivergenceKind::UnicodeName),
            (
                member.is_directory() && has_data,
                DivergenceKind::DirectoryWithData,
            ),
        ] {
            if holds {
                self.log.say_of(kind, place.clone(), index);
            }
        }
    }

    fn compare(
        &mut self,
        member: &mut Member<'a>,
        central: &Central,
        local: &Local<'a>,
        index: usize,
    ) {
        let header = local.at..local.data;
        let log = &mut self.log;
        let mut differs = |holds: bool, kind: DivergenceKind| {
            if holds {
                log.say_of(kind, header.clone(), index);
            }
            holds
        };
        differs(local.name != member.name, DivergenceKind::LocalName);
        let method = differs(
            local.method != central.method,
            DivergenceKind::LocalMethod {
                central: Method::from_number(central.method),
                local: Method::from_number(local.method),
            },
        );
        let unset = |size: u64| size == 0 || size == u64::from(u32::MAX);
        let sizes_follow = local.has_descriptor() && unset(local.compressed) && unset(local.size);
        let (stated, found) = if local.compressed == central.compressed {
            (central.size, local.size)
        } else {
            (central.compressed, local.compressed)
        };
        let sizes = differs(
            !sizes_follow && stated != found,
            DivergenceKind::LocalSize {
                central: stated,
                local: found,
            },
        );
        let crc_follows = local.has_descriptor() && local.crc == 0;
        differs(
            !crc_follows && local.crc != central.crc,
            DivergenceKind::LocalCrc,
        );
        let mut mask = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_PATCH | FLAG_STRONG | FLAG_MASKED;
        if !member.name.is_ascii() {
            mask |= FLAG_UTF8;
        }
        differs(
            (local.flags ^ central.flags) & mask != 0,
            DivergenceKind::LocalFlags {
                central: central.flags,
                local: local.flags,
            },
        );
        let stored = central.method == 0;
        differs(
            stored && central.compressed != central.size,
            DivergenceKind::StoredSize {
                compressed: central.compressed,
                size: central.size,
            },
        );
        let end = local.data.saturating_add(central.compressed);
        differs(end > length(self.bytes), DivergenceKind::DataCutOff);
        if stored && central.compressed != central.size {
            member.others.push(Reading {
                data: local.data..local.data.saturating_add(central.size),
                method: Method::Stored,
                size: Some(central.size),
                crc: Some(central.crc),
                basis: Basis::StatedSize,
            });
        }
        if method || sizes {
            let (compressed, size) = if sizes_follow {
                (central.compressed, central.size)
            } else {
                (local.compressed, local.size)
            };
            let local_end = local.data.saturating_add(compressed);
            member.others.push(Reading {
                data: local.data..local_end,
                method: Method::from_number(local.method),
                size: Some(size),
                crc: Some(if crc_follows { central.crc } else { local.crc }),
                basis: Basis::Local,
            });
            if local_end < end {
                self.tails.push(local_end..end);
            }
        }
    }

    fn find_descriptor(
        &mut self,
        member: &mut Member<'a>,
        central: &Central,
        local: &Local<'a>,
        index: usize,
    ) {
        if (local.flags | central.flags) & FLAG_DESCRIPTOR == 0 {
            return;
        }
        let end = local.data.saturating_add(central.compressed);
        let stated = (central.crc, central.compressed, central.size);
        let bytes = match local::descriptor(self.bytes, end, stated, local.zip64) {
            Descriptor::Agrees(bytes) => bytes,
            Descriptor::Differs(bytes) => {
                let kind = DivergenceKind::DescriptorDiffers;
                self.log.say_of(kind, end..end.saturating_add(bytes), index);
                bytes
            }
            Descriptor::Missing => {
                if local.has_descriptor() && end <= length(self.bytes) {
                    self.log
                        .say_of(DivergenceKind::DescriptorMissing, end..end, index);
                }
                return;
            }
        };
        member.descriptor = Some(end..end.saturating_add(bytes));
    }

    /// Follows further end records in the bytes that belong to nothing yet. Returns whether there are any.
    pub(super) fn follow_gaps(&mut self, layout: &Layout) -> bool {
        let mut any = false;
        let mut left = self.limits.end_records;
        let bytes = self.bytes;
        for end in layout.gaps().flat_map(|gap| gaps::end_records(bytes, gap)) {
            if self.followed.contains(&end.at) || !end.views(bytes).is_plausible() {
                continue;
            }
            if left == 0 {
                let kind = DivergenceKind::LimitReached(Limit::EndRecords);
                self.log.say(kind, end.at..end.end());
                break;
            }
            left = left.saturating_sub(1);
            any |= self.follow(&end, false);
        }
        any
    }

    /// Adds members that only their local headers show. Returns whether there are any.
    pub(super) fn find_hidden(&mut self, layout: &Layout) -> bool {
        let before = self.members.len();
        let tails = joined(std::mem::take(&mut self.tails));
        for range in layout.gaps().chain(tails) {
            let mut at = range.start;
            while let Some(start) = gaps::next_local(self.bytes, at..range.end) {
                at = match Local::read(self.bytes, start) {
                    Some(local) if !local.name.is_empty() && local.data <= range.end => {
                        if self.members.len() >= self.limits.members {
                            let kind = DivergenceKind::LimitReached(Limit::Members);
                            self.log.say(kind, start..range.end);
                            return true;
                        }
                        self.add_hidden(&local, range.end)
                    }
                    _ => start.saturating_add(4),
                };
            }
        }
        self.members.len() > before
    }

    /// Adds a member that is in no directory and returns where the next one may start.
    fn add_hidden(&mut self, local: &Local<'a>, limit: u64) -> u64 {
        let index = self.members.len();
        let method = Method::from_number(local.method);
        let size_follows = local.has_descriptor() && local.compressed == 0;
        let (end, next) = match (size_follows, method) {
            (false, _) => {
                let end = local.data.saturating_add(local.compressed);
                (end, end)
            }
            (true, Method::Stored) => {
                let end = local::stored_end(self.bytes, local.data, limit);
                (end, end)
            }
            (true, _) => (limit, local.data),
        };
        let member = Member {
            name: local.name,
            unicode_name: None,
            source: Source::LocalOnly,
            central: None,
            local: Some(*local),
            descriptor: None,
            first: Some(Reading {
                data: local.data..end,
                method,
                size: (!size_follows).then_some(local.size),
                crc: (!local.has_descriptor() || local.crc != 0).then_some(local.crc),
                basis: Basis::Local,
            }),
            others: Vec::new(),
        };
        let place = member.place();
        self.log
            .say_of(DivergenceKind::NotInDirectory, place.clone(), index);
        if end > length(self.bytes) {
            self.log.say_of(DivergenceKind::DataCutOff, place, index);
        }
        self.judge_alone(&member, index);
        self.members.push(member);
        next
    }

    /// Lays out every byte of the file.
    pub(super) fn layout(&self) -> Layout {
        let mut claims = self.records.clone();
        claims.reserve(self.members.len().saturating_mul(3));
        for (index, member) in self.members.iter().enumerate() {
            let (Some(local), Some(first)) = (member.local, &member.first) else {
                continue;
            };
            let parts = [
                (local.at..local.data, PartKind::LocalHeader(index)),
                (first.data.clone(), PartKind::Data(index)),
            ];
            let descriptor = member
                .descriptor
                .clone()
                .map(|range| (range, PartKind::Descriptor(index)));
            for (range, kind) in parts.into_iter().chain(descriptor) {
                claims.push(Part { range, kind });
            }
        }
        Layout::new(claims, length(self.bytes))
    }

    /// Reports members that share bytes, once each.
    pub(super) fn judge_overlaps(&mut self, layout: &Layout) {
        let mut last = None;
        for clash in &layout.clashes {
            let other = clash.early.member();
            let Some(member) = clash.late.member().or(other) else {
                continue;
            };
            let hidden = |index: usize| {
                self.members
                    .get(index)
                    .is_none_or(|member| member.source == Source::LocalOnly)
            };
            if hidden(member) || other.is_some_and(hidden) || last == Some(member) {
                continue;
            }
            last = Some(member);
            let other = other.filter(|other| *other != member);
            self.log
                .say_of_two(DivergenceKind::Overlap, clash.range.clone(), member, other);
        }
    }

    /// Reports names that two members share.
    pub(super) fn judge_twins(&mut self) {
        let fold = |name: &'a [u8]| name::cut(name).iter().map(u8::to_ascii_lowercase);
        let mut order: Vec<(usize, &'a [u8])> = self
            .members
            .iter()
            .map(|member| member.name)
            .enumerate()
            .collect();
        order.sort_by(|(_, left), (_, right)| {
            fold(left)
                .cmp(fold(right))
                .then_with(|| name::cut(left).cmp(name::cut(right)))
        });
        for pair in order.windows(2) {
            let [(other, left), (member, right)] = pair else {
                continue;
            };
            let kind = if name::cut(left) == name::cut(right) {
                DivergenceKind::DuplicateName
            } else if fold(left).eq(fold(right)) {
                DivergenceKind::CaseTwin
            } else {
                continue;
            };
            let place = self.members.get(*member).map_or(0..0, Member::place);
            self.log.say_of_two(kind, place, *member, Some(*other));
        }
    }

    /// Reports bytes that belong to nothing and returns what every byte is.
    pub(super) fn judge_gaps(&mut self, layout: Layout) -> Vec<Part> {
        let mut parts = layout.parts;
        for part in &mut parts {
            if !part.kind.is_gap() {
                continue;
            }
            let zeros = gaps::is_zeros(self.bytes, part.range.clone());
            let kind = match part.kind {
                PartKind::Before => DivergenceKind::BytesBefore,
                PartKind::Behind => DivergenceKind::BytesBehind,
                _ => DivergenceKind::BytesBetween,
            };
            if !zeros || part.kind == PartKind::Before {
                self.log.say(kind, part.range.clone());
            }
            if zeros {
                part.kind = PartKind::Padding;
            }
        }
        parts
    }
}

/// Joins ranges that overlap, so that no byte is searched twice.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn identity<'a>(member: &Member<'a>) -> Option<Identity<'a>> {
    let central = member.central?;
    let local = member.local?;
    Some((
        member.name,
        local.at,
        central.compressed,
        central.size,
        central.method,
        central.crc,
    ))
}
