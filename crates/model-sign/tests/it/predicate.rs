use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use model_sign::Limits;
use model_sign::json::{self, ErrorKind as JsonKind};
use model_sign::predicate::{
    DigestSet, MaterialV0_2, Predicate, PredicateError, PredicateErrorKind, ProvenanceV0_2,
    ProvenanceV1, ResourceDescriptor, SimpleVerification, TestOutcome, TestResult, Timestamp,
    Uninterpreted, VerificationOutcome, VerificationSummary,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn read(predicate_type: &str, text: &str) -> Result<Predicate, PredicateError> {
    let value = json::read(text.as_bytes(), &Limits::default().json()).unwrap();
    Predicate::read(predicate_type, &value)
}

fn kind(predicate_type: &str, text: &str) -> PredicateErrorKind {
    read(predicate_type, text).unwrap_err().kind()
}

const fn missing(key: &'static str) -> PredicateErrorKind {
    PredicateErrorKind::Json(JsonKind::Missing(key))
}

/// Reads a predicate that is written in the one form already, and finds the same bytes again.
fn same(predicate_type: &str, text: &str) -> Predicate {
    let predicate = read(predicate_type, text).unwrap();
    assert_eq!(String::from_utf8(predicate.to_json()).unwrap(), text);
    assert_eq!(predicate.type_uri(), predicate_type);
    assert!(Predicate::knows(predicate_type));
    predicate
}

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SHA1: &str = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";

#[test]
fn a_provenance_of_v1_is_read() {
    // The shape of the GitHub workflow example of the specification, for a training run.
    let text = format!(
        r#"{{"buildDefinition":{{"buildType":"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1","externalParameters":{{"inputs":{{"epochs":"3"}},"workflow":{{"ref":"refs/heads/main","repository":"https://github.com/example/train","path":".github/workflows/train.yml"}}}},"internalParameters":{{"github":{{"actor_id":"1234567"}}}},"resolvedDependencies":[{{"uri":"git+https://github.com/example/train@refs/heads/main","digest":{{"gitCommit":"{SHA1}"}}}}]}},"runDetails":{{"builder":{{"id":"https://github.com/actions/runner/github-hosted","version":{{"runner":"2.330.0"}},"builderDependencies":[{{"uri":"https://example.com/image","digest":{{"sha256":"{SHA256}"}}}}]}},"metadata":{{"invocationId":"https://github.com/example/train/actions/runs/1/attempts/1","startedOn":"2026-01-01T14:38:00Z","finishedOn":"2026-01-01T19:38:00.5Z"}},"byproducts":[{{"name":"loss.csv","digest":{{"sha256":"{SHA256}"}}}}]}}}}"#
    );
    let Predicate::ProvenanceV1(provenance) = same(ProvenanceV1::TYPE, &text) else {
        panic!();
    };
    assert_eq!(
        provenance.builder.id,
        "https://github.com/actions/runner/github-hosted"
    );
    assert_eq!(
        provenance.resolved_dependencies[0].digest.get("gitCommit"),
        Some(SHA1)
    );
    let started = provenance.metadata.started_on.unwrap().time();
    assert_eq!(
        started,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_278_280)
    );
}

#[test]
fn a_provenance_of_v0_2_is_read() {
    let text = format!(
        r#"{{"builder":{{"id":"mailto:person@example.com"}},"buildType":"https://example.com/Makefile","invocation":{{"configSource":{{"uri":"https://example.com/model-1.2.3.tar.gz","digest":{{"sha256":"{SHA256}"}},"entryPoint":"src:train"}},"parameters":{{"CFLAGS":"-O3"}},"environment":{{"arch":"amd64"}}}},"buildConfig":{{"steps":[1,2.50,null]}},"metadata":{{"buildInvocationId":"7","buildStartedOn":"2026-01-01T00:00:00Z","buildFinishedOn":"2026-01-01T00:00:01Z","completeness":{{"parameters":true,"environment":false,"materials":true}},"reproducible":false}},"materials":[{{"uri":"https://example.com/model-1.2.3.tar.gz","digest":{{"sha256":"{SHA256}"}}}},{{"uri":"git+https://example.com/x","digest":{{"sha1":"{SHA1}"}}}}]}}"#
    );
    let Predicate::ProvenanceV0_2(provenance) = same(ProvenanceV0_2::TYPE, &text) else {
        panic!();
    };
    assert_eq!(provenance.builder, "mailto:person@example.com");
    assert_eq!(
        provenance.invocation.config_source.entry_point.as_deref(),
        Some("src:train")
    );
    assert_eq!(provenance.metadata.completeness.environment, Some(false));
    assert_eq!(provenance.materials.len(), 2);
}

