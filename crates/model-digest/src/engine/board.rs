use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha256_lanes::Lanes;

use super::plan::{Cursor, Part, Plan};
use super::stream::{self, Opened, Outcome, Stream};
use super::tree::Tree;
use crate::job::Origin;
use crate::{Algorithm, Cancelled, Digest, Digested, Job, JobError, JobErrorKind, Options, Watch};

/// How many streams that can be hashed side by side are begun at a time for each lane: enough that they come
/// to their ends together, few enough that their sources are read in long runs.
const BEGUN: usize = 2;

/// What is to be done, what is being done, and what has become of it.
pub(super) struct Board<'a> {
    jobs: &'a [Job<'a>],
    /// The sources that are opened here, by job.
    slots: Vec<Mutex<Slot<'a>>>,
    turns: Mutex<Turns<'a>>,
    lanes: Lanes,
    workers: usize,
    stopped: AtomicBool,
}

enum Slot<'a> {
    Shut,
    Open(Opened<'a>),
    /// Closed, and not to be opened again; who asks nevertheless is told this.
    Over(JobErrorKind),
}

struct Turns<'a> {
    /// Jobs whose streams can be hashed side by side; the one with the longest stands last.
    abreast: Vec<Cursor>,
    /// The other jobs, in the same order.
    alone: Vec<Cursor>,
    /// Streams that were begun and that nobody is working on.
    paused: Vec<Stream<'a>>,
    /// How many more of them a worker has.
    running: usize,
    /// How many workers there are or were called for.
    live: usize,
    tallies: Vec<Tally>,
}

/// What is known of a job.
struct Tally {
    plan: Option<Plan>,
    /// How many pieces have no digests yet.
    left: u64,
    /// For each algorithm the digests of the pieces.
    digests: Vec<(Algorithm, Vec<Option<Digest>>)>,
    trees: HashMap<usize, Tree>,
    failed: Option<JobError>,
}

