//! Matching: does a pattern fit a node, and what do its metavariables stand for?
//!
//! Pattern and node are compared in the full view, so chains are no obstacle. A run takes as many siblings as it can; where
//! it takes none, the separator beside it may be missing too. The functions recurse on the pattern, whose depth is bounded,
//! never on the tree.

use super::fragment::{Fragment, Repeat};
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
}

/// Metavariables by name, in the order in which they were bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    bound: Vec<(String, Binding)>,
    /// The tokens of the pattern and what they matched.
    pub(crate) tokens: Vec<(NodeId, NodeId)>,
}

impl Bindings {
    pub(crate) fn get(&self, name: &str) -> Option<&Binding> {
        self.bound.iter().find(|(known, _)| known == name).map(|(_, binding)| binding)
    }

    /// All nodes that are bound.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> {
        self.bound.iter().flat_map(|(_, binding)| match binding {
            Binding::Node(node) => vec![*node],
            Binding::Run { nodes, .. } => nodes.clone(),
        })
    }

    /// Binds a metavariable; one that is bound already must be bound to equal tokens.
    fn bind(&mut self, tree: &Tree, name: &str, binding: Binding) -> bool {
        match self.get(name) {
            Some(known) => texts(tree, known) == texts(tree, &binding),
            None => {
                self.bound.push((name.to_owned(), binding));
                true
            }
        }
    }
}

/// The token texts of what is bound, trivia left out.
fn texts<'a>(tree: &'a Tree, binding: &Binding) -> Vec<&'a str> {
    match binding {
        Binding::Node(node) => tree.token_texts(*node).collect(),
        Binding::Run { nodes, .. } => nodes.iter().flat_map(|&node| tree.token_texts(node)).collect(),
    }
}

/// Matches the pattern against a node.
pub(crate) fn match_fragment(pattern: &Fragment, tree: &Tree, node: Node) -> Option<Bindings> {
    let mut bindings = Bindings::default();
    match_node(pattern, pattern.tree.root(), tree, node, &mut bindings).then_some(bindings)
}

fn match_node(pattern: &Fragment, p: Node, tree: &Tree, node: Node, bindings: &mut Bindings) -> bool {
    if pattern.tree.symbol(p) != tree.symbol(node) {
        return false;
    }
    if let Some(metavariable) = pattern.metavariable(p) {
        let binding = match metavariable.repeat {
            Repeat::One => Binding::Node(node),
            // The only child of its parent, or the root.
            Repeat::Star | Repeat::Plus => {
                let rule = tree.parent(node).map_or(tree.symbol(node), |parent| tree.symbol(parent));
                Binding::Run { rule, nodes: vec![node] }
            }
        };
        return bindings.bind(tree, &metavariable.name, binding);
    }
    if pattern.tree.is_token(p) {
        let fits = tree.is_token(node) && pattern.tree.text(p) == tree.text(node);
        if fits {
            bindings.tokens.push((p.id, node.id));
        }
        return fits;
    }
    if tree.is_token(node) {
        return false;
    }
    let patterns: Vec<Node> = pattern.tree.children(p).collect();
    // Most mismatches are seen at the first child, or by the number of children.
    let first_fits = match (patterns.first(), tree.first_child(node)) {
        (Some(&first), Some(child)) => is_run(pattern, first) || pattern.tree.symbol(first) == tree.symbol(child),
        _ => true,
    };
    if !first_fits {
        return false;
    }
    let children: Vec<Node> = tree.children(node).collect();
    match_list(pattern, (None, &patterns), tree, tree.symbol(node), &children, bindings)
}

fn is_run(pattern: &Fragment, p: Node) -> bool {
    pattern.metavariable(p).is_some_and(|metavariable| metavariable.repeat != Repeat::One)
}

/// Whether the second of three is a separator: a token between two elements. With an empty run it may be missing.
fn is_separator(pattern: &Fragment, before: Option<Node>, at: Option<Node>, behind: Option<Node>) -> bool {
    let is_token = |node: Option<Node>| {
        node.is_none_or(|node| {
            pattern.tree.is_token(pattern.tree.bottom(node.id)) && pattern.metavariable_below(node).is_none()
        })
    };
    !is_token(before) && at.is_some() && is_token(at) && !is_token(behind)
}

fn match_list(
    pattern: &Fragment,
    (last, list): (Option<Node>, &[Node]),
    tree: &Tree,
    rule: Symbol,
    nodes: &[Node],
    bindings: &mut Bindings,
) -> bool {
    let Some((&first, rest)) = list.split_first() else { return nodes.is_empty() };
    let before = bindings.clone();
    if is_run(pattern, first) {
        let metavariable = pattern.metavariable(first).expect("a run is a metavariable");
        let shortest = usize::from(metavariable.repeat == Repeat::Plus);
        for len in (shortest..=nodes.len()).rev() {
            let run = &nodes[..len];
            if run.first().is_some_and(|&node| tree.symbol(node) != pattern.tree.symbol(first)) {
                continue;
            }
            let is_wanted = |&node: &Node| {
                metavariable.wanted.is_none_or(|wanted| tree.symbol(node) == wanted || tree.is_token(node))
            };
            if !run.iter().all(is_wanted) {
                continue;
            }
            let binding = Binding::Run { rule, nodes: run.to_vec() };
            if bindings.bind(tree, &metavariable.name, binding) {
                if match_list(pattern, (Some(first), rest), tree, rule, &nodes[len..], bindings) {
                    return true;
                }
                // Nothing stands for it, so nothing has to separate it.
                if len == 0
                    && is_separator(pattern, Some(first), rest.first().copied(), rest.get(1).copied())
                    && match_list(pattern, (None, &rest[1..]), tree, rule, nodes, bindings)
                {
                    return true;
                }
            }
            *bindings = before.clone();
        }
        return false;
    }
    if let Some((&node, others)) = nodes.split_first()
        && match_node(pattern, first, tree, node, bindings)
        && match_list(pattern, (Some(first), rest), tree, rule, others, bindings)
    {
        return true;
    }
    *bindings = before;
    if is_separator(pattern, last, Some(first), rest.first().copied())
        && let Some(metavariable) = pattern.metavariable(rest[0])
        && metavariable.repeat == Repeat::Star
    {
        let empty = Binding::Run { rule, nodes: Vec::new() };
        return bindings.bind(tree, &metavariable.name, empty)
            && match_list(pattern, (last, &rest[1..]), tree, rule, nodes, bindings);
    }
    false
}
