use model_digest::{Algorithm, Digest, RootDigest};
use model_sign::oms::{
    Dialects, ErrorKind, HashType, Manifest, Method, NameFault, Order, Quirk, Serialization,
    Symlinks,
};
use model_sign::{Limits, intoto, json};
use proptest::prelude::*;

const FILES: &str =
    r#"{"method":"files","hash_type":"sha256","allow_symlinks":false,"ignore_paths":[]}"#;
const SHARDS: &str = r#"{"method":"shards","hash_type":"sha256","shard_size":10,"allow_symlinks":false,"ignore_paths":[]}"#;

fn digest(name: &str) -> Digest {
    Digest::of(Algorithm::Sha256, name.as_bytes())
}

/// A resource whose content is its name.
fn resource(name: &str) -> String {
    let name_text = serde_json::to_string(name).unwrap();
    let digest = digest(name).to_hex();
    format!(r#"{{"name":{name_text},"digest":"{digest}","algorithm":"sha256"}}"#)
}

/// A statement about resources with these names, whose root digest is right.
fn statement(names: &[&str], serialization: &str) -> String {
    let resources: Vec<String> = names.iter().map(|name| resource(name)).collect();
    let digests: Vec<Digest> = names.iter().map(|name| digest(name)).collect();
    wrap(
        &resources.join(","),
        &RootDigest::of(&digests).to_hex(),
        serialization,
    )
}

fn wrap(resources: &str, root: &str, serialization: &str) -> String {
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"model","digest":{{"sha256":"{root}"}}}}],"predicateType":"https://model_signing/signature/v1.0","predicate":{{"resources":[{resources}],"serialization":{serialization}}}}}"#
    )
}

fn read(text: &str) -> Result<Manifest, ErrorKind> {
    Manifest::read(text.as_bytes(), Dialects::Current, &Limits::default())
        .map_err(|error| error.kind().clone())
}

fn refused(names: &[&str], serialization: &str) -> ErrorKind {
    read(&statement(names, serialization)).unwrap_err()
}

fn files(names: &[&str]) -> Result<Manifest, ErrorKind> {
    read(&statement(names, FILES))
}

fn shards(names: &[&str]) -> Result<Manifest, ErrorKind> {
    read(&statement(names, SHARDS))
}

#[test]
fn a_manifest_answers_for_its_files() {
    let manifest = files(&[".hidden", "a/b", "a/c", "模型.bin"]).unwrap();
    assert_eq!(manifest.subject_name(), "model");
    assert_eq!(manifest.order(), Order::Specification);
    assert_eq!(manifest.quirks(), []);
    assert!(!manifest.omits_empty_files());
    let file = manifest.file("a/c").unwrap();
    assert_eq!(
        (file.name(), file.digest(), file.size()),
        ("a/c", Some(&digest("a/c")), None)
    );
    assert!(manifest.file("a").is_none());
    assert!(manifest.dot_file().is_none());
    let names: Vec<&str> = manifest.files().map(|file| file.name()).collect();
    assert_eq!(names, [".hidden", "a/b", "a/c", "模型.bin"]);
}

#[test]
fn shards_are_grouped_by_file_wherever_they_are_listed() {
    // A file `w:0` stands between the shards of the file `w`.
    let names = ["w:0:0:10", "w:0:10", "w:0:10:15", "w:10:20", "w:20:21"];
    let manifest = shards(&names).unwrap();
    assert_eq!(manifest.order(), Order::Specification);
    assert!(manifest.omits_empty_files());
    let listed: Vec<String> = manifest
        .resources()
        .map(|resource| resource.name())
        .collect();
    assert_eq!(listed, names);
    let file = manifest.file("w").unwrap();
    let ranges: Vec<_> = file.parts().map(|part| part.range.unwrap()).collect();
    assert_eq!(ranges, [0..10, 10..20, 20..21]);
    let digests: Vec<_> = file.parts().map(|part| *part.digest).collect();
    assert_eq!(digests, ["w:0:10", "w:10:20", "w:20:21"].map(digest));
    assert_eq!((file.size(), file.digest()), (Some(21), None));
    assert_eq!(manifest.file("w:0").unwrap().size(), Some(15));
}

