//! Conflicts explained: where one token of lookahead does not decide, with a shortest program for each way to go on.

use super::decision::{Alternative, Tables};
use super::dfa::StateId;
use super::sets::{END, Terminal};
use super::shortest::Shortest;
use crate::grammar::{Grammar, Symbol};

/// A place in a rule where a token can be read in several ways.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The rule.
    pub rule: Symbol,
    /// The token.
    pub next: Terminal,
    /// The ways to go on, the preferred one first.
    pub ways: Vec<Way>,
}

/// One way to go on at a conflict.
#[derive(Clone, Debug)]
pub struct Way {
    /// The symbol that is read; `None` if the rule ends.
    pub symbol: Option<Symbol>,
    /// A shortest program that goes this way, and how many of its tokens come before the conflict. `None` if no program
    /// does: the token can come behind the rule elsewhere, but not where this state is reached.
    pub program: Option<(Vec<Terminal>, usize)>,
}

/// All conflicts, in the order of the rules; one for each state and set of ways, with its first token.
pub fn conflicts(grammar: &Grammar, tables: &Tables) -> Vec<Conflict> {
    let shortest = Shortest::new(grammar, &tables.network, &tables.terminals, &tables.sets);
    let mut found: Vec<(StateId, Vec<Option<Symbol>>, Conflict)> = Vec::new();
    for &(state, next) in tables.conflicts() {
        if next == END {
            continue;
        }
        let alternatives = tables.alternatives(state, next);
        let steps: Vec<Option<(Symbol, StateId)>> = alternatives
            .iter()
            .map(|&alternative| match alternative {
                Alternative::Shift(symbol, to) | Alternative::Push(symbol, to) | Alternative::Wild(symbol, to) => {
                    Some((symbol, to))
                }
                Alternative::Pop => None,
            })
            .collect();
        let key: Vec<Option<Symbol>> = steps.iter().map(|step| step.map(|(symbol, _)| symbol)).collect();
        if found.iter().any(|(known, ways, _)| *known == state && *ways == key) {
            continue;
        }
        let ways = steps
            .iter()
            .map(|&step| Way { symbol: step.map(|(symbol, _)| symbol), program: shortest.program(state, next, step) });
        let conflict = Conflict { rule: tables.network.state(state).rule, next, ways: ways.collect() };
        found.push((state, key, conflict));
    }
    found.into_iter().map(|(_, _, conflict)| conflict).collect()
}
