//! Masks: which entries of a vocabulary keep a prefix completable.
//!
//! A mask is made of tables that know nothing of the parser (`sequences.rs`) and of a walk of the parser's stacks over
//! them, once per sequence of tokens. A walk looks only at the upper part of a stack. What it looked at is the key
//! under which the mask is kept, so the same mask is found again in another file, at another depth:
//!
//! ```text
//! reading ─→ state of the scan, place, top of the stack ──→ mask
//!                                                     └──→ "one frame more" ─→ frame ──→ mask …
//! ```
//!
//! All that is computed is shared by the sequences of a vocabulary and a langlet, and is a function of them alone. A sequence keeps what
//! it has seen itself, so that it takes no lock where it has been before.
//!
//! Sources: Willard and Louf (2023) for the question; Dong et al. (2024, XGrammar) for masks that do not depend on the whole stack.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;
use smallvec::smallvec;
use thiserror::Error;

use super::prefix::{BYTE_ORDER_MARK, Prefix, PushError, Recognizer};
use super::reading::{Reader, Reading, Readings, Side};
use super::scan::{Scan, ScanId};
use super::sequences::{Blanks, Entries, From, Item, Line, Sequences, sequences};
use super::trie::Trie;
use super::vocabulary::Vocabulary;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Column;
use crate::parser::stacks::{Link, Reads};

/// Bounds of what masks may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory for tables and masks that are kept, about; what is kept is dropped when they are used up.
    pub memory: usize,
    /// Steps of the parser for one mask.
    pub fuel: u64,
}

impl Default for Limits {
    /// 64 MiB, and ten million steps, which take about a tenth of a second.
    fn default() -> Limits {
        Limits { memory: 64 << 20, fuel: 10_000_000 }
    }
}

/// Why there is no whole mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MaskError {
    /// The grammar is so ambiguous that the mask takes more steps than [`Limits::fuel`]. The buffer holds a part of the mask:
    /// entries that are allowed.
    #[error("the mask takes more than the {fuel} steps that it may take")]
    OutOfFuel {
        /// The limit.
        fuel: u64,
    },
    /// Reading the vocabulary takes more states of the token automaton than are kept.
    #[error("the tokens of the langlet have automata with too many states for this vocabulary")]
    TooManyStates,
    /// The buffer is too short.
    #[error("the mask has {needed} words of 32 bits, the buffer has {given}")]
    ShortBuffer {
        /// Words of a mask.
        needed: usize,
        /// Words of the buffer.
        given: usize,
    },
}

/// Why an entry was not accepted. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AcceptError {
    /// There is no entry of this number, or it has no bytes and does not end the sequence.
    #[error("{id} is no entry of the vocabulary that has a text")]
    Unknown {
        /// The number.
        id: u32,
    },
    /// The text cannot go on like this.
    #[error("the entry {id} cannot come here: {error}")]
    Refused {
        /// The number.
        id: u32,
        /// Why not.
        error: PushError,
    },
    /// The sequence cannot end here: the text is not complete.
    #[error("the sequence cannot end here: the text is not complete")]
    Incomplete,
    /// The sequence has ended.
    #[error("the sequence has ended")]
    Ended,
}

/// The masks of one langlet, start rule and vocabulary: what all sequences share. Shared between threads.
#[derive(Debug)]
pub struct Masks {
    reader: Arc<Reader>,
    vocabulary: Arc<Vocabulary>,
    limits: Limits,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    tables: FxHashMap<From, Arc<Sequences>>,
    steps: FxHashMap<u128, Known>,
    /// Masks by their hash: the same few come again and again.
    masks: FxHashMap<u64, Vec<Arc<[u32]>>>,
    memory: usize,
    /// How often all was dropped.
    generation: u64,
}

/// What is known of a key.
#[derive(Clone, Debug)]
enum Known {
    Mask(Arc<[u32]>),
    /// The next frame belongs to the key.
    Frame,
    /// The open blocks belong to the key.
    Levels,
}

/// One sequence under constraint: a prefix that grows by entries of the vocabulary. Cloning is cheap.
#[derive(Debug)]
pub struct Constraint {
    masks: Arc<Masks>,
    prefix: Prefix,
    /// Length of each entry accepted.
    lengths: Vec<u32>,
    has_ended: bool,
    /// What of the shared keys this sequence has met.
    met: FxHashMap<u128, Known>,
    generation: u64,
}

