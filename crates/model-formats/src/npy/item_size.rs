/// What one element of a dtype takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ItemSize {
    /// So many bytes.
    Bytes(u64),
    /// A reference to a Python object: what is stored is a pickle.
    Object,
}

impl ItemSize {
    /// Returns the bytes of one element, or `None` where it is an object.
    #[must_use]
    pub const fn bytes(self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Object => None,
        }
    }
}

/// Returns what one element of a numpy dtype string takes, or `None` if the string is not of the form
/// `[<>=|]kind size [unit]` or one of numpy's one-letter codes whose size is the same everywhere.
///
/// Strings such as `f8,i4`, `(2,3)f8` and `float64`, which numpy also takes, are not read: nothing that
/// numpy or joblib stores is written like that.
///
/// ```
/// # use model_formats::npy::{ItemSize, item_size};
/// assert_eq!(item_size("<f4"), Some(ItemSize::Bytes(4)));
/// assert_eq!(item_size("U10"), Some(ItemSize::Bytes(40)));
/// assert_eq!(item_size("<M8[ns]"), Some(ItemSize::Bytes(8)));
/// assert_eq!(item_size("|O"), Some(ItemSize::Object));
/// assert_eq!(item_size("f8,i4"), None);
/// ```
#[must_use]
pub fn item_size(dtype: &str) -> Option<ItemSize> {
    let kind_and_size = dtype.strip_prefix(['<', '>', '=', '|']).unwrap_or(dtype);
    let mut chars = kind_and_size.chars();
    let kind = chars.next()?;
    let rest = chars.as_str();
    if rest.is_empty() {
        return one_letter(kind);
    }
    let (digits, unit) = match rest.split_once('[') {
        Some((digits, unit)) => (digits, Some(unit.strip_suffix(']')?)),
        None => (rest, None),
    };
    if unit.is_some_and(|unit| !matches!(kind, 'M' | 'm') || !is_time_unit(unit)) {
        return None;
    }
    let size = decimal(digits)?;
    let bytes = match (kind, size) {
        ('b', 1) | ('i' | 'u', 1 | 2 | 4 | 8) | ('M' | 'm', 8) => size,
        // 96-bit and 80-bit extended floats are padded to 12 or 16 bytes.
        ('f', 2 | 4 | 8 | 12 | 16) | ('c', 8 | 16 | 24 | 32) => size,
        ('S' | 'a' | 'V', _) => size,
        ('U', _) => size.checked_mul(4)?,
        ('O', 4 | 8) => return Some(ItemSize::Object),
        _ => return None,
    };
    Some(ItemSize::Bytes(bytes))
}

/// Sizes of the codes that stand alone. `l`, `L`, `p` and `P` differ between systems: no size is given.
const fn one_letter(code: char) -> Option<ItemSize> {
    let bytes = match code {
        'S' | 'U' | 'V' | 'a' => 0,
        '?' | 'b' | 'B' | 'c' => 1,
        'e' | 'h' | 'H' => 2,
        'f' | 'i' | 'I' => 4,
        'd' | 'F' | 'q' | 'Q' | 'M' | 'm' => 8,
        'D' | 'g' => 16,
        'G' => 32,
        'O' => return Some(ItemSize::Object),
        _ => return None,
    };
    Some(ItemSize::Bytes(bytes))
}

/// Says whether the text in brackets is a multiple of a time unit, such as `ns`, `25s` or `D`.
fn is_time_unit(unit: &str) -> bool {
    let name = unit.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(
        name,
        "Y" | "M" | "W" | "D" | "h" | "m" | "s" | "ms" | "us" | "ns" | "ps" | "fs" | "as"
    ) || unit == "generic"
}

fn decimal(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{ItemSize, item_size};

    #[test]
    fn sizes_are_those_that_numpy_gives() {
        for (dtype, bytes) in [
            ("f8", 8),
            ("<f4", 4),
            (">f2", 2),
            ("|b1", 1),
            ("<U10", 40),
            ("S5", 5),
            ("|V16", 16),
            ("V2", 2),
            ("M8[ns]", 8),
            ("<m8[25s]", 8),
            ("<M8", 8),
            ("c16", 16),
            ("g", 16),
            ("f16", 16),
            ("G", 32),
            ("U0", 0),
            ("a10", 10),
            ("?", 1),
        ] {
            assert_eq!(item_size(dtype), Some(ItemSize::Bytes(bytes)), "{dtype}");
        }
        for dtype in ["O", "|O", "O8", "|O4"] {
            assert_eq!(item_size(dtype), Some(ItemSize::Object), "{dtype}");
        }
    }

    #[test]
    fn strings_that_nothing_writes_have_no_size() {
        for dtype in [
            "",
            "<",
            "f3",
            "i16",
            "f8,i4",
            "3f4",
            "(2,3)f8",
            "float64",
            "f8[ns]",
            "M8[xs]",
            "M8[ns",
            "U99999999999999999999",
            "U9223372036854775807",
            "f+8",
            "<<f8",
            "é8",
            "O2",
            "l",
            "b2",
            "f 8",
        ] {
            assert_eq!(item_size(dtype), None, "{dtype}");
        }
    }
}
