#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::ops::ControlFlow;
use std::time::Instant;

use findings::Severity;
use model_scan::unpack::{self, Budget, Limit};
use model_scan::zip::{
    Archive, Basis, Checksum, DivergenceKind as Kind, ErrorKind, Limits, Method, NameFault,
    PartKind, Problem, RULES, Source,
};
use proptest::prelude::*;

use crate::forge::{Entry, Zip, deflate, end};

fn read(bytes: &[u8]) -> Archive<'_> {
    let archive = Archive::read(bytes, &Limits::default()).unwrap();
    assert_whole(&archive, bytes);
    archive
}

/// The parts of an archive are the whole file, in order.
fn assert_whole(archive: &Archive<'_>, bytes: &[u8]) {
    let mut at = 0;
    for part in archive.structure() {
        assert_eq!(part.range.start, at);
        assert!(part.range.end > at);
        at = part.range.end;
    }
    assert_eq!(at, bytes.len() as u64);
    let coverage = archive.coverage();
    let data: u64 = archive
        .structure()
        .iter()
        .filter(|part| part.kind.attribution().is_none())
        .map(|part| part.range.end - part.range.start)
        .sum();
    assert_eq!(coverage.accounted() + data, coverage.bytes());
}

fn kinds(bytes: &[u8]) -> Vec<Kind> {
    let archive = read(bytes);
    for divergence in archive.divergences() {
        let finding = divergence.finding(&archive);
        assert!(RULES.iter().any(|rule| rule.rule_id() == finding.rule));
        assert!(!finding.message.contains('\n'));
    }
    archive
        .divergences()
        .iter()
        .map(|divergence| divergence.kind.clone())
        .collect()
}

fn names(archive: &Archive<'_>) -> Vec<String> {
    archive
        .members()
        .iter()
        .map(|member| member.text())
        .collect()
}

/// The bytes of every reading of every member with a name.
fn opened(bytes: &[u8], name: &str) -> Vec<Vec<u8>> {
    let archive = read(bytes);
    let limits = unpack::Limits::default();
    let budget = Budget::new(bytes.len() as u64, &limits);
    archive
        .members()
        .iter()
        .filter(|member| member.text() == name)
        .flat_map(|member| member.readings())
        .map(|reading| archive.open(reading, &limits, &budget).bytes().to_vec())
        .collect()
}

fn pickle() -> Entry {
    Entry::stored("archive/data.pkl", b"\x80\x02N.")
}

/// As torch writes it: streamed, padded to 64 bytes, ZIP64 records.
fn torch() -> Zip {
    let member = |name: &str, data: &[u8]| {
        Entry::stored(name, data)
            .streamed(true, false)
            .padded(7)
            .bent(|entry| entry.both(|fields| (fields.version, fields.flags) = (0, 0x808)))
    };
    let mut zip = Zip::of([
        member("archive/data.pkl", b"\x80\x02N."),
        member("archive/.format_version", b"1"),
        member("archive/.storage_alignment", b"64"),
        member("archive/byteorder", b"little"),
        member("archive/data/0", &[7; 48]),
        member("archive/data/1", b""),
        member("archive/version", b"3\n"),
        member("archive/.data/serialization_id", b"1234"),
    ]);
    zip.zip64 = true;
    zip
}

#[test]
fn what_torch_writes_has_no_divergence() {
    let bytes = torch().build();
    assert_eq!(kinds(&bytes), []);
    let archive = read(&bytes);
    assert!(archive.is_complete());
    assert_eq!(archive.members().len(), 8);
    assert_eq!(opened(&bytes, "archive/data/0"), [vec![7; 48]]);
}

#[test]
fn what_python_writes_has_no_divergence() {
    let data = b"some text, some text, some text".repeat(20);
    for zip in [
        Zip::of([Entry::deflated("a.txt", &data), Entry::stored("b/", b"")]),
        Zip::of([Entry::deflated("a.txt", &data).streamed(true, false)]),
        Zip::of([Entry::deflated("a.txt", &data).streamed(true, true)]),
        Zip::of([Entry::stored("a.txt", &data).wide()]),
        Zip {
            zip64: true,
            ..Zip::of([Entry::deflated("a.npy", &data).wide()])
        },
        Zip {
            comment: b"made by hand".to_vec(),
            ..Zip::of([Entry::deflated("\u{e9}.npy", &data).bent(|entry| {
                entry.both(|fields| fields.flags |= 0x800);
            })])
        },
    ] {
        let bytes = zip.build();
        assert_eq!(kinds(&bytes), []);
        assert!(read(&bytes).is_complete());
    }
    let streamed_wide = Entry::deflated("a.txt", &data)
        .streamed(true, true)
        .bent(|entry| {
            // zipfile with force_zip64 on a pipe: unset sizes, a field of zeros.
            (entry.local.compressed, entry.local.size) = (u32::MAX, u32::MAX);
            entry.local.extra = [&[1, 0, 16, 0][..], &[0; 16]].concat();
        });
    assert_eq!(kinds(&Zip::of([streamed_wide]).build()), []);
}

