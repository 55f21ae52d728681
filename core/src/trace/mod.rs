//! Selection traces: what parsing a text selects in the rule automata, as a sequence that can be written down and compared.

pub mod compare;
pub mod selection;
pub mod text;

pub use compare::{Difference, Renaming, Strictness, compare};
pub use selection::{Event, SelectionTrace, each_selection};
pub use text::TraceError;
