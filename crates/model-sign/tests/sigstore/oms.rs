use std::path::Path;

use libtest_mimic::{Failed, Trial};
use model_sign::sigstore::{Identity, Issuer, KeylessVerifier, SigstoreError, TrustRoot};
use serde_json::Value;

use crate::cases::{at, chain, read};

/// Says that the signatures of models in the conformance suite of OpenSSF Model Signing verify under the root that
/// is built in, and give the statement that was signed. Whether the model matches it is judged elsewhere.
pub(crate) fn trials(corpora: &Path) -> Vec<Trial> {
    let folder = corpora.join("oms/conformance");
    let Ok(labels) = String::from_utf8(read(&folder.join("labels.tsv"))) else {
        return Vec::new();
    };
    let mut trials = Vec::new();
    for line in labels.lines().skip(1) {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let [path, method, _, bundle, config, ..] = &columns[..] else {
            continue;
        };
        if method != "sigstore" {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let bundle = read(&folder.join(bundle));
        let config: Value = serde_json::from_str(config).unwrap_or_default();
        trials.push(Trial::test(format!("oms::{name}"), move || {
            comes_out(&name, &bundle, &config)
        }));
    }
    trials
}

fn comes_out(name: &str, bundle: &[u8], config: &Value) -> Result<(), Failed> {
    let text = |key: &str| config[key].as_str().ok_or_else(|| format!("no {key}"));
    let identity = Identity::exact(text("identity")?)?;
    let issuer = Issuer::exact(text("identity_provider")?)?;
    let verifier = KeylessVerifier::new(TrustRoot::public_good()?, identity, issuer);
    let result = verifier.verify_statement(bundle, at());
    match (name, result) {
        // The case of a wrong issuer names another identity besides, which is compared first.
        (
            "sigstore-wrong-identity_fail" | "sigstore-wrong-issuer_fail",
            Err(SigstoreError::WrongIdentity { .. } | SigstoreError::WrongIssuer { .. }),
        ) => Ok(()),
        ("sigstore-wrong-identity_fail" | "sigstore-wrong-issuer_fail", other) => {
            Err(format!("{other:?}").into())
        }
        (_, Err(error)) => Err(chain(&error).into()),
        (_, Ok(verified)) => {
            let statement = verified.statement().ok_or("no statement")?;
            let statement: Value = serde_json::from_slice(statement.payload())?;
            let kind = statement["predicateType"].as_str().unwrap_or_default();
            kind.starts_with("https://model_signing/")
                .then_some(())
                .ok_or_else(|| kind.into())
        }
    }
}
