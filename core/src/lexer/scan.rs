//! The scanner: the hot loop of longest match.
//!
//! It runs the flat table of a snapshot until no token can go on. Nearly always the last state accepts; if not, the token is
//! scanned again with the last accepting place kept (`longest`). Three things make it fast where text is long: runs of
//! spaces are passed before the table is entered, states such as the inside of a comment look at eight bytes at once for one of
//! their few exits, and states such as the rest of a name test bytes against a set without following the table.

use std::sync::OnceLock;

use super::layout::Layouter;
use super::{Join, Kind, LayoutSpec, LexError, Token, TokenPattern, TokenSpec};
use crate::regex::{Dfa, LazyDfa, SKIP, STOP, Skip, Term, Terms, UNKNOWN_ENTRY};
use crate::span::Span;

/// What the scanner does with the match of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Emit,
    Open,
    Close,
    Trivia,
    LineEnd,
}

/// What a pattern of the automaton means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    pub(crate) kind: Kind,
    pub(crate) action: Action,
}

/// Divides texts into tokens. Shared between threads.
#[derive(Debug)]
pub struct Lexer {
    pub(super) automaton: LazyDfa,
    /// `meanings[pattern]`; the line end of the layout, if there is one, is the first pattern.
    meanings: Vec<Meaning>,
    /// The same with the line end as trivia.
    pub(super) plain: Vec<Meaning>,
    /// `names[pattern]`, for messages.
    names: Vec<String>,
    pub(super) layout: LayoutSpec,
    /// Whether a run of spaces may be skipped without the automaton.
    skips_spaces: OnceLock<bool>,
}

impl Lexer {
    /// A lexer for these tokens, in the order in which they win ties. The empty text is never a token.
    pub fn new(mut terms: Terms, tokens: Vec<TokenSpec>, layout: LayoutSpec) -> Lexer {
        let mut patterns: Vec<Term> = Vec::with_capacity(tokens.len() + 1);
        let mut meanings = Vec::with_capacity(tokens.len() + 1);
        let mut names = Vec::with_capacity(tokens.len() + 1);
        if let Some((kind, newline)) = layout.newline {
            patterns.push(newline);
            meanings.push(Meaning { kind, action: Action::LineEnd });
            names.push("a line end".to_owned());
        }
        for token in tokens {
            patterns.push(match token.pattern {
                TokenPattern::Text(text) => terms.literal(text.as_bytes()),
                TokenPattern::Term(term) => term,
            });
            let action = match token.join {
                _ if token.trivia => Action::Trivia,
                Join::None => Action::Emit,
                Join::Open => Action::Open,
                Join::Close => Action::Close,
            };
            meanings.push(Meaning { kind: token.kind, action });
            names.push(token.name);
        }
        let mut plain = meanings.clone();
        plain.iter_mut().filter(|it| it.action == Action::LineEnd).for_each(|it| it.action = Action::Trivia);
        let automaton = LazyDfa::new(terms, patterns);
        Lexer { automaton, meanings, plain, names, layout, skips_spaces: OnceLock::new() }
    }

    /// Appends the tokens of a text to `out`, layout tokens included. Linear, but for tokens that need to look far ahead.
    ///
    /// # Errors
    /// The first place where no token can be read, or where the indentation fits no block; the tokens before are in `out`.
    pub fn lex(&self, text: &str, out: &mut Vec<Token>) -> Result<(), LexError> {
        self.scan(text, &self.meanings, &mut Layouter::new(&self.layout, text, out.len()), out)
    }

    /// Appends the tokens of a fragment: line ends are trivia, and no layout token is made.
    ///
    /// # Errors
    /// The first place where no token can be read.
    pub fn lex_plain(&self, text: &str, out: &mut Vec<Token>) -> Result<(), LexError> {
        self.scan(text, &self.plain, &mut Layouter::new(&LayoutSpec::default(), text, out.len()), out)
    }

