//! Tar archives: every point at which readers part.
#![expect(clippy::string_slice, reason = "names are ASCII here")]

use std::time::Instant;

use findings::Severity;
use model_scan::tar::{
    Archive, DivergenceKind as Kind, ErrorKind, Limit, Limits, MemberKind, NameFault, PartKind,
    PaxFault, Source,
};
use model_scan::{RULES, Verdict};
use proptest::prelude::*;

use crate::containers::tensor;
use crate::forge::{self, Zip};
use crate::forge_tar::{Entry, count, endless, record, tar};
use crate::pickles::{EVIL, HONEST, names_system, scan};

fn read(bytes: &[u8]) -> Archive<'_> {
    let archive = Archive::read(bytes, &Limits::default()).unwrap();
    let mut at = 0;
    for part in archive.structure() {
        assert_eq!(part.range.start, at);
        assert!(part.range.end > at);
        at = part.range.end;
    }
    assert_eq!(at, bytes.len() as u64);
    archive
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

fn names(bytes: &[u8]) -> Vec<String> {
    read(bytes)
        .members()
        .iter()
        .map(|member| member.text())
        .collect()
}

/// The bytes of every reading of every member with a name.
fn opened(bytes: &[u8], name: &str) -> Vec<Vec<u8>> {
    let archive = read(bytes);
    archive
        .members()
        .iter()
        .filter(|member| member.text() == name)
        .flat_map(|member| member.readings())
        .map(|reading| archive.open(reading, &Limits::default()).bytes().to_vec())
        .collect()
}

fn evil() -> Entry {
    Entry::file("evil.pkl", EVIL)
}

fn honest() -> Entry {
    Entry::file("model.pkl", HONEST)
}

#[test]
fn honest_archives_of_every_dialect_have_no_divergence() {
    for magic in [&b"ustar\x0000"[..], b"ustar  \0", b""] {
        let mut bytes = tar(&[
            Entry::new(b'5', "dir/", b"").magic(magic),
            honest().magic(magic),
            Entry::file("dir/notes.txt", b"notes").magic(magic),
            Entry::new(0, "old.txt", b"old").magic(magic),
            Entry::new(b'7', "contiguous.txt", b"text").magic(magic),
            Entry::link(b'2', "dir/link", "../model.pkl").magic(magic),
            Entry::link(b'1', "hard", "model.pkl").magic(magic),
        ]);
        bytes.resize(10240, 0);
        assert_eq!(kinds(&bytes), []);
        let target = scan("model.tar", &bytes);
        assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
        assert!(target.complete && target.coverage.is_complete());
        assert_eq!(target.members.len(), 7);
    }
}

#[test]
fn a_pickle_is_judged_where_it_lies() {
    let bytes = tar(&[honest(), evil()]);
    let target = scan("model.tar", &bytes);
    assert!(names_system(&target));
    let finding = target
        .findings
        .iter()
        .find(|finding| finding.subject.is_some())
        .unwrap();
    assert_eq!(finding.location.member.as_deref(), Some("evil.pkl"));
    let start = finding.location.file_byte_start.unwrap();
    assert!((1536..1536 + EVIL.len() as u64).contains(&start));
}

#[test]
fn prefixes_and_long_names_are_joined() {
    let long = "folder/".repeat(30) + "data.txt";
    for entries in [
        vec![Entry::file("data.txt", b"x").set(345, &long.as_bytes()[..155])],
        vec![
            Entry::new(b'L', "././@LongLink", format!("{long}\0").as_bytes()).magic(b"ustar  \0"),
            Entry::file(&long[..100], b"x").magic(b"ustar  \0"),
        ],
        vec![
            Entry::pax(b'x', &[("path", &long)]),
            Entry::file(&long[..100], b"x"),
        ],
    ] {
        let bytes = tar(&entries);
        assert_eq!(kinds(&bytes), []);
        assert!(names(&bytes)[0].starts_with("folder/folder/"));
        assert!(names(&bytes)[0].ends_with("/data.txt"));
    }
    let link = "x/".repeat(60) + "y";
    let bytes = tar(&[
        Entry::new(b'K', "././@LongLink", link.as_bytes()),
        Entry::link(b'1', "a", &link[..100]),
    ]);
    assert_eq!(kinds(&bytes), []);
    assert_eq!(
        read(&bytes).members()[0].links().next(),
        Some(link.as_bytes())
    );
}

