//! What is suspicious in the metadata of a header. It is text for people and loaders, so that what a person is shown
//! and what a loader renders, decodes or runs is looked for.

mod base64;
mod secrets;
mod template;

use std::borrow::Cow;
use std::ops::Range;

use findings::{Confidence, Rule, Severity, escape_shortened};

use crate::code::{self, head};
use crate::names::{self, Bearer, hidden};
use crate::payloads::{Class, content, pickle};
use crate::suspicions::Suspicions;
use crate::{Header, MetadataPair};
use template::Template;

pub(crate) const HIDDEN_TEXT: Rule = Rule::new(
    "STF045/hidden-text",
    Severity::Medium,
    "Metadata holds control characters or characters that are not seen",
);
pub(crate) const PAYLOAD_IN_METADATA: Rule = Rule::new(
    "STF046/payload-in-metadata",
    Severity::Medium,
    "Metadata holds a program, a pickle or an archive, as it is or in base64",
);
pub(crate) const SECRET_IN_METADATA: Rule = Rule::new(
    "STF047/secret-in-metadata",
    Severity::Medium,
    "Metadata holds a private key, a token or a password",
);
pub(crate) const TEMPLATE_IN_METADATA: Rule = Rule::new(
    "STF048/template-in-metadata",
    Severity::Low,
    "Metadata holds a template, which may reach the interpreter that renders it",
);
pub(crate) const MARKUP_IN_METADATA: Rule = Rule::new(
    "STF049/markup-in-metadata",
    Severity::Medium,
    "Metadata holds markup that a page would carry out",
);
pub(crate) const CODE_IN_METADATA: Rule = Rule::new(
    "STF050/code-in-metadata",
    Severity::Medium,
    "Metadata holds Python code or a command that reaches beyond a model",
);
pub(crate) const OVERSIZED_METADATA: Rule = Rule::new(
    "STF051/oversized-metadata",
    Severity::Medium,
    "The metadata is larger than descriptions are",
);
pub(crate) const UNKNOWN_FRAMEWORK: Rule = Rule::new(
    "STF052/unknown-framework",
    Severity::Low,
    "The metadata names a framework that we do not know",
);

/// Bytes of metadata from which it is oversized. Descriptions with a preview in base64 have up to some hundred
/// thousand; tags of a training set, the most that is kept, rarely a million.
const OVERSIZED: u64 = 1_000_000;

/// Bytes of metadata from which it is worth a word.
const LARGE: u64 = 256 * 1024;

/// Bytes of one value that are searched. Longer ones are oversized, which is said.
const SEARCHED: usize = 4 << 20;

/// What writers give for `format`.
const FRAMEWORKS: [&str; 20] = [
    "pt",
    "tf",
    "np",
    "flax",
    "jax",
    "mlx",
    "paddle",
    "pytorch",
    "torch",
    "tensorflow",
    "numpy",
    "keras",
    "mindspore",
    "candle",
    "burn",
    "onnx",
    "ggml",
    "tinygrad",
    "megatron",
    "safetensors",
];

/// Judges all metadata of a header.
pub(crate) fn judge(header: &Header<'_>, all: &mut Suspicions) {
    let Some(pairs) = header.metadata() else {
        return;
    };
    let ranges = || pairs.iter().map(|pair| (pair.key(), pair.bytes()));
    names::twins(Bearer::Metadata, ranges(), all);
    let mut bytes: u64 = 0;
    for pair in pairs {
        let length = pair.key().len().saturating_add(pair.value().len());
        bytes = bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        judge_pair(pair, all);
    }
    size(bytes, pairs, all);
}

