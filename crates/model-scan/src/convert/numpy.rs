use std::ops::Range;

use pickle_vm::{Object, Value, View};

use super::geometry::{Geometry, Order};
use super::legacy;
use super::objects::{self, maker};
use super::persistent::{Found, StorageRef};
use super::place::Place;
use super::rebuild::{Made, blank};
use super::walk::Walk;
use super::{ByteOrder, LeafValue, Refusal, SourceDtype, TensorKind, path_text};

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Element {
    pub(super) dtype: SourceDtype,
    pub(super) order: ByteOrder,
}

impl Element {
    /// Reads a dtype string of numpy, with or without its byte order.
    pub(super) fn of(descr: &str) -> Result<Self, Refusal> {
        let (order, kind) = match descr.strip_prefix('>') {
            Some(kind) => (ByteOrder::Big, kind),
            None => (
                ByteOrder::Little,
                descr.strip_prefix(['<', '=', '|']).unwrap_or(descr),
            ),
        };
        if kind.starts_with('O') {
            return Err(Refusal::PythonObjects);
        }
        let dtype = SourceDtype::from_numpy(kind).ok_or_else(|| Refusal::unknown_dtype(descr))?;
        Ok(Self::new(dtype, order))
    }

    fn new(dtype: SourceDtype, order: ByteOrder) -> Self {
        let order = match dtype.itemsize() {
            1 => ByteOrder::Little,
            _ => order,
        };
        Self { dtype, order }
    }
}

/// Where the elements of an array stand.
enum Elements<'a> {
    Place(Place<'a>),
    Nowhere(Refusal),
}

fn is_multiarray(module: &str) -> bool {
    matches!(module, "numpy.core.multiarray" | "numpy._core.multiarray")
}

fn is_joblib(module: &str) -> bool {
    module.starts_with("joblib.numpy_pickle") || module.contains("externals.joblib.numpy_pickle")
}

impl<'a> Walk<'_, '_, 'a> {
    /// Says which array an object is, if it is one.
    pub(super) fn array(&mut self, value: Value, object: &Object) -> Option<Made> {
        let name = maker(self.graph, object)?;
        let made = match (name.module.as_str(), name.name.as_str()) {
            (module, "_reconstruct") if is_multiarray(module) => self.reconstructed(value, object),
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => {
                self.on_buffer(value, object)
            }
            ("numpy.ma.core", "_mareconstruct") => Err(Refusal::Masked),
            (module, "NumpyArrayWrapper") if is_joblib(module) => self.joblib(value, object),
            // joblib before 0.10 wrote each array into a file of its own.
            (module, "NDArrayWrapper" | "ZNDArrayWrapper") if is_joblib(module) => {
                Err(Refusal::MissingStorage)
            }
            _ => return None,
        };
        let mut made = made.unwrap_or_else(Made::refused);
        made.takes_state = false;
        Some(made)
    }

    /// `_reconstruct(class, (0,), b"b")`, and the state `(version, shape, dtype, is_fortran, data)`.
    fn reconstructed(&mut self, value: Value, object: &Object) -> Result<Made, Refusal> {
        let class = self.arguments(object).first().copied();
        let class = class
            .and_then(|class| self.graph.name(class))
            .map(pickle_vm::Name::full)
            .filter(|class| class != "numpy.ndarray");
        let state = object.state.ok_or(Refusal::MalformedCall)?;
        let state = objects::arguments(self.graph, state);
        let (&[shape, dtype, order, data] | &[_, shape, dtype, order, data]) = state.as_slice()
        else {
            return Err(Refusal::MalformedCall);
        };
        let order = match objects::int(self.graph, order) {
            Some(0) => Order::LastFastest,
            Some(_) => Order::FirstFastest,
            None => return Err(Refusal::MalformedCall),
        };
        let elements = self.elements(data);
        let mut made = self.dense(value, shape, self.element(dtype), order, elements)?;
        made.tensor.class = class;
        Ok(made)
    }

