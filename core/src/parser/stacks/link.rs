//! What lies under the top of a stack: sets of stacks that share their parts, in a normal form.
//!
//! A set is a graph read from above: each [`Below`] has at most one frame of a kind, over everything that may lie under it. So it is
//! the minimal deterministic automaton of the set, and equal sets have equal hashes, however they came about.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Reads;
use crate::automata::StateId;
use crate::automata::decision::PathId;

/// What lies under the top of a stack; `None` if that is the start rule's end and nothing else.
pub(crate) type Link = Option<Arc<Below>>;

/// The frames that may lie under what stands on them.
#[derive(Debug)]
pub(crate) struct Below {
    /// Most often one. In the order of their keys, each key once.
    pub(super) frames: Frames,
    /// Whether what stands on it may also be the whole stack.
    pub(super) is_bottom: bool,
    /// Number of frames from here down, at most.
    pub(crate) depth: u32,
    /// Of all that lies here and under it.
    pub(super) hash: u64,
}

/// Frames of which there is most often one.
pub(super) type Frames = SmallVec<[Frame; 1]>;

/// A rule that waits for the one above it.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(super) path: PathId,
    pub(super) state: StateId,
    pub(super) below: Link,
}
impl Frame {
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
/// A hash with one more part; the multiplier is that of FxHash.
pub(crate) fn mix(hash: u64, part: u64) -> u64 {
    (hash.rotate_left(23) ^ part).wrapping_mul(0xf135_7aea_2e62_a9c5)
}

pub(super) fn hash_of(link: &Link) -> u64 {
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

    /// The frame that lies here, if it is the only one that may.
    pub(crate) fn only(&self) -> Option<&Frame> {
        match &self.frames[..] {
            [frame] if !self.is_bottom => Some(frame),
            _ => None,
        }
    }

    pub(super) fn new(frames: Frames, is_bottom: bool) -> Arc<Below> {
        let under = frames.iter().map(|frame| frame.below.as_ref().map_or(0, |below| below.depth)).max();
        let hash = frames.iter().fold(1 + u64::from(is_bottom), |hash, frame| mix(hash, frame.hash()));
        Arc::new(Below { frames, is_bottom, depth: under.unwrap_or(0) + 1, hash })
    }
}
/// Unions of stacks. Frames with the same key become one, over the union of what lies under them, so that equal sets of stacks have equal
/// forms, and a set costs as much as its minimal automaton. A step on an ambiguous text makes many unions of a few stacks: they
/// are kept by pairs.
pub(super) struct Unions<'a> {
    known: FxHashMap<(u64, u64), Link>,
    /// What was found, by its hash: equal stacks are one in memory, too.
    found: FxHashMap<u64, Link>,
    /// Frames that are looked at are steps.
    reads: &'a mut Reads,
}

impl<'a> Unions<'a> {
    pub(super) fn new(reads: &'a mut Reads) -> Unions<'a> {
        Unions { known: FxHashMap::default(), found: FxHashMap::default(), reads }
    }

    pub(super) fn union(&mut self, left: &Link, right: &Link) -> Link {
        // Post-order over pairs, with a stack of our own.
        let mut work = vec![(left, right)];
        // Progress: each turn finds a union that was not known, or turns to a pair that lies deeper.
        while let Some(&(left, right)) = work.last() {
            if self.get(left, right).is_some() {
                work.pop();
                continue;
            }
            if self.reads.are_too_many() {
                break;
            }
            let n_work = work.len();
            for (left, right) in frames_of(left).iter().flat_map(|left| {
                let other = frames_of(right).binary_search_by_key(&left.key(), Frame::key).ok();
                other.map(|index| (&left.below, &frames_of(right)[index].below))
            }) {
                self.reads.steps += 1;
                if self.get(left, right).is_none() {
                    work.push((left, right));
                }
            }
            if work.len() == n_work {
                work.pop();
                let union = self.join(left, right);
                self.known.insert(pair(left, right), union);
            }
        }
        self.get(left, right).unwrap_or_else(|| left.clone())
    }

    /// The union, if nothing has to be done for it any more.
    fn get(&self, left: &Link, right: &Link) -> Option<Link> {
        if same(left, right) { Some(left.clone()) } else { self.known.get(&pair(left, right)).cloned() }
    }

    /// The union of two, those of what lies under them being known.
    fn join(&mut self, left: &Link, right: &Link) -> Link {
        let mut frames = Frames::new();
        let (mut lefts, mut rights) = (frames_of(left).iter().peekable(), frames_of(right).iter().peekable());
        // Progress: each turn takes a frame of either.
        loop {
            self.reads.steps += 1;
            let order = match (lefts.peek(), rights.peek()) {
                (Some(left), Some(right)) => left.key().cmp(&right.key()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let mut frame = if order.is_gt() { rights.next() } else { lefts.next() }.expect("it was looked at").clone();
            if order.is_eq() {
                let other = rights.next().expect("it was looked at");
                frame.below = self.get(&frame.below, &other.below).expect("found before");
            }
            frames.push(frame);
        }
        let is_bottom = |link: &Link| link.as_ref().is_none_or(|below| below.is_bottom);
        let union = Some(Below::new(frames, is_bottom(left) || is_bottom(right)));
        // One of them may have all that the other has.
        let union = [left, right].into_iter().find(|known| same(known, &union)).cloned().unwrap_or(union);
        self.found.entry(hash_of(&union)).or_insert(union).clone()
    }
}

pub(super) fn frames_of(link: &Link) -> &[Frame] {
    link.as_ref().map_or(&[], |below| &below.frames)
}

/// The key of a union, in whichever order.
fn pair(left: &Link, right: &Link) -> (u64, u64) {
    let (left, right) = (hash_of(left), hash_of(right));
    (left.min(right), left.max(right))
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
