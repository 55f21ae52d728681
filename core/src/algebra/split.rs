//! Split and join: a repetition taken apart into trees of its own rule, and put together again.
//!
//! ```text
//! R: x (A|B|…)* y    →    [R: x A y, R: x B y, …, R: x y]
//! ```
//!
//! x and y are constants, such as the end of a file or the brackets of a block. Each part is a whole tree of the rule, so it
//! can be checked, changed, printed or run by itself; the last part is the empty one, if the rule has it. In the parts x
//! and y are new, but for the first x and the last y, which keep what stood before them: so nothing is lost, and `join`
//! gives the tree back byte for byte.
//!
//! Source: "Principle of relativity" (2010), section Splitting nodes.

use super::constant::Constants;
use crate::automata::Network;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, Tree};
use crate::grammar::Symbol;

/// Why a node cannot be split, or parts cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The production is not of the form that splits.
    #[error("`{rule}` is no repetition between constants")]
    NoRepetition {
        /// The rule, or the token.
        rule: String,
    },
    /// Parts of different rules or langlets, or none at all.
    #[error("parts of one rule are joined{}", found.as_ref().map(|(a, b)| format!(", not one of `{a}` and one of `{b}`")).unwrap_or_default())]
    DifferentParts {
        /// The rules of the first part and of one that differs; `None` if there are no parts.
        found: Option<(String, String)>,
    },
    /// The tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A production as a repetition between constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// The constants before the elements.
    pub before: Vec<Symbol>,
    /// The constants behind the elements.
    pub after: Vec<Symbol>,
    /// Whether there may be no element.
    pub may_be_empty: bool,
}

impl Repetition {
    /// A production of the rule as a repetition, if it is one. Along the production, the first state that an element leads
    /// back to is the one that repeats; in `x A+ y` it is the one behind the first element.
    pub fn of(rule: Symbol, production: &[Symbol], network: &Network, constants: &Constants) -> Option<Repetition> {
        let mut at = network.start(rule)?;
        let mut n_before = 0;
        let from = loop {
            let repeats = |state, symbol| network.step(state, symbol) == Some(state);
            let starts = |state, &symbol: &Symbol| {
                repeats(state, symbol) || network.step(state, symbol).is_some_and(|next| repeats(next, symbol))
            };
            let is_loop = network.state(at).transitions.iter().any(|&(symbol, _)| repeats(at, symbol));
            let next = production.get(n_before);
            if is_loop || next.is_some_and(|next| starts(at, next)) {
                break at;
            }
            let &next = next.filter(|&&next| constants.contains(next))?;
            at = network.step(at, next)?;
            n_before += 1;
        };
        // The elements all lead from there to the state that repeats.
        let first = production.get(n_before);
        let next =
            first.and_then(|&first| network.step(from, first).filter(|&next| network.step(next, first) == Some(next)));
        let repeating = next.unwrap_or(from);
        let is_element = |&&symbol: &&Symbol| {
            network.step(repeating, symbol) == Some(repeating) && network.step(from, symbol) == Some(repeating)
        };
        let n_elements = production[n_before..].iter().take_while(is_element).count();
        let (before, after) = (production[..n_before].to_vec(), production[n_before + n_elements..].to_vec());
        let may_be_empty = network.derives(rule, before.iter().chain(&after).copied());
        let is_repetition = after.iter().all(|&symbol| constants.contains(symbol)) && (n_elements > 0 || may_be_empty);
        is_repetition.then_some(Repetition { before, after, may_be_empty })
    }

    /// The children of a node as a repetition.
    ///
    /// # Errors
    /// `NoRepetition`.
    fn of_node(tree: &Tree, node: Node) -> Result<Repetition, SplitError> {
        let langlet = tree.langlet();
        let production: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
        let (network, constants) = (&langlet.tables().network, langlet.interpolations().constants());
        Repetition::of(tree.symbol(node), &production, network, constants)
            .ok_or_else(|| SplitError::NoRepetition { rule: tree.name(node).to_owned() })
    }
}

/// Splits a node into a tree for each element and, if the rule may be empty, an empty one behind them. The white space and
/// comments before an element stay with it; those before the constants behind the elements are in the last part.
///
/// Laws: `join(split(t)) == t`, byte for byte; each part checks.
///
/// # Errors
/// `NoRepetition`. Cost: linear in the node; each part is a tree of its own.
pub fn split(tree: &Tree, node: Node) -> Result<Vec<Tree>, SplitError> {
    let rule = tree.symbol(node);
    let langlet = tree.langlet();
    let constants = langlet.interpolations().constants();
    let repetition = Repetition::of_node(tree, node)?;
    let children: Vec<Node> = tree.children(node).collect();
    let (n_before, n_after) = (repetition.before.len(), repetition.after.len());
    let elements = &children[n_before..children.len() - n_after];
    let n_parts = elements.len() + usize::from(repetition.may_be_empty);
    let mut parts = Vec::with_capacity(n_parts);
    for number in 0..n_parts {
        let mut part = Tree::empty(langlet);
        let mut nodes = Vec::with_capacity(n_before + 1 + n_after);
        for (index, &symbol) in repetition.before.iter().enumerate() {
            nodes.push(match number {
                0 => part.graft(tree, children[index])?,
                _ => constants.build(&mut part, symbol, &|symbol| symbol)?,
            });
        }
        if let Some(&element) = elements.get(number) {
            nodes.push(part.graft(tree, element)?);
        }
        let behind = &children[children.len() - n_after..];
        for (&symbol, &child) in repetition.after.iter().zip(behind) {
            nodes.push(match number + 1 == n_parts {
                true => part.graft(tree, child)?,
                false => constants.build(&mut part, symbol, &|symbol| symbol)?,
            });
        }
        let root = part.inner_unchecked(rule, &nodes);
        part.set_root(root);
        if number + 1 == n_parts && tree.root() == node {
            part.set_tail(&tree.text[tree.tail.range()])?;
        }
        parts.push(part);
    }
    Ok(parts)
}

/// Joins parts of one rule: all their elements in order, between the constants before the first part's and those behind the
/// last part's.
///
/// # Errors
/// `NoRepetition`; `DifferentParts`.
pub fn join(parts: &[Tree]) -> Result<Tree, SplitError> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return Err(SplitError::DifferentParts { found: None });
    };
    let langlet = first.langlet();
    let rule = first.symbol(first.root());
    let repetition = Repetition::of_node(first, first.root())?;
    let (n_before, n_after) = (repetition.before.len(), repetition.after.len());
    let mut tree = Tree::empty(langlet);
    let mut nodes = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        if part.langlet() != langlet || part.symbol(part.root()) != rule {
            let names = (first.name(first.root()).to_owned(), part.name(part.root()).to_owned());
            return Err(SplitError::DifferentParts { found: Some(names) });
        }
        let children: Vec<Node> = part.children(part.root()).collect();
        let from = if number == 0 { 0 } else { n_before };
        let to = if number + 1 == parts.len() { children.len() } else { children.len() - n_after };
        for &child in &children[from..to] {
            nodes.push(tree.graft(part, child)?);
        }
    }
    let root = tree.inner_unchecked(rule, &nodes);
    tree.set_root(root);
    tree.set_tail(&last.text[last.tail.range()])?;
    Ok(tree)
}
