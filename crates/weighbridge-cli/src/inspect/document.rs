use serde::Serialize;

use crate::output::json::{TOOL, Tool};
use crate::report::Finding;

/// The version of what `inspect --format json` writes.
const SCHEMA: &str = "weighbridge.inspect/1";

/// What a file has in it. `docs/inspect.schema.json` is the contract.
///
/// Names and texts from the file are in here as they are: who prints them escapes them.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'static str,
    tool: Tool,
    pub(super) path: String,
    /// There, and true, only if the path is not UTF-8 and so is percent-escaped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_lossy: Option<bool>,
    /// What the file is by its content.
    pub(super) format: String,
    pub(super) bytes: u64,
    /// The digest of the whole file, where its values were read.
    pub(super) digest: Option<String>,
    /// Whether it is valid by the specification of its format, where it has one that says so.
    pub(super) valid: Option<bool>,
    /// Why there may be more in the file than is shown.
    pub(super) error: Option<String>,
    pub(super) readers: Vec<Reader>,
    pub(super) header: Option<Header>,
    pub(super) metadata: Vec<Metadata>,
    pub(super) parameters: Parameters,
    /// In the order of the file.
    pub(super) tensors: Vec<Tensor>,
    /// What each byte of the file is, from the first to the last.
    pub(super) map: Vec<Range>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) index: Option<Index>,
    pub(super) findings: Vec<Finding>,
}

/// Whether a version of the reference reader takes the file.
#[derive(Debug, Serialize)]
pub(super) struct Reader {
    pub(super) version: String,
    /// Null where that could not be told.
    pub(super) accepts: Option<bool>,
    /// Why it does not.
    pub(super) reason: Option<String>,
}

/// Where the header of a safetensors file lies, in bytes of the file.
#[derive(Debug, Serialize)]
pub(super) struct Header {
    pub(super) byte_start: u64,
    pub(super) byte_end: u64,
    /// Spaces at its end.
    pub(super) padding: u64,
}

/// An entry of `__metadata__`.
#[derive(Debug, Serialize)]
pub(super) struct Metadata {
    pub(super) key: String,
    pub(super) value: String,
}

/// How many there are of what.
#[derive(Debug, Default, Serialize)]
pub(super) struct Parameters {
    pub(super) tensors: u64,
    pub(super) elements: u64,
    pub(super) bytes: u64,
    pub(super) dtypes: Vec<OfDtype>,
}

/// The part of one dtype.
#[derive(Debug, Serialize)]
pub(super) struct OfDtype {
    pub(super) dtype: String,
    pub(super) tensors: u64,
    pub(super) elements: u64,
    pub(super) bytes: u64,
}

/// One tensor.
#[derive(Debug, Serialize)]
pub(super) struct Tensor {
    pub(super) name: String,
    /// Null where it is not known.
    pub(super) dtype: Option<String>,
    pub(super) shape: Vec<u64>,
    /// Null where 64 bits cannot count them.
    pub(super) elements: Option<u64>,
    pub(super) bytes: Option<u64>,
    /// Where its bytes lie in the file, if they lie there in one piece.
    pub(super) byte_start: Option<u64>,
    pub(super) byte_end: Option<u64>,
    /// How a checkpoint stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stored: Option<Stored>,
    /// The shard that an index names for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shard: Option<String>,
    /// What its values are, where they were read.
    pub(super) values: Option<Values>,
}

/// How a checkpoint stores a tensor.
#[derive(Debug, Serialize)]
pub(super) struct Stored {
    /// The keys that lead to it in the object tree.
    pub(super) keys: Vec<String>,
    /// `strided`, `sparse`, `quantised` …
    pub(super) kind: &'static str,
    /// The storage it is a view of, by its place in `storages`.
    pub(super) storage: Option<u64>,
    /// In elements, from the beginning of the storage.
    pub(super) offset: u64,
    /// In elements, one for each dimension.
    pub(super) stride: Vec<u64>,
    pub(super) conjugated: bool,
    pub(super) negated: bool,
    /// Why it cannot be converted.
    pub(super) refusal: Option<String>,
}

/// What a checkpoint has beside its tensors.
#[derive(Debug, Default, Serialize)]
pub(super) struct Checkpoint {
    pub(super) storages: Vec<Storage>,
    /// Names of tensors that are views of one storage, as places in `tensors`.
    pub(super) ties: Vec<Vec<u64>>,
    /// What is no tensor.
    pub(super) leaves: Vec<Leaf>,
    /// What else is to be known.
    pub(super) notes: Vec<String>,
}

