//! Completion: what can a text that is not finished still become, and which entries of a model's vocabulary may come next?
//!
//! ```text
//! bytes ─scan─→ readings ─layout, stacks─→ prefix ─→ next: tokens that can come, short completions
//!                                            ↓
//! vocabulary ─trie─→ sequences ──────────→ mask: the entries that keep the prefix completable
//! ```
//!
//! A prefix is decided exactly under longest match: a byte is refused when no continuation makes the text a program, and not
//! before (for langlets in which trivia can keep any two tokens apart). Everything is computed on first use and shared.
//!
//! Source: Proposition 7, "Interesting challenges regarding two-level languages".

mod lazy;
mod scan;
mod reading;
pub mod prefix;
pub mod next;
pub mod trie;
pub mod vocabulary;
pub mod readers;
mod sequences;
pub mod mask;

pub use mask::{AcceptError, Constraint, Limits, MaskError, Masks};
pub use next::{Completions, Expected};
pub use prefix::{Prefix, PushError, Recognizer, Status};
pub use trie::Trie;
pub use vocabulary::{Vocabulary, VocabularyError};
