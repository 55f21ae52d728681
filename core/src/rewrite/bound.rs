//! What metavariables stand for, on its way from the matched node into the result.
//!
//! A node that the result has once is *taken* out of the tree and put in as it is, so an application costs what its rule
//! writes, however much the metavariables stand for: in `f(f(f(…)))`, each level exchanged for another, no level copies those
//! inside it. What is written again, or is a part of what is written as a whole, is copied, before anything is taken.
//!
//! ```text
//! matched   f(x)        f(·)        the leaf · keeps the place
//! result    g($x)       g(x)        until the result stands in the tree, or x goes back
//! ```

use rustc_hash::{FxHashMap, FxHashSet};

use super::binding::{Binding, Bindings};
use super::metavariable::Variable;
use crate::algebra::indent::blanks_before;
use crate::automata::ChainId;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

/// A node of the source in a result.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) id: NodeId,
    /// How many levels from the last one up are its own.
    pub(crate) n_levels: usize,
    /// The blanks of the line that it began where it was, if it began one.
    pub(crate) line: Option<String>,
}

impl Kept {
    pub(crate) fn new(tree: &Tree, node: Node) -> Kept {
        Kept { id: node.id, n_levels: tree.chain(node).len() - usize::from(node.level), line: None }
    }
}

/// What a place of a template gets.
#[derive(Debug)]
pub(crate) struct Supply {
    /// Of a run the rule that its nodes are children of.
    pub(crate) rule: Option<Symbol>,
    pub(crate) nodes: Vec<Node>,
    /// Whether the nodes are detached copies; else they are to be taken.
    pub(crate) is_copy: bool,
    /// Whether the result has it before.
    pub(crate) is_repeated: bool,
    /// Whether it begins where the matched node does.
    pub(crate) starts_node: bool,
    /// The blanks of the line that it begins, if it begins one.
    pub(crate) line: Option<String>,
}

/// What the places of a result get, and what has been taken for them so far.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    /// For the places that are still to be filled, from the last one.
    supplies: Vec<Supply>,
    /// Leaves that stand for nodes, and the nodes, in the order in which they were taken.
    taken: Vec<(NodeId, NodeId)>,
    /// Nodes that have been taken apart, with their children.
    dissolved: Vec<(NodeId, Vec<(NodeId, ChainId)>)>,
    /// Nodes that stand in the result as others, read again.
    replaced: Vec<NodeId>,
    /// Lists of the result with elements that the target does not know.
    pub(crate) open: Vec<Node>,
}

/// How far a node is looked for above another. Patterns are seldom as deep; what is further away is copied.
const NEAR: usize = 64;

impl Bound {
    /// For a rule that matched `node`, or what begins with `first` in it. `variables`: those of its templates, as often as they
    /// are written, in order.
    pub(crate) fn new(
        tree: &mut Tree,
        is_layout: impl Fn(Symbol) -> bool,
        (node, first): (Node, Node),
        variables: &[Variable],
        bindings: &Bindings,
    ) -> Bound {
        let takeable = takeable(tree, node, variables, bindings);
        let first = tree.first_leaf(first.id);
        let mut written: FxHashSet<Variable> = FxHashSet::default();
        let mut supplies = Vec::with_capacity(variables.len());
        for &variable in variables {
            let binding = bindings.get(variable).expect("rules are checked to bind what their templates use");
            let is_repeated = !written.insert(variable);
            let leaf = binding.nodes().first().and_then(|node| tree.first_leaf(node.id));
            let is_line_start = leaf.and_then(|leaf| tree.prev_leaf(leaf)).is_some_and(|before| {
                let symbol = tree.chain(Node::top(before)).last().copied();
                symbol.is_some_and(&is_layout)
            });
            let line = leaf.filter(|_| is_line_start).map(|leaf| blanks_before(tree.leaf_trivia(leaf)).to_owned());
            let starts_node = leaf == first;
            let is_copy = is_repeated || !takeable.contains(&variable);
            let nodes = binding.nodes().iter().map(|&node| if is_copy { tree.copy(node) } else { node }).collect();
            let rule = match binding {
                Binding::Node(_) | Binding::New(..) => None,
                Binding::Run { rule, .. } => Some(*rule),
            };
            supplies.push(Supply { rule, nodes, is_copy, is_repeated, starts_node, line });
        }
        supplies.reverse();
        Bound { supplies, ..Bound::default() }
    }

