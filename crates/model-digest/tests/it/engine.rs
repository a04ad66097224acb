use std::io;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use model_digest::{
    Algorithm, Cancelled, Digest, Digested, Job, JobError, JobErrorKind, Opener, Options, Source,
    Watch, digest_in_turn,
};
use proptest::prelude::*;

type Outcome = Result<Vec<Result<Digested, JobError>>, Cancelled>;

/// Runs jobs on every engine there is.
fn each_engine(jobs: &[Job<'_>], options: &Options, mut check: impl FnMut(Outcome)) {
    check(digest_in_turn(jobs, options, &()));
    #[cfg(feature = "parallel")]
    for threads in [1, 4] {
        let options = options
            .clone()
            .with_threads(NonZeroUsize::new(threads).unwrap());
        let outcome = pool(4, || model_digest::digest_all(jobs, &options, &()));
        check(outcome);
    }
}

/// Runs something beside a pool of so many threads, however many cores there are.
#[cfg(feature = "parallel")]
fn pool<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(run)
}

/// Bytes that come a few at a time, and that may be other than promised.
struct Reads {
    bytes: Vec<u8>,
    claimed: u64,
    now: u64,
    piece: usize,
}

impl Reads {
    fn new(bytes: &[u8]) -> Self {
        let len = Source::len(bytes);
        Self {
            bytes: bytes.to_vec(),
            claimed: len,
            now: len,
            piece: 4099,
        }
    }
}

impl Source for Reads {
    fn len(&self) -> u64 {
        self.claimed
    }

    fn len_now(&self) -> io::Result<u64> {
        Ok(self.now)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.piece.min(buf.len());
        self.bytes.read_at(offset, &mut buf[..count])
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0_u32..)
        .map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .take(len)
        .collect()
}

fn size(bytes: u64) -> NonZeroU64 {
    NonZeroU64::new(bytes).unwrap()
}

#[test]
fn every_path_gives_what_streaming_gives() {
    // Longer than one step.
    let long = bytes(262_145);
    let slices = [0, 1, 63, 64, 65, 1025, 9000, long.len()].map(|len| &long[..len]);
    let reads = slices.map(Reads::new);
    let mut jobs = Vec::new();
    let mut wanted = Vec::new();
    for (reads, slice) in reads.iter().zip(&slices) {
        for source in [reads as &(dyn Source + Sync), slice] {
            if Source::len(*slice) < Source::len(&long) {
                jobs.extend(Algorithm::ALL.map(|algorithm| Job::whole(source, algorithm)));
            }
            let job = Job::whole(source, Algorithm::Blake3);
            jobs.push(Algorithm::ALL.into_iter().fold(job, Job::with));
        }
        let digests = Algorithm::ALL.map(|algorithm| Digest::of(algorithm, slice));
        wanted.resize(jobs.len(), digests);
    }
    each_engine(&jobs, &Options::default(), |outcome| {
        for (digested, wanted) in outcome.unwrap().into_iter().zip(&wanted) {
            let digested = digested.unwrap();
            for algorithm in digested.algorithms() {
                let wanted = wanted.iter().find(|digest| digest.algorithm() == algorithm);
                assert_eq!(digested.digest(algorithm), wanted);
            }
        }
    });
    let digested = digest_in_turn(&jobs, &Options::default(), &()).unwrap();
    let algorithms = |at: usize| digested[at].as_ref().unwrap().algorithms().collect();
    let (one, all): (Vec<_>, Vec<_>) = (algorithms(1), algorithms(jobs.len() - 1));
    assert_eq!((&*one, &*all), (&Algorithm::ALL[1..2], &Algorithm::ALL[..]));
}

#[test]
fn a_file_that_blake3_cuts_has_the_digest_of_the_whole() {
    // What is longer than 2 MiB is cut.
    let long = bytes((4 << 20) + 321);
    let wanted = Digest::of(Algorithm::Blake3, &long);
    let reads = Reads::new(&long);
    let jobs = [
        Job::whole(&reads, Algorithm::Blake3),
        Job::whole(&long, Algorithm::Blake3),
    ];
    each_engine(&jobs, &Options::default(), |outcome| {
        for digested in outcome.unwrap() {
            assert_eq!(digested.unwrap().digest(Algorithm::Blake3), Some(&wanted));
        }
    });
}

