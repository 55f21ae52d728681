//! The third driver: a set of stacks of network states, for when all ways to go on have to be kept.
//!
//! It decides nothing: at a conflict each alternative is followed, and a way that cannot read the next token is dropped. The
//! stacks share their lower parts and, where two ways come to the same place, their upper ones too: a [`Below`] holds
//! *all* frames that may lie under what stands on it, so ways that multiply cost as much as they differ in their last step.
//!
//! ```text
//! top ── frame ── frame ──┬── frame ── …        one top, two stacks
//!                         └── frame ── …
//! ```
//!
//! Frames and tops are those of the deterministic driver (`drive`): a path of rules that are entered together, and the state
//! of the last one. So the tables take a token through all its levels at once here too. A stack never changes once it is
//! made; to keep an earlier one, or to go on from it in two directions, is to copy a pointer. Each stack stands for a prefix that some
//! token string completes, since every rule derives one.
//!
//! Source: the graph-structured stack of Tomita (1986), with the states of a recursive transition network as its symbols.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::automata::decision::{Action, Alternative, PathId};
use crate::automata::{END, StateId, Tables, Terminal};
use crate::grammar::Symbol;

/// What lies under the top of a stack; `None` under the start rule.
pub(crate) type Link = Option<Arc<Below>>;

/// The frames that may lie under what stands on them.
#[derive(Debug)]
pub(crate) struct Below {
    /// Most often one; no two with the same path, state and link.
    pub(crate) frames: Vec<Frame>,
    /// Number of frames from here down, at most.
    pub(crate) depth: u32,
    /// Of all that lies here and under it.
    hash: u64,
}

/// A rule that waits for the one above it.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    path: PathId,
    state: StateId,
    below: Link,
}

/// The upper end of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Top {
    /// A path that is complete up to its last level and waits for the next token; see `automata::decision`.
    pending: PathId,
    path: PathId,
    state: StateId,
    pub(crate) below: Link,
}

impl Frame {
    fn is(&self, other: &Frame) -> bool {
        self.path == other.path && self.state == other.state && same(&self.below, &other.below)
    }

    fn hash(&self) -> u64 {
        mix(mix(hash_of(&self.below), u64::from(self.path.0)), u64::from(self.state.0))
    }

    /// What it is without what lies under it.
    pub(crate) fn key(&self) -> u64 {
        u64::from(self.path.0) << 32 | u64::from(self.state.0)
    }

    /// What lies under it.
    pub(crate) fn below(&self) -> &Link {
        &self.below
    }
}

impl Top {
    /// What it is without what lies under it.
    pub(crate) fn key(&self) -> [u32; 3] {
        [self.pending.0, self.path.0, self.state.0]
    }

    /// A number that is equal for equal stacks, and most often not for others.
    pub(crate) fn hash(&self) -> u64 {
        self.key().into_iter().fold(hash_of(&self.below), |hash, part| mix(hash, u64::from(part)))
    }

    /// Whether both are the same stack.
    pub(crate) fn is(&self, other: &Top) -> bool {
        self.key() == other.key() && same(&self.below, &other.below)
    }
}

/// A hash with one more part; the multiplier is that of FxHash.
pub(crate) fn mix(hash: u64, part: u64) -> u64 {
    (hash.rotate_left(23) ^ part).wrapping_mul(0xf135_7aea_2e62_a9c5)
}

fn hash_of(link: &Link) -> u64 {
    link.as_ref().map_or(0, |below| below.hash)
}

/// Whether two stacks are equal: by their hashes and depths, which no two different stacks of a text have in common but by a
/// chance of one in 2⁶⁴. To compare what lies under frame by frame would take exponential time where ways share their frames.
fn same(left: &Link, right: &Link) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => Arc::ptr_eq(left, right) || left.hash == right.hash && left.depth == right.depth,
        _ => false,
    }
}

