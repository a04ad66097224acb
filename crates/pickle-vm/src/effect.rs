use core::fmt;
use core::ops::Range;

use crate::graph::{Call, Graph};
use crate::opcode::Opcode;
use crate::value::Value;

/// What takes note of effects.
///
/// Effects come in the order in which loading would have them, and stay told whatever later opcodes do
/// with the result: pop it, store it, overwrite it, or break the stream.
pub trait EffectSink {
    /// Takes note of one effect.
    fn effect(&mut self, effect: &Effect<'_>);

    /// Says whether the run is to end here, for whoever has no more time. Asked every 256 opcodes; a run that
    /// is ended so ends with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted).
    fn is_interrupted(&mut self) -> bool {
        false
    }
}

impl<S: EffectSink + ?Sized> EffectSink for &mut S {
    fn effect(&mut self, effect: &Effect<'_>) {
        (**self).effect(effect);
    }

    fn is_interrupted(&mut self) -> bool {
        (**self).is_interrupted()
    }
}

/// Something that loading would do beyond making plain data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Effect<'m> {
    /// What would be done.
    pub kind: EffectKind,
    /// The opcode that does it.
    pub opcode: Opcode,
    /// Which opcode of the stream it is, from 0.
    pub index: u64,
    /// The half-open byte range of the opcode and its argument.
    pub range: Range<u64>,
    /// In which reading of the bytes it happens.
    pub reading: Reading,
    pub(crate) graph: &'m Graph<'m>,
}

impl<'m> Effect<'m> {
    /// Returns the graph that says what the effect's values stand for.
    #[must_use]
    pub const fn graph(&self) -> &'m Graph<'m> {
        self.graph
    }
}

/// Which reading of the bytes an effect belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reading {
    /// What `pickle.loads` does, and joblib where its arrays stand inside the stream.
    Main,
    /// What CPython's C unpickler does with a file when an argument crosses the end of a frame: the rest
    /// of the frame is dropped.
    FrameDropped,
    /// What a loader does that knows nothing of joblib's arrays: their bytes are opcodes.
    ArrayAsOpcodes,
}

/// The kinds of [`Effect`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EffectKind {
    /// A module is imported and a name looked up in it.
    Import {
        /// The global.
        value: Value,
        /// How the name came to be.
        origin: Origin,
    },
    /// A name is looked up that cannot be told from the stream alone.
    UnresolvedName {
        /// The module operand.
        module: Value,
        /// The name operand.
        name: Value,
    },
    /// Something is called.
    Call {
        /// What is called.
        callee: Value,
        /// With what; a tuple, unless the stream gives something else.
        arguments: Value,
        /// By which opcode.
        call: Call,
        /// What the call gives back.
        result: Value,
        /// Whether the call is a pure computation whose result is known.
        folded: bool,
    },
    /// `__setstate__` is called if there is one; else attributes are written.
    Build {
        /// The object.
        object: Value,
        /// The state.
        state: Value,
    },
    /// `__setitem__` is called on something that the stream did not make as an exact dict.
    SetItems {
        /// The object.
        target: Value,
        /// Keys and values in turn, as a tuple.
        items: Value,
    },
    /// `append`, `extend` or `add` is called on something that the stream did not make as an exact list or
    /// set.
    Extend {
        /// The object.
        target: Value,
        /// The items, as a tuple.
        items: Value,
    },
    /// `__hash__`, and perhaps `__eq__`, is called on an object that becomes a key or a member.
    Hash {
        /// The object.
        key: Value,
    },
    /// The loader is asked for the object with a persistent id.
    PersistentLoad {
        /// The id.
        id: Value,
        /// What stands for the object.
        value: Value,
    },
    /// The extension registry is asked for a code that the stream itself did not register.
    Extension {
        /// The code.
        code: u32,
        /// What stands for the object.
        value: Value,
    },
    /// Bytes are written that are a whole pickle by their first and last bytes.
    Embedded {
        /// The bytes.
        bytes: Value,
    },
    /// Raw elements of an array stand between two opcodes.
    Array {
        /// The array's wrapper.
        array: Value,
        /// Where the elements stand, padding before them included.
        bytes: Range<u64>,
    },
    /// Loaders do different things here.
    Divergence(Divergence),
    /// The pickle ends.
    Stop {
        /// Its value.
        value: Value,
    },
}

/// How the name of an import came to be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// Written in a GLOBAL opcode.
    Global,
    /// Two texts on the stack, through STACK_GLOBAL.
    StackGlobal,
    /// Written in an INST opcode.
    Inst,
    /// Registered by `copyreg.add_extension` in the same stream and named by its code.
    Extension,
    /// Computed by folding pure calls.
    Computed,
    /// Written in a GLOBAL or INST opcode that the stream's end cuts off: CPython's Python unpickler drops
    /// the last character where it expects the line feed, and imports.
    CutOff,
}

/// What loaders do differently with the same bytes. `docs/formats/pickle.md` has the table.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Divergence {
    /// An argument crosses the end of its frame.
    FrameCrossed,
    /// A frame begins inside another.
    FrameNested,
    /// PROTO comes again in mid-stream.
    SecondProto,
    /// REDUCE's arguments are not a tuple.
    ReduceWithoutTuple,
    /// An integer is written in a form that loaders read differently.
    IntegerForm,
    /// A STRING is not a proper literal.
    StringForm,
    /// POP takes away a mark.
    PopMark,
    /// A persistent id written as text is not ASCII.
    PersistentIdNotAscii,
    /// An extension code is zero or negative.
    ExtensionCode,
    /// A dotted name is looked up below protocol 4, where CPython does not walk it.
    DottedName,
    /// NEWOBJ is given something that is surely no class.
    NewObjWithoutClass,
    /// An out-of-band buffer is asked for, which only some callers provide.
    Buffer,
    /// The bytes of an array make sense as opcodes too.
    ArrayAsOpcodes,
    /// The memo index is so large that CPython's C unpickler allocates gigabytes for it.
    HugeMemoIndex,
}

impl Divergence {
    /// Says in a clause what is different.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::FrameCrossed => {
                "an argument crosses the end of its frame: the C unpickler reads other opcodes from some files than from bytes"
            }
            Self::FrameNested => {
                "a frame begins inside another: CPython's Python unpickler refuses it, the C one does not"
            }
            Self::SecondProto => {
                "PROTO comes again in mid-stream and changes how later names are looked up"
            }
            Self::ReduceWithoutTuple => {
                "REDUCE without a tuple of arguments: the C unpickler refuses it, the Python one calls"
            }
            Self::IntegerForm => "an integer in a form that loaders read differently",
            Self::StringForm => "a STRING that is no proper literal",
            Self::PopMark => "POP takes away a mark, which restricted unpicklers refuse",
            Self::PersistentIdNotAscii => {
                "a persistent id that is not ASCII: CPython refuses it, other unpicklers do not"
            }
            Self::ExtensionCode => "an extension code that is not positive",
            Self::DottedName => {
                "a dotted name below protocol 4: CPython looks it up undivided, other unpicklers walk it"
            }
            Self::NewObjWithoutClass => {
                "NEWOBJ on something that is no class: the C unpickler refuses it, the Python one calls `__new__`"
            }
            Self::Buffer => "an out-of-band buffer that only some callers provide",
            Self::ArrayAsOpcodes => {
                "the bytes of an array are opcodes for a loader that knows nothing of joblib"
            }
            Self::HugeMemoIndex => {
                "a memo index so large that the C unpickler allocates gigabytes for it"
            }
        }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
