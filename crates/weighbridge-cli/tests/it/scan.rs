use insta::assert_snapshot;

use crate::pickles::{
    ALIASED, CLEAN, CRITICAL, CUT_OFF, MEDIUM, TRUNCATED, UNSUPPORTED, many, zip,
};
use crate::sandbox::Sandbox;

#[test]
fn a_clean_file_gets_the_best_answer() {
    let sandbox = Sandbox::with(&[("model.pkl", CLEAN)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 0
    --- stdout
    clean: 1 file, 100 % of bytes accounted for
    --- stderr
    ");
}

#[test]
fn a_call_of_a_command_is_found() {
    let sandbox = Sandbox::with(&[("model.pkl", CRITICAL)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 1
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> model.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    1 file: 1 dangerous; 1 finding: 1 critical, 0 high, 0 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
}

#[test]
fn the_name_as_written_is_shown_where_it_differs() {
    let sandbox = Sandbox::with(&[("model.pkl", ALIASED)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 1
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> model.pkl @ bytes 0..14 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 22
      = written: `posix system`
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    1 file: 1 dangerous; 1 finding: 1 critical, 0 high, 0 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
}

#[test]
fn a_truncated_file_is_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", TRUNCATED)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 2
    --- stdout
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> model.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    undecided: model.pkl: the stream ends without STOP at byte 9
    1 file: 1 undecided; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn findings_before_the_break_are_kept() {
    let sandbox = Sandbox::with(&[("model.pkl", CUT_OFF)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 1
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> model.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    note[PKL010/broken-stream]: the stream ends without STOP at byte 22
      --> model.pkl @ bytes 22..22 (opcode 7)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    not complete: model.pkl: the stream ends without STOP at byte 22
    1 file: 1 dangerous; 2 findings: 1 critical, 0 high, 0 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn exit_zero_drops_findings_and_not_the_undecided() {
    let sandbox = Sandbox::with(&[("whole.pkl", CRITICAL), ("cut.pkl", CUT_OFF)]);
    assert_snapshot!(sandbox.run(&["scan", "--exit-zero", "--quiet", "whole.pkl"]), @"
    exit: 0
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> whole.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["scan", "--exit-zero", "--quiet", "cut.pkl"]), @"
    exit: 2
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> cut.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    note[PKL010/broken-stream]: the stream ends without STOP at byte 22
      --> cut.pkl @ bytes 22..22 (opcode 7)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    not complete: cut.pkl: the stream ends without STOP at byte 22
    --- stderr
    ");
}

#[test]
fn an_empty_file_is_undecided() {
    let sandbox = Sandbox::with(&[("model.pkl", b"")]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 2
    --- stdout
    note[CON021/not-a-model]: the file is empty
      --> model.pkl
      = why: A clone without `git lfs pull` leaves pointers, a download behind a login leaves a page.
      = help: Fetch the model, then scan again.
      = rule: docs/rules/CON021.md
    undecided: model.pkl: the file is empty
    1 file: 1 undecided; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; no bytes; scan not complete
    --- stderr
    ");
}

#[test]
fn a_folder_is_reported_in_a_stable_order() {
    let sandbox = Sandbox::with(&[
        ("models/z.pkl", CLEAN),
        ("models/b/evil.pkl", CRITICAL),
        ("models/a.pkl", TRUNCATED),
        ("models/config.json", b"{}"),
        ("models/weights.gguf", UNSUPPORTED),
        ("models/m.pkl", MEDIUM),
    ]);
    let report = sandbox.run(&["scan", "models"]);
    assert_snapshot!(report, @"
    exit: 1
    --- stdout
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> models/a.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> models/b/evil.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    warning[PKL002/unknown-global]: imports `acme.models.Thing`, which is on no list
      --> models/m.pkl @ bytes 0..19 (opcode 0, GLOBAL)
      = reached: instantiated by NEWOBJ at byte 20
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    undecided: models/a.pkl: the stream ends without STOP at byte 9
    unsupported: models/weights.gguf: gguf is recognised and not judged yet
    6 files: 1 dangerous, 1 suspicious, 1 undecided, 1 unsupported, 1 clean, 1 passive; 3 findings: 1 critical, 0 high, 1 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
    for jobs in ["1", "2", "7"] {
        assert_eq!(sandbox.run(&["scan", "models", "--jobs", jobs]), report);
    }
}

#[test]
fn a_clean_folder_says_what_was_passive() {
    let sandbox = Sandbox::with(&[
        ("models/a.pkl", CLEAN),
        ("models/README.md", b"# A model\n"),
    ]);
    assert_snapshot!(sandbox.run(&["scan", "models"]), @"
    exit: 0
    --- stdout
    clean: 2 files, 100 % of bytes accounted for; 1 passive
    --- stderr
    ");
}

#[test]
fn where_nothing_can_be_checked_the_answer_says_so() {
    let sandbox = Sandbox::with(&[
        ("texts/README.md", b"# No model\n"),
        ("weights.gguf", UNSUPPORTED),
    ]);
    assert_snapshot!(sandbox.run(&["scan", "texts"]), @"
    exit: 3
    --- stdout
    nothing to check in 1 file: 1 passive; no findings; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["scan", "texts", "weights.gguf"]), @"
    exit: 3
    --- stdout
    unsupported: weights.gguf: gguf is recognised and not judged yet
    nothing to check in 2 files: 1 unsupported, 1 passive; no findings; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn an_empty_folder_is_nothing_to_check() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["scan", "."]), @"
    exit: 3
    --- stdout
    nothing to check in 0 files; no findings; no bytes; scan complete
    --- stderr
    ");
}

#[test]
fn the_unsupported_beside_the_judged_is_undecided() {
    let sandbox = Sandbox::with(&[("a.pkl", CLEAN), ("weights.gguf", UNSUPPORTED)]);
    assert_snapshot!(sandbox.run(&["scan", "."]), @"
    exit: 2
    --- stdout
    unsupported: ./weights.gguf: gguf is recognised and not judged yet
    2 files: 1 unsupported, 1 clean; no findings; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn an_archive_of_the_judged_and_the_unsupported_is_undecided() {
    let archive = zip(&[("a.pkl", CLEAN), ("weights.gguf", UNSUPPORTED)]);
    let sandbox = Sandbox::with(&[("models.zip", &archive)]);
    assert_snapshot!(sandbox.run(&["scan", "models.zip"]), @"
    exit: 2
    --- stdout
    unsupported: models.zip: weights.gguf (gguf) is recognised and not judged yet
    1 file: 1 unsupported; no findings; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn fail_on_says_which_findings_count() {
    let sandbox = Sandbox::with(&[("model.pkl", MEDIUM)]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 1
    --- stdout
    warning[PKL002/unknown-global]: imports `acme.models.Thing`, which is on no list
      --> model.pkl @ bytes 0..19 (opcode 0, GLOBAL)
      = reached: instantiated by NEWOBJ at byte 20
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    1 file: 1 suspicious; 1 finding: 0 critical, 0 high, 1 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
    assert_snapshot!(sandbox.run(&["scan", "--quiet", "--fail-on", "high", "model.pkl"]), @"
    exit: 0
    --- stdout
    warning[PKL002/unknown-global]: imports `acme.models.Thing`, which is on no list
      --> model.pkl @ bytes 0..19 (opcode 0, GLOBAL)
      = reached: instantiated by NEWOBJ at byte 20
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    --- stderr
    ");
}

#[test]
fn equal_findings_are_shown_once() {
    let sandbox = Sandbox::with(&[("model.pkl", &many(60))]);
    assert_snapshot!(sandbox.run(&["scan", "model.pkl"]), @"
    exit: 1
    --- stdout
    warning[PKL002/unknown-global]: imports `acme.models.Thing`, which is on no list
      --> model.pkl @ bytes 1..20 (opcode 1, GLOBAL)
      = again: bytes 22..41, bytes 43..62, bytes 64..83 and 56 more places
      = reached: instantiated by NEWOBJ at byte 21
      = why: Loading imports the module of such a name, runs `__new__` and, where there is one, `__setstate__`, and all of that is code that was not looked at.
      = help: Find out what the name is.
      = rule: docs/rules/PKL002.md
    1 file: 1 suspicious; 60 findings: 0 critical, 0 high, 60 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
}

#[test]
fn a_finding_in_a_member_names_it() {
    let archive = zip(&[("archive/data.pkl", CRITICAL), ("archive/version", b"3\n")]);
    let sandbox = Sandbox::with(&[("why!.bin", &archive)]);
    assert_snapshot!(sandbox.run(&["scan", "why!.bin"]), @"
    exit: 1
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> why%21.bin!archive/data.pkl @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    1 file: 1 dangerous; 1 finding: 1 critical, 0 high, 0 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
}

#[test]
fn standard_input_is_scanned() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run_with_stdin(&["scan", "-"], CRITICAL), @"
    exit: 1
    --- stdout
    error[PKL001/unsafe-global]: imports `os.system` (process: runs commands or changes the process and its files)
      --> <stdin> @ bytes 0..11 (opcode 0, GLOBAL)
      = reached: called by REDUCE at byte 19
      = why: An import runs the module and its parent packages.
      = help: Do not load the file.
      = rule: docs/rules/PKL001.md
    1 file: 1 dangerous; 1 finding: 1 critical, 0 high, 0 medium, 0 low, 0 info; 100 % of bytes accounted for; scan complete
    --- stderr
    ");
    assert_snapshot!(sandbox.run_with_stdin(&["scan", "-"], CLEAN), @"
    exit: 0
    --- stdout
    clean: 1 file, 100 % of bytes accounted for
    --- stderr
    ");
}

#[test]
fn standard_input_stands_where_it_is_named() {
    let sandbox = Sandbox::with(&[("a.pkl", CLEAN), ("b.pkl", TRUNCATED)]);
    assert_snapshot!(
        sandbox.run_with_stdin(&["scan", "--quiet", "b.pkl", "-", "a.pkl"], TRUNCATED),
        @"
    exit: 2
    --- stdout
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> b.pkl @ bytes 9..9 (opcode 6)
      = why: A loader carries out every opcode up to the break.
      = help: Fetch the file again and compare its digest with the publisher's: most broken files are cut-off downloads.
      = rule: docs/rules/PKL010.md
    note[PKL010/broken-stream]: the stream ends without STOP at byte 9
      --> <stdin> @ bytes 9..9 (opcode 6)
      = rule: docs/rules/PKL010.md
    undecided: b.pkl: the stream ends without STOP at byte 9
    undecided: <stdin>: the stream ends without STOP at byte 9
    --- stderr
    "
    );
}

#[test]
fn more_standard_input_than_allowed_is_undecided() {
    let sandbox = Sandbox::new();
    assert_snapshot!(
        sandbox.run_with_stdin(&["scan", "--max-stdin-bytes", "1KiB", "-"], &[b'N'; 2000]),
        @"
    exit: 2
    --- stdout
    note[CON022/unreadable-file]: more than the 1024 bytes allowed
      --> <stdin>
      = why: What cannot be read cannot be vouched for.
      = help: Give the scanner the permissions of the loader, or scan on the machine that loads.
      = rule: docs/rules/CON022.md
    undecided: <stdin>: more than the 1024 bytes allowed
    1 file: 1 undecided; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; no bytes; scan not complete
    --- stderr
    "
    );
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_undecided() {
    let sandbox = Sandbox::with(&[("a.pkl", CLEAN)]);
    std::os::unix::fs::symlink("nowhere.pkl", sandbox.path("link.pkl")).unwrap();
    assert_snapshot!(sandbox.run(&["scan", "."]), @"
    exit: 2
    --- stdout
    note[CON022/unreadable-file]: link to `nowhere.pkl` leads nowhere
      --> ./link.pkl
      = why: What cannot be read cannot be vouched for.
      = help: Give the scanner the permissions of the loader, or scan on the machine that loads.
      = rule: docs/rules/CON022.md
    undecided: ./link.pkl: link to `nowhere.pkl` leads nowhere
    2 files: 1 undecided, 1 clean; 1 finding: 0 critical, 0 high, 0 medium, 1 low, 0 info; 100 % of bytes accounted for; scan not complete
    --- stderr
    ");
}

#[test]
fn limits_reach_the_scanner() {
    let inner = zip(&[("data.pkl", CLEAN)]);
    let nested = zip(&[("a.zip", &zip(&[("b.zip", &inner)]))]);
    let several = zip(&[("a.pkl", CLEAN), ("b.pkl", CLEAN), ("c.pkl", CLEAN)]);
    let sandbox = Sandbox::with(&[
        ("models/nested.zip", &nested),
        ("models/several.zip", &several),
        ("models/model.pkl", CLEAN),
    ]);
    let code = |arguments: &[&str]| {
        let status = sandbox.command(arguments).output().unwrap().status;
        status.code().unwrap()
    };
    assert_eq!(code(&["scan", "models"]), 0);
    assert_eq!(code(&["scan", "models", "--full", "--jobs", "2"]), 0);
    assert_eq!(code(&["scan", "--max-depth", "1", "models/nested.zip"]), 2);
    assert_eq!(
        code(&["scan", "--max-members", "1", "models/several.zip"]),
        2
    );
    assert_eq!(code(&["scan", "--max-files", "1", "models"]), 2);
}
