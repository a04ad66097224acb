//! Many jobs at once. A [`board::Board`] holds what is to be done; each worker takes a few streams from it,
//! goes on with them for a while, and puts back what is not finished, so that at the end, too, all workers
//! have something to do. No worker ever waits for another.

mod board;
mod plan;
mod stream;
mod tree;

use crate::{Cancelled, Digested, Job, JobError, Options, Watch};
use board::Board;

/// Takes the digests of many sources on the thread that calls, each byte read once. The results stand in
/// the order of the jobs; one that fails does not keep the others from theirs.
///
/// # Limits
/// [`Options::digests`]. Beside the results, memory does not grow with the sources: 256 KiB for those that
/// have to be read, less than 256 KiB for one that BLAKE3 is taken of.
///
/// # Errors
/// [`Cancelled`] if the watch said so; in the results, [`JobError`].
pub fn digest_in_turn(
    jobs: &[Job<'_>],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Vec<Result<Digested, JobError>>, Cancelled> {
    let board = Board::new(jobs, options, 1);
    board.work(watch, &|| {});
    board.finish()
}

/// Takes the digests of many sources on all threads of the pool at hand, each byte read once. The results
/// stand in the order of the jobs; one that fails does not keep the others from theirs.
///
/// The longest stream is begun first. A stream is a shard, or a whole file; where BLAKE3 alone is wanted, a
/// file is cut into subtrees of its hash, which are streams of their own.
///
/// # Limits
/// [`Options::threads`] and [`Options::digests`]. Memory is that of [`digest_in_turn`] for each thread.
///
/// # Errors
/// [`Cancelled`] if the watch said so; in the results, [`JobError`].
#[cfg(feature = "parallel")]
pub fn digest_all(
    jobs: &[Job<'_>],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Vec<Result<Digested, JobError>>, Cancelled> {
    let pool = rayon::current_num_threads();
    let workers = options
        .threads
        .map_or(pool, |threads| threads.get().min(pool));
    if workers < 2 {
        return digest_in_turn(jobs, options, watch);
    }
    let board = Board::new(jobs, options, workers);
    rayon::in_place_scope(|scope| work_on(scope, &board, watch));
    board.finish()
}

/// Works, and calls for another worker whenever there is more to do than those at work have taken.
#[cfg(feature = "parallel")]
fn work_on<'scope, 'job: 'scope>(
    scope: &rayon::Scope<'scope>,
    board: &'scope Board<'job>,
    watch: &'scope dyn Watch,
) {
    board.work(watch, &|| {
        scope.spawn(move |scope| work_on(scope, board, watch));
    });
}
