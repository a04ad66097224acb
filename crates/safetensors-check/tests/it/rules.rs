//! Each rule finds what its page says, and not what is next to it.

use std::collections::BTreeSet;

use safetensors_check::{Acceptance, ErrorKind, Limits, RULES, Reader, Validity, check};

use crate::forge::{entry, file, framed};
use crate::oracle;

/// The codes of the rules that are broken, and whether the reference implementation reads the file.
fn codes(file: &[u8]) -> (BTreeSet<&'static str>, bool) {
    oracle::hold(file, &Limits::default());
    let report = check(file, &Limits::default());
    let codes = report.errors().iter().map(|error| error.rule().code());
    let reads = Reader::V0_8.accepts(&report) == Acceptance::Yes;
    (codes.collect(), reads)
}

#[track_caller]
fn refused(file: &[u8], wanted: &[&'static str]) {
    let (codes, reads) = codes(file);
    assert_eq!(codes, wanted.iter().copied().collect());
    assert!(!reads, "the reference implementation reads it");
}

/// Refused here and read by the reference implementation.
#[track_caller]
fn stricter(file: &[u8], wanted: &[&'static str]) {
    let (codes, reads) = codes(file);
    assert_eq!(codes, wanted.iter().copied().collect());
    assert!(reads, "the reference implementation refuses it");
}

#[track_caller]
fn valid(file: &[u8]) {
    let report = check(file, &Limits::default());
    assert_eq!(report.errors(), []);
    oracle::hold(file, &Limits::default());
}

/// A header of one tensor of one byte, with this in place of its entry.
fn with_entry(entry: &str) -> Vec<u8> {
    file(format!("{{\"a\":{entry}}}"), 1)
}

fn with_shape(shape: &str, bytes: u64) -> Vec<u8> {
    let header = format!("{{{}}}", entry("a", "U8", shape, 0, bytes));
    file(header, usize::try_from(bytes).unwrap())
}

fn one(name: &str) -> String {
    entry(name, "U8", "[1]", 0, 1)
}

#[test]
fn a_file_too_short_for_the_length_is_refused() {
    for length in 0..8 {
        refused(&[0x7b; 8][..length], &["STF001"]);
    }
    valid(&file("{}", 0));
}

#[test]
fn a_header_over_the_cap_is_refused() {
    refused(&framed(100_000_001, "{}", 0), &["STF002"]);
    refused(&framed(u64::MAX, "{}", 0), &["STF002"]);
    refused(&framed(1 << 63, "{}", 0), &["STF002"]);
    // One byte less is only longer than the file.
    refused(&framed(100_000_000, "{}", 0), &["STF003"]);
}

#[test]
fn a_header_of_just_the_cap_is_read() {
    let mut header = vec![b' '; 100_000_000];
    header[..2].copy_from_slice(b"{}");
    let file = file(&header, 0);
    assert_eq!(check(&file, &Limits::default()).validity(), Validity::Valid);
}

#[test]
fn a_header_behind_the_end_is_refused() {
    refused(&framed(3, "{}", 0), &["STF003"]);
    refused(&framed(1, "", 0), &["STF003"]);
    valid(&framed(2, "{}", 0));
}

#[test]
fn the_first_byte_is_a_brace() {
    refused(&file("", 0), &["STF004"]);
    for space in [" ", "\n", "\t", "\r"] {
        stricter(&file(format!("{space}{{}}"), 0), &["STF004"]);
    }
    refused(&file("\u{feff}{}", 0), &["STF004", "STF007"]);
    refused(&file("[]", 0), &["STF004", "STF007"]);
    refused(&file("null", 0), &["STF004", "STF007"]);
}

#[test]
fn only_spaces_pad() {
    valid(&file("{}      ", 0));
    for padding in ["\n", "\t", "\r", "  \n", " \t "] {
        stricter(&file(format!("{{}}{padding}"), 0), &["STF005"]);
    }
    for padding in ["\0", " \0", "{}", "x", "\u{a0}", "\n\0"] {
        refused(&file(format!("{{}}{padding}"), 0), &["STF005"]);
    }
    // Padding lies in the header: behind it, spaces are data.
    refused(&framed(2, "{}   ", 0), &["STF026"]);
}

#[test]
fn a_header_is_utf8() {
    for wrong in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\x80",
    ] {
        let header = [&b"{\"a"[..], wrong, br#"":0}"#].concat();
        refused(&file(header, 1), &["STF006"]);
    }
    refused(&file(b"{}\xff", 0), &["STF006"]);
    valid(&file(format!("{{{}}}", one("é\u{10ffff}")), 1));
}

#[test]
fn a_header_is_json() {
    for wrong in [
        "{",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{,}",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{/**/}",
        "{\"a\":tru}",
        "{\"",
    ] {
        let (codes, reads) = codes(&file(wrong, 0));
        assert!(codes.contains("STF007") && !reads, "{wrong}");
    }
}

#[test]
fn depth_has_a_ceiling_that_no_stack_knows() {
    for depth in [200, 1_000_000] {
        let deep = format!("{{\"a\":{}", "[".repeat(depth));
        let (codes, reads) = codes(&file(&deep, 0));
        assert!(codes.contains("STF007") && !reads);
    }
    for depth in 120..130 {
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let header = one("a").replace("{\"dtype\"", &format!("{{\"x\":{value},\"dtype\""));
        let (codes, _) = codes(&file(format!("{{{header}}}"), 1));
        assert!(codes.contains("STF011") || codes.contains("STF007"));
    }
}

#[test]
fn a_name_stands_once() {
    stricter(
        &file(format!("{{{},{}}}", one("a"), one("a")), 1),
        &["STF008"],
    );
    stricter(
        &file(format!("{{{},{}}}", one("a"), one("\\u0061")), 1),
        &["STF008"],
    );
    // The last one counts: what the first says of data is not looked at.
    let far = entry("a", "U64", "[9]", 900, 72);
    let (found, reads) = codes(&file(format!("{{{far},{}}}", one("a")), 1));
    assert!(found.contains("STF008") && found.contains("STF020") && reads);
    let (found, reads) = codes(&file(format!("{{{},{far}}}", one("a")), 1));
    assert!(found.contains("STF008") && !reads);
    valid(&file(
        format!("{{{},{}}}", one("a"), entry("A", "U8", "[1]", 1, 2)),
        2,
    ));
}

#[test]
fn metadata_stands_once() {
    refused(
        &file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
        &["STF008"],
    );
    refused(
        &file("{\"__metadata__\":{},\"__metadata\\u005f_\":{}}", 0),
        &["STF008"],
    );
    refused(
        &file("{\"__metadata__\":null,\"__metadata__\":{}}", 0),
        &["STF008", "STF014"],
    );
}

#[test]
fn a_field_stands_once() {
    let twice = |field: &str| one("a").replace("{\"dtype\"", &format!("{{{field},\"dtype\""));
    for field in [
        "\"dtype\":\"U8\"",
        "\"shape\":[1]",
        "\"data_offsets\":[0,1]",
        "\"d\\u0074ype\":\"U8\"",
    ] {
        refused(&file(format!("{{{}}}", twice(field)), 1), &["STF009"]);
    }
}

#[test]
fn a_key_of_the_metadata_stands_once() {
    stricter(
        &file(
            "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\",\"\\u0061\":\"3\"}}",
            0,
        ),
        &["STF010"],
    );
    valid(&file("{\"__metadata__\":{\"a\":\"1\",\"A\":\"1\"}}", 0));
}

#[test]
fn an_entry_has_no_other_field() {
    let with = |field: &str| one("a").replace("{\"dtype\"", &format!("{{{field},\"dtype\""));
    for field in [
        "\"strides\":[1]",
        "\"Dtype\":\"U8\"",
        "\"\":{\"a\":[null,true,1.5e300]}",
        "\"x\":-0.0",
        "\"offsets\":[0,1]",
    ] {
        stricter(&file(format!("{{{}}}", with(field)), 1), &["STF011"]);
    }
    // Numbers that no reader takes are refused wherever they are.
    for field in [
        "\"x\":1e309",
        "\"x\":[0,-1e400]",
        "\"x\":{\"y\":1e99999999999}",
    ] {
        refused(&file(format!("{{{}}}", with(field)), 1), &["STF011"]);
    }
    let twice = with("\"x\":1,\"x\":2");
    stricter(&file(format!("{{{twice}}}"), 1), &["STF011"]);
}

#[test]
fn an_entry_is_an_object() {
    stricter(&with_entry(r#"["U8",[1],[0,1]]"#), &["STF012"]);
    for wrong in [
        r#"["U8",[1]]"#,
        r#"["U8",[1],[0,1],0]"#,
        "[]",
        "null",
        "1",
        "\"U8\"",
        "true",
        r#"["U8",[1],[0,1],1e999]"#,
    ] {
        refused(&with_entry(wrong), &["STF012"]);
    }
}

#[test]
fn an_entry_has_all_three_fields() {
    for wrong in [
        r#"{"shape":[1],"data_offsets":[0,1]}"#,
        r#"{"dtype":"U8","data_offsets":[0,1]}"#,
        r#"{"dtype":"U8","shape":[1]}"#,
        "{}",
    ] {
        refused(&with_entry(wrong), &["STF013"]);
    }
}

#[test]
fn metadata_is_an_object_of_strings() {
    stricter(&file("{\"__metadata__\":null}", 0), &["STF014"]);
    for wrong in [
        "[]",
        "1",
        "\"a\"",
        "true",
        "{\"a\":1}",
        "{\"a\":null}",
        "{\"a\":{}}",
        "{\"a\":[\"b\"]}",
    ] {
        refused(
            &file(format!("{{\"__metadata__\":{wrong}}}"), 0),
            &["STF014"],
        );
    }
    // A tensor by that name is no metadata.
    refused(
        &file(format!("{{{}}}", one("__metadata__")), 1),
        &["STF014", "STF026"],
    );
    valid(&file("{\"__metadata__\":{}}", 0));
    // It need not come first.
    valid(&file(
        format!("{{{},\"__metadata__\":{{\"a\":\"\"}}}}", one("a")),
        1,
    ));
}

#[test]
fn a_dtype_is_one_of_22() {
    for dtype in safetensors_check::Dtype::ALL {
        let bytes = dtype.bits();
        let file_ = file(
            format!("{{{}}}", entry("a", dtype.as_str(), "[8]", 0, bytes)),
            usize::try_from(bytes).unwrap(),
        );
        valid(&file_);
        let lower = dtype.as_str().to_lowercase();
        refused(
            &with_entry(&format!(
                r#"{{"dtype":"{lower}","shape":[1],"data_offsets":[0,1]}}"#
            )),
            &["STF015"],
        );
    }
    for wrong in [
        "\"F8\"",
        "\"\"",
        "\"F128\"",
        "\" F32\"",
        "\"F32\\u0000\"",
        "0",
        "null",
        "[\"U8\"]",
        "{}",
        "{\"X\":null}",
        "{\"U8\":1}",
        "{\"U8\":null,\"I8\":null}",
        "{\"U8\":{}}",
        "{\"U8\":{\"a\":1}}",
        "{\"U8\":[]}",
    ] {
        refused(
            &with_entry(&format!(
                r#"{{"dtype":{wrong},"shape":[1],"data_offsets":[0,1]}}"#
            )),
            &["STF015"],
        );
    }
    stricter(
        &with_entry(r#"{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}"#),
        &["STF015"],
    );
    // Escapes are undone before names are compared.
    valid(&with_entry(
        r#"{"dtype":"\u00558","shape":[1],"data_offsets":[0,1]}"#,
    ));
}

#[test]
fn a_shape_is_a_list_of_whole_numbers() {
    for wrong in [
        "null",
        "1",
        "\"1\"",
        "{}",
        "[-1]",
        "[1.0]",
        "[1e0]",
        "[-0]",
        "[\"1\"]",
        "[null]",
        "[true]",
        "[[1]]",
        "[18446744073709551616]",
        "[1,1,-1]",
        "[1E400]",
    ] {
        refused(&with_shape(wrong, 1), &["STF016"]);
    }
    valid(&with_shape("[]", 1));
    valid(&with_shape("[1,1,1]", 1));
    valid(&with_shape("[0]", 0));
    valid(&with_shape("[5,0,3]", 0));
}

#[test]
fn a_dimension_is_at_most_48_bits() {
    stricter(&with_shape("[0,281474976710656]", 0), &["STF017"]);
    valid(&with_shape("[0,281474976710655]", 0));
    refused(
        &with_shape("[18446744073709551615]", 1),
        &["STF017", "STF018"],
    );
}

#[test]
fn a_product_over_64_bits_is_refused_in_any_order() {
    refused(&with_shape("[1099511627776,1099511627776]", 0), &["STF018"]);
    refused(
        &with_shape("[1099511627776,1099511627776,0]", 0),
        &["STF018"],
    );
    stricter(
        &with_shape("[0,1099511627776,1099511627776]", 0),
        &["STF018"],
    );
    // The bits count too, for the readers as for us.
    let wide = format!("{{{}}}", entry("a", "F64", "[4294967296,67108864]", 0, 1));
    refused(&file(wide, 1), &["STF018"]);
    valid(&with_shape("[0,1099511627776]", 0));
}

#[test]
fn rank_is_at_most_64() {
    let rank = |rank: usize| format!("[{}]", vec!["1"; rank].join(","));
    valid(&with_shape(&rank(64), 1));
    stricter(&with_shape(&rank(65), 1), &["STF019"]);
    stricter(&with_shape(&rank(100_000), 1), &["STF019"]);
}

#[test]
fn offsets_are_two_numbers_in_order() {
    for wrong in [
        "null",
        "{}",
        "[]",
        "[0]",
        "[0,1,2]",
        "[0,-1]",
        "[0.0,1]",
        "[\"0\",1]",
        "[0,1e0]",
        "[null,1]",
        "[0,18446744073709551616]",
    ] {
        refused(
            &with_entry(&format!(
                r#"{{"dtype":"U8","shape":[1],"data_offsets":{wrong}}}"#
            )),
            &["STF020"],
        );
    }
    refused(
        &file(format!("{{{}}}", entry("a", "U8", "[1]", 1, 0)), 1),
        &["STF020"],
    );
}

#[test]
fn data_ends_in_the_file() {
    refused(&file(format!("{{{}}}", one("a")), 0), &["STF021"]);
    let (codes, reads) = codes(&file(
        format!("{{{}}}", entry("a", "U8", "[1]", 0, u64::MAX)),
        1,
    ));
    assert!(codes.contains("STF021") && codes.contains("STF022") && !reads);
    refused(
        &file(format!("{{{}}}", entry("a", "U8", "[0]", 8, 8)), 0),
        &["STF021"],
    );
}

#[test]
fn a_sum_that_overflows_in_the_reader_is_only_refused() {
    // `buffer_end + 8 + n` is an unchecked addition there.
    let huge = u64::MAX / 8;
    let header = format!("{{{}}}", entry("a", "U8", &format!("[{huge}]"), 0, huge));
    let (found, _) = codes(&file(header, 1));
    assert!(found.contains("STF021"));
    let first = entry("a", "U8", &format!("[{huge}]"), 0, huge);
    let second = entry("b", "U8", "[0]", u64::MAX, u64::MAX);
    let (found, reads) = codes(&file(format!("{{{first},{second}}}"), 1));
    assert!(found.contains("STF021") && !reads);
}

#[test]
fn the_size_is_what_shape_and_dtype_take() {
    refused(&with_shape("[2]", 1), &["STF022"]);
    refused(&with_shape("[0]", 1), &["STF022"]);
    refused(
        &file(format!("{{{}}}", entry("a", "F32", "[2]", 0, 4)), 4),
        &["STF022"],
    );
}

#[test]
fn elements_fill_their_bytes() {
    for (dtype, shape, bytes) in [("F4", "[3]", 1), ("F6_E2M3", "[2]", 1), ("F4", "[]", 1)] {
        refused(
            &file(format!("{{{}}}", entry("a", dtype, shape, 0, bytes)), 1),
            &["STF023"],
        );
    }
    valid(&file(
        format!("{{{}}}", entry("a", "F6_E2M3", "[4]", 0, 3)),
        3,
    ));
    valid(&file(format!("{{{}}}", entry("a", "F4", "[0]", 0, 0)), 0));
}

#[test]
fn data_has_no_holes() {
    let two = |begin: u64| {
        format!(
            "{{{},{}}}",
            one("a"),
            entry("b", "U8", "[1]", begin, begin + 1)
        )
    };
    valid(&file(two(1), 2));
    refused(&file(two(2), 3), &["STF024"]);
    refused(
        &file(format!("{{{}}}", entry("a", "U8", "[1]", 1, 2)), 2),
        &["STF024"],
    );
    let report_of = file(two(2), 3);
    let report = check(&report_of, &Limits::default());
    let hole = report
        .errors()
        .iter()
        .find(|e| matches!(e.kind(), ErrorKind::Hole { bytes: 1 }))
        .unwrap();
    let data = report.data();
    assert_eq!(hole.bytes(), data.start + 1..data.start + 2);
    assert_eq!(report.coverage().gaps().collect::<Vec<_>>(), [hole.bytes()]);
}

#[test]
fn tensors_share_no_bytes() {
    let pair = |begin, end, size| {
        format!(
            "{{{},{}}}",
            entry("a", "U8", "[4]", 0, 4),
            entry("b", "U8", &format!("[{size}]"), begin, end)
        )
    };
    refused(&file(pair(0, 4, 4), 4), &["STF025"]);
    refused(&file(pair(2, 6, 4), 6), &["STF025"]);
    refused(&file(pair(1, 2, 1), 4), &["STF025"]);
    refused(&file(pair(2, 2, 0), 4), &["STF025"]);
    valid(&file(pair(0, 0, 0), 4));
    valid(&file(pair(4, 4, 0), 4));
}

#[test]
fn nothing_follows_the_data() {
    refused(&file(format!("{{{}}}", one("a")), 2), &["STF026"]);
    refused(&file("{}", 1), &["STF026"]);
    refused(&framed(2, "{}{}", 0), &["STF026"]);
}

#[test]
fn data_that_is_not_aligned_is_told_of_and_valid() {
    let misaligned = |file: &[u8]| {
        let report = check(file, &Limits::default());
        assert_eq!(report.validity(), Validity::Valid);
        report
            .suspicions()
            .iter()
            .any(|finding| finding.rule.code() == "STF027")
    };
    let header = format!("{{{}}}", entry("a", "F32", "[1]", 0, 4));
    let padded = |length: usize| file(format!("{header:<length$}"), 4);
    let aligned = header.len().next_multiple_of(8);
    assert!(!misaligned(&padded(aligned)));
    assert!(!misaligned(&padded(aligned + 4)));
    assert!(misaligned(&padded(aligned + 1)));
    let bytes = format!("{{{}}}", entry("a", "U8", "[4]", 0, 4));
    assert!(!misaligned(&file(format!("{bytes} "), 4)));
    // A byte before a wider element.
    let two = format!("{{{},{}}}", one("a"), entry("b", "F16", "[1]", 1, 3));
    let length = two.len().next_multiple_of(8);
    assert!(misaligned(&file(format!("{two:<length$}"), 3)));
}

#[test]
fn a_ceiling_leaves_the_answer_open() {
    let header = format!("{{{},{}}}", one("a"), entry("b", "U8", "[1]", 1, 2));
    let bytes = file(&header, 2);
    for limits in [
        Limits::default().with_header(10),
        Limits::default().with_tensors(1),
    ] {
        let report = check(&bytes, &limits);
        assert_eq!(report.validity(), Validity::Undecided);
        assert_eq!(report.errors()[0].rule().code(), "STF028");
        assert_eq!(Reader::V0_8.accepts(&report), Acceptance::Undecided);
        assert_eq!(report.requires(), None);
    }
    let metadata = file("{\"__metadata__\":{\"a\":\"\",\"b\":\"\"}}", 0);
    let report = check(&metadata, &Limits::default().with_metadata(1));
    assert_eq!(report.validity(), Validity::Undecided);
    assert_eq!(Reader::V0_8.accepts(&report), Acceptance::Yes);
    let enough = Limits::default()
        .with_tensors(2)
        .with_header(header.len() as u64);
    assert_eq!(check(&bytes, &enough).validity(), Validity::Valid);
}

#[test]
fn errors_that_are_not_listed_are_counted() {
    let entries: Vec<String> = (0..10).map(|at| format!("\"{at}\":{at}")).collect();
    let bytes = file(format!("{{{}}}", entries.join(",")), 0);
    let report = check(&bytes, &Limits::default().with_errors(3));
    assert_eq!((report.errors().len(), report.unlisted_errors()), (3, 7));
    let last = report.findings().pop().unwrap();
    assert_eq!(
        (last.rule.code(), &*last.message),
        ("STF029", "7 more errors are not listed")
    );
    assert!(
        check(&bytes, &Limits::default())
            .findings()
            .iter()
            .all(|finding| finding.rule.code() != "STF029")
    );
}

#[test]
fn all_faults_are_found_in_one_pass() {
    let header = [
        " {\"__metadata__\":{\"a\":1,\"b\":\"\",\"b\":\"\"}",
        &entry("c", "F31", "[-1]", 0, 4),
        &entry("d", "F32", "[1]", 4, 2),
        &entry("e", "F32", "[2]", 0, 4),
        "\"f\":[1]",
        "\"g\":{\"h\":2}",
    ]
    .join(",")
        + "}\t";
    let (codes, _) = codes(&file(header, 4));
    let wanted = [
        "STF004", "STF005", "STF010", "STF011", "STF012", "STF013", "STF014", "STF015", "STF016",
        "STF020", "STF022",
    ];
    assert_eq!(codes, wanted.into_iter().collect());
}

#[test]
fn names_are_escaped_wherever_they_are_quoted() {
    let header = "{\"\\u001b[2J\\u202e\":{\"dtype\":\"\\u0007\",\"shape\":[],\"data_offsets\":[0,0],\"\\n\":0}}";
    let bytes = file(header, 0);
    for finding in check(&bytes, &Limits::default()).findings() {
        assert!(
            !finding
                .message
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{}",
            finding.message
        );
    }
}

#[test]
fn every_rule_of_the_format_is_found_by_some_error_or_finding() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code()).collect();
    for number in 1..=29 {
        assert!(codes.contains(&&*format!("STF{number:03}")));
    }
}
