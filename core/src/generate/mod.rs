//! Programs out of grammars: texts for token strings, and examples for what the tables find.

pub mod cover;
pub mod explain;
pub mod fill;
mod flow;
pub mod traces;

pub use cover::{Criterion, cover, production};
pub use explain::explain_conflicts;
pub use fill::text_of_terminals;
pub use traces::{Trace, traces};
