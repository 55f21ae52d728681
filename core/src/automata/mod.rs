//! Automata of a grammar and the tables made from them, in the order in which each is computed from the one before.

pub mod chain;
pub mod conflict;
pub mod decision;
pub mod dfa;
pub mod position;
pub mod sets;
pub mod shortest;
pub(crate) mod neighbors;
pub(crate) mod recognize;

pub use chain::{ChainId, ChainTable};
pub use decision::Tables;
pub use dfa::{Network, State, StateId};
pub use position::{Position, RuleAutomaton};
pub use sets::{END, Sets, Terminal, TerminalSet, Terminals};
