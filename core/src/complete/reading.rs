//! A reading of a prefix: one way to divide it into tokens, and all that the parser and the layout make of them.
//!
//! The layout tokens come from the same rules as in the lexer (`lexer::layout`), token by token instead of text by text.
//! Where a logical line may begin, the column is counted byte by byte. The first byte that is no blank ends that, and
//! the reading splits: the byte may begin trivia or a line end, and then the line has not begun; or it begins a token, and the tokens
//! INDENT and DEDENT come before it. Each half goes on only with the patterns of its side.

use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::scan::{DEAD, FULL, Scan, ScanId};
use crate::grammar::Grammar;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::{Action, Column, Kind, LayoutSpec};
use crate::parser::stacks::{Reads, Stacks, Top, Tops, mix};

/// What a token that is being read may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// Anything.
    Any,
    /// The first token of a logical line.
    Token,
    /// Trivia or a line end: the logical line has not begun.
    Trivia,
}

/// The open blocks, the innermost first; shared by readings.
#[derive(Debug)]
pub(crate) struct Level {
    column: Column,
    below: Option<Arc<Level>>,
    pub(crate) hash: u64,
}

/// The columns of the open blocks; `None` for the text as a whole.
pub(crate) type Levels = Option<Arc<Level>>;

/// Blocks may be as deep as a text is: they are dropped in a loop.
impl Drop for Level {
    fn drop(&mut self) {
        let mut below = self.below.take();
        while let Some(mut level) = below.and_then(Arc::into_inner) {
            below = level.below.take();
        }
    }
}

/// Where the layout is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Joining brackets that are open.
    pub(crate) depth: u32,
    /// Whether the next token begins no logical line; always, if there are no lines.
    pub(crate) inside: bool,
    /// Whether the column is still counted: a physical line that may begin a logical one has had only blanks so far.
    pub(crate) counting: bool,
    /// The column of that line.
    pub(crate) column: Column,
    /// Whether there was a token.
    pub(crate) begun: bool,
    /// Whether the text has ended for the rule, which leaves out the last line end; see [`Langlet::parse_as`].
    pub(crate) ended: bool,
    pub(crate) levels: Levels,
}

/// One reading.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// In the token that is being read.
    pub(crate) scan: ScanId,
    pub(crate) side: Side,
    pub(crate) place: Place,
    /// The stacks in front of that token, layout tokens before it included.
    pub(crate) tops: Tops,
}

/// Readings of which there is nearly always one.
pub(crate) type Readings = SmallVec<[Reading; 1]>;

/// All that readings look up: made once for a langlet and a start rule, and shared.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) scan: Scan,
    pub(crate) stacks: Stacks,
    pub(crate) layout: LayoutSpec,
    /// Whether trailing layout tokens may be left out, since the rule is not the default one.
    pub(crate) may_end_early: bool,
}

impl Reader {
    pub(crate) fn new(langlet: &Langlet, start: Symbol) -> Reader {
        let grammar: &Grammar = langlet.grammar();
        let terminals = &langlet.tables().terminals;
        let mut used = vec![false; terminals.len()];
        for rule in grammar.rules.values() {
            rule.rhs.for_each_symbol(&mut |symbol| {
                if let Some(terminal) = terminals.number(symbol) {
                    used[usize::from(terminal)] = true;
                }
            });
        }
        let is_used = |kind| terminals.readings(kind).any(|terminal| used[usize::from(terminal)]);
        Reader {
            scan: Scan::new(langlet.lexer(), is_used),
            stacks: Stacks::new(langlet.shared_tables(), start),
            layout: langlet.lexer().layout().clone(),
            may_end_early: grammar.starts[0] != start,
        }
    }

    /// Before the first byte.
    pub(crate) fn begin(&self) -> Reading {
        let has_lines = self.layout.newline.is_some();
        let place = Place {
            depth: 0,
            inside: !has_lines,
            counting: self.has_blocks(),
            column: Column::ZERO,
            begun: false,
            ended: false,
            levels: None,
        };
        Reading { scan: Scan::START, side: Side::Any, place, tops: smallvec![self.stacks.begin()] }
    }

    pub(crate) fn has_blocks(&self) -> bool {
        self.layout.newline.is_some() && self.layout.indent.is_some()
    }

    /// Adds to `out` the readings behind the byte; `false` if there are too many states to go on.
    pub(crate) fn push(&self, reading: &Reading, byte: u8, out: &mut Vec<Reading>, reads: &mut Reads) -> bool {
        let step = self.scan.step(reading.scan, byte);
        if reading.scan == Scan::START {
            return self.begin_token(reading.clone(), step.goes_on, byte, out, reads);
        }
        let mut is_known = step.goes_on != FULL && step.begins != FULL;
        if step.goes_on < FULL {
            let mut next = Reading { scan: step.goes_on, ..reading.clone() };
            self.count(&mut next.place, byte);
            if step.keeps_winners || self.is_viable(&next, reads) {
                out.push(next);
            }
        }
        if step.begins < FULL {
            let pattern = self.scan.state(reading.scan).accept.expect("a token ends only where it may");
            for next in self.finish(reading, pattern, reads) {
                is_known &= self.begin_token(next, step.begins, byte, out, reads);
            }
        }
        is_known
    }

