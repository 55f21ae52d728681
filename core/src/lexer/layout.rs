//! Layout: logical lines and indented blocks.
//!
//! A line end is a NEWLINE token at the end of a logical line: not inside joining brackets, not on a line without tokens.
//! The blanks before a logical line give its column; a stack of columns decides about INDENT and DEDENT, as in Python's
//! reference, section 2.1. Where we place them differs from CPython: comments stay in the block they are indented with.
//!
//! ```text
//! if a:NEWLINE INDENT
//!     # of b: trivia of the block's first token
//!     bNEWLINE
//!     # still of the block
//! DEDENT
//! # behind the block
//! c
//! ```

use crate::span::Span;

use super::{IndentSpec, Kind, LayoutSpec, LexError, Token};

/// The byte order mark: it may precede the first line's blanks.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// A column, with tabs as the specification has them and with tabs as one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) wide: u32,
    pub(crate) narrow: u32,
}

impl Column {
    /// The start of a line.
    pub(crate) const ZERO: Column = Column { wide: 0, narrow: 0 };

    /// Behind one more byte; `None` if it is no blank. A form feed goes back to column 0.
    #[inline]
    pub(crate) fn behind(self, byte: u8, tab: u32) -> Option<Column> {
        match byte {
            b' ' => Some(Column { wide: self.wide + 1, narrow: self.narrow + 1 }),
            b'\t' => {
                let wide = (self.wide / tab).saturating_add(1).saturating_mul(tab);
                Some(Column { wide, narrow: self.narrow + 1 })
            }
            b'\x0c' => Some(Column::ZERO),
            _ => None,
        }
    }
}

/// A line that holds only trivia, but not only blanks.
struct CommentLine {
    column: u32,
    /// Offset behind its line end.
    end: u32,
}

/// The state of the layout in one text.
pub(super) struct Layouter<'a> {
    bytes: &'a [u8],
    newline: Option<Kind>,
    indent: Option<IndentSpec>,
    /// As in the specification.
    ends: &'a [Kind],
    /// Number of tokens that were there before.
    n_before: usize,
    /// Joining brackets that are open.
    depth: u32,
    /// Whether the next token begins no logical line; always, if there are no lines.
    inside_line: bool,
    /// Where the current physical line begins, if it may begin a logical one.
    line_start: usize,
    /// The open blocks, the text as a whole first.
    levels: Vec<Column>,
    /// Comment lines since the last logical line.
    comments: Vec<CommentLine>,
}

