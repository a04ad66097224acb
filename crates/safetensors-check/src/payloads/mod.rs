//! What readers of other formats would find in a file: where they look, at its end, at its start, and where a tensor
//! begins.

mod magic;
mod pickle;
mod zip_end;

use findings::{Rule, Severity, escape_shortened};

use crate::code;
use crate::suspicions::Suspicions;
use crate::{Dtype, Header, Tensor};

pub(crate) use magic::{Class, content};
pub(crate) use pickle::pickle;

pub(crate) const ARCHIVE_IN_FILE: Rule = Rule::new(
    "STF040/archive-in-file",
    Severity::Medium,
    "The file ends as a zip archive does, so that readers of archives open it as one",
);
pub(crate) const PROGRAM_IN_TENSOR: Rule = Rule::new(
    "STF041/program-in-tensor",
    Severity::Medium,
    "The data of a tensor is a program or a script",
);
pub(crate) const PICKLE_IN_TENSOR: Rule = Rule::new(
    "STF042/pickle-in-tensor",
    Severity::Medium,
    "The data of a tensor is a pickle",
);
pub(crate) const FILE_IN_TENSOR: Rule = Rule::new(
    "STF043/file-in-tensor",
    Severity::Medium,
    "The data of a tensor is an archive, a compressed stream or a document",
);
pub(crate) const FOREIGN_START: Rule = Rule::new(
    "STF044/foreign-start",
    Severity::Medium,
    "The file begins as one of another format does, its length of the header being part of that",
);

/// Bytes of a tensor that are searched for code, if they are text.
const TEXT: usize = 64 * 1024;

/// Bytes of a file within which readers of PDF look for its mark.
const PDF: usize = 1024;

/// Looks for what other readers would find. `file` is the whole file.
pub(crate) fn judge(header: &Header<'_>, file: &[u8], all: &mut Suspicions) {
    start(file, all);
    for tensor in header.tensors() {
        judge_tensor(&tensor, file, all);
    }
    end(file, all);
}

/// Looks at the first bytes of the file. They are the length of the header, so that few formats can be there.
fn start(file: &[u8], all: &mut Suspicions) {
    let length = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    if let Some(found) = pickle(file).filter(|found| found.imports) {
        all.say(
            &FOREIGN_START,
            Severity::Medium,
            0..length(found.length),
            || {
                format!(
                    "the file is read as a pickle of {} opcodes that imports something",
                    found.opcodes
                )
            },
        );
        return;
    }
    let what = match file {
        // What is checked further on lies in bytes that are zero here, or that readers do not look at.
        [b'#', b'!', ..] => Some("a script"),
        [0x1f, 0x8b, 8, ..] => Some("a gzip stream"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [b'B', b'Z', b'h', ..] => Some("a bzip2 stream"),
        _ => content(file).map(|(_, what)| what),
    };
    let pdf = file.get(..PDF).unwrap_or(file);
    let what = what.or_else(|| memchr::memmem::find(pdf, b"%PDF-").map(|_| "a PDF document"));
    if let Some(what) = what {
        all.say(&FOREIGN_START, Severity::Medium, 0..8, || {
            format!("the file begins as {what} does")
        });
    }
}

fn judge_tensor(tensor: &Tensor<'_>, file: &[u8], all: &mut Suspicions) {
    let range = tensor.bytes();
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let Some(bytes) = file.get(place(range.start)..place(range.end)) else {
        return;
    };
    let name = || escape_shortened(tensor.name(), 80);
    let is_bytes = matches!(tensor.dtype(), Dtype::U8 | Dtype::I8);
    if let Some((class, what)) = content(bytes) {
        let rule = match class {
            Class::Program => &PROGRAM_IN_TENSOR,
            Class::Archive | Class::Document => &FILE_IN_TENSOR,
        };
        all.say(rule, Severity::Medium, range, || {
            format!("the data of tensor `{}` begins as {what} does", name())
        });
    } else if let Some(found) = pickle(bytes) {
        let severity = if found.imports {
            Severity::Medium
        } else {
            Severity::Low
        };
        all.say(&PICKLE_IN_TENSOR, severity, range, || {
            format!(
                "the data of tensor `{}` is a pickle of {} bytes that imports {}",
                name(),
                found.length,
                if found.imports {
                    "something"
                } else {
                    "nothing"
                }
            )
        });
    } else if is_bytes && bytes.starts_with(b"\x7fELF") {
        all.say(&PROGRAM_IN_TENSOR, Severity::Medium, range, || {
            format!(
                "the data of tensor `{}` begins as an ELF program does",
                name()
            )
        });
    } else if is_bytes && let Some(what) = script(bytes) {
        all.say(&PROGRAM_IN_TENSOR, Severity::Medium, range, || {
            format!("the data of tensor `{}` is text with `{what}`", name())
        });
    }
}

/// Returns what makes code of bytes that are text. Tokenizers and settings are kept as bytes too, and are none.
fn script(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.get(..TEXT).unwrap_or(bytes);
    let is_text = |bytes: &[u8]| {
        let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        !bytes.iter().any(|byte| control(byte) || *byte == 0x7f)
    };
    // Most bytes are told from text by the first few of them; padding may stand behind.
    let text = text.trim_ascii_end();
    let text = text.get(..text.iter().rposition(|byte| *byte != 0)?.saturating_add(1))?;
    if !is_text(text.get(..64).unwrap_or(text)) || !is_text(text) {
        return None;
    }
    let lower = String::from_utf8_lossy(text).to_ascii_lowercase();
    code::python(&lower).or_else(|| code::command(&lower))
}

/// Looks at the last bytes of the file for the end of a zip archive.
fn end(file: &[u8], all: &mut Suspicions) {
    let Some(found) = zip_end::directory(file) else {
        return;
    };
    let place = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
    all.say(&ARCHIVE_IN_FILE, Severity::Medium, place(found.start)..place(found.end.saturating_add(22)), || {
        let reader = if found.has_checkpoint { "`torch.load`" } else { "a reader of archives" };
        format!(
            "{reader} opens the file as a zip archive: its directory, with {} {}, is at byte {}",
            found.members,
            if found.members == 1 { "member" } else { "members" },
            found.start
        )
    });
}