#[test]
fn a_shard_longer_than_the_source_is_the_source() {
    let bytes = bytes(100);
    let jobs = [
        Job::whole(&bytes, Algorithm::Sha256).in_shards(size(1000)),
        Job::whole(&bytes, Algorithm::Sha256).in_shards(size(u64::MAX)),
        Job::range(&bytes, 99..100, Algorithm::Sha256).in_shards(size(1)),
    ];
    each_engine(&jobs, &Options::default(), |outcome| {
        let digested: Vec<_> = outcome.unwrap().into_iter().map(Result::unwrap).collect();
        for (digested, range) in digested.iter().zip([0..100, 0..100, 99..100]) {
            let part = &bytes[usize::try_from(range.start).unwrap()..];
            let wanted = Digest::of(Algorithm::Sha256, part);
            let shards: Vec<_> = digested.shards(Algorithm::Sha256).collect();
            assert_eq!(shards, [(range, &wanted)]);
            // One shard is not the whole: a format that lists shards names it differently.
            assert_eq!(digested.digest(Algorithm::Sha256), None);
        }
    });
}

#[test]
fn no_bytes_have_a_digest_but_no_shards() {
    let empty = Vec::new();
    let jobs = [
        Job::whole(&empty, Algorithm::Blake3),
        Job::whole(&empty, Algorithm::Blake3).in_shards(size(5)),
    ];
    each_engine(&jobs, &Options::default(), |outcome| {
        let digested: Vec<_> = outcome.unwrap().into_iter().map(Result::unwrap).collect();
        let wanted = Digest::of(Algorithm::Blake3, b"");
        assert_eq!(digested[0].digest(Algorithm::Blake3), Some(&wanted));
        assert_eq!(digested[1].shards(Algorithm::Blake3).count(), 0);
    });
    each_engine(&[], &Options::default(), |outcome| {
        assert!(outcome.unwrap().is_empty());
    });
}

#[test]
fn an_algorithm_that_was_not_asked_for_has_no_digest() {
    let jobs = [Job::whole(b"a", Algorithm::Sha512)];
    let digested = digest_in_turn(&jobs, &Options::default(), &()).unwrap();
    let digested = digested[0].as_ref().unwrap();
    assert_eq!(digested.digest(Algorithm::Sha256), None);
    assert_eq!(digested.shards(Algorithm::Sha256).count(), 0);
}

#[test]
fn a_job_that_fails_says_why_and_leaves_the_others_alone() {
    let good = bytes((2 << 20) + 77);
    let mut short = Reads::new(&good[..300_000]);
    (short.claimed, short.now) = (400_000, 400_000);
    let mut grown = Reads::new(&good[..300_000]);
    grown.now = 300_001;
    let mut shrunk = Reads::new(&good[..300_000]);
    shrunk.now = 7;
    let liar = Liar;
    for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
        let jobs = [
            Job::range(&good, 7..100, algorithm),
            Job::whole(&short, algorithm),
            Job::whole(&grown, algorithm),
            Job::whole(&shrunk, algorithm).in_shards(size(1000)),
            Job::whole(&liar, algorithm),
            Job::range(&good, 5..(3 << 20), algorithm),
            #[expect(
                clippy::reversed_empty_ranges,
                reason = "that it is reversed is the test"
            )]
            Job::range(&good, 5..4, algorithm),
            Job::whole(&good, algorithm).in_shards(size(1)),
            Job::whole(&good, algorithm),
        ];
        each_engine(&jobs, &Options::default(), |outcome| {
            let outcome = outcome.unwrap();
            for (index, range) in [(0, 7..100), (8, 0..good.len())] {
                let wanted = Digest::of(algorithm, &good[range]);
                let digested = outcome[index].as_ref().unwrap();
                assert_eq!(digested.digest(algorithm), Some(&wanted));
            }
            let errors: Vec<_> = outcome
                .iter()
                .filter_map(|result| result.as_ref().err())
                .map(|error| (error.job(), error.kind()))
                .collect();
            assert_eq!(
                errors,
                [
                    (1, JobErrorKind::Truncated),
                    (
                        2,
                        JobErrorKind::Resized {
                            before: 300_000,
                            after: 300_001
                        }
                    ),
                    (
                        3,
                        JobErrorKind::Resized {
                            before: 300_000,
                            after: 7
                        }
                    ),
                    (4, JobErrorKind::Io(io::ErrorKind::InvalidData)),
                    (
                        5,
                        JobErrorKind::OutOfRange {
                            end: 3 << 20,
                            len: (2 << 20) + 77
                        }
                    ),
                    (
                        6,
                        JobErrorKind::OutOfRange {
                            end: 5,
                            len: (2 << 20) + 77
                        }
                    ),
                    (7, JobErrorKind::TooManyDigests { limit: 1_000_000 }),
                ]
            );
            let short = outcome[1].as_ref().unwrap_err();
            assert_eq!(short.offset(), 300_000);
            assert_eq!(short.to_string(), "bytes are missing at byte 300000");
        });
    }
}

