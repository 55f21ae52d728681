//! Derivations out of counts: given how often each transition is used, the programs that use them so often.
//!
//! If as much flow enters each position as leaves it, if each rule begins as often as it is called, and if all that is used can
//! be reached from the start, then there are programs with just these counts (Parikh 1966; Esparza 1997). They are built as
//! Eulerian circuits are (Hierholzer 1873): the flow of a rule falls into traces; a tree takes traces from the stock as long as
//! something is open; in what is left over by then some rule calls itself, over others or not, and stands in a tree; the way
//! from it back to itself is put in there.

use std::collections::VecDeque;

use super::cover::walks;
use super::derive::{Copies, Derivations};
use super::traces::Trace;

/// The programs in which the transitions of each copy, in the order of [`transitions`](super::occurrences::transitions), are used so often. Panics if the counts
/// are those of no programs.
pub(crate) fn derivations(copies: &Copies<'_>, counts: &[Vec<u64>]) -> Derivations {
    let mut stock: Vec<Vec<Trace>> =
        (0..counts.len()).map(|copy| walks(copies.automaton(copy), &counts[copy])).collect();
    let n_called: usize = stock
        .iter()
        .enumerate()
        .flat_map(|(copy, traces)| traces.iter().flatten().map(move |at| copies.copies[copy].callees[at.index()]))
        .filter(|callee| *callee == Some(0))
        .count();
    let mut found = Derivations::default();
    for _ in n_called..stock[0].len() {
        let trace = stock[0].pop().expect("the start begins more often than it is called");
        let root = found.add(copies, 0, trace);
        found.roots.push(root);
    }
    let roots = found.roots.clone();
    roots.into_iter().for_each(|root| grow(copies, &mut found, &mut stock, root));
    let mut number = 0;
    // Progress: each turn takes traces from the stock, or goes on to the next node.
    while stock.iter().any(|traces| !traces.is_empty()) {
        let copy = found.nodes.get(number).expect("all that is used is reached from the start").copy;
        let Some(cycle) = cycle(copies, &stock, copy) else {
            number += 1;
            continue;
        };
        // The first trace of the cycle takes the place of the node, which is put where the cycle comes back to its copy.
        let old = found.nodes[number].clone();
        found.nodes.push(old);
        let mut below = found.nodes.len() - 1;
        for &(copy, at, place) in cycle[1..].iter().rev() {
            let trace = stock[copy].remove(at);
            let node = found.add(copies, copy, trace);
            found.nodes[node].children[place] = Some(below);
            below = node;
        }
        let (_, at, place) = cycle[0];
        let trace = stock[copy].remove(at);
        let first = found.add(copies, copy, trace);
        found.nodes[first].children[place] = Some(below);
        found.nodes[number] = found.nodes.pop().expect("it was added");
        // What the cycle calls besides.
        let mut node = number;
        for &(_, _, place) in &cycle {
            let next = found.nodes[node].children[place].expect("the cycle is closed");
            grow(copies, &mut found, &mut stock, node);
            node = next;
        }
    }
    found
}

/// Fills what is open below a node from the stock, which has as many traces of each copy as are called for.
fn grow(copies: &Copies<'_>, found: &mut Derivations, stock: &mut [Vec<Trace>], node: usize) {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        for (place, callee) in found.open(copies, node) {
            let trace = stock[callee].pop().expect("as many traces as calls");
            let child = found.add(copies, callee, trace);
            found.nodes[node].children[place] = Some(child);
            pending.push(child);
        }
    }
}

/// A shortest way of calls in the stock from a copy back to itself: for each copy on it, a trace by its place in the stock, and
/// which of its calls leads on. In a stock that is left over, with as many traces as calls, each copy is called; so some copies call
/// each other in a circle, and those that nothing else in the stock calls are called from the trees.
fn cycle(copies: &Copies<'_>, stock: &[Vec<Trace>], copy: usize) -> Option<Vec<(usize, usize, usize)>> {
    let mut came: Vec<Option<(usize, usize, usize)>> = vec![None; stock.len()];
    let mut pending = VecDeque::from([copy]);
    while let Some(caller) = pending.pop_front() {
        for (at, trace) in stock[caller].iter().enumerate() {
            let calls = trace.iter().filter_map(|position| copies.copies[caller].callees[position.index()]);
            for (place, callee) in calls.enumerate() {
                if came[callee].is_some() {
                    continue;
                }
                came[callee] = Some((caller, at, place));
                if callee != copy {
                    pending.push_back(callee);
                    continue;
                }
                let mut cycle = vec![(caller, at, place)];
                // Progress: back along the search, to its begin.
                while cycle[cycle.len() - 1].0 != copy {
                    let (caller, ..) = cycle[cycle.len() - 1];
                    cycle.extend(came[caller]);
                }
                cycle.reverse();
                return Some(cycle);
            }
        }
    }
    None
}
