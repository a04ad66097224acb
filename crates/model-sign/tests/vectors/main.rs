//! The published bundles of model signing and of Sigstore before the readers of this crate. The folder is
//! named by `WEIGHBRIDGE_CORPORA`; without it the tests are ignored.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use model_sign::bundle::{Bundle, Content};
use model_sign::oms::{Dialects, Manifest, Quirk, SigningMethod, sole_signature};
use model_sign::{Limits, intoto};

fn main() -> ExitCode {
    let corpora = std::env::var_os("WEIGHBRIDGE_CORPORA").map(PathBuf::from);
    let trial = |name, test: fn(&Path) -> Result<(), Failed>| {
        let folder = corpora.clone().unwrap_or_default();
        Trial::test(name, move || test(&folder)).with_ignored_flag(corpora.is_none())
    };
    let trials = vec![
        trial("every_valid_bundle_of_model_signing_is_read", valid_models),
        trial(
            "every_malformed_bundle_of_model_signing_is_refused",
            malformed_models,
        ),
        trial(
            "the_vectors_of_the_specification_come_out_as_labelled",
            specification,
        ),
        trial("every_valid_bundle_of_sigstore_is_read", sigstore),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Reads everything that is read before a key is asked for.
fn manifest(bytes: &[u8]) -> Result<(Bundle, Manifest), Failed> {
    let limits = Limits::default();
    let bundle = Bundle::read(bytes, &limits)?;
    SigningMethod::of(bundle.material())?;
    let envelope = bundle.envelope().ok_or("no envelope")?;
    sole_signature(envelope)?;
    let manifest = Manifest::read(envelope.payload(), Dialects::Historic, &limits)?;
    Ok((bundle, manifest))
}

#[expect(clippy::disallowed_methods, reason = "the vectors are small")]
fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The cases of the conformance suite: the name, the folder, whether it is valid.
fn cases(corpora: &Path) -> Result<Vec<(String, PathBuf, bool)>, Failed> {
    let root = corpora.join("oms/conformance");
    let labels = String::from_utf8(read(&root.join("labels.tsv"))?)?;
    let mut cases = Vec::new();
    for line in labels.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (Some(name), Some(bundle), Some(expected)) =
            (fields.first(), fields.get(3), fields.get(5))
        else {
            continue;
        };
        if name.starts_with("test-cases/verify/") {
            cases.push(((*name).to_owned(), root.join(bundle), *expected == "valid"));
        }
    }
    if cases.len() < 40 {
        return Err("labels.tsv has too few cases".into());
    }
    Ok(cases)
}

fn valid_models(corpora: &Path) -> Result<(), Failed> {
    let mut seen = BTreeSet::new();
    for (name, path, is_valid) in cases(corpora)? {
        if !is_valid {
            continue;
        }
        let bytes = read(&path)?;
        let (bundle, manifest) = manifest(&bytes).map_err(|error| format!("{name}: {error:?}"))?;
        seen.extend(manifest.quirks().iter().copied());
        let again = Bundle::read(&bundle.to_json(), &Limits::default())?;
        if again != bundle {
            return Err(format!("{name}: another bundle is written").into());
        }
        let rewritten = Manifest::read(&manifest.to_json(), Dialects::Current, &Limits::default())?;
        if rewritten.root() != manifest.root()
            || !rewritten
                .files()
                .map(|file| file.name())
                .eq(manifest.files().map(|file| file.name()))
        {
            return Err(format!("{name}: another manifest is written").into());
        }
        let expected: Vec<String> = expected_files(&path)?;
        let found: Vec<&str> = manifest.files().map(|file| file.name()).collect();
        if !expected.is_empty() && expected != found {
            return Err(format!("{name}: {found:?} where {expected:?} are signed").into());
        }
        // The historic format is read on request only.
        let current = Manifest::read(
            bundle.envelope().ok_or("no envelope")?.payload(),
            Dialects::Current,
            &Limits::default(),
        );
        if current.is_ok() == name.contains("v0.2.0") {
            return Err(format!("{name}: {current:?}").into());
        }
    }
    let wanted = [Quirk::DotName, Quirk::NoIgnorePaths, Quirk::Digests01];
    if wanted.iter().all(|quirk| seen.contains(quirk)) {
        Ok(())
    } else {
        Err(format!("only {seen:?} were seen").into())
    }
}

/// What the configuration of a case says is signed, sorted; empty where it says nothing.
fn expected_files(bundle: &Path) -> Result<Vec<String>, Failed> {
    let config = read(&bundle.with_file_name("config.json"))?;
    let config: serde_json::Value = serde_json::from_slice(&config)?;
    let mut files: Vec<String> = config
        .get("expected_signed_files")
        .map(|files| serde_json::from_value(files.clone()))
        .transpose()?
        .unwrap_or_default();
    files.sort();
    Ok(files)
}

fn malformed_models(corpora: &Path) -> Result<(), Failed> {
    // What only a key, a certificate or the model's files tell; everything else has to be refused here.
    let later = [
        "wrong-key",
        "wrong-ca",
        "expired",
        "extra-file",
        "missing-file",
        "tampered-content",
        "verify-as",
        "wrong-identity",
        "wrong-issuer",
    ];
    let mut count = 0;
    for (name, path, is_valid) in cases(corpora)? {
        if is_valid {
            continue;
        }
        let is_malformed = !later.iter().any(|reason| name.contains(reason));
        let bytes = read(&path)?;
        let result = manifest(&bytes);
        if result.is_ok() == is_malformed {
            return Err(format!("{name}: {result:?}").into());
        }
        count += usize::from(is_malformed);
    }
    if count < 10 {
        return Err(format!("only {count} malformed bundles were found").into());
    }
    Ok(())
}

fn specification(corpora: &Path) -> Result<(), Failed> {
    let root = corpora.join("oms/test-vectors/v1.0");
    for (folder, is_valid) in [
        ("valid", true),
        ("invalid", false),
        ("invalid-payload", false),
    ] {
        let mut count = 0;
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            let result = manifest(&read(&path)?);
            if result.is_ok() != is_valid {
                return Err(format!("{}: {result:?}", path.display()).into());
            }
            count += 1;
        }
        if count == 0 {
            return Err(format!("no vectors in {folder}").into());
        }
    }
    Ok(())
}

fn sigstore(corpora: &Path) -> Result<(), Failed> {
    let mut count = 0;
    for entry in fs::read_dir(corpora.join("sigstore/bundle-verify"))? {
        let folder = entry?.path();
        let path = folder.join("bundle.sigstore.json");
        if folder.to_string_lossy().ends_with("_fail") || !path.is_file() {
            continue;
        }
        let bytes = read(&path)?;
        let read = Bundle::read(&bytes, &Limits::default())
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        if Bundle::read(&read.to_json(), &Limits::default())? != read {
            return Err(format!("{}: another bundle is written", folder.display()).into());
        }
        if let Content::Envelope(envelope) = read.content() {
            intoto::Statement::read(envelope.payload(), &Limits::default())?;
        }
        count += 1;
    }
    if count < 20 {
        return Err(format!("only {count} bundles were found").into());
    }
    Ok(())
}