impl Masks {
    /// For texts of the rule `start`, with the default limits.
    ///
    /// # Panics
    /// If `start` is no rule of the langlet.
    pub fn new(langlet: &Langlet, start: Symbol, vocabulary: Arc<Vocabulary>) -> Arc<Masks> {
        Masks::with_limits(&Recognizer::new(langlet, start), vocabulary, Limits::default())
    }

    /// For the texts of a recognizer.
    pub fn with_limits(recognizer: &Recognizer, vocabulary: Arc<Vocabulary>, limits: Limits) -> Arc<Masks> {
        Arc::new(Masks { reader: recognizer.0.clone(), vocabulary, limits, kept: RwLock::default() })
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The empty sequence.
    pub fn constraint(self: &Arc<Masks>) -> Constraint {
        Constraint {
            masks: self.clone(),
            prefix: Recognizer(self.reader.clone()).prefix(),
            lengths: Vec::new(),
            has_ended: false,
            met: FxHashMap::default(),
            generation: 0,
        }
    }

    /// Bytes of memory of what is kept, about.
    pub fn memory(&self) -> usize {
        self.kept.read().expect("no thread panics with the lock").memory
    }

    fn table(&self, from: From) -> Result<Arc<Sequences>, MaskError> {
        let known = self.kept.read().expect("as above").tables.get(&from).cloned();
        let table = match known {
            Some(table) => table,
            None => {
                let table = sequences(&self.reader, self.vocabulary.trie(), self.vocabulary.len(), &from);
                let table = Arc::new(table);
                let mut kept = self.kept.write().expect("as above");
                self.make_room(&mut kept, table.memory());
                kept.tables.entry(from).or_insert(table).clone()
            }
        };
        if table.is_cut { Err(MaskError::TooManyStates) } else { Ok(table) }
    }

    fn make_room(&self, kept: &mut Kept, more: usize) {
        if kept.memory + more > self.limits.memory && kept.memory > 0 {
            *kept = Kept { generation: kept.generation + 1, ..Kept::default() };
        }
        kept.memory += more;
    }

    /// The mask of one reading, computed; and what of the stacks it depends on.
    fn compute(&self, reading: &Reading) -> Result<(Vec<u32>, Reads), (Vec<u32>, MaskError)> {
        let mut mask = vec![0; self.vocabulary.n_words()];
        let mut reads = Reads::at_most(self.limits.fuel);
        match self.compute_into(reading, &mut mask, &mut reads) {
            Ok(()) if reads.are_too_many() => Err((mask, MaskError::OutOfFuel { fuel: self.limits.fuel })),
            Ok(()) => Ok((mask, reads)),
            Err(error) => Err((mask, error)),
        }
    }

    fn compute_into(&self, reading: &Reading, mask: &mut [u32], reads: &mut Reads) -> Result<(), MaskError> {
        let reader = &*self.reader;
        let place = &reading.place;
        let line_of = |reading: &Reading| match reader.has_blocks() && !reading.place.inside {
            true => Line::before(reading.place.counting),
            false => Line::INSIDE,
        };
        if reading.scan == Scan::START {
            let begins: Vec<ScanId> = reader.scan.row(Scan::START).map(|step| step.goes_on).collect();
            let table = self.table(From::Between(begins.into(), line_of(reading)))?;
            return self.walk(&table, smallvec![reading.clone()], mask, reads);
        }
        let side = if place.ended { Side::Trivia } else { reading.side };
        let table = self.table(From::Token(reading.scan, side, line_of(reading)))?;
        // What the token may be is known to the table.
        self.walk(&table, smallvec![Reading { side: Side::Any, ..reading.clone() }], mask, reads)?;
        if let Some(pattern) = reader.scan.state(reading.scan).accept {
            let begins: Arc<[ScanId]> = reader.scan.row(reading.scan).map(|step| step.begins).collect();
            let behind = reader.finish(reading, pattern, reads);
            for reading in behind {
                let table = self.table(From::Between(begins.clone(), line_of(&reading)))?;
                self.walk(&table, smallvec![reading], mask, reads)?;
            }
        }
        Ok(())
    }

    /// Adds the entries of the table that can come behind one of the readings.
    fn walk(&self, table: &Sequences, begin: Readings, mask: &mut [u32], reads: &mut Reads) -> Result<(), MaskError> {
        let reader = &*self.reader;
        // The readings of the nodes on the way from the root, each with the first node behind its subtree.
        let mut open: Vec<(u32, Readings)> = Vec::new();
        let mut node = 0;
        while (node as usize) < table.items.len() {
            while open.last().is_some_and(|&(end, _)| end <= node) {
                open.pop();
            }
            let index = node as usize;
            let readings: Readings = match open.last() {
                None => begin.clone(),
                Some((_, above)) => {
                    let item = table.items[index];
                    above.iter().flat_map(|reading| self.behind(reading, item, &table.blanks, reads)).collect()
                }
            };
            if readings.is_empty() {
                node = table.ends[index];
                continue;
            }
            let groups = table.first_groups[index] as usize..table.first_groups[index + 1] as usize;
            for group in &table.groups[groups] {
                let can_come = readings.iter().any(|reading| {
                    group
                        .winners
                        .iter()
                        .any(|&pattern| reader.can_follow(&reading.tops, &reading.place, group.side, pattern, reads))
                });
                if can_come {
                    match &group.entries {
                        Entries::Few(ids) => ids.iter().for_each(|&id| mask[id as usize / 32] |= 1 << (id % 32)),
                        Entries::Many(words) => mask.iter_mut().zip(words).for_each(|(mask, word)| *mask |= word),
                    }
                }
            }
            if reads.are_too_many() {
                return Err(MaskError::OutOfFuel { fuel: self.limits.fuel });
            }
            open.push((table.ends[index], readings));
            node += 1;
        }
        Ok(())
    }

    /// The readings behind one more item.
    fn behind(&self, reading: &Reading, item: Item, blanks: &[Blanks], reads: &mut Reads) -> Readings {
        match item {
            Item::Pattern(pattern) => self.reader.finish(reading, pattern, reads),
            Item::Line(_) if reading.place.inside => smallvec![reading.clone()],
            Item::Line(blanks_id) => {
                let blanks = &blanks[blanks_id as usize];
                let mut next = reading.clone();
                let place = &mut next.place;
                if blanks.from_line_start {
                    place.column = Column::ZERO;
                }
                place.column = blanks.bytes.iter().fold(place.column, |column, &byte| {
                    self.reader.behind_blank(column, byte).expect("only blanks are counted")
                });
                let tops = self.reader.indent(&reading.tops, place, reads);
                tops.map(|tops| Reading { tops, ..next }).into_iter().collect()
            }
        }
    }
}

/// Two hashes in one number: equal ones are the same key for all that can happen.
fn mix(key: u128, part: u64) -> u128 {
    let (low, high) = (key as u64, (key >> 64) as u64);
    let low = (low.rotate_left(25) ^ part).wrapping_mul(0xf135_7aea_2e62_a9c5);
    let high = (high.rotate_left(31) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u128::from(high) << 64 | u128::from(low)
}

/// The part of the key that every mask depends on.
fn first_key(reading: &Reading, has_blocks: bool) -> u128 {
    let place = &reading.place;
    let flags = u64::from(place.inside) | u64::from(place.ended) << 1 | u64::from(place.counting) << 2;
    let mut key = mix(0, u64::from(reading.scan) << 32 | (reading.side as u64) << 8 | flags);
    key = mix(key, u64::from(place.depth));
    if has_blocks && !place.inside {
        key = mix(key, u64::from(place.column.wide) << 32 | u64::from(place.column.narrow));
    }
    match &reading.tops[..] {
        [top] => top.key().into_iter().fold(key, |key, part| mix(key, u64::from(part))),
        tops => tops.iter().fold(mix(key, tops.len() as u64), |key, top| mix(key, top.hash())),
    }
}

/// The values by which a key grows.
struct Below<'a> {
    link: Option<&'a Link>,
    levels: u64,
}

impl<'a> Below<'a> {
    fn of(reading: &'a Reading) -> Below<'a> {
        let link = match &reading.tops[..] {
            [top] => Some(&top.below),
            _ => None,
        };
        Below { link, levels: reading.place.levels.as_ref().map_or(0, |level| level.hash) }
    }

    fn grow(&mut self, key: u128, by: &Known) -> u128 {
        match by {
            Known::Levels => mix(key, self.levels),
            _ => match self.link {
                None => mix(key, 1),
                Some(None) => {
                    self.link = None;
                    mix(key, 2)
                }
                Some(Some(below)) => match below.only() {
                    Some(frame) => {
                        self.link = Some(frame.below());
                        mix(key, frame.key())
                    }
                    None => {
                        self.link = None;
                        mix(mix(key, 3), below.hash())
                    }
                },
            },
        }
    }
}

impl Constraint {
    /// Writes the mask: bit `i % 32` of word `i / 32` says whether the entry `i` may come next. Entries that end the sequence may
    /// come where the text is complete; then nothing else has to. Words behind the mask are set to 0.
    ///
    /// Cost: a copy of the mask, if a sequence has been at the like place before; else a walk over the sequences of the
    /// state, and for a new state of the scan a walk over the vocabulary.
    ///
    /// # Errors
    /// The buffer is too short, or the grammar needs more than the limits allow.
    pub fn mask(&mut self, mask: &mut [u32]) -> Result<(), MaskError> {
        let masks = self.masks.clone();
        let needed = masks.vocabulary.n_words();
        if mask.len() < needed {
            return Err(MaskError::ShortBuffer { needed, given: mask.len() });
        }
        if self.has_ended {
            mask.fill(0);
            return Ok(());
        }
        mask[needed..].fill(0);
        let mut result = Ok(());
        for index in 0..self.prefix.readings().len() {
            let is_first = index == 0;
            let mut put = |words: &[u32]| match is_first {
                true => mask[..needed].copy_from_slice(words),
                false => mask.iter_mut().zip(words).for_each(|(mask, word)| *mask |= word),
            };
            match self.mask_of(index) {
                Ok(found) => put(&found),
                Err((part, error)) => {
                    put(&part);
                    result = Err(error);
                }
            }
        }
        for id in self.behind_byte_order_mark() {
            let can_come = self.prefix.fork().push(masks.vocabulary.bytes(id).unwrap_or_default()).is_ok();
            let word = &mut mask[id as usize / 32];
            *word = *word & !(1 << (id % 32)) | u32::from(can_come) << (id % 32);
        }
        if self.prefix.is_complete() {
            for &id in masks.vocabulary.end_of_sequence() {
                mask[id as usize / 32] |= 1 << (id % 32);
            }
        }
        result
    }

