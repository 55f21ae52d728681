//! Arguments that are wrong, help, colors, and outputs that are closed or full.

use std::fs;
use std::io::Read;

use langlet_test_support::command::Run;

use crate::folder;

#[test]
fn bad_usage_is_reported_with_the_usage() {
    let folder = folder(&[("a.py", "print 1\n")]);
    for (arguments, message) in [
        ("", "Usage: langlet"),
        ("translte a.py", "translate"),
        ("check -l python27", "<PATHS>..."),
        ("check -l python27 -j 0 a.py", "invalid value '0'"),
        ("parse -l python27 --format xml a.py", "[possible values: tree, json, dot]"),
        ("translate --from python27 a.py", "--to <LANGLET>"),
        ("translate --from python27 --to python38 --write --diff a.py", "cannot be used with"),
        ("translate --from python27 --to python38 --check --stdout a.py", "cannot be used with"),
        ("translate --from python27 --to python38 --json --diff a.py", "cannot be used with"),
        ("translate --from python27 --to python38 --write -", "the standard input cannot be written to"),
    ] {
        folder.run(arguments).ends_with(2).says(message);
    }
    assert_eq!(folder.text("a.py"), "print 1\n");
}

#[test]
fn translations_that_there_are_not() {
    let folder = folder(&[("a.py", "print 1\n")]);
    let run = |from: &str, to: &str| folder.run(&format!("translate --from {from} --to {to} a.py")).ends_with(2);
    run("json5", "python38").says("no translation between these").says("there are json5 -> json, python27 -> python38");
    run("python27", "python39").says("did you mean `python38`?");
    run("python38", "python38").says("source and target are the same langlet");
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let folder = folder(&[]);
    let help = folder.run("--help").ends_with(0);
    assert!(help.text().contains("Examples:") && help.text().contains("Exit codes:"));
    assert!(folder.run("translate --help").ends_with(0).text().contains("--drop-comments"));
    assert_eq!(folder.run("--version").ends_with(0).text(), format!("langlet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn colors_are_for_terminals_or_on_request() {
    let folder = folder(&[("bad.json", "[1 2]")]);
    let has_color = |run: &Run| run.err.contains('\x1b');
    assert!(!has_color(&folder.run("check bad.json").ends_with(1)));
    assert!(has_color(&folder.run("check --color always bad.json").ends_with(1)));
    assert!(has_color(&folder.run("check --color always missing.json").ends_with(2)));
    assert!(!has_color(&folder.run("check --color never bad.json").ends_with(1)));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder(&[]);
    folder.write("a.json", format!("[{}1]", "1, ".repeat(200_000)).as_bytes());
    let mut child = folder.command("tokens a.json").spawn().unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let folder = folder(&[]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = folder.command("list").stdout(full).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*message),
        (Some(2), "error: the output cannot be written: no space left on device\n")
    );
}
