//! Traversals: leaves, nodes in pre-order, ancestors. None recurses; each visits what lies below one node.

use slotmap::Key;

use super::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

impl Tree {
    /// The tokens below a node, in the order of the text.
    pub fn leaves(&self, node: Node) -> impl Iterator<Item = Node> {
        self.leaf_ids(node.id).map(|id| self.bottom(id))
    }

    /// The nodes of the full view below `node` and itself, each before its children.
    pub fn preorder(&self, node: Node) -> impl Iterator<Item = Node> {
        let mut next = Some(node);
        std::iter::from_fn(move || {
            let at = next?;
            next = self.first_child(at).or_else(|| self.next_in_preorder(at, node));
            Some(at)
        })
    }

    /// The node behind `at` and all below it, in pre-order and without leaving `within`.
    pub fn next_in_preorder(&self, at: Node, within: Node) -> Option<Node> {
        let mut at = at;
        while at != within {
            if let Some(sibling) = self.next_sibling(at) {
                return Some(sibling);
            }
            at = self.parent(at)?;
        }
        None
    }

    /// The nodes above, from the parent to the root.
    pub fn ancestors(&self, node: Node) -> impl Iterator<Item = Node> {
        std::iter::successors(self.parent(node), |&at| self.parent(at))
    }

    /// The first node of the symbol in pre-order, `node` itself included.
    pub fn find(&self, node: Node, symbol: Symbol) -> Option<Node> {
        self.preorder(node).find(|&at| self.symbol(at) == symbol)
    }

    /// All nodes of the symbol in pre-order, `node` itself included.
    pub fn find_all(&self, node: Node, symbol: Symbol) -> impl Iterator<Item = Node> {
        self.preorder(node).filter(move |&at| self.symbol(at) == symbol)
    }

    /// Keys of the leaves below a stored node.
    pub(crate) fn leaf_ids(&self, id: NodeId) -> LeafIds<'_> {
        LeafIds { tree: self, within: id, next: self.first_leaf(id) }
    }

    /// Keys of the stored nodes below one and itself, each before its children.
    pub(crate) fn stored_preorder(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let at = next?;
            let first = self.stored(at).first();
            next = if first.is_null() { self.next_outside(at, id) } else { Some(first) };
            Some(at)
        })
    }

    /// The leaf behind another in the whole tree.
    pub(crate) fn next_leaf(&self, leaf: NodeId) -> Option<NodeId> {
        let mut at = self.next_outside(leaf, self.root)?;
        loop {
            let stored = self.stored(at);
            if stored.is_leaf() {
                return Some(at);
            }
            at = if stored.first().is_null() { self.next_outside(at, self.root)? } else { stored.first() };
        }
    }

    /// The leaf before another in the whole tree.
    pub(crate) fn prev_leaf(&self, leaf: NodeId) -> Option<NodeId> {
        let mut at = leaf;
        loop {
            at = match self.prev_sibling(Node::top(at)) {
                Some(sibling) => sibling.id,
                None => {
                    at = self.stored(at).parent;
                    if at.is_null() {
                        return None;
                    }
                    continue;
                }
            };
            // Down to the last leaf; a node without children is passed over.
            loop {
                let stored = self.stored(at);
                if stored.is_leaf() {
                    return Some(at);
                }
                if stored.first().is_null() {
                    break;
                }
                at = self.stored(stored.first()).prev;
            }
        }
    }
}

/// Iterator over the keys of the leaves below a stored node.
pub(crate) struct LeafIds<'a> {
    tree: &'a Tree,
    within: NodeId,
    next: Option<NodeId>,
}

impl LeafIds<'_> {
    /// The last leaf, found from the right.
    pub(crate) fn last_quickly(self) -> Option<NodeId> {
        self.next?;
        let mut at = self.within;
        loop {
            let stored = self.tree.stored(at);
            if stored.is_leaf() {
                return Some(at);
            }
            if stored.first().is_null() {
                // An empty production at the right edge: what comes before it has the last leaf.
                let before = std::iter::successors(Some(at), |&id| {
                    let parent = self.tree.stored(id).parent;
                    (id != self.within && !parent.is_null()).then_some(parent)
                });
                at = before.into_iter().find_map(|id| {
                    if id == self.within { None } else { self.tree.prev_sibling(Node::top(id)).map(|node| node.id) }
                })?;
            } else {
                at = self.tree.stored(stored.first()).prev;
            }
        }
    }
}

impl Iterator for LeafIds<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let leaf = self.next?;
        let mut at = self.tree.next_outside(leaf, self.within);
        while let Some(id) = at {
            let stored = self.tree.stored(id);
            if stored.is_leaf() {
                break;
            }
            at = if stored.first().is_null() { self.tree.next_outside(id, self.within) } else { Some(stored.first()) };
        }
        self.next = at;
        Some(leaf)
    }
}