    /// The entries that bring a byte order mark to its end: the column behind it counts from there, which tables do not know.
    fn behind_byte_order_mark(&self) -> Vec<u32> {
        let read = self.prefix.len();
        if read >= BYTE_ORDER_MARK.len() || self.prefix.bytes() != BYTE_ORDER_MARK[..read] {
            return Vec::new();
        }
        let trie = self.masks.vocabulary.trie();
        let node = BYTE_ORDER_MARK[read..].iter().try_fold(Trie::ROOT, |node, &byte| trie.child(node, byte));
        node.map_or(Vec::new(), |node| trie.ids_below(node).to_vec())
    }

    /// The mask of one reading.
    fn mask_of(&mut self, index: usize) -> Result<Arc<[u32]>, (Vec<u32>, MaskError)> {
        let Constraint { masks, prefix, met, generation, .. } = self;
        let reading = &prefix.readings()[index];
        let mut key = first_key(reading, masks.reader.has_blocks());
        let mut below = Below::of(reading);
        // Progress: each turn knows more of the key.
        loop {
            match met.get(&key) {
                Some(Known::Mask(mask)) => return Ok(mask.clone()),
                Some(known) => {
                    key = below.grow(key, known);
                    continue;
                }
                None => {}
            }
            let kept = masks.kept.read().expect("no thread panics with the lock");
            if kept.generation != *generation || met.len() > MOST_MET {
                *generation = kept.generation;
                met.clear();
            }
            // The next turn finds it.
            let Some(known) = kept.steps.get(&key) else { break };
            met.insert(key, known.clone());
        }
        let (mask, reads) = masks.compute(reading)?;
        Ok(masks.keep(reading, mask, &reads))
    }

