//! Edits. Each keeps a checked tree checked: the rule automaton must admit the new children, or nothing changes.
//!
//! One primitive, [`Tree::splice`], exchanges a run of children; the others, those of lists too (`list.rs`), are its special
//! cases. New nodes are *detached*: copies of nodes of this tree ([`Tree::copy`]) or of another ([`Tree::graft`]), or new
//! tokens ([`Tree::token`]). An edit may merge a node into a chain or split a chain; handles to other levels of that chain
//! are then of the past, and the handle that the edit returns is the valid one. Where two tokens would read as one, an edit
//! puts a blank between them.

use rustc_hash::FxHashMap;
use slotmap::{Key, SlotMap};
use thiserror::Error;

use super::node::{Node, NodeId, Stored, Tree};
use crate::automata::ChainId;
use crate::automata::chain::Chains;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::span::Span;

/// An edit that the grammar does not admit; the tree is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The rule derives no such children.
    #[error("`{rule}` does not admit the children {children}")]
    NotAdmitted {
        /// The rule.
        rule: String,
        /// The children that it would have had.
        children: String,
    },
    /// The range of children does not exist.
    #[error("children {from}..{to} of {len}")]
    OutOfRange {
        /// First child.
        from: usize,
        /// Behind the last child.
        to: usize,
        /// How many there are.
        len: usize,
    },
    /// The new node is part of a tree already, or given twice; copy it first.
    #[error("the new node is not detached")]
    NotDetached,
    /// The texts of the tree do not fit 4 GiB.
    #[error("the text of the tree grows beyond 4 GiB")]
    TooLarge,
}

impl Tree {
    /// A tree of the langlet without nodes, for detached ones; [`Tree::set_root`] makes it whole.
    pub(crate) fn empty(langlet: &Langlet) -> Tree {
        Tree {
            langlet: langlet.clone(),
            nodes: SlotMap::default(),
            root: NodeId::null(),
            chains: Chains::new(langlet.tables().chains().clone()),
            text: String::new(),
            source_len: 0,
            tail: Span::default(),
            origins: FxHashMap::default(),
            lineage: None,
        }
    }

    /// A tree that is a single leaf with this chain, whose token is the text up to `end`.
    pub(crate) fn of_leaf(langlet: &Langlet, chain: &[Symbol], text: &str, end: u32) -> Tree {
        let mut tree = Tree::empty(langlet);
        let len = text.len() as u32;
        (tree.text, tree.source_len, tree.tail) = (text.to_owned(), len, Span::new(end, len));
        let chain = tree.chains.intern(chain);
        tree.root = tree.nodes.insert(Stored::leaf(chain, 0, 0, end));
        tree
    }

    /// Makes a detached node the root of a tree that has none.
    pub(crate) fn set_root(&mut self, node: Node) {
        debug_assert!(self.root.is_null(), "a tree has one root");
        self.root = self.cut_above(node);
    }

    /// Exchanges the trivia behind the last token.
    pub(crate) fn set_tail(&mut self, tail: &str) -> Result<(), EditError> {
        let [start, end] = self.add_text(tail)?;
        self.tail = Span::new(start, end);
        Ok(())
    }

