use safetensors_check::{Dtype, Header, Limits, Validity, check};

use crate::forge::{entry, file};

#[test]
fn a_plain_file_is_valid_and_read_whole() {
    let json = format!(
        "{{\"__metadata__\":{{\"format\":\"pt\"}},{},{}}}  ",
        entry("b", "F32", "[2,1]", 8, 16),
        entry("a", "I64", "[]", 0, 8)
    );
    let file = file(&json, 16);
    let report = check(&file, &Limits::default());
    assert_eq!(report.errors(), []);
    assert_eq!(report.validity(), Validity::Valid);
    assert!(report.coverage().is_complete());
    let header = Header::read(&file, file.len() as u64, &Limits::default()).unwrap();
    let names: Vec<_> = header.tensors().map(|tensor| tensor.name()).collect();
    assert_eq!(names, ["b", "a"]);
    let names: Vec<_> = header
        .tensors_by_offset()
        .map(|tensor| tensor.name())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let b = header.tensor("b").unwrap();
    assert_eq!(
        (b.dtype(), b.shape(), b.elements()),
        (Dtype::F32, &[2, 1][..], 2)
    );
    assert_eq!(b.data_offsets(), 8..16);
    assert_eq!(b.bytes(), file.len() as u64 - 8..file.len() as u64);
    let text = |range: std::ops::Range<u64>| {
        String::from_utf8(file[range.start as usize..range.end as usize].to_vec()).unwrap()
    };
    assert_eq!(text(b.entry()), entry("b", "F32", "[2,1]", 8, 16));
    assert_eq!(text(b.name_bytes()), "\"b\"");
    assert_eq!(text(header.json()), json.trim_end());
    assert_eq!(text(header.padding()), "  ");
    let metadata = header.metadata().unwrap();
    assert_eq!((metadata[0].key(), metadata[0].value()), ("format", "pt"));
    assert_eq!(text(metadata[0].bytes()), r#""format":"pt""#);
}
