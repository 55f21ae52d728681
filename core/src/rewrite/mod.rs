//! Rewriting: rules with patterns and templates in concrete syntax, and translation between langlets with them.

pub(crate) mod infer;
pub mod metavariable;
pub mod quoted;
pub mod reading;
pub mod fragment;
pub mod pattern;
pub mod binding;
pub mod new_name;
pub mod matching;
pub mod condition;
pub mod above;
pub mod space;
pub mod bound;
pub mod place;
pub mod list;
pub mod quote;
pub mod comments;
pub mod pieces;
pub mod template;
pub mod rule;
pub mod screen;
pub mod apply;
pub mod strategy;
pub mod trivia;
pub mod transform;
pub mod example;
pub(crate) mod lint;
pub mod check;
pub mod trace;
pub mod route;
pub mod roundtrip;
pub mod coverage;

pub use condition::Predicate;
pub use coverage::{Coverage, Item, Program, Status};
pub use example::{Example, Expectation, Failure};
pub use quote::{Filling, Quotation, QuoteError};
pub use route::{Hop, Route};
pub use rule::{Compute, Functions};
pub use trace::{Attempt, AttemptOutcome};
pub use transform::{Applied, Options, Refusal, Transform, TranslateError, Translation, stands_for};

#[cfg(test)]
mod tests;
