//! `langlet translate` by routes and rules of the user's own, explanations and traces; `coverage` and `test`.

use langlet_test_support::command::Folder;

use crate::folder;

const MINE: &str = "langlet mine : python38\ncompound_stmt |= unless_stmt\nunless_stmt: 'unless' test ':' suite\n";

#[test]
fn a_route_is_found_or_forced() {
    let folder = folder(&[("a.py", "print 1, `x`\n"), ("mine.langlet", MINE)]);
    let run = |ways: &str| folder.run(&format!("translate {ways} a.py"));
    let new = "print(1, repr(x))\n";
    assert_eq!(run("--from python26 --to python38").ends_with(0).text(), new);
    assert_eq!(run("--from python27 --to python313").ends_with(0).text(), new);
    assert_eq!(run("--from python26 --to ./mine.langlet").ends_with(0).text(), new);
    assert_eq!(run("--from python26 --to ./mine.langlet --via python27 --via python38").ends_with(0).text(), new);
    // Over a langlet that cannot say it there is no way.
    run("--from python26 --to python38 --via json").ends_with(2).says("python26 -> json");
    run("--from python27 --to python38 --via python26").ends_with(0);
    // An identity does not stand in for a transformation.
    assert_eq!(run("--from python38 --to python26").ends_with(2).text(), "");
}

#[test]
fn rules_of_the_users_own() {
    let codemod = "transform python38 -> python38\nrule old power [| old($x) |] => power [| new($x) |]\n";
    let down = "transform mine -> python38\n\
        rule unless compound_stmt [| unless $x: $s |] => compound_stmt [| if not $x: $s |]\n";
    let folder = folder(&[
        ("r/codemod.transform", codemod),
        ("r/down.transform", down),
        ("r/mine.langlet", MINE),
        ("a.py", "x = old(1)  # c\n"),
        ("b.py", "unless a or b: old(c)\n"),
        ("old.py", "print old(1)\n"),
    ]);
    let run = |arguments: &str| folder.run(&format!("translate {arguments}"));
    assert_eq!(run("--rules r/codemod.transform a.py").ends_with(0).text(), "x = new(1)  # c\n");
    assert_eq!(run("--rules r/down.transform b.py").ends_with(0).text(), "if not (a or b): old(c)\n");
    // Several, one after the other; what leads to the first and on from the last is found.
    let both = "--rules r/down.transform --rules r/codemod.transform";
    assert_eq!(run(&format!("{both} b.py")).ends_with(0).text(), "if not (a or b): new(c)\n");
    assert_eq!(run("--from python26 --rules r/codemod.transform old.py").ends_with(0).text(), "print(new(1))\n");
    // The rules come first, then the way through the langlets.
    folder.write(
        "r/two.transform",
        b"transform python26 -> python26\nrule old power [| old($x) |] => power [| new($x) |]\n",
    );
    let via = "--rules r/two.transform --via python27 --to python38 old.py";
    assert_eq!(run(via).ends_with(0).text(), "print(new(1))\n");
    run("--rules r/two.transform --via python27 old.py").ends_with(2).says("say with `--to`");
    run("--rules r/two.transform --via json --to python38 old.py").ends_with(2).says("python26 -> json");
    run("--rules r/codemod.transform --only nothing a.py").ends_with(2).says("has no rule `nothing`");
    run("--rules r/gone.transform a.py").ends_with(2).says("gone.transform");
    folder.write("r/bad.transform", b"transform mine -> pyhton38\n");
    run("--rules r/bad.transform a.py").ends_with(2).says("did you mean `python38`?");
    run("a.py").ends_with(2).says("--from <LANGLET>");
}

#[test]
fn changes_are_explained() {
    let folder = folder(&[("d/a.py", "x\nif y: print 1\n"), ("d/b.py", "x\n")]);
    let run = |arguments: &str| folder.run(&format!("translate --from python27 --to python38 {arguments}"));
    let shown = "d/a.py:2:7: print\n  - print 1\n  + print(1)\n";
    assert_eq!(run("--explain d").ends_with(1).text(), shown);
    let json = run("--explain --json d/a.py").ends_with(1);
    let part = r#"{"rule": "print", "line": 2, "column": 6, "before": "print 1", "after": "print(1)"}"#;
    assert!(json.text().contains(part), "{}", json.text());
    assert_eq!(folder.text("d/a.py"), "x\nif y: print 1\n", "nothing is written");
    assert_eq!(run("--explain --write d").ends_with(0).text(), shown);
    assert_eq!(folder.text("d/a.py"), "x\nif y: print(1)\n");
    run("--explain --diff d").ends_with(2).says("cannot be used with");
}

