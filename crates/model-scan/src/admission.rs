use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::configuration;
use crate::inspection::Inspection;
use crate::rules::FORMAT_NOT_ADMITTED;
use crate::sniff::{self, Kind, Promise};

/// A family of formats that can be admitted, see [`Formats`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Family {
    /// safetensors.
    Safetensors,
    /// GGUF.
    Gguf,
    /// The GGML formats before GGUF.
    Ggml,
    /// ONNX.
    Onnx,
    /// Raw pickles, not compressed.
    Pickle,
    /// Checkpoints of `torch.save`: zip archives, the legacy format and its tar archives.
    Torch,
    /// TorchScript, which holds code.
    TorchScript,
    /// `.npy` and `.npz`; with pickled objects only where pickles are admitted too.
    Numpy,
    /// HDF5.
    Hdf5,
    /// Models of Keras 3.
    Keras,
    /// Models of skops.
    Skops,
    /// Graphs and saved models of TensorFlow.
    TensorFlow,
    /// TensorFlow Lite.
    TfLite,
    /// Core ML.
    CoreMl,
    /// ExecuTorch.
    ExecuTorch,
    /// TensorRT.
    TensorRt,
    /// OpenVINO.
    OpenVino,
}

/// The word is the name of no [`Family`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown format, expected one of {}", Family::ALL.map(Family::as_str).join(", "))]
#[non_exhaustive]
pub struct UnknownFamily;

impl Family {
    /// Every family, in the order of the variants.
    pub const ALL: [Self; 17] = [
        Self::Safetensors,
        Self::Gguf,
        Self::Ggml,
        Self::Onnx,
        Self::Pickle,
        Self::Torch,
        Self::TorchScript,
        Self::Numpy,
        Self::Hdf5,
        Self::Keras,
        Self::Skops,
        Self::TensorFlow,
        Self::TfLite,
        Self::CoreMl,
        Self::ExecuTorch,
        Self::TensorRt,
        Self::OpenVino,
    ];

    /// Returns the lower-case word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Gguf => "gguf",
            Self::Ggml => "ggml",
            Self::Onnx => "onnx",
            Self::Pickle => "pickle",
            Self::Torch => "torch",
            Self::TorchScript => "torchscript",
            Self::Numpy => "numpy",
            Self::Hdf5 => "hdf5",
            Self::Keras => "keras",
            Self::Skops => "skops",
            Self::TensorFlow => "tensorflow",
            Self::TfLite => "tflite",
            Self::CoreMl => "coreml",
            Self::ExecuTorch => "executorch",
            Self::TensorRt => "tensorrt",
            Self::OpenVino => "openvino",
        }
    }

    /// The family of what reports call `kind`. Whatever is several things at once is of none.
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "safetensors" => Self::Safetensors,
            "gguf" => Self::Gguf,
            "ggml" => Self::Ggml,
            "onnx" => Self::Onnx,
            "pickle" | "pickles" => Self::Pickle,
            "torch zip" | "legacy torch" | "legacy torch tar" => Self::Torch,
            "torchscript zip" => Self::TorchScript,
            "npy" | "npz" => Self::Numpy,
            "hdf5" => Self::Hdf5,
            "keras zip" => Self::Keras,
            "skops zip" | "skops schema" => Self::Skops,
            "tensorflow saved model" | "tensorflow graph" => Self::TensorFlow,
            "tflite" => Self::TfLite,
            "core ml" => Self::CoreMl,
            "executorch" => Self::ExecuTorch,
            "tensorrt" => Self::TensorRt,
            "openvino" => Self::OpenVino,
            _ => return None,
        })
    }

    /// The family that bytes may be of which nothing is known but what their name promises.
    const fn promised(promise: Promise) -> Option<Self> {
        Some(match promise {
            Promise::Safetensors => Self::Safetensors,
            Promise::Gguf => Self::Gguf,
            Promise::Onnx => Self::Onnx,
            Promise::Torch => Self::Torch,
            Promise::Pickle => Self::Pickle,
            Promise::Npy => Self::Numpy,
            Promise::Hdf5 => Self::Hdf5,
            Promise::Keras => Self::Keras,
            Promise::TfLite => Self::TfLite,
            _ => return None,
        })
    }

    /// Whether a member of an archive of this family may be what reports call `kind`.
    fn may_hold(self, kind: &str, formats: &Formats) -> bool {
        let is_own = match self {
            Self::Torch => matches!(kind, "pickle" | "pickles" | "legacy torch table"),
            Self::TorchScript => matches!(kind, "pickle" | "pickles" | "python source"),
            Self::Numpy => kind == "npy",
            Self::Keras => kind == "hdf5",
            Self::Skops => matches!(kind, "npy" | "skops schema"),
            _ => false,
        };
        is_own || is_inert(kind) || Self::of(kind).is_some_and(|family| formats.admits(family))
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(word: &str) -> Result<Self, UnknownFamily> {
        Self::ALL
            .into_iter()
            .find(|family| family.as_str() == word)
            .ok_or(UnknownFamily)
    }
}

/// The formats that are admitted. Every other one is refused by its content, whatever it is called; text,
/// configuration and images that no loader executes stay allowed.
///
/// Archives and compressed streams are of no family, nor is a file that is two things at once.
///
/// ```
/// use model_scan::{Family, Formats, Options, Scanner, Verdict};
///
/// let formats = Formats::from_iter([Family::Safetensors, Family::Gguf]);
/// let scanner = Scanner::new(Options::default().with_formats(formats));
/// let target = scanner.scan_bytes("model.safetensors", b"\x80\x04}\x94.");
/// assert_eq!(target.verdict, Verdict::Dangerous);
/// let target = scanner.scan_bytes("README.md", b"# A model");
/// assert_eq!(target.verdict, Verdict::Passive);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Formats {
    families: BTreeSet<Family>,
}

