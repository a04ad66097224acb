//! Zip archives, torch's among them, and arrays.

use std::time::Instant;

use findings::Severity;
use model_scan::{CrcCheck, Depth, Limits, Options, Scanner, Verdict};

use crate::forge::{Entry, Zip};
use crate::pickles::{EVIL, HONEST, names_system, scan};

/// A tensor of four floats in storage `0`, as `torch.save` pickles it.
pub(crate) fn tensor(numel: u8, size: u8) -> Vec<u8> {
    let mut bytes = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK".to_vec();
    bytes.push(numel);
    bytes.extend_from_slice(b"tQK\0K");
    bytes.push(size);
    bytes.extend_from_slice(b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR.");
    bytes
}

fn torch(pickle: &[u8], storage: &[u8]) -> Zip {
    Zip::of([
        Entry::stored("archive/data.pkl", pickle),
        Entry::stored("archive/byteorder", b"little"),
        Entry::stored("archive/data/0", storage),
        Entry::stored("archive/version", b"3\n"),
    ])
}

#[test]
fn an_honest_checkpoint_is_clean() {
    let bytes = torch(&tensor(4, 4), &[0; 16]).build();
    let target = scan("model.pt", &bytes);
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    assert!(target.complete);
    assert_eq!(target.kind, "torch zip");
    let kinds: Vec<_> = target
        .members
        .iter()
        .map(|member| (member.name.as_str(), member.kind.as_str(), member.crc))
        .collect();
    assert_eq!(
        kinds,
        [
            ("archive/data.pkl", "pickle", CrcCheck::Ok),
            ("archive/byteorder", "text", CrcCheck::Ok),
            ("archive/data/0", "storage", CrcCheck::NotChecked),
            ("archive/version", "text", CrcCheck::Ok),
        ]
    );
}

#[test]
fn tens_of_thousands_of_members_are_accounted_for_in_linear_time() {
    let entries = (0..60_000).map(|index| Entry::stored(&format!("{index}.txt"), b"a note"));
    let bytes = Zip::of(entries).build();
    let start = Instant::now();
    let target = scan("many.zip", &bytes);
    assert_eq!(target.verdict, Verdict::Clean);
    assert!(target.complete);
    // One pass over the account for each member takes minutes.
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}

#[test]
fn packed_storage_is_storage_if_it_unpacks() {
    let mut zip = torch(&tensor(4, 4), &[0; 16]);
    zip.entries[2] = Entry::deflated("archive/data/0", &[0; 16]);
    let target = scan("model.pt", &zip.build());
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    assert_eq!(target.members[2].kind, "storage");
    assert_eq!(target.members[2].crc, CrcCheck::Ok);

    let mut zip = torch(&tensor(4, 4), &[0; 16]);
    let mut entry = Entry::deflated("archive/data/0", &[0; 16]);
    entry.packed.fill(0xff);
    zip.entries[2] = entry;
    let target = scan("model.pt", &zip.build());
    assert_eq!(target.verdict, Verdict::Undecided, "{:#?}", target.findings);
}

#[test]
fn a_comment_is_looked_into() {
    let mut zip = Zip::of([Entry::stored("a.txt", b"text")]);
    zip.comment = EVIL.to_vec();
    let target = scan("model.zip", &zip.build());
    assert_eq!(target.verdict, Verdict::Dangerous, "{:#?}", target.findings);
    assert!(names_system(&target));
}

#[test]
fn storage_is_read_on_request() {
    let mut zip = torch(&tensor(4, 4), &[0; 16]);
    zip.entries[2].both(|fields| fields.crc = 7);
    let options = Options::default().with_depth(Depth::Full);
    let target = Scanner::new(options).scan_bytes("model.pt", &zip.build());
    assert_eq!(target.members[2].crc, CrcCheck::Mismatch);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON007")
    );
}

