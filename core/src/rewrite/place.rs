//! Placing: a node where the grammar of the target wants another symbol.
//!
//! Three ways, in this order: a level of the node's own chain fits as it is or along a pure chain; the minimal neutral
//! interpolation is put around it, so that parentheses stand exactly where the grammar needs them; there is none, and the
//! caller reports it.

use super::comments;
use super::space::Space;
use crate::algebra::{InterpolationError, Kind, Step};
use crate::automata::StateId;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// Where nodes are placed: in a tree of `space` that is to become a tree of `target`.
#[derive(Clone, Copy)]
pub(crate) struct Placing<'a> {
    pub(crate) space: &'a Space,
    pub(crate) target: &'a Langlet,
}

impl Placing<'_> {
    /// The path from `outer` to `inner` in the target.
    fn path(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<Vec<Step>> {
        let (outer, inner) = (self.space.to_target(outer)?, self.space.to_target(inner)?);
        self.target.interpolations().path(kind, outer, inner)
    }

    /// Whether a node of the symbol `inner` can stand in a place of the symbol `outer`. A place that the target does not know
    /// admits whatever its parser reads there.
    pub(crate) fn admits(&self, outer: Symbol, inner: Symbol) -> bool {
        self.space.to_target(outer).is_none()
            || [Kind::Pure, Kind::Neutral].into_iter().any(|kind| self.path(kind, outer, inner).is_some())
    }

    /// Whether a node of the source's symbol `inner` can be placed in `outer`, both in their own numberings, in several ways that
    /// are equally short; the error names them.
    pub(crate) fn ambiguity(&self, outer: Symbol, inner: Symbol) -> Option<InterpolationError> {
        let inner = self.space.to_target(inner)?;
        let interpolations = self.target.interpolations();
        for kind in [Kind::Pure, Kind::Neutral] {
            match interpolations.find(kind, outer, inner) {
                Ok(_) => return None,
                Err(error @ InterpolationError::Ambiguous { .. }) => return Some(error),
                Err(InterpolationError::NoPath { .. }) => {}
            }
        }
        None
    }

    /// Whether the target's rule derives these children.
    pub(crate) fn derives(&self, rule: Symbol, children: &[Symbol]) -> bool {
        let Some(rule) = self.space.to_target(rule) else { return false };
        let children: Option<Vec<Symbol>> = children.iter().map(|&child| self.space.to_target(child)).collect();
        children.is_some_and(|children| self.target.tables().network.derives(rule, children))
    }

    /// A production of the target's rule in which each child is one of the given symbols, the earlier ones preferred.
    pub(crate) fn derivation(&self, rule: Symbol, ways: &[Vec<Symbol>]) -> Option<Vec<Symbol>> {
        let network = &self.target.tables().network;
        // `layers[n]`: states after n children, each with the state before and the symbol that led here.
        let mut layers: Vec<Vec<(StateId, usize, Symbol)>> =
            vec![vec![(network.start(self.space.to_target(rule)?)?, 0, rule)]];
        for symbols in ways {
            let mut next: Vec<(StateId, usize, Symbol)> = Vec::new();
            let last = layers.last().expect("there is the start");
            for (from, &(state, ..)) in last.iter().enumerate() {
                for &symbol in symbols {
                    let to = self.space.to_target(symbol).and_then(|symbol| network.step(state, symbol));
                    if let Some(to) = to.filter(|to| next.iter().all(|(known, ..)| known != to)) {
                        next.push((to, from, symbol));
                    }
                }
            }
            layers.push(next);
        }
        let last = layers.last().expect("there is the start");
        let mut at = last.iter().position(|&(state, ..)| network.state(state).accepting)?;
        let mut symbols = Vec::new();
        for layer in layers[1..].iter().rev() {
            let (_, from, symbol) = layer[at];
            symbols.push(symbol);
            at = from;
        }
        symbols.reverse();
        Some(symbols)
    }

    /// A rule of the target that derives these children: `rule` if it does, else the first that does.
    pub(crate) fn rule_of(&self, rule: Symbol, children: &[Symbol]) -> Option<Symbol> {
        if self.derives(rule, children) {
            return Some(rule);
        }
        let rules = self.target.grammar().rules.keys().map(|&rule| self.space.of_target(rule));
        rules.into_iter().find(|&rule| self.derives(rule, children))
    }

    /// The longest beginning of the nodes, two at least, that a rule of the target derives, some level of the first node
    /// first: that level, the rule and the length. `rule` is preferred.
    pub(crate) fn longest_beginning(&self, rule: Symbol, tree: &Tree, nodes: &[Node]) -> Option<(Node, Symbol, usize)> {
        let first = nodes[0];
        let levels = (first.level..tree.chain(first).len() as u16).map(|level| Node { id: first.id, level });
        let symbols = |first: Node, len: usize| {
            let behind = nodes[1..len].iter().map(|&node| tree.symbol(node));
            std::iter::once(tree.symbol(first)).chain(behind).collect::<Vec<Symbol>>()
        };
        let with = |len: usize| {
            let rule_of = |first: Node| Some((first, self.rule_of(rule, &symbols(first, len))?, len));
            levels.clone().find_map(rule_of)
        };
        (2..=nodes.len()).rev().find_map(with)
    }

    /// Makes a detached node into one of the symbol `outer`. `None` if no neutral interpolation exists.
    pub(crate) fn fit(&self, tree: &mut Tree, outer: Symbol, node: Node) -> Result<Option<Node>, EditError> {
        let levels: Vec<(u16, Symbol)> =
            (node.level..).zip(tree.chain(node)[usize::from(node.level)..].iter().copied()).collect();
        for kind in [Kind::Pure, Kind::Neutral] {
            for &(level, symbol) in &levels {
                if let Some(path) = self.path(kind, outer, symbol) {
                    return self.raise(tree, &path, Node { id: node.id, level }).map(Some);
                }
            }
        }
        self.bracketed(tree, outer, node)
    }

    /// A list without brackets, `a, b`, in the neutral brackets that make it one of the symbol `outer`: its elements become
    /// those of the list that stands in the brackets.
    fn bracketed(&self, tree: &mut Tree, outer: Symbol, node: Node) -> Result<Option<Node>, EditError> {
        let bottom = tree.bottom(node.id);
        let children: Vec<Node> = tree.children(bottom).collect();
        if tree.stored(node.id).is_leaf() || children.len() < 2 {
            return Ok(None);
        }
        let grammar = self.target.grammar();
        let mut lists: Vec<Symbol> = Vec::new();
        for (_, rhs) in &grammar.neutrals {
            rhs.for_each_symbol(&mut |symbol| {
                lists.extend(Some(symbol).filter(|&symbol| grammar.rhs(symbol).is_some()))
            });
        }
        for list in lists {
            let list = self.space.of_target(list);
            let Some(path) = self.path(Kind::Neutral, outer, list) else { continue };
            let mut elements: Vec<Symbol> = Vec::new();
            let rhs = self.space.to_target(list).and_then(|list| grammar.rhs(list)).expect("it is a rule");
            rhs.for_each_symbol(&mut |symbol| elements.push(self.space.of_target(symbol)));
            let ways: Vec<Vec<Symbol>> = children
                .iter()
                .map(|&child| match self.is_constant(tree, child) {
                    true => vec![tree.symbol(child)],
                    false => {
                        let fits = |&element: &Symbol| self.level_for(tree, &[element], child).is_some();
                        elements.iter().copied().filter(fits).collect()
                    }
                })
                .collect();
            let Some(symbols) = self.derivation(list, &ways) else { continue };
            let mut new = Vec::new();
            for (&child, symbol) in children.iter().zip(symbols) {
                let child = tree.detach(child);
                new.push(self.fit(tree, symbol, child)?.expect("a level of it fits"));
            }
            tree.delete(node.id);
            let inner = tree.inner_unchecked(list, &new);
            return self.raise(tree, &path, inner).map(Some);
        }
        Ok(None)
    }

    /// Puts a detached node in the place of `place`, or of a level above it in its chain. `None` if it fits nowhere.
    pub(crate) fn put(&self, tree: &mut Tree, place: Node, node: Node) -> Result<Option<Node>, EditError> {
        let node = self.without_outer_brackets(tree, place, node)?;
        let chain = tree.chain(place).to_vec();
        let inner = tree.symbol(node);
        for kind in [Kind::Pure, Kind::Neutral] {
            for level in (0..=place.level).rev() {
                if let Some(path) = self.path(kind, chain[usize::from(level)], inner) {
                    let raised = self.raise(tree, &path, node)?;
                    return Ok(Some(tree.replace_unchecked(Node { id: place.id, level }, raised)));
                }
            }
        }
        for level in (0..=place.level).rev() {
            if let Some(fitted) = self.bracketed(tree, chain[usize::from(level)], node)? {
                return Ok(Some(tree.replace_unchecked(Node { id: place.id, level }, fitted)));
            }
        }
        // The target does not know the rule of the place; whether the node may stand there, its parser will say.
        if self.space.to_target(chain[0]).is_none() {
            return Ok(Some(tree.replace_unchecked(Node::top(place.id), node)));
        }
        Ok(None)
    }

    /// Puts several detached nodes in the place of `place`, or of a level above it in its chain, with the separators of the
    /// list it stands in. `None` if the list does not admit them.
    pub(crate) fn put_all(&self, tree: &mut Tree, place: Node, nodes: &[Node]) -> Result<Option<Vec<Node>>, EditError> {
        // Above the chain of the place, there are only its siblings.
        let top = Node::top(place.id);
        let Some(parent) = tree.parent(top) else { return Ok(None) };
        let siblings: Vec<Node> = tree.children(parent).collect();
        let index = siblings.iter().position(|&child| child == top).expect("a node is a child of its parent");
        let rule = tree.symbol(parent);
        let Some(rhs) = self.space.to_target(rule).and_then(|rule| self.target.grammar().rhs(rule)) else {
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
        for (&level, separator) in levels.iter().rev().flat_map(|level| separators.iter().map(move |s| (level, s))) {
            let fits = |node: &Node| {
                [Kind::Pure, Kind::Neutral].into_iter().any(|kind| self.path(kind, level, tree.symbol(*node)).is_some())
            };
            let is_list = separator.is_none_or(|separator| self.is_list(tree, &siblings, separator));
            if !is_list || !nodes.iter().all(fits) {
                continue;
            }
            let mut run: Vec<Symbol> = Vec::new();
            for _ in nodes {
                run.extend(separator.filter(|_| !run.is_empty()).map(|separator| self.space.of_target(separator)));
                run.push(level);
            }
            let symbols: Vec<Symbol> = siblings.iter().map(|&node| tree.symbol(node)).collect();
            if !self.derives(rule, &[&symbols[..index], &run, &symbols[index + 1..]].concat()) {
                continue;
            }
            let mut new = Vec::new();
            for &node in nodes {
                if let Some(separator) = separator.filter(|_| !new.is_empty()) {
                    new.push(self.constant(tree, separator)?);
                }
                new.push(self.fit(tree, level, node)?.expect("it was tried before"));
            }
            let ids: Vec<Node> = new.iter().map(|node| Node::top(node.id)).collect();
            tree.splice_unchecked(parent, index, index + 1, &new);
            let step = if separator.is_some() { 2 } else { 1 };
            return Ok(Some(ids.into_iter().step_by(step).collect()));
        }
        Ok(None)
    }

    /// Takes a node out of the list it stands in, with one separator; where it is all there is in a line, with the line. `None`
    /// if it stands in no list, so that what is left would mean something else, or be no production.
    /// Comments are kept if `newline`, the line end of the text, is given.
    pub(crate) fn remove(
        &self,
        tree: &mut Tree,
        place: Node,
        newline: Option<&str>,
    ) -> Result<Option<Vec<Node>>, EditError> {
        let mut at = Node::top(place.id);
        // Progress: each turn goes up.
        while let Some(parent) = tree.parent(at) {
            let siblings: Vec<Node> = tree.children(parent).collect();
            let index = siblings.iter().position(|&child| child == at).expect("a node is a child of its parent");
            let is_layout = |node: Node| {
                let symbol = self.space.to_target(tree.symbol(node));
                tree.is_token(node) && symbol.is_some_and(|symbol| self.target.grammar().is_layout(symbol))
            };
            let is_separator = |index: usize| {
                siblings.get(index).is_some_and(|&node| self.is_constant(tree, node) && !is_layout(node))
            };
            let mut ranges = Vec::new();
            if is_separator(index + 1) {
                ranges.push((index, index + 2));
            }
            if index > 0 && is_separator(index - 1) {
                ranges.push((index - 1, index + 1));
            }
            ranges.push((index, index + 1));
            let symbols: Vec<Symbol> = siblings.iter().map(|&node| tree.symbol(node)).collect();
            let admitted =
                ranges.into_iter().find(|&(from, to)| self.is_left_out(tree.symbol(parent), &symbols, from, to));
            if let Some((from, to)) = admitted {
                // What was at the start of the list, a line for instance, is still the start.
                if from == index
                    && let Some(&next) = siblings.get(to)
                    && tree.trivia(next).trim().is_empty()
                    && tree.first_leaf(next.id).is_some_and(|leaf| !tree.leaf_text(leaf).is_empty())
                    && !tree.trivia(at).contains(['\n', '\r'])
                {
                    let trivia = tree.trivia(at).to_owned();
                    tree.set_trivia(next, &trivia)?;
                }
                if let Some(newline) = newline {
                    comments::save(tree, &siblings[from..to], newline)?;
                }
                tree.splice_unchecked(parent, from, to, &[]);
                return Ok(Some(Vec::new()));
            }
            if siblings.iter().any(|&other| other != at && !is_layout(other)) {
                return Ok(None);
            }
            at = Node::top(parent.id);
        }
        Ok(None)
    }

    /// Whether children can go and those that stay keep their part in the rule: the automaton is where it was as soon as the
    /// next one is read. So the stream of `print >>f, x` is no element of a list, although `print >>x` can be read.
    fn is_left_out(&self, rule: Symbol, children: &[Symbol], from: usize, to: usize) -> bool {
        let network = &self.target.tables().network;
        let target: Option<Vec<Symbol>> = children.iter().map(|&child| self.space.to_target(child)).collect();
        let start = self.space.to_target(rule).and_then(|rule| network.start(rule));
        let (Some(children), Some(start)) = (target, start) else { return false };
        let mut states = vec![start];
        for &child in &children {
            let Some(next) = network.step(states[states.len() - 1], child) else { return false };
            states.push(next);
        }
        match children.get(to) {
            Some(&next) => network.step(states[from], next) == Some(states[to + 1]),
            // At the end: the automaton is where it was, or a separator is left that the list may end with.
            None => {
                let leaves_separator = from > 0 && network.step(states[to], children[from - 1]) == Some(states[from]);
                network.state(states[from]).accepting && (states[from] == states[to] || leaves_separator)
            }
        }
    }

    /// Whether the separator means no more than that an element follows: the list may end with it, too, or other constants
    /// are around the list. An operator is no separator.
    fn is_list(&self, tree: &Tree, siblings: &[Node], separator: Symbol) -> bool {
        let separator = self.space.of_target(separator);
        let mut symbols: Vec<Symbol> = siblings.iter().map(|&node| tree.symbol(node)).collect();
        let has_others = siblings.iter().any(|&node| self.is_constant(tree, node) && tree.symbol(node) != separator);
        let Some(rule) = siblings.first().and_then(|&first| tree.parent(first)) else { return false };
        symbols.push(separator);
        has_others || self.derives(tree.symbol(rule), &symbols)
    }

    /// Whether the node is a token with a single text in the target.
    pub(crate) fn is_constant(&self, tree: &Tree, node: Node) -> bool {
        let symbol = self.space.to_target(tree.symbol(node));
        tree.is_token(node)
            && symbol.is_some_and(|symbol| {
                self.target.grammar().constant_text(symbol).is_some() || self.target.grammar().is_layout(symbol)
            })
    }

    /// Whether the symbol is one of the target's layout tokens.
    pub(crate) fn is_layout(&self, symbol: Symbol) -> bool {
        self.space.to_target(symbol).is_some_and(|symbol| self.target.grammar().is_layout(symbol))
    }

    /// The token at the end of a line.
    pub(crate) fn newline(&self) -> Option<Symbol> {
        self.target.grammar().layout.newline.as_ref().map(|(symbol, _)| self.space.of_target(*symbol))
    }

    /// Takes neutral brackets that a template has written off below a detached node, where what is in them fits its place
    /// without. Tokens that are from the source stay.
    pub(crate) fn without_needless_brackets(
        &self,
        tree: &mut Tree,
        id: NodeId,
        copies: &[NodeId],
    ) -> Result<(), EditError> {
        let mut work: Vec<NodeId> = tree.children(tree.bottom(id)).map(|child| child.id).collect();
        // Progress: each turn goes down, or takes brackets off.
        while let Some(id) = work.pop() {
            if tree.stored(id).is_leaf() || copies.contains(&id) {
                continue;
            }
            let top = tree.symbol(Node::top(id));
            match self.in_brackets(tree, id).and_then(|inner| self.level_for(tree, &[top], inner)) {
                None => work.extend(tree.children(tree.bottom(id)).map(|child| child.id)),
                Some(inner) => {
                    let inner = self.take_out(tree, id, inner)?;
                    let fitted = self.fit(tree, top, inner)?.expect("a pure path was found");
                    tree.replace_unchecked(Node::top(id), fitted);
                    work.push(fitted.id);
                }
            }
        }
        Ok(())
    }

    /// As [`Placing::without_needless_brackets`], for a result that is to stand in `place`.
    fn without_outer_brackets(&self, tree: &mut Tree, place: Node, node: Node) -> Result<Node, EditError> {
        let chain = &tree.chain(place)[..=usize::from(place.level)];
        let inner = self.in_brackets(tree, node.id).and_then(|inner| self.level_for(tree, chain, inner));
        let Some(inner) = inner else { return Ok(node) };
        let inner = self.take_out(tree, node.id, inner)?;
        tree.delete(node.id);
        Ok(inner)
    }

    /// The first level of the node that can stand in one of the places as it is.
    fn level_for(&self, tree: &Tree, places: &[Symbol], node: Node) -> Option<Node> {
        let levels = (node.level..tree.chain(node).len() as u16).map(|level| Node { id: node.id, level });
        let fits =
            |level: &Node| places.iter().any(|&place| self.path(Kind::Pure, place, tree.symbol(*level)).is_some());
        levels.into_iter().find(fits)
    }

    /// Detaches what stands in brackets; it gets the white space that stands before them.
    fn take_out(&self, tree: &mut Tree, id: NodeId, inner: Node) -> Result<Node, EditError> {
        let trivia = tree.trivia(Node::top(id)).to_owned();
        let inner = tree.detach(inner);
        if tree.trivia(inner).trim().is_empty() {
            tree.set_trivia(inner, &trivia)?;
        }
        Ok(inner)
    }

    /// What stands in brackets that a template has written: the only child beside constants of a neutral production.
    fn in_brackets(&self, tree: &Tree, id: NodeId) -> Option<Node> {
        let bottom = tree.bottom(id);
        let rule = self.space.to_target(tree.symbol(bottom))?;
        let children: Vec<Node> = tree.children(bottom).collect();
        let index = children.iter().position(|&node| !self.is_constant(tree, node))?;
        // Brackets of which both are from the source stay.
        let is_written = |node: &Node| tree.is_token(*node) && tree.place(node.id).is_none();
        let has_written = children.iter().any(is_written);
        let symbols: Option<Vec<Symbol>> =
            children.iter().map(|&child| self.space.to_target(tree.symbol(child))).collect();
        let symbols = symbols?;
        let is_other = |at: usize| at == index || self.is_constant(tree, children[at]);
        let neutrals = &self.target.grammar().neutrals;
        let is_neutral = neutrals.iter().any(|(neutral, rhs)| *neutral == rule && rhs.derives(&symbols));
        (children.len() > 1 && has_written && (0..children.len()).all(is_other) && is_neutral).then(|| children[index])
    }

    /// Builds the path around a detached node.
    fn raise(&self, tree: &mut Tree, path: &[Step], node: Node) -> Result<Node, EditError> {
        let mut node = node;
        for step in path.iter().rev() {
            let mut children = Vec::with_capacity(step.before.len() + 1 + step.after.len());
            for &symbol in &step.before {
                children.push(self.constant(tree, symbol)?);
            }
            if let Some(&first) = children.first() {
                // What stood before the node now stands before the constant, unless it must stay on its line.
                let trivia = tree.trivia(node).to_owned();
                if !trivia.contains(|c: char| !c.is_whitespace() || c == '\n' || c == '\r') {
                    tree.set_trivia(first, &trivia)?;
                    tree.set_trivia(node, "")?;
                }
            }
            children.push(node);
            for &symbol in &step.after {
                children.push(self.constant(tree, symbol)?);
            }
            node = tree.inner_unchecked(self.space.of_target(step.rule), &children);
        }
        Ok(node)
    }

    fn constant(&self, tree: &mut Tree, symbol: Symbol) -> Result<Node, EditError> {
        let constants = self.target.interpolations().constants();
        constants.build(tree, symbol, &|symbol| self.space.of_target(symbol))
    }
}
