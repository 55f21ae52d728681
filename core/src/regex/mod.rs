//! Terminals as regular languages over bytes: hash-consed regular expressions, their derivatives, and a lazy DFA on them.
//!
//! A pattern is parsed ([`Terms::parse`]) to a [`Term`], a regular expression in a normal form. The derivative of a term by
//! a byte is again a term, and a term has finitely many derivatives, so terms *are* the states of its automaton. Nothing
//! else builds lexer states: the scanner ([`LazyDfa`]), emptiness, inclusion and shortest strings all walk derivatives.
//!
//! ```text
//! ab*|ac  ──∂a──▶  b*|c  ──∂b──▶  b*  ──∂b──▶  b*          nullable: b*|c is not, b* is
//! ```
//!
//! Sources: Brzozowski, "Derivatives of regular expressions" (1964); Owens, Reppy and Turon, "Regular-expression
//! derivatives re-examined" (2009).

mod term;

mod parse;

mod derivative;

mod dfa;

pub use derivative::hidden_by;
pub use dfa::{Dfa, LazyDfa};
pub(crate) use dfa::{SKIP, STOP, Skip, UNKNOWN_ENTRY, columns};
pub use parse::RegexError;
pub use term::{ByteSet, Term, Terms};
