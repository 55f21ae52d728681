//! What can go wrong while a text is divided into tokens.

use thiserror::Error;

use crate::span::Span;

/// The first place where no token can be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LexError {
    /// No token begins with this character, or the ones that began do not go on with it.
    #[error("unexpected character {}{}", show(*.character), .within.as_ref().map(|name| format!(" in {name}")).unwrap_or_default())]
    UnexpectedCharacter {
        /// Its place.
        span: Span,
        /// The character.
        character: char,
        /// The token that was being read.
        within: Option<String>,
    },
    /// A token begins and does not end.
    #[error("{} begins here and does not end", .names.join(" or "))]
    Unfinished {
        /// From its start to where it would have to go on.
        span: Span,
        /// The tokens that it may be.
        names: Vec<String>,
    },
    /// A line is indented less than the one before, but like none that is open.
    #[error("the line is indented to column {found}, but the open blocks begin at {}", columns(.expected))]
    InconsistentDedent {
        /// The blanks at the start of the line.
        span: Span,
        /// The columns of the open blocks, from 0.
        expected: Vec<u32>,
        /// The column of this line.
        found: u32,
    },
    /// How deep a line is indented depends on the width of a tab.
    #[error("tabs and spaces are mixed: how deep this line is indented depends on the width of a tab")]
    InconsistentTabs {
        /// The blanks at the start of the line.
        span: Span,
    },
    /// The text has 4 GiB or more.
    #[error("the text has {len} bytes; the most is 4 GiB")]
    TooLarge {
        /// Its length in bytes.
        len: usize,
    },
}

impl LexError {
    /// The place in the text.
    pub fn span(&self) -> Span {
        match self {
            LexError::UnexpectedCharacter { span, .. }
            | LexError::Unfinished { span, .. }
            | LexError::InconsistentDedent { span, .. }
            | LexError::InconsistentTabs { span } => *span,
            LexError::TooLarge { .. } => Span::default(),
        }
    }

    /// The mend, if one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            LexError::UnexpectedCharacter { character: '\0', .. } => {
                Some("a text does not contain NUL; this may be a binary file".to_owned())
            }
            LexError::InconsistentDedent { .. } => Some("indent the line like the block it belongs to".to_owned()),
            LexError::InconsistentTabs { .. } => Some("use only tabs or only spaces".to_owned()),
            _ => None,
        }
    }
}

fn show(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", c as u32) } else { format!("`{c}`") }
}

fn columns(columns: &[u32]) -> String {
    columns.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
