use std::fmt;

/// What a file is by its content.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// No byte at all.
    Empty,
    /// A raw pickle of any protocol.
    Pickle,
    /// A zip archive from its first byte on; whether torch's, numpy's or Keras's, its members tell.
    Zip,
    /// A zip archive behind other bytes.
    PrefixedZip,
    /// numpy's array format.
    Npy,
    /// Compressed with gzip.
    Gzip,
    /// Compressed with bzip2.
    Bzip2,
    /// Compressed with xz.
    Xz,
    /// Compressed with LZMA in the older `.lzma` format.
    LzmaAlone,
    /// Compressed with zlib.
    Zlib,
    /// Compressed with zlib behind joblib's old `ZF` header.
    JoblibZf,
    /// Compressed with LZ4.
    Lz4,
    /// Compressed with Zstandard.
    Zstd,
    /// A 7z archive.
    SevenZip,
    /// A rar archive.
    Rar,
    /// A tar archive.
    Tar,
    /// HDF5, also behind a user block.
    Hdf5,
    /// GGUF.
    Gguf,
    /// One of the GGML formats before GGUF.
    Ggml,
    /// safetensors.
    Safetensors,
    /// ONNX.
    Onnx,
    /// A TensorFlow SavedModel.
    SavedModel,
    /// A TensorFlow graph.
    TensorFlowGraph,
    /// TensorFlow Lite.
    TfLite,
    /// A Core ML model.
    CoreMl,
    /// An ExecuTorch program.
    ExecuTorch,
    /// A TensorRT engine.
    TensorRt,
    /// An OpenVINO network.
    OpenVino,
    /// A SentencePiece vocabulary.
    SentencePiece,
    /// An ELF program or library.
    Elf,
    /// A Windows program or library, or one that runs everywhere.
    Pe,
    /// A Mach-O program or library.
    MachO,
    /// A Java class.
    JavaClass,
    /// WebAssembly.
    Wasm,
    /// LLVM bitcode.
    LlvmBitcode,
    /// Compiled Python.
    PythonBytecode,
    /// Python source, by its name.
    PythonSource,
    /// A script that names its interpreter.
    Script,
    /// What git stores in place of a large file.
    GitLfsPointer,
    /// A web page, such as a login form in place of a download.
    HtmlPage,
    /// Some other XML.
    Xml,
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// JSON.
    Json,
    /// Text.
    Text,
    /// None of these.
    Unknown,
}

impl Kind {
    /// Returns the name that reports use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Pickle => "pickle",
            Self::Zip => "zip",
            Self::PrefixedZip => "prefixed zip",
            Self::Npy => "npy",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::LzmaAlone => "lzma",
            Self::Zlib => "zlib",
            Self::JoblibZf => "joblib zlib",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
            Self::SevenZip => "7z",
            Self::Rar => "rar",
            Self::Tar => "tar",
            Self::Hdf5 => "hdf5",
            Self::Gguf => "gguf",
            Self::Ggml => "ggml",
            Self::Safetensors => "safetensors",
            Self::Onnx => "onnx",
            Self::SavedModel => "tensorflow saved model",
            Self::TensorFlowGraph => "tensorflow graph",
            Self::TfLite => "tflite",
            Self::CoreMl => "core ml",
            Self::ExecuTorch => "executorch",
            Self::TensorRt => "tensorrt",
            Self::OpenVino => "openvino",
            Self::SentencePiece => "sentencepiece",
            Self::Elf => "elf",
            Self::Pe => "pe",
            Self::MachO => "mach-o",
            Self::JavaClass => "java class",
            Self::Wasm => "wasm",
            Self::LlvmBitcode => "llvm bitcode",
            Self::PythonBytecode => "python bytecode",
            Self::PythonSource => "python source",
            Self::Script => "script",
            Self::GitLfsPointer => "git lfs pointer",
            Self::HtmlPage => "html",
            Self::Xml => "xml",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Json => "json",
            Self::Text => "text",
            Self::Unknown => "unknown",
        }
    }

    /// Says whether it is a recognised format of weights.
    #[must_use]
    pub const fn is_weight(self) -> bool {
        matches!(
            self,
            Self::Pickle
                | Self::Npy
                | Self::JoblibZf
                | Self::Hdf5
                | Self::Gguf
                | Self::Ggml
                | Self::Safetensors
                | Self::Onnx
                | Self::SavedModel
                | Self::TensorFlowGraph
                | Self::TfLite
                | Self::CoreMl
                | Self::ExecuTorch
                | Self::TensorRt
                | Self::OpenVino
        )
    }

    /// Says whether other files are packed in it.
    #[must_use]
    pub const fn is_archive(self) -> bool {
        self.is_compressed()
            || matches!(
                self,
                Self::Zip | Self::PrefixedZip | Self::SevenZip | Self::Rar | Self::Tar
            )
    }

    /// Says whether it is one stream of compressed bytes.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        matches!(
            self,
            Self::Gzip
                | Self::Bzip2
                | Self::Xz
                | Self::LzmaAlone
                | Self::Zlib
                | Self::JoblibZf
                | Self::Lz4
                | Self::Zstd
        )
    }

    /// Says whether a machine or an interpreter runs it.
    #[must_use]
    pub const fn is_code(self) -> bool {
        self.is_native_code() || matches!(self, Self::PythonSource | Self::Script)
    }

    /// Says whether it is code that is not text.
    #[must_use]
    pub const fn is_native_code(self) -> bool {
        matches!(
            self,
            Self::Elf
                | Self::Pe
                | Self::MachO
                | Self::JavaClass
                | Self::Wasm
                | Self::LlvmBitcode
                | Self::PythonBytecode
        )
    }

    /// Says whether it is a recognised format of weights, an archive or code: what is *unsupported* rather
    /// than *passive* where nobody judges it.
    #[must_use]
    pub const fn is_weight_or_archive_or_code(self) -> bool {
        self.is_weight() || self.is_archive() || self.is_code()
    }

    /// Says whether it is text, an image or a document that no loader of models executes.
    #[must_use]
    pub const fn is_inert(self) -> bool {
        matches!(
            self,
            Self::SentencePiece
                | Self::HtmlPage
                | Self::Xml
                | Self::Pdf
                | Self::Png
                | Self::Jpeg
                | Self::Gif
                | Self::Webp
                | Self::Json
                | Self::Text
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}
