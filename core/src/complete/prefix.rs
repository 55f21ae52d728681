//! Deciding prefixes: is the text complete, can it become a program, or at which byte did it cease to?
//!
//! A prefix is the set of its readings (`reading.rs`): it is completable as long as one is left, and complete if one
//! can end. Bytes are pushed one by one; a byte that leaves no reading is dead. Nothing changes once it is made, so a fork copies
//! pointers. To go back, a prefix keeps its text, and its readings at every 256th byte.
//!
//! Between two tokens that a text may not glue together some trivia must be able to stand. In a langlet without trivia a prefix
//! is decided as if there were some; the dead byte is then found when it comes.
//!
//! Source: the two-level languages of Proposition 7, with the longest match made exact by readings.

use std::sync::Arc;

use thiserror::Error;

use super::reading::{Reader, Reading};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Column;
use crate::parser::stacks::Reads;

/// Bytes from one kept set of readings to the next.
const STRIDE: usize = 256;

/// How many readings a prefix may have. One or two are usual; thousands come only from grammars made for that.
const MOST_READINGS: usize = 1 << 12;

/// Decides prefixes of one langlet and start rule. Cheap to clone; shared between threads.
#[derive(Clone, Debug)]
pub struct Recognizer(pub(crate) Arc<Reader>);

/// What a prefix can still become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is a program as it stands.
    Complete,
    /// It is no program, and some continuation makes it one.
    Completable,
}

/// Why a byte was not pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PushError {
    /// No program begins like this.
    #[error("no continuation of the text is a program from byte {at} on")]
    Dead {
        /// Offset of the byte in the whole prefix.
        at: usize,
    },
    /// The grammar is so ambiguous that the readings of the prefix became too many.
    #[error("at byte {at} the grammar is too ambiguous to go on: the text can be read in more ways than are followed")]
    Exhausted {
        /// Offset of the byte in the whole prefix.
        at: usize,
    },
}

/// A prefix of a text, and what it can become. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Prefix {
    reader: Arc<Reader>,
    /// The text in pieces of [`STRIDE`] bytes, each with the readings before it.
    pieces: Vec<Arc<Piece>>,
    /// The bytes behind the pieces.
    tail: Vec<u8>,
    /// The readings before the tail.
    before_tail: Arc<[Reading]>,
    readings: Vec<Reading>,
    /// Empty; its memory is that of the readings before the last byte.
    spare: Vec<Reading>,
}

#[derive(Debug)]
struct Piece {
    bytes: [u8; STRIDE],
    before: Arc<[Reading]>,
}

impl Recognizer {
    /// For texts of the rule `start` of the langlet. Builds the parse tables if nothing has yet.
    ///
    /// # Panics
    /// If `start` is no rule of the langlet.
    pub fn new(langlet: &Langlet, start: Symbol) -> Recognizer {
        Recognizer(Arc::new(Reader::new(langlet, start)))
    }

    /// The empty prefix.
    pub fn prefix(&self) -> Prefix {
        let readings = vec![self.0.begin()];
        Prefix {
            reader: self.0.clone(),
            pieces: Vec::new(),
            tail: Vec::new(),
            before_tail: readings.clone().into(),
            readings,
            spare: Vec::new(),
        }
    }
}

impl Prefix {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.pieces.len() * STRIDE + self.tail.len()
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let pieces = self.pieces.iter().flat_map(|piece| piece.bytes);
        pieces.chain(self.tail.iter().copied()).collect()
    }

    /// The last `n` bytes; all if there are fewer.
    pub(crate) fn last_bytes(&self, n: usize) -> Vec<u8> {
        let from = self.len().saturating_sub(n);
        let first = from / STRIDE;
        let pieces = self.pieces[first.min(self.pieces.len())..].iter().flat_map(|piece| piece.bytes);
        pieces.chain(self.tail.iter().copied()).skip(from - first * STRIDE).collect()
    }

    /// Adds bytes. Costs the same for each byte, however long the prefix is.
    ///
    /// # Errors
    /// The first byte behind which no continuation is a program; the prefix is then as it was before the call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PushError> {
        let len = self.len();
        let mut rest = bytes;
        // Progress: each turn takes a byte.
        while let [byte, ..] = rest {
            let may_be_mark = self.len() < BYTE_ORDER_MARK.len();
            // Most bytes go on with the only token that can be meant.
            if let [reading] = &mut self.readings[..]
                && !may_be_mark
            {
                let piece = &rest[..rest.len().min(STRIDE - 1 - self.tail.len())];
                let n_bytes = self.reader.advance(reading, piece);
                self.tail.extend_from_slice(&rest[..n_bytes]);
                rest = &rest[n_bytes..];
                if n_bytes > 0 {
                    continue;
                }
            }
            if let Err(error) = self.push_byte(*byte) {
                self.rollback(self.len() - len);
                return Err(error);
            }
            rest = &rest[1..];
        }
        Ok(())
    }

    fn push_byte(&mut self, byte: u8) -> Result<(), PushError> {
        let at = self.len();
        let mut next = std::mem::take(&mut self.spare);
        let mut is_known = true;
        let mut reads = Reads::nothing();
        for reading in &self.readings {
            is_known &= self.reader.push(reading, byte, &mut next, &mut reads);
        }
        if !is_known || next.len() > MOST_READINGS || reads.are_too_many() {
            return Err(PushError::Exhausted { at });
        }
        if next.is_empty() {
            return Err(PushError::Dead { at });
        }
        self.spare = std::mem::replace(&mut self.readings, next);
        self.spare.clear();
        self.tail.push(byte);
        if at + 1 == BYTE_ORDER_MARK.len() && self.tail == BYTE_ORDER_MARK {
            // Behind a byte order mark the first line begins.
            for reading in &mut self.readings {
                reading.place.counting = self.reader.layout.indent.is_some();
                reading.place.column = Column::ZERO;
            }
        }
        if self.tail.len() == STRIDE {
            let bytes = self.tail[..].try_into().expect("the tail has the length of a piece");
            let before = std::mem::replace(&mut self.before_tail, self.readings.clone().into());
            self.pieces.push(Arc::new(Piece { bytes, before }));
            self.tail.clear();
        }
        Ok(())
    }

    /// Takes back the last `n` bytes; all if there are fewer. Costs at most a few hundred bytes pushed anew.
    pub fn rollback(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        let len = self.len().saturating_sub(n);
        let mut rest = std::mem::take(&mut self.tail);
        let n_pieces = len / STRIDE;
        if n_pieces < self.pieces.len() {
            rest = self.pieces[n_pieces].bytes.to_vec();
            self.before_tail = self.pieces[n_pieces].before.clone();
            self.pieces.truncate(n_pieces);
        }
        rest.truncate(len % STRIDE);
        self.readings = self.before_tail.to_vec();
        self.push(&rest).expect("it was pushed before");
    }

    /// A prefix that goes on by itself from here.
    pub fn fork(&self) -> Prefix {
        self.clone()
    }

    /// Whether it is a program as it stands.
    pub fn is_complete(&self) -> bool {
        self.readings.iter().any(|reading| self.reader.is_complete(reading))
    }

    /// Whether it is a program, or can become one.
    pub fn status(&self) -> Status {
        if self.is_complete() { Status::Complete } else { Status::Completable }
    }

    pub(crate) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    pub(crate) fn reader(&self) -> &Arc<Reader> {
        &self.reader
    }
}

/// The byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();
