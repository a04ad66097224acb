//! What is signed here verifies with sigstore-python, offline, and for nobody else; ignored where that is not
//! installed. `WEIGHBRIDGE_PYTHON` names another interpreter than `python3`.

#![cfg(test)]

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use libtest_mimic::{Arguments, Failed, Trial};
use model_keyless::{Endpoint, IdentityToken, KeylessSigner, LogVersion, Services};
use sigstore_standins::{Claims, Sigstore};
use tempfile::TempDir;

const IDENTITY: &str = "dev@example.com";
/// A statement about the bytes `abc`.
const STATEMENT: &str = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"abc","digest":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}],"predicateType":"https://example.com/v1","predicate":{}}"#;

/// Which services sign.
#[derive(Clone, Copy)]
enum Instance {
    Plain,
    Stamped,
    Tiled,
}

fn main() -> ExitCode {
    let is_there = Command::new(interpreter())
        .args(["-m", "sigstore", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let trials = [
        ("rekor_v1", Instance::Plain),
        ("rekor_v1_with_a_timestamp", Instance::Stamped),
        ("rekor_v2", Instance::Tiled),
    ];
    let trials = trials.map(|(name, instance)| {
        let name = format!("{name}::verifies_for_python_and_for_nobody_else");
        Trial::test(name, move || verifies(instance)).with_ignored_flag(!is_there)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn interpreter() -> OsString {
    env::var_os("WEIGHBRIDGE_PYTHON").unwrap_or_else(|| "python3".into())
}

fn verifies(instance: Instance) -> Result<(), Failed> {
    let sigstore = Sigstore::start();
    let endpoint = |url: String| Endpoint::parse(&url);
    let plain = Services::new(
        endpoint(sigstore.fulcio_url())?,
        endpoint(sigstore.rekor_url())?,
    );
    let authority = endpoint(sigstore.timestamp_url())?;
    let services = match instance {
        Instance::Plain => plain,
        Instance::Stamped => plain.with_timestamps(authority),
        Instance::Tiled => plain
            .with_timestamps(authority)
            .with_log(endpoint(sigstore.rekor_v2_url())?, LogVersion::V2),
    };
    let token = IdentityToken::parse(&sigstore.token(&Claims::email(IDENTITY)))?;
    let signer = KeylessSigner::new(services, token);
    let at = SystemTime::now();

    let folder = TempDir::new()?;
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes);
    write("abc", b"abc")?;
    write("abd", b"abd")?;
    let config = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json","trustedRoot":{},"signingConfig":{}}}"#,
        sigstore.trusted_root(),
        sigstore.signing_config(1)
    );
    write("config.json", config.as_bytes())?;
    for signed in [
        signer.sign_statement(STATEMENT.as_bytes(), at)?,
        signer.sign_blob(b"abc", at)?,
    ] {
        write("bundle.json", signed.as_bytes())?;
        for (file, identity, wanted) in [
            ("abc", IDENTITY, true),
            ("abc", "ops@example.com", false),
            ("abd", IDENTITY, false),
        ] {
            let found = python(folder.path(), file, identity, sigstore.issuer())?;
            if found != wanted {
                return Err(format!("{file} for {identity}: {found}, wanted {wanted}").into());
            }
        }
    }
    Ok(())
}

/// Asks sigstore-python, and returns whether it accepts the bundle.
fn python(folder: &Path, file: &str, identity: &str, issuer: &str) -> Result<bool, Failed> {
    let output = Command::new(interpreter())
        .args(["-I", "-m", "sigstore", "--trust-config", "config.json"])
        .args(["verify", "identity", "--offline", "--bundle", "bundle.json"])
        .args(["--cert-identity", identity, "--cert-oidc-issuer", issuer])
        .arg(file)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    Ok(output.status.success())
}
