//! Traversals: leaves, nodes in pre-order, ancestors, and searches. None recurses; each sees the full view, in which every
//! level of a chain is a node, and visits what lies below one node.

use slotmap::Key;

use super::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

/// What is looked for below a node, and where.
///
/// ```
/// use langlet_core::{Langlet, cst::walk::Search};
///
/// let lists = Langlet::root("langlet lists\nlist: '[' [item (',' item)*] ']'\nitem: list | NUMBER\ntoken NUMBER = /[0-9]+/\n");
/// let tree = lists.parse("[1,[2,3]]").unwrap();
/// let (list, number) = (lists.symbol("list").unwrap(), lists.symbol("NUMBER").unwrap());
/// // The numbers of the outer list alone.
/// let search = Search::of([number]).outside([list]);
/// assert_eq!(tree.search(tree.root(), &search).count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    symbols: Vec<Symbol>,
    outside: Vec<Symbol>,
    depth: usize,
}

impl Search {
    /// Nodes of any of these symbols, wherever they are.
    pub fn of(symbols: impl IntoIterator<Item = Symbol>) -> Search {
        Search { symbols: symbols.into_iter().collect(), outside: Vec::new(), depth: usize::MAX }
    }

    /// Not below nodes of these symbols. Such a node is found itself if it is looked for, and the one at which the search
    /// begins is entered always.
    #[must_use]
    pub fn outside(mut self, symbols: impl IntoIterator<Item = Symbol>) -> Search {
        self.outside.extend(symbols);
        self
    }

    /// Not further down than this: with 0 the node itself, with 1 its children too.
    #[must_use]
    pub fn to_depth(self, depth: usize) -> Search {
        Search { depth, ..self }
    }
}

impl Tree {
    /// The nodes that are looked for, in pre-order, `node` itself included; those inside others too.
    pub fn search<'a>(&'a self, node: Node, search: &'a Search) -> impl Iterator<Item = Node> + 'a {
        let mut next = Some((node, 0));
        std::iter::from_fn(move || {
            // Progress: each turn goes on in pre-order.
            while let Some((at, depth)) = next {
                let symbol = self.symbol(at);
                let is_entered = depth < search.depth && (at == node || !search.outside.contains(&symbol));
                let below = if is_entered { self.first_child(at).map(|child| (child, depth + 1)) } else { None };
                next = below.or_else(|| self.behind(at, depth, node));
                if search.symbols.contains(&symbol) {
                    return Some(at);
                }
            }
            None
        })
    }

    /// The node behind `at` and all below it, without leaving `within`, and its depth.
    fn behind(&self, at: Node, depth: usize, within: Node) -> Option<(Node, usize)> {
        let (mut at, mut depth) = (at, depth);
        while at != within {
            if let Some(sibling) = self.next_sibling(at) {
                return Some((sibling, depth));
            }
            (at, depth) = (self.parent(at)?, depth - 1);
        }
        None
    }

    /// The first node, in pre-order, of any of the symbols, `node` itself included.
    pub fn find_one_of(&self, node: Node, symbols: &[Symbol]) -> Option<Node> {
        self.preorder(node).find(|&at| symbols.contains(&self.symbol(at)))
    }

    /// The nearest node above of any of the symbols.
    pub fn find_ancestor(&self, node: Node, symbols: &[Symbol]) -> Option<Node> {
        self.ancestors(node).find(|&at| symbols.contains(&self.symbol(at)))
    }

    /// The nodes from `from` down to `to`, both included; `None` if the one is not above the other.
    pub fn path(&self, from: Node, to: Node) -> Option<Vec<Node>> {
        let mut path = vec![to];
        path.extend(self.ancestors(to).take_while(|_| to != from).take_while(|&at| at != from));
        if to != from {
            let top = *path.last().expect("the path holds a node");
            path.push(self.parent(top).filter(|&at| at == from)?);
        }
        path.reverse();
        Some(path)
    }

    /// For each node that is looked for, the path from `node` down to it.
    pub fn search_paths<'a>(&'a self, node: Node, search: &'a Search) -> impl Iterator<Item = Vec<Node>> + 'a {
        self.search(node, search).map(move |found| self.path(node, found).expect("what is found lies below the node"))
    }

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
