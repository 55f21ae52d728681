//! The scanner: longest match over the lazily built token automaton.
//!
//! It reads an immutable snapshot of the automaton; a row that is not there yet sends it to the builder and the token is
//! read once more. States that loop on many bytes (names, comments, the inside of strings) are run through without
//! look-ups.

use std::sync::Arc;

use super::layout::Layouter;
use super::{Join, Kind, LayoutSpec, LexError, Token, TokenPattern, TokenSpec};
use crate::regex::{Dfa, FLAGS, LazyDfa, STOP, Skip, Term, Terms, UNKNOWN_ENTRY};
use crate::span::Span;

/// What a pattern of the automaton means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Token(Kind),
    Open(Kind),
    Close(Kind),
    Trivia,
    LineEnd,
}

/// Divides texts into tokens. Shared between threads.
#[derive(Debug)]
pub struct Lexer {
    automaton: LazyDfa,
    /// `meanings[pattern]`.
    meanings: Vec<Meaning>,
    /// `names[pattern]`, for messages.
    names: Vec<String>,
    pub(super) layout: LayoutSpec,
}

/// The longest match at a place.
pub(super) enum Match {
    /// A token or trivia, and where it ends.
    Found(Meaning, usize),
    /// Nothing matches.
    Nothing,
}

impl Lexer {
    /// A lexer for these tokens, in the order in which they win ties.
    pub fn new(mut terms: Terms, tokens: Vec<TokenSpec>, layout: LayoutSpec) -> Lexer {
        let mut patterns: Vec<Term> = Vec::with_capacity(tokens.len() + 1);
        let mut meanings = Vec::with_capacity(tokens.len() + 1);
        let mut names = Vec::with_capacity(tokens.len() + 1);
        if let Some((_, newline)) = &layout.newline {
            patterns.push(*newline);
            meanings.push(Meaning::LineEnd);
            names.push("a line end".to_owned());
        }
        for token in tokens {
            patterns.push(match token.pattern {
                TokenPattern::Text(text) => terms.literal(text.as_bytes()),
                TokenPattern::Term(term) => term,
            });
            meanings.push(match token.join {
                _ if token.trivia => Meaning::Trivia,
                Join::None => Meaning::Token(token.kind),
                Join::Open => Meaning::Open(token.kind),
                Join::Close => Meaning::Close(token.kind),
            });
            names.push(token.name);
        }
        Lexer { automaton: LazyDfa::new(terms, patterns), meanings, names, layout }
    }

    /// Appends the tokens of a text to `out`, layout tokens included. Linear, but for tokens that need to look far ahead.
    ///
    /// # Errors
    /// The first place where no token can be read, or where the indentation fits no block.
    pub fn lex(&self, text: &str, out: &mut Vec<Token>) -> Result<(), LexError> {
        check_size(text)?;
        let mut layouter = Layouter::new(self, text, out);
        let bytes = text.as_bytes();
        let mut dfa = self.automaton.snapshot();
        let mut at = 0;
        // Progress: each turn goes behind a token, which is not empty.
        while at < bytes.len() {
            match self.longest(&mut dfa, bytes, at) {
                Match::Found(Meaning::Trivia, end) => {
                    layouter.trivia(at, end);
                    at = end;
                }
                Match::Found(Meaning::Token(kind), end) => {
                    layouter.token(kind, at, end)?;
                    at = end;
                }
                Match::Found(Meaning::Open(kind), end) => {
                    layouter.token(kind, at, end)?;
                    layouter.open();
                    at = end;
                }
                Match::Found(Meaning::Close(kind), end) => {
                    layouter.token(kind, at, end)?;
                    layouter.close();
                    at = end;
                }
                Match::Found(Meaning::LineEnd, end) => {
                    layouter.line_end(at, end);
                    at = end;
                }
                Match::Nothing => return Err(self.explain(text, at)),
            }
        }
        layouter.finish()
    }

    /// Appends the tokens of a fragment: line ends are trivia, and no layout token is made.
    ///
    /// # Errors
    /// The first place where no token can be read.
    pub fn lex_plain(&self, text: &str, out: &mut Vec<Token>) -> Result<(), LexError> {
        check_size(text)?;
        let bytes = text.as_bytes();
        let mut dfa = self.automaton.snapshot();
        let mut at = 0;
        while at < bytes.len() {
            match self.longest(&mut dfa, bytes, at) {
                Match::Found(Meaning::Trivia | Meaning::LineEnd, end) => at = end,
                Match::Found(Meaning::Token(kind) | Meaning::Open(kind) | Meaning::Close(kind), end) => {
                    out.push(Token { start: at as u32, end: end as u32, kind });
                    at = end;
                }
                Match::Nothing => return Err(self.explain(text, at)),
            }
        }
        Ok(())
    }

