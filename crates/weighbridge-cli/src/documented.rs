//! The command lines that the guides show, before the parser.

use std::fs::File;
use std::io::read_to_string;
use std::path::Path;

use clap::Parser as _;

use crate::arguments::Arguments;

/// What begins a command line.
const PROGRAM: &str = "weighbridge ";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    read_to_string(File::open(path).unwrap()).unwrap()
}

/// Returns the blocks of code in a page.
fn blocks(page: &str) -> Vec<&str> {
    page.split("\n```").skip(1).step_by(2).collect()
}

/// Returns the command lines of the program in a text, and the arguments that hooks add to theirs.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in joined.lines() {
        if let Some((_, list)) = line.split_once("args: [") {
            let list = list.split(']').next().unwrap().replace([',', '"'], " ");
            let words = list.split_whitespace().map(str::to_owned);
            let path = "model.pkl".to_owned();
            found.push(
                ["scan".to_owned()]
                    .into_iter()
                    .chain(words)
                    .chain([path])
                    .collect(),
            );
            continue;
        }
        let pieces: Vec<&str> = line.split(PROGRAM).collect();
        for (number, pair) in pieces.windows(2).enumerate() {
            let [before, _] = pair else { continue };
            // Part of a longer word, or a name that is given to something.
            let alone = before
                .chars()
                .next_back()
                .is_none_or(|last| " '\"`".contains(last));
            if !alone || before.ends_with("--tag ") || line.trim_start().starts_with('#') {
                continue;
            }
            // What follows may name the program again.
            let rest = pieces.get(number + 1..).unwrap_or_default().join(PROGRAM);
            let mut words = words(&rest, before.chars().next_back());
            if before.trim_start().starts_with("entry:") {
                words.push("model.pkl".to_owned());
            }
            found.push(words);
        }
    }
    found
}

/// Splits what follows the program's name into words as a shell does, up to the end of the command, or up to
/// the quote that the command stands in.
fn words(text: &str, around: Option<char>) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in text.chars() {
        match (quote, character) {
            (None, end) if Some(end) == around && end != ' ' => break,
            (None, '|' | '&' | ';' | '<' | '>') => break,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn parse(line: &[String]) {
    let line = [String::from("weighbridge")]
        .into_iter()
        .chain(line.to_owned());
    let line: Vec<String> = line.collect();
    if let Err(error) = Arguments::try_parse_from(&line) {
        panic!("{line:?}: {error}");
    }
}

#[test]
fn every_command_line_of_the_guide_is_understood() {
    let page = read("docs/ci.md");
    let lines: Vec<_> = blocks(&page).into_iter().flat_map(command_lines).collect();
    // One for each snippet but those of the action.
    assert!(lines.len() >= 12, "{lines:?}");
    lines.iter().for_each(|line| parse(line));
}

#[test]
fn every_command_line_about_keyless_signing_is_understood() {
    let page = read("docs/keyless.md");
    let lines: Vec<_> = blocks(&page).into_iter().flat_map(command_lines).collect();
    assert!(lines.len() >= 4, "{lines:?}");
    lines.iter().for_each(|line| parse(line));
}

#[test]
fn every_command_line_about_keys_is_understood() {
    let page = read("docs/keys.md");
    let lines: Vec<_> = blocks(&page).into_iter().flat_map(command_lines).collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    lines.iter().for_each(|line| parse(line));
}

#[test]
fn every_command_line_about_converting_and_inspecting_is_understood() {
    for (path, least) in [("docs/convert.md", 8), ("docs/inspect.md", 3)] {
        let page = read(path);
        let lines: Vec<_> = blocks(&page).into_iter().flat_map(command_lines).collect();
        assert!(lines.len() >= least, "{lines:?}");
        lines.iter().for_each(|line| parse(line));
    }
}

#[test]
fn every_command_line_of_hooks_and_image_is_understood() {
    let lines = command_lines(&read(".pre-commit-hooks.yaml"));
    assert_eq!(lines.len(), 4, "{lines:?}");
    lines.iter().for_each(|line| parse(line));
    let dockerfile = read("Dockerfile").replace("#   ", "");
    let lines = command_lines(&dockerfile);
    assert_eq!(lines, [["scan", "/models"]]);
    lines.iter().for_each(|line| parse(line));
}

#[test]
fn command_lines_are_found_as_a_shell_would_take_them() {
    let text = "\
cat x | weighbridge scan - --fail-on \"high\" > out; true
    sh 'weighbridge scan --quiet a'
    - weighbridge scan \\
      'a b' || true
docker build --tag weighbridge .
target/weighbridge scan
        args: [--fail-on=high, --]
  entry: weighbridge scan
";
    assert_eq!(
        command_lines(text),
        [
            vec!["scan", "-", "--fail-on", "high"],
            vec!["scan", "--quiet", "a"],
            vec!["scan", "a b"],
            vec!["scan", "--fail-on=high", "--", "model.pkl"],
            vec!["scan", "model.pkl"],
        ]
    );
}
