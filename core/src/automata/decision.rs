//! Decision tables: for each state of the network and each terminal, what to do; and chains computed beforehand.
//!
//! Where one token of lookahead decides, the table says *shift*, *push* or *pop*. A push enters all rules at once that the
//! token enters: in `x = a` the token `a` enters `test or_test … atom` and is shifted. Such a descent is a **path**: its
//! levels are rules, each with the state it is in once its first child is complete. Which of these levels will have a
//! second child is known as soon as the *next* token is: the innermost level whose state does not pop on it. The levels
//! below have one child each and are a chain; so one look-up, `completion(path, next)`, gives the level that goes on and the
//! chain that is complete, and no level is ever visited alone:
//!
//! ```text
//! path of a: expr_stmt · testlist · test · … · power · atom · NAME       next token ','
//! completion: level testlist goes on; the leaf has the chain test … atom NAME; expr_stmt is pending
//! ```
//!
//! Paths form a trie, so the levels above the one that goes on are again a path, and the same look-up serves when that
//! level is complete. Where one token does not decide, the entry is a *conflict* and prediction decides (`parser::predict`).
//!
//! Source: LL(1) tables, Lewis and Stearns (1968); the treatment of chains is our own.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::chain::{ChainId, ChainTable};
use super::dfa::{Network, StateId};
use super::sets::{Sets, Terminal, Terminals};
use crate::grammar::{Grammar, Symbol};

/// Number of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PathId(pub(crate) u32);

impl PathId {
    /// No level at all.
    pub(crate) const NONE: PathId = PathId(0);
}

/// The last level of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// The levels above it.
    pub(crate) parent: PathId,
    /// The rule, or the token at the end.
    pub(crate) symbol: Symbol,
    /// The state of the rule once its first child is complete; of a level without child its start. Unused for tokens.
    pub(crate) state: StateId,
}

/// One way to go on in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alternative {
    /// Read the token as this symbol and go to the state.
    Shift(Symbol, StateId),
    /// Read this rule first, then go to the state.
    Push(Symbol, StateId),
    /// Let the metavariable stand for this symbol and go to the state.
    Wild(Symbol, StateId),
    /// End the rule.
    Pop,
}

/// What to do in a state, seen one terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The terminal cannot come here.
    Error,
    /// End the rule.
    Pop,
    /// Read the token.
    Shift(StateId),
    /// Enter a path that ends with the token.
    Push(u32),
    /// Enter a path whose last rule has to decide by itself.
    Open(u32),
    /// Several ways; prediction decides.
    Conflict,
}

/// An [`Action`] in 32 bits: three for the kind, the rest for the number.
#[derive(Clone, Copy, Debug)]
struct PackedAction(u32);

impl PackedAction {
    fn new(action: Action) -> PackedAction {
        let (kind, number) = match action {
            Action::Error => (0, 0),
            Action::Pop => (1, 0),
            Action::Shift(state) => (2, state.0),
            Action::Push(entry) => (3, entry),
            Action::Open(entry) => (4, entry),
            Action::Conflict => (5, 0),
        };
        PackedAction(number << 3 | kind)
    }

    #[inline]
    fn unpack(self) -> Action {
        let number = self.0 >> 3;
        match self.0 & 7 {
            0 => Action::Error,
            1 => Action::Pop,
            2 => Action::Shift(StateId(number)),
            3 => Action::Push(number),
            4 => Action::Open(number),
            _ => Action::Conflict,
        }
    }
}

/// What a push does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    /// The state of the rule that pushes, once the pushed path is complete.
    pub(crate) next: StateId,
    /// What is entered.
    pub(crate) path: PathId,
}

/// What is known when a path is complete up to its last level and the next token is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Completion {
    /// The path up to the level that goes on; `NONE` if all levels end.
    pub(crate) consumer: PathId,
    /// The levels below it, the last one included.
    pub(crate) chain: ChainId,
}

