//! Small automata over labels: of a rule, with other rules put in the place of their uses, in a normal form.
//!
//! The normal form is the minimal deterministic automaton with its states numbered in the order of a breadth-first walk, labels
//! in ascending order. Two automata accept the same strings of labels if and only if their normal forms are equal (Myhill 1957,
//! Nerode 1958); it does not depend on the order of alternatives.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use crate::automata::Network;
use crate::grammar::Symbol;

/// What a transition reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Label {
    /// A token, by its symbol in the right grammar.
    Token(Symbol),
    /// A token that the right grammar does not have, by its symbol in the left one.
    Foreign(Symbol),
    /// A rule; of which grammar depends on the use.
    Rule(Symbol),
    /// All rules of a class.
    Class(u32),
}

/// A state: whether it accepts, its transitions, and where it may go without reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct State {
    accepting: bool,
    transitions: Vec<(Label, u32)>,
    silent: Vec<u32>,
}

/// An automaton; the start is state 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Automaton(Vec<State>);

/// The most states of an automaton that others are put into.
const MOST_STATES: usize = 4000;

impl Automaton {
    /// The automaton of a rule, its labels being symbols of its own grammar.
    pub(crate) fn of_rule(network: &Network, rule: Symbol) -> Automaton {
        let start = network.start(rule).expect("a rule has an automaton");
        let first = start.index() as u32;
        let label = |symbol: Symbol| match network.start(symbol) {
            Some(_) => Label::Rule(symbol),
            None => Label::Token(symbol),
        };
        let own = network.states().skip(start.index()).take_while(|(_, state)| state.rule == rule);
        let states = own.map(|(_, state)| State {
            accepting: state.accepting,
            transitions: state.transitions.iter().map(|&(s, to)| (label(s), to.index() as u32 - first)).collect(),
            silent: Vec::new(),
        });
        Automaton(states.collect())
    }

    /// The same with other labels.
    pub(crate) fn map(&self, label: impl Fn(Label) -> Label) -> Automaton {
        let state = |state: &State| State {
            transitions: state.transitions.iter().map(|&(old, to)| (label(old), to)).collect(),
            ..state.clone()
        };
        Automaton(self.0.iter().map(state).collect())
    }

    /// The states: whether each accepts, and its transitions. Only of an automaton in normal form are these all.
    pub(crate) fn states(&self) -> impl Iterator<Item = (bool, &[(Label, u32)])> {
        self.0.iter().map(|state| (state.accepting, &state.transitions[..]))
    }

    /// The labels in use.
    pub(crate) fn labels(&self) -> BTreeSet<Label> {
        self.0.iter().flat_map(|state| state.transitions.iter().map(|(label, _)| *label)).collect()
    }

    /// Where the rule ends with itself it begins anew instead: `a: x [a]` becomes `x+`. The strings stay.
    pub(crate) fn without_tail_calls(&self, own: Label) -> Automaton {
        let mut found = self.clone();
        for index in 0..found.0.len() {
            let is_tail = |to: u32| {
                let end = &self.0[to as usize];
                end.accepting && end.transitions.is_empty() && end.silent.is_empty()
            };
            let state = &mut found.0[index];
            let n_before = state.transitions.len();
            state.transitions.retain(|&(label, to)| label != own || !is_tail(to));
            if state.transitions.len() < n_before {
                state.silent.push(0);
            }
        }
        found
    }

    /// Puts automata in the place of labels; `None` if the result is too large.
    pub(crate) fn inline(&self, of: impl Fn(Label) -> Option<Automaton>) -> Option<Automaton> {
        let mut states = self.0.clone();
        let inner: FxHashMap<Label, Automaton> =
            self.labels().into_iter().filter_map(|label| Some((label, of(label)?))).collect();
        for index in 0..self.0.len() {
            for &(label, to) in &self.0[index].transitions {
                let Some(automaton) = inner.get(&label) else { continue };
                let first = states.len() as u32;
                if states.len() + automaton.0.len() > MOST_STATES {
                    return None;
                }
                for state in &automaton.0 {
                    let shift = |to: u32| to + first;
                    let mut silent: Vec<u32> = state.silent.iter().copied().map(shift).collect();
                    if state.accepting {
                        silent.push(to);
                    }
                    let transitions = state.transitions.iter().map(|&(label, to)| (label, shift(to))).collect();
                    states.push(State { accepting: false, transitions, silent });
                }
                states[index].silent.push(first);
            }
            states[index].transitions.retain(|(label, _)| !inner.contains_key(label));
        }
        Some(Automaton(states))
    }