#[test]
fn descriptors_without_signature_are_tolerated() {
    for wide in [false, true] {
        let bytes = Zip::of([pickle().streamed(false, wide), Entry::stored("x", b"y")]).build();
        assert_eq!(kinds(&bytes), []);
    }
}

#[test]
fn an_archive_without_members_is_read() {
    let bytes = Zip::default().build();
    assert_eq!(kinds(&bytes), []);
    assert!(read(&bytes).members().is_empty());
}

#[test]
fn an_archive_stored_in_an_archive_is_not_a_second_one() {
    let inner = torch().build();
    let bytes = Zip::of([Entry::stored("inner.pt", &inner), Entry::stored("z", b"z")]).build();
    assert_eq!(kinds(&bytes), []);
    assert_eq!(opened(&bytes, "inner.pt"), [inner]);
}

#[test]
fn both_of_two_archives_in_one_file_are_read() {
    let mut bytes = Zip::of([Entry::stored("evil", b"E")]).build();
    bytes.extend(Zip::of([Entry::stored("good", b"G")]).build());
    let archive = read(&bytes);
    assert_eq!(names(&archive), ["good", "evil"]);
    assert_eq!(archive.members()[1].source(), Source::OtherDirectory);
    // The absolute offset of the second archive's directory is that of the first one's.
    assert!(kinds(&bytes).contains(&Kind::TwoDirectories));
    assert!(kinds(&bytes).contains(&Kind::FurtherEndRecord));
}

#[test]
fn an_archive_behind_other_bytes_is_read_at_its_shifted_offsets() {
    for counts_prefix in [false, true] {
        let bytes = Zip {
            prefix: b"#!/bin/sh\nexit\n".to_vec(),
            counts_prefix,
            zip64: true,
            ..Zip::of([pickle()])
        }
        .build();
        assert_eq!(kinds(&bytes), [Kind::BytesBefore]);
        let archive = read(&bytes);
        assert_eq!(archive.structure()[0].kind, PartKind::Before);
        assert_eq!(opened(&bytes, "archive/data.pkl"), [b"\x80\x02N."]);
    }
}

#[test]
fn local_headers_at_the_stated_and_at_the_shifted_offset_are_both_read() {
    let evil = Zip::of([Entry::stored("archive/data.pkl", b"EVIL")]).build();
    let bytes = Zip {
        prefix: evil[..50].to_vec(),
        ..Zip::of([pickle()])
    }
    .build();
    assert!(kinds(&bytes).contains(&Kind::ShiftedOffset));
    assert_eq!(
        opened(&bytes, "archive/data.pkl")[..2],
        [b"\x80\x02N.", b"EVIL"]
    );
}

#[test]
fn an_end_record_in_the_comment_is_the_one_that_readers_take_and_the_other_is_reported() {
    let good = Zip::of([Entry::stored("good", b"G")]).build();
    let evil = Zip::of([Entry::stored("evil", b"E")]).build();
    let directory = good.len() - 22 - 50;
    // The whole of `evil`, end record included, lies in the comment of `good`.
    let mut bytes = good[..good.len() - 22].to_vec();
    let states = (1, 50, directory as u32);
    bytes.extend(end(states, &evil));
    let archive = read(&bytes);
    assert_eq!(names(&archive), ["evil", "good"]);
    assert!(kinds(&bytes).contains(&Kind::FurtherEndRecord));
}

#[test]
fn a_record_whose_comment_ends_with_the_file_is_followed_even_inside_a_member() {
    let mut inner = Zip::of([Entry::stored("evil", b"E")]).build();
    let outer = Zip::of([Entry::stored("cover", &inner)]).build();
    let rest = outer.len() - 30 - 5 - inner.len();
    let at = inner.len() - 2;
    inner[at..].copy_from_slice(&u16::try_from(rest).unwrap().to_le_bytes());
    let bytes = Zip::of([Entry::stored("cover", &inner)]).build();
    assert!(kinds(&bytes).contains(&Kind::FurtherEndRecord));
    assert!(names(&read(&bytes)).contains(&"evil".to_owned()));
}

