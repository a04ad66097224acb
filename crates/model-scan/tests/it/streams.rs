//! Single compressed streams of every format.

use findings::Severity;
use model_scan::unpack::Limits as UnpackLimits;
use model_scan::{CrcCheck, Limits, Options, Scanner, Target, Verdict};

use crate::forge::{Entry, Zip};
use crate::pack::{self, ALL};
use crate::pickles::{EVIL, HONEST, names_system, scan};

fn has(target: &Target, code: &str) -> bool {
    target
        .findings
        .iter()
        .any(|finding| finding.rule.code() == code)
}

/// A scanner that unpacks little.
fn narrow(change: impl FnOnce(&mut UnpackLimits)) -> Scanner {
    let mut limits = Limits::default();
    change(&mut limits.unpack);
    Scanner::new(Options::default().with_limits(limits))
}

/// A pickle that calls first, and then holds so many bytes that cannot be packed.
fn evil_and_long(length: usize) -> Vec<u8> {
    let mut pickle = b"cos\nsystem\n(S'exit 0'\ntR0B".to_vec();
    pickle.extend(u32::try_from(length).unwrap().to_le_bytes());
    pickle.extend(pack::noise(length));
    pickle.push(b'.');
    pickle
}

#[test]
fn a_pickle_is_judged_in_every_format() {
    for (kind, pack) in ALL {
        let target = scan("model.joblib", &pack(HONEST));
        assert_eq!(
            target.verdict,
            Verdict::Clean,
            "{kind}: {:#?}",
            target.findings
        );
        assert!(target.complete && target.coverage.is_complete(), "{kind}");
        assert_eq!(target.kind, kind);
        assert_eq!(target.members[0].kind, "pickle");
        let checked = if kind == "lzma" {
            CrcCheck::None
        } else {
            CrcCheck::Ok
        };
        assert_eq!(target.members[0].crc, checked, "{kind}");

        let target = scan("model.joblib", &pack(EVIL));
        assert!(names_system(&target), "{kind}");
        let finding = &target.findings[0];
        assert_eq!(finding.location.member.as_deref(), Some("content"));
        assert_eq!(finding.location.file_byte_start, None);
    }
}

#[test]
fn text_is_passive_however_it_is_packed() {
    for (kind, pack) in ALL {
        let target = scan("notes", &pack(b"nothing but text\n"));
        assert_eq!(
            target.verdict,
            Verdict::Passive,
            "{kind}: {:#?}",
            target.findings
        );
    }
}

#[test]
fn a_stream_that_is_cut_off_is_never_clean() {
    for (kind, pack) in ALL {
        for content in [HONEST, EVIL] {
            let packed = pack(content);
            for cut in 0..packed.len() {
                let target = scan("model.joblib", &packed[..cut]);
                if kind == "lzma"
                    && target.complete
                    && target.members[0].bytes == content.len() as u64
                {
                    // Of a stated size all came out before the last bytes were needed.
                    assert!(cut + 5 >= packed.len());
                    continue;
                }
                assert!(target.verdict >= Verdict::Undecided, "{kind} cut at {cut}");
                assert!(!target.complete, "{kind} cut at {cut}");
            }
        }
    }
}

#[test]
fn what_comes_out_before_the_end_is_missing_is_judged() {
    let pickle = evil_and_long(400_000);
    for (kind, pack) in ALL {
        let packed = pack(&pickle);
        for cut in [packed.len() - 6, packed.len() / 2] {
            let target = scan("model.joblib", &packed[..cut]);
            assert!(names_system(&target), "{kind}: {:#?}", target.findings);
            assert!(has(&target, "CON014"), "{kind}: {:#?}", target.findings);
            assert!(!target.complete, "{kind}");
        }
    }
}

#[test]
fn what_comes_out_before_a_break_is_judged() {
    let pickle = evil_and_long(400_000);
    for (kind, pack) in ALL {
        let mut packed = pack(&pickle);
        let middle = packed.len() / 2;
        for byte in &mut packed[middle..middle + 2000] {
            *byte ^= 0x5a;
        }
        let target = scan("model.joblib", &packed);
        assert!(names_system(&target), "{kind}: {:#?}", target.findings);
        assert!(!target.complete, "{kind}");
    }
}