/// Claims to have read more than it was asked for.
struct Liar;

impl Source for Liar {
    fn len(&self) -> u64 {
        3
    }

    fn read_at(&self, _: u64, buf: &mut [u8]) -> io::Result<usize> {
        Ok(buf.len() + 1)
    }
}

#[test]
fn a_terabyte_that_cannot_be_read_costs_nothing() {
    let mut source = Reads::new(b"");
    (source.claimed, source.now) = (1 << 60, 1 << 60);
    let jobs = [
        Job::whole(&source, Algorithm::Blake3),
        Job::whole(&source, Algorithm::Sha256).in_shards(size(1 << 50)),
        Job::whole(&source, Algorithm::Sha256).in_shards(size(1)),
        Job::range(&source, u64::MAX..u64::MAX, Algorithm::Sha256),
    ];
    each_engine(&jobs, &Options::default(), |outcome| {
        assert!(outcome.unwrap().iter().all(Result::is_err));
    });
}

/// Counts what it is told and stops after so many bytes.
#[derive(Default)]
struct Count {
    bytes: AtomicU64,
    stop: Option<u64>,
}

impl Watch for Count {
    fn advanced(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.stop.is_some_and(|stop| bytes >= stop)
    }
}

#[test]
fn progress_adds_up_to_the_bytes() {
    let bytes = bytes((2 << 20) + 1);
    let reads = Reads::new(&bytes[..300_001]);
    let jobs = [
        Job::whole(&bytes, Algorithm::Blake3),
        Job::whole(&bytes, Algorithm::Sha256).with(Algorithm::Blake3),
        Job::whole(&reads, Algorithm::Sha256).in_shards(size(77_777)),
        Job::range(&reads, 5..100, Algorithm::Sha512),
    ];
    let wanted = 2 * ((2 << 20) + 1) + 300_001 + 95;
    let count = Count::default();
    digest_in_turn(&jobs, &Options::default(), &count).unwrap();
    assert_eq!(count.bytes.into_inner(), wanted);
    #[cfg(feature = "parallel")]
    pool(4, || {
        let count = Count::default();
        model_digest::digest_all(&jobs, &Options::default(), &count).unwrap();
        assert_eq!(count.bytes.into_inner(), wanted);
    });
}

#[test]
fn whoever_watches_can_stop_it() {
    let bytes = bytes(3 << 20);
    for algorithm in Algorithm::ALL {
        let jobs: Vec<_> = (0..20).map(|_| Job::whole(&bytes, algorithm)).collect();
        let run = |engine: &dyn Fn(&dyn Watch) -> Outcome| {
            assert!(engine(&AtomicBool::new(true)).is_err());
            let count = Count {
                stop: Some(1 << 19),
                ..Count::default()
            };
            assert!(engine(&(&count, ())).is_err());
            // Each of five workers goes on with a step at most.
            assert!(count.bytes.into_inner() <= (1 << 19) + 5 * 3 * (256 << 10));
        };
        run(&|watch| digest_in_turn(&jobs, &Options::default(), watch));
        #[cfg(feature = "parallel")]
        pool(5, || {
            run(&|watch| model_digest::digest_all(&jobs, &Options::default(), watch));
        });
    }
}

/// Counts how often it is opened, and how many of its sources are open.
struct Folder {
    files: Vec<Reads>,
    opened: Vec<AtomicUsize>,
    open: AtomicUsize,
    most: Mutex<usize>,
}

struct File<'a> {
    folder: &'a Folder,
    index: usize,
    expected: u64,
}

struct Opened<'a> {
    folder: &'a Folder,
    index: usize,
}

