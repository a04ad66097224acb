//! What each reader does is held to the reader itself: the crate `safetensors` in four versions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use safetensors_check::{Acceptance, Dtype, Limits, Reader, Refusal, Report, Validity, check};

use crate::forge::{entry, file};
use crate::oracle;

/// Says whether a version reads a file. Where its arithmetic is checked, offsets at the end of 64 bits make it
/// panic; where it is not, it refuses.
fn reads(reader: Reader, file: &[u8]) -> bool {
    let read = || match reader {
        Reader::V0_4 => safetensors_0_4::SafeTensors::deserialize(file).is_ok(),
        Reader::V0_6 => safetensors_0_6::SafeTensors::deserialize(file).is_ok(),
        Reader::V0_7 => safetensors_0_7::SafeTensors::deserialize(file).is_ok(),
        Reader::V0_8 => safetensors::SafeTensors::deserialize(file).is_ok(),
        _ => panic!("a reader without its crate"),
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(false)
}

/// Holds every profile to its crate, and returns whether the newest reads the file.
fn profiles_hold(file: &[u8]) -> bool {
    let report = check(file, &Limits::default());
    for reader in Reader::ALL {
        let wanted = reads(reader, file);
        match reader.accepts(&report) {
            Acceptance::Yes => assert!(wanted, "{reader} refuses"),
            Acceptance::No(refusal) => assert!(!wanted, "{reader} reads; said: {refusal}"),
            Acceptance::Undecided => panic!("undecided under the default limits"),
        }
    }
    let oldest = Reader::ALL.into_iter().find(|reader| reads(*reader, file));
    assert_eq!(report.requires().map(|requires| requires.reader), oldest);
    stricter_for_a_reason(&report);
    oldest.is_some()
}

/// Whatever the newest reader reads is valid, or carries a rule that says where this crate is stricter. Behind a
/// name that stands twice, the entry that does not count can have any fault.
fn stricter_for_a_reason(report: &Report<'_>) {
    if Reader::V0_8.accepts(report) != Acceptance::Yes {
        assert_eq!(
            report.validity(),
            Validity::Invalid,
            "laxer than the reader"
        );
        return;
    }
    let codes: Vec<&str> = report.errors().iter().map(|e| e.rule().code()).collect();
    let named = |code: &&str| oracle::STRICTER.contains(code) || *code == "STF019";
    assert!(
        codes.iter().all(named) || codes.contains(&"STF008"),
        "stricter for {codes:?}"
    );
}

#[test]
fn dtypes_are_known_from_the_version_that_brought_them() {
    for dtype in Dtype::ALL {
        let header = format!("{{{}}}", entry("a", dtype.as_str(), "[8]", 0, dtype.bits()));
        let bytes = file(header, usize::try_from(dtype.bits()).unwrap());
        assert!(profiles_hold(&bytes));
        let report = check(&bytes, &Limits::default());
        assert_eq!(report.requires().unwrap().reader, dtype.since());
        for reader in Reader::ALL {
            assert_eq!(reader.knows(dtype), reads(reader, &bytes));
            if !reader.knows(dtype) {
                assert!(matches!(
                    reader.accepts(&report),
                    Acceptance::No(Refusal::Dtype { dtype: found, .. }) if found == dtype
                ));
            }
        }
    }
}

#[test]
fn the_newest_dtype_is_what_a_file_needs() {
    let header = format!(
        "{{{},{},{}}}",
        entry("a", "C64", "[1]", 0, 8),
        entry("b", "F8_E4M3FNUZ", "[1]", 8, 9),
        entry("c", "F4", "[2]", 9, 10),
    );
    let bytes = file(header, 10);
    assert!(profiles_hold(&bytes));
    let report = check(&bytes, &Limits::default());
    assert_eq!(report.requires().unwrap().to_string(), "0.8: F8_E4M3FNUZ");
    assert_eq!(report.header().requires(), report.requires().unwrap());
    // 0.6 knows neither of two; it is the newest that says how new a reader must be.
    let newest = Dtype::F8E4M3Fnuz;
    assert_eq!(
        report.readers()[1].1,
        Acceptance::No(Refusal::Dtype { dtype: newest })
    );
}

#[test]
fn an_entry_that_does_not_count_needs_its_dtype_known() {
    let header = format!(
        "{{{},{}}}",
        entry("a", "C64", "[1]", 100, 8),
        entry("a", "U8", "[1]", 0, 1)
    );
    let bytes = file(header, 1);
    assert!(profiles_hold(&bytes));
    assert_eq!(
        check(&bytes, &Limits::default()).requires().unwrap().reader,
        Reader::V0_7
    );
}

/// Pieces that headers are made of, and what is next to them.
const PIECES: [&str; 56] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\0",
    "\"",
    "\\",
    "\"a\"",
    "\"b\"",
    "\"\\u0061\"",
    "\"\"",
    "\"__metadata__\"",
    "\"__metadata__\":{\"a\":\"b\"},",
    "\"__metadata__\":null,",
    "\"dtype\"",
    "\"shape\"",
    "\"data_offsets\"",
    "\"strides\":[1],",
    "\"x\":1e309,",
    "\"x\":{\"y\":[null,true]},",
    "\"U8\"",
    "\"F32\"",
    "\"F4\"",
    "\"F6_E2M3\"",
    "\"C64\"",
    "\"F8_E5M2FNUZ\"",
    "\"f32\"",
    "{\"F32\":null}",
    "{\"U8\":{}}",
    "[]",
    "[0]",
    "[1]",
    "[2]",
    "[2,2]",
    "[0,1099511627776,1099511627776]",
    "[18446744073709551615]",
    "[0,4]",
    "[4,8]",
    "[8,4]",
    "[0,0]",
    "[0,18446744073709551615]",
    "0",
    "1",
    "4",
    "-1",
    "1.0",
    "1e0",
    "-0",
    "null",
    "[\"U8\",[4],[0,4]]",
    "\"dtype\":\"F32\",",
];