/// Everything the parser looks up. Immutable and shared.
#[derive(Debug)]
pub struct Tables {
    /// The automata.
    pub network: Network,
    /// The dense numbers of tokens.
    pub terminals: Terminals,
    /// nullable, FIRST, FOLLOW.
    pub sets: Sets,
    chains: Arc<ChainTable>,
    n_terminals: usize,
    /// `actions[state * n_terminals + terminal]`.
    actions: Vec<PackedAction>,
    entries: Vec<Entry>,
    /// `levels[path]`: its last level; `levels[0]` is a placeholder.
    levels: Vec<Level>,
    /// `completions[path * n_terminals + terminal]`.
    completions: Vec<Completion>,
    /// `leaves[terminal]`: the chain of the token alone.
    leaves: Vec<ChainId>,
    /// `start_paths[rule]`: the path that consists of the rule alone.
    start_paths: Vec<PathId>,
    /// States and terminals where one token does not decide, metavariables aside.
    conflicts: Vec<(StateId, Terminal)>,
}

impl Tables {
    /// Builds the tables of a grammar without left recursion (which `grammar::check` reports).
    pub fn new(grammar: &Grammar) -> Tables {
        let network = Network::new(grammar);
        let terminals = Terminals::new(grammar);
        let sets = Sets::new(grammar, &network, &terminals);
        Builder::new(grammar, network, terminals, sets).build()
    }

    /// The chains that parsing makes.
    pub fn chains(&self) -> &Arc<ChainTable> {
        &self.chains
    }

    /// States and terminals where one token of lookahead does not decide.
    pub fn conflicts(&self) -> &[(StateId, Terminal)] {
        &self.conflicts
    }

    /// Number of states, terminals, paths, chains: the size of the tables.
    pub fn sizes(&self) -> [usize; 4] {
        [self.network.n_states(), self.n_terminals, self.levels.len(), self.chains.len()]
    }

    #[inline]
    pub(crate) fn action(&self, state: StateId, terminal: Terminal) -> Action {
        self.actions[state.index() * self.n_terminals + usize::from(terminal)].unpack()
    }

    #[inline]
    pub(crate) fn entry(&self, number: u32) -> Entry {
        self.entries[number as usize]
    }

    #[inline]
    pub(crate) fn level(&self, path: PathId) -> Level {
        self.levels[path.0 as usize]
    }

    #[inline]
    pub(crate) fn completion(&self, path: PathId, next: Terminal) -> Completion {
        self.completions[path.0 as usize * self.n_terminals + usize::from(next)]
    }

    #[inline]
    pub(crate) fn leaf(&self, terminal: Terminal) -> ChainId {
        self.leaves[usize::from(terminal)]
    }

    pub(crate) fn start_path(&self, rule: Symbol) -> PathId {
        self.start_paths[rule.index()]
    }

    /// All ways to go on, in the order in which they are preferred: grammar order, and going on before stopping.
    pub(crate) fn alternatives(&self, state: StateId, terminal: Terminal) -> Vec<Alternative> {
        alternatives(&self.network, &self.terminals, &self.sets, state, terminal)
    }
}

fn alternatives(
    network: &Network,
    terminals: &Terminals,
    sets: &Sets,
    id: StateId,
    terminal: Terminal,
) -> Vec<Alternative> {
    let state = network.state(id);
    let mut found = Vec::new();
    if terminal == terminals.metavariable() {
        let variable = state.transitions.iter().filter(|(symbol, _)| terminals.is_variable(*symbol));
        found.extend(variable.map(|&(symbol, to)| Alternative::Wild(symbol, to)));
    }
    for &(symbol, to) in &state.transitions {
        match network.start(symbol) {
            Some(start) => {
                let behind =
                    || sets.first(to).contains(terminal) || sets.ends(to) && sets.follow(state.rule).contains(terminal);
                if sets.first(start).contains(terminal) || sets.nullable(symbol) && behind() {
                    found.push(Alternative::Push(symbol, to));
                }
            }
            None => {
                let number = terminals.number(symbol);
                if number.is_some() && terminals.readings(terminal).any(|reading| number == Some(reading)) {
                    found.push(Alternative::Shift(symbol, to));
                }
            }
        }
    }
    if state.accepting && sets.follow(state.rule).contains(terminal) {
        found.push(Alternative::Pop);
    }
    found
}

/// What a state does on a terminal, before paths are computed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Raw {
    Error,
    One(Alternative),
    Conflict,
}

