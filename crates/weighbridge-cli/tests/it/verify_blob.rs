use serde_json::Value;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::sign::bundle::{
    Bundle, Content, KeyIdentifier, KeyMaterial, MessageSignature, VerificationMaterial,
};
use weighbridge::sign::dsse::{Envelope, Signature};
use weighbridge::sign::key::{KeyAlgorithm, PrivateKey};

use crate::sandbox::Sandbox;
use crate::schema::Schema;

const BLOB: &[u8] = b"weights";

/// A file, a key and a bundle that has the key's signature of the file.
fn signed(algorithm: KeyAlgorithm) -> Sandbox {
    let key = PrivateKey::generate(algorithm).unwrap();
    let sandbox = Sandbox::with(&[("blob", BLOB), ("other", b"weights!")]);
    sandbox.file("key.pem", key.public_key().to_pem().as_bytes());
    let digest = Digest::of(Algorithm::Sha256, BLOB);
    let message =
        MessageSignature::new(key.sign(BLOB).unwrap()).with_digest("SHA2_256", digest.bytes());
    sandbox.file("bundle.json", &bundle(Content::Message(message)));
    let statement = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"x","digest":{{"sha256":"{}"}}}}],"predicateType":"https://example.com/p"}}"#,
        digest.to_hex()
    );
    let envelope = Envelope::new("application/vnd.in-toto+json", statement, Vec::new());
    let signature = key.sign(&envelope.pae()).unwrap();
    let envelope = envelope.with_signature(Signature::new(signature));
    sandbox.file("statement.json", &bundle(Content::Envelope(envelope)));
    sandbox
}

fn bundle(content: Content) -> Vec<u8> {
    let key = KeyMaterial::PublicKey(KeyIdentifier::from_hint("k"));
    Bundle::new(VerificationMaterial::new(key), content).to_json()
}

fn code(sandbox: &Sandbox, arguments: &[&str]) -> i32 {
    let all: Vec<&str> = ["verify-blob"].iter().chain(arguments).copied().collect();
    sandbox
        .command(&all)
        .output()
        .unwrap()
        .status
        .code()
        .unwrap()
}

const KEY: [&str; 2] = ["--key", "key.pem"];

#[test]
fn a_key_s_bundle_is_verified_and_reported() {
    for algorithm in [
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::P256,
        KeyAlgorithm::P384,
        KeyAlgorithm::P521,
    ] {
        let sandbox = signed(algorithm);
        for bundle in ["bundle.json", "statement.json"] {
            let output = sandbox
                .command(&[
                    "verify-blob",
                    "blob",
                    "--bundle",
                    bundle,
                    KEY[0],
                    KEY[1],
                    "--format",
                    "json",
                ])
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(0),
                "{algorithm} {bundle}: {output:?}"
            );
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            Schema::read("verify-blob.schema.json").check(&report);
            assert_eq!(report["verdict"], "verified");
            assert_eq!(
                report["artifact"]["digest"],
                Digest::of(Algorithm::Sha256, BLOB).to_string()
            );
            assert_eq!(report["statement"].is_null(), bundle == "bundle.json");
            if bundle == "statement.json" {
                let predicate = report["statement"]["predicate_type"].as_str().unwrap();
                assert!(predicate.starts_with("https://"), "{predicate}");
            }
        }
    }
}

#[test]
fn another_artifact_and_another_key_are_refused_with_1() {
    let sandbox = signed(KeyAlgorithm::P256);
    let other = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    sandbox.file("other.pem", other.public_key().to_pem().as_bytes());
    for bundle in ["bundle.json", "statement.json"] {
        assert_eq!(
            code(&sandbox, &["other", "--bundle", bundle, "--key", "key.pem"]),
            1
        );
        assert_eq!(
            code(
                &sandbox,
                &["blob", "--bundle", bundle, "--key", "other.pem"]
            ),
            1
        );
        let output = sandbox
            .command(&[
                "verify-blob",
                "blob",
                "--bundle",
                bundle,
                "--key",
                "other.pem",
                "--format",
                "json",
            ])
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        Schema::read("verify-blob.schema.json").check(&report);
        assert_eq!(
            (&report["verdict"], &report["code"]),
            (&"refused".into(), &"signature".into())
        );
    }
}

