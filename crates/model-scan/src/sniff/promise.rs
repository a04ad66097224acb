use std::fmt;

use super::Kind;

/// What the extension of a name promises.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Promise {
    /// A torch checkpoint: a zip archive, a pickle or a tar archive.
    Torch,
    /// A pickle, also a compressed one as joblib writes it.
    Pickle,
    /// Weights in some format or raw: the extension says no more.
    Data,
    /// An array of numpy.
    Npy,
    /// A zip archive, by whatever name.
    Zip,
    /// safetensors.
    Safetensors,
    /// GGUF or GGML.
    Gguf,
    /// ONNX.
    Onnx,
    /// HDF5.
    Hdf5,
    /// A Keras model: a zip archive or HDF5.
    Keras,
    /// Protocol Buffers.
    ProtocolBuffers,
    /// TensorFlow Lite, which may carry a zip archive behind it.
    TfLite,
    /// A tar archive, also a compressed one; torch's checkpoints are named so as well.
    Tar,
    /// One compressed stream of the kind.
    Compressed(Kind),
    /// 7z.
    SevenZip,
    /// rar.
    Rar,
    /// Text, configuration, an image or a document.
    Passive,
    /// Python source.
    Python,
    /// A program or a library.
    Program,
}

impl Promise {
    /// Says whether the format that a content has keeps the promise.
    ///
    /// A Git LFS pointer and a web page keep none, nor does an empty file, but they are told otherwise:
    /// they break none here.
    #[must_use]
    pub fn is_kept_by(self, kind: Kind) -> bool {
        if matches!(kind, Kind::Empty | Kind::GitLfsPointer | Kind::HtmlPage) {
            return true;
        }
        match self {
            Self::Torch => matches!(kind, Kind::Zip | Kind::Pickle | Kind::Tar),
            Self::Pickle => {
                kind.is_compressed() || matches!(kind, Kind::Pickle | Kind::Zip | Kind::Tar)
            }
            Self::Data => !kind.is_code(),
            Self::Npy => matches!(kind, Kind::Npy),
            Self::Zip => matches!(kind, Kind::Zip | Kind::PrefixedZip),
            Self::Safetensors => matches!(kind, Kind::Safetensors),
            Self::Gguf => matches!(kind, Kind::Gguf | Kind::Ggml),
            Self::Onnx => matches!(kind, Kind::Onnx | Kind::Unknown),
            Self::Hdf5 => matches!(kind, Kind::Hdf5),
            Self::Keras => matches!(kind, Kind::Zip | Kind::Hdf5),
            Self::ProtocolBuffers => matches!(
                kind,
                Kind::Onnx
                    | Kind::SavedModel
                    | Kind::TensorFlowGraph
                    | Kind::CoreMl
                    | Kind::SentencePiece
                    | Kind::Text
                    | Kind::Unknown
            ),
            Self::TfLite => matches!(kind, Kind::TfLite | Kind::Zip | Kind::Unknown),
            Self::Tar => {
                kind.is_compressed() || matches!(kind, Kind::Tar | Kind::Zip | Kind::Pickle)
            }
            Self::Compressed(promised) => promised == kind,
            Self::SevenZip => matches!(kind, Kind::SevenZip),
            Self::Rar => matches!(kind, Kind::Rar),
            Self::Passive => {
                kind.is_inert() || matches!(kind, Kind::Script | Kind::OpenVino | Kind::Unknown)
            }
            Self::Python => matches!(kind, Kind::PythonSource | Kind::Script | Kind::Unknown),
            Self::Program => kind.is_code() || kind.is_inert() || matches!(kind, Kind::Unknown),
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Torch => "a torch checkpoint",
            Self::Pickle => "a pickle",
            Self::Data => "data",
            Self::Npy => "a numpy array",
            Self::Zip => "a zip archive",
            Self::Safetensors => "safetensors",
            Self::Gguf => "gguf",
            Self::Onnx => "onnx",
            Self::Hdf5 => "hdf5",
            Self::Keras => "a keras model",
            Self::ProtocolBuffers => "protocol buffers",
            Self::TfLite => "tflite",
            Self::Tar => "a tar archive",
            Self::Compressed(kind) => kind.label(),
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a rar archive",
            Self::Passive => "text, an image or a document",
            Self::Python => "python source",
            Self::Program => "a program",
        })
    }
}

