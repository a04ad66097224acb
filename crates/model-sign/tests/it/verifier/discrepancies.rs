use std::sync::atomic::AtomicBool;

use model_sign::files::{Entry, EntryKind, EntryName, MemoryFiles, Reach, SpecialKind};
use model_sign::key::{KeyAlgorithm, PrivateKey};
use model_sign::oms::{Method, Serialization, Symlinks};
use model_sign::signing::{Credential, Signing};
use model_sign::{
    ArtifactError, Culprit, EnvironmentError, Error, IgnoreOrigin, Refusal, Relaxation,
};

use super::{AT, key, lines, model, sign, trusting};

/// Signs the model of three files and verifies another against it.
fn against(other: &MemoryFiles) -> Error {
    let key = key();
    let bundle = sign(&Signing::new(), &key, &model());
    let error = trusting(&key)
        .build()
        .verify(&bundle, other, AT)
        .unwrap_err();
    assert_eq!(error.culprit(), Culprit::Artifact);
    error
}

fn entry(name: &str, kind: EntryKind) -> Entry {
    Entry::new(name, kind)
}

#[test]
fn everything_that_is_wrong_is_reported_and_not_the_first_thing() {
    let other = MemoryFiles::folder()
        .with_file("config.json", b"[]")
        .with_file("weights/b.bin", vec![7; 1000])
        .with_file("weights/c.bin", b"new")
        .with_entry(entry("pipe", EntryKind::Special(SpecialKind::Fifo)), []);
    let error = against(&other);
    assert_eq!(error.code(), "SIGN-ARTIFACT-MISMATCH");
    assert_eq!(error.refusal(), Refusal::Invalid);
    let found = lines(&error);
    assert_eq!(
        found,
        [
            "`config.json`: changed, has \
             sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945 where \
             sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a was signed",
            "`pipe`: is a FIFO",
            "`weights/a.bin`: missing, is signed and not there",
            "`weights/c.bin`: added, is there and not signed",
        ]
    );
    assert!(
        error
            .to_string()
            .starts_with("the model is not what was signed, 4 discrepancies, `config.json`")
    );
}

#[test]
fn a_deep_name_takes_as_long_as_it_is_long() {
    // Comparing every rule with every folder on the way to every folder on the way took minutes.
    let mut other = model();
    for number in 0..2_000 {
        let name = format!("{}{number}", "d/".repeat(2_000));
        other = other.with_file(&name, b"");
    }
    let key = key();
    let bundle = sign(&Signing::new(), &key, &model());
    let verifier = trusting(&key).ignore("weights/c").unwrap().build();
    let error = verifier.verify(&bundle, &other, AT).unwrap_err();
    assert_eq!(error.discrepancies().unwrap().total(), 2_000);
}

#[test]
fn every_file_that_is_changed_removed_or_added_is_refused() {
    for name in ["config.json", "weights/a.bin", "weights/b.bin"] {
        for bytes in [&b""[..], b"x", b"0123456788", &[7; 1001], &[7; 999]] {
            let mut other = MemoryFiles::folder();
            let mut without = MemoryFiles::folder();
            for (file, same) in [
                ("config.json", b"{}".to_vec()),
                ("weights/a.bin", b"0123456789".to_vec()),
                ("weights/b.bin", vec![7; 1000]),
            ] {
                if file == name {
                    other = other.with_file(file, bytes);
                } else {
                    other = other.with_file(file, same.clone());
                    without = without.with_file(file, same);
                }
            }
            assert_eq!(lines(&against(&other)).len(), 1, "{name}");
            assert_eq!(lines(&against(&without)).len(), 1, "{name}");
        }
    }
    for name in [
        "a",
        "config.json2",
        "weights/A.bin",
        "weights/a.bin/x",
        ".hidden",
        "sub/.git/x",
    ] {
        let error = against(&model().with_file(name, b""));
        assert_eq!(
            lines(&error),
            [format!("`{name}`: added, is there and not signed")]
        );
    }
}

