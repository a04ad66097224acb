//! 7z archives: what is listed is read, and nothing that a header says is believed.

use model_scan::seven_zip::{
    Archive, DivergenceKind as Kind, Error, ErrorKind, Field, Limits, MemberKind, PartKind,
};
use model_scan::unpack::{self, Budget};
use model_scan::zip::NameFault;
use model_scan::{CrcCheck, Options, RULES, Scanner, Verdict};
use proptest::prelude::*;

use crate::forge::deflate;
use crate::forge_seven::{Folder, Seven, number};
use crate::pickles::{EVIL, HONEST, names_system, scan};

fn read(bytes: &[u8]) -> Result<Archive<'_>, Error> {
    let limits = unpack::Limits::default();
    let budget = Budget::new(bytes.len() as u64, &limits);
    let archive = Archive::read(bytes, &Limits::default(), &limits, &budget)?;
    let mut at = 0;
    for part in archive.structure() {
        assert_eq!(part.range.start, at);
        assert!(part.range.end > at);
        at = part.range.end;
    }
    assert_eq!(at, bytes.len() as u64);
    for divergence in archive.divergences() {
        let finding = divergence.finding(&archive);
        assert!(RULES.iter().any(|rule| rule.rule_id() == finding.rule));
    }
    Ok(archive)
}

fn kinds(seven: &Seven) -> Vec<Kind> {
    let bytes = seven.build();
    let archive = read(&bytes).unwrap();
    archive
        .divergences()
        .iter()
        .map(|divergence| divergence.kind)
        .collect()
}

fn refusal(bytes: &[u8]) -> ErrorKind {
    let error = read(bytes).unwrap_err();
    let target = scan("model.7z", bytes);
    assert!(target.verdict >= Verdict::Undecided, "{}", target.verdict);
    error.kind().clone()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = bzip2::read::BzEncoder::new(bytes, bzip2::Compression::fast());
    std::io::Read::read_to_end(&mut encoder, &mut out).unwrap();
    out
}

fn two() -> Seven {
    Seven::of(
        vec![Folder::copied(&[HONEST, b"notes"])],
        &["model.pkl", "notes.txt"],
    )
}

#[test]
fn files_of_a_solid_folder_are_read_by_every_method() {
    let files: [&[u8]; 3] = [HONEST, b"notes", EVIL];
    let names = ["model.pkl", "notes.txt", "evil.pkl"];
    let chained = {
        // Stored, then deflated: two coders of which the second gets the packed bytes.
        let mut folder = Folder::of(&[0], deflate, &files);
        folder.coders = vec![2, 1, 0, 3, 4, 1, 8, 0, 1];
        folder.sizes = vec![folder.sizes[0], folder.sizes[0]];
        folder
    };
    for folder in [
        Folder::copied(&files),
        Folder::of(&[4, 1, 8], deflate, &files),
        Folder::of(&[4, 2, 2], bzip2, &files),
        chained,
    ] {
        for packs_header in [false, true] {
            let seven = Seven {
                packs_header,
                ..Seven::of(vec![folder.clone()], &names)
            };
            assert_eq!(kinds(&seven), []);
            let target = scan("model.7z", &seven.build());
            assert!(names_system(&target), "{:#?}", target.findings);
            assert!(target.complete && target.coverage.is_complete());
            assert!(
                target
                    .members
                    .iter()
                    .all(|member| member.crc == CrcCheck::Ok)
            );
            let finding = target
                .findings
                .iter()
                .find(|finding| finding.subject.is_some());
            assert_eq!(
                finding.unwrap().location.member.as_deref(),
                Some("evil.pkl")
            );
        }
    }
    let target = scan("model.7z", &two().build());
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
}

#[test]
fn a_stored_file_is_found_where_it_lies() {
    let bytes = Seven::of(vec![Folder::copied(&[HONEST, EVIL])], &["a.pkl", "b.pkl"]).build();
    let target = scan("model.7z", &bytes);
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.subject.is_some())
        .unwrap();
    let start = finding.location.file_byte_start.unwrap() as usize;
    let place = 32 + HONEST.len();
    assert!((place..place + EVIL.len()).contains(&start));
}

