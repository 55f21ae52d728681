//! The algebra of trees, derived from the grammar.

pub mod interpolation;

pub use interpolation::{Interpolations, Kind, Step};
