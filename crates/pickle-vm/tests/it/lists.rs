//! Lists that are put together at run time.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use findings::Severity;
use pickle_vm::{
    Effect, EffectSink, Limits, ListErrorKind, ListFile, ListKind, Lists, OwnedLists, scan_with,
};

struct Nothing;

impl EffectSink for Nothing {
    fn effect(&mut self, _: &Effect<'_>) {}
}

fn merge(files: &[(ListKind, &str)]) -> Result<OwnedLists, pickle_vm::ListError> {
    let files: Vec<_> = files
        .iter()
        .map(|(kind, text)| ListFile::new(*kind, text))
        .collect();
    OwnedLists::merge(&files)
}

fn text(path: &Path) -> String {
    let mut text = String::new();
    File::open(path).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The files that the built-in lists are made of.
fn own() -> Vec<(ListKind, String)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files = vec![
        (ListKind::Capable, text(&data.join("capable.list"))),
        (ListKind::Aliases, text(&data.join("aliases.list"))),
    ];
    for (folder, kind) in [
        ("functions", ListKind::Functions),
        ("classes", ListKind::Classes),
    ] {
        let entries = fs::read_dir(data.join(folder)).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        files.extend(paths.iter().map(|path| (kind, text(path))));
    }
    files
}

#[test]
fn the_same_files_make_the_same_lists_at_run_time() {
    let own = own();
    let files: Vec<_> = own.iter().map(|(kind, text)| (*kind, &**text)).collect();
    let lists = merge(&files).unwrap();
    assert_eq!(lists.lists().version(), Lists::built_in().version());
    assert_eq!(lists.lists().counts(), Lists::built_in().counts());
    assert_eq!(lists.weaker_than(&Lists::built_in()), Vec::<String>::new());
}

#[test]
fn a_scan_judges_by_the_lists_that_it_is_given() {
    let pickle = b"cmine.models\nThing\n)\x81.";
    let limits = Limits::default();
    let worst = |lists: &Lists<'_>| {
        let scan = scan_with(pickle, 0, lists, &limits, &mut Nothing);
        scan.report
            .findings
            .iter()
            .map(|finding| finding.severity)
            .max()
    };
    assert_eq!(worst(&Lists::built_in()), Some(Severity::Medium));
    let inert = merge(&[(ListKind::Classes, "mine.models\tThing\tclass\tnew\tread\n")]).unwrap();
    assert_eq!(worst(&inert.lists()), None);
    let capable = merge(&[(ListKind::Capable, "mine.models\tThing\texecution\tx\n")]).unwrap();
    assert!(worst(&capable.lists()) >= Some(Severity::High));
}

#[test]
fn malformed_lines_are_named() {
    for (kind, list, line, error) in [
        (
            ListKind::Capable,
            "# x\n\nos\tsystem\tprocess\n",
            3,
            ListErrorKind::TooFewFields { wanted: 4 },
        ),
        (
            ListKind::Aliases,
            "posix\n",
            1,
            ListErrorKind::TooFewFields { wanted: 3 },
        ),
        (
            ListKind::Classes,
            "a\tB\tclas\tnew\tx\n",
            1,
            ListErrorKind::UnknownKind,
        ),
        (
            ListKind::Functions,
            "a\tb\tfunction\tcall(rule:elephant)\tx\n",
            1,
            ListErrorKind::UnknownRule,
        ),
        (
            ListKind::Capable,
            "\tsystem\tprocess\tx\n",
            1,
            ListErrorKind::EmptyName,
        ),
    ] {
        let found = merge(&[(ListKind::Capable, ""), (kind, list)]).unwrap_err();
        assert_eq!(
            (found.kind(), found.file(), found.line()),
            (error, Some(1), Some(line)),
            "{list}"
        );
    }
    let found = merge(&[
        (ListKind::Capable, "a\tb\tprocess\tx\n"),
        (ListKind::Functions, "a\tb\tfunction\tcall\tx\n"),
    ])
    .unwrap_err();
    assert_eq!(
        found.to_string(),
        "a name that is listed as inert and as capable: `a.b`"
    );
}

#[test]
fn what_is_taken_off_the_capable_list_is_named() {
    let before = merge(&[(
        ListKind::Capable,
        "a\tb\tprocess\tx\nc\t*\tprocess\tx\nd\t*\tprocess\tx\ne\t*\tfile\tx\n",
    )])
    .unwrap();
    let after = merge(&[
        (ListKind::Capable, "d\t*\tprocess\tx\ne\t*\tfile\tx\n"),
        (
            ListKind::Functions,
            "d\tf\tfunction\tcall\tx\ne\t*\tfunction\tcall\tx\n",
        ),
    ]);
    // A package cannot be inert and capable as a whole.
    assert!(after.is_err());
    let after = merge(&[
        (ListKind::Capable, "d\t*\tprocess\tx\n"),
        (
            ListKind::Functions,
            "d\tf\tfunction\tcall\tx\ne\t*\tfunction\tcall\tx\n",
        ),
    ])
    .unwrap();
    assert_eq!(
        after.weaker_than(&before.lists()),
        ["a.b", "c.*", "d.f", "e.*"]
    );
    assert!(before.weaker_than(&after.lists()).is_empty());
}