impl Below {
    /// Equal for equal stacks, and most often not for others.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    fn new(frames: Vec<Frame>) -> Arc<Below> {
        let under = frames.iter().map(|frame| frame.below.as_ref().map_or(0, |below| below.depth)).max();
        let hash = frames.iter().fold(1, |hash, frame| mix(hash, frame.hash()));
        Arc::new(Below { frames, depth: under.unwrap_or(0) + 1, hash })
    }

    /// Adds the frames of another.
    fn merge(left: &Arc<Below>, right: &Arc<Below>) -> Arc<Below> {
        if left.hash == right.hash && left.depth == right.depth {
            return left.clone();
        }
        let mut frames = left.frames.clone();
        for frame in &right.frames {
            match frames.iter_mut().find(|known| known.path == frame.path && known.state == frame.state) {
                Some(known) if same(&known.below, &frame.below) => {}
                _ => frames.push(frame.clone()),
            }
        }
        frames.sort_by_key(|frame| (frame.key(), hash_of(&frame.below)));
        frames.dedup_by(|one, other| one.is(other));
        Below::new(frames)
    }
}

/// Stacks may be as deep as texts are nested: they are dropped in a loop.
impl Drop for Below {
    fn drop(&mut self) {
        let mut links: Vec<Arc<Below>> = self.frames.iter_mut().filter_map(|frame| frame.below.take()).collect();
        while let Some(link) = links.pop() {
            if let Some(mut below) = Arc::into_inner(link) {
                links.extend(below.frames.iter_mut().filter_map(|frame| frame.below.take()));
            }
        }
    }
}

/// How far down a walk has looked.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    /// The least depth of a [`Below`] that was looked at; 0 if the bottom was.
    pub(crate) least: u32,
    /// Whether the open blocks were looked at.
    pub(crate) levels: bool,
    /// Steps taken: rules entered or completed, tokens read.
    pub(crate) steps: u64,
}

impl Reads {
    /// Nothing was looked at.
    pub(crate) fn nothing() -> Reads {
        Reads { least: u32::MAX, levels: false, steps: 0 }
    }
}

/// What the driver looks up besides the tables.
#[derive(Debug)]
pub(crate) struct Stacks {
    tables: Arc<Tables>,
    /// The ways at each conflict.
    conflicts: FxHashMap<(StateId, Terminal), Vec<Alternative>>,
    start: Symbol,
}

/// A stack under way: frames that were entered while looking for the token, and what lies under them.
struct Way<'a> {
    pending: PathId,
    path: PathId,
    state: StateId,
    under: Under<'a>,
}

/// What lies under a way.
#[derive(Clone, Copy)]
enum Under<'a> {
    Link(&'a Link),
    /// A frame entered on the way, by its number.
    Entered(u32),
}

struct Entered<'a> {
    path: PathId,
    state: StateId,
    under: Under<'a>,
}

impl Stacks {
    /// For texts of the rule `start`.
    pub(crate) fn new(tables: Arc<Tables>, start: Symbol) -> Stacks {
        let conflicts = tables.conflicts().iter();
        let conflicts = conflicts.map(|&(state, terminal)| ((state, terminal), tables.alternatives(state, terminal)));
        Stacks { conflicts: conflicts.collect(), tables, start }
    }

    /// Before the first token.
    pub(crate) fn begin(&self) -> Top {
        let path = self.tables.start_path(self.start);
        Top { pending: PathId::NONE, path, state: self.tables.level(path).state, below: None }
    }

    /// All stacks behind the terminal; none if it cannot come. Adds to `reads` how far down it looked.
    pub(crate) fn shift(&self, tops: &[Top], terminal: Terminal, reads: &mut Reads) -> Vec<Top> {
        let mut found: Vec<Top> = Vec::with_capacity(1);
        for top in tops {
            let mut n_frames = 0;
            self.walk(top, terminal, reads, |top| {
                n_frames += add(&mut found, top);
                false
            });
            reads.steps += n_frames;
        }
        found
    }

