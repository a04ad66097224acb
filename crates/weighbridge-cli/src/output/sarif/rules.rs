use std::collections::BTreeMap;

use serde::Serialize;
use weighbridge::findings::Severity;

use super::Message;
use crate::pages::page;
use crate::report::{Document, DoubtKind, Level};
use crate::rules;

/// The id of what is said of a file that is undecided. It is no rule: no check found anything.
pub(super) const UNDECIDED: &str = "weighbridge/undecided";

/// What GitHub displays at most of a description, in characters; more is left out.
const DESCRIPTION: usize = 1024;

/// The rules that a report refers to, sorted by id.
pub(super) struct Rules<'d> {
    list: Vec<Rule<'d>>,
}

/// What a report says of a rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'d> {
    id: &'d str,
    name: &'d str,
    short_description: Message<String>,
    full_description: Message<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: &'static [&'static str],
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

impl<'d> Rules<'d> {
    /// Lists the rules of the findings that count, and what there is to say of undecided files.
    pub(super) fn used_in(document: &'d Document) -> Self {
        let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
        let mut is_undecided = false;
        for target in &document.targets {
            for finding in &target.findings {
                let severity = worst
                    .entry(finding.rule.as_str())
                    .or_insert(finding.severity);
                *severity = finding.severity.max(*severity);
            }
            let mut doubts = target.doubts().into_iter();
            is_undecided |= doubts.any(|doubt| doubt.kind != DoubtKind::Unsupported);
        }
        let mut list: Vec<Rule<'d>> = worst
            .into_iter()
            .map(|(id, worst)| Rule::new(id, worst))
            .collect();
        if is_undecided {
            list.push(undecided());
        }
        Self { list }
    }

    pub(super) fn list(&self) -> &[Rule<'d>] {
        &self.list
    }

    /// Returns the number of a rule in the list.
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        // The last one is lower case, which is sorted behind the codes.
        self.list.binary_search_by(|rule| rule.id.cmp(id)).ok()
    }
}

impl<'d> Rule<'d> {
    /// Describes a rule. Its severity on GitHub is that of the worst finding in the report: GitHub takes it
    /// from the rule, and what is worse must not be shown as what is less so.
    fn new(id: &'d str, worst: Severity) -> Self {
        let (code, name) = id.split_once('/').unwrap_or((id, id));
        let known = rules::all().find(|rule| rule.id == id);
        let page = page(code);
        let summary = known.map_or("Of another version of weighbridge", |rule| rule.summary);
        let why = page.map_or(summary, |page| page.why);
        let help = page.map_or(
            "This version of weighbridge has no page on the rule.",
            |page| page.text,
        );
        Self {
            id,
            name,
            short_description: Message {
                text: sentence(summary),
            },
            full_description: Message {
                text: sentence(why),
            },
            help_uri: page.map(|_| {
                let repository = env!("CARGO_PKG_REPOSITORY");
                format!("{repository}/blob/main/docs/rules/{code}.md")
            }),
            help: Help {
                text: help,
                markdown: help,
            },
            default_configuration: Configuration {
                level: Level::from(known.map_or(worst, |rule| rule.severity)).as_str(),
            },
            properties: Properties {
                tags: &["security"],
                security_severity: Some(security_severity(worst)),
            },
        }
    }
}

/// Describes the verdict: GitHub shows no notifications, and a file that nobody could judge must be seen.
fn undecided() -> Rule<'static> {
    const HELP: &str = "\
The file was not read to its end, so nothing vouches for it. It is neither clean nor known to do harm. The
other findings about the file say what could not be read and what to do about that.

A loader may read on where the scanner could not. Do not load the file before it was judged.";
    Rule {
        id: UNDECIDED,
        name: "undecided",
        short_description: Message {
            text: "Something that should have been judged was not.".to_owned(),
        },
        full_description: Message {
            text: "What was not read cannot be vouched for, and a loader may well read it."
                .to_owned(),
        },
        help_uri: Some(format!(
            "{}/blob/main/docs/exit-codes.md",
            env!("CARGO_PKG_REPOSITORY")
        )),
        help: Help {
            text: HELP,
            markdown: HELP,
        },
        default_configuration: Configuration {
            level: Level::Error.as_str(),
        },
        properties: Properties {
            tags: &["coverage"],
            // With none, GitHub goes by the level, which is *error*.
            security_severity: None,
        },
    }
}

/// Returns the score by which GitHub tells severities apart: above 9 is critical, 7 to 8.9 high, 4 to 6.9
/// medium, 0.1 to 3.9 low; 0 is none.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

/// Ends a text with a full stop.
fn sentence(text: &str) -> String {
    let text: String = text.chars().take(DESCRIPTION.saturating_sub(1)).collect();
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}