#[test]
fn a_zip64_record_that_contradicts_the_end_record_gives_both_directories() {
    let evil = Zip::of([Entry::stored("evil", b"E")]).build();
    let directory = &evil[evil.len() - 22 - 50..evil.len() - 22];
    let mut zip = Zip::of([Entry::stored("good", b"G")]);
    zip.zip64 = true;
    zip.prefix = evil[..35].to_vec();
    zip.prefix.extend(directory);
    zip.counts_prefix = true;
    zip.states = Some((1, 50, 35));
    let bytes = zip.build();
    let archive = read(&bytes);
    assert_eq!(names(&archive), ["good", "evil"]);
    assert!(kinds(&bytes).contains(&Kind::Zip64Differs));
}

#[test]
fn a_directory_of_another_count_or_size_is_reported_and_read_whole() {
    for states in [(1, 124, 0), (2, 62, 0), (3, 124, 0)] {
        let mut zip = Zip::of([pickle(), Entry::stored("archive/version2", b"3")]);
        let offset = u32::try_from(zip.build().len() - 22 - 124).unwrap();
        zip.states = Some((states.0, states.1, offset));
        let bytes = zip.build();
        assert_eq!(read(&bytes).members().len(), 2, "{states:?}");
        assert!(
            kinds(&bytes)
                .iter()
                .any(|kind| matches!(kind, Kind::DirectoryCount { found: 2, .. })),
            "{states:?}"
        );
    }
}

#[test]
fn a_directory_that_does_not_touch_its_end_record_is_found_by_its_offset() {
    let mut zip = Zip::of([pickle()]);
    zip.before_end = b"gap!".to_vec();
    assert_eq!(
        kinds(&zip.build()),
        [Kind::BytesBetween, Kind::DirectoryMisplaced]
    );
}

#[test]
fn names_that_stand_twice_are_both_opened() {
    let bytes = Zip::of([
        Entry::stored("data.pkl", b"evil"),
        Entry::stored("data.pkl", b"good"),
    ])
    .build();
    assert_eq!(kinds(&bytes), [Kind::DuplicateName]);
    assert_eq!(opened(&bytes, "data.pkl"), [b"evil", b"good"]);
}

#[test]
fn names_that_differ_in_case_or_behind_a_nul_are_twins() {
    let bytes = Zip::of([
        Entry::stored("a/data.pkl", b"1"),
        Entry::stored("a/DATA.PKL", b"2"),
    ])
    .build();
    assert_eq!(kinds(&bytes), [Kind::CaseTwin]);
    let bytes = Zip::of([
        Entry::stored("data.pkl", b"1"),
        Entry::stored("data.pkl\0.txt", b"2"),
    ])
    .build();
    assert_eq!(
        kinds(&bytes),
        [Kind::Name(NameFault::Nul), Kind::DuplicateName]
    );
}

#[test]
fn members_that_share_bytes_are_reported() {
    let quilt = Entry::stored("b", b"").bent(|entry| {
        entry.written = false;
        entry.offset = Some(0);
    });
    let bytes = Zip::of([Entry::stored("a", b"kernel"), quilt]).build();
    let found = kinds(&bytes);
    assert!(found.contains(&Kind::Overlap) && found.contains(&Kind::LocalName));

    let over_directory = Entry::stored("a", b"data").bent(|entry| {
        entry.both(|fields| (fields.compressed, fields.size) = (40, 40));
    });
    assert_eq!(kinds(&Zip::of([over_directory]).build()), [Kind::Overlap]);
}

#[test]
fn a_member_that_no_directory_lists_is_found_in_the_gap() {
    for hidden in [
        Entry::stored("evil.pkl", b"EVIL"),
        Entry::deflated("evil.pkl", b"EVIL"),
        Entry::stored("evil.pkl", b"EVIL").streamed(true, false),
        Entry::deflated("evil.pkl", b"EVIL").streamed(true, false),
    ] {
        let bytes = Zip::of([pickle(), hidden.hidden(), Entry::stored("z", b"z")]).build();
        let archive = read(&bytes);
        assert_eq!(names(&archive), ["archive/data.pkl", "z", "evil.pkl"]);
        assert_eq!(archive.members()[2].source(), Source::LocalOnly);
        assert!(kinds(&bytes).contains(&Kind::NotInDirectory));
        assert_eq!(opened(&bytes, "evil.pkl"), [b"EVIL"]);
    }
}

