use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use weighbridge::digest::Watch;
use weighbridge::scan::{Progress, Target};

/// Work that takes no longer than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time between two pictures.
const TICK: Duration = Duration::from_millis(100);

/// A line on stderr that says how far a scan is; nothing where stderr is no terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Shows the line once the work takes long; ends when the sender is dropped.
    shower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// Starts to wait for files to be scanned.
    pub(crate) fn start(is_wanted: bool) -> Self {
        let template = "{spinner} {pos} of {len} files scanned, {elapsed}";
        Self::with(template, 0, is_wanted)
    }

    /// Starts to wait for so many bytes to be hashed.
    pub(crate) fn hashing(bytes: u64, is_wanted: bool) -> Self {
        let template = "{spinner} {bytes} of {total_bytes} hashed, {bytes_per_sec}, {eta} left";
        Self::with(template, bytes, is_wanted)
    }

    /// Starts to wait for so many bytes to be converted.
    pub(crate) fn converting(bytes: u64, is_wanted: bool) -> Self {
        let template = "{spinner} {bytes} of {total_bytes} converted, {bytes_per_sec}, {eta} left";
        Self::with(template, bytes, is_wanted)
    }

    fn with(template: &str, len: u64, is_wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(len), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let shower = (is_wanted && io::stderr().is_terminal()).then(|| {
            let (sender, receiver) = mpsc::channel::<()>();
            let bar = bar.clone();
            let thread = thread::spawn(move || {
                if receiver.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
            (sender, thread)
        });
        Self { bar, shower }
    }
}

impl Progress for Bar {
    fn found(&self, files: u64) {
        self.bar.inc_length(files);
    }

    fn scanned(&self, _: &Target) {
        self.bar.inc(1);
    }
}

impl Watch for Bar {
    fn advanced(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

impl Drop for Bar {
    /// Takes the line away.
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.shower.take() {
            drop(sender);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}