impl Opener for File<'_> {
    fn expected_len(&self) -> u64 {
        self.expected
    }

    fn open(&self) -> io::Result<Box<dyn Source + Send + Sync + '_>> {
        if self.index == 13 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.folder.opened[self.index].fetch_add(1, Ordering::SeqCst);
        let open = self.folder.open.fetch_add(1, Ordering::SeqCst) + 1;
        let mut most = self.folder.most.lock().unwrap();
        *most = open.max(*most);
        Ok(Box::new(Opened {
            folder: self.folder,
            index: self.index,
        }))
    }
}

impl Source for Opened<'_> {
    fn len(&self) -> u64 {
        self.folder.files[self.index].len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.folder.files[self.index].read_at(offset, buf)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.folder.open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn sources_are_opened_when_their_turn_comes_and_once() {
    let long = bytes(900_000);
    let folder = Folder {
        files: (0..500)
            .map(|index| Reads::new(&long[..if index == 3 { 900_000 } else { index }]))
            .collect(),
        opened: (0..500).map(|_| AtomicUsize::new(0)).collect(),
        open: AtomicUsize::new(0),
        most: Mutex::new(0),
    };
    let files: Vec<_> = (0..500)
        .map(|index| File {
            folder: &folder,
            index,
            expected: folder.files[index].len() + u64::from(index == 14),
        })
        .collect();
    for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
        let jobs: Vec<_> = files
            .iter()
            .map(|file| Job::opened_later(file, algorithm).in_shards(size(400_000)))
            .collect();
        each_engine(&jobs, &Options::default(), |outcome| {
            for (index, digested) in outcome.unwrap().iter().enumerate() {
                let kind = digested.as_ref().err().map(JobError::kind);
                match index {
                    13 => {
                        let denied = io::ErrorKind::PermissionDenied;
                        assert_eq!(kind, Some(JobErrorKind::Unopened(denied)));
                    }
                    14 => assert_eq!(
                        kind,
                        Some(JobErrorKind::Resized {
                            before: 15,
                            after: 14
                        })
                    ),
                    _ => {
                        let mut file = folder.files[index].bytes.chunks(400_000);
                        for (_, shard) in digested.as_ref().unwrap().shards(algorithm) {
                            assert_eq!(*shard, Digest::of(algorithm, file.next().unwrap()));
                        }
                        assert_eq!(file.next(), None);
                    }
                }
            }
            for (index, opened) in folder.opened.iter().enumerate() {
                let once = usize::from(index != 13 && index != 0);
                assert_eq!(opened.swap(0, Ordering::SeqCst), once, "{index}");
            }
            assert_eq!(folder.open.load(Ordering::SeqCst), 0);
        });
    }
    assert!(*folder.most.lock().unwrap() <= 64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn digest_chunks_eq_stream(
        files in prop::collection::vec((0_usize..30_000, 1_u64..10_000, 0_u8..32, any::<bool>()), 1..6),
    ) {
        let all = bytes(30_000);
        let sources: Vec<_> = files
            .iter()
            .map(|(len, ..)| Reads::new(&all[all.len() - len..]))
            .collect();
        let mut jobs = Vec::new();
        for ((len, shard, asked, cut), source) in files.iter().zip(&sources) {
            let first = Algorithm::ALL[len % 5];
            let from = (Source::len(source) / 3).min(*shard);
            let job = Job::range(source, from..source.len(), first);
            let also = Algorithm::ALL.into_iter().enumerate();
            let job = also
                .filter(|(bit, _)| asked & (1 << bit) != 0)
                .fold(job, |job, (_, algorithm)| job.with(algorithm));
            jobs.push(if *cut { job.in_shards(size(*shard)) } else { job });
        }
        each_engine(&jobs, &Options::default(), |outcome| {
            let outcome = outcome.unwrap();
            for (digested, source) in outcome.iter().zip(&sources) {
                let digested = digested.as_ref().unwrap();
                for algorithm in digested.algorithms() {
                    let mut at = digested.range().start;
                    for (range, digest) in digested.shards(algorithm) {
                        assert_eq!(range.start, at);
                        at = range.end;
                        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                        assert_eq!(*digest, Digest::of(algorithm, &source.bytes[range]));
                    }
                    assert_eq!(at, source.len());
                }
            }
        });
    }
}
