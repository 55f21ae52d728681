//! Minimal deterministic automata of the rules, joined into one network.
//!
//! Each rule's position automaton is determinized (subset construction: a state is the set of positions just read) and
//! minimized (Moore 1956). All rules together are the *network*: states are numbered through, so one number says both the
//! rule and how far it has been read. It is a recursive transition network (Woods 1970): a transition on a rule symbol
//! means to read that rule first. Everything that parses, predicts, checks or completes runs on it.

use rustc_hash::FxHashMap;

use super::position::{Position, RuleAutomaton};
use crate::grammar::{Grammar, Symbol};

/// A state of the network: a rule and how far it has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub(crate) u32);

impl StateId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    /// The rule that it belongs to.
    pub rule: Symbol,
    /// Whether the rule may end here.
    pub accepting: bool,
    /// Where each symbol leads, in grammar order; each symbol once.
    pub transitions: Vec<(Symbol, StateId)>,
}

/// The minimal automata of all rules.
#[derive(Clone, Debug)]
pub struct Network {
    states: Vec<State>,
    /// `starts[symbol]`: the first state of a rule.
    starts: Vec<Option<StateId>>,
    /// `returns[symbol]`: the states that some transition on the symbol leads to, each once.
    returns: Vec<Vec<StateId>>,
}

impl Network {
    /// Builds the automata of all rules.
    pub fn new(grammar: &Grammar) -> Network {
        let n_symbols = grammar.symbols.len();
        let mut network =
            Network { states: Vec::new(), starts: vec![None; n_symbols], returns: vec![Vec::new(); n_symbols] };
        for (&rule, definition) in &grammar.rules {
            let dfa = minimize(&determinize(&RuleAutomaton::new(&definition.rhs)));
            let base = network.states.len() as u32;
            network.starts[rule.index()] = Some(StateId(base));
            for (accepting, transitions) in dfa {
                let transitions = transitions.into_iter().map(|(symbol, to)| (symbol, StateId(base + to))).collect();
                network.states.push(State { rule, accepting, transitions });
            }
        }
        for state in &network.states {
            for &(symbol, to) in &state.transitions {
                let returns = &mut network.returns[symbol.index()];
                if !returns.contains(&to) {
                    returns.push(to);
                }
            }
        }
        network
    }

    /// Number of states.
    pub fn n_states(&self) -> usize {
        self.states.len()
    }

    /// All states, rule by rule, each rule's start first.
    pub fn states(&self) -> impl Iterator<Item = (StateId, &State)> {
        self.states.iter().enumerate().map(|(index, state)| (StateId(index as u32), state))
    }

    /// One state.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.index()]
    }

    /// The first state of a rule; `None` for a token, or a rule that was dropped.
    pub fn start(&self, rule: Symbol) -> Option<StateId> {
        self.starts.get(rule.index()).copied().flatten()
    }

    /// The states that a use of the symbol leads to, anywhere in the grammar.
    pub fn returns(&self, symbol: Symbol) -> &[StateId] {
        &self.returns[symbol.index()]
    }

    /// Where `symbol` leads from `state`.
    pub fn step(&self, state: StateId, symbol: Symbol) -> Option<StateId> {
        let transitions = &self.states[state.index()].transitions;
        transitions.iter().find(|(on, _)| *on == symbol).map(|&(_, to)| to)
    }

    /// Whether the symbols are a production of the rule.
    pub fn derives(&self, rule: Symbol, symbols: impl IntoIterator<Item = Symbol>) -> bool {
        let Some(mut state) = self.start(rule) else { return false };
        for symbol in symbols {
            match self.step(state, symbol) {
                Some(next) => state = next,
                None => return false,
            }
        }
        self.state(state).accepting
    }
}

/// States as (accepting, transitions in grammar order); the start is state 0.
type Dfa = Vec<(bool, Vec<(Symbol, u32)>)>;

fn determinize(automaton: &RuleAutomaton) -> Dfa {
    let mut ids: FxHashMap<Vec<Position>, u32> = FxHashMap::default();
    let mut sets = vec![vec![Position::START]];
    ids.insert(sets[0].clone(), 0);
    let mut dfa: Dfa = Vec::new();
    while dfa.len() < sets.len() {
        // Progress: each turn completes one set; there are finitely many.
        let set = sets[dfa.len()].clone();
        let mut accepting = false;
        let mut groups: Vec<(Symbol, Vec<Position>)> = Vec::new();
        for &position in &set {
            for &next in automaton.follow(position) {
                match automaton.symbol(next) {
                    None => accepting = true,
                    Some(symbol) => match groups.iter_mut().find(|(other, _)| *other == symbol) {
                        Some((_, group)) => group.push(next),
                        None => groups.push((symbol, vec![next])),
                    },
                }
            }
        }
        let mut transitions = Vec::with_capacity(groups.len());
        for (symbol, mut group) in groups {
            group.sort_unstable();
            group.dedup();
            let id = *ids.entry(group).or_insert_with_key(|group| {
                sets.push(group.clone());
                sets.len() as u32 - 1
            });
            transitions.push((symbol, id));
        }
        dfa.push((accepting, transitions));
    }
    dfa
}

/// Moore's refinement: classes are split until all states of a class go to the same classes, in the same order, because
/// the order of alternatives decides where several can read a text.
fn minimize(dfa: &Dfa) -> Dfa {
    let mut class: Vec<u32> = dfa.iter().map(|(accepting, _)| u32::from(*accepting)).collect();
    let mut n_classes = 0;
    loop {
        let mut ids: FxHashMap<(u32, Vec<(Symbol, u32)>), u32> = FxHashMap::default();
        let mut refined = Vec::with_capacity(dfa.len());
        for (state, (_, transitions)) in dfa.iter().enumerate() {
            let signature: Vec<_> = transitions.iter().map(|&(symbol, to)| (symbol, class[to as usize])).collect();
            let next = ids.len() as u32;
            refined.push(*ids.entry((class[state], signature)).or_insert(next));
        }
        let n_refined = ids.len();
        class = refined;
        // Progress: the number of classes grows, and it is at most the number of states.
        if n_refined == n_classes {
            break;
        }
        n_classes = n_refined;
    }
    // Classes are numbered in the order of their first state, so the start keeps number 0.
    let mut minimal: Dfa = Vec::with_capacity(n_classes);
    for (state, (accepting, transitions)) in dfa.iter().enumerate() {
        if class[state] as usize == minimal.len() {
            let transitions = transitions.iter().map(|&(symbol, to)| (symbol, class[to as usize])).collect();
            minimal.push((*accepting, transitions));
        }
    }
    minimal
}
