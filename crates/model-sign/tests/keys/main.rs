//! The keys of the conformance suite of OpenSSF Model Signing, which OpenSSL and GnuTLS wrote; without them the
//! tests are ignored.

#![cfg(test)]

use std::env;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use model_sign::key::{KeyErrorKind, Label, PrivateKey, PublicKey};

/// Private keys, and the public ones where the suite has them.
const PAIRS: [(&str, Option<&str>); 6] = [
    ("p384/signing-key.pem", Some("p384/signing-key-pub.pem")),
    ("p521/signing-key.pem", Some("p521/signing-key-pub.pem")),
    (
        "self-signed/signing-key.pem",
        Some("self-signed/signing-key-pub.pem"),
    ),
    ("wrong/wrong-key.pem", Some("wrong/wrong-key-pub.pem")),
    (
        "certificate/signing-key.pem",
        Some("certificate/signing-key-pub.pem"),
    ),
    ("expired/signing-key.pem", None),
];

fn main() -> ExitCode {
    let folder = env::var_os("WEIGHBRIDGE_CORPORA")
        .map(|folder| Path::new(&folder).join("oms/conformance/test/assets/keys"))
        .filter(|folder| folder.is_dir());
    let is_there = folder.is_some();
    let folder = folder.unwrap_or_default();
    let mut trials: Vec<Trial> = PAIRS
        .into_iter()
        .map(|(private, public)| {
            let folder = folder.clone();
            Trial::test(private, move || is_a_pair(&folder, private, public))
        })
        .collect();
    trials.push(Trial::test("an_rsa_key_is_named_and_refused", move || {
        rsa(&folder)
    }));
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(!is_there))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn read(path: PathBuf) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_a_pair(folder: &Path, private: &str, public: Option<&str>) -> Result<(), Failed> {
    let key = PrivateKey::from_pem(&read(folder.join(private))?, None)?;
    let signature = key.sign(b"message")?;
    key.public_key().verify(b"message", &signature)?;
    let Some(public) = public else {
        return Ok(());
    };
    let text = read(folder.join(public))?;
    let public = PublicKey::from_pem(&text)?;
    if key.public_key() != &public {
        return Err("the halves do not belong together".into());
    }
    // Text may stand before the block, and the block itself is the same.
    let written = public.to_pem();
    if text.ends_with(written.as_bytes()) {
        Ok(())
    } else {
        Err(written.into())
    }
}

fn rsa(folder: &Path) -> Result<(), Failed> {
    let text = read(folder.join("certificate/ca-priv.pem"))?;
    let error = PrivateKey::from_pem(&text, None)
        .err()
        .ok_or("it was read")?;
    let wanted = KeyErrorKind::UnexpectedLabel {
        found: Label::Rsa,
        wanted: Label::PrivateKey,
    };
    if error.kind() == &wanted {
        Ok(())
    } else {
        Err(error.to_string().into())
    }
}
