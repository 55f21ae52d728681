//! The third driver: a set of stacks of network states, for when all ways to go on have to be kept.
//!
//! It decides nothing: at a conflict each alternative is followed, and a way that cannot read the next token is dropped. The
//! stacks share their lower parts and, where two ways come to the same place, their upper ones too ([`link`]): so ways that
//! multiply without end cost as much as they differ.
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
//! Source: the graph-structured stack of Tomita (1986), with the states of a recursive transition network as its symbols, and
//! kept as a minimal automaton.

mod costs;
mod link;
mod walk;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use crate::automata::decision::{Action, Alternative, PathId};
use crate::automata::{END, StateId, Tables, Terminal};
use crate::grammar::Symbol;
use link::{Below, Frame, Unions, frames_of, hash_of};
use walk::{Entered, Seen, Under, Way, Ways};

pub(crate) use costs::Costs;
pub(crate) use link::{Link, mix};

/// The upper end of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Top {
    /// A path that is complete up to its last level and waits for the next token; see `automata::decision`.
    pending: PathId,
    path: PathId,
    state: StateId,
    pub(crate) below: Link,
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
}

/// A set of stacks. Nearly always there is one top.
pub(crate) type Tops = SmallVec<[Top; 1]>;

/// How far down a walk has looked.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    /// The least depth of a [`Below`](link::Below) that was looked at; 0 if the bottom was.
    pub(crate) least: u32,
    /// Whether the open blocks were looked at.
    pub(crate) levels: bool,
    /// Steps taken: rules entered or completed, tokens read, frames joined.
    pub(crate) steps: u64,
    /// How many may be taken. Walks end when there are more; then what they found is not all.
    pub(crate) most_steps: u64,
}

impl Reads {
    /// Nothing was looked at, and as much may be as a byte needs.
    pub(crate) fn nothing() -> Reads {
        Reads::at_most(MOST_STEPS)
    }

    /// Nothing was looked at.
    pub(crate) fn at_most(most_steps: u64) -> Reads {
        Reads { least: u32::MAX, levels: false, steps: 0, most_steps }
    }

    /// Whether more steps were taken than may be.
    pub(crate) fn are_too_many(&self) -> bool {
        self.steps > self.most_steps
    }
}

/// How many steps the parser may take for one byte: a token that completes a hundred thousand rules is still read.
const MOST_STEPS: u64 = 1 << 17;
/// What the driver looks up besides the tables.
#[derive(Debug)]
pub(crate) struct Stacks {
    tables: Arc<Tables>,
    /// The ways at each conflict.
    conflicts: FxHashMap<(StateId, Terminal), Vec<Alternative>>,
    /// `waiting[path]`: the first path that differs at most in the state of its last level. For a rule that has begun this state does
    /// not count, so frames have such paths only, and those that do the same are the same.
    waiting: Vec<PathId>,
    start: Symbol,
}

impl Stacks {
    /// For texts of the rule `start`.
    pub(crate) fn new(tables: Arc<Tables>, start: Symbol) -> Stacks {
        let conflicts = tables.conflicts().iter();
        let conflicts = conflicts.map(|&(state, terminal)| ((state, terminal), tables.alternatives(state, terminal)));
        let mut firsts: FxHashMap<(PathId, Symbol), PathId> = FxHashMap::default();
        let paths = (0..tables.sizes()[2] as u32).map(PathId);
        let waiting = paths.map(|path| {
            let level = tables.level(path);
            if path == PathId::NONE { path } else { *firsts.entry((level.parent, level.symbol)).or_insert(path) }
        });
        Stacks { conflicts: conflicts.collect(), waiting: waiting.collect(), tables, start }
    }

    /// Before the first token.
    pub(crate) fn begin(&self) -> Top {
        let path = self.tables.start_path(self.start);
        let state = self.tables.level(path).state;
        Top { pending: PathId::NONE, path: self.waiting[path.0 as usize], state, below: None }
    }

    /// The stack of the deterministic driver, from the bottom on; `pending` as of a [`Top`].
    pub(crate) fn of_frames(
        &self,
        frames: impl IntoIterator<Item = (PathId, StateId)>,
        pending: PathId,
    ) -> Option<Top> {
        let frames = frames.into_iter().map(|(path, state)| (self.waiting[path.0 as usize], state));
        let top = frames.fold(None, |below, (path, state)| {
            let below =
                below.map(|Top { path, state, below, .. }| Below::new(smallvec![Frame { path, state, below }], false));
            Some(Top { pending: PathId::NONE, path, state, below })
        });
        top.map(|top| Top { pending, ..top })
    }

    /// The outermost rule that the terminal begins; `None` if it goes on with one that has begun, or cannot come.
    pub(crate) fn begun_by(&self, top: &Top, terminal: Terminal) -> Option<Symbol> {
        let mut begun = None;
        self.walk(std::slice::from_ref(top), None, terminal, &mut Reads::nothing(), |way, _| {
            let levels = std::iter::successors(Some(way.pending), |&path| Some(self.tables.level(path).parent));
            let rules = levels.take_while(|&path| path != PathId::NONE).skip(1);
            begun = rules.last().map(|path| self.tables.level(path).symbol);
            true
        });
        begun
    }

    /// All stacks behind the terminal; none if it cannot come. Adds to `reads` how far down it looked.
    pub(crate) fn shift(&self, tops: &[Top], terminal: Terminal, reads: &mut Reads) -> Tops {
        self.shift_by(tops, None, terminal, reads)
    }

