use std::path::PathBuf;

use toml::de::{DeTable, DeValue};
use weighbridge::findings::Severity;
use weighbridge::pickle::Lists;
use weighbridge::scan::{Family, Formats};

use super::table::{Fault, Item, Table, shown};
use super::{Settings, ignore};
use crate::explain;
use crate::patterns::Patterns;
use crate::slip::closest;

/// Patterns in one list; each is tried on every path.
const PATTERNS: usize = 1000;

/// The keys of the configuration, and those of `[scan]`.
const KEYS: [&str; 1] = ["scan"];
const SCAN: [&str; 9] = [
    "baseline", "exclude", "fail-on", "formats", "full", "ignore", "include", "severity", "timeout",
];

/// Reads what a configuration says.
pub(super) fn settings(text: &str) -> Result<Settings, Fault> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().replace('\n', ", ");
        Fault::new(at, weighbridge::findings::escape_shortened(&message, 200))
    })?;
    let top = Table::new("", table.get_ref(), &KEYS)?;
    match top.item("scan") {
        Some(scan) => scan_settings(text, &Table::new("`[scan]`", scan.table()?, &SCAN)?),
        None => Ok(Settings::default()),
    }
}

fn scan_settings(text: &str, scan: &Table<'_, '_>) -> Result<Settings, Fault> {
    let mut settings = Settings::default();
    if let Some(item) = scan.item("exclude") {
        settings.exclude = patterns("exclude", item)?;
    }
    if let Some(item) = scan.item("include") {
        settings.include = patterns("include", item)?;
    }
    if let Some(item) = scan.item("fail-on") {
        settings.fail_on = Some(severity(item)?);
    }
    if let Some(item) = scan.item("formats") {
        settings.formats = Some(formats(item)?);
    }
    if let Some(item) = scan.item("timeout") {
        settings.timeout = Some(item.seconds()?);
    }
    if let Some(item) = scan.item("baseline") {
        settings.baseline = Some(PathBuf::from(item.text()?));
    }
    if let Some(item) = scan.item("full") {
        settings.full = Some(item.bool()?);
    }
    let lists = Lists::built_in();
    if let Some(item) = scan.item("severity") {
        severities(item.table()?, &mut settings)?;
    }
    if let Some(item) = scan.item("ignore") {
        for entry in item.array()?.iter() {
            let item = Item::within("ignore", entry);
            settings.ignores.push(ignore::read(text, item, &lists)?);
        }
    }
    Ok(settings)
}

fn patterns(key: &'static str, item: Item<'_, '_>) -> Result<Patterns, Fault> {
    let array = item.array()?;
    if array.len() > PATTERNS {
        return Err(item.wrong(format!("{} has more than {PATTERNS} patterns", shown(key))));
    }
    let mut patterns = Patterns::default();
    for entry in array.iter() {
        let item = Item::within(key, entry);
        pattern(item, &mut patterns)?;
    }
    Ok(patterns)
}

/// Reads one pattern.
pub(super) fn pattern(item: Item<'_, '_>, patterns: &mut Patterns) -> Result<(), Fault> {
    let text = item.text()?;
    patterns
        .add(text)
        .map_err(|error| item.wrong(format!("{}: {error}", shown(text))))
}

fn severity(item: Item<'_, '_>) -> Result<Severity, Fault> {
    let word = item.text()?;
    word.parse().map_err(|_| {
        let words = Severity::ALL.map(Severity::as_str).join("`, `");
        item.wrong(format!(
            "{} is no severity, expected one of `{words}`",
            shown(word)
        ))
    })
}

/// Reads the formats that are admitted.
fn formats(item: Item<'_, '_>) -> Result<Formats, Fault> {
    let mut families = Vec::new();
    for entry in item.array()?.iter() {
        families.push(family(Item::within("formats", entry))?);
    }
    if families.is_empty() {
        // It might be taken for no restriction at all.
        return Err(item.wrong("`formats` is empty, expected at least one format".to_owned()));
    }
    Ok(Formats::from_iter(families))
}

fn family(item: Item<'_, '_>) -> Result<Family, Fault> {
    let word = item.text()?;
    word.parse().map_err(|_| {
        let words = Family::ALL.map(Family::as_str);
        let hint = match closest(word, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of `{}`", words.join("`, `")),
        };
        item.wrong(format!("{} is no format, {hint}", shown(word)))
    })
}

/// Reads `[scan.severity]`: a severity for each of some rules.
fn severities(table: &DeTable<'_>, settings: &mut Settings) -> Result<(), Fault> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let at = key.span().start;
        let rule =
            explain::find(key.get_ref()).map_err(|failure| Fault::new(at, failure.to_string()))?;
        let value: &toml::Spanned<DeValue<'_>> = value;
        let item = Item::within(rule.id, value);
        let wanted = severity(item)?;
        if rule.code() == ignore::CAPABLE && wanted < rule.severity {
            return Err(item.wrong(format!(
                "`{}` is about names that can do harm and cannot be lowered: ignore single files by their `sha256`",
                rule.id
            )));
        }
        if settings.severities.insert(rule.code(), wanted).is_some() {
            return Err(Fault::new(at, format!("`{}` is given twice", rule.id)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;
    use std::path::Path;

    use serde_json::Value;
    use weighbridge::scan::Family;

    use super::{KEYS, SCAN, settings};
    use crate::config::ignore;

    fn page(name: &str) -> String {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let mut text = String::new();
        let mut file = File::open(docs.join(name)).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_configuration_in_the_docs_is_read() {
        let mut count = 0;
        for name in ["configuration.md", "suppression.md"] {
            let page = page(name);
            for block in page.split("```toml\n").skip(1) {
                let text = block.split("```").next().unwrap();
                settings(text).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
                count += 1;
            }
        }
        assert!(count >= 4);
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema: Value = serde_json::from_str(&page("weighbridge.schema.json")).unwrap();
        let keys = |object: &Value| {
            let mut keys: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&schema["properties"]), KEYS);
        assert_eq!(keys(&schema["properties"]["scan"]["properties"]), SCAN);
        assert_eq!(keys(&schema["$defs"]["ignore"]["properties"]), ignore::KEYS);
        let words = &schema["properties"]["scan"]["properties"]["formats"]["items"]["enum"];
        assert_eq!(
            *words,
            Value::from(Family::ALL.map(Family::as_str).to_vec())
        );
    }
}
