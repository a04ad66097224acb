use crate::pickles::{CLEAN, CRITICAL, zip};
use crate::sandbox::Sandbox;

/// What the README shows is what the commands in it print.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../../README.md");
    let (_, console) = readme.split_once("```console\n").unwrap();
    let (console, _) = console.split_once("```").unwrap();
    let archive = zip(&[("archive/data.pkl", CRITICAL), ("archive/version", b"3\n")]);
    let sandbox = Sandbox::with(&[
        ("models/pytorch_model.bin", &archive),
        ("models/scaler.pkl", CLEAN),
    ]);
    let mut printed = String::new();
    for line in console.lines().filter(|line| line.starts_with("$ ")) {
        let arguments: Vec<_> = line.split(' ').skip(2).collect();
        let output = sandbox.command(&arguments).output().unwrap();
        printed.push_str(line);
        printed.push('\n');
        printed.push_str(std::str::from_utf8(&output.stdout).unwrap());
    }
    assert_eq!(printed, console);
}