#[test]
fn names_are_compared_byte_by_byte() {
    let key = key();
    let signed = MemoryFiles::folder()
        .with_file("\u{e9}", b"1")
        .with_file("A", b"2");
    let bundle = sign(&Signing::new(), &key, &signed);
    let other = MemoryFiles::folder()
        .with_file("e\u{301}", b"1")
        .with_file("a", b"2");
    let error = trusting(&key)
        .build()
        .verify(&bundle, &other, AT)
        .unwrap_err();
    assert_eq!(lines(&error).len(), 4);
}

#[test]
fn a_name_that_is_not_utf8_is_an_added_file_and_escaped() {
    let name = EntryName::from_bytes(b"x\xff\n".to_vec());
    let raw = Entry::new("", EntryKind::File { bytes: 0 });
    let raw = Entry::new(name, raw.kind);
    let error = against(&model().with_entry(raw.clone(), []));
    assert_eq!(
        lines(&error),
        ["`x\\xff\\n`: added, is there and not signed"]
    );

    let credential = key();
    let model = model().with_entry(raw, []);
    let refused = Signing::new().sign(&model, "m", &Credential::Key(&credential), &());
    let error = refused.unwrap_err();
    assert!(matches!(
        error,
        Error::Artifact(ArtifactError::Unsignable(_))
    ));
    assert_eq!(lines(&error), ["`x\\xff\\n`: has a name that is not UTF-8"]);
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let error = against(&model().with_file("config.json", b"{}"));
    assert_eq!(
        lines(&error),
        ["`config.json`: added, is there and not signed"]
    );
}

#[test]
fn what_cannot_be_read_is_not_judged() {
    let denied = EntryKind::Unreadable(std::io::ErrorKind::PermissionDenied);
    let error = against(&model().with_entry(entry("closed", denied), []));
    assert_eq!(error.refusal(), Refusal::Unjudged);
    let error = against(&model().with_entry(entry("deep", EntryKind::NotWalked), []));
    assert_eq!(error.refusal(), Refusal::Unjudged);
}

#[test]
fn links_are_refused_unless_signer_or_caller_follow_them() {
    let link = |name: &str| entry(name, EntryKind::File { bytes: 1 }).with_reach(Reach::Link);
    let plain = MemoryFiles::folder()
        .with_file("a", b"1")
        .with_file("b", b"1");
    let linked = MemoryFiles::folder()
        .with_file("a", b"1")
        .with_entry(link("b"), b"1");
    let key = key();

    let refused = Signing::new()
        .sign(&linked, "m", &Credential::Key(&key), &())
        .unwrap_err();
    assert_eq!(
        lines(&refused),
        ["`b`: is reached by a symbolic link where none are allowed"]
    );

    let bundle = sign(&Signing::new(), &key, &plain);
    let error = trusting(&key)
        .build()
        .verify(&bundle, &linked, AT)
        .unwrap_err();
    assert_eq!(
        lines(&error),
        ["`b`: is reached by a symbolic link where none are allowed"]
    );
    let verified = trusting(&key)
        .follow_links()
        .build()
        .verify(&bundle, &linked, AT)
        .unwrap();
    assert_eq!(verified.relaxations(), [Relaxation::LinksFollowed]);

    let follow = Serialization::default().with_symlinks(Symlinks::Followed);
    let bundle = sign(&Signing::new().with_serialization(follow), &key, &linked);
    let verified = trusting(&key).build().verify(&bundle, &linked, AT).unwrap();
    assert_eq!(verified.relaxations(), []);
}

