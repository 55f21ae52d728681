//! `langlet generate`: arguments in; programs, report and exit code out.

use crate::folder;

fn run(arguments: &str) -> (String, String, i32) {
    crate::run(&format!("generate {arguments}")).parts()
}

#[track_caller]
fn out(arguments: &str) -> (String, String) {
    let (out, err, code) = run(arguments);
    assert_eq!(code, 0, "{err}");
    (out, err)
}

/// The standard error of a run that could not be done.
#[track_caller]
fn error(arguments: &str) -> String {
    crate::run(&format!("generate {arguments}")).error()
}

#[test]
fn a_listing_says_what_it_uses() {
    let (text, report) = out("-l python27");
    assert!(text.contains("\nif a: b\nelif c: d\nelse: e\n"), "{text}");
    assert!(report.starts_with("python27: 422 of 422 occurrences, "), "{report}");
    let (text, report) = out("-l python27 --comments");
    assert!(text.contains("\n# global_stmt: 'global' NAME ',' NAME\nglobal a, b\n"), "{text}");
    assert!(report.starts_with("python27: 422 of 422 occurrences, "), "{report}");
    let (small, report) = out("-l python27 --minimal --cover pairs");
    assert!(small.len() < 2 * text.len() && report.starts_with("python27: 1038 of 1038 pairs, "), "{report}");
    assert!(out("-l json --paths 3").1.starts_with("json: "));
    let (_, report, code) = run("-l python27 --cover transitions");
    assert!(report.contains("not used: file_input: stmt -> ENDMARKER\n") && code == 1, "{report}");
}

#[test]
fn programs_go_to_files() {
    let folder = folder(&[]);
    let path = folder.path("new");
    let (text, _) = out(&format!("-l json --random 3 --tokens 20 --seed 2 -o {}", path.display()));
    assert_eq!(text, "");
    for name in ["00001.json", "00002.json", "00003.json"] {
        assert!(path.join(name).is_file());
    }
    folder.run("check -l json new").ends_with(0);
    assert!(error(&format!("-l json -o {}", path.join("00001.json").join("x").display())).contains("00001.json"));
}

#[test]
fn counts_and_all_programs() {
    assert_eq!(out("-l json --count --tokens 3").0, "0: 0\n1: 5\n2: 2\n3: 5\n");
    assert!(out("-l python27 --count --paths 4").0.ends_with("4: 971 by symbol, 6907 by occurrence\n"));
    assert_eq!(out("-l json --exhaustive --tokens 2").0.split("\n\n").count(), 7);
    assert_eq!(out("-l json --uniform 4 --tokens 9 --seed 8"), out("-l json --uniform 4 --tokens 9 --seed 8"));
    assert_eq!(out("-l python27 --start test --random 1 --tokens 1 --seed 4").0.lines().count(), 1);
}

#[test]
fn wrong_arguments_are_told() {
    assert!(error("-l json --comments").contains("has no comments"));
    assert!(error("-l json --start valeu").contains("did you mean `value`?"));
    assert!(error("-l json --start STRING").contains("a token of json, not a rule"));
    assert!(error("-l python27 --random 1 --tokens 0").contains("the shortest program has 1 tokens, the budget is 0"));
    assert!(error("-l json --uniform 1 --tokens 0").contains("no program has 0 tokens"));
    assert!(error("-l json --random 1 --weight value").contains("write NAME=NUMBER"));
    assert!(error("-l json --random 1 --weight value=-1").contains("no number from 0 on"));
    assert!(error("-l json --random 1 --weight valeu=1").contains("did you mean"));
    assert!(error("-l json --random 1 --exhaustive").contains("cannot be used with"));
    assert!(error("-l json --uniform 1").contains("--tokens"));
}

/// What is wrong with the grammar is told in every mode, before anything is written.
#[test]
fn grammars_without_programs_are_told() {
    let folder = folder(&[]);
    let of = |rules: &str, arguments: &str| {
        folder.write("bad.langlet", format!("langlet bad\n{rules}").as_bytes());
        folder.run(&format!("generate -l ./bad.langlet {arguments}")).error()
    };
    for mode in ["", "--minimal", "--cover pairs", "--random 1", "--exhaustive", "--uniform 1 --tokens 3", "--count"] {
        let is = |rules: &str, message: &str| {
            let told = of(rules, mode);
            assert!(told.contains(message), "{mode}: {told}");
        };
        is("start p\np: '(' p ')'\n", "`p` never ends: each of its alternatives uses itself or a rule that never ends");
        is("", "the langlet `bad` has no rules");
        is("start p\np: A\ntoken A = //\n", "the regex is empty");
        is("start p\np: A\ntoken A = /[^\\s\\S]/\n", "this regex matches no text at all");
        is("start p\np: A\ntoken A = /(a|)/\n", "a token must not match the empty text");
    }
    let keyword = "start p\np: A 'a' | 'b'\ntoken A = /a|b/\n";
    for mode in ["", "--minimal", "--cover pairs", "--paths 2", "--random 1"] {
        let told = of(keyword, mode);
        assert!(
            told.contains("no text is read as the token A: all that its regex matches is a keyword"),
            "{mode}: {told}"
        );
        assert!(told.contains("help: let its regex match more, or take a keyword away"), "{told}");
    }
    // Of all programs only those with the token cannot be written.
    let (out, err, code) = folder.run("generate -l ./bad.langlet --exhaustive").parts();
    assert!(out == "b\n" && err.contains("1 token strings have no text that is read as them") && code == 1, "{err}");
}

/// A budget that no program keeps is told; one that a program just keeps is no mistake.
#[test]
fn budgets_are_kept_or_refused() {
    let folder = folder(&[("four.langlet", "langlet four\nstart p\np: 'a' 'b' 'c' ['d']\nskip B = / /\n")]);
    let path = folder.path("four.langlet");
    let path = path.display();
    assert!(
        error(&format!("-l {path} --random 1 --tokens 2"))
            .contains("the shortest program has 3 tokens, the budget is 2")
    );
    assert_eq!(out(&format!("-l {path} --random 1 --tokens 3")).0, "a b c\n");
    assert!(error(&format!("-l {path} --uniform 1 --tokens 5")).contains("no program has 5 tokens"));
    assert_eq!(out(&format!("-l {path} --exhaustive --tokens 2")).0, "");
    assert_eq!(out(&format!("-l {path} --exhaustive --tokens 4")).0, "a b c\n\na b c d\n");
}

/// Without a solver the report has a bound; with it the smallest.
#[test]
fn the_distance_to_the_smallest_is_told() {
    let (_, report) = out("-l python27 --minimal");
    let expected =
        if cfg!(feature = "exact") { "; the smallest has 422 (1.00 times)" } else { "; none has fewer than 2" };
    assert!(report.contains(expected), "{report}");
}

#[test]
fn negatives_say_what_is_wrong() {
    let (text, report) = out("-l json --negatives");
    assert!(text.starts_with("--- ") && text.contains(" are never neighbors\n") && report.is_empty(), "{text}");
    assert_eq!(text, out("-l json --negatives").0);
    let folder = folder(&[]);
    let (labels, _) = out(&format!("-l json --negatives -o {}", folder.path("").display()));
    let n_files = folder.n_files("");
    assert!(n_files > 40 && n_files == labels.lines().count() && labels.starts_with("00001.json: "), "{labels}");
    // None is read.
    let (_, err, _) = folder.run("check -l json .").parts();
    assert!(err.contains(&format!("{n_files}")), "{err}");
    assert!(error("-l python27 --negatives --random 3").contains("cannot be used with"));
}