    /// Whether the terminal can come.
    pub(crate) fn can_shift(&self, tops: &[Top], terminal: Terminal, reads: &mut Reads) -> bool {
        tops.iter().any(|top| self.walk_lazily(top, terminal, reads, |_, _| true))
    }

    /// Whether the text can end.
    pub(crate) fn can_end(&self, tops: &[Top], reads: &mut Reads) -> bool {
        tops.iter().any(|top| self.walk_lazily(top, END, reads, |_, _| true))
    }

    fn walk(&self, top: &Top, terminal: Terminal, reads: &mut Reads, mut found: impl FnMut(Top) -> bool) -> bool {
        self.walk_lazily(top, terminal, reads, |way, entered| {
            found(Top { pending: way.pending, path: way.path, state: way.state, below: link(way.under, entered) })
        })
    }

    /// Calls `found` for each way that reads the terminal (for the end: that completes everything) until it says to stop;
    /// whether it did. Frames are put on the stack only where a way is found.
    fn walk_lazily<'a>(
        &self,
        top: &'a Top,
        terminal: Terminal,
        reads: &mut Reads,
        mut found: impl FnMut(&Way<'a>, &[Entered<'a>]) -> bool,
    ) -> bool {
        let tables = &*self.tables;
        let mut entered: Vec<Entered<'a>> = Vec::new();
        let mut others: Vec<Way<'a>> = Vec::new();
        let mut way = Way { pending: top.pending, path: top.path, state: top.state, under: Under::Link(&top.below) };
        // Progress: each turn reads the token, drops a way, completes a rule, or enters one; no rule is entered in a circle
        // without a token, since the grammar has no left recursion, and a rule entered and completed without a token is
        // not entered again, since nothing that may be empty is repeated.
        'ways: loop {
            reads.steps += 1;
            if way.pending != PathId::NONE {
                let consumer = tables.completion(way.pending, terminal).consumer;
                way.pending = PathId::NONE;
                if consumer != PathId::NONE {
                    enter(&mut entered, &mut way, consumer, tables);
                }
            }
            let pops = match tables.action(way.state, terminal) {
                Action::Error => false,
                Action::Pop => true,
                Action::Shift(next) => {
                    way.state = next;
                    if found(&way, &entered) {
                        return true;
                    }
                    false
                }
                Action::Push(entry) => {
                    let entry = tables.entry(entry);
                    way.state = entry.next;
                    way.pending = entry.path;
                    if found(&way, &entered) {
                        return true;
                    }
                    false
                }
                Action::Open(entry) => {
                    let entry = tables.entry(entry);
                    way.state = entry.next;
                    enter(&mut entered, &mut way, entry.path, tables);
                    continue;
                }
                Action::Conflict => {
                    let mut pops = false;
                    for &alternative in &self.conflicts[&(way.state, terminal)] {
                        match alternative {
                            Alternative::Pop => pops = true,
                            Alternative::Wild(..) => {}
                            Alternative::Shift(_, next) => {
                                let way = Way { state: next, ..copy(&way) };
                                if found(&way, &entered) {
                                    return true;
                                }
                            }
                            Alternative::Push(rule, next) => {
                                let mut other = Way { state: next, ..copy(&way) };
                                enter(&mut entered, &mut other, tables.start_path(rule), tables);
                                others.push(other);
                            }
                        }
                    }
                    pops
                }
            };
            if pops {
                let consumer = tables.completion(way.path, terminal).consumer;
                if consumer != PathId::NONE {
                    // The levels above wait under the same frames.
                    way.path = consumer;
                    way.state = tables.level(consumer).state;
                    continue;
                }
                match way.under {
                    Under::Entered(number) => {
                        let Entered { path, state, under } = entered[number as usize];
                        way = Way { pending: PathId::NONE, path, state, under };
                        continue;
                    }
                    Under::Link(None) => {
                        reads.least = 0;
                        if terminal == END && found(&way, &entered) {
                            return true;
                        }
                    }
                    Under::Link(Some(below)) => {
                        reads.least = reads.least.min(below.depth);
                        let ways = below.frames.iter().map(|frame| Way {
                            pending: PathId::NONE,
                            path: frame.path,
                            state: frame.state,
                            under: Under::Link(&frame.below),
                        });
                        others.extend(ways);
                    }
                }
            }
            match others.pop() {
                Some(other) => way = other,
                None => break 'ways,
            }
        }
        false
    }
}