#[test]
fn a_size_in_an_extended_header_and_that_of_the_header_are_both_followed() {
    // To a reader of the plain header the archive goes on within the data.
    let inner = endless(&[evil()]);
    let bytes = tar(&[
        Entry::pax(b'x', &[("size", &inner.len().to_string())]),
        Entry::file("model.txt", &inner).size("00000000000"),
        honest(),
    ]);
    assert!(kinds(&bytes).contains(&Kind::SizeDiffers {
        first: inner.len() as u64,
        other: 0
    }));
    assert!(kinds(&bytes).contains(&Kind::MemberOfOtherSize));
    assert_eq!(names(&bytes), ["model.txt", "model.pkl", "evil.pkl"]);
    assert!(names_system(&scan("model.tar", &bytes)));
    // The other way round: to readers of extended headers.
    let bytes = tar(&[
        Entry::pax(b'x', &[("size", "0")]),
        Entry::file("model.txt", &inner),
        honest(),
    ]);
    assert!(
        kinds(&bytes)
            .iter()
            .any(|kind| matches!(kind, Kind::SizeDiffers { first: 0, .. }))
    );
    assert!(names_system(&scan("model.tar", &bytes)));
    // What needs more than the field holds is honest.
    let large = (8_u64 << 30).to_string();
    let bytes = tar(&[
        Entry::pax(b'x', &[("size", &large)]),
        Entry::file("a", b"").size("0"),
    ]);
    assert!(
        !kinds(&bytes)
            .iter()
            .any(|kind| matches!(kind, Kind::SizeDiffers { .. }))
    );
}

#[test]
fn numbers_that_readers_take_differently_are_followed_each_way() {
    let inner = endless(&[evil()]);
    for size in ["00000001000x", "1_000", "0o1000"] {
        let mut bytes = endless(&[Entry::file("a.txt", b"").size(size)]);
        bytes.extend(&inner);
        bytes.extend(tar(&[honest()]));
        assert!(kinds(&bytes).contains(&Kind::SizeMalformed), "{size}");
        assert!(names_system(&scan("model.tar", &bytes)), "{size}");
    }
    let base_256 = [&[0x80][..], &[0; 9], &[0, HONEST.len() as u8]].concat();
    let bytes = tar(&[honest().set(124, &base_256)]);
    assert_eq!(kinds(&bytes), []);
    let bytes = tar(&[honest().set(100, b"zzz")]);
    assert_eq!(kinds(&bytes), [Kind::FieldMalformed]);
}

#[test]
fn what_states_a_size_without_data_is_followed_both_ways() {
    for (flag, kind) in [
        (b'1', MemberKind::HardLink),
        (b'2', MemberKind::SymbolicLink),
        (b'5', MemberKind::Directory),
        (b'6', MemberKind::Pipe),
    ] {
        let inner = endless(&[evil()]);
        let bytes = tar(&[Entry::new(flag, "a", &inner).set(157, b"b"), honest()]);
        let size = inner.len() as u64;
        assert!(
            kinds(&bytes).contains(&Kind::SizeWithoutData { kind, size }),
            "{kind}"
        );
        // Only readers that give a hard link or a folder data skip what others take for members.
        let hidden = kinds(&bytes).contains(&Kind::MemberOfOtherSize);
        let nobody_skips = matches!(kind, MemberKind::HardLink | MemberKind::Directory);
        assert_eq!(hidden, !nobody_skips);
        assert!(names_system(&scan("model.tar", &bytes)), "{kind}");
    }
}

#[test]
fn members_behind_the_end_are_read() {
    for zeros in [512, 1024, 20 * 512] {
        let mut bytes = endless(&[honest()]);
        bytes.resize(bytes.len() + zeros, 0);
        bytes.extend(tar(&[evil()]));
        assert_eq!(kinds(&bytes), [Kind::MemberBehindEnd]);
        assert_eq!(read(&bytes).members()[1].source(), Source::BehindEnd);
        assert!(names_system(&scan("model.tar", &bytes)));
    }
}