#[test]
fn a_member_hidden_behind_a_shorter_local_size_is_found() {
    let evil = Zip::of([Entry::stored("evil", b"E")]).build();
    let mut data = b"front".to_vec();
    data.extend(&evil[..35]);
    let cover = Entry::stored("cover", &data).bent(|entry| {
        (entry.local.compressed, entry.local.size) = (5, 5);
    });
    let bytes = Zip::of([cover]).build();
    assert!(names(&read(&bytes)).contains(&"evil".to_owned()));
    assert_eq!(opened(&bytes, "cover"), [data, b"front".to_vec()]);
}

#[test]
fn headers_that_disagree_are_reported_and_both_readings_opened() {
    let bytes =
        Zip::of([pickle().bent(|entry| entry.local.name = b"archive/datA.pkl".to_vec())]).build();
    assert_eq!(kinds(&bytes), [Kind::LocalName]);
    assert_eq!(
        read(&bytes).members()[0].other_names().next(),
        Some(&b"archive/datA.pkl"[..])
    );

    let data = b"x".repeat(100);
    let packed = deflate(&data);
    let both = Entry::deflated("m", &data).bent(|entry| {
        entry.local.method = 0;
        entry.local.size = entry.local.compressed;
    });
    let bytes = Zip::of([both]).build();
    assert!(kinds(&bytes).contains(&Kind::LocalMethod {
        central: Method::Deflated,
        local: Method::Stored
    }));
    assert_eq!(opened(&bytes, "m"), [data, packed]);

    let bytes = Zip::of([pickle().bent(|entry| entry.local.crc = 1)]).build();
    assert_eq!(kinds(&bytes), [Kind::LocalCrc]);
    let bytes = Zip::of([pickle().bent(|entry| entry.local.flags = 1)]).build();
    assert!(kinds(&bytes).contains(&Kind::LocalFlags {
        central: 0,
        local: 1
    }));
}

#[test]
fn stored_data_of_two_sizes_is_read_at_both() {
    let bytes = Zip::of([
        Entry::stored("m", b"0123456789").bent(|entry| entry.both(|fields| fields.size = 4))
    ])
    .build();
    assert_eq!(
        kinds(&bytes),
        [Kind::StoredSize {
            compressed: 10,
            size: 4
        }]
    );
    assert_eq!(opened(&bytes, "m"), [&b"0123456789"[..], b"0123"]);
    assert_eq!(
        read(&bytes).members()[0].readings().nth(1).unwrap().basis(),
        Basis::StatedSize
    );
}

#[test]
fn a_descriptor_that_states_something_else_is_reported() {
    let bytes = Zip::of([pickle()
        .streamed(true, false)
        .bent(|entry| entry.descriptor[4] ^= 1)])
    .build();
    assert_eq!(kinds(&bytes), [Kind::DescriptorDiffers]);
    let bytes = Zip::of([pickle()
        .streamed(true, false)
        .bent(|entry| entry.descriptor.clear())])
    .build();
    assert_eq!(kinds(&bytes), [Kind::DescriptorMissing]);
}

/// CVE-2025-1945: flag bits that torch ignores made scanners skip the member.
#[test]
fn members_whose_flags_claim_encryption_are_opened_all_the_same() {
    for flags in [1, 0x20, 0x40] {
        let bytes =
            Zip::of([pickle().bent(|entry| entry.both(|fields| fields.flags = flags))]).build();
        let archive = read(&bytes);
        assert_eq!(archive.members()[0].claims_encryption(), flags != 0x20);
        assert_eq!(opened(&bytes, "archive/data.pkl"), [b"\x80\x02N."]);
        let kind = if flags == 0x20 {
            Kind::Patch
        } else {
            Kind::Encrypted
        };
        assert_eq!(kinds(&bytes), [kind]);
    }
}

