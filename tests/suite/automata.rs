//! Automata and sets against their definitions, on random right-hand sides and grammars.

use std::collections::BTreeSet;

use langlet_core::Langlet;
use langlet_core::automata::{END, Network, Position, RuleAutomaton, Terminal};
use langlet_core::grammar::{Rhs, Symbol};
use langlet_test_support::{naive, strategy};
use proptest::prelude::*;

use super::load;

const CASES: u32 = 128;

/// A langlet whose rule `a` has this right-hand side over the letters `x`, `y`, `z`.
fn one_rule(rhs: &str) -> Langlet {
    load("one", &format!("langlet one\na: {rhs}\n"), None).unwrap()
}

fn rhs(langlet: &Langlet) -> &Rhs {
    langlet.grammar().rhs(langlet.start()).unwrap()
}

fn letters(langlet: &Langlet) -> Vec<Symbol> {
    langlet.grammar().used_literals()
}

/// Whether a path from START to EXIT reads the word.
fn has_trace(automaton: &RuleAutomaton, word: &[Symbol]) -> bool {
    let mut at = BTreeSet::from([Position::START]);
    for &letter in word {
        let next = at.iter().flat_map(|&position| automaton.follow(position));
        at = next.copied().filter(|&position| automaton.symbol(position) == Some(letter)).collect();
    }
    at.iter().any(|&position| automaton.follow(position).contains(&Position::EXIT))
}

