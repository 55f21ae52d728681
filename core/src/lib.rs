//! Languages as small, inherited grammars: lossless parsing, tree algebra, rewriting and translation.
//!
//! A [`Langlet`] is a language: a grammar, a lexer and a layout, written as a delta of a parent langlet. Everything else is
//! derived from it, and nothing here knows any particular language. Data flows through the modules in the order of their
//! declarations below; each imports only from those before it.
//!
//! ```
//! use langlet_core::Langlet;
//!
//! let lists = Langlet::root("
//!     langlet lists
//!     start list
//!     list: '[' [item (',' item)*] ']'
//!     item: list | NUMBER
//!     token NUMBER = /[0-9]+/
//!     skip BLANK = /[ \\n]+/
//! ");
//! let tree = lists.parse("[1, [2 , 3]]").unwrap();
//! assert_eq!(tree.unparse(), "[1, [2 , 3]]");
//! assert_eq!(tree.find_all(tree.root(), lists.symbol("item").unwrap()).count(), 4);
//! ```

pub mod span;
pub mod diagnostic;
pub mod notation;
pub mod regex;
pub mod grammar;
pub mod automata;
pub mod lexer;
pub mod cst;
pub mod parser;
pub mod trace;
pub mod generate;
pub mod algebra;
pub mod compare;
pub mod rewrite;
pub mod complete;
pub mod langlet;

pub use diagnostic::Diagnostic;
pub use langlet::Langlet;
pub use rewrite::Transform;
