use std::fmt::{self, Write as _};
use std::iter;

use weighbridge::findings::{escape, escape_shortened};

use super::document::{Document, Index, Reader, Tensor, Values};
use crate::output::count::counted;
use crate::output::palette::Palette;
use crate::output::shape::shape;
use crate::output::table::{Side, Table};
use crate::output::text;

/// Longest name that is shown, in characters.
const NAME: usize = 160;
/// Longest value of the metadata and of a leaf that is shown, in characters.
const VALUE: usize = 100;
/// Metadata, leaves, ties and storages that are shown each; JSON has all of them.
const SHOWN: usize = 100;

/// Writes what is in a file so that it can be read: first what it is, then its tensors, then its bytes.
pub(super) fn write(document: &Document, palette: &Palette) -> String {
    let mut out = String::new();
    let path = escape(&document.path);
    let _ = write!(
        out,
        "`{path}`: {}, {}",
        document.format,
        counted(document.bytes, "byte")
    );
    out.push_str(match document.valid {
        Some(true) => ", valid\n",
        Some(false) => ", not valid\n",
        None => "\n",
    });
    if let Some(error) = &document.error {
        line(&mut out, format_args!("  undecided   {error}"));
    }
    head(&mut out, document);
    tensors(&mut out, document);
    values(&mut out, &document.tensors);
    checkpoint(&mut out, document);
    if let Some(index) = &document.index {
        shards(&mut out, index);
    }
    map(&mut out, document);
    if !document.findings.is_empty() {
        section(&mut out, "findings");
        text::write_list(&mut out, &document.findings, &path, palette);
    }
    out
}

/// Writes what is known of the whole file.
fn head(out: &mut String, document: &Document) {
    let mut fact = |name: &str, text: &str| line(out, format_args!("  {name:<11} {text}"));
    if let Some(digest) = &document.digest {
        fact("digest", digest);
    }
    if let Some(header) = &document.header {
        fact(
            "header",
            &format!(
                "bytes {}..{}, {} of padding",
                header.byte_start, header.byte_end, header.padding
            ),
        );
    }
    for line in readers(&document.readers) {
        fact("readers", &line);
    }
    let all = &document.parameters;
    fact(
        "parameters",
        &format!(
            "{} in {}, {}",
            all.elements,
            counted(all.tensors, "tensor"),
            counted(all.bytes, "byte")
        ),
    );
    for of in &all.dtypes {
        fact(
            "",
            &format!(
                "{}: {} in {}, {}",
                escape_shortened(&of.dtype, NAME),
                of.elements,
                counted(of.tensors, "tensor"),
                counted(of.bytes, "byte")
            ),
        );
    }
    for entry in document.metadata.iter().take(SHOWN) {
        let key = escape_shortened(&entry.key, NAME);
        let value = escape_shortened(&entry.value, VALUE);
        fact("metadata", &format!("`{key}` = `{value}`"));
    }
    if let Some(more) = more(document.metadata.len()) {
        fact("metadata", &more);
    }
}

/// Says which versions of the reference reader read the file, those that agree on one line.
fn readers(readers: &[Reader]) -> Vec<String> {
    let same =
        |one: &Reader, other: &Reader| (one.accepts, &one.reason) == (other.accepts, &other.reason);
    let groups = readers.chunk_by(same).map(|group| {
        let versions: Vec<&str> = group.iter().map(|reader| &*reader.version).collect();
        let versions = versions.join(", ");
        let answer = match group.first().and_then(|reader| reader.accepts) {
            Some(true) => "read it",
            Some(false) => "do not",
            None => "may or may not",
        };
        match group.first().and_then(|reader| reader.reason.as_ref()) {
            None => format!("{versions} {answer}"),
            Some(reason) => format!("{versions} {answer}: {reason}"),
        }
    });
    groups.collect()
}

