//! The tree: lossless, stored compressed, seen full.
//!
//! A stored node carries a *chain* of symbols, not one: the levels with a single child exist only as a view. [`Node`] is a
//! handle on any level and behaves as a node of the full tree. Tokens keep the trivia before them; what stands behind the
//! last token is the tail of the tree. So every byte of the text has one place.

pub mod check;
pub mod edit;
pub mod list;
pub mod node;
pub mod show;
pub mod spacing;
pub mod unparse;
pub mod walk;
pub mod cursor;

pub use check::CheckError;
pub use cursor::Cursor;
pub use edit::EditError;
pub use node::{Node, NodeId, Tree};
