//! Descents: from a rule to the first token of a string in one step, and from what is open to what can come next in another.
//!
//! An *opening* of a rule is one way down to its first token, with the states in which the rules on this way are left open. A
//! *stack* of such states is a number; stacks that begin alike share their beginnings. For each stack there is a list of what can
//! come next at any of its levels, as long as the levels below may end:
//!
//! ```text
//! opening of test:   test · or_test · and_test · … · atom  NAME
//! what can come:     at atom's level nothing, … at and_test's 'and', at or_test's 'or', at test's 'if', or all end
//! ```

use rustc_hash::FxHashMap;

use super::chance::columns;
use crate::automata::{Network, StateId};
use crate::grammar::Symbol;

/// What a token is to the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Text,
    Newline,
    Indent,
    Dedent,
    End,
}

/// What there is to know of a symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) role: Role,
    pub(super) is_rule: bool,
    /// Whether the start rule can use it again and again.
    pub(super) is_repeated: bool,
    /// The fewest tokens.
    pub(super) least: u32,
    /// Of a rule its openings among the cells, of a token its texts among the spans.
    pub(super) all: Range,
}

/// A piece of an array: its begin and its length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    pub(super) first: u32,
    pub(super) n: u32,
}

/// Rules that are open, the innermost last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stack {
    /// Those around the innermost one.
    pub(super) outer: u32,
    pub(super) state: StateId,
    /// The fewest tokens that close all of them.
    pub(super) least: u32,
    /// What can come next.
    pub(super) choices: Range,
    /// The same for the stacks of a start rule, if only its repeated parts are wanted.
    pub(super) parts: Range,
}

/// One choice, and its column for choosing by weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) share: u32,
    pub(super) other: u32,
    /// What is read next. Of an opening a token, or a rule that has too many openings to be opened at once; `None` if the rule is
    /// empty. Of a stack `None` if all of it ends.
    pub(super) symbol: Option<Symbol>,
    /// What is open behind it.
    pub(super) stack: u32,
}

/// A rule with more openings is not opened together with those around it.
const MOST_OPENINGS: usize = 256;

/// Symbols that the rule of the state can use, and then come back to the same state.
pub(super) fn repeats(network: &Network, start: StateId, n_symbols: usize) -> Vec<bool> {
    let mut repeats = vec![false; n_symbols];
    let reached = |from: StateId| {
        let mut seen = vec![false; network.n_states()];
        let mut pending = vec![from];
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut seen[at.index()], true) {
                pending.extend(network.state(at).transitions.iter().map(|&(_, to)| to));
            }
        }
        seen
    };
    let rule = network.state(start).rule;
    for (id, state) in network.states().filter(|(_, state)| state.rule == rule) {
        for &(symbol, to) in &state.transitions {
            repeats[symbol.index()] |= reached(to)[id.index()];
        }
    }
    repeats
}

impl Stack {
    pub(super) fn empty() -> Stack {
        Stack { outer: 0, state: StateId(0), least: 0, choices: Range::default(), parts: Range::default() }
    }
}

/// One way in which a rule begins: its first symbol, the states that are left open from the outermost in, and its weight.
pub(super) type Way = (Option<Symbol>, Vec<StateId>, f64);

/// Builds all stacks that can be met, and the openings of all rules.
pub(super) struct Builder<'a> {
    pub(super) network: &'a Network,
    pub(super) rests: &'a [Vec<Symbol>],
    pub(super) weights: &'a [f64],
    pub(super) stacks: Vec<Stack>,
    pub(super) cells: Vec<Cell>,
    pub(super) numbers: FxHashMap<(u32, StateId), u32>,
    pub(super) openings: Vec<Option<Vec<Way>>>,
    pub(super) kinds: Vec<Kind>,
}

