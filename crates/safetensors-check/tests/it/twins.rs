use findings::{Finding, Severity};
use model_digest::{Algorithm, Digest};
use safetensors_check::{Listed, twins};

fn digest(bytes: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, bytes)
}

fn tensor<'t>(name: &'t str, bytes: &[u8]) -> Listed<'t> {
    Listed::new(name, &[2, 2])
        .with_dtype("F32")
        .with_digest(digest(bytes))
        .with_bytes(10..20)
}

fn found(file: &[Listed<'_>], twin: &[Listed<'_>]) -> Vec<(String, u64)> {
    twins::compare(file, twin, "pytorch_model.bin", 0..8)
        .into_iter()
        .map(|finding: Finding| {
            assert_eq!(finding.severity, Severity::Medium);
            let code = finding.rule.code().to_owned();
            (code, finding.location.byte_start)
        })
        .collect()
}

#[test]
fn twins_that_hold_the_same_have_no_finding() {
    let file = [tensor("a", b"a"), tensor("b", b"b")];
    let twin = [tensor("b", b"b"), tensor("a", b"a")];
    assert_eq!(found(&file, &twin), []);
    assert_eq!(found(&[], &[]), []);
}

#[test]
fn a_tensor_of_one_file_is_found_from_both_sides() {
    let both = [tensor("a", b"a"), tensor("b", b"b")];
    assert_eq!(found(&both, &both[..1]), [("STF086".to_owned(), 10)]);
    assert_eq!(found(&both[..1], &both), [("STF086".to_owned(), 0)]);
}

#[test]
fn another_dtype_shape_or_byte_is_a_difference() {
    let file = [tensor("a", b"a")];
    let wanted = [("STF087".to_owned(), 10)];
    assert_eq!(found(&file, &[tensor("a", b"a").with_dtype("F16")]), wanted);
    assert_eq!(found(&file, &[tensor("a", b"b")]), wanted);
    let shape = Listed::new("a", &[4]).with_digest(digest(b"a"));
    assert_eq!(found(&file, &[shape]), wanted);
    // What is not known is not compared.
    assert_eq!(found(&file, &[Listed::new("a", &[2, 2])]), []);
}

#[test]
fn tied_weights_count_as_there() {
    let file = [tensor("embed", b"e")];
    let by_storage = [
        tensor("embed", b"e").with_storage(0),
        tensor("lm_head", b"e").with_storage(0),
    ];
    assert_eq!(found(&file, &by_storage), []);
    let by_digest = [tensor("embed", b"e"), tensor("lm_head", b"e")];
    assert_eq!(found(&file, &by_digest), []);
    // Equal bytes of their own are no tie where storages are known.
    let equal = [
        tensor("embed", b"e").with_storage(0),
        tensor("lm_head", b"e").with_storage(1),
    ];
    assert_eq!(found(&file, &equal), [("STF086".to_owned(), 0)]);
}

#[test]
fn buffers_that_are_computed_and_old_names_are_no_difference() {
    let file = [
        tensor("bert.embeddings.LayerNorm.weight", b"w"),
        tensor("bert.embeddings.LayerNorm.bias", b"b"),
    ];
    let twin = [
        tensor("bert.embeddings.LayerNorm.gamma", b"w"),
        tensor("bert.embeddings.LayerNorm.beta", b"b"),
        tensor("bert.embeddings.position_ids", b"p"),
        tensor("model.layers.0.self_attn.rotary_emb.inv_freq", b"f"),
        tensor("h.0.attn.bias", b"m"),
    ];
    assert_eq!(found(&file, &twin), []);
    assert_eq!(found(&twin, &file), []);
}

#[test]
fn names_are_escaped() {
    let found = twins::compare(&[tensor("a\n\u{202e}", b"")], &[], "x\u{1b}.bin", 0..8);
    assert_eq!(
        found[0].message,
        "tensor `a\\n\\u{202e}` is not in `x\\x1b.bin`"
    );
}