#[test]
fn what_is_no_header_is_told_and_headers_behind_it_are_found() {
    let mut bytes = endless(&[honest()]);
    bytes.extend([7; 1024]);
    bytes.extend(tar(&[evil()]));
    assert_eq!(
        kinds(&bytes),
        [
            Kind::HeaderBroken,
            Kind::BytesOutside,
            Kind::MemberBehindBreak
        ]
    );
    assert!(names_system(&scan("model.tar", &bytes)));
    // A header with a mark and a wrong checksum counts for whoever does not check it.
    let bytes = tar(&[honest(), evil().bent(|entry| entry.checksum_off_by = 1)]);
    assert_eq!(
        kinds(&bytes),
        [Kind::HeaderChecksum, Kind::MemberBehindBreak]
    );
    assert!(names_system(&scan("model.tar", &bytes)));
}

#[test]
fn checksums_of_signed_bytes_hold() {
    let mut bytes = tar(&[Entry::file("\u{e9}.txt", b"x")]);
    let header = &mut bytes[..512];
    header[148..156].copy_from_slice(b"        ");
    let sum: i32 = header
        .iter()
        .map(|byte| i32::from(i8::from_ne_bytes([*byte])))
        .sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert_eq!(kinds(&bytes), []);
}

#[test]
fn names_that_differ_from_the_plain_header_are_told() {
    let bytes = tar(&[
        Entry::pax(b'x', &[("path", "data.pkl")]),
        Entry::file("readme.txt", HONEST),
    ]);
    assert_eq!(kinds(&bytes), [Kind::NameDiffers]);
    let archive = read(&bytes);
    assert_eq!(archive.members()[0].name(), b"data.pkl");
    assert_eq!(
        archive.members()[0].other_names().collect::<Vec<_>>(),
        [b"readme.txt"]
    );
    let bytes = tar(&[
        Entry::new(b'L', "././@LongLink", b"a.txt\0").magic(b"ustar  \0"),
        Entry::new(b'L', "././@LongLink", b"b.txt\0").magic(b"ustar  \0"),
        Entry::file("b.txt", b"x").magic(b"ustar  \0"),
    ]);
    assert_eq!(kinds(&bytes), [Kind::NameDiffers]);
    assert_eq!(names(&bytes), ["b.txt"]);
    let bytes = tar(&[Entry::file("a.txt", b"x").magic(b"").set(345, b"folder")]);
    assert_eq!(kinds(&bytes), [Kind::PrefixDiffers]);
}

#[test]
fn records_that_are_malformed_are_told() {
    let pax = |text: &[u8]| tar(&[Entry::new(b'x', "p", text), honest()]);
    for (text, fault) in [
        (&b"9999 path=a\n"[..], PaxFault::Malformed),
        (b"99 path=a\n", PaxFault::BehindSize),
        (b"path=a\n", PaxFault::Malformed),
        (b"16 path=model.pkl", PaxFault::Unterminated),
    ] {
        assert!(
            kinds(&pax(text)).contains(&Kind::Pax(fault)),
            "{}",
            text.escape_ascii()
        );
    }
    let repeated = record("path", "a") + &record("path", "model.pkl");
    assert!(kinds(&pax(repeated.as_bytes())).contains(&Kind::Pax(PaxFault::Repeated)));
    // Python reads on through the padding.
    let behind = record("comment", "x") + &record("path", "evil.pkl");
    let entry = Entry::new(b'x', "p", behind.as_bytes()).size("00000000015");
    let bytes = tar(&[entry, honest()]);
    assert!(kinds(&bytes).contains(&Kind::Pax(PaxFault::BehindSize)));
    let global = tar(&[Entry::pax(b'g', &[("path", "all")]), honest()]);
    assert_eq!(kinds(&global), [Kind::GlobalOverride]);
    let comment = tar(&[Entry::pax(b'g', &[("comment", "0123")]), honest()]);
    assert_eq!(kinds(&comment), []);
    let lone = tar(&[honest(), Entry::pax(b'x', &[("mtime", "1.5")])]);
    assert_eq!(kinds(&lone), [Kind::ExtendedWithoutMember]);
}