#[test]
fn filters_are_undone() {
    let delta: Vec<u8> = EVIL
        .iter()
        .scan(0_u8, |before, byte| {
            let difference = byte.wrapping_sub(*before);
            *before = *byte;
            Some(difference)
        })
        .collect();
    let mut folder = Folder::copied(&[EVIL]);
    folder.packed = delta;
    folder.coders = vec![1, 0x21, 3, 1, 0];
    let target = scan("model.7z", &Seven::of(vec![folder], &["x.pkl"]).build());
    assert!(names_system(&target));
    assert!(
        target
            .members
            .iter()
            .all(|member| member.crc == CrcCheck::Ok)
    );
}

#[test]
fn methods_that_are_not_read_are_named() {
    for (method, shown) in [
        (&[6, 0xf1, 7, 1][..], "6f10701 (AES-256 encryption)"),
        (&[3, 4, 1], "30401 (PPMd)"),
        (&[9, 9, 9], "90909"),
    ] {
        let folder = Folder::of(method, <[u8]>::to_vec, &[EVIL]);
        let seven = Seven::of(vec![folder], &["x.pkl"]);
        let target = scan("model.7z", &seven.build());
        assert_eq!(target.verdict, Verdict::Undecided);
        let told = target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON009" && finding.message.contains(shown));
        assert!(told, "{:#?}", target.findings);
    }
}

#[test]
fn counts_that_lie_are_refused_before_anything_is_allocated() {
    for count in [1_u64 << 60, u64::MAX, 1_000_000_000] {
        let files = Seven {
            count: Some(count),
            ..two()
        };
        assert!(matches!(
            refusal(&files.build()),
            ErrorKind::TooMany {
                field: Field::Files,
                ..
            }
        ));
        let mut streams = two();
        streams.folders[0].coders = [vec![0x11, 0], number(count), vec![1]].concat();
        refusal(&streams.build());
        let mut sizes = two();
        sizes.folders[0].sizes = vec![count];
        let target = scan("model.7z", &sizes.build());
        assert!(target.verdict >= Verdict::Undecided);
        let mut packed = two();
        packed.folders[0].files[0].0 = count;
        assert_eq!(
            refusal(&packed.build()),
            ErrorKind::Inconsistent(Field::Sizes)
        );
    }
}

#[test]
fn a_first_header_that_lies_is_told() {
    let honest = two().build();
    let patch = |at: usize, bytes: &[u8]| {
        let mut out = honest.clone();
        out[at..at + bytes.len()].copy_from_slice(bytes);
        let crc = crc32fast::hash(&out[12..32]);
        out[8..12].copy_from_slice(&crc.to_le_bytes());
        out
    };
    assert_eq!(
        refusal(&patch(12, &u64::MAX.to_le_bytes())),
        ErrorKind::HeaderOutside
    );
    assert_eq!(
        refusal(&patch(20, &(1_u64 << 60).to_le_bytes())),
        ErrorKind::HeaderOutside
    );
    let mut wrong = honest.clone();
    wrong[8] ^= 1;
    assert_eq!(
        read(&wrong).unwrap().divergences()[0].kind,
        Kind::StartChecksum
    );
    let wrong = patch(28, &[0; 4]);
    assert_eq!(
        read(&wrong).unwrap().divergences()[0].kind,
        Kind::HeaderChecksum
    );
    assert_eq!(
        refusal(b"7z\xbc\xaf\x27\x1c\0\x04aaaa"),
        ErrorKind::NotAnArchive
    );
    assert_eq!(
        read(b"no archive").unwrap_err().kind(),
        &ErrorKind::NotAnArchive
    );
}

