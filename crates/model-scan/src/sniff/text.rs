use super::Kind;

/// How much of a file is looked at.
const LOOK: usize = 64 << 10;

/// Tells formats that are text.
pub(super) fn by_text(bytes: &[u8], name: &str) -> Option<Kind> {
    let start = bytes.get(..LOOK).unwrap_or(bytes);
    if !is_text(start) {
        return None;
    }
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    if is_python_name(name) {
        return Some(Kind::PythonSource);
    }
    if [&b"<!doctype html"[..], b"<html", b"<head", b"<body"]
        .iter()
        .any(|mark| starts_with_any_case(text, mark))
    {
        return Some(Kind::HtmlPage);
    }
    if text.starts_with(b"<?xml") || text.starts_with(b"<net ") || text.starts_with(b"<svg") {
        let network = memchr::memmem::find(text.get(..1024).unwrap_or(text), b"<net ").is_some();
        return Some(if network { Kind::OpenVino } else { Kind::Xml });
    }
    Some(if is_json(text) {
        Kind::Json
    } else {
        Kind::Text
    })
}

pub(super) fn is_python_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".py") || lower.ends_with(".pyw") || lower.ends_with(".pyi")
}

fn starts_with_any_case(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// UTF-8, or mostly ASCII in some other encoding, without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let control =
        |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if bytes.iter().any(control) {
        return false;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The look may have cut a character in two.
        Err(error) if error.error_len().is_none() && bytes.len() >= LOOK => true,
        Err(_) => {
            let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
            foreign.saturating_mul(10) < bytes.len()
        }
    }
}

fn is_json(text: &[u8]) -> bool {
    let Some((first, rest)) = text.split_first() else {
        return false;
    };
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        b'{' => matches!(next, Some(b'"' | b'}')),
        b'[' => matches!(
            next,
            Some(b'"' | b']' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
        ),
        _ => false,
    }
}
