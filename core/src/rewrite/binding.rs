//! Bindings: what the metavariables of a rule stand for, once its pattern has been compared with a node.

use super::metavariable::Variable;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
/// What a metavariable stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// One node.
    Node(Node),
    /// Siblings, separators included, and the rule that they are children of.
    Run {
        /// The rule.
        rule: Symbol,
        /// The siblings in order.
        nodes: Vec<Node>,
    },
    /// A token that is to be made: its symbol, and the text that it has if that occurs nowhere.
    New(Symbol, String),
}

impl Binding {
    /// The nodes that it consists of.
    pub(crate) fn nodes(&self) -> &[Node] {
        match self {
            Binding::Node(node) => std::slice::from_ref(node),
            Binding::Run { nodes, .. } => nodes,
            Binding::New(..) => &[],
        }
    }
}

/// What metavariables stand for, in the order in which they were bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    pub(super) bound: Vec<(Variable, Binding)>,
    /// The tokens of the rule's pattern and what they matched.
    pub(crate) tokens: Vec<(NodeId, NodeId)>,
    /// If the rule's pattern is a head with postfixes and there is more in its node: the first and the last of the children
    /// that it fits.
    pub(crate) part: Option<(Node, Node)>,
}

impl Bindings {
    pub(crate) fn get(&self, variable: Variable) -> Option<&Binding> {
        self.bound.iter().find(|(known, _)| *known == variable).map(|(_, binding)| binding)
    }

    /// All that is bound.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Variable, Binding)> {
        self.bound.iter()
    }

    /// Binds a metavariable; one that is bound already must be bound to equal tokens.
    pub(super) fn bind(&mut self, tree: &Tree, variable: Variable, binding: Binding) -> bool {
        match self.get(variable) {
            Some(known) => texts(tree, known).eq(texts(tree, &binding)),
            None => {
                self.bound.push((variable, binding));
                true
            }
        }
    }
}

/// The token texts of what is bound, trivia left out.
fn texts<'a>(tree: &'a Tree, binding: &'a Binding) -> impl Iterator<Item = &'a str> {
    binding.nodes().iter().flat_map(|&node| tree.token_texts(node))
}