    /// As [`Stacks::shift`]; of the ways at the first conflict only these are gone.
    pub(crate) fn shift_by(
        &self,
        tops: &[Top],
        only: Option<&[Alternative]>,
        terminal: Terminal,
        reads: &mut Reads,
    ) -> Tops {
        let mut found = Tops::new();
        self.walk(tops, only, terminal, reads, |way, entered| {
            let below = entered.link(way.under);
            found.push(Top { pending: way.pending, path: way.path, state: way.state, below });
            false
        });
        if found.len() < 2 {
            return found;
        }
        // The deepest were found last; from them on, each union is one step more than the one before.
        let mut unions = Unions::new(reads);
        let mut merged = Tops::new();
        for top in found.into_iter().rev() {
            match merged.binary_search_by_key(&top.key(), Top::key) {
                Ok(index) => merged[index].below = unions.union(&merged[index].below, &top.below),
                Err(index) => merged.insert(index, top),
            }
        }
        merged
    }

    /// Whether each of the stacks `part` is one of `all`.
    pub(crate) fn includes(&self, all: &[Top], part: &[Top], reads: &mut Reads) -> bool {
        part.iter().all(|top| {
            let Ok(index) = all.binary_search_by_key(&top.key(), Top::key) else { return false };
            let union = Unions::new(reads).union(&all[index].below, &top.below);
            hash_of(&union) == hash_of(&all[index].below)
        })
    }

    /// Whether the terminal can come.
    pub(crate) fn can_shift(&self, tops: &[Top], terminal: Terminal, reads: &mut Reads) -> bool {
        self.walk(tops, None, terminal, reads, |_, _| true)
    }

    /// Whether the text can end.
    pub(crate) fn can_end(&self, tops: &[Top], reads: &mut Reads) -> bool {
        self.walk(tops, None, END, reads, |_, _| true)
    }

    /// Calls `found` for each way that reads the terminal (for the end: that completes everything) until it says to stop;
    /// whether it did. Frames are put on the stack only where a way is found. Ends without the other ways when too many
    /// steps were taken. `only`: the ways to go at the first conflict.
    fn walk<'a>(
        &self,
        tops: &'a [Top],
        mut only: Option<&[Alternative]>,
        terminal: Terminal,
        reads: &mut Reads,
        mut found: impl FnMut(&Way<'a>, &Entered<'a>) -> bool,
    ) -> bool {
        let tables = &*self.tables;
        let mut entered = Entered::default();
        let of = |top: &'a Top| Way {
            pending: top.pending,
            path: top.path,
            state: top.state,
            under: Under::Link(&top.below),
        };
        let Some((first, more)) = tops.split_first() else { return false };
        let mut others: Ways<'a> = more.iter().map(of).collect();
        let mut seen = Seen::default();
        let mut is_forked = !others.is_empty();
        let mut way = of(first);
        // Progress: each turn reads the token, drops a way, completes a rule, or enters one; no rule is entered in a circle
        // without a token, since the grammar has no left recursion, and a rule entered and completed without a token is
        // not entered again, since nothing that may be empty is repeated. No way is gone twice.
        'ways: loop {
            reads.steps += 1;
            if reads.are_too_many() {
                return false;
            }
            if is_forked && !seen.insert(&way) {
                match others.pop() {
                    Some(other) => way = other,
                    None => break 'ways,
                }
                continue;
            }
            if way.pending != PathId::NONE {
                let consumer = tables.completion(way.pending, terminal).consumer;
                way.pending = PathId::NONE;
                if consumer != PathId::NONE {
                    entered.enter(&mut way, consumer, self);
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
                    entered.enter(&mut way, entry.path, self);
                    continue;
                }
                Action::Conflict => {
                    is_forked = true;
                    let mut pops = false;
                    let all = || &self.conflicts[&(way.state, terminal)][..];
                    for &alternative in only.take().unwrap_or_else(all) {
                        match alternative {
                            Alternative::Pop => pops = true,
                            Alternative::Wild(..) => {}
                            Alternative::Shift(_, next) => {
                                if found(&Way { state: next, ..way }, &entered) {
                                    return true;
                                }
                            }
                            Alternative::Push(rule, next) => {
                                let mut other = Way { state: next, ..way };
                                entered.enter(&mut other, tables.start_path(rule), self);
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
                    way.path = self.waiting[consumer.0 as usize];
                    way.state = tables.level(consumer).state;
                    continue;
                }
                match way.under {
                    Under::Entered(number) => {
                        way = entered.ways[number as usize];
                        continue;
                    }
                    Under::Link(link) => {
                        let depth = link.as_ref().map_or(0, |below| below.depth);
                        reads.least = reads.least.min(depth);
                        if link.as_ref().is_none_or(|below| below.is_bottom) {
                            reads.least = 0;
                            if terminal == END && found(&way, &entered) {
                                return true;
                            }
                        }
                        is_forked |= frames_of(link).len() > 1;
                        others.extend(frames_of(link).iter().map(|frame| Way {
                            pending: PathId::NONE,
                            path: frame.path,
                            state: frame.state,
                            under: Under::Link(&frame.below),
                        }));
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

    /// The terminals that can come, each with the rules that it begins and is read in, outermost first.
    pub(crate) fn expected(&self, tops: &[Top]) -> Vec<(Terminal, Vec<Symbol>)> {
        let mut found = Vec::new();
        for terminal in 1..self.tables.terminals.metavariable() {
            let mut rules = Vec::new();
            let mut reads = Reads::nothing();
            let can_come = self.walk(tops, None, terminal, &mut reads, |way, _| {
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
            });
            if can_come {
                found.push((terminal, rules));
            }
        }
        found
    }
}