#[test]
fn storage_that_looks_like_a_pickle_is_storage() {
    let storage = b"cos\nsystem\n(tR..";
    let target = scan("model.pt", &torch(&tensor(4, 4), storage).build());
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
}

#[test]
fn no_pickle_is_hidden_by_a_tensor_that_calls_it_its_storage() {
    let mut decoy =
        b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x08\0\0\0data.pkl".to_vec();
    decoy.extend_from_slice(b"X\x03\0\0\0cpuK\x06tQ.");
    let zip = Zip::of([
        Entry::stored("archive/version", b"3\n"),
        Entry::stored("archive.pkl", &decoy),
        Entry::stored("archive/data.pkl", EVIL),
    ]);
    assert!(names_system(&scan("model.pt", &zip.build())));
}

#[test]
fn the_mark_of_another_format_hides_no_pickle() {
    // Each mark is opcodes too: a double, a persistent id.
    for mark in [&b"GGUF\x03\0\0\0\0"[..], b"PK\x03\x04 \n"] {
        for name in ["model.pt", "model.gguf", "notes.txt"] {
            let target = scan(name, &[mark, EVIL].concat());
            assert!(names_system(&target), "{mark:?} {name}");
        }
    }
    // A tar archive begins with the name of its first member.
    let mut tar = EVIL.to_vec();
    tar.resize(512, 0);
    tar[257..263].copy_from_slice(b"ustar\0");
    tar.resize(2048, 0);
    assert!(names_system(&scan("model.tar", &tar)));
}

#[test]
fn tensors_must_lie_within_their_storage() {
    for (pickle, storage) in [
        (tensor(4, 5), vec![0; 16]),
        (tensor(4, 4), vec![0; 12]),
        (tensor(8, 4), vec![0; 16]),
    ] {
        let target = scan("model.pt", &torch(&pickle, &storage).build());
        assert_eq!(target.verdict, Verdict::Suspicious);
        assert!(
            target
                .findings
                .iter()
                .any(|finding| finding.rule.code() == "CON025")
        );
    }
    let missing = Zip::of([Entry::stored("archive/data.pkl", &tensor(4, 4))]);
    let target = scan("model.pt", &missing.build());
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.message.contains("not in the archive"))
    );
}

#[test]
fn any_member_is_told_by_its_content() {
    for name in [
        "archive/version",
        "archive/data/7",
        "code.txt",
        "x/.data/y",
        "a.png",
    ] {
        let zip = Zip::of([
            Entry::stored("archive/data.pkl", &tensor(4, 4)),
            Entry::stored("archive/data/0", &[0; 16]),
            Entry::stored(name, EVIL),
        ]);
        let target = scan("model.pt", &zip.build());
        assert!(names_system(&target), "{name}");
        let finding = target
            .findings
            .iter()
            .find(|finding| finding.subject.is_some())
            .unwrap();
        assert_eq!(finding.location.member.as_deref(), Some(name));
    }
}

#[test]
fn archives_in_archives_are_opened_up_to_the_limit() {
    let mut bytes = Zip::of([Entry::deflated("a/data.pkl", EVIL)]).build();
    for level in 0..4 {
        bytes = Zip::of([Entry::deflated(&format!("level{level}.zip"), &bytes)]).build();
    }
    let target = scan("model.zip", &bytes);
    assert!(names_system(&target));
    let shallow = Options::default().with_limits(Limits::default().with_nesting(2));
    let target = Scanner::new(shallow).scan_bytes("model.zip", &bytes);
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON028")
    );
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let zeros = vec![0; 64 << 20];
    let bytes = Zip::of([Entry::deflated("zeros.bin", &zeros)]).build();
    let options = Options::default().with_limits(Limits::default().with_inflated_bytes(1 << 20));
    let target = Scanner::new(options).scan_bytes("model.zip", &bytes);
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.rule.code() == "CON011"),
        "{:#?}",
        target.findings
    );
}

