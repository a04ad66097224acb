use crate::console::{carry_out, read};
use crate::sandbox::Sandbox;

/// What the forensic guide shows is what its commands print, one after the other in one folder.
/// `BLESS=1` rewrites it.
#[test]
fn the_forensic_guide_shows_what_is_printed() {
    let sample = read("testdata/malicious/checkpoint.pt");
    let sandbox = Sandbox::with(&[("checkpoint.pt", &sample)]);
    let commands = carry_out("docs/forensics.md", &sandbox);
    assert!(commands >= 8, "{commands} commands");
    assert_eq!(sandbox.bytes("checkpoint.pt"), sample);
}
