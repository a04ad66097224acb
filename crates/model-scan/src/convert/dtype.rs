use std::fmt;

/// The type of a tensor's elements, as torch or numpy knows it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum SourceDtype {
    /// One byte, 0 or 1.
    Bool,
    /// Unsigned, 8 bits.
    Uint8,
    /// Signed, 8 bits.
    Int8,
    /// Unsigned, 16 bits.
    Uint16,
    /// Signed, 16 bits.
    Int16,
    /// Unsigned, 32 bits.
    Uint32,
    /// Signed, 32 bits.
    Int32,
    /// Unsigned, 64 bits.
    Uint64,
    /// Signed, 64 bits.
    Int64,
    /// IEEE 754 binary16.
    Float16,
    /// The upper half of a binary32.
    BFloat16,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64.
    Float64,
    /// Two binary16.
    Complex32,
    /// Two binary32.
    Complex64,
    /// Two binary64.
    Complex128,
    /// 8 bits, 4 of them exponent, no infinities.
    Float8E4m3fn,
    /// 8 bits, 4 of them exponent, no infinities, no negative zero.
    Float8E4m3fnuz,
    /// 8 bits, 5 of them exponent.
    Float8E5m2,
    /// 8 bits, 5 of them exponent, no infinities, no negative zero.
    Float8E5m2fnuz,
    /// 8 bits of exponent.
    Float8E8m0fnu,
    /// Two numbers of 4 bits, 2 of them exponent, in one byte.
    Float4E2m1fnX2,
    /// Quantised, signed, 8 bits.
    QInt8,
    /// Quantised, unsigned, 8 bits.
    QUint8,
    /// Quantised, signed, 32 bits.
    QInt32,
    /// Quantised, two of 4 bits in one byte; a tensor's shape counts the halves.
    QUint4x2,
    /// Quantised, four of 2 bits in one byte; a tensor's shape counts the quarters.
    QUint2x4,
    /// 8 bits without a meaning.
    Bits8,
    /// 16 bits without a meaning.
    Bits16,
    /// Eight of one bit in a byte.
    Bits1x8,
    /// Four of two bits in a byte.
    Bits2x4,
    /// Two of four bits in a byte.
    Bits4x2,
    /// Signed, of one bit, in a byte of its own as far as torch stores it.
    Int1,
    /// Signed, of two bits.
    Int2,
    /// Signed, of three bits.
    Int3,
    /// Signed, of four bits.
    Int4,
    /// Signed, of five bits.
    Int5,
    /// Signed, of six bits.
    Int6,
    /// Signed, of seven bits.
    Int7,
    /// Unsigned, of one bit.
    Uint1,
    /// Unsigned, of two bits.
    Uint2,
    /// Unsigned, of three bits.
    Uint3,
    /// Unsigned, of four bits.
    Uint4,
    /// Unsigned, of five bits.
    Uint5,
    /// Unsigned, of six bits.
    Uint6,
    /// Unsigned, of seven bits.
    Uint7,
}

use SourceDtype as D;

/// torch's name, torch's other name, the storage class that stands for it, the bytes of one element.
type Row = (SourceDtype, &'static str, &'static str, &'static str, u64);

/// Every dtype of torch 2.15, and what 0.1 and later wrote for it.
const TABLE: &[Row] = &[
    (D::Float32, "float32", "float", "FloatStorage", 4),
    (D::Float64, "float64", "double", "DoubleStorage", 8),
    (D::Float16, "float16", "half", "HalfStorage", 2),
    (D::BFloat16, "bfloat16", "", "BFloat16Storage", 2),
    (D::Int64, "int64", "long", "LongStorage", 8),
    (D::Int32, "int32", "int", "IntStorage", 4),
    (D::Int16, "int16", "short", "ShortStorage", 2),
    (D::Int8, "int8", "", "CharStorage", 1),
    (D::Uint8, "uint8", "", "ByteStorage", 1),
    (D::Bool, "bool", "", "BoolStorage", 1),
    (D::Uint16, "uint16", "", "", 2),
    (D::Uint32, "uint32", "", "", 4),
    (D::Uint64, "uint64", "", "", 8),
    (D::Complex32, "complex32", "chalf", "", 4),
    (
        D::Complex64,
        "complex64",
        "cfloat",
        "ComplexFloatStorage",
        8,
    ),
    (
        D::Complex128,
        "complex128",
        "cdouble",
        "ComplexDoubleStorage",
        16,
    ),
    (D::Float8E4m3fn, "float8_e4m3fn", "", "", 1),
    (D::Float8E4m3fnuz, "float8_e4m3fnuz", "", "", 1),
    (D::Float8E5m2, "float8_e5m2", "", "", 1),
    (D::Float8E5m2fnuz, "float8_e5m2fnuz", "", "", 1),
    (D::Float8E8m0fnu, "float8_e8m0fnu", "", "", 1),
    (D::Float4E2m1fnX2, "float4_e2m1fn_x2", "", "", 1),
    (D::QInt8, "qint8", "", "QInt8Storage", 1),
    (D::QUint8, "quint8", "", "QUInt8Storage", 1),
    (D::QInt32, "qint32", "", "QInt32Storage", 4),
    (D::QUint4x2, "quint4x2", "", "QUInt4x2Storage", 1),
    (D::QUint2x4, "quint2x4", "", "QUInt2x4Storage", 1),
    (D::Bits8, "bits8", "", "", 1),
    (D::Bits16, "bits16", "", "", 2),
    (D::Bits1x8, "bits1x8", "", "", 1),
    (D::Bits2x4, "bits2x4", "", "", 1),
    (D::Bits4x2, "bits4x2", "", "", 1),
    (D::Int1, "int1", "", "", 1),
    (D::Int2, "int2", "", "", 1),
    (D::Int3, "int3", "", "", 1),
    (D::Int4, "int4", "", "", 1),
    (D::Int5, "int5", "", "", 1),
    (D::Int6, "int6", "", "", 1),
    (D::Int7, "int7", "", "", 1),
    (D::Uint1, "uint1", "", "", 1),
    (D::Uint2, "uint2", "", "", 1),
    (D::Uint3, "uint3", "", "", 1),
    (D::Uint4, "uint4", "", "", 1),
    (D::Uint5, "uint5", "", "", 1),
    (D::Uint6, "uint6", "", "", 1),
    (D::Uint7, "uint7", "", "", 1),
];

/// What a storage class says of its elements.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum StorageClass {
    /// They are of a type.
    Typed(SourceDtype),
    /// It counts bytes; each tensor on it says what they are.
    Untyped,
}