fn size(bytes: u64, pairs: &[MetadataPair<'_>], all: &mut Suspicions) {
    let severity = match bytes {
        OVERSIZED.. => Severity::Medium,
        LARGE.. => Severity::Info,
        _ => return,
    };
    let Some(largest) = pairs.iter().max_by_key(|pair| pair.value().len()) else {
        return;
    };
    all.say(&OVERSIZED_METADATA, severity, largest.bytes(), || {
        format!(
            "{bytes} bytes of metadata, {} of them under `{}`{}",
            largest.value().len(),
            escape_shortened(largest.key(), 80),
            if largest.value().len() > SEARCHED {
                ", of which the first 4194304 were looked at"
            } else {
                ""
            }
        )
    });
}

fn judge_pair(pair: &MetadataPair<'_>, all: &mut Suspicions) {
    let range = pair.bytes();
    names::judge(Bearer::Metadata, pair.key(), &range, all);
    let value = head(pair.value(), SEARCHED);
    let key = || escape_shortened(pair.key(), 80);
    if pair.key() == "format" && !FRAMEWORKS.contains(&value.to_ascii_lowercase().as_str()) {
        all.say(&UNKNOWN_FRAMEWORK, Severity::Low, range.clone(), || {
            format!(
                "metadata names the framework `{}`",
                escape_shortened(value, 40)
            )
        });
    }
    hidden_text(pair, value, all);
    payload(pair, value, all);
    let found = secrets::secret(value);
    if let Some(found) = found {
        let confidence = if found.certain {
            Confidence::High
        } else {
            Confidence::Medium
        };
        all.say_unsure(
            &SECRET_IN_METADATA,
            Severity::Medium,
            confidence,
            range.clone(),
            || {
                format!(
                    "metadata under `{}` holds {} at byte {} of it",
                    key(),
                    found.kind,
                    found.at
                )
            },
        );
    } else if secrets::is_secret(pair.key(), value) {
        let confidence = Confidence::Medium;
        all.say_unsure(
            &SECRET_IN_METADATA,
            Severity::Medium,
            confidence,
            range.clone(),
            || format!("metadata gives a value to `{}`, which is secret", key()),
        );
    }
    active(pair, value, range, all);
}

/// Looks for what a renderer, a page or an interpreter would carry out.
fn active(pair: &MetadataPair<'_>, value: &str, range: Range<u64>, all: &mut Suspicions) {
    let lower = value.to_ascii_lowercase();
    let key = || escape_shortened(pair.key(), 80);
    match template::template(&lower) {
        Some(Template::Reaching(way)) => {
            all.say(
                &TEMPLATE_IN_METADATA,
                Severity::Medium,
                range.clone(),
                || {
                    format!(
                        "the template under `{}` reaches for the interpreter with `{}`",
                        key(),
                        escape_shortened(way, 20)
                    )
                },
            );
        }
        Some(Template::Plain) => {
            all.say(&TEMPLATE_IN_METADATA, Severity::Low, range.clone(), || {
                format!("metadata under `{}` is a template", key())
            });
        }
        None => {}
    }
    if code::markup(&lower) {
        all.say(&MARKUP_IN_METADATA, Severity::Medium, range.clone(), || {
            format!(
                "metadata under `{}` holds markup that a page would carry out",
                key()
            )
        });
    }
    if let Some(what) = code::python(&lower).or_else(|| code::command(&lower)) {
        all.say(&CODE_IN_METADATA, Severity::Medium, range, || {
            format!("metadata under `{}` holds `{what}`", key())
        });
    }
}

fn hidden_text(pair: &MetadataPair<'_>, value: &str, all: &mut Suspicions) {
    let key = || escape_shortened(pair.key(), 80);
    let is_layout = |c: char| matches!(c, '\n' | '\r' | '\t');
    if let Some(c) = value.chars().find(|c| c.is_control() && !is_layout(*c)) {
        // Text that is bytes in disguise has some; ESC and NUL are what does something to a terminal or a C string.
        let severity = if matches!(c, '\u{1b}' | '\0' | '\u{8}' | '\u{9b}') {
            Severity::Medium
        } else {
            Severity::Low
        };
        all.say(&HIDDEN_TEXT, severity, pair.bytes(), || {
            format!(
                "metadata under `{}` holds the control character U+{:04X}",
                key(),
                u32::from(c)
            )
        });
    } else if let Some(found) = hidden(value) {
        // A mark of direction is part of honest text in Arabic or Hebrew; one that overrides it is not.
        let severity = match found.c {
            '\u{202d}' | '\u{202e}' | '\u{e0000}'..='\u{e007f}' => found.severity,
            _ => found.severity.min(Severity::Info),
        };
        all.say(&HIDDEN_TEXT, severity, pair.bytes(), || {
            format!(
                "metadata under `{}` holds {}, U+{:04X}",
                key(),
                found.kind,
                u32::from(found.c)
            )
        });
    }
}

/// Looks for a file in a value: as it is, as Latin-1, in base64 or in hexadecimal digits.
fn payload(pair: &MetadataPair<'_>, value: &str, all: &mut Suspicions) {
    let raw: Cow<'_, [u8]> = if value.is_ascii() {
        Cow::Borrowed(value.as_bytes())
    } else {
        let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
        bytes.map_or(Cow::Borrowed(value.as_bytes()), Cow::Owned)
    };
    let what = in_bytes(&raw).map(|what| (what, "")).or_else(|| {
        base64::decoded(value)
            .find_map(|bytes| in_bytes(&bytes))
            .map(|what| (what, ", encoded"))
    });
    if let Some((what, how)) = what {
        all.say(&PAYLOAD_IN_METADATA, Severity::Medium, pair.bytes(), || {
            format!(
                "metadata under `{}` holds {what}{how}",
                escape_shortened(pair.key(), 80)
            )
        });
    }
}

fn in_bytes(bytes: &[u8]) -> Option<&'static str> {
    if pickle(bytes).is_some() {
        return Some("a pickle");
    }
    // Pages are looked for as text.
    content(bytes)
        .filter(|(class, what)| *class != Class::Document || *what == "a PDF document")
        .map(|(_, what)| what)
}
