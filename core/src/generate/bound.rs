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
//! The sum over the rules is a bound, since each step leaves out conditions that a listing fulfills. A better one gives each rule a
//! price: a call pays it, a use gets it back. As there are as many calls as uses, what is paid in all is still the number of
//! tokens, whatever the prices are; but now a rule is not called for nothing. The prices begin with the cheapest strings. That of a
//! rule which is used more often than it is called falls, and the other way round (Lagrange multipliers by subgradients, Held
//! and Karp 1971).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
    let apart = (0..n).map(|copy| Flow { copies: &copies, copy, goal, uses: uses[copy] }.tokens()).sum();
    Ok(priced(&copies, goal, &uses).max(apart))
}

/// Units of a price in a token.
const UNIT: i64 = 48;

/// How many flows are computed for the prices: a bound on time.
const MOST_FLOWS: usize = 1600;

/// The best bound by prices that is found.
fn priced(copies: &Copies<'_>, goal: Goal, uses: &[u64]) -> u64 {
    let n = copies.copies.len();
    let mut prices = vec![i64::MAX / 4; n];
    let mut best = 0;
    for round in 0..(MOST_FLOWS / n).clamp(2, 60) {
        // No price is above that of a cheapest string, or flows would grow without end. Progress: prices only fall.
        let mut fell = true;
        while std::mem::take(&mut fell) {
            // Rules that others are made of stand behind them mostly.
            for copy in (0..n).rev() {
                let most = Distances::new(copies, copy, &prices).exit;
                fell |= prices[copy] > most;
                prices[copy] = prices[copy].min(most);
            }
        }
        // Calls less uses; a program uses the start.
        let mut surplus = vec![0; n];
        surplus[0] = 1;
        let mut total = prices[0];
        for (copy, &uses) in uses.iter().enumerate() {
            total += Flow { copies, copy, goal, uses }.priced(&prices, &mut surplus);
        }
        best = best.max(total);
        let step = (UNIT / (2 + round as i64 / 4)).max(1);
        for (price, surplus) in prices.iter_mut().zip(surplus) {
            *price = (*price + step * surplus.signum()).max(0);
        }
    }
    u64::try_from(best).unwrap_or(0).div_ceil(UNIT as u64)
}

/// What a visit costs at these prices: a token itself, a call its price.
fn cost(copies: &Copies<'_>, copy: usize, at: Position, prices: &[i64]) -> i64 {
    copies.copies[copy].callees[at.index()].map_or(UNIT, |callee| prices[callee])
}

/// The costs of the cheapest ways from the start of a rule.
struct Distances {
    /// `to[position]`: before it is visited.
    to: Vec<i64>,
    exit: i64,
}

impl Distances {
    fn new(copies: &Copies<'_>, copy: usize, prices: &[i64]) -> Distances {
        let automaton = copies.automaton(copy);
        let mut found = Distances { to: vec![i64::MAX; automaton.n_states()], exit: i64::MAX };
        let mut heap = BinaryHeap::from([Reverse((0, Position::START))]);
        while let Some(Reverse((behind, at))) = heap.pop() {
            for &to in automaton.follow(at) {
                if to == Position::EXIT {
                    found.exit = found.exit.min(behind);
                } else if behind < found.to[to.index()] {
                    found.to[to.index()] = behind;
                    heap.push(Reverse((behind.saturating_add(cost(copies, copy, to, prices)), to)));
                }
            }
        }
        found
    }
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

    /// The least that is paid at these prices, less what the uses get; adds the calls, less the uses, to `surplus`.
    fn priced(&self, prices: &[i64], surplus: &mut [i64]) -> i64 {
        let distances = Distances::new(self.copies, self.copy, prices);
        let before = |at: Position| match at {
            Position::START => 0,
            Position::EXIT => distances.exit,
            at => distances.to[at.index()],
        };
        let behind = |at: Position| match at {
            Position::START => 0,
            at => distances.to[at.index()] + cost(self.copies, self.copy, at, prices),
        };
        // Costs above those of the cheapest ways; along a circulation the difference is none.
        let more = |from: Position, to: Position| (behind(from) - before(to)) as u64;
        let (arcs, flow) = self.flow(|_| 0, more, (distances.exit - prices[self.copy]) as u64);
        let mut total = 0;
        for (position, visits) in self.copies.automaton(self.copy).positions().zip(&flow) {
            total += cost(self.copies, self.copy, position, prices) * *visits as i64;
            if let Some(callee) = self.copies.copies[self.copy].callees[position.index()] {
                surplus[callee] += *visits as i64;
            }
        }
        let begins = flow[arcs.len() - 1] as i64;
        surplus[self.copy] -= begins;
        total - prices[self.copy] * begins
    }

    /// The least that counted positions are visited, where each trace counts `of_trace` besides.
    fn least(&self, of_trace: u64, is_counted: impl Fn(Position) -> bool) -> u64 {
        let (arcs, flow) = self.flow(|at| u64::from(is_counted(at)), |_, _| 0, of_trace);
        flow.iter().zip(&arcs).map(|(flow, arc)| flow * arc.cost).sum()
    }

    /// A cheapest flow: first the visits of the positions, then the transitions, and the traces at the end.
    fn flow(
        &self,
        of_visit: impl Fn(Position) -> u64,
        of_move: impl Fn(Position, Position) -> u64,
        of_trace: u64,
    ) -> (Vec<Arc>, Vec<u64>) {
        let automaton = self.copies.automaton(self.copy);
        // A state is two nodes with an arc between them, which carries the visits.
        let visits = automaton.positions().map(|at| {
            let lower = u64::from(self.copies.is_asked(self.copy, self.goal));
            Arc { from: 2 * at.index(), to: 2 * at.index() + 1, lower, upper: UNBOUNDED, cost: of_visit(at) }
        });
        let lower = u64::from(self.goal == Goal::Transitions && self.copy > 0);
        // START is left by its node 1, EXIT is node 2; the way back carries the traces.
        let moves = transitions(automaton).map(|(from, to)| {
            let (cost, to) = (of_move(from, to), 2 * to.index());
            Arc { from: 2 * from.index() + 1, to, lower, upper: UNBOUNDED, cost }
        });
        let back = Arc { from: 2, to: 1, lower: self.uses, upper: UNBOUNDED, cost: of_trace };
        let arcs: Vec<Arc> = visits.chain(moves).chain([back]).collect();
        let flow = cheapest_circulation(2 * automaton.n_states(), &arcs).expect("each position lies on a trace");
        (arcs, flow)
    }
}
