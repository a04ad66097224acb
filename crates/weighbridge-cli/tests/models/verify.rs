use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::suite::{Run, Suite, expectations, run};

/// Bundles of before version 1.0 that need `--allow-historic`.
const HISTORIC: &str = "historical-v0.2.0-certificate";

/// Bundles that the suite has as valid and that leave a file of their model unsigned without a word of the
/// signer's or the suite's: its runner tells every client to leave that file out.
const IGNORED_BY_THE_RUNNER: &str = "ignore-me";

/// One test for each bundle of the suite.
pub(crate) fn trials(suite: &Suite) -> Vec<Trial> {
    let rows = suite.labels().into_iter();
    rows.map(|row| {
        let suite = suite.clone();
        let name = row[0].replace("test-cases/", "");
        let is_keyless = row[1] == "sigstore" && !cfg!(feature = "sigstore");
        Trial::test(name, move || holds(&suite, &row)).with_ignored_flag(is_keyless)
    })
    .collect()
}

fn holds(suite: &Suite, row: &[String]) -> Result<(), Failed> {
    let [path, method, model, bundle, config, expected, ..] = row else {
        return Err("a row of too few columns".into());
    };
    let config: Value = serde_json::from_str(config)?;
    let model = suite.path(model);
    let mut arguments = vec!["verify".to_owned(), model.to_str().unwrap().to_owned()];
    arguments.push("--signature".to_owned());
    arguments.push(suite.path(bundle).to_str().unwrap().to_owned());
    expectations(suite, &config, &mut arguments);
    if method == "certificate" {
        // When the authorities of the suite were valid, and the certificate of one case was not.
        arguments.extend(["--at", "2026-06-01T00:00:00Z"].map(str::to_owned));
    }
    let is_there = model.join(IGNORED_BY_THE_RUNNER).exists();
    if is_there && !arguments.iter().any(|word| word == IGNORED_BY_THE_RUNNER) {
        arguments.extend(["--ignore-path", IGNORED_BY_THE_RUNNER].map(str::to_owned));
    }
    if path.ends_with(HISTORIC) {
        let refused = run(&arguments)?;
        if (refused.code, error(&refused)) != (1, "SIGN-SIGNATURE-HISTORIC") {
            return Err(format!("without being asked for: {}", refused.code).into());
        }
        arguments.push("--allow-historic".to_owned());
    }
    let run = run(&arguments)?;
    match (expected.as_str(), run.code) {
        ("valid", 0) if run.report["result"] == "valid" => Ok(()),
        ("invalid", 1) if run.report["result"] == "invalid" => Ok(()),
        ("invalid", 2) if run.report["result"] == "undecided" => Ok(()),
        _ => Err(format!("{}: {} {}", run.code, run.report["error"], run.said).into()),
    }
}

fn error(run: &Run) -> &str {
    run.report["error"]["code"].as_str().unwrap_or_default()
}
