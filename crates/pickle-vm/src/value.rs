/// A handle on an abstract value of one run of the machine; what it stands for is asked of the
/// [`Graph`](crate::Graph).
///
/// Eight bytes: a tag, and the value itself where it is small, else the offset of the opcode that wrote it
/// or the number of a node.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Value(u64);

/// What the lowest byte of a [`Value`] says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// No value: an empty memo slot.
    Absent = 0,
    /// Anything: nothing is known.
    Unknown,
    None,
    False,
    True,
    /// An integer of at most 56 bits, in the payload.
    Int,
    /// Constants, with the offset of their opcode in the payload.
    LongAt,
    FloatAt,
    TextAt,
    /// A Python 2 string, text or bytes as the loader is told.
    StringAt,
    BytesAt,
    ByteArrayAt,
    EmptyTuple,
    /// Containers whose contents were forgotten to bound memory.
    ForgottenTuple,
    ForgottenList,
    ForgottenDict,
    ForgottenSet,
    /// A node of the graph, its number in the payload.
    Node,
}

const TAGS: [Tag; 18] = [
    Tag::Absent,
    Tag::Unknown,
    Tag::None,
    Tag::False,
    Tag::True,
    Tag::Int,
    Tag::LongAt,
    Tag::FloatAt,
    Tag::TextAt,
    Tag::StringAt,
    Tag::BytesAt,
    Tag::ByteArrayAt,
    Tag::EmptyTuple,
    Tag::ForgottenTuple,
    Tag::ForgottenList,
    Tag::ForgottenDict,
    Tag::ForgottenSet,
    Tag::Node,
];

/// Inline integers lie within 56 bits.
const INT_LIMIT: i64 = 1 << 55;

impl Value {
    pub(crate) const ABSENT: Self = Self::plain(Tag::Absent);
    pub(crate) const UNKNOWN: Self = Self::plain(Tag::Unknown);
    pub(crate) const NONE: Self = Self::plain(Tag::None);
    pub(crate) const FALSE: Self = Self::plain(Tag::False);
    pub(crate) const TRUE: Self = Self::plain(Tag::True);
    /// An integer of which nothing more is known: no input has an opcode where its payload points.
    pub(crate) const HUGE_INT: Self = Self::with(Tag::LongAt, u64::MAX >> 8);
    pub(crate) const EMPTY_TUPLE: Self = Self::plain(Tag::EmptyTuple);

    pub(crate) const fn plain(tag: Tag) -> Self {
        Self::with(tag, 0)
    }

    #[expect(
        clippy::as_conversions,
        reason = "a fieldless enum of one byte becomes that byte"
    )]
    const fn with(tag: Tag, payload: u64) -> Self {
        Self((payload << 8) | (tag as u8 as u64))
    }

    /// A constant that the opcode at `offset` writes.
    #[inline]
    #[expect(
        clippy::as_conversions,
        reason = "usize has at most 64 bits; an input of 2^56 bytes cannot be held in memory"
    )]
    pub(crate) const fn at(tag: Tag, offset: usize) -> Self {
        Self::with(tag, offset as u64)
    }

    #[inline]
    #[expect(clippy::as_conversions, reason = "u32 always fits u64")]
    pub(crate) const fn node(number: u32) -> Self {
        Self::with(Tag::Node, number as u64)
    }

    /// An integer, or `None` if it needs more than 56 bits.
    #[inline]
    pub(crate) const fn int(int: i64) -> Option<Self> {
        if int < -INT_LIMIT || int >= INT_LIMIT {
            return None;
        }
        Some(Self::with(Tag::Int, int.cast_unsigned()))
    }

    pub(crate) const fn bool(truth: bool) -> Self {
        if truth { Self::TRUE } else { Self::FALSE }
    }

    #[inline]
    pub(crate) fn tag(self) -> Tag {
        let [byte, ..] = self.0.to_le_bytes();
        TAGS.get(usize::from(byte)).copied().unwrap_or(Tag::Unknown)
    }

    #[inline]
    pub(crate) const fn is_absent(self) -> bool {
        self.0 == Self::ABSENT.0
    }

    /// The number of the node, if it is one.
    #[inline]
    pub(crate) fn as_node(self) -> Option<u32> {
        if self.tag() == Tag::Node {
            u32::try_from(self.0 >> 8).ok()
        } else {
            None
        }
    }

    /// The inline integer, if it is one.
    pub(crate) fn as_int(self) -> Option<i64> {
        (self.tag() == Tag::Int).then_some(self.0.cast_signed() >> 8)
    }

    /// The offset of the opcode that wrote a constant.
    pub(crate) fn offset(self) -> usize {
        usize::try_from(self.0 >> 8).unwrap_or(usize::MAX)
    }

    /// Says whether it is neither a node nor unknown, so that it can be hashed and stored without any
    /// effect.
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        !matches!(self.tag(), Tag::Node | Tag::Unknown | Tag::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::{INT_LIMIT, TAGS, Tag, Value};

    #[test]
    #[expect(
        clippy::as_conversions,
        reason = "a fieldless enum of one byte becomes its number"
    )]
    fn tags_stand_at_their_own_number() {
        for (number, &tag) in TAGS.iter().enumerate() {
            assert_eq!(number, tag as usize);
        }
    }

    #[test]
    fn integers_keep_their_sign() {
        for int in [
            0,
            1,
            -1,
            255,
            i64::from(i32::MIN),
            INT_LIMIT - 1,
            -INT_LIMIT,
        ] {
            assert_eq!(Value::int(int).and_then(Value::as_int), Some(int));
        }
        assert_eq!(Value::int(INT_LIMIT), None);
    }

    #[test]
    fn nodes_keep_their_number() {
        assert_eq!(Value::node(u32::MAX).as_node(), Some(u32::MAX));
        assert_eq!(Value::at(Tag::TextAt, 77).offset(), 77);
    }
}
