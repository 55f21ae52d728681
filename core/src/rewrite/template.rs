//! Templates: a fragment of the target, its metavariables filled with copies of what they are bound to.
//!
//! A bound node is fitted into the symbol that its metavariable stands for. The elements of a run are fitted one by one into
//! the list around the metavariable; an empty run takes the separator beside it along, and the list if nothing is left of
//! it. A run that is no list where it goes, such as `atom trailer trailer`, is made a node of the rule that it came from.

use rustc_hash::FxHashSet;

use super::fragment::Fragment;
use super::matching::{Binding, Bindings};
use super::place::Placing;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::parser::drive::METAVARIABLE;

/// Why a template could not be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FillError {
    /// What this metavariable stands for has no place where the template has it.
    NoPlace(String),
    /// The tree cannot grow.
    Edit(EditError),
}

impl From<EditError> for FillError {
    fn from(error: EditError) -> FillError {
        FillError::Edit(error)
    }
}

/// A copy of a bound node: its key, and how many levels from the last one up are its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copied {
    pub(crate) id: NodeId,
    pub(crate) n_levels: usize,
}

/// A filled template: a detached node, and the copies in it.
pub(crate) struct Filled {
    pub(crate) node: Node,
    pub(crate) copies: Vec<Copied>,
}

/// Where the white space of a filled template comes from.
///
/// What a rule writes alike on both sides stays as it is in the source: a token that pattern and template share, with the
/// same white space before it in both, keeps its trivia; so does a metavariable, if the token before it is shared too.
/// Everything else is written as in the template.
pub(crate) struct Spacing {
    /// `kept[number of a leaf of the template]`: the leaf of the pattern whose trivia is taken over.
    kept: Vec<Option<NodeId>>,
}

impl Spacing {
    /// Compares the two sides of a rule.
    pub(crate) fn new(pattern: &Fragment, template: &Fragment) -> Spacing {
        let left: Vec<NodeId> = pattern.tree.leaf_ids(pattern.tree.root).collect();
        let right: Vec<NodeId> = template.tree.leaf_ids(template.tree.root).collect();
        let same = |a: NodeId, b: NodeId| {
            let (a_node, b_node) = (Node::top(a), Node::top(b));
            match (pattern.metavariable_below(a_node), template.metavariable_below(b_node)) {
                (Some(a), Some(b)) => a.name == b.name,
                (None, None) => pattern.tree.leaf_text(a) == template.tree.leaf_text(b),
                _ => false,
            }
        };
        let mut kept: Vec<Option<NodeId>> = Vec::new();
        let mut from = 0;
        let mut shared_before = None;
        for (number, &leaf) in right.iter().enumerate() {
            let is_variable = template.metavariable_below(Node::top(leaf)).is_some();
            let at = (from..left.len()).find(|&at| same(left[at], leaf));
            let follows = |at: usize| number > 0 && at > 0 && shared_before == Some(at - 1);
            let alike = |at: usize| pattern.tree.leaf_trivia(left[at]) == template.tree.leaf_trivia(leaf);
            kept.push(at.filter(|&at| number > 0 && alike(at) && (!is_variable || follows(at))).map(|at| left[at]));
            shared_before = at;
            from = at.map_or(from, |at| at + 1);
        }
        Spacing { kept }
    }
}

/// Fills a template. The bound nodes stay where they are.
pub(crate) fn fill(
    placing: Placing<'_>,
    tree: &mut Tree,
    (template, spacing): (&Fragment, &Spacing),
    bindings: &Bindings,
) -> Result<Filled, FillError> {
    let node = tree.graft_with(&template.tree, template.tree.root(), |symbol| placing.space.of_target(symbol))?;
    // A root of its own for the while, so that even the outermost node can be exchanged.
    let old_root = std::mem::replace(&mut tree.root, node.id);
    let filled = fill_leaves(placing, tree, (template, spacing), bindings);
    let root = std::mem::replace(&mut tree.root, old_root);
    Ok(Filled { node: Node::top(root), copies: filled? })
}