impl<'a> Layouter<'a> {
    /// At the start of `text`, whose tokens go behind `n_before` others.
    pub(super) fn new(spec: &'a LayoutSpec, text: &'a str, n_before: usize) -> Layouter<'a> {
        let newline = spec.newline.map(|(kind, _)| kind);
        Layouter {
            bytes: text.as_bytes(),
            newline,
            indent: spec.indent.filter(|_| newline.is_some()),
            ends: &spec.end,
            n_before,
            depth: 0,
            inside_line: newline.is_none(),
            line_start: if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 },
            levels: vec![Column::ZERO],
            comments: Vec::new(),
        }
    }

    /// A token follows: if it is the first of its logical line, adds the indentation tokens before it.
    #[inline(always)]
    pub(super) fn before_token(&mut self, out: &mut Vec<Token>) -> Result<(), LexError> {
        if self.inside_line {
            return Ok(());
        }
        self.begin_line(out)
    }

    fn begin_line(&mut self, out: &mut Vec<Token>) -> Result<(), LexError> {
        self.inside_line = true;
        let Some(spec) = self.indent else { return Ok(()) };
        let (column, end) = measure(self.bytes, self.line_start, spec.tab);
        let top = self.top();
        if column != top {
            let span = Span::new(self.line_start as u32, end as u32);
            if column.wide > top.wide {
                if spec.strict && column.narrow <= top.narrow {
                    return Err(LexError::InconsistentTabs { span });
                }
                self.levels.push(column);
                let place = self.last_end(out);
                out.push(Token { start: place, end: place, kind: spec.indent });
            } else {
                if !self.levels.iter().any(|level| level.wide == column.wide) {
                    let expected = self.levels.iter().map(|level| level.wide).collect();
                    return Err(LexError::InconsistentDedent { span, expected, found: column.wide });
                }
                self.close_levels(spec, column.wide, out);
                if spec.strict && column.narrow != self.top().narrow {
                    return Err(LexError::InconsistentTabs { span });
                }
            }
        }
        self.comments.clear();
        Ok(())
    }

    fn top(&self) -> Column {
        *self.levels.last().expect("the level of the whole text is never closed")
    }

    /// Closes the levels deeper than `column`. Each ends behind the last comment line before the first one that is not
    /// deeper than the level to which it returns, or directly behind the line before if no comment belongs to it.
    fn close_levels(&mut self, spec: IndentSpec, column: u32, out: &mut Vec<Token>) {
        let mut place = self.last_end(out);
        let mut comments = self.comments.iter().peekable();
        while self.top().wide > column {
            self.levels.pop();
            let returns_to = self.levels.last().map_or(0, |level| level.wide);
            while let Some(comment) = comments.next_if(|comment| comment.column > returns_to) {
                place = comment.end;
            }
            out.push(Token { start: place, end: place, kind: spec.dedent });
        }
    }

    /// A line end `start..end`.
    #[inline]
    pub(super) fn line_end(&mut self, kind: Kind, start: usize, end: usize, out: &mut Vec<Token>) {
        if self.depth > 0 {
            return;
        }
        if self.inside_line {
            out.push(Token { start: start as u32, end: end as u32, kind });
            self.inside_line = false;
        } else {
            self.line_without_token(start, end);
        }
        self.line_start = end;
    }

    /// Notes the line up to `stop`, whose line end reaches to `end`, if it is a comment line.
    fn line_without_token(&mut self, stop: usize, end: usize) {
        let Some(spec) = self.indent else { return };
        let (column, blanks_end) = measure(self.bytes, self.line_start, spec.tab);
        if blanks_end < stop {
            self.comments.push(CommentLine { column: column.wide, end: end as u32 });
        }
    }

    /// An opening bracket was read.
    #[inline(always)]
    pub(super) fn open(&mut self) {
        self.depth += 1;
    }

    /// A closing bracket was read.
    #[inline(always)]
    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The end of the text: completes the last line, closes all blocks and adds the end tokens.
    pub(super) fn finish(&mut self, out: &mut Vec<Token>) {
        let len = self.bytes.len();
        let end = len as u32;
        let empty = |kind| Token { start: end, end, kind };
        if let Some(newline) = self.newline {
            if self.inside_line {
                out.push(empty(newline));
            } else {
                self.line_without_token(len, len);
            }
        }
        if let Some(spec) = self.indent {
            self.close_levels(spec, 0, out);
        }
        if let Some((last, before)) = self.ends.split_last() {
            if out.len() > self.n_before {
                out.extend(before.iter().map(|&kind| empty(kind)));
            }
            out.push(empty(*last));
        }
    }

    /// Where the last token ends.
    fn last_end(&self, out: &[Token]) -> u32 {
        out[self.n_before..].last().map_or(0, |token| token.end)
    }
}

/// The column behind the run of blanks at `at`, and where the run ends. A form feed goes back to column 0.
fn measure(bytes: &[u8], mut at: usize, tab: u32) -> (Column, usize) {
    let start = at;
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    let mut column = Column { wide: (at - start) as u32, narrow: (at - start) as u32 };
    let tab = tab.max(1);
    while let Some(next) = bytes.get(at).and_then(|&byte| column.behind(byte, tab)) {
        column = next;
        at += 1;
    }
    (column, at)
}