    /// The normal form.
    pub(crate) fn minimal(&self) -> Automaton {
        self.deterministic().refined()
    }

    /// The states that are reached without reading, themselves included.
    fn closure(&self, states: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
        let mut found: BTreeSet<u32> = BTreeSet::new();
        let mut pending: Vec<u32> = states.into_iter().collect();
        while let Some(state) = pending.pop() {
            if found.insert(state) {
                pending.extend(&self.0[state as usize].silent);
            }
        }
        found
    }

    /// The subset construction, breadth first.
    fn deterministic(&self) -> Automaton {
        let first = self.closure([0]);
        let mut ids: FxHashMap<BTreeSet<u32>, u32> = FxHashMap::from_iter([(first.clone(), 0)]);
        let mut queue = VecDeque::from([first]);
        let mut states = Vec::new();
        // Progress: each turn completes a set; there are finitely many.
        while let Some(set) = queue.pop_front() {
            let mut by_label: BTreeMap<Label, BTreeSet<u32>> = BTreeMap::new();
            let mut accepting = false;
            for &state in &set {
                let state = &self.0[state as usize];
                accepting |= state.accepting;
                state.transitions.iter().for_each(|&(label, to)| {
                    by_label.entry(label).or_default().insert(to);
                });
            }
            let mut transitions = Vec::with_capacity(by_label.len());
            for (label, targets) in by_label {
                let set = self.closure(targets);
                let next = ids.len() as u32;
                let id = *ids.entry(set).or_insert_with_key(|set| {
                    queue.push_back(set.clone());
                    next
                });
                transitions.push((label, id));
            }
            states.push(State { accepting, transitions, silent: Vec::new() });
        }
        Automaton(states)
    }

    /// Moore's refinement of a deterministic automaton in which each state leads to an end, and a walk that numbers the classes.
    fn refined(&self) -> Automaton {
        let mut class: Vec<u32> = self.0.iter().map(|state| u32::from(state.accepting)).collect();
        let mut n_classes = 0;
        // Progress: the number of classes grows, and it is at most the number of states.
        loop {
            let mut ids: FxHashMap<(u32, Vec<(Label, u32)>), u32> = FxHashMap::default();
            let mut refined = Vec::with_capacity(self.0.len());
            for (index, state) in self.0.iter().enumerate() {
                let to = state.transitions.iter().map(|&(label, to)| (label, class[to as usize])).collect();
                let next = ids.len() as u32;
                refined.push(*ids.entry((class[index], to)).or_insert(next));
            }
            let n_refined = ids.len();
            class = refined;
            if n_refined == n_classes {
                break;
            }
            n_classes = n_refined;
        }
        let mut representative = vec![usize::MAX; n_classes];
        for (index, &class) in class.iter().enumerate().rev() {
            representative[class as usize] = index;
        }
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::from([(class[0], 0)]);
        let mut queue = VecDeque::from([class[0]]);
        let mut states = Vec::with_capacity(n_classes);
        while let Some(next) = queue.pop_front() {
            let state = &self.0[representative[next as usize]];
            let transitions = state.transitions.iter().map(|&(label, to)| {
                let to = class[to as usize];
                let fresh = numbers.len() as u32;
                let number = *numbers.entry(to).or_insert_with(|| {
                    queue.push_back(to);
                    fresh
                });
                (label, number)
            });
            let transitions = transitions.collect();
            states.push(State { accepting: state.accepting, transitions, silent: Vec::new() });
        }
        Automaton(states)
    }
}