    /// Moves the reading behind those of the bytes that only go on with its token. How many they are.
    pub(crate) fn advance(&self, reading: &mut Reading, bytes: &[u8]) -> usize {
        if reading.scan == Scan::START {
            return 0;
        }
        let mut at = 0;
        // Progress: each turn is one byte further at least.
        loop {
            if !reading.place.counting {
                let (n_bytes, scan) = self.scan.run(reading.scan, &bytes[at..]);
                (at, reading.scan) = (at + n_bytes, scan);
            }
            let Some(&byte) = bytes.get(at) else { return at };
            let before = reading.scan;
            let step = self.scan.step(before, byte);
            if step.begins != DEAD || step.goes_on >= FULL {
                return at;
            }
            reading.scan = step.goes_on;
            if !step.keeps_winners && !self.is_viable(reading, &mut Reads::nothing()) {
                reading.scan = before;
                return at;
            }
            self.count(&mut reading.place, byte);
            at += 1;
        }
    }

    /// The column behind a blank; `None` if the byte is none.
    pub(crate) fn behind_blank(&self, column: Column, byte: u8) -> Option<Column> {
        column.behind(byte, self.layout.indent.map_or(1, |indent| indent.tab.max(1)))
    }

    /// Counts a byte of a line's indentation.
    fn count(&self, place: &mut Place, byte: u8) {
        if place.counting {
            match self.behind_blank(place.column, byte) {
                Some(column) => place.column = column,
                None => place.counting = false,
            }
        }
    }

    /// Begins a token with the byte; the reading is between two tokens.
    fn begin_token(
        &self,
        mut reading: Reading,
        scan: ScanId,
        byte: u8,
        out: &mut Vec<Reading>,
        reads: &mut Reads,
    ) -> bool {
        if scan == DEAD || scan == FULL {
            return scan == DEAD;
        }
        reading.scan = scan;
        self.count(&mut reading.place, byte);
        let begins_line = !reading.place.inside && self.has_blocks();
        if !begins_line && !reading.place.ended {
            reading.side = Side::Any;
            if self.is_viable(&reading, reads) {
                out.push(reading);
            }
            return true;
        }
        let has_tokens = !reading.place.ended && self.scan.state(scan).wins_token;
        let line = has_tokens.then(|| self.begin_line(&reading, reads)).flatten();
        reading.side = Side::Trivia;
        if self.is_viable(&reading, reads) {
            out.push(reading);
        }
        if let Some(line) = line
            && self.is_viable(&line, reads)
        {
            out.push(line);
        }
        true
    }

    /// The reading with the indentation tokens that the column asks for; `None` if they cannot come.
    fn begin_line(&self, reading: &Reading, reads: &mut Reads) -> Option<Reading> {
        let mut next = Reading { side: Side::Token, ..reading.clone() };
        next.tops = self.indent(&reading.tops, &mut next.place, reads)?;
        Some(next)
    }

    /// Begins a logical line at the column of the place: the stacks behind its indentation tokens.
    pub(crate) fn indent(&self, tops: &[Top], place: &mut Place, reads: &mut Reads) -> Option<Tops> {
        place.inside = true;
        reads.levels = true;
        let mut tops = Tops::from(tops);
        let Some(spec) = self.layout.indent else { return Some(tops) };
        let column = place.column;
        let top = top_of(&place.levels);
        if column == top {
            return Some(tops);
        }
        if column.wide > top.wide {
            if spec.strict && column.narrow <= top.narrow {
                return None;
            }
            tops = self.stacks.shift(&tops, spec.indent, reads);
            place.levels = Some(push_level(&place.levels, column));
        } else {
            while top_of(&place.levels).wide > column.wide {
                tops = self.stacks.shift(&tops, spec.dedent, reads);
                place.levels = place.levels.as_ref().expect("the text as a whole has column 0").below.clone();
                if tops.is_empty() {
                    return None;
                }
            }
            let top = top_of(&place.levels);
            if top.wide != column.wide || spec.strict && column.narrow != top.narrow {
                return None;
            }
        }
        place.begun = true;
        (!tops.is_empty()).then_some(tops)
    }

    /// The readings behind the token, which ends here as this pattern: one, or none, or two where the text may have ended.
    pub(crate) fn finish(&self, reading: &Reading, pattern: u32, reads: &mut Reads) -> Readings {
        let meaning = self.scan.meaning(pattern);
        let fits = match meaning.action {
            Action::Trivia | Action::LineEnd => reading.side != Side::Token,
            _ => reading.side != Side::Trivia,
        };
        if !fits {
            return Readings::new();
        }
        let behind = |tops| Reading { scan: Scan::START, side: Side::Any, place: reading.place.clone(), tops };
        let mut found = Readings::new();
        match meaning.action {
            Action::Trivia => found.push(behind(reading.tops.clone())),
            Action::LineEnd => {
                let mut next = behind(reading.tops.clone());
                let (is_line, may_end) = self.end_line(&mut next, meaning.kind, reads);
                if may_end {
                    let mut ended = Reading { tops: reading.tops.clone(), ..next.clone() };
                    ended.place.ended = true;
                    found.push(ended);
                }
                if is_line {
                    found.push(next);
                }
            }
            action => {
                let tops = self.stacks.shift(&reading.tops, meaning.kind, reads);
                if !tops.is_empty() {
                    let mut next = behind(tops);
                    self.place_behind(&mut next.place, action);
                    found.push(next);
                }
            }
        }
        found
    }