impl Formats {
    /// Says whether a family is admitted.
    #[must_use]
    pub fn admits(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    /// Returns the families that are admitted, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Family> + '_ {
        self.families.iter().copied()
    }

    /// Says whether no family is admitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }
}

impl FromIterator<Family> for Formats {
    fn from_iter<I: IntoIterator<Item = Family>>(families: I) -> Self {
        Self {
            families: families.into_iter().collect(),
        }
    }
}

/// As a sentence has it: `safetensors, onnx or gguf`.
impl fmt::Display for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.families.len().saturating_sub(1);
        if self.families.is_empty() {
            return f.write_str("no format of weights");
        }
        for (number, family) in self.iter().enumerate() {
            match number {
                0 => {}
                _ if number == last => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            family.fmt(f)?;
        }
        Ok(())
    }
}

/// Refuses what is not admitted: `bytes` that were looked into under `name`, and go by other names too.
pub(crate) fn judge(
    formats: &Formats,
    name: &str,
    names: &[&str],
    bytes: &[u8],
    inspection: &mut Inspection,
) {
    if let Some(found) = not_admitted(formats, name, names, bytes, inspection) {
        let end = inspection.coverage.bytes();
        inspection.say(
            &FORMAT_NOT_ADMITTED,
            format!("found {found}, expected {formats}"),
            0..end,
        );
        inspection.passive = false;
    }
}

/// What was found that is not admitted.
fn not_admitted(
    formats: &Formats,
    name: &str,
    names: &[&str],
    bytes: &[u8],
    inspection: &Inspection,
) -> Option<String> {
    let kind = inspection.kind.as_str();
    if let Some(second) = inspection.also.first() {
        return Some(if kind.contains(" and ") {
            kind.to_owned()
        } else {
            format!("{kind} and {second}")
        });
    }
    if inspection.passive {
        // Under another of its names it may be code.
        return names.iter().find_map(|name| {
            let kind = sniff::sniff(bytes, name);
            (!sniff::is_passive(name, kind)).then(|| kind.to_string())
        });
    }
    if configuration::JUDGED.contains(&kind) || is_absent(kind) {
        // Configuration is no weights; of an empty file nothing can be loaded, and it is undecided.
        return None;
    }
    if kind == Kind::Unknown.label() {
        let is_promised = sniff::promise(name)
            .and_then(Family::promised)
            .is_some_and(|family| formats.admits(family));
        // It may be what its name promises, and is undecided then.
        return (!is_promised).then(|| "content of no format that we know".to_owned());
    }
    let Some(family) = Family::of(kind).filter(|family| formats.admits(*family)) else {
        return Some(kind.to_owned());
    };
    if family == Family::Numpy && inspection.has_objects && !formats.admits(Family::Pickle) {
        return Some(format!("{kind} that holds pickled objects"));
    }
    if !is_archive(kind) {
        return None;
    }
    let stranger = inspection
        .members
        .iter()
        .find(|member| !family.may_hold(&member.kind, formats))?;
    Some(format!("{kind} that holds {}", stranger.kind))
}

/// Whether nothing is there, or only a pointer to what should be.
fn is_absent(kind: &str) -> bool {
    [Kind::Empty, Kind::GitLfsPointer]
        .iter()
        .any(|absent| absent.label() == kind)
}

/// Whether a family keeps its files in an archive under this label.
fn is_archive(kind: &str) -> bool {
    kind.ends_with(" zip") || kind.ends_with(" tar") || kind == "npz"
}

/// Whether a member is raw data or something that nothing executes.
fn is_inert(kind: &str) -> bool {
    matches!(kind, "storage" | "folder")
        || [
            Kind::Empty,
            Kind::GitLfsPointer,
            Kind::SentencePiece,
            Kind::HtmlPage,
            Kind::Xml,
            Kind::Pdf,
            Kind::Png,
            Kind::Jpeg,
            Kind::Gif,
            Kind::Webp,
            Kind::Json,
            Kind::Text,
            Kind::Unknown,
        ]
        .iter()
        .any(|inert| inert.label() == kind)
}

#[cfg(test)]
mod tests {
    use super::{Family, Formats};

    #[test]
    fn every_family_has_a_word_that_is_read() {
        for family in Family::ALL {
            assert_eq!(family.as_str().parse(), Ok(family));
        }
        assert!("Safetensors".parse::<Family>().is_err());
    }

    #[test]
    fn formats_are_told_as_in_a_sentence() {
        let formats = |families: &[Family]| Formats::from_iter(families.iter().copied());
        use Family::{Gguf, Onnx, Safetensors};
        assert_eq!(formats(&[Onnx]).to_string(), "onnx");
        assert_eq!(
            formats(&[Gguf, Safetensors, Onnx]).to_string(),
            "safetensors, gguf or onnx"
        );
    }

    #[test]
    fn two_things_at_once_are_of_no_family() {
        assert_eq!(Family::of("safetensors and zip"), None);
        assert_eq!(Family::of("zip"), None);
        assert_eq!(Family::of("gzip"), None);
    }
}
