use std::str::FromStr;

use model_digest::{Algorithm, Digest};
use model_keyless::{KeylessSigner, LogVersion, Services, Step};
use sigstore_standins::{Claims, Sigstore, Standin};

use crate::instance::{
    ABC, WORKFLOW, impatient, now, plain, sign, signer, stamped, statement, tiled, token, verify,
};

#[test]
fn a_signed_statement_verifies_offline() {
    let sigstore = Sigstore::start();
    for services in [plain(&sigstore), stamped(&sigstore), tiled(&sigstore)] {
        let signed = sign(&sigstore, services).unwrap();
        assert_eq!(signed.identity(), "dev@example.com");
        assert_eq!(signed.issuer(), sigstore.issuer());
        let verified = verify(&sigstore, signed.as_bytes(), "dev@example.com").unwrap();
        assert!(verified.sct_verified() && verified.tlog_verified());
        assert!(verified.certificate_verified() && verified.identity_policy_checked());
    }
}

#[test]
fn the_payload_is_the_statement_byte_by_byte() {
    let sigstore = Sigstore::start();
    let mut odd = b"  ".to_vec();
    odd.extend(statement());
    odd.push(b'\n');
    let signed = signer(&sigstore, plain(&sigstore))
        .sign_statement(&odd, now())
        .unwrap();
    let bundle: serde_json::Value = serde_json::from_slice(signed.as_bytes()).unwrap();
    assert_eq!(
        bundle["mediaType"],
        "application/vnd.dev.sigstore.bundle.v0.3+json"
    );
    let envelope = &bundle["dsseEnvelope"];
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    let payload: sigstore_verify::types::PayloadBytes =
        serde_json::from_value(envelope["payload"].clone()).unwrap();
    assert_eq!(payload.as_bytes(), odd);
    assert_eq!(envelope["signatures"].as_array().unwrap().len(), 1);
}

#[test]
fn a_signed_blob_verifies_offline() {
    let sigstore = Sigstore::start();
    for services in [plain(&sigstore), stamped(&sigstore), tiled(&sigstore)] {
        let signer = signer(&sigstore, services);
        let digest = Digest::from_str(&format!("sha256:{ABC}")).unwrap();
        for signed in [
            signer.sign_blob(b"abc", now()).unwrap(),
            signer.sign_digest(&digest, now()).unwrap(),
        ] {
            verify(&sigstore, signed.as_bytes(), "dev@example.com").unwrap();
        }
        let other = signer.sign_blob(b"abd", now()).unwrap();
        assert!(verify(&sigstore, other.as_bytes(), "dev@example.com").is_err());
    }
}

#[test]
fn a_job_signs_as_its_workflow() {
    let sigstore = Sigstore::start();
    let token = token(&sigstore, &Claims::workflow(WORKFLOW));
    let identity = format!("https://github.com/{WORKFLOW}");
    let signer = KeylessSigner::new(stamped(&sigstore), token)
        .with_options(impatient())
        .with_expected_identity(&identity);
    let signed = signer.sign_statement(&statement(), now()).unwrap();
    assert_eq!(signed.identity(), identity);
    verify(&sigstore, signed.as_bytes(), &identity).unwrap();
    assert!(verify(&sigstore, signed.as_bytes(), "dev@example.com").is_err());
}

#[test]
fn every_signature_has_a_key_and_an_entry_of_its_own() {
    let sigstore = Sigstore::start();
    let signer = signer(&sigstore, plain(&sigstore));
    let first = signer.sign_statement(&statement(), now()).unwrap();
    let second = signer.sign_statement(&statement(), now()).unwrap();
    assert_eq!(first.log_index() + 1, second.log_index());
    assert_ne!(first.as_bytes(), second.as_bytes());
    assert_eq!(sigstore.requests(Standin::Fulcio).len(), 2);
    verify(&sigstore, second.as_bytes(), "dev@example.com").unwrap();
}

#[test]
fn another_instance_does_not_vouch_for_it() {
    let sigstore = Sigstore::start();
    let signed = sign(&sigstore, stamped(&sigstore)).unwrap();
    let other = Sigstore::start();
    assert!(verify(&other, signed.as_bytes(), "dev@example.com").is_err());
}

#[test]
fn services_come_out_of_a_signing_configuration() {
    let sigstore = Sigstore::start();
    for (major, version) in [(1, LogVersion::V1), (2, LogVersion::V2)] {
        let config = sigstore.signing_config(major);
        let services = Services::from_signing_config(config.as_bytes(), now()).unwrap();
        assert_eq!(services.log_version(), version);
        let signed = sign(&sigstore, services).unwrap();
        verify(&sigstore, signed.as_bytes(), "dev@example.com").unwrap();
    }
}

#[test]
fn nobody_is_asked_but_those_who_were_named() {
    let sigstore = Sigstore::start();
    let services = stamped(&sigstore);
    let asked: Vec<Step> = services.asked().map(|(step, _)| step).collect();
    assert_eq!(asked, [Step::Certificate, Step::Timestamp, Step::Log]);
    sign(&sigstore, services).unwrap();
    for (standin, times) in [
        (Standin::Tokens, 0),
        (Standin::Fulcio, 1),
        (Standin::Timestamps, 1),
        (Standin::Rekor, 1),
    ] {
        assert_eq!(sigstore.requests(standin).len(), times, "{standin:?}");
    }
}

#[test]
fn the_second_log_sees_a_hash_and_not_the_statement() {
    let sigstore = Sigstore::start();
    sign(&sigstore, tiled(&sigstore)).unwrap();
    sign(&sigstore, plain(&sigstore)).unwrap();
    let requests = sigstore.requests(Standin::Rekor);
    let sent = |version: &str| {
        let request = requests
            .iter()
            .find(|request| request.path.contains(version));
        String::from_utf8(request.unwrap().body.clone()).unwrap()
    };
    assert!(!sent("/v2/").contains("payload"));
    assert!(sent("/v1/").contains("payload"));
}

#[test]
fn it_may_be_called_within_a_runtime() {
    let sigstore = Sigstore::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let signed = runtime.block_on(async { sign(&sigstore, plain(&sigstore)) });
    verify(&sigstore, signed.unwrap().as_bytes(), "dev@example.com").unwrap();
}

#[test]
fn a_digest_of_another_algorithm_is_refused() {
    let sigstore = Sigstore::start();
    let digest = Digest::of(Algorithm::Blake3, b"abc");
    let error = signer(&sigstore, plain(&sigstore))
        .sign_digest(&digest, now())
        .unwrap_err();
    assert_eq!(error.code(), "digest-algorithm");
    assert!(sigstore.requests(Standin::Fulcio).is_empty());
}
