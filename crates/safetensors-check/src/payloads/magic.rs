//! What bytes begin with. A mark of two bytes comes about in one of 65,536 tensors, so that what has a short one is
//! looked at further: everything here takes 36 bits or more, at odds of one in seventy billion tensors of noise.

use super::zip_end::number;

/// What the bytes are for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    /// Something that a machine or an interpreter runs.
    Program,
    /// An archive or a compressed stream.
    Archive,
    /// A document that may be active.
    Document,
}

/// Says what bytes begin with, with its article.
pub(crate) fn content(bytes: &[u8]) -> Option<(Class, &'static str)> {
    program(bytes)
        .map(|what| (Class::Program, what))
        .or_else(|| archive(bytes).map(|what| (Class::Archive, what)))
        .or_else(|| document(bytes).map(|what| (Class::Document, what)))
}

fn program(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        // The class, the order of bytes and the version: 54 bits with the mark.
        [0x7f, b'E', b'L', b'F', 1..=2, 1..=2, 1, ..] => Some("an ELF program"),
        // What linkers write before their stub for DOS.
        [b'M', b'Z', 0x90, 0, 3, 0, 0, 0, ..] => Some("a Windows program"),
        [b'M', b'Z', ..] => is_pe(bytes).then_some("a Windows program"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] => {
            is_mach(bytes).then_some("a Mach-O program")
        }
        [0xca, 0xfe, 0xba, 0xbe, rest @ ..] => java_or_fat(bytes, rest),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => Some("a WebAssembly module"),
        [b'#', b'!', ..] => is_shebang(bytes).then_some("a script"),
        [version, 13, 13, 10, 0..=3, 0, 0, 0, ..]
        | [version, 12 | 14, 13, 10, 0..=3, 0, 0, 0, ..] => {
            let code = bytes
                .get(16..)
                .is_some_and(|rest| matches!(rest, [0xe3 | 0x63, _, 0, 0, 0, ..]));
            (code && *version != 0).then_some("compiled Python code")
        }
        [
            b'd',
            b'e',
            b'x',
            b'\n',
            b'0',
            b'3'..=b'4',
            b'0'..=b'9',
            0,
            ..,
        ] => Some("an Android program"),
        [0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, ..] => Some("a Windows shortcut"),
        _ if starts_with_word(bytes, b"@echo off") => Some("a script"),
        _ => None,
    }
}

/// Follows the pointer of a DOS program to the mark of a Windows one.
fn is_pe(bytes: &[u8]) -> bool {
    let at = number(bytes, 0x3c, 4).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| bytes.get(at..))
        .is_some_and(|rest| rest.starts_with(b"PE\0\0"))
}

/// Checks that the processor and the type of a Mach-O file exist.
fn is_mach(bytes: &[u8]) -> bool {
    let little = matches!(bytes, [0xcf | 0xce, ..]);
    let word = |at: usize| {
        let four = bytes.get(at..at.saturating_add(4))?.try_into().ok()?;
        Some(if little {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    };
    let processor = word(4).is_some_and(|kind| matches!(kind & 0x00ff_ffff, 7 | 12 | 18));
    processor && word(12).is_some_and(|kind| matches!(kind, 1..=12))
}

/// Tells a Java class from a Mach-O file for several processors; both have one mark.
fn java_or_fat(bytes: &[u8], rest: &[u8]) -> Option<&'static str> {
    match rest {
        // Versions of Java from 1.1 to 40; a constant pool that is not empty, whose first tag exists.
        [0, 0..=3, 0, 45..=84, high, low, tag, ..]
            if (*high, *low) != (0, 0) && matches!(tag, 1 | 3..=12 | 15..=20) =>
        {
            Some("a Java class")
        }
        [0xff, 0xff, 0, 56..=84, ..] => Some("a Java class"),
        [0, 0, 0, 1..=30, ..] => {
            let processor = bytes.get(8..12)?;
            matches!(processor, [0 | 1, 0, 0, 7 | 12 | 18]).then_some("a Mach-O program")
        }
        _ => None,
    }
}

/// Checks that a path of two parts or more follows `#!`, up to the end of a line or of a text.
fn is_shebang(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.get(2..) else {
        return false;
    };
    let end = |byte: &u8| matches!(byte, b'\n' | 0);
    let line = rest.split(end).next().unwrap_or_default().trim_ascii();
    let parts = line.iter().filter(|byte| **byte == b'/').count();
    matches!(line.len(), 6..256)
        && line.starts_with(b"/")
        && parts > 1
        && line.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

fn archive(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, version, 0, _, _, method, 0, ..] => {
            let known = matches!(method, 0 | 8 | 9 | 12 | 14 | 93 | 95 | 98 | 99) && *version <= 63;
            known.then_some("a zip archive")
        }
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, 0, ..] => Some("a 7z archive"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, 0 | 1, ..] => Some("a RAR archive"),
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some("a cabinet"),
        [
            0x1f,
            0x8b,
            8,
            flags,
            _,
            _,
            _,
            _,
            0 | 2 | 4,
            system,
            rest @ ..,
        ] if flags & 0xe0 == 0 => {
            let known = matches!(system, 0..=13 | 255);
            (known && deflated(*flags, rest)).then_some("a gzip stream")
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, 0, 0 | 1 | 4 | 10, ..] => Some("an xz stream"),
        [
            b'B',
            b'Z',
            b'h',
            b'1'..=b'9',
            0x31,
            0x41,
            0x59,
            0x26,
            0x53,
            0x59,
            ..,
        ] => Some("a bzip2 stream"),
        [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] => {
            zstd(*descriptor, rest).then_some("a zstd stream")
        }
        _ => is_tar(bytes).then_some("a tar archive"),
    }
}

