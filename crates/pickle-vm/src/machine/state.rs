use super::{LeftOut, Machine, NESTED_PICKLES, WRAPPERS, offset};
use crate::decoder::{Decoder, Op};
use crate::effect::{Divergence, EffectKind, EffectSink, Reading};
use crate::error::ErrorKind;
use crate::graph::Node;
use crate::opcode::Opcode;
use crate::raw::{self, Layout};
use crate::value::Value;
use crate::writes::Write;

impl<'a> Machine<'a> {
    pub(super) fn build<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'a>,
        object: Value,
        state: Value,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        if let Some(Node::Object { state: slot, .. }) = self.graph.heap.node_mut(object) {
            *slot = state;
        }
        if self.keep_all {
            self.graph.heap.writes.note(object, Write::State(state));
        }
        self.graph.heap.may_have_changed(op.range().end);
        self.tell(op, EffectKind::Build { object, state }, sink);
        if self.reading != Reading::Main {
            return Ok(());
        }
        let at = self.decoder.position();
        let layout = raw::layout(&self.graph, object, state, at);
        if layout != Layout::None {
            self.follow_other_loaders(op, object, &layout, sink);
        }
        match layout {
            Layout::None => Ok(()),
            Layout::Unknown => Err(ErrorKind::UnknownRawLength),
            Layout::Pickle => {
                if self.outer.len() >= NESTED_PICKLES {
                    return Err(ErrorKind::UnknownRawLength);
                }
                self.outer.push(core::mem::take(&mut self.state));
                Ok(())
            }
            Layout::Bytes { all: range, .. } => {
                if range.end > self.graph.input().len() {
                    return Err(ErrorKind::Truncated);
                }
                self.state.frame_end = None;
                self.decoder.seek(range.end);
                let bytes = offset(range.start)..offset(range.end);
                self.tell(
                    op,
                    EffectKind::Array {
                        array: object,
                        bytes,
                    },
                    sink,
                );
                Ok(())
            }
        }
    }

    /// Notes the readings of loaders that know nothing of a wrapper's class, so that what follows is opcodes
    /// to them, whatever the wrapper says of it, or nothing of its padding. Such a loader reads on so at the
    /// first wrapper of that class, and sees the later ones only in its own reading.
    #[cold]
    pub(super) fn follow_other_loaders<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        object: Value,
        layout: &Layout,
        sink: &mut S,
    ) {
        let Some(name) = raw::wrapper(&self.graph, object) else {
            return;
        };
        if self.wrappers.len() > WRAPPERS || self.wrappers.contains(&name.module) {
            return;
        }
        let module = name.module.clone();
        self.wrappers.push(module);
        let at = self.decoder.position();
        let unaligned = match layout {
            Layout::Bytes { all, unaligned_end } if *unaligned_end != all.end => *unaligned_end,
            _ => at,
        };
        for position in [at, unaligned] {
            if !self.makes_sense_as_opcodes(position) {
                continue;
            }
            if self.may_fork() && self.wrappers.len() <= WRAPPERS {
                self.fork(None, position, Reading::ArrayAsOpcodes, LeftOut::NOTHING);
            } else {
                self.diverge(op, Divergence::ArrayAsOpcodes, sink);
            }
            if unaligned == at {
                break;
            }
        }
    }

    /// Says whether the bytes from `at` on decode as opcodes up to one that imports or calls.
    pub(super) fn makes_sense_as_opcodes(&self, at: usize) -> bool {
        for op in Decoder::at(self.graph.input(), at).take(4096) {
            match op.map(|op| op.opcode()) {
                Ok(
                    Opcode::Global
                    | Opcode::StackGlobal
                    | Opcode::Inst
                    | Opcode::Reduce
                    | Opcode::Obj
                    | Opcode::NewObj
                    | Opcode::NewObjEx
                    | Opcode::Ext1
                    | Opcode::Ext2
                    | Opcode::Ext4,
                ) => return true,
                Ok(Opcode::Stop) | Err(_) => return false,
                Ok(_) => {}
            }
        }
        true
    }

    /// Tells of bytes that begin and end as a pickle does.
    #[inline]
    pub(super) fn embedded<S: EffectSink + ?Sized>(&self, op: Op<'_>, bytes: Value, sink: &mut S) {
        if matches!(op.argument(), [0x80, 2..=5, .., b'.']) {
            self.tell(op, EffectKind::Embedded { bytes }, sink);
        }
    }
}
