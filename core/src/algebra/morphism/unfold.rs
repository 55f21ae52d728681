//! The target unfolded: all ways in which a rule can go on with one more letter, its inner rules opened and closed on
//! the way.
//!
//! A *configuration* is a stack of states: how far the rule has been read, below it where the rule around it goes on,
//! and so on up to the rule that was asked for. A letter closes the rules on top that may end, opens rules, and is
//! taken:
//!
//! ```text
//! rule: call: arg (',' arg)*    arg: x ['=' x]         letters x '=' x
//! call·          x →   arg 'x·' in call·'arg'    '=' →   arg 'x=·' in call·'arg'    x →   arg 'x=x·' in call·'arg'
//! ```
//!
//! Without left recursion each letter opens finitely many rules. Stacks and sets of them are interned, so a step from a
//! set with a letter is computed once; it notes for each stack where it came from and what was opened and closed, which
//! is what the transducer looks back on. It is the subset construction over a pushdown automaton whose stack is
//! bounded.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::automata::{Position, RuleAutomaton, StateId};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// One move of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Begin a node of the rule.
    Open(Symbol),
    /// The letter is this token, or is mapped to this rule.
    Take(Symbol),
    /// Add a constant.
    Insert(Symbol),
    /// End the node that was begun last.
    Close,
}

/// Number of an interned stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StackId(u32);

impl StackId {
    /// The stack without states.
    pub(crate) const EMPTY: StackId = StackId(0);
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    state: StateId,
    below: StackId,
    depth: u32,
    /// Rules on the stack that are more than a level of a chain.
    opens: u32,
}

/// Interned stacks of states.
#[derive(Debug)]
pub(crate) struct Stacks {
    frames: Vec<Frame>,
    ids: FxHashMap<(StateId, StackId, bool), StackId>,
}

impl Stacks {
    pub(crate) fn new() -> Stacks {
        let empty = Frame { state: StateId(u32::MAX), below: StackId::EMPTY, depth: 0, opens: 0 };
        Stacks { frames: vec![empty], ids: FxHashMap::default() }
    }

    /// `state` on top of `below`; `counts` as in [`Place`].
    pub(crate) fn push(&mut self, below: StackId, state: StateId, counts: bool) -> StackId {
        *self.ids.entry((state, below, counts)).or_insert_with(|| {
            let under = self.frames[below.0 as usize];
            let opens = under.opens + u32::from(counts);
            self.frames.push(Frame { state, below, depth: under.depth + 1, opens });
            StackId(self.frames.len() as u32 - 1)
        })
    }

    /// The state on top and the stack below it; `None` for the empty stack.
    pub(crate) fn pop(&self, stack: StackId) -> Option<(StateId, StackId)> {
        let frame = self.frames[stack.0 as usize];
        (frame.depth > 0).then_some((frame.state, frame.below))
    }

    /// Number of states.
    pub(crate) fn depth(&self, stack: StackId) -> usize {
        self.frames[stack.0 as usize].depth as usize
    }
}

/// A state of the target, or of a neutral production that is written around something.
#[derive(Debug)]
struct NetState {
    accepting: bool,
    transitions: Vec<(Symbol, StateId)>,
    /// As `transitions`, with constants that are added here, not taken.
    adds: Vec<(Symbol, StateId)>,
    /// Whether it is the first of its rule.
    is_start: bool,
    /// The cheapest way to end without a letter.
    finish: Option<Silent>,
}

/// Moves without a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Silent {
    /// Number of constants that are added.
    cost: u32,
    ops: Vec<Op>,
}

/// A state on a stack, and whether its rule counts: it is more than a level of a chain. A rule that has read its first
/// symbol and may end does not. Such rules are opened one within the other only as far as rules begin with rules, so
/// without left recursion a bound on those that count is a bound on all.
type Place = (StateId, bool);

/// A way to take a letter in a state.
#[derive(Debug)]
struct Way {
    /// What takes the place of the state on the stack, the outermost first; the flag says whether the rule is more than
    /// a level of a chain.
    states: Vec<Place>,
    ops: Vec<Op>,
    cost: u32,
}

/// A stack of a set; `cost` counts the constants added, less those of the cheapest stack of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Config {
    pub(crate) stack: StackId,
    cost: u32,
}

/// Where a stack of a set came from.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    /// Its place in the set before.
    pub(crate) prev: u32,
    /// What was done, ending with the taking of the letter.
    pub(crate) ops: Arc<[Op]>,
}

/// Number of an interned set of stacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SetId(u32);

impl SetId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a letter does to a set.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) to: SetId,
    /// For each stack of `to`, in the order of the set.
    pub(crate) back: Arc<[Back]>,
}

