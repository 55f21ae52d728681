//! `langlet check`: files in; their number, their bytes and mistakes out.

use std::fs;

use crate::folder;

#[test]
fn check_counts_files_bytes_and_failures() {
    let folder = folder(&[("a.py", "a = 1\n"), ("sub/b.py", "print 2\n"), ("sub/c.txt", "no Python\n")]);
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
    let folder = folder(&files);
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
    let folder = folder(&[]);
    let text = "[".repeat(100_000) + &"]".repeat(100_000);
    folder.write("deep.json", text.as_bytes());
    folder.run("check deep.json").ends_with(0);
    let run = folder.run("parse --format json deep.json").ends_with(0);
    assert!(run.out.len() > text.len());
}