#[test]
fn what_lies_behind_a_link_to_a_folder_is_not_silently_unsigned() {
    let behind = entry("to/a", EntryKind::File { bytes: 1 });
    let behind = behind.with_reach(Reach::FolderLink { link: 2 });
    let to = entry("to", EntryKind::FolderLink).with_reach(Reach::Link);
    let plain = MemoryFiles::folder().with_file("m/a", b"1");
    let linked = plain.clone().with_entry(to, []).with_entry(behind, b"1");
    let key = key();
    let bundle = sign(&Signing::new(), &key, &plain);
    let verify = |verifier: model_sign::VerifierBuilder<_>| {
        verifier
            .build()
            .verify(&bundle, &linked, AT)
            .map(|_| ())
            .map_err(|error| lines(&error))
    };
    assert_eq!(
        verify(trusting(&key)),
        Err(vec![
            "`to`: is reached by a symbolic link where none are allowed".to_owned()
        ])
    );
    assert_eq!(
        verify(trusting(&key).follow_links()),
        Err(vec!["`to/a`: added, is there and not signed".to_owned()])
    );
    let follow = Serialization::default().with_symlinks(Symlinks::Followed);
    let bundle = sign(&Signing::new().with_serialization(follow), &key, &linked);
    let verified = trusting(&key).build().verify(&bundle, &linked, AT).unwrap();
    assert_eq!(verified.manifest().files().len(), 2);
}

#[test]
fn a_link_that_leaves_the_model_is_refused_whatever_is_allowed() {
    let target = EntryName::from("/etc/passwd");
    let out = entry("out", EntryKind::LinkOutside { target });
    let key = key();
    let bundle = sign(&Signing::new(), &key, &model());
    let verifier = trusting(&key)
        .follow_links()
        .dangerous()
        .allow_unsigned_files()
        .build();
    let error = verifier
        .verify(&bundle, model().with_entry(out, []), AT)
        .unwrap_err();
    assert_eq!(
        lines(&error),
        ["`out`: is a symbolic link to `/etc/passwd`, which leaves the model"]
    );
}

#[test]
fn unsigned_files_are_let_pass_only_on_request_and_are_listed() {
    let key = key();
    let bundle = sign(&Signing::new(), &key, &model());
    let more = model().with_file("extra", b"x");
    let verifier = trusting(&key).dangerous().allow_unsigned_files().build();
    let verified = verifier.verify(&bundle, &more, AT).unwrap();
    assert_eq!(verified.relaxations(), [Relaxation::UnsignedFiles]);
    assert_eq!(
        verified.uncovered().unsigned.kept(),
        [EntryName::from("extra")]
    );
    // It relaxes nothing where there is nothing, and what is listed has to be there.
    assert_eq!(
        verifier.verify(&bundle, model(), AT).unwrap().relaxations(),
        []
    );
    let fewer = MemoryFiles::folder()
        .with_file("config.json", b"{}")
        .with_file("x", b"");
    assert_eq!(
        lines(&verifier.verify(&bundle, fewer, AT).unwrap_err()).len(),
        2
    );
}

#[test]
fn what_is_ignored_is_reported_with_whose_rule_it_is() {
    let key = key();
    let full = model()
        .with_file(".git/config", b"12")
        .with_file(".git/HEAD", b"1")
        .with_file("cache/x", b"1")
        .with_file("log", b"1")
        .with_file("claims.jsonl", b"{}");
    let signing = Signing::new().ignore("cache").unwrap();
    let bundle = sign(&signing.ignore("log").unwrap(), &key, &full);
    let verifier = trusting(&key).ignore("log").unwrap().build();
    let verified = verifier.verify(&bundle, &full, AT).unwrap();
    let ignored: Vec<_> = verified
        .uncovered()
        .ignored
        .iter()
        .map(|rule| (rule.path.as_str(), rule.origin, rule.entries, rule.bytes))
        .collect();
    assert_eq!(
        ignored,
        [
            (".git", IgnoreOrigin::Default, 2, 3),
            ("cache", IgnoreOrigin::Signer, 1, 1),
            ("claims.jsonl", IgnoreOrigin::Evidence, 1, 2),
            ("log", IgnoreOrigin::Caller, 1, 1),
        ]
    );
    let path = "log".to_owned();
    assert_eq!(verified.relaxations(), [Relaxation::Ignored { path }]);
    // A path that is ignored and signed is verified all the same.
    let bundle = sign(&Signing::new(), &key, &model());
    let verifier = trusting(&key).ignore("config.json").unwrap().build();
    let changed = MemoryFiles::folder()
        .with_file("config.json", b"changed")
        .with_file("weights/a.bin", b"0123456789")
        .with_file("weights/b.bin", vec![7; 1000]);
    assert!(verifier.verify(&bundle, &changed, AT).is_err());
    assert!(trusting(&key).ignore(".").is_err());
}

