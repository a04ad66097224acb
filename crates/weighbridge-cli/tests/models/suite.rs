use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use serde_json::Value;

/// The folder of the suite.
#[derive(Clone)]
pub(crate) struct Suite(PathBuf);

impl Suite {
    pub(crate) fn find() -> Option<Self> {
        let folder = PathBuf::from(env::var_os("WEIGHBRIDGE_CORPORA")?).join("oms/conformance");
        folder.join("labels.tsv").is_file().then_some(Self(folder))
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// Returns the path of a key or a model of the suite.
    pub(crate) fn asset(&self, name: &str) -> PathBuf {
        self.0.join("test/assets").join(name)
    }

    /// Reads the table of cases: its rows, without the head.
    pub(crate) fn labels(&self) -> Vec<Vec<String>> {
        let text = text(&self.path("labels.tsv"));
        let rows = text.lines().skip(1);
        rows.map(|row| row.split('\t').map(str::to_owned).collect())
            .collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the files are those of the suite"
)]
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Returns the texts of an array in a configuration; none where it has no such array.
pub(crate) fn texts<'c>(config: &'c Value, key: &str) -> Vec<&'c str> {
    let array = config[key].as_array();
    array
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// What came of a run of the binary.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) report: Value,
    pub(crate) said: String,
}

pub(crate) fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Result<Run, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(arguments)
        .args(["--format", "json"])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Run {
        code: output.status.code().unwrap_or(-1),
        report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        said,
    })
}

/// Appends the arguments that tell `verify` what a configuration says.
pub(crate) fn expectations(suite: &Suite, config: &Value, arguments: &mut Vec<String>) {
    let mut add = |flag: &str, value: &str| {
        arguments.push(flag.to_owned());
        arguments.push(value.to_owned());
    };
    if let Some(key) = config["public_key"].as_str() {
        // One case names a key that the suite does not have; any will do, since another method is expected.
        let path = suite.asset(key);
        let other = suite.asset("keys/certificate/signing-key-pub.pem");
        let path = if path.is_file() { path } else { other };
        add("--key", path.to_str().unwrap());
    }
    for certificate in texts(config, "cert_chain") {
        let path = suite.asset(certificate);
        add("--certificate-chain", path.to_str().unwrap());
    }
    if let Some(identity) = config["identity"].as_str() {
        add("--identity", identity);
        add("--issuer", config["identity_provider"].as_str().unwrap());
    }
    for path in texts(config, "ignore_paths") {
        add("--ignore-path", path);
    }
    if config["ignore_unsigned_files"] == Value::Bool(true) {
        arguments.push("--ignore-unsigned-files".to_owned());
    }
}
