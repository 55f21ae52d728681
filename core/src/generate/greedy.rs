//! Small listings without a solver: productions are nested into each other wherever that costs least.
//!
//! What is to be covered is, for each rule, a smallest set of traces. A production that is placed opens calls; each of them
//! can hold the next production, put there by the cheapest way down from the rule that is called, instead of the cheapest string
//! that would stand there otherwise. Only if that costs more than a new part of the program, a part is begun. Traces that the
//! cheapest strings have anyway come last: most of them are covered by then.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::cover::{Criterion, cover};
use super::derive::{Copies, Derivations};
use super::embed::{Embedding, Part};
use super::strings::Strings;
use super::traces::Trace;
use super::usage::Goal;
use crate::automata::Position;

/// A way from a copy to one that it calls: the trace, the place of the call among its calls, and the cost of what else is on it.
#[derive(Clone, Debug)]
struct Step {
    to: usize,
    cost: u64,
    trace: Trace,
    place: usize,
}

/// A call that is open: the node, its place, and the copy that is called.
type Slot = (usize, usize, usize);

struct Nest<'a> {
    copies: &'a Copies<'a>,
    goal: Goal,
    costs: Vec<u64>,
    steps: Vec<Vec<Step>>,
    /// `cheapest[copy]`: the trace of its cheapest string.
    cheapest: Vec<Trace>,
    stock: Vec<Vec<Trace>>,
    /// Transitions that are covered, by copy.
    covered: Vec<BTreeSet<(Position, Position)>>,
    found: Derivations,
    slots: Vec<Slot>,
    /// The rule of each root.
    parts: Vec<usize>,
}

/// The parts of a small listing.
pub(crate) fn parts(copies: &Copies<'_>, strings: &Strings, embedding: &Embedding<'_>, goal: Goal) -> Vec<Part> {
    let rules = copies.occurrences.rules();
    let cost = |copy: usize, at: Position| {
        copies.automaton(copy).symbol(at).map_or(0, |symbol| u64::from(strings.cost(symbol)))
    };
    let n = copies.copies.len();
    let steps = |copy: usize| {
        let rule = rules[copies.copies[copy].rule].0;
        let callees = &copies.copies[copy].callees;
        let calls = copies.automaton(copy).positions().filter_map(|at| Some((at, callees[at.index()]?)));
        let steps = calls.map(|(position, to)| {
            let (trace, hole) = embedding.trace_through(rule, position);
            let place = trace[..hole].iter().filter(|at| callees[at.index()].is_some()).count();
            let around = trace.iter().enumerate().filter(|(at, _)| *at != hole).map(|(_, &at)| cost(copy, at)).sum();
            Step { to, cost: around, trace, place }
        });
        steps.collect::<Vec<Step>>()
    };
    let criterion = if goal == Goal::Transitions { Criterion::Transitions } else { Criterion::Occurrences };
    let is_called: BTreeSet<usize> =
        copies.copies.iter().flat_map(|copy| copy.callees.iter().flatten().copied()).collect();
    let traces = |copy: usize| match copy == 0 && !is_called.contains(&0) {
        true => Vec::new(), // what the start has is left to the programs
        false => cover(copies.automaton(copy), criterion, |at| cost(copy, at)),
    };
    let mut nest = Nest {
        copies,
        goal,
        costs: (0..n).map(|copy| strings.cost(rules[copies.copies[copy].rule].0).into()).collect(),
        steps: (0..n).map(steps).collect(),
        cheapest: (0..n).map(|copy| embedding.cheapest_trace(rules[copies.copies[copy].rule].0)).collect(),
        stock: (0..n).map(traces).collect(),
        covered: vec![BTreeSet::new(); n],
        found: Derivations::default(),
        slots: Vec::new(),
        parts: Vec::new(),
    };
    // What the cheapest strings have comes last.
    let mut deferred: Vec<Vec<Trace>> = Vec::new();
    for (traces, cheapest) in nest.stock.iter_mut().zip(&nest.cheapest) {
        let (last, first) = std::mem::take(traces).into_iter().partition(|trace| trace == cheapest);
        *traces = first;
        deferred.push(last);
    }
    nest.place_all();
    // Progress: each turn places a trace that was not placed before. A call that it takes may have been the last with some
    // cheapest string, so what is covered is counted anew.
    loop {
        nest.recount();
        nest.stock = deferred.clone();
        nest.drop_covered();
        if nest.stock.iter().all(Vec::is_empty) {
            break;
        }
        nest.place_all();
    }
    let Nest { found, parts, .. } = nest;
    let part = |(&root, &copy): (&usize, &usize)| {
        let rule = rules[copies.copies[copy].rule].0;
        let callees = &copies.copies[0].callees;
        let called_at = copies.automaton(0).positions().find(|at| callees[at.index()] == Some(copy));
        let tokens = found.tokens(copies, root, |symbol, out| strings.write(symbol, out));
        // For pairs it matters where in the start rule it stands.
        Part { rule, position: called_at.filter(|_| goal == Goal::Pairs), tokens }
    };
    found.roots.iter().zip(&parts).map(part).collect()
}

