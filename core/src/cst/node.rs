//! Storage and view of a tree.
//!
//! ```text
//! stored        chain              seen as nodes (id, level)
//! a             test … atom NAME   (a,0) test → (a,1) or_test → … → (a,n) NAME "x"
//! ```
//!
//! A stored node is a *leaf* (its chain ends in a token) or it has stored children, linked as siblings. A stored inner node
//! has not exactly one child: a node with one child is a level of that child's chain. It may have none (the empty
//! production). Keys are generational: a handle to a removed node is an error, never another node.

use rustc_hash::FxHashMap;
use slotmap::{Key, KeyData, SlotMap, new_key_type};

use crate::automata::ChainId;
use crate::automata::chain::Chains;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::span::Span;

new_key_type! {
    /// Key of a stored node; stable until the node is removed.
    pub struct NodeId;
}

/// A node as callers see it: one level of a stored chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    pub(crate) id: NodeId,
    /// 0 is the outermost symbol of the chain.
    pub(crate) level: u16,
}

impl Node {
    /// The outermost level of a stored node.
    pub(crate) fn top(id: NodeId) -> Node {
        Node { id, level: 0 }
    }

    /// The stored node that the level belongs to.
    pub fn id(self) -> NodeId {
        self.id
    }
}

/// A stored node. Of the three words a leaf keeps where its trivia starts, its text starts and its text ends, in the
/// text of the tree; an inner node keeps the key of its first child in the first two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) parent: NodeId,
    /// The sibling before; of a first child the *last* sibling.
    pub(crate) prev: NodeId,
    /// The sibling behind; null for the last.
    pub(crate) next: NodeId,
    words: [u32; 3],
    pub(crate) chain: ChainId,
}

/// Marks an inner node in the third word, which is never the end of a text.
const INNER: u32 = u32::MAX;

impl Stored {
    /// A leaf whose trivia, text and end are at these offsets.
    pub(crate) fn leaf(chain: ChainId, trivia: u32, start: u32, end: u32) -> Stored {
        let null = NodeId::null();
        Stored { parent: null, prev: null, next: null, words: [trivia, start, end], chain }
    }

    /// An inner node without children so far.
    pub(crate) fn inner(chain: ChainId) -> Stored {
        let mut node = Stored::leaf(chain, 0, 0, INNER);
        node.set_first(NodeId::null());
        node
    }

    #[inline]
    pub(crate) fn is_leaf(&self) -> bool {
        self.words[2] != INNER
    }

    /// The first child of an inner node; null if there is none, or for a leaf.
    #[inline]
    pub(crate) fn first(&self) -> NodeId {
        if self.is_leaf() {
            return NodeId::null();
        }
        NodeId::from(KeyData::from_ffi(u64::from(self.words[0]) << 32 | u64::from(self.words[1])))
    }

    #[inline]
    pub(crate) fn set_first(&mut self, first: NodeId) {
        let number = first.data().as_ffi();
        self.words = [(number >> 32) as u32, number as u32, INNER];
    }

    /// Offsets of a leaf: trivia, text, end.
    #[inline]
    pub(crate) fn offsets(&self) -> [u32; 3] {
        self.words
    }

    pub(crate) fn set_offsets(&mut self, trivia: u32, start: u32, end: u32) {
        self.words = [trivia, start, end];
    }
}

