//! Completion: what can a text that is not finished still become?
//!
//! ```text
//! bytes ─scan─→ readings ─layout, stacks─→ prefix: complete, completable, dead at a byte
//! ```

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
