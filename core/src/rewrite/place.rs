//! Placing: a node where the grammar of the target wants another symbol.
//!
//! Three ways, in this order: a level of the node's own chain fits as it is or along a pure chain; the minimal neutral
//! interpolation is put around it, so that parentheses stand exactly where the grammar needs them; there is none, and the
//! caller reports it.

use super::space::Space;
use crate::algebra::{Kind, Step};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, Tree};
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

    /// Whether the target's rule derives these children.
    pub(crate) fn derives(&self, rule: Symbol, children: &[Symbol]) -> bool {
        let Some(rule) = self.space.to_target(rule) else { return false };
        let children: Option<Vec<Symbol>> = children.iter().map(|&child| self.space.to_target(child)).collect();
        children.is_some_and(|children| self.target.tables().network.derives(rule, children))
    }

    /// A rule of the target that derives these children: `rule` if it does, else the first that does.
    pub(crate) fn rule_of(&self, rule: Symbol, children: &[Symbol]) -> Option<Symbol> {
        if self.derives(rule, children) {
            return Some(rule);
        }
        let rules = self.target.grammar().rules.keys().map(|&rule| self.space.of_target(rule));
        rules.into_iter().find(|&rule| self.derives(rule, children))
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
        Ok(None)
    }

    /// Puts a detached node in the place of `place`, or of a level above it in its chain. `None` if it fits nowhere.
    pub(crate) fn put(&self, tree: &mut Tree, place: Node, node: Node) -> Result<Option<Node>, EditError> {
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
        // The target does not know the rule of the place; whether the node may stand there, its parser will say.
        if self.space.to_target(chain[0]).is_none() {
            return Ok(Some(tree.replace_unchecked(Node::top(place.id), node)));
        }
        Ok(None)
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
        let text = self.target.grammar().constant_text(symbol).expect("interpolations add constants alone");
        tree.token(self.space.of_target(symbol), text)
    }
}
