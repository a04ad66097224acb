use core::ops::Range;

use pickle_vm::{Effect, EffectSink, PayloadReason, scan_with};

use crate::pickles::PickleStream;
use crate::scanner::Scanner;

/// Bytes inside a pickle that something would open in turn, for [`Scanner::payloads`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NestedPayload<'b> {
    /// Its name as reports have it: the members around it and `payload@`, with the offset of the opcode that
    /// makes or opens the bytes, joined by `!`.
    pub member: String,
    /// The number of the pickle that holds it, among those of the member around it.
    pub stream: u64,
    /// The half-open byte range of that opcode, in the member around it.
    pub opcode: Range<u64>,
    /// Why a scan looks into it.
    pub reason: PayloadReason,
    /// The bytes, computed ones too.
    pub bytes: &'b [u8],
}

impl Scanner {
    /// Hands every payload in the pickles of a file to a visitor, those inside payloads behind them. Returns
    /// how many pickles may hold more: they break off, or hold more than [`pickle_vm::Limits::payloads`] lets
    /// through.
    pub fn payloads(
        &self,
        name: &str,
        bytes: &[u8],
        visit: &mut dyn FnMut(NestedPayload<'_>),
    ) -> u64 {
        struct Nothing;
        impl EffectSink for Nothing {
            fn effect(&mut self, _: &Effect<'_>) {}
        }
        let lists = self.lists();
        let limits = &self.options().limits.pickle;
        let mut cut: u64 = 0;
        self.pickles(name, bytes, &mut |pickle: PickleStream<'_>| {
            let scan = scan_with(pickle.bytes, pickle.start, &lists, limits, &mut Nothing);
            for payload in scan.report.payloads {
                let location = &payload.location;
                let own = format!("payload@{}", location.byte_start);
                visit(NestedPayload {
                    member: match &pickle.member {
                        Some(member) => format!("{member}!{own}"),
                        None => own,
                    },
                    stream: pickle.stream,
                    opcode: location.byte_start..location.byte_end,
                    reason: payload.reason.clone(),
                    bytes: payload.bytes.of(pickle.bytes),
                });
            }
            if !scan.report.payloads_complete || scan.outcome.error.is_some() {
                cut = cut.saturating_add(1);
            }
        });
        cut
    }
}
