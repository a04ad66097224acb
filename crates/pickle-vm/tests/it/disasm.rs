//! What holds of every disassembly.

use std::fmt::{self, Write};

use pickle_vm::{Disassembly, ErrorKind, Limit, Limits, Style};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::soup;

fn disassembly<'a>(input: &'a [u8], limits: &Limits) -> Disassembly<'a> {
    Disassembly::new(input, 0, limits)
}

/// Asks that lines follow each other without a gap, and that the text is these lines.
fn assert_consistent(input: &[u8]) {
    let limits = Limits::default();
    let mut at = 0;
    let mut lines = String::new();
    let mut count = 0;
    let mut errors = 0;
    for line in disassembly(input, &limits) {
        let Ok(line) = line else {
            errors += 1;
            continue;
        };
        assert_eq!(errors, 0, "nothing follows an error");
        assert_eq!((line.range.start, line.index), (at, count));
        assert!(line.range.end > at && line.range.end <= input.len());
        at = line.range.end;
        count += 1;
        writeln!(lines, "{line}").unwrap();
    }
    let ending = disassembly(input, &limits).finish();
    assert_eq!(
        (ending.end, ending.opcodes),
        (u64::try_from(at).unwrap(), count)
    );
    assert_eq!(usize::from(ending.error.is_some()), errors);
    assert!(ending.error.is_some() || ending.stopped);

    let mut text = String::new();
    disassembly(input, &limits)
        .write(Style::Exact, &mut text)
        .unwrap();
    let rest = text.strip_prefix(&lines).expect("the lines come first");
    let closing = match (ending.begun, ending.stopped) {
        (Some(begun), _) => format!("{begun:5}: "),
        (None, true) => format!("highest protocol among opcodes = {}\n", ending.protocol),
        (None, false) => String::new(),
    };
    assert_eq!(rest, closing);

    let mut short = String::new();
    disassembly(input, &limits)
        .write(Style::Short, &mut short)
        .unwrap();
    assert_eq!(short.lines().count(), text.lines().count());
    assert!(!short.chars().any(|c| c.is_control() && c != '\n'));
    assert!(short.lines().all(|line| line.chars().count() < 4_200));
}

proptest! {
    #[test]
    fn any_bytes_are_disassembled_as_far_as_they_go(input in vec(any::<u8>(), 0..200)) {
        assert_consistent(&input);
    }

    #[test]
    fn any_opcodes_are_disassembled_as_far_as_they_go(input in soup()) {
        assert_consistent(&input);
    }
}

/// A writer that takes so many bytes and refuses more.
struct Narrow(usize);

impl Write for Narrow {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[test]
fn what_a_writer_refuses_does_not_keep_the_rest_from_being_read() {
    let pickle = [&*b"N0".repeat(100_000), b"N."].concat();
    let mut disassembly = disassembly(&pickle, &Limits::default());
    assert!(disassembly.write(Style::Exact, &mut Narrow(1000)).is_err());
    let ending = disassembly.finish();
    assert_eq!((ending.opcodes, ending.error), (200_002, None));
}

#[test]
fn deep_nesting_ends_at_the_ceiling_on_output() {
    let pickle = b"(".repeat(2_000);
    let limits = Limits::default().with_disassembly(0);
    let mut text = String::new();
    let mut disassembly = disassembly(&pickle, &limits);
    disassembly.write(Style::Exact, &mut text).unwrap();
    // 4,096 bytes for each opcode are enough for two thousand levels: half of the square of them.
    assert_eq!(
        disassembly.finish().error.unwrap().kind(),
        &ErrorKind::NoStop
    );
    let pickle = b"(".repeat(20_000);
    let mut text = String::new();
    let mut disassembly = Disassembly::new(&pickle, 0, &limits);
    disassembly.write(Style::Exact, &mut text).unwrap();
    let error = disassembly.finish().error.unwrap();
    assert_eq!(error.kind(), &ErrorKind::LimitExceeded(Limit::Disassembly));
    assert!((1_500..3_000).contains(&error.offset()), "{error}");
}

#[test]
fn open_marks_and_scattered_memo_keys_end_at_the_ceiling_on_memory() {
    let limits = Limits::default().with_memory(1 << 16);
    let marks = b"(".repeat(20_000);
    let mut keys = b"N".to_vec();
    for key in 0..20_000_u32 {
        keys.push(b'r');
        keys.extend((key * 2).to_le_bytes());
    }
    for pickle in [marks, keys] {
        let ending = disassembly(&pickle, &limits).finish();
        let error = ending.error.unwrap();
        assert_eq!(error.kind(), &ErrorKind::LimitExceeded(Limit::Memory));
        assert!(ending.opcodes < 10_000);
    }
}
