use findings::{Finding, Severity, escape_shortened};
use strict_json::{ErrorKind, Object, Value};

use super::config::{Config, place};
use super::join::join;
use super::{Joined, rules};
use crate::suspicions::Suspicions;
use crate::{Limits, Listed};

/// Characters of a text that a message shows.
pub(super) const SHOWN: usize = 80;

/// What [`check`] has to say of the configuration of an adapter.
#[derive(Clone, Debug)]
pub struct Report {
    findings: Vec<Finding>,
    /// `None` if it could not be read.
    config: Option<Config>,
    bytes: u64,
}

/// Reads an `adapter_config.json` and says what is wrong with it by itself. [`Report::join`] holds the tensors of the
/// adapter against it.
///
/// # Limits
/// [`Limits::header`], the bytes of the configuration.
#[must_use]
pub fn check(bytes: &[u8], limits: &Limits) -> Report {
    let most = usize::try_from(limits.header).unwrap_or(usize::MAX);
    let json = strict_json::Limits::default().with_bytes(most);
    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut all = Suspicions::default();
    let mut faults = Vec::new();
    let read = strict_json::read(bytes, &json).and_then(Value::into_object);
    let config = match read {
        Ok(object) => {
            libraries(&object, &mut all);
            bases(&object, &mut all);
            Some(Config::read(&object, &mut faults))
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    for fault in faults {
        let at = fault.offset().min(len);
        let rule = &rules::MALFORMED_ADAPTER;
        let range = at..at.saturating_add(1).min(len);
        // Readers differ in which of two values they take.
        let severity = match fault.kind() {
            ErrorKind::DuplicateKey { .. } => Severity::High,
            _ => rule.severity,
        };
        all.say(rule, severity, range, || fault.kind().to_string());
    }
    Report {
        findings: all.finish(),
        config,
        bytes: len,
    }
}

impl Report {
    /// Returns what is wrong with the configuration, in the order of its bytes.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Says whether the configuration could be read.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.config.is_some()
    }

    /// Holds the tensors of the adapter against the configuration and, if they are given, against those of its base
    /// model. Findings point into the configuration.
    #[must_use]
    pub fn join(&self, tensors: &[Listed<'_>], base: Option<&[Listed<'_>]>) -> Joined {
        match &self.config {
            Some(config) => join(config, tensors, base, 0..self.bytes),
            None => Joined::default(),
        }
    }
}

/// Libraries that hold models or how they are trained. Importing them runs nothing that the adapter brings.
const LIBRARIES: [&str; 20] = [
    "accelerate",
    "diffusers",
    "gliner",
    "mamba_ssm",
    "megatron",
    "open_clip",
    "optimum",
    "peft",
    "segment_anything",
    "sentence_transformers",
    "setfit",
    "speechbrain",
    "timm",
    "torch",
    "torchaudio",
    "torchvision",
    "transformers",
    "trl",
    "unsloth",
    "vllm",
];

/// Looks for libraries that loaders import because the configuration names them.
fn libraries(object: &Object<'_>, all: &mut Suspicions) {
    let mapping = object.get_set("auto_mapping");
    let library = mapping
        .and_then(|mapping| mapping.as_object().ok())
        .and_then(|mapping| mapping.get_set("parent_library"));
    for library in [library, object.get_set("megatron_core")]
        .into_iter()
        .flatten()
    {
        let rule = &rules::FOREIGN_LIBRARY;
        let Ok(name) = library.as_str() else {
            all.say(rule, Severity::Medium, place(library), || {
                format!(
                    "{} where the name of a library is wanted",
                    library.type_of()
                )
            });
            continue;
        };
        let package = name.split('.').next().unwrap_or_default();
        if LIBRARIES.contains(&package) {
            continue;
        }
        // The program that loads: it is imported already, and the class that is asked for is its own.
        let severity = match name {
            "__main__" => Severity::Low,
            _ => rule.severity,
        };
        all.say(rule, severity, place(library), || {
            format!("loading imports `{}`", escape_shortened(name, SHOWN))
        });
    }
    let class = mapping
        .and_then(|mapping| mapping.as_object().ok())
        .and_then(|mapping| mapping.get_set("base_model_class"));
    if let Some(class) = class
        && !class.as_str().is_ok_and(is_class_name)
    {
        let rule = &rules::FOREIGN_LIBRARY;
        all.say(rule, rule.severity, place(class), || {
            let name = class.as_str().unwrap_or_default();
            format!("`{}` is no name of a class", escape_shortened(name, SHOWN))
        });
    }
    let trust = object
        .get_set("tokenizer_kwargs")
        .and_then(|keywords| keywords.as_object().ok())
        .and_then(|keywords| keywords.get_set("trust_remote_code"));
    if let Some(trust) = trust
        && trust.as_bool() != Ok(false)
    {
        let rule = &rules::FOREIGN_LIBRARY;
        all.say(rule, rule.severity, place(trust), || {
            "asks loaders to run code from a repository".to_owned()
        });
    }
}

/// Says whether a text can be the name of a class of a library of models: a capital letter, and no underscores at
/// its ends.
fn is_class_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('_')
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Looks at where the base model and the tokenizer are loaded from.
fn bases(object: &Object<'_>, all: &mut Suspicions) {
    for key in ["base_model_name_or_path", "tokenizer_name_or_path"] {
        let Some(value) = object.get_set(key) else {
            continue;
        };
        let rule = &rules::UNSAFE_BASE;
        let Ok(path) = value.as_str() else {
            all.say(rule, rule.severity, place(value), || {
                format!("{} where `{key}` is a string", value.type_of())
            });
            continue;
        };
        let Some((fault, severity)) = path_fault(path) else {
            continue;
        };
        all.say(rule, severity, place(value), || {
            format!("`{key}` {fault}: `{}`", escape_shortened(path, SHOWN))
        });
    }
}

/// Says why a name or path leads to where no model of the same folder or of a hub is.
fn path_fault(path: &str) -> Option<(&'static str, Severity)> {
    let is_separator = |c: char| matches!(c, '/' | '\\');
    let mut start = path.chars();
    let (first, second) = (start.next(), start.next());
    if path.split(is_separator).any(|part| part == "..") {
        Some(("leads out of the folder", Severity::High))
    } else if path.contains("://") {
        Some(("is a URL", Severity::Medium))
    } else if first.is_some_and(is_separator)
        || first == Some('~')
        || first.is_some_and(|c| c.is_ascii_alphabetic()) && second == Some(':')
    {
        Some(("is an absolute path", Severity::Medium))
    } else if path.chars().any(char::is_control) {
        Some(("has a control character", Severity::Medium))
    } else {
        None
    }
}
