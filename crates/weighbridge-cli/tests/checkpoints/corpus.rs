use std::env;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// The folder of the checkpoints.
#[derive(Clone)]
pub(crate) struct Corpus(PathBuf);

/// What torch says of one checkpoint.
pub(crate) struct Truth {
    pub(crate) file: String,
    pub(crate) tensors: Vec<Expected>,
}

/// What torch says of one tensor, in the words of safetensors.
pub(crate) struct Expected {
    pub(crate) name: String,
    pub(crate) dtype: String,
    pub(crate) shape: Vec<u64>,
    pub(crate) sha256: String,
    /// Whether torch's own writer of safetensors cannot save it.
    pub(crate) is_unspeakable: bool,
}

impl Corpus {
    pub(crate) fn find() -> Option<Self> {
        let folder = PathBuf::from(env::var_os("WEIGHBRIDGE_CORPORA")?).join("torch");
        folder.join("truth.json").is_file().then_some(Self(folder))
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Returns the same tensors as torch wrote them to a safetensors file, where it could.
    pub(crate) fn written_by_torch(&self, file: &str) -> Option<PathBuf> {
        let path = self.path(&format!("{file}.truth.safetensors"));
        path.is_file().then_some(path)
    }

    #[expect(clippy::disallowed_methods, reason = "the file is one of the corpus")]
    pub(crate) fn truths(&self) -> Vec<Truth> {
        let text = fs::read_to_string(self.path("truth.json")).unwrap();
        let all: Value = serde_json::from_str(&text).unwrap();
        let files = all.as_object().unwrap().iter();
        files
            .map(|(file, truth)| Truth {
                file: file.clone(),
                tensors: truth["tensors"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, tensor)| Expected::new(name, tensor))
                    .collect(),
            })
            .collect()
    }
}

impl Expected {
    fn new(name: &str, truth: &Value) -> Self {
        let dtype = truth["dtype"].as_str().unwrap();
        let shape = truth["shape"].as_array().unwrap().iter();
        let mut shape: Vec<u64> = shape.map(|size| size.as_u64().unwrap()).collect();
        // torch counts pairs of these, safetensors each of them.
        if let ("float4_e2m1fn_x2", Some(last)) = (dtype, shape.last_mut()) {
            *last *= 2;
        }
        Self {
            name: name.to_owned(),
            dtype: in_safetensors(dtype).unwrap_or_default().to_owned(),
            shape,
            sha256: truth["sha256"].as_str().unwrap().to_owned(),
            is_unspeakable: truth.get("safetensors_save").is_some(),
        }
    }
}

/// Names torch's dtypes as safetensors does.
fn in_safetensors(dtype: &str) -> Option<&'static str> {
    Some(match dtype {
        "bool" => "BOOL",
        "float4_e2m1fn_x2" => "F4",
        "uint8" => "U8",
        "int8" => "I8",
        "float8_e5m2" => "F8_E5M2",
        "float8_e4m3fn" => "F8_E4M3",
        "float8_e8m0fnu" => "F8_E8M0",
        "float8_e4m3fnuz" => "F8_E4M3FNUZ",
        "float8_e5m2fnuz" => "F8_E5M2FNUZ",
        "int16" => "I16",
        "uint16" => "U16",
        "float16" => "F16",
        "bfloat16" => "BF16",
        "int32" => "I32",
        "uint32" => "U32",
        "float32" => "F32",
        "complex64" => "C64",
        "float64" => "F64",
        "int64" => "I64",
        "uint64" => "U64",
        _ => return None,
    })
}