impl StorageClass {
    /// Reads the name of a class, `FloatStorage`; its module does not matter, as it does not to torch.
    pub(crate) fn named(class: &str) -> Option<Self> {
        if matches!(class, "UntypedStorage" | "_UntypedStorage") {
            return Some(Self::Untyped);
        }
        TABLE
            .iter()
            .find(|row| !row.3.is_empty() && row.3 == class)
            .map(|row| Self::Typed(row.0))
    }

    /// Bytes of one element.
    pub(crate) fn itemsize(self) -> u64 {
        match self {
            Self::Typed(dtype) => dtype.itemsize(),
            Self::Untyped => 1,
        }
    }

    /// The type of its elements; bytes where nothing says more.
    pub(crate) const fn dtype(self) -> SourceDtype {
        match self {
            Self::Typed(dtype) => dtype,
            Self::Untyped => SourceDtype::Uint8,
        }
    }
}

impl SourceDtype {
    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.0 == self)
    }

    /// Returns torch's name without the module: `float32`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// Returns the bytes of one element; of one byte for those of which several share a byte.
    #[must_use]
    pub fn itemsize(self) -> u64 {
        self.row().map_or(1, |row| row.4)
    }

    /// Returns the bytes that are reversed together where the byte order is another: half an element for
    /// complex numbers.
    #[must_use]
    pub fn swapped_bytes(self) -> u64 {
        match self {
            Self::Complex32 => 2,
            Self::Complex64 => 4,
            Self::Complex128 => 8,
            _ => self.itemsize(),
        }
    }

    /// Says whether elements are integers that a scale and a zero point turn into numbers.
    #[must_use]
    pub const fn is_quantised(self) -> bool {
        matches!(
            self,
            Self::QInt8 | Self::QUint8 | Self::QInt32 | Self::QUint4x2 | Self::QUint2x4
        )
    }

    /// Says whether elements have a real and an imaginary part.
    #[must_use]
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::Complex32 | Self::Complex64 | Self::Complex128)
    }

    /// Returns how many elements of a tensor share a byte of its storage, by the tensor's own shape.
    #[must_use]
    pub const fn elements_per_byte(self) -> u64 {
        match self {
            Self::QUint4x2 => 2,
            Self::QUint2x4 => 4,
            _ => 1,
        }
    }

    /// Reads torch's name of a dtype, `float32` or `half`.
    #[must_use]
    pub fn from_torch(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.1 == name || !row.2.is_empty() && row.2 == name)
            .map(|row| row.0)
    }

    /// Reads a dtype string of numpy without its byte order: `f4`. `V2` is what numpy makes of a bfloat16.
    #[must_use]
    pub fn from_numpy(descr: &str) -> Option<Self> {
        Some(match descr {
            "b1" | "?" => Self::Bool,
            "i1" | "b" => Self::Int8,
            "u1" | "B" => Self::Uint8,
            "i2" | "h" => Self::Int16,
            "u2" | "H" => Self::Uint16,
            "i4" | "i" => Self::Int32,
            "u4" | "I" => Self::Uint32,
            "i8" | "q" => Self::Int64,
            "u8" | "Q" => Self::Uint64,
            "f2" | "e" => Self::Float16,
            "f4" | "f" => Self::Float32,
            "f8" | "d" => Self::Float64,
            "c8" | "F" => Self::Complex64,
            "c16" | "D" => Self::Complex128,
            "V2" => Self::BFloat16,
            _ => return None,
        })
    }
}

impl fmt::Display for SourceDtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceDtype, StorageClass, TABLE};

    #[test]
    fn every_name_is_read_back() {
        for row in TABLE {
            assert_eq!(SourceDtype::from_torch(row.1), Some(row.0));
            assert_eq!(row.0.name(), row.1);
            assert_eq!(row.0.itemsize(), row.4);
        }
        assert_eq!(SourceDtype::from_torch(""), None);
        assert_eq!(StorageClass::named(""), None);
    }

    #[test]
    fn sixteen_storage_classes_are_typed() {
        let typed = TABLE.iter().filter(|row| !row.3.is_empty()).count();
        // QUInt2x4Storage is the seventeenth: torch has it, its documentation does not count it.
        assert_eq!(typed, 17);
        assert_eq!(
            StorageClass::named("QUInt4x2Storage"),
            Some(StorageClass::Typed(SourceDtype::QUint4x2))
        );
        assert_eq!(
            StorageClass::named("UntypedStorage"),
            Some(StorageClass::Untyped)
        );
    }
}