/// Headers that are valid, and the bytes behind them.
fn valid_headers() -> Vec<(String, usize)> {
    vec![
        ("{}".to_owned(), 0),
        (format!("{{{}}}", entry("a", "F32", "[1]", 0, 4)), 4),
        (
            format!(
                "{{{},{}}}",
                entry("a", "F32", "[1]", 0, 4),
                entry("b", "F4", "[2,4]", 4, 8)
            ),
            8,
        ),
        (
            format!(
                "{{\"__metadata__\":{{\"format\":\"pt\"}},{},{}}}",
                entry("b", "C64", "[]", 0, 8),
                entry("a", "U8", "[0]", 8, 8)
            ),
            8,
        ),
        (
            format!(
                "{{{},\"__metadata__\":{{}},{}}}   ",
                entry("b", "F8_E5M2FNUZ", "[2,2]", 4, 8),
                entry("a", "BF16", "[2]", 0, 4)
            ),
            8,
        ),
    ]
}

#[derive(Clone, Debug)]
enum Change {
    Insert(usize, &'static str),
    Replace(usize, usize, &'static str),
    Delete(usize, usize),
    Byte(usize, u8),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = || prop::sample::select(PIECES.to_vec());
    prop_oneof![
        (any::<usize>(), piece()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<usize>(), 0..12_usize, piece())
            .prop_map(|(at, len, piece)| Change::Replace(at, len, piece)),
        (any::<usize>(), 1..30_usize).prop_map(|(at, len)| Change::Delete(at, len)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<usize>(), 1..80_usize, any::<usize>())
            .prop_map(|(at, len, to)| Change::Copy(at, len, to)),
    ]
}

/// Where the tokens of a header begin, so that changes hit whole ones as often as not.
fn boundary(header: &[u8], at: usize) -> usize {
    if header.is_empty() {
        return 0;
    }
    let start = at % header.len();
    if at.is_multiple_of(3) {
        return start;
    }
    let is_sign = |byte: &u8| b"{}[],:\"".contains(byte);
    let ahead = header[start..].iter().position(is_sign);
    ahead.map_or(start, |ahead| start + ahead)
}

fn apply(header: &mut Vec<u8>, change: &Change) {
    let range = |header: &[u8], at: usize, len: usize| {
        let start = boundary(header, at);
        start..(start + len).min(header.len())
    };
    match *change {
        Change::Insert(at, piece) => {
            let at = boundary(header, at);
            header.splice(at..at, piece.bytes());
        }
        Change::Replace(at, len, piece) => {
            let range = range(header, at, len);
            header.splice(range, piece.bytes());
        }
        Change::Delete(at, len) => {
            let range = range(header, at, len);
            header.drain(range);
        }
        Change::Byte(at, byte) => {
            let at = at % header.len().max(1);
            if let Some(slot) = header.get_mut(at) {
                *slot = byte;
            }
        }
        Change::Copy(at, len, to) => {
            let range = range(header, at, len);
            let piece = header[range].to_vec();
            let to = boundary(header, to);
            header.splice(to..to, piece);
        }
    }
}

/// A value in the place of a field, right, nearly right or wrong.
fn value_of(field: &'static str) -> impl Strategy<Value = String> {
    let right: &[&str] = match field {
        "dtype" => &[
            "\"U8\"",
            "\"F32\"",
            "\"F4\"",
            "\"F6_E3M2\"",
            "\"C64\"",
            "\"BF16\"",
            "\"F8_E4M3FNUZ\"",
            "\"\\u00558\"",
            "{\"F32\":null}",
            "\"u8\"",
            "null",
            "{\"F32\":null,\"U8\":null}",
        ],
        "shape" => &[
            "[]",
            "[1]",
            "[2]",
            "[4]",
            "[2,2]",
            "[0]",
            "[4,0]",
            "[0,281474976710656]",
            "[0,1099511627776,1099511627776]",
            "[1,1,1,1,1,1,1,1]",
            "[-1]",
            "[1.0]",
            "null",
            "{}",
        ],
        _ => &[
            "[0,4]", "[0,1]", "[0,0]", "[4,4]", "[4,8]", "[8,8]", "[4,0]", "[0,8]", "[0]",
            "[0,4,8]", "[0,4.0]", "null",
        ],
    };
    // The right ones come first and are the likelier.
    (0..right.len() * 3)
        .prop_map(move |at| right[(at / 3) * at % right.len().min(6 + at / 4)].to_owned())
}

fn any_entry() -> impl Strategy<Value = String> {
    let fields = (
        value_of("dtype"),
        value_of("shape"),
        value_of("data_offsets"),
    );
    (fields, 0..24_u8).prop_map(|((dtype, shape, offsets), form)| match form {
        0 => format!("[{dtype},{shape},{offsets}]"),
        1 => format!("[{dtype},{shape}]"),
        2 => format!("{{\"dtype\":{dtype},\"shape\":{shape}}}"),
        3 => format!("{{\"shape\":{shape},\"shape\":{shape},\"dtype\":{dtype},\"data_offsets\":{offsets}}}"),
        4 => format!("{{\"x\":[1e308,{shape}],\"shape\":{shape},\"dtype\":{dtype},\"data_offsets\":{offsets}}}"),
        5 => format!("{{\"x\":1e309,\"shape\":{shape},\"dtype\":{dtype},\"data_offsets\":{offsets}}}"),
        6..12 => format!("{{\"data_offsets\":{offsets},\"shape\":{shape},\"dtype\":{dtype}}}"),
        _ => format!("{{\"dtype\":{dtype},\"shape\":{shape},\"data_offsets\":{offsets}}}"),
    })
}

fn any_header() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "\\u0061", "", "d"]);
    let metadata = prop::sample::select(vec![
        "",
        "",
        "",
        "",
        "\"__metadata__\":{},",
        "\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"},",
        "\"__metadata__\":null,",
        "\"__metadata__\":{\"a\":1},",
    ]);
    let space = prop::sample::select(vec!["", "", "", " ", "\n", "   ", "\0"]);
    let lead = prop::sample::select(vec!["", "", "", "", " ", "\t"]);
    (
        lead,
        metadata,
        prop::collection::vec((name, any_entry()), 0..4),
        space,
    )
        .prop_map(|(lead, metadata, entries, space)| {
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(name, entry)| format!("\"{name}\":{entry}"))
                .collect();
            let metadata = if entries.is_empty() {
                metadata.trim_end_matches(',')
            } else {
                metadata
            };
            format!("{lead}{{{metadata}{}}}{space}", entries.join(","))
        })
}

