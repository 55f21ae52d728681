//! Prediction at conflicts: the ways to go on are followed side by side over the coming tokens until one survives.
//!
//! A *configuration* is a way (the number of an alternative), a state, and a stack of states to return to. Reading a token
//! moves all configurations at once. First the stacks below the deciding rule are taken to be anything (any use of the rule
//! in the grammar), because then what was found depends on tokens alone and is kept: the sets of configurations are the
//! states of a lookahead automaton that grows with use. Only if this leaves two ways is the same done again with the real
//! stack. If the preferred way is everywhere where another is, the text is ambiguous or will be: grammar order decides, and going on
//! beats stopping. Where stacks multiply, since each of several ways leaves another frame, the third driver takes over (`parser::stacks`), to
//! which a set of stacks is as cheap as one.
//!
//! Source: adaptive LL(*), Parr, Harwell and Fisher (2014). We depart from it in deciding an ambiguity as soon as the
//! preferred way has all states and stacks of the others.

use std::sync::RwLock;

use rustc_hash::FxHashMap;

use super::drive::{Frame, Types, is_wanted};
use super::stacks::{Reads, Tops};
use crate::automata::decision::{Alternative, PathId};
use crate::automata::{END, StateId, Tables, Terminal};
use crate::langlet::Langlet;
use crate::lexer::Token;

/// What prediction reads.
pub(crate) struct Input<'a> {
    pub(crate) langlet: &'a Langlet,
    pub(crate) tables: &'a Tables,
    pub(crate) cache: &'a Cache,
    pub(crate) tokens: &'a [Token],
    pub(crate) types: Option<&'a Types>,
}

/// The way to go on in `state`, the token `at` being next; `None` if there is none.
pub(crate) fn predict(input: &Input<'_>, frames: &[Frame], at: usize, state: StateId) -> Option<Alternative> {
    let kind = input.kind(at);
    let alternatives = input.tables.alternatives(state, kind);
    if input.types.is_none() {
        match cached(input, at, state) {
            Verdict::Way(way) => return Some(alternatives[usize::from(way)]),
            Verdict::Open | Verdict::Tie => {}
        }
    }
    let depth = frames.len() as u32 - 1;
    let base = Stack::Real { frame: depth, path: frames.last()?.path.0 };
    let mut simulation = Simulation { input, frames, stacks: Stacks::default() };
    let mut configurations = simulation.begin(&alternatives, at, state, base);
    let mut index = at + 1;
    // Progress: each turn reads one token, and the end is read once.
    loop {
        match verdict(&configurations) {
            Some(Verdict::Way(way)) => return Some(alternatives[usize::from(way)]),
            Some(Verdict::Tie) => return Some(alternatives[usize::from(configurations[0].way)]),
            Some(Verdict::Open) | None => {}
        }
        if index > input.tokens.len() {
            // All is read and several ways are left: the first.
            return configurations.first().map(|first| alternatives[usize::from(first.way)]);
        }
        let next = simulation.read(&configurations, index);
        if next.is_empty() {
            // None survives: the one that came so far leads to the error.
            return configurations.first().map(|first| alternatives[usize::from(first.way)]);
        }
        if next.len() > MOST_CONFIGURATIONS && input.types.is_none() {
            return by_sets(input, frames, at, &alternatives);
        }
        configurations = next;
        index += 1;
    }
}

/// How many configurations are followed one by one. The answers do not depend on it.
const MOST_CONFIGURATIONS: usize = 64;

