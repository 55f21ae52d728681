//! Interpolations against a naive search.

use std::collections::BTreeMap;

use langlet_core::Langlet;
use langlet_core::algebra::{Kind, Step};
use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::grammar::{Rhs, Symbol};
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

/// Constants and nodes that a path adds.
type Cost = (usize, usize);

fn cost(path: &[Step]) -> Cost {
    (path.iter().map(|step| step.before.len() + step.after.len()).sum(), path.len())
}

/// All productions of a right-hand side in which no position occurs twice.
fn productions(rhs: &Rhs) -> Vec<Vec<Symbol>> {
    let automaton = RuleAutomaton::new(rhs);
    let mut found = Vec::new();
    let mut work = vec![vec![Position::START]];
    while let Some(trace) = work.pop() {
        for &next in automaton.follow(trace[trace.len() - 1]) {
            if next == Position::EXIT {
                found.push(trace[1..].iter().map(|&position| automaton.symbol(position).unwrap()).collect());
            } else if !trace.contains(&next) {
                work.push([&trace[..], &[next]].concat());
            }
        }
    }
    found
}

/// The cheapest way from each symbol to each other, by trying every production and relaxing until nothing gets cheaper.
fn naive(langlet: &Langlet, kind: Kind) -> BTreeMap<(Symbol, Symbol), Cost> {
    let grammar = langlet.grammar();
    let is_constant = |symbol: &Symbol| grammar.constant_text(*symbol).is_some();
    let mut best: BTreeMap<(Symbol, Symbol), Cost> = BTreeMap::new();
    let mut improve = |from: Symbol, to: Symbol, cost: Cost| {
        let known = best.entry((from, to)).or_insert(cost);
        *known = cost.min(*known);
    };
    let mut steps: Vec<(Symbol, Symbol, usize)> = Vec::new();
    let mut add = |rule: Symbol, rhs: &Rhs, limit: usize, neutral: bool| {
        for production in productions(rhs) {
            for (index, &child) in production.iter().enumerate() {
                let others = || production.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, s)| s);
                // In a declared neutral production the child is what is no constant.
                if others().all(is_constant) && others().count() <= limit && !(neutral && is_constant(&child)) {
                    steps.push((rule, child, others().count()));
                }
            }
        }
    };
    for (&rule, definition) in &grammar.rules {
        add(rule, &definition.rhs, if kind == Kind::Any { usize::MAX } else { 0 }, false);
    }
    if kind == Kind::Neutral {
        grammar.neutrals.iter().for_each(|(rule, rhs)| add(*rule, rhs, usize::MAX, true));
    }
    for symbol in grammar.symbols.iter() {
        improve(symbol, symbol, (0, 0));
    }
    loop {
        let before = best.clone();
        for &(rule, child, constants) in &steps {
            for (&(from, to), &(more, nodes)) in &before {
                if from == child {
                    let known = best.entry((rule, to)).or_insert((usize::MAX, 0));
                    *known = (*known).min((constants + more, nodes + 1));
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

/// A path is one of productions, from the outer symbol to the inner; it is of its kind; and none is cheaper.
fn check(langlet: &Langlet, kind: Kind) {
    let grammar = langlet.grammar();
    let expected = naive(langlet, kind);
    for outer in grammar.rules.keys().copied() {
        for inner in grammar.symbols.iter() {
            let path = langlet.interpolations().path(kind, outer, inner);
            let name = |symbol| grammar.symbols.display(symbol);
            let pair = format!("{{{}, {}}} {kind:?} in {}", name(outer), name(inner), langlet.name());
            assert_eq!(path.as_deref().map(cost), expected.get(&(outer, inner)).copied(), "{pair}");
            let mut at = outer;
            for step in path.into_iter().flatten() {
                assert_eq!(step.rule, at, "{pair}");
                let production = step.before.iter().chain([&step.child]).chain(&step.after).copied();
                assert!(langlet.tables().network.derives(step.rule, production), "{pair}: {step:?}");
                assert!(step.before.iter().chain(&step.after).all(|&symbol| grammar.constant_text(symbol).is_some()));
                at = step.child;
            }
        }
    }
}

const KINDS: [Kind; 3] = [Kind::Pure, Kind::Neutral, Kind::Any];

#[test]
fn interpolations_of_built_in_langlets_are_minimal() {
    for name in BUILT_IN {
        KINDS.into_iter().for_each(|kind| check(&langlet(name), kind));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn interpolations_are_minimal(text in strategy::grammar()) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        KINDS.into_iter().for_each(|kind| check(&langlet, kind));
    }
}

#[test]
fn known_interpolations() {
    let python = langlet("python27");
    let show = |kind, outer: &str, inner: &str| {
        let path = python.interpolations().path(kind, python.symbol(outer).unwrap(), python.symbol(inner).unwrap())?;
        let symbols = &python.grammar().symbols;
        let names = |list: &[Symbol]| list.iter().map(|&symbol| symbols.display(symbol) + " ").collect::<String>();
        let step = |step: &Step| {
            format!(
                "{}: {}{} {}",
                symbols.name(step.rule),
                names(&step.before),
                symbols.display(step.child),
                names(&step.after)
            )
        };
        Some(path.iter().map(step).map(|line| line.trim_end().to_owned() + "\n").collect::<String>())
    };
    insta::assert_snapshot!(show(Kind::Pure, "arith_expr", "power").unwrap(), @r"
    arith_expr: term
    term: factor
    factor: power
    ");
    insta::assert_snapshot!(show(Kind::Neutral, "power", "test").unwrap(), @r"
    power: atom
    atom: '(' testlist_comp ')'
    testlist_comp: test
    ");
    // A statement of which something is a constant is no neutral step: a call is not written around its argument.
    insta::assert_snapshot!(show(Kind::Neutral, "stmt", "testlist").unwrap(), @r"
    stmt: simple_stmt
    simple_stmt: small_stmt NEWLINE
    small_stmt: expr_stmt
    expr_stmt: testlist
    ");
    insta::assert_snapshot!(show(Kind::Any, "power", "dictorsetmaker").unwrap(), @r"
    power: atom
    atom: '{' dictorsetmaker '}'
    ");
    assert_eq!(show(Kind::Neutral, "power", "dictorsetmaker"), None);
    assert_eq!(show(Kind::Pure, "power", "test"), None);
    assert_eq!(show(Kind::Neutral, "NAME", "test"), None);
}
