//! Rewriting: rules with patterns and templates in concrete syntax, and translation between langlets with them.

pub mod fragment;
pub mod matching;
pub mod place;
pub mod rule;
pub mod space;
pub mod template;
pub mod transform;

pub use rule::Compute;
pub use transform::{Applied, Options, Refusal, Transform, TranslateError, Translation, stands_for};