    /// Appends the tokens of a fragment in which some places are marks, each a token of its own of the kind `mark`: where
    /// `mark_at` gives an end for a place at which a token may begin, the mark reaches up to there. Layout tokens are
    /// made as in [`Lexer::lex`]. Slow; fragments are short.
    ///
    /// # Errors
    /// As [`Lexer::lex`].
    pub fn lex_marked(
        &self,
        text: &str,
        mark: Kind,
        mark_at: impl Fn(usize) -> Option<usize>,
        out: &mut Vec<Token>,
    ) -> Result<(), LexError> {
        let mut layout = Layouter::new(&self.layout, text, out.len());
        let mut at = 0;
        // Progress: a mark and a match are longer than nothing.
        while at < text.len() {
            if let Some(end) = mark_at(at).filter(|&end| end > at) {
                layout.before_token(out)?;
                out.push(Token { start: at as u32, end: end as u32, kind: mark });
                at = end;
                continue;
            }
            let longest = self.longest(text, at);
            // A token does not reach into a mark, if it can end before it; a comment or a string does.
            let token_end = longest.found.filter(|&(_, pattern)| self.plain[pattern as usize].action != Action::Trivia);
            let cut = (at + 1..token_end.map_or(at, |(end, _)| end))
                .find(|&place| text.is_char_boundary(place) && mark_at(place).is_some());
            let found = match cut {
                Some(place) => {
                    self.longest(&text[..place], at).found.filter(|&(end, _)| end == place).or(longest.found)
                }
                None => longest.found,
            };
            let Some((end, pattern)) = found else { return Err(self.explain(text, at, &longest)) };
            take(self.meanings[pattern as usize], at, end, &mut layout, out)?;
            at = end;
        }
        layout.finish(out);
        Ok(())
    }

    /// What the scanner does with the match of a pattern of the automaton.
    pub(crate) fn meaning(&self, pattern: u32) -> Meaning {
        self.meanings[pattern as usize]
    }

    /// The patterns of the automaton, in the order in which they win ties, and the store of their terms.
    pub(crate) fn patterns(&self) -> (Terms, Vec<Term>) {
        (self.automaton.terms(), self.automaton.patterns().to_vec())
    }

    /// How tokens are made from line ends and indentation.
    pub(crate) fn layout(&self) -> &LayoutSpec {
        &self.layout
    }

    /// The kind of a text that is exactly one token; trivia and line ends are none.
    pub fn kind_of(&self, text: &str) -> Option<Kind> {
        let (mut dfa, mut state) = (self.automaton.snapshot(), Dfa::START);
        for &byte in text.as_bytes() {
            (dfa, state) = self.automaton.step(&dfa, state, byte);
            if state == Dfa::DEAD {
                return None;
            }
        }
        let meaning = self.plain[dfa.accept(state).filter(|_| !text.is_empty())? as usize];
        (meaning.action != Action::Trivia).then_some(meaning.kind)
    }

    /// Whether two texts, glued together, read as the tokens that they are apart. A text that does not consist of tokens, for
    /// instance one that is still to be translated from another langlet, tells nothing and may touch any other.
    pub fn can_touch(&self, left: &str, right: &str) -> bool {
        let (mut apart, mut behind, mut glued) = (Vec::new(), Vec::new(), Vec::new());
        if left.is_empty() || right.is_empty() {
            return true;
        }
        if self.lex_plain(left, &mut apart).is_err() || self.lex_plain(right, &mut behind).is_err() {
            return true;
        }
        let shift = left.len() as u32;
        apart.extend(behind.iter().map(|t| Token { start: t.start + shift, end: t.end + shift, kind: t.kind }));
        self.lex_plain(&format!("{left}{right}"), &mut glued).is_ok() && glued == apart
    }

