//! Conditions of rules: what must hold of the nodes that metavariables stand for, and of what is around the node.
//!
//! A condition that has a pattern and holds also binds the pattern's metavariables; one that is negated binds nothing.

use regex::Regex;

use super::binding::Binding;
use super::matching::Matcher;
use super::metavariable::Variable;
use super::pattern::{NamedPattern, Pattern};
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::notation::syntax::Relation;
use crate::span::Span;

/// A test of the nodes that metavariables stand for: for each argument of the condition its nodes, separators included.
pub type Predicate = fn(&Tree, &[&[Node]]) -> bool;

/// A condition, ready to be tested.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) test: Test,
    /// Whether the test must hold or must not.
    pub(crate) positive: bool,
    /// The condition in its file.
    pub(crate) span: Span,
}

/// What a condition tests.
#[derive(Debug)]
pub(crate) enum Test {
    /// The run ends with the separator.
    Trailing(Variable, String),
    /// Some level of the node fits; of a run, of each element.
    Is(Variable, Reference),
    /// The whole text fits.
    Matches(Variable, Regex),
    /// Some node below fits, the node itself included.
    Has(Variable, Reference),
    /// A node around the matched one fits.
    Around(Relation, Reference),
    /// The predicate says so.
    Holds(Predicate, Vec<Variable>),
    /// Binds the metavariable to a token of this symbol with a text that occurs nowhere: this one, or with a number behind it.
    New(Variable, Symbol, String),
}

/// A pattern of a condition.
#[derive(Debug)]
pub(crate) enum Reference {
    /// One of its own.
    Pattern(Box<Pattern>),
    /// The named pattern of this number.
    Named(usize),
}

impl Reference {
    /// Whether a node of the symbol may fit.
    pub(crate) fn may_fit(&self, named: &[NamedPattern], symbol: Symbol) -> bool {
        match self {
            Reference::Pattern(pattern) => pattern.symbol() == symbol,
            Reference::Named(index) => named[*index].alternatives.iter().any(|pattern| pattern.symbol() == symbol),
        }
    }
}

impl Check {
    /// Whether the condition can hold of a rule at the node, as far as the symbols beside the node tell. Asked before the pattern
    /// is matched: most nodes have no such neighbor.
    pub(crate) fn may_hold(&self, tree: &Tree, named: &[NamedPattern], node: Node) -> bool {
        let (Test::Around(relation, reference), true) = (&self.test, self.positive) else { return true };
        let sibling = match relation {
            Relation::Inside => return true,
            Relation::Follows => nearest(tree, node, |node| tree.prev_sibling(node)),
            Relation::Precedes => nearest(tree, node, |node| tree.next_sibling(node)),
        };
        let may_fit = |node: Node| {
            let levels = node.level..tree.chain(node).len() as u16;
            levels.into_iter().any(|level| reference.may_fit(named, tree.symbol(Node { id: node.id, level })))
        };
        sibling.is_some_and(|sibling| kernels(tree, sibling).any(may_fit))
    }

    /// Tests the condition with what is bound so far.
    pub(crate) fn holds<'a>(&'a self, matcher: &mut Matcher<'a>) -> bool {
        let before = (!self.positive).then(|| matcher.bindings.clone());
        let holds = match &self.test {
            // Of a run, no element is.
            Test::Is(variable, reference) if !self.positive => {
                elements(matcher, *variable).into_iter().any(|node| some_level(matcher, reference, node))
            }
            test => test.holds(matcher),
        };
        if let Some(before) = before {
            matcher.bindings = before;
        }
        holds == self.positive
    }
}

impl Test {
    fn holds<'a>(&'a self, matcher: &mut Matcher<'a>) -> bool {
        let tree = matcher.tree;
        match self {
            Test::Trailing(variable, separator) => {
                let last = matcher.bindings.get(*variable).and_then(|binding| binding.nodes().last());
                last.is_some_and(|&node| tree.is_token(node) && tree.text(node) == separator)
            }
            Test::Is(variable, reference) => {
                elements(matcher, *variable).into_iter().all(|node| some_level(matcher, reference, node))
            }
            Test::Matches(variable, regex) => {
                let text = match matcher.bindings.get(*variable) {
                    Some(Binding::Node(node)) => tree.text_of(*node),
                    Some(Binding::Run { nodes, .. }) => {
                        nodes.iter().map(|&node| tree.trivia(node).to_owned() + &tree.text_of(node)).collect::<String>()
                    }
                    Some(Binding::New(_, text)) => text.clone(),
                    None => String::new(),
                };
                regex.is_match(text.trim())
            }
            Test::Has(variable, reference) => {
                let Some(binding) = matcher.bindings.get(*variable).cloned() else { return false };
                let named = matcher.named;
                let mut below = binding.nodes().iter().flat_map(|&node| tree.preorder(node));
                below.any(|node| reference.may_fit(named, tree.symbol(node)) && matcher.fits_below(reference, node))
            }
            Test::New(variable, symbol, text) => {
                let new = Binding::New(*symbol, text.clone());
                matcher.bindings.bind(tree, *variable, new)
            }
            Test::Around(relation, reference) => around(matcher, *relation, reference),
            Test::Holds(predicate, variables) => {
                let bound: Vec<Binding> =
                    variables.iter().filter_map(|&variable| matcher.bindings.get(variable).cloned()).collect();
                let nodes: Vec<&[Node]> = bound.iter().map(Binding::nodes).collect();
                predicate(tree, &nodes)
            }
        }
    }
}