#[test]
fn both_of_two_members_with_one_name_are_judged() {
    for order in [[EVIL, HONEST], [HONEST, EVIL]] {
        let zip = Zip::of(order.map(|bytes| Entry::stored("archive/data.pkl", bytes)));
        let target = scan("model.pt", &zip.build());
        assert!(names_system(&target));
    }
    let zip = Zip::of([
        Entry::stored("archive/data.pkl", HONEST),
        Entry::stored("archive/DATA.PKL", EVIL),
    ]);
    assert!(names_system(&scan("model.pt", &zip.build())));
}

#[test]
fn what_the_directory_does_not_list_is_judged() {
    let zip = Zip::of([
        Entry::stored("archive/data.pkl", HONEST),
        Entry::stored("archive/more.pkl", EVIL).hidden(),
    ]);
    assert!(names_system(&scan("model.pt", &zip.build())));
}

#[test]
fn a_lie_about_encryption_hides_nothing_and_the_truth_is_undecided() {
    let mut zip = Zip::of([Entry::stored("archive/data.pkl", EVIL)]);
    zip.entries[0].both(|fields| fields.flags |= 1);
    assert!(names_system(&scan("model.pt", &zip.build())));

    let mut zip = Zip::of([Entry::stored(
        "archive/data.pkl",
        b"\x13\x37 noise \xff\xfe\xfd",
    )]);
    zip.entries[0].both(|fields| {
        fields.flags |= 1;
        fields.crc ^= 1;
    });
    let target = scan("model.pt", &zip.build());
    assert_eq!(target.verdict, Verdict::Undecided);
    assert!(
        target
            .findings
            .iter()
            .any(|finding| finding.message.contains("encrypted"))
    );
}

#[test]
fn a_wrong_checksum_hides_nothing() {
    let mut zip = Zip::of([Entry::stored("archive/data.pkl", EVIL)]);
    zip.entries[0].both(|fields| fields.crc = 1);
    let target = scan("model.pt", &zip.build());
    assert!(names_system(&target));
    assert_eq!(target.members[0].crc, CrcCheck::Mismatch);
}

#[test]
fn an_archive_behind_a_pickle_and_a_pickle_before_an_archive_are_both_judged() {
    let archive = Zip::of([Entry::stored("archive/data.pkl", EVIL)]).build();
    let target = scan("model.bin", &[HONEST, &archive].concat());
    assert!(names_system(&target));
    let archive = Zip::of([Entry::stored("archive/data.pkl", HONEST)]).build();
    let target = scan("model.bin", &[EVIL, &archive].concat());
    assert!(names_system(&target));
}

#[test]
fn a_checkpoint_cut_anywhere_is_never_clean() {
    let bytes = torch(&tensor(4, 4), &[0; 16]).build();
    for cut in 0..bytes.len() {
        let target = scan("model.pt", &bytes[..cut]);
        assert!(
            !matches!(target.verdict, Verdict::Clean | Verdict::Passive),
            "cut at {cut}: {}",
            target.verdict
        );
    }
    let bytes = torch(EVIL, &[0; 16]).build();
    let pickle_ends = 30 + "archive/data.pkl".len() + EVIL.len();
    for cut in pickle_ends..bytes.len() {
        assert!(
            names_system(&scan("model.pt", &bytes[..cut])),
            "cut at {cut}"
        );
    }
}

#[test]
fn archives_that_build_objects_from_json_are_told_by_their_members() {
    let array = b"\x93NUMPY\x01\0\x76\0{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }";
    for (names, kind, verdict) in [
        (&["schema.json"][..], "skops zip", Verdict::Clean),
        (&["schema.json", "140.npy"], "skops zip", Verdict::Clean),
        (
            &["config.json", "metadata.json"],
            "keras zip",
            Verdict::Unsupported,
        ),
        (&["schema.json", "table.csv"], "zip", Verdict::Clean),
        (&["config.json", "README.md"], "zip", Verdict::Clean),
    ] {
        let zip = Zip::of(names.iter().map(|name| {
            let mut padded = array.to_vec();
            padded.resize(127, b' ');
            padded.push(b'\n');
            let array = name.ends_with(".npy");
            Entry::stored(name, if array { &padded } else { b"{}" })
        }));
        let target = scan("model.zip", &zip.build());
        assert_eq!(
            (&*target.kind, target.verdict),
            (kind, verdict),
            "{names:?}"
        );
    }
}