    /// Divides trivia into its pieces: blanks, comments, line ends. What cannot be read is a piece for each character.
    pub fn trivia_pieces(&self, text: &str) -> Vec<Span> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            let end = self.longest(text, at).found.map_or(at + character.len_utf8(), |(end, _)| end);
            pieces.push(Span::new(at as u32, end as u32));
            at = end;
        }
        pieces
    }

    fn scan(
        &self,
        text: &str,
        meanings: &[Meaning],
        layout: &mut Layouter<'_>,
        out: &mut Vec<Token>,
    ) -> Result<(), LexError> {
        if text.len() >= u32::MAX as usize - 1 {
            return Err(LexError::TooLarge { len: text.len() });
        }
        let bytes = text.as_bytes();
        let skips_spaces = *self.skips_spaces.get_or_init(|| self.may_skip_spaces());
        let mut dfa = self.automaton.snapshot();
        let mut cursor = Cursor::before(0);
        // The first token that was cut short although it could have gone on, up to a place behind the cursor.
        let mut cut_short: Option<LexError> = None;
        // Progress: each turn has one more row of the automaton, or is behind one more token.
        loop {
            match run(&dfa, meanings, skips_spaces, bytes, &mut cursor, layout, out)? {
                Stop::End => {
                    layout.finish(out);
                    return Ok(());
                }
                Stop::Unknown(byte) => (dfa, cursor.state) = self.automaton.grow(&dfa, cursor.state, byte),
                Stop::NoMatch => {
                    let start = cursor.start;
                    let longest = self.longest(text, start);
                    cut_short = cut_short.filter(|error| error.span().end as usize > start);
                    let Some((end, pattern)) = longest.found else {
                        return Err(cut_short.unwrap_or_else(|| self.explain(text, start, &longest)));
                    };
                    if cut_short.is_none() && longest.is_unfinished(text) {
                        cut_short = Some(self.explain(text, start, &longest));
                    }
                    take(meanings[pattern as usize], start, end, layout, out)?;
                    cursor = Cursor::before(end);
                }
            }
        }
    }

    /// The longest match at `start`, found slowly.
    #[cold]
    fn longest(&self, text: &str, start: usize) -> Longest {
        let (mut dfa, mut state) = (self.automaton.snapshot(), Dfa::START);
        let (mut found, mut stuck) = (None, start);
        while let Some(&byte) = text.as_bytes().get(stuck) {
            if dfa.next(state, byte).is_none() {
                (dfa, state) = self.automaton.grow(&dfa, state, byte);
            }
            match dfa.next(state, byte).expect("growing makes it known") {
                Dfa::DEAD => break,
                next => (state, stuck) = (next, stuck + 1),
            }
            if let Some(pattern) = dfa.accept(state) {
                found = Some((stuck, pattern));
            }
        }
        let live = if stuck == start { Vec::new() } else { dfa.patterns(state).to_vec() };
        Longest { found, stuck, live }
    }

    /// Why no token can be read at `start`.
    #[cold]
    fn explain(&self, text: &str, start: usize, longest: &Longest) -> LexError {
        // A character is dead as a whole.
        let mut stuck = longest.stuck;
        while !text.is_char_boundary(stuck) {
            stuck -= 1;
        }
        let mut names: Vec<String> = Vec::new();
        for &pattern in &longest.live {
            let name = &self.names[pattern as usize];
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        match text[stuck..].chars().next() {
            Some(character) if stuck == start || !matches!(character, '\n' | '\r') => {
                let span = Span::new(stuck as u32, (stuck + character.len_utf8()) as u32);
                let within = names.into_iter().next().filter(|_| stuck > start);
                LexError::UnexpectedCharacter { span, character, within }
            }
            _ => LexError::Unfinished { span: Span::new(start as u32, stuck as u32), names },
        }
    }

    /// Whether a run of spaces can be cut off in front of a token without changing any token: spaces lead to one trivia
    /// state that loops on itself, and every other byte either ends it or would have led to the same state from the start.
    fn may_skip_spaces(&self) -> bool {
        let mut dfa = self.automaton.snapshot();
        let mut space = Dfa::DEAD;
        for byte in [b' ', 0xFF] {
            (dfa, _) = self.automaton.grow(&dfa, Dfa::START, byte);
        }
        for byte in [b' ', 0xFF] {
            let Some(next) = dfa.next(Dfa::START, b' ') else { return false };
            (dfa, space) = self.automaton.grow(&dfa, next, byte);
        }
        let is_trivia = |&pattern: &u32| self.meanings[pattern as usize].action == Action::Trivia;
        dfa.accept(space).is_some()
            && dfa.patterns(space).iter().all(is_trivia)
            && dfa.next(space, b' ') == Some(space)
            && (0..=255).all(|byte| match dfa.next(space, byte) {
                Some(Dfa::DEAD) => true,
                Some(next) => next == space && dfa.next(Dfa::START, byte) == Some(space),
                None => false,
            })
    }
}

/// The longest match at a place.
struct Longest {
    /// Its end and pattern.
    found: Option<(usize, u32)>,
    /// The first byte with which no token goes on; the end of the text if there is none.
    stuck: usize,
    /// The patterns that were live before `stuck`.
    live: Vec<u32>,
}

impl Longest {
    /// Whether a token was live up to the end of the text or of a line.
    fn is_unfinished(&self, text: &str) -> bool {
        !self.live.is_empty() && matches!(text.as_bytes().get(self.stuck), None | Some(b'\n' | b'\r'))
    }
}