/// CVE-2025-10156: a wrong checksum made scanners give up, and torch does not look at it.
#[test]
fn a_wrong_checksum_is_told_and_the_bytes_are_opened() {
    let bytes = Zip::of([pickle().bent(|entry| entry.both(|fields| fields.crc = 7))]).build();
    let archive = read(&bytes);
    let limits = unpack::Limits::default();
    let reading = archive.members()[0].readings().next().unwrap();
    let contents = archive.open(reading, &limits, &Budget::new(0, &limits));
    assert_eq!(contents.bytes(), b"\x80\x02N.");
    assert!(contents.is_whole());
    assert_eq!(
        contents.checksum(),
        Checksum::Differs {
            stated: 7,
            found: crc32fast::hash(b"\x80\x02N.")
        }
    );
}

#[test]
fn a_version_that_python_refuses_is_reported_and_torch_s_own_is_not() {
    let with = |version: u16| {
        Zip::of([pickle().bent(|entry| entry.both(|fields| fields.version = version))]).build()
    };
    assert_eq!(kinds(&with(255)), [Kind::VersionNeeded(255)]);
    assert_eq!(kinds(&with(63)), []);
    assert_eq!(kinds(&with(0)), []);
}

#[test]
fn unknown_methods_and_split_archives_are_undecided() {
    let bytes = Zip::of([pickle().bent(|entry| entry.both(|fields| fields.method = 9))]).build();
    let archive = read(&bytes);
    assert!(!archive.is_complete());
    assert_eq!(kinds(&bytes), [Kind::UnknownMethod(9)]);
    let limits = unpack::Limits::default();
    let reading = archive.members()[0].readings().next().unwrap();
    let contents = archive.open(reading, &limits, &Budget::new(0, &limits));
    assert_eq!(contents.problems(), [Problem::UnknownMethod(9)]);

    let bytes = Zip::of([pickle().bent(|entry| entry.disk = 3)]).build();
    assert_eq!(kinds(&bytes), [Kind::Split]);
}

#[test]
fn folders_with_data_are_reported() {
    let bytes = Zip::of([Entry::stored("a/", b"data")]).build();
    assert_eq!(kinds(&bytes), [Kind::DirectoryWithData]);
    let bytes = Zip::of([pickle().bent(|entry| entry.external = 0x10)]).build();
    assert_eq!(kinds(&bytes), [Kind::DirectoryWithData]);
}

#[test]
fn names_that_leave_the_folder_are_medium() {
    for (name, fault) in [
        ("../x", NameFault::Parent),
        ("/x", NameFault::Absolute),
        ("C:/x", NameFault::Drive),
    ] {
        let bytes = Zip::of([Entry::stored(name, b"")]).build();
        assert_eq!(kinds(&bytes), [Kind::Name(fault)]);
        assert_eq!(
            read(&bytes).divergences()[0].kind.severity(),
            Severity::Medium
        );
    }
}

#[test]
fn a_unicode_path_that_is_another_name_is_reported() {
    let field = |name: &[u8], unicode: &[u8]| {
        let mut field = vec![0x75, 0x70];
        field.extend(u16::try_from(unicode.len() + 5).unwrap().to_le_bytes());
        field.push(1);
        field.extend(crc32fast::hash(name).to_le_bytes());
        field.extend(unicode);
        field
    };
    let name = b"archive/data.pkl";
    for (unicode, expected) in [
        (&b"evil.pkl"[..], vec![Kind::UnicodeName]),
        (&name[..], vec![]),
    ] {
        let bytes =
            Zip::of([pickle().bent(|entry| entry.central.extra = field(name, unicode))]).build();
        assert_eq!(kinds(&bytes), expected);
    }
}

#[test]
fn malformed_extra_fields_are_reported() {
    let bytes =
        Zip::of([pickle().bent(|entry| entry.central.extra = b"FB\xff\0".to_vec())]).build();
    assert_eq!(kinds(&bytes), [Kind::ExtraField]);
}

#[test]
fn a_missing_local_header_is_undecided() {
    let bytes = Zip::of([
        pickle(),
        Entry::stored("b", b"b").bent(|entry| entry.offset = Some(3)),
    ])
    .build();
    let archive = read(&bytes);
    assert!(!archive.is_complete());
    assert_eq!(archive.members()[1].readings().count(), 0);
    assert!(kinds(&bytes).contains(&Kind::LocalMissing));
    // What the directory does not lead to is found by its own header.
    assert_eq!(names(&archive), ["archive/data.pkl", "b", "b"]);
}