#[cfg(test)]
thread_local! {
    /// How often stored nodes were looked up, for tests of what operations cost.
    pub(crate) static N_LOOKUPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// A lossless tree of one langlet.
#[derive(Clone)]
pub struct Tree {
    pub(crate) langlet: Langlet,
    pub(crate) nodes: SlotMap<NodeId, Stored>,
    pub(crate) root: NodeId,
    pub(crate) chains: Chains,
    /// The text that was parsed, and behind it the texts that edits have added.
    pub(crate) text: String,
    /// Length of the text that was parsed.
    pub(crate) source_len: u32,
    /// The trivia behind the last token.
    pub(crate) tail: Span,
    /// Where tokens stood in the text that was parsed, if an edit has written them anew with other trivia.
    pub(crate) origins: FxHashMap<NodeId, Span>,
    /// Of a tree that is the result of a translation: places of tokens in its text, ascending, and where the tokens stood in the
    /// text that was translated.
    pub(crate) lineage: Option<std::sync::Arc<[(Span, Span)]>>,
}

impl Tree {
    /// The langlet whose grammar the tree follows.
    pub fn langlet(&self) -> &Langlet {
        &self.langlet
    }

    /// The outermost node.
    pub fn root(&self) -> Node {
        Node::top(self.root)
    }

    /// Whether the handle still means a node of this tree.
    pub fn contains(&self, node: Node) -> bool {
        self.nodes.get(node.id).is_some_and(|stored| usize::from(node.level) < self.chains.symbols(stored.chain).len())
    }

    /// Number of nodes that are stored, those that are detached among them.
    pub fn n_stored(&self) -> usize {
        self.nodes.len()
    }

    /// Number of nodes of the full view, those that are detached aside. Linear in what is stored.
    pub fn n_nodes(&self) -> usize {
        self.stored_preorder(self.root).map(|id| self.chains.symbols(self.stored(id).chain).len()).sum()
    }

    /// Bytes of memory that the nodes take, the source text aside.
    pub fn memory(&self) -> usize {
        // A slot holds the node and its version.
        self.nodes.capacity() * (size_of::<Stored>() + size_of::<u32>()) + self.text.capacity()
            - self.source_len as usize
    }

    /// The stored node. Panics if it was removed.
    #[inline]
    pub(crate) fn stored(&self, id: NodeId) -> &Stored {
        #[cfg(test)]
        N_LOOKUPS.set(N_LOOKUPS.get() + 1);
        self.nodes.get(id).expect("the node was removed from its tree")
    }

    #[inline]
    pub(crate) fn stored_mut(&mut self, id: NodeId) -> &mut Stored {
        self.nodes.get_mut(id).expect("the node was removed from its tree")
    }

    /// The symbols of the chain that the node is a level of, outermost first. Panics if the node was removed.
    pub fn chain(&self, node: Node) -> &[Symbol] {
        self.chains.symbols(self.stored(node.id).chain)
    }

    /// The rule or token of the node. Panics if the node was removed, as the other accessors do.
    pub fn symbol(&self, node: Node) -> Symbol {
        self.chain(node)[usize::from(node.level)]
    }

    /// The name of the rule or token; of a literal its text.
    pub fn name(&self, node: Node) -> &str {
        self.langlet.grammar().symbols.name(self.symbol(node))
    }

    /// Whether it is the last level of its chain.
    pub(crate) fn is_bottom(&self, node: Node) -> bool {
        usize::from(node.level) + 1 == self.chain(node).len()
    }

    /// The last level of the chain.
    pub(crate) fn bottom(&self, id: NodeId) -> Node {
        let len = self.chains.symbols(self.stored(id).chain).len();
        Node { id, level: len as u16 - 1 }
    }

    /// Whether the node is a token.
    pub fn is_token(&self, node: Node) -> bool {
        self.stored(node.id).is_leaf() && self.is_bottom(node)
    }

    /// The parent in the full view.
    pub fn parent(&self, node: Node) -> Option<Node> {
        if node.level > 0 {
            return Some(Node { id: node.id, level: node.level - 1 });
        }
        let parent = self.stored(node.id).parent;
        (!parent.is_null()).then(|| self.bottom(parent))
    }

    /// The first child in the full view.
    pub fn first_child(&self, node: Node) -> Option<Node> {
        if !self.is_bottom(node) {
            return Some(Node { id: node.id, level: node.level + 1 });
        }
        let first = self.stored(node.id).first();
        (!first.is_null()).then(|| Node::top(first))
    }

    /// The last child in the full view.
    pub fn last_child(&self, node: Node) -> Option<Node> {
        if !self.is_bottom(node) {
            return Some(Node { id: node.id, level: node.level + 1 });
        }
        let first = self.stored(node.id).first();
        (!first.is_null()).then(|| Node::top(self.stored(first).prev))
    }

    /// The sibling behind, in the full view.
    pub fn next_sibling(&self, node: Node) -> Option<Node> {
        if node.level > 0 {
            return None;
        }
        let next = self.stored(node.id).next;
        (!next.is_null()).then(|| Node::top(next))
    }

    /// The sibling before, in the full view.
    pub fn prev_sibling(&self, node: Node) -> Option<Node> {
        if node.level > 0 {
            return None;
        }
        let stored = self.stored(node.id);
        if stored.parent.is_null() || self.stored(stored.parent).first() == node.id {
            return None;
        }
        Some(Node::top(stored.prev))
    }

    /// The children in the full view, in order.
    pub fn children(&self, node: Node) -> Children<'_> {
        Children { tree: self, next: self.first_child(node) }
    }

    /// The text of a token, without trivia; the empty text for a rule.
    pub fn text(&self, node: Node) -> &str {
        let stored = self.stored(node.id);
        if !self.is_token(node) {
            return "";
        }
        let [_, start, end] = stored.offsets();
        &self.text[start as usize..end as usize]
    }

    /// The trivia before the first token of the node; the empty text if it has no token.
    pub fn trivia(&self, node: Node) -> &str {
        match self.first_leaf(node.id) {
            Some(leaf) => self.leaf_trivia(leaf),
            None => "",
        }
    }

    pub(crate) fn leaf_trivia(&self, leaf: NodeId) -> &str {
        let [trivia, start, _] = self.stored(leaf).offsets();
        &self.text[trivia as usize..start as usize]
    }

    pub(crate) fn leaf_text(&self, leaf: NodeId) -> &str {
        let [_, start, end] = self.stored(leaf).offsets();
        &self.text[start as usize..end as usize]
    }

    /// Where the node stood in the text that was parsed, from its first to its last token; `None` for a node that an edit
    /// made, or that has no token.
    pub fn span(&self, node: Node) -> Option<Span> {
        let first = self.origin(self.first_leaf(node.id)?)?;
        let last = self.origin(self.last_leaf(node.id)?)?;
        (first.start <= last.end).then(|| first.cover(last))
    }

    /// Where a token stood in the text that was parsed; of a translated tree, in the text that was translated.
    pub(crate) fn origin(&self, leaf: NodeId) -> Option<Span> {
        let here = self.place(leaf)?;
        match &self.lineage {
            None => Some(here),
            Some(lineage) => lineage.binary_search_by_key(&here, |&(here, _)| here).ok().map(|at| lineage[at].1),
        }
    }

    /// Where a token stood in the text that this tree was parsed from.
    pub(crate) fn place(&self, leaf: NodeId) -> Option<Span> {
        let [_, start, end] = self.stored(leaf).offsets();
        if end <= self.source_len { Some(Span::new(start, end)) } else { self.origins.get(&leaf).copied() }
    }

    /// The text that was parsed, whatever edits have done since.
    pub fn source(&self) -> &str {
        &self.text[..self.source_len as usize]
    }

    /// The key of the first token below a stored node.
    pub(crate) fn first_leaf(&self, id: NodeId) -> Option<NodeId> {
        let mut at = id;
        loop {
            let stored = self.stored(at);
            if stored.is_leaf() {
                return Some(at);
            }
            at = if stored.first().is_null() { self.next_outside(at, id)? } else { stored.first() };
        }
    }

    /// The key of the last token below a stored node.
    pub(crate) fn last_leaf(&self, id: NodeId) -> Option<NodeId> {
        self.leaf_ids(id).last_quickly()
    }

    /// The stored node that comes behind `at` and all below it, without leaving `within`.
    pub(crate) fn next_outside(&self, mut at: NodeId, within: NodeId) -> Option<NodeId> {
        while at != within {
            let stored = self.stored(at);
            if !stored.next.is_null() {
                return Some(stored.next);
            }
            at = stored.parent;
            if at.is_null() {
                return None;
            }
        }
        None
    }
}

/// The children of a node.
pub struct Children<'a> {
    tree: &'a Tree,
    next: Option<Node>,
}

impl Iterator for Children<'_> {
    type Item = Node;

    fn next(&mut self) -> Option<Node> {
        let node = self.next?;
        self.next = self.tree.next_sibling(node);
        Some(node)
    }
}
