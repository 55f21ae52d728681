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

    /// Whether the state accepts.
    pub(crate) fn accepts(&self, state: u32) -> bool {
        self.0[state as usize].accepting
    }

    /// Where a label leads from a state.
    pub(crate) fn step(&self, state: u32, label: Label) -> Option<u32> {
        let transitions = &self.0[state as usize].transitions;
        transitions.iter().find(|(on, _)| *on == label).map(|&(_, to)| to)
    }

    /// The labels of the transitions of a state.
    pub(crate) fn labels_of(&self, state: u32) -> impl Iterator<Item = Label> + '_ {
        self.0[state as usize].transitions.iter().map(|(label, _)| *label)
    }

    /// All transitions, as states and labels.
    pub(crate) fn all_transitions(&self) -> Vec<(u32, Label)> {
        let states = 0..self.0.len() as u32;
        states.flat_map(|state| self.labels_of(state).map(move |label| (state, label))).collect()
    }

    /// The transition of a state that has no other and does not accept.
    pub(crate) fn only_step(&self, state: u32) -> Option<(Label, u32)> {
        match &self.0[state as usize] {
            State { accepting: false, transitions, .. } if transitions.len() == 1 => Some(transitions[0]),
            _ => None,
        }
    }

    /// A label that leads to the state; the only one after [`Automaton::by_last_label`].
    pub(crate) fn last_label(&self, state: u32) -> Option<Label> {
        let mut all = self.0.iter().flat_map(|from| &from.transitions);
        all.find(|(_, to)| *to == state).map(|&(label, _)| label)
    }

    /// The same without a transition.
    pub(crate) fn without(&self, state: u32, label: Label) -> Automaton {
        let mut found = self.clone();
        found.0[state as usize].transitions.retain(|(on, _)| *on != label);
        found
    }

    /// An automaton in normal form with its states split, so that all transitions to a state have one label, and none leads to
    /// the start.
    pub(crate) fn by_last_label(&self) -> Automaton {
        let mut keys: Vec<(u32, Option<Label>)> = vec![(0, None)];
        let mut states = Vec::new();
        // Progress: each turn completes a state; there are finitely many.
        while let Some(&(old, _)) = keys.get(states.len()) {
            let old = &self.0[old as usize];
            let transitions = old.transitions.iter().map(|&(label, to)| {
                let key = (to, Some(label));
                let place = keys.iter().position(|&known| known == key).unwrap_or_else(|| {
                    keys.push(key);
                    keys.len() - 1
                });
                (label, place as u32)
            });
            let transitions = transitions.collect();
            states.push(State { accepting: old.accepting, transitions, silent: Vec::new() });
        }
        Automaton(states)
    }

    /// Whether all that is accepted from the one state is accepted from the other, in a deterministic automaton.
    pub(crate) fn is_within(&self, one: u32, other: u32) -> bool {
        let mut pairs = vec![(one, other)];
        let mut at = 0;
        // Progress: each turn completes a pair; there are finitely many.
        while let Some(&(one, other)) = pairs.get(at) {
            at += 1;
            if self.accepts(one) && !self.accepts(other) {
                return false;
            }
            for &(label, to) in &self.0[one as usize].transitions {
                let Some(beside) = self.step(other, label) else { return false };
                if !pairs.contains(&(to, beside)) {
                    pairs.push((to, beside));
                }
            }
        }
        true
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
        self.deterministic().trimmed().refined()
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

    /// The same without transitions to states from which nothing is accepted.
    fn trimmed(mut self) -> Automaton {
        let mut leads_on: Vec<bool> = self.0.iter().map(|state| state.accepting).collect();
        // Progress: more states lead on.
        loop {
            let n_before = leads_on.iter().filter(|&&leads| leads).count();
            for (index, state) in self.0.iter().enumerate().rev() {
                leads_on[index] |= state.transitions.iter().any(|&(_, to)| leads_on[to as usize]);
            }
            if leads_on.iter().filter(|&&leads| leads).count() == n_before {
                break;
            }
        }
        for state in &mut self.0 {
            state.transitions.retain(|&(_, to)| leads_on[to as usize]);
        }
        self
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