#[test]
fn a_digest_stands_for_the_file_where_the_key_signs_it() {
    let digest = Digest::of(Algorithm::Sha256, BLOB).to_string();
    let wrong = Digest::of(Algorithm::Sha256, b"x").to_string();
    let sandbox = signed(KeyAlgorithm::P256);
    for bundle in ["bundle.json", "statement.json"] {
        assert_eq!(
            code(&sandbox, &[&digest, "--bundle", bundle, "--key", "key.pem"]),
            0
        );
        assert_eq!(
            code(&sandbox, &[&wrong, "--bundle", bundle, "--key", "key.pem"]),
            1
        );
    }
    // Ed25519 signs the bytes themselves: by a digest nothing is decided.
    let sandbox = signed(KeyAlgorithm::Ed25519);
    assert_eq!(
        code(
            &sandbox,
            &[&digest, "--bundle", "bundle.json", "--key", "key.pem"]
        ),
        2
    );
    assert_eq!(
        code(
            &sandbox,
            &[&digest, "--bundle", "statement.json", "--key", "key.pem"]
        ),
        0
    );
    // What is no digest in full is the name of a file.
    assert_eq!(
        code(
            &sandbox,
            &["sha256:00", "--bundle", "bundle.json", "--key", "key.pem"]
        ),
        4
    );
}

#[test]
fn what_cannot_be_read_is_2_and_what_is_not_there_is_4() {
    let sandbox = signed(KeyAlgorithm::P256);
    for bytes in [
        &b""[..],
        b"{}",
        b"{\"mediaType\":1}",
        &[b'['; 100_000],
        b"\xff\xfe{\0}\0",
    ] {
        sandbox.file("bad", bytes);
        assert_eq!(
            code(&sandbox, &["blob", "--bundle", "bad", "--key", "key.pem"]),
            2
        );
        assert_eq!(
            code(
                &sandbox,
                &["blob", "--bundle", "bundle.json", "--key", "bad"]
            ),
            2
        );
    }
    assert_eq!(
        code(
            &sandbox,
            &["absent", "--bundle", "bundle.json", "--key", "key.pem"]
        ),
        4
    );
    assert_eq!(
        code(
            &sandbox,
            &["blob", "--bundle", "absent", "--key", "key.pem"]
        ),
        4
    );
    assert_eq!(
        code(
            &sandbox,
            &["blob", "--bundle", "bundle.json", "--key", "absent"]
        ),
        4
    );
}

#[test]
fn somebody_has_to_be_expected_and_not_anybody() {
    let sandbox = signed(KeyAlgorithm::P256);
    let with = |more: &[&str]| {
        let all: Vec<&str> = ["blob", "--bundle", "bundle.json"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        code(&sandbox, &all)
    };
    assert_eq!(with(&[]), 4);
    assert_eq!(with(&["--identity", "a@b.c"]), 4);
    assert_eq!(with(&["--identity", "a@b.c", "--key", "key.pem"]), 4);
    assert_eq!(with(&["--issuer", "https://i", "--key", "key.pem"]), 4);
    assert_eq!(
        with(&[
            "--identity",
            "a@b.c",
            "--identity-regex",
            "a",
            "--issuer",
            "https://i"
        ]),
        4
    );
}

#[cfg(feature = "sigstore")]
#[test]
fn a_pattern_that_strangers_match_is_usage() {
    let sandbox = signed(KeyAlgorithm::P256);
    for pattern in [".*", "https://github\\.com/.*", ""] {
        let arguments = [
            "blob",
            "--bundle",
            "bundle.json",
            "--identity-regex",
            pattern,
            "--issuer",
            "https://i",
        ];
        assert_eq!(code(&sandbox, &arguments), 4, "{pattern}");
    }
    // A key's bundle where an identity is expected, by each spelling of the options.
    for (identity, issuer) in [
        ("--identity", "--issuer"),
        ("--certificate-identity", "--certificate-oidc-issuer"),
        ("--cert-identity", "--cert-oidc-issuer"),
        ("--certificate-identity-regexp", "--certificate-oidc-issuer"),
    ] {
        let arguments = [
            "blob",
            "--bundle",
            "bundle.json",
            identity,
            "a@b.c",
            issuer,
            "https://i",
        ];
        assert_eq!(code(&sandbox, &arguments), 1, "{identity}");
    }
    sandbox.file("bad", b"{}");
    let arguments = [
        "blob",
        "--bundle",
        "bundle.json",
        "--identity",
        "a@b.c",
        "--issuer",
        "https://i",
        "--trusted-root",
        "bad",
    ];
    assert_eq!(code(&sandbox, &arguments), 2);
}

#[cfg(not(feature = "sigstore"))]
#[test]
fn without_the_feature_an_identity_is_undecided() {
    let sandbox = signed(KeyAlgorithm::P256);
    let arguments = [
        "blob",
        "--bundle",
        "bundle.json",
        "--identity",
        "a@b.c",
        "--issuer",
        "https://i",
    ];
    assert_eq!(code(&sandbox, &arguments), 2);
}