#[test]
fn bytes_behind_the_archive_are_reported_unless_they_are_zeros() {
    let mut bytes = Zip::of([pickle()]).build();
    bytes.extend([0; 100]);
    assert_eq!(kinds(&bytes), []);
    bytes.extend(b"\x80\x02N.");
    assert_eq!(kinds(&bytes), [Kind::BytesBehind]);
}

#[test]
fn an_archive_without_end_record_is_undecided_and_its_members_are_read() {
    for zip in [torch(), Zip::of([pickle(), Entry::deflated("x", b"xxxx")])] {
        let bytes = zip.build();
        let directory = bytes
            .windows(4)
            .position(|four| four == b"PK\x01\x02")
            .unwrap();
        let archive = read(&bytes[..directory]);
        assert!(!archive.is_complete());
        assert_eq!(archive.members().len(), zip.entries.len());
        assert_eq!(
            opened(&bytes[..directory], "archive/data.pkl"),
            [b"\x80\x02N."]
        );
    }
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [&b""[..], b"PK", b"\x80\x02N.", &[0; 100]] {
        let error = Archive::read(bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NotAnArchive);
        assert_eq!(error.to_string(), "no zip archive at byte 0");
    }
}

#[test]
fn what_stands_behind_deflated_data_or_is_missing_from_it_is_told() {
    let limits = unpack::Limits::default();
    let problems = |entry: Entry| {
        let bytes = Zip::of([entry]).build();
        let archive = read(&bytes);
        let reading = archive.members()[0].readings().next().unwrap().clone();
        let budget = Budget::new(bytes.len() as u64, &limits);
        let contents = archive.open(&reading, &limits, &budget);
        let streamed = archive.stream(&reading, &limits, &budget, |_| ControlFlow::Continue(()));
        assert_eq!(streamed.problems, contents.problems());
        assert_eq!(streamed.produced, contents.bytes().len() as u64);
        assert_eq!(streamed.checksum, contents.checksum());
        (contents.bytes().to_vec(), contents.problems().to_vec())
    };
    let data: Vec<u8> = (0..270_u32).map(|i| (i * i % 251) as u8).collect();
    let entry = Entry::deflated("x", &data);
    let grown = entry.clone().bent(|entry| {
        entry.packed.extend(b"tail");
        entry.both(|fields| fields.compressed += 4);
    });
    assert_eq!(
        problems(grown),
        (data.clone(), vec![Problem::TrailingBytes { bytes: 4 }])
    );
    let cut = entry.clone().bent(|entry| {
        entry.packed.truncate(40);
        entry.both(|fields| fields.compressed = 40);
    });
    let (front, why) = problems(cut);
    assert_eq!(why, [Problem::CutOff]);
    assert!(!front.is_empty() && data.starts_with(&front));
    let larger = entry
        .clone()
        .bent(|entry| entry.both(|fields| fields.size = 5));
    assert_eq!(
        problems(larger),
        (
            data,
            vec![Problem::SizeDiffers {
                stated: 5,
                found: 270
            }]
        )
    );
}

#[test]
fn bytes_before_a_corrupt_block_are_kept() {
    let data: Vec<u8> = (0..2000_u32)
        .flat_map(|i| (i * 7919).to_le_bytes())
        .collect();
    let mut packed = Vec::new();
    for chunk in data.chunks(1000) {
        // A stored block that is not the last one.
        packed.push(0);
        let length = u16::try_from(chunk.len()).unwrap();
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(chunk);
    }
    let good = packed.len();
    packed.extend([0xff; 20]);
    let bytes = Zip::of([Entry::deflated("x", &data).bent(|entry| {
        entry.packed = packed.clone();
        entry.both(|fields| fields.compressed = u32::try_from(packed.len()).unwrap());
    })])
    .build();
    let archive = read(&bytes);
    let limits = unpack::Limits::default();
    let reading = archive.members()[0].readings().next().unwrap();
    let contents = archive.open(reading, &limits, &Budget::new(0, &limits));
    assert_eq!(contents.bytes(), data);
    assert!(matches!(contents.problems(), [Problem::Corrupt { at }] if *at >= good as u64));
    assert!(!contents.is_whole());
}

