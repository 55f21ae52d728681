//! How many bytes a text needs at least to become a program.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::link::{Below, Frame};
use super::{Stacks, Top};
use crate::automata::decision::PathId;
use crate::automata::{StateId, Tables, Terminal};
use crate::grammar::Symbol;

/// Bytes that a text needs at least, from a stack on.
#[derive(Debug)]
pub(crate) struct Costs {
    /// `rules[symbol]`: of a text of the symbol.
    rules: Vec<u32>,
    /// `rests[state]`: to the end of its rule.
    rests: Vec<u32>,
}

impl Costs {
    /// From the least length of each terminal. By rounds until nothing changes (Knuth 1977).
    fn new(tables: &Tables, lengths: &[u32]) -> Costs {
        let network = &tables.network;
        let n_symbols = network.states().flat_map(|(_, state)| state.transitions.iter()).map(|(s, _)| s.index() + 1);
        let rules = network.states().map(|(_, state)| state.rule.index() + 1);
        let n_symbols = n_symbols.chain(rules).max().unwrap_or(0);
        let mut costs = Costs { rules: vec![u32::MAX; n_symbols], rests: vec![u32::MAX; network.n_states()] };
        for index in 0..n_symbols {
            if let Some(terminal) = tables.terminals.number(Symbol(index as u16)) {
                costs.rules[index] = lengths[usize::from(terminal)];
            }
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (id, state) in network.states() {
                let through = state
                    .transitions
                    .iter()
                    .map(|&(symbol, to)| costs.rules[symbol.index()].saturating_add(costs.rests[to.index()]));
                let cost = through.chain(state.accepting.then_some(0)).min().unwrap_or(u32::MAX);
                if cost < costs.rests[id.index()] {
                    costs.rests[id.index()] = cost;
                    changed = true;
                    if network.start(state.rule) == Some(id) {
                        costs.rules[state.rule.index()] = cost;
                    }
                }
            }
        }
        costs
    }
}

impl Stacks {
    /// The costs of the tables, from the least length of each terminal.
    pub(crate) fn costs(&self, lengths: impl Fn(Symbol) -> u32) -> Costs {
        let terminals = &self.tables.terminals;
        let lengths: Vec<u32> =
            (0..terminals.len() as Terminal).map(|terminal| terminals.symbol(terminal).map_or(0, &lengths)).collect();
        Costs::new(&self.tables, &lengths)
    }

    /// Bytes that a text needs at least behind this stack. `known` keeps what lies under it by its hash.
    pub(crate) fn cost(&self, top: &Top, costs: &Costs, known: &mut FxHashMap<u64, u32>) -> u32 {
        // Post-order over what lies under, with a stack of our own.
        let mut work: Vec<&Arc<Below>> = top.below.iter().collect();
        while let Some(&below) = work.last() {
            if known.contains_key(&below.hash) {
                work.pop();
                continue;
            }
            let n_work = work.len();
            let unknown = |link: &&Arc<Below>| !known.contains_key(&link.hash);
            work.extend(below.frames.iter().filter_map(|frame| frame.below.as_ref()).filter(unknown));
            if work.len() == n_work {
                let of = |frame: &Frame| {
                    let under = frame.below.as_ref().map_or(0, |below| known[&below.hash]);
                    self.cost_of_path(frame.path, frame.state, costs).saturating_add(under)
                };
                let least = below.frames.iter().map(of).chain(below.is_bottom.then_some(0)).min();
                let least = least.expect("some frame lies under, or the bottom");
                known.insert(below.hash, least);
                work.pop();
            }
        }
        let under = top.below.as_ref().map_or(0, |below| known[&below.hash]);
        let mut pending = 0u32;
        if top.pending != PathId::NONE {
            let parent = self.tables.level(top.pending).parent;
            if parent != PathId::NONE {
                pending = self.cost_of_path(parent, self.tables.level(parent).state, costs);
            }
        }
        under.saturating_add(pending).saturating_add(self.cost_of_path(top.path, top.state, costs))
    }

    /// Of the rules of a path, the last one being in `state`.
    fn cost_of_path(&self, path: PathId, state: StateId, costs: &Costs) -> u32 {
        let mut sum = costs.rests[state.index()];
        let mut above = self.tables.level(path).parent;
        while above != PathId::NONE {
            let level = self.tables.level(above);
            sum = sum.saturating_add(costs.rests[level.state.index()]);
            above = level.parent;
        }
        sum
    }
}
