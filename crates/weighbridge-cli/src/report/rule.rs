use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};
use weighbridge::findings::RuleId;

/// Reads the id of a rule. It need not be one of ours: the report may come from a later version.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RuleId, D::Error> {
    let id = String::deserialize(deserializer)?;
    if is_rule_id(&id) {
        Ok(RuleId::from(id))
    } else {
        Err(D::Error::custom(
            "the id of a rule looks like `PKL001/unsafe-global`",
        ))
    }
}

fn is_rule_id(text: &str) -> bool {
    let Some((code, name)) = text.split_once('/') else {
        return false;
    };
    let Some((prefix, number)) = code.split_at_checked(3) else {
        return false;
    };
    prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.len() == 3
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && name.split('-').all(|word| {
            let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(lower)
        })
}

#[cfg(test)]
mod tests {
    use super::is_rule_id;
    use crate::rules;

    #[test]
    fn only_what_looks_like_a_rule_is_one() {
        for rule in rules::all() {
            assert!(is_rule_id(rule.id), "{}", rule.id);
        }
        for id in [
            "",
            "PKL001",
            "PKL001/",
            "PKL01/a",
            "PKL001/a--b",
            "PKL001/\x1b",
            "é001/a",
        ] {
            assert!(!is_rule_id(id), "{id:?}");
        }
    }
}
