use std::collections::BTreeSet;

use findings::{Finding, Location, Severity, escape_shortened};
use pickle_vm::{Effect, EffectKind, EffectSink, Graph, Name, Reading, Value, View};

use crate::convert::{SourceDtype, StorageClass};
use crate::rules::STORAGE_MISMATCH;

/// What the pickles of a torch checkpoint say about its storages, and which modules any pickle imports.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Every storage that a persistent id asks for.
    pub(crate) storages: Vec<StorageRef>,
    /// Tensors that reach beyond their storage.
    pub(crate) findings: Vec<Finding>,
    /// What the last STOP found.
    pub(crate) value: Stopped,
    /// The modules that are imported.
    pub(crate) modules: BTreeSet<String>,
}

/// A storage that a persistent id asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct StorageRef {
    pub(crate) key: String,
    /// Size in bytes, where class and count tell it.
    pub(crate) bytes: Option<u64>,
    /// Bytes of one element.
    pub(crate) element: Option<u64>,
    pub(crate) location: Location,
}

/// What a pickle's value is, as far as torch's legacy format needs it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Stopped {
    Int(i128),
    Texts(Vec<String>),
    /// A tuple of three, the last of them a typed storage class with elements of so many bytes.
    Storage(u64),
    #[default]
    Other,
}

/// Modules noted; an honest pickle imports a handful.
const MODULES: usize = 4096;
/// Dimensions of a tensor that are looked at; torch allows 64.
const RANK: usize = 64;
/// Findings kept.
const FINDINGS: usize = 1000;

impl EffectSink for Notes {
    fn effect(&mut self, effect: &Effect<'_>) {
        if effect.reading != Reading::Main {
            return;
        }
        let graph = effect.graph();
        match effect.kind {
            EffectKind::Import { value, .. } => {
                if let Some(name) = graph.name(value)
                    && self.modules.len() < MODULES
                {
                    self.modules.insert(name.written_module.clone());
                    self.modules.insert(name.module.clone());
                }
            }
            EffectKind::PersistentLoad { id, .. } => {
                let location = Location::bytes(effect.range.clone()).with_opcode(effect.index);
                if let Some(storage) = storage(graph, id, location) {
                    self.storages.push(storage);
                }
            }
            EffectKind::Call {
                callee, arguments, ..
            } => {
                if let Some(name) = graph.name(callee) {
                    self.rebuild(effect, name, arguments);
                }
            }
            EffectKind::Stop { value } => self.value = stopped(graph, value),
            _ => {}
        }
    }
}

impl Notes {
    /// Holds offset, size and stride of a tensor against its storage.
    fn rebuild(&mut self, effect: &Effect<'_>, name: &Name, arguments: Value) {
        if name.module != "torch._utils"
            || !matches!(
                name.name.as_str(),
                "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_tensor_v3"
            )
        {
            return;
        }
        let graph = effect.graph();
        let View::Tuple(mut items) = graph.view(arguments) else {
            return;
        };
        let (Some(owner), Some(offset), Some(size), Some(stride)) =
            (items.next(), items.next(), items.next(), items.next())
        else {
            return;
        };
        let View::Persistent(id) = graph.view(owner) else {
            return;
        };
        let Some(storage) = storage(graph, id, Location::default()) else {
            return;
        };
        // v3 gives the dtype behind the requirement of gradients and the hooks; its storage is untyped.
        let element = match name.name.as_str() {
            "_rebuild_tensor_v3" => items
                .nth(2)
                .and_then(|dtype| graph.name(dtype))
                .and_then(|dtype| dtype_size(&dtype.name)),
            _ => storage.element,
        };
        let (Some(held), Some(element)) = (storage.bytes, element) else {
            return;
        };
        let (Some(offset), Some(size), Some(stride)) =
            (int(graph, offset), ints(graph, size), ints(graph, stride))
        else {
            return;
        };
        let key = escape_shortened(&storage.key, 80);
        let trouble = match reach(offset, &size, &stride) {
            Some(elements) if elements.saturating_mul(i128::from(element)) <= i128::from(held) => {
                return;
            }
            Some(elements) => format!(
                "a tensor reaches element {elements} of storage `{key}`, which holds {}",
                held.checked_div(element).unwrap_or_default()
            ),
            None => format!(
                "a tensor on storage `{key}` has a negative or inconsistent offset, size or stride"
            ),
        };
        if self.findings.len() < FINDINGS {
            self.findings.push(Finding::new(
                STORAGE_MISMATCH.rule_id(),
                Severity::Medium,
                trouble,
                Location::bytes(effect.range.clone()).with_opcode(effect.index),
            ));
        }
    }
}

