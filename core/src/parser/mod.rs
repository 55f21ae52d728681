//! Parsing: tokens to a tree, by tables where one token decides and by prediction where it does not.

pub mod drive;
pub mod error;
pub mod predict;
pub(crate) mod stacks;

pub use error::{Found, ParseError, ReadError};
