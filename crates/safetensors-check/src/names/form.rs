//! Names that mean something to whoever makes a path, an attribute, a command or a page of them.

use findings::Severity;

use crate::code;

/// Folders at the root of a system. ONNX and the tools that follow it begin names with a slash, so that alone says
/// nothing.
const ROOTS: [&str; 24] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib64", "mnt", "opt", "private", "proc", "root",
    "run", "sbin", "srv", "sys", "system", "tmp", "users", "usr", "var", "volumes", "windows",
    "app",
];

/// Attributes through which Python code gets from an object to anything else, or that a loader would overwrite, and
/// the key of objects in JavaScript that does the same.
const REACHING: [&str; 37] = [
    "__annotations__",
    "__base__",
    "__bases__",
    "__builtins__",
    "__call__",
    "__class__",
    "__closure__",
    "__code__",
    "__defaults__",
    "__del__",
    "__delattr__",
    "__dict__",
    "__enter__",
    "__exit__",
    "__file__",
    "__getattr__",
    "__getattribute__",
    "__getstate__",
    "__globals__",
    "__import__",
    "__init__",
    "__init_subclass__",
    "__loader__",
    "__main__",
    "__module__",
    "__mro__",
    "__name__",
    "__new__",
    "__path__",
    "__proto__",
    "__reduce__",
    "__reduce_ex__",
    "__self__",
    "__setattr__",
    "__setstate__",
    "__spec__",
    "__subclasses__",
];

/// Says what path a name is.
pub(super) fn path(name: &str) -> Option<(Severity, &'static str)> {
    let mut parts = name.split(['/', '\\']);
    if parts.any(|part| part.trim_end() == "..") {
        return Some((Severity::Medium, "leads to the folder above"));
    }
    if name.to_ascii_lowercase().contains("%2e%2e%2f") {
        return Some((Severity::Medium, "leads to the folder above"));
    }
    if name.starts_with("\\\\") || name.starts_with("//") {
        return Some((Severity::Medium, "is a path on another host"));
    }
    let mut bytes = name.bytes();
    if let (Some(drive), Some(b':'), Some(b'/' | b'\\')) =
        (bytes.next(), bytes.next(), bytes.next())
        && drive.is_ascii_alphabetic()
    {
        return Some((Severity::Medium, "is a path on a drive"));
    }
    if name.starts_with("~/") || name.starts_with("~\\") {
        return Some((Severity::Medium, "is a path in a home folder"));
    }
    if is_url(name) {
        return Some((Severity::Medium, "is a URL"));
    }
    if let Some(rest) = name.strip_prefix(['/', '\\']) {
        let first = rest.split(['/', '\\']).next().unwrap_or_default();
        let severity = if ROOTS.contains(&first.to_ascii_lowercase().as_str()) {
            Severity::Medium
        } else {
            Severity::Info
        };
        return Some((severity, "is an absolute path"));
    }
    if name.contains('\\') {
        return Some((
            Severity::Low,
            "holds a backslash, which separates folders on Windows",
        ));
    }
    None
}

