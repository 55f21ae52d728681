//! A lower bound: how many tokens a listing has at least, found without a solver.
//!
//! The smallest listing is an integer program in which all rules hang together (`exact`). Here each rule is taken by itself, with
//! what is known of how often it is used:
//!
//! 1. A rule begins as often as it takes to use all of it: a least flow through its automaton.
//! 2. It begins at least as often as it is called. Of each rule that calls it, the least number of calls is a least flow, too; the
//!    more often that rule begins, the more calls. This is repeated until nothing changes.
//! 3. The tokens of a rule are then at least those of a flow with the fewest.
//!
//! The sum over the rules is a bound, since each step leaves out conditions that a listing fulfills.

use super::derive::Copies;
use super::flow::{Arc, UNBOUNDED, cheapest_circulation};
use super::listing::ListingError;
use super::minimal::copies_for;
use super::occurrences::{Occurrences, transitions};
use super::usage::Goal;
use crate::automata::Position;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A number of tokens that no listing of the goal is below; the start rule is covered by occurrence, as in all listings.
///
/// # Errors
/// `start` is no rule.
pub fn fewest_tokens(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<u64, ListingError> {
    if langlet.grammar().rhs(start).is_none() {
        return Err(ListingError::NoRule(langlet.grammar().symbols.display(start)));
    }
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let copies = copies_for(&occurrences, goal);
    let n = copies.copies.len();
    // `uses[copy]`: at least so often does it begin. A program begins with the start.
    let mut uses = vec![0; n];
    uses[0] = 1;
    for (copy, uses) in uses.iter_mut().enumerate() {
        *uses = (*uses).max(Flow { copies: &copies, copy, goal, uses: 0 }.begins());
    }
    // `calls[copy]`: for each copy that it calls, the least number of calls.
    let mut calls: Vec<Vec<(usize, u64)>> = vec![Vec::new(); n];
    let mut is_stale = vec![true; n];
    for _ in 0..MOST_ROUNDS {
        for copy in (0..n).filter(|&copy| is_stale[copy]) {
            calls[copy] = Flow { copies: &copies, copy, goal, uses: uses[copy] }.calls();
        }
        let mut called = vec![0; n];
        calls.iter().flatten().for_each(|&(callee, count)| called[callee] += count);
        is_stale = uses.iter().zip(&called).map(|(uses, called)| called > uses).collect();
        uses.iter_mut().zip(called).for_each(|(uses, called)| *uses = (*uses).max(called));
        if !is_stale.contains(&true) {
            break;
        }
    }
    Ok((0..n).map(|copy| Flow { copies: &copies, copy, goal, uses: uses[copy] }.tokens()).sum())
}

/// How often the calls are counted anew: a bound on time, for rules that call each other may raise each other for long.
const MOST_ROUNDS: usize = 12;

/// The flows through one copy of a rule that use all of it and begin often enough.
struct Flow<'a> {
    copies: &'a Copies<'a>,
    copy: usize,
    goal: Goal,
    uses: u64,
}

impl Flow<'_> {
    /// The least number of traces.
    fn begins(&self) -> u64 {
        self.least(1, |_| false)
    }

    /// For each copy that is called, the least number of calls.
    fn calls(&self) -> Vec<(usize, u64)> {
        let callees = &self.copies.copies[self.copy].callees;
        let mut all: Vec<usize> = callees.iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|callee| (callee, self.least(0, |at| callees[at.index()] == Some(callee)))).collect()
    }

    /// The least number of tokens of its own.
    fn tokens(&self) -> u64 {
        self.least(0, |at| self.copies.token(self.copy, at).is_some())
    }

    /// The least that counted positions are visited, where each trace counts `of_trace` besides.
    fn least(&self, of_trace: u64, is_counted: impl Fn(Position) -> bool) -> u64 {
        let automaton = self.copies.automaton(self.copy);
        // A state is two nodes with an arc between them, which carries the visits.
        let visits = automaton.positions().map(|at| {
            let (from, cost) = (2 * at.index(), u64::from(is_counted(at)));
            let lower = u64::from(self.copies.is_asked(self.copy, self.goal));
            Arc { from, to: from + 1, lower, upper: UNBOUNDED, cost }
        });
        let of_transition = u64::from(self.goal == Goal::Transitions && self.copy > 0);
        let node = |at: Position, side: usize| if at == Position::EXIT { 2 } else { 2 * at.index() + side };
        let moves = transitions(automaton).map(|(from, to)| {
            let to = if to == Position::EXIT { node(to, 0) } else { 2 * to.index() };
            Arc { from: node(from, 1), to, lower: of_transition, upper: UNBOUNDED, cost: 0 }
        });
        // START is left by its node 1, EXIT is node 2; the way back carries the traces.
        let back = Arc { from: 2, to: 1, lower: self.uses, upper: UNBOUNDED, cost: of_trace };
        let arcs: Vec<Arc> = visits.chain(moves).chain([back]).collect();
        let flow = cheapest_circulation(2 * automaton.n_states(), &arcs).expect("each position lies on a trace");
        flow.iter().zip(&arcs).map(|(flow, arc)| flow * arc.cost).sum()
    }
}
