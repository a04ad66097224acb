//! Folders, links, and files that cannot be read or that change.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model_scan::{Digests, Error, Filter, Options, Report, Scanner, Verdict};

use crate::pickles::{EVIL, HONEST};

fn scan(path: &Path) -> Report {
    Scanner::new(Options::default())
        .scan_paths(&[path], &())
        .unwrap()
}

fn names(report: &Report, root: &Path) -> Vec<(String, Verdict)> {
    report
        .targets
        .iter()
        .map(|target| {
            let path = target.path.strip_prefix(root).unwrap();
            (path.display().to_string(), target.verdict)
        })
        .collect()
}

#[test]
fn a_folder_is_walked_in_the_order_of_its_paths() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("b")).unwrap();
    fs::write(root.join("b/evil.bin"), EVIL).unwrap();
    fs::write(root.join("a.pkl"), HONEST).unwrap();
    fs::write(root.join("c.md"), "# card").unwrap();
    let report = scan(root);
    assert_eq!(
        names(&report, root),
        [
            ("a.pkl".to_owned(), Verdict::Clean),
            ("b/evil.bin".to_owned(), Verdict::Dangerous),
            ("c.md".to_owned(), Verdict::Passive),
        ]
    );
    let summary = report.summary();
    assert_eq!(summary.files, 3);
    assert_eq!(summary.by_verdict[&Verdict::Dangerous], 1);
}

#[test]
fn a_thousand_files_give_the_same_report_twice() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1000 {
        let bytes = if number % 7 == 0 { EVIL } else { HONEST };
        fs::write(folder.path().join(format!("{number}.pkl")), bytes).unwrap();
    }
    let first = names(&scan(folder.path()), folder.path());
    assert_eq!(first.len(), 1000);
    assert_eq!(first, names(&scan(folder.path()), folder.path()));
}

#[test]
fn a_path_that_does_not_exist_is_an_error_before_anything_is_scanned() {
    let error = Scanner::new(Options::default())
        .scan_paths(&["/nonexistent/model.pkl"], &())
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }));
    assert_eq!(error.to_string(), "`/nonexistent/model.pkl` does not exist");
}

#[test]
fn a_module_beside_a_pickle_that_imports_it_is_dangerous() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(
        root.join("model.pkl"),
        b"\x80\x02ccollections\nOrderedDict\n)R.",
    )
    .unwrap();
    assert_eq!(scan(root).targets[0].verdict, Verdict::Clean);
    fs::write(root.join("collections.py"), "import os\n").unwrap();
    let report = scan(root);
    let target = report
        .targets
        .iter()
        .find(|target| target.path.ends_with("model.pkl"))
        .unwrap();
    assert_eq!(target.verdict, Verdict::Dangerous);
    assert_eq!(target.findings[0].rule.as_str(), "CON027/shadowed-module");
}

/// Leaves out what has this ending or name.
#[derive(Debug)]
struct Without(&'static str);

impl Filter for Without {
    fn takes(&self, _: &Path, below: &Path) -> bool {
        below.extension().is_none_or(|ending| ending != self.0)
    }

    fn enters(&self, _: &Path, below: &Path) -> bool {
        below.file_name().is_none_or(|name| name != self.0)
    }
}

fn scan_without(path: &Path, what: &'static str) -> Report {
    let options = Options::default().with_filter(Arc::new(Without(what)));
    Scanner::new(options).scan_paths(&[path], &()).unwrap()
}

#[test]
fn what_is_excluded_is_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("md/deep")).unwrap();
    for (name, bytes) in [
        ("a.pkl", HONEST),
        ("b.md", EVIL),
        ("md/deep/evil.pkl", EVIL),
        ("z.md", b"# card"),
    ] {
        fs::write(root.join(name), bytes).unwrap();
    }
    let report = scan_without(root, "md");
    assert_eq!(names(&report, root), [("a.pkl".to_owned(), Verdict::Clean)]);
    assert_eq!((report.excluded.files, report.excluded.folders), (2, 1));
    let paths = ["b.md", "md", "z.md"].map(|name| root.join(name));
    assert_eq!(report.excluded.paths, paths);
}

#[test]
fn what_is_given_by_itself_is_never_excluded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.md");
    fs::write(&path, EVIL).unwrap();
    let report = scan_without(&path, "md");
    assert_eq!(report.targets[0].verdict, Verdict::Dangerous);
    assert!(report.excluded.is_empty());
}