fn copy<'a>(way: &Way<'a>) -> Way<'a> {
    Way { pending: way.pending, path: way.path, state: way.state, under: way.under }
}

/// Puts the way's rule under a new one, the last of `path`. Rules that can only end when the new one does are left out: so a
/// rule that ends with itself needs no more stack than a repetition.
fn enter<'a>(entered: &mut Vec<Entered<'a>>, way: &mut Way<'a>, path: PathId, tables: &Tables) {
    while way.path != PathId::NONE && tables.network.state(way.state).transitions.is_empty() {
        way.path = tables.level(way.path).parent;
        way.state = tables.level(way.path).state;
    }
    if way.path != PathId::NONE {
        entered.push(Entered { path: way.path, state: way.state, under: way.under });
        way.under = Under::Entered(entered.len() as u32 - 1);
    }
    way.path = path;
    way.state = tables.level(path).state;
}

/// The stack under a way.
fn link(under: Under<'_>, entered: &[Entered<'_>]) -> Link {
    let mut numbers = Vec::new();
    let mut at = under;
    let base = loop {
        match at {
            Under::Link(link) => break link,
            Under::Entered(number) => {
                numbers.push(number);
                at = entered[number as usize].under;
            }
        }
    };
    numbers.iter().rev().fold(base.clone(), |below, &number| {
        let Entered { path, state, .. } = entered[number as usize];
        Some(Below::new(vec![Frame { path, state, below }]))
    })
}

/// Adds a top; if one is there that differs only in what lies under it, both become one. The number of frames looked at.
fn add(tops: &mut Vec<Top>, top: Top) -> u64 {
    let Some(known) = tops.iter_mut().find(|known| known.key() == top.key()) else {
        tops.push(top);
        return 0;
    };
    match (&known.below, &top.below) {
        (Some(left), Some(right)) => {
            let n_frames = left.frames.len() + right.frames.len();
            known.below = Some(Below::merge(left, right));
            n_frames as u64
        }
        (None, None) => 0,
        // One of them is the whole text: they cannot be one.
        _ => {
            if !tops.iter().any(|known| known.is(&top)) {
                tops.push(top);
            }
            1
        }
    }
}

/// Bytes that a text needs at least, from a stack on.
#[derive(Debug)]
pub(crate) struct Costs {
    /// `rules[symbol]`: of a text of the symbol.
    rules: Vec<u32>,
    /// `rests[state]`: to the end of its rule.
    rests: Vec<u32>,
}

impl Costs {
    /// From the least length of each terminal. By rounds until nothing changes (Knuth 1977).
    fn new(tables: &Tables, lengths: &[u32]) -> Costs {
        let network = &tables.network;
        let n_symbols = network.states().flat_map(|(_, state)| state.transitions.iter()).map(|(s, _)| s.index() + 1);
        let rules = network.states().map(|(_, state)| state.rule.index() + 1);
        let n_symbols = n_symbols.chain(rules).max().unwrap_or(0);
        let mut costs = Costs { rules: vec![u32::MAX; n_symbols], rests: vec![u32::MAX; network.n_states()] };
        for index in 0..n_symbols {
            if let Some(terminal) = tables.terminals.number(Symbol(index as u16)) {
                costs.rules[index] = lengths[usize::from(terminal)];
            }
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (id, state) in network.states() {
                let through = state
                    .transitions
                    .iter()
                    .map(|&(symbol, to)| costs.rules[symbol.index()].saturating_add(costs.rests[to.index()]));
                let cost = through.chain(state.accepting.then_some(0)).min().unwrap_or(u32::MAX);
                if cost < costs.rests[id.index()] {
                    costs.rests[id.index()] = cost;
                    changed = true;
                    if network.start(state.rule) == Some(id) {
                        costs.rules[state.rule.index()] = cost;
                    }
                }
            }
        }
        costs
    }
}

