//! Text to tokens: longest match over the token automaton, then layout.
//!
//! Nothing here knows a language. A token is a kind and a place; what stands between two tokens is trivia. Of tokens that
//! match equally long, the one named first in the specification wins.

mod error;
mod layout;
mod scan;

pub use error::LexError;
pub(crate) use layout::Column;
pub use scan::Lexer;
pub(crate) use scan::{Action, Meaning};

use crate::regex::Term;

/// Dense number of a token kind, given by the caller.
pub type Kind = u16;

/// A token: its kind and its place. The trivia before it begins where the token before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte; layout tokens may be empty.
    pub end: u32,
    /// The kind.
    pub kind: Kind,
}

/// What a token does to the joining of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Nothing.
    None,
    /// Lines are joined behind it.
    Open,
    /// It ends what an opening bracket began.
    Close,
}

/// The texts of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPattern {
    /// Exactly this one.
    Text(String),
    /// A regular language, as a term of the store that the lexer is built with.
    Term(Term),
}

/// One token kind, or one kind of trivia.
#[derive(Clone, Debug)]
pub struct TokenSpec {
    /// The name in the user's terms, for messages.
    pub name: String,
    /// The kind; meaningless for trivia.
    pub kind: Kind,
    /// Its texts.
    pub pattern: TokenPattern,
    /// Whether it is skipped.
    pub trivia: bool,
    /// Whether it is a bracket in which lines are joined.
    pub join: Join,
}

/// The tokens that are made from line ends and indentation.
#[derive(Clone, Debug, Default)]
pub struct LayoutSpec {
    /// The token at the end of a logical line, and what a line end looks like.
    pub newline: Option<(Kind, Term)>,
    /// The tokens around an indented block.
    pub indent: Option<IndentSpec>,
    /// Empty tokens at the end of the text; all but the last only if there is another token.
    pub end: Vec<Kind>,
}

/// Indentation tokens and how columns are counted.
#[derive(Clone, Copy, Debug)]
pub struct IndentSpec {
    /// Opens a block.
    pub indent: Kind,
    /// Closes a block.
    pub dedent: Kind,
    /// Columns from one tab stop to the next.
    pub tab: u32,
    /// Whether indentation must compare alike if a tab counts as one column.
    pub strict: bool,
}

#[cfg(test)]
mod tests;
