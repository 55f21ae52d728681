//! Negatives: each is refused, by the parser and by an oracle that knows the grammar alone, and says why.

use std::collections::BTreeSet;

use langlet_core::Langlet;
use langlet_core::generate::negatives::{Flaw, NegativeProof, NeighborPairs};
use langlet_core::generate::{Negative, negatives};
use langlet_core::grammar::Symbol;
use langlet_test_support::{naive, strategy};
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

/// What the lexer makes of the text.
fn symbols(langlet: &Langlet, text: &str) -> Vec<Symbol> {
    let terminals = &langlet.tables().terminals;
    langlet.tokens(text).unwrap().iter().filter_map(|token| terminals.symbol(token.kind)).collect()
}

fn shown(negative: &Negative) -> String {
    format!("{}: {}\n{}", negative.flaw, negative.proof, negative.text)
}

#[test]
fn the_parser_refuses_each() {
    for langlet in BUILT_IN.map(langlet) {
        let found = negatives(&langlet, langlet.start()).unwrap();
        assert!(found.len() > 40, "{} has {}", langlet.name(), found.len());
        let mut texts = BTreeSet::new();
        for negative in &found {
            assert!(langlet.parse(negative.text.as_str()).is_err(), "{}: {}", langlet.name(), shown(negative));
            assert!(texts.insert(&negative.text), "{}", shown(negative));
            // The place of the pair is that of its second token.
            if let NegativeProof::Neighbors(_, right, span) = &negative.proof
                && let Some(right) = right.strip_prefix('\'')
            {
                let text = &negative.text[span.start as usize..span.end as usize];
                assert_eq!(text, right.trim_end_matches('\''), "{}", shown(negative));
            }
        }
        let has = |is: fn(&Flaw) -> bool| found.iter().any(|negative| is(&negative.flaw));
        assert!(has(|flaw| matches!(flaw, Flaw::Deleted(_))) && has(|flaw| matches!(flaw, Flaw::Inserted(_))));
        assert!(has(|flaw| matches!(flaw, Flaw::Substituted(..))) && has(|flaw| matches!(flaw, Flaw::Swapped(..))));
        assert!(has(|flaw| matches!(flaw, Flaw::Rule(..))), "{}", langlet.name());
    }
}

/// The oracle follows the definition of a grammar; it is slow, so it sees the short ones of a whole language, and all of a small one.
#[test]
fn the_oracle_accepts_none() {
    for (name, longest) in [("json", 12), ("json5", 10), ("python27", 5)] {
        let langlet = langlet(name);
        let mut n_judged = 0;
        for negative in negatives(&langlet, langlet.start()).unwrap() {
            let word = symbols(&langlet, &negative.text);
            if word.len() <= longest {
                assert!(!naive::accepts(langlet.grammar(), langlet.start(), &word), "{name}: {}", shown(&negative));
                n_judged += 1;
            }
        }
        assert!(n_judged > 10, "{name}: {n_judged}");
    }
}

/// In the grammar as CPython publishes it, with its 83 kinds of tokens, 1,270 of 6,889 pairs can be neighbors.
#[test]
fn pairs_of_a_whole_language() {
    let python = langlet("python27");
    assert_eq!(NeighborPairs::new(&python, python.start()).count(), (1270, 6889));
}

const LISTS: &str = "langlet lists\nstart list\nlist: '[' [item (',' item)*] ']'\nitem: list | NUMBER\n\
    token NUMBER = /[0-9]+/\nskip BLANK = /[ ]+/\n";

#[test]
fn each_says_what_is_wrong() {
    let lists = load("lists", LISTS, None).unwrap();
    let found = negatives(&lists, lists.start()).unwrap();
    insta::assert_snapshot!(found.iter().map(|negative| shown(negative) + "\n").collect::<String>());
}

/// A language of all strings has no negatives; one of a single string has.
#[test]
fn what_cannot_be_wrong_is_not_made() {
    let all = load("all", "langlet all\nstart a\na: ('x' | 'y')*\nskip BLANK = /[ ]+/\n", None).unwrap();
    assert_eq!(negatives(&all, all.start()).unwrap(), []);
    let one = load("one", "langlet one\nstart a\na: 'x'\nskip BLANK = /[ ]+/\n", None).unwrap();
    let texts: Vec<String> = negatives(&one, one.start()).unwrap().into_iter().map(|n| n.text).collect();
    assert_eq!(texts, ["x x", ""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// No negative is a program, whatever the grammar; and pairs that some word has are possible.
    #[test]
    fn no_negative_is_a_program(text in strategy::grammar()) {
        if let Ok(langlet) = load("random", &text, None) {
            for negative in negatives(&langlet, langlet.start()).unwrap_or_default() {
                let word = symbols(&langlet, &negative.text);
                let is_program = naive::accepts(langlet.grammar(), langlet.start(), &word);
                prop_assert!(!is_program, "{}", shown(&negative));
            }
        }
    }
}
