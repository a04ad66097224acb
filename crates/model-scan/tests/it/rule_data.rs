//! Rule data from a folder, and who decides whether it is used.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use model_scan::{
    Options, RULESET, RuleData, RuleDataError, RuleDataFile, RuleDataVerifier, Scanner, Verdict,
};

const CLASS: &[u8] = b"cacme.models\nThing\n)\x81.";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("classes")).unwrap();
    for (name, text) in [
        ("manifest", "format\t1\nname\tmine\nversion\t1\n"),
        ("manifest.sig", "a signature"),
        ("capable.list", "os\t*\tprocess\truns commands\n"),
        ("aliases.list", "posix\t*\tos\n"),
        (
            "classes/mine.list",
            "acme.models\tThing\tclass\tnew\tread\n",
        ),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    folder
}

/// Notes what it sees, and refuses or not.
struct Judge {
    refuses: bool,
    seen: Mutex<Vec<String>>,
}

impl RuleDataVerifier for Judge {
    fn verify(&self, files: &[RuleDataFile]) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut seen = self.seen.lock().unwrap();
        seen.extend(files.iter().map(|file| file.path.clone()));
        if self.refuses {
            return Err("the signature does not hold".into());
        }
        Ok(())
    }
}

fn read(path: &Path, refuses: bool) -> (Result<RuleData, RuleDataError>, Vec<String>) {
    let judge = Judge {
        refuses,
        seen: Mutex::default(),
    };
    let data = RuleData::read(path, &judge);
    (data, judge.seen.into_inner().unwrap())
}

#[test]
fn a_verifier_sees_every_file_before_any_is_used() {
    let folder = folder();
    // Malformed as it is, it is refused before it is read.
    fs::write(folder.path().join("capable.list"), "os\n").unwrap();
    let (data, seen) = read(folder.path(), true);
    assert!(matches!(data, Err(RuleDataError::Refused(_))));
    assert_eq!(
        seen,
        [
            "aliases.list",
            "capable.list",
            "classes/mine.list",
            "manifest",
            "manifest.sig"
        ]
    );
    let (data, _) = read(folder.path(), false);
    assert_eq!(
        data.unwrap_err().to_string(),
        "`capable.list:1`: fewer than 4 fields"
    );
}

#[test]
fn a_scan_by_rule_data_says_which() {
    let folder = folder();
    let data = read(folder.path(), false).0.unwrap();
    let digits = data.digest().to_hex();
    let ruleset = format!("mine@1:{}", digits.get(..16).unwrap());
    let scanner = Scanner::new(Options::default().with_rule_data(Arc::new(data)));
    assert_eq!(scanner.lists().version(), ruleset);
    assert_eq!(scanner.scan_bytes("a.pkl", CLASS).verdict, Verdict::Clean);
    let built_in = Scanner::new(Options::default());
    assert_eq!(built_in.lists().version(), RULESET);
    assert_eq!(
        built_in.scan_bytes("a.pkl", CLASS).verdict,
        Verdict::Suspicious
    );
}

#[test]
fn any_change_of_any_file_gives_another_digest() {
    let folder = folder();
    let digest = || read(folder.path(), false).0.unwrap().digest();
    let before = digest();
    assert_eq!(before, digest());
    fs::write(folder.path().join("manifest.sig"), "another signature").unwrap();
    assert_ne!(before, digest());
}

#[test]
fn a_folder_of_too_much_is_refused() {
    let folder = folder();
    let large = fs::File::create(folder.path().join("classes/large.list")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let (data, _) = read(folder.path(), false);
    assert!(matches!(data, Err(RuleDataError::TooManyBytes)));
    fs::remove_file(folder.path().join("classes/large.list")).unwrap();
    for number in 0..1000 {
        fs::write(folder.path().join(format!("classes/{number}.list")), "").unwrap();
    }
    let (data, _) = read(folder.path(), false);
    assert!(matches!(data, Err(RuleDataError::TooManyFiles)));
}
