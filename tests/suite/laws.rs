//! Laws of reading: what holds for every langlet and every text, on random programs and broken ones.

use std::collections::BTreeSet;

use langlet_core::Langlet;
use langlet_core::grammar::Symbol;
use langlet_core::parser::{Found, ReadError};
use langlet_test_support::checks::{check_text, check_tree};
use langlet_test_support::{Programs, naive, strategy};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{BUILT_IN, langlet, load};

/// Programs with all the trivia that the langlet has.
pub(crate) fn programs(name: &str) -> Programs {
    let programs = Programs::new(&langlet(name));
    match name {
        "json" => programs.with_trivia(&[" ", "\n", "\t \r\n"], &[]),
        "json5" => programs.with_trivia(&[" ", "/*c*/", " // c\n", "\u{A0}\u{2028}"], &[]),
        _ => programs.with_trivia(
            &[" ", "  ", "\t", " \\\n "],
            &["\n", "\r\n", "\r", " # c\n", "\n\n", "\n# c\n", "\n        # c\n\x0C\n"],
        ),
    }
}

pub(crate) fn run<S: Strategy>(
    cases: u32,
    strategy: S,
    law: impl Fn(&Langlet, &Programs, S::Value) -> Result<(), TestCaseError>,
) {
    for name in BUILT_IN {
        let (langlet, programs) = (langlet(name), programs(name));
        let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
        if let Err(error) = runner.run(&strategy, |value| law(&langlet, &programs, value)) {
            panic!("{name}: {error}");
        }
    }
}

/// unparse(parse(s)) = s, and all that `check_tree` says.
#[test]
fn programs_are_read_and_written_back() {
    run(48, strategy::choices(240), |langlet, programs, choices| {
        let text = programs.program(&choices);
        match langlet.parse(&*text) {
            Ok(tree) => check_tree(&tree, &text),
            Err(error) => return Err(TestCaseError::fail(format!("{text:?}: {error} at {:?}", error))),
        }
        Ok(())
    });
}

/// A text is read or an error with a place in it; no text makes anything panic. Here: programs with pieces exchanged.
#[test]
fn broken_programs_are_errors() {
    let pieces = prop::sample::select(vec![
        "", "", "", "(", ")", "]", "{", "}", ",", ":", "'", "\"", "\"\"\"", "\\", "\n", "\r", "\t", "\x0C", "\0", "#",
        "/*", "é", "\u{2028}", "\u{FEFF}", "0", "0x", "1e", "if", "else", "print", "\n  ", "\n\t", "𝒳", "$",
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), pieces), 1..4);
    run(96, (strategy::choices(120), edits), |langlet, programs, (choices, edits)| {
        let mut text = programs.program(&choices);
        for (from, len, piece) in edits {
            let from = text.floor_char_boundary(from.index(text.len() + 1));
            let to = text.floor_char_boundary((from + len.index(4)).min(text.len()));
            text.replace_range(from..to, piece);
        }
        let _ = check_text(langlet, &text);
        Ok(())
    });
}

#[test]
fn any_text_is_read_or_an_error() {
    run(64, any::<String>(), |langlet, _, text| {
        let _ = check_text(langlet, &text);
        Ok(())
    });
}

/// Each prefix of a program is read or gives an error at its end or before.
#[test]
fn prefixes_are_read_or_errors() {
    run(24, (strategy::choices(80), any::<prop::sample::Index>()), |langlet, programs, (choices, index)| {
        let text = programs.program(&choices);
        for end in [index.index(text.len() + 1), text.len() * 3 / 4, text.len().saturating_sub(1)] {
            let _ = check_text(langlet, &text[..text.floor_char_boundary(end)]);
        }
        Ok(())
    });
}