/// What a metavariable stands for, separators left out.
fn elements(matcher: &Matcher<'_>, variable: Variable) -> Vec<Node> {
    match matcher.bindings.get(variable) {
        Some(Binding::Node(node)) => vec![*node],
        Some(Binding::Run { nodes, .. }) => {
            nodes.iter().copied().filter(|&node| !matcher.tree.is_token(node)).collect()
        }
        Some(Binding::New(..)) | None => Vec::new(),
    }
}

/// Whether some level of the node's chain, from the node down, fits.
fn some_level<'a>(matcher: &mut Matcher<'a>, reference: &'a Reference, node: Node) -> bool {
    let tree = matcher.tree;
    let len = tree.chain(node).len() as u16;
    (node.level..len)
        .map(|level| Node { id: node.id, level })
        .any(|node| reference.may_fit(matcher.named, tree.symbol(node)) && matcher.fits_below(reference, node))
}

fn around<'a>(matcher: &mut Matcher<'a>, relation: Relation, reference: &'a Reference) -> bool {
    let (tree, node, named) = (matcher.tree, matcher.node, matcher.named);
    match relation {
        Relation::Inside => {
            let fits = |matcher: &mut Matcher<'a>, above: Node| {
                reference.may_fit(named, tree.symbol(above)) && matcher.fits_below(reference, above)
            };
            // The levels above the node in its own chain, then the nodes above.
            if (0..node.level).rev().any(|level| fits(matcher, Node { id: node.id, level })) {
                return true;
            }
            let above = |id: NodeId| tree.parent(Node::top(id)).map(|parent| parent.id);
            let mut from = above(node.id);
            // Progress: each turn goes up.
            while let Some(id) = from {
                let nearest = matcher.above.map_or(Some(id), |known| known.nearest(tree, named, reference, id));
                let Some(id) = nearest else { return false };
                let bottom = tree.bottom(id).level;
                if (0..=bottom).rev().any(|level| fits(matcher, Node { id, level })) {
                    return true;
                }
                from = above(id);
            }
            false
        }
        Relation::Follows => {
            let sibling = nearest(tree, node, |node| tree.prev_sibling(node));
            sibling.is_some_and(|sibling| some_kernel(matcher, reference, sibling))
        }
        Relation::Precedes => {
            let sibling = nearest(tree, node, |node| tree.next_sibling(node));
            sibling.is_some_and(|sibling| some_kernel(matcher, reference, sibling))
        }
    }
}

/// Whether some level of the element fits, or of what it consists of beside constants.
fn some_kernel<'a>(matcher: &mut Matcher<'a>, reference: &'a Reference, element: Node) -> bool {
    kernels(matcher.tree, element).any(|node| some_level(matcher, reference, node))
}

/// The element, and further down what it consists of beside constants.
fn kernels(tree: &Tree, element: Node) -> impl Iterator<Item = Node> {
    std::iter::successors(Some(element), |&at| {
        let mut children = tree.children(tree.bottom(at.id)).filter(|&child| !is_constant(tree, child));
        match (children.next(), children.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    })
}

/// Whether the node is a token with a single text.
fn is_constant(tree: &Tree, node: Node) -> bool {
    let grammar = tree.langlet().grammar();
    let symbol = tree.symbol(node);
    // A token that a rule has made may be one of the target alone.
    tree.is_token(node)
        && symbol.index() < grammar.symbols.len()
        && (grammar.is_layout(symbol) || grammar.constant_text(symbol).is_some())
}

/// The next element on one side of the node, or of the nearest node above it that has one there. Constants are passed over.
fn nearest(tree: &Tree, node: Node, next: impl Fn(Node) -> Option<Node>) -> Option<Node> {
    let mut above = std::iter::once(node).chain(tree.ancestors(node)).filter(|node| node.level == 0);
    above.find_map(|node| std::iter::successors(next(node), |&node| next(node)).find(|&node| !is_constant(tree, node)))
}
