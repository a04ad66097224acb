use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::suite::{Suite, expectations, run, text, texts};

/// One test for each configuration that is signed and then verified.
pub(crate) fn trials(suite: &Suite) -> Vec<Trial> {
    let folder = suite.path("test/test-cases/roundtrip");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
        .into_iter()
        .map(|case| {
            let suite = suite.clone();
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            // Signing without a key of one's own asks an issuer, an authority and a log over the network.
            let is_keyless = name.starts_with("sigstore-");
            let name = format!("roundtrip/{name}");
            Trial::test(name, move || holds(&suite, &case)).with_ignored_flag(is_keyless)
        })
        .collect()
}

fn holds(suite: &Suite, case: &Path) -> Result<(), Failed> {
    let config: Value = serde_json::from_str(&text(&case.join("config.json")))?;
    let sandbox = tempfile::tempdir()?;
    let model = copy_of(suite, &config, sandbox.path())?;
    let bundle = if config["sig_inside_model"] == Value::Bool(true) {
        model.join("model.sig")
    } else {
        sandbox.path().join("bundle.sig")
    };
    let first = sign(suite, &config, &model, &bundle, &[])?;
    let verified = verify(suite, &config, &model, &bundle)?;
    if config["expect"] == "fail" {
        return match (first.code, bundle.exists()) {
            (2, false) => Ok(()),
            (code, exists) => Err(format!("signing ended with {code}, written: {exists}").into()),
        };
    }
    if (first.code, verified.code) != (0, 0) {
        let said = format!(
            "{} {} {}",
            first.said, verified.report["error"], verified.said
        );
        return Err(format!("{}, {}: {said}", first.code, verified.code).into());
    }
    let mut wanted = texts(&config, "expected_signed_files");
    wanted.sort_unstable();
    let payload = payload(&bundle)?;
    let mut found: Vec<&str> = payload["predicate"]["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|resource| resource["name"].as_str())
        .collect();
    found.sort_unstable();
    if found != wanted {
        return Err(format!("{found:?} is signed where {wanted:?} was wanted").into());
    }
    let again = sign(suite, &config, &model, &bundle, &["--force"])?;
    if again.code != 0 || self::payload(&bundle)? != payload {
        return Err("signing it again gave another manifest".into());
    }
    tampering_is_noticed(suite, &config, &model, &bundle, &wanted)
}

/// Makes a copy of a model with the changes that the configuration asks for.
fn copy_of(suite: &Suite, config: &Value, sandbox: &Path) -> Result<PathBuf, Failed> {
    let from = suite.asset(config["model"].as_str().ok_or("no model")?);
    let model = sandbox.join("model");
    copy(&from, &model)?;
    if config["model"] == "models/single-file" {
        // The model is the file, as the suite's runner has it for a folder of one file.
        return Ok(model.join("model.bin"));
    }
    let changes = &config["model_modifications"];
    for (name, target) in changes["symlinks"].as_object().into_iter().flatten() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(target.as_str().ok_or("no target")?, model.join(name))?;
    }
    for (name, text) in changes["inject"].as_object().into_iter().flatten() {
        fs::write(model.join(name), text.as_str().ok_or("no text")?)?;
    }
    Ok(model)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    if from.is_file() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn sign(
    suite: &Suite,
    config: &Value,
    model: &Path,
    bundle: &Path,
    more: &[&str],
) -> Result<crate::suite::Run, Failed> {
    let asset = |name: &Value| {
        suite
            .asset(name.as_str().unwrap())
            .to_str()
            .unwrap()
            .to_owned()
    };
    let signing = &config["sign"];
    let mut arguments = vec!["sign".to_owned(), model.to_str().unwrap().to_owned()];
    let mut add = |flag: &str, value: String| {
        arguments.push(flag.to_owned());
        arguments.push(value);
    };
    add("--signature", bundle.to_str().unwrap().to_owned());
    add("--method", config["method"].as_str().unwrap().to_owned());
    add("--key", asset(&signing["private_key"]));
    if config["method"] == "certificate" {
        add("--certificate", asset(&signing["signing_cert"]));
        for certificate in signing["cert_chain"].as_array().into_iter().flatten() {
            add("--certificate-chain", asset(certificate));
        }
    }
    for path in texts(&config["verify"], "ignore_paths") {
        add("--ignore-path", path.to_owned());
    }
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    run(&arguments)
}

fn verify(
    suite: &Suite,
    config: &Value,
    model: &Path,
    bundle: &Path,
) -> Result<crate::suite::Run, Failed> {
    let mut arguments = vec!["verify".to_owned(), model.to_str().unwrap().to_owned()];
    arguments.push("--signature".to_owned());
    arguments.push(bundle.to_str().unwrap().to_owned());
    expectations(suite, &config["verify"], &mut arguments);
    if config["method"] == "certificate" {
        arguments.extend(["--at", "2026-06-01T00:00:00Z"].map(str::to_owned));
    }
    run(&arguments)
}

/// Reads what was signed.
fn payload(bundle: &Path) -> Result<Value, Failed> {
    let bundle: Value = serde_json::from_str(&text(bundle))?;
    let payload = bundle["dsseEnvelope"]["payload"]
        .as_str()
        .ok_or("no payload")?;
    let payload = weighbridge::sign::base64::decode(payload).map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice(&payload)?)
}

/// Changes each file that is signed, one at a time.
fn tampering_is_noticed(
    suite: &Suite,
    config: &Value,
    model: &Path,
    bundle: &Path,
    names: &[&str],
) -> Result<(), Failed> {
    for name in names {
        let file = if model.is_file() {
            model.to_owned()
        } else {
            model.join(name)
        };
        let before = sandbox_bytes(&file)?;
        fs::write(&file, [before.as_slice(), b"x"].concat())?;
        let run = verify(suite, config, model, bundle)?;
        fs::write(&file, before)?;
        let found = &run.report["discrepancies"]["listed"][0];
        if run.code != 1 || found["kind"] != "changed" || found["name"] != **name {
            let code = run.code;
            return Err(format!("`{name}` was changed and verification ended with {code}").into());
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the file is one of this test's own"
)]
fn sandbox_bytes(path: &Path) -> Result<Vec<u8>, Failed> {
    Ok(fs::read(path)?)
}