#[test]
fn arrays_of_objects_are_pickles() {
    let mut npy = b"\x93NUMPY\x01\x00\x46\x00".to_vec();
    let mut header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".to_vec();
    header.resize(0x45, b' ');
    header.push(b'\n');
    npy.extend_from_slice(&header);
    let target = scan("a.npy", &[&npy, EVIL].concat());
    assert!(names_system(&target));
    let npz = Zip::of([Entry::deflated("a.npy", &[&npy, EVIL].concat())]).build();
    let target = scan("a.npz", &npz);
    assert!(names_system(&target));
    let location = &target
        .findings
        .iter()
        .find(|finding| finding.subject.is_some())
        .unwrap()
        .location;
    assert_eq!(location.member.as_deref(), Some("a.npy"));
    assert_eq!(location.file_byte_start, None, "the member is compressed");
    assert_eq!(
        scan("a.npy", &[&npy, HONEST].concat()).verdict,
        Verdict::Clean
    );
}

#[test]
fn names_of_members_cannot_move_a_cursor() {
    let zip = Zip::of([Entry::stored("a\x1b[2J\n\u{202e}b.pkl", EVIL)]);
    let target = scan("model.zip", &zip.build());
    assert!(names_system(&target));
    for finding in &target.findings {
        let member = finding.location.member.clone().unwrap_or_default();
        for text in [&finding.message, &member] {
            assert!(
                !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
                "{text:?}"
            );
        }
    }
}

#[test]
fn severities_of_findings_make_the_verdict() {
    let target = scan("model.pkl", b"\x80\x04\x8c\x07mystery\x8c\x05Thing\x93.");
    assert_eq!(target.verdict, Verdict::Suspicious);
    assert!(
        target
            .findings
            .iter()
            .all(|finding| finding.severity <= Severity::Medium)
    );
}

#[test]
fn a_skops_model_is_judged_by_the_types_that_it_names() {
    let schema = |module: &str, class: &str| {
        format!(
            r#"{{"__class__": "list", "__module__": "builtins", "__loader__": "ListNode",
                "content": [{{"__class__": "{class}", "__module__": "{module}",
                "__loader__": "FunctionNode"}}], "protocol": 2}}"#
        )
    };
    let model = |schema: &[u8]| Zip::of([Entry::deflated("schema.json", schema)]).build();
    let honest = schema("sklearn.linear_model._logistic", "LogisticRegression");
    let target = scan("model.skops", &model(honest.as_bytes()));
    assert_eq!(target.verdict, Verdict::Clean, "{:#?}", target.findings);
    assert_eq!(target.kind, "skops zip");

    for module in ["os", "posix", "\\u006fs"] {
        let target = scan("model.skops", &model(schema(module, "system").as_bytes()));
        assert!(names_system(&target), "{module}");
        let finding = &target.findings[0];
        assert_eq!(finding.rule.code(), "CON017");
        assert_eq!(finding.location.member.as_deref(), Some("schema.json"));
    }
    let target = scan("model.skops", &model(schema("no.such", "Thing").as_bytes()));
    assert_eq!(target.verdict, Verdict::Suspicious);

    // Python reads other encodings too, and we do not; a schema that is cut off says nothing of the rest.
    let wide: Vec<u8> = honest.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for schema in [&wide[..], &honest.as_bytes()[..80]] {
        let target = scan("model.skops", &model(schema));
        assert!(!target.complete, "{:#?}", target.findings);
        assert!(target.verdict != Verdict::Clean);
    }
}