/// What is done to an entry that would be right.
#[derive(Clone, Copy, Debug)]
enum Quirk {
    Array,
    ObjectDtype,
    UnknownField,
    Unranged,
    EscapedKeys,
    Reordered,
    Overridden,
    TwinBehind,
    ZeroBefore,
    Hidden,
    Ranks,
    FieldTwice,
    Grown,
    Shifted,
    Backward,
    Float,
}

const QUIRKS: [Quirk; 16] = [
    Quirk::Array,
    Quirk::ObjectDtype,
    Quirk::UnknownField,
    Quirk::Unranged,
    Quirk::EscapedKeys,
    Quirk::Reordered,
    Quirk::Overridden,
    Quirk::TwinBehind,
    Quirk::ZeroBefore,
    Quirk::Hidden,
    Quirk::Ranks,
    Quirk::FieldTwice,
    Quirk::Grown,
    Quirk::Shifted,
    Quirk::Backward,
    Quirk::Float,
];

/// Writes one entry at a place in the data, and returns it with its size.
fn quirky(at: usize, dtype: Dtype, count: u64, begin: u64, quirk: Option<Quirk>) -> (String, u64) {
    let name = format!("t{at}");
    let size = dtype.bits() * count;
    let end = begin + size;
    let shape = format!("[{count},8]");
    let plain = |name: &str| entry(name, dtype.as_str(), &shape, begin, end);
    let with = |shape: &str, begin: u64, end: u64| entry(&name, dtype.as_str(), shape, begin, end);
    let first = |field: &str| plain(&name).replacen('{', &format!("{{{field},"), 1);
    let made = match quirk {
        None => plain(&name),
        Some(Quirk::Array) => format!("\"{name}\":[\"{dtype}\",{shape},[{begin},{end}]]"),
        Some(Quirk::ObjectDtype) => {
            plain(&name).replace(&format!("\"{dtype}\""), &format!("{{\"{dtype}\":null}}"))
        }
        Some(Quirk::UnknownField) => first("\"strides\":[{\"a\":[]},1.5e300,null,\"\\u0000\"]"),
        Some(Quirk::Unranged) => first("\"strides\":[17976931348623159e292]"),
        Some(Quirk::EscapedKeys) => plain(&name)
            .replace("sh", "s\\u0068")
            .replace('t', "\\u0074"),
        Some(Quirk::Reordered) => format!(
            "\"{name}\":{{\"data_offsets\":[{begin},{end}],\"shape\":{shape},\"dtype\":\"{dtype}\"}}"
        ),
        Some(Quirk::Overridden) => {
            format!("{},{}", entry(&name, "F64", "[7]", 9000, 3), plain(&name))
        }
        Some(Quirk::TwinBehind) => {
            format!("{},{}", plain(&name), entry(&name, "F64", "[7]", 9000, 3))
        }
        Some(Quirk::ZeroBefore) => format!(
            "{},{}",
            plain(&name),
            entry("zero", "U8", "[0]", begin, begin)
        ),
        Some(Quirk::Hidden) => {
            let zero = entry("zero", "U8", "[0,1099511627776,1099511627776]", end, end);
            format!("{},{zero}", plain(&name))
        }
        Some(Quirk::Ranks) => with(&format!("[{}{count},8]", "1,".repeat(70)), begin, end),
        Some(Quirk::FieldTwice) => first(&format!("\"dtype\":\"{dtype}\"")),
        Some(Quirk::Grown) => with(&shape, begin, end + 1),
        Some(Quirk::Shifted) => with(&shape, begin + 1, end + 1),
        Some(Quirk::Backward) => with(&shape, end, begin),
        Some(Quirk::Float) => with(&format!("[{count},8.0]"), begin, end),
    };
    (made, size)
}