/// The number of elements that a strided view reaches; `None` if the view makes no sense.
fn reach(offset: i128, size: &[i128], stride: &[i128]) -> Option<i128> {
    if offset < 0 || size.len() != stride.len() || size.iter().chain(stride).any(|&n| n < 0) {
        return None;
    }
    if size.contains(&0) {
        return Some(0);
    }
    size.iter()
        .zip(stride)
        .try_fold(offset.checked_add(1)?, |last, (&size, &stride)| {
            last.checked_add(size.checked_sub(1)?.checked_mul(stride)?)
        })
}

/// Reads `("storage", class, key, location, count)`.
fn storage(graph: &Graph<'_>, id: Value, location: Location) -> Option<StorageRef> {
    let View::Tuple(mut items) = graph.view(id) else {
        return None;
    };
    if *graph.text(items.next()?)? != *b"storage" {
        return None;
    }
    let class = items.next()?;
    let key = items.next()?;
    let count = items.nth(1)?;
    let element = graph
        .name(class)
        .and_then(|class| storage_size(&class.name));
    let count = int(graph, count).and_then(|count| u64::try_from(count).ok());
    Some(StorageRef {
        key: match graph.text(key) {
            Some(key) => String::from_utf8_lossy(&key).into_owned(),
            None => int(graph, key)?.to_string(),
        },
        bytes: element
            .zip(count)
            .and_then(|(element, count)| element.checked_mul(count)),
        element,
        location,
    })
}

fn int(graph: &Graph<'_>, value: Value) -> Option<i128> {
    match graph.view(value) {
        View::Int(int) => Some(int),
        _ => None,
    }
}

fn ints(graph: &Graph<'_>, value: Value) -> Option<Vec<i128>> {
    let value = match graph.view(value) {
        // torch.Size((2, 3))
        View::Object(size) => match graph.view(size.arguments) {
            View::Tuple(mut items) => items.next()?,
            _ => return None,
        },
        _ => value,
    };
    match graph.view(value) {
        View::Tuple(items) | View::List(items) if items.len() <= RANK => {
            items.map(|item| int(graph, item)).collect()
        }
        _ => None,
    }
}

fn stopped(graph: &Graph<'_>, value: Value) -> Stopped {
    match graph.view(value) {
        View::Int(int) => Stopped::Int(int),
        View::Tuple(mut items) => items
            .nth(2)
            .filter(|_| items.next().is_none())
            .and_then(|class| storage_size(&graph.name(class)?.name))
            .map_or(Stopped::Other, Stopped::Storage),
        View::List(items) => items
            .map(|item| {
                graph
                    .text(item)
                    .map(|text| String::from_utf8_lossy(&text).into_owned())
            })
            .collect::<Option<Vec<_>>>()
            .map_or(Stopped::Other, Stopped::Texts),
        _ => Stopped::Other,
    }
}

/// Bytes of one element of a typed storage class.
fn storage_size(class: &str) -> Option<u64> {
    StorageClass::named(class).map(StorageClass::itemsize)
}

/// Bytes of one element of a dtype.
fn dtype_size(dtype: &str) -> Option<u64> {
    SourceDtype::from_torch(dtype).map(SourceDtype::itemsize)
}

#[cfg(test)]
mod tests {
    use super::reach;

    #[test]
    fn a_view_reaches_its_last_element() {
        assert_eq!(reach(0, &[2, 3], &[3, 1]), Some(6));
        assert_eq!(reach(4, &[], &[]), Some(5));
        assert_eq!(reach(4, &[0, 9], &[1, 1]), Some(0));
        assert_eq!(reach(0, &[5, 5], &[0, 1]), Some(5));
        assert_eq!(reach(-1, &[1], &[1]), None);
        assert_eq!(reach(0, &[1, 2], &[1]), None);
        assert_eq!(reach(0, &[i128::MAX, 2], &[2, 1]), None);
    }
}
