//! Programs out of grammars: texts for token strings, and examples for what the tables find.

pub mod explain;
pub mod fill;

pub use explain::explain_conflicts;
pub use fill::text_of_terminals;