#[test]
fn the_position_automaton_of_a_list() {
    let langlet = one_rule("'x' ('y' 'x')*");
    let automaton = RuleAutomaton::new(rhs(&langlet));
    let shown = [Position::START].into_iter().chain(automaton.positions()).map(|position| {
        let names = automaton.follow(position).iter().map(|next| next.index().to_string()).collect::<Vec<_>>();
        format!("{} → {}", position.index(), names.join(" "))
    });
    // START is 0, EXIT is 1.
    assert_eq!(shown.collect::<Vec<_>>(), ["0 → 2", "2 → 3 1", "3 → 4", "4 → 3 1"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Traces, the minimal automaton and the right-hand side accept the same words; each state is the occurrence of a
    /// symbol, entered by it alone, and lies on a trace.
    #[test]
    fn automata_accept_the_words_of_their_rule(text in strategy::rhs(&["'x'", "'y'", "'z'"])) {
        let langlet = one_rule(&text);
        let automaton = RuleAutomaton::new(rhs(&langlet));
        let mut occurrences = 0;
        rhs(&langlet).for_each_symbol(&mut |_| occurrences += 1);
        prop_assert_eq!(automaton.n_states(), occurrences + 2);
        prop_assert!(automaton.follow(Position::EXIT).is_empty());
        for word in naive::words(&letters(&langlet), 5) {
            let expected = naive::matches(rhs(&langlet), &word);
            prop_assert_eq!(has_trace(&automaton, &word), expected);
            prop_assert_eq!(langlet.tables().network.derives(langlet.start(), word), expected);
        }
    }

    /// Each state is reached, comes to an end, and differs from all others: by the words it accepts, or by the order in
    /// which it prefers alternatives.
    #[test]
    fn rule_automata_are_minimal(text in strategy::rhs(&["'x'", "'y'"])) {
        let langlet = one_rule(&text);
        let network = &langlet.tables().network;
        let states: Vec<_> = network.states().collect();
        let symbols = |n: usize| states[n].1.transitions.iter().map(|(symbol, _)| *symbol).collect::<Vec<_>>();
        let n = states.len();
        // Two states differ if they accept, read or go on differently.
        let mut differ: Vec<Vec<bool>> = (0..n)
            .map(|p| (0..n).map(|q| states[p].1.accepting != states[q].1.accepting || symbols(p) != symbols(q)).collect())
            .collect();
        let mut ends: Vec<bool> = states.iter().map(|(_, state)| state.accepting).collect();
        let mut reached = vec![false; n];
        reached[0] = true;
        for _ in 0..n {
            for p in 0..n {
                for (index, (_, to)) in states[p].1.transitions.iter().enumerate() {
                    ends[p] |= ends[to.index()];
                    reached[to.index()] |= reached[p];
                    for q in 0..n {
                        if let Some((_, other)) = states[q].1.transitions.get(index) {
                            differ[p][q] |= differ[to.index()][other.index()];
                        }
                    }
                }
            }
        }
        prop_assert!(ends.iter().all(|&ends| ends) && reached.iter().all(|&reached| reached));
        prop_assert!((0..n).all(|p| (0..n).all(|q| p == q || differ[p][q])));
    }

    /// nullable, FIRST and FOLLOW are what their definitions say.
    #[test]
    fn sets_are_those_of_the_definitions(text in strategy::grammar()) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        let (grammar, tables) = (langlet.grammar(), langlet.tables());
        let number = |symbol: Symbol| tables.terminals.number(symbol).unwrap();
        for &rule in grammar.rules.keys() {
            prop_assert_eq!(tables.sets.nullable(rule), naive::accepts(grammar, rule, &[]));
            let start = tables.network.start(rule).unwrap();
            for token in letters(&langlet) {
                let begins = naive::can_begin(grammar, rule, &[token]);
                prop_assert_eq!(tables.sets.first(start).contains(number(token)), begins);
            }
        }
        let follow = follow(&langlet);
        for (index, &rule) in grammar.rules.keys().enumerate() {
            let found: BTreeSet<Terminal> = tables.sets.follow(rule).iter().collect();
            // The metavariable of patterns is in every set in which something else is.
            let found: BTreeSet<_> = found.into_iter().filter(|&t| t != tables.terminals.metavariable()).collect();
            prop_assert_eq!(&found, &follow[index], "FOLLOW of {}", grammar.symbols.name(rule));
        }
    }
}

/// FOLLOW as the textbook has it, over the position automata; in the order of the rules.
fn follow(langlet: &Langlet) -> Vec<BTreeSet<Terminal>> {
    let (grammar, tables) = (langlet.grammar(), langlet.tables());
    let rules: Vec<Symbol> = grammar.rules.keys().copied().collect();
    let mut follow = vec![BTreeSet::from([END]); rules.len()];
    let index = |symbol: Symbol| rules.iter().position(|&rule| rule == symbol);
    loop {
        let before = follow.clone();
        for (owner, &rule) in rules.iter().enumerate() {
            let automaton = RuleAutomaton::new(grammar.rhs(rule).unwrap());
            for position in automaton.positions() {
                let Some(used) = index(automaton.symbol(position).unwrap()) else { continue };
                // All positions that come behind it, nullable ones passed over.
                let (mut work, mut seen) = (vec![position], BTreeSet::new());
                while let Some(at) = work.pop() {
                    for &next in automaton.follow(at) {
                        match automaton.symbol(next) {
                            None => {
                                let more = follow[owner].clone();
                                follow[used].extend(more);
                            }
                            Some(symbol) => match index(symbol) {
                                None => follow[used].extend(tables.terminals.number(symbol)),
                                Some(_) => {
                                    let begins = |token: &Symbol| naive::can_begin(grammar, symbol, &[*token]);
                                    let first = letters(langlet).into_iter().filter(begins);
                                    follow[used].extend(first.filter_map(|token| tables.terminals.number(token)));
                                    if naive::accepts(grammar, symbol, &[]) && seen.insert(next) {
                                        work.push(next);
                                    }
                                }
                            },
                        }
                    }
                }
            }
        }
        if follow == before {
            return follow;
        }
    }
}

/// The network of a langlet whose rules are few: for people.
#[test]
fn a_network_has_one_number_per_rule_and_place() {
    let langlet = load("n", "langlet n\na: b 'x' | b 'y' | 'x'\nb: 'z'*\n", None).unwrap();
    let network = Network::new(langlet.grammar());
    let symbols = &langlet.grammar().symbols;
    let shown = network.states().map(|(id, state)| {
        let ways = state.transitions.iter().map(|&(symbol, to)| format!(" {} {}", symbols.display(symbol), to.index()));
        let end = if state.accepting { " end" } else { "" };
        format!("{} {}:{}{end}", id.index(), symbols.name(state.rule), ways.collect::<String>())
    });
    assert_eq!(shown.collect::<Vec<_>>(), ["0 a: b 1 'x' 2", "1 a: 'x' 2 'y' 2", "2 a: end", "3 b: 'z' 3 end"]);
}
