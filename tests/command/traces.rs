//! `langlet traces` and `langlet trace`: arguments in; lines and exit code out.

use std::io::Read;

use crate::{error, folder, out, run};

#[test]
fn traces_are_lines_of_numbered_symbols() {
    assert_eq!(out("traces -l python27 return_stmt", 0), "'return'₁ testlist₂\n'return'₁\n");
    assert_eq!(
        out("traces -l python27 testlist -k 2", 0),
        "test₁ ','₂ test₃ ','₂ test₃ ','₄\ntest₁ ','₂ test₃ ','₂ test₃\n"
    );
    assert_eq!(out("traces -l python27 testlist --count -k 2", 0), "testlist Tr(2) 2\n");
    assert_eq!(out("traces -l python27 for_stmt --all --count", 0), "for_stmt Tr(1) 2\n");
    assert_eq!(out("traces -l python27 testlist --all -k 3 --count", 0), "testlist Tr(1) 4, Tr(2) 2, Tr(3) 2\n");
}

#[test]
fn without_a_rule_each_has_its_traces() {
    let counts = out("traces -l python27 --all -k 3 --count", 0);
    assert_eq!(counts.lines().count(), 86);
    assert_eq!(counts.lines().last(), Some("sum Tr(1) 316, Tr(2) 138, Tr(3) 266"));
    assert!(counts.contains("\nfor_stmt Tr(1) 2\n") && counts.contains("\nexpr_stmt Tr(1) 5, Tr(2) 4, Tr(3) 8\n"));
    let lines = out("traces -l json", 0);
    assert!(lines.starts_with("json:\n  value₁\nvalue:\n  object₁\n"), "{lines}");
}

#[test]
fn covers_are_as_small_as_they_can_be() {
    assert_eq!(out("traces -l python27 testlist --cover occurrences", 0), "test₁ ','₂ test₃ ','₄\n");
    assert_eq!(out("traces -l python27 testlist --cover transitions --count", 0), "testlist 4\n");
    for (what, sum) in [("occurrences", "sum 168"), ("transitions", "sum 289")] {
        assert_eq!(out(&format!("traces -l python27 --count --cover {what}"), 0).lines().last(), Some(sum));
    }
}

#[test]
fn a_rule_without_a_cycle_has_no_higher_orders() {
    let run = run("traces -l python27 for_stmt -k 2").ends_with(0);
    assert_eq!(run.text(), "");
    assert_eq!(run.err, "for_stmt has no cycle, so it has no traces of order 2 and more\n");
}

/// The traces of a rule with a cycle never end; who reads some of them and leaves has no error.
#[test]
fn traces_are_printed_as_they_are_found() {
    let folder = folder(&[]);
    let mut child = folder.command("traces -l python27 arglist --all").spawn().unwrap();
    let mut start = [0; 4096];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(
        error("traces -l python27 arglist --all --count").contains("arglist has a cycle, so there is no highest order")
    );
    assert!(error("traces -l python27 --all").contains("file_input has a cycle"));
}

#[test]
fn a_trace_has_a_line_for_each_token() {
    let folder = folder(&[("a.json", "[1]")]);
    let file = folder.path("a.json");
    let text = out(&format!("trace {}", file.display()), 0);
    assert_eq!(
        text,
        "selections of json from json\n'[': json.1 value.2 array.1\nNUMBER '1': array.2 value.4\n']': ^1 array.5\n\
         end: ^3\n"
    );
}

#[test]
fn traces_are_compared_up_to_names() {
    let lists = "langlet lists\nstart list\nlist: '[' [item (',' item)*] ']'\nitem: list | NUMBER\n\
                 token NUMBER = /[0-9]+/\nskip BLANK = /[ \\n]+/\n";
    let folder = folder(&[
        ("lists.langlet", lists),
        ("renamed.langlet", &lists.replace("item", "element").replace("lists", "renamed")),
        ("swapped.langlet", &lists.replace("list | NUMBER", "NUMBER | list").replace("lists", "swapped")),
        ("fewer.langlet", &lists.replace("list | NUMBER", "NUMBER").replace("lists", "fewer")),
        ("a.lists", "[1,\n [2]]\n"),
    ]);
    let path = |name: &str| folder.path(name).display().to_string();
    let arguments =
        |against: &str| format!("trace -l {} --against {} {}", path("lists.langlet"), path(against), path("a.lists"));
    assert_eq!(out(&arguments("renamed.langlet"), 0), "the same selections, 7 tokens\n  item is element\n");
    let shown = out(&arguments("swapped.langlet"), 1);
    assert!(shown.contains("part at token 2") && shown.contains("a.lists:1:2]"), "{shown}");
    assert!(shown.contains("item.2 against item.1\n"), "{shown}");
    assert_eq!(out(&format!("{} --reordered", arguments("swapped.langlet")), 0), "the same selections, 7 tokens\n");
    assert!(error(&arguments("fewer.langlet")).contains("a.lists:2:2"));
    folder.write("a.trace", out(&format!("trace -l {} {}", path("lists.langlet"), path("a.lists")), 0).as_bytes());
    assert_eq!(out(&arguments("a.trace"), 0), "the same selections, 7 tokens\n");
    folder.write("a.lists", b"[1,\n []]\n");
    let shown = out(&arguments("a.trace"), 1);
    assert!(shown.contains("the token ']' against the token NUMBER '2'") && shown.contains("a.lists:2:3]"), "{shown}");
}

#[test]
fn wrong_arguments_are_told() {
    assert!(error("traces -l python27 for_stm").contains("did you mean `for_stmt`?"));
    assert!(error("traces -l python27 NAME").contains("a token of python27, not a rule"));
    assert!(error("traces -l python27 for_stmt -k 1 --cover occurrences").contains("cannot be used with"));
    let folder = folder(&[("a.json", "[1]"), ("bad.trace", "selections of json from json\n'[' json.1\n")]);
    let path = |name: &str| folder.path(name).display().to_string();
    let bad = error(&format!("trace {} --against {}", path("a.json"), path("bad.trace")));
    assert!(bad.contains("line 2 is no line of a selection trace: found `'[' json.1`"), "{bad}");
    assert!(error(&format!("trace {} --against {}", path("a.json"), path("none.trace"))).contains("none.trace"));
    assert!(error(&format!("trace {} --start NUMBER", path("a.json"))).contains("a token of json, not a rule"));
    assert!(error(&format!("trace {} --reordered", path("a.json"))).contains("required"));
}
