//! Inheritance: what each langlet does to the programs of its parent is written down, and what is written down is so.

use langlet_core::Langlet;
use langlet_core::compare::{Inheritance, Limits, Loss, Program, inherit};

use super::{BUILT_IN, langlet, load};

/// As the command has it.
const LIMITS: Limits = Limits { tokens: 64, states: 3000 };

/// What the child does, with checks of each program.
#[track_caller]
fn checked(child: &Langlet) -> Inheritance {
    let found = inherit(child, LIMITS).unwrap();
    let parent = child.parent().unwrap();
    let check = |own: &Langlet, other: &Langlet, program: &Program| {
        let tree = own.parse(program.text.as_str()).unwrap();
        assert_eq!(tree.leaves(tree.root()).count(), program.n_tokens, "{}", program.text);
        assert!(other.parse(program.text.as_str()).is_err(), "{} reads {}", other.name(), program.text);
    };
    let programs = |losses: &[Loss]| losses.iter().filter_map(|loss| loss.program.clone()).collect::<Vec<_>>();
    programs(&found.lost).iter().for_each(|program| check(parent, child, program));
    programs(&found.gained).iter().for_each(|program| check(child, parent, program));
    for (exception, program) in &found.taken {
        assert_ne!(parent.lexer().kind_of(&exception.text), None);
        program.iter().for_each(|program| {
            check(parent, child, program);
            assert!(program.text.contains(&exception.text));
        });
    }
    found
}

/// A change of a langlet that takes programs away from its children, or gives them more, changes a snapshot.
#[test]
fn what_each_langlet_does_to_its_parent() {
    let mut n_children = 0;
    for name in BUILT_IN {
        let child = langlet(name);
        if child.parent().is_none() {
            continue;
        }
        n_children += 1;
        let text = checked(&child).text(&child);
        insta::with_settings!({ snapshot_suffix => name }, { insta::assert_snapshot!(text) });
    }
    assert_eq!(n_children, BUILT_IN.len() - 2, "all but two inherit");
}

const PARENT: &str = "
langlet words
start file
file: line*
line: NAME ['=' value] ';'
value: NAME | NUMBER | '(' value ')'
token NAME = /[a-z]+/
token NUMBER = /[0-9]+/
skip BLANK = /[ \\n]+/
";

fn child(delta: &str) -> Langlet {
    let parent = load("words", PARENT, None).unwrap();
    load("child", &format!("langlet child : words\n{delta}"), Some(&parent)).unwrap()
}

fn names(langlet: &Langlet, losses: &[Loss]) -> Vec<String> {
    let found = losses.iter().filter_map(|loss| Some((loss, loss.program.as_ref()?)));
    found
        .map(|(loss, program)| format!("{}: {}", langlet.grammar().symbols.name(loss.rule), program.text.trim_end()))
        .collect()
}

#[test]
fn a_keyword_takes_a_name() {
    let child = child("line |= 'let' NAME ';'");
    let found = checked(&child);
    let taken: Vec<_> =
        found.taken.iter().map(|(e, program)| (&*e.text, program.as_ref().unwrap().text.trim_end())).collect();
    assert_eq!(taken, [("let", "let ;")]);
    assert_eq!(names(child.parent().unwrap(), &found.lost), Vec::<String>::new());
    assert_eq!(names(&child, &found.gained), ["line: let a ;"]);
    assert!(!found.keeps_all());
}

#[test]
fn a_soft_keyword_takes_nothing() {
    let child = child("soft NAME 'let'\nline |= 'let' NAME ';'");
    let found = checked(&child);
    assert!(found.taken.is_empty() && found.lost.is_empty(), "{}", found.text(&child));
    assert_eq!(found.conflicts.len(), 1, "the keyword or a name: what follows decides");
}

#[test]
fn a_narrower_token_takes_texts() {
    let child = child("token NUMBER := /[1-9][0-9]*/");
    let found = checked(&child);
    let taken: Vec<_> =
        found.taken.iter().map(|(e, program)| (&*e.text, program.as_ref().unwrap().text.trim_end())).collect();
    assert_eq!(taken, [("0", "a = 0 ;")]);
}

#[test]
fn a_replaced_rule_forgets_an_alternative() {
    let child = child("value := NAME | NUMBER | '(' NAME ')'");
    let found = checked(&child);
    assert_eq!(names(child.parent().unwrap(), &found.lost), ["value: a = ( 0 ) ;"]);
    assert!(found.gained.is_empty() && found.taken.is_empty());
}

#[test]
fn a_new_conflict_has_programs() {
    let child = child("line |= NAME '=' value value ';'");
    let found = checked(&child);
    assert_eq!(found.conflicts.len(), 0, "one line is read by one automaton");
    let child = self::child("line |= pair ';'\npair: NAME '=' value value");
    let found = checked(&child);
    assert_eq!(found.conflicts.len(), 1);
    assert!(found.text(&child).contains("go on with pair: «here» a = a a ;"), "{}", found.text(&child));
    assert!(found.lost.is_empty() && !found.keeps_all());
}

/// Extraction and renaming do nothing to the programs.
#[test]
fn a_refactoring_keeps_all() {
    let child = child("rename line -> statement\nvalue := simple | '(' value ')'\nsimple: NAME | NUMBER");
    let found = checked(&child);
    assert!(found.keeps_all() && found.lost.is_empty() && found.gained.is_empty(), "{}", found.text(&child));
}

#[test]
fn a_root_inherits_nothing() {
    let error = inherit(&load("words", PARENT, None).unwrap(), LIMITS).unwrap_err();
    assert_eq!(error.to_string(), "words inherits from no langlet");
}
