//! Cheapest token strings: of symbols, through each place of a rule, and with a given token.
//!
//! The cost of a string is its length, and of equals names are preferred to other tokens, and those to constants. Fixed
//! points over the network, as in `automata::shortest` (Knuth 1977); there with the length alone, and from the start
//! symbol.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::automata::{Network, StateId};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// What a token costs; one that is no name costs one more, a constant two.
pub(super) const TOKEN: u32 = 1 << 12;

/// The cost of what does not end.
const NONE: u32 = u32::MAX / 4;

/// Strings that cost more are too long to be shown.
const MOST: u32 = 256 * TOKEN;

/// The cheapest strings of a langlet.
#[derive(Debug)]
pub(super) struct Strings {
    langlet: Langlet,
    /// `costs[symbol]`: of its cheapest string.
    costs: Vec<u32>,
    /// `rests[state]`: of the cheapest end of the rule.
    rests: Vec<u32>,
}

impl Strings {
    pub(super) fn new(langlet: &Langlet) -> Strings {
        let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
        let own = |symbol| match network.start(symbol) {
            Some(_) => NONE,
            None if grammar.constant_text(symbol).is_some() => TOKEN + 2,
            None => TOKEN + u32::from(!is_name(langlet, symbol)),
        };
        let costs: Vec<u32> = grammar.symbols.iter().map(own).collect();
        let mut strings = Strings { langlet: langlet.clone(), costs, rests: vec![NONE; network.n_states()] };
        // Progress: costs only fall.
        while strings.fall(network) {}
        strings
    }

    fn fall(&mut self, network: &Network) -> bool {
        let mut fell = false;
        for index in (0..network.n_states()).rev() {
            let id = StateId(index as u32);
            let state = network.state(id);
            let ways = state.transitions.iter().map(|&(symbol, to)| self.cost(symbol) + self.rest(to));
            let best = ways.chain(state.accepting.then_some(0)).min().unwrap_or(NONE).min(NONE);
            if best < self.rests[index] {
                self.rests[index] = best;
                fell = true;
            }
            if network.start(state.rule) == Some(id) && best < self.cost(state.rule) {
                self.costs[state.rule.index()] = best;
                fell = true;
            }
        }
        fell
    }

    /// The cost of the cheapest string of a symbol.
    pub(super) fn cost(&self, symbol: Symbol) -> u32 {
        self.costs[symbol.index()]
    }

    /// The cost of the cheapest end of the rule in a state; 0 if it may end.
    pub(super) fn rest(&self, state: StateId) -> u32 {
        self.rests[state.index()]
    }

    /// A string of the rule that goes through many of its transitions: always on to the nearest that it has not been
    /// through, as long as the string has not more than `longest` tokens. `None` if even the cheapest string is too
    /// long to be shown.
    pub(super) fn tour(&self, rule: Symbol, longest: usize) -> Option<Vec<Symbol>> {
        let network = &self.langlet.tables().network;
        let (mut string, mut used) = (Vec::new(), Vec::new());
        let mut at = network.start(rule).filter(|&start| self.rest(start) < MOST)?;
        // Progress: each turn uses a transition that was not used before.
        loop {
            let before = self.prefixes_from(at);
            let ways = network
                .states()
                .filter(|(_, state)| state.rule == rule)
                .flat_map(|(id, state)| state.transitions.iter().map(move |&(symbol, to)| (id, symbol, to)));
            let cost = |&(id, symbol, to): &(StateId, Symbol, StateId)| {
                (before[id.index()].0.saturating_add(self.cost(symbol)), self.rest(to))
            };
            let is_short = |way: &(StateId, Symbol, StateId)| cost(way).0 < MOST && cost(way).1 < MOST;
            let fresh = ways.filter(|way| is_short(way) && !used.contains(way));
            // Of those that are equally near, the one with the longest way behind it: it does not end the rule soon.
            let Some(way) = fresh.min_by_key(|way| (cost(way).0, Reverse(cost(way).1))) else { break };
            let mut longer = string.clone();
            longer.extend(self.prefix(&before, way.0));
            self.write(way.1, &mut longer);
            let mut whole = longer.clone();
            self.write_rest(way.2, &mut whole);
            if whole.len() > longest && !string.is_empty() {
                break;
            }
            used.push(way);
            (string, at) = (longer, way.2);
        }
        self.write_rest(at, &mut string);
        Some(string)
    }