#[test]
fn a_bomb_stops_at_the_limit_and_says_which() {
    let bytes = Zip::of([Entry::deflated("zeros", &vec![0; 8 << 20])]).build();
    let archive = read(&bytes);
    let reading = archive.members()[0].readings().next().unwrap();
    let open = |limits: unpack::Limits, budget: &Budget| {
        let contents = archive.open(reading, &limits, budget);
        assert!(contents.bytes().len() <= 2 << 20);
        contents.problems().to_vec()
    };
    let limits = unpack::Limits::default();
    let plenty = Budget::new(bytes.len() as u64, &limits);
    assert_eq!(
        open(limits.clone().with_inflated_member(1 << 20), &plenty),
        [Problem::LimitReached(Limit::InflatedMember)]
    );
    assert_eq!(
        open(limits.clone().with_ratio(10, 1 << 20), &plenty),
        [Problem::LimitReached(Limit::Ratio)]
    );
    let little = Budget::new(0, &limits.clone().with_inflated_total(1 << 20));
    assert_eq!(
        open(limits, &little),
        [Problem::LimitReached(Limit::InflatedTotal)]
    );
}

#[test]
fn a_thousand_names_for_the_same_bytes_use_the_budget_up() {
    let data = vec![1; 100_000];
    let mut zip = Zip::of([Entry::stored("0", &data)]);
    let central = zip.entries[0].central.clone();
    zip.entries.extend((1..1000).map(|index| {
        Entry::stored("", b"").bent(|entry| {
            entry.central = central.clone();
            entry.central.name = index.to_string().into_bytes();
            entry.written = false;
            entry.offset = Some(0);
        })
    }));
    let bytes = zip.build();
    let archive = read(&bytes);
    let limits = unpack::Limits::default().with_inflated_total(0);
    let budget = Budget::new(bytes.len() as u64, &limits);
    let total: usize = archive
        .members()
        .iter()
        .flat_map(|member| member.readings())
        .map(|reading| archive.open(reading, &limits, &budget).bytes().len())
        .sum();
    assert!(total <= 8 * bytes.len());
}

#[test]
fn limits_are_held_and_said() {
    let bytes = Zip::of((0..10).map(|index| Entry::stored(&index.to_string(), b""))).build();
    let archive = Archive::read(&bytes, &Limits::default().with_members(3)).unwrap();
    assert_eq!(archive.members().len(), 3);
    assert!(!archive.is_complete());

    let bytes = Zip::of((0..10).map(|_| Entry::stored("same", b""))).build();
    let archive = Archive::read(&bytes, &Limits::default().with_divergences(4)).unwrap();
    assert_eq!(archive.divergences().len(), 4);
    assert_eq!(archive.dropped_divergences(), 5);

    let one = Zip::of([Entry::stored("x", b"")]).build();
    let limits = Limits::default().with_end_records(2);
    let many = one.repeat(9);
    let archive = Archive::read(&many, &limits).unwrap();
    assert!(!archive.is_complete());
}

#[test]
fn a_file_cut_anywhere_never_reads_as_whole_and_divergence_free() {
    let bytes = Zip {
        comment: b"end".to_vec(),
        zip64: true,
        ..Zip::of([
            pickle().streamed(true, false).padded(9),
            Entry::deflated("b", b"bbbbbbbbbbbbbbbb"),
        ])
    }
    .build();
    for cut in 0..bytes.len() {
        if let Ok(archive) = Archive::read(&bytes[..cut], &Limits::default()) {
            assert_whole(&archive, &bytes[..cut]);
            assert!(!archive.divergences().is_empty(), "{cut}");
        }
    }
}

#[test]
fn a_large_stored_member_costs_nothing() {
    let mut zip = Zip::of([pickle(), Entry::stored("archive/data/0", b"")]);
    let size = 256 << 20;
    zip.entries[1].packed = vec![0; size];
    zip.entries[1].both(|fields| {
        (fields.compressed, fields.size) =
            (u32::try_from(size).unwrap(), u32::try_from(size).unwrap());
    });
    let bytes = zip.build();
    let start = Instant::now();
    assert!(read(&bytes).is_complete());
    // Reading all of it takes more than ten times as long, even unoptimised code on a slow machine.
    assert!(start.elapsed().as_millis() < 20, "{:?}", start.elapsed());
}

