//! Runs the binary as a user would: what it prints, where, and its exit code.

#![cfg(test)]

mod action;
mod admission;
mod attest;
mod baseline;
mod command_line;
mod config;
mod console;
mod convert;
mod convert_model;
mod disasm;
mod effects;
mod forensic_guide;
mod forensics;
mod formats;
mod guide;
mod inspect;
mod json;
#[cfg(feature = "keyless")]
mod keyless;
#[cfg(not(feature = "keyless"))]
mod keyless_absent;
mod manual;
mod model_folder;
mod models;
mod names;
mod output;
mod outputs;
mod pickles;
mod readme;
mod rules;
mod sandbox;
mod scan;
mod schema;
mod signatures;
mod tensors;
mod trace;
mod verify_blob;
