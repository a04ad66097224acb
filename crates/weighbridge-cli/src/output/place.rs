use std::fmt::Write as _;

use super::count::counted;
use super::group::Group;
use crate::report::{Finding, Location};

/// Names the file and the member of it.
pub(crate) fn file(path: &str, location: &Location) -> String {
    match &location.member {
        // The `!` that leads into a member is the only one.
        Some(member) => format!("{}!{member}", path.replace('!', "%21")),
        None => path.to_owned(),
    }
}

/// Returns what stands behind the name of a file: ` @ bytes 412..431 (opcode 37, STACK_GLOBAL)`.
pub(crate) fn within(location: &Location) -> String {
    let bytes = bytes(location);
    let at = if bytes.is_empty() { "" } else { " @ " };
    format!("{at}{bytes}{}", opcode(location))
}

/// Lists where else the same was found.
pub(crate) fn others(group: &Group<'_>) -> Option<String> {
    let mut text = String::new();
    for location in &group.others {
        if !text.is_empty() {
            text.push_str(", ");
        }
        match &location.member {
            Some(member) if location.member != group.first.location.member => {
                let _ = write!(text, "{member} @ {}", bytes(location));
            }
            _ => text.push_str(&bytes(location)),
        }
    }
    if group.more > 0 {
        let _ = write!(text, " and {}", counted(group.more, "more place"));
    }
    (!text.is_empty()).then_some(text)
}

/// Returns how the file spells the name, where that is not how the finding calls it.
pub(crate) fn written(finding: &Finding) -> Option<String> {
    let written = finding.written.as_ref()?;
    let spelled = match (&*written.module, &*written.name) {
        (module, "") => module.to_owned(),
        (module, name) => format!("{module}.{name}"),
    };
    (finding.subject.as_deref() != Some(&*spelled))
        .then(|| format!("`{} {}`", written.module, written.name))
}

/// Returns the range of bytes, or nothing for a whole file.
fn bytes(location: &Location) -> String {
    match (location.byte_start, location.byte_end) {
        (0, 0) if location.opcode.is_none() => String::new(),
        (start, end) => format!("bytes {start}..{end}"),
    }
}

fn opcode(location: &Location) -> String {
    let mut parts = Vec::new();
    if let Some(stream) = location.stream.filter(|&stream| stream > 0) {
        parts.push(format!("stream {stream}"));
    }
    if let Some(opcode) = location.opcode {
        parts.push(format!("opcode {opcode}"));
    }
    if let Some(name) = &location.opcode_name {
        parts.push(name.to_string());
    }
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}
