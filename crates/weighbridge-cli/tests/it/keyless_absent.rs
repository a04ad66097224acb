use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_build_without_keyless_signing_says_so() {
    let sandbox = Sandbox::with(&[("model.bin", b"abc")]);
    let arguments = ["sign-blob", "model.bin", "--bundle", "model.sigstore.json"];
    assert_snapshot!(sandbox.run(&arguments), @r"
    exit: 4
    --- stdout
    --- stderr
    error: this build cannot sign keyless: it was made without the feature `keyless`
    ");
    assert_eq!(sandbox.names(), ["model.bin"]);
}
