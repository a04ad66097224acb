use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::sandbox::Sandbox;

/// What the forensic guide shows is what its commands print, one after the other in one folder.
/// `BLESS=1` rewrites it.
#[test]
fn the_forensic_guide_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = root.join("docs/forensics.md");
    let text = String::from_utf8(read(&page)).unwrap();
    let sample = read(&root.join("testdata/malicious/checkpoint.pt"));
    let sandbox = Sandbox::with(&[("checkpoint.pt", &sample)]);
    let mut shown = String::new();
    let mut commands = 0;
    let mut parts = text.split("```console\n");
    shown.push_str(parts.next().unwrap());
    for part in parts {
        let (console, rest) = part.split_once("```").unwrap();
        shown.push_str("```console\n");
        for line in console.lines().filter(|line| line.starts_with("$ ")) {
            shown.push_str(line);
            shown.push('\n');
            let words: Vec<String> = line
                .split(' ')
                .skip(2)
                .map(|word| word.trim_matches('\'').to_owned())
                .collect();
            let output = sandbox.command(&words).output().unwrap();
            for printed in [&output.stdout, &output.stderr] {
                shown.push_str(std::str::from_utf8(printed).unwrap());
            }
            commands += 1;
        }
        shown.push_str("```");
        shown.push_str(rest);
    }
    assert!(commands >= 8, "{commands} commands");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&page, &shown).unwrap();
    } else {
        assert_eq!(shown, text);
    }
    assert_eq!(read(&sandbox.path("checkpoint.pt")), sample);
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = File::open(path).unwrap();
    file.take(1 << 20).read_to_end(&mut bytes).unwrap();
    bytes
}