#[test]
fn local_sizes_that_leave_the_same_tail_a_thousand_times_are_searched_once() {
    let data = vec![b'P'; 2 << 20];
    let first = Entry::stored("m", &data).bent(|entry| entry.local.compressed = 1);
    let central = first.central.clone();
    let mut zip = Zip::of([first]);
    zip.entries.extend((0..5_000).map(|_| {
        Entry::stored("m", b"").bent(|entry| {
            entry.central = central.clone();
            entry.written = false;
            entry.offset = Some(0);
        })
    }));
    let bytes = zip.build();
    let start = Instant::now();
    assert!(!read(&bytes).divergences().is_empty());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn decoys_do_not_hide_an_end_record() {
    let mut inner = Zip::of([Entry::stored("evil", b"E")]).build();
    let mut padded = inner.clone();
    padded.extend(b"PK\x05\x06".repeat(100));
    let outer = Zip::of([Entry::stored("cover", &padded)]).build();
    let rest = outer.len() - 30 - 5 - inner.len();
    let at = inner.len() - 2;
    inner[at..].copy_from_slice(&u16::try_from(rest).unwrap().to_le_bytes());
    padded[..inner.len()].copy_from_slice(&inner);
    let bytes = Zip::of([Entry::stored("cover", &padded)]).build();
    assert!(names(&read(&bytes)).contains(&"evil".to_owned()));
}

#[test]
fn work_is_linear_where_every_gap_is_full_of_signatures() {
    let mut bytes =
        b"PK\x03\x04\x14\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0x".repeat(20_000);
    bytes.extend(b"PK\x05\x06".repeat(10_000));
    bytes.extend(Zip::of([pickle()]).build());
    let start = Instant::now();
    let archive = read(&bytes);
    assert!(!archive.divergences().is_empty());
    assert!(start.elapsed().as_secs() < 10);
}

fn arbitrary_zip() -> impl Strategy<Value = Vec<u8>> {
    let entry = (
        any::<bool>(),
        "[a-c./]{0,4}",
        prop::collection::vec(any::<u8>(), 0..40),
        0..5_u8,
    );
    (
        prop::collection::vec(entry, 0..6),
        prop::collection::vec(any::<u8>(), 0..20),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(entries, prefix, zip64, counts_prefix)| {
            Zip {
                prefix,
                zip64,
                counts_prefix,
                ..Zip::of(entries.into_iter().map(|(deflated, name, data, form)| {
                    let entry = if deflated {
                        Entry::deflated(&name, &data)
                    } else {
                        Entry::stored(&name, &data)
                    };
                    match form {
                        0 => entry.streamed(true, false),
                        1 => entry.streamed(false, true),
                        2 => entry.wide(),
                        3 => entry.hidden(),
                        _ => entry,
                    }
                }))
            }
            .build()
        })
}

fn exercise(bytes: &[u8]) {
    let limits = unpack::Limits::default().with_inflated_member(1 << 16);
    let Ok(archive) = Archive::read(bytes, &Limits::default()) else {
        return;
    };
    assert_whole(&archive, bytes);
    let budget = Budget::new(bytes.len() as u64, &limits);
    for divergence in archive.divergences() {
        assert!(!divergence.finding(&archive).message.is_empty());
    }
    for member in archive.members() {
        for reading in member.readings() {
            let contents = archive.open(reading, &limits, &budget);
            assert!(
                contents.bytes().len() <= (1 << 16) + (64 << 10)
                    || reading.method() == Method::Stored
            );
            let _ = contents.checksum();
            for problem in contents.problems() {
                assert!(!problem.finding(reading).message.is_empty());
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
    }

    #[test]
    fn any_pieces_of_archives_give_an_answer(pieces in prop::collection::vec(0..9_usize, 0..40), filler in any::<u8>()) {
        let pieces: Vec<u8> = pieces.into_iter().flat_map(|piece| match piece {
            0 => b"PK\x03\x04".to_vec(),
            1 => b"PK\x01\x02".to_vec(),
            2 => b"PK\x05\x06".to_vec(),
            3 => b"PK\x06\x06".to_vec(),
            4 => b"PK\x06\x07".to_vec(),
            5 => b"PK\x07\x08".to_vec(),
            6 => vec![filler; 3],
            7 => vec![0; 7],
            _ => vec![0xff; 4],
        }).collect();
        exercise(&pieces);
    }

    #[test]
    fn mutated_archives_give_an_answer(zip in arbitrary_zip(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
        let mut bytes = zip;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        exercise(&bytes);
    }

    #[test]
    fn every_written_member_is_listed(zip in arbitrary_zip()) {
        let archive = read(&zip);
        let headers = archive.structure().iter().filter(|part| matches!(part.kind, PartKind::LocalHeader(_))).count();
        prop_assert!(headers <= archive.members().len());
    }
}