/// The moves of a target; all steps that were asked for are kept.
#[derive(Debug)]
pub(crate) struct Unfolding {
    states: Vec<NetState>,
    /// `starts[rule]`: its first state, and behind it those of its neutral productions.
    starts: Vec<Vec<StateId>>,
    /// `silent[symbol]`: how it is derived without a letter.
    silent: Vec<Option<Silent>>,
    /// The most rules of a stack that are more than a level of a chain.
    bound: u32,
    /// Whether some stack was left out because of the bound.
    pub(crate) bounded: bool,
    pub(crate) stacks: Stacks,
    sets: Vec<Arc<[Config]>>,
    set_ids: FxHashMap<Arc<[Config]>, SetId>,
    /// `ways[letter][state]`.
    ways: Vec<FxHashMap<StateId, Arc<[Way]>>>,
    /// `steps[letter][set]`; `None`: the letter cannot come.
    steps: Vec<FxHashMap<SetId, Option<Step>>>,
}

/// The most stacks of a set, and the most rules opened for one letter: far above what grammars need, and finite.
const LIMIT: usize = 4096;

/// The most constants added before one letter.
const MOST_ADDED: u32 = 4;

impl Unfolding {
    /// The moves of `langlet`. With `insert`, the constants of neutral productions, the token of line ends and those at
    /// the end of a file may be added. `n_letters`: letters are symbols below it.
    pub(crate) fn new(langlet: &Langlet, n_letters: usize, bound: u32, insert: bool) -> Unfolding {
        let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
        let mut states: Vec<NetState> = network
            .states()
            .map(|(id, state)| NetState {
                accepting: state.accepting,
                transitions: state.transitions.clone(),
                adds: Vec::new(),
                is_start: network.start(state.rule) == Some(id),
                finish: None,
            })
            .collect();
        let n_symbols = grammar.symbols.len();
        let mut starts: Vec<Vec<StateId>> =
            grammar.symbols.iter().map(|symbol| network.start(symbol).into_iter().collect()).collect();
        let mut silent: Vec<Option<Silent>> = vec![None; n_symbols];
        if insert {
            let layout = &grammar.layout;
            let newline = layout.newline.as_ref().map(|(symbol, _)| *symbol);
            for symbol in newline.into_iter().chain(layout.end.iter().copied()) {
                if grammar.constant_text(symbol).is_some() {
                    silent[symbol.index()] = Some(Silent { cost: 1, ops: vec![Op::Insert(symbol)] });
                }
            }
            for (rule, rhs) in &grammar.neutrals {
                for production in traces(&RuleAutomaton::new(rhs)) {
                    let is_constant = |symbol: Symbol| grammar.constant_text(symbol).is_some();
                    if production.iter().filter(|&&symbol| !is_constant(symbol)).count() != 1 {
                        continue;
                    }
                    // The production has states of its own, on which its constants are added and nothing else.
                    starts[rule.index()].push(StateId(states.len() as u32));
                    for symbol in production {
                        let to = vec![(symbol, StateId(states.len() as u32 + 1))];
                        let (transitions, adds) = if is_constant(symbol) { (Vec::new(), to) } else { (to, Vec::new()) };
                        states.push(NetState { accepting: false, transitions, adds, is_start: false, finish: None });
                    }
                    let (transitions, adds) = (Vec::new(), Vec::new());
                    states.push(NetState { accepting: true, transitions, adds, is_start: false, finish: None });
                }
            }
        }
        let mut unfolding = Unfolding {
            states,
            starts,
            silent,
            bound,
            bounded: false,
            stacks: Stacks::new(),
            sets: Vec::new(),
            set_ids: FxHashMap::default(),
            ways: (0..n_letters).map(|_| FxHashMap::default()).collect(),
            steps: (0..n_letters).map(|_| FxHashMap::default()).collect(),
        };
        unfolding.find_silent(langlet);
        unfolding
    }

