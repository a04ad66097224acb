use std::io::{self, BufWriter, StdoutLock, Write};

use crate::output::destination::complain;

/// Writes to stdout for as long as somebody reads.
#[derive(Debug)]
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    result: io::Result<()>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            result: Ok(()),
        }
    }

    /// Says whether nothing that is written reaches anybody any more.
    pub(crate) const fn is_closed(&self) -> bool {
        self.result.is_err()
    }

    /// Writes, unless that failed before.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
    ) {
        if self.result.is_ok() {
            self.result = write(&mut self.out);
        }
    }

    /// Says something on stderr, behind everything that was written so far.
    pub(crate) fn complain(&mut self, message: &str) {
        self.write(Write::flush);
        complain(message);
    }

    /// Writes the rest. That nobody reads any more is no failure.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write(Write::flush);
        // Whatever could not be written is not tried again when the writer goes.
        let (_, rest) = self.out.into_parts();
        drop(rest);
        match self.result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
