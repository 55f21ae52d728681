//! The command as its users run it: arguments and files in; output, exit code and files out.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run of the command left.
#[derive(Debug)]
struct Run {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Run {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("the output is UTF-8")
    }

    /// Asserts the exit code, and that there was no panic.
    #[track_caller]
    fn ends_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}\n{}", String::from_utf8_lossy(&self.out), self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Run {
        assert!(self.err.contains(part), "no `{part}` in:\n{}", self.err);
        self
    }
}

/// A folder with files, in which the command is run.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| folder.write(name, text.as_bytes()));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_langlet"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `langlet` with arguments that are separated by blanks.
    fn run(&self, arguments: &str) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().expect("the command ended by itself"),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `langlet` with a text on its standard input.
    fn pipe(&self, arguments: &str, input: &[u8]) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // The command may end before it has read all.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let code = output.status.code().expect("the command ended by itself");
        Run { code, out: output.stdout, err: String::from_utf8(output.stderr).unwrap() }
    }
}

fn translate(arguments: &str) -> String {
    format!("translate --from python27 --to python38 {arguments}")
}

// ---- list, show --------------------------------------------------------------------------------------------------------

#[test]
fn list_has_one_line_for_each() {
    let folder = Folder::new(&[]);
    let run = folder.run("list").ends_with(0);
    let line = |start: &str| run.text().lines().find(|line| line.starts_with(start)).map(str::to_owned);
    assert!(line("langlet      json5 : json").unwrap().ends_with(".json5"));
    assert!(line("langlet      python27_print_function").unwrap().contains("dialect of python27"));
    assert!(line("translation  python27 -> python38").is_some());
    let rules = folder.run("list --rules").ends_with(0);
    assert!(rules.text().contains("python27 -> python38  print_to\n") && !run.text().contains("print_to\n"));
}

#[test]
fn show_prints_the_whole_the_delta_and_the_history() {
    let folder = Folder::new(&[]);
    let [whole, delta, why] =
        ["", "--delta", "--why"].map(|view| folder.run(&format!("show python27 {view}")).ends_with(0));
    assert!(whole.text().contains("\nwhile_stmt: ") && whole.text().contains("\nwith_item: "));
    assert!(!delta.text().contains("\nwhile_stmt: ") && delta.text().contains("\nwith_item: "));
    let history = why.text().lines().find(|line| line.starts_with("with_stmt ")).unwrap();
    assert!(history.ends_with("python26 defines it, python27 replaces it"), "{history}");
    // The whole grammar is a langlet again, with nothing to say against it.
    folder.write("again.langlet", folder.run("show json").out.as_slice());
    let again = folder.run("show ./again.langlet").ends_with(0);
    assert_eq!(again.text(), folder.run("show json").text());
}

#[test]
fn show_check_finds_what_may_not_be_meant() {
    let folder = Folder::new(&[("odd.langlet", "langlet odd\nstart a\na: 'x'\nb: 'y'\n")]);
    assert_eq!(folder.run("show json --check").ends_with(0).text(), "json: 0 warnings, 0 conflicts\n");
    let odd = folder.run("show ./odd.langlet --check").ends_with(1);
    assert!(odd.text().contains("the rule `b` cannot be reached") && odd.text().contains("odd.langlet:4:1"));
    // `x` may be the first item of one `b` or of the next.
    folder.write("twice.langlet", b"langlet twice\nstart a\na: b*\nb: 'x' ['x']\n");
    let twice = folder.run("show ./twice.langlet --check").ends_with(1);
    assert!(
        twice.text().contains("in `b`, 'x' does not decide") && twice.text().contains("go on with 'x': x «here» x"),
        "{}",
        twice.text()
    );
    assert!(twice.text().ends_with("twice: 0 warnings, 1 conflict\n"));
    folder.run("show json --check --delta").ends_with(2).says("cannot be used with");
    folder.run("show jsno").ends_with(2).says("did you mean `json`?");
}

// ---- tokens, parse -----------------------------------------------------------------------------------------------------