/// Lists the tensors, names last since they are as long as they like.
fn tensors(out: &mut String, document: &Document) {
    if document.tensors.is_empty() {
        return;
    }
    section(out, "tensors");
    let mut table = Table::new([
        ("dtype", Side::Left),
        ("shape", Side::Left),
        ("elements", Side::Right),
        ("bytes", Side::Right),
        ("range", Side::Left),
        ("name", Side::Left),
    ]);
    for tensor in &document.tensors {
        table.row([
            escape_shortened(tensor.dtype.as_deref().unwrap_or("-"), NAME),
            shape(&tensor.shape),
            number(tensor.elements),
            number(tensor.bytes),
            range(tensor.byte_start, tensor.byte_end),
            format!(
                "`{}`{}",
                escape_shortened(&tensor.name, NAME),
                notes(tensor)
            ),
        ]);
    }
    table.write(out);
}

/// Says what a name does not: strides, bits, the shard, why it cannot be converted.
fn notes(tensor: &Tensor) -> String {
    let mut notes: Vec<String> = Vec::new();
    if let Some(shard) = &tensor.shard {
        notes.push(format!("in `{}`", escape_shortened(shard, NAME)));
    }
    if let Some(stored) = &tensor.stored {
        if stored.kind != "strided" {
            notes.push(stored.kind.to_owned());
        }
        if !is_contiguous(&tensor.shape, &stored.stride) {
            notes.push(format!("stride {}", shape(&stored.stride)));
        }
        if stored.conjugated {
            notes.push("conjugated".to_owned());
        }
        if stored.negated {
            notes.push("negated".to_owned());
        }
        if let Some(refusal) = &stored.refusal {
            notes.push(format!("cannot be converted: {refusal}"));
        }
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!(" ({})", notes.join("; "))
    }
}

/// Says whether elements lie as C has them; dimensions of one element may say what they like.
fn is_contiguous(shape: &[u64], stride: &[u64]) -> bool {
    if shape.contains(&0) {
        return true;
    }
    let mut wanted = 1_u64;
    for (size, stride) in iter::zip(shape, stride).rev() {
        if *size != 1 {
            if *stride != wanted {
                return false;
            }
            wanted = wanted.saturating_mul(*size);
        }
    }
    true
}

/// Lists what was found of the values, where they were read.
fn values(out: &mut String, tensors: &[Tensor]) {
    let read = || {
        let read = tensors.iter();
        read.filter_map(|tensor| Some((tensor, tensor.values.as_ref()?)))
    };
    if read().next().is_none() {
        return;
    }
    section(out, "values");
    let mut table = Table::new([
        ("least", Side::Right),
        ("most", Side::Right),
        ("mean", Side::Right),
        ("zero", Side::Right),
        ("nan", Side::Right),
        ("inf", Side::Right),
        ("name and digest", Side::Left),
    ]);
    for (tensor, values) in read() {
        let Values {
            digest,
            zero,
            nan,
            infinite,
            minimum,
            maximum,
            mean,
            ..
        } = values;
        table.row([
            float(*minimum),
            float(*maximum),
            float(*mean),
            zero.to_string(),
            nan.to_string(),
            infinite.to_string(),
            format!("`{}` {digest}", escape_shortened(&tensor.name, NAME)),
        ]);
    }
    table.write(out);
}