    /// The prefix so far.
    pub fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    /// Begins with these bytes, which count as one entry: the prompt that a model goes on from.
    ///
    /// # Errors
    /// As [`Prefix::push`]. The sequence is as before then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PushError> {
        self.prefix.push(bytes)?;
        self.lengths.push(bytes.len() as u32);
        Ok(())
    }

    /// Takes the entry as the next one.
    ///
    /// # Errors
    /// The entry cannot come next. The sequence is as before then.
    pub fn accept(&mut self, id: u32) -> Result<(), AcceptError> {
        if self.has_ended {
            return Err(AcceptError::Ended);
        }
        if self.masks.vocabulary.end_of_sequence().contains(&id) {
            if !self.prefix.is_complete() {
                return Err(AcceptError::Incomplete);
            }
            self.has_ended = true;
            self.lengths.push(0);
            return Ok(());
        }
        let masks = self.masks.clone();
        let bytes = masks.vocabulary.bytes(id).filter(|bytes| !bytes.is_empty());
        let bytes = bytes.ok_or(AcceptError::Unknown { id })?;
        self.prefix.push(bytes).map_err(|error| AcceptError::Refused { id, error })?;
        self.lengths.push(bytes.len() as u32);
        Ok(())
    }

    /// Takes back the last `n` entries; all if there are fewer.
    pub fn rollback(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        let left = self.lengths.len().saturating_sub(n);
        let n_bytes = self.lengths.drain(left..).map(|length| length as usize).sum();
        self.has_ended = false;
        self.prefix.rollback(n_bytes);
    }

