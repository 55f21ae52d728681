//! Shortest token strings: of rules, of what is left of a rule, and of programs that bring a given state about.
//!
//! Lengths are found by fixed points over the network (Knuth 1977, with one token as the unit); strings are read off by
//! following what reaches the length. Ties are decided by grammar order, so the answers are stable.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::dfa::{Network, StateId};
use super::sets::{Sets, Terminal, Terminals};
use crate::grammar::{Grammar, Symbol};

/// A length that no string has.
const NONE: u32 = u32::MAX / 4;

/// Lengths of shortest strings, in tokens.
#[derive(Debug)]
pub struct Shortest<'a> {
    network: &'a Network,
    terminals: &'a Terminals,
    sets: &'a Sets,
    /// `rules[symbol]`: of a shortest string of the rule; 1 for tokens.
    rules: Vec<u32>,
    /// `rests[state]`: from the state to the end of its rule.
    rests: Vec<u32>,
    /// `prefixes[state]`: from the start of the rule to the state, and the transition that comes there.
    prefixes: Vec<(u32, Option<(StateId, Symbol)>)>,
    /// `contexts[rule]`: around the rule in a program, and the state and transition that use it.
    contexts: Vec<(u32, Option<(StateId, StateId)>)>,
}

impl<'a> Shortest<'a> {
    /// Finds all lengths, programs being those of the default start symbol.
    pub fn new(grammar: &Grammar, network: &'a Network, terminals: &'a Terminals, sets: &'a Sets) -> Shortest<'a> {
        let n = grammar.symbols.len();
        let mut shortest = Shortest {
            network,
            terminals,
            sets,
            rules: (0..n).map(|_| NONE).collect(),
            rests: vec![NONE; network.n_states()],
            prefixes: vec![(NONE, None); network.n_states()],
            contexts: vec![(NONE, None); n],
        };
        for symbol in grammar.symbols.iter().filter(|&symbol| terminals.number(symbol).is_some()) {
            shortest.rules[symbol.index()] = 1;
        }
        shortest.find_rests();
        for &rule in grammar.rules.keys() {
            shortest.find_prefixes(rule);
        }
        shortest.find_contexts(grammar.starts[0]);
        shortest
    }

    /// A shortest token string of the symbol.
    pub fn of(&self, symbol: Symbol) -> Vec<Terminal> {
        let mut out = Vec::new();
        self.write(symbol, &mut out);
        out
    }

    /// A shortest program in which the rule of `state` has been read as far as `state` and the token `next` comes, read by
    /// the first symbol `first` (`None`: the rule ends there). The program, and how many of its tokens come before `next`;
    /// `None` if there is no such program.
    pub fn program(
        &self,
        state: StateId,
        next: Terminal,
        first: Option<(Symbol, StateId)>,
    ) -> Option<(Vec<Terminal>, usize)> {
        let rule = self.network.state(state).rule;
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        self.write_prefix(state, &mut before);
        let mut outer = rule;
        match first {
            Some((symbol, to)) => {
                self.write_from(symbol, next, &mut behind)?;
                self.write_rest(to, &mut behind);
            }
            None => outer = self.climb(rule, next, &mut before, &mut behind)?,
        }
        // What stands around, from the inside out.
        while let (length, Some((from, to))) = self.contexts[outer.index()] {
            debug_assert!(length < NONE);
            let mut prefix = Vec::new();
            self.write_prefix(from, &mut prefix);
            prefix.append(&mut before);
            before = prefix;
            self.write_rest(to, &mut behind);
            outer = self.network.state(from).rule;
        }
        if self.contexts[outer.index()].0 >= NONE {
            return None;
        }
        let at = before.len();
        before.append(&mut behind);
        Some((before, at))
    }

    /// Goes up from the end of `rule` to where `next` can be read; writes what is read on the way. The rule it came to.
    fn climb(
        &self,
        rule: Symbol,
        next: Terminal,
        before: &mut Vec<Terminal>,
        behind: &mut Vec<Terminal>,
    ) -> Option<Symbol> {
        // Dijkstra over rules that end before `next`.
        let mut came: Vec<Option<(Symbol, StateId)>> = vec![None; self.rules.len()];
        let mut heap = BinaryHeap::from([Reverse((0, rule))]);
        let mut done = vec![false; self.rules.len()];
        let uses = |rule: Symbol| {
            self.network.states().flat_map(move |(from, state)| {
                state.transitions.iter().filter(move |(symbol, _)| *symbol == rule).map(move |&(_, to)| (from, to))
            })
        };
        while let Some(Reverse((length, at))) = heap.pop() {
            if std::mem::replace(&mut done[at.index()], true) {
                continue;
            }
            for (from, to) in uses(at) {
                let outer = self.network.state(from).rule;
                if self.contexts[outer.index()].0 >= NONE {
                    continue;
                }
                if self.sets.first(to).contains(next) {
                    // The chain of uses, from the outermost in.
                    let mut chain = vec![(from, at)];
                    let mut inner = at;
                    while let Some((below, from)) = came[inner.index()] {
                        chain.push((from, below));
                        inner = below;
                    }
                    for (from, _) in chain.into_iter().rev() {
                        let mut prefix = Vec::new();
                        self.write_prefix(from, &mut prefix);
                        prefix.append(before);
                        *before = prefix;
                    }
                    let (symbol, behind_it) = self.reader(to, next)?;
                    self.write_from(symbol, next, behind)?;
                    self.write_rest(behind_it, behind);
                    return Some(outer);
                }
                if self.sets.ends(to) && !done[outer.index()] && came[outer.index()].is_none() && outer != rule {
                    came[outer.index()] = Some((at, from));
                    heap.push(Reverse((length + self.prefixes[from.index()].0, outer)));
                }
            }
        }
        None
    }

    /// The first transition of the state whose symbol can begin with the token.
    fn reader(&self, state: StateId, next: Terminal) -> Option<(Symbol, StateId)> {
        self.network.state(state).transitions.iter().copied().find(|&(symbol, _)| self.begins(symbol, next))
    }

    fn begins(&self, symbol: Symbol, next: Terminal) -> bool {
        match self.network.start(symbol) {
            Some(start) => self.sets.first(start).contains(next),
            None => self.terminals.readings(next).any(|reading| self.terminals.number(symbol) == Some(reading)),
        }
    }

    /// Writes a short string of the symbol that begins with `next`.
    fn write_from(&self, symbol: Symbol, next: Terminal, out: &mut Vec<Terminal>) -> Option<()> {
        let mut rests = Vec::new();
        let mut symbol = symbol;
        // Progress: without left recursion each rule is entered once.
        while let Some(start) = self.network.start(symbol) {
            let transitions = &self.network.state(start).transitions;
            let fitting = transitions.iter().filter(|&&(symbol, _)| self.begins(symbol, next));
            let &(inner, to) = fitting.min_by_key(|(_, to)| self.rests[to.index()])?;
            rests.push(to);
            symbol = inner;
        }
        out.push(next);
        rests.into_iter().rev().for_each(|state| self.write_rest(state, out));
        Some(())
    }

    fn find_rests(&mut self) {
        loop {
            let mut changed = false;
            for index in (0..self.network.n_states()).rev() {
                let id = StateId(index as u32);
                let state = self.network.state(id);
                let through =
                    state.transitions.iter().map(|(symbol, to)| self.rules[symbol.index()] + self.rests[to.index()]);
                let best = through.chain(state.accepting.then_some(0)).min().unwrap_or(NONE).min(NONE);
                if best < self.rests[index] {
                    self.rests[index] = best;
                    changed = true;
                }
                if self.network.start(state.rule) == Some(id) && best < self.rules[state.rule.index()] {
                    self.rules[state.rule.index()] = best;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn find_prefixes(&mut self, rule: Symbol) {
        let Some(start) = self.network.start(rule) else { return };
        self.prefixes[start.index()] = (0, None);
        let mut heap = BinaryHeap::from([Reverse((0, start))]);
        while let Some(Reverse((length, at))) = heap.pop() {
            if self.prefixes[at.index()].0 < length {
                continue;
            }
            for &(symbol, to) in &self.network.state(at).transitions {
                let next = length + self.rules[symbol.index()];
                if next < self.prefixes[to.index()].0 {
                    self.prefixes[to.index()] = (next, Some((at, symbol)));
                    heap.push(Reverse((next, to)));
                }
            }
        }
    }

    fn find_contexts(&mut self, start: Symbol) {
        self.contexts[start.index()] = (0, None);
        let mut heap = BinaryHeap::from([Reverse((0, start))]);
        while let Some(Reverse((length, rule))) = heap.pop() {
            if self.contexts[rule.index()].0 < length {
                continue;
            }
            for (from, state) in self.network.states().filter(|(_, state)| state.rule == rule) {
                for &(symbol, to) in &state.transitions {
                    if self.network.start(symbol).is_none() {
                        continue;
                    }
                    let next = length + self.prefixes[from.index()].0 + self.rests[to.index()];
                    if next < self.contexts[symbol.index()].0 {
                        self.contexts[symbol.index()] = (next, Some((from, to)));
                        heap.push(Reverse((next, symbol)));
                    }
                }
            }
        }
    }

    fn write(&self, symbol: Symbol, out: &mut Vec<Terminal>) {
        // Symbols and rests that are still to be written, the next one last.
        enum Work {
            Symbol(Symbol),
            Rest(StateId),
        }
        let mut work = vec![Work::Symbol(symbol)];
        while let Some(next) = work.pop() {
            match next {
                Work::Symbol(symbol) => match self.network.start(symbol) {
                    Some(start) => work.push(Work::Rest(start)),
                    None => out.extend(self.terminals.number(symbol)),
                },
                Work::Rest(state) => {
                    let transitions = &self.network.state(state).transitions;
                    let rest = self.rests[state.index()];
                    if self.network.state(state).accepting && rest == 0 {
                        continue;
                    }
                    let best = transitions
                        .iter()
                        .find(|(symbol, to)| self.rules[symbol.index()] + self.rests[to.index()] == rest);
                    if let Some(&(symbol, to)) = best {
                        work.push(Work::Rest(to));
                        work.push(Work::Symbol(symbol));
                    }
                }
            }
        }
    }

    fn write_rest(&self, state: StateId, out: &mut Vec<Terminal>) {
        let mut at = state;
        while !(self.network.state(at).accepting && self.rests[at.index()] == 0) {
            let rest = self.rests[at.index()];
            let transitions = &self.network.state(at).transitions;
            let Some(&(symbol, to)) =
                transitions.iter().find(|(symbol, to)| self.rules[symbol.index()] + self.rests[to.index()] == rest)
            else {
                return;
            };
            self.write(symbol, out);
            at = to;
        }
    }

    fn write_prefix(&self, state: StateId, out: &mut Vec<Terminal>) {
        let mut symbols = Vec::new();
        let mut at = state;
        while let Some((before, symbol)) = self.prefixes[at.index()].1 {
            symbols.push(symbol);
            at = before;
        }
        symbols.into_iter().rev().for_each(|symbol| self.write(symbol, out));
    }
}