    /// A cheapest string of the rule that has the token; `None` if none has, or it is too long to be shown.
    pub(super) fn with_token(&self, rule: Symbol, token: Symbol) -> Option<Vec<Symbol>> {
        let network = &self.langlet.tables().network;
        // Dijkstra over the rules below; what stands around an inner rule is paid when it is entered.
        let mut came: Vec<Option<(StateId, StateId)>> = vec![None; self.costs.len()];
        let mut best = vec![NONE; self.costs.len()];
        best[rule.index()] = 0;
        let mut heap = BinaryHeap::from([Reverse((0, rule))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            if at == token {
                break;
            }
            let Some(_) = network.start(at).filter(|_| cost == best[at.index()]) else { continue };
            let before = self.prefixes(at);
            for (id, state) in network.states().filter(|(_, state)| state.rule == at) {
                for &(symbol, to) in &state.transitions {
                    let cost = cost.saturating_add(before[id.index()].0).saturating_add(self.rest(to));
                    if cost < MOST && cost < best[symbol.index()] {
                        best[symbol.index()] = cost;
                        came[symbol.index()] = Some((id, to));
                        heap.push(Reverse((cost, symbol)));
                    }
                }
            }
        }
        came[token.index()]?;
        let (mut string, mut at) = (vec![token], token);
        while at != rule {
            let (from, to) = came[at.index()]?;
            at = network.state(from).rule;
            let mut longer = self.prefix(&self.prefixes(at), from);
            longer.append(&mut string);
            string = longer;
            self.write_rest(to, &mut string);
        }
        Some(string)
    }

    /// The cheapest string from the start of the rule to each of its states, and the last transition on it.
    fn prefixes(&self, rule: Symbol) -> Vec<(u32, Option<(StateId, Symbol)>)> {
        let start = self.langlet.tables().network.start(rule);
        start.map_or(Vec::new(), |start| self.prefixes_from(start))
    }

    /// The same from a state of the rule on.
    fn prefixes_from(&self, start: StateId) -> Vec<(u32, Option<(StateId, Symbol)>)> {
        let network = &self.langlet.tables().network;
        let mut before = vec![(NONE, None); network.n_states()];
        before[start.index()].0 = 0;
        let mut heap = BinaryHeap::from([Reverse((0, start))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            if before[at.index()].0 < cost {
                continue;
            }
            for &(symbol, to) in &network.state(at).transitions {
                let next = cost.saturating_add(self.cost(symbol));
                if next < before[to.index()].0 {
                    before[to.index()] = (next, Some((at, symbol)));
                    heap.push(Reverse((next, to)));
                }
            }
        }
        before
    }

    fn prefix(&self, before: &[(u32, Option<(StateId, Symbol)>)], state: StateId) -> Vec<Symbol> {
        let (mut symbols, mut at) = (Vec::new(), state);
        while let Some((from, symbol)) = before[at.index()].1 {
            symbols.push(symbol);
            at = from;
        }
        let mut string = Vec::new();
        symbols.into_iter().rev().for_each(|symbol| self.write(symbol, &mut string));
        string
    }

    fn write(&self, symbol: Symbol, out: &mut Vec<Symbol>) {
        let network = &self.langlet.tables().network;
        match network.start(symbol) {
            Some(start) => self.write_rest(start, out),
            None => out.push(symbol),
        }
    }

    fn write_rest(&self, state: StateId, out: &mut Vec<Symbol>) {
        let network = &self.langlet.tables().network;
        let mut work = vec![state];
        // Progress: what is left to be written costs less, or has as many tokens and is deeper, which ends without left
        // recursion.
        while let Some(at) = work.pop() {
            let (state, rest) = (network.state(at), self.rest(at));
            if state.accepting && rest == 0 {
                continue;
            }
            let best = state.transitions.iter().find(|&&(symbol, to)| self.cost(symbol) + self.rest(to) == rest);
            let &(symbol, to) = best.expect("a cost is that of some transition");
            work.push(to);
            match network.start(symbol) {
                Some(start) => work.push(start),
                None => out.push(symbol),
            }
        }
    }
}

/// Whether a single letter is read as the token.
fn is_name(langlet: &Langlet, token: Symbol) -> bool {
    langlet.lexer().kind_of("a").is_some_and(|kind| langlet.tables().terminals.number(token) == Some(kind))
}
