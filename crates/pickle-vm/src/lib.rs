#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

extern crate alloc;

mod arguments;
mod computing;
mod constant;
mod decoder;
mod decompile;
mod disasm;
mod effect;
mod error;
mod escapes;
mod fold;
mod graph;
mod judge;
mod limits;
mod lists;
mod literal;
mod machine;
mod memo;
mod merge;
mod minimize;
mod name;
mod opcode;
mod owned_lists;
mod pattern;
mod payload;
mod raw;
pub mod repr;
mod rules;
mod scan;
mod state;
mod trace;
mod value;
mod writes;

pub use decoder::{Decoder, Op};
pub use decompile::{
    Decompilation, Decompiled, Span, Statement, StatementKind, StatementSink, decompile,
    decompile_with,
};
pub use disasm::{Argument, Comment, Disassembly, Ending, Line, Style};
pub use effect::{Divergence, Effect, EffectKind, EffectSink, Origin, Reading};
pub use error::{Error, ErrorKind};
pub use graph::{Call, Container, Graph, Items, Object, View};
pub use judge::{Judge, Report};
pub use limits::{Limit, Limits};
pub use lists::Lists;
pub use machine::{Machine, Outcome};
pub use merge::{ListErrorKind, ListKind};
pub use minimize::{Prefix, minimize};
pub use name::Name;
pub use opcode::{ArgumentKind, Opcode};
pub use owned_lists::{ListError, ListFile, OwnedLists};
pub use payload::{Payload, PayloadBytes, PayloadReason};
pub use rules::RULES;
pub use scan::{Scan, scan, scan_with};
pub use trace::{Step, Trace};
pub use value::Value;
pub use writes::Write;