/// The bytes that tensors are views of.
#[derive(Debug, Serialize)]
pub(super) struct Storage {
    pub(super) key: String,
    pub(super) member: Option<String>,
    pub(super) bytes: u64,
    /// Where they lie in the file; null where they are compressed.
    pub(super) byte_start: Option<u64>,
    pub(super) byte_end: Option<u64>,
    /// How many tensors are views of it.
    pub(super) tensors: u64,
}

/// Something that is no tensor.
#[derive(Debug, Serialize)]
pub(super) struct Leaf {
    pub(super) keys: Vec<String>,
    pub(super) value: String,
}

/// What the index of a sharded model says, held against the shards.
#[derive(Debug, Serialize)]
pub(super) struct Index {
    pub(super) shards: Vec<Shard>,
    /// What `metadata.total_size` says.
    pub(super) total_size: Option<u64>,
}

/// A file that an index names.
#[derive(Debug, Serialize)]
pub(super) struct Shard {
    pub(super) name: String,
    /// Null where it is not there or not read.
    pub(super) bytes: Option<u64>,
    pub(super) valid: Option<bool>,
    pub(super) error: Option<String>,
    pub(super) tensors: u64,
}

/// A run of bytes that are the same kind of thing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Range {
    pub(super) byte_start: u64,
    pub(super) byte_end: u64,
    pub(super) what: What,
    /// How many tensors or storages lie in it.
    pub(super) count: Option<u64>,
}

/// What bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// The number of bytes of the header.
    Length,
    /// JSON.
    Header,
    /// Spaces behind the JSON.
    Padding,
    /// Tensors, one behind the other.
    Tensors,
    /// Storages that tensors are views of.
    Storages,
    /// Nothing that tensors are made of: in a checkpoint the container and its pickles.
    Other,
}

impl What {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Header => "header",
            Self::Padding => "padding",
            Self::Tensors => "tensors",
            Self::Storages => "storages",
            Self::Other => "other",
        }
    }
}

impl Document {
    /// Begins with what is known of any file.
    pub(super) fn new(path: String, path_lossy: Option<bool>, bytes: u64) -> Self {
        Self {
            kind: "inspect",
            schema: SCHEMA,
            tool: TOOL,
            path,
            path_lossy,
            format: String::new(),
            bytes,
            digest: None,
            valid: None,
            error: None,
            readers: Vec::new(),
            header: None,
            metadata: Vec::new(),
            parameters: Parameters::default(),
            tensors: Vec::new(),
            map: Vec::new(),
            checkpoint: None,
            index: None,
            findings: Vec::new(),
        }
    }

    /// Counts the tensors, dtypes in the order in which they come first.
    pub(super) fn count_parameters(&mut self) {
        let mut all = Parameters::default();
        for tensor in &self.tensors {
            let elements = tensor.elements.unwrap_or(0);
            let bytes = tensor.bytes.unwrap_or(0);
            all.tensors = all.tensors.saturating_add(1);
            all.elements = all.elements.saturating_add(elements);
            all.bytes = all.bytes.saturating_add(bytes);
            let dtype = tensor.dtype.as_deref().unwrap_or("unknown");
            let known = all.dtypes.iter().position(|of| of.dtype == dtype);
            let number = known.unwrap_or_else(|| {
                all.dtypes.push(OfDtype {
                    dtype: dtype.to_owned(),
                    tensors: 0,
                    elements: 0,
                    bytes: 0,
                });
                all.dtypes.len().saturating_sub(1)
            });
            if let Some(of) = all.dtypes.get_mut(number) {
                of.tensors = of.tensors.saturating_add(1);
                of.elements = of.elements.saturating_add(elements);
                of.bytes = of.bytes.saturating_add(bytes);
            }
        }
        self.parameters = all;
    }
}

/// What the values of a tensor are. Of complex tensors the parts are counted.
#[derive(Debug, Serialize)]
pub(super) struct Values {
    /// The digest of its bytes.
    pub(super) digest: String,
    pub(super) zero: u64,
    pub(super) nan: u64,
    pub(super) infinite: u64,
    pub(super) subnormal: u64,
    /// Elements of BOOL that are neither 0 nor 1.
    pub(super) not_boolean: u64,
    /// Whether there are two or more and all have the same bits.
    pub(super) constant: bool,
    /// Of the finite elements; null where there are none.
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) mean: Option<f64>,
}
