//! A cursor: a place in a tree that is moved from node to node.
//!
//! It sees the full view. Each move says whether it was possible; if not, the cursor stays. A move costs a look-up.

use super::node::{Node, Tree};
use crate::grammar::Symbol;

/// A place in a tree.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    tree: &'a Tree,
    node: Node,
}

impl Tree {
    /// A cursor at the node.
    pub fn cursor(&self, node: Node) -> Cursor<'_> {
        Cursor { tree: self, node }
    }
}

impl Cursor<'_> {
    /// The node it is at.
    pub fn node(&self) -> Node {
        self.node
    }

    /// The rule or token it is at.
    pub fn symbol(&self) -> Symbol {
        self.tree.symbol(self.node)
    }

    /// Moves to the first child.
    pub fn go_first_child(&mut self) -> bool {
        self.go(self.tree.first_child(self.node))
    }

    /// Moves to the last child.
    pub fn go_last_child(&mut self) -> bool {
        self.go(self.tree.last_child(self.node))
    }

    /// Moves to the sibling behind.
    pub fn go_next_sibling(&mut self) -> bool {
        self.go(self.tree.next_sibling(self.node))
    }

    /// Moves to the sibling before.
    pub fn go_prev_sibling(&mut self) -> bool {
        self.go(self.tree.prev_sibling(self.node))
    }

    /// Moves to the parent.
    pub fn go_parent(&mut self) -> bool {
        self.go(self.tree.parent(self.node))
    }

    /// Moves to the next node in pre-order, up to the end of the tree.
    pub fn go_next(&mut self) -> bool {
        let next = self.tree.first_child(self.node);
        self.go(next.or_else(|| self.tree.next_in_preorder(self.node, self.tree.root())))
    }

    fn go(&mut self, to: Option<Node>) -> bool {
        self.node = to.unwrap_or(self.node);
        to.is_some()
    }
}