fn fill_leaves(
    placing: Placing<'_>,
    tree: &mut Tree,
    (template, spacing): (&Fragment, &Spacing),
    bindings: &Bindings,
) -> Result<Vec<Copied>, FillError> {
    let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
    let mut keeps: FxHashSet<NodeId> = FxHashSet::default();
    for (&leaf, kept) in leaves.iter().zip(&spacing.kept) {
        let Some(kept) = kept else { continue };
        keeps.insert(leaf);
        if let Some(&(_, matched)) = bindings.tokens.iter().find(|(token, _)| token == kept) {
            let trivia = tree.leaf_trivia(matched).to_owned();
            tree.set_leaf_trivia(leaf, &trivia)?;
        }
    }
    let holes = leaves.into_iter().filter(|&leaf| tree.chain(Node::top(leaf)).last() == Some(&METAVARIABLE));
    let holes: Vec<NodeId> = holes.collect();
    let mut copies = Vec::new();
    for (hole, metavariable) in holes.into_iter().zip(template.metavariables()) {
        let trivia = (!keeps.contains(&hole)).then(|| tree.leaf_trivia(hole).to_owned());
        let trivia = trivia.as_deref();
        let name = &metavariable.name;
        let binding = bindings.get(name).expect("rules are checked to bind what their templates use");
        let level = tree.chain(Node::top(hole)).len() - 2;
        let place = Node { id: hole, level: level as u16 };
        match binding {
            Binding::Node(bound) => {
                let copy = copy(tree, *bound, &mut copies);
                put_fitted(placing, tree, place, copy, &mut copies, (trivia, name))?;
            }
            Binding::Run { nodes, .. } if nodes.is_empty() => remove_hole(placing, tree, place, name)?,
            Binding::Run { rule, nodes } => fill_run(placing, tree, place, (*rule, nodes), &mut copies, trivia, name)?,
        }
    }
    Ok(copies)
}

fn copy(tree: &mut Tree, bound: Node, copies: &mut Vec<Copied>) -> Node {
    let copy = tree.copy(bound);
    copies.push(Copied { id: copy.id, n_levels: tree.chain(copy).len() });
    copy
}

fn put_fitted(
    placing: Placing<'_>,
    tree: &mut Tree,
    place: Node,
    node: Node,
    copies: &mut Vec<Copied>,
    (trivia, name): (Option<&str>, &str),
) -> Result<(), FillError> {
    if let Some(parts) = postfix_parts(placing, tree, place, node) {
        // The parts are copies of their own now.
        copies.retain(|copy| copy.id != node.id);
        let parent = tree.parent(place).expect("a head has postfixes beside it");
        let parts: Vec<Node> = parts.into_iter().map(|part| copy(tree, part, copies)).collect();
        adopt_trivia(tree, parts[0], trivia)?;
        tree.splice_unchecked(parent, 0, 1, &parts);
        return Ok(());
    }
    let fitted = placing.fit(tree, tree.symbol(place), node)?.ok_or_else(|| FillError::NoPlace(name.to_owned()))?;
    adopt_trivia(tree, fitted, trivia)?;
    tree.replace_unchecked(place, fitted);
    Ok(())
}

/// The children of `node`, if they can stand in `place` themselves: where a rule is a head and postfixes, `atom trailer*`,
/// and the head is to be a node of such a shape, its postfixes come before the others. `(a.b)(c)` says no more than `a.b(c)`.
/// That holds of postfixes that are nodes of rules; with tokens between the children, as in `a < b < c`, it may not.
fn postfix_parts(placing: Placing<'_>, tree: &Tree, place: Node, node: Node) -> Option<Vec<Node>> {
    let parent = tree.parent(place)?;
    let siblings: Vec<Node> = tree.children(parent).collect();
    let parts: Vec<Node> = tree.children(tree.bottom(node.id)).collect();
    let has_postfixes =
        |nodes: &[Node]| nodes.len() > 1 && nodes[1..].iter().all(|&node| !tree.is_token(tree.bottom(node.id)));
    if siblings.first() != Some(&place) || !has_postfixes(&siblings) || !has_postfixes(&parts) {
        return None;
    }
    let symbols: Vec<Symbol> = parts.iter().chain(&siblings[1..]).map(|&node| tree.symbol(node)).collect();
    placing.derives(tree.symbol(parent), &symbols).then_some(parts)
}

/// The white space of the template goes before the node, unless what stands there holds more than blanks.
fn adopt_trivia(tree: &mut Tree, node: Node, trivia: Option<&str>) -> Result<(), EditError> {
    let Some(trivia) = trivia else { return Ok(()) };
    if tree.trivia(node).contains(|c: char| !c.is_whitespace() || c == '\n' || c == '\r') {
        return Ok(());
    }
    tree.set_trivia(node, trivia)
}

