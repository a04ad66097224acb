use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn every_command_gets_a_page_in_the_folder_and_nothing_else_is_left_there() {
    let sandbox = Sandbox::with(&[("man1/weighbridge.1", b"an old page")]);
    let run = sandbox.run(&["man", "--output", "man1"]);
    assert_eq!(run, "exit: 0\n--- stdout\n--- stderr\n");
    let mut pages: Vec<String> = std::fs::read_dir(sandbox.path("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for wanted in [
        "weighbridge.1",
        "weighbridge-scan.1",
        "weighbridge-pickle-effects.1",
    ] {
        assert!(pages.iter().any(|page| page == wanted), "{pages:?}");
    }
    for page in pages {
        let text = std::fs::File::open(sandbox.path("man1").join(&page)).unwrap();
        let text = std::io::read_to_string(text).unwrap();
        let title = page.strip_suffix(".1").unwrap();
        assert!(text.starts_with(&format!(".TH \"{title}\" 1 ")), "{text}");
    }
}

#[test]
fn a_page_that_there_is_not_is_usage() {
    let sandbox = Sandbox::with(&[("file", b"")]);
    assert_snapshot!(sandbox.run(&["man", "pickle", "efects"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no command `efects` below `weighbridge pickle`, did you mean `effects`?
    ");
    assert_snapshot!(sandbox.run(&["man", "scan", "it"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no command `it` below `weighbridge scan`
    ");
    assert_snapshot!(sandbox.run(&["man", "--output", "nowhere"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: no folder `nowhere`
    ");
    assert_snapshot!(sandbox.run(&["man", "--output", "file"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: `file` is no folder
    ");
}

#[test]
fn a_shell_without_completions_is_usage() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["completions", "bsh"]), @"
    exit: 4
    --- stdout
    --- stderr
    error: invalid value 'bsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'bash'

    For more information, try '--help'.
    ");
}