    /// `_frombuffer(buffer, dtype, shape, order)`, which protocol 5 uses.
    fn on_buffer(&mut self, value: Value, object: &Object) -> Result<Made, Refusal> {
        let arguments = self.arguments(object);
        let &[data, dtype, shape, ref rest @ ..] = arguments.as_slice() else {
            return Err(Refusal::MalformedCall);
        };
        let order = match rest.first() {
            None => Order::LastFastest,
            Some(&order) => self.order_named(order)?,
        };
        let elements = self.elements(data);
        self.dense(value, shape, self.element(dtype), order, elements)
    }

    fn order_named(&self, order: Value) -> Result<Order, Refusal> {
        match self.graph.text(order).as_deref() {
            Some(b"C") => Ok(Order::LastFastest),
            Some(b"F") => Ok(Order::FirstFastest),
            _ => Err(Refusal::MalformedCall),
        }
    }

    /// joblib's wrapper, whose elements stand in the stream behind it.
    fn joblib(&mut self, value: Value, object: &Object) -> Result<Made, Refusal> {
        let state = object.state.ok_or(Refusal::MalformedCall)?;
        let entries = objects::entries(self.graph, state).ok_or(Refusal::MalformedCall)?;
        let of = |name: &[u8]| {
            entries
                .iter()
                .find(|(key, _)| self.graph.text(*key).is_some_and(|key| *key == *name))
                .map(|&(_, value)| value)
                .ok_or(Refusal::MalformedCall)
        };
        let (shape, dtype) = (of(b"shape")?, of(b"dtype")?);
        let order = self.order_named(of(b"order")?)?;
        let class = of(b"subclass")
            .ok()
            .and_then(|class| self.graph.name(class))
            .map(pickle_vm::Name::full)
            .filter(|class| class != "numpy.ndarray");
        let element = self.element(dtype);
        let Some(range) = self.arrays.get(&value).cloned() else {
            return Err(Refusal::PythonObjects);
        };
        let elements = self.behind_padding(shape, element.as_ref().ok().copied(), range);
        let mut made = self.dense(value, shape, element, order, elements)?;
        made.tensor.class = class;
        Ok(made)
    }