    /// The kind of a text that is exactly one token.
    pub fn kind_of(&self, text: &str) -> Option<Kind> {
        let mut tokens = Vec::new();
        self.lex_plain(text, &mut tokens).ok()?;
        match tokens[..] {
            [Token { start: 0, end, kind }] if end as usize == text.len() => Some(kind),
            _ => None,
        }
    }

    /// Divides trivia into its pieces: blanks, comments, line ends. What cannot be read is a piece for each character.
    pub fn trivia_pieces(&self, text: &str) -> Vec<Span> {
        let mut dfa = self.automaton.snapshot();
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            let end = match self.longest(&mut dfa, text.as_bytes(), at) {
                Match::Found(_, end) => end,
                Match::Nothing => at + character.len_utf8(),
            };
            pieces.push(Span::new(at as u32, end as u32));
            at = end;
        }
        pieces
    }

    /// The longest match from `start` on.
    #[inline]
    fn longest(&self, dfa: &mut Arc<Dfa>, bytes: &[u8], start: usize) -> Match {
        loop {
            match run(dfa, bytes, start) {
                Ok(None) => return Match::Nothing,
                Ok(Some((pattern, end))) => return Match::Found(self.meanings[pattern as usize], end),
                // Once more with a larger snapshot. Progress: it has one row more at least.
                Err(()) => self.grow_along(dfa, bytes, start),
            }
        }
    }

    /// Walks the token with a builder at hand, so that all rows on the way are known afterwards.
    #[cold]
    fn grow_along(&self, dfa: &mut Arc<Dfa>, bytes: &[u8], start: usize) {
        let mut state = Dfa::START;
        for &byte in &bytes[start..] {
            (*dfa, state) = self.automaton.step(dfa, state, byte);
            if state == Dfa::DEAD {
                return;
            }
        }
    }

    /// Why no token can be read at `start`.
    #[cold]
    fn explain(&self, text: &str, start: usize) -> LexError {
        let bytes = text.as_bytes();
        let mut dfa = self.automaton.snapshot();
        let mut state = Dfa::START;
        let mut at = start;
        let mut live: Vec<u32> = Vec::new();
        while at < bytes.len() {
            let (next_dfa, next) = self.automaton.step(&dfa, state, bytes[at]);
            if next == Dfa::DEAD {
                break;
            }
            (dfa, state) = (next_dfa, next);
            live = dfa.patterns(state).to_vec();
            at += 1;
        }
        // A character is dead as a whole.
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let names: Vec<String> = live.iter().map(|&pattern| self.names[pattern as usize].clone()).collect();
        match text[at..].chars().next() {
            None | Some('\n' | '\r') if at > start => {
                LexError::Unfinished { span: Span::new(start as u32, at as u32), names }
            }
            None => LexError::Unfinished { span: Span::new(start as u32, at as u32), names },
            Some(character) => {
                let span = Span::new(at as u32, (at + character.len_utf8()) as u32);
                LexError::UnexpectedCharacter { span, character, within: names.first().filter(|_| at > start).cloned() }
            }
        }
    }
}

fn check_size(text: &str) -> Result<(), LexError> {
    if text.len() < u32::MAX as usize - 1 { Ok(()) } else { Err(LexError::TooLarge { len: text.len() }) }
}

/// The longest match; `Err` if a row is not known.
#[inline]
fn run(dfa: &Dfa, bytes: &[u8], start: usize) -> Result<Option<(u32, usize)>, ()> {
    let (table, shift) = dfa.table();
    let classes = dfa.classes();
    let accepts = dfa.accepts();
    let mut state = Dfa::START << shift;
    let mut found = u32::MAX;
    let mut end = start;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let entry = table[(state | u32::from(classes[usize::from(byte)])) as usize];
        if entry >= FLAGS {
            if entry & STOP != 0 {
                if entry == UNKNOWN_ENTRY {
                    return Err(());
                }
                break;
            }
            state = entry & !FLAGS;
            at = skip(dfa, state >> shift, bytes, at + 1);
        } else {
            state = entry;
            at += 1;
        }
        let accept = accepts[(state >> shift) as usize];
        if accept != u32::MAX {
            found = accept;
            end = at;
        }
    }
    Ok((found != u32::MAX).then_some((found, end)))
}

/// Runs through a state that loops on itself; where the first byte stands that leaves it, or may.
#[inline]
fn skip(dfa: &Dfa, state: u32, bytes: &[u8], mut at: usize) -> usize {
    let (skips, loops) = dfa.skips();
    match skips[state as usize] {
        Skip::No => {}
        Skip::Until([a, b, c]) => {
            while let Some(&byte) = bytes.get(at)
                && byte < 0x80
                && byte != a
                && byte != b
                && byte != c
            {
                at += 1;
            }
        }
        Skip::While(bit) => {
            while let Some(&byte) = bytes.get(at)
                && loops[usize::from(byte)] & bit != 0
            {
                at += 1;
            }
        }
    }
    at
}