#[test]
fn a_rule_is_traced_at_a_line() {
    let folder = folder(&[("a.py", "x = 1\nd.has_key(1); d.has_key(1, 2)\n")]);
    let run = |rule: &str, place: &str| {
        folder.run(&format!("translate --from python27 --to python38 --trace {rule} {place}"))
    };
    let both = run("has_key", "a.py:2").ends_with(0);
    assert!(both.text().contains("a.py:2:1: `has_key` matches\n"), "{}", both.text());
    assert!(both.text().contains("a.py:2:15: `has_key` does not match\n"), "{}", both.text());
    let none = run("print", "a.py:1").ends_with(1);
    assert_eq!(none.text(), "a.py:1: nothing that `print` is about begins on this line\n");
    run("has_kee", "a.py:2").ends_with(2).says("did you mean `has_key`?");
    run("has_key", "a.py").ends_with(2).says("give a file and a line");
    run("has_key", "a.py:9").ends_with(2).says("there is no line 9");
    run("has_key", "gone.py:1").ends_with(2).says("gone.py");
}

#[test]
fn coverage_shows_what_is_not_covered() {
    let folder = folder(&[
        ("one.langlet", "langlet one\nstart a\na: 'x' | 'y' 'z'\nskip BLANK = / +/\n"),
        ("two.langlet", "langlet two : one\na := 'x'\n"),
        ("r.transform", "transform one -> two\nrule y a [| y z |] => a [| x |]\n"),
    ]);
    let gap = folder.run("coverage ./one.langlet ./two.langlet").ends_with(1);
    let shown = "uncovered        a: 'y' 'z'\n    y z\none -> two: 2 productions: 1 shared, 1 uncovered\n";
    assert_eq!(gap.text(), shown);
    let json = folder.run("coverage --json ./one.langlet ./two.langlet").ends_with(1);
    let line = r#"{"source": "one", "target": "two", "production": "a: 'y' 'z'", "status": "uncovered", "program": "y z", "rules": []}"#;
    assert_eq!(json.text(), format!("{line}\n"));
    let all = folder.run("coverage --all --rules r.transform").ends_with(0);
    assert!(all.text().contains("rewritten        a: 'y' 'z' (y)\n    y z\n"), "{}", all.text());
    folder.run("coverage json5 json").ends_with(0);
    folder.run("coverage json").ends_with(2).says("<TO>");
    folder.run("coverage json json").ends_with(2).says("same langlet");
}

#[test]
fn test_reports_wrong_files() {
    let folder = folder(&[
        ("good.transform", "transform json5 -> json\nrule q STRING => compute quoted_string\n"),
        ("bad.transform", "transform json5 -> json\nrule q valu [| null |] => refuse \"x\"\n"),
    ]);
    assert_eq!(folder.run("test good.transform").ends_with(0).text(), "0 examples, 0 failed\n");
    let bad = folder.run("test good.transform bad.transform").ends_with(2).says("has no rule or token `valu`");
    assert_eq!(bad.text(), "0 examples, 0 failed, 1 file could not be loaded\n");
    folder.run("test gone.transform").ends_with(2).says("gone.transform");
}

/// The law: what is printed and written does not depend on the number of threads.
#[test]
fn one_thread_and_eight_give_the_same() {
    let files = |folder: &Folder| {
        for index in 0..80 {
            let text = if index % 11 == 5 {
                "print (\n".to_owned()
            } else {
                format!("print {index}, `x`\n").repeat(index % 30)
            };
            folder.write(&format!("d/{}/{index:02}.py", index % 4), text.as_bytes());
        }
    };
    let results = ["1", "8"].map(|n| {
        let folder = folder(&[]);
        files(&folder);
        let translate = format!("translate --from python26 --to python38 -j {n} d");
        let mut seen: Vec<(Vec<u8>, String)> = Vec::new();
        for mode in ["--diff", "--check", "--json", "--stdout", "--explain", "--explain --json", "--write"] {
            let run = folder.run(&format!("{translate} {mode}")).ends_with(2);
            seen.push((run.out, run.err));
        }
        let texts: Vec<String> = (0..80).map(|index| folder.text(&format!("d/{}/{index:02}.py", index % 4))).collect();
        assert!(texts[12].starts_with("print(12, repr(x))\n"));
        (seen, texts)
    });
    assert_eq!(results[0], results[1]);
}