/// As [`predict`], with a set of stacks for each way.
fn by_sets(input: &Input<'_>, frames: &[Frame], at: usize, alternatives: &[Alternative]) -> Option<Alternative> {
    let stacks = input.langlet.stacks();
    let top = stacks.of_frames(frames.iter().map(|frame| (frame.path, frame.state)), PathId::NONE)?;
    let mut reads = Reads::at_most(u64::MAX);
    let behind = |&way: &Alternative| {
        (way, stacks.shift_by(std::slice::from_ref(&top), Some(&[way]), input.kind(at), &mut reads))
    };
    let mut ways: Vec<(Alternative, Tops)> = alternatives.iter().map(behind).collect();
    let mut index = at + 1;
    // Progress: each turn reads one token, and the end is read once.
    loop {
        ways.retain(|(_, tops)| !tops.is_empty());
        let ((first, tops), others) = ways.split_first()?;
        let is_decided = others.iter().all(|(_, others)| stacks.includes(tops, others, &mut reads));
        if is_decided || index > input.tokens.len() {
            return Some(*first);
        }
        let (first, kind) = (*first, input.kind(index));
        let next = |(way, tops): &(Alternative, Tops)| (*way, stacks.shift(tops, kind, &mut reads));
        ways = ways.iter().map(next).collect();
        if ways.iter().all(|(_, tops)| tops.is_empty()) {
            // None survives: the one that came so far leads to the error.
            return Some(first);
        }
        index += 1;
    }
}

impl Input<'_> {
    fn kind(&self, index: usize) -> Terminal {
        self.tokens.get(index).map_or(END, |token| token.kind)
    }
}

/// A stack of states to return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Stack {
    /// Everything has been read.
    Done,
    /// Any use of the rule, anywhere in the grammar.
    Any,
    /// The parser's own stack: a frame and the level of its path.
    Real { frame: u32, path: u32 },
    /// A state to return to on another stack.
    Local(u32),
}

/// One way, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Configuration {
    way: u16,
    state: StateId,
    stack: Stack,
}

/// Interned stacks: equal stacks have equal numbers.
#[derive(Debug, Default)]
struct Stacks {
    nodes: Vec<(StateId, Stack)>,
    ids: FxHashMap<(StateId, Stack), u32>,
}

impl Stacks {
    fn push(&mut self, state: StateId, below: Stack) -> Stack {
        let nodes = &mut self.nodes;
        let id = *self.ids.entry((state, below)).or_insert_with(|| {
            nodes.push((state, below));
            nodes.len() as u32 - 1
        });
        Stack::Local(id)
    }
}

struct Simulation<'a> {
    input: &'a Input<'a>,
    frames: &'a [Frame],
    stacks: Stacks,
}

