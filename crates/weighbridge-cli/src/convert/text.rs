use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use weighbridge::findings::{escape, escape_shortened};

use super::document::{Document, Mode, Outcome, Status, Tensor};
use crate::output::count::counted;
use crate::output::palette::Palette;
use crate::output::shape::shape;
use crate::output::table::{Side, Table};
use crate::output::text;

/// Longest name and reason that are shown, in characters.
const NAME: usize = 160;
/// Tensors that are named for each status; the report has all of them.
const SHOWN: usize = 20;

/// Says what became of the tensors: those that were converted in numbers, the others by name.
pub(super) fn write(document: &Document, palette: &Palette) -> String {
    let mut out = String::new();
    let input = document.inputs.first();
    let path = input.map_or_else(String::new, |file| escape(&file.path));
    let format = input.map_or("", |file| &*file.format);
    let result = match (document.result, document.mode) {
        (Outcome::Converted, Mode::DryRun) => "would be converted",
        (Outcome::Converted, _) => "converted",
        (Outcome::Partly, Mode::DryRun) => "would be converted in part",
        (Outcome::Partly, _) => "converted in part",
        (Outcome::Refused, _) => "not converted",
        (Outcome::Same, _) => "the same, bit for bit",
        (Outcome::Different, _) => "not the same",
    };
    line(&mut out, format_args!("`{path}`: {format}, {result}"));
    if let Some(error) = &document.error {
        fact(&mut out, "because", error);
    }
    for file in &document.outputs {
        let text = format!("`{}`, {}", escape(&file.path), counted(file.bytes, "byte"));
        fact(&mut out, "output", &text);
        if let Some(digest) = &file.digest {
            fact(&mut out, "digest", digest);
        }
    }
    if let Some(key) = &document.key {
        fact(
            &mut out,
            "below",
            &format!("`{}`", escape_shortened(key, NAME)),
        );
    }
    numbers(&mut out, document);
    for difference in document.differences.iter().take(SHOWN) {
        fact(&mut out, "different", difference);
    }
    if let Some(more) = more(document.differences.len()) {
        fact(&mut out, "", &more);
    }
    if document.mode == Mode::DryRun {
        table(&mut out, &document.tensors);
    }
    if document.dangerous {
        out.push('\n');
        text::write_list(&mut out, &document.findings, &path, palette);
    }
    out
}

/// Counts the tensors, and names those that are not in the output as they are.
fn numbers(out: &mut String, document: &Document) {
    let converted = match (document.result, document.mode) {
        (_, Mode::Verify) => "compared",
        (Outcome::Refused, _) | (_, Mode::DryRun) => "convertible",
        _ => "converted",
    };
    for (status, word) in [
        (Status::Converted, converted),
        (Status::Tied, "tied"),
        (Status::Refused, "refused"),
        (Status::LeftOut, "left out"),
    ] {
        let of = document
            .tensors
            .iter()
            .filter(|tensor| tensor.status == status);
        let count = u64::try_from(of.clone().count()).unwrap_or(u64::MAX);
        if count == 0 {
            continue;
        }
        fact(out, word, &counted(count, "tensor"));
        match status {
            Status::Converted => {}
            // There are thousands of them in a checkpoint, for a few reasons.
            Status::LeftOut => {
                let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
                for tensor in of {
                    let reason = tensor.reason.as_deref().unwrap_or("no reason is known");
                    let count = reasons.entry(reason).or_default();
                    *count = count.saturating_add(1);
                }
                for (reason, count) in reasons.into_iter().take(SHOWN) {
                    let reason = escape_shortened(reason, NAME);
                    fact(out, "", &format!("{reason}: {count}"));
                }
            }
            _ => {
                for tensor in of.take(SHOWN) {
                    let reason = tensor.reason.as_deref().unwrap_or("no reason is known");
                    let reason = escape_shortened(reason, NAME);
                    fact(out, "", &format!("`{}`: {reason}", name(tensor)));
                }
                if let Some(more) = more(usize::try_from(count).unwrap_or(usize::MAX)) {
                    fact(out, "", &more);
                }
            }
        }
    }
}

/// Lists what would become of each tensor.
fn table(out: &mut String, tensors: &[Tensor]) {
    out.push('\n');
    let mut table = Table::new([
        ("from", Side::Left),
        ("to", Side::Left),
        ("shape", Side::Left),
        ("name", Side::Left),
    ]);
    for tensor in tensors {
        let from = tensor.source.dtype.as_deref().unwrap_or("-");
        if tensor.outputs.is_empty() {
            table.row([
                from.to_owned(),
                "-".to_owned(),
                shape(&tensor.source.shape),
                format!("`{}`", name(tensor)),
            ]);
        }
        for output in &tensor.outputs {
            table.row([
                from.to_owned(),
                output.dtype.to_owned(),
                shape(&output.shape),
                format!("`{}`", escape_shortened(&output.name, NAME)),
            ]);
        }
    }
    table.write(out);
}

fn name(tensor: &Tensor) -> String {
    let keys = || tensor.keys.join(".");
    escape_shortened(&tensor.name.clone().unwrap_or_else(keys), NAME)
}

/// Says how many of so many are not shown; nothing if all of them are.
fn more(count: usize) -> Option<String> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(format!("… and {more} more, which --report has"))
}

fn fact(out: &mut String, name: &str, text: &str) {
    line(out, format_args!("  {name:<11} {text}"));
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