/// Reading is a function of the text: a langlet that has learned from other texts reads as a fresh one does.
#[test]
fn what_was_learned_changes_nothing() {
    run(12, strategy::choices(120), |langlet, programs, choices| {
        let text = programs.program(&choices);
        let mut fresh = None;
        if let Some(parent) = langlet.parent() {
            fresh = Some(Langlet::child_of(parent, &langlet.grammar().source.text));
        }
        let Some(fresh) = fresh else { return Ok(()) };
        prop_assert_eq!(langlet.parse(&*text).unwrap().listing(), fresh.parse(&*text).unwrap().listing());
        Ok(())
    });
}

/// A small grammar without left recursion and a token string over its letters, as text.
fn read_by_both(text: &str, word: &[u8]) -> Option<(Langlet, Vec<Symbol>, String)> {
    let langlet = load("random", text, None).ok()?;
    let letters = langlet.grammar().used_literals();
    let symbols: Vec<Symbol> = word.iter().map(|&letter| letters[usize::from(letter) % letters.len()]).collect();
    let texts: Vec<&str> = symbols.iter().map(|&symbol| langlet.grammar().symbols.name(symbol)).collect();
    let input = texts.join(" ");
    Some((langlet, symbols, input))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    /// Tables and prediction read exactly what the definition of the grammar derives.
    #[test]
    fn the_parser_agrees_with_the_definition(text in strategy::grammar(), words in prop::collection::vec(prop::collection::vec(0u8..3, 0..7), 6)) {
        for word in words {
            let Some((langlet, symbols, input)) = read_by_both(&text, &word) else { return Ok(()) };
            let derived = naive::accepts(langlet.grammar(), langlet.start(), &symbols);
            let tree = check_text(&langlet, &input);
            prop_assert_eq!(tree.is_ok(), derived, "{:?}", input);
        }
    }

    /// Each string that a derivation makes is read.
    #[test]
    fn derivations_are_read(text in strategy::grammar(), choices in strategy::choices(24)) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        let tokens = Programs::new(&langlet).tokens(langlet.start(), &choices);
        if tokens.len() > 9 {
            return Ok(()); // prediction may need exponential time in a grammar as ambiguous as these
        }
        let texts: Vec<&str> = tokens.iter().map(|&symbol| langlet.grammar().symbols.name(symbol)).collect();
        let input = texts.join(" ");
        prop_assert!(check_text(&langlet, &input).is_ok(), "{:?}", input);
    }

    /// Where one token decides, an error stands at the first token that no program goes on with, and expects exactly what
    /// programs go on with.
    #[test]
    fn errors_are_exact(text in strategy::grammar(), words in prop::collection::vec(prop::collection::vec(0u8..3, 0..6), 4)) {
        for word in words {
            let Some((langlet, symbols, input)) = read_by_both(&text, &word) else { return Ok(()) };
            let Err(ReadError::Parse(error)) = langlet.parse(&*input) else { continue };
            let (grammar, start) = (langlet.grammar(), langlet.start());
            let valid = (0..=symbols.len()).take_while(|&n| naive::can_begin(grammar, start, &symbols[..n])).count() - 1;
            let place = if valid == symbols.len() { input.len() } else { 2 * valid };
            // Where prediction has to choose, it may choose a way that is known to fail already, and that ends earlier; then what
            // the other ways expect is missing, and more is named than can come.
            if !langlet.tables().conflicts().is_empty() {
                prop_assert!(error.span.start as usize <= place, "the place of the error in {input:?}");
                continue;
            }
            prop_assert_eq!(error.span.start as usize, place, "the place of the error in {:?}", input);
            prop_assert_eq!(error.found == Found::End, valid == symbols.len());
            let mut expected: BTreeSet<String> = BTreeSet::new();
            for token in grammar.used_literals() {
                if naive::can_begin(grammar, start, &[&symbols[..valid], &[token]].concat()) {
                    expected.insert(grammar.symbols.display(token));
                }
            }
            if naive::accepts(grammar, start, &symbols[..valid]) {
                expected.insert("the end of the text".to_owned());
            }
            let named: BTreeSet<String> = error.expected.into_iter().collect();
            prop_assert_eq!(named, expected, "what is expected in {:?}", input);
        }
    }
}
