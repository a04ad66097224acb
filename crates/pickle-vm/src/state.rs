use alloc::format;
use alloc::string::String;

use crate::graph::View;
use crate::pattern::Matcher;
use crate::raw;
use crate::value::Value;

/// Says whether a state has the exact form that a rule in code demands.
pub(crate) fn holds(matcher: &mut Matcher<'_, '_>, rule: &str, state: Value) -> bool {
    match rule {
        "joblib-file-name" => file_name(matcher, state),
        "scipy-distribution" => distribution(matcher, state),
        "statsmodels-data" => model_data(matcher, state),
        "xgboost-model" => booster(matcher, state),
        _ => false,
    }
}

/// Says whether a state is a dict that is not too large to be searched.
fn is_searched(matcher: &Matcher<'_, '_>, state: Value) -> bool {
    matches!(matcher.graph.view(state), View::Dict(items) if items.len() <= raw::ENTRIES)
}

/// The side file of an old joblib array: a bare name, so that nothing outside the folder is opened.
fn file_name(matcher: &Matcher<'_, '_>, state: Value) -> bool {
    if !is_searched(matcher, state) {
        return false;
    }
    let Some(name) = raw::entry(matcher.graph, state, b"filename") else {
        return true;
    };
    matcher.graph.text(name).is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(b".")
            && !name
                .iter()
                .any(|byte| matches!(byte, b'/' | b'\\' | b':' | 0))
    })
}

/// scipy's distributions run a text from their own state to make three methods. Honest states hold exactly
/// the text that scipy makes of the names of the shape parameters, the same in every release from 1.2 to
/// 1.17.
///
/// Before 1.6 the state is the arguments of `__init__`, which checks the names of the shapes itself, and the
/// random state.
fn distribution(matcher: &mut Matcher<'_, '_>, state: Value) -> bool {
    let state = match matcher.graph.view(state) {
        View::Tuple(mut pair) => match (pair.next(), pair.next(), pair.next()) {
            (Some(arguments), Some(random), None) if matcher.value("inert", random) => arguments,
            _ => return false,
        },
        _ => state,
    };
    if !is_searched(matcher, state) {
        return false;
    }
    let View::Dict(mut items) = matcher.graph.view(state) else {
        return false;
    };
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let Some(key) = matcher.graph.text(key) else {
            return false;
        };
        let holds = match &*key {
            b"_parse_arg_template" => matcher
                .graph
                .text(value)
                .is_some_and(|text| core::str::from_utf8(&text).is_ok_and(parses_arguments)),
            b"shapes" => {
                matcher.value("none", value)
                    || matcher.graph.text(value).is_some_and(|text| {
                        text.iter().all(|&byte| {
                            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b',' | b' ')
                        })
                    })
            }
            _ => matcher.value("inert", value),
        };
        if !holds {
            return false;
        }
    }
    true
}

