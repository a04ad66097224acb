//! Hashes files on all cores and says how long it took: `hash_files ALGORITHM[,ALGORITHM...] FILE...`.
//!
//! For measuring beside other programs; `THREADS` in the environment sets how many threads, `READ=1` reads
//! instead of mapping, and `SHARD` is the length of shards in bytes.

use std::error::Error;
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Instant;

use model_digest::{Algorithm, Job, Options, Source, digest_all};
use model_hold::Held;

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let algorithms = arguments.next().ok_or("which algorithms?")?;
    let algorithms: Vec<Algorithm> = algorithms
        .split(',')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let (first, others) = algorithms.split_first().ok_or("which algorithms?")?;
    let shard: Option<NonZeroU64> = setting("SHARD")?;
    let mut options = Options::default();
    options.threads = setting::<NonZeroUsize>("THREADS")?;
    let start = Instant::now();
    let mut files: Vec<Box<dyn Source + Sync>> = Vec::new();
    for path in arguments {
        let held = Held::open(path)?;
        files.push(match std::env::var_os("READ") {
            Some(_) => Box::new(held),
            None => Box::new(held.map()?),
        });
    }
    let jobs: Vec<_> = files
        .iter()
        .map(|file| {
            let job = others
                .iter()
                .fold(Job::whole(file, *first), |job, other| job.with(*other));
            match shard {
                Some(shard) => job.in_shards(shard),
                None => job,
            }
        })
        .collect();
    let digested = digest_all(&jobs, &options, &())?;
    let mut bytes = 0;
    for digested in digested {
        let digested = digested?;
        bytes += digested.range().end;
        for (_, digest) in digested.shards(*first).take(1) {
            println!("{digest}");
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{bytes} bytes in {seconds:.3} s");
    Ok(())
}

fn setting<T: std::str::FromStr<Err: Error + 'static>>(
    name: &str,
) -> Result<Option<T>, Box<dyn Error>> {
    Ok(std::env::var(name)
        .ok()
        .map(|text| text.parse())
        .transpose()?)
}
