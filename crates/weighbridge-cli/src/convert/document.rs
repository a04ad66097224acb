use serde::Serialize;

use crate::output::json::{TOOL, Tool};
use crate::report::Finding;

/// The version of what `convert --report` writes.
const SCHEMA: &str = "weighbridge.convert/1";

/// What became of each tensor. `docs/convert.schema.json` is the contract.
///
/// Names and texts from the file are in here as they are: who prints them escapes them.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    pub(super) mode: Mode,
    pub(super) result: Outcome,
    /// Why nothing was converted, where that is not said of a tensor.
    pub(super) error: Option<String>,
    pub(super) inputs: Vec<File>,
    pub(super) outputs: Vec<File>,
    /// Whether loading the input would do dangerous things; its findings say which.
    pub(super) dangerous: bool,
    pub(super) verdict: String,
    /// The keys below which the tensors were taken; null for the whole object.
    pub(super) key: Option<String>,
    pub(super) counts: Counts,
    pub(super) tensors: Vec<Tensor>,
    /// What `--verify` found: all that the output has otherwise than it should, up to a ceiling.
    pub(super) differences: Vec<String>,
    pub(super) findings: Vec<Finding>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mode {
    Convert,
    DryRun,
    Verify,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// Every tensor is written, or would be.
    Converted,
    /// Some tensors are refused, and the others are written, or would be.
    Partly,
    /// Nothing is written.
    Refused,
    /// Both files hold the same tensors.
    Same,
    /// They do not.
    Different,
}

/// A file that was read or written.
#[derive(Debug, Serialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) format: String,
    pub(super) bytes: u64,
    /// Null where it was not read or written as a whole.
    pub(super) digest: Option<String>,
}

/// How many tensors became what.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) converted: u64,
    pub(super) tied: u64,
    pub(super) refused: u64,
    pub(super) left_out: u64,
}

/// What became of one tensor.
#[derive(Debug, Serialize)]
pub(super) struct Tensor {
    /// What it is called in the output; null where it is not there.
    pub(super) name: Option<String>,
    /// The keys that lead to it in the object tree.
    pub(super) keys: Vec<String>,
    pub(super) status: Status,
    /// Why it is refused or left out; the name that a tied one is kept under.
    pub(super) reason: Option<String>,
    pub(super) source: Source,
    /// What is written of it: one tensor, or the parts that it is made of.
    pub(super) outputs: Vec<Output>,
}

/// What became of a tensor, in a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Converted,
    /// Its bytes are in the output under another name, and the metadata says so.
    Tied,
    Refused,
    LeftOut,
}

/// Where a tensor comes from.
#[derive(Debug, Serialize)]
pub(super) struct Source {
    /// Which of `inputs`.
    pub(super) input: u64,
    /// The key of the storage that it is a view of.
    pub(super) storage: Option<String>,
    pub(super) member: Option<String>,
    /// From its first element to behind its last; null where the bytes are compressed.
    pub(super) byte_start: Option<u64>,
    pub(super) byte_end: Option<u64>,
    pub(super) dtype: Option<String>,
    pub(super) shape: Vec<u64>,
    pub(super) stride: Vec<u64>,
    pub(super) offset: u64,
}

/// Where a tensor goes to.
#[derive(Debug, Serialize)]
pub(super) struct Output {
    /// Which of `outputs`.
    pub(super) output: u64,
    pub(super) name: String,
    /// In the output, half open; null where nothing is written.
    pub(super) byte_start: Option<u64>,
    pub(super) byte_end: Option<u64>,
    pub(super) dtype: &'static str,
    pub(super) shape: Vec<u64>,
    /// The digest of its bytes.
    pub(super) digest: Option<String>,
}

impl Document {
    /// Begins with what is known before anything is read.
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            kind: "convert",
            schema: SCHEMA,
            tool: TOOL,
            mode,
            result: Outcome::Refused,
            error: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            dangerous: false,
            verdict: String::new(),
            key: None,
            counts: Counts::default(),
            tensors: Vec::new(),
            differences: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds a tensor and counts it.
    pub(super) fn push(&mut self, tensor: Tensor) {
        let count = match tensor.status {
            Status::Converted => &mut self.counts.converted,
            Status::Tied => &mut self.counts.tied,
            Status::Refused => &mut self.counts.refused,
            Status::LeftOut => &mut self.counts.left_out,
        };
        *count = count.saturating_add(1);
        self.tensors.push(tensor);
    }
}
