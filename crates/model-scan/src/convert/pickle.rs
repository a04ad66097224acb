use std::collections::HashMap;
use std::ops::Range;

use pickle_vm::{Effect, EffectKind, EffectSink, Graph, Lists, Machine, Reading, Value};

use super::{Error, ErrorKind, Limits};

/// A pickle that was carried out symbolically, with everything it made.
#[derive(Debug)]
pub(super) struct Loaded<'b> {
    pub(super) graph: Graph<'b>,
    /// What STOP found.
    pub(super) root: Value,
    /// The byte behind the pickle.
    pub(super) end: usize,
    /// Where the elements of joblib's arrays stand, padding before them included.
    pub(super) arrays: HashMap<Value, Range<u64>>,
    /// Every persistent id that the loader would be asked for, in order.
    pub(super) persistent: Vec<Value>,
}

impl<'b> Loaded<'b> {
    /// Carries out the pickle that starts at byte `at`.
    pub(super) fn read(bytes: &'b [u8], at: usize, limits: &Limits) -> Result<Self, Error> {
        let mut asked = Asked::default();
        let mut machine = Machine::new(bytes, at, &Lists::built_in(), &limits.pickle).keep_all();
        let outcome = machine.run(&mut asked);
        if let Some(error) = outcome.error {
            return Err(Error::new(
                ErrorKind::Pickle(error.kind().clone()),
                error.offset(),
            ));
        }
        let (graph, root) = machine.into_graph();
        let root = root.ok_or(Error::new(
            ErrorKind::Pickle(pickle_vm::ErrorKind::StackUnderflow),
            outcome.end,
        ))?;
        Ok(Self {
            graph,
            root,
            end: usize::try_from(outcome.end).unwrap_or(bytes.len()),
            arrays: asked.arrays,
            persistent: asked.persistent,
        })
    }
}

/// Notes what a loader is asked for.
#[derive(Debug, Default)]
struct Asked {
    arrays: HashMap<Value, Range<u64>>,
    persistent: Vec<Value>,
}

impl EffectSink for Asked {
    fn effect(&mut self, effect: &Effect<'_>) {
        if effect.reading != Reading::Main {
            return;
        }
        match &effect.kind {
            EffectKind::Array { array, bytes } => {
                self.arrays.insert(*array, bytes.clone());
            }
            EffectKind::PersistentLoad { id, .. } => self.persistent.push(*id),
            _ => {}
        }
    }
}