impl<'a> Board<'a> {
    pub(super) fn new(jobs: &'a [Job<'a>], options: &Options, workers: usize) -> Self {
        let lanes = Lanes::detect();
        let mut room = options.digests;
        let mut abreast = Vec::new();
        let mut alone = Vec::new();
        let mut tallies = Vec::with_capacity(jobs.len());
        for (index, job) in jobs.iter().enumerate() {
            let tally = match Plan::new(job, lanes.width())
                .and_then(|plan| allow(plan, job, options, &mut room))
            {
                Ok(plan) => {
                    let side = if plan.lanes { &mut abreast } else { &mut alone };
                    side.push(Cursor::new(index, plan.clone()));
                    Tally::new(plan, job)
                }
                Err(kind) => Tally::failed(JobError::new(index, 0, kind)),
            };
            tallies.push(tally);
        }
        for side in [&mut abreast, &mut alone] {
            side.retain(|cursor| !cursor.is_at_end());
            // Of equal ones the first of the caller's comes first, so it stands last.
            side.reverse();
            side.sort_by_key(Cursor::longest);
        }
        let slots = jobs.iter().map(|_| Mutex::new(Slot::Shut)).collect();
        Self {
            jobs,
            slots,
            turns: Mutex::new(Turns {
                abreast,
                alone,
                paused: Vec::new(),
                running: 0,
                live: 1,
                tallies,
            }),
            lanes,
            workers,
            stopped: AtomicBool::new(false),
        }
    }

    /// Takes streams and goes on with them until nothing is left to take. Calls for another worker when
    /// there is more to do.
    pub(super) fn work(&self, watch: &dyn Watch, call: &dyn Fn()) {
        let mut buffers = vec![Vec::new(); self.lanes.width().max(1)];
        let mut group = Vec::new();
        loop {
            group = self.turn(group, call);
            if group.is_empty() || self.stopped.load(Ordering::Relaxed) {
                return;
            }
            for stream in &mut group {
                if let Some(job) = self.jobs.get(stream.part.job) {
                    let index = stream.part.job;
                    let abreast = self.is_abreast(index);
                    stream.begin(job, abreast, || self.open(index, job));
                }
            }
            let went = match (&mut *group, buffers.first_mut()) {
                ([alone], Some(buffer)) if !self.is_abreast(alone.part.job) => {
                    alone.run(buffer, watch)
                }
                (group, _) => stream::advance(group, self.lanes, &mut buffers, watch),
            };
            if went.is_err() {
                self.stopped.store(true, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Says what has become of the jobs.
    pub(super) fn finish(self) -> Result<Vec<Result<Digested, JobError>>, Cancelled> {
        if self.stopped.into_inner() {
            return Err(Cancelled);
        }
        let turns = self
            .turns
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        turns
            .tallies
            .into_iter()
            .zip(self.jobs)
            // A job that is neither done nor failed is one that nobody came to work on any more.
            .map(|(tally, job)| tally.finish(job).ok_or(Cancelled))
            .collect()
    }

    /// Puts streams back and takes the next.
    fn turn(&self, group: Vec<Stream<'a>>, call: &dyn Fn()) -> Vec<Stream<'a>> {
        let mut over = Vec::new();
        let mut turns = lock(&self.turns);
        for stream in group {
            if self.is_abreast(stream.part.job) {
                turns.running = turns.running.saturating_sub(1);
            }
            match stream.outcome() {
                Err(stream) => turns.paused.push(stream),
                Ok((part, outcome)) => {
                    let job = part.job;
                    if turns.settle(part, outcome) {
                        over.push(job);
                    }
                }
            }
        }
        let group = turns.take(self.workers, self.lanes.width());
        if group.is_empty() {
            turns.live = turns.live.saturating_sub(1);
        }
        let more = turns.live < self.workers && turns.has_more();
        if more {
            turns.live = turns.live.saturating_add(1);
        }
        drop(turns);
        for job in over {
            if let Some(slot) = self.slots.get(job) {
                let closed = JobErrorKind::Unopened(std::io::ErrorKind::NotFound);
                let mut slot = lock(slot);
                if !matches!(*slot, Slot::Over(_)) {
                    *slot = Slot::Over(closed);
                }
            }
        }
        if more {
            call();
        }
        group
    }

    fn is_abreast(&self, job: usize) -> bool {
        let only = self.jobs.get(job).and_then(|job| job.algorithms.only());
        only == Some(Algorithm::Sha256) && self.lanes.width() > 1
    }

    fn open(&self, index: usize, job: &Job<'a>) -> Result<Opened<'a>, JobError> {
        let opener = match job.origin {
            Origin::Open(source) => return Ok(Opened::Given(source)),
            Origin::Later(opener) => opener,
        };
        let Some(slot) = self.slots.get(index) else {
            let kind = JobErrorKind::Unopened(std::io::ErrorKind::NotFound);
            return Err(JobError::new(index, 0, kind));
        };
        let mut slot = lock(slot);
        match &*slot {
            Slot::Open(opened) => return Ok(opened.clone()),
            Slot::Over(kind) => return Err(JobError::new(index, 0, *kind)),
            Slot::Shut => {}
        }
        let before = opener.expected_len();
        let opened = match opener.open() {
            Err(error) => Err(JobError::open(index, error)),
            Ok(source) if source.len() != before => {
                let after = source.len();
                let kind = JobErrorKind::Resized { before, after };
                Err(JobError::new(index, 0, kind))
            }
            Ok(source) => Ok(Opened::Ours(Arc::from(source))),
        };
        *slot = match &opened {
            Ok(opened) => Slot::Open(opened.clone()),
            Err(error) => Slot::Over(error.kind()),
        };
        opened
    }
}

impl<'a> Turns<'a> {
    /// Says whether there is something that nobody is working on.
    fn has_more(&self) -> bool {
        !(self.paused.is_empty() && self.abreast.is_empty() && self.alone.is_empty())
    }

    /// Takes one stream that has to be alone, or several that can be hashed side by side, whichever has the
    /// longest way to go.
    fn take(&mut self, workers: usize, width: usize) -> Vec<Stream<'a>> {
        self.drop_failed();
        let waiting = self.abreast.last().map_or(0, Cursor::longest);
        let paused = self.paused.iter().map(Stream::left).max().unwrap_or(0);
        let abreast = !(self.paused.is_empty() && self.abreast.is_empty());
        if let Some(cursor) = self.alone.last_mut()
            && (!abreast || cursor.longest() > waiting.max(paused))
        {
            let part = cursor.next();
            if cursor.is_at_end() {
                self.alone.pop();
            }
            return part.map(Stream::new).into_iter().collect();
        }
        // Every worker has the same number of streams, as long as there are enough of them.
        let begun = self.paused.len().saturating_add(self.running);
        let total = self.abreast.len().saturating_add(begun);
        let share = total.div_ceil(workers.max(1)).clamp(1, width.max(1));
        let mut group = Vec::with_capacity(share);
        while group.len() < share {
            match self.longest(workers.saturating_mul(width)) {
                Some(stream) => group.push(stream),
                None => break,
            }
        }
        group
    }

    /// Takes the stream with the longest way to go; a new one is begun only while there is room.
    fn longest(&mut self, lanes: usize) -> Option<Stream<'a>> {
        let paused = self.paused.iter().map(Stream::left).enumerate();
        let paused = paused.max_by_key(|(_, left)| *left);
        let begun = self.paused.len().saturating_add(self.running);
        let room = begun < lanes.saturating_mul(BEGUN) || paused.is_none();
        if let Some(cursor) = self.abreast.last_mut()
            && room
            && paused.is_none_or(|(_, left)| cursor.longest() >= left)
        {
            let part = cursor.next();
            if cursor.is_at_end() {
                self.abreast.pop();
            }
            self.running = self.running.saturating_add(1);
            return part.map(Stream::new);
        }
        let (index, _) = paused?;
        self.running = self.running.saturating_add(1);
        Some(self.paused.swap_remove(index))
    }

    /// Forgets what belongs to a job that has failed.
    fn drop_failed(&mut self) {
        let failed = |job: usize| {
            let tally = self.tallies.get(job);
            tally.is_none_or(|tally| tally.failed.is_some())
        };
        self.paused.retain(|stream| !failed(stream.part.job));
        for side in [&mut self.abreast, &mut self.alone] {
            while side.last().is_some_and(|cursor| failed(cursor.job)) {
                side.pop();
            }
        }
    }

    /// Notes what has become of a stream; says whether its job is over.
    fn settle(&mut self, part: Part, outcome: Outcome) -> bool {
        let Some(tally) = self.tallies.get_mut(part.job) else {
            return false;
        };
        if tally.failed.is_some() {
            return true;
        }
        match outcome {
            Outcome::Failed(error) => {
                tally.fail(error);
                return true;
            }
            Outcome::Digests(digests) => tally.put(part.piece, digests),
            Outcome::Value(value) => {
                let subtrees = tally.plan.as_ref().and_then(|plan| {
                    let piece = u64::try_from(part.piece).ok()?;
                    usize::try_from(plan.subtrees(piece)?).ok()
                });
                let tree = tally
                    .trees
                    .entry(part.piece)
                    .or_insert_with(|| Tree::new(subtrees.unwrap_or(0)));
                let root = part.subtree.and_then(|subtree| tree.put(subtree, value));
                if let Some(root) = root {
                    tally.trees.remove(&part.piece);
                    tally.put(part.piece, vec![root]);
                }
            }
        }
        tally.left == 0
    }
}

impl Tally {
    fn new(plan: Plan, job: &Job<'_>) -> Self {
        let pieces = usize::try_from(plan.pieces).unwrap_or(usize::MAX);
        let digests = job.algorithms.iter();
        Self {
            left: plan.pieces,
            digests: digests
                .map(|algorithm| (algorithm, vec![None; pieces]))
                .collect(),
            plan: Some(plan),
            trees: HashMap::new(),
            failed: None,
        }
    }

    fn failed(error: JobError) -> Self {
        Self {
            plan: None,
            left: 0,
            digests: Vec::new(),
            trees: HashMap::new(),
            failed: Some(error),
        }
    }

    fn fail(&mut self, error: JobError) {
        *self = Self::failed(error);
    }

    fn put(&mut self, piece: usize, digests: Vec<Digest>) {
        let mut all = true;
        for ((_, places), digest) in self.digests.iter_mut().zip(digests) {
            match places.get_mut(piece) {
                Some(place) => *place = Some(digest),
                None => all = false,
            }
        }
        if all {
            self.left = self.left.saturating_sub(1);
        }
    }

    fn finish(self, job: &Job<'_>) -> Option<Result<Digested, JobError>> {
        if let Some(error) = self.failed {
            return Some(Err(error));
        }
        let mut digests = Vec::with_capacity(self.digests.len());
        for (algorithm, places) in self.digests {
            let places: Option<Vec<Digest>> = places.into_iter().collect();
            digests.push((algorithm, places?));
        }
        Some(Ok(Digested::new(self.plan?.range, job.shard, digests)))
    }
}

/// Counts the digests of a job against the ceiling.
fn allow(
    plan: Plan,
    job: &Job<'_>,
    options: &Options,
    room: &mut u64,
) -> Result<Plan, JobErrorKind> {
    let algorithms = u64::try_from(job.algorithms.iter().count()).unwrap_or(u64::MAX);
    let digests = plan.pieces.saturating_mul(algorithms);
    *room = room
        .checked_sub(digests)
        .ok_or(JobErrorKind::TooManyDigests {
            limit: options.digests,
        })?;
    Ok(plan)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
