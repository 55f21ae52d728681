//! Completion of a production: given some children, which constants are missing, and where?
//!
//! A shortest path over (state of the rule, number of children used): reading a constant that is not given costs, reading a
//! child costs what it takes to make it fit. So constants are added only where the rule cannot do without them, and where
//! two completions cost the same nothing is chosen: both are given back. For `sum: term (('+' | '-') term)*`:
//!
//! ```text
//! t        →  t                 t '-' t   →  t '-' t                t t   →  ambiguous: t '+' t, t '-' t
//! ```
//!
//! Of completions with the same constants the one with the fewest nodes is taken, if the children stand in it where they stand in
//! the others: `from x import *` has fewer nodes than `from . import x`, but says something else, and so nothing is chosen.
//!
//! Source: the builders of Langscape complete greedily; that minimal completions are found and ties refused is our own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::constant::Constants;
use crate::automata::{Network, StateId};
use crate::grammar::Symbol;

/// A child of a completed production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// A constant that was missing.
    Constant(Symbol),
    /// The given child of this number, as this symbol.
    Given(usize, Symbol),
}

/// What it takes to make a child a symbol: constants and nodes; and in how many ways that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) n_constants: u32,
    pub(crate) n_nodes: u32,
    pub(crate) n_ways: u32,
}

/// Why there is no single completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// The child of this number does not fit, or more children are needed if there is none of this number.
    Stuck {
        /// The number of the child.
        child: usize,
        /// The symbols that the rule admits there.
        expected: Vec<Symbol>,
        /// Whether it also admits the end.
        may_end: bool,
    },
    /// These completions cost the same; a single one if a child can be made to fit in several ways.
    Ambiguous(Vec<Vec<Placed>>),
}

/// Constants that are added, constants and nodes of the fits.
type Cost = (u32, u32, u32);

/// A place of the search: how many children are used, and the state.
type Place = (usize, StateId);

struct Visit {
    cost: Cost,
    n_ways: u32,
    /// How it was come by, at the same cost.
    from: Vec<(Place, Placed)>,
}

/// The cheapest production of `rule` that contains the `n` children in order and beside them only constants. `fit` says what
/// it takes to make a child a symbol.
pub(crate) fn complete(
    network: &Network,
    constants: &Constants,
    rule: Symbol,
    n: usize,
    mut fit: impl FnMut(usize, Symbol) -> Option<Fit>,
) -> Result<Vec<Placed>, Incomplete> {
    let only = cheapest(network, constants, rule, n, &mut fit).map_err(|incomplete| match incomplete {
        Incomplete::Ambiguous(mut found) => {
            found.truncate(2);
            Incomplete::Ambiguous(found)
        }
        stuck => stuck,
    })?;
    // Where nodes count nothing, are there others?
    let other = match cheapest(network, constants, rule, n, |child, symbol| {
        fit(child, symbol).map(|fit| Fit { n_nodes: 0, n_ways: 1, ..fit })
    }) {
        Err(Incomplete::Ambiguous(found)) => found.into_iter().find(|other| !stand_alike(&only, other)),
        _ => None,
    };
    match other {
        Some(other) => Err(Incomplete::Ambiguous(vec![only, other])),
        None => Ok(only),
    }
}

/// Whether two completions have the same constants before, between and behind the same children.
fn stand_alike(one: &[Placed], other: &[Placed]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|pair| match pair {
            (Placed::Given(one, _), Placed::Given(other, _)) => one == other,
            (Placed::Constant(one), Placed::Constant(other)) => one == other,
            _ => false,
        })
}

