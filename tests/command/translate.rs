//! `langlet translate` in all its modes: to the standard output, as differences, written back, as JSON.

use std::fs;

use crate::{folder, translate};

const OLD: &str = "import sys\n# to the log\nprint >>sys.stderr, 'a',  0777  # octal\n\nx = `y` <> 2L\n";
const NEW: &str = "import sys\n# to the log\nprint('a',  0o777, file=sys.stderr)  # octal\n\nx = repr(y) != 2\n";

#[test]
fn a_single_file_is_translated_to_the_standard_output() {
    let folder = folder(&[("a.py", OLD)]);
    assert_eq!(folder.run(&translate("a.py")).ends_with(0).text(), NEW);
    assert_eq!(folder.pipe(&translate("-"), OLD.as_bytes()).ends_with(0).text(), NEW);
    assert_eq!(folder.text("a.py"), OLD, "the file itself is left alone");
    // What is translated already does not change.
    let again = folder.pipe("translate --from python27 --to python38 --check -", b"x = 1\n").ends_with(0);
    assert_eq!(again.text(), "");
}

#[test]
fn a_folder_is_shown_as_differences_and_left_alone() {
    let folder = folder(&[("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
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
    let folder = folder(&[("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
    let run = folder.run(&translate("--write d")).ends_with(0).says("1 changed, 1 unchanged, 0 failed");
    assert_eq!(run.text(), "");
    assert_eq!(folder.text("d/a.py"), NEW);
    assert_eq!(folder.text("d/same.py"), "x = 1\n");
    assert_eq!(fs::read_dir(folder.path("d")).unwrap().count(), 2, "a temporary file is left");
}

#[test]
fn check_names_the_files_that_would_change() {
    let folder = folder(&[("d/b.py", OLD), ("d/a.py", OLD), ("d/same.py", "x = 1\n")]);
    let run = folder.run(&translate("--check d")).ends_with(1).says("2 would change, 1 unchanged, 0 failed");
    assert_eq!(run.text(), "d/a.py\nd/b.py\n");
    assert_eq!(folder.text("d/a.py"), OLD);
    assert_eq!(folder.run(&translate("--check d/same.py")).ends_with(0).text(), "");
}

#[test]
fn json_has_an_object_per_file() {
    let folder = folder(&[("d/a.py", "x\nif y: print 1\n"), ("d/b.py", "x = \n"), ("d/c.py", "x\n")]);
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
    let folder = folder(&[("a.py", "print >>f, `a`\nprint 0777\n")]);
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
    let folder = folder(&[("d/a.py", "print 1\n"), ("d/b.py", "print (\n"), ("d/c.py", "print 3\n")]);
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
    let folder = folder(&[("a.json5", "{a: 0x10, /* c */ 'b': [1,],}\n"), ("nan.json5", "[NaN]\n")]);
    let run = |arguments: &str| folder.run(&format!("translate --from json5 --to json {arguments}"));
    assert_eq!(run("a.json5").ends_with(2).says("a.json5:1:11").says("json has no comments").text(), "");
    let dropped = run("--drop-comments a.json5").ends_with(0);
    folder.pipe("check -l json -", &dropped.out).ends_with(0);
    assert!(dropped.text().starts_with("{\"a\": 16,") && !dropped.text().contains("c */"), "{}", dropped.text());
    run("nan.json5").ends_with(2).says("NaN");
}

#[test]
fn the_number_of_threads_is_not_seen() {
    let folder = folder(&[]);
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