#[test]
fn twins_are_told_and_all_are_judged() {
    for order in [[EVIL, HONEST], [HONEST, EVIL]] {
        let bytes = tar(&order.map(|data| Entry::file("data.pkl", data)));
        assert_eq!(kinds(&bytes), [Kind::DuplicateName]);
        assert!(names_system(&scan("model.tar", &bytes)));
    }
    let twins = |a: &str, b: &str| kinds(&tar(&[Entry::file(a, b"x"), Entry::file(b, b"y")]));
    assert_eq!(twins("a/b", "./a//b"), [Kind::DuplicateName]);
    assert_eq!(twins("a/b", "A/b"), [Kind::CaseTwin]);
    assert_eq!(twins("a/b", "a.b"), []);
    let folders = tar(&[Entry::new(b'5', "d/", b""), Entry::new(b'5', "d/", b"")]);
    assert_eq!(kinds(&folders), []);
}

#[test]
fn names_and_links_that_leave_the_archive_are_told() {
    for (name, fault) in [
        ("/etc/cron.d/x", NameFault::Absolute),
        ("../x", NameFault::Parent),
        ("a/../../x", NameFault::Parent),
        ("a\\b", NameFault::Backslash),
    ] {
        assert_eq!(kinds(&tar(&[Entry::file(name, b"x")])), [Kind::Name(fault)]);
    }
    for (flag, kind, target) in [
        (b'2', MemberKind::SymbolicLink, "/etc"),
        (b'2', MemberKind::SymbolicLink, "../../x"),
        (b'1', MemberKind::HardLink, "../x"),
    ] {
        let bytes = tar(&[
            Entry::link(flag, "d/link", target),
            Entry::file("d/link/x", b"x"),
        ]);
        let target = target.as_bytes().to_vec();
        assert_eq!(
            kinds(&bytes),
            [Kind::LinkOutside { kind, target }, Kind::ThroughLink]
        );
        assert_eq!(scan("model.tar", &bytes).verdict, Verdict::Suspicious);
    }
    let device = tar(&[Entry::new(b'3', "null", b""), Entry::new(b'6', "pipe", b"")]);
    assert_eq!(
        kinds(&device),
        [
            Kind::SpecialFile(MemberKind::Device),
            Kind::SpecialFile(MemberKind::Pipe)
        ]
    );
}

#[test]
fn a_layer_of_a_file_system_may_link_from_its_root() {
    let bytes = tar(&[
        Entry::new(b'5', "etc/", b""),
        Entry::new(b'5', "usr/", b""),
        Entry::link(b'2', "etc/localtime", "/usr/share/zoneinfo/UTC"),
        Entry::file("usr/.wh.gone", b""),
        Entry::file("usr/model.pkl", HONEST),
    ]);
    let target = scan("layer.tar", &bytes);
    assert_eq!(target.kind, "file system tar");
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
}

#[test]
fn what_is_cut_off_is_undecided_and_what_is_there_is_judged() {
    let whole = tar(&[
        honest(),
        Entry::file("more.txt", &[b'x'; 600]),
        evil(),
        honest(),
    ]);
    let dangerous_from = 512 * 5;
    for blocks in 1..whole.len() / 512 {
        for odd in [0, 1, 300] {
            let bytes = &whole[..blocks * 512 + odd];
            let target = scan("model.tar", bytes);
            assert_ne!(target.verdict, Verdict::Clean, "{blocks} blocks and {odd}");
            if bytes.len() >= dangerous_from + 1024 {
                assert!(names_system(&target), "{blocks} blocks and {odd}");
            }
        }
    }
    assert_eq!(kinds(&endless(&[honest()])), [Kind::EndMissing]);
    assert!(kinds(&whole[..1400]).contains(&Kind::HeaderCutOff));
    assert!(kinds(&whole[..1600]).contains(&Kind::DataCutOff));
    let huge = tar(&[honest().size("77777777777")]);
    assert!(kinds(&huge).contains(&Kind::DataCutOff));
    assert_eq!(scan("model.tar", &huge).verdict, Verdict::Undecided);
}

