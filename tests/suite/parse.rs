//! Trees and errors of small inputs.

use std::fmt::Write;

use langlet_core::Langlet;
use langlet_test_support::checks::check_text;
use langlet_test_support::{Fixture, each_fixture};

use super::{built_in, langlet_of, source};

/// Each input with its tree (one stored node per line: a chain, then its children), or with the error.
fn trees(langlet: &Langlet, fixture: &Fixture) -> String {
    let mut shown = String::new();
    for input in fixture.inputs() {
        let tree = match input.words.first() {
            None => check_text(langlet, &input.text),
            Some(rule) => langlet.parse_as(langlet.symbol(rule).unwrap(), &*input.text),
        };
        let result = match tree {
            Ok(tree) => tree.collapsed_listing(),
            Err(error) => error.diagnostic(&source(&input.text)).render(false),
        };
        let mark = if input.text.ends_with('\n') { "" } else { "⏎\n" };
        write!(shown, "--- {}\n{}{mark}{result}\n", input.words.join(" "), input.text.replace('\r', "␍")).unwrap();
        without_single_tokens(langlet, &input.text);
    }
    shown
}

/// An input without one of its tokens is read or is an error like any other. Each token for short inputs, some for long ones.
fn without_single_tokens(langlet: &Langlet, text: &str) {
    let Ok(tokens) = langlet.tokens(text) else { return };
    let step = tokens.len() / 40 + 1;
    for token in tokens.iter().step_by(step).filter(|token| token.start < token.end) {
        let rest = format!("{}{}", &text[..token.start as usize], &text[token.end as usize..]);
        let _ = check_text(langlet, &rest);
    }
}

#[test]
fn small_grammars() {
    each_fixture("tests/fixtures/parse", |fixture| {
        let langlet = langlet_of(fixture).unwrap_or_else(|errors| panic!("{}", super::rendered(&errors)));
        insta::assert_snapshot!(trees(&langlet, fixture));
    });
}

fn cases(name: &str) {
    let langlet = built_in(name).unwrap();
    each_fixture(&format!("langlets/{name}/cases"), |fixture| {
        let langlet = match fixture.get("langlet") {
            Some(name) => built_in(name.trim()).expect("a built-in langlet"),
            None => langlet.clone(),
        };
        insta::assert_snapshot!(format!("{}_cases", langlet.name()), trees(&langlet, fixture));
    });
}

#[test]
fn json() {
    cases("json");
}

#[test]
fn json5() {
    cases("json5");
}

#[test]
fn python26() {
    cases("python26");
}

#[test]
fn python27() {
    cases("python27");
}

#[test]
fn python38() {
    cases("python38");
}

#[test]
fn python313() {
    cases("python313");
}

/// Where each token opens one of two rules, 2⁶⁰ stacks are possible behind sixty of them; and each of them is followed to its end.
#[test]
fn ways_that_multiply_are_followed_as_sets() {
    let text = "langlet t\nstart s\ns: 'a' p 'x' | 'a' q 'y' | 'z'\np: s\nq: s\nskip BLANK = / /";
    let langlet = Langlet::root(text);
    let ends: String = (0..60).map(|n| if n % 3 == 0 { "x" } else { "y" }).collect();
    let text = format!("{}z{ends}", "a".repeat(60));
    let tree = check_text(&langlet, &text).unwrap();
    let (p, q) = (langlet.symbol("p").unwrap(), langlet.symbol("q").unwrap());
    assert_eq!((tree.find_all(tree.root(), p).count(), tree.find_all(tree.root(), q).count()), (20, 40));
    assert!(langlet.parse(&text[..text.len() - 1]).is_err());
    assert!(langlet.parse(format!("{text}x")).is_err());
}

/// A text with exponentially many trees has the one that goes on wherever it can.
#[test]
fn exponentially_many_trees() {
    let langlet = Langlet::root("langlet t\nstart s\ns: 'a' s s | 'a'\nskip BLANK = / /");
    for n in 1..16 {
        assert_eq!(langlet.parse("a ".repeat(n)).is_ok(), n % 2 == 1, "{n} letters");
    }
    assert!(check_text(&langlet, &"a ".repeat(41)).is_ok());
}
