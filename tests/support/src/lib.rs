//! What the tests of all crates share: fixtures, checks that hold for every tree, naive oracles, and random grammars and
//! programs. Slow and obvious throughout.

pub mod command;
pub mod fixture;
pub mod checks;
pub mod masks;
pub mod naive;
pub mod program;
pub mod replay;
pub mod strategy;

pub use checks::check_tree;
pub use fixture::{Fixture, each_fixture};
pub use program::Programs;
