use super::encoding::Encoding;
use super::options::Detail;

/// What the elements of one tensor are, counted.
///
/// Of a complex tensor the parts are counted, two for each element.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Elements looked at.
    pub elements: u64,
    /// Elements that are no number; integers have none, nor have the types of less than a byte.
    pub nan: u64,
    /// Elements that are plus or minus infinity.
    pub infinite: u64,
    /// How many of those are minus infinity, which masks are made of.
    pub negative_infinite: u64,
    /// Elements smaller than the smallest normal number and not zero.
    pub subnormal: u64,
    /// Elements that are zero, minus zero among them.
    pub zeros: u64,
    /// Elements of type BOOL that are neither 0 nor 1.
    pub not_boolean: u64,
    /// Whether there are two elements or more and all have the bits of the first.
    pub constant: bool,
    /// The value that all elements have where `constant` says so; of a complex tensor the value of both parts, if they
    /// are one.
    pub constant_value: Option<f64>,
    /// What [`Detail::Measures`](super::Detail::Measures) asks for; `None` without it, or if no element is finite.
    pub measures: Option<Measures>,
}

/// The range and mean of the finite elements of one tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measures {
    /// The smallest finite element, as the nearest number of type F64.
    pub minimum: f64,
    /// The largest finite element, as the nearest number of type F64.
    pub maximum: f64,
    /// The mean of the finite elements, summed in F64 in an order that is the same everywhere; infinite if the sum
    /// is beyond F64.
    pub mean: f64,
}

/// The statistics of some of a tensor's elements, to be joined with those behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Partial {
    pub(super) elements: u64,
    pub(super) nan: u64,
    pub(super) infinite: u64,
    pub(super) negative_infinite: u64,
    pub(super) subnormal: u64,
    pub(super) zeros: u64,
    pub(super) not_boolean: u64,
    /// The bits that all elements so far have.
    pub(super) constant: Constant,
    pub(super) measured: Option<Measured>,
}

/// Whether elements are all the same.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Constant {
    /// There are none yet.
    #[default]
    Nothing,
    /// All have these bits.
    Bits([u8; 8]),
    /// Two differ.
    Varies,
}

/// A range and a sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) minimum: f64,
    pub(super) maximum: f64,
    pub(super) sum: f64,
    /// How many finite elements the sum has.
    pub(super) count: u64,
}

impl Partial {
    /// Joins the statistics of the elements that follow.
    pub(super) fn join(&mut self, next: &Self) {
        let counts = [
            (&mut self.elements, next.elements),
            (&mut self.nan, next.nan),
            (&mut self.infinite, next.infinite),
            (&mut self.negative_infinite, next.negative_infinite),
            (&mut self.subnormal, next.subnormal),
            (&mut self.zeros, next.zeros),
            (&mut self.not_boolean, next.not_boolean),
        ];
        for (count, more) in counts {
            *count = count.saturating_add(more);
        }
        self.constant = match (self.constant, next.constant) {
            (Constant::Nothing, other) | (other, Constant::Nothing) => other,
            (Constant::Bits(a), Constant::Bits(b)) if a == b => Constant::Bits(a),
            _ => Constant::Varies,
        };
        self.measured = match (self.measured, next.measured) {
            (None, other) | (other, None) => other,
            (Some(a), Some(b)) => Some(Measured {
                minimum: a.minimum.min(b.minimum),
                maximum: a.maximum.max(b.maximum),
                sum: a.sum + b.sum,
                count: a.count.saturating_add(b.count),
            }),
        };
    }

    /// Returns what is reported of a whole tensor of so many elements.
    pub(super) fn finish(self, encoding: Encoding, elements: u64) -> Statistics {
        let constant_value = match self.constant {
            Constant::Bits(bits) if elements > 1 => value(encoding, &bits),
            _ => None,
        };
        Statistics {
            elements,
            nan: self.nan,
            infinite: self.infinite,
            negative_infinite: self.negative_infinite,
            subnormal: self.subnormal,
            zeros: self.zeros,
            not_boolean: self.not_boolean,
            constant: elements > 1 && matches!(self.constant, Constant::Bits(_)),
            constant_value,
            measures: self
                .measured
                .filter(|measured| measured.count > 0)
                .map(|measured| Measures {
                    minimum: measured.minimum,
                    maximum: measured.maximum,
                    mean: measured.sum / float(measured.count),
                }),
        }
    }
}

/// Returns the nearest number of type F64.
#[expect(
    clippy::as_conversions,
    reason = "rounding is what is wanted, and there is no other conversion"
)]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// Returns the value of the elements in some bytes, if they have the same.
fn value(encoding: Encoding, bits: &[u8; 8]) -> Option<f64> {
    let one = bits.get(..encoding.step()).unwrap_or_default();
    let found = super::pass::look(encoding, Detail::Measures, one);
    match found.measured {
        _ if found.nan > 0 => Some(f64::NAN),
        _ if found.negative_infinite > 0 => Some(f64::NEG_INFINITY),
        _ if found.infinite > 0 => Some(f64::INFINITY),
        Some(measured) if measured.minimum == measured.maximum => Some(measured.minimum),
        _ => None,
    }
}

/// Says whether all elements have the same bits, and which.
pub(super) fn constant(encoding: Encoding, bytes: &[u8]) -> Constant {
    let step = encoding.step();
    let Some(first) = bytes.get(..step) else {
        return Constant::Nothing;
    };
    // Where elements differ at all they differ soon, and the comparison ends there.
    let shifted = bytes.get(step..).unwrap_or_default();
    let same = bytes.get(..shifted.len()) == Some(shifted);
    let inside = match encoding {
        Encoding::Four => first.iter().all(|byte| byte >> 4 == byte & 15),
        Encoding::Six(_) => {
            let [a, b, c, d] = super::encoding::six_bits(first);
            a == b && b == c && c == d
        }
        _ => true,
    };
    if !same || !inside {
        return Constant::Varies;
    }
    let mut bits = [0; 8];
    for (into, from) in bits.iter_mut().zip(first) {
        *into = *from;
    }
    Constant::Bits(bits)
}
