use pickle_vm::{Object, Value, View};

use super::dtype::StorageClass;
use super::geometry::Geometry;
use super::objects::{int, ints};
use super::persistent::StorageRef;
use super::walk::{Label, Walk};
use super::{
    ByteOrder, Channels, Key, Quantiser, Refusal, SourceDtype, SparseLayout, Tensor, TensorKind,
};

/// A tensor that a call makes, and what belongs to it beside its elements.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) tensor: Tensor,
    /// Attributes and hooks.
    pub(super) beside: Vec<(Label, Value)>,
    /// Whether a state that BUILD gave is attributes, not elements.
    pub(super) takes_state: bool,
}

/// Calls that make a tensor of another one, one inside the other.
const NESTED: u8 = 8;

impl Made {
    pub(super) const fn of(tensor: Tensor) -> Self {
        Self {
            tensor,
            beside: Vec::new(),
            takes_state: true,
        }
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::of(blank(TensorKind::Opaque, Some(refusal)))
    }
}

/// A tensor of which nothing is known yet.
pub(super) const fn blank(kind: TensorKind, refusal: Option<Refusal>) -> Tensor {
    Tensor {
        path: Vec::new(),
        dtype: None,
        shape: Vec::new(),
        stride: Vec::new(),
        offset: 0,
        storage: None,
        byte_order: ByteOrder::Little,
        conjugate: false,
        negative: false,
        kind,
        class: None,
        refusal,
    }
}

/// What a malformed call gives.
type Rebuilt = Result<Made, Refusal>;