fn fill_run(
    placing: Placing<'_>,
    tree: &mut Tree,
    place: Node,
    (rule, nodes): (Symbol, &[Node]),
    copies: &mut Vec<Copied>,
    trivia: Option<&str>,
    name: &str,
) -> Result<(), FillError> {
    let symbol = tree.symbol(place);
    let is_separator = |tree: &Tree, node: Node| tree.is_token(node);
    let mut elements = nodes.iter().filter(|&&node| !is_separator(tree, node)).map(|&node| tree.symbol(node));
    let first = elements.next();
    let is_list = elements.all(|other| Some(other) == first);
    if is_list && let Some(parent) = tree.parent(place) {
        let mut list = nodes.to_vec();
        let siblings: Vec<Node> = tree.children(parent).collect();
        let index = siblings.iter().position(|&child| child == place).expect("a node is a child of its parent");
        // A separator at the end of the run and one behind the metavariable are one.
        if let (Some(&last), Some(&next)) = (list.last(), siblings.get(index + 1))
            && is_separator(tree, last)
            && tree.symbol(last) == tree.symbol(next)
        {
            list.pop();
        }
        let symbols: Vec<Symbol> =
            list.iter().map(|&node| if is_separator(tree, node) { tree.symbol(node) } else { symbol }).collect();
        let before = siblings[..index].iter().map(|&node| tree.symbol(node));
        let behind = siblings[index + 1..].iter().map(|&node| tree.symbol(node));
        let all: Vec<Symbol> = before.chain(symbols).chain(behind).collect();
        if placing.derives(tree.symbol(parent), &all) {
            let mut new = Vec::new();
            for (number, &node) in list.iter().enumerate() {
                let copied = copy(tree, node, copies);
                let fitted = if is_separator(tree, node) {
                    copied
                } else {
                    placing.fit(tree, symbol, copied)?.ok_or_else(|| FillError::NoPlace(name.to_owned()))?
                };
                if number == 0 {
                    adopt_trivia(tree, fitted, trivia)?;
                }
                new.push(fitted);
            }
            tree.splice_unchecked(parent, index, index + 1, &new);
            return Ok(());
        }
    }
    if let [only] = nodes {
        let copied = copy(tree, *only, copies);
        return put_fitted(placing, tree, place, copied, copies, (trivia, name));
    }
    let symbols: Vec<Symbol> = nodes.iter().map(|&node| tree.symbol(node)).collect();
    let Some(rule) = placing.rule_of(rule, &symbols) else {
        return Err(FillError::NoPlace(name.to_owned()));
    };
    let children: Vec<Node> = nodes.iter().map(|&node| tree.copy(node)).collect();
    let wrapped = tree.inner_unchecked(rule, &children);
    copies.push(Copied { id: wrapped.id, n_levels: 1 });
    put_fitted(placing, tree, place, wrapped, copies, (trivia, name))
}

/// Removes a metavariable that stands for nothing, with a separator beside it or with the list around it.
fn remove_hole(placing: Placing<'_>, tree: &mut Tree, place: Node, name: &str) -> Result<(), FillError> {
    let mut at = place;
    // Progress: each turn goes up one level.
    while let Some(parent) = tree.parent(at) {
        let siblings: Vec<Node> = tree.children(parent).collect();
        let index = siblings.iter().position(|&child| child == at).expect("a node is a child of its parent");
        let is_token = |index: usize| siblings.get(index).is_some_and(|&node| tree.is_token(node));
        let mut ranges = vec![(index, index + 1)];
        if is_token(index + 1) {
            ranges.push((index, index + 2));
        }
        if index > 0 && is_token(index - 1) {
            ranges.push((index - 1, index + 1));
        }
        let symbols: Vec<Symbol> = siblings.iter().map(|&node| tree.symbol(node)).collect();
        let admitted = ranges.into_iter().find(|&(from, to)| {
            let left: Vec<Symbol> = symbols[..from].iter().chain(&symbols[to..]).copied().collect();
            placing.derives(tree.symbol(parent), &left)
        });
        if let Some((from, to)) = admitted {
            // What now stands there is written as the metavariable was.
            if from == index
                && to > index + 1
                && let Some(&next) = siblings.get(to)
            {
                let trivia = tree.trivia(place).to_owned();
                tree.set_trivia(next, &trivia)?;
            }
            tree.splice_unchecked(parent, from, to, &[]);
            return Ok(());
        }
        at = parent;
    }
    Err(FillError::NoPlace(name.to_owned()))
}
