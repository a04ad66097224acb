#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use model_formats::npy::{
    Descr, Error, ErrorKind, Header, ItemSize, Limit, Limits, Version, check,
};
use proptest::prelude::*;

/// Writes a file as numpy does: the literal padded with spaces to a multiple of 64, a newline, the data.
fn npy(major: u8, literal: &str, data: &[u8]) -> Vec<u8> {
    let prefix = if major == 1 { 10 } else { 12 };
    let length = (prefix + literal.len() + 1).next_multiple_of(64) - prefix;
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([major, 0]);
    if major == 1 {
        file.extend(u16::try_from(length).unwrap().to_le_bytes());
    } else {
        file.extend(u32::try_from(length).unwrap().to_le_bytes());
    }
    let spaces = " ".repeat(length - literal.len() - 1);
    file.extend(format!("{literal}{spaces}\n").bytes());
    file.extend(data);
    file
}

fn literal(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}")
}

fn header(descr: &str, shape: &str) -> Result<Header, Error> {
    Header::parse(&npy(1, &literal(descr, shape), &[]), &Limits::default())
}

fn kind(literal: &str) -> ErrorKind {
    Header::parse(&npy(1, literal, &[]), &Limits::default())
        .unwrap_err()
        .kind()
        .clone()
}

#[test]
fn the_three_versions_are_read() {
    for (major, version, offset) in [
        (1, Version::V1, 128),
        (2, Version::V2, 128),
        (3, Version::V3, 128),
    ] {
        let file = npy(major, &literal("'<f8'", "(3, 2)"), &[0; 48]);
        let header = Header::parse(&file, &Limits::default()).unwrap();
        assert_eq!((header.version(), header.data_offset()), (version, offset));
        assert_eq!(header.shape(), [3, 2]);
        assert_eq!(header.data_bytes(), Ok(48));
        assert!(!header.fortran_order() && !header.has_object());
    }
}

#[test]
fn shapes_with_trailing_commas_and_of_python_2_are_read() {
    for (shape, sizes) in [
        ("()", &[][..]),
        ("(3,)", &[3][..]),
        ("(3L, 4L)", &[3, 4][..]),
        ("( 3 , 4 , )", &[3, 4][..]),
        ("(0, 99)", &[0, 99][..]),
    ] {
        assert_eq!(header("'<i4'", shape).unwrap().shape(), sizes, "{shape}");
    }
}

#[test]
fn structured_types_nest_with_shapes_titles_and_holes() {
    let header = header(
        "[('x', '<f4', (2, 3)), (('a title', 'y'), [('z', '|u1'), ('', '|V3')]), ('w', ('<i2', (4,)))]",
        "(10,)",
    )
    .unwrap();
    assert_eq!(header.itemsize(), Ok(24 + 4 + 8));
    assert_eq!(header.data_bytes(), Ok(360));
    let Descr::Fields(fields) = header.dtype() else {
        panic!("expected fields");
    };
    assert_eq!(fields[1].title.as_deref(), Some("a title"));
    assert_eq!(fields[1].name, "y");
}

#[test]
fn an_object_anywhere_makes_the_data_a_pickle() {
    for descr in [
        "'|O'",
        "'O8'",
        "[('a', '<f8'), ('b', [('c', '|O', (2,))])]",
        "('|O', (3,))",
    ] {
        assert!(header(descr, "(1,)").unwrap().has_object(), "{descr}");
    }
    let file = npy(1, &literal("'|O'", "(1,)"), b"\x80\x04N.");
    let checked = check(&file, &Limits::default());
    assert_eq!(checked.pickle, Some(128..132));
    assert_eq!(checked.findings[0].rule.as_str(), "NPY004/pickled-objects");
    assert_eq!(checked.coverage.gaps().next(), Some(128..132));
}

#[test]
fn dtype_strings_keep_their_spelling_and_size() {
    assert_eq!(
        header("'<M8[ns]'", "()").unwrap().dtype(),
        &Descr::Plain {
            dtype: "<M8[ns]".into(),
            item: ItemSize::Bytes(8)
        }
    );
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    assert_eq!(
        kind("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': ()}"),
        ErrorKind::DuplicateKey("descr")
    );
}

#[test]
fn keys_are_exactly_the_three() {
    let good = literal("'<f8'", "()");
    assert_eq!(
        kind(&good.replace("'shape'", "'size'")),
        ErrorKind::UnknownKey
    );
    assert_eq!(
        kind("{'descr': '<f8', 'fortran_order': True}"),
        ErrorKind::MissingKey("shape")
    );
    assert_eq!(kind(&good.replace("'shape'", "3")), ErrorKind::UnknownKey);
    assert_eq!(kind("('descr', '<f8')"), ErrorKind::NotADictionary);
    assert_eq!(kind(&format!("{good} 1")), ErrorKind::TextBehind);
    assert_eq!(kind(&format!("{good}\0")), ErrorKind::TextBehind);
    assert_eq!(
        kind(&good.replace("False", "0")),
        ErrorKind::OrderNotBoolean
    );
}

