//! Covers: as few traces of a rule as possible that use every symbol occurrence, or every transition.
//!
//! For `a: x (',' x)* [',']`, positions numbered: one trace `x₁ ','₂ x₃ ','₄` uses every occurrence; every transition takes
//! four, since no trace has two of `x₁ → EXIT`, `x₁ → ','₄`, `x₃ → EXIT` and `x₃ → ','₄`.
//!
//! How many traces it takes is decided where the automaton has no cycles any more: a part whose positions all reach each
//! other is passed by one trace as a whole, so take each such part for one state. What is left is a least flow from `START`
//! to `EXIT` in which each state, or each transition, carries one unit at least (Dilworth 1950; flows with lower bounds,
//! Ford and Fulkerson 1962).
//!
//! Which traces: a cheapest circulation of so many units through the whole automaton, read as walks. It may turn in
//! a cycle that no trace comes by. Then some transition that leaves this cycle must be used as well; which one is found by
//! trying (branch and cut). With every transition to be used that cannot happen.

use std::collections::BTreeSet;

use super::flow::{Arc, UNBOUNDED, cheapest_circulation};
use super::traces::{Trace, all_states};
use crate::automata::{Position, RuleAutomaton};
use crate::grammar::Symbol;

/// What a set of traces must use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// Every symbol occurrence, that is, every position.
    Occurrences,
    /// Every transition from a position to the next, those from `START` and to `EXIT` included.
    Transitions,
}

/// A smallest set of traces that uses every symbol occurrence, see [`cover`]. Empty if the rule has no symbols.
pub fn occurrences(automaton: &RuleAutomaton) -> Vec<Trace> {
    cover(automaton, Criterion::Occurrences, |_| 1)
}

/// A smallest set of traces that uses every transition, see [`cover`]. The empty trace is one of them if the rule may be
/// empty.
pub fn transitions(automaton: &RuleAutomaton) -> Vec<Trace> {
    cover(automaton, Criterion::Transitions, |_| 1)
}

/// A smallest set of traces that uses all that the criterion asks for; among the smallest a lightest, where `weight` is
/// what a visit to a position counts (at most [`MAX_WEIGHT`]; more counts as that). In the order of their positions, a
/// trace before those that begin with it.
///
/// The number of traces is the least there is. So is the weight; but a rule in which many cycles hang together loosely gets,
/// with [`Criterion::Occurrences`], the best of [`MAX_CIRCULATIONS`] attempts (to find the lightest is as hard as the
/// travelling salesman).
///
/// Cost: of the order of states times transitions for each attempt; the rules of real languages take one, or a few.
pub fn cover(automaton: &RuleAutomaton, criterion: Criterion, weight: impl Fn(Position) -> u64) -> Vec<Trace> {
    let cover = Cover {
        automaton,
        criterion,
        weights: all_states(automaton).map(|at| if is_position(at) { weight(at).min(MAX_WEIGHT) } else { 0 }).collect(),
        transitions: all_states(automaton)
            .flat_map(|from| automaton.follow(from).iter().map(move |&to| (from, to)))
            .collect(),
        parts: parts(automaton),
    };
    let n_traces = cover.n_traces(&BTreeSet::new());
    if n_traces == 0 {
        return Vec::new();
    }
    let mut traces = walks(automaton, &cover.lightest_flow(n_traces));
    traces.sort_unstable();
    traces
}

/// The production of a trace: the symbols at its positions.
pub fn production(automaton: &RuleAutomaton, trace: &[Position]) -> Vec<Symbol> {
    trace.iter().map(|&position| automaton.symbol(position).expect("a trace has neither START nor EXIT")).collect()
}

/// How many circulations are tried once a cover has been found: a bound on time.
pub const MAX_CIRCULATIONS: usize = 500;

/// The most that a visit to a position counts.
pub const MAX_WEIGHT: u64 = 1 << 20;

/// Units of cost in a unit of weight. A step back in the rule costs one, so of circulations of the same weight that with fewer
/// such steps is taken. It reads more naturally, and turns in fewer cycles that no trace comes by.
const COST_OF_WEIGHT: u64 = 1 << 20;

struct Cover<'a> {
    automaton: &'a RuleAutomaton,
    criterion: Criterion,
    /// `weights[state]`
    weights: Vec<u64>,
    /// All transitions, state by state.
    transitions: Vec<(Position, Position)>,
    /// `parts[state]`: number of the strongly connected part.
    parts: Vec<usize>,
}

