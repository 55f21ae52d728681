//! Lists: several results in the place of one element, and elements that go, with their separators.
//!
//! What the rule of a list admits beside an element is asked of its automaton there, not of all children: the states along a
//! list are kept from one change to the next, so a list of n elements of which each is removed, or doubled, costs n steps.

use rustc_hash::FxHashMap;
use slotmap::Key;

use super::place::Placing;
use crate::algebra::Kind;
use crate::automata::StateId;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

/// What is known about the list that was changed last.
#[derive(Debug, Default)]
pub(crate) struct ListStates {
    parent: NodeId,
    /// Children from the first on, each with the state of the parent's automaton before it. Elements are exchanged only for such
    /// that leave the automaton as it is.
    walked: Vec<(NodeId, StateId)>,
    /// Whether a constant separates the elements of the list.
    separates: FxHashMap<Symbol, bool>,
}

impl ListStates {
    /// The state of the automaton before a child; `None` if the target does not read what stands before it.
    fn before(&mut self, placing: &Placing<'_>, tree: &Tree, child: NodeId) -> Option<StateId> {
        let network = &placing.target.tables().network;
        let parent = tree.stored(child).parent;
        if self.parent != parent {
            *self = ListStates { parent, ..ListStates::default() };
        }
        while let Some(&(id, _)) = self.walked.last()
            && tree.nodes.get(id).is_none_or(|stored| stored.parent != parent)
        {
            self.walked.pop();
        }
        if self.walked.is_empty() {
            let start = network.start(placing.space.to_target(tree.symbol(tree.bottom(parent)))?)?;
            self.walked.push((tree.stored(parent).first(), start));
        }
        let n_walked = self.walked.len();
        // Progress: each turn goes to the next sibling.
        loop {
            let &(at, state) = self.walked.last().expect("there is the first child");
            if at == child {
                return Some(state);
            }
            let symbol = placing.space.to_target(tree.symbol(Node::top(at)));
            let next = tree.stored(at).next;
            match symbol.and_then(|symbol| network.step(state, symbol)).filter(|_| !next.is_null()) {
                Some(state) => self.walked.push((next, state)),
                None => break,
            }
        }
        // It stands before those that were walked.
        self.walked.truncate(n_walked);
        let at = self.walked.iter().rposition(|&(id, _)| id == child)?;
        self.walked.truncate(at + 1);
        Some(self.walked[at].1)
    }
}