#[test]
fn malformed_shapes_and_types_are_refused() {
    for shape in ["3", "[3]", "(-1,)", "('3',)", "(True,)", "(3)", "None"] {
        assert_eq!(
            header("'<f8'", shape).unwrap_err().kind(),
            &ErrorKind::MalformedShape,
            "{shape}"
        );
    }
    for descr in [
        "3",
        "None",
        "('<f8',)",
        "['<f8']",
        "[('a',)]",
        "[(3, '<f8')]",
        "{}",
        "[(('a','b','c'), '<f8')]",
    ] {
        assert_eq!(
            header(descr, "()").unwrap_err().kind(),
            &ErrorKind::MalformedDescr,
            "{descr}"
        );
    }
    for descr in ["'f8,O'", "''", "'object'"] {
        assert_eq!(
            header(descr, "()").unwrap_err().kind(),
            &ErrorKind::UnknownDtype,
            "{descr}"
        );
    }
}

#[test]
fn sizes_that_overflow_are_errors_and_zero_wins_in_any_order() {
    let huge = "(4294967296, 4294967296)";
    assert_eq!(
        header("'<f8'", huge)
            .unwrap()
            .data_bytes()
            .unwrap_err()
            .kind(),
        &ErrorKind::SizeOverflow
    );
    assert_eq!(
        header("'<f8'", "(4294967296, 4294967296, 0)")
            .unwrap()
            .data_bytes(),
        Ok(0)
    );
    assert_eq!(
        header("'|V18446744073709551615'", "(2,)")
            .unwrap()
            .data_bytes()
            .unwrap_err()
            .kind(),
        &ErrorKind::SizeOverflow
    );
    let checked = check(&npy(1, &literal("'<f8'", huge), &[]), &Limits::default());
    assert!(!checked.complete);
    assert_eq!(checked.findings[0].rule.as_str(), "NPY001/malformed-header");
}

#[test]
fn limits_are_held() {
    let file = npy(1, &literal("'<f8'", "()"), &[]);
    let short = Limits::default().with_header(10);
    assert_eq!(
        Header::parse(&file, &short).unwrap_err().kind(),
        &ErrorKind::LimitExceeded(Limit::Header)
    );
    let deep = format!("{}'<f8'{}", "[('a', ".repeat(100), ")]".repeat(100));
    assert_eq!(
        header(&deep, "()").unwrap_err().kind(),
        &ErrorKind::LimitExceeded(Limit::Depth)
    );
    let wide = format!("({})", "1,".repeat(65));
    assert_eq!(
        header("'<f8'", &wide).unwrap_err().kind(),
        &ErrorKind::LimitExceeded(Limit::Dimensions)
    );
}

#[test]
fn short_data_and_trailing_bytes_are_reported_where_they_are() {
    let limits = Limits::default();
    let exact = check(&npy(1, &literal("'<f8'", "(2,)"), &[0; 16]), &limits);
    assert!(exact.complete && exact.findings.is_empty() && exact.coverage.is_complete());

    let short = check(&npy(1, &literal("'<f8'", "(2,)"), &[0; 15]), &limits);
    assert!(!short.complete);
    assert_eq!(
        short.findings[0].message,
        "found 15 bytes of data, expected 16"
    );

    let long = check(&npy(1, &literal("'<f8'", "(2,)"), &[0; 19]), &limits);
    assert_eq!(long.trailing, Some(144..147));
    assert_eq!(long.findings[0].rule.as_str(), "NPY002/trailing-bytes");
    assert_eq!(long.coverage.gaps().next(), Some(144..147));
}

#[test]
fn errors_name_the_byte_of_the_file() {
    let error = Header::parse(&npy(1, "{'descr': @", &[]), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "unexpected byte 0x40 at byte 20");
    let error = Header::parse(b"\x93NUMPY\x04\x01", &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown version 4.1, expected 1.0, 2.0 or 3.0 at byte 6"
    );
}

#[test]
fn a_file_cut_anywhere_is_an_error_or_short() {
    let file = npy(
        2,
        &literal("[('x', '<f4', (2,)), ('y', '|u1')]", "(3,)"),
        &[0; 27],
    );
    for cut in 0..file.len() {
        let checked = check(&file[..cut], &Limits::default());
        assert!(!checked.complete && !checked.findings.is_empty(), "{cut}");
    }
    assert!(check(&file, &Limits::default()).complete);
}

proptest! {
    #[test]
    fn any_bytes_behind_the_magic_give_an_answer(version in 0_u8..5, body in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        file.extend(&body);
        let checked = check(&file, &Limits::default());
        prop_assert!(checked.coverage.accounted() <= checked.coverage.bytes());
        prop_assert_eq!(checked.header.is_err() && checked.complete, false);
    }

    #[test]
    fn any_text_in_the_header_gives_an_answer(text in "[\\[\\](){}',:0-9a-zL \\\\]{0,80}", data in 0_usize..40) {
        let checked = check(&npy(3, &text, &vec![0; data]), &Limits::default());
        prop_assert!(checked.coverage.accounted() <= checked.coverage.bytes());
    }

    #[test]
    fn a_mutated_header_gives_an_answer(at in 0_usize..128, byte: u8) {
        let mut file = npy(1, &literal("[('x', '<f4', (2,)), (('t', 'y'), '|O')]", "(3,)"), &[0; 27]);
        file[at] = byte;
        let checked = check(&file, &Limits::default());
        prop_assert!(checked.coverage.accounted() <= checked.coverage.bytes());
    }
}
