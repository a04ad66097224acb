use core::ops::Range;

use crate::graph::{Graph, View};
use crate::name::Name;
use crate::value::Value;

/// What stands in the stream behind the BUILD of an object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Layout {
    /// The next opcode.
    None,
    /// Raw elements of an array, padding before them included.
    Bytes {
        all: Range<usize>,
        /// Where the elements would end without padding, as joblib before 1.2 reads them.
        unaligned_end: usize,
    },
    /// A pickle of its own: an array of objects.
    Pickle,
    /// Something, but its length cannot be told.
    Unknown,
}

/// Says what stands at byte `at`, behind the BUILD that gave `object` its `state`.
///
/// joblib writes arrays into the stream behind a `NumpyArrayWrapper`: since 1.2 one byte that counts
/// padding, the padding, then the elements; before that only the elements; for a dtype with objects a
/// whole pickle.
pub(crate) fn layout(graph: &Graph<'_>, object: Value, state: Value, at: usize) -> Layout {
    match wrapper(graph, object) {
        Some(_) => measure(graph, state, at).unwrap_or(Layout::Unknown),
        None => Layout::None,
    }
}

/// The class of an object that joblib takes as a sign that an array follows.
pub(crate) fn wrapper<'g>(graph: &'g Graph<'_>, object: Value) -> Option<&'g Name> {
    let View::Object(made) = graph.view(object) else {
        return None;
    };
    let named = |value| {
        graph.name(value).filter(|name| {
            name.name == "NumpyArrayWrapper"
                && (name.module == "joblib.numpy_pickle"
                    || name.module.ends_with("externals.joblib.numpy_pickle"))
        })
    };
    named(made.callee).or_else(|| match graph.view(made.arguments) {
        View::Tuple(mut items) => items.next().and_then(named),
        _ => None,
    })
}

fn measure(graph: &Graph<'_>, state: Value, at: usize) -> Option<Layout> {
    let shape = entry(graph, state, b"shape")?;
    let element = Element::of(graph, entry(graph, state, b"dtype")?)?;
    if element.has_object {
        return Some(Layout::Pickle);
    }
    let mut count: usize = 1;
    let View::Tuple(dimensions) = graph.view(shape) else {
        return None;
    };
    for dimension in dimensions {
        count = count.checked_mul(usize::try_from(integer(graph, dimension)?).ok()?)?;
    }
    let mut start = at;
    match entry(graph, state, b"numpy_array_alignment_bytes").map(|value| graph.view(value)) {
        None | Some(View::None) => {}
        Some(_) => {
            let padding = *graph.input().get(at)?;
            start = at.checked_add(1)?.checked_add(usize::from(padding))?;
        }
    }
    let size = count.checked_mul(element.size)?;
    Some(Layout::Bytes {
        all: at..start.checked_add(size)?,
        unaligned_end: at.checked_add(size)?,
    })
}

/// Keys and values of the largest dict that is searched for a key: states have some dozens.
pub(crate) const ENTRIES: usize = 1024;

/// The value of a key in a dict, the last one written; none in a dict of more than [`ENTRIES`].
pub(crate) fn entry(graph: &Graph<'_>, dict: Value, key: &[u8]) -> Option<Value> {
    let View::Dict(mut items) = graph.view(dict) else {
        return None;
    };
    if items.len() > ENTRIES {
        return None;
    }
    let mut found = None;
    while let (Some(name), Some(value)) = (items.next(), items.next()) {
        if graph.text(name).is_some_and(|name| *name == *key) {
            found = Some(value);
        }
    }
    found
}

/// An integer, also one that numpy made of bytes: `int64(3)` pickles as a call of `scalar`.
fn integer(graph: &Graph<'_>, value: Value) -> Option<i128> {
    match graph.view(value) {
        View::Int(int) => Some(int),
        View::Object(object) => {
            let name = graph.name(object.callee)?;
            if name.name != "scalar" || !name.module.ends_with(".multiarray") {
                return None;
            }
            let View::Tuple(mut arguments) = graph.view(object.arguments) else {
                return None;
            };
            let element = Element::of(graph, arguments.next()?)?;
            let bytes = graph.bytes(arguments.next()?)?;
            if element.kind != b'i' && element.kind != b'u' || bytes.len() != element.size {
                return None;
            }
            let mut padded = [0; 16];
            if element.size > padded.len() {
                return None;
            }
            if element.big_endian {
                for (to, from) in padded.iter_mut().zip(bytes.iter().rev()) {
                    *to = *from;
                }
            } else {
                for (to, from) in padded.iter_mut().zip(bytes.iter()) {
                    *to = *from;
                }
            }
            Some(i128::from_le_bytes(padded))
        }
        _ => None,
    }
}

/// The element of an array, from its dtype.
struct Element {
    kind: u8,
    size: usize,
    has_object: bool,
    big_endian: bool,
}

/// The bit of a dtype's flags that says that elements hold references.
const HAS_OBJECT: i128 = 1;

impl Element {
    /// Reads a `numpy.dtype(spec, align, copy)` with the state that BUILD gave it.
    fn of(graph: &Graph<'_>, dtype: Value) -> Option<Self> {
        let View::Object(object) = graph.view(dtype) else {
            return None;
        };
        let name = graph.name(object.callee)?;
        if name.name == "_convert_to_stringdtype_kwargs" && name.module.starts_with("numpy.") {
            // numpy 2's texts of any length are references.
            return Some(Self {
                kind: b'T',
                size: 16,
                has_object: true,
                big_endian: false,
            });
        }
        if name.module != "numpy" || name.name != "dtype" {
            return None;
        }
        let View::Tuple(mut arguments) = graph.view(object.arguments) else {
            return None;
        };
        let spec = graph.text(arguments.next()?)?;
        let (&kind, size) = spec.split_first()?;
        let size: usize = core::str::from_utf8(size).ok()?.parse().ok()?;
        let mut element = Self {
            kind,
            size: if kind == b'U' {
                size.checked_mul(4)?
            } else {
                size
            },
            has_object: kind == b'O',
            big_endian: false,
        };
        let Some(state) = object.state else {
            return (kind != b'V').then_some(element);
        };
        let View::Tuple(mut items) = graph.view(state) else {
            return None;
        };
        // (version, byte order, subdtype, names, fields, size, alignment, flags[, metadata])
        let order = graph.text(items.nth(1)?)?;
        element.big_endian = *order == *b">";
        let View::Int(size) = graph.view(items.nth(3)?) else {
            return None;
        };
        if size >= 0 && matches!(kind, b'V' | b'U' | b'S') {
            element.size = usize::try_from(size).ok()?;
        }
        let flags = match items.nth(1).map(|value| graph.view(value)) {
            Some(View::Int(flags)) => Some(flags & HAS_OBJECT != 0),
            Some(_) => return None,
            None => None,
        };
        match flags {
            // A flag that contradicts the kind is taken at its word by some readers only.
            Some(flag) if kind != b'V' && flag != element.has_object => return None,
            Some(flag) => element.has_object = flag,
            None if kind == b'V' => return None,
            None => {}
        }
        Some(element)
    }
}
