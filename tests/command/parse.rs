//! `langlet tokens` and `parse`: a file in; its tokens or its tree out.

use crate::{folder, translate};

#[test]
fn tokens_are_listed_with_layout_and_up_to_an_error() {
    let folder = folder(&[("a.py", "if a:\n\tb()\n"), ("bad.py", "a = ?\n")]);
    let run = folder.run("tokens -l python27 a.py").ends_with(0);
    let expected = "1:1 'if' 'if'\n1:4 NAME 'a'\n1:5 ':' ':'\n1:6 NEWLINE '\\n'\n2:1 INDENT ''\n2:2 NAME 'b'\n2:3 '(' '('\n\
                    2:4 ')' ')'\n2:5 NEWLINE '\\n'\n3:1 DEDENT ''\n";
    assert_eq!(run.text().find(expected), Some(0), "{}", run.text());
    let bad = folder.run("tokens -l python27 bad.py").ends_with(2).says("bad.py:1:5").says("unexpected character `?`");
    assert_eq!(bad.text(), "1:1 NAME 'a'\n1:3 '=' '='\n");
}

#[test]
fn a_tree_has_four_forms() {
    let folder = folder(&[("a.json", "[1 , true]\n")]);
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
    let folder = folder(&[]);
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
    let folder = folder(&[("a.json5", "{a: 1}"), ("a.py", "a\n"), ("a.txt", "a\n")]);
    folder.run("parse a.json5").ends_with(0);
    folder.run("parse a.py").ends_with(2).says("this may be python26, python27, python38, python313");
    folder.run("parse a.txt").ends_with(2).says("name it with `-l`");
    folder.pipe("parse -", b"[]").ends_with(2).says("the name does not tell which langlet this is");
}

#[test]
fn a_dialect_is_chosen_by_what_the_file_says() {
    let function = "from __future__ import print_function\nprint('a', file=f)\n";
    let folder = folder(&[("function.py", function), ("both.py", "print('a', file=f)\n")]);
    folder.run("parse -l python27 function.py").ends_with(0);
    folder.run("parse -l python27 both.py").ends_with(2).says("both.py:1:");
    folder.run("parse -l python27_print_function both.py").ends_with(0);
    // A translation of the dialect leaves alone what is Python 3 already.
    assert_eq!(folder.run(&translate("function.py")).ends_with(0).text(), function);
}
