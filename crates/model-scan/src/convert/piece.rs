use std::io::{self, Write};

use safetensors_check::Dtype;

use super::dense::Dense;
use super::dequantise::{Channel, Dequantise, Integers};
use super::element::{Element, Number};
use super::gather::View;
use super::options::{Complex, Options, Quantised, Sparse};
use super::plan::Refused;
use super::{
    ByteOrder, Channels, Checkpoint, Key, Quantiser, SourceDtype, SparseLayout, StorageId, Tensor,
    TensorKind, target,
};

/// One tensor of the output, and how its bytes come about.
#[derive(Debug)]
pub(super) struct Piece<'c> {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<u64>,
    pub(super) recipe: Recipe<'c>,
}

/// How the bytes of a tensor come about.
#[derive(Debug)]
pub(super) enum Recipe<'c> {
    /// They are these.
    Bytes(Vec<u8>),
    /// They are those of a sparse tensor, and zeros.
    Dense(Dense<'c>),
    /// They are the elements of a view.
    View {
        storage: StorageId,
        offset: u64,
        shape: &'c [u64],
        stride: &'c [u64],
        element: Element,
        /// What integers become, if they do.
        dequantised: Option<Dequantised>,
    },
}

/// What integers become on their way.
#[derive(Clone, Debug)]
pub(super) struct Dequantised {
    integers: Integers,
    channels: Vec<Channel>,
    run: u64,
}

impl Recipe<'_> {
    /// Returns the storage that the bytes are in.
    pub(super) const fn storage(&self) -> Option<StorageId> {
        match self {
            Self::Bytes(_) => None,
            Self::Dense(dense) => Some(dense.storage),
            Self::View { storage, .. } => Some(*storage),
        }
    }

    /// Writes the bytes; `storage` is what [`storage`](Self::storage) holds.
    pub(super) fn write(&self, storage: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(bytes),
            Self::Dense(dense) => dense.write(storage, out),
            Self::View {
                offset,
                shape,
                stride,
                element,
                dequantised,
                ..
            } => {
                let view = View {
                    offset: *offset,
                    shape,
                    stride,
                    element: *element,
                };
                match dequantised {
                    None => view.write(storage, out),
                    Some(Dequantised {
                        integers,
                        channels,
                        run,
                    }) => {
                        let mut out = Dequantise::new(*integers, channels.clone(), *run, out);
                        view.write(storage, &mut out)
                    }
                }
            }
        }
    }
}

/// Says what a tensor becomes.
pub(super) fn pieces<'c>(
    tensor: &'c Tensor,
    name: &str,
    checkpoint: &Checkpoint<'_>,
    options: &Options,
) -> Result<Vec<Piece<'c>>, Refused> {
    if let Some(refusal) = &tensor.refusal {
        return Err(refusal.clone().into());
    }
    match &tensor.kind {
        TensorKind::Strided | TensorKind::Storage => {
            strided(tensor, name, options).map(|piece| vec![piece])
        }
        TensorKind::Quantised(quantiser) => quantised(tensor, quantiser, name, checkpoint, options),
        TensorKind::Sparse { layout, parts } => match options.sparse {
            Sparse::Refuse => Err(Refused::Sparse(*layout)),
            Sparse::Dense => {
                dense(tensor, *layout, parts, name, checkpoint, options).map(|piece| vec![piece])
            }
            Sparse::Parts => sparse(tensor, parts, name, options),
        },
        _ => Err(Refused::Unknown),
    }
}

fn strided<'c>(tensor: &'c Tensor, name: &str, options: &Options) -> Result<Piece<'c>, Refused> {
    let dtype = tensor.dtype.ok_or(Refused::Unknown)?;
    match (target::twin(dtype), target::halves(dtype), options.complex) {
        (Some(_), ..) => view(tensor, name, dtype),
        (None, Some(halves), Complex::Real) => {
            let mut piece = view_as(tensor, name, dtype, halves)?;
            piece.shape.push(2);
            Ok(piece)
        }
        _ => Err(Refused::NoDtype(dtype)),
    }
}

fn view<'c>(tensor: &'c Tensor, name: &str, dtype: SourceDtype) -> Result<Piece<'c>, Refused> {
    view_as(tensor, name, dtype, dtype)
}

/// Takes the elements of a tensor, which are of a dtype, and calls them by the twin of another one.
fn view_as<'c>(
    tensor: &'c Tensor,
    name: &str,
    dtype: SourceDtype,
    called: SourceDtype,
) -> Result<Piece<'c>, Refused> {
    if name == "__metadata__" {
        return Err(Refused::ReservedName);
    }
    Ok(Piece {
        name: name.to_owned(),
        dtype: target::twin(called).ok_or(Refused::NoDtype(dtype))?,
        shape: target::shape(dtype, &tensor.shape).ok_or(Refused::Overflow)?,
        recipe: Recipe::View {
            storage: tensor.storage.ok_or(Refused::Unknown)?,
            offset: tensor.offset,
            shape: &tensor.shape,
            stride: &tensor.stride,
            element: element(tensor, dtype)?,
            dequantised: None,
        },
    })
}

