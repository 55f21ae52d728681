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
pub(crate) const TOKEN: u32 = 1 << 12;

/// The cost of what does not end.
const NONE: u32 = u32::MAX / 4;

/// Strings that cost more are too long to be shown.
const MOST: u32 = 256 * TOKEN;

/// `prefixes[state]`: the cost of the cheapest string that leads there, and the last transition on it.
type Prefixes = Vec<(u32, Option<(StateId, Symbol)>)>;

/// The cheapest strings of a langlet.
#[derive(Debug)]
pub(crate) struct Strings {
    langlet: Langlet,
    /// `costs[symbol]`: of its cheapest string.
    costs: Vec<u32>,
    /// `rests[state]`: of the cheapest end of the rule.
    rests: Vec<u32>,
}

impl Strings {
    pub(crate) fn new(langlet: &Langlet) -> Strings {
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
    pub(crate) fn cost(&self, symbol: Symbol) -> u32 {
        self.costs[symbol.index()]
    }

    /// The cost of the cheapest end of the rule in a state; 0 if it may end.
    pub(crate) fn rest(&self, state: StateId) -> u32 {
        self.rests[state.index()]
    }

    /// A string of the rule that goes through many of its transitions: always on to the nearest that it has not been
    /// through, as long as the string has not more than `longest` tokens. `None` if even the cheapest string is too
    /// long to be shown.
    pub(crate) fn tour(&self, rule: Symbol, longest: usize) -> Option<Vec<Symbol>> {
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
    pub(crate) fn with_token(&self, rule: Symbol, token: Symbol) -> Option<Vec<Symbol>> {
        Contexts::new(self, rule).wrap(token, vec![token])
    }

    /// The cheapest string from a state to each state of its rule, and the last transition on it.
    fn prefixes_from(&self, start: StateId) -> Prefixes {
        let mut before = vec![(NONE, None); self.rests.len()];
        self.find_prefixes(start, &mut before);
        before
    }

    fn find_prefixes(&self, start: StateId, before: &mut Prefixes) {
        let network = &self.langlet.tables().network;
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
    }

    fn prefix(&self, before: &Prefixes, state: StateId) -> Vec<Symbol> {
        let (mut symbols, mut at) = (Vec::new(), state);
        while let Some((from, symbol)) = before[at.index()].1 {
            symbols.push(symbol);
            at = from;
        }
        let mut string = Vec::new();
        symbols.into_iter().rev().for_each(|symbol| self.write(symbol, &mut string));
        string
    }

    /// Writes a cheapest string of the symbol.
    pub(crate) fn write(&self, symbol: Symbol, out: &mut Vec<Symbol>) {
        let network = &self.langlet.tables().network;
        match network.start(symbol) {
            Some(start) => self.write_rest(start, out),
            None => out.push(symbol),
        }
    }

    /// Writes a cheapest end of the rule.
    pub(crate) fn write_rest(&self, state: StateId, out: &mut Vec<Symbol>) {
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

/// What stands around a symbol in the trees of a rule: the cheapest way from the rule down to it.
#[derive(Debug)]
pub(crate) struct Contexts<'a> {
    strings: &'a Strings,
    /// `costs[symbol]`: of what stands around it.
    costs: Vec<u32>,
    /// `uses[symbol]`: the transition by which it is used there, as the states before and behind it.
    uses: Vec<Option<(StateId, StateId)>>,
    /// From the start of each rule.
    prefixes: Prefixes,
}

impl<'a> Contexts<'a> {
    /// Finds the ways from `root` down (Dijkstra 1959): what stands around an inner rule is paid when it is entered.
    pub(crate) fn new(strings: &'a Strings, root: Symbol) -> Contexts<'a> {
        let network = &strings.langlet.tables().network;
        let n_symbols = strings.costs.len();
        let mut states: Vec<Vec<StateId>> = vec![Vec::new(); n_symbols];
        network.states().for_each(|(id, state)| states[state.rule.index()].push(id));
        let prefixes = vec![(NONE, None); network.n_states()];
        let mut found = Contexts { strings, costs: vec![NONE; n_symbols], uses: vec![None; n_symbols], prefixes };
        found.costs[root.index()] = 0;
        let mut heap = BinaryHeap::from([Reverse((0, root))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            let Some(start) = network.start(at).filter(|_| cost == found.costs[at.index()]) else { continue };
            strings.find_prefixes(start, &mut found.prefixes);
            for &id in &states[at.index()] {
                for &(symbol, to) in &network.state(id).transitions {
                    let cost = cost.saturating_add(found.prefixes[id.index()].0).saturating_add(strings.rest(to));
                    if cost < MOST && cost < found.costs[symbol.index()] {
                        found.costs[symbol.index()] = cost;
                        found.uses[symbol.index()] = Some((id, to));
                        heap.push(Reverse((cost, symbol)));
                    }
                }
            }
        }
        found
    }

    /// The cost of what stands around the symbol; `None` if it stands nowhere below the root, or it is too long to be shown.
    pub(crate) fn cost(&self, symbol: Symbol) -> Option<u32> {
        Some(self.costs[symbol.index()]).filter(|&cost| cost < MOST)
    }

    /// The string with what stands around the symbol that it is a string of.
    pub(crate) fn wrap(&self, symbol: Symbol, string: Vec<Symbol>) -> Option<Vec<Symbol>> {
        let _ = self.cost(symbol)?;
        let (mut string, mut at) = (string, symbol);
        while let Some((from, to)) = self.uses[at.index()] {
            let mut longer = self.strings.prefix(&self.prefixes, from);
            longer.append(&mut string);
            string = longer;
            self.strings.write_rest(to, &mut string);
            at = self.strings.langlet.tables().network.state(from).rule;
        }
        Some(string)
    }
}

/// Whether a single letter is read as the token.
fn is_name(langlet: &Langlet, token: Symbol) -> bool {
    langlet.lexer().kind_of("a").is_some_and(|kind| langlet.tables().terminals.number(token) == Some(kind))
}
