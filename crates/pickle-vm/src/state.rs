use crate::graph::View;
use crate::pattern::Matcher;
use crate::raw;
use crate::value::Value;

/// Says whether a state has the exact form that a rule in code demands.
pub(crate) fn holds(matcher: &mut Matcher<'_, '_>, rule: &str, state: Value) -> bool {
    match rule {
        "joblib-file-name" => file_name(matcher, state),
        _ => false,
    }
}

/// The side file of an old joblib array: a bare name, so that nothing outside the folder is opened.
fn file_name(matcher: &Matcher<'_, '_>, state: Value) -> bool {
    let Some(name) = raw::entry(matcher.graph, state, b"filename") else {
        return matches!(matcher.graph.view(state), View::Dict(_));
    };
    matcher.graph.text(name).is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(b".")
            && !name
                .iter()
                .any(|byte| matches!(byte, b'/' | b'\\' | b':' | 0))
    })
}