/// What is done to the elements of a tensor.
pub(super) fn element(tensor: &Tensor, dtype: SourceDtype) -> Result<Element, Refused> {
    let width = usize::try_from(dtype.itemsize()).map_err(|_| Refused::Overflow)?;
    let number = Number::of(dtype);
    let mut element = Element::new(number, width);
    if tensor.byte_order == ByteOrder::Big {
        element = element.swapped();
    }
    if tensor.negative {
        let is_signed = number != Number::Whole
            || matches!(
                dtype,
                SourceDtype::Int8
                    | SourceDtype::Int16
                    | SourceDtype::Int32
                    | SourceDtype::Int64
                    // torch negates it as well, modulo 256.
                    | SourceDtype::Uint8
            );
        if !is_signed {
            return Err(Refused::NoSign(dtype));
        }
        element = element.negated();
    }
    if tensor.conjugate {
        element = element.conjugated();
    }
    Ok(element)
}

fn quantised<'c>(
    tensor: &'c Tensor,
    quantiser: &'c Quantiser,
    name: &str,
    checkpoint: &Checkpoint<'_>,
    options: &Options,
) -> Result<Vec<Piece<'c>>, Refused> {
    let dtype = tensor.dtype.ok_or(Refused::Unknown)?;
    if options.quantised == Quantised::Refuse {
        return Err(Refused::Quantised);
    }
    let stored = target::integers(dtype).ok_or(Refused::Quantiser(dtype))?;
    let channels = channels(tensor, quantiser, dtype, checkpoint)?;
    if options.quantised == Quantised::Dequantise {
        let mut piece = view_as(tensor, name, stored, SourceDtype::Float32)?;
        if let Recipe::View { dequantised, .. } = &mut piece.recipe {
            *dequantised = Some(Dequantised {
                integers: match stored {
                    SourceDtype::Int8 => Integers::Signed8,
                    SourceDtype::Uint8 => Integers::Unsigned8,
                    _ => Integers::Signed32,
                },
                channels,
                run: run(tensor, quantiser)?,
            });
        }
        return Ok(vec![piece]);
    }
    let (per_channel, axis) = match quantiser {
        Quantiser::PerTensor { .. } => (Vec::new(), None),
        Quantiser::PerChannel { axis, .. } => (
            vec![u64::try_from(channels.len()).unwrap_or(u64::MAX)],
            Some(*axis),
        ),
    };
    let part = |part: &str| format!("{name}.{part}");
    let scales = channels
        .iter()
        .flat_map(|channel| channel.scale.to_le_bytes());
    let zero_points = channels
        .iter()
        .flat_map(|channel| channel.zero_point.to_le_bytes());
    let mut pieces = vec![
        view(tensor, &part("int_repr"), stored)?,
        bytes(part("scale"), Dtype::F64, per_channel.clone(), scales),
        bytes(part("zero_point"), Dtype::I64, per_channel, zero_points),
    ];
    if let Some(axis) = axis {
        pieces.push(bytes(
            part("axis"),
            Dtype::I64,
            Vec::new(),
            axis.to_le_bytes(),
        ));
    }
    Ok(pieces)
}

fn bytes<'c>(
    name: String,
    dtype: Dtype,
    shape: Vec<u64>,
    bytes: impl IntoIterator<Item = u8>,
) -> Piece<'c> {
    Piece {
        name,
        dtype,
        shape,
        recipe: Recipe::Bytes(bytes.into_iter().collect()),
    }
}

/// How many elements that follow each other have one scale.
fn run(tensor: &Tensor, quantiser: &Quantiser) -> Result<u64, Refused> {
    match quantiser {
        Quantiser::PerTensor { .. } => Ok(u64::MAX),
        Quantiser::PerChannel { axis, .. } => {
            let axis = usize::try_from(*axis).map_err(|_| Refused::Overflow)?;
            let inner = tensor.shape.iter().skip(axis.saturating_add(1));
            inner
                .copied()
                .try_fold(1, u64::checked_mul)
                .ok_or(Refused::Overflow)
        }
    }
}

