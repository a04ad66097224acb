use std::future::Future;
use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::Error;

/// Runs a future to its end on a thread of its own, so that it does not matter where the caller stands: a runtime
/// within a runtime would panic.
pub(crate) fn run<T, F>(work: impl FnOnce() -> F + Send) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
    T: Send,
{
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("keyless".to_owned())
            .spawn_scoped(scope, || {
                let runtime = Builder::new_current_thread()
                    .enable_io()
                    .enable_time()
                    .build()
                    .map_err(setting_up)?;
                let result = runtime.block_on(work());
                // A name that is still being looked up need not be waited for.
                runtime.shutdown_timeout(Duration::ZERO);
                result
            });
        let worker = worker.map_err(setting_up)?;
        worker.join().unwrap_or_else(|_| {
            Err(setting_up(io::Error::other(
                "the thread that asks panicked",
            )))
        })
    })
}

fn setting_up(error: io::Error) -> Error {
    Error::Client {
        source: Box::new(error),
    }
}