#[test]
fn properties_that_lie_are_told() {
    let with = |id: u64, bytes: &[u8]| Seven {
        properties: vec![(id, bytes.to_vec())],
        ..two()
    };
    let repeated = Seven {
        properties: vec![(0x0e, vec![0]), (0x0e, vec![0])],
        ..two()
    };
    assert_eq!(
        refusal(&repeated.build()),
        ErrorKind::RepeatedProperty(0x0e)
    );
    assert_eq!(refusal(&with(0x0e, b"").build()), ErrorKind::CutOff);
    assert_eq!(refusal(&with(0x15, &[1, 1]).build()), ErrorKind::External);
    assert_eq!(kinds(&with(0x0e, &[0, 0])), [Kind::PaddedProperty(0x0e)]);
    assert_eq!(kinds(&with(0x19, &[0, 0])), []);
    assert_eq!(kinds(&with(0x19, &[0, 7])), [Kind::PaddedProperty(0x19)]);
    assert_eq!(kinds(&with(0x77, b"x")), [Kind::UnknownProperty(0x77)]);
    for names in [&b"\0a\0b\0"[..], b"\0a\0\0\0b", b"\0"] {
        let seven = Seven {
            name_bytes: Some(names.to_vec()),
            ..two()
        };
        assert_eq!(refusal(&seven.build()), ErrorKind::UnterminatedName);
    }
    let tail = Seven {
        header_tail: b"tail".to_vec(),
        ..two()
    };
    assert_eq!(kinds(&tail), [Kind::BytesBehindHeader]);
}

#[test]
fn files_without_data_are_folders_files_and_removals() {
    let seven = Seven {
        names: ["a.pkl", "empty.txt", "dir", "gone"]
            .map(str::to_owned)
            .to_vec(),
        properties: vec![(0x0e, vec![0x70]), (0x0f, vec![0x80]), (0x10, vec![0x20])],
        ..Seven::of(vec![Folder::copied(&[HONEST])], &[])
    };
    assert_eq!(kinds(&seven), [Kind::Anti]);
    let bytes = seven.build();
    let archive = read(&bytes).unwrap();
    let found: Vec<_> = archive
        .members()
        .iter()
        .map(|member| member.kind())
        .collect();
    let wanted = [
        MemberKind::File,
        MemberKind::File,
        MemberKind::Directory,
        MemberKind::Anti,
    ];
    assert_eq!(found, wanted);
    assert_eq!(scan("model.7z", &bytes).verdict, Verdict::Clean);
}

#[test]
fn data_without_a_name_is_judged() {
    let seven = Seven::of(vec![Folder::copied(&[HONEST, EVIL])], &["a.pkl"]);
    assert_eq!(
        kinds(&seven),
        [Kind::StreamsWithoutFiles, Kind::Name(NameFault::Empty)]
    );
    assert!(names_system(&scan("model.7z", &seven.build())));
    let seven = Seven::of(vec![Folder::copied(&[HONEST])], &["a.pkl", "b.pkl"]);
    assert_eq!(kinds(&seven), [Kind::StreamsWithoutFiles]);
    assert_eq!(scan("model.7z", &seven.build()).verdict, Verdict::Undecided);
}

#[test]
fn names_and_links_are_judged() {
    let named = |first: &str, second: &str| {
        kinds(&Seven::of(
            vec![Folder::copied(&[b"x", b"y"])],
            &[first, second],
        ))
    };
    assert_eq!(named("a/b", "a/b"), [Kind::DuplicateName]);
    assert_eq!(named("a/b", "A/b"), [Kind::CaseTwin]);
    assert_eq!(named("../b", "c"), [Kind::Name(NameFault::Parent)]);
    let mode = (0o120_777_u32 << 16 | 0x8000).to_le_bytes();
    let link = Seven {
        properties: vec![(0x15, [&[1, 0][..], &mode].concat())],
        ..Seven::of(vec![Folder::copied(&[b"/etc/passwd"])], &["link"])
    };
    let target = scan("model.7z", &link.build());
    assert_eq!(target.verdict, Verdict::Suspicious);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON031")
    );
}

#[test]
fn bytes_that_belong_to_nothing_are_searched() {
    for place in 0..3 {
        let mut seven = two();
        match place {
            0 => seven.before = EVIL.to_vec(),
            1 => seven.between = EVIL.to_vec(),
            _ => seven.behind = EVIL.to_vec(),
        }
        assert_eq!(kinds(&seven), [Kind::BytesOutside], "{place}");
        let bytes = seven.build();
        let archive = read(&bytes).unwrap();
        assert!(
            archive
                .structure()
                .iter()
                .any(|part| part.kind == PartKind::Outside)
        );
        assert!(names_system(&scan("model.7z", &bytes)), "{place}");
    }
}

