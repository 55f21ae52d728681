//! `langlet morphism`: two rules in; answer and exit code out.

use langlet_test_support::command::Run;

use crate::folder;

fn run(arguments: &str) -> Run {
    crate::run(&format!("morphism {arguments}"))
}

#[track_caller]
fn out(arguments: &str, code: i32) -> String {
    crate::out(&format!("morphism {arguments}"), code)
}

#[track_caller]
fn error(arguments: &str) -> String {
    crate::error(&format!("morphism {arguments}"))
}

#[test]
fn what_is_found_has_its_path_and_an_example() {
    let text = out("-l python26 varargslist arglist", 0);
    assert!(text.starts_with("varargslist ⇒ arglist: found\n  fpdef ⇒ argument\n"), "{text}");
    assert!(text.contains("\nexample:\n  a = b, c, * d, ** e\nbefore:\n  varargslist\n"), "{text}");
    assert!(text.contains("\nafter:\n  arglist\n    argument\n"), "{text}");
    for pair in ["exprlist testlist", "fplist testlist_gexp", "testlist_gexp listmaker"] {
        let text = out(&format!("-l python26 {pair}"), 0);
        let (from, to) = pair.split_once(' ').unwrap();
        assert!(text.starts_with(&format!("{from} ⇒ {to}: found\n")) && text.contains("\nexample:\n"), "{text}");
    }
}

#[test]
fn what_adds_constants_says_so_with_the_cost() {
    let text = out("-l python26 test factor", 0);
    assert!(text.starts_with("test ⇒ factor: found, adds '(' ')'\n"), "{text}");
    assert!(text.contains("becomes, at the cost of 2 constants:\n  (a if b else c)\n"), "{text}");
}

#[test]
fn what_is_refuted_has_a_program() {
    let text = out("-l python26 listmaker testlist_gexp", 1);
    assert_eq!(
        text,
        "listmaker ⇒ testlist_gexp: refuted\n  a for b in c, d\nis a program of listmaker and none of testlist_gexp; \
         7 tokens, and none that is shorter\n"
    );
}

#[test]
fn what_is_unknown_has_its_bounds() {
    let lists = "langlet lists\nstart a\na: left | right\nleft: 'x' (',' 'x')*\nright: 'x' [',' right]\n";
    let folder = folder(&[("lists.langlet", lists)]);
    let path = folder.path("lists.langlet");
    let text = out(&format!("-l {} left right --tokens 9 --unfolding 4", path.display()), 1);
    assert_eq!(
        text,
        "left ⇒ right: unknown\n  each program of left with fewer than 11 tokens is one of right\n  no map was found within the \
         bounds: 4 rules of the target open at once (reached), 8 rules of the source entered\n"
    );
}

#[test]
fn between_two_langlets_the_name_is_the_same_by_default() {
    assert!(out("-l json --to json5 object", 0).starts_with("object ⇒ object: found\n"));
    assert!(out("-l json5 --to json value", 1).starts_with("value ⇒ value: refuted\n  Infinity\n"));
    let text = out("-l python27 --to python38 dotted_name", 1);
    assert!(text.contains("only because the target reads a token otherwise"), "{text}");
    let all = out("-l json5 --to json --all", 1);
    assert!(all.lines().any(|line| line == "array ⇒ array: refuted by [Infinity]"), "{all}");
    let all = out("-l python26 --to python27 --all", 0);
    assert!(all.lines().all(|line| line.ends_with(": found")), "{all}");
}

#[test]
fn all_pairs_are_an_order_as_text_dot_and_json() {
    let text = out("-l python26 --all", 0);
    for line in ["varargslist ⇒ arglist", "exprlist ⇒ testlist", "fpdef ⇒ fplist, atom"] {
        assert!(text.lines().any(|other| other == line), "{text}");
    }
    let dot = out("-l json --all --format dot", 0);
    assert!(dot.starts_with("digraph \"json\" {\n") && dot.contains("[label=\"json = value\"]"), "{dot}");
    let json = out("-l json --all --json", 0);
    assert_eq!(
        json,
        "{\"langlet\":\"json\",\"classes\":[[\"json\",\"value\"],[\"object\"],[\"member\"],[\"array\"]],\
         \"steps\":[[],[0],[],[0]],\"found\":6,\"refuted\":14,\"unknown\":[]}\n"
    );
}

#[test]
fn answers_are_json_too() {
    let json = out("-l python26 listmaker testlist_gexp --json", 1);
    assert!(
        json.ends_with("\"answer\":\"refuted\",\"program\":\"a for b in c, d\",\"tokens\":7,\"otherwise\":null}\n"),
        "{json}"
    );
    let json = out("-l python26 exprlist testlist --json", 0);
    assert!(json.contains("\"pairs\":[[\"exprlist\",\"testlist\"],[\"expr\",\"test\"]],\"adds\":[]"), "{json}");
    // Langlet reads its own output.
    let folder = folder(&[]);
    for arguments in ["python26 exprlist testlist", "python26 test atom", "json --to json5 --all", "python26 --all"] {
        folder.write("answer.json", &run(&format!("--json -l {arguments}")).out);
        folder.run("check answer.json").ends_with(0);
    }
}

#[test]
fn wrong_arguments_are_told() {
    assert!(error("-l python26 varargslst arglist").contains("did you mean `varargslist`?"));
    assert!(error("-l python26 NAME arglist").contains("a token of python26, not a rule"));
    assert!(error("-l python25 test testlist").contains("did you mean `python2"));
    assert!(error("-l python26 varargslist").contains("name the rule that the trees become"));
    assert!(error("-l python26").contains("required"));
    assert!(error("-l python26 --all test").contains("cannot be used with"));
    assert!(error("-l json --to json5 --all --format dot").contains("leave out `--format dot`"));
}

/// `from a import *` or `from . import a`: a tree with a NAME in it is not decided by the NAME.
#[test]
fn what_is_built_from_a_token_says_whether_there_is_a_choice() {
    assert_eq!(
        out("-l python26 import_from NAME", 1),
        "import_from is built from NAME by choice: several ways add 3 constants\n  \
         import_from: 'from' dotted_name 'import' '*'; dotted_name: NAME\n  \
         import_from: 'from' '.' 'import' import_as_names; import_as_names: import_as_name; import_as_name: NAME\n"
    );
    assert_eq!(
        out("-l python26 break_stmt NAME", 1),
        "break_stmt cannot be built from NAME by adding constants alone\n"
    );
    assert_eq!(
        out("-l python26 return_stmt NAME", 0).lines().next(),
        Some("return_stmt is built from NAME in one way that adds 1 constant")
    );
    assert_eq!(
        out("-l python26 testlist NAME", 0).lines().next(),
        Some("testlist is built from NAME in one way that adds nothing")
    );
    let json = out("-l python26 import_from NAME --json", 1);
    assert!(
        json.starts_with("{\"langlet\":\"python26\",\"outer\":\"import_from\"")
            && json.matches("dotted_name: NAME").count() == 1
    );
    assert!(error("-l python26 import_from NAMES").contains("NAME"));
}
