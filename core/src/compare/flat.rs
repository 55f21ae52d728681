//! Grammars made flat: rules put in the place of their uses, so that two grammars can be laid side by side.
//!
//! A rule that has no counterpart in the other grammar hides that the rules around it are alike: `power: atom_call ['**' factor]`
//! looks like another rule than `power: atom trailer* ['**' factor]` until `atom_call: atom trailer*` is put into it. Rules that
//! use themselves cannot be put anywhere and stay.

use std::collections::BTreeSet;

use super::automaton::{Automaton, Label};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A state of a flat grammar, in its own numbering.
pub(crate) type FlatState = u32;

/// A network of automata over the symbols of a langlet.
#[derive(Clone, Debug)]
pub(crate) struct Flat {
    accepting: Vec<bool>,
    /// In ascending order of the symbols.
    transitions: Vec<Vec<(Symbol, FlatState)>>,
    /// `starts[symbol]`; `None` for tokens and for rules that were put elsewhere.
    starts: Vec<Option<FlatState>>,
}

impl Flat {
    /// Puts those of the rules that are to be `inner` in the place of their uses, as far as that can be done.
    pub(crate) fn new(langlet: &Langlet, rules: &[Symbol], inner: impl Fn(Symbol) -> bool) -> Flat {
        let network = &langlet.tables().network;
        let place = |symbol: Symbol| rules.iter().position(|&rule| rule == symbol).map(|number| number as u32);
        let automata: Vec<Automaton> = rules
            .iter()
            .map(|&rule| {
                Automaton::of_rule(network, rule).map(|label| match label {
                    Label::Rule(rule) => Label::Class(place(rule).expect("a rule in use is reachable")),
                    label => label,
                })
            })
            .collect();
        let mut hidden: BTreeSet<usize> = (0..rules.len()).filter(|&number| inner(rules[number])).collect();
        let automata = match flatten(&automata, &mut hidden) {
            Some(flat) => flat,
            None => {
                hidden.clear();
                automata
            }
        };
        let mut flat = Flat {
            accepting: Vec::new(),
            transitions: Vec::new(),
            starts: vec![None; langlet.grammar().symbols.len()],
        };
        for (number, automaton) in automata.iter().enumerate().filter(|(number, _)| !hidden.contains(number)) {
            let first = flat.accepting.len() as u32;
            flat.starts[rules[number].index()] = Some(first);
            for (accepting, transitions) in automaton.states() {
                let symbol = |label: Label| match label {
                    Label::Class(number) => rules[number as usize],
                    Label::Token(symbol) | Label::Foreign(symbol) | Label::Rule(symbol) => symbol,
                };
                flat.accepting.push(accepting);
                flat.transitions.push(transitions.iter().map(|&(label, to)| (symbol(label), to + first)).collect());
            }
        }
        flat
    }

    pub(crate) fn start(&self, rule: Symbol) -> Option<FlatState> {
        self.starts[rule.index()]
    }

    pub(crate) fn accepting(&self, state: FlatState) -> bool {
        self.accepting[state as usize]
    }

    pub(crate) fn transitions(&self, state: FlatState) -> &[(Symbol, FlatState)] {
        &self.transitions[state as usize]
    }

    pub(crate) fn n_states(&self) -> usize {
        self.accepting.len()
    }

    /// The states that a state leads to, itself first.
    pub(crate) fn states_from(&self, start: FlatState) -> Vec<FlatState> {
        let mut found = vec![start];
        let mut at = 0;
        // Progress: each turn completes a state of the rule.
        while let Some(&state) = found.get(at) {
            at += 1;
            for &(_, to) in self.transitions(state) {
                if !found.contains(&to) {
                    found.push(to);
                }
            }
        }
        found
    }

    pub(crate) fn step(&self, state: FlatState, symbol: Symbol) -> Option<FlatState> {
        self.transitions(state).iter().find(|(on, _)| *on == symbol).map(|&(_, to)| to)
    }
}

/// Puts the automata of these numbers in the place of `Class` labels; what uses itself is taken out of `inner` and stays. All
/// results are minimal. `None` if they get too large.
pub(crate) fn flatten(automata: &[Automaton], inner: &mut BTreeSet<usize>) -> Option<Vec<Automaton>> {
    let order = inner_first(automata, inner);
    let mut flat = automata.to_vec();
    for number in order.into_iter().chain((0..automata.len()).filter(|number| !inner.contains(number))) {
        let put = |label: Label| match label {
            Label::Class(used) if inner.contains(&(used as usize)) => Some(flat[used as usize].clone()),
            _ => None,
        };
        flat[number] = flat[number].inline(put)?.minimal();
    }
    Some(flat)
}

/// The numbers in an order in which each comes behind those that it uses; what closes a circle is taken out of `inner`.
fn inner_first(automata: &[Automaton], inner: &mut BTreeSet<usize>) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut visits = vec![Visit::New; automata.len()];
    let mut order = Vec::new();
    for root in inner.clone() {
        let mut path = vec![(root, false)];
        // Progress: each rule is opened once and closed once.
        while let Some((number, is_left)) = path.pop() {
            if is_left {
                visits[number] = Visit::Done;
                order.push(number);
                continue;
            }
            match visits[number] {
                Visit::Done => continue,
                Visit::Open => {
                    inner.remove(&number);
                    continue;
                }
                Visit::New => visits[number] = Visit::Open,
            }
            path.push((number, true));
            for label in automata[number].labels() {
                if let Label::Class(used) = label
                    && inner.contains(&(used as usize))
                    && visits[used as usize] != Visit::Done
                {
                    path.push((used as usize, false));
                }
            }
        }
    }
    order.retain(|number| inner.contains(number));
    order
}
