//! Python source from a pickle: a sequence of statements in the order in which loading has the effects.

mod constant;
mod expression;
mod name;
mod observed;
mod preamble;
mod program;
mod source;
mod statement;
mod translate;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

pub use statement::{Decompilation, Decompiled, Span, Statement, StatementKind, StatementSink};

use crate::error::{Error, ErrorKind};
use crate::limits::{Limit, Limits};
use crate::lists::Lists;
use crate::machine::{Advance, Machine, Outcome};
use observed::Observed;
use source::{Source, Stop};
use translate::Translation;

/// Opcodes between two looks at how much is held.
const MEASURED_EVERY: u64 = 1024;

/// Writes the pickle that begins at byte `start` of `input` as Python source. Nothing is evaluated.
///
/// Each import, call, state, item write, persistent id, extension code and out-of-band buffer is a statement
/// of its own, in the order of loading, whatever becomes of its result. Shared and recursive values stand
/// under names. What folding computes is said in a comment beside the expression. A pickle that breaks off
/// gives the statements up to there and a comment that says why.
///
/// CPython 3.11's `ast.parse` accepts the source of every input. Evaluating it has the effects of loading
/// the pickle: the functions `_persistent`, `_extension`, `_buffer` and `_array` raise unless whoever
/// evaluates it defines them before.
///
/// # Limits
/// Time is linear in the length of the pickle and of the source. [`Limits::memory`] bounds what is held
/// besides the source, and [`Limits::source`] the source itself: a comment in it says where a ceiling cut
/// it, and so does [`Decompiled::cut`].
///
/// # Examples
/// ```
/// use pickle_vm::{Limits, StatementKind, decompile};
///
/// let found = decompile(b"cos\nsystem\n(S'id'\ntR.", 0, &Limits::default());
/// assert!(found.source.contains("from os import system  # bytes 0..11\n"));
/// assert!(found.source.contains("v0 = system('id')  # bytes 19..20\n"));
/// assert!(found.source.contains("result = v0  # bytes 20..21\n"));
/// let call = found.spans.iter().find(|span| span.kind == StatementKind::Call).ok_or("a call")?;
/// assert_eq!(call.bytes, 19..20);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn decompile(input: &[u8], start: usize, limits: &Limits) -> Decompilation {
    #[derive(Default)]
    struct Whole {
        source: String,
        spans: Vec<Span>,
    }
    impl StatementSink for Whole {
        fn statement(&mut self, statement: &Statement<'_>) -> ControlFlow<()> {
            let from = self.source.len();
            self.source.push_str(statement.text);
            self.spans.push(Span {
                kind: statement.kind,
                bytes: statement.bytes.clone(),
                text: from..self.source.len(),
            });
            self.source.push('\n');
            ControlFlow::Continue(())
        }
    }
    let mut whole = Whole::default();
    let end = decompile_with(input, start, &Lists::built_in(), limits, &mut whole);
    Decompilation {
        source: whole.source,
        spans: whole.spans,
        end,
    }
}

/// Writes like [`decompile`], with given lists, and hands each statement to a sink, so that the source need
/// not be held. It ends early, with no comment, when the sink wants no more.
pub fn decompile_with<S: StatementSink + ?Sized>(
    input: &[u8],
    start: usize,
    lists: &Lists<'_>,
    limits: &Limits,
    sink: &mut S,
) -> Decompiled {
    let mut observed = Observed::default();
    let (mut translation, outcome) = translated(input, start, lists, limits, &mut observed);
    let at = outcome.error.as_ref().map_or(outcome.end, Error::offset);
    let first = u64::try_from(start).unwrap_or(u64::MAX);
    let (result, left) = (translation.result(), translation.left());
    if result.is_none() {
        for &value in &left {
            translation.program.observe(value);
        }
    }
    let mut source = Source::new(&mut translation.program, input, *lists, limits, sink);
    let mut write = || -> Result<(), Stop> {
        source.begin(first)?;
        source.body()?;
        match result {
            Some(value) => source.result(value, outcome.end.saturating_sub(1)..outcome.end)?,
            None if left.is_empty() => {}
            None => source.left(&left, at)?,
        }
        if let Some((text, range)) = observed.cut_off.take() {
            source.remark(&text, range)?;
        }
        for (text, range) in observed.elsewhere.drain(..) {
            source.remark(&text, range)?;
        }
        if observed.elsewhere_left_out > 0 {
            let more = observed.elsewhere_left_out;
            source.remark(&format!("another reading does {more} things more"), at..at)?;
        }
        let end = match &outcome.error {
            None => format!("# The pickle ends at byte {}.", outcome.end),
            Some(error) => format!("# The pickle breaks off: {error}."),
        };
        source.last(&end, at)
    };
    let cut = match write() {
        Err(Stop::Full) => {
            let _ = source.full(at);
            Some(Error::new(ErrorKind::LimitExceeded(Limit::Source), at))
        }
        _ => match &outcome.error {
            Some(error) if matches!(error.kind(), ErrorKind::LimitExceeded(_)) => {
                Some(error.clone())
            }
            _ => None,
        },
    };
    Decompiled { outcome, cut }
}

/// Runs the machine, and the translation beside it.
fn translated(
    input: &[u8],
    start: usize,
    lists: &Lists<'_>,
    limits: &Limits,
    observed: &mut Observed,
) -> (Translation, Outcome) {
    let mut machine = Machine::new(input, start, lists, limits);
    let mut translation = Translation::default();
    let mut opcodes: u64 = 0;
    let error = loop {
        observed.begin();
        let nested = machine.nested();
        let (op, ended) = match machine.advance(observed) {
            Advance::Opcode(op) => (op, false),
            Advance::End(op) => (op, true),
            Advance::Broken(error, op) => {
                if let Some(op) = op {
                    translation.broken(op, &error, observed);
                }
                break Some(error);
            }
        };
        observed.began_pickle = machine.nested() > nested;
        let offset = translate::offset(op.range().start);
        if translation.opcode(op, observed).is_none() {
            break Some(Error::new(ErrorKind::BadArgument, offset));
        }
        if ended {
            break None;
        }
        opcodes = opcodes.saturating_add(1);
        if opcodes.is_multiple_of(MEASURED_EVERY)
            && translate::offset(translation.bytes()) > limits.memory
        {
            break Some(Error::new(ErrorKind::LimitExceeded(Limit::Memory), offset));
        }
    };
    let outcome = machine.finish(error, observed);
    (translation, outcome)
}
