//! The layout engine: line ends and indentation to tokens, as the specification says.
//!
//! A logical line ends with a NEWLINE token; a line end inside joining brackets, or on a line without tokens, is trivia. The
//! first token of a logical line decides on blocks, by the column of the blanks before it. INDENT and DEDENT have no width.
//! An INDENT stands directly behind the NEWLINE before it. Comment lines decide where a DEDENT stands: directly behind the
//! last comment line that belongs to the block, that is before the first one indented no deeper than the outer level.
//!
//! ```text
//! if a:⏎          NEWLINE INDENT
//!     b⏎          NEWLINE
//!     # inside⏎   trivia of the DEDENT, which stands at the end of this line
//! # outside⏎      trivia of c
//! c⏎
//! ```

use super::{IndentSpec, Kind, LexError, Lexer, Token};
use crate::span::Span;

/// How deep a line is indented, measured twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Indentation {
    /// With tab stops.
    column: u32,
    /// With tabs as one column.
    narrow: u32,
}

/// A line that holds nothing but trivia, with a comment among it.
struct CommentLine {
    column: u32,
    /// Behind its line end.
    end: u32,
}

/// Turns what the scanner finds into tokens.
pub(super) struct Layouter<'a> {
    bytes: &'a [u8],
    out: &'a mut Vec<Token>,
    /// Number of tokens that were there before.
    n_before: usize,
    newline: Option<Kind>,
    indent: Option<IndentSpec>,
    ends: &'a [Kind],
    /// Open joining brackets.
    depth: u32,
    /// The open blocks, the outermost first.
    blocks: Vec<Indentation>,
    /// Whether no token of the logical line has been read.
    is_fresh: bool,
    /// Where the physical line begins.
    line_start: usize,
    /// Whether the line has trivia that is no blank.
    has_comment: bool,
    comments: Vec<CommentLine>,
}

impl<'a> Layouter<'a> {
    pub(super) fn new(lexer: &'a Lexer, text: &'a str, out: &'a mut Vec<Token>) -> Layouter<'a> {
        Layouter {
            bytes: text.as_bytes(),
            n_before: out.len(),
            out,
            newline: lexer.layout.newline.as_ref().map(|(kind, _)| *kind),
            indent: lexer.layout.indent,
            ends: &lexer.layout.end,
            depth: 0,
            blocks: vec![Indentation { column: 0, narrow: 0 }],
            is_fresh: true,
            line_start: 0,
            has_comment: false,
            comments: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn trivia(&mut self, start: usize, _end: usize) {
        if self.is_fresh && !is_blank(self.bytes[start]) && !self.bytes[start..].starts_with("\u{FEFF}".as_bytes()) {
            self.has_comment = true;
        }
    }

    #[inline]
    pub(super) fn token(&mut self, kind: Kind, start: usize, end: usize) -> Result<(), LexError> {
        if self.is_fresh {
            self.begin_line()?;
        }
        self.out.push(Token { start: start as u32, end: end as u32, kind });
        Ok(())
    }

    #[inline]
    pub(super) fn open(&mut self) {
        self.depth += 1;
    }

    #[inline]
    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[inline]
    pub(super) fn line_end(&mut self, start: usize, end: usize) {
        if self.depth > 0 {
            return;
        }
        if self.is_fresh {
            self.end_of_trivia_line(end);
        } else if let Some(kind) = self.newline {
            self.out.push(Token { start: start as u32, end: end as u32, kind });
            self.is_fresh = true;
            self.comments.clear();
        }
        self.line_start = end;
        self.has_comment = false;
    }

    fn end_of_trivia_line(&mut self, end: usize) {
        if self.has_comment && self.indent.is_some() {
            let column = self.measure().0.column;
            self.comments.push(CommentLine { column, end: end as u32 });
        }
    }

    /// The end of the text: the last line ends, all blocks close, and the end tokens follow.
    pub(super) fn finish(mut self) -> Result<(), LexError> {
        let end = self.bytes.len();
        let empty = |kind| Token { start: end as u32, end: end as u32, kind };
        if !self.is_fresh {
            self.out.extend(self.newline.map(empty));
        } else {
            self.end_of_trivia_line(end);
        }
        if let Some(spec) = self.indent {
            self.close_blocks(spec, 0);
        }
        if let Some((last, before)) = self.ends.split_last() {
            if self.out.len() > self.n_before {
                self.out.extend(before.iter().map(|&kind| empty(kind)));
            }
            self.out.push(empty(*last));
        }
        Ok(())
    }

    /// The first token of a logical line: opens a block, or closes some.
    fn begin_line(&mut self) -> Result<(), LexError> {
        self.is_fresh = false;
        let Some(spec) = self.indent else { return Ok(()) };
        let (here, blanks) = self.measure();
        let top = *self.blocks.last().expect("the outermost block is never closed");
        let tabs = || LexError::InconsistentTabs { span: Span::new(self.line_start as u32, blanks as u32) };
        if here.column == top.column {
            return if spec.strict && here.narrow != top.narrow { Err(tabs()) } else { Ok(()) };
        }
        if here.column > top.column {
            if spec.strict && here.narrow <= top.narrow {
                return Err(tabs());
            }
            self.blocks.push(here);
            let at = self.last_end();
            self.out.push(Token { start: at, end: at, kind: spec.indent });
            return Ok(());
        }
        let expected = self.blocks.iter().map(|block| block.column).collect();
        self.close_blocks(spec, here.column);
        let top = *self.blocks.last().expect("the outermost block is never closed");
        if top.column != here.column {
            let span = Span::new(self.line_start as u32, blanks as u32);
            return Err(LexError::InconsistentDedent { span, expected, found: here.column });
        }
        if spec.strict && here.narrow != top.narrow {
            return Err(LexError::InconsistentTabs { span: Span::new(self.line_start as u32, blanks as u32) });
        }
        Ok(())
    }

    /// Closes the blocks that are deeper than `column`, from the inside out.
    fn close_blocks(&mut self, spec: IndentSpec, column: u32) {
        let mut at = self.last_end();
        let mut next = 0;
        while self.blocks.len() > 1 && self.blocks[self.blocks.len() - 1].column > column {
            self.blocks.pop();
            let outer = self.blocks[self.blocks.len() - 1].column;
            while let Some(comment) = self.comments.get(next)
                && comment.column > outer
            {
                at = at.max(comment.end);
                next += 1;
            }
            self.out.push(Token { start: at, end: at, kind: spec.dedent });
        }
    }

    fn last_end(&self) -> u32 {
        if self.out.len() > self.n_before { self.out[self.out.len() - 1].end } else { 0 }
    }

    /// The indentation of the physical line, and where its blanks end.
    fn measure(&self) -> (Indentation, usize) {
        let tab = self.indent.map_or(1, |spec| spec.tab);
        let mut at = self.line_start;
        if at == 0 && self.bytes.starts_with("\u{FEFF}".as_bytes()) {
            at = "\u{FEFF}".len();
        }
        let mut indentation = Indentation { column: 0, narrow: 0 };
        while let Some(&byte) = self.bytes.get(at)
            && is_blank(byte)
        {
            match byte {
                b' ' => indentation = Indentation { column: indentation.column + 1, narrow: indentation.narrow + 1 },
                b'\t' => {
                    let column = (indentation.column / tab + 1) * tab;
                    indentation = Indentation { column, narrow: indentation.narrow + 1 };
                }
                _ => indentation = Indentation { column: 0, narrow: 0 },
            }
            at += 1;
        }
        (indentation, at)
    }
}

/// A blank that counts for indentation: space, tab, form feed.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0C')
}