    /// The last bytes of a range, as many as the elements take: padding stands before them.
    fn behind_padding(
        &self,
        shape: Value,
        element: Option<Element>,
        range: Range<u64>,
    ) -> Elements<'a> {
        let size = element.and_then(|element| {
            self.shape(shape)?
                .iter()
                .try_fold(element.dtype.itemsize(), |size, &by| size.checked_mul(by))
        });
        size.and_then(|size| {
            let start = range.end.checked_sub(size)?;
            self.place.part(&(start..range.end))
        })
        .map_or(
            Elements::Nowhere(Refusal::MalformedGeometry),
            Elements::Place,
        )
    }

    /// Sizes, also those that are integers of numpy.
    fn shape(&self, shape: Value) -> Option<Vec<u64>> {
        let (View::Tuple(items) | View::List(items)) = self.graph.view(shape) else {
            // A shape of one dimension may stand alone.
            let size = objects::int(self.graph, shape)?;
            return Some(vec![u64::try_from(size).ok()?]);
        };
        if items.len() > self.limits.rank {
            return None;
        }
        items
            .map(|item| {
                let size = match self.graph.view(item) {
                    View::Object(object) => match self.scalar(&object)? {
                        LeafValue::Int(size) => size,
                        _ => return None,
                    },
                    _ => objects::int(self.graph, item)?,
                };
                u64::try_from(size).ok()
            })
            .collect()
    }

    /// Finds the bytes that a value is.
    fn elements(&self, data: Value) -> Elements<'a> {
        match self.bytes(data) {
            Some(place) => Elements::Place(place),
            None => Elements::Nowhere(match self.graph.view(data) {
                View::List(_) => Refusal::PythonObjects,
                _ => Refusal::UnknownBytes,
            }),
        }
    }

    fn bytes(&self, data: Value) -> Option<Place<'a>> {
        if let Some(span) = self.graph.span(data) {
            let start = u64::try_from(span.start).ok()?;
            let end = u64::try_from(span.end).ok()?;
            // A text is no bytes, but for a string of Python 2.
            self.graph.bytes(data)?;
            return self.place.part(&(start..end));
        }
        self.graph
            .bytes(data)
            .map(|bytes| Place::held(bytes.into_owned()))
    }

    /// An array without gaps.
    fn dense(
        &mut self,
        value: Value,
        shape: Value,
        element: Result<Element, Refusal>,
        order: Order,
        elements: Elements<'a>,
    ) -> Result<Made, Refusal> {
        let mut tensor = blank(TensorKind::Strided, None);
        let shape = self.shape(shape).ok_or(Refusal::MalformedGeometry)?;
        tensor.shape.clone_from(&shape);
        let fill = || {
            let element = element?;
            tensor.dtype = Some(element.dtype);
            tensor.byte_order = element.order;
            let geometry = Geometry::dense(shape, order, self.limits.rank)?;
            tensor.stride.clone_from(&geometry.stride);
            let place = match elements {
                Elements::Place(place) => place,
                Elements::Nowhere(refusal) => return Err(refusal),
            };
            let found = place.len();
            let stated = geometry
                .reach
                .checked_mul(element.dtype.itemsize())
                .ok_or(Refusal::Overflow)?;
            if found != stated {
                return Err(Refusal::ArraySize { stated, found });
            }
            Ok((place, element.dtype))
        };
        match fill() {
            Ok((place, dtype)) => {
                let known = self.made.get(&value).copied();
                let id = known.unwrap_or_else(|| {
                    let key = self.path_text();
                    self.out.storages.add(key, Found::plain(place), dtype)
                });
                self.made.insert(value, id);
                tensor.storage = Some(id);
            }
            Err(refusal) => tensor.refusal = Some(refusal),
        }
        Ok(Made::of(tensor))
    }

    /// Reads a `numpy.dtype(spec, align, copy)` with the state that BUILD gave it.
    fn element(&self, dtype: Value) -> Result<Element, Refusal> {
        let View::Object(object) = self.graph.view(dtype) else {
            return Err(Refusal::MalformedCall);
        };
        let name = self
            .graph
            .name(object.callee)
            .ok_or(Refusal::MalformedCall)?;
        if name.module != "numpy" || name.name != "dtype" {
            return Err(Refusal::unknown_dtype(&name.full()));
        }
        let arguments = self.arguments(&object);
        let &[spec, ..] = arguments.as_slice() else {
            return Err(Refusal::MalformedCall);
        };
        let mut element = match self.graph.name(spec) {
            Some(name) => Element::new(
                SourceDtype::from_torch(&name.name)
                    .filter(|_| name.module == "ml_dtypes" || name.module.starts_with("ml_dtypes."))
                    .ok_or_else(|| Refusal::unknown_dtype(&name.full()))?,
                ByteOrder::Little,
            ),
            None => {
                let spec = self.graph.text(spec).ok_or(Refusal::MalformedCall)?;
                let spec = String::from_utf8_lossy(&spec).into_owned();
                if let Some(state) = object.state {
                    self.check_fields(state)?;
                }
                Element::of(&spec)?
            }
        };
        if let Some(state) = object.state {
            // (version, byte order, subdtype, names, fields, size, alignment, flags[, metadata])
            let state = objects::arguments(self.graph, state);
            let order = state.get(1).and_then(|&order| self.graph.text(order));
            element = match order.as_deref() {
                Some(b">") => Element::new(element.dtype, ByteOrder::Big),
                Some(b"<" | b"|" | b"=") => Element::new(element.dtype, ByteOrder::Little),
                _ => return Err(Refusal::MalformedCall),
            };
        }
        Ok(element)
    }

    /// Refuses elements that have fields, or are arrays.
    fn check_fields(&self, state: Value) -> Result<(), Refusal> {
        let state = objects::arguments(self.graph, state);
        let is_none = |at: usize| {
            state
                .get(at)
                .is_none_or(|&value| matches!(self.graph.view(value), View::None))
        };
        if is_none(2) && is_none(3) && is_none(4) {
            Ok(())
        } else {
            Err(Refusal::StructuredElements)
        }
    }

    /// Reads `scalar(dtype, bytes)` as a number.
    pub(super) fn scalar(&self, object: &Object) -> Option<LeafValue> {
        let name = self.graph.name(object.callee)?;
        if name.name != "scalar" || !is_multiarray(&name.module) {
            return None;
        }
        let arguments = self.arguments(object);
        let &[dtype, bytes] = arguments.as_slice() else {
            return None;
        };
        let element = self.element(dtype).ok()?;
        let bytes = self.graph.bytes(bytes)?;
        let mut bytes = bytes.into_owned();
        if u64::try_from(bytes.len()).ok()? != element.dtype.itemsize() {
            return None;
        }
        if element.order == ByteOrder::Big {
            bytes.reverse();
        }
        number(element.dtype, &bytes)
    }

    /// Reads the storage that `torch.storage._load_from_bytes(bytes)` gives.
    pub(super) fn storage_in_bytes(
        &mut self,
        value: Value,
        bytes: Value,
    ) -> Result<StorageRef, Refusal> {
        let place = self.bytes(bytes).ok_or(Refusal::UnknownBytes)?;
        let (class, count, found) = legacy::storage(&place, self.limits)?;
        let id = match self.made.get(&value) {
            Some(&id) => id,
            None => {
                let key = self.path_text();
                self.out.storages.add(key, found, class.dtype())
            }
        };
        self.made.insert(value, id);
        Ok(StorageRef {
            id,
            class: Some(class),
            start: 0,
            count,
        })
    }

    fn path_text(&self) -> String {
        path_text(self.path())
    }
}