#[test]
fn shards_tell_which_bytes_changed_and_empty_files_are_not_covered() {
    let key = key();
    let shards = Serialization::default().with_method(Method::Shards { size: 4 });
    let signing = Signing::new().with_serialization(shards);
    let signed = model().with_file("empty", b"");
    let bundle = sign(&signing, &key, &signed);
    let verified = trusting(&key).build().verify(&bundle, &signed, AT).unwrap();
    assert_eq!(
        verified.uncovered().empty.kept(),
        [EntryName::from("empty")]
    );

    let other = MemoryFiles::folder()
        .with_file("config.json", b"{}")
        .with_file("weights/a.bin", b"0123x56789")
        .with_file("weights/b.bin", vec![7; 999]);
    let error = trusting(&key)
        .build()
        .verify(&bundle, &other, AT)
        .unwrap_err();
    let found = lines(&error);
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("`weights/a.bin`: changed in bytes 4..8, has sha256:"),
        "{}",
        found[0]
    );
    assert_eq!(
        found[1],
        "`weights/b.bin`: changed, has 999 bytes where 1000 were signed"
    );
}

#[test]
fn a_model_without_files_is_not_signed() {
    let key = key();
    let credential = Credential::Key(&key);
    let ignored = MemoryFiles::folder().with_file(".gitignore", b"x");
    for model in [MemoryFiles::folder(), ignored] {
        let error = Signing::new()
            .sign(&model, "m", &credential, &())
            .unwrap_err();
        assert!(matches!(error, Error::Artifact(ArtifactError::Empty)));
    }
    let shards = Serialization::default().with_method(Method::Shards { size: 4 });
    let empty = MemoryFiles::folder().with_file("empty", b"");
    let signing = Signing::new().with_serialization(shards);
    let error = signing.sign(&empty, "m", &credential, &()).unwrap_err();
    assert!(matches!(error, Error::Artifact(ArtifactError::Empty)));
}

#[test]
fn discrepancies_without_end_are_counted_and_not_kept() {
    let key = key();
    let bundle = sign(&Signing::new(), &key, &model());
    let mut more = model();
    for number in 0..5000 {
        more = more.with_file(&format!("{number:04}"), b"");
    }
    let verifier = trusting(&key).with_listed(10).build();
    let error = verifier.verify(&bundle, &more, AT).unwrap_err();
    let found = error.discrepancies().unwrap();
    assert_eq!((found.kept().len(), found.total()), (10, 5000));
}

#[test]
fn another_signer_is_refused_with_both_identities() {
    let (signer, other) = (key(), key());
    let bundle = sign(&Signing::new(), &signer, &model());
    let error = trusting(&other)
        .build()
        .verify(&bundle, model(), AT)
        .unwrap_err();
    assert_eq!(error.code(), "SIGN-SIGNER-KEY");
    assert_eq!(error.refusal(), Refusal::Invalid);
    let text = error.to_string();
    assert!(
        text.contains(&signer.public_key().hint()) && text.contains(&other.public_key().hint())
    );
    // Either of two.
    let both = trusting(&other).or_key(signer.public_key().clone()).build();
    both.verify(&bundle, model(), AT).unwrap();
    // The hint proves nothing.
    let text = String::from_utf8(bundle).unwrap();
    let renamed = text.replace(&signer.public_key().hint(), &other.public_key().hint());
    let error = trusting(&other)
        .build()
        .verify(renamed.as_bytes(), model(), AT)
        .unwrap_err();
    assert_eq!(error.code(), "SIGN-SIGNATURE-INVALID");
}

#[test]
fn a_watch_stops_it() {
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    let bundle = sign(&Signing::new(), &key, &model());
    let stop = AtomicBool::new(true);
    let error = trusting(&key)
        .build()
        .verify_watched(&bundle, model(), AT, &stop)
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Environment(EnvironmentError::Cancelled)
    ));
}