impl Cover<'_> {
    /// The least a transition carries. `forced` are numbers of transitions.
    fn lower(&self, transition: usize, forced: &BTreeSet<usize>) -> u64 {
        u64::from(self.criterion == Criterion::Transitions || forced.contains(&transition))
    }

    /// The least number of traces that use all that is asked for, and the transitions `forced` besides.
    fn n_traces(&self, forced: &BTreeSet<usize>) -> u64 {
        // A part is two nodes with an arc between them, which carries the traces that pass the part.
        let n_parts = 1 + self.parts.iter().max().expect("START is in a part");
        let mut passes: Vec<Arc> = (0..n_parts)
            .map(|part| Arc { from: 2 * part, to: 2 * part + 1, lower: 0, upper: UNBOUNDED, cost: 0 })
            .collect();
        if self.criterion == Criterion::Occurrences {
            self.automaton.positions().for_each(|position| passes[self.parts[position.index()]].lower = 1);
        }
        let between = self.transitions.iter().enumerate().filter_map(|(number, (from, to))| {
            let (from, to) = (self.parts[from.index()], self.parts[to.index()]);
            let lower = self.lower(number, forced);
            (from != to).then_some(Arc { from: 2 * from + 1, to: 2 * to, lower, upper: UNBOUNDED, cost: 0 })
        });
        let (start, exit) = (self.parts[Position::START.index()], self.parts[Position::EXIT.index()]);
        let back = Arc { from: 2 * exit + 1, to: 2 * start, lower: 0, upper: UNBOUNDED, cost: 1 };
        let arcs: Vec<Arc> = passes.into_iter().chain(between).chain([back]).collect();
        let flow = cheapest_circulation(2 * n_parts, &arcs).expect("each position lies on a path from START to EXIT");
        *flow.last().expect("the way back is an arc")
    }

    /// How often each transition is used by `n_traces` traces of the least weight that use all that is asked for.
    fn lightest_flow(&self, n_traces: u64) -> Vec<u64> {
        let mut best: Option<(u64, Vec<u64>)> = None;
        let mut pending = vec![BTreeSet::new()];
        let mut n_circulations = 0;
        let mut lower_bound = None;
        // Progress: each set that is added forces one transition more than the one it is made of.
        while let Some(forced) = pending.pop() {
            if best.is_some() && n_circulations == MAX_CIRCULATIONS {
                break;
            }
            n_circulations += usize::from(best.is_some());
            let (weight, flow) = self.circulation(n_traces, &forced);
            // The first has nothing forced, so none is lighter.
            let lower_bound = *lower_bound.get_or_insert(weight);
            if best.as_ref().is_some_and(|(least, _)| *least <= weight) {
                continue;
            }
            let exits = self.exits_of_detached_cycle(&flow);
            if exits.is_empty() {
                best = Some((weight, flow));
                if weight == lower_bound {
                    break;
                }
                continue;
            }
            // In any cover some trace visits the cycle, and leaves it. A transition is worth a try if the number of traces
            // stays what it is; the one that the best cover uses does.
            for exit in exits.into_iter().rev() {
                let mut forced = forced.clone();
                forced.insert(exit);
                if self.n_traces(&forced) == n_traces {
                    pending.push(forced);
                }
            }
        }
        best.expect("a cover with this number of traces exists").1
    }

    /// The weight of a lightest circulation with `n_traces` units from `START` to `EXIT`, and how often it uses each
    /// transition.
    fn circulation(&self, n_traces: u64, forced: &BTreeSet<usize>) -> (u64, Vec<u64>) {
        // A state is two nodes with an arc between them, which carries the visits.
        let visits = all_states(self.automaton).map(|state| {
            let lower = u64::from(is_position(state) && self.criterion == Criterion::Occurrences);
            let (from, cost) = (2 * state.index(), self.weights[state.index()] * COST_OF_WEIGHT);
            Arc { from, to: from + 1, lower, upper: UNBOUNDED, cost }
        });
        let moves = self.transitions.iter().enumerate().map(|(number, (from, to))| {
            let lower = self.lower(number, forced);
            let cost = u64::from(is_position(*to) && to <= from);
            Arc { from: 2 * from.index() + 1, to: 2 * to.index(), lower, upper: UNBOUNDED, cost }
        });
        let (start, exit) = (2 * Position::START.index(), 2 * Position::EXIT.index() + 1);
        let back = Arc { from: exit, to: start, lower: n_traces, upper: n_traces, cost: 0 };
        let arcs: Vec<Arc> = visits.chain(moves).chain([back]).collect();
        let n_states = self.automaton.n_states();
        let flow = cheapest_circulation(2 * n_states, &arcs).expect("so many traces can cover the rule");
        let weight = flow.iter().zip(&self.weights).map(|(flow, weight)| flow * weight).sum();
        (weight, flow[n_states..n_states + self.transitions.len()].to_vec())
    }

    /// The transitions out of a part of the flow that cannot be reached from `START` along it; none if there is no such part.
    fn exits_of_detached_cycle(&self, flow: &[u64]) -> Vec<usize> {
        let mut next = vec![Vec::new(); self.automaton.n_states()];
        for (&(from, to), _) in self.transitions.iter().zip(flow).filter(|(_, flow)| **flow > 0) {
            next[from.index()].push(to);
        }
        let reached_from = |state: Position| {
            let mut is_reached = vec![false; next.len()];
            let mut pending = vec![state];
            while let Some(state) = pending.pop() {
                if !std::mem::replace(&mut is_reached[state.index()], true) {
                    pending.extend(&next[state.index()]);
                }
            }
            is_reached
        };
        let attached = reached_from(Position::START);
        let detached = self.automaton.positions().find(|at| !attached[at.index()] && !next[at.index()].is_empty());
        let Some(state) = detached else { return Vec::new() };
        // As much flow enters a state as leaves it, so what is reached from a state of the cycle is the whole of it.
        let cycle = reached_from(state);
        let leaves = |&number: &usize| {
            let (from, to) = self.transitions[number];
            cycle[from.index()] && !cycle[to.index()]
        };
        (0..self.transitions.len()).filter(leaves).collect()
    }
}