impl Simulation<'_> {
    /// The configurations behind the token `at`, which every alternative reads first.
    fn begin(&mut self, alternatives: &[Alternative], at: usize, from: StateId, base: Stack) -> Vec<Configuration> {
        let mut work = Vec::new();
        let mut read = Vec::new();
        for (way, &alternative) in alternatives.iter().enumerate() {
            let way = way as u16;
            match alternative {
                Alternative::Shift(_, state) => read.push(Configuration { way, state, stack: base }),
                Alternative::Wild(symbol, state) => {
                    if is_wanted(self.input.types, at, from, symbol) {
                        read.push(Configuration { way, state, stack: base });
                    }
                }
                Alternative::Push(rule, next) => {
                    let start = self.input.tables.network.start(rule).expect("a pushed symbol is a rule");
                    let stack = self.stacks.push(next, base);
                    work.push(Configuration { way, state: start, stack });
                }
                // The rule of the base ends: what the base returns to is found when the token is read.
                Alternative::Pop => self.pop(way, base, None, at, &mut work, &mut read),
            }
        }
        self.close(work, read, at)
    }

    /// Reads the token `at` from all configurations.
    fn read(&mut self, configurations: &[Configuration], at: usize) -> Vec<Configuration> {
        self.close(configurations.to_vec(), Vec::new(), at)
    }

    /// Follows all ways to read the token `at`.
    fn close(&mut self, mut work: Vec<Configuration>, mut read: Vec<Configuration>, at: usize) -> Vec<Configuration> {
        let tables = self.input.tables;
        let kind = self.input.kind(at);
        let is_metavariable = kind == tables.terminals.metavariable();
        let mut seen: rustc_hash::FxHashSet<Configuration> = work.iter().copied().collect();
        // Progress: each configuration is worked on once; stacks grow only where a rule is entered, and no rule is
        // entered in a circle without a token.
        while let Some(configuration) = work.pop() {
            let Configuration { way, state, stack } = configuration;
            if stack == Stack::Done {
                continue;
            }
            let mut found = Vec::new();
            for &(symbol, to) in &tables.network.state(state).transitions {
                if is_metavariable
                    && tables.terminals.is_variable(symbol)
                    && is_wanted(self.input.types, at, state, symbol)
                {
                    read.push(Configuration { way, state: to, stack });
                }
                match tables.network.start(symbol) {
                    Some(start) => {
                        if tables.sets.first(start).contains(kind) || tables.sets.nullable(symbol) {
                            found.push(Configuration { way, state: start, stack: self.stacks.push(to, stack) });
                        }
                    }
                    None => {
                        let number = tables.terminals.number(symbol);
                        if number.is_some() && tables.terminals.readings(kind).any(|reading| number == Some(reading)) {
                            read.push(Configuration { way, state: to, stack });
                        }
                    }
                }
            }
            if tables.network.state(state).accepting {
                self.pop(way, stack, Some(state), at, &mut found, &mut read);
            }
            work.extend(found.into_iter().filter(|found| seen.insert(*found)));
        }
        read.sort_unstable();
        read.dedup();
        read
    }

    /// Ends the rule on top of the stack. `state` is a state of that rule (`None`: the rule of a real frame).
    fn pop(
        &mut self,
        way: u16,
        stack: Stack,
        state: Option<StateId>,
        at: usize,
        found: &mut Vec<Configuration>,
        read: &mut Vec<Configuration>,
    ) {
        let tables = self.input.tables;
        let at_end = self.input.kind(at) == END;
        match stack {
            Stack::Done => {}
            Stack::Local(id) => {
                let (state, stack) = self.stacks.nodes[id as usize];
                found.push(Configuration { way, state, stack });
            }
            Stack::Real { frame, path } => {
                let above = tables.level(PathId(path)).parent;
                if above != PathId::NONE {
                    let state = tables.level(above).state;
                    found.push(Configuration { way, state, stack: Stack::Real { frame, path: above.0 } });
                } else if frame > 0 {
                    let below = &self.frames[frame as usize - 1];
                    let stack = Stack::Real { frame: frame - 1, path: below.path.0 };
                    found.push(Configuration { way, state: below.state, stack });
                } else if at_end {
                    read.push(Configuration { way, state: StateId(0), stack: Stack::Done });
                }
            }
            Stack::Any => {
                let state = state.expect("a rule in any use is named by its state");
                let rule = tables.network.state(state).rule;
                let returns = tables.network.returns(rule).iter();
                found.extend(returns.map(|&state| Configuration { way, state, stack: Stack::Any }));
                if at_end {
                    read.push(Configuration { way, state: StateId(0), stack: Stack::Done });
                }
            }
        }
    }
}

/// What a set of configurations says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// One way is left.
    Way(u16),
    /// Several are left and the first of them is wherever another is.
    Tie,
    /// Not known yet, or no way is left.
    Open,
}

/// `None` if there is no configuration. The configurations are sorted.
fn verdict(configurations: &[Configuration]) -> Option<Verdict> {
    let first = configurations.first()?;
    if configurations.iter().all(|configuration| configuration.way == first.way) {
        return Some(Verdict::Way(first.way));
    }
    // The configurations of the first way stand before all others, in the order of state and stack.
    let n_first = configurations.iter().take_while(|configuration| configuration.way == first.way).count();
    let (preferred, others) = configurations.split_at(n_first);
    let is_there = |other: &Configuration| {
        preferred.binary_search_by_key(&(other.state, other.stack), |known| (known.state, known.stack)).is_ok()
    };
    Some(if others.iter().all(is_there) { Verdict::Tie } else { Verdict::Open })
}

/// The lookahead automata of all decisions of a langlet, as far as texts have needed them.
#[derive(Debug, Default)]
pub(crate) struct Cache(RwLock<Automaton>);