#[test]
fn tokens_are_listed_with_layout_and_up_to_an_error() {
    let folder = Folder::new(&[("a.py", "if a:\n\tb()\n"), ("bad.py", "a = ?\n")]);
    let run = folder.run("tokens -l python27 a.py").ends_with(0);
    let expected = "1:1 'if' 'if'\n1:4 NAME 'a'\n1:5 ':' ':'\n1:6 NEWLINE '\\n'\n2:1 INDENT ''\n2:2 NAME 'b'\n2:3 '(' '('\n\
                    2:4 ')' ')'\n2:5 NEWLINE '\\n'\n3:1 DEDENT ''\n";
    assert_eq!(run.text().find(expected), Some(0), "{}", run.text());
    let bad = folder.run("tokens -l python27 bad.py").ends_with(2).says("bad.py:1:5").says("unexpected character `?`");
    assert_eq!(bad.text(), "1:1 NAME 'a'\n1:3 '=' '='\n");
}

#[test]
fn a_tree_has_four_forms() {
    let folder = Folder::new(&[("a.json", "[1 , true]\n")]);
    let json = folder.run("parse -l json --format json a.json").ends_with(0);
    let expected = r#"["array", ["[", "[", 1, 0], ["value", ["NUMBER", "1", 1, 1]], [",", ",", 1, 3], ["value", ["true", "true", 1, 5]], ["]", "]", 1, 9]]"#;
    assert!(json.text().contains(expected), "{}", json.text());
    let tree = folder.run("parse a.json").ends_with(0);
    assert!(tree.text().lines().any(|line| line.trim() == "NUMBER '1'"), "{}", tree.text());
    let collapsed = folder.run("parse --collapsed a.json").ends_with(0);
    assert!(collapsed.text().lines().count() < tree.text().lines().count());
    assert!(collapsed.text().lines().any(|line| line.trim() == "value NUMBER '1'"), "{}", collapsed.text());
    let dot = folder.run("parse --format dot -l json -").ends_with(2);
    assert_eq!(dot.text(), "", "an empty text is no JSON");
    assert!(folder.pipe("parse --format dot -l json -", b"[]").ends_with(0).text().starts_with("digraph tree {\n"));
}

#[test]
fn a_text_is_read_as_the_rule_that_is_named() {
    let folder = Folder::new(&[]);
    let parse = |rule: &str, text: &str| {
        folder.pipe(&format!("parse -l python27 --format json --start {rule} -"), text.as_bytes())
    };
    assert!(parse("test", "a + b\n").ends_with(0).text().starts_with("[\"test\", "));
    assert!(parse("stmt", "if a:\n  b\n").ends_with(0).text().starts_with("[\"stmt\", "));
    assert!(parse("stmt", "a").ends_with(0).text().contains("[\"NEWLINE\", \"\", 1, 1]"));
    parse("test", "a +\n").ends_with(2).says("<stdin>:1:4").says("the end of the line");
    parse("tset", "a").ends_with(2).says("did you mean `test`?");
    parse("NAME", "a").ends_with(2).says("`NAME` is a token of python27, not a rule");
}

#[test]
fn without_a_langlet_the_ending_must_tell_it() {
    let folder = Folder::new(&[("a.json5", "{a: 1}"), ("a.py", "a\n"), ("a.txt", "a\n")]);
    folder.run("parse a.json5").ends_with(0);
    folder.run("parse a.py").ends_with(2).says("this may be python26, python27, python38, python313");
    folder.run("parse a.txt").ends_with(2).says("name it with `-l`");
    folder.pipe("parse -", b"[]").ends_with(2).says("the name does not tell which langlet this is");
}

#[test]
fn a_dialect_is_chosen_by_what_the_file_says() {
    let function = "from __future__ import print_function\nprint('a', file=f)\n";
    let folder = Folder::new(&[("function.py", function), ("both.py", "print('a', file=f)\n")]);
    folder.run("parse -l python27 function.py").ends_with(0);
    folder.run("parse -l python27 both.py").ends_with(2).says("both.py:1:");
    folder.run("parse -l python27_print_function both.py").ends_with(0);
    // A translation of the dialect leaves alone what is Python 3 already.
    assert_eq!(folder.run(&translate("function.py")).ends_with(0).text(), function);
}

