//! Layout: line ends, indentation and joined lines as tokens.

use std::fmt::Write;

use langlet_core::Langlet;
use langlet_test_support::{Fixture, each_fixture};

use super::{built_in, langlet_of, source};

/// Tokens, one per line, each with the trivia before it; or the error.
fn tokens(langlet: &Langlet, text: &str) -> String {
    let tokens = match langlet.tokens(text) {
        Ok(tokens) => tokens,
        Err(error) => return error.diagnostic(&source(text)).render(false),
    };
    let (symbols, terminals) = (&langlet.grammar().symbols, &langlet.tables().terminals);
    let mut out = String::new();
    let mut at = 0;
    for token in tokens {
        let name = symbols.display(terminals.symbol(token.kind).expect("the lexer makes tokens of the grammar"));
        let [trivia, own] = [&text[at..token.start as usize], &text[token.start as usize..token.end as usize]];
        let trivia = if trivia.is_empty() { String::new() } else { format!("   after {trivia:?}") };
        writeln!(out, "{name} {own:?}{trivia}").unwrap();
        at = token.end as usize;
    }
    if at < text.len() {
        writeln!(out, "and {:?}", &text[at..]).unwrap();
    }
    out
}

/// The tokens of a text that can be read as words: layout tokens by name, others by text.
fn words(langlet: &Langlet, text: &str) -> String {
    if langlet.parse(text).is_err() {
        return "error".to_owned();
    }
    let tokens = langlet.tokens(text).expect("it has been parsed");
    let word = |token: &langlet_core::lexer::Token| {
        let symbol = langlet.tables().terminals.symbol(token.kind).expect("as above");
        match langlet.grammar().is_layout(symbol) {
            true => langlet.grammar().symbols.name(symbol).to_owned(),
            false => text[token.start as usize..token.end as usize].replace('\n', "\\n"),
        }
    };
    tokens.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn langlet(fixture: &Fixture) -> Langlet {
    match fixture.get("langlet") {
        Some(name) => built_in(name.trim()).expect("a built-in langlet"),
        None => langlet_of(fixture).unwrap_or_else(|errors| panic!("{}", super::rendered(&errors))),
    }
}

/// Each input with its tokens; where a fixture says what they are, that is compared as well.
#[test]
fn tokens_of_inputs() {
    each_fixture("tests/fixtures/layout", |fixture| {
        let langlet = langlet(fixture);
        let mut shown = String::new();
        for input in fixture.inputs() {
            writeln!(shown, "--- {:?}\n{}", input.text, tokens(&langlet, &input.text)).unwrap();
        }
        insta::assert_snapshot!(shown);
    });
}

/// The tokens are those of CPython 2.7's own `parser` module, which was asked once: each case is a line `text => tokens`.
#[test]
fn tokens_of_cpython() {
    for fixture in langlet_test_support::fixture::fixtures("tests/fixtures/layout/cpython") {
        let langlet = langlet(&fixture);
        let mut wrong = String::new();
        for case in fixture.get("cases").expect("a section `cases`").lines() {
            let (text, expected) = case.split_once("=>").expect("a case is `text => tokens`");
            let text = langlet_test_support::fixture::unescape(text.trim_end());
            let found = words(&langlet, &text);
            if found != expected.trim() {
                writeln!(wrong, "{text:?}\n  expected {}\n  found    {found}", expected.trim()).unwrap();
            }
        }
        assert!(wrong.is_empty(), "{}\n{wrong}", fixture.name);
    }
}