#[test]
fn bytes_that_fill_a_block_up_are_looked_at() {
    let bytes = tar(&[Entry::file("a.txt", b"x").bent(|entry| entry.filler = b'z')]);
    assert_eq!(kinds(&bytes), [Kind::BytesOutside]);
    let mut hidden = tar(&[Entry::file("a.txt", b"x"), honest()]);
    hidden[600..600 + EVIL.len()].copy_from_slice(EVIL);
    assert!(names_system(&scan("model.tar", &hidden)));
    let mut behind = tar(&[honest()]);
    behind.extend(EVIL);
    assert!(names_system(&scan("model.tar", &behind)));
    assert_eq!(
        read(&behind).structure().last().unwrap().kind,
        PartKind::Outside
    );
}

fn sparse_field(at: usize, entry: Entry, pieces: &[(usize, usize)]) -> Entry {
    pieces
        .iter()
        .enumerate()
        .fold(entry, |entry, (index, (offset, length))| {
            let field = format!("{offset:011o}\0{length:011o}\0");
            entry.set(at + index * 24, field.as_bytes())
        })
}

#[test]
fn sparse_files_of_every_form_are_filled() {
    let stored = [&EVIL[..10], &EVIL[10..]].concat();
    let mut filled = EVIL[..10].to_vec();
    filled.extend([0; 20]);
    filled.extend(&EVIL[10..]);
    let rest = EVIL.len() - 10;
    let size = filled.len();
    let old = sparse_field(386, Entry::new(b'S', "s", &stored), &[(0, 10), (30, rest)])
        .magic(b"ustar  \0")
        .set(483, format!("{size:011o}\0").as_bytes());
    let map = format!("0,10,30,{rest}");
    let zero_one = Entry::pax(
        b'x',
        &[
            ("GNU.sparse.size", &size.to_string()),
            ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.name", "s"),
            ("GNU.sparse.map", &map),
        ],
    );
    let zero_zero = Entry::pax(
        b'x',
        &[
            ("GNU.sparse.size", &size.to_string()),
            ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.offset", "0"),
            ("GNU.sparse.numbytes", "10"),
            ("GNU.sparse.offset", "30"),
            ("GNU.sparse.numbytes", &rest.to_string()),
        ],
    );
    let one = Entry::pax(
        b'x',
        &[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "s"),
            ("GNU.sparse.realsize", &size.to_string()),
        ],
    );
    let mut in_data = format!("2\n0\n10\n30\n{rest}\n").into_bytes();
    in_data.resize(512, 0);
    in_data.extend(&stored);
    for entries in [
        vec![old],
        vec![zero_one, Entry::file("GNUSparseFile.1/s", &stored)],
        vec![zero_zero, Entry::file("s", &stored)],
        vec![one, Entry::file("GNUSparseFile.1/s", &in_data)],
    ] {
        let bytes = tar(&entries);
        assert_eq!(kinds(&bytes), []);
        assert_eq!(opened(&bytes, "s")[0], filled);
        // The stored bytes alone are a pickle to readers that fill nothing.
        assert!(names_system(&scan("model.tar", &bytes)));
    }
}

#[test]
fn a_sparse_file_that_cannot_be_filled_is_undecided() {
    let sparse = |size: &str, map: &str| {
        tar(&[
            Entry::pax(b'x', &[("GNU.sparse.size", size), ("GNU.sparse.map", map)]),
            Entry::file("s", HONEST),
        ])
    };
    for (size, map) in [
        ("9999999999999", "0,1"),
        ("100", "0,5000"),
        ("100", "18446744073709551615,5"),
        ("100", "x,1"),
        ("100", "1"),
    ] {
        let target = scan("model.tar", &sparse(size, map));
        assert_eq!(target.verdict, Verdict::Undecided, "{size} {map}");
    }
}

#[test]
fn extended_headers_are_read_up_to_the_limits() {
    let chain: Vec<_> = (0..20)
        .map(|_| Entry::pax(b'x', &[("mtime", "1")]))
        .collect();
    let bytes = tar(&[chain, vec![honest()]].concat());
    assert!(kinds(&bytes).contains(&Kind::LimitReached(Limit::ExtendedHeaders)));
    let long = Entry::new(b'L', "././@LongLink", &vec![b'a'; 2 << 20]);
    assert!(kinds(&tar(&[long, honest()])).contains(&Kind::LimitReached(Limit::ExtendedBytes)));
    let limits = Limits::default().with_members(3);
    let many = tar(&vec![Entry::file("a", b""); 9]);
    let archive = Archive::read(&many, &limits).unwrap();
    assert_eq!(archive.members().len(), 3);
    assert!(!archive.is_complete());
}

