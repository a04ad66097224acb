use serde::Serialize;

use super::Message;
use super::locations::{Artifacts, ResultLocation};
use crate::output::text::counted_excluded;
use crate::report::{Document, Doubt, DoubtKind, Level, Notice};

/// How the scan went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'d> {
    /// Whether everything that should have been judged was.
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'d>>,
    tool_configuration_notifications: Vec<Notification<'d>>,
}

/// Something about the scan that no rule found.
#[derive(Debug, Serialize)]
struct Notification<'d> {
    level: &'static str,
    message: Message<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<ResultLocation<'d>>,
}

impl<'d> Invocation<'d> {
    pub(super) fn new(document: &'d Document, artifacts: &'d Artifacts<'d>) -> Self {
        let mut notifications = Vec::new();
        let mut is_undecided = false;
        for (index, target) in document.targets.iter().enumerate() {
            for Doubt { kind, reason } in target.doubts() {
                let level = match kind {
                    DoubtKind::Undecided | DoubtKind::NotComplete => Level::Error,
                    DoubtKind::Unsupported => Level::Warning,
                };
                is_undecided |= level == Level::Error;
                notifications.push(Notification {
                    level: level.as_str(),
                    message: Message {
                        text: format!("{}: {reason}", kind.as_str()),
                    },
                    locations: vec![ResultLocation::file(artifacts.location(index))],
                });
            }
        }
        let notices = document.notices.iter().map(Notification::from);
        let excluded = counted_excluded(&document.excluded).map(|text| Notification {
            level: Level::Note.as_str(),
            message: Message { text },
            locations: Vec::new(),
        });
        Self {
            execution_successful: !is_undecided,
            tool_execution_notifications: notifications,
            tool_configuration_notifications: notices.chain(excluded).collect(),
        }
    }
}

impl From<&Notice> for Notification<'_> {
    fn from(notice: &Notice) -> Self {
        Self {
            level: notice.level.as_str(),
            message: Message {
                text: notice.message.to_string(),
            },
            locations: Vec::new(),
        }
    }
}
