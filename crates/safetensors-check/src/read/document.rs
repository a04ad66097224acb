//! The outermost object, and the metadata in it.

use std::ops::Range;

use strict_json::{Event, EventKind};

use super::pass::{Pass, place, type_of};
use super::{Readers, Stop, errors};
use crate::header::MetadataPair;
use crate::{ErrorKind, Limit, rules};

/// The key of what is no tensor.
const METADATA: &str = "__metadata__";

impl<'a> Pass<'a, '_> {
    /// Reads the JSON and looks at the padding behind it.
    pub(super) fn document(&mut self, json: &'a [u8]) -> Result<(), Stop> {
        let first = self.next()?;
        let end = if first.kind == EventKind::BeginObject {
            self.members()?
        } else {
            self.not_an_object(&first)?
        };
        self.header.json = place(0, end);
        self.padding(json, end);
        Ok(())
    }

    fn members(&mut self) -> Result<usize, Stop> {
        let mut metadata: Option<u64> = None;
        loop {
            let event = self.next()?;
            let bytes = place(event.start, event.end);
            let EventKind::Key(name) = event.kind else {
                return Ok(event.end);
            };
            if name != METADATA {
                self.entry(name, bytes)?;
                continue;
            }
            match metadata {
                None => {
                    metadata = Some(bytes.start);
                    let pairs = self.metadata(bytes)?;
                    self.header.metadata = pairs;
                }
                Some(first) => {
                    let kind = ErrorKind::DuplicateName { first };
                    self.error(Some(METADATA), Readers::Refuse, kind, bytes.clone());
                    self.metadata(bytes)?;
                }
            }
        }
    }

    /// Reads the metadata; `bytes` are those of its key.
    fn metadata(&mut self, bytes: Range<u64>) -> Result<Option<Vec<MetadataPair<'a>>>, Stop> {
        let event = self.next()?;
        if event.kind != EventKind::BeginObject {
            // The readers take null for no metadata.
            let readers = match event.kind {
                EventKind::Null => Readers::DoNotMind,
                _ => Readers::Refuse,
            };
            let found = type_of(&event.kind);
            let behind = place(event.start, event.end).end;
            let kind = ErrorKind::WrongMetadata { found };
            self.error(None, readers, kind, bytes.start..behind);
            self.skip(&event, &rules::WRONG_METADATA)?;
            return Ok(None);
        }
        let mut pairs = Vec::new();
        let mut is_full = false;
        loop {
            let event = self.next()?;
            let EventKind::Key(key) = event.kind else {
                self.duplicate_keys(&pairs);
                return Ok(Some(pairs));
            };
            let value = self.next()?;
            let bytes = place(event.start, value.end);
            match value {
                Event {
                    kind: EventKind::String(value),
                    ..
                } if pairs.len() < self.limits.metadata => {
                    pairs.push(MetadataPair { key, value, bytes });
                }
                Event {
                    kind: EventKind::String(_),
                    ..
                } if is_full => {}
                Event {
                    kind: EventKind::String(_),
                    ..
                } => {
                    is_full = true;
                    let kind = ErrorKind::LimitReached {
                        limit: Limit::Metadata,
                        ceiling: super::wide(self.limits.metadata),
                    };
                    self.error(None, Readers::DoNotMind, kind, bytes);
                }
                other => self.wrong_value(&key, &other, bytes)?,
            }
        }
    }

    fn wrong_value(&mut self, key: &str, value: &Event<'a>, bytes: Range<u64>) -> Result<(), Stop> {
        let kind = ErrorKind::WrongMetadataValue {
            key: errors::shown(key),
            found: type_of(&value.kind),
        };
        self.error(None, Readers::Refuse, kind, bytes);
        self.skip(value, &rules::WRONG_METADATA).map(|_| ())
    }

    fn duplicate_keys(&mut self, pairs: &[MetadataPair<'a>]) {
        let mut places = std::collections::HashMap::with_capacity(pairs.len());
        for pair in pairs {
            if let Some(first) = places.insert(pair.key(), pair.bytes.start) {
                let kind = ErrorKind::DuplicateMetadata { first };
                self.error(None, Readers::DoNotMind, kind, pair.bytes());
            }
        }
    }
}