struct Builder<'a> {
    grammar: &'a Grammar,
    network: Network,
    terminals: Terminals,
    sets: Sets,
    /// `raw[state * n_terminals + terminal]`.
    raw: Vec<Raw>,
    levels: Vec<Level>,
    path_ids: FxHashMap<(PathId, Symbol, StateId), PathId>,
    entries: Vec<Entry>,
    entry_ids: FxHashMap<Entry, u32>,
}

impl<'a> Builder<'a> {
    fn new(grammar: &'a Grammar, network: Network, terminals: Terminals, sets: Sets) -> Builder<'a> {
        let placeholder = Level { parent: PathId::NONE, symbol: Symbol(0), state: StateId(0) };
        Builder {
            grammar,
            network,
            terminals,
            sets,
            raw: Vec::new(),
            levels: vec![placeholder],
            path_ids: FxHashMap::default(),
            entries: Vec::new(),
            entry_ids: FxHashMap::default(),
        }
    }

    fn build(mut self) -> Tables {
        let n_terminals = self.terminals.len();
        let n_states = self.network.n_states();
        let conflicts = self.find_raw();
        let mut actions = Vec::with_capacity(self.raw.len());
        for index in 0..n_states {
            for terminal in 0..n_terminals as Terminal {
                let action = self.action(StateId(index as u32), terminal);
                actions.push(PackedAction::new(action));
            }
        }
        let mut start_paths = vec![PathId::NONE; self.grammar.symbols.len()];
        for &rule in self.grammar.rules.keys() {
            let start = self.network.start(rule).expect("every rule has an automaton");
            start_paths[rule.index()] = self.path(PathId::NONE, rule, start);
        }
        let (chains, completions) = self.completions();
        let mut chains = chains;
        let leaves = (0..n_terminals as Terminal).map(|terminal| match self.terminals.symbol(terminal) {
            Some(symbol) => chains.cons(symbol, None),
            None => ChainId(u32::MAX), // never looked up: neither the end nor a metavariable is shifted
        });
        let leaves = leaves.collect();
        Tables {
            network: self.network,
            terminals: self.terminals,
            sets: self.sets,
            chains: Arc::new(chains),
            n_terminals,
            actions,
            entries: self.entries,
            levels: self.levels,
            completions,
            leaves,
            start_paths,
            conflicts,
        }
    }

    /// Fills `raw`; the conflicts. The same as asking [`alternatives`] for each entry, but by transitions.
    fn find_raw(&mut self) -> Vec<(StateId, Terminal)> {
        let n_terminals = self.terminals.len();
        let metavariable = usize::from(self.terminals.metavariable());
        let mut conflicts = Vec::new();
        self.raw = Vec::with_capacity(self.network.n_states() * n_terminals);
        let mut row = vec![Raw::Error; n_terminals];
        for (id, state) in self.network.states() {
            row.fill(Raw::Error);
            let mut mark = |terminal: Terminal, alternative: Alternative| {
                let entry = &mut row[usize::from(terminal)];
                *entry = if *entry == Raw::Error { Raw::One(alternative) } else { Raw::Conflict };
            };
            for &(symbol, to) in &state.transitions {
                match self.network.start(symbol) {
                    None => {
                        let number = self.terminals.number(symbol);
                        self.terminals.read_as(number).for_each(|t| mark(t, Alternative::Shift(symbol, to)));
                    }
                    Some(start) => {
                        let first = self.sets.first(start);
                        first.iter().for_each(|t| mark(t, Alternative::Push(symbol, to)));
                        if self.sets.nullable(symbol) {
                            let follow = self.sets.follow(state.rule);
                            let behind = |&t: &Terminal| {
                                !first.contains(t)
                                    && (self.sets.first(to).contains(t) || self.sets.ends(to) && follow.contains(t))
                            };
                            (0..n_terminals as Terminal)
                                .filter(behind)
                                .for_each(|t| mark(t, Alternative::Push(symbol, to)));
                        }
                    }
                }
            }
            if state.accepting {
                self.sets.follow(state.rule).iter().for_each(|t| mark(t, Alternative::Pop));
            }
            if !state.transitions.is_empty() {
                row[metavariable] = Raw::Conflict;
            }
            let is_conflict = |&t: &usize| row[t] == Raw::Conflict && t != metavariable;
            conflicts.extend((0..n_terminals).filter(is_conflict).map(|terminal| (id, terminal as Terminal)));
            self.raw.extend_from_slice(&row);
        }
        conflicts
    }

    fn raw(&self, state: StateId, terminal: Terminal) -> Raw {
        self.raw[state.index() * self.terminals.len() + usize::from(terminal)]
    }

    fn action(&mut self, state: StateId, terminal: Terminal) -> Action {
        match self.raw(state, terminal) {
            Raw::Error => Action::Error,
            Raw::Conflict | Raw::One(Alternative::Wild(..)) => Action::Conflict,
            Raw::One(Alternative::Pop) => Action::Pop,
            Raw::One(Alternative::Shift(symbol, next)) if self.terminals.number(symbol) == Some(terminal) => {
                Action::Shift(next)
            }
            // A soft keyword read as something else: a path of the token alone carries the symbol.
            Raw::One(Alternative::Shift(symbol, next)) => {
                let path = self.path(PathId::NONE, symbol, StateId(0));
                Action::Push(self.entry(next, path))
            }
            Raw::One(Alternative::Push(rule, next)) => {
                let (path, is_closed) = self.descend(rule, terminal);
                let entry = self.entry(next, path);
                if is_closed { Action::Push(entry) } else { Action::Open(entry) }
            }
        }
    }

    /// The path that the terminal enters from `rule` on, and whether it ends with the token.
    fn descend(&mut self, mut rule: Symbol, terminal: Terminal) -> (PathId, bool) {
        let mut path = PathId::NONE;
        for _ in 0..=self.grammar.rules.len() {
            let start = self.network.start(rule).expect("a pushed symbol is a rule");
            match self.raw(start, terminal) {
                Raw::One(Alternative::Shift(symbol, next)) => {
                    let above = self.path(path, rule, next);
                    return (self.path(above, symbol, StateId(0)), true);
                }
                Raw::One(Alternative::Push(inner, next)) => {
                    path = self.path(path, rule, next);
                    rule = inner;
                }
                Raw::One(Alternative::Pop | Alternative::Wild(..)) | Raw::Conflict | Raw::Error => {
                    return (self.path(path, rule, start), false);
                }
            }
        }
        unreachable!("a grammar without left recursion enters each rule at most once on a path")
    }

    fn path(&mut self, parent: PathId, symbol: Symbol, state: StateId) -> PathId {
        let levels = &mut self.levels;
        *self.path_ids.entry((parent, symbol, state)).or_insert_with(|| {
            levels.push(Level { parent, symbol, state });
            PathId(levels.len() as u32 - 1)
        })
    }

    fn entry(&mut self, next: StateId, path: PathId) -> u32 {
        let entries = &mut self.entries;
        let entry = Entry { next, path };
        *self.entry_ids.entry(entry).or_insert_with(|| {
            entries.push(entry);
            entries.len() as u32 - 1
        })
    }

    fn completions(&self) -> (ChainTable, Vec<Completion>) {
        let n_terminals = self.terminals.len();
        let mut chains = ChainTable::default();
        let mut completions = vec![Completion { consumer: PathId::NONE, chain: ChainId(0) }; n_terminals];
        completions.reserve(self.levels.len() * n_terminals);
        // `depths[path]`: number of its levels. A path stands behind its parent, whose row says which level goes on above it.
        let mut depths: Vec<u32> = vec![0; self.levels.len()];
        // `below[depth]`: the chain of the path without its first `depth` levels.
        let mut below: Vec<ChainId> = Vec::new();
        for index in 1..self.levels.len() {
            let Level { parent, .. } = self.levels[index];
            let parent_index = parent.0 as usize;
            depths[index] = depths[parent_index] + 1;
            below.clear();
            let mut chain = None;
            let mut at = index;
            while at != 0 {
                chain = Some(chains.cons(self.levels[at].symbol, chain));
                below.extend(chain);
                at = self.levels[at].parent.0 as usize;
            }
            below.reverse();
            let state = self.levels[parent_index].state;
            for terminal in 0..n_terminals {
                let goes_on =
                    parent != PathId::NONE && self.raw(state, terminal as Terminal) != Raw::One(Alternative::Pop);
                let consumer =
                    if goes_on { parent } else { completions[parent_index * n_terminals + terminal].consumer };
                let chain = below[depths[consumer.0 as usize] as usize];
                completions.push(Completion { consumer, chain });
            }
        }
        (chains, completions)
    }
}
