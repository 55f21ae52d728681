//! Minimizing: what is left parses, is wanted, and has no token, nor two, that could go.

use std::convert::Infallible;

use langlet_core::cst::Tree;
use langlet_core::generate::{Speller, minimize};
use langlet_core::grammar::Symbol;
use langlet_test_support::Programs;
use proptest::prelude::*;

use super::langlet;

fn tokens(tree: &Tree) -> Vec<Symbol> {
    tree.leaves(tree.root()).map(|leaf| tree.symbol(leaf)).collect()
}

#[test]
fn what_is_left_is_small() {
    let python = langlet("python27");
    let left = |text: &str, wanted: &str| {
        let program = python.parse(text).unwrap();
        let tree = minimize(&python, &program, |tree| Ok::<_, Infallible>(tree.unparse().contains(wanted))).unwrap();
        tree.unparse().trim_end().to_owned()
    };
    assert_eq!(left("x = f(a, b = c, *d)[1:2]\n", "("), "()");
    assert_eq!(left("if a:\n    while b:\n        return [c, d]\n", "return"), "return");
    assert_eq!(left("class a(b):\n    def f(self): print {1: 2, 3: 4}, `x`\n", "`"), "` a `");
    assert_eq!(left("a\n", "a"), "a");
    assert_eq!(left("", ""), "");
}

/// Errors of the judge end the search.
#[test]
fn an_error_is_passed_on() {
    let json = langlet("json");
    let program = json.parse("[1, 2]").unwrap();
    assert_eq!(minimize(&json, &program, |_| Err::<bool, _>("gone")).unwrap_err(), "gone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// No token and no two tokens of the result can go: all are tried, one after the other.
    #[test]
    fn nothing_is_left_to_remove(choices in prop::collection::vec(any::<u8>(), 0..60), word in 0..4_usize) {
        let json = langlet("json");
        let wanted = |tree: &Tree| tree.unparse().contains(["[", "{", "\"", "true"][word]);
        let program = json.parse(Programs::new(&json).program(&choices)).unwrap();
        prop_assume!(wanted(&program));
        let small = minimize(&json, &program, |tree| Ok::<_, Infallible>(wanted(tree))).unwrap();
        prop_assert!(wanted(&small));
        let (all, mut speller) = (tokens(&small), Speller::new(&json));
        for one in 0..all.len() {
            for other in one..all.len() {
                let kept = (0..all.len()).filter(|&at| at != one && at != other);
                let kept: Vec<Symbol> = kept.map(|at| all[at]).collect();
                let tree = speller.tree(json.start(), &kept);
                prop_assert!(!tree.is_some_and(|tree| wanted(&tree)), "{:?}", small.unparse());
            }
        }
    }
}