/// States are sets of configurations on stacks that end in [`Stack::Any`].
#[derive(Debug, Default)]
struct Automaton {
    stacks: Stacks,
    sets: Vec<(Vec<Configuration>, Verdict)>,
    ids: FxHashMap<Vec<Configuration>, u32>,
    /// The set behind the first token of a decision.
    starts: FxHashMap<(StateId, Terminal), u32>,
    edges: FxHashMap<(u32, Terminal), u32>,
}

/// The set without configurations: no way is left.
const NOTHING: u32 = u32::MAX;

/// The automaton is full; the real stack decides.
const FULL: u32 = u32::MAX - 1;

/// How many sets the automaton may have. The answers do not depend on it.
const MOST_SETS: usize = 20_000;

/// Decides with any stack below the rule.
fn cached(input: &Input<'_>, at: usize, state: StateId) -> Verdict {
    let first = input.kind(at);
    let mut set = {
        let automaton = input.cache.0.read().expect("no thread panics with the lock");
        automaton.starts.get(&(state, first)).copied()
    };
    if set.is_none() {
        let mut automaton = input.cache.0.write().expect("as above");
        set = Some(automaton.grow(input, at, Err(state)));
    }
    let mut index = at + 1;
    let mut set = set.expect("just found");
    // Progress: each turn reads one token.
    loop {
        let next = {
            let automaton = input.cache.0.read().expect("as above");
            if set == NOTHING || set == FULL {
                return Verdict::Open;
            }
            match automaton.sets[set as usize].1 {
                Verdict::Open => {}
                verdict => return verdict,
            }
            if index > input.tokens.len() {
                return Verdict::Open;
            }
            automaton.edges.get(&(set, input.kind(index))).copied()
        };
        set = match next {
            Some(next) => next,
            None => input.cache.0.write().expect("as above").grow(input, index, Ok(set)),
        };
        index += 1;
    }
}

impl Automaton {
    /// Adds the set behind the token `at`, coming from a set or, at the start, from the state that decides.
    fn grow(&mut self, input: &Input<'_>, at: usize, from: Result<u32, StateId>) -> u32 {
        if self.sets.len() >= MOST_SETS {
            return FULL;
        }
        let mut simulation = Simulation { input, frames: &[], stacks: std::mem::take(&mut self.stacks) };
        let configurations = match from {
            Ok(set) => simulation.read(&self.sets[set as usize].0, at),
            Err(state) => {
                let alternatives = input.tables.alternatives(state, input.kind(at));
                simulation.begin_anywhere(&alternatives, at, state)
            }
        };
        self.stacks = simulation.stacks;
        let id = match verdict(&configurations) {
            None => NOTHING,
            Some(_) if configurations.len() > MOST_CONFIGURATIONS => FULL,
            Some(verdict) => match self.ids.get(&configurations) {
                Some(&id) => id,
                None => {
                    let id = self.sets.len() as u32;
                    self.ids.insert(configurations.clone(), id);
                    self.sets.push((configurations, verdict));
                    id
                }
            },
        };
        match from {
            Ok(set) => self.edges.insert((set, input.kind(at)), id),
            Err(state) => self.starts.insert((state, input.kind(at)), id),
        };
        id
    }
}

impl Simulation<'_> {
    /// As [`Simulation::begin`], with any stack below the rule of `state`.
    fn begin_anywhere(&mut self, alternatives: &[Alternative], at: usize, state: StateId) -> Vec<Configuration> {
        let without_pop: Vec<Alternative> =
            alternatives.iter().copied().filter(|alternative| *alternative != Alternative::Pop).collect();
        let mut read = self.begin(&without_pop, at, state, Stack::Any);
        if without_pop.len() < alternatives.len() {
            // Stopping is the last alternative.
            let (mut work, mut more) = (Vec::new(), Vec::new());
            self.pop(without_pop.len() as u16, Stack::Any, Some(state), at, &mut work, &mut more);
            read.extend(self.close(work, more, at));
            read.sort_unstable();
            read.dedup();
        }
        read
    }
}
