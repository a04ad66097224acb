use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use libtest_mimic::{Failed, Trial};
use model_sign::Limits;
use model_sign::bundle::{Bundle, KeyMaterial};
use model_sign::certificate::{CertificateError, ChainLimits, TrustAnchors, VerifiedLeaf};

/// 2026-06-01T00:00:00Z, when the suite's certificates are valid but for the one that expired in 2020.
fn then() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_272_000)
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("WEIGHBRIDGE_CORPORA")?).join("oms/conformance");
    folder.is_dir().then_some(folder)
}

pub(crate) fn trials() -> Vec<Trial> {
    let Some(folder) = folder() else {
        let name = "chains_of_the_conformance_suite_come_out_as_labelled";
        return vec![Trial::test(name, || Ok(())).with_ignored_flag(true)];
    };
    let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
    let mut trials = vec![];
    for row in labels.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let [path, "certificate", _, bundle, config, expected, ..] = columns[..] else {
            continue;
        };
        let (bundle, is_valid) = (folder.join(bundle), expected == "valid");
        let (folder, name, config) = (folder.clone(), path.to_owned(), config.to_owned());
        trials.push(Trial::test(path, move || {
            judge(&folder, &name, &bundle, &config, is_valid)
        }));
    }
    let count = trials.len();
    trials.push(Trial::test("the_suite_has_its_ten_chains", move || {
        (count == 10)
            .then_some(())
            .ok_or_else(|| format!("{count} rows").into())
    }));
    trials.push(Trial::test(
        "a_self_signed_signer_is_its_own_anchor",
        move || self_signed(&folder),
    ));
    trials
}

fn judge(
    folder: &Path,
    name: &str,
    bundle: &Path,
    config: &str,
    is_valid: bool,
) -> Result<(), Failed> {
    let config: serde_json::Value = serde_json::from_str(config)?;
    let paths = config["cert_chain"].as_array().ok_or("no chain")?;
    let texts = paths.iter().map(|path| {
        let path = folder
            .join("test/assets")
            .join(path.as_str().unwrap_or_default());
        fs::read(path)
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    let anchors = TrustAnchors::from_pem(&texts, &ChainLimits::default())?;
    let bundle = Bundle::read(&fs::read(bundle)?, &Limits::default())?;
    let KeyMaterial::CertificateChain(chain) = bundle.material().key() else {
        return if is_valid {
            Err("no chain".into())
        } else {
            Ok(())
        };
    };
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let verified = anchors.verify(&chain, then(), &ChainLimits::default());
    match (verified, is_valid) {
        (Ok(_), true) => Ok(()),
        (Err(CertificateError::Expired { .. }), false) if name.contains("expired") => Ok(()),
        (Err(CertificateError::UnknownIssuer { .. }), false) if name.contains("wrong-ca") => Ok(()),
        (other, _) => Err(format!("{other:?}").into()),
    }
}

fn self_signed(folder: &Path) -> Result<(), Failed> {
    let text = fs::read(folder.join("test/assets/keys/self-signed/signing-cert.pem"))?;
    let anchors = TrustAnchors::from_pem(&[&text], &ChainLimits::default())?;
    let [leaf] = anchors.roots() else {
        return Err("not one certificate".into());
    };
    let verified: VerifiedLeaf = anchors.verify(&[leaf.der()], then(), &ChainLimits::default())?;
    (verified.intermediates() == 0)
        .then_some(())
        .ok_or_else(|| "intermediates".into())
}
