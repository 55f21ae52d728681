//! Placing: a node where the grammar of the target wants another symbol.
//!
//! Three ways, in this order: a level of the node's own chain fits as it is or along a pure chain; the minimal neutral
//! interpolation is put around it, so that parentheses stand exactly where the grammar needs them; there is none, and the
//! caller reports it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::bound::{Bound, Kept};
use super::space::Space;
use crate::algebra::postfix::can_join;
use crate::algebra::{InterpolationError, Kind, Step};
use crate::automata::StateId;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;

/// Where nodes are placed: in a tree of `space` that is to become a tree of `target`.
#[derive(Clone, Copy)]
pub(crate) struct Placing<'a> {
    pub(crate) space: &'a Space,
    pub(crate) target: &'a Langlet,
}

/// Neutral brackets for a list.
pub(crate) struct Brackets {
    /// From what the brackets are to be to the list in them.
    path: Vec<Step>,
    list: Symbol,
    /// The children of the list, and what each becomes.
    elements: Vec<(Node, Symbol)>,
}

impl<'a> Placing<'a> {
    /// The path from `outer` to `inner` in the target.
    pub(crate) fn path(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<Vec<Step>> {
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

    /// Makes a detached node into one of the symbol `outer`, along the minimal path of one of the kinds. `None` if there is none.
    pub(crate) fn fit_along(
        &self,
        tree: &mut Tree,
        kinds: &[Kind],
        outer: Symbol,
        node: Node,
    ) -> Result<Option<Node>, EditError> {
        let len = tree.chain(node).len() as u16;
        for &kind in kinds {
            for level in node.level..len {
                let symbol = tree.symbol(Node { id: node.id, level });
                if let Some(path) = self.path(kind, outer, symbol) {
                    return self.raise(tree, &path, Node { id: node.id, level }).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Reads the tokens of a detached node again as the target's symbol `outer`, where no path leads from the one to the
    /// other: `(a, (b, c))` of parameters as an expression. `None` if they are no string of `outer`.
    pub(crate) fn read_again(&self, tree: &mut Tree, outer: Symbol, node: Node) -> Result<Option<Node>, EditError> {
        let Some(rule) = self.space.to_target(outer) else { return Ok(None) };
        if tree.is_token(node) || !self.target.grammar().symbols.is_rule(rule) {
            return Ok(None);
        }
        let leaves: Vec<NodeId> = tree.leaf_ids(node.id).collect();
        let (mut text, mut tokens) = (String::new(), Vec::new());
        for &leaf in &leaves {
            text.push_str(tree.leaf_trivia(leaf));
            let Some(kind) = self.target.lexer().kind_of(tree.leaf_text(leaf)) else { return Ok(None) };
            let start = text.len() as u32;
            text.push_str(tree.leaf_text(leaf));
            tokens.push(Token { kind, start, end: text.len() as u32 });
        }
        let Ok(read) = self.target.parse_tokens(rule, text, &tokens) else { return Ok(None) };
        let new = tree.graft_with(&read, read.root(), |symbol| self.space.of_target(symbol))?;
        for (leaf, old) in tree.leaf_ids(new.id).collect::<Vec<_>>().into_iter().zip(leaves) {
            if let Some(place) = tree.place(old) {
                tree.origins.insert(leaf, place);
            }
        }
        Ok(Some(new))
    }

    /// The neutral brackets that make a list without brackets, `a, b`, one of the symbol `outer`: its elements become those of
    /// the list that stands in the brackets.
    pub(crate) fn brackets_for(&self, tree: &Tree, outer: Symbol, node: Node) -> Option<Brackets> {
        let children: Vec<Node> = tree.children(tree.bottom(node.id)).collect();
        if tree.stored(node.id).is_leaf() || children.len() < 2 {
            return None;
        }
        let grammar = self.target.grammar();
        let mut lists: Vec<Symbol> = Vec::new();
        for (_, rhs) in &grammar.neutrals {
            rhs.for_each_symbol(&mut |symbol| {
                lists.extend(Some(symbol).filter(|&symbol| grammar.rhs(symbol).is_some()))
            });
        }
        lists.into_iter().find_map(|list| {
            let list = self.space.of_target(list);
            let path = self.path(Kind::Neutral, outer, list)?;
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
            let symbols = self.derivation(list, &ways)?;
            Some(Brackets { path, list, elements: children.iter().copied().zip(symbols).collect() })
        })
    }

    /// The elements of a list, detached by now, in their brackets.
    pub(crate) fn bracketed(&self, tree: &mut Tree, brackets: Brackets) -> Result<Node, EditError> {
        let mut new = Vec::new();
        for (child, symbol) in brackets.elements {
            new.push(self.fit_along(tree, &[Kind::Pure, Kind::Neutral], symbol, child)?.expect("a level of it fits"));
        }
        let inner = tree.inner_unchecked(brackets.list, &new);
        self.raise(tree, &brackets.path, inner)
    }

    /// The children of `node`, if they can stand in the place of the whole: where a rule is a head and postfixes, `atom trailer*`,
    /// and the head is to be a node of such a shape.
    pub(crate) fn postfix_parts(&self, tree: &Tree, place: Node, node: Node) -> Option<Vec<Node>> {
        let top = Node::top(place.id);
        let parent = tree.parent(top)?;
        let parts: Vec<Node> = tree.children(tree.bottom(node.id)).collect();
        if parts.len() < 2 || parts[1..].iter().any(|part| tree.stored(part.id).is_leaf()) {
            return None;
        }
        let symbol = |node: &Node| tree.symbol(*node);
        let before: Vec<Symbol> = tree.children(parent).take_while(|&child| child != top).map(|n| symbol(&n)).collect();
        let (rule, head, parts_of) = (symbol(&parent), symbol(&top), parts.iter().map(symbol).collect::<Vec<_>>());
        // The rule of the place may be one of the source alone.
        let known = tree.langlet.grammar().symbols.len();
        let is_of_source = [rule, head].iter().chain(&before).chain(&parts_of).all(|symbol| symbol.index() < known);
        let joins_in_source =
            || is_of_source && can_join(&tree.langlet.tables().network, rule, &before, head, &parts_of);
        let to_target = |symbols: &[Symbol]| symbols.iter().map(|&symbol| self.space.to_target(symbol)).collect();
        let of_target: Option<Vec<Symbol>> = to_target(&[&[rule, head], &*before, &*parts_of].concat());
        let joins = of_target.is_some_and(|all| {
            let (before, parts) = all[2..].split_at(before.len());
            can_join(&self.target.tables().network, all[0], before, all[1], parts)
        });
        (joins || joins_in_source()).then_some(parts)
    }

    /// Puts a detached node in the place of `place`, or of a level above it in its chain. `None` if it fits nowhere. The nodes
    /// in their place are several where a head and its postfixes come before those that are there. `kept` are nodes of the
    /// source in it; if one is taken apart, its parts are kept instead.
    pub(crate) fn put(
        &self,
        tree: &mut Tree,
        place: Node,
        node: Node,
        kept: &mut Vec<Kept>,
    ) -> Result<Option<Vec<Node>>, EditError> {
        let node = self.without_outer_brackets(tree, place, node)?;
        let chain = tree.chain(place).to_vec();
        // What is a chain needs no more of it than the place does.
        let node = self.level_for(tree, &chain[..=usize::from(place.level)], node).unwrap_or(node);
        let inner = tree.symbol(node);
        for kind in [Kind::Pure, Kind::Neutral] {
            for level in (0..=place.level).rev() {
                if let Some(path) = self.path(kind, chain[usize::from(level)], inner) {
                    let raised = self.raise(tree, &path, node)?;
                    return Ok(Some(vec![tree.replace_unchecked(Node { id: place.id, level }, raised)]));
                }
            }
            if kind == Kind::Pure
                && let Some(parts) = self.postfix_parts(tree, place, node)
            {
                take_apart(tree, node, &parts, kept);
                tree.exchange(place.id, &parts);
                return Ok(Some(parts));
            }
        }
        for level in (0..=place.level).rev() {
            if let Some(brackets) = self.brackets_for(tree, chain[usize::from(level)], node) {
                let children: Vec<Node> = brackets.elements.iter().map(|&(child, _)| child).collect();
                take_apart(tree, node, &children, kept);
                let fitted = self.bracketed(tree, brackets)?;
                return Ok(Some(vec![tree.replace_unchecked(Node { id: place.id, level }, fitted)]));
            }
        }
        // The target does not know the rule of the place; whether the node may stand there, its parser will say.
        if self.space.to_target(chain[0]).is_none() {
            return Ok(Some(vec![tree.replace_unchecked(Node::top(place.id), node)]));
        }
        Ok(None)
    }

    /// Whether it can be said that the node, in the place of a head, is the head of the postfixes behind it.
    pub(crate) fn is_head_for(&self, tree: &Tree, place: Node, node: Node) -> bool {
        self.space.to_target(tree.symbol(place)).is_some() || self.postfix_parts(tree, place, node).is_some()
    }

    /// Whether the target does not know the node's rule.
    pub(crate) fn is_foreign(&self, tree: &Tree, node: Node) -> bool {
        !tree.is_token(tree.bottom(node.id)) && self.space.to_target(tree.symbol(node)).is_none()
    }

    /// The first child of a list that the target does not know.
    pub(crate) fn misfit(&self, tree: &Tree, list: Node) -> Option<Node> {
        tree.children(list).find(|&child| self.is_foreign(tree, child))
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

    /// Whether the node begins a line, or is one.
    pub(crate) fn is_line(&self, tree: &Tree, node: Node) -> bool {
        let before = tree.first_leaf(node.id).and_then(|leaf| tree.prev_leaf(leaf));
        before.is_none_or(|before| self.is_layout(tree.symbol(tree.bottom(before))))
    }

    /// By symbol of the space, whether a node of it may hold a layout token, in the source or in the target. Found when it is
    /// first asked for.
    pub(crate) fn holding_layout(&self, source: &Langlet) -> &'a [bool] {
        self.space.holding_layout.get_or_init(|| self.find_holding_layout(source))
    }

    fn find_holding_layout(&self, source: &Langlet) -> Vec<bool> {
        let mut holds: Vec<bool> = Vec::new();
        for langlet in [source, self.target] {
            let grammar = langlet.grammar();
            let number = |symbol: Symbol| if langlet == source { symbol } else { self.space.of_target(symbol) };
            let mut used_by: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
            for &rule in grammar.rules.keys() {
                let rhs = grammar.rhs(rule).expect("it is a rule");
                rhs.for_each_symbol(&mut |symbol| used_by.entry(symbol).or_default().push(rule));
            }
            let mut work: Vec<Symbol> = grammar.symbols.iter().filter(|&symbol| grammar.is_layout(symbol)).collect();
            // Progress: each turn marks a symbol that was not marked.
            let mut marked: FxHashSet<Symbol> = work.iter().copied().collect();
            while let Some(symbol) = work.pop() {
                let index = number(symbol).index();
                holds.resize(holds.len().max(index + 1), false);
                holds[index] = true;
                let users = used_by.get(&symbol).into_iter().flatten();
                work.extend(users.copied().filter(|&user| marked.insert(user)));
            }
            let most = grammar.symbols.iter().map(|symbol| number(symbol).index() + 1).max().unwrap_or(0);
            holds.resize(holds.len().max(most), false);
        }
        holds
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
        bound: &mut Bound,
        kept: &mut Vec<Kept>,
    ) -> Result<(), EditError> {
        let mut ids: FxHashSet<NodeId> = kept.iter().map(|kept| kept.id).collect();
        let mut work: Vec<NodeId> = tree.children(tree.bottom(id)).map(|child| child.id).collect();
        // Progress: each turn goes down, or takes brackets off.
        while let Some(id) = work.pop() {
            if tree.stored(id).is_leaf() || ids.contains(&id) {
                continue;
            }
            let top = Node::top(id);
            let inner = self.in_brackets(tree, id);
            if let Some(inner) = inner.and_then(|inner| self.level_without(tree, &[tree.symbol(top)], id, inner)) {
                let inner = self.take_out(tree, id, inner)?;
                let fitted = self.fit_along(tree, &[Kind::Pure], tree.symbol(top), inner)?;
                work.push(tree.replace_unchecked(top, fitted.expect("a pure path was found")).id);
            } else if let Some((inner, parts)) =
                inner.and_then(|inner| Some((inner, self.postfix_parts(tree, top, inner)?)))
            {
                let inner = self.take_out(tree, id, inner)?;
                bound.dissolve_kept(tree, inner.id, kept);
                ids = kept.iter().map(|kept| kept.id).collect();
                tree.exchange(id, &parts);
                work.extend(parts.iter().map(|part| part.id));
            } else {
                work.extend(tree.children(tree.bottom(id)).map(|child| child.id));
            }
        }
        Ok(())
    }

    /// As [`Placing::without_needless_brackets`], for a result that is to stand in `place`.
    fn without_outer_brackets(&self, tree: &mut Tree, place: Node, node: Node) -> Result<Node, EditError> {
        let chain = &tree.chain(place)[..=usize::from(place.level)];
        let inner = self.in_brackets(tree, node.id).and_then(|inner| self.level_without(tree, chain, node.id, inner));
        let Some(inner) = inner else { return Ok(node) };
        let inner = self.take_out(tree, node.id, inner)?;
        tree.delete(node.id);
        Ok(inner)
    }

    /// The first level of what stands in brackets that can stand in one of the places without them. A list is no element of a
    /// list of its own rule: `[(a, b)]` is not `[a, b]`.
    fn level_without(&self, tree: &Tree, places: &[Symbol], id: NodeId, inner: Node) -> Option<Node> {
        let (own, brackets) = (tree.symbol(inner), tree.symbol(tree.bottom(id)));
        let is_list = tree.bottom(inner.id) == inner && !tree.stored(inner.id).is_leaf();
        let admits = |&place: &Symbol| !(is_list && place == own && place != brackets);
        let places: Vec<Symbol> = places.iter().copied().filter(admits).collect();
        self.level_for(tree, &places, inner)
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

    pub(crate) fn constant(&self, tree: &mut Tree, symbol: Symbol) -> Result<Node, EditError> {
        let constants = self.target.interpolations().constants();
        constants.build(tree, symbol, &|symbol| self.space.of_target(symbol))
    }
}

/// Detaches the children of a detached node, which goes. Where the node was kept, they are.
fn take_apart(tree: &mut Tree, node: Node, children: &[Node], kept: &mut Vec<Kept>) {
    for &child in children {
        tree.detach(child);
    }
    tree.nodes.remove(node.id);
    if let Some(at) = kept.iter().position(|kept| kept.id == node.id) {
        let parts: Vec<Kept> = children.iter().map(|&child| Kept::new(tree, child)).collect();
        kept.splice(at..at + 1, parts);
    }
}