/// Checks that the first block behind the header of a gzip stream is one of deflate.
fn deflated(flags: u8, rest: &[u8]) -> bool {
    if flags & 0b1_1100 != 0 {
        // Names and comments come first: text with an end.
        return flags & 4 != 0 || rest.iter().take(256).any(|byte| *byte == 0);
    }
    match rest {
        [first, low, high, low_inverse, high_inverse, ..] => match first >> 1 & 3 {
            0 => *low == !low_inverse && *high == !high_inverse,
            1 => true,
            2 => first >> 3 <= 29,
            _ => false,
        },
        _ => false,
    }
}

/// Checks the reserved bit of a zstd frame, and the size that a checked frame of one segment gives its window.
fn zstd(descriptor: u8, rest: &[u8]) -> bool {
    let single = descriptor >> 5 & 1 == 1;
    let dictionary = usize::from(match descriptor & 3 {
        3 => 4,
        other => other,
    });
    let size = match (descriptor >> 6, single) {
        (0, true) => 1,
        (0, false) => 0,
        (1, _) => 2,
        (2, _) => 4,
        _ => 8,
    };
    let header = usize::from(!single)
        .saturating_add(dictionary)
        .saturating_add(size);
    let Some([low, middle, high, ..]) = rest.get(header..) else {
        return false;
    };
    let block = u32::from_le_bytes([*low, *middle, *high, 0]);
    // No reserved bit, no reserved kind of block, and at most 128 KiB in one.
    descriptor & 8 == 0 && block >> 1 & 3 != 3 && block >> 3 <= 128 * 1024
}

/// Checks the sum that a tar header has of itself.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else {
        return false;
    };
    let Some(field) = header.get(148..156) else {
        return false;
    };
    let digits = field.trim_ascii_start();
    let mut sum = 0_u64;
    let mut count = 0_u32;
    for byte in digits.iter().take_while(|byte| matches!(byte, b'0'..=b'7')) {
        sum = sum
            .saturating_mul(8)
            .saturating_add(u64::from(byte.saturating_sub(b'0')));
        count = count.saturating_add(1);
    }
    let spaces = u64::from(b' ').saturating_mul(8);
    let others = header
        .iter()
        .map(|byte| u64::from(*byte))
        .fold(0, u64::saturating_add);
    let own = field
        .iter()
        .map(|byte| u64::from(*byte))
        .fold(0, u64::saturating_add);
    count >= 4
        && header.first().is_some_and(|byte| *byte > b' ')
        && others
            .checked_sub(own)
            .and_then(|rest| rest.checked_add(spaces))
            == Some(sum)
}

fn document(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [
            b'%',
            b'P',
            b'D',
            b'F',
            b'-',
            b'1'..=b'2',
            b'.',
            b'0'..=b'9',
            ..,
        ] => Some("a PDF document"),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some("an Office document"),
        _ => {
            let text = bytes
                .strip_prefix(b"\xef\xbb\xbf")
                .unwrap_or(bytes)
                .trim_ascii_start();
            let marks: [&[u8]; 6] = [
                b"<!doctype html",
                b"<html",
                b"<script",
                b"<svg",
                b"<?php",
                b"<iframe",
            ];
            marks
                .into_iter()
                .any(|mark| starts_with_word(text, mark))
                .then_some("a page with markup")
        }
    }
}