#[test]
fn a_name_twice_is_refused() {
    assert!(matches!(
        refused(&["a", "a"], FILES),
        ErrorKind::DuplicateName { .. }
    ));
    assert!(matches!(
        refused(&["a", "b", "a"], FILES),
        ErrorKind::DuplicateName { .. }
    ));
    assert!(matches!(
        refused(&["a:0:1", "a:0:1"], SHARDS),
        ErrorKind::DuplicateName { .. }
    ));
    // The same name once with an escape.
    let text = statement(&["a", "a"], FILES).replacen(r#""name":"a""#, r#""name":"\u0061""#, 1);
    assert!(matches!(read(&text), Err(ErrorKind::DuplicateName { .. })));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, fault) in [
        ("../outside.bin", NameFault::Parent),
        ("a/../../b", NameFault::Parent),
        ("/etc/passwd", NameFault::Absolute),
        ("./a", NameFault::Current),
        ("a/./b", NameFault::Current),
        ("a//b", NameFault::EmptyComponent),
        ("a/", NameFault::EmptyComponent),
        ("", NameFault::Empty),
        ("a\0b", NameFault::Nul),
    ] {
        assert_eq!(refused(&[name], FILES), ErrorKind::Name(fault), "{name}");
        let shard = format!("{name}:0:1");
        assert_eq!(
            refused(&[&shard], SHARDS),
            ErrorKind::Name(fault),
            "{shard}"
        );
    }
    let long = "a".repeat(4097);
    let fault = NameFault::TooLong {
        found: 4097,
        limit: 4096,
    };
    assert_eq!(refused(&[&long], FILES), ErrorKind::Name(fault));
}

#[test]
fn a_dot_names_the_model_when_it_stands_alone() {
    let manifest = files(&["."]).unwrap();
    assert_eq!(manifest.quirks(), [Quirk::DotName]);
    assert_eq!(manifest.dot_file().unwrap().digest(), Some(&digest(".")));
    assert!(shards(&[".:0:10", ".:10:11"]).unwrap().dot_file().is_some());
    assert_eq!(refused(&[".", "a"], FILES), ErrorKind::DotAmongOthers);
    assert_eq!(
        refused(&[".:0:1", "a:0:1"], SHARDS),
        ErrorKind::DotAmongOthers
    );
}

#[test]
fn shards_with_gaps_or_overlaps_are_refused() {
    let place = |found, wanted| ErrorKind::ShardOutOfPlace { found, wanted };
    let length = |found| ErrorKind::ShardLength { found, size: 10 };
    for (names, wanted) in [
        (&["w:10:20"][..], place(10, 0)),
        (&["w:1:10"], place(1, 0)),
        (&["w:0:10", "w:20:30"], place(20, 10)),
        (&["w:0:10", "w:5:15"], place(5, 10)),
        (&["w:0:10", "w:10:20", "w:15:25"], place(15, 20)),
        (&["w:0:11"], length(11)),
        (&["w:0:5", "w:5:15"], length(5)),
        (&["w:0:10", "w:10:12", "w:12:15"], length(2)),
        (&["w:0:0"], length(0)),
        (&["w:0:10", "w:10:10"], length(0)),
        (&["w:10:5"], length(0)),
        (&["w:0:10", "w:0:5"], length(5)),
        (&["w:0:18446744073709551615"], length(u64::MAX)),
    ] {
        assert_eq!(refused(names, SHARDS), wanted, "{names:?}");
    }
}