impl Placing<'_> {
    /// Puts several detached nodes in the place of `place`, or of a level above it in its chain, with the separators of the
    /// list it stands in. `None` if the list does not admit them. Linear in the nodes.
    pub(crate) fn put_all(
        &self,
        tree: &mut Tree,
        states: &mut ListStates,
        place: Node,
        nodes: &[Node],
    ) -> Result<Option<Vec<Node>>, EditError> {
        // Above the chain of the place, there are only its siblings.
        let top = Node::top(place.id);
        let Some(parent) = tree.parent(top) else { return Ok(None) };
        let Some(rhs) = self.space.to_target(tree.symbol(parent)).and_then(|rule| self.target.grammar().rhs(rule))
        else {
            return Ok(None);
        };
        let mut separators: Vec<Option<Symbol>> = vec![None];
        rhs.for_each_symbol(&mut |symbol| {
            if self.target.grammar().constant_text(symbol).is_some() && !separators.contains(&Some(symbol)) {
                separators.push(Some(symbol));
            }
        });
        // Each node becomes what the list has there: one of the levels of the place.
        let levels: Vec<Symbol> = tree.chain(top)[..=usize::from(place.level)].to_vec();
        for (&level, &separator) in levels.iter().rev().flat_map(|level| separators.iter().map(move |s| (level, s))) {
            let fits = |node: &Node| {
                [Kind::Pure, Kind::Neutral].into_iter().any(|kind| self.path(kind, level, tree.symbol(*node)).is_some())
            };
            let mut run: Vec<Symbol> = Vec::new();
            for _ in nodes {
                run.extend(separator.filter(|_| !run.is_empty()).map(|separator| self.space.of_target(separator)));
                run.push(level);
            }
            if !nodes.iter().all(fits)
                || !self.admits_run(tree, states, top, &run)
                || separator.is_some_and(|separator| !self.separates(tree, states, parent, separator))
            {
                continue;
            }
            let mut new = Vec::new();
            for &node in nodes {
                if let Some(separator) = separator.filter(|_| !new.is_empty()) {
                    new.push(self.constant(tree, separator)?);
                }
                let fitted = self.fit_along(tree, &[Kind::Pure, Kind::Neutral], level, node)?;
                new.push(fitted.expect("it was tried before"));
            }
            let ids: Vec<Node> = new.iter().map(|node| Node::top(node.id)).collect();
            tree.exchange(place.id, &new);
            let step = if separator.is_some() { 2 } else { 1 };
            return Ok(Some(ids.into_iter().step_by(step).collect()));
        }
        Ok(None)
    }

    /// Whether the rule derives its children if these symbols stand in the place of one. What stands behind is asked only as far as
    /// the automaton sees a difference.
    fn admits_run(&self, tree: &Tree, states: &mut ListStates, child: Node, run: &[Symbol]) -> bool {
        let network = &self.target.tables().network;
        let step =
            |at: StateId, symbol: Symbol| self.space.to_target(symbol).and_then(|symbol| network.step(at, symbol));
        let Some(before) = states.before(self, tree, child.id) else { return false };
        let mut old = step(before, tree.symbol(child));
        let Some(mut new) = run.iter().try_fold(before, |at, &symbol| step(at, symbol)) else { return false };
        let mut next = tree.next_sibling(child);
        // Progress: each turn goes to the next sibling.
        while old != Some(new) {
            let Some(at) = next else { return network.state(new).accepting };
            old = old.and_then(|old| step(old, tree.symbol(at)));
            let Some(behind) = step(new, tree.symbol(at)) else { return false };
            new = behind;
            next = tree.next_sibling(at);
        }
        true
    }

    /// Whether the separator means no more than that an element follows: the list may end with it, too, or other constants
    /// are around the list. An operator is no separator.
    fn separates(&self, tree: &Tree, states: &mut ListStates, parent: Node, separator: Symbol) -> bool {
        if let Some(&known) = states.separates.get(&separator).filter(|_| states.parent == parent.id) {
            return known;
        }
        let of_target = self.space.of_target(separator);
        let is_other = |node: Node| self.is_constant(tree, node) && tree.symbol(node) != of_target;
        let separates = tree.children(parent).any(is_other) || {
            let mut symbols: Vec<Symbol> = tree.children(parent).map(|node| tree.symbol(node)).collect();
            symbols.push(of_target);
            self.derives(tree.symbol(parent), &symbols)
        };
        if states.parent == parent.id {
            states.separates.insert(separator, separates);
        }
        separates
    }

    /// What goes with a node that is taken out of the list it stands in: the first and the last of the siblings; with it one
    /// separator, or where it is all there is in a line, the line. `None` if it stands in no list, so that what is left would
    /// mean something else, or be no production.
    pub(crate) fn removable(&self, tree: &Tree, states: &mut ListStates, place: Node) -> Option<(Node, Node)> {
        let mut at = Node::top(place.id);
        // Progress: each turn goes up.
        while let Some(parent) = tree.parent(at) {
            let (before, behind) = (tree.prev_sibling(at), tree.next_sibling(at));
            let is_layout_token = |node: Node| tree.is_token(node) && self.is_layout(tree.symbol(node));
            let is_separator = |node: &Node| self.is_constant(tree, *node) && !is_layout_token(*node);
            let ranges = [
                behind.filter(is_separator).map(|behind| (at, behind)),
                before.filter(is_separator).map(|before| (before, at)),
                Some((at, at)),
            ];
            let mut ranges = ranges.into_iter().flatten();
            if let Some(range) = ranges.find(|&(from, to)| self.is_left_out(tree, states, from, to)) {
                return Some(range);
            }
            if tree.children(parent).any(|other| other != at && !is_layout_token(other)) {
                return None;
            }
            at = Node::top(parent.id);
        }
        None
    }

    /// Whether siblings can go and those that stay keep their part in the rule: as soon as the next one is read the automaton is
    /// where it was, or where it goes on in the same way, as behind the first element of a list, which may have more behind it.
    /// So the stream of `print >>f, x` is no element of a list, although `print >>x` can be read: `print >>x,` cannot.
    fn is_left_out(&self, tree: &Tree, states: &mut ListStates, from: Node, to: Node) -> bool {
        let network = &self.target.tables().network;
        let step = |at: StateId, node: Node| {
            self.space.to_target(tree.symbol(node)).and_then(|symbol| network.step(at, symbol))
        };
        let Some(before) = states.before(self, tree, from.id) else { return false };
        let Some(mut behind) = step(before, from) else { return false };
        if to != from {
            let Some(next) = step(behind, to) else { return false };
            behind = next;
        }
        // Whether everything that goes on from one state goes on from another.
        let goes_on = |new: StateId, old: StateId| {
            let (new_state, old_state) = (network.state(new), network.state(old));
            let is_same = |&(symbol, to): &(Symbol, StateId)| network.step(new, symbol) == Some(to);
            new == old || (new_state.accepting || !old_state.accepting) && old_state.transitions.iter().all(is_same)
        };
        match tree.next_sibling(to) {
            Some(next) => step(before, next).zip(step(behind, next)).is_some_and(|(new, old)| goes_on(new, old)),
            // At the end: the automaton is where it was, or a separator is left that the list may end with.
            None => {
                let last = tree.prev_sibling(from);
                let leaves_separator = last.is_some_and(|last| step(behind, last) == Some(before));
                let is_same = before == behind || goes_on(before, behind) && self.may_be_single(tree, from);
                network.state(before).accepting && (is_same || leaves_separator)
            }
        }
    }

    /// Whether the list of which the nodes from `from` on are taken away is still one: more than one child is left, or there are
    /// constants around it that say so, as in `[a]`. `(a)` is no list.
    fn may_be_single(&self, tree: &Tree, from: Node) -> bool {
        let Some(first) = tree.prev_sibling(from) else { return false };
        if tree.prev_sibling(first).is_some() {
            return true;
        }
        let Some(list) = tree.parent(from).map(|list| Node::top(list.id)) else { return false };
        let Some(above) = tree.parent(list) else { return false };
        let around = [tree.prev_sibling(list), tree.next_sibling(list)];
        let children = tree.children(above).map(|child| self.space.to_target(tree.symbol(child)));
        let children: Option<Vec<Symbol>> = children.collect();
        let rule = self.space.to_target(tree.symbol(above));
        let neutrals = &self.target.grammar().neutrals;
        let is_neutral = |children: Vec<Symbol>| {
            neutrals.iter().any(|(neutral, rhs)| Some(*neutral) == rule && rhs.derives(&children))
        };
        around.iter().all(|node| node.is_some_and(|node| self.is_constant(tree, node)))
            && !children.is_some_and(is_neutral)
    }
}