/// Where the scanner is.
struct Cursor {
    /// Start of the current token.
    start: usize,
    /// The next byte.
    at: usize,
    /// The state before it, not shifted.
    state: u32,
    /// Whether the current token is half read.
    resumed: bool,
}

impl Cursor {
    /// In front of the token at `start`.
    fn before(start: usize) -> Cursor {
        Cursor { start, at: start, state: Dfa::START, resumed: false }
    }
}

/// Why the hot loop returned.
enum Stop {
    /// The transition of the cursor's state by this byte is not known.
    Unknown(u8),
    /// The token at the cursor's start does not match where it could not go on.
    NoMatch,
    /// The text is read.
    End,
}

/// The hot loop.
fn run(
    dfa: &Dfa,
    meanings: &[Meaning],
    skips_spaces: bool,
    bytes: &[u8],
    cursor: &mut Cursor,
    layout: &mut Layouter<'_>,
    out: &mut Vec<Token>,
) -> Result<Stop, LexError> {
    let (table, shift) = dfa.table();
    let classes = dfa.classes();
    let accepts = dfa.accepts();
    let (skips, loops) = dfa.skips();
    let begin = Dfa::START << shift;
    let (mut start, mut at, mut state) = (cursor.start, cursor.at, cursor.state << shift);
    let mut resumed = std::mem::take(&mut cursor.resumed);
    loop {
        if !resumed {
            if skips_spaces {
                while bytes.get(start) == Some(&b' ') {
                    start += 1;
                }
            }
            (at, state) = (start, begin);
        }
        resumed = false;
        while let Some(&byte) = bytes.get(at) {
            let entry = table[state as usize | usize::from(classes[usize::from(byte)])];
            if entry < SKIP {
                state = entry;
                at += 1;
                continue;
            }
            if entry == UNKNOWN_ENTRY {
                *cursor = Cursor { start, at, state: state >> shift, resumed: true };
                return Ok(Stop::Unknown(byte));
            }
            if entry >= STOP {
                break;
            }
            state = entry & !SKIP;
            at += 1;
            match skips[(state >> shift) as usize] {
                Skip::No => {}
                Skip::Until(exits) => at = until(bytes, at, exits),
                Skip::While(bit) => {
                    while bytes.get(at).is_some_and(|&byte| loops[usize::from(byte)] & bit != 0) {
                        at += 1;
                    }
                }
            }
        }
        let Some(&meaning) = meanings.get(accepts[(state >> shift) as usize] as usize).filter(|_| at > start) else {
            *cursor = Cursor::before(start);
            return Ok(if start == bytes.len() { Stop::End } else { Stop::NoMatch });
        };
        take(meaning, start, at, layout, out)?;
        start = at;
    }
}

/// Handles the match `start..end` of the pattern with this `meaning`.
#[inline(always)]
fn take(
    meaning: Meaning,
    start: usize,
    end: usize,
    layout: &mut Layouter<'_>,
    out: &mut Vec<Token>,
) -> Result<(), LexError> {
    match meaning.action {
        Action::Trivia => return Ok(()),
        Action::LineEnd => {
            layout.line_end(meaning.kind, start, end, out);
            return Ok(());
        }
        Action::Open => {
            layout.before_token(out)?;
            layout.open();
        }
        Action::Close => {
            layout.before_token(out)?;
            layout.close();
        }
        Action::Emit => layout.before_token(out)?,
    }
    out.push(Token { start: start as u32, end: end as u32, kind: meaning.kind });
    Ok(())
}

/// The first place from `at` on at which a byte is one of `exits` or not ASCII; the end of `bytes` if there is none.
fn until(bytes: &[u8], mut at: usize, exits: [u8; 3]) -> usize {
    const LOW: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let exit_words = exits.map(|exit| u64::from_le_bytes([exit; 8]));
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        // The lowest bit of `hit` marks the first zero byte of a difference, or the first byte that is not ASCII.
        let hit = exit_words.iter().fold(word & HIGH, |hit, exit| {
            let difference = word ^ exit;
            hit | (difference.wrapping_sub(LOW) & !difference & HIGH)
        });
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| byte.is_ascii() && !exits.contains(byte)) {
        at += 1;
    }
    at
}
