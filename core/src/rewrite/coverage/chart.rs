//! Derivations of symbol strings: does a rule derive a string of rules and tokens, and at which cost?
//!
//! Each place of the string may stand for several symbols, each at a cost; entering a rule costs 1. So of several ways the
//! cheapest is taken, and among these the one whose symbols stand highest in the tree. An Earley chart (1970) over the
//! network, with costs; rules that may be empty are passed over (Aycock and Horspool 2002).

use std::collections::BTreeMap;

use crate::automata::{Network, StateId};
use crate::grammar::{Grammar, Symbol};
use crate::langlet::Langlet;

/// What one place of a string may stand for, with costs.
pub(crate) type Place = Vec<(Symbol, u32)>;

/// What is needed of a langlet to find derivations.
pub(crate) struct Charts<'a> {
    langlet: &'a Langlet,
    /// `beginnings[rule]`: the symbols with which a string that the rule derives may begin.
    beginnings: Vec<SymbolSet>,
}

/// A set of symbols by number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SymbolSet(Vec<u64>);

impl SymbolSet {
    fn new(n_symbols: usize) -> SymbolSet {
        SymbolSet(vec![0; n_symbols.div_ceil(64)])
    }

    fn insert(&mut self, symbol: Symbol) {
        self.0[symbol.index() / 64] |= 1 << (symbol.index() % 64);
    }

    fn contains(&self, symbol: Symbol) -> bool {
        self.0[symbol.index() / 64] >> (symbol.index() % 64) & 1 == 1
    }

    fn intersects(&self, other: &SymbolSet) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }

    /// Adds all of the other; whether the set grew.
    fn extend(&mut self, other: &SymbolSet) -> bool {
        let grows = self.0.iter().zip(&other.0).any(|(one, other)| other & !one != 0);
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one |= other);
        grows
    }
}

/// The cheapest ways to the states of one position: by state and by the position where its rule began.
type Column = BTreeMap<(StateId, usize), (u32, Vec<Symbol>)>;

impl<'a> Charts<'a> {
    pub(crate) fn new(langlet: &'a Langlet) -> Charts<'a> {
        let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
        Charts { langlet, beginnings: beginnings(grammar, network, |rule| langlet.tables().sets.nullable(rule)) }
    }

    fn set_of(&self, place: &Place) -> SymbolSet {
        let mut set = SymbolSet::new(self.langlet.grammar().symbols.len());
        place.iter().for_each(|(symbol, _)| set.insert(*symbol));
        set
    }

    /// The cheapest way in which `outer` derives the string: its cost and the symbol of each place.
    pub(crate) fn derive(&self, outer: Symbol, string: &[Place]) -> Option<(u32, Vec<Symbol>)> {
        let itself = match string {
            [only] => only.iter().find(|(symbol, _)| *symbol == outer).map(|&(symbol, cost)| (cost, vec![symbol])),
            _ => None,
        };
        let derived = self.derive_below(outer, string);
        [itself, derived].into_iter().flatten().min_by_key(|(cost, _)| *cost)
    }

    fn derive_below(&self, outer: Symbol, string: &[Place]) -> Option<(u32, Vec<Symbol>)> {
        let network = &self.langlet.tables().network;
        let nullable = |symbol: Symbol| network.start(symbol).is_some() && self.langlet.tables().sets.nullable(symbol);
        let start = network.start(outer)?;
        let sets: Vec<SymbolSet> = string.iter().map(|place| self.set_of(place)).collect();
        let mut columns: Vec<Column> = vec![BTreeMap::new(); string.len() + 1];
        columns[0].insert((start, 0), (0, Vec::new()));
        for at in 0..=string.len() {
            let mut work: Vec<(StateId, usize)> = columns[at].keys().copied().collect();
            // Progress: an entry is put in again only at a lower cost.
            while let Some((id, origin)) = work.pop() {
                let (cost, chosen) = columns[at][&(id, origin)].clone();
                let state = network.state(id);
                let mut put = |columns: &mut Vec<Column>, to: usize, key, cost: u32, chosen: Vec<Symbol>| {
                    if columns[to].get(&key).is_none_or(|(known, _)| cost < *known) {
                        columns[to].insert(key, (cost, chosen));
                        if to == at {
                            work.push(key);
                        }
                    }
                };
                for &(symbol, next) in &state.transitions {
                    let place = string.get(at).zip(sets.get(at));
                    if let Some((place, _)) = place.filter(|(_, set)| set.contains(symbol)) {
                        let &(_, own) = place.iter().find(|(one, _)| *one == symbol).expect("it is in the set");
                        let chosen = [&chosen[..], &[symbol]].concat();
                        put(&mut columns, at + 1, (next, origin), cost + own, chosen);
                    }
                    if nullable(symbol) {
                        put(&mut columns, at, (next, origin), cost, chosen.clone());
                    }
                    if let (Some(start), Some((_, set))) = (network.start(symbol), place)
                        && set.intersects(&self.beginnings[symbol.index()])
                    {
                        put(&mut columns, at, (start, at), 0, Vec::new());
                    }
                }
                if state.accepting && origin < at {
                    let waiting: Vec<_> = columns[origin]
                        .iter()
                        .filter_map(|(&(from, began), (before, symbols))| {
                            Some((network.step(from, state.rule)?, began, *before, symbols.clone()))
                        })
                        .collect();
                    for (next, began, before, symbols) in waiting {
                        put(&mut columns, at, (next, began), before + cost + 1, [symbols, chosen.clone()].concat());
                    }
                }
            }
        }
        let ends = columns[string.len()].iter().filter(|&(&(id, origin), _)| {
            origin == 0 && network.state(id).rule == outer && network.state(id).accepting
        });
        ends.map(|(_, way)| way.clone()).min_by_key(|(cost, _)| *cost)
    }
}

fn beginnings(grammar: &Grammar, network: &Network, nullable: impl Fn(Symbol) -> bool) -> Vec<SymbolSet> {
    let n = grammar.symbols.len();
    let mut found = vec![SymbolSet::new(n); n];
    for &rule in grammar.rules.keys() {
        // The symbols that are reached from the start over symbols that may be empty.
        let mut states: Vec<StateId> = network.start(rule).into_iter().collect();
        let mut next = 0;
        while next < states.len() {
            for &(symbol, to) in &network.state(states[next]).transitions {
                found[rule.index()].insert(symbol);
                if network.start(symbol).is_some() && nullable(symbol) && !states.contains(&to) {
                    states.push(to);
                }
            }
            next += 1;
        }
    }
    let mut changed = true;
    // Progress: the relation grows.
    while changed {
        changed = false;
        for &rule in grammar.rules.keys() {
            for &inner in grammar.rules.keys() {
                if found[rule.index()].contains(inner) {
                    let more = found[inner.index()].clone();
                    changed |= found[rule.index()].extend(&more);
                }
            }
        }
    }
    found
}
