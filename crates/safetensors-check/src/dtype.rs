use core::fmt;
use core::str::FromStr;

use crate::Reader;

/// What the elements of a tensor are.
///
/// The order is that of the reference implementation, by which its writer lays tensors out: rising alignment.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Dtype {
    /// One byte, 0 or 1.
    Bool,
    /// Four bits of floating point, two elements in a byte.
    F4,
    /// Six bits of floating point, two of exponent and three of mantissa.
    F6E2M3,
    /// Six bits of floating point, three of exponent and two of mantissa.
    F6E3M2,
    /// An unsigned byte.
    U8,
    /// A signed byte.
    I8,
    /// Eight bits of floating point, five of exponent.
    F8E5M2,
    /// Eight bits of floating point, four of exponent.
    F8E4M3,
    /// Eight bits of exponent alone.
    F8E8M0,
    /// Eight bits of floating point, four of exponent, without infinities and negative zero.
    F8E4M3Fnuz,
    /// Eight bits of floating point, five of exponent, without infinities and negative zero.
    F8E5M2Fnuz,
    /// 16 bits, signed.
    I16,
    /// 16 bits, unsigned.
    U16,
    /// Half precision of IEEE 754.
    F16,
    /// The upper half of single precision.
    Bf16,
    /// 32 bits, signed.
    I32,
    /// 32 bits, unsigned.
    U32,
    /// Single precision of IEEE 754.
    F32,
    /// A complex number of two in single precision.
    C64,
    /// Double precision of IEEE 754.
    F64,
    /// 64 bits, signed.
    I64,
    /// 64 bits, unsigned.
    U64,
}

/// A text that names no [`Dtype`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, thiserror::Error)]
#[error("not a dtype of safetensors")]
#[non_exhaustive]
pub struct UnknownDtype;

impl Dtype {
    /// All of them, in order.
    pub const ALL: [Self; 22] = [
        Self::Bool,
        Self::F4,
        Self::F6E2M3,
        Self::F6E3M2,
        Self::U8,
        Self::I8,
        Self::F8E5M2,
        Self::F8E4M3,
        Self::F8E8M0,
        Self::F8E4M3Fnuz,
        Self::F8E5M2Fnuz,
        Self::I16,
        Self::U16,
        Self::F16,
        Self::Bf16,
        Self::I32,
        Self::U32,
        Self::F32,
        Self::C64,
        Self::F64,
        Self::I64,
        Self::U64,
    ];

    /// Returns the name that headers use, such as `BF16`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "BOOL",
            Self::F4 => "F4",
            Self::F6E2M3 => "F6_E2M3",
            Self::F6E3M2 => "F6_E3M2",
            Self::U8 => "U8",
            Self::I8 => "I8",
            Self::F8E5M2 => "F8_E5M2",
            Self::F8E4M3 => "F8_E4M3",
            Self::F8E8M0 => "F8_E8M0",
            Self::F8E4M3Fnuz => "F8_E4M3FNUZ",
            Self::F8E5M2Fnuz => "F8_E5M2FNUZ",
            Self::I16 => "I16",
            Self::U16 => "U16",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::I32 => "I32",
            Self::U32 => "U32",
            Self::F32 => "F32",
            Self::C64 => "C64",
            Self::F64 => "F64",
            Self::I64 => "I64",
            Self::U64 => "U64",
        }
    }

    /// Returns the size of one element in bits: 4, 6, 8, 16, 32 or 64.
    #[must_use]
    pub const fn bits(self) -> u64 {
        match self {
            Self::F4 => 4,
            Self::F6E2M3 | Self::F6E3M2 => 6,
            Self::Bool
            | Self::U8
            | Self::I8
            | Self::F8E5M2
            | Self::F8E4M3
            | Self::F8E8M0
            | Self::F8E4M3Fnuz
            | Self::F8E5M2Fnuz => 8,
            Self::I16 | Self::U16 | Self::F16 | Self::Bf16 => 16,
            Self::I32 | Self::U32 | Self::F32 => 32,
            Self::C64 | Self::F64 | Self::I64 | Self::U64 => 64,
        }
    }

    /// Returns the bytes of which an element's address should be a multiple: 1, 2, 4 or 8. A complex number is
    /// aligned as its parts are.
    #[must_use]
    pub const fn alignment(self) -> u64 {
        match self {
            Self::C64 => 4,
            _ => match self.bits() {
                16 => 2,
                32 => 4,
                64 => 8,
                _ => 1,
            },
        }
    }

    /// Returns the oldest of the [readers](Reader) that know it.
    #[must_use]
    pub const fn since(self) -> Reader {
        match self {
            Self::F4 | Self::F6E2M3 | Self::F6E3M2 | Self::F8E8M0 => Reader::V0_6,
            Self::C64 => Reader::V0_7,
            Self::F8E4M3Fnuz | Self::F8E5M2Fnuz => Reader::V0_8,
            _ => Reader::V0_4,
        }
    }

    /// Returns how many bytes so many elements take; `None` where that is no whole number of bytes, or the bits
    /// are more than 2^64 - 1.
    ///
    /// ```
    /// # use safetensors_check::Dtype;
    /// assert_eq!((Dtype::F32.bytes(3), Dtype::F4.bytes(6), Dtype::F4.bytes(3)), (Some(12), Some(3), None));
    /// ```
    #[must_use]
    pub const fn bytes(self, elements: u64) -> Option<u64> {
        match elements.checked_mul(self.bits()) {
            Some(bits) if bits.is_multiple_of(8) => bits.checked_div(8),
            _ => None,
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Dtype {
    type Err = UnknownDtype;

    fn from_str(name: &str) -> Result<Self, UnknownDtype> {
        Ok(match name {
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::Bf16,
            "BOOL" => Self::Bool,
            "F4" => Self::F4,
            "F6_E2M3" => Self::F6E2M3,
            "F6_E3M2" => Self::F6E3M2,
            "U8" => Self::U8,
            "I8" => Self::I8,
            "F8_E5M2" => Self::F8E5M2,
            "F8_E4M3" => Self::F8E4M3,
            "F8_E8M0" => Self::F8E8M0,
            "F8_E4M3FNUZ" => Self::F8E4M3Fnuz,
            "F8_E5M2FNUZ" => Self::F8E5M2Fnuz,
            "I16" => Self::I16,
            "U16" => Self::U16,
            "I32" => Self::I32,
            "U32" => Self::U32,
            "C64" => Self::C64,
            "F64" => Self::F64,
            "I64" => Self::I64,
            "U64" => Self::U64,
            _ => return Err(UnknownDtype),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Dtype, UnknownDtype};

    #[test]
    fn every_dtype_is_read_back_from_its_name() {
        for dtype in Dtype::ALL {
            assert_eq!(dtype.as_str().parse(), Ok(dtype));
        }
        assert_eq!("f32".parse::<Dtype>(), Err(UnknownDtype));
        assert!(Dtype::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn alignment_never_exceeds_the_size() {
        for dtype in Dtype::ALL {
            assert!(dtype.alignment() * 8 <= dtype.bits().max(8), "{dtype}");
        }
    }
}