    /// Fixed points: how each state ends, and each rule is derived, without a letter.
    fn find_silent(&mut self, langlet: &Langlet) {
        let network = &langlet.tables().network;
        loop {
            let mut changed = false;
            for index in (0..self.states.len()).rev() {
                let mut best = self.states[index].finish.clone();
                if self.states[index].accepting {
                    best = Some(Silent { cost: 0, ops: Vec::new() });
                }
                let state = &self.states[index];
                let added = |symbol| Silent { cost: 1, ops: vec![Op::Insert(symbol)] };
                let adds = state.adds.iter().map(|&(symbol, to)| (Some(added(symbol)), to));
                let silent = state.transitions.iter().map(|&(symbol, to)| (self.silent[symbol.index()].clone(), to));
                for (first, to) in adds.chain(silent) {
                    let (Some(first), Some(rest)) = (first, &self.states[to.index()].finish) else { continue };
                    let cost = first.cost + rest.cost;
                    let len = first.ops.len() + rest.ops.len();
                    if best.as_ref().is_none_or(|best| (cost, len) < (best.cost, best.ops.len())) {
                        best = Some(Silent { cost, ops: [&first.ops[..], &rest.ops].concat() });
                    }
                }
                changed |= best != self.states[index].finish;
                self.states[index].finish = best;
            }
            for &rule in langlet.grammar().rules.keys() {
                let Some(start) = network.start(rule) else { continue };
                let Some(finish) = &self.states[start.index()].finish else { continue };
                let ops = [&[Op::Open(rule)], &finish.ops[..], &[Op::Close]].concat();
                let found = Some(Silent { cost: finish.cost, ops });
                changed |= found != self.silent[rule.index()];
                self.silent[rule.index()] = found;
            }
            // Progress: costs and lengths only fall.
            if !changed {
                return;
            }
        }
    }

    /// The set that a run as `rule` begins with.
    pub(crate) fn start(&mut self, rule: Symbol) -> SetId {
        let starts = self.starts[rule.index()].clone();
        let mut configs: Vec<Config> = starts
            .into_iter()
            .map(|state| Config { stack: self.stacks.push(StackId::EMPTY, state, true), cost: 0 })
            .collect();
        configs.sort();
        self.intern(configs)
    }

    fn intern(&mut self, configs: Vec<Config>) -> SetId {
        let configs: Arc<[Config]> = configs.into();
        if let Some(&id) = self.set_ids.get(&configs) {
            return id;
        }
        let id = SetId(self.sets.len() as u32);
        self.sets.push(configs.clone());
        self.set_ids.insert(configs, id);
        id
    }

    /// Forgets what is known of a letter, since fewer symbols answer it now.
    pub(crate) fn forget(&mut self, letter: Symbol) {
        self.ways[letter.index()].clear();
        self.steps[letter.index()].clear();
    }

    /// What the letter does to the set; `None` if no stack can go on with it. `answers(symbol)`: whether the target may
    /// take the letter as the symbol; `leads(rule)`: whether opening the rule can help.
    pub(crate) fn step(
        &mut self,
        set: SetId,
        letter: Symbol,
        answers: &mut dyn FnMut(Symbol) -> bool,
        leads: &dyn Fn(Symbol) -> bool,
    ) -> Option<Step> {
        if let Some(known) = self.steps[letter.index()].get(&set) {
            return known.clone();
        }
        // For each stack the cheapest way to it; the first of equals.
        let mut found: Vec<(Config, Back)> = Vec::new();
        let mut places: FxHashMap<StackId, usize> = FxHashMap::default();
        let configs = self.sets[set.index()].clone();
        for (prev, config) in configs.iter().enumerate() {
            let (mut stack, mut cost, mut before) = (config.stack, config.cost, Vec::new());
            while let Some((state, below)) = self.stacks.pop(stack) {
                for way in self.ways(state, letter, answers, leads).iter() {
                    let Some(stack) = self.replace_top(below, &way.states) else { continue };
                    let cost = cost + way.cost;
                    let config = Config { stack, cost };
                    let back = || Back { prev: prev as u32, ops: [&before[..], &way.ops].concat().into() };
                    match places.get(&stack) {
                        Some(&place) if found[place].0.cost <= cost => {}
                        Some(&place) => found[place] = (config, back()),
                        None if found.len() < LIMIT => {
                            places.insert(stack, found.len());
                            found.push((config, back()));
                        }
                        None => self.bounded = true,
                    }
                }
                let Some(finish) = &self.states[state.index()].finish else { break };
                before.extend(&finish.ops);
                before.push(Op::Close);
                cost += finish.cost;
                stack = below;
            }
        }
        let step = (!found.is_empty()).then(|| {
            found.sort_by_key(|(config, _)| config.stack);
            let least = found.iter().map(|(config, _)| config.cost).min().unwrap_or(0);
            let configs = found.iter().map(|(config, _)| Config { cost: config.cost - least, ..*config }).collect();
            Step { to: self.intern(configs), back: found.into_iter().map(|(_, back)| back).collect() }
        });
        self.steps[letter.index()].insert(set, step.clone());
        step
    }

    fn replace_top(&mut self, below: StackId, states: &[Place]) -> Option<StackId> {
        let mut stack = below;
        for &(state, counts) in states {
            stack = self.stacks.push(stack, state, counts);
        }
        let frame = self.stacks.frames[stack.0 as usize];
        let fits = frame.opens <= self.bound;
        self.bounded |= !fits;
        fits.then_some(stack)
    }