/// LZMA and LZ4 pack a hundred thousand bytes into one chunk or block: what comes before the break comes out
/// even so.
#[test]
fn what_comes_out_of_a_chunk_before_its_break_is_judged() {
    let pickle = evil_and_long(30_000);
    for (kind, pack) in ALL {
        if matches!(kind, "bzip2" | "zstd") {
            // Their readers have nothing before the whole block is there.
            continue;
        }
        let packed = pack(&pickle);
        let target = scan("model.joblib", &packed[..2000]);
        assert!(names_system(&target), "{kind}: {:#?}", target.findings);
        let mut packed = packed;
        for byte in &mut packed[20_000..] {
            *byte = 0;
        }
        let target = scan("model.joblib", &packed);
        assert!(names_system(&target), "{kind}: {:#?}", target.findings);
    }
}

#[test]
fn a_flipped_byte_is_noticed_or_changes_nothing() {
    for (kind, pack) in ALL {
        let packed = pack(HONEST);
        for at in 0..packed.len() {
            for mask in [1, 0x80, 0xff] {
                let mut bent = packed.clone();
                bent[at] ^= mask;
                let target = scan("model.joblib", &bent);
                if target.verdict == Verdict::Clean {
                    // Whatever is clean was read to its last byte; where there is a checksum, it is the
                    // pickle that was packed.
                    assert!(target.complete && target.coverage.is_complete());
                    let member = &target.members[0];
                    assert!(
                        kind == "lzma" || member.bytes == HONEST.len() as u64,
                        "{kind} {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn streams_that_follow_each_other_are_read_together_and_alone() {
    for (kind, pack) in ALL {
        if matches!(kind, "zlib" | "joblib zlib") {
            continue;
        }
        for order in [[HONEST, EVIL], [EVIL, HONEST]] {
            let packed = [pack(order[0]), pack(order[1])].concat();
            let target = scan("model.joblib", &packed);
            assert!(names_system(&target), "{kind}");
            assert!(has(&target, "CON015"), "{kind}");
            assert!(target.complete, "{kind}: {:#?}", target.findings);
        }
        let target = scan("model.joblib", &[pack(HONEST), pack(HONEST)].concat());
        assert_eq!(target.verdict, Verdict::Clean, "{kind}");
        // The halves of a pickle are no pickles.
        let (front, back) = EVIL.split_at(14);
        let target = scan("model.joblib", &[pack(front), pack(back)].concat());
        assert!(names_system(&target), "{kind}");
    }
}

/// The archive in the first stream is what a reader sees that stops there, and no archive in all together.
#[test]
fn an_archive_in_the_first_stream_is_opened_by_itself() {
    let evil = Zip::of([Entry::deflated("a/data.pkl", EVIL)]).build();
    let honest = Zip::of([Entry::deflated("b/data.pkl", HONEST)]).build();
    for order in [[&evil, &honest], [&honest, &evil]] {
        let packed = [pack::gzip(order[0]), pack::gzip(order[1])].concat();
        assert!(names_system(&scan("model.gz", &packed)));
    }
}

#[test]
fn what_stands_behind_a_stream_is_judged() {
    for (kind, pack) in ALL {
        let target = scan("model.joblib", &[&pack(HONEST), EVIL].concat());
        assert!(names_system(&target), "{kind}: {:#?}", target.findings);
        assert!(has(&target, "CON016"), "{kind}");

        let target = scan(
            "model.joblib",
            &[&pack(HONEST)[..], b"\x01\x02garbage\xff"].concat(),
        );
        assert_eq!(
            target.verdict,
            Verdict::Undecided,
            "{kind}: {:#?}",
            target.findings
        );
        assert!(!target.complete, "{kind}");

        let zip = Zip::of([Entry::deflated("a/data.pkl", EVIL)]).build();
        let target = scan("model.joblib", &[pack(HONEST), zip].concat());
        assert!(names_system(&target), "{kind}");
        assert!(target.verdict.is_flagged());
    }
}

#[test]
fn padding_is_padding_where_the_format_has_it() {
    let padded = |pack: fn(&[u8]) -> Vec<u8>, zeros: usize| {
        let mut packed = pack(HONEST);
        packed.resize(packed.len() + zeros, 0);
        scan("model.joblib", &packed)
    };
    for target in [padded(pack::gzip, 5), padded(pack::xz, 8)] {
        assert_eq!(target.verdict, Verdict::Clean);
        assert!(target.findings.is_empty(), "{:#?}", target.findings);
    }
    for target in [padded(pack::xz, 3), padded(pack::bzip2, 8)] {
        assert_eq!(target.verdict, Verdict::Clean);
        assert!(has(&target, "CON016"));
    }
}

#[test]
fn streams_in_streams_are_opened_up_to_the_limit() {
    let nested = |levels: usize| {
        let mut packed = EVIL.to_vec();
        for level in 0..levels {
            packed = ALL[level % ALL.len()].1(&packed);
        }
        packed
    };
    assert!(names_system(&scan("model.joblib", &nested(7))));
    let target = scan("model.joblib", &nested(200));
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(has(&target, "CON028"));
}

#[test]
fn streams_and_archives_hold_each_other() {
    let zip = Zip::of([Entry::stored("model.pkl.xz", &pack::xz(EVIL))]).build();
    assert!(names_system(&scan("model.zip", &zip)));
    let target = scan("model.zip.gz", &pack::gzip(&zip));
    assert!(names_system(&target));
    let finding = target.findings.last().unwrap();
    assert_eq!(
        finding.location.member.as_deref(),
        Some("model.zip!model.pkl.xz!model.pkl")
    );
}

#[test]
fn a_name_in_a_header_is_escaped_and_used() {
    let mut packed = pack::gzip(EVIL);
    packed[3] |= 8;
    packed.splice(10..10, *b"\x1b[2J!.pkl\0");
    let target = scan("model.gz", &packed);
    assert!(names_system(&target));
    let member = target.findings[0].location.member.as_deref().unwrap();
    assert_eq!(member, "\\x1b[2J%21.pkl");
}

#[test]
fn the_header_of_gzip_is_read_as_its_readers_do() {
    let plain = pack::gzip(EVIL);
    let with = |flags: u8, fields: &[u8]| {
        let mut packed = plain.clone();
        packed[3] |= flags;
        packed.splice(10..10, fields.iter().copied());
        scan("model.gz", &packed)
    };
    // Extra field, name and comment, in this order.
    let all = with(4 | 8 | 16, b"\x03\0abcname\0comment\0");
    assert!(names_system(&all) && all.complete);
    // A checksum of the header that does not hold, and a flag that is reserved: told, and read on.
    for target in [with(2, b"\x07\x07"), with(0x80, b"")] {
        assert!(names_system(&target) && target.complete);
        assert!(has(&target, "CON014"));
    }
    // A length that reaches behind the end.
    let target = with(4, b"\xff\xff");
    assert!(!target.complete && has(&target, "CON014"));
}

#[test]
fn bombs_stop_at_the_limit() {
    let zeros = vec![0; 3 << 20];
    for (kind, pack) in ALL {
        let packed = pack(&zeros);
        let target = narrow(|limits| limits.inflated_member = 1 << 20).scan_bytes("m", &packed);
        assert_eq!(target.verdict, Verdict::Undecided, "{kind}");
        assert!(has(&target, "CON011"), "{kind}: {:#?}", target.findings);
        assert!(target.members[0].bytes <= 1 << 20, "{kind}");
        let target = narrow(|limits| {
            limits.ratio = 2;
            limits.ratio_floor = 1 << 20;
        })
        .scan_bytes("m", &packed);
        assert!(has(&target, "CON011"), "{kind}: {:#?}", target.findings);
    }
}

/// 10 GB of zeros: each layer would be small, all of them are not.
#[test]
fn a_bomb_in_a_bomb_stops_at_the_limit() {
    let layer = pack::bzip2(&vec![0; 5 << 20]);
    let many = layer.repeat(2048);
    let bomb = pack::bzip2(&pack::bzip2(&many));
    assert!(bomb.len() < 10_000, "{}", bomb.len());
    let target = narrow(|limits| limits.inflated_total = 64 << 20).scan_bytes("m.bz2", &bomb);
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(has(&target, "CON011"), "{:#?}", target.findings);
}

#[test]
fn a_dictionary_or_window_above_the_limit_is_refused() {
    // 4 GiB.
    let target = scan("m.xz", &pack::xz_with(EVIL, 1, 40));
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(has(&target, "CON011"), "{:#?}", target.findings);
    for dictionary in [1 << 31, u32::MAX] {
        let mut lzma = pack::lzma(EVIL);
        lzma[1..5].copy_from_slice(&dictionary.to_le_bytes());
        let target = scan("m.lzma", &lzma);
        assert!(!target.complete && has(&target, "CON011"));
    }
    // A window of 2 TiB.
    let target = scan("m.zst", b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00");
    assert!(
        !target.complete && has(&target, "CON011"),
        "{:#?}",
        target.findings
    );
    let bytes = pack::xz_with(EVIL, 1, 40);
    let raised = narrow(|limits| limits.memory = 8 << 30).scan_bytes("m.xz", &bytes);
    assert!(names_system(&raised));
}

#[test]
fn dictionaries_that_are_elsewhere_and_unknown_checks_are_undecided() {
    let zstd = b"\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00";
    let mut lz4 = pack::lz4(EVIL);
    lz4[4] |= 1;
    for bytes in [&zstd[..], &lz4, &pack::xz_with(EVIL, 2, 16)] {
        let target = scan("m", bytes);
        assert!(
            !target.complete && has(&target, "CON029"),
            "{:#?}",
            target.findings
        );
    }
    let mut zlib = pack::zlib(EVIL);
    (zlib[0], zlib[1]) = (0x78, 0xbb);
    assert_eq!(scan("m", &zlib).verdict, Verdict::Undecided);
}

#[test]
fn frames_to_be_skipped_hide_nothing() {
    let skipped = b"\x5f\x2a\x4d\x18\x04\0\0\0junk";
    for pack in [pack::lz4 as fn(&[u8]) -> Vec<u8>, pack::zstd] {
        for packed in [
            [&skipped[..], &pack(EVIL)].concat(),
            [&pack(EVIL)[..], skipped].concat(),
            [&pack(HONEST)[..], skipped, &pack(EVIL)].concat(),
        ] {
            let target = scan("model.joblib", &packed);
            assert!(
                names_system(&target) && target.complete,
                "{:#?}",
                target.findings
            );
        }
    }
    let target = scan("m", b"\x5f\x2a\x4d\x18\xff\xff\xff\xffjunk");
    assert!(!target.complete);
}

#[test]
fn legacy_frames_of_lz4_are_read() {
    let block = lz4_flex::block::compress(EVIL);
    let mut packed = b"\x02\x21\x4c\x18".to_vec();
    packed.extend(u32::try_from(block.len()).unwrap().to_le_bytes());
    packed.extend(&block);
    let target = scan("model.lz4", &packed);
    assert!(
        names_system(&target) && target.complete,
        "{:#?}",
        target.findings
    );
    let target = scan("model.lz4", &packed[..packed.len() - 3]);
    assert!(
        names_system(&target) && !target.complete,
        "{:#?}",
        target.findings
    );
}

#[test]
fn members_of_zip_are_opened_by_every_method_that_python_reads() {
    let (properties, dictionary, packed) = pack::raw_lzma(EVIL);
    let mut lzma = vec![9, 4, 5, 0, properties];
    lzma.extend(dictionary.to_le_bytes());
    lzma.extend(packed);
    for (method, packed) in [
        (12, pack::bzip2(EVIL)),
        (14, lzma),
        (93, pack::zstd(EVIL)),
        (95, pack::xz(EVIL)),
    ] {
        let entry = Entry::stored("a/data.pkl", EVIL).bent(|entry| {
            let length = u32::try_from(packed.len()).unwrap();
            entry.packed = packed;
            entry.both(|fields| {
                fields.method = method;
                fields.compressed = length;
            });
        });
        let whole = scan("model.pt", &Zip::of([entry.clone()]).build());
        assert!(names_system(&whole), "{method}");
        assert!(whole.complete, "{method}: {:#?}", whole.findings);
        assert_eq!(whole.members[0].crc, CrcCheck::Ok, "{method}");
        let cut = entry.bent(|entry| {
            entry.packed.truncate(entry.packed.len() / 2);
            let length = u32::try_from(entry.packed.len()).unwrap();
            entry.both(|fields| fields.compressed = length);
        });
        let target = scan("model.pt", &Zip::of([cut]).build());
        assert!(
            !target.complete && target.verdict >= Verdict::Undecided,
            "{method}"
        );
    }
}

#[test]
fn more_streams_than_the_limit_are_undecided() {
    let packed = pack::gzip(HONEST).repeat(5);
    let target = narrow(|limits| limits.streams = 4).scan_bytes("m.gz", &packed);
    assert!(
        !target.complete && has(&target, "CON011"),
        "{:#?}",
        target.findings
    );
}

#[test]
fn empty_streams_are_cheap_and_many() {
    let packed = pack::bzip2(b"").repeat(20_000);
    let target = scan("m.bz2", &packed);
    assert_eq!(target.verdict, Verdict::Passive, "{:#?}", target.findings);
}

#[test]
fn findings_about_the_stream_alone_are_low() {
    let target = scan("m.gz", &[pack::gzip(HONEST), pack::gzip(HONEST)].concat());
    assert!(
        target
            .findings
            .iter()
            .all(|finding| finding.severity <= Severity::Low)
    );
}

#[test]
fn streams_are_told_as_loosely_as_their_readers_tell_them() {
    // joblib reads a length without `0x`, and one in capitals.
    for length in [format!("{:x}", EVIL.len()), format!("0X{:X}", EVIL.len())] {
        let mut packed = format!("ZF{length:<19}").into_bytes();
        packed.extend(pack::zlib(EVIL));
        assert!(names_system(&scan("model.z", &packed)), "{length}");
    }
    // liblzma takes smaller dictionaries than it makes.
    for dictionary in [0_u32, 16, 4096] {
        let mut packed = pack::lzma(EVIL);
        packed[1..5].copy_from_slice(&dictionary.to_le_bytes());
        assert!(names_system(&scan("model", &packed)), "{dictionary}");
    }
    let mut zlib = pack::zlib(EVIL);
    (zlib[0], zlib[1]) = (0x78, 0xbb);
    let target = scan("model", &zlib);
    assert_eq!(target.kind, "zlib");
    assert!(has(&target, "CON029"), "{:#?}", target.findings);
}

#[test]
fn what_readers_pass_over_is_looked_into() {
    let mut header = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff".to_vec();
    header.extend(EVIL);
    header.push(0);
    let gzip = [header, pack::gzip(HONEST)[10..].to_vec()].concat();
    let mut frame = b"\x50\x2a\x4d\x18".to_vec();
    frame.extend(u32::try_from(EVIL.len()).unwrap().to_le_bytes());
    frame.extend(EVIL);
    let zstd = [frame, pack::zstd(HONEST)].concat();
    for (name, bytes) in [("m.gz", gzip), ("m.zst", zstd)] {
        let target = scan(name, &bytes);
        assert!(names_system(&target), "{name}: {:#?}", target.findings);
        assert!(
            target
                .members
                .iter()
                .any(|member| member.verdict == Verdict::Clean)
        );
    }
}

#[test]
fn more_decoys_than_are_tried_leave_a_file_undecided() {
    let hidden = [b"cos\na\n\xff".repeat(70_000), EVIL.to_vec()].concat();
    let mut frame = b"\x50\x2a\x4d\x18".to_vec();
    frame.extend(u32::try_from(hidden.len()).unwrap().to_le_bytes());
    frame.extend(hidden);
    let target = scan("m.zst", &[frame, pack::zstd(HONEST)].concat());
    assert!(has(&target, "CON028"), "{:#?}", target.findings);
    assert_ne!(target.verdict, Verdict::Clean);
    assert!(!target.complete);
}