/// Says whether bytes begin with a word, in either case.
fn starts_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes
        .get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of the test itself, small enough"
)]
mod tests {
    use super::{Class, content};

    fn padded(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; 600];
        for (at, part) in parts {
            bytes[*at..*at + part.len()].copy_from_slice(part);
        }
        bytes
    }

    fn tar() -> Vec<u8> {
        let mut bytes = padded(&[(0, b"a.txt"), (148, b"        "), (257, b"ustar\x0000")]);
        let sum: u32 = bytes[..512].iter().map(|byte| u32::from(*byte)).sum();
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes
    }

    #[test]
    fn each_kind_is_told() {
        for (bytes, class) in [
            (
                padded(&[
                    (0, b"\x7fELF\x02\x01\x01\0"),
                    (16, b"\x03\0\x3e\0\x01\0\0\0"),
                ]),
                Class::Program,
            ),
            (
                padded(&[(0, b"MZ"), (0x3c, b"\x80\0\0\0"), (0x80, b"PE\0\0")]),
                Class::Program,
            ),
            (
                padded(&[(0, b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0")]),
                Class::Program,
            ),
            (
                padded(&[(0, b"\xca\xfe\xba\xbe\0\0\0\x34\0\x20\x0a")]),
                Class::Program,
            ),
            (
                padded(&[(0, b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07")]),
                Class::Program,
            ),
            (padded(&[(0, b"\0asm\x01\0\0\0")]), Class::Program),
            (
                padded(&[(0, b"#!/usr/bin/env python\nimport os\n")]),
                Class::Program,
            ),
            (
                padded(&[(0, b"\xa7\x0d\x0d\x0a"), (16, b"\xe3\0\0\0\0")]),
                Class::Program,
            ),
            (padded(&[(0, b"@ECHO OFF\r\n")]), Class::Program),
            (
                padded(&[(0, b"PK\x03\x04\x14\0\0\0\x08\0")]),
                Class::Archive,
            ),
            (padded(&[(0, b"7z\xbc\xaf\x27\x1c\0\x04")]), Class::Archive),
            (
                padded(&[(0, b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\x4b\x4c")]),
                Class::Archive,
            ),
            (padded(&[(0, b"\xfd7zXZ\0\0\x04")]), Class::Archive),
            (padded(&[(0, b"BZh91AY&SY")]), Class::Archive),
            (
                padded(&[(0, b"\x28\xb5\x2f\xfd\x24\x05\x29\0\0hello")]),
                Class::Archive,
            ),
            (tar(), Class::Archive),
            (padded(&[(0, b"%PDF-1.7\n")]), Class::Document),
            (padded(&[(0, b"\n<!DOCTYPE HTML><html>")]), Class::Document),
        ] {
            assert_eq!(
                content(&bytes).map(|found| found.0),
                Some(class),
                "{:?}",
                &bytes[..12]
            );
        }
    }

    #[test]
    fn a_mark_without_what_belongs_to_it_is_nothing() {
        let mut spoiled = tar();
        spoiled[3] ^= 1;
        for bytes in [
            padded(&[(0, b"MZ")]),
            padded(&[(0, b"#!")]),
            padded(&[(0, b"#!\x01\x02\x03\x04\x05\x06")]),
            padded(&[(0, b"\xca\xfe\xba\xbe")]),
            padded(&[(0, b"\x1f\x8b\x08\0")]),
            padded(&[(0, b"PK\x03\x04\xff\xff\xff\xff\xff\xff")]),
            padded(&[(0, b"\x80\x3f\x80\x3f")]),
            spoiled,
            Vec::new(),
            vec![0x7f],
            vec![0xff; 600],
            vec![b' '; 600],
        ] {
            assert_eq!(content(&bytes), None, "{:?}", bytes.get(..12));
        }
    }

    #[test]
    fn noise_behind_a_short_mark_is_nothing() {
        let mut state = 3_u64;
        let mut noise = [0_u8; 600];
        for round in 0..20_000 {
            for chunk in noise.chunks_exact_mut(8) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                chunk.copy_from_slice(&state.to_le_bytes());
            }
            let mark: &[u8] =
                [&b"MZ"[..], b"#!", b"\x1f\x8b", b"PK", b"\xca\xfe", b"\x7fE"][round % 6];
            noise[..2].copy_from_slice(mark);
            assert_eq!(content(&noise), None);
        }
    }
}