// ---- check -------------------------------------------------------------------------------------------------------------

#[test]
fn check_counts_files_bytes_and_failures() {
    let folder = Folder::new(&[("a.py", "a = 1\n"), ("sub/b.py", "print 2\n"), ("sub/c.txt", "no Python\n")]);
    let run = folder.run("check -l python27 .").ends_with(0);
    assert!(run.text().starts_with("python27: 2 files, 14 bytes, ") && run.text().ends_with(" MB/s, 0 failed\n"));
    assert_eq!(run.err, "", "no progress bar but on a terminal");
    folder.write("bad.py", b"a = = 1\n");
    let run = folder.run("check -l python27 .").ends_with(1).says("bad.py:1:5");
    assert!(run.text().starts_with("python27: 3 files, 22 bytes, ") && run.text().ends_with(" 1 failed\n"));
    // A file by its name is checked whatever its ending is.
    folder.run("check -l python27 sub/c.txt").ends_with(1).says("c.txt:1:4");
    let run = folder.run("check -l python27 missing.py a.py").ends_with(2).says("missing.py: there is no such file");
    assert!(run.text().starts_with("python27: 2 files, 6 bytes, ") && run.text().ends_with(" 1 failed\n"));
}

#[test]
fn check_respects_what_git_ignores() {
    let files = [("a.py", "a\n"), ("built/b.py", "b\n"), (".hidden/c.py", "c\n"), (".gitignore", "built/\n")];
    let folder = Folder::new(&files);
    fs::create_dir(folder.path(".git")).unwrap();
    let n_files = |options: &str| {
        let run = folder.run(&format!("check -l python27 {options} .")).ends_with(0);
        run.text().split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(n_files(""), "1");
    assert_eq!(n_files("--no-ignore"), "2");
    assert_eq!(n_files("--hidden"), "2");
    assert_eq!(n_files("--hidden --no-ignore"), "3");
    assert_eq!(n_files("built/b.py ./built/../a.py a.py"), "2", "named files, and each file once");
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    let folder = Folder::new(&[]);
    let text = "[".repeat(100_000) + &"]".repeat(100_000);
    folder.write("deep.json", text.as_bytes());
    folder.run("check deep.json").ends_with(0);
    let run = folder.run("parse --format json deep.json").ends_with(0);
    assert!(run.out.len() > text.len());
}

// ---- translate: modes --------------------------------------------------------------------------------------------------

const OLD: &str = "import sys\n# to the log\nprint >>sys.stderr, 'a',  0777  # octal\n\nx = `y` <> 2L\n";
const NEW: &str = "import sys\n# to the log\nprint('a',  0o777, file=sys.stderr)  # octal\n\nx = repr(y) != 2\n";

#[test]
fn a_single_file_is_translated_to_the_standard_output() {
    let folder = Folder::new(&[("a.py", OLD)]);
    assert_eq!(folder.run(&translate("a.py")).ends_with(0).text(), NEW);
    assert_eq!(folder.pipe(&translate("-"), OLD.as_bytes()).ends_with(0).text(), NEW);
    assert_eq!(folder.text("a.py"), OLD, "the file itself is left alone");
    // What is translated already does not change.
    let again = folder.pipe("translate --from python27 --to python38 --check -", b"x = 1\n").ends_with(0);
    assert_eq!(again.text(), "");
}

#[test]
fn a_folder_is_shown_as_differences_and_left_alone() {
    let folder = Folder::new(&[("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
    let expected = "--- d/a.py\n+++ d/a.py\n@@ -1,5 +1,5 @@\n import sys\n # to the log\n-print >>sys.stderr, 'a',  0777  # octal\n\
                    +print('a',  0o777, file=sys.stderr)  # octal\n \n-x = `y` <> 2L\n+x = repr(y) != 2\n";
    assert_eq!(folder.run(&translate("d")).ends_with(1).text(), expected);
    assert_eq!(folder.run(&translate("--diff d/a.py")).ends_with(1).text(), expected);
    assert_eq!(folder.run(&translate("--diff d/same.py")).ends_with(0).text(), "");
    assert_eq!(folder.text("d/a.py"), OLD);
    let colored = folder.run(&translate("--color always d")).ends_with(1);
    assert!(colored.text().contains("\x1b[32m+x = repr(y) != 2\x1b[0m\n"));
    let unfinished = folder.pipe(&translate("--diff -"), b"print 1").ends_with(1);
    let expected = "-print 1\n\\ No newline at end of file\n+print(1)\n\\ No newline at end of file\n";
    assert!(unfinished.text().ends_with(expected), "{}", unfinished.text());
}

#[test]
fn write_replaces_files_and_a_second_run_has_nothing_to_do() {
    let folder = Folder::new(&[("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
    let run = folder.run(&translate("--write d")).ends_with(0).says("1 changed, 1 unchanged, 0 failed");
    assert_eq!(run.text(), "");
    assert_eq!(folder.text("d/a.py"), NEW);
    assert_eq!(folder.text("d/same.py"), "x = 1\n");
    assert_eq!(fs::read_dir(folder.path("d")).unwrap().count(), 2, "a temporary file is left");
}

#[test]
fn check_names_the_files_that_would_change() {
    let folder = Folder::new(&[("d/b.py", OLD), ("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
    let run = folder.run(&translate("--check d")).ends_with(1).says("2 would change, 1 unchanged, 0 failed");
    assert_eq!(run.text(), "d/a.py\nd/b.py\n");
    assert_eq!(folder.text("d/a.py"), OLD);
    assert_eq!(folder.run(&translate("--check d/same.py")).ends_with(0).text(), "");
}

#[test]
fn json_has_an_object_per_file() {
    let folder = Folder::new(&[("d/a.py", "x\nif y: print 1\n"), ("d/b.py", "x = \n"), ("d/c.py", "x\n")]);
    let run = folder.run(&translate("--json d")).ends_with(2);
    let lines: Vec<&str> = run.text().lines().collect();
    let a =
        r#"{"path": "d/a.py", "changed": true, "applied": [{"rule": "print", "line": 2, "column": 6}], "errors": []}"#;
    let b = r#"{"path": "d/b.py", "changed": false, "applied": [], "errors": [{"line": 1, "column": 4, "message": "#;
    let c = r#"{"path": "d/c.py", "changed": false, "applied": [], "errors": []}"#;
    assert_eq!((lines.len(), lines[0], lines[2]), (3, a, c));
    assert!(lines[1].starts_with(b), "{}", lines[1]);
    // Each line is JSON, by our own lights.
    for line in lines {
        folder.pipe("parse -l json -", line.as_bytes()).ends_with(0);
    }
    assert_eq!(folder.run(&translate("--json d/a.py")).ends_with(1).text(), format!("{a}\n"));
    assert_eq!(folder.text("d/a.py"), "x\nif y: print 1\n", "a report alone writes nothing");
    assert_eq!(folder.run(&translate("--json --write d/a.py")).ends_with(0).text(), format!("{a}\n"));
    assert_eq!(folder.text("d/a.py"), "x\nif y: print(1)\n");
}

#[test]
fn rules_are_chosen_by_name_or_the_beginning_of_a_name() {
    let folder = Folder::new(&[("a.py", "print >>f, `a`\nprint 0777\n")]);
    let run = |options: &str| folder.run(&translate(&format!("{options} a.py")));
    assert_eq!(run("").ends_with(0).text(), "print(repr(a), file=f)\nprint(0o777)\n");
    // Rules that are left out leave their constructs alone; what the target cannot say is an error, with its place.
    assert_eq!(run("--only print,repr,numliterals_octal").ends_with(0).text(), run("").text());
    run("--except numliterals").ends_with(2).says("2:7").says("`0777`");
    run("--only prnit").ends_with(2).says("has no rule `prnit`; did you mean `print`?").says("Usage:");
    run("--except nothing_like_it").ends_with(2).says("`langlet list --rules` shows which there are");
    // Without its rules, what only the source has cannot be said.
    run("--only print").ends_with(2).says("1:12").says("python38 has no `atom: '`' testlist1 '`'`");
}

#[test]
fn a_file_that_cannot_be_translated_is_skipped() {
    let folder = Folder::new(&[("d/a.py", "print 1\n"), ("d/b.py", "print (\n"), ("d/c.py", "print 3\n")]);
    let run = folder.run(&translate("--write d gone.py")).ends_with(2);
    let run = run.says("d/b.py:").says("gone.py: there is no such file").says("2 changed, 0 unchanged, 2 failed");
    assert_eq!(run.text(), "");
    let texts = ["d/a.py", "d/b.py", "d/c.py"].map(|name| folder.text(name));
    assert_eq!(texts, ["print(1)\n", "print (\n", "print(3)\n"]);
    // Where nothing can be printed, nothing is.
    assert_eq!(folder.run(&translate("d/b.py")).ends_with(2).text(), "");
}

#[test]
fn comments_that_json_lacks_are_refused_or_dropped() {
    let folder = Folder::new(&[("a.json5", "{a: 0x10, /* c */ 'b': [1,],}\n"), ("nan.json5", "[NaN]\n")]);
    let run = |arguments: &str| folder.run(&format!("translate --from json5 --to json {arguments}"));
    assert_eq!(run("a.json5").ends_with(2).says("a.json5:1:11").says("json has no comments").text(), "");
    let dropped = run("--drop-comments a.json5").ends_with(0);
    folder.pipe("check -l json -", &dropped.out).ends_with(0);
    assert!(dropped.text().starts_with("{\"a\": 16,") && !dropped.text().contains("c */"), "{}", dropped.text());
    run("nan.json5").ends_with(2).says("NaN");
}

#[test]
fn the_number_of_threads_is_not_seen() {
    let folder = Folder::new(&[]);
    for index in 0..60 {
        let text =
            if index % 7 == 3 { "print (\n".to_owned() } else { format!("print {index}\n").repeat(index * index % 90) };
        folder.write(&format!("d/{index:02}.py"), text.as_bytes());
    }
    for mode in ["--diff", "--check", "--json", "--stdout"] {
        let [one, eight] = ["1", "8"].map(|n| folder.run(&translate(&format!("{mode} -j {n} d"))).ends_with(2));
        assert_eq!(one.out, eight.out, "{mode}");
        assert_eq!(one.err, eight.err, "{mode}");
        assert!(one.out.len() > 100, "{mode}");
    }
    let [one, eight] = ["1", "8"].map(|n| folder.run(&format!("check -l python38 -j {n} d")).ends_with(1).err);
    assert_eq!(one, eight);
}

// ---- usage -------------------------------------------------------------------------------------------------------------

#[test]
fn bad_usage_is_reported_with_the_usage() {
    let folder = Folder::new(&[("a.py", "print 1\n")]);
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
    let folder = Folder::new(&[("a.py", "print 1\n")]);
    let run = |from: &str, to: &str| folder.run(&format!("translate --from {from} --to {to} a.py")).ends_with(2);
    run("json5", "python38").says("no translation between these").says("there are json5 -> json, python27 -> python38");
    run("python27", "python39").says("did you mean `python38`?");
    run("python38", "python38").says("source and target are the same langlet");
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let folder = Folder::new(&[]);
    let help = folder.run("--help").ends_with(0);
    assert!(help.text().contains("Examples:") && help.text().contains("Exit codes:"));
    assert!(folder.run("translate --help").ends_with(0).text().contains("--drop-comments"));
    assert_eq!(folder.run("--version").ends_with(0).text(), format!("langlet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn colors_are_for_terminals_or_on_request() {
    let folder = Folder::new(&[("bad.json", "[1 2]")]);
    let has_color = |run: &Run| run.err.contains('\x1b');
    assert!(!has_color(&folder.run("check bad.json").ends_with(1)));
    assert!(has_color(&folder.run("check --color always bad.json").ends_with(1)));
    assert!(has_color(&folder.run("check --color always missing.json").ends_with(2)));
    assert!(!has_color(&folder.run("check --color never bad.json").ends_with(1)));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new(&[]);
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
    let folder = Folder::new(&[]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = folder.command("list").stdout(full).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*message),
        (Some(2), "error: the output cannot be written: no space left on device\n")
    );
}

// ---- encodings ---------------------------------------------------------------------------------------------------------

#[test]
fn a_file_is_written_back_in_its_encoding() {
    let folder = Folder::new(&[]);
    for (name, old, new) in [
        (
            "latin1.py",
            &b"# -*- coding: latin-1 -*-\nprint '\xE9\x80'\n"[..],
            &b"# -*- coding: latin-1 -*-\nprint('\xE9\x80')\n"[..],
        ),
        (
            "koi8.py",
            b"#!python\n#coding=koi8-r\nprint '\xC1' # \xC2\n",
            b"#!python\n#coding=koi8-r\nprint('\xC1') # \xC2\n",
        ),
        ("sjis.py", b"#coding:cp932\nprint '\x83\x5C'\n", b"#coding:cp932\nprint('\x83\x5C')\n"),
        ("mark.py", b"\xEF\xBB\xBFprint '\xC3\xA9'\n", b"\xEF\xBB\xBFprint('\xC3\xA9')\n"),
        ("crlf.py", b"if a:\r\n\tprint 1\r\n\r\n# c\r\n", b"if a:\r\n\tprint(1)\r\n\r\n# c\r\n"),
        ("mac.py", b"if a:\r\tprint 1\r", b"if a:\r\tprint(1)\r"),
        ("feed.py", b"\x0Cprint 1\n\x0C\nprint 2", b"\x0Cprint(1)\n\x0C\nprint(2)"),
    ] {
        folder.write(name, old);
        assert_eq!(
            folder.run(&translate(name)).ends_with(0).out.escape_ascii().to_string(),
            new.escape_ascii().to_string()
        );
        folder.run(&format!("check -l python27 {name}")).ends_with(0);
        folder.run(&translate(&format!("--write {name}"))).ends_with(0);
        assert_eq!(folder.read(name).escape_ascii().to_string(), new.escape_ascii().to_string());
    }
}

#[test]
fn a_diff_is_in_the_encoding_of_its_file() {
    let folder = Folder::new(&[]);
    folder.write("a.py", b"#coding:latin-1\nprint '\xE9'\n");
    let run = folder.run(&translate("--diff a.py")).ends_with(1);
    let expected = b"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n #coding:latin-1\n-print '\xE9'\n+print('\xE9')\n";
    assert_eq!(run.out.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let folder = Folder::new(&[("good.py", "print 1\n")]);
    for (bytes, messages) in [
        (&b"x = 1\ny = '\xE9'\n"[..], ["bad.py:2:6: the byte 0xE9 is not UTF-8", "declare the encoding"]),
        (b"# coding: utf-8\n'\xFF'\n", ["bad.py:2:2: the byte 0xFF is not UTF-8", "convert the file to UTF-8"]),
        (b"# coding: klingon\n", ["bad.py:1:11: the encoding `klingon` is not known", "coding cookie"]),
        (b"# coding: ascii\n#\xE9\n", ["bad.py:2:2: the byte 0xE9 is not ASCII", "error:"]),
        (b"x = 1\n\0\n", ["bad.py:2:1: there is a NUL byte", "binary file"]),
        (b"\x7FELF\x02\x01\0\0", ["bad.py:1:7: there is a NUL byte", "binary file"]),
        (b"\xFF\xFEx\0", ["this is UTF-16", "iconv"]),
        (b"\xEF\xBB\xBF# coding: latin-1\n", ["bad.py:1:14: the file begins with the mark of UTF-8", "ISO-8859-1"]),
    ] {
        folder.write("bad.py", bytes);
        folder.run("check -l python27 bad.py").ends_with(2).says(messages[0]).says(messages[1]);
        folder.write("good.py", b"print 1\n");
        folder.run(&translate("--write bad.py good.py")).ends_with(2).says(messages[0]);
        assert_eq!(folder.read("bad.py"), bytes, "left as it was");
        assert_eq!(folder.text("good.py"), "print(1)\n", "the others are done");
    }
}

#[test]
fn texts_with_nothing_in_them() {
    let folder =
        Folder::new(&[("empty.py", ""), ("comment.py", "# only\n  # comments"), ("blank.py", "\n \t\n\x0C\n")]);
    for name in ["empty.py", "comment.py", "blank.py"] {
        folder.run(&format!("check -l python27 {name}")).ends_with(0);
        assert_eq!(folder.run(&translate(name)).ends_with(0).out, folder.read(name));
    }
    folder.write("empty.json", b"");
    folder.run("check empty.json").ends_with(1).says("empty.json:1:1").says("the end of the text");
}

#[test]
fn mistakes_in_the_text_are_shown_with_a_snippet() {
    let folder = Folder::new(&[]);
    for (text, langlet, messages) in [
        ("x = '''abc\n", "python27", ["bad.py:1:5", "UNTERMINATED_STRING"]),
        ("x = 'abc\n", "python27", ["bad.py:1:5", "x = 'abc"]),
        ("if a:\n    b\n  c\n", "python27", ["bad.py:3:1", "indented"]),
        ("if a:\n        b\n\tc\n", "python38", ["bad.py:3:1", "tabs"]),
        ("f(1,\n", "python27", ["bad.py:", "found"]),
    ] {
        folder.write("bad.py", text.as_bytes());
        folder.run(&format!("check -l {langlet} bad.py")).ends_with(1).says(messages[0]).says(messages[1]);
    }
}

// ---- files -------------------------------------------------------------------------------------------------------------

#[test]
fn paths_that_lead_nowhere() {
    let folder = Folder::new(&[("a.py", "print 1\n")]);
    folder.run("parse -l python27 .").ends_with(2).says("this is a directory; name a file");
    folder.run("parse -l python27 gone.py").ends_with(2).says("gone.py: there is no such file or directory");
    folder.run("parse -l python27 a.py/b.py").ends_with(2).says("a.py/b.py: a part of this path is a file");
    let run = folder.run("check -l python27 a.py/b gone a.py").ends_with(2).says("a.py/b").says("gone");
    assert!(run.text().starts_with("python27: 3 files, 8 bytes") && run.text().ends_with(" 2 failed\n"));
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("real/a.py", "print 1\n")]);
    symlink("nowhere.py", folder.path("broken.py")).unwrap();
    symlink("real/a.py", folder.path("link.py")).unwrap();
    folder
        .run("check -l python27 broken.py")
        .ends_with(2)
        .says("broken.py: the link leads to nowhere.py, which is not there");
    // Links that are met in a directory are not followed: the file would be done twice.
    assert!(folder.run("check -l python27 .").ends_with(0).text().starts_with("python27: 1 file, "));
    folder.run(&translate("--write link.py")).ends_with(0);
    assert!(fs::symlink_metadata(folder.path("link.py")).unwrap().is_symlink(), "the link is kept");
    assert_eq!(folder.text("real/a.py"), "print(1)\n");
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1, "a temporary file is left");
}

#[cfg(unix)]
#[test]
fn permissions_are_kept_and_respected() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("a.py", "print 1\n"), ("closed/b.py", "b\n"), ("fixed.py", "print 1\n")]);
    let set = |name: &str, mode| fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    set("a.py", 0o751);
    folder.run(&translate("--write a.py")).ends_with(0);
    assert_eq!(folder.text("a.py"), "print(1)\n");
    assert_eq!(fs::metadata(folder.path("a.py")).unwrap().permissions().mode() & 0o7777, 0o751);
    set("closed", 0o000);
    set("fixed.py", 0o444);
    // Root may do all.
    if fs::read_dir(folder.path("closed")).is_err() {
        folder.run("check -l python27 closed a.py").ends_with(2).says("closed: permission denied");
        folder.run(&translate("--write fixed.py")).ends_with(2).says("fixed.py: not written: permission denied");
        assert_eq!(folder.text("fixed.py"), "print 1\n");
    }
    set("closed", 0o755);
}

#[test]
fn a_file_of_more_than_four_gibibytes() {
    let folder = Folder::new(&[]);
    // A hole: it takes no space.
    fs::File::create(folder.path("large.json")).unwrap().set_len(5 << 30).unwrap();
    folder.run("check large.json").ends_with(2).says("large.json: the file has 5368709120 bytes; a text has at most");
}

// ---- langlets of the user ----------------------------------------------------------------------------------------------

const UNLESS: &str = "langlet unless : python27\nunless_stmt: 'unless' test ':' suite\ncompound_stmt |= unless_stmt\n";

#[test]
fn a_langlet_file_works_wherever_a_name_does() {
    let more = "langlet more : unless\nunless_stmt |= 'never' ':' suite\n";
    let folder =
        Folder::new(&[("l/unless.langlet", UNLESS), ("l/more.langlet", more), ("a.py", "never:\n  print 1\n")]);
    folder.run("parse -l python27 a.py").ends_with(2);
    folder.run("parse -l l/unless.langlet a.py").ends_with(2);
    let tree = folder.run("parse -l l/more.langlet --collapsed a.py").ends_with(0);
    // What its ancestors may be warned of is not its concern; its own new keyword is.
    let warnings: Vec<&str> = tree.err.lines().filter(|line| line.contains('⚠')).collect();
    assert_eq!(warnings, ["  ⚠ `never` is a keyword in more and a NAME in unless"]);
    assert!(tree.text().contains("unless_stmt"), "{}", tree.text());
    assert!(folder.run("tokens -l l/more.langlet a.py").ends_with(0).text().starts_with("1:1 'never' 'never'\n"));
    // The endings are those of the built-in ancestor.
    assert!(folder.run("check -l l/more.langlet .").ends_with(0).text().starts_with("more: 1 file, "));
    assert_eq!(folder.run("show l/more.langlet --delta").ends_with(0).text(), more);
    // So is the translation; what it has no rule for is refused.
    folder.write("b.py", b"print 1\n");
    assert_eq!(folder.run("translate --from l/more.langlet --to python38 b.py").ends_with(0).text(), "print(1)\n");
    folder.run("translate --from l/more.langlet --to python38 a.py").ends_with(2).says("a.py:1:1");
}

#[test]
fn mistakes_in_a_langlet_file_are_shown_with_their_places() {
    let folder = Folder::new(&[("unless.langlet", UNLESS), ("a.py", "a\n")]);
    for (text, messages) in [
        ("langlet bad\nstart a\na: b\nc: 'x' dd\n", ["bad.langlet:3:4", "bad.langlet:4:8"]),
        ("langlet bad : pyhton27\n", ["bad.langlet:1:15", "there is no langlet `pyhton27` to inherit from"]),
        ("langlet bad : bad\n", ["bad.langlet:1:15", "inheritance goes in a circle: bad -> bad"]),
        ("langlet bad\nstart a\na: ('x'\n", ["bad.langlet:3:", "error"]),
        ("langlet bad\nstart a\na: /[/\n", ["bad.langlet:3:", "/[/"]),
        ("langlet bad : unless\ndrop test\n", ["bad.langlet", "test"]),
        ("langlet bad : wrong\n", ["wrong.langlet:1:", "wrong"]),
        ("", ["bad.langlet", "langlet"]),
    ] {
        folder.write("wrong.langlet", b"langlet wrong :\n");
        folder.write("bad.langlet", text.as_bytes());
        for command in ["show ./bad.langlet", "parse -l bad.langlet a.py", "check -l ./bad.langlet a.py"] {
            let run = folder.run(command).ends_with(2).says(messages[0]);
            assert!(messages[1] == "error" || run.err.contains(messages[1]), "{}", run.err);
            assert_eq!(run.text(), "", "{command}");
        }
    }
    folder.write("bad.langlet", b"langlet \xFF\n");
    folder.run("show ./bad.langlet").ends_with(2).says("bad.langlet:1:9: the byte 0xFF is not UTF-8");
    folder.run("show ./none.langlet").ends_with(2).says("none.langlet: there is no such file");
}

#[test]
fn warnings_about_a_langlet_file_do_not_stop_it() {
    let folder = Folder::new(&[("odd.langlet", "langlet odd\nstart a\na: 'x'\nb: 'y'\n"), ("a.odd", "x")]);
    let run = folder.run("check -l ./odd.langlet .").ends_with(0).says("the rule `b` cannot be reached");
    assert!(run.text().starts_with("odd: 1 file, 1 bytes, "), "the ending is the name of the langlet: {}", run.text());
}