impl Nest<'_> {
    /// Places all traces of the stock that have something not yet covered.
    fn place_all(&mut self) {
        // Progress: each turn takes a trace from the stock.
        loop {
            self.drop_covered();
            let (distances, came) = self.distances();
            // A new part, at the first call of the start that leads to something.
            let starts =
                self.copies.copies[0].callees.iter().flatten().filter_map(|&copy| Some((distances[copy]?, copy)));
            let new_part = starts.min();
            let in_slot = self.slots.iter().enumerate().filter_map(|(number, &(_, _, callee))| {
                // What would stand there otherwise is saved.
                Some((distances[callee]? as i64 - self.costs[callee] as i64, number))
            });
            let (slot, mut copy) = match (in_slot.min(), new_part) {
                (Some((cost, number)), Some((new, _))) if cost <= new as i64 => {
                    (Some(self.slots.swap_remove(number)), usize::MAX)
                }
                (Some((_, number)), None) => (Some(self.slots.swap_remove(number)), usize::MAX),
                (_, Some((_, copy))) => (None, copy),
                (None, None) => return,
            };
            let mut place = match slot {
                Some((node, place, callee)) => {
                    copy = callee;
                    Some((node, place))
                }
                None => None,
            };
            if place.is_none() {
                self.parts.push(copy);
            }
            // Down to the copy whose trace is placed.
            while let Some(number) = came[copy] {
                let Step { to, trace, place: below, .. } = self.steps[copy][number].clone();
                let node = self.add(copy, trace, place, Some(below));
                (place, copy) = (Some((node, below)), to);
            }
            let trace = self.stock[copy].remove(0);
            self.add(copy, trace, place, None);
        }
    }

    /// Adds a node below a call, or as a root. Its calls are open, but for the one that is filled next.
    fn add(&mut self, copy: usize, trace: Trace, place: Option<(usize, usize)>, next: Option<usize>) -> usize {
        self.cover(copy, &trace);
        let node = self.found.add(self.copies, copy, trace);
        match place {
            Some((parent, place)) => self.found.nodes[parent].children[place] = Some(node),
            None => self.found.roots.push(node),
        }
        let open = self.found.open(self.copies, node);
        self.slots.extend(open.into_iter().filter(|(at, _)| Some(*at) != next).map(|(at, callee)| (node, at, callee)));
        node
    }

    fn cover(&mut self, copy: usize, trace: &[Position]) {
        let mut from = Position::START;
        for &to in trace.iter().chain([&Position::EXIT]) {
            self.covered[copy].insert((from, to));
            from = to;
        }
    }

    fn drop_covered(&mut self) {
        for (copy, traces) in self.stock.iter_mut().enumerate() {
            let covered = &self.covered[copy];
            let positions: BTreeSet<Position> = covered.iter().map(|&(_, to)| to).collect();
            traces.retain(|trace| match self.goal {
                Goal::Transitions => {
                    let from = [Position::START].into_iter().chain(trace.iter().copied());
                    let to = trace.iter().copied().chain([Position::EXIT]);
                    from.zip(to).any(|step| !covered.contains(&step))
                }
                _ => trace.iter().any(|at| !positions.contains(at)),
            });
        }
    }

    /// For each copy the cost of the way to the nearest one with something to place, and the first step on it.
    fn distances(&self) -> (Vec<Option<u64>>, Vec<Option<usize>>) {
        let n = self.copies.copies.len();
        let mut callers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); n];
        for (copy, steps) in self.steps.iter().enumerate() {
            steps.iter().enumerate().for_each(|(number, step)| callers[step.to].push((copy, number)));
        }
        let (mut distances, mut came) = (vec![None; n], vec![None; n]);
        let mut heap: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
        for copy in (0..n).filter(|&copy| !self.stock[copy].is_empty()) {
            distances[copy] = Some(0);
            heap.push(Reverse((0, copy)));
        }
        while let Some(Reverse((distance, copy))) = heap.pop() {
            if distances[copy] != Some(distance) {
                continue;
            }
            for &(caller, number) in &callers[copy] {
                let longer = distance + self.steps[caller][number].cost;
                if distances[caller].is_none_or(|known| longer < known) {
                    distances[caller] = Some(longer);
                    came[caller] = Some(number);
                    heap.push(Reverse((longer, caller)));
                }
            }
        }
        (distances, came)
    }

    /// Counts what is covered: by the nodes, and by the cheapest strings in the open calls.
    fn recount(&mut self) {
        self.covered.iter_mut().for_each(BTreeSet::clear);
        for node in 0..self.found.nodes.len() {
            let trace = self.found.nodes[node].trace.clone();
            self.cover(self.found.nodes[node].copy, &trace);
        }
        let mut seen = vec![false; self.copies.copies.len()];
        let mut pending: Vec<usize> = self.slots.iter().map(|slot| slot.2).collect();
        while let Some(copy) = pending.pop() {
            if !std::mem::replace(&mut seen[copy], true) {
                let trace = self.cheapest[copy].clone();
                pending.extend(trace.iter().filter_map(|at| self.copies.copies[copy].callees[at.index()]));
                self.cover(copy, &trace);
            }
        }
    }
}