impl Builder<'_> {
    /// The number of the stack that programs begin with.
    pub(super) fn build(&mut self, start: StateId, rules: impl Iterator<Item = Symbol> + Clone) -> u32 {
        rules.clone().for_each(|rule| self.open(rule));
        let root = self.stack(0, start);
        for rule in rules {
            let ways = self.openings[rule.index()].take().expect("each rule was opened");
            let total: f64 = ways.iter().map(|way| way.2).sum();
            // If no way is wished for, all are.
            let weights: Vec<f64> = ways.iter().map(|way| if total > 0.0 { way.2 } else { 1.0 }).collect();
            let choices = ways.into_iter().map(|(first, states, _)| {
                let stack = states.into_iter().fold(0, |stack, state| self.stack(stack, state));
                (first, stack)
            });
            let choices: Vec<_> = choices.collect();
            self.kinds[rule.index()].all = self.add(&choices, &weights);
        }
        // Progress: stacks are only those of an opening, or the same with the innermost state moved on within its rule.
        let mut number = 1;
        while number < self.stacks.len() {
            self.find_choices(number, self.network.state(start).rule);
            number += 1;
        }
        root
    }

    fn add(&mut self, choices: &[(Option<Symbol>, u32)], weights: &[f64]) -> Range {
        let first = self.cells.len() as u32;
        let cells = choices.iter().zip(columns(weights)).map(|(&(symbol, stack), (share, other))| Cell {
            share,
            other: first + other,
            symbol,
            stack,
        });
        self.cells.extend(cells);
        Range { first, n: choices.len() as u32 }
    }

    /// The number of a stack. A rule that has nothing to come and may end is left out.
    fn stack(&mut self, outer: u32, state: StateId) -> u32 {
        let of_state = self.network.state(state);
        if of_state.accepting && of_state.transitions.is_empty() {
            return outer;
        }
        if let Some(&number) = self.numbers.get(&(outer, state)) {
            return number;
        }
        let number = self.stacks.len() as u32;
        let least = self.stacks[outer as usize].least + self.rests[state.index()].len() as u32;
        self.stacks.push(Stack { outer, state, least, ..Stack::empty() });
        self.numbers.insert((outer, state), number);
        number
    }

    /// The openings of a rule, those of the rules that it can begin with first; without left recursion that ends.
    fn open(&mut self, rule: Symbol) {
        let mut work = vec![(rule, false)];
        while let Some((rule, is_ready)) = work.pop() {
            if self.openings[rule.index()].is_some() {
                continue;
            }
            let start = self.network.start(rule).expect("only rules are opened");
            let state = self.network.state(start);
            if !is_ready {
                work.push((rule, true));
                let rules = state.transitions.iter().map(|&(symbol, _)| symbol);
                let unknown = rules.filter(|&s| self.network.start(s).is_some() && self.openings[s.index()].is_none());
                work.extend(unknown.map(|symbol| (symbol, false)));
                continue;
            }
            let mut ways = Vec::new();
            if state.accepting {
                ways.push((None, Vec::new(), 1.0));
            }
            for &(symbol, to) in &state.transitions {
                let weight = self.weights[symbol.index()];
                match &self.openings[symbol.index()] {
                    Some(inner) if inner.len() <= MOST_OPENINGS => {
                        let longer = inner.iter().map(|(first, states, own)| {
                            let states = std::iter::once(to).chain(states.iter().copied()).collect();
                            (*first, states, own * weight)
                        });
                        ways.extend(longer);
                    }
                    _ => ways.push((Some(symbol), vec![to], weight)),
                }
            }
            self.openings[rule.index()] = Some(ways);
        }
    }

    /// What can come next of a stack; `start` is the rule of programs.
    fn find_choices(&mut self, number: usize, start: Symbol) {
        // What can come before something must come, or before the stack ends; and what must come.
        let (mut optional, mut needed) = (Vec::new(), Vec::new());
        let mut at = number as u32;
        while at != 0 {
            let Stack { outer, state, .. } = self.stacks[at as usize];
            let of_state = self.network.state(state);
            let into = if of_state.accepting { &mut optional } else { &mut needed };
            into.extend(of_state.transitions.iter().map(|&(symbol, to)| (symbol, outer, to)));
            if !of_state.accepting {
                break;
            }
            at = outer;
        }
        let weight = |(symbol, ..): &(Symbol, u32, StateId)| self.weights[symbol.index()];
        let mut weights: Vec<f64> = optional.iter().map(weight).collect();
        let wished: f64 = needed.iter().map(weight).sum();
        // What must come, or the end, is as likely as all that may come before.
        let share: f64 = weights.iter().sum();
        let share = if share > 0.0 { share } else { 1.0 };
        weights.extend(needed.iter().map(|way| match wished > 0.0 {
            true => share * weight(way) / wished,
            false => share / needed.len() as f64,
        }));
        let mut choices = Vec::new();
        for &(symbol, outer, to) in optional.iter().chain(&needed) {
            choices.push((Some(symbol), self.stack(outer, to)));
        }
        if needed.is_empty() {
            choices.push((None, 0));
            weights.push(share);
        }
        self.stacks[number].choices = self.add(&choices, &weights);
        let stack = self.stacks[number];
        if stack.outer == 0 && self.network.state(stack.state).rule == start {
            let is_part = |symbol: &Option<Symbol>| symbol.is_some_and(|symbol| self.kinds[symbol.index()].is_repeated);
            let parts = choices.iter().zip(&weights).filter(|((symbol, _), weight)| is_part(symbol) && **weight > 0.0);
            let (choices, weights): (Vec<_>, Vec<_>) = parts.map(|(choice, weight)| (*choice, *weight)).unzip();
            self.stacks[number].parts = self.add(&choices, &weights);
        }
    }
}