/// A flow, as uses of each transition state by state, as traces: an Eulerian circuit over the transitions and the ways back, cut at
/// `EXIT` (Hierholzer 1873). The flow must hang together.
pub(crate) fn walks(automaton: &RuleAutomaton, flow: &[u64]) -> Vec<Trace> {
    let transitions = all_states(automaton).flat_map(|from| automaton.follow(from).iter().map(move |&to| (from, to)));
    let mut next: Vec<Vec<(Position, u64)>> = vec![Vec::new(); automaton.n_states()];
    for ((from, to), &flow) in transitions.zip(flow) {
        next[from.index()].push((to, flow));
        if to == Position::EXIT {
            next[to.index()].push((Position::START, flow));
        }
    }
    next.iter_mut().for_each(|next| next.reverse());
    let mut path = vec![Position::START];
    let mut circuit = Vec::new();
    // Progress: each turn uses up a unit of the flow, or takes a state off the path.
    while let Some(&state) = path.last() {
        while next[state.index()].pop_if(|(_, left)| *left == 0).is_some() {}
        match next[state.index()].last_mut() {
            Some((to, left)) => {
                *left -= 1;
                path.push(*to);
            }
            None => circuit.extend(path.pop()),
        }
    }
    circuit.reverse();
    // START, a trace, EXIT, START, a trace, EXIT, …, START.
    circuit.pop();
    let walks = circuit.split(|&state| state == Position::EXIT);
    let mut traces: Vec<Trace> = walks.map(|walk| walk.iter().skip(1).copied().collect()).collect();
    traces.pop();
    traces
}

fn is_position(state: Position) -> bool {
    state != Position::START && state != Position::EXIT
}

/// `parts(automaton)[state]`: the number of its strongly connected part, without recursion (Kosaraju; Sharir 1981).
fn parts(automaton: &RuleAutomaton) -> Vec<usize> {
    let n_states = automaton.n_states();
    let mut is_seen = vec![false; n_states];
    let mut finished = Vec::with_capacity(n_states);
    // Each position is reached from START, so one search visits all of them.
    let mut path = vec![(Position::START, 0)];
    is_seen[Position::START.index()] = true;
    while let Some((state, tried)) = path.last_mut() {
        let Some(&next) = automaton.follow(*state).get(*tried) else {
            finished.push(*state);
            path.pop();
            continue;
        };
        *tried += 1;
        if !std::mem::replace(&mut is_seen[next.index()], true) {
            path.push((next, 0));
        }
    }
    let mut before = vec![Vec::new(); n_states];
    for from in all_states(automaton) {
        automaton.follow(from).iter().for_each(|to| before[to.index()].push(from));
    }
    const NONE: usize = usize::MAX;
    let mut parts = vec![NONE; n_states];
    let mut n_parts = 0;
    for &root in finished.iter().rev() {
        if parts[root.index()] != NONE {
            continue;
        }
        let mut pending = vec![root];
        while let Some(state) = pending.pop() {
            if parts[state.index()] == NONE {
                parts[state.index()] = n_parts;
                pending.extend(before[state.index()].iter().copied());
            }
        }
        n_parts += 1;
    }
    parts
}
