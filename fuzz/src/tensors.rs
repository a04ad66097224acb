//! What must hold for every safetensors file. A module of its own, so that the tests of safetensors-check can
//! replay seeds without the scanner.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use safetensors::SafeTensors;
use safetensors_check::{
    Acceptance, Dtype, Header, Layout, LayoutError, Limits, Reader, Report, Validity, check,
};

/// Rules for which files are refused that the reference implementation reads.
pub const STRICTER: [&str; 10] = [
    "STF004", // leading white space
    "STF005", // padding other than spaces
    "STF008", // a name twice
    "STF010", // a key of the metadata twice
    "STF011", // an unknown field
    "STF012", // an entry that is an array
    "STF014", // metadata that is null
    "STF015", // a dtype that is an object
    "STF017", // a dimension over 2^48 - 1
    "STF018", // an overflow behind a dimension of 0
];

/// Says whether the reference implementation reads a file. Where its arithmetic is checked, offsets at the end of
/// 64 bits make it panic; where it is not, it refuses.
pub fn reference_reads(file: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| SafeTensors::deserialize(file).is_ok())).unwrap_or(false)
}

/// As the bytes of a file, and as a header with as much data behind it as it wants: everything that is said is
/// true of the file; never laxer than the reference implementation, stricter only where a rule says so; what is
/// valid is written and read back.
pub fn safetensors_header(data: &[u8]) {
    let limits = Limits::default();
    hold(data, &limits);
    let mut file = (data.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(data);
    let wanted = check(&file, &limits)
        .errors()
        .iter()
        .filter_map(|error| match error.kind() {
            safetensors_check::ErrorKind::DataBeyondFile { end, .. } => Some(*end),
            _ => None,
        })
        .max();
    if let Some(wanted) = wanted.filter(|wanted| *wanted < 1 << 16) {
        file.resize(file.len() + usize::try_from(wanted).unwrap(), 0x2a);
        hold(&file, &limits);
    }
    // Small ceilings: less is read, and nothing is valid for it.
    let narrow = Limits::default()
        .with_errors(1)
        .with_tensors(1)
        .with_metadata(1)
        .with_rank(1);
    if check(&file, &narrow).validity() == Validity::Valid {
        assert_eq!(check(&file, &limits).validity(), Validity::Valid);
    }
}

/// Holds what is said of a file against the file and the reference implementation.
pub fn hold(file: &[u8], limits: &Limits) {
    let report = check(file, limits);
    said(file, &report);
    let reads = reference_reads(file);
    match Reader::V0_8.accepts(&report) {
        Acceptance::Yes => assert!(reads, "said to be read, and refused"),
        Acceptance::No(_) => assert!(!reads, "said to be refused, and read"),
        Acceptance::Undecided => assert_ne!(report.validity(), Validity::Valid),
    }
    let read = Header::read(file, file.len() as u64, limits);
    match report.validity() {
        Validity::Valid => {
            assert!(reads, "laxer than the reference implementation");
            assert!(report.coverage().is_complete());
            round_trip(file, &read.unwrap());
        }
        _ => {
            assert_eq!(read.unwrap_err(), report.errors()[0]);
            let codes: Vec<&str> = report.errors().iter().map(|e| e.rule().code()).collect();
            assert!(
                !reads
                    || codes
                        .iter()
                        .any(|code| STRICTER.contains(code) || *code == "STF019"),
                "stricter for {codes:?}"
            );
        }
    }
}

/// What is said lies within the file and can be printed.
fn said(file: &[u8], report: &Report<'_>) {
    for finding in report.findings() {
        let location = &finding.location;
        assert!(location.byte_start <= location.byte_end);
        assert!(location.byte_end <= file.len() as u64);
        assert!(!finding.message.chars().any(char::is_control));
    }
    assert_eq!(
        report.validity() == Validity::Valid,
        report.errors().is_empty()
    );
    for tensor in report.header().tensors() {
        assert!(tensor.bytes().end <= file.len() as u64);
        assert!(tensor.bytes().start >= report.header().data().start);
        assert!(tensor.entry().end <= report.header().data().start);
        assert_eq!(
            tensor.dtype().bytes(tensor.elements()),
            Some(tensor.bytes().end - tensor.bytes().start)
        );
    }
}

/// A valid header, laid out anew, is valid, holds the same tensors, and is what the reference writer makes of them.
fn round_trip(file: &[u8], header: &Header<'_>) {
    let metadata = header.metadata().map(|pairs| {
        let owned = |pair: &safetensors_check::MetadataPair<'_>| {
            (pair.key().to_owned(), pair.value().to_owned())
        };
        pairs.iter().map(owned).collect::<BTreeMap<_, _>>()
    });
    let tensors: Vec<(String, Dtype, Vec<u64>)> = header
        .tensors()
        .map(|t| (t.name().to_owned(), t.dtype(), t.shape().to_vec()))
        .collect();
    let layout = match Layout::new(tensors, metadata.clone()) {
        Ok(layout) => layout,
        // Only near the ceiling can escaping make a header longer than it was.
        Err(LayoutError::OversizedHeader { .. }) => return,
        Err(error) => panic!("{error}"),
    };
    let again = Header::read(layout.header(), layout.file_len(), &Limits::default()).unwrap();
    assert_eq!(again.len(), header.len());
    assert!(again.json().end + 8 > again.data().start);
    let mut out = layout.header().to_vec();
    for placement in layout.tensors() {
        let tensor = header.tensors().nth(placement.input()).unwrap();
        let same = again.tensor(placement.name()).unwrap();
        assert_eq!(tensor.name(), placement.name());
        assert_eq!(
            (tensor.dtype(), tensor.shape()),
            (same.dtype(), same.shape())
        );
        assert_eq!(same.bytes(), placement.bytes());
        let bytes = tensor.bytes();
        let (start, end) = (bytes.start as usize, bytes.end as usize);
        out.extend_from_slice(&file[start..end]);
    }
    assert_eq!(out.len() as u64, layout.file_len());
    let read = SafeTensors::deserialize(&out).unwrap();
    assert_eq!(read.len(), header.len());
    // Of nothing but empty metadata that writer makes what is no JSON.
    let is_bare = header.is_empty() && metadata.as_ref().is_some_and(BTreeMap::is_empty);
    if !is_bare && metadata.as_ref().is_none_or(|metadata| metadata.len() < 2) {
        let metadata = metadata.map(|metadata| metadata.into_iter().collect());
        assert_eq!(
            safetensors::serialize(read.tensors(), metadata).unwrap(),
            out
        );
    }
}
