//! Derivations of a grammar, its rules taken as *copies*: one for each rule, or, where it matters who calls, one for each
//! occurrence that calls it.

use super::occurrences::Occurrences;
use super::traces::Trace;
use super::usage::Goal;
use crate::automata::{Position, RuleAutomaton};
use crate::grammar::Symbol;

/// A rule, or a rule as one occurrence calls it.
#[derive(Clone, Debug)]
pub(crate) struct RuleCopy {
    /// Its number in [`Occurrences::rules`].
    pub(crate) rule: usize,
    /// `callees[position]`: the copy that is called there.
    pub(crate) callees: Vec<Option<usize>>,
}

/// The copies of a grammar; programs are of the copy 0.
#[derive(Clone, Debug)]
pub(crate) struct Copies<'a> {
    pub(crate) occurrences: &'a Occurrences,
    pub(crate) copies: Vec<RuleCopy>,
}

impl<'a> Copies<'a> {
    /// One copy for each rule.
    pub(crate) fn of_rules(occurrences: &'a Occurrences) -> Copies<'a> {
        let start = occurrences.number(occurrences.start()).expect("a start is a rule");
        // The start comes first.
        let mut order: Vec<usize> = (0..occurrences.rules().len()).collect();
        order.swap(0, start);
        let place = |rule: usize| order.iter().position(|&at| at == rule);
        let copies =
            order.iter().map(|&rule| RuleCopy { rule, callees: callees(occurrences, rule, |_, callee| place(callee)) });
        Copies { occurrences, copies: copies.collect() }
    }

    /// One copy for each occurrence that calls a rule, and one for the start.
    pub(crate) fn of_calls(occurrences: &'a Occurrences) -> Copies<'a> {
        let start = occurrences.number(occurrences.start()).expect("a start is a rule");
        let mut numbers = vec![None; occurrences.n_occurrences()];
        let mut rules = vec![start];
        for (rule, position, callee) in occurrences.calls() {
            numbers[occurrences.index(rule, position)] = Some(rules.len());
            rules.push(callee);
        }
        let copies = rules.iter().map(|&rule| RuleCopy {
            rule,
            callees: callees(occurrences, rule, |position, _| numbers[occurrences.index(rule, position)]),
        });
        Copies { occurrences, copies: copies.collect() }
    }

    /// Whether the goal asks for all occurrences of the copy. A start that is called from within programs has its pairs there, too, so
    /// that none needs to be at the outermost place.
    pub(crate) fn is_asked(&self, copy: usize, goal: Goal) -> bool {
        let start = self.copies[0].rule;
        copy > 0 || goal != Goal::Pairs || self.copies[1..].iter().all(|other| other.rule != start)
    }

    pub(crate) fn automaton(&self, copy: usize) -> &'a RuleAutomaton {
        &self.occurrences.rules()[self.copies[copy].rule].1
    }

    /// The token at a position; `None` for a call.
    pub(crate) fn token(&self, copy: usize, position: Position) -> Option<Symbol> {
        let symbol = self.automaton(copy).symbol(position);
        symbol.filter(|_| self.copies[copy].callees[position.index()].is_none())
    }
}

fn callees(
    occurrences: &Occurrences,
    rule: usize,
    callee: impl Fn(Position, usize) -> Option<usize>,
) -> Vec<Option<usize>> {
    let automaton = &occurrences.rules()[rule].1;
    let mut callees = vec![None; automaton.n_states()];
    for position in automaton.positions() {
        let number = automaton.symbol(position).and_then(|symbol| occurrences.number(symbol));
        callees[position.index()] = number.and_then(|number| callee(position, number));
    }
    callees
}

/// A node of a derivation.
#[derive(Clone, Debug)]
pub(crate) struct DerivedNode {
    pub(crate) copy: usize,
    pub(crate) trace: Trace,
    /// For each position of the trace that calls, the node there; `None`: still open.
    pub(crate) children: Vec<Option<usize>>,
}

/// Derivations; nodes refer to each other by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Derivations {
    pub(crate) nodes: Vec<DerivedNode>,
    pub(crate) roots: Vec<usize>,
}

impl Derivations {
    /// A node with all of its calls open.
    pub(crate) fn add(&mut self, copies: &Copies<'_>, copy: usize, trace: Trace) -> usize {
        let n_calls = trace.iter().filter(|at| copies.copies[copy].callees[at.index()].is_some()).count();
        self.nodes.push(DerivedNode { copy, trace, children: vec![None; n_calls] });
        self.nodes.len() - 1
    }

    /// The calls of a node that are open: the place among its children, and the copy.
    pub(crate) fn open(&self, copies: &Copies<'_>, node: usize) -> Vec<(usize, usize)> {
        let DerivedNode { copy, trace, children } = &self.nodes[node];
        let calls = trace.iter().filter_map(|at| copies.copies[*copy].callees[at.index()]);
        calls.enumerate().filter(|&(place, _)| children[place].is_none()).collect()
    }

    /// The token string of the derivation below a node; `fill` writes a symbol whose call is open.
    pub(crate) fn tokens(
        &self,
        copies: &Copies<'_>,
        root: usize,
        fill: impl Fn(Symbol, &mut Vec<Symbol>),
    ) -> Vec<Symbol> {
        let mut tokens = Vec::new();
        // A node, the place on its trace, and the number of calls before it.
        let mut work = vec![(root, 0, 0)];
        while let Some((number, place, n_calls)) = work.pop() {
            let node = &self.nodes[number];
            let Some(&position) = node.trace.get(place) else { continue };
            match copies.token(node.copy, position) {
                Some(token) => {
                    tokens.push(token);
                    work.push((number, place + 1, n_calls));
                }
                None => {
                    work.push((number, place + 1, n_calls + 1));
                    match (node.children[n_calls], copies.automaton(node.copy).symbol(position)) {
                        (Some(child), _) => work.push((child, 0, 0)),
                        (None, Some(symbol)) => fill(symbol, &mut tokens),
                        (None, None) => {}
                    }
                }
            }
        }
        tokens
    }
}
