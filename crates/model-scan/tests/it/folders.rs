//! Folders, links, and files that cannot be read or that change.

use std::fs;
use std::path::Path;

use model_scan::{Error, Options, Report, Scanner, Verdict};

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

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::Command;

    use super::{EVIL, HONEST, Verdict, fs, names, scan};

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
