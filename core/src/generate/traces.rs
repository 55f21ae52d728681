//! Traces: the paths through a rule automaton, sorted by how often they come back to one position.
//!
//! The *order* of a trace is the largest number of visits to one position; `Tr(K)` are the traces of order K. For
//! `a: x (',' x)*`, positions numbered:
//!
//! ```text
//! Tr(1)   x₁    x₁ ','₂ x₃              Tr(2)   x₁ ','₂ x₃ ','₂ x₃
//! ```
//!
//! Two facts let them be walked through one by one, without ever going back from a path that leads to none. Let k be the
//! order of a path from `START` so far.
//!
//! * If k = K, the path goes on to a trace of `Tr(K)` exactly if `EXIT` can be reached over positions that were visited
//!   less than K times: what reaches it can do so without visiting a position twice.
//! * If 0 < k < K, it does so exactly if a cycle can be reached. Only a cycle raises the order. And with a cycle there are
//!   endings that bring it above K; cutting cycles out of such an ending, one at a time, lowers the order by at most one each
//!   time, down to k + 1 at most. So K is met on the way.
//!
//! At `START` the second says that `Tr(K)` is empty for every K ≥ 2 or for none: a rule without a cycle has no traces
//! of order 2 and more, a rule with a cycle has some of every order.
//!
//! Source: the traces of an NFA in Langscape's `nfatools`, which go back from dead ends, and do not know when to stop.

use crate::automata::{Position, RuleAutomaton};

/// A path through a rule automaton: the positions between `START` and `EXIT`.
pub type Trace = Vec<Position>;

/// The traces of order `order`, in grammar order: of two traces that part, the one that goes on earlier in
/// [`RuleAutomaton::follow`] comes first. Order 0 has the empty trace, if the rule may be empty, and no other.
///
/// Cost: for each trace, linear in its length times the number of transitions; memory for one path. How many traces there
/// are can be exponential in the length of the rule, so take what is needed.
pub fn traces(automaton: &RuleAutomaton, order: usize) -> Traces<'_> {
    let is_empty = order >= 2 && !has_cycle(automaton);
    Traces {
        automaton,
        order,
        reaches_cycle: reaches_cycle(automaton),
        visits: vec![0; automaton.n_states()],
        path: if is_empty { Vec::new() } else { vec![Visit { position: Position::START, tried: 0, order: 0 }] },
    }
}

/// Whether some position can be visited twice: exactly then the rule has traces of order 2, and of every other order.
pub fn has_cycle(automaton: &RuleAutomaton) -> bool {
    reaches_cycle(automaton)[Position::START.index()]
}

/// The largest number of visits of the trace to one position; 0 for the empty trace.
pub fn order(trace: &[Position]) -> usize {
    let mut sorted = trace.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(<[Position]>::len).max().unwrap_or(0)
}

/// Iterator over the traces of one order, see [`traces`].
#[derive(Clone, Debug)]
pub struct Traces<'a> {
    automaton: &'a RuleAutomaton,
    order: usize,
    /// `reaches_cycle[position]`: whether a cycle can be reached from it.
    reaches_cycle: Vec<bool>,
    /// `visits[position]`: how often it stands on the path.
    visits: Vec<usize>,
    /// The path so far, `START` included; empty behind the last trace.
    path: Vec<Visit>,
}

/// A position on the path.
#[derive(Clone, Copy, Debug)]
struct Visit {
    position: Position,
    /// Number of successors that were tried.
    tried: usize,
    /// Order of the path up to here.
    order: usize,
}

impl Iterator for Traces<'_> {
    type Item = Trace;

    fn next(&mut self) -> Option<Trace> {
        // Progress: each turn tries a successor, or leaves a position all of whose successors were tried.
        while let Some(last) = self.path.last_mut() {
            let Some(&next) = self.automaton.follow(last.position).get(last.tried) else {
                self.visits[last.position.index()] -= usize::from(last.position != Position::START);
                self.path.pop();
                continue;
            };
            last.tried += 1;
            let order = last.order;
            if next == Position::EXIT {
                if order == self.order {
                    return Some(self.path[1..].iter().map(|visit| visit.position).collect());
                }
                continue;
            }
            let visits = self.visits[next.index()] + 1;
            if visits > self.order {
                continue;
            }
            self.visits[next.index()] = visits;
            let order = order.max(visits);
            let leads_on = if order == self.order { self.reaches_exit(next) } else { self.reaches_cycle[next.index()] };
            if leads_on {
                self.path.push(Visit { position: next, tried: 0, order });
            } else {
                self.visits[next.index()] -= 1;
            }
        }
        None
    }
}

impl Traces<'_> {
    /// Whether `EXIT` can be reached without visiting a position too often.
    fn reaches_exit(&self, from: Position) -> bool {
        let mut is_seen = vec![false; self.automaton.n_states()];
        let mut pending = vec![from];
        while let Some(position) = pending.pop() {
            for &next in self.automaton.follow(position) {
                if next == Position::EXIT {
                    return true;
                }
                if !is_seen[next.index()] && self.visits[next.index()] < self.order {
                    is_seen[next.index()] = true;
                    pending.push(next);
                }
            }
        }
        false
    }
}

/// `reaches_cycle(automaton)[position]`: whether a cycle can be reached from it. What is left after states without
/// successors have been taken away, again and again (Kahn 1962), are just those.
fn reaches_cycle(automaton: &RuleAutomaton) -> Vec<bool> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); automaton.n_states()];
    let mut n_successors = vec![0; automaton.n_states()];
    for from in all_states(automaton) {
        n_successors[from.index()] = automaton.follow(from).len();
        automaton.follow(from).iter().for_each(|to| before[to.index()].push(from.index()));
    }
    let mut pending: Vec<usize> = (0..n_successors.len()).filter(|&at| n_successors[at] == 0).collect();
    // Progress: each state is taken away at most once.
    while let Some(at) = pending.pop() {
        for &from in &before[at] {
            n_successors[from] -= 1;
            if n_successors[from] == 0 {
                pending.push(from);
            }
        }
    }
    n_successors.into_iter().map(|left| left > 0).collect()
}

/// All states: `START`, `EXIT`, and the positions in the order of the text.
pub(crate) fn all_states(automaton: &RuleAutomaton) -> impl Iterator<Item = Position> + use<> {
    [Position::START, Position::EXIT].into_iter().chain(automaton.positions())
}
