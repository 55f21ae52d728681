//! `A(b)`: the tree of type A that interpolates the node b.
//!
//! Every rule on the path derives one symbol of the path and beside it only constants, so nothing is invented. Along a chain
//! the node only gets another label: nothing is stored. For `list: item (',' item)*` and `item: '<' NAME '>'`:
//!
//! ```text
//! list(NAME a)    {list, NAME} = list → item → '<' NAME '>'    gives    list item['<' a '>']
//! ```
//!
//! Source: "Principle of relativity" (2010), where `A(B)` is the notation of builders.

use rustc_hash::FxHashSet;

use super::constant::Constants;
use super::indent::line_indentation;
use super::interpolation::{InterpolationError, Kind, Step};
use super::layout::{is_blank, lay_out};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

/// Why `A(b)` could not be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RaiseError {
    /// There is no path, or more than one.
    #[error(transparent)]
    Interpolation(#[from] InterpolationError),
    /// The node is part of a tree, or the tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// Builds `outer(inner)`: raises the detached node `inner` to the symbol `outer` along the minimal path of `{outer, inner}`.
///
/// New constants get the spacing of the langlet. What stood before the node stands before the first of them.
///
/// Laws: the result passes `check`; `find(result, inner)` is `inner`; if the path is pure, the text does not change and
/// nothing is stored.
///
/// # Errors
/// `NoPath` if there is none; `Ambiguous` if several paths are minimal; `NotDetached`; `TooLarge`. Nothing changes then.
///
/// Cost: a look-up for each step, and a constant for each that is added; where layout tokens are added, the lines of the
/// node are indented anew.
pub fn interpolate(tree: &mut Tree, kind: Kind, outer: Symbol, inner: Node) -> Result<Node, RaiseError> {
    let langlet = tree.langlet().clone();
    let path = langlet.interpolations().find(kind, outer, tree.symbol(inner))?;
    if !tree.is_detached(inner) {
        return Err(EditError::NotDetached.into());
    }
    let constants = langlet.interpolations().constants();
    let (node, new) = raise(tree, constants, &path, inner)?;
    if !new.is_empty() {
        let indentation = line_indentation(tree, node);
        lay_out(tree, node, &indentation, &new)?;
    }
    Ok(node)
}

/// Builds the path around a detached node; its new tokens have no trivia, but what stood before the node stands before the
/// first of them, unless that is a layout token and the trivia is of a line of its own. The node, and the new tokens.
///
/// # Errors
/// `TooLarge`.
pub(crate) fn raise(
    tree: &mut Tree,
    constants: &Constants,
    path: &[Step],
    node: Node,
) -> Result<(Node, FxHashSet<NodeId>), EditError> {
    let mut node = node;
    let mut new = FxHashSet::default();
    let mut rest = path;
    // Progress: each turn takes the steps of a chain, or one step with constants, off the inner end.
    while !rest.is_empty() {
        let n_chain = rest.iter().rev().take_while(|step| step.n_constants() == 0).count();
        let (outer, chain) = rest.split_at(rest.len() - n_chain);
        let labels: Vec<Symbol> = chain.iter().map(|step| step.rule).collect();
        node = tree.relabel(node, &labels);
        let Some((step, outer)) = outer.split_last() else { break };
        let mut children = Vec::with_capacity(step.n_constants() + 1);
        for &symbol in &step.before {
            children.push(constants.build(tree, symbol, &|symbol| symbol)?);
        }
        let first = children.iter().find_map(|&child| tree.first_leaf(child.id));
        if let Some(first) = first
            && (is_blank(tree.trivia(node)) || !tree.langlet().grammar().is_layout(tree.symbol(tree.bottom(first))))
        {
            let trivia = tree.trivia(node).to_owned();
            tree.set_leaf_trivia(first, &trivia)?;
            tree.set_trivia(node, "")?;
        }
        children.push(node);
        for &symbol in &step.after {
            children.push(constants.build(tree, symbol, &|symbol| symbol)?);
        }
        if !step.before.is_empty() {
            new.extend(tree.first_leaf(node.id));
        }
        for &constant in children.iter().filter(|&&child| child != node) {
            new.extend(tree.leaf_ids(constant.id));
        }
        node = tree.inner_unchecked(step.rule, &children);
        rest = outer;
    }
    Ok((node, new))
}
