use model_digest::{Algorithm, Digest, NotARootDigest, ParseErrorKind, RootDigest};

#[test]
fn it_is_the_hash_of_the_bytes_of_the_parts_in_their_order() {
    let parts = [
        Digest::of(Algorithm::Sha512, b"a"),
        Digest::of(Algorithm::Blake3, b"b"),
    ];
    let joined = [parts[0].bytes(), parts[1].bytes()].concat();
    assert_eq!(joined.len(), 96);
    let root = RootDigest::of(&parts);
    assert_eq!(*root.digest(), Digest::of(Algorithm::Sha256, &joined));
    assert_ne!(root, RootDigest::of(parts.iter().rev()));
    assert_ne!(root, RootDigest::of(&parts[..1]));
    assert_eq!(
        *RootDigest::of([]).digest(),
        Digest::of(Algorithm::Sha256, b"")
    );
}

#[test]
fn it_is_read_back_from_its_text_and_from_json() {
    let root = RootDigest::of(&[Digest::of(Algorithm::Sha256, b"a")]);
    assert_eq!(root.to_string().parse(), Ok(root));
    let json = serde_json::to_string(&root).unwrap();
    assert_eq!(json, format!("\"sha256:{}\"", root.to_hex()));
    assert_eq!(serde_json::from_str::<RootDigest>(&json).unwrap(), root);
}

#[test]
fn a_digest_of_another_algorithm_is_no_root() {
    let digest = Digest::of(Algorithm::Blake3, b"a");
    let error = RootDigest::from_digest(digest).unwrap_err();
    let NotARootDigest { found, .. } = error;
    assert_eq!(found, Algorithm::Blake3);
    let parse = digest.to_string().parse::<RootDigest>().unwrap_err();
    assert_eq!(parse.kind(), ParseErrorKind::NotARootDigest(error));
    assert_eq!(
        parse.to_string(),
        "blake3 where a root digest is of sha256 at byte 0"
    );
    assert!("sha256:".parse::<RootDigest>().is_err());
}
