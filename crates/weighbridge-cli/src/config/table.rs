use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use weighbridge::findings::escape_shortened;

use crate::seconds::Seconds;
use crate::slip::closest;

/// Something wrong in a configuration.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    /// The byte at which it is wrong.
    pub(crate) at: usize,
    /// What is wrong: one clause, escaped.
    pub(crate) message: String,
}

impl Fault {
    pub(crate) const fn new(at: usize, message: String) -> Self {
        Self { at, message }
    }
}

/// Longest part of a configuration that a message repeats, in characters.
const SHOWN: usize = 80;

/// Repeats a word of the configuration.
pub(crate) fn shown(word: &str) -> String {
    format!("`{}`", escape_shortened(word, SHOWN))
}

/// A table whose keys are all known.
pub(crate) struct Table<'t, 'i> {
    name: &'static str,
    table: &'t DeTable<'i>,
}

/// A value, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Item<'t, 'i> {
    pub(crate) at: usize,
    key: &'t str,
    value: &'t DeValue<'i>,
}

impl<'t, 'i> Table<'t, 'i> {
    /// Takes a table that has no other keys than these. `name` is for messages.
    pub(crate) fn new(
        name: &'static str,
        table: &'t DeTable<'i>,
        keys: &[&'static str],
    ) -> Result<Self, Fault> {
        let unknown = table
            .keys()
            .filter(|key| !keys.contains(&&**key.get_ref()))
            .min_by_key(|key| key.span().start);
        match unknown {
            None => Ok(Self { name, table }),
            Some(key) => {
                let word = shown(key.get_ref());
                let place = if name.is_empty() {
                    String::new()
                } else {
                    format!(" in {name}")
                };
                let hint = match closest(key.get_ref(), keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("expected one of `{}`", keys.join("`, `")),
                };
                let message = format!("unknown key {word}{place}, {hint}");
                Err(Fault::new(key.span().start, message))
            }
        }
    }

    /// Returns the value of a key.
    pub(crate) fn item(&self, key: &'static str) -> Option<Item<'t, 'i>> {
        let value = self.table.get(key)?;
        Some(Item {
            at: value.span().start,
            key,
            value: value.get_ref(),
        })
    }

    /// Says that a key is missing.
    pub(crate) fn lacks(&self, at: usize, key: &str) -> Fault {
        Fault::new(at, format!("{} has no `{key}`", self.name))
    }
}

impl<'t, 'i> Item<'t, 'i> {
    /// Takes a value of an array or a table of any keys.
    pub(crate) fn within(key: &'t str, value: &'t Spanned<DeValue<'i>>) -> Self {
        Self {
            at: value.span().start,
            key,
            value: value.get_ref(),
        }
    }

    pub(crate) fn wrong(&self, message: String) -> Fault {
        Fault::new(self.at, message)
    }

    fn expected(&self, what: &str) -> Fault {
        let found = match self.value.type_str() {
            word @ ("integer" | "array") => format!("an {word}"),
            word => format!("a {word}"),
        };
        self.wrong(format!("{} is {found}, expected {what}", shown(self.key)))
    }

    pub(crate) fn text(&self) -> Result<&'t str, Fault> {
        self.value.as_str().ok_or_else(|| self.expected("a string"))
    }

    pub(crate) fn bool(&self) -> Result<bool, Fault> {
        self.value
            .as_bool()
            .ok_or_else(|| self.expected("true or false"))
    }

    pub(crate) fn seconds(&self) -> Result<Seconds, Fault> {
        let value = self.value;
        let whole = value.as_integer().filter(|integer| integer.radix() == 10);
        whole
            .map(|integer| integer.as_str())
            .or_else(|| value.as_float().map(|float| float.as_str()))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| self.expected("seconds such as 60 or 0.5"))
    }

    pub(crate) fn array(&self) -> Result<&'t DeArray<'i>, Fault> {
        self.value
            .as_array()
            .ok_or_else(|| self.expected("an array"))
    }

    pub(crate) fn table(&self) -> Result<&'t DeTable<'i>, Fault> {
        self.value
            .as_table()
            .ok_or_else(|| self.expected("a table"))
    }

    pub(crate) fn date(&self) -> Result<crate::date::Date, Fault> {
        let expected = || self.expected("a date such as 2027-01-31, without quotes and time");
        let value = self.value.as_datetime().ok_or_else(expected)?;
        if value.time.is_some() || value.offset.is_some() {
            return Err(expected());
        }
        value
            .date
            .and_then(|date| crate::date::Date::new(date.year, date.month, date.day))
            .ok_or_else(expected)
    }
}

/// Returns line and column of a byte, both counted from 1, columns in characters.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
    let column = before.get(start..).map_or(0, |line| line.chars().count());
    (line, column.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn lines_and_columns_are_counted_from_one() {
        let text = "a = 1\nü = 2\n";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, 4), (1, 5));
        assert_eq!(place(text, 6), (2, 1));
        assert_eq!(place(text, 8), (2, 2));
        assert_eq!(place(text, 1000), (3, 1));
    }
}
