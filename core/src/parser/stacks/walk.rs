//! The ways of one walk over the stacks: those that were gone, and the frames that were entered on them.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::Stacks;
use super::link::{Below, Frame, Link, hash_of};
use crate::automata::StateId;
use crate::automata::decision::PathId;

/// A stack under way; also a frame that was entered on the way, which has nothing pending.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) pending: PathId,
    pub(super) path: PathId,
    pub(super) state: StateId,
    pub(super) under: Under<'a>,
}

/// Ways of which there are most often few.
pub(super) type Ways<'a> = SmallVec<[Way<'a>; 4]>;

/// What lies under a way.
#[derive(Clone, Copy)]
pub(super) enum Under<'a> {
    Link(&'a Link),
    /// A frame entered on the way, by its number.
    Entered(u32),
}

impl Way<'_> {
    /// Equal for ways that are the same from here on.
    fn key(&self) -> [u64; 3] {
        let (is_entered, under) = match self.under {
            Under::Link(link) => (0, hash_of(link)),
            Under::Entered(number) => (1, u64::from(number)),
        };
        [u64::from(self.path.0) << 32 | u64::from(self.state.0), u64::from(self.pending.0) << 1 | is_entered, under]
    }
}
/// The ways of one walk that were gone.
#[derive(Default)]
pub(super) struct Seen {
    /// The first few.
    few: Vec<[u64; 3]>,
    /// The others.
    many: FxHashSet<[u64; 3]>,
}

impl Seen {
    /// Whether the way is a new one.
    pub(super) fn insert(&mut self, way: &Way<'_>) -> bool {
        let key = way.key();
        if self.few.contains(&key) {
            return false;
        }
        if self.few.len() < 16 {
            self.few.push(key);
            return true;
        }
        self.many.insert(key)
    }
}

/// The frames that were entered on a walk.
#[derive(Default)]
pub(super) struct Entered<'a> {
    pub(super) ways: Ways<'a>,
    /// Once there are many: their numbers.
    numbers: FxHashMap<[u64; 3], u32>,
}

impl<'a> Entered<'a> {
    /// Puts the way's rule under a new one, the last of `path`. Rules that can only end when the new one does are left out: so a
    /// rule that ends with itself needs no more stack than a repetition.
    pub(super) fn enter(&mut self, way: &mut Way<'a>, path: PathId, stacks: &Stacks) {
        let tables = &*stacks.tables;
        while way.path != PathId::NONE && tables.network.state(way.state).transitions.is_empty() {
            let above = tables.level(way.path).parent;
            way.path = stacks.waiting[above.0 as usize];
            way.state = tables.level(above).state;
        }
        if way.path != PathId::NONE {
            way.under = Under::Entered(self.number(*way));
        }
        way.path = stacks.waiting[path.0 as usize];
        way.state = tables.level(path).state;
    }

    /// The number of a frame: the same for the same frame, so that ways that meet are one.
    fn number(&mut self, frame: Way<'a>) -> u32 {
        let key = frame.key();
        let new = self.ways.len() as u32;
        let number = if new < 16 {
            self.ways.iter().position(|known| known.key() == key).map_or(new, |index| index as u32)
        } else {
            if self.numbers.is_empty() {
                self.numbers.extend(self.ways.iter().zip(0..).map(|(known, number)| (known.key(), number)));
            }
            *self.numbers.entry(key).or_insert(new)
        };
        if number == new {
            self.ways.push(frame);
        }
        number
    }

    /// The stack under a way.
    pub(super) fn link(&self, under: Under<'_>) -> Link {
        let mut numbers: SmallVec<[u32; 8]> = SmallVec::new();
        let mut at = under;
        let base = loop {
            match at {
                Under::Link(link) => break link,
                Under::Entered(number) => {
                    numbers.push(number);
                    at = self.ways[number as usize].under;
                }
            }
        };
        numbers.iter().rev().fold(base.clone(), |below, &number| {
            let Way { path, state, .. } = self.ways[number as usize];
            Some(Below::new(smallvec![Frame { path, state, below }], false))
        })
    }
}