#[test]
fn a_verification_summary_is_read() {
    let text = format!(
        r#"{{"verifier":{{"id":"https://example.com/publication_verifier","version":{{"verifier":"v2.3.0"}}}},"timeVerified":"1985-04-12T23:20:50.52Z","resourceUri":"https://example.com/model.tar.gz","policy":{{"uri":"https://example.com/model.policy","digest":{{"sha256":"{SHA256}"}}}},"inputAttestations":[{{"uri":"https://example.com/model.intoto.jsonl","digest":{{"sha256":"{SHA256}"}}}}],"verificationResult":"PASSED","verifiedLevels":["SLSA_BUILD_LEVEL_3"],"dependencyLevels":{{"SLSA_BUILD_LEVEL_1":1,"SLSA_BUILD_LEVEL_3":5}},"slsaVersion":"1.0"}}"#
    );
    let Predicate::VerificationSummary(summary) = same(VerificationSummary::TYPE, &text) else {
        panic!();
    };
    assert_eq!(summary.outcome, VerificationOutcome::Passed);
    assert_eq!(summary.dependency_levels.unwrap()["SLSA_BUILD_LEVEL_3"], 5);
    // No dependencies, and nothing said of them, are two things.
    let text = |levels: &str| {
        format!(
            r#"{{"verifier":{{"id":"a:b"}},"resourceUri":"a:b","policy":{{"uri":"a:b"}},"verificationResult":"FAILED","verifiedLevels":["FAILED"]{levels}}}"#
        )
    };
    same(VerificationSummary::TYPE, &text(""));
    same(
        VerificationSummary::TYPE,
        &text(r#","dependencyLevels":{}"#),
    );
}

#[test]
fn a_simple_verification_is_read() {
    let text = r#"{"verifier":{"id":"https://example.com/scanner/v3","policies":[{"uri":"https://example.com/policies/production"}]},"timeCreated":"2026-03-15T14:22:00Z","properties":["SLSA_BUILD_LEVEL_3","EXAMPLE_SCANNED"]}"#;
    let Predicate::SimpleVerification(result) = same(SimpleVerification::TYPE, text) else {
        panic!();
    };
    assert_eq!(result.properties.len(), 2);
    let none = r#"{"verifier":{"id":"a:b","policies":[]},"timeCreated":"2026-03-15T14:22:00Z","properties":[]}"#;
    same(SimpleVerification::TYPE, none);
    // What tells v0.2 from v0.1.
    let without = none.replace(r#","policies":[]"#, "");
    assert_eq!(
        kind(SimpleVerification::TYPE, &without),
        missing("policies")
    );
}

#[test]
fn a_test_result_is_read() {
    let text = format!(
        r#"{{"result":"WARNED","configuration":[{{"name":"ci.yml","digest":{{"gitBlob":"{SHA1}"}},"downloadLocation":"https://example.com/ci.yml"}}],"url":"https://example.com/runs/1","passedTests":["loads"],"warnedTests":["slow"]}}"#
    );
    let Predicate::TestResult(result) = same(TestResult::TYPE, &text) else {
        panic!();
    };
    assert_eq!(result.outcome, TestOutcome::Warned);
    assert_eq!(result.failed, Vec::<String>::new());
    assert_eq!(
        kind(
            TestResult::TYPE,
            r#"{"result":"passed","configuration":[]}"#
        ),
        PredicateErrorKind::UnknownWord("result")
    );
}

#[test]
fn unknown_keys_are_ignored_and_null_is_missing() {
    let text = r#"{"result":"PASSED","https://example.com/more":{"a":[1]},"configuration":[],"url":null,"passedTests":[],"failedTests":null}"#;
    let predicate = read(TestResult::TYPE, text).unwrap();
    assert_eq!(
        predicate.to_json(),
        br#"{"result":"PASSED","configuration":[]}"#
    );
    let text = r#"{"buildDefinition":{"buildType":"a:b","externalParameters":null,"internalParameters":{}},"runDetails":{"builder":{"id":"a:b","version":{}},"metadata":{"startedOn":null},"byproducts":[]}}"#;
    assert_eq!(
        read(ProvenanceV1::TYPE, text).unwrap().to_json(),
        br#"{"buildDefinition":{"buildType":"a:b","externalParameters":{}},"runDetails":{"builder":{"id":"a:b"}}}"#
    );
}

#[test]
fn what_has_to_be_there_is_asked_for() {
    let whole = r#"{"buildDefinition":{"buildType":"a:b"},"runDetails":{"builder":{"id":"a:b"}}}"#;
    read(ProvenanceV1::TYPE, whole).unwrap();
    for (text, wanted) in [
        ("{}", missing("buildDefinition")),
        (r#"{"buildDefinition":{}}"#, missing("runDetails")),
        (
            r#"{"buildDefinition":{},"runDetails":{}}"#,
            missing("builder"),
        ),
        (
            r#"{"buildDefinition":{},"runDetails":{"builder":{}}}"#,
            missing("buildType"),
        ),
        (
            r#"{"buildDefinition":{"buildType":"a:b"},"runDetails":{"builder":{}}}"#,
            missing("id"),
        ),
        (
            r#"{"buildDefinition":{"buildType":"a:b"},"runDetails":{"builder":{"id":""}}}"#,
            PredicateErrorKind::NotAUri("id"),
        ),
        (
            r#"{"buildDefinition":{"buildType":"make"},"runDetails":{"builder":{"id":"a:b"}}}"#,
            PredicateErrorKind::NotAUri("buildType"),
        ),
    ] {
        assert_eq!(kind(ProvenanceV1::TYPE, text), wanted, "{text}");
    }
    let summary = r#"{"verifier":{"id":"a:b"},"resourceUri":"a:b","policy":{"uri":"a:b"},"verificationResult":"PASSED","verifiedLevels":[]}"#;
    read(VerificationSummary::TYPE, summary).unwrap();
    for key in [
        "verifier",
        "resourceUri",
        "policy",
        "verificationResult",
        "verifiedLevels",
    ] {
        let text = summary.replace(&format!("\"{key}\""), "\"other\"");
        assert_eq!(kind(VerificationSummary::TYPE, &text), missing(key));
    }
    let undigested = summary.replace(
        r#""verificationResult""#,
        r#""inputAttestations":[{"uri":"a:b"}],"verificationResult""#,
    );
    assert_eq!(
        kind(VerificationSummary::TYPE, &undigested),
        PredicateErrorKind::NoDigest
    );
}

#[test]
fn malformed_parts_are_refused_with_their_place() {
    let text = |resource: &str| format!(r#"{{"result":"PASSED","configuration":[{resource}]}}"#);
    for (resource, wanted) in [
        (r#"{"name":"x"}"#, PredicateErrorKind::UnidentifiedResource),
        (
            r#"{"uri":"","digest":{},"content":""}"#,
            PredicateErrorKind::UnidentifiedResource,
        ),
        (
            r#"{"digest":{"sha256":"ab"}}"#,
            PredicateErrorKind::MalformedDigest,
        ),
        (
            &format!(r#"{{"digest":{{"sha1":"{}"}}}}"#, SHA1.to_uppercase()),
            PredicateErrorKind::MalformedDigest,
        ),
        (
            r#"{"digest":{"other":""}}"#,
            PredicateErrorKind::MalformedDigest,
        ),
        (r#"{"content":"e30"}"#, PredicateErrorKind::NotBase64),
        (r#"{"uri":"a b"}"#, PredicateErrorKind::NotAUri("uri")),
    ] {
        assert_eq!(
            kind(TestResult::TYPE, &text(resource)),
            wanted,
            "{resource}"
        );
    }
    let error = read(TestResult::TYPE, &text(r#"{"name":"x"}"#)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource without uri, digest and content at byte 36"
    );
    let late =
        r#"{"verifier":{"id":"a:b","policies":[]},"timeCreated":"2026-03-15","properties":[]}"#;
    assert_eq!(
        kind(SimpleVerification::TYPE, late),
        PredicateErrorKind::NotATime("timeCreated")
    );
    assert_eq!(
        kind("https://slsa.dev/provenance/v3", "{}"),
        PredicateErrorKind::UnknownType
    );
}

// What is made here is written and read back.

fn text() -> impl Strategy<Value = String> {
    "[ -~é模\u{1f600}\n\"\\\\]{1,12}"
}

fn uri() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9+.-]{0,5}:[!-~]{1,12}"
}

fn digests() -> impl Strategy<Value = DigestSet> {
    (
        option::of("[0-9a-f]{64}"),
        option::of("[0-9a-f]{40}"),
        option::of(text()),
    )
        .prop_map(|(sha256, commit, other)| {
            let mut digests = DigestSet::new();
            for (algorithm, digest) in [
                ("sha256", sha256),
                ("gitCommit", commit),
                ("dirHash", other),
            ] {
                if let Some(digest) = digest {
                    digests = digests.with(algorithm, &digest).unwrap();
                }
            }
            digests
        })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_u64..253_402_300_799)
        .prop_map(|seconds| Timestamp::of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
}

fn object() -> impl Strategy<Value = Uninterpreted> {
    btree_map("[a-z]{1,4}", (text(), any::<i32>()), 0..3).prop_map(|members| {
        let members: BTreeMap<_, _> = members
            .into_iter()
            .map(|(key, (text, number))| {
                (
                    key,
                    serde_json::json!({"t": text, "n": [number, null, 0.5]}),
                )
            })
            .collect();
        let bytes = serde_json::to_vec(&members).unwrap();
        Uninterpreted::read(&bytes, &Limits::default()).unwrap()
    })
}

fn filled() -> impl Strategy<Value = Option<Uninterpreted>> {
    option::of(object()).prop_map(|json| json.filter(|json| json.as_bytes() != b"{}"))
}

fn resource() -> impl Strategy<Value = ResourceDescriptor> {
    (
        uri(),
        digests(),
        option::of(text()),
        option::of(vec(any::<u8>(), 1..9)),
        option::of(uri()),
        btree_map(text(), object(), 0..3),
    )
        .prop_map(|(uri, digest, name, content, location, annotations)| {
            let mut resource = ResourceDescriptor::from_uri(uri);
            resource.digest = digest;
            resource.media_type.clone_from(&name);
            resource.name = name;
            resource.content = content;
            resource.download_location = location;
            resource.annotations = annotations;
            resource
        })
}

fn provenance_v1() -> impl Strategy<Value = Predicate> {
    (
        (uri(), object(), uri(), filled()),
        (
            vec(resource(), 0..3),
            btree_map(text(), text(), 0..3),
            vec(resource(), 0..3),
            vec(resource(), 0..2),
        ),
        (option::of(text()), option::of(time()), option::of(time())),
    )
        .prop_map(
            |(
                (build_type, external, builder, internal),
                (needed, version, of_builder, more),
                (id, from, to),
            )| {
                let mut provenance = ProvenanceV1::new(build_type, external, builder);
                provenance.internal_parameters = internal;
                provenance.resolved_dependencies = needed;
                provenance.builder.version = version;
                provenance.builder.dependencies = of_builder;
                provenance.byproducts = more;
                provenance.metadata.invocation_id = id;
                provenance.metadata.started_on = from;
                provenance.metadata.finished_on = to;
                Predicate::ProvenanceV1(Box::new(provenance))
            },
        )
}

fn provenance_v0_2() -> impl Strategy<Value = Predicate> {
    (
        (
            uri(),
            uri(),
            option::of(uri()),
            digests(),
            option::of(text()),
        ),
        (filled(), filled(), filled(), vec((uri(), digests()), 0..3)),
        (
            option::of(text()),
            option::of(time()),
            option::of(any::<bool>()),
            option::of(any::<bool>()),
        ),
    )
        .prop_map(
            |(
                (builder, kind, source, digest, entry),
                (parameters, environment, config, materials),
                (id, from, complete, repeats),
            )| {
                let mut provenance = ProvenanceV0_2::new(builder, kind);
                provenance.invocation.config_source.uri = source;
                provenance.invocation.config_source.digest = digest;
                provenance.invocation.config_source.entry_point = entry;
                provenance.invocation.parameters = parameters;
                provenance.invocation.environment = environment;
                provenance.build_config = config;
                provenance.materials = materials
                    .into_iter()
                    .map(|(uri, digest)| MaterialV0_2::new(uri, digest))
                    .collect();
                provenance.metadata.build_invocation_id = id;
                provenance.metadata.build_started_on = from;
                provenance.metadata.completeness.materials = complete;
                provenance.metadata.reproducible = repeats;
                Predicate::ProvenanceV0_2(Box::new(provenance))
            },
        )
}

fn summary() -> impl Strategy<Value = Predicate> {
    (
        (uri(), uri(), resource(), any::<bool>(), vec(text(), 0..3)),
        (
            btree_map(text(), text(), 0..3),
            option::of(time()),
            vec((resource(), "[0-9a-f]{64}"), 0..3),
        ),
        (
            option::of(btree_map(text(), any::<u64>(), 0..3)),
            option::of(text()),
        ),
    )
        .prop_map(
            |(
                (verifier, resource, policy, passed, levels),
                (version, time, inputs),
                (dependencies, slsa),
            )| {
                let outcome = if passed {
                    VerificationOutcome::Passed
                } else {
                    VerificationOutcome::Failed
                };
                let mut summary =
                    VerificationSummary::new(verifier, resource, policy, outcome, levels);
                summary.verifier_version = version;
                summary.time_verified = time;
                summary.input_attestations = inputs
                    .into_iter()
                    .map(|(mut resource, digest)| {
                        resource.digest = resource.digest.with("sha256", &digest).unwrap();
                        resource
                    })
                    .collect();
                summary.dependency_levels = dependencies;
                summary.slsa_version = slsa;
                Predicate::VerificationSummary(Box::new(summary))
            },
        )
}

fn simple() -> impl Strategy<Value = Predicate> {
    (uri(), time(), vec(text(), 0..3), vec(resource(), 0..3)).prop_map(
        |(verifier, created, properties, policies)| {
            let mut result = SimpleVerification::new(verifier, created, properties);
            result.policies = policies;
            Predicate::SimpleVerification(result)
        },
    )
}

fn test_result() -> impl Strategy<Value = Predicate> {
    (
        0..3,
        vec(resource(), 0..3),
        option::of(uri()),
        vec(text(), 0..3),
        vec(text(), 0..3),
    )
        .prop_map(|(outcome, configuration, url, passed, failed)| {
            let outcome = [
                TestOutcome::Passed,
                TestOutcome::Warned,
                TestOutcome::Failed,
            ][usize::try_from(outcome).unwrap()];
            let mut result = TestResult::new(outcome, configuration);
            result.url = url;
            result.passed = passed;
            result.failed = failed;
            Predicate::TestResult(result)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(
        predicate in prop_oneof![provenance_v1(), provenance_v0_2(), summary(), simple(), test_result()]
    ) {
        let written = predicate.to_json();
        let value = json::read(&written, &Limits::default().json()).unwrap();
        let again = Predicate::read(predicate.type_uri(), &value).unwrap();
        prop_assert_eq!(again.to_json(), written);
        prop_assert_eq!(again, predicate);
    }

    #[test]
    fn no_text_makes_a_reader_panic(
        predicate in prop_oneof![provenance_v1(), summary(), test_result()],
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut written = predicate.to_json();
        let at = at.index(written.len());
        written[at] = byte;
        let value = json::read(&written, &Limits::default().json());
        let read = value.ok().and_then(|value| Predicate::read(predicate.type_uri(), &value).ok());
        if let Some(read) = read {
            let again = read.to_json();
            let value = json::read(&again, &Limits::default().json()).unwrap();
            prop_assert_eq!(Predicate::read(read.type_uri(), &value).unwrap(), read);
        }
    }
}