    /// The ways to take the letter in the state without ending its rule, the cheapest first.
    fn ways(
        &mut self,
        state: StateId,
        letter: Symbol,
        answers: &mut dyn FnMut(Symbol) -> bool,
        leads: &dyn Fn(Symbol) -> bool,
    ) -> Arc<[Way]> {
        if let Some(known) = self.ways[letter.index()].get(&state) {
            return known.clone();
        }
        let mut ways = Vec::new();
        let mut seen: FxHashSet<Vec<Place>> = FxHashSet::default();
        // The states that take the place of this one, the moves that lead there, and what they add. Cheap ones first,
        // so that each place is reached at the least cost.
        let mut queues: Vec<VecDeque<(Vec<Place>, Vec<Op>)>> = vec![VecDeque::new(); MOST_ADDED as usize + 1];
        queues[0].push_back((vec![(state, true)], Vec::new()));
        for cost in 0..queues.len() {
            while let Some((states, ops)) = queues[cost].pop_front() {
                let Some((&(top, _), outer)) = states.split_last() else { continue };
                if seen.len() >= LIMIT {
                    self.bounded = true;
                    break;
                }
                if !seen.insert(states.clone()) {
                    continue;
                }
                for &(symbol, to) in &self.states[top.index()].adds {
                    if let Some(queue) = queues.get_mut(cost + 1) {
                        queue.push_back(([outer, &[(to, true)]].concat(), [&ops[..], &[Op::Insert(symbol)]].concat()));
                    }
                }
                for &(symbol, to) in &self.states[top.index()].transitions {
                    let counts = !(self.states[top.index()].is_start && self.states[to.index()].accepting);
                    let with = |more: &[Place]| [outer, &[(to, counts)], more].concat();
                    if answers(symbol) {
                        let ops = [&ops[..], &[Op::Take(symbol)]].concat();
                        ways.push(Way { states: with(&[]), ops, cost: cost as u32 });
                    }
                    if leads(symbol) {
                        for &start in &self.starts[symbol.index()] {
                            queues[cost].push_back((with(&[(start, true)]), [&ops[..], &[Op::Open(symbol)]].concat()));
                        }
                    }
                    if let Some(silent) = &self.silent[symbol.index()]
                        && let Some(queue) = queues.get_mut(cost + silent.cost as usize)
                    {
                        queue.push_back((with(&[]), [&ops[..], &silent.ops].concat()));
                    }
                }
            }
        }
        let ways: Arc<[Way]> = ways.into();
        self.ways[letter.index()].insert(state, ways.clone());
        ways
    }

    /// How the run may end in the set: the place of a stack, and what ends all its rules but the outermost. The
    /// cheapest; of equals the one with most rules open.
    pub(crate) fn accept(&self, set: SetId) -> Option<(u32, Vec<Op>)> {
        let mut best: Option<(u32, usize, u32, Vec<Op>)> = None;
        for (place, config) in self.sets[set.index()].iter().enumerate() {
            let Some((cost, ops)) = self.finish(*config) else { continue };
            let open = self.stacks.depth(config.stack);
            if best.as_ref().is_none_or(|best| (cost, std::cmp::Reverse(open)) < (best.0, std::cmp::Reverse(best.1))) {
                best = Some((cost, open, place as u32, ops));
            }
        }
        best.map(|(_, _, place, ops)| (place, ops))
    }

    fn finish(&self, config: Config) -> Option<(u32, Vec<Op>)> {
        let (mut stack, mut cost, mut ops) = (config.stack, config.cost, Vec::new());
        while let Some((state, below)) = self.stacks.pop(stack) {
            let finish = self.states[state.index()].finish.as_ref()?;
            cost += finish.cost;
            ops.extend(&finish.ops);
            if below != StackId::EMPTY {
                ops.push(Op::Close);
            }
            stack = below;
        }
        Some((cost, ops))
    }
}

/// The productions of a neutral alternative in which no position occurs twice; such alternatives are short.
fn traces(automaton: &RuleAutomaton) -> Vec<Vec<Symbol>> {
    let mut found = Vec::new();
    let mut work = vec![vec![Position::START]];
    while let Some(trace) = work.pop() {
        for &next in automaton.follow(trace[trace.len() - 1]).iter().rev() {
            match automaton.symbol(next) {
                None => found.push(trace.iter().filter_map(|&position| automaton.symbol(position)).collect()),
                Some(_) if !trace.contains(&next) => work.push([&trace[..], &[next]].concat()),
                Some(_) => {}
            }
        }
    }
    found
}