#[test]
fn an_excluded_module_shadows_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let pickle = b"\x80\x02ccollections\nOrderedDict\n)R.";
    fs::write(root.join("model.pkl"), pickle).unwrap();
    fs::write(root.join("collections.py"), "import os\n").unwrap();
    let report = scan_without(root, "py");
    assert_eq!(
        names(&report, root),
        [("model.pkl".to_owned(), Verdict::Dangerous)]
    );
}

#[test]
fn the_digest_is_that_of_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("a.pkl"), HONEST).unwrap();
    fs::write(root.join("b.pkl"), EVIL).unwrap();
    let digests = |digests| {
        let options = Options::default().with_digests(digests);
        let report = Scanner::new(options).scan_paths(&[root], &()).unwrap();
        let digests = report.targets.into_iter().map(|target| target.digest);
        digests.collect::<Vec<_>>()
    };
    let of = |bytes| {
        Some(model_digest::Digest::of(
            model_digest::Algorithm::Sha256,
            bytes,
        ))
    };
    assert_eq!(digests(Digests::None), [None, None]);
    assert_eq!(digests(Digests::WithFindings), [None, of(EVIL)]);
    assert_eq!(digests(Digests::All), [of(HONEST), of(EVIL)]);
}

#[test]
fn taking_findings_away_leaves_what_was_not_read() {
    let scanner = Scanner::new(Options::default());
    for (bytes, verdict) in [
        (EVIL, Verdict::Clean),
        (&EVIL[..EVIL.len() - 1], Verdict::Undecided),
    ] {
        let mut target = scanner.scan_bytes("model.pkl", bytes);
        assert_eq!(target.verdict, Verdict::Dangerous);
        target.findings.clear();
        target.settle();
        assert_eq!(target.verdict, verdict);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::Command;

    use super::{EVIL, HONEST, Verdict, fs, names, scan, scan_without};

    #[test]
    fn a_link_to_what_is_excluded_is_scanned_under_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.md"), EVIL).unwrap();
        symlink("a.md", root.join("b.pkl")).unwrap();
        assert_eq!(
            names(&scan_without(root, "md"), root),
            [("b.pkl".to_owned(), Verdict::Dangerous)]
        );
    }

    #[test]
    fn links_inside_are_followed_once_and_links_outside_are_told() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("evil.pkl"), EVIL).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.pkl"), HONEST).unwrap();
        symlink("a.pkl", root.join("b.pkl")).unwrap();
        symlink(outside.path().join("evil.pkl"), root.join("c.pkl")).unwrap();
        symlink(".", root.join("d")).unwrap();
        assert_eq!(
            names(&scan(root), root),
            [
                ("a.pkl".to_owned(), Verdict::Clean),
                ("c.pkl".to_owned(), Verdict::Undecided),
            ]
        );
    }

    #[test]
    fn a_snapshot_of_a_cache_reaches_its_blobs() {
        let cache = tempfile::tempdir().unwrap();
        let repository = cache.path().join("models--someone--model");
        fs::create_dir_all(repository.join("blobs")).unwrap();
        fs::create_dir_all(repository.join("snapshots/abc")).unwrap();
        fs::write(repository.join("blobs/0123"), EVIL).unwrap();
        let snapshot = repository.join("snapshots/abc");
        symlink("../../blobs/0123", snapshot.join("pytorch_model.bin")).unwrap();
        assert_eq!(
            names(&scan(&snapshot), &snapshot),
            [("pytorch_model.bin".to_owned(), Verdict::Dangerous)]
        );
    }

    #[test]
    fn pipes_and_closed_folders_are_undecided_and_the_rest_is_scanned() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.pkl"), EVIL).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(root.join("pipe.pkl"))
                .status()
                .unwrap()
                .success()
        );
        let closed = root.join("closed");
        fs::create_dir(&closed).unwrap();
        fs::write(closed.join("x.pkl"), HONEST).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let seen = names(&scan(root), root);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(seen.contains(&("a.pkl".to_owned(), Verdict::Dangerous)));
        assert!(seen.contains(&("pipe.pkl".to_owned(), Verdict::Undecided)));
        // A superuser may enter any folder.
        assert!(
            seen.contains(&("closed".to_owned(), Verdict::Undecided))
                || seen.contains(&("closed/x.pkl".to_owned(), Verdict::Clean))
        );
    }
}
