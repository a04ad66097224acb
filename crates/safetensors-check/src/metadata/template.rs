//! Templates in the language Jinja, in which chat templates are written. What renders one without a sandbox runs what
//! it can reach, and that begins with an attribute under two underscores.

/// Ways from a value of a template to the interpreter. Written in lower case.
const REACHES: [&str; 22] = [
    "__class__",
    "__base__",
    "__bases__",
    "__mro__",
    "__subclasses__",
    "__globals__",
    "__builtins__",
    "__import__",
    "__init__",
    "__getattribute__",
    "__getitem__",
    "__dict__",
    "\\x5f\\x5f",
    "\\u005f\\u005f",
    "\\137\\137",
    "|attr(",
    "| attr(",
    "lipsum.",
    "cycler.",
    "joiner.",
    ".popen(",
    "_typeshed",
];

/// What a template does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Template {
    /// It puts values into a text.
    Plain,
    /// It reaches for the interpreter, by this.
    Reaching(&'static str),
}

/// Says whether a text is a template, and what it does. The text is in lower case.
pub(super) fn template(lower: &str) -> Option<Template> {
    let block = |open: &str, close: &str| {
        lower
            .split_once(open)
            .is_some_and(|(_, rest)| rest.contains(close))
    };
    if !block("{{", "}}") && !block("{%", "%}") {
        return None;
    }
    // Objects within objects close as blocks do, in JSON; a template has a word behind the braces.
    if !block("{%", "%}")
        && (lower.trim_start().starts_with('{')
            && lower.trim_end().ends_with('}')
            && !has_word(lower))
    {
        return None;
    }
    let reached = REACHES.into_iter().find(|way| in_block(lower, way));
    Some(reached.map_or(Template::Plain, Template::Reaching))
}

/// Says whether a name or a text stands behind some `{{`.
fn has_word(lower: &str) -> bool {
    lower.match_indices("{{").take(64).any(|(at, _)| {
        let rest = lower.get(at.saturating_add(2)..).unwrap_or_default();
        let rest = rest.trim_start_matches(['-', ' ']);
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '\'' | '(' | '[' | '_'))
    })
}

/// Says whether a mark stands behind the first opening of a block.
fn in_block(lower: &str, mark: &str) -> bool {
    let first = [lower.find("{{"), lower.find("{%")]
        .into_iter()
        .flatten()
        .min();
    first
        .and_then(|at| lower.get(at..))
        .is_some_and(|rest| rest.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::{Template, template};

    #[test]
    fn a_chat_template_is_plain() {
        let text = "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}{% endfor %}";
        assert_eq!(template(text), Some(Template::Plain));
        assert_eq!(template("{{ bos_token }}"), Some(Template::Plain));
    }

    #[test]
    fn a_way_out_of_the_sandbox_is_seen() {
        for text in [
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
            "{{ x|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
            "{{ cycler.next }}",
        ] {
            assert!(
                matches!(template(text), Some(Template::Reaching(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn json_is_no_template() {
        for text in [
            "{\"a\":{\"b\":{}}}",
            "{\"a\": {\"__class__\": 1}}",
            "text",
            "{{",
            "{\"a\":{{}}}",
        ] {
            assert_eq!(template(text), None, "{text}");
        }
    }
}
