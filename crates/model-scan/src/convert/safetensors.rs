use safetensors_check::{Dtype, Header, Limits as HeaderLimits};

use super::geometry::{Geometry, Order};
use super::persistent::Found;
use super::place::Place;
use super::rebuild::blank;
use super::walk::Collected;
use super::{Error, ErrorKind, Key, Limits, Refusal, SourceDtype, TensorKind};

/// Reads a safetensors file: one storage, the data behind the header.
///
/// A tensor of two numbers in a byte has half as many elements in its last dimension as the header says, as
/// torch counts them.
pub(super) fn read<'a>(
    place: &Place<'a>,
    limits: &Limits,
    out: &mut Collected<'a>,
) -> Result<(), Error> {
    let header = Header::read(place.bytes(), place.len(), &HeaderLimits::default())
        .map_err(|error| Error::new(ErrorKind::Safetensors(error.rule().id), error.offset()))?;
    let start = header.data().start;
    let data = place
        .part(&header.data())
        .ok_or(Error::new(ErrorKind::TrailingBytes, start))?;
    let id = out
        .storages
        .add("data".to_owned(), Found::plain(data), SourceDtype::Uint8);
    for stored in header.tensors_by_offset() {
        let mut tensor = blank(TensorKind::Strided, None);
        tensor.shape = stored.shape().to_vec();
        tensor.storage = Some(id);
        let mut fill = || {
            let dtype = dtype(stored.dtype())
                .ok_or_else(|| Refusal::UnknownDtype(stored.dtype().as_str().into()))?;
            tensor.dtype = Some(dtype);
            if dtype == SourceDtype::Float4E2m1fnX2 {
                let last = tensor.shape.last_mut().ok_or(Refusal::Packed)?;
                if !last.is_multiple_of(2) {
                    return Err(Refusal::Packed);
                }
                *last >>= 1_u32;
            }
            let shape = tensor.shape.clone();
            tensor.stride = Geometry::dense(shape, Order::LastFastest, limits.rank)?.stride;
            let offset = stored.data_offsets().start;
            if !offset.is_multiple_of(dtype.itemsize()) {
                return Err(Refusal::Unaligned);
            }
            tensor.offset = offset.checked_div(dtype.itemsize()).unwrap_or_default();
            Ok(())
        };
        tensor.refusal = fill().err();
        tensor.path = vec![Key::Text(stored.name().into())];
        out.tensor(tensor, limits)?;
    }
    Ok(())
}

const fn dtype(dtype: Dtype) -> Option<SourceDtype> {
    Some(match dtype {
        Dtype::Bool => SourceDtype::Bool,
        Dtype::F4 => SourceDtype::Float4E2m1fnX2,
        Dtype::U8 => SourceDtype::Uint8,
        Dtype::I8 => SourceDtype::Int8,
        Dtype::F8E5M2 => SourceDtype::Float8E5m2,
        Dtype::F8E4M3 => SourceDtype::Float8E4m3fn,
        Dtype::F8E8M0 => SourceDtype::Float8E8m0fnu,
        Dtype::F8E4M3Fnuz => SourceDtype::Float8E4m3fnuz,
        Dtype::F8E5M2Fnuz => SourceDtype::Float8E5m2fnuz,
        Dtype::I16 => SourceDtype::Int16,
        Dtype::U16 => SourceDtype::Uint16,
        Dtype::F16 => SourceDtype::Float16,
        Dtype::Bf16 => SourceDtype::BFloat16,
        Dtype::I32 => SourceDtype::Int32,
        Dtype::U32 => SourceDtype::Uint32,
        Dtype::F32 => SourceDtype::Float32,
        Dtype::C64 => SourceDtype::Complex64,
        Dtype::F64 => SourceDtype::Float64,
        Dtype::I64 => SourceDtype::Int64,
        Dtype::U64 => SourceDtype::Uint64,
        _ => return None,
    })
}
