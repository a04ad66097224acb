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

#[test]
fn names_are_unique_across_the_runs_in_which_they_rise() {
    // Runs of sorted names, as a writer leaves them that sorts anew for each dtype.
    for runs in 1..12_u64 {
        let names = |twin: bool| -> Vec<String> {
            let all = (0..runs).flat_map(|run| (0..20).map(move |at| format!("{at:02}.{run}")));
            let mut all: Vec<String> = all.collect();
            if twin {
                // The last run ends with the name that the first ends with.
                *all.last_mut().unwrap() = "19.0".to_owned();
            }
            all
        };
        for twin in [false, true] {
            let names = names(twin);
            let entries = names.iter().enumerate().map(|(at, name)| {
                let at = at as u64;
                entry(name, "U8", "[1]", at, at + 1)
            });
            let entries: Vec<String> = entries.collect();
            let file = file(format!("{{{}}}", entries.join(",")), names.len());
            let report = check(&file, &Limits::default());
            let found = report.errors().iter().any(|e| e.rule().code() == "STF008");
            assert_eq!(found, twin && runs > 1, "{runs} runs");
        }
    }
}