    /// The place behind a token.
    pub(crate) fn place_behind(&self, place: &mut Place, action: Action) {
        place.inside = true;
        place.begun = true;
        // Without lines nothing depends on brackets.
        if self.layout.newline.is_some() {
            match action {
                Action::Open => place.depth += 1,
                Action::Close => place.depth = place.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// A line end is behind the reading: moves it there. Whether it can come, and whether the text may end before it.
    fn end_line(&self, reading: &mut Reading, newline: Kind, reads: &mut Reads) -> (bool, bool) {
        let place = &mut reading.place;
        if place.depth > 0 {
            return (true, false);
        }
        let was_inside = place.inside;
        place.inside = false;
        place.counting = self.layout.indent.is_some();
        place.column = Column::ZERO;
        if !was_inside {
            return (true, false);
        }
        place.begun = true;
        let may_end = self.may_end_early && self.stacks.can_end(&reading.tops, reads);
        reading.tops = self.stacks.shift(&reading.tops, newline, reads);
        (!reading.tops.is_empty(), may_end)
    }

    /// Whether the token that is being read can become one that can come here.
    pub(crate) fn is_viable(&self, reading: &Reading, reads: &mut Reads) -> bool {
        let winners = &self.scan.state(reading.scan).winners;
        winners.iter().any(|&pattern| self.can_be(reading, pattern, reads))
    }

    /// Whether the pattern can come here.
    pub(crate) fn can_be(&self, reading: &Reading, pattern: u32, reads: &mut Reads) -> bool {
        self.can_follow(&reading.tops, &reading.place, reading.side, pattern, reads)
    }

    /// Whether the pattern can come behind the stacks, at this place.
    pub(crate) fn can_follow(&self, tops: &[Top], place: &Place, side: Side, pattern: u32, reads: &mut Reads) -> bool {
        let meaning = self.scan.meaning(pattern);
        match meaning.action {
            Action::Trivia => side != Side::Token,
            Action::LineEnd => {
                side != Side::Token
                    && (place.depth > 0
                        || !place.inside
                        || self.stacks.can_shift(tops, meaning.kind, reads)
                        || self.may_end_early && self.stacks.can_end(tops, reads))
            }
            _ => side != Side::Trivia && !place.ended && self.stacks.can_shift(tops, meaning.kind, reads),
        }
    }

    /// Whether the text can end behind the reading.
    pub(crate) fn is_complete(&self, reading: &Reading) -> bool {
        if reading.scan == Scan::START {
            return self.can_end(reading);
        }
        let Some(pattern) = self.scan.state(reading.scan).accept else { return false };
        self.finish(reading, pattern, &mut Reads::nothing()).iter().any(|behind| self.can_end(behind))
    }

    /// Whether the text can end between two tokens: the tokens are those of `Layouter::finish`.
    fn can_end(&self, reading: &Reading) -> bool {
        let stacks = &self.stacks;
        let mut reads = Reads::nothing();
        if reading.place.ended {
            return stacks.can_end(&reading.tops, &mut reads);
        }
        let mut tokens: Vec<Kind> = Vec::new();
        let mut begun = reading.place.begun;
        if let Some((newline, _)) = self.layout.newline
            && reading.place.inside
        {
            tokens.push(newline);
            begun = true;
        }
        if let Some(spec) = self.layout.indent {
            let levels = std::iter::successors(reading.place.levels.as_ref(), |level| level.below.as_ref());
            let dedents = tokens.len();
            tokens.extend(levels.map(|_| spec.dedent));
            begun |= tokens.len() > dedents;
        }
        if let Some((last, before)) = self.layout.end.split_last() {
            if begun {
                tokens.extend(before);
            }
            tokens.push(*last);
        }
        let most_dropped = if self.may_end_early { self.layout.end.len() + 1 } else { 0 };
        let mut tops = reading.tops.clone();
        for n_read in 0..=tokens.len() {
            if tokens.len() - n_read <= most_dropped && stacks.can_end(&tops, &mut reads) {
                return true;
            }
            if n_read < tokens.len() {
                tops = stacks.shift(&tops, tokens[n_read], &mut reads);
            }
            if tops.is_empty() {
                return false;
            }
        }
        false
    }
}

fn top_of(levels: &Levels) -> Column {
    levels.as_ref().map_or(Column::ZERO, |level| level.column)
}

fn push_level(below: &Levels, column: Column) -> Arc<Level> {
    let under = below.as_ref().map_or(17, |level| level.hash);
    let part = u64::from(column.wide) << 32 | u64::from(column.narrow);
    Arc::new(Level { column, below: below.clone(), hash: mix(under, part) })
}