/// Says whether a name begins with a scheme and two slashes.
fn is_url(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// Says what meaning a name, or a part of it, has already.
pub(super) fn reserved(name: &str) -> Option<(Severity, &'static str)> {
    if metadata_twin(name) {
        return Some((
            Severity::Medium,
            "is taken for `__metadata__`, which is no tensor",
        ));
    }
    let parts = name.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut worst = None;
    for part in parts.filter(|part| is_dunder(part)) {
        if REACHING.contains(&part) {
            return Some((
                Severity::Medium,
                "names an attribute that leads out of an object",
            ));
        }
        worst = Some((
            Severity::Low,
            "names an attribute with a meaning of its own",
        ));
    }
    worst
}

/// Says whether a name is the format's own one in another spelling.
fn metadata_twin(name: &str) -> bool {
    if name.len() > 64 {
        return false;
    }
    let folded = super::fold::skeleton(name);
    let letters: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    letters == "metadata" && folded.trim().starts_with('_') && folded.trim().ends_with('_')
}

fn is_dunder(part: &str) -> bool {
    part.len() > 4
        && part.starts_with("__")
        && part.ends_with("__")
        && part
            .trim_matches('_')
            .starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Says what a name would do where it is pasted into a command, a template, a query or a page.
pub(super) fn code(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let any = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    if any(&[
        "$(", "${", "&&", "||", "| sh", "|sh", "| bash", "|bash", "; rm ", ";rm ", ">/dev/",
        "> /dev/",
    ]) || lower.bytes().filter(|byte| *byte == b'`').count() > 1
    {
        return Some("a command for a shell");
    }
    if any(&["{{", "{%", "<%", "#{"]) {
        return Some("a template");
    }
    if is_format(&lower) {
        return Some("a format string");
    }
    if any(&[
        "drop table",
        "union select",
        "' or '",
        "\" or \"",
        "';--",
        "'; --",
    ]) {
        return Some("a query");
    }
    if code::markup(&lower) {
        return Some("markup that a page would carry out");
    }
    if code::python(&lower).is_some() {
        return Some("Python code");
    }
    if name.starts_with('=') || name.starts_with("@SUM") || name.starts_with("+cmd") {
        return Some("a formula of a spreadsheet");
    }
    None
}

/// Says whether a text has `%n`, or several other conversions of `printf`.
fn is_format(lower: &str) -> bool {
    let mut conversions = 0_u32;
    let mut rest = lower;
    while let Some((_, behind)) = rest.split_once('%') {
        let tail = behind.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '$' | '.' | '#' | '-' | 'l' | 'h')
        });
        match tail.bytes().next() {
            Some(b'n') => return true,
            Some(b'd' | b's' | b'x' | b'p' | b'u' | b'c') => {
                conversions = conversions.saturating_add(1)
            }
            _ => {}
        }
        rest = behind;
    }
    conversions > 1
}

#[cfg(test)]
mod tests {
    use findings::Severity;

    use super::{code, path, reserved};

    #[test]
    fn paths_are_told_from_names() {
        for name in [
            "../../etc/passwd",
            "/etc/passwd",
            "C:\\Windows\\x",
            "c:/x",
            "\\\\host\\share",
            "https://a.b/c",
            "file:///x",
            "~/x",
            "a/../b",
            "a\\..\\b",
            "//host/x",
            "/home/u/.ssh/id",
        ] {
            assert_eq!(
                path(name).map(|found| found.0),
                Some(Severity::Medium),
                "{name}"
            );
        }
        for name in [
            "encoder/layer_0/kernel:0",
            "blocks.0..weight",
            "mlp/~/linear_0/w",
            "w:0",
            "a...b",
            "model.layers.0.self_attn.q_proj.weight",
            "StatefulPartitionedCall/x",
        ] {
            assert_eq!(path(name), None, "{name}");
        }
        assert_eq!(
            path("/encoder/MatMul_1").map(|found| found.0),
            Some(Severity::Info)
        );
    }

    #[test]
    fn reserved_words_are_found_in_any_part() {
        for name in [
            "__class__",
            "a.__globals__.b",
            "x[__import__]",
            "__METADATA__",
            "__meta_data__",
            "__metadata__ ",
        ] {
            assert_eq!(
                reserved(name).map(|found| found.0),
                Some(Severity::Medium),
                "{name}"
            );
        }
        assert_eq!(
            reserved("a.__version__").map(|found| found.0),
            Some(Severity::Low)
        );
        for name in [
            "__",
            "____",
            "_metadata",
            "metadata",
            "class",
            "__x",
            "a__b__c",
            "init__",
        ] {
            assert_eq!(reserved(name), None, "{name}");
        }
    }

    #[test]
    fn commands_templates_and_markup_are_found() {
        for name in [
            "$(id)",
            "`id`",
            "a${x}",
            "{{7*7}}",
            "%n",
            "%s%s%s",
            "%08x.%08x",
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "'; DROP TABLE x;--",
            "__import__('os').system('x')",
            "=cmd|'/c calc'!A1",
        ] {
            assert!(code(name).is_some(), "{name}");
        }
        for name in [
            "['params']['Dense_0']['kernel']",
            "a;b",
            "model/x;model/y",
            "<lambda>",
            "100%",
            "50%_drop",
            "a|b",
            "a&b",
            "exec.weight",
            "eval.bias",
            "x->y",
            "script.weight",
        ] {
            assert_eq!(code(name), None, "{name}");
        }
    }
}
