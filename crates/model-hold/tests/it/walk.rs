use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use model_hold::{ErrorKind, Item, Links, Options, Root, SpecialKind, WalkLimit, WalkLimits};

use crate::root::root;

/// Writes down a walk, one line for each item.
fn lines(root: &Root, limits: &WalkLimits) -> Vec<String> {
    let line = |item| match item {
        Item::File(entry) => {
            let link = entry.link.map(|link| format!(" -> {}", link.display()));
            let repeats = entry.repeats.map(|first| format!(" = {}", first.display()));
            let (link, repeats) = (link.unwrap_or_default(), repeats.unwrap_or_default());
            format!("{}{link}{repeats}", entry.path.display())
        }
        Item::Repeat(repeat) => {
            format!("{} again {:?}", repeat.path.display(), repeat.first)
        }
        Item::Problem(error) => format!("! {error}"),
    };
    root.walk(limits).map(line).collect()
}

fn walk(path: &Path) -> Vec<String> {
    lines(&Root::open(path).unwrap(), &WalkLimits::default())
}

#[test]
fn a_folder_that_is_not_entered_costs_nothing_and_hides_nothing_else() {
    let (_above, path) = root();
    for name in ["a", "no/b", "yes/no/c", "yes/d"] {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, b"x").unwrap();
    }
    symlink("no", path.join("via")).unwrap();
    let root = Root::open(&path).unwrap();
    let enters = |folder: &Path| !folder.ends_with("no");
    let walk = root.walk(&WalkLimits::default()).entering(&enters);
    let walked: Vec<String> = walk
        .map(|item| match item {
            Item::File(entry) => entry.path.display().to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    // The link has another name, and what it leads to was not walked yet.
    assert_eq!(walked, ["a", "sub/deep/b", "via/b", "yes/d"]);
}

#[test]
fn files_come_in_the_order_of_paths() {
    let (_above, path) = root();
    for name in ["b.txt", "B", "sub.txt", "sub/z", "\u{e9}", "0"] {
        fs::write(path.join(name), b"x").unwrap();
    }
    let root = Root::open(&path).unwrap();
    let walked: Vec<PathBuf> = root
        .walk(&WalkLimits::default())
        .map(|item| match item {
            Item::File(entry) => entry.path,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(walked.len(), 8);
    assert!(walked.is_sorted(), "{walked:?}");
    for path in &walked {
        assert_eq!(root.open_file(path).unwrap().path(), path);
    }
}

#[test]
fn a_file_under_two_names_says_which_came_first() {
    let (_above, path) = root();
    fs::hard_link(path.join("a"), path.join("hard")).unwrap();
    symlink("sub/deep/b", path.join("early")).unwrap();
    assert_eq!(
        walk(&path),
        ["a", "early -> sub/deep/b", "hard = a", "sub/deep/b = early"]
    );
}

#[test]
fn links_to_folders_are_followed_once_and_circles_end() {
    let (_above, path) = root();
    symlink("sub", path.join("before")).unwrap();
    symlink("sub", path.join("before2")).unwrap();
    symlink("../..", path.join("sub/deep/circle")).unwrap();
    symlink(".", path.join("self")).unwrap();
    symlink("sub/deep", path.join("z")).unwrap();
    assert_eq!(
        walk(&path),
        [
            "a",
            "before/deep/b",
            "before/deep/circle again \"\"",
            "before2 again \"before\"",
            "self again \"\"",
            "sub/deep/b = before/deep/b",
            "sub/deep/circle again \"\"",
            "z again \"before/deep\"",
        ]
    );
    let root = Root::open(&path).unwrap();
    let mut walk = root.walk(&WalkLimits::default());
    assert_eq!(walk.by_ref().count(), 8);
    assert_eq!(walk.folder_links(), [Path::new("before")]);
}

#[test]
fn what_cannot_be_walked_is_an_item() {
    let (_above, path) = root();
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(
        rustix::fs::CWD,
        path.join("fifo"),
        rustix::fs::FileType::Fifo,
        mode,
        0,
    )
    .unwrap();
    symlink("../secret", path.join("out")).unwrap();
    symlink("/", path.join("out2")).unwrap();
    symlink("none", path.join("nowhere")).unwrap();
    symlink("loop", path.join("loop")).unwrap();
    symlink("fifo", path.join("to-fifo")).unwrap();
    assert_eq!(
        walk(&path),
        [
            "a",
            "! `fifo`: is a FIFO where a regular file was wanted",
            "! `loop`: more than 40 links follow each other",
            "! `nowhere`: link to `none` leads nowhere",
            "! `out`: link to `../secret` leaves the root",
            "! `out2`: link to `/` leaves the root",
            "sub/deep/b",
            "! `to-fifo`: is a FIFO where a regular file was wanted",
        ]
    );
    let options = Options::default().with_links(Links::Refuse);
    let root = Root::open_with(&path, &options).unwrap();
    let refused = root
        .walk(&WalkLimits::default())
        .filter(|item| matches!(item, Item::Problem(error) if matches!(error.kind(), ErrorKind::LinkRefused { .. })));
    assert_eq!(refused.count(), 5);
    let fifo = root.open_file("fifo").unwrap_err();
    assert_eq!(*fifo.kind(), ErrorKind::Special(SpecialKind::Fifo));
}

#[test]
fn a_folder_that_cannot_be_read_is_an_item() {
    let (_above, path) = root();
    fs::set_permissions(path.join("sub"), fs::Permissions::from_mode(0o000)).unwrap();
    let lines = walk(&path);
    fs::set_permissions(path.join("sub"), fs::Permissions::from_mode(0o755)).unwrap();
    if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        // The superuser reads every folder.
        assert_eq!(lines, ["a", "sub/deep/b"]);
    } else {
        assert_eq!(lines, ["a", "! `sub`: cannot be read, permission denied"]);
    }
}

#[test]
fn limits_end_a_walk_and_say_so() {
    let (_above, path) = root();
    let root = Root::open(&path).unwrap();
    assert_eq!(
        lines(&root, &WalkLimits::default().with_depth(1)),
        ["a", "! `sub/deep`: more than 1 folders within folders"]
    );
    assert_eq!(
        lines(&root, &WalkLimits::default().with_entries(2)),
        ["a", "! `sub/deep`: more than 2 names"]
    );
    assert_eq!(
        lines(&root, &WalkLimits::default().with_entries(4)),
        ["a", "sub/deep/b"]
    );
    let Some(Item::Problem(error)) = root.walk(&WalkLimits::default().with_entries(0)).next()
    else {
        panic!("no problem");
    };
    assert_eq!(
        *error.kind(),
        ErrorKind::LimitReached(WalkLimit::Entries(0))
    );
}

#[test]
fn a_deep_folder_is_walked_beyond_the_longest_path() {
    let (_above, path) = root();
    let name = "d".repeat(200);
    let mut folder =
        rustix::fs::open(&path, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).unwrap();
    for _ in 0..40 {
        rustix::fs::mkdirat(&folder, &name, rustix::fs::Mode::RWXU).unwrap();
        folder = rustix::fs::openat(
            &folder,
            &name,
            rustix::fs::OFlags::RDONLY,
            rustix::fs::Mode::empty(),
        )
        .unwrap();
    }
    rustix::fs::openat(
        &folder,
        "x",
        rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY,
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    let root = Root::open(&path).unwrap();
    let longest = root
        .walk(&WalkLimits::default())
        .find_map(|item| match item {
            Item::File(entry) if entry.path.ends_with("x") => Some(entry.path),
            _ => None,
        });
    let longest = longest.unwrap();
    assert!(longest.as_os_str().len() > 8000);
    assert!(root.open_file(longest).is_ok());
}

#[test]
fn names_that_are_not_utf8_survive() {
    let (_above, path) = root();
    let name = std::ffi::OsStr::from_bytes(b"\xff\n");
    fs::write(path.join(name), b"x").unwrap();
    let root = Root::open(&path).unwrap();
    let last = root.walk(&WalkLimits::default()).last();
    let Some(Item::File(entry)) = last else {
        panic!("{last:?}");
    };
    assert_eq!(entry.path.as_os_str(), name);
    assert_eq!(entry.bytes, 1);
}

#[test]
fn a_root_that_is_a_file_walks_to_that_file() {
    let (_above, path) = root();
    symlink("a", path.join("link")).unwrap();
    for (name, wanted) in [("a", "a"), ("link", "link")] {
        let root = Root::open(path.join(name)).unwrap();
        assert_eq!(lines(&root, &WalkLimits::default()), [wanted]);
        assert!(root.open_file(wanted).is_ok());
    }
}