    /// A new detached token with this text and no trivia.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn token(&mut self, kind: Symbol, text: &str) -> Result<Node, EditError> {
        let [start, end] = self.add_text(text)?;
        let chain = self.chains.intern(&[kind]);
        Ok(Node::top(self.nodes.insert(Stored::leaf(chain, start, start, end))))
    }

    /// A new detached inner node over detached children; with a single child a level of its chain.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule does not derive the children; `NotDetached`.
    pub fn inner(&mut self, rule: Symbol, children: &[Node]) -> Result<Node, EditError> {
        self.admits(rule, children.iter().map(|&child| self.symbol(child)).collect())?;
        self.are_detached(children)?;
        Ok(self.inner_unchecked(rule, children))
    }

    /// As [`Tree::inner`], without the checks.
    pub(crate) fn inner_unchecked(&mut self, rule: Symbol, children: &[Node]) -> Node {
        let chain = self.chains.intern(&[rule]);
        let id = self.nodes.insert(Stored::inner(chain));
        let children: Vec<NodeId> = children.iter().map(|&child| self.cut_above(child)).collect();
        if let [child] = children[..] {
            let chain = self.chains.join(&[rule], self.stored(child).chain);
            self.stored_mut(child).chain = chain;
            self.nodes.remove(id);
            return Node::top(child);
        }
        self.link(id, &children);
        Node::top(id)
    }

    /// A detached node under further levels, outermost first: only its chain changes. The levels above it are cut off.
    pub(crate) fn relabel(&mut self, node: Node, labels: &[Symbol]) -> Node {
        let id = self.cut_above(node);
        let chain = self.chains.join(labels, self.stored(id).chain);
        self.stored_mut(id).chain = chain;
        Node::top(id)
    }

    /// A detached copy of a node and all below it. Linear in what is copied; texts are shared.
    pub fn copy(&mut self, node: Node) -> Node {
        let upper: Vec<Symbol> = self.chain(node)[usize::from(node.level)..].to_vec();
        let mut stack = vec![(node.id, NodeId::null())];
        let mut root = NodeId::null();
        while let Some((from, parent)) = stack.pop() {
            let stored = *self.stored(from);
            let mut new = stored;
            (new.parent, new.prev, new.next) = (NodeId::null(), NodeId::null(), NodeId::null());
            if !stored.is_leaf() {
                new.set_first(NodeId::null());
            }
            let id = self.nodes.insert(new);
            if let Some(&origin) = self.origins.get(&from) {
                self.origins.insert(id, origin);
            }
            if parent.is_null() {
                root = id;
            } else {
                self.link_last(parent, id);
            }
            let mut children = Vec::new();
            let mut child = stored.first();
            while !child.is_null() {
                children.push((child, id));
                child = self.stored(child).next;
            }
            stack.extend(children.into_iter().rev());
        }
        let chain = self.chains.intern(&upper);
        self.stored_mut(root).chain = chain;
        Node::top(root)
    }

    /// A detached copy of a node of another tree, whose symbols must mean the same here. Its texts are copied.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn graft(&mut self, other: &Tree, node: Node) -> Result<Node, EditError> {
        self.graft_with(other, node, |symbol| symbol)
    }

    /// As [`Tree::graft`], each symbol translated.
    pub(crate) fn graft_with(
        &mut self,
        other: &Tree,
        node: Node,
        translate: impl Fn(Symbol) -> Symbol,
    ) -> Result<Node, EditError> {
        let mut root = NodeId::null();
        let mut stack = vec![(node.id, NodeId::null())];
        while let Some((from, parent)) = stack.pop() {
            let stored = *other.stored(from);
            let skipped = if from == node.id { usize::from(node.level) } else { 0 };
            let symbols: Vec<Symbol> =
                other.chains.symbols(stored.chain)[skipped..].iter().map(|&symbol| translate(symbol)).collect();
            let chain = self.chains.intern(&symbols);
            let new = if stored.is_leaf() {
                let [trivia, start, end] = stored.offsets();
                let [from, to] = self.add_text(&other.text[trivia as usize..end as usize])?;
                Stored::leaf(chain, from, from + (start - trivia), to)
            } else {
                Stored::inner(chain)
            };
            let id = self.nodes.insert(new);
            if parent.is_null() {
                root = id;
            } else {
                self.link_last(parent, id);
            }
            let mut children = Vec::new();
            let mut child = stored.first();
            while !child.is_null() {
                children.push((child, id));
                child = other.stored(child).next;
            }
            stack.extend(children.into_iter().rev());
        }
        Ok(Node::top(root))
    }

    /// Exchanges the children `from..to` of `parent` for detached nodes. What is exchanged is gone. Returns the parent.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule does not derive the new children; `OutOfRange`; `NotDetached`.
    pub fn splice(&mut self, parent: Node, from: usize, to: usize, new: &[Node]) -> Result<Node, EditError> {
        let children: Vec<Node> = self.children(parent).collect();
        if from > to || to > children.len() {
            return Err(EditError::OutOfRange { from, to, len: children.len() });
        }
        let all = children[..from].iter().chain(new).chain(&children[to..]);
        self.admits(self.symbol(parent), all.map(|&child| self.symbol(child)).collect())?;
        self.are_detached(new)?;
        let parent = self.splice_unchecked(parent, from, to, new);
        self.keep_run_apart(parent, from, new.len())?;
        Ok(parent)
    }

    /// As [`Tree::splice`], without the check.
    pub(crate) fn splice_unchecked(&mut self, parent: Node, from: usize, to: usize, new: &[Node]) -> Node {
        let id = self.split_below(parent);
        let level = self.chains.symbols(self.stored(id).chain).len() - 1;
        let mut children: Vec<NodeId> = self.children(Node { id, level: level as u16 }).map(|child| child.id).collect();
        let new: Vec<NodeId> = new.iter().map(|&node| self.cut_above(node)).collect();
        let removed: Vec<NodeId> = children.splice(from..to, new).collect();
        self.link(id, &children);
        removed.into_iter().for_each(|id| self.delete(id));
        Node { id: self.merge(id), level: level as u16 }
    }

    /// Puts a detached node in the place of another. Returns it in its place.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule above does not derive it there; `NotDetached`.
    pub fn replace(&mut self, place: Node, new: Node) -> Result<Node, EditError> {
        if let Some(parent) = self.parent(place) {
            let symbols =
                self.children(parent).map(|child| self.symbol(if child == place { new } else { child })).collect();
            self.admits(self.symbol(parent), symbols)?;
        }
        self.are_detached(&[new])?;
        let there = self.replace_unchecked(place, new);
        let behind = self.last_leaf(there.id).and_then(|last| self.next_leaf(last));
        for leaf in [self.first_leaf(there.id), behind].into_iter().flatten() {
            self.keep_apart(leaf, false)?;
        }
        Ok(there)
    }

    /// As [`Tree::replace`], without the check.
    pub(crate) fn replace_unchecked(&mut self, place: Node, new: Node) -> Node {
        let upper: Vec<Symbol> = self.chain(place)[..usize::from(place.level)].to_vec();
        let id = self.cut_above(new);
        let chain = self.chains.join(&upper, self.stored(id).chain);
        self.stored_mut(id).chain = chain;
        self.relink(place.id, id);
        self.delete(place.id);
        Node { id, level: place.level }
    }

    /// Exchanges the trivia before the first token of a node.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn set_trivia(&mut self, node: Node, trivia: &str) -> Result<(), EditError> {
        match self.first_leaf(node.id) {
            Some(leaf) => self.set_leaf_trivia(leaf, trivia),
            None => Ok(()),
        }
    }

    pub(crate) fn set_leaf_trivia(&mut self, leaf: NodeId, trivia: &str) -> Result<(), EditError> {
        if self.leaf_trivia(leaf) == trivia {
            return Ok(());
        }
        if let Some(origin) = self.place(leaf) {
            self.origins.insert(leaf, origin);
        }
        let text = self.leaf_text(leaf).to_owned();
        let [start, _] = self.add_text(trivia)?;
        let [middle, end] = self.add_text(&text)?;
        self.stored_mut(leaf).set_offsets(start, middle, end);
        Ok(())
    }

    /// Exchanges the text of a token; its kind stays.
    ///
    /// # Errors
    /// `TooLarge`. Panics if the node is no token.
    pub fn set_text(&mut self, token: Node, text: &str) -> Result<(), EditError> {
        assert!(self.is_token(token), "only a token has a text of its own");
        self.set_leaf_text(token.id, text)
    }

    pub(crate) fn set_leaf_text(&mut self, leaf: NodeId, text: &str) -> Result<(), EditError> {
        let trivia = self.leaf_trivia(leaf).to_owned();
        let [start, middle] = self.add_text(&trivia)?;
        let [_, end] = self.add_text(text)?;
        self.stored_mut(leaf).set_offsets(start, middle, end);
        Ok(())
    }

    /// Puts a blank where a run of new children, or what stands behind it, would read as other tokens.
    fn keep_run_apart(&mut self, parent: Node, from: usize, n: usize) -> Result<(), EditError> {
        let run: Vec<Node> = self.children(parent).skip(from).take(n).collect();
        let behind = match (run.last(), self.children(parent).nth(from)) {
            (Some(last), _) => self.last_leaf(last.id).and_then(|last| self.next_leaf(last)),
            (None, Some(next)) => self.first_leaf(next.id),
            (None, None) => self.last_leaf(parent.id).and_then(|last| self.next_leaf(last)),
        };
        let leaves: Vec<NodeId> = run.iter().filter_map(|node| self.first_leaf(node.id)).chain(behind).collect();
        leaves.into_iter().try_for_each(|leaf| self.keep_apart(leaf, false))
    }

    /// Gives a leaf without trivia the blank that it needs before it, or with `spaced` the one that the langlet wants.
    pub(super) fn keep_apart(&mut self, leaf: NodeId, spaced: bool) -> Result<(), EditError> {
        if !self.leaf_trivia(leaf).is_empty() || self.leaf_text(leaf).is_empty() {
            return Ok(());
        }
        let newline = self.langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let is_newline = |leaf: NodeId| Some(self.symbol(self.bottom(leaf))) == newline;
        let Some(before) = self.prev_leaf(leaf) else { return Ok(()) };
        if self.leaf_text(before).is_empty() || is_newline(before) || is_newline(leaf) {
            return Ok(());
        }
        let gap = if spaced {
            self.gap(before, leaf)
        } else if self.can_touch(before, leaf) {
            ""
        } else {
            " "
        };
        self.set_leaf_trivia(leaf, gap)
    }

    fn add_text(&mut self, text: &str) -> Result<[u32; 2], EditError> {
        let start = u32::try_from(self.text.len()).map_err(|_| EditError::TooLarge)?;
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).ok().filter(|&end| end < u32::MAX).ok_or(EditError::TooLarge)?;
        Ok([start, end])
    }

    fn admits(&self, rule: Symbol, children: Vec<Symbol>) -> Result<(), EditError> {
        if self.langlet.tables().network.derives(rule, children.iter().copied()) {
            return Ok(());
        }
        Err(self.not_admitted(rule, &children))
    }

    pub(super) fn not_admitted(&self, rule: Symbol, children: &[Symbol]) -> EditError {
        let symbols = &self.langlet.grammar().symbols;
        let children: Vec<String> = children.iter().map(|&child| symbols.display(child)).collect();
        EditError::NotAdmitted { rule: symbols.name(rule).to_owned(), children: children.join(" ") }
    }

    /// Whether the node is no part of the tree, nor of another detached node.
    pub fn is_detached(&self, node: Node) -> bool {
        self.stored(node.id).parent.is_null() && node.id != self.root
    }

    pub(super) fn are_detached(&self, nodes: &[Node]) -> Result<(), EditError> {
        let is_free = |node: &Node| self.is_detached(*node);
        let mut ids: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
        ids.sort_unstable();
        let is_distinct = ids.windows(2).all(|pair| pair[0] != pair[1]);
        if is_distinct && nodes.iter().all(is_free) { Ok(()) } else { Err(EditError::NotDetached) }
    }

    /// Cuts the levels above off a detached node.
    fn cut_above(&mut self, node: Node) -> NodeId {
        if node.level > 0 {
            let symbols = self.chain(node)[usize::from(node.level)..].to_vec();
            let chain = self.chains.intern(&symbols);
            self.stored_mut(node.id).chain = chain;
        }
        node.id
    }

    /// Makes a level the last of a stored inner node of its own, which may then have a single child for a moment.
    fn split_below(&mut self, node: Node) -> NodeId {
        if self.is_bottom(node) {
            return node.id;
        }
        let symbols = self.chain(node).to_vec();
        let (upper, lower) = symbols.split_at(usize::from(node.level) + 1);
        let upper = self.chains.intern(upper);
        let lower = self.chains.intern(lower);
        // The stored node becomes the upper part; what it held moves to a new one below.
        let old = *self.stored(node.id);
        let mut below = old;
        (below.parent, below.prev, below.next, below.chain) = (node.id, NodeId::null(), NodeId::null(), lower);
        let below_id = self.nodes.insert(below);
        if !old.is_leaf() {
            let mut child = old.first();
            while !child.is_null() {
                let stored = self.stored_mut(child);
                stored.parent = below_id;
                child = stored.next;
            }
        }
        let mut above = Stored::inner(upper);
        (above.parent, above.prev, above.next) = (old.parent, old.prev, old.next);
        above.set_first(below_id);
        *self.stored_mut(node.id) = above;
        self.stored_mut(below_id).prev = below_id;
        node.id
    }

    /// Joins a stored inner node with its only child, whose key is left; the key itself if it has not exactly one.
    fn merge(&mut self, id: NodeId) -> NodeId {
        let stored = *self.stored(id);
        let child = stored.first();
        if child.is_null() || !self.stored(child).next.is_null() {
            return id;
        }
        let upper = self.chains.symbols(stored.chain).to_vec();
        let chain = self.chains.join(&upper, self.stored(child).chain);
        self.stored_mut(child).chain = chain;
        self.relink(id, child);
        self.nodes.remove(id);
        child
    }

    /// Puts `new` where `old` is linked: between its siblings, or as the root. `old` is left without a place.
    fn relink(&mut self, old: NodeId, new: NodeId) {
        let place = *self.stored(old);
        let stored = self.stored_mut(new);
        (stored.parent, stored.next) = (place.parent, place.next);
        stored.prev = if place.prev == old { new } else { place.prev };
        if self.root == old {
            self.root = new;
        }
        if place.parent.is_null() {
            return;
        }
        let first = self.stored(place.parent).first();
        if first == old {
            self.stored_mut(place.parent).set_first(new);
        } else {
            self.stored_mut(place.prev).next = new;
        }
        if place.next.is_null() {
            let first = self.stored(place.parent).first();
            self.stored_mut(first).prev = new;
        } else {
            self.stored_mut(place.next).prev = new;
        }
    }

    /// Gives an inner node these children, in order.
    fn link(&mut self, parent: NodeId, children: &[NodeId]) {
        self.stored_mut(parent).set_first(children.first().copied().unwrap_or(NodeId::null()));
        for (index, &child) in children.iter().enumerate() {
            let prev = if index == 0 { children[children.len() - 1] } else { children[index - 1] };
            let next = children.get(index + 1).copied().unwrap_or(NodeId::null());
            let stored = self.stored_mut(child);
            (stored.parent, stored.prev, stored.next) = (parent, prev, next);
        }
    }

    /// Appends a child to an inner node.
    fn link_last(&mut self, parent: NodeId, child: NodeId) {
        self.stored_mut(child).parent = parent;
        let first = self.stored(parent).first();
        if first.is_null() {
            self.stored_mut(child).prev = child;
            self.stored_mut(parent).set_first(child);
            return;
        }
        let last = std::mem::replace(&mut self.stored_mut(first).prev, child);
        self.stored_mut(last).next = child;
        self.stored_mut(child).prev = last;
    }

    /// Takes a child out of its parent, which is then to be removed or linked anew. Costs a look-up.
    pub(crate) fn detach(&mut self, node: Node) -> Node {
        self.unlink(node.id, node.id);
        let stored = self.stored_mut(node.id);
        (stored.parent, stored.prev, stored.next) = (NodeId::null(), NodeId::null(), NodeId::null());
        node
    }

    /// Joins what stands before the siblings `first` to `last` with what stands behind them.
    fn unlink(&mut self, first: NodeId, last: NodeId) {
        let (Stored { parent, prev, .. }, next) = (*self.stored(first), self.stored(last).next);
        if parent.is_null() {
            return;
        }
        let head = self.stored(parent).first();
        let tail = self.stored(head).prev;
        if head == first {
            self.stored_mut(parent).set_first(next);
        } else {
            self.stored_mut(prev).next = next;
        }
        match (next.is_null(), head == first) {
            (true, true) => {}
            // The first child knows the last.
            (true, false) => self.stored_mut(head).prev = prev,
            (false, true) => self.stored_mut(next).prev = tail,
            (false, false) => self.stored_mut(next).prev = prev,
        }
    }

    /// Removes the siblings `first` to `last` and all below them; the rule above must admit what is left. Linear in what is
    /// removed, however many siblings there are. The key of the parent; of the only child that is left, which takes its levels.
    pub(crate) fn cut(&mut self, first: NodeId, last: NodeId) -> NodeId {
        let parent = self.stored(first).parent;
        self.unlink(first, last);
        let mut at = first;
        // Progress: each turn goes to the next of the siblings.
        loop {
            let next = self.stored(at).next;
            self.delete(at);
            if at == last {
                break;
            }
            at = next;
        }
        self.merge(parent)
    }

    /// Puts several detached nodes in the place of a child of an inner node, which is gone. Linear in the new nodes and in
    /// what is removed.
    pub(crate) fn exchange(&mut self, old: NodeId, new: &[Node]) {
        let (&first, others) = new.split_first().expect("there are new nodes");
        let mut before = self.cut_above(first);
        self.relink(old, before);
        let parent = self.stored(before).parent;
        for &node in others {
            let id = self.cut_above(node);
            let next = std::mem::replace(&mut self.stored_mut(before).next, id);
            let stored = self.stored_mut(id);
            (stored.parent, stored.prev, stored.next) = (parent, before, next);
            let head = self.stored(parent).first();
            let behind = if next.is_null() { head } else { next };
            self.stored_mut(behind).prev = id;
            before = id;
        }
        self.delete(old);
    }

    /// Takes a stored node out of its place, where a leaf with the same chain, and without a text, stands for it. Costs a
    /// look-up, as [`Tree::put_back`] does.
    pub(crate) fn take(&mut self, id: NodeId) -> NodeId {
        let hole = self.nodes.insert(Stored::leaf(self.stored(id).chain, 0, 0, 0));
        self.relink(id, hole);
        let stored = self.stored_mut(id);
        (stored.parent, stored.prev, stored.next) = (NodeId::null(), NodeId::null(), NodeId::null());
        hole
    }

    /// Undoes [`Tree::take`], wherever the node is by now and whatever levels it has got.
    pub(crate) fn put_back(&mut self, hole: NodeId, id: NodeId) {
        self.stored_mut(id).chain = self.stored(hole).chain;
        self.relink(hole, id);
        self.nodes.remove(hole);
    }

    /// Gives an inner node the children back that were taken from it, with the chains that they had.
    pub(crate) fn put_children_back(&mut self, id: NodeId, children: &[(NodeId, ChainId)]) {
        for &(child, chain) in children {
            self.stored_mut(child).chain = chain;
        }
        let ids: Vec<NodeId> = children.iter().map(|&(child, _)| child).collect();
        self.link(id, &ids);
    }

    /// Removes a stored node and all below it.
    pub(crate) fn delete(&mut self, id: NodeId) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let mut child = self.stored(id).first();
            while !child.is_null() {
                stack.push(child);
                child = self.stored(child).next;
            }
            self.nodes.remove(id);
        }
    }
}