    /// A sequence that goes on by itself from here.
    pub fn fork(&self) -> Constraint {
        self.clone()
    }

    /// Whether the text is complete as it stands.
    pub fn is_complete(&self) -> bool {
        self.prefix.is_complete()
    }

    /// Whether the sequence has ended.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Leaves of `logits` only those of entries that may come next: the others become negative infinity. `logits[i]` is that of the
    /// entry `i`; what is missing or too much does no harm.
    ///
    /// # Errors
    /// As [`Constraint::mask`]; then nothing has changed.
    pub fn sample(&mut self, logits: &mut [f32]) -> Result<(), MaskError> {
        let mut mask = vec![0; self.masks.vocabulary.n_words()];
        self.mask(&mut mask)?;
        for (id, logit) in logits.iter_mut().enumerate() {
            if mask.get(id / 32).is_none_or(|word| word >> (id % 32) & 1 == 0) {
                *logit = f32::NEG_INFINITY;
            }
        }
        Ok(())
    }
}

/// How many keys a sequence keeps for itself.
const MOST_MET: usize = 1 << 12;

impl Clone for Constraint {
    /// The new sequence looks up the shared keys anew, which keeps the copy small.
    fn clone(&self) -> Constraint {
        Constraint {
            masks: self.masks.clone(),
            prefix: self.prefix.clone(),
            lengths: self.lengths.clone(),
            has_ended: self.has_ended,
            met: FxHashMap::default(),
            generation: self.generation,
        }
    }
}

impl Masks {
    /// Keeps a mask under the part of the reading that it depends on.
    fn keep(&self, reading: &Reading, mask: Vec<u32>, reads: &Reads) -> Arc<[u32]> {
        let mut kept = self.kept.write().expect("no thread panics with the lock");
        let hash = mask.iter().fold(0, |hash: u128, &word| mix(hash, u64::from(word))) as u64;
        let known = kept.masks.get(&hash).and_then(|masks| masks.iter().find(|known| ***known == mask[..]).cloned());
        let mask: Arc<[u32]> = match known {
            Some(mask) => mask,
            None => {
                let mask: Arc<[u32]> = mask.into();
                self.make_room(&mut kept, mask.len() * 4);
                kept.masks.entry(hash).or_default().push(mask.clone());
                mask
            }
        };
        let depth = match &reading.tops[..] {
            [top] => top.below.as_ref().map_or(0, |below| below.depth),
            _ => 0,
        };
        // Frames down to the least depth, and the bottom if it was looked at.
        let mut n_frames = match (&reading.tops[..], reads.least) {
            ([_], 0) => depth + 1,
            ([_], least) if least <= depth => depth - least + 1,
            _ => 0,
        };
        let mut levels = reads.levels;
        let mut key = first_key(reading, self.reader.has_blocks());
        let mut below = Below::of(reading);
        loop {
            self.make_room(&mut kept, 48);
            let step = match kept.steps.get(&key) {
                Some(Known::Mask(_)) if n_frames == 0 && !levels => return mask,
                Some(step @ (Known::Frame | Known::Levels)) => step.clone(),
                _ if n_frames > 0 => Known::Frame,
                _ if levels => Known::Levels,
                _ => Known::Mask(mask.clone()),
            };
            kept.steps.insert(key, step.clone());
            match step {
                Known::Mask(_) => return mask,
                Known::Frame => n_frames = n_frames.saturating_sub(1),
                Known::Levels => levels = false,
            }
            key = below.grow(key, &step);
        }
    }
}
