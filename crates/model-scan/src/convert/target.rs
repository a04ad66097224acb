use safetensors_check::Dtype;

use super::SourceDtype;

/// Returns the dtype of safetensors whose bytes are those of a dtype of torch, if there is one.
pub(super) const fn twin(dtype: SourceDtype) -> Option<Dtype> {
    use SourceDtype as D;
    Some(match dtype {
        D::Bool => Dtype::Bool,
        D::Uint8 => Dtype::U8,
        D::Int8 => Dtype::I8,
        D::Uint16 => Dtype::U16,
        D::Int16 => Dtype::I16,
        D::Uint32 => Dtype::U32,
        D::Int32 => Dtype::I32,
        D::Uint64 => Dtype::U64,
        D::Int64 => Dtype::I64,
        D::Float16 => Dtype::F16,
        D::BFloat16 => Dtype::Bf16,
        D::Float32 => Dtype::F32,
        D::Float64 => Dtype::F64,
        D::Complex64 => Dtype::C64,
        D::Float8E4m3fn => Dtype::F8E4M3,
        D::Float8E4m3fnuz => Dtype::F8E4M3Fnuz,
        D::Float8E5m2 => Dtype::F8E5M2,
        D::Float8E5m2fnuz => Dtype::F8E5M2Fnuz,
        D::Float8E8m0fnu => Dtype::F8E8M0,
        D::Float4E2m1fnX2 => Dtype::F4,
        _ => return None,
    })
}

/// Returns the dtype that the integers of a quantised dtype have.
pub(super) const fn integers(dtype: SourceDtype) -> Option<SourceDtype> {
    use SourceDtype as D;
    Some(match dtype {
        D::QInt8 => D::Int8,
        D::QUint8 => D::Uint8,
        D::QInt32 => D::Int32,
        _ => return None,
    })
}

/// Returns the dtype of the two halves of a complex number that has no twin.
pub(super) const fn halves(dtype: SourceDtype) -> Option<SourceDtype> {
    use SourceDtype as D;
    Some(match dtype {
        D::Complex32 => D::Float16,
        D::Complex128 => D::Float64,
        _ => return None,
    })
}

/// Returns the shape that a header has for a tensor: an element of `float4_e2m1fn_x2` is two of F4.
pub(super) fn shape(dtype: SourceDtype, shape: &[u64]) -> Option<Vec<u64>> {
    let mut shape = shape.to_vec();
    if dtype == SourceDtype::Float4E2m1fnX2 {
        match shape.last_mut() {
            Some(last) => *last = last.checked_mul(2)?,
            None => shape.push(2),
        }
    }
    Some(shape)
}

#[cfg(test)]
mod tests {
    use super::{shape, twin};
    use crate::convert::SourceDtype;

    #[test]
    fn two_numbers_of_four_bits_make_an_element() {
        let dtype = SourceDtype::Float4E2m1fnX2;
        assert_eq!(shape(dtype, &[3, 4]), Some(vec![3, 8]));
        assert_eq!(shape(dtype, &[]), Some(vec![2]));
        assert_eq!(shape(dtype, &[1 << 63]), None);
        assert_eq!(shape(SourceDtype::Uint8, &[3]), Some(vec![3]));
    }

    #[test]
    fn a_twin_has_elements_of_the_same_size() {
        for (dtype, bits) in [
            (SourceDtype::Bool, 8),
            (SourceDtype::Complex64, 64),
            (SourceDtype::Float8E8m0fnu, 8),
            (SourceDtype::BFloat16, 16),
        ] {
            assert_eq!(twin(dtype).unwrap().bits(), bits);
        }
        assert_eq!(twin(SourceDtype::Complex128), None);
        assert_eq!(twin(SourceDtype::QInt8), None);
    }
}