impl Walk<'_, '_, '_> {
    /// Says which tensor a value is, if it is one.
    pub(super) fn tensor(&mut self, value: Value, depth: u8) -> Option<Made> {
        match self.graph.view(value) {
            View::Persistent(id) => self.persistent(value, id),
            View::Object(object) => self.made_by_call(value, &object, depth),
            _ => None,
        }
    }

    fn persistent(&mut self, value: Value, id: Value) -> Option<Made> {
        if let Some(tensors) = self.tensors {
            let key = match (self.graph.text(id), int(self.graph, id)) {
                (Some(key), _) => String::from_utf8_lossy(&key).into_owned(),
                (None, key) => key?.to_string(),
            };
            return Some(match tensors.get(&key) {
                Some(tensor) => Made::of(tensor.clone()),
                None => Made::refused(Refusal::MissingStorage),
            });
        }
        let storage = self.storage(value)?;
        Some(match storage {
            Ok(storage) => Made::of(self.bare(&storage)),
            Err(refusal) => Made::refused(refusal),
        })
    }

    /// A storage that stands where a tensor could.
    fn bare(&self, storage: &StorageRef) -> Tensor {
        let mut tensor = blank(TensorKind::Storage, None);
        if let Some(class) = storage.class {
            tensor.dtype = Some(class.dtype());
            tensor.shape = vec![storage.count];
            tensor.stride = vec![1];
            tensor.offset = storage.start;
            tensor.storage = Some(storage.id);
            tensor.byte_order = self.order_of(class.dtype());
        } else {
            tensor.storage = Some(storage.id);
        }
        if self.is_argument() {
            tensor.refusal = Some(Refusal::ForeignStorage);
        }
        tensor
    }

    fn order_of(&self, dtype: SourceDtype) -> ByteOrder {
        match dtype.itemsize() {
            1 => ByteOrder::Little,
            _ => self.order,
        }
    }

    fn made_by_call(&mut self, value: Value, object: &Object, depth: u8) -> Option<Made> {
        if let Some(array) = self.array(value, object) {
            return Some(array);
        }
        let name = self.graph.name(object.callee)?;
        let (module, function) = (name.module.clone(), name.name.clone());
        if module == "torch.storage" && function == "_load_from_bytes" {
            return Some(match self.storage(value)? {
                Ok(storage) => Made::of(self.bare(&storage)),
                Err(refusal) => Made::refused(refusal),
            });
        }
        let arguments = self.arguments(object);
        self.call(&module, &function, &arguments, depth)
    }

    /// Says what a call of torch's makes; `None` if it makes no tensor as far as is known.
    fn call(
        &mut self,
        module: &str,
        function: &str,
        arguments: &[Value],
        depth: u8,
    ) -> Option<Made> {
        let is_torch = matches!(
            module,
            "torch._utils" | "torch._tensor" | "torch.tensor" | "torch.nn.parameter"
        );
        if depth > NESTED {
            return is_torch.then(|| Made::refused(Refusal::MalformedCall));
        }
        let depth = depth.saturating_add(1);
        let rebuilt = match (module, function) {
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => {
                self.strided(arguments, None)
            }
            ("torch._utils", "_rebuild_tensor_v3") => self.strided(arguments, Some(6)),
            ("torch._utils", "_rebuild_qtensor") => self.quantised(arguments, depth),
            ("torch._utils", "_rebuild_parameter") => self.parameter(arguments, None, depth),
            ("torch._utils", "_rebuild_parameter_with_state") => {
                self.parameter(arguments, Some(3), depth)
            }
            ("torch._utils", "_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor") => {
                self.sparse(arguments, depth)
            }
            ("torch._utils", "_rebuild_meta_tensor_no_storage") => self.meta(arguments),
            ("torch._utils", "_rebuild_nested_tensor") => self.nested(arguments, depth),
            (
                "torch._utils",
                "_rebuild_device_tensor_from_numpy"
                | "_rebuild_xla_tensor"
                | "_rebuild_device_tensor_from_cpu_tensor",
            ) => self.moved(arguments, depth),
            ("torch._utils", "_rebuild_wrapper_subclass") => self.wrapper(arguments),
            ("torch._tensor" | "torch.tensor", "_rebuild_from_type_v2" | "_rebuild_from_type") => {
                self.of_class(arguments, depth)
            }
            ("torch._utils" | "torch._tensor" | "torch.tensor", _)
                if function.starts_with("_rebuild") =>
            {
                Err(Refusal::unknown_function(&format!("{module}.{function}")))
            }
            (
                "torch.nn.parameter" | "torch.nn" | "torch.autograd.variable" | "torch.autograd",
                "Parameter" | "Buffer" | "Variable",
            ) => {
                // torch before 0.4: the class called with its data.
                let data = *arguments.first()?;
                Ok(self.tensor(data, depth)?)
            }
            ("torch.nn.parameter", "UninitializedParameter" | "UninitializedBuffer") => {
                Ok(Made::of(blank(TensorKind::Meta, Some(Refusal::NoData))))
            }
            _ => return None,
        };
        Some(rebuilt.unwrap_or_else(Made::refused))
    }

    /// Says which storage a value is, if it is one.
    fn storage(&mut self, value: Value) -> Option<Result<StorageRef, Refusal>> {
        match self.graph.view(value) {
            View::Persistent(id) => self.out.storages.ask(self.graph, id, self.shelf),
            View::Object(object) => {
                let name = self.graph.name(object.callee)?;
                if name.module != "torch.storage" || name.name != "_load_from_bytes" {
                    return None;
                }
                let bytes = self.arguments(&object).first().copied();
                Some(match bytes {
                    Some(bytes) => self.storage_in_bytes(value, bytes),
                    None => Err(Refusal::MalformedCall),
                })
            }
            _ => None,
        }
    }

    /// `(storage, offset, size, stride, requires_grad, hooks, metadata)`, with the dtype before the metadata
    /// in the third version.
    fn strided(&mut self, arguments: &[Value], dtype: Option<usize>) -> Rebuilt {
        let &[storage, offset, size, stride, ref rest @ ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let storage = self.storage(storage).ok_or(Refusal::MalformedCall)?;
        let mut made = self.on_storage(storage, offset, size, stride, |walk, class| match dtype {
            None => class.map(StorageClass::dtype).ok_or(Refusal::MalformedCall),
            Some(at) => {
                let dtype = arguments.get(at).copied().ok_or(Refusal::MalformedCall)?;
                walk.dtype(dtype)
            }
        });
        if let Some(&hooks) = rest.get(1) {
            made.beside.push((Label::Key(Key::Part("hooks")), hooks));
            made.beside
                .retain(|&(_, hooks)| self.holds_something(hooks));
        }
        let metadata = dtype.map_or(6, |at| at.saturating_add(1));
        if let Some(&metadata) = arguments.get(metadata) {
            self.metadata(metadata, &mut made.tensor);
        }
        Ok(made)
    }

    /// Whether there is any hook: there are none in honest files, but an empty dict is in every one.
    fn holds_something(&self, hooks: Value) -> bool {
        match self.graph.view(hooks) {
            View::None => false,
            View::Dict(items) => items.len() > 0,
            View::Object(_) => {
                super::objects::entries(self.graph, hooks).is_none_or(|entries| !entries.is_empty())
            }
            View::Tuple(items) | View::List(items) => items.len() > 0,
            _ => false,
        }
    }

    /// Reads a dtype of torch.
    fn dtype(&self, value: Value) -> Result<SourceDtype, Refusal> {
        let name = self.graph.name(value).ok_or(Refusal::MalformedCall)?;
        SourceDtype::from_torch(&name.name)
            .filter(|_| name.module == "torch")
            .ok_or_else(|| Refusal::unknown_dtype(&name.full()))
    }

    /// A strided tensor on a storage. What is wrong with it is said, and what is known of it kept.
    fn on_storage(
        &mut self,
        storage: Result<StorageRef, Refusal>,
        offset: Value,
        size: Value,
        stride: Value,
        dtype: impl FnOnce(&Self, Option<StorageClass>) -> Result<SourceDtype, Refusal>,
    ) -> Made {
        let mut tensor = blank(TensorKind::Strided, None);
        tensor.refusal = self
            .fill(&mut tensor, storage, (offset, size, stride), dtype)
            .err();
        Made::of(tensor)
    }

    fn fill(
        &mut self,
        tensor: &mut Tensor,
        storage: Result<StorageRef, Refusal>,
        (offset, size, stride): (Value, Value, Value),
        dtype: impl FnOnce(&Self, Option<StorageClass>) -> Result<SourceDtype, Refusal>,
    ) -> Result<(), Refusal> {
        if let Some(size) = self.sizes(size) {
            tensor.shape = size;
        }
        let class = storage.as_ref().ok().and_then(|storage| storage.class);
        let dtype = dtype(self, class);
        if let Ok(dtype) = dtype {
            tensor.dtype = Some(dtype);
            tensor.byte_order = self.order_of(dtype);
        }
        let storage = storage?;
        tensor.storage = Some(storage.id);
        let Some(class) = storage.class else {
            // The storage itself is refused.
            return Ok(());
        };
        let dtype = dtype?;
        let most = self.limits.rank.saturating_add(1);
        let numbers = (
            int(self.graph, offset),
            ints(self.graph, size, most),
            ints(self.graph, stride, most),
        );
        let (Some(offset), Some(size), Some(stride)) = numbers else {
            return Err(self.why_no_geometry(size));
        };
        let geometry = Geometry::of(offset, &size, &stride, self.limits.rank)?;
        tensor.shape.clone_from(&geometry.shape);
        tensor.stride.clone_from(&geometry.stride);
        if dtype.elements_per_byte() != 1 {
            return Err(Refusal::Packed);
        }
        let itemsize = dtype.itemsize();
        let held = storage
            .count
            .checked_mul(class.itemsize())
            .ok_or(Refusal::Overflow)?;
        geometry.fits(itemsize, held)?;
        let start = storage
            .start
            .checked_mul(class.itemsize())
            .ok_or(Refusal::Overflow)?;
        if !start.is_multiple_of(itemsize) {
            return Err(Refusal::MalformedGeometry);
        }
        tensor.offset = start
            .checked_div(itemsize)
            .and_then(|start| start.checked_add(geometry.offset))
            .ok_or(Refusal::Overflow)?;
        Ok(())
    }

    fn why_no_geometry(&self, size: Value) -> Refusal {
        match self.graph.view(super::objects::unwrapped(self.graph, size)) {
            View::Tuple(items) | View::List(items) if items.len() > self.limits.rank => {
                Refusal::Rank(u64::try_from(items.len()).unwrap_or(u64::MAX))
            }
            _ => Refusal::MalformedGeometry,
        }
    }

    /// Reads a shape, if it is one.
    fn sizes(&self, size: Value) -> Option<Vec<u64>> {
        ints(self.graph, size, self.limits.rank)?
            .into_iter()
            .map(|size| u64::try_from(size).ok())
            .collect()
    }

    /// Applies `{"conj": True, "neg": True}`.
    fn metadata(&self, metadata: Value, tensor: &mut Tensor) {
        if matches!(self.graph.view(metadata), View::None) {
            return;
        }
        let Some(entries) = super::objects::entries(self.graph, metadata) else {
            tensor.refusal.get_or_insert(Refusal::MalformedCall);
            return;
        };
        for (key, value) in entries {
            let View::Bool(truth) = self.graph.view(value) else {
                tensor.refusal.get_or_insert(Refusal::MalformedCall);
                continue;
            };
            match self.graph.text(key).as_deref() {
                Some(b"conj") => tensor.conjugate = truth,
                Some(b"neg") => tensor.negative = truth,
                Some(other) => {
                    let other = String::from_utf8_lossy(other);
                    let shown = findings::escape_shortened(&other, 80);
                    tensor
                        .refusal
                        .get_or_insert(Refusal::UnknownMetadata(shown.into()));
                }
                None => {
                    tensor.refusal.get_or_insert(Refusal::MalformedCall);
                }
            }
        }
        if tensor.conjugate && !tensor.dtype.is_some_and(SourceDtype::is_complex) {
            tensor.refusal.get_or_insert(Refusal::ConjugateOfReal);
        }
    }

    /// `(storage, offset, size, stride, quantizer, requires_grad, hooks)`.
    fn quantised(&mut self, arguments: &[Value], depth: u8) -> Rebuilt {
        let &[storage, offset, size, stride, quantiser, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let storage = self.storage(storage).ok_or(Refusal::MalformedCall)?;
        let mut made = self.on_storage(storage, offset, size, stride, |_, class| {
            class.map(StorageClass::dtype).ok_or(Refusal::MalformedCall)
        });
        match self.quantiser(quantiser, depth) {
            Ok(quantiser) => made.tensor.kind = TensorKind::Quantised(quantiser),
            Err(refusal) => {
                made.tensor.refusal.get_or_insert(refusal);
            }
        }
        Ok(made)
    }

    fn quantiser(&mut self, quantiser: Value, depth: u8) -> Result<Quantiser, Refusal> {
        let View::Tuple(items) = self.graph.view(quantiser) else {
            return Err(Refusal::MalformedCall);
        };
        let items: Vec<Value> = items.take(5).collect();
        let scheme = items.first().and_then(|&scheme| self.graph.name(scheme));
        let scheme = scheme.filter(|scheme| scheme.module == "torch");
        match (scheme.map(|scheme| scheme.name.as_str()), items.as_slice()) {
            (Some("per_tensor_affine"), &[_, scale, zero_point]) => Ok(Quantiser::PerTensor {
                scale: self.number(scale).ok_or(Refusal::MalformedCall)?,
                zero_point: int(self.graph, zero_point)
                    .and_then(|point| i64::try_from(point).ok())
                    .ok_or(Refusal::MalformedCall)?,
            }),
            (
                Some("per_channel_affine" | "per_channel_affine_float_qparams"),
                &[_, scales, zero_points, axis],
            ) => Ok(Quantiser::PerChannel {
                scales: self.channels(scales, "scales", depth)?,
                zero_points: self.channels(zero_points, "zero_points", depth)?,
                axis: int(self.graph, axis)
                    .and_then(|axis| u64::try_from(axis).ok())
                    .ok_or(Refusal::MalformedCall)?,
            }),
            _ => Err(Refusal::MalformedCall),
        }
    }

    fn channels(
        &mut self,
        value: Value,
        name: &'static str,
        depth: u8,
    ) -> Result<Channels, Refusal> {
        if let View::List(items) | View::Tuple(items) = self.graph.view(value) {
            return items
                .map(|item| self.number(item))
                .collect::<Option<_>>()
                .map(Channels::Numbers)
                .ok_or(Refusal::MalformedCall);
        }
        let part = self.part(value, name, depth)?;
        match &part.refusal {
            Some(refusal) => Err(Refusal::Part(Box::new(refusal.clone()))),
            None => Ok(Channels::Tensor(Box::new(part))),
        }
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "an integer among floats is read as the nearest float, as Python would"
    )]
    fn number(&self, value: Value) -> Option<f64> {
        match self.graph.view(value) {
            View::Float(float) => Some(float),
            View::Int(int) => Some(int as f64),
            _ => None,
        }
    }

    /// A tensor that is part of another one.
    fn part(&mut self, value: Value, name: &'static str, depth: u8) -> Result<Tensor, Refusal> {
        let mut part = self
            .tensor(value, depth)
            .ok_or(Refusal::MalformedCall)?
            .tensor;
        part.path = vec![Key::Part(name)];
        Ok(part)
    }

    /// `(data, requires_grad, hooks[, state])`.
    fn parameter(&mut self, arguments: &[Value], state: Option<usize>, depth: u8) -> Rebuilt {
        let &[data, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let mut made = self.tensor(data, depth).ok_or(Refusal::MalformedCall)?;
        if let Some(state) = state.and_then(|at| arguments.get(at)) {
            made.beside.extend(self.state_argument(*state));
        }
        if let Some(&hooks) = arguments.get(2)
            && self.holds_something(hooks)
        {
            made.beside.push((Label::Key(Key::Part("hooks")), hooks));
        }
        Ok(made)
    }

    /// `(function, class, arguments, state)`: what the function makes, as an instance of the class.
    fn of_class(&mut self, arguments: &[Value], depth: u8) -> Rebuilt {
        let &[function, class, inner, state] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let name = self.graph.name(function).ok_or(Refusal::MalformedCall)?;
        let (module, function) = (name.module.clone(), name.name.clone());
        let class = self.graph.name(class).map(pickle_vm::Name::full);
        let inner = super::objects::arguments(self.graph, inner);
        let mut made = self
            .call(&module, &function, &inner, depth)
            .unwrap_or_else(|| {
                let name = format!("{module}.{function}");
                Made::refused(Refusal::unknown_function(&name))
            });
        made.tensor.class = class.filter(|class| {
            !matches!(
                class.as_str(),
                "torch.Tensor" | "torch.nn.parameter.Parameter" | "torch.nn.parameter.Buffer"
            )
        });
        made.beside.extend(self.state_argument(state));
        Ok(made)
    }

    /// `(layout, (indices, values, size[, is_coalesced]))`, or with two tensors of indices.
    fn sparse(&mut self, arguments: &[Value], depth: u8) -> Rebuilt {
        let &[layout, data, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let layout = self.layout(layout).ok_or(Refusal::MalformedCall)?;
        let data = super::objects::arguments(self.graph, data);
        let (names, size): (&[&'static str], usize) = match layout {
            SparseLayout::Coo => (&["indices", "values"], 2),
            SparseLayout::Csr | SparseLayout::Bsr => {
                (&["crow_indices", "col_indices", "values"], 3)
            }
            SparseLayout::Csc | SparseLayout::Bsc => {
                (&["ccol_indices", "row_indices", "values"], 3)
            }
        };
        let mut tensor = blank(TensorKind::Opaque, None);
        let mut parts = Vec::new();
        for (&name, &value) in names.iter().zip(&data) {
            parts.push(self.part(value, name, depth)?);
        }
        if parts.len() != names.len() {
            return Err(Refusal::MalformedCall);
        }
        match data.get(size).and_then(|&size| self.sizes(size)) {
            Some(size) => tensor.shape = size,
            None => tensor.refusal = Some(Refusal::MalformedGeometry),
        }
        tensor.dtype = parts.last().and_then(|values| values.dtype);
        if let Some(refusal) = parts.iter().find_map(|part| part.refusal.clone()) {
            tensor
                .refusal
                .get_or_insert(Refusal::Part(Box::new(refusal)));
        }
        tensor.kind = TensorKind::Sparse { layout, parts };
        Ok(Made::of(tensor))
    }

    /// Reads a layout: what `torch.serialization._get_layout` is given, or a global.
    fn layout(&self, value: Value) -> Option<SparseLayout> {
        let name = match self.graph.view(value) {
            View::Object(object) => {
                let text = self.arguments(&object).first().copied()?;
                String::from_utf8_lossy(&self.graph.text(text)?).into_owned()
            }
            View::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            View::Name(name) => name.full(),
            _ => return None,
        };
        [
            SparseLayout::Coo,
            SparseLayout::Csr,
            SparseLayout::Csc,
            SparseLayout::Bsr,
            SparseLayout::Bsc,
        ]
        .into_iter()
        .find(|layout| layout.name() == name)
    }

    /// `(dtype, size, stride, requires_grad)`.
    fn meta(&mut self, arguments: &[Value]) -> Rebuilt {
        let &[dtype, size, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let mut tensor = blank(TensorKind::Meta, Some(Refusal::NoData));
        tensor.dtype = self.dtype(dtype).ok();
        tensor.shape = self.sizes(size).unwrap_or_default();
        Ok(Made::of(tensor))
    }

    /// `(class, dtype, size, ...)`.
    fn wrapper(&mut self, arguments: &[Value]) -> Rebuilt {
        let &[class, dtype, size, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let mut tensor = blank(TensorKind::Opaque, Some(Refusal::Wrapper));
        tensor.class = self.graph.name(class).map(pickle_vm::Name::full);
        tensor.dtype = self.dtype(dtype).ok();
        tensor.shape = self.sizes(size).unwrap_or_default();
        Ok(Made::of(tensor))
    }

    /// `(buffer, sizes, strides, offsets)`.
    fn nested(&mut self, arguments: &[Value], depth: u8) -> Rebuilt {
        let names = ["buffer", "sizes", "strides", "offsets"];
        let parts: Vec<Tensor> = names
            .into_iter()
            .zip(arguments)
            .filter_map(|(name, &value)| self.part(value, name, depth).ok())
            .collect();
        let mut tensor = blank(TensorKind::Opaque, Some(Refusal::Nested));
        tensor.dtype = parts.first().and_then(|buffer| buffer.dtype);
        tensor.kind = TensorKind::Nested { parts };
        Ok(Made::of(tensor))
    }

    /// `(data, dtype, device, requires_grad)`: an array or tensor that loading moves to a device.
    fn moved(&mut self, arguments: &[Value], depth: u8) -> Rebuilt {
        let &[data, dtype, ..] = arguments else {
            return Err(Refusal::MalformedCall);
        };
        let meant = self.dtype(dtype)?;
        let mut made = self.tensor(data, depth).ok_or(Refusal::MalformedCall)?;
        made.takes_state = true;
        if let Some(stored) = made.tensor.dtype
            && stored != meant
        {
            made.tensor
                .refusal
                .get_or_insert(Refusal::Conversion { stored, meant });
        }
        Ok(made)
    }
}