/// Says whether a text is the one that scipy makes: three functions that only hand their arguments on.
fn parses_arguments(text: &str) -> bool {
    let Some(shapes) = text
        .strip_prefix("\ndef _parse_args(self, ")
        .and_then(|rest| rest.split_once(" loc=0"))
        .map(|(shapes, _)| shapes)
    else {
        return false;
    };
    let names = shapes.split_terminator(", ").all(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    let listed = shapes.is_empty() || shapes.ends_with(", ");
    names
        && listed
        && [("loc=0, scale=1", "loc, scale"), ("loc=0", "loc, 1")]
            .iter()
            .any(|(parameters, result)| text == expected(shapes, parameters, result))
}

fn expected(shapes: &str, parameters: &str, result: &str) -> String {
    let function = |suffix: &str, more: &str, body: String| {
        format!(
            "\ndef _parse_args{suffix}(self, {shapes} {parameters}{more}):\n    return {body}\n"
        )
    };
    let mut text = function("", "", format!("({shapes}), {result}"));
    text.push_str(&function(
        "_rvs",
        ", size=None",
        format!("self._argcheck_rvs({shapes} {result}, size=size)"),
    ));
    text.push_str(&function(
        "_stats",
        ", moments='mv'",
        format!("({shapes}), {result}, moments"),
    ));
    text
}

/// statsmodels evaluates the formula of its own state again where the state asks for it; a formula may call
/// anything. One of names and signs alone calls nothing.
fn model_data(matcher: &mut Matcher<'_, '_>, state: Value) -> bool {
    let View::Dict(items) = matcher.graph.view(state) else {
        return false;
    };
    if !is_searched(matcher, state)
        || !matcher.value("inert", state)
        || !items.step_by(2).all(|key| matcher.value("str", key))
    {
        return false;
    }
    // The key was renamed in 0.15.
    let asks = [&b"restore_design_info"[..], b"restore_model_spec"]
        .iter()
        .any(|key| raw::entry(matcher.graph, state, key).is_some());
    !asks
        || raw::entry(matcher.graph, state, b"formula")
            .and_then(|formula| matcher.graph.text(formula))
            .is_some_and(|formula| calls_nothing(&formula))
}

/// Says whether a formula is of names and signs alone, and of `C(name)`, which marks a category.
fn calls_nothing(formula: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_sign = |byte: &u8| matches!(byte, b' ' | b'~' | b'+' | b'-' | b'*' | b':');
    let mut rest = formula;
    loop {
        let plain = rest
            .iter()
            .take_while(|byte| is_word(byte) || is_sign(byte))
            .count();
        let Some((before, [b'(', behind @ ..])) = rest.split_at_checked(plain) else {
            return plain == rest.len();
        };
        let marks = matches!(before, [b'C']) || matches!(before, [.., sign, b'C'] if is_sign(sign));
        let name = behind.iter().take_while(|byte| is_word(byte)).count();
        let Some((_, [b')', behind @ ..])) = behind.split_at_checked(name) else {
            return false;
        };
        if !marks || name == 0 {
            return false;
        }
        rest = behind;
    }
}

/// xgboost up to 1.0 takes a `_Booster` that is no booster for the name of a file, or the bytes of one.
fn booster(matcher: &mut Matcher<'_, '_>, state: Value) -> bool {
    is_searched(matcher, state)
        && matcher.value("inert", state)
        && raw::entry(matcher.graph, state, b"_Booster").is_none_or(|booster| {
            matches!(matcher.graph.view(booster), View::None | View::Object(_))
        })
}

#[cfg(test)]
mod tests {
    use super::{calls_nothing, expected, parses_arguments};

    #[test]
    fn only_formulas_of_names_and_categories_call_nothing() {
        for formula in ["y ~ x", "a ~ b + C(k) - 1", "C(a)*b:c", ""] {
            assert!(calls_nothing(formula.as_bytes()), "{formula}");
        }
        for formula in [
            "y ~ f(x)",
            "y ~ XC(k)",
            "y ~ C(f(x))",
            "C(",
            "C()",
            "a.b",
            "y ~ C(k)(x)",
        ] {
            assert!(!calls_nothing(formula.as_bytes()), "{formula}");
        }
    }

    #[test]
    fn only_the_text_that_scipy_makes_holds() {
        for shapes in ["", "a, ", "mu, lmbda_2, "] {
            let text = expected(shapes, "loc=0, scale=1", "loc, scale");
            assert!(parses_arguments(&text), "{text}");
            assert!(parses_arguments(&expected(shapes, "loc=0", "loc, 1")));
            assert!(!parses_arguments(
                &text.replace("size=size", "size=print(1)")
            ));
        }
        for shapes in ["a=print(1), ", "a", "a b, ", "\n, "] {
            assert!(
                !parses_arguments(&expected(shapes, "loc=0", "loc, 1")),
                "{shapes:?}"
            );
        }
        assert!(!parses_arguments("print(1)"));
    }
}