fn cheapest(
    network: &Network,
    constants: &Constants,
    rule: Symbol,
    n: usize,
    mut fit: impl FnMut(usize, Symbol) -> Option<Fit>,
) -> Result<Vec<Placed>, Incomplete> {
    let start = network.start(rule).expect("only rules are built");
    let mut visits: BTreeMap<Place, Visit> = BTreeMap::new();
    visits.insert((0, start), Visit { cost: (0, 0, 0), n_ways: 1, from: Vec::new() });
    // Within a cost, places with fewer children used come first: a step without cost uses a child, so all ways to a place
    // are known when its turn comes.
    let mut heap = BinaryHeap::from([Reverse(((0, 0, 0), (0, start)))]);
    let mut best: Option<(Cost, Vec<Place>)> = None;
    while let Some(Reverse((cost, place))) = heap.pop() {
        if visits[&place].cost < cost {
            continue;
        }
        if best.as_ref().is_some_and(|(best, _)| *best < cost) {
            break;
        }
        let (used, state) = place;
        if used == n && network.state(state).accepting {
            let ends = &mut best.get_or_insert((cost, Vec::new())).1;
            if !ends.contains(&place) {
                ends.push(place);
            }
            continue;
        }
        let n_ways = visits[&place].n_ways;
        for &(symbol, to) in &network.state(state).transitions {
            let mut go = |cost: Cost, n_ways: u32, place: Place, how: Placed, from: Place| {
                let new = || Visit { cost, n_ways, from: vec![(from, how)] };
                let visit = visits.entry(place).or_insert_with(|| Visit { cost: (u32::MAX, 0, 0), ..new() });
                if cost < visit.cost {
                    *visit = new();
                    heap.push(Reverse((cost, place)));
                } else if cost == visit.cost {
                    visit.n_ways = visit.n_ways.saturating_add(n_ways);
                    visit.from.push((from, how));
                }
            };
            if constants.contains(symbol) {
                go((cost.0 + 1, cost.1, cost.2), n_ways, (used, to), Placed::Constant(symbol), place);
            }
            if used < n
                && let Some(fit) = fit(used, symbol)
            {
                let cost = (cost.0, cost.1 + fit.n_constants, cost.2 + fit.n_nodes);
                go(cost, n_ways.saturating_mul(fit.n_ways), (used + 1, to), Placed::Given(used, symbol), place);
            }
        }
    }
    let Some((_, ends)) = best else { return Err(stuck(network, &visits, n)) };
    let n_ways = ends.iter().fold(0, |sum: u32, end| sum.saturating_add(visits[end].n_ways));
    let mut found = Vec::new();
    for end in ends {
        read_back(&visits, end, &mut found);
    }
    match (n_ways, found.pop()) {
        (1, Some(only)) if found.is_empty() => Ok(only),
        (_, last) => Err(Incomplete::Ambiguous(found.into_iter().chain(last).collect())),
    }
}

/// So many productions are compared.
const MOST_FOUND: usize = 16;

/// Some productions that end at a place.
fn read_back(visits: &BTreeMap<Place, Visit>, end: Place, found: &mut Vec<Vec<Placed>>) {
    // What is behind a place, as a list that many places share: the child, and where the list goes on.
    let mut links: Vec<(Placed, Option<usize>)> = Vec::new();
    let mut work = vec![(end, None)];
    while let Some((at, behind)) = work.pop() {
        let from = &visits[&at].from;
        if from.is_empty() {
            let next = std::iter::successors(behind, |&link: &usize| links[link].1);
            found.push(next.map(|link| links[link].0).collect());
            if found.len() >= MOST_FOUND {
                return;
            }
        }
        for &(before, how) in from.iter().rev() {
            links.push((how, behind));
            work.push((before, Some(links.len() - 1)));
        }
    }
}

fn stuck(network: &Network, visits: &BTreeMap<Place, Visit>, n: usize) -> Incomplete {
    let child = visits.keys().map(|&(used, _)| used).max().unwrap_or(0).min(n);
    let mut expected = Vec::new();
    let mut may_end = false;
    for &(_, state) in visits.keys().filter(|(used, _)| *used == child) {
        let state = network.state(state);
        may_end |= state.accepting;
        for &(symbol, _) in &state.transitions {
            if !expected.contains(&symbol) {
                expected.push(symbol);
            }
        }
    }
    Incomplete::Stuck { child, expected, may_end }
}
