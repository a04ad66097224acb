use std::error::Error;

/// How many causes are named: libraries wrap errors of the network a few times over.
const MOST: usize = 8;

/// Writes an error with what caused it, once each: an error that passes another on says the same.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    for _ in 0..MOST {
        let Some(error) = cause else { break };
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}
