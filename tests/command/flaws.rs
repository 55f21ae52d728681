//! `langlet flaws`: a judge in; what it rejects, by production, out.

use std::time::{Duration, Instant};

use langlet_test_support::command;

use crate::{LANGLET, example, folder};

/// Standard output, standard error and exit code. Temporary files go to a folder that must be empty afterwards.
fn run(arguments: &str, judge: &str) -> (String, String, i32) {
    let folder = folder(&[]);
    let mut command = folder.command(&format!("flaws {arguments}"));
    let run = command::run(command.args(["--judge", judge]).env("TMPDIR", folder.path("")));
    assert_eq!(folder.n_files(""), 0, "temporary files are left");
    run.parts()
}

/// By the judge that is built with the tests.
fn asked(arguments: &str, mode: &str) -> (String, String, i32) {
    run(arguments, &format!("'{}' {mode} {{}}", example("judge").display()))
}

const TWO_FLAWS: &str = r#"object: '{' member ',' member '}'
    {"": "a", "b": "c"}
      program.json:19: error: an object with two members
array: '[' value ']'
    [null]
      null in a list (2 times)
json: 27 programs, 24 accepted, 3 rejected: 2 flaws in 2 productions
"#;

#[test]
fn rejected_programs_are_minimized_and_grouped() {
    let (out, err, code) = asked("-l json --cover pairs", "commas");
    assert_eq!((err.as_str(), code), ("", 1));
    assert_eq!(out, TWO_FLAWS);
    assert_eq!(asked("-l json --cover pairs -j1", "commas"), asked("-l json --cover pairs -j4", "commas"));
    let (out, err, code) = asked("-l json", "accepts");
    assert_eq!(
        (out.as_str(), err.as_str(), code),
        ("json: 9 programs, 9 accepted, 0 rejected: 0 flaws in 0 productions\n", "", 0)
    );
}

/// The command itself as a judge: what JSON5 has and JSON has not.
#[test]
fn one_langlet_judges_another() {
    let (out, _, code) = run("-l json5", &format!("{LANGLET} check -l json {{}}"));
    assert_eq!(code, 1);
    assert!(out.contains("\nname: NAME\n    {a: \"\"}\n"), "{out}");
    assert!(out.ends_with("json5: 17 programs, 7 accepted, 10 rejected: 10 flaws in 10 productions\n"), "{out}");
}

#[test]
fn judges_that_fail_are_told() {
    let (out, err, code) = asked("-l json", "crashes");
    assert!(err.contains("error: the judge: it crashed (signal: 6") && err.contains("for `null`"), "{err}");
    assert!(
        out.ends_with("json: 9 programs, 8 accepted, 0 rejected, 1 undecided: 0 flaws in 0 productions\n") && code == 2,
        "{out}"
    );
    let started = Instant::now();
    let (_, err, code) = asked("-l json --time-limit 1", "hangs");
    assert!(err.contains("error: the judge: it took longer than 1 s for `null`") && code == 2, "{err}");
    assert!(started.elapsed() < Duration::from_secs(60));
    let (out, err, code) = asked("-l json", "rejects");
    assert!(err.contains("it rejects all 9 programs; of `{}` it says: exit status: 1"), "{err}");
    assert!(err.contains("help: try the command by hand") && out.is_empty() && code == 2, "{err}");
}

#[test]
fn judges_that_are_none_are_told() {
    let error = |arguments: &str, judge: &str| {
        let (out, err, code) = run(arguments, judge);
        assert_eq!((out.as_str(), code), ("", 2), "{err}");
        err
    };
    let missing = error("-l json", "no-such-command-of-ours {}");
    assert!(missing.contains("the judge `no-such-command-of-ours`: there is no such file or directory"), "{missing}");
    assert!(error("-l json", "x").contains("write `{}` where the file stands: `--judge 'x {}'`"));
    assert!(error("-l json", "x '{}").contains("a quote is not closed"));
    assert!(error("-l json", " ").contains("there is no command"));
    assert!(error("-l json --time-limit 0", "x {}").contains("--time-limit"));
    assert!(error("-l json --start NUMBER", "x {}").contains("a token of json, not a rule"));
}
