use super::Refusal;

/// Offset, size and stride of a strided tensor, in elements, each held against the others.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Geometry {
    pub(super) offset: u64,
    pub(super) shape: Vec<u64>,
    pub(super) stride: Vec<u64>,
    /// The element behind the last one; the offset's own place does not count where there is no element.
    pub(super) reach: u64,
}

impl Geometry {
    /// Reads what a pickle states.
    pub(super) fn of(
        offset: i128,
        size: &[i128],
        stride: &[i128],
        rank: usize,
    ) -> Result<Self, Refusal> {
        if size.len() > rank {
            return Err(Refusal::Rank(u64::try_from(size.len()).unwrap_or(u64::MAX)));
        }
        if size.len() != stride.len() {
            return Err(Refusal::MalformedGeometry);
        }
        let number = |number: i128| {
            if number < 0 {
                return Err(Refusal::MalformedGeometry);
            }
            // torch's own numbers have 63 bits.
            i64::try_from(number)
                .map(i64::cast_unsigned)
                .map_err(|_| Refusal::Overflow)
        };
        let offset = number(offset)?;
        let shape = size
            .iter()
            .copied()
            .map(number)
            .collect::<Result<Vec<_>, _>>()?;
        let stride = stride
            .iter()
            .copied()
            .map(number)
            .collect::<Result<Vec<_>, _>>()?;
        let reach = reach(offset, &shape, &stride).ok_or(Refusal::Overflow)?;
        count(&shape).ok_or(Refusal::Overflow)?;
        Ok(Self {
            offset,
            shape,
            stride,
            reach,
        })
    }

    /// Makes one without gaps, the last index fastest, or the first.
    pub(super) fn dense(shape: Vec<u64>, order: Order, rank: usize) -> Result<Self, Refusal> {
        if shape.len() > rank {
            return Err(Refusal::Rank(
                u64::try_from(shape.len()).unwrap_or(u64::MAX),
            ));
        }
        let reach = count(&shape).ok_or(Refusal::Overflow)?;
        let mut stride = vec![0; shape.len()];
        let mut next = 1_u64;
        let mut step = |(stride, &size): (&mut u64, &u64)| {
            *stride = next;
            next = next.saturating_mul(size.max(1));
        };
        match order {
            Order::LastFastest => stride.iter_mut().zip(&shape).rev().for_each(&mut step),
            Order::FirstFastest => stride.iter_mut().zip(&shape).for_each(&mut step),
        }
        Ok(Self {
            offset: 0,
            shape,
            stride,
            reach,
        })
    }

    /// Holds the elements against the bytes of their storage.
    pub(super) fn fits(&self, itemsize: u64, held: u64) -> Result<(), Refusal> {
        let reached = self.reach.checked_mul(itemsize);
        match reached {
            Some(reached) if reached <= held => Ok(()),
            _ => Err(Refusal::OutOfBounds {
                reached: reached.unwrap_or(u64::MAX),
                held,
            }),
        }
    }
}

/// Which index varies fastest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    LastFastest,
    FirstFastest,
}

/// Multiplies sizes; a zero anywhere makes the product zero whatever the others are.
pub(super) fn count(shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1_u64, |count, &size| count.checked_mul(size))
}

/// The element behind the last one that a view reaches.
fn reach(offset: u64, shape: &[u64], stride: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .zip(stride)
        .try_fold(offset.checked_add(1)?, |last, (&size, &stride)| {
            last.checked_add(size.checked_sub(1)?.checked_mul(stride)?)
        })
}

#[cfg(test)]
mod tests {
    use super::{Geometry, Order};
    use crate::convert::Refusal;

    fn reach(offset: i128, size: &[i128], stride: &[i128]) -> Result<u64, Refusal> {
        Geometry::of(offset, size, stride, 64).map(|geometry| geometry.reach)
    }

    #[test]
    fn a_view_reaches_its_last_element() {
        assert_eq!(reach(0, &[2, 3], &[3, 1]), Ok(6));
        assert_eq!(reach(4, &[], &[]), Ok(5));
        assert_eq!(reach(4, &[0, 9], &[1, 1]), Ok(0));
        assert_eq!(reach(0, &[5, 5], &[0, 1]), Ok(5));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(reach(-1, &[1], &[1]), Err(Refusal::MalformedGeometry));
        assert_eq!(reach(0, &[1], &[-1]), Err(Refusal::MalformedGeometry));
        assert_eq!(reach(0, &[1, 2], &[1]), Err(Refusal::MalformedGeometry));
        assert_eq!(reach(0, &[i128::MAX], &[1]), Err(Refusal::Overflow));
        assert_eq!(reach(0, &[1 << 63], &[1]), Err(Refusal::Overflow));
        assert_eq!(reach(0, &[1 << 62, 2], &[8, 1]), Err(Refusal::Overflow));
        assert_eq!(
            reach(0, &[1 << 40, 1 << 40], &[0, 0]),
            Err(Refusal::Overflow)
        );
    }

    #[test]
    fn dense_strides_follow_the_order() {
        let geometry = Geometry::dense(vec![2, 3, 4], Order::LastFastest, 64).unwrap();
        assert_eq!(geometry.stride, [12, 4, 1]);
        let geometry = Geometry::dense(vec![2, 3, 4], Order::FirstFastest, 64).unwrap();
        assert_eq!(geometry.stride, [1, 2, 6]);
        assert_eq!(geometry.reach, 24);
    }
}