/// Returns what the extension of a name promises, or `None` where it has none or one that is not known.
///
/// ```
/// # use model_scan::sniff::{Promise, promise};
/// assert_eq!(promise("run/model.PT"), Some(Promise::Torch));
/// assert_eq!(promise("checkpoint.pth.tar"), Some(Promise::Torch));
/// assert_eq!(promise("archive/data/0"), None);
/// ```
#[must_use]
pub fn promise(name: &str) -> Option<Promise> {
    let lower = name.to_ascii_lowercase();
    let file = lower.rsplit(['/', '\\']).next().unwrap_or(&lower);
    let (stem, extension) = file.rsplit_once('.')?;
    let inner = || stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    Some(match extension {
        "pt" | "pth" | "ckpt" | "torch" => Promise::Torch,
        "tar" if matches!(inner(), "pt" | "pth" | "ckpt") => Promise::Torch,
        "pkl" | "pickle" | "joblib" | "dill" | "p" | "pk" | "pck" | "cloudpickle" | "skl" => {
            Promise::Pickle
        }
        "bin" | "dat" | "data" | "model" | "mdl" | "weights" | "params" | "msgpack" | "raw" => {
            Promise::Data
        }
        "npy" => Promise::Npy,
        "npz" | "zip" | "pt2" | "ptl" | "mar" | "whl" | "egg" | "jar" | "mlpackage" | "skops" => {
            Promise::Zip
        }
        "safetensors" => Promise::Safetensors,
        "gguf" | "ggml" => Promise::Gguf,
        "onnx" => Promise::Onnx,
        "h5" | "hdf5" | "hdf" => Promise::Hdf5,
        "keras" => Promise::Keras,
        "pb" | "mlmodel" => Promise::ProtocolBuffers,
        "tflite" => Promise::TfLite,
        "tar" | "nemo" | "tgz" | "tbz2" | "txz" => Promise::Tar,
        "gz" | "bz2" | "xz" | "zst" if inner() == "tar" => Promise::Tar,
        "gz" => Promise::Compressed(Kind::Gzip),
        "bz2" => Promise::Compressed(Kind::Bzip2),
        "xz" => Promise::Compressed(Kind::Xz),
        "lzma" => Promise::Compressed(Kind::LzmaAlone),
        "lz4" => Promise::Compressed(Kind::Lz4),
        "zst" | "zstd" => Promise::Compressed(Kind::Zstd),
        "7z" => Promise::SevenZip,
        "rar" => Promise::Rar,
        "md" | "txt" | "rst" | "json" | "jsonl" | "yaml" | "yml" | "toml" | "ini" | "cfg"
        | "conf" | "csv" | "tsv" | "xml" | "html" | "htm" | "css" | "png" | "jpg" | "jpeg"
        | "gif" | "webp" | "svg" | "pdf" | "gitattributes" | "gitignore" | "gitkeep"
        | "license" | "vocab" | "jinja" | "log" | "lock" | "bib" | "tex" | "index" | "ipynb"
        | "spm" => Promise::Passive,
        "py" | "pyi" | "pyw" => Promise::Python,
        "so" | "dll" | "dylib" | "pyd" | "exe" | "pyc" | "sh" | "bat" | "ps1" | "js" | "wasm" => {
            Promise::Program
        }
        _ => return None,
    })
}

/// Returns the promise that a name makes and its content breaks.
///
/// ```
/// # use model_scan::sniff::{Kind, Promise, contradicts};
/// assert_eq!(contradicts("model.safetensors", Kind::Pickle), Some(Promise::Safetensors));
/// assert_eq!(contradicts("model.bin", Kind::Pickle), None);
/// assert_eq!(contradicts("model.pkl", Kind::Gzip), None);
/// ```
#[must_use]
pub fn contradicts(name: &str, kind: Kind) -> Option<Promise> {
    promise(name).filter(|promise| !promise.is_kept_by(kind))
}

/// Says whether a file is text, configuration, an image or a document that no loader executes, by its
/// content and by its name: what is named like a model or a program is not passive, whatever it holds.
///
/// An empty file is passive unless it is named like a model.
#[must_use]
pub fn is_passive(name: &str, kind: Kind) -> bool {
    let promised = matches!(promise(name), None | Some(Promise::Passive));
    match kind {
        Kind::Empty | Kind::GitLfsPointer => {
            promised || matches!(promise(name), Some(Promise::Python))
        }
        Kind::SentencePiece => true,
        kind => promised && kind.is_inert(),
    }
}
