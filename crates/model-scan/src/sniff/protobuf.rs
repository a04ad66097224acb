use super::Kind;

/// Fields looked at before the rest is believed.
const FIELDS: usize = 4_096;

/// One field of a message at its top.
#[derive(Clone, Copy)]
struct Field<'a> {
    number: u64,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Integer(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// Tells formats that are Protocol Buffers by which fields stand at their top. The bytes have to be a whole
/// message; long fields are skipped unread.
pub(super) fn by_fields(bytes: &[u8]) -> Option<Kind> {
    let mut top = Top::default();
    let mut rest = bytes;
    for _ in 0..FIELDS {
        if rest.is_empty() {
            break;
        }
        let field = field(&mut rest)?;
        top.add(field);
    }
    top.kind()
}

/// What was seen of a message.
#[derive(Default)]
struct Top {
    /// Which fields up to 63 hold integers, and which hold bytes.
    integers: u64,
    bytes: u64,
    /// Whether a field of another type or number stands there.
    foreign: bool,
    /// Whether a field from 200 on holds bytes.
    typed: bool,
    version: Option<u64>,
    nodes: usize,
    pieces: usize,
}

impl Top {
    fn add(&mut self, field: Field<'_>) {
        let bit = u32::try_from(field.number)
            .ok()
            .and_then(|number| 1_u64.checked_shl(number));
        match (field.value, bit) {
            (Value::Integer(value), Some(bit)) => {
                self.integers |= bit;
                if field.number == 1 {
                    self.version = Some(value);
                }
            }
            (Value::Bytes(value), Some(bit)) => {
                self.bytes |= bit;
                if field.number == 1 {
                    self.nodes = self.nodes.saturating_add(usize::from(is_node(value)));
                    self.pieces = self.pieces.saturating_add(usize::from(is_piece(value)));
                }
            }
            (Value::Bytes(_), None) if (200..4000).contains(&field.number) => self.typed = true,
            _ => self.foreign = true,
        }
    }

    /// Says whether integers and bytes stand in no other fields than these.
    const fn only(&self, integers: u64, bytes: u64) -> bool {
        !self.foreign && self.integers & !integers == 0 && self.bytes & !bytes == 0
    }

    fn kind(&self) -> Option<Kind> {
        let versioned = |highest: u64| self.version.is_some_and(|version| version <= highest);
        let holds = |number: u64| self.bytes & numbers(&[number]) != 0;
        if self.typed {
            return (versioned(64) && holds(2)).then_some(Kind::CoreMl);
        }
        let onnx_integers = numbers(&[1, 5]);
        let onnx_bytes = numbers(&[2, 3, 4, 6, 7, 8, 14, 20, 25, 26]);
        if versioned(64) && self.only(numbers(&[1]), numbers(&[2])) && holds(2) {
            Some(Kind::SavedModel)
        } else if versioned(64) && self.only(onnx_integers, onnx_bytes) && (holds(7) || holds(8)) {
            Some(Kind::Onnx)
        } else if self.nodes > 0 && self.only(numbers(&[3]), numbers(&[1, 2, 4])) {
            Some(Kind::TensorFlowGraph)
        } else if self.pieces > 0 && self.only(0, numbers(&[1, 2, 3, 4, 5])) {
            Some(Kind::SentencePiece)
        } else {
            None
        }
    }
}

fn numbers(fields: &[u64]) -> u64 {
    fields.iter().fold(0, |set, field| {
        let bit = u32::try_from(*field)
            .ok()
            .and_then(|field| 1_u64.checked_shl(field));
        set | bit.unwrap_or_default()
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let key = varint(rest)?;
    let value = match key & 7 {
        0 => Value::Integer(varint(rest)?),
        1 => {
            take(rest, 8)?;
            Value::Fixed
        }
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        5 => {
            take(rest, 4)?;
            Value::Fixed
        }
        _ => return None,
    };
    let number = key >> 3;
    (number > 0).then_some(Field { number, value })
}

fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(bytes)?;
    *rest = behind;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0_u32..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A node of a TensorFlow graph: its name, then its operation.
fn is_node(mut node: &[u8]) -> bool {
    let mut texts = 0;
    for expected in [1, 2] {
        let Some(Field {
            number,
            value: Value::Bytes(text),
        }) = field(&mut node)
        else {
            return false;
        };
        if number != expected || text.is_empty() || !text.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        texts = expected;
    }
    texts == 2
}

/// A piece of a SentencePiece vocabulary: a text, then a score of four bytes.
fn is_piece(mut piece: &[u8]) -> bool {
    let first = field(&mut piece);
    let second = field(&mut piece);
    matches!(
        (first, second),
        (
            Some(Field {
                number: 1,
                value: Value::Bytes(_)
            }),
            Some(Field {
                number: 2,
                value: Value::Fixed
            })
        )
    )
}