#[test]
fn kinds_are_told_by_the_members() {
    let checkpoint = Zip::of([
        forge::Entry::stored("archive/data.pkl", &tensor(4, 4)),
        forge::Entry::stored("archive/data/0", &[0; 16]),
        forge::Entry::stored("archive/version", b"3\n"),
    ])
    .build();
    let nemo = tar(&[
        Entry::new(b'5', "./", b""),
        Entry::file("./model_config.yaml", b"name: x\n"),
        Entry::file("./model_weights.ckpt", &checkpoint),
    ]);
    let target = scan("model.nemo", &nemo);
    assert_eq!(target.kind, "nemo tar");
    // The archive at its end is the member's, not the file's.
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    let sdist = tar(&[
        Entry::file("pkg-1.0/PKG-INFO", b"Name: pkg\n"),
        Entry::file("pkg-1.0/setup.py", b"import os\nprint(1)\n"),
        Entry::file("pkg-1.0/data.pkl", HONEST),
    ]);
    let target = scan("pkg-1.0.tar", &sdist);
    assert_eq!(
        (target.kind.as_str(), target.verdict),
        ("python sdist tar", Verdict::Unsupported)
    );
    let layer = tar(&[
        Entry::file("etc/model.pkl", EVIL),
        Entry::file("etc/.wh.x", b""),
    ]);
    let image = tar(&[
        Entry::file("oci-layout", b"{\"imageLayoutVersion\": \"1.0.0\"}"),
        Entry::file("index.json", b"{}"),
        Entry::file("blobs/sha256/00", &layer),
    ]);
    let target = scan("image.tar", &image);
    assert_eq!(target.kind, "oci image tar");
    assert!(names_system(&target));
}

/// What `torch.save` wrote before it wrote pickles in a row: two storages of floats, two tensors.
fn legacy_torch(main: &[u8]) -> Vec<u8> {
    let storage = |key: u8| {
        [
            b"\x80\x02K",
            &[key][..],
            b"X\x03\0\0\0cpuctorch\nFloatStorage\n\x87.",
        ]
        .concat()
    };
    let mut storages = b"\x80\x02K\x02.".to_vec();
    for key in [1, 2] {
        storages.extend(storage(key));
        storages.extend(count(3));
        // Raw numbers that would be a pickle elsewhere.
        storages.extend(b"cos\nsystem\n.");
    }
    storages.extend(b"\x80\x02].");
    let mut tensors = b"\x80\x02K\x02.".to_vec();
    for key in [3, 4] {
        tensors.extend([b"\x80\x02K", &[key][..], b"K\x01ctorch\nFloatTensor\n\x87."].concat());
        tensors.extend(count(1));
        for number in [3, 1, 0] {
            tensors.extend(count(number));
        }
    }
    tar(&[
        Entry::file("sys_info", b"\x80\x02}."),
        Entry::file("storages", &storages),
        Entry::file("tensors", &tensors),
        Entry::file("pickle", main),
    ])
}

#[test]
fn an_honest_legacy_torch_tar_is_clean() {
    let target = scan("model.pth", &legacy_torch(b"\x80\x02K\x03Q."));
    assert_eq!(target.kind, "legacy torch tar");
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    assert!(target.complete);
    assert!(names_system(&scan("model.pth", &legacy_torch(EVIL))));
}

#[test]
fn tables_of_a_legacy_torch_tar_that_lie_are_undecided() {
    let honest = legacy_torch(b"\x80\x02N.");
    let count = honest
        .windows(8)
        .position(|bytes| bytes == 3_u64.to_le_bytes())
        .unwrap();
    for lie in [4_u64, 1 << 40, u64::MAX] {
        let mut bytes = honest.clone();
        bytes[count..count + 8].copy_from_slice(&lie.to_le_bytes());
        assert_ne!(scan("model.pth", &bytes).verdict, Verdict::Clean, "{lie}");
    }
}