/// Lists what a checkpoint has beside its tensors.
fn checkpoint(out: &mut String, document: &Document) {
    let Some(checkpoint) = &document.checkpoint else {
        return;
    };
    if !checkpoint.storages.is_empty() {
        section(out, "storages");
        let mut table = Table::new([
            ("bytes", Side::Right),
            ("tensors", Side::Right),
            ("range", Side::Left),
            ("key and member", Side::Left),
        ]);
        for storage in checkpoint.storages.iter().take(SHOWN) {
            let key = escape_shortened(&storage.key, NAME);
            let member = storage.member.as_ref().map_or_else(String::new, |member| {
                format!(" `{}`", escape_shortened(member, NAME))
            });
            table.row([
                storage.bytes.to_string(),
                storage.tensors.to_string(),
                range(storage.byte_start, storage.byte_end),
                format!("`{key}`{member}"),
            ]);
        }
        table.write(out);
        overflow(out, checkpoint.storages.len());
    }
    if !checkpoint.ties.is_empty() {
        section(out, "tied: views of one storage");
        for tie in checkpoint.ties.iter().take(SHOWN) {
            let names = tie.iter().take(SHOWN).filter_map(|number| {
                let tensor = document.tensors.get(usize::try_from(*number).ok()?)?;
                Some(format!("`{}`", escape_shortened(&tensor.name, NAME)))
            });
            let mut names: Vec<String> = names.collect();
            names.extend(more(tie.len()));
            line(out, format_args!("  {}", names.join(", ")));
        }
        overflow(out, checkpoint.ties.len());
    }
    if !checkpoint.leaves.is_empty() {
        section(out, "no tensors");
        for leaf in checkpoint.leaves.iter().take(SHOWN) {
            let name = escape_shortened(&leaf.keys.join("."), NAME);
            let value = escape_shortened(&leaf.value, VALUE);
            line(out, format_args!("  `{name}`: {value}"));
        }
        overflow(out, checkpoint.leaves.len());
    }
    if !checkpoint.notes.is_empty() {
        section(out, "notes");
        for note in checkpoint.notes.iter().take(SHOWN) {
            line(out, format_args!("  {note}"));
        }
        overflow(out, checkpoint.notes.len());
    }
}

/// Lists the shards that an index names.
fn shards(out: &mut String, index: &Index) {
    section(out, "shards");
    let mut table = Table::new([
        ("bytes", Side::Right),
        ("tensors", Side::Right),
        ("valid", Side::Left),
        ("name", Side::Left),
    ]);
    for shard in &index.shards {
        let name = escape_shortened(&shard.name, NAME);
        let why = shard.error.as_ref().map_or_else(String::new, |error| {
            format!(" ({})", escape_shortened(error, VALUE))
        });
        let valid = match shard.valid {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        table.row([
            number(shard.bytes),
            shard.tensors.to_string(),
            valid.to_owned(),
            format!("`{name}`{why}"),
        ]);
    }
    table.write(out);
    if let Some(total) = index.total_size {
        line(out, format_args!("  total_size {total}"));
    }
}

/// Says what each byte is, from the first to the last.
fn map(out: &mut String, document: &Document) {
    if document.map.is_empty() {
        return;
    }
    section(out, "bytes");
    let mut table = Table::new([
        ("range", Side::Left),
        ("bytes", Side::Right),
        ("what", Side::Left),
    ]);
    for part in &document.map {
        let count = part
            .count
            .map_or_else(String::new, |count| format!(" ({count})"));
        table.row([
            format!("{}..{}", part.byte_start, part.byte_end),
            part.byte_end.saturating_sub(part.byte_start).to_string(),
            format!("{}{count}", part.what.as_str()),
        ]);
    }
    table.write(out);
}

fn section(out: &mut String, name: &str) {
    line(out, format_args!("\n{name}"));
}

/// Says how many are not shown, on a line of its own.
fn overflow(out: &mut String, count: usize) {
    if let Some(more) = more(count) {
        line(out, format_args!("  {more}"));
    }
}

/// Says how many of so many are not shown; nothing if all of them are.
fn more(count: usize) -> Option<String> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(format!("… and {more} more, which --format json has"))
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

fn float(number: Option<f64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.4e}"))
}

fn range(start: Option<u64>, end: Option<u64>) -> String {
    match (start, end) {
        (Some(start), Some(end)) => format!("{start}..{end}"),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_contiguous;

    #[test]
    fn only_what_lies_as_c_has_it_is_contiguous() {
        for (shape, stride, contiguous) in [
            (&[][..], &[][..], true),
            (&[2, 3], &[3, 1], true),
            (&[2, 3], &[1, 2], false),
            (&[2, 3], &[0, 1], false),
            (&[1, 3], &[99, 1], true),
            (&[0, 3], &[7, 7], true),
            (&[u64::MAX, u64::MAX, 2], &[1, 2, 1], false),
        ] {
            assert_eq!(
                is_contiguous(shape, stride),
                contiguous,
                "{shape:?} {stride:?}"
            );
        }
    }
}
