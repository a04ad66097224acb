use super::SourceDtype;

/// What a number is, as far as changing its sign needs it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Number {
    /// An integer, or bits that mean something else.
    Whole,
    /// A float, whose sign is its highest bit.
    Float,
    /// Two floats.
    Complex,
}

impl Number {
    /// Returns what the elements of a dtype are.
    pub(super) const fn of(dtype: SourceDtype) -> Self {
        use SourceDtype as D;
        match dtype {
            D::Float16
            | D::BFloat16
            | D::Float32
            | D::Float64
            | D::Float8E4m3fn
            | D::Float8E4m3fnuz
            | D::Float8E5m2
            | D::Float8E5m2fnuz => Self::Float,
            D::Complex32 | D::Complex64 | D::Complex128 => Self::Complex,
            _ => Self::Whole,
        }
    }
}

/// An element, and what is done to it on its way to a little-endian file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Element {
    number: Number,
    width: usize,
    /// From the most significant byte first to the least.
    swaps: bool,
    negates: bool,
    conjugates: bool,
}

impl Element {
    /// An element of so many bytes, at most 16, that is written as it is.
    pub(super) const fn new(number: Number, width: usize) -> Self {
        Self {
            number,
            width,
            swaps: false,
            negates: false,
            conjugates: false,
        }
    }

    /// Turns the bytes of each number around.
    pub(super) const fn swapped(mut self) -> Self {
        self.swaps = true;
        self
    }

    /// Changes the sign of each number.
    pub(super) const fn negated(mut self) -> Self {
        self.negates = true;
        self
    }

    /// Changes the sign of each imaginary part.
    pub(super) const fn conjugated(mut self) -> Self {
        self.conjugates = true;
        self
    }

    /// Returns the bytes of an element.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Says whether it is written as it is.
    pub(super) const fn is_plain(&self) -> bool {
        !self.swaps && !self.negates && !self.conjugates
    }

    /// Changes whole elements in place.
    pub(super) fn apply(&self, bytes: &mut [u8]) {
        if self.is_plain() {
            return;
        }
        let number = match self.number {
            Number::Complex => self.width / 2,
            Number::Whole | Number::Float => self.width,
        };
        if number == 0 {
            return;
        }
        for (at, number) in bytes.chunks_exact_mut(number).enumerate() {
            if self.swaps {
                number.reverse();
            }
            let is_imaginary = matches!(self.number, Number::Complex) && at % 2 == 1;
            // Both together leave the imaginary part as it was.
            if self.negates != (self.conjugates && is_imaginary) {
                self.negate(number);
            }
        }
    }

    /// Changes the sign of a little-endian number.
    fn negate(&self, number: &mut [u8]) {
        match self.number {
            Number::Float | Number::Complex => {
                if let Some(highest) = number.last_mut() {
                    *highest ^= 0x80;
                }
            }
            Number::Whole => {
                let mut carry = true;
                for byte in number {
                    let (negated, carried) = (!*byte).overflowing_add(u8::from(carry));
                    *byte = negated;
                    carry = carried;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, Number};

    fn applied(element: Element, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        element.apply(&mut bytes);
        bytes
    }

    fn floats(numbers: &[f32]) -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }

    #[test]
    fn each_number_of_a_complex_one_is_swapped_by_itself() {
        let element = Element::new(Number::Complex, 8).swapped();
        assert_eq!(
            applied(element, &[1, 2, 3, 4, 5, 6, 7, 8]),
            [4, 3, 2, 1, 8, 7, 6, 5]
        );
    }

    #[test]
    fn the_sign_of_a_float_is_its_highest_bit() {
        let element = Element::new(Number::Float, 4).negated();
        assert_eq!(
            applied(element, &floats(&[1.5, -0.0])),
            floats(&[-1.5, 0.0])
        );
    }

    #[test]
    fn conjugation_changes_the_imaginary_part_alone() {
        let element = Element::new(Number::Complex, 8).conjugated();
        assert_eq!(applied(element, &floats(&[1.0, 2.0])), floats(&[1.0, -2.0]));
        assert_eq!(
            applied(element.negated(), &floats(&[1.0, 2.0])),
            floats(&[-1.0, 2.0])
        );
    }

    #[test]
    fn integers_are_negated_in_twos_complement() {
        let element = Element::new(Number::Whole, 2).negated();
        let bytes: Vec<u8> = [1_i16, 0, -256, i16::MIN]
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let negated: Vec<u8> = [-1_i16, 0, 256, i16::MIN]
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        assert_eq!(applied(element, &bytes), negated);
    }
}
