use crate::graph::{Container, View};
use crate::pattern::Matcher;
use crate::value::Value;

/// Codecs that are built in, so that looking them up imports nothing; normalised spelling.
const TEXT_CODECS: [&str; 18] = [
    "ascii",
    "us_ascii",
    "646",
    "latin1",
    "latin_1",
    "latin",
    "l1",
    "iso8859_1",
    "iso_8859_1",
    "8859",
    "cp819",
    "utf8",
    "utf_8",
    "u8",
    "utf",
    "utf_16",
    "utf_32",
    "raw_unicode_escape",
];

/// Error handlers that are built in.
const ERROR_HANDLERS: [&[u8]; 8] = [
    b"strict",
    b"ignore",
    b"replace",
    b"backslashreplace",
    b"namereplace",
    b"surrogateescape",
    b"surrogatepass",
    b"xmlcharrefreplace",
];

/// Says whether arguments have the exact form that a rule in code demands; rules that need more than the
/// arguments are the judge's own.
pub(crate) fn holds(
    matcher: &mut Matcher<'_, '_>,
    rule: &str,
    arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    match rule {
        "text-codec" => text_codec(matcher, arguments),
        "set-write" => own_set(matcher, arguments),
        "make-class" => new_class(matcher, arguments),
        "make-union" => all(matcher, "class", arguments),
        "attribute-path" => attributes(matcher, arguments),
        "method-name" => method(matcher, arguments),
        _ => false,
    }
}

fn all(
    matcher: &mut Matcher<'_, '_>,
    kinds: &str,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    arguments.all(|argument| matcher.value(kinds, argument))
}

/// `encode(text, codec, errors)`: any other codec is a module of the `encodings` package, or any module
/// that a search function finds.
fn text_codec(
    matcher: &mut Matcher<'_, '_>,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    let Some(text) = arguments.next() else {
        return false;
    };
    if !matcher.value("data", text) {
        return false;
    }
    if let Some(codec) = arguments.next() {
        let known = matcher.graph.text(codec).is_some_and(|codec| {
            let normal: alloc::vec::Vec<u8> = codec
                .iter()
                .map(|byte| match byte {
                    b'-' | b' ' => b'_',
                    other => other.to_ascii_lowercase(),
                })
                .collect();
            TEXT_CODECS.iter().any(|known| known.as_bytes() == normal)
        });
        if !known {
            return false;
        }
    }
    let known_errors = arguments.next().is_none_or(|errors| {
        matcher
            .graph
            .text(errors)
            .is_some_and(|errors| ERROR_HANDLERS.contains(&&*errors))
    });
    known_errors && arguments.next().is_none()
}

/// A method that changes a set: only one that the stream itself made.
fn own_set(
    matcher: &mut Matcher<'_, '_>,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    let is_own = arguments.next().is_some_and(|set| {
        matches!(
            matcher.graph.view(set),
            View::Set(_) | View::Forgotten(Container::Set)
        )
    });
    is_own && all(matcher, "inert", arguments)
}

/// `type(name, bases, namespace)` with nothing but data in the namespace.
fn new_class(
    matcher: &mut Matcher<'_, '_>,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    let (Some(name), Some(bases), Some(namespace), None) = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    ) else {
        return false;
    };
    let View::Tuple(bases) = matcher.graph.view(bases) else {
        return false;
    };
    matcher.value("str", name)
        && all(matcher, "class", bases)
        && matches!(matcher.graph.view(namespace), View::Dict(_))
        && matcher.value("data", namespace)
}

/// Names of attributes, dotted or not, none of which leads out of the object.
fn attributes(
    matcher: &Matcher<'_, '_>,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    arguments.len() > 0
        && arguments.all(|path| {
            matcher.graph.text(path).is_some_and(|path| {
                !path
                    .split(|&byte| byte == b'.')
                    .any(|part| part.starts_with(b"__"))
            })
        })
}

/// The name of a method and what it is called with.
fn method(
    matcher: &mut Matcher<'_, '_>,
    mut arguments: impl ExactSizeIterator<Item = Value>,
) -> bool {
    let is_name = arguments.next().is_some_and(|name| {
        matcher
            .graph
            .text(name)
            .is_some_and(|name| !name.starts_with(b"__"))
    });
    is_name && all(matcher, "inert", arguments)
}