/// Reads the scales and zero points: one, or one for each slice along the axis.
fn channels(
    tensor: &Tensor,
    quantiser: &Quantiser,
    dtype: SourceDtype,
    checkpoint: &Checkpoint<'_>,
) -> Result<Vec<Channel>, Refused> {
    match quantiser {
        Quantiser::PerTensor { scale, zero_point } => Ok(vec![Channel {
            scale: *scale,
            zero_point: *zero_point,
        }]),
        Quantiser::PerChannel {
            scales,
            zero_points,
            axis,
        } => {
            let axis = usize::try_from(*axis).map_err(|_| Refused::Overflow)?;
            let size = *tensor.shape.get(axis).ok_or(Refused::Quantiser(dtype))?;
            let scales = numbers(scales, size, checkpoint).ok_or(Refused::Quantiser(dtype))?;
            let zero_points =
                numbers(zero_points, size, checkpoint).ok_or(Refused::Quantiser(dtype))?;
            scales
                .iter()
                .zip(&zero_points)
                .map(|(scale, zero_point)| {
                    Some(Channel {
                        scale: scale.float(),
                        zero_point: zero_point.whole()?,
                    })
                })
                .collect::<Option<Vec<_>>>()
                .ok_or(Refused::Quantiser(dtype))
        }
    }
}

/// Bytes of a packed storage that scales or zero points are read from: those of 131,072 channels.
const PACKED_PARAMETERS: u64 = 1 << 20;

/// A scale or a zero point.
#[derive(Clone, Copy, Debug)]
enum Parameter {
    Float(f64),
    Whole(i64),
}

impl Parameter {
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a scale that is an integer is a small one"
    )]
    const fn float(self) -> f64 {
        match self {
            Self::Float(float) => float,
            Self::Whole(whole) => whole as f64,
        }
    }

    const fn whole(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => Some(whole),
            // Zero points that are floats are of another kind of quantisation.
            Self::Float(_) => None,
        }
    }
}

/// Reads so many numbers.
fn numbers(channels: &Channels, count: u64, checkpoint: &Checkpoint<'_>) -> Option<Vec<Parameter>> {
    let numbers = match channels {
        Channels::Numbers(numbers) => numbers.iter().copied().map(Parameter::Float).collect(),
        Channels::Tensor(tensor) => {
            if tensor.refusal.is_some() || tensor.count()? != count {
                return None;
            }
            let dtype = tensor.dtype?;
            let piece = view(tensor, "", dtype).ok()?;
            let storage = checkpoint.storage(tensor.storage?)?;
            // Every tensor may ask for the same one anew.
            if storage.as_slice().is_none() && storage.byte_length() > PACKED_PARAMETERS {
                return None;
            }
            let storage = storage.bytes().ok()?;
            let mut bytes = Vec::new();
            piece.recipe.write(&storage, &mut bytes).ok()?;
            match dtype {
                SourceDtype::Float64 => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|number| Parameter::Float(f64::from_le_bytes(*number)))
                    .collect(),
                SourceDtype::Float32 => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|number| Parameter::Float(f64::from(f32::from_le_bytes(*number))))
                    .collect(),
                SourceDtype::Int64 => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|number| Parameter::Whole(i64::from_le_bytes(*number)))
                    .collect(),
                SourceDtype::Int32 => bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|number| Parameter::Whole(i64::from(i32::from_le_bytes(*number))))
                    .collect(),
                _ => return None,
            }
        }
    };
    let numbers: Vec<Parameter> = numbers;
    (u64::try_from(numbers.len()).ok()? == count).then_some(numbers)
}

fn dense<'c>(
    tensor: &Tensor,
    layout: SparseLayout,
    parts: &'c [Tensor],
    name: &str,
    checkpoint: &Checkpoint<'_>,
    options: &Options,
) -> Result<Piece<'c>, Refused> {
    if name == "__metadata__" {
        return Err(Refused::ReservedName);
    }
    let values = parts.last().ok_or(Refused::SparseParts)?;
    let dtype = values.dtype.ok_or(Refused::SparseParts)?;
    let element = element(values, dtype)?;
    let dense = Dense::of(tensor, layout, parts, element, checkpoint, &options.limits)?;
    Ok(Piece {
        name: name.to_owned(),
        dtype: target::twin(dtype).ok_or(Refused::NoDtype(dtype))?,
        shape: target::shape(dtype, &tensor.shape).ok_or(Refused::Overflow)?,
        recipe: Recipe::Dense(dense),
    })
}

fn sparse<'c>(
    tensor: &'c Tensor,
    parts: &'c [Tensor],
    name: &str,
    options: &Options,
) -> Result<Vec<Piece<'c>>, Refused> {
    let mut pieces = Vec::with_capacity(parts.len().saturating_add(1));
    for part in parts {
        if let Some(refusal) = &part.refusal {
            return Err(refusal.clone().into());
        }
        let Some(Key::Part(called)) = part.path.last() else {
            return Err(Refused::Unknown);
        };
        pieces.push(strided(part, &format!("{name}.{called}"), options)?);
    }
    let rank = u64::try_from(tensor.shape.len()).unwrap_or(u64::MAX);
    let shape = tensor.shape.iter().flat_map(|size| size.to_le_bytes());
    pieces.push(bytes(
        format!("{name}.shape"),
        Dtype::I64,
        vec![rank],
        shape,
    ));
    Ok(pieces)
}