    /// What the next place gets.
    pub(crate) fn next(&mut self) -> Supply {
        self.supplies.pop().expect("there is one for each metavariable of a template")
    }

    /// Takes a node out of the tree.
    pub(crate) fn take(&mut self, tree: &mut Tree, id: NodeId) {
        let hole = tree.take(id);
        self.taken.push((hole, id));
    }

    /// Detaches the children of a detached node. The node itself is kept until it is known whether it must go back.
    pub(crate) fn dissolve(&mut self, tree: &mut Tree, id: NodeId) -> Vec<NodeId> {
        let children: Vec<NodeId> = tree.children(tree.bottom(id)).map(|child| child.id).collect();
        let with_chains = children.iter().map(|&child| (child, tree.stored(child).chain)).collect();
        for &child in &children {
            tree.detach(Node::top(child));
        }
        self.dissolved.push((id, with_chains));
        children
    }

    /// As [`Bound::dissolve`], for a node of a result: where it was kept, its children are.
    pub(crate) fn dissolve_kept(&mut self, tree: &mut Tree, id: NodeId, kept: &mut Vec<Kept>) {
        let children = self.dissolve(tree, id);
        if let Some(at) = kept.iter().position(|kept| kept.id == id) {
            let parts: Vec<Kept> = children.into_iter().map(|child| Kept::new(tree, Node::top(child))).collect();
            kept.splice(at..at + 1, parts);
        }
    }

    /// Notes that a detached node of a result stands there as another one.
    pub(crate) fn replace_kept(&mut self, tree: &Tree, (old, new): (NodeId, Node), kept: &mut [Kept]) {
        self.replaced.push(old);
        if let Some(kept) = kept.iter_mut().find(|kept| kept.id == old) {
            *kept = Kept { line: kept.line.take(), ..Kept::new(tree, new) };
        }
    }

    /// The key of what now stands where the node stood.
    pub(crate) fn now(&self, id: NodeId) -> NodeId {
        self.taken.iter().find(|(_, taken)| *taken == id).map_or(id, |&(hole, _)| hole)
    }

    /// Puts all that was taken back where it was. What has been made of it is left without a place.
    pub(crate) fn give_back(self, tree: &mut Tree) {
        for (id, children) in self.dissolved.into_iter().rev() {
            tree.put_children_back(id, &children);
        }
        for (hole, id) in self.taken.into_iter().rev() {
            tree.put_back(hole, id);
        }
    }

    /// Removes what is left of nodes that were taken apart.
    pub(crate) fn finish(self, tree: &mut Tree) {
        for (id, _) in self.dissolved {
            tree.nodes.remove(id);
        }
        for id in self.replaced {
            tree.delete(id);
        }
    }
}

/// The variables whose nodes can be taken: they are inside the matched node, and not inside what another one stands for.
fn takeable(tree: &Tree, node: Node, variables: &[Variable], bindings: &Bindings) -> FxHashSet<Variable> {
    let mut owners: FxHashMap<NodeId, Variable> = FxHashMap::default();
    for &variable in variables {
        for bound in bindings.get(variable).iter().flat_map(|binding| binding.nodes()) {
            owners.entry(bound.id).or_insert(variable);
        }
    }
    let is_takeable = |&variable: &Variable| {
        let Some(binding) = bindings.get(variable) else { return false };
        let Some(first) = binding.nodes().first() else { return true };
        if binding.nodes().iter().any(|bound| owners[&bound.id] != variable) {
            return false;
        }
        let above = std::iter::successors(Some(first.id), |&id| tree.parent(Node::top(id)).map(|parent| parent.id));
        for (distance, id) in above.take(NEAR).enumerate() {
            if distance > 0 && owners.contains_key(&id) {
                return false;
            }
            if id == node.id {
                return true;
            }
        }
        false
    };
    variables.iter().copied().filter(is_takeable).collect()
}
