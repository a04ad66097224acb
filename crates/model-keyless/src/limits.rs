use std::time::Duration;

/// Ceilings on what is sent, waited for and read while one signature is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// How long one request may take from its first byte to the last of its answer; default 30 s.
    ///
    /// Rekor v2 answers when an entry is in the tree, which takes up to 20 s.
    pub request_time: Duration,
    /// How long connecting may take, part of `request_time`; default 10 s.
    pub connect_time: Duration,
    /// Bytes of an answer; default 4 MiB. The answers that there are have less than 16 KiB, but for those of a
    /// log that sends back large entries.
    pub answer: usize,
    /// Bytes of a statement that is signed; default 64 MiB, which is a manifest of some 400,000 files.
    pub statement: usize,
    /// Bytes of what a service says when it refuses that are kept for the error; default 1 KiB.
    pub refusal: usize,
    /// How far the caller's clock and a service's may be apart; default 5 minutes, half of the time that a
    /// certificate of Fulcio lives.
    pub clock_skew: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_time: Duration::from_secs(30),
            connect_time: Duration::from_secs(10),
            answer: 4 << 20,
            statement: 64 << 20,
            refusal: 1 << 10,
            clock_skew: Duration::from_secs(300),
        }
    }
}

impl Limits {
    /// Sets how long one request may take.
    #[must_use]
    pub const fn with_request_time(mut self, time: Duration) -> Self {
        self.request_time = time;
        self
    }

    /// Sets how long connecting may take.
    #[must_use]
    pub const fn with_connect_time(mut self, time: Duration) -> Self {
        self.connect_time = time;
        self
    }

    /// Sets how many bytes an answer may have.
    #[must_use]
    pub const fn with_answer(mut self, bytes: usize) -> Self {
        self.answer = bytes;
        self
    }

    /// Sets how many bytes a statement may have.
    #[must_use]
    pub const fn with_statement(mut self, bytes: usize) -> Self {
        self.statement = bytes;
        self
    }

    /// Sets how far the caller's clock and a service's may be apart.
    #[must_use]
    pub const fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }
}