/// Reads a number of little-endian bytes.
fn number(dtype: SourceDtype, bytes: &[u8]) -> Option<LeafValue> {
    Some(match dtype {
        SourceDtype::Bool => LeafValue::Bool(bytes.first().is_some_and(|&byte| byte != 0)),
        SourceDtype::Uint8 | SourceDtype::Uint16 | SourceDtype::Uint32 | SourceDtype::Uint64 => {
            LeafValue::Int(unsigned(bytes)?)
        }
        SourceDtype::Int8 => LeafValue::Int(i8::from_le_bytes(bytes.try_into().ok()?).into()),
        SourceDtype::Int16 => LeafValue::Int(i16::from_le_bytes(bytes.try_into().ok()?).into()),
        SourceDtype::Int32 => LeafValue::Int(i32::from_le_bytes(bytes.try_into().ok()?).into()),
        SourceDtype::Int64 => LeafValue::Int(i64::from_le_bytes(bytes.try_into().ok()?).into()),
        SourceDtype::Float16 => LeafValue::Float(half(u16::from_le_bytes(bytes.try_into().ok()?))),
        SourceDtype::Float32 => LeafValue::Float(f32::from_le_bytes(bytes.try_into().ok()?).into()),
        SourceDtype::Float64 => LeafValue::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
        _ => return None,
    })
}

fn unsigned(bytes: &[u8]) -> Option<i128> {
    let mut padded = [0; 16];
    padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i128::from_le_bytes(padded))
}

/// Reads a binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent.saturating_sub(15)),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::{Element, half};
    use crate::convert::{ByteOrder, Refusal, SourceDtype};

    #[test]
    fn halves_are_read() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc000), -2.0);
        assert_eq!(half(0x7bff), 65504.0);
        assert_eq!(half(0x0001), 2_f64.powi(-24));
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn dtype_strings_have_an_order() {
        let element = Element::of(">f4").unwrap();
        assert_eq!(element.dtype, SourceDtype::Float32);
        assert_eq!(element.order, ByteOrder::Big);
        assert_eq!(Element::of("|V2").unwrap().dtype, SourceDtype::BFloat16);
        assert_eq!(Element::of("|O"), Err(Refusal::PythonObjects));
        assert!(matches!(Element::of("<U3"), Err(Refusal::UnknownDtype(_))));
    }
}