#[test]
fn archives_in_archives_are_opened() {
    let inner = tar(&[evil()]);
    let outer = tar(&[Entry::file("inner.tar", &inner)]);
    let target = scan("outer.tar", &outer);
    assert!(names_system(&target));
    let member = target
        .findings
        .iter()
        .find_map(|finding| finding.location.member.clone());
    assert_eq!(member.as_deref(), Some("inner.tar!evil.pkl"));
    let zip = Zip::of([forge::Entry::deflated("inner.tar", &inner)]).build();
    assert!(names_system(&scan("outer.zip", &zip)));
    let mut deep = inner;
    for _ in 0..12 {
        deep = tar(&[Entry::file("inner.tar", &deep)]);
    }
    assert_eq!(scan("deep.tar", &deep).verdict, Verdict::Undecided);
}

#[test]
fn an_archive_that_contains_itself_ends() {
    // The header's size covers the header of a member that covers the same bytes again, and so on.
    let mut bytes = Vec::new();
    for _ in 0..64 {
        Entry::file("again.tar", b"")
            .size("00000100000")
            .write(&mut bytes);
    }
    bytes.resize(bytes.len() + 40_000, 0);
    let target = scan("again.tar", &bytes);
    assert!(target.verdict >= Verdict::Undecided);
}

#[test]
fn no_header_is_no_archive() {
    for bytes in [&b""[..], &[0; 1024], &[7; 1024], &[b'a'; 100]] {
        let error = Archive::read(bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NotAnArchive);
        assert_eq!(error.offset(), 0);
    }
}

#[test]
fn a_million_names_are_read_in_bounded_time() {
    // A fiftieth of it here; the bench has the whole.
    let mut bytes = Vec::new();
    for index in 0..20_000 {
        Entry::file(&format!("d/{index}.txt"), b"").write(&mut bytes);
    }
    bytes.resize(bytes.len() + 1024, 0);
    let start = Instant::now();
    let archive = read(&bytes);
    assert_eq!(archive.members().len(), 20_000);
    assert!(archive.is_complete());
    assert!(start.elapsed().as_secs() < 30);
}

fn entry() -> impl Strategy<Value = Entry> {
    let flag = prop::sample::select(b"0\x00125LKxgS7M".to_vec());
    let data = prop_oneof![
        Just(EVIL.to_vec()),
        Just(record("size", "512").into_bytes()),
        Just(record("path", "x").into_bytes()),
        prop::collection::vec(any::<u8>(), 0..700),
    ];
    (flag, "[a-c./]{0,4}", data, any::<bool>()).prop_map(|(flag, name, data, lies)| {
        let entry = Entry::new(flag, &name, &data);
        if lies {
            entry.size("00000001000")
        } else {
            entry
        }
    })
}

proptest! {
    #[test]
    fn archives_of_any_entries_are_read_whole(
        entries in prop::collection::vec(entry(), 1..8),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = tar(&entries);
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if Archive::read(bytes, &Limits::default()).is_ok() {
                kinds(bytes);
            }
            let target = scan("model.tar", bytes);
            if target.verdict == Verdict::Clean {
                prop_assert!(target.complete && target.coverage.is_complete());
            }
            if target.findings.iter().any(|finding| finding.severity >= Severity::High) {
                prop_assert_eq!(target.verdict, Verdict::Dangerous);
            }
        }
    }

    #[test]
    fn an_evil_member_is_found_among_any_others(
        before in prop::collection::vec((prop::sample::select(b"0\x00257".to_vec()), "[a-c]{1,4}"), 0..5),
    ) {
        let mut entries: Vec<_> = before.iter().map(|(flag, name)| Entry::new(*flag, name, b"")).collect();
        entries.push(evil());
        prop_assert!(names_system(&scan("model.tar", &tar(&entries))));
    }
}

#[test]
fn what_describes_a_member_is_looked_into() {
    let comment = "cos\nsystem\n(S'exit 0'\ntR.";
    let target = scan(
        "m.tar",
        &tar(&[Entry::pax(b'x', &[("comment", comment)]), honest()]),
    );
    assert!(names_system(&target), "{:#?}", target.findings);
}
