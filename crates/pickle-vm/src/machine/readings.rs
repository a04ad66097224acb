use alloc::vec::Vec;
use core::ops::Range;

use super::{FORKED_BYTES, Fork, LeftOut, Machine, State};
use crate::decoder::Op;
use crate::effect::{Divergence, Effect, EffectKind, EffectSink, Origin, Reading};
use crate::error::{Error, ErrorKind};
use crate::opcode::Opcode;

impl<'a> Machine<'a> {
    /// A global whose last line lacks its line feed: one loader drops the last character and imports.
    pub(super) fn cut_off<S: EffectSink + ?Sized>(&mut self, error: &Error, sink: &mut S) {
        let start = self.decoder.position();
        let rest = self.graph.input().get(start..).unwrap_or_default();
        let (Some((&(b'c' | b'i'), lines)), ErrorKind::Truncated) =
            (rest.split_first(), error.kind())
        else {
            return;
        };
        let Some(at) = memchr::memchr(b'\n', lines) else {
            return;
        };
        let (module, name) = lines.split_at(at);
        let [_, name @ .., _] = name else { return };
        if name.is_empty() {
            return;
        }
        let value = self.name(module, name);
        sink.effect(&Effect {
            kind: EffectKind::Import {
                value,
                origin: Origin::CutOff,
            },
            opcode: Opcode::Global,
            index: self.index,
            range: self.left_out.place(&(start..self.graph.input().len())),
            reading: self.reading,
            graph: &self.graph,
        });
    }

    #[inline]
    pub(super) fn check_frame<S: EffectSink + ?Sized>(&mut self, op: Op<'a>, sink: &mut S) {
        let Some(frame_end) = self.state.frame_end else {
            return;
        };
        let range = op.range();
        if range.end <= frame_end {
            if op.opcode() == Opcode::Frame {
                self.diverge(op, Divergence::FrameNested, sink);
            }
            return;
        }
        self.state.frame_end = None;
        if range.start < frame_end {
            self.diverge(op, Divergence::FrameCrossed, sink);
            self.follow_dropped_frame(range, frame_end);
        }
    }

    /// Notes the reading in which an argument that crosses the frame's end is read from behind it.
    #[cold]
    pub(super) fn follow_dropped_frame(&mut self, op: Range<usize>, frame_end: usize) {
        let input = self.graph.input();
        if !self.may_fork() || input.len() > FORKED_BYTES {
            return;
        }
        // What of the opcode is read one piece at a time: its byte, then its count, then the rest. The
        // first piece that does not fit the frame comes from behind it.
        let opcode = input.get(op.start).copied().and_then(Opcode::from_byte);
        let count = match opcode.map(Opcode::argument) {
            Some(crate::ArgumentKind::Counted(width)) => usize::from(width),
            Some(crate::ArgumentKind::CountedSigned) => 4,
            Some(crate::ArgumentKind::TwoLines) => input
                .get(op.start.saturating_add(1)..frame_end)
                .and_then(|rest| memchr::memchr(b'\n', rest))
                .map_or(0, |at| at.saturating_add(1)),
            _ => 0,
        };
        let behind_opcode = op.start.saturating_add(1);
        let behind_count = behind_opcode.saturating_add(count);
        let cut = if behind_count <= frame_end {
            behind_count
        } else {
            behind_opcode
        };
        let (Some(before), Some(behind)) = (input.get(..cut), input.get(frame_end..)) else {
            return;
        };
        let mut joined = Vec::with_capacity(before.len().saturating_add(behind.len()));
        joined.extend_from_slice(before);
        joined.extend_from_slice(behind);
        let left_out = LeftOut {
            at: cut,
            len: frame_end.saturating_sub(cut),
        };
        self.fork(Some(joined), op.start, Reading::FrameDropped, left_out);
    }

    pub(super) fn may_fork(&self) -> bool {
        self.readings > 0
            && self
                .graph
                .heap
                .bytes()
                .saturating_add(self.state.memo.bytes())
                <= FORKED_BYTES
    }

    #[cold]
    pub(super) fn fork(
        &mut self,
        input: Option<Vec<u8>>,
        position: usize,
        reading: Reading,
        left_out: LeftOut,
    ) {
        self.readings = self.readings.saturating_sub(1);
        self.forks.push(Fork {
            input,
            position,
            state: State {
                frame_end: None,
                ..self.state.clone()
            },
            heap: self.graph.heap.clone(),
            extensions: self.extensions.clone(),
            index: self.index,
            imports: self.imports,
            reading,
            left_out,
        });
    }
}