#[test]
fn an_offset_that_is_not_plain_decimal_is_refused() {
    for name in [
        "w",
        "w:0",
        "w:+0:1",
        "w:0:+1",
        "w:0:1_0",
        "w:0:１０",
        "w:00:1",
        "w:0:01",
        "w: 0:1",
        "w:0:1 ",
        "w:-0:1",
        "w:0x0:0x1",
        "w:0:1.0",
        "w:0:1e1",
        "w:0:٣",
        "w:0:18446744073709551616",
        "w:0:1000000000000000000000000000000",
        "w::1",
        "w:0:",
        ":",
        "::",
    ] {
        assert_eq!(refused(&[name], SHARDS), ErrorKind::NotAShard, "{name}");
    }
}

#[test]
fn shard_sizes_are_exact() {
    let with = |size: &str| SHARDS.replace(":10,", &format!(":{size},"));
    let manifest = read(&statement(&["w:0:10"], &with("10.0"))).unwrap();
    assert_eq!(manifest.serialization().method, Method::Shards { size: 10 });
    assert_eq!(manifest.quirks(), [Quirk::FloatShardSize]);
    let integer = ErrorKind::Json(json::ErrorKind::NotAnInteger);
    for (size, wanted) in [
        ("0", ErrorKind::ZeroShardSize),
        ("0.0", ErrorKind::ZeroShardSize),
        ("-10", integer.clone()),
        ("10.5", integer.clone()),
        ("1e1", integer.clone()),
        ("1e30", integer.clone()),
        ("1000000000000000000000000000000", integer.clone()),
        ("18446744073709551616", integer),
        ("\"10\"", wrong(json::Type::String, json::Type::Number)),
        ("true", wrong(json::Type::Bool, json::Type::Number)),
        ("null", wrong(json::Type::Null, json::Type::Number)),
    ] {
        assert_eq!(refused(&["w:0:10"], &with(size)), wanted, "{size}");
    }
    let missing = SHARDS.replace(r#""shard_size":10,"#, "");
    let wanted = ErrorKind::Json(json::ErrorKind::Missing("shard_size"));
    assert_eq!(refused(&["w:0:10"], &missing), wanted);
    let unwanted = FILES.replace(r#""allow"#, r#""shard_size":10,"allow"#);
    assert_eq!(refused(&["w"], &unwanted), ErrorKind::UnwantedShardSize);
}

fn wrong(found: json::Type, wanted: json::Type) -> ErrorKind {
    ErrorKind::Json(json::ErrorKind::WrongType { found, wanted })
}

#[test]
fn the_serialization_is_read_strictly() {
    for (from, to, wanted) in [
        (
            "false",
            "\"false\"",
            wrong(json::Type::String, json::Type::Bool),
        ),
        ("false", "0", wrong(json::Type::Number, json::Type::Bool)),
        ("false", "null", wrong(json::Type::Null, json::Type::Bool)),
        (
            r#""allow_symlinks":false,"#,
            "",
            ErrorKind::Json(json::ErrorKind::Missing("allow_symlinks")),
        ),
        ("\"files\"", "\"Files\"", ErrorKind::UnknownMethod),
        ("\"files\"", "\"merkle\"", ErrorKind::UnknownMethod),
        ("sha256", "SHA256", ErrorKind::UnknownHash),
        ("sha256", "md5", ErrorKind::UnknownHash),
        (
            r#""method":"files","#,
            "",
            ErrorKind::Json(json::ErrorKind::Missing("method")),
        ),
        (
            r#""hash_type":"sha256","#,
            "",
            ErrorKind::Json(json::ErrorKind::Missing("hash_type")),
        ),
        (
            r#""method""#,
            r#""extra":1,"method""#,
            ErrorKind::Json(json::ErrorKind::UnknownKey),
        ),
    ] {
        assert_eq!(refused(&["a"], &FILES.replace(from, to)), wanted, "{to}");
    }
    let followed = read(&statement(&["a"], &FILES.replace("false", "true"))).unwrap();
    assert_eq!(followed.serialization().symlinks, Symlinks::Followed);
}

#[test]
fn the_algorithm_is_that_of_the_manifest() {
    let other = |to: &str| {
        let text = statement(&["w:0:10"], SHARDS);
        read(&text.replace(r#""algorithm":"sha256""#, &format!(r#""algorithm":"{to}""#)))
    };
    let manifest = other("sha256-sharded-10").unwrap();
    assert_eq!(manifest.quirks(), [Quirk::ShardedAlgorithm]);
    for name in [
        "sha256-sharded-11",
        "sha256-sharded-010",
        "sha256-sharded-",
        "sha256-sharded-10.0",
        "blake3",
        "blake2b-sharded-10",
        "SHA256",
        "sha256 ",
        "",
        "sha512",
    ] {
        assert_eq!(
            other(name),
            Err(ErrorKind::OtherAlgorithm(HashType::Sha256)),
            "{name}"
        );
    }
    let text = statement(&["a"], FILES).replace(
        r#""algorithm":"sha256""#,
        r#""algorithm":"sha256-sharded-10""#,
    );
    assert_eq!(
        read(&text),
        Err(ErrorKind::OtherAlgorithm(HashType::Sha256))
    );
}

#[test]
fn a_digest_has_one_spelling() {
    let right = digest("a").to_hex();
    for wrong in [
        right.to_uppercase(),
        right.replacen(|_| true, " ", 1),
        format!("{right} "),
        format!("{right}00"),
        right.chars().skip(2).collect(),
        format!("sha256:{right}"),
        String::new(),
    ] {
        let resource = resource("a").replace(&right, &wrong);
        let text = wrap(&resource, &RootDigest::of(&[digest("a")]).to_hex(), FILES);
        assert_eq!(
            read(&text),
            Err(ErrorKind::NotADigest(HashType::Sha256)),
            "{wrong}"
        );
    }
}

#[test]
fn the_root_digest_is_computed() {
    let text = statement(&["a", "b"], FILES);
    let root = RootDigest::of(&[digest("a"), digest("b")]).to_hex();
    let other = RootDigest::of(&[digest("b"), digest("a")]).to_hex();
    assert!(matches!(
        read(&text.replace(&root, &other)),
        Err(ErrorKind::RootMismatch { .. })
    ));
    let upper = text.replace(&root, &root.to_uppercase());
    assert_eq!(read(&upper), Err(ErrorKind::NotADigest(HashType::Sha256)));
    let missing = text.replace(r#"{"sha256":"#, r#"{"sha512":"#);
    assert_eq!(read(&missing), Err(ErrorKind::NoRootDigest));
    let more = text.replace(r#"{"sha256":"#, r#"{"sha512":"ff","sha256":"#);
    assert!(read(&more).is_ok());
}

#[test]
fn a_model_without_files_is_refused() {
    let text = statement(&[], FILES);
    assert_eq!(read(&text), Err(ErrorKind::NoResources));
    let all = FILES.replace("[]", r#"["."]"#);
    assert_eq!(refused(&[], &all), ErrorKind::IgnoresEverything);
}

#[test]
fn ignored_paths_cannot_cover_everything() {
    let with = |path: &str| FILES.replace("[]", &format!("[\"{path}\"]"));
    for path in [".", "", "/", "./", "..", "../..", "//", "./.", "/."] {
        assert_eq!(
            refused(&["a"], &with(path)),
            ErrorKind::IgnoresEverything,
            "{path}"
        );
    }
    for path in ["*", "a*", "a?", "[ab]", "**/x"] {
        assert_eq!(
            refused(&["a"], &with(path)),
            ErrorKind::IgnorePattern,
            "{path}"
        );
    }
    let nul = ErrorKind::Name(NameFault::Nul);
    assert_eq!(refused(&["a"], &with("x\\u0000")), nul);
    assert_eq!(
        refused(&["a", "b/c"], &with("b")),
        ErrorKind::IgnoredResource
    );
    assert_eq!(refused(&["a"], &with("a")), ErrorKind::IgnoredResource);
    let limit = Limits::default().with_ignore_paths(0);
    let text = statement(&["a"], &with("b"));
    let error = Manifest::read(text.as_bytes(), Dialects::Current, &limit).unwrap_err();
    assert_eq!(
        *error.kind(),
        ErrorKind::TooManyIgnorePaths { found: 1, limit: 0 }
    );
}

#[test]
fn what_leads_out_of_the_model_ignores_nothing() {
    for path in [
        "/home/me/model/b",
        "../model/b",
        "./b",
        "b/",
        "x/../b",
        "x//b",
    ] {
        let text = statement(&["a"], &FILES.replace("[]", &format!("[\"{path}\"]")));
        let manifest = read(&text).unwrap();
        assert_eq!(manifest.quirks(), [Quirk::ForeignIgnorePath], "{path}");
        assert!(!manifest.is_ignored("b"), "{path}");
    }
}

#[test]
fn what_is_ignored_is_ignored_with_all_below() {
    let manifest = read(&statement(
        &["a"],
        &FILES.replace("[]", r#"["cache","b/c"]"#),
    ))
    .unwrap();
    for name in [
        "cache",
        "cache/x",
        "b/c/d",
        ".git",
        ".git/x",
        ".gitignore",
        ".github/a/b",
    ] {
        assert!(manifest.is_ignored(name), "{name}");
    }
    for name in [
        "a",
        "cached",
        "b",
        "b/cc",
        "sub/.git",
        "sub/cache",
        ".gitmodules",
    ] {
        assert!(!manifest.is_ignored(name), "{name}");
    }
}

#[test]
fn a_listed_file_is_never_ignored() {
    let manifest = files(&[".gitattributes", "a"]).unwrap();
    assert_eq!(manifest.quirks(), [Quirk::ListedDefaultIgnore]);
    assert!(!manifest.is_ignored(".gitattributes"));
    assert!(manifest.is_ignored(".gitignore"));
}

#[test]
fn both_orders_are_accepted_and_told() {
    let specification = ["a-b/y", "a.txt", "a/x"];
    let python = ["a/x", "a-b/y", "a.txt"];
    assert_eq!(files(&specification).unwrap().order(), Order::Specification);
    let manifest = files(&python).unwrap();
    assert_eq!(
        (manifest.order(), manifest.quirks()),
        (Order::Python, &[Quirk::PythonOrder][..])
    );
    assert_ne!(manifest.root(), files(&specification).unwrap().root());
    for wrong in [["a.txt", "a-b/y", "a/x"], ["a-b/y", "a/x", "a.txt"]] {
        assert_eq!(refused(&wrong, FILES), ErrorKind::OutOfOrder);
    }
    assert_eq!(refused(&["b", "a"], FILES), ErrorKind::OutOfOrder);
    let numbers: Vec<String> = (0..11)
        .map(|n| format!("w:{}:{}", n * 10, n * 10 + 10))
        .collect();
    let mut names: Vec<&str> = numbers.iter().map(|name| &**name).collect();
    assert_eq!(shards(&names).unwrap().order(), Order::Python);
    names.sort_unstable();
    assert_eq!(shards(&names).unwrap().order(), Order::Specification);
    names.swap(3, 4);
    assert_eq!(shards(&names), Err(ErrorKind::OutOfOrder));
}

#[test]
fn there_is_one_subject_with_a_name() {
    let text = statement(&["a"], FILES);
    let subject = text.split("],").next().unwrap();
    let subject = subject.split_once("[{").unwrap().1;
    let subject = &format!("{{{subject}");
    let two = text.replace(subject, &format!("{subject},{subject}"));
    assert_eq!(read(&two), Err(ErrorKind::SubjectCount { found: 2 }));
    let none = text.replace(subject, "");
    assert_eq!(
        read(&none),
        Err(ErrorKind::Statement(intoto::ErrorKind::NoSubject))
    );
    let unnamed = text.replace(r#""name":"model""#, r#""name":"""#);
    assert_eq!(read(&unnamed), Err(ErrorKind::NoSubjectName));
    let nameless = text.replace(r#""name":"model","#, "");
    assert_eq!(read(&nameless), Err(ErrorKind::NoSubjectName));
}

#[test]
fn types_are_exact() {
    let text = statement(&["a"], FILES);
    for (from, to, wanted) in [
        (
            "Statement/v1",
            "Statement/v2",
            ErrorKind::Statement(intoto::ErrorKind::UnknownVersion),
        ),
        (
            "Statement/v1",
            "Statement/v0.1",
            ErrorKind::StatementVersion,
        ),
        (
            "signature/v1.0",
            "signature/v1.1",
            ErrorKind::OtherPredicate,
        ),
        (
            "signature/v1.0",
            "signature/v1.0/",
            ErrorKind::OtherPredicate,
        ),
        ("signature/v1.0", "Digests/v0.1", ErrorKind::Historic),
        (
            "\"predicate\"",
            "\"Predicate\"",
            ErrorKind::Json(json::ErrorKind::UnknownKey),
        ),
        (
            "\"resources\"",
            "\"resource\"",
            ErrorKind::Json(json::ErrorKind::UnknownKey),
        ),
        (
            "\"_type\"",
            "\"x\":1,\"_type\"",
            ErrorKind::Json(json::ErrorKind::UnknownKey),
        ),
        (
            "\"resources\"",
            "\"x\":1,\"resources\"",
            ErrorKind::Json(json::ErrorKind::UnknownKey),
        ),
    ] {
        assert_eq!(read(&text.replacen(from, to, 1)), Err(wanted), "{to}");
    }
    let without = text.split(",\"predicate\":").next().unwrap().to_owned() + "}";
    assert_eq!(read(&without), Err(ErrorKind::NoPredicate));
}

#[test]
fn other_fields_of_a_resource_are_ignored() {
    let text = statement(&["a"], FILES).replace(
        r#""algorithm""#,
        r#""uri":"x","annotations":{"a":[]},"algorithm""#,
    );
    assert_eq!(read(&text), files(&["a"]));
}

#[test]
fn another_encoding_of_the_same_text_is_refused() {
    let text = statement(&["a"], FILES);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&b"\xff\xfe"[..], &utf16].concat();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [utf16, marked, bom] {
        let error = Manifest::read(&bytes, Dialects::Current, &Limits::default()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Json(_)), "{error}");
    }
    let nan = text.replace(r#""resources""#, r#""x":NaN,"resources""#);
    assert!(matches!(
        read(&nan),
        Err(ErrorKind::Json(json::ErrorKind::UnexpectedByte(b'N')))
    ));
    let twice = text.replace(r#""name":"a""#, r#""name":"b","name":"a""#);
    assert!(matches!(
        read(&twice),
        Err(ErrorKind::Json(json::ErrorKind::DuplicateKey { .. }))
    ));
}

#[test]
fn historic_statements_are_read_on_request() {
    let text = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[
        {"name":"b","digest":{"sha256":"DIGEST"},"annotations":{"actual_hash_algorithm":"file-sha256"}},
        {"name":"a","digest":{"sha256":"DIGEST"}}],
        "predicateType":"https://model_signing/Digests/v0.1","predicate":{"unused":"x"}}"#
        .replace("DIGEST", &digest("x").to_hex());
    assert_eq!(read(&text), Err(ErrorKind::Historic));
    let historic = |text: &str| {
        Manifest::read(text.as_bytes(), Dialects::Historic, &Limits::default())
            .map_err(|error| error.kind().clone())
    };
    let manifest = historic(&text).unwrap();
    assert_eq!(manifest.quirks(), [Quirk::NoIgnorePaths, Quirk::Digests01]);
    assert_eq!(manifest.files().len(), 2);
    assert_eq!(manifest.order(), Order::Specification);
    assert!(manifest.file("a").unwrap().digest().is_some());
    let shards = text.replace("file-sha256", "file-sha256-10");
    assert_eq!(
        historic(&shards),
        Err(ErrorKind::OtherAlgorithm(HashType::Sha256))
    );
    let twice = text.replace(r#""name":"b""#, r#""name":"a""#);
    assert!(matches!(
        historic(&twice),
        Err(ErrorKind::DuplicateName { .. })
    ));
    let out = text.replace(r#""name":"b""#, r#""name":"../b""#);
    assert_eq!(historic(&out), Err(ErrorKind::Name(NameFault::Parent)));
    assert_eq!(historic(&statement(&["a"], FILES)), files(&["a"]));
}

#[test]
fn a_million_resources_are_refused_or_read_by_the_limits() {
    let hex = digest("x").to_hex();
    let resources: Vec<String> = (0..1_000_000)
        .map(|n| format!(r#"{{"name":"{n:07}","digest":"{hex}","algorithm":"sha256"}}"#))
        .collect();
    let digests = vec![digest("x"); resources.len()];
    let text = wrap(
        &resources.join(","),
        &RootDigest::of(&digests).to_hex(),
        FILES,
    );
    assert!(matches!(
        read(&text),
        Err(ErrorKind::Json(json::ErrorKind::TooLong { .. }))
    ));
    let roomy = Limits::default()
        .with_json_bytes(1 << 30)
        .with_json_values(5_000_000);
    let error = Manifest::read(text.as_bytes(), Dialects::Current, &roomy).unwrap_err();
    let wanted = ErrorKind::TooManyResources {
        found: 1_000_000,
        limit: 500_000,
    };
    assert_eq!(*error.kind(), wanted);
    let roomier = roomy.with_resources(1_000_000);
    let manifest = Manifest::read(text.as_bytes(), Dialects::Current, &roomier).unwrap();
    assert_eq!(manifest.files().len(), 1_000_000);
    assert!(manifest.file("0999999").is_some());
}

#[test]
fn no_byte_of_a_payload_can_be_changed_unnoticed() {
    let text = statement(&["a/x", "a-b/y", "a.txt"], FILES);
    let right = read(&text).unwrap();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let changed = Manifest::read(&bytes, Dialects::Historic, &Limits::default());
            // The model's name and that of a file are free: the signature is what holds them.
            if let Ok(changed) = changed {
                assert_ne!(changed, right, "bit {bit} of byte {at}");
            }
        }
        let cut = Manifest::read(
            &text.as_bytes()[..at],
            Dialects::Current,
            &Limits::default(),
        );
        assert!(cut.is_err(), "{at} bytes");
    }
}

#[test]
fn building_refuses_what_reading_would() {
    let mut builder = Manifest::builder(Serialization::default());
    assert_eq!(builder.clone().build("m"), Err(ErrorKind::NoResources));
    assert_eq!(
        builder.file("../a", digest("a")),
        Err(ErrorKind::Name(NameFault::Parent))
    );
    assert_eq!(
        builder.file(".", digest("a")),
        Err(ErrorKind::Name(NameFault::Current))
    );
    let blake3 = Digest::of(Algorithm::Blake3, b"");
    assert_eq!(
        builder.file("a", blake3),
        Err(ErrorKind::OtherDigest(HashType::Sha256))
    );
    assert_eq!(
        builder.shards("a", 1, &[digest("a")]),
        Err(ErrorKind::UnwantedShardSize)
    );
    assert_eq!(
        builder.ignore("."),
        Err(ErrorKind::Name(NameFault::Current))
    );
    assert_eq!(builder.ignore("a*"), Err(ErrorKind::IgnorePattern));
    builder.file("a", digest("a")).unwrap();
    assert_eq!(builder.clone().build(""), Err(ErrorKind::NoSubjectName));
    let mut twice = builder.clone();
    twice.file("a", digest("b")).unwrap();
    assert!(matches!(
        twice.build("m"),
        Err(ErrorKind::DuplicateName { .. })
    ));
    let mut git = builder.clone();
    git.file(".git/config", digest("b")).unwrap();
    assert_eq!(git.build("m"), Err(ErrorKind::IgnoredResource));
    builder.ignore("a").unwrap();
    assert_eq!(builder.build("m"), Err(ErrorKind::IgnoredResource));
    let size = |size| Serialization::default().with_method(Method::Shards { size });
    let mut builder = Manifest::builder(size(0));
    assert_eq!(
        builder.shards("a", 1, &[digest("a")]),
        Err(ErrorKind::ZeroShardSize)
    );
    let mut builder = Manifest::builder(size(10));
    assert_eq!(builder.file("a", digest("a")), Err(ErrorKind::NotAShard));
    let count = ErrorKind::ShardCount {
        found: 1,
        wanted: 2,
    };
    assert_eq!(builder.shards("a", 11, &[digest("a")]), Err(count));
    builder.shards("empty", 0, &[]).unwrap();
    assert_eq!(builder.build("m"), Err(ErrorKind::NoResources));
}

#[test]
fn what_is_written_is_the_specifications_form() {
    let mut builder = Manifest::builder(Serialization::default());
    builder.file("b", digest("b")).unwrap();
    builder.file("a/é", digest("a/é")).unwrap();
    builder.ignore("cache").unwrap();
    let manifest = builder.build("model").unwrap();
    let ignored = r#"[".git",".gitattributes",".github",".gitignore","cache"]"#;
    let wanted = statement(&["a/é", "b"], &FILES.replace("[]", ignored));
    assert_eq!(String::from_utf8(manifest.to_json()).unwrap(), wanted);
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let component = prop_oneof![
        "[a-c.:+\\- ]{1,4}",
        "\\PC{1,3}",
        Just("w:0:10".to_owned()),
        Just("é\n\"\\".to_owned()),
    ];
    let name = prop::collection::vec(component, 1..4).prop_map(|parts| parts.join("/"));
    prop::collection::btree_set(name, 1..12).prop_map(|names| names.into_iter().collect())
}

proptest! {
    #[test]
    fn any_manifest_is_read_back_equal(
        names in names(),
        hash in prop::sample::select(&HashType::ALL[..]),
        size in prop::option::of(1_u64..12),
        lens in prop::collection::vec(0_u64..40, 12),
        python in any::<bool>(),
        followed in any::<bool>(),
    ) {
        let method = size.map_or(Method::Files, |size| Method::Shards { size });
        let symlinks = if followed { Symlinks::Followed } else { Symlinks::Refused };
        let order = if python { Order::Python } else { Order::Specification };
        let serialization = Serialization::default()
            .with_hash_type(hash)
            .with_method(method)
            .with_symlinks(symlinks);
        let mut builder = Manifest::builder(serialization).with_order(order);
        for (name, len) in names.iter().zip(&lens) {
            let of = |n: u64| Digest::of(hash.algorithm(), format!("{name}{n}").as_bytes());
            // Names that are none are refused by both, and some are ignored by default.
            let _ = match size {
                Some(size) => {
                    let digests: Vec<Digest> = (0..len.div_ceil(size)).map(of).collect();
                    builder.shards(name, *len, &digests)
                }
                None => builder.file(name, of(0)),
            };
        }
        if let Ok(manifest) = builder.build("model") {
            let text = manifest.to_json();
            let read = Manifest::read(&text, Dialects::Current, &Limits::default());
            prop_assert_eq!(read.as_ref(), Ok(&manifest));
            prop_assert_eq!(read.unwrap().to_json(), text);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Manifest::read(&bytes, Dialects::Historic, &Limits::default());
    }
}