#[test]
fn a_checksum_that_does_not_hold_is_told_and_the_file_is_judged() {
    let mut seven = Seven::of(vec![Folder::copied(&[EVIL])], &["a.pkl"]);
    seven.folders[0].files[0].1 ^= 1;
    let target = scan("model.7z", &seven.build());
    assert!(names_system(&target));
    assert_eq!(target.members[0].crc, CrcCheck::Mismatch);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON007")
    );
}

#[test]
fn sizes_that_lie_are_told() {
    let stated = |size: u64| {
        let mut folder = Folder::of(&[4, 1, 8], deflate, &[HONEST]);
        folder.sizes = vec![size];
        scan("model.7z", &Seven::of(vec![folder], &["a.pkl"]).build())
    };
    let told = |target: &model_scan::Target| {
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON012")
    };
    let length = HONEST.len() as u64;
    assert!(told(&stated(length + 1)) && stated(length + 1).verdict == Verdict::Undecided);
    assert!(told(&stated(length - 1)));
    assert!(told(&stated(1 << 60)));
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let zeros = vec![0; 64 << 20];
    let bytes = Seven::of(vec![Folder::of(&[4, 2, 2], bzip2, &[&zeros])], &["z.bin"]).build();
    let limits = model_scan::Limits::default().with_inflated_bytes(1 << 20);
    let target = Scanner::new(Options::default().with_limits(limits)).scan_bytes("z.7z", &bytes);
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON011")
    );
    // A dictionary of 4 GiB for a file of a few bytes is no reason to allocate it.
    let mut folder = Folder::of(&[0x21], <[u8]>::to_vec, &[b"text"]);
    folder.packed = [&[1, 0, 3][..], b"text", &[0]].concat();
    folder.coders = vec![1, 0x21, 0x21, 1, 40];
    let target = scan("a.7z", &Seven::of(vec![folder], &["a.txt"]).build());
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
}

#[test]
fn headers_packed_in_headers_end() {
    // A packed header that says of itself that it is packed: stored, it is its own content.
    let mut header = vec![0x17, 0x06, 0, 1, 0x09, 21, 0, 0x07, 0x0b, 1, 0];
    header.extend([1, 1, 0, 0x0c, 21, 0, 0]);
    header.resize(21, 0);
    let mut start = 0_u64.to_le_bytes().to_vec();
    start.extend(21_u64.to_le_bytes());
    start.extend(crc32fast::hash(&header).to_le_bytes());
    let mut bytes = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    bytes.extend(crc32fast::hash(&start).to_le_bytes());
    bytes.extend(start);
    bytes.extend(header);
    assert_eq!(refusal(&bytes), ErrorKind::TooDeep);
}

#[test]
fn what_is_cut_off_is_never_clean() {
    for packs_header in [false, true] {
        let seven = Seven {
            packs_header,
            ..two()
        };
        let bytes = seven.build();
        for end in 1..bytes.len() {
            assert_ne!(
                scan("model.7z", &bytes[..end]).verdict,
                Verdict::Clean,
                "{end}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(
        packs_header: bool,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
        keeps_checksums: bool,
    ) {
        let seven = Seven {
            packs_header,
            properties: vec![(0x0e, vec![0x20]), (0x15, vec![1, 0, 0, 0, 0, 0])],
            ..Seven::of(vec![Folder::copied(&[HONEST, EVIL])], &["a", "b", "c"])
        };
        let mut bytes = seven.build();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        if keeps_checksums && bytes.len() > 32 {
            let crc = crc32fast::hash(&bytes[12..32]);
            bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        }
        let _ = read(&bytes);
        let target = scan("model.7z", &bytes);
        if target.verdict == Verdict::Clean {
            prop_assert!(target.complete && target.coverage.is_complete());
        }
    }
}