impl Stacks {
    /// The costs of the tables, from the least length of each terminal.
    pub(crate) fn costs(&self, lengths: impl Fn(Symbol) -> u32) -> Costs {
        let terminals = &self.tables.terminals;
        let lengths: Vec<u32> =
            (0..terminals.len() as Terminal).map(|terminal| terminals.symbol(terminal).map_or(0, &lengths)).collect();
        Costs::new(&self.tables, &lengths)
    }

    /// Bytes that a text needs at least behind this stack. `known` keeps what lies under it by its hash.
    pub(crate) fn cost(&self, top: &Top, costs: &Costs, known: &mut FxHashMap<u64, u32>) -> u32 {
        // Post-order over what lies under, with a stack of our own.
        let mut work: Vec<&Arc<Below>> = top.below.iter().collect();
        while let Some(&below) = work.last() {
            if known.contains_key(&below.hash) {
                work.pop();
                continue;
            }
            let n_work = work.len();
            let unknown = |link: &&Arc<Below>| !known.contains_key(&link.hash);
            work.extend(below.frames.iter().filter_map(|frame| frame.below.as_ref()).filter(unknown));
            if work.len() == n_work {
                let of = |frame: &Frame| {
                    let under = frame.below.as_ref().map_or(0, |below| known[&below.hash]);
                    self.cost_of_path(frame.path, frame.state, costs).saturating_add(under)
                };
                let least = below.frames.iter().map(of).min().expect("some frame lies under");
                known.insert(below.hash, least);
                work.pop();
            }
        }
        let under = top.below.as_ref().map_or(0, |below| known[&below.hash]);
        let mut pending = 0u32;
        if top.pending != PathId::NONE {
            let parent = self.tables.level(top.pending).parent;
            if parent != PathId::NONE {
                pending = self.cost_of_path(parent, self.tables.level(parent).state, costs);
            }
        }
        under.saturating_add(pending).saturating_add(self.cost_of_path(top.path, top.state, costs))
    }

    /// Of the rules of a path, the last one being in `state`.
    fn cost_of_path(&self, path: PathId, state: StateId, costs: &Costs) -> u32 {
        let mut sum = costs.rests[state.index()];
        let mut above = self.tables.level(path).parent;
        while above != PathId::NONE {
            let level = self.tables.level(above);
            sum = sum.saturating_add(costs.rests[level.state.index()]);
            above = level.parent;
        }
        sum
    }

    /// The terminals that can come, each with the rules that it begins and is read in, outermost first.
    pub(crate) fn expected(&self, tops: &[Top]) -> Vec<(Terminal, Vec<Symbol>)> {
        let mut found = Vec::new();
        for terminal in 1..self.tables.terminals.metavariable() {
            let mut rules = Vec::new();
            let mut reads = Reads::nothing();
            let can_come = tops.iter().any(|top| {
                self.walk_lazily(top, terminal, &mut reads, |way, _| {
                    let last = match way.pending {
                        PathId::NONE => way.path,
                        pending => self.tables.level(pending).parent,
                    };
                    let last = if last == PathId::NONE { way.path } else { last };
                    let levels = std::iter::successors(Some(last), |&path| Some(self.tables.level(path).parent));
                    rules = levels
                        .take_while(|&path| path != PathId::NONE)
                        .map(|path| self.tables.level(path).symbol)
                        .collect();
                    rules.reverse();
                    true
                })
            });
            if can_come {
                found.push((terminal, rules));
            }
        }
        found
    }
}