/// Puts white space where JSON takes it.
fn spaced(header: &str, spaces: &[&str]) -> String {
    let mut out = String::new();
    let mut is_string = false;
    let mut spaces = spaces.iter().cycle();
    for c in header.chars() {
        if c == '"' {
            is_string = !is_string;
        }
        out.push(c);
        if !is_string && "{}[],:\"".contains(c) {
            out.push_str(spaces.next().unwrap_or(&""));
        }
    }
    out
}

fn quirky_file() -> impl Strategy<Value = Vec<u8>> {
    let quirk =
        prop_oneof![3 => Just(None), 1 => prop::sample::select(QUIRKS.to_vec()).prop_map(Some)];
    let dtype = prop::sample::select(Dtype::ALL.to_vec());
    let tensors = prop::collection::vec((dtype, 0..3_u64, quirk), 0..5).prop_shuffle();
    let metadata = prop::sample::select(vec![
        None,
        None,
        None,
        Some("{}"),
        Some("null"),
        Some(r#"{"a":"b","\u0061":"c"}"#),
        Some(r#"{"a":1}"#),
    ]);
    let space = prop::sample::select(vec!["", "", " ", "\n", "\t\r"]);
    let spaces = prop_oneof![2 => Just(vec![""]), 1 => prop::collection::vec(space, 1..7)];
    let end = prop::sample::select(vec!["", "", "  ", "\n", "\0"]);
    let extra = prop_oneof![6 => Just(0_usize), 1 => Just(1)];
    (tensors, metadata, spaces, end, extra, any::<u64>()).prop_map(
        |(tensors, metadata, spaces, end, extra, turn)| {
            let mut begin = 0;
            let mut entries = Vec::new();
            for (at, (dtype, count, quirk)) in tensors.into_iter().enumerate() {
                let (made, size) = quirky(at, dtype, count, begin, quirk);
                entries.push(made);
                begin += size;
            }
            entries.extend(metadata.map(|metadata| format!("\"__metadata__\":{metadata}")));
            if !entries.is_empty() {
                let by = usize::try_from(turn).unwrap_or(0) % entries.len();
                entries.rotate_left(by);
            }
            let header = spaced(&format!("{{{}}}", entries.join(",")), &spaces);
            file(header + end, usize::try_from(begin).unwrap() + extra)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn profiles_hold_over_changed_headers(
        base in prop::sample::select(valid_headers()),
        changes in prop::collection::vec(change(), 1..4),
        extra in prop_oneof![4 => Just(0_usize), 1 => 0..9_usize],
    ) {
        let (header, data) = base;
        let mut header = header.into_bytes();
        for change in &changes {
            apply(&mut header, change);
        }
        profiles_hold(&file(&header, data + extra));
    }

    #[test]
    fn profiles_hold_over_made_headers(header in any_header(), data in prop::sample::select(vec![0_usize, 0, 1, 4, 4, 8])) {
        let bytes = file(&header, data);
        profiles_hold(&bytes);
        oracle::hold(&bytes, &Limits::default());
    }

    #[test]
    fn profiles_hold_over_files_that_are_nearly_right(bytes in quirky_file()) {
        profiles_hold(&bytes);
        oracle::hold(&bytes, &Limits::default());
    }

    #[test]
    fn profiles_hold_over_changed_files(
        base in prop::sample::select(valid_headers()),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in prop_oneof![3 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)],
    ) {
        let mut bytes = file(&base.0, base.1);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        profiles_hold(&bytes);
    }
}
