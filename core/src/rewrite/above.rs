//! What is known about the nodes above: which of them is the nearest that the pattern of a condition `inside` fits.
//!
//! A node that is deep in the tree has many nodes above it, and so has each node beside it. So what was found for one is kept
//! for those above it, and the next search ends where it meets that:
//!
//! ```text
//! file ← stmt ← call ← call ← call      each knows `stmt`, after one search
//! ```
//!
//! An application can make a pattern fit a node above the change, as far up as the pattern is deep; if it does, all is forgotten.
//! Where what a pattern fits depends on more than that, on metavariables that must be equal or on named patterns, only the
//! symbol is asked for here. What is found is tested in any case, with what is bound.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::condition::{Check, Reference, Test};
use super::matching::Matcher;
use super::metavariable::Type;
use super::pattern::{Below, NamedPattern, Pattern};
use super::rule::Rule;
use crate::cst::node::{Node, NodeId, Tree};
use crate::notation::syntax::Relation;

/// The conditions `inside` of the rules of a phase.
#[derive(Debug, Default)]
pub(crate) struct Above<'a> {
    conditions: Vec<Inside<'a>>,
}

#[derive(Debug)]
struct Inside<'a> {
    reference: &'a Reference,
    /// How far below a node the pattern looks; `None` if the symbol alone is asked for.
    depth: Option<usize>,
    /// By stored node, the nearest one that fits, itself or above.
    nearest: RefCell<FxHashMap<NodeId, Option<NodeId>>>,
}

impl<'a> Above<'a> {
    /// For these rules; nothing is known yet.
    pub(crate) fn new(rules: &[&'a Rule], named: &'a [NamedPattern]) -> Above<'a> {
        let of_rules = rules.iter().flat_map(|rule| &rule.cases).flat_map(|case| &case.conditions);
        let of_named = named.iter().flat_map(|pattern| &pattern.conditions);
        let reference = |check: &'a Check| match &check.test {
            Test::Around(Relation::Inside, reference) => Some(reference),
            _ => None,
        };
        let conditions = of_rules.chain(of_named).filter_map(reference).map(|reference| Inside {
            reference,
            depth: depth(reference),
            nearest: RefCell::default(),
        });
        Above { conditions: conditions.collect() }
    }

    /// The nearest stored node that may fit, `from` itself or above it; `from` if nothing is known about the condition.
    pub(crate) fn nearest(
        &self,
        tree: &Tree,
        named: &[NamedPattern],
        reference: &Reference,
        from: NodeId,
    ) -> Option<NodeId> {
        let Some(inside) = self.conditions.iter().find(|inside| std::ptr::eq(inside.reference, reference)) else {
            return Some(from);
        };
        let mut passed = Vec::new();
        let mut at = Some(from);
        // Progress: each turn goes up, or ends.
        let found = loop {
            let Some(id) = at else { break None };
            let known = inside.nearest.borrow().get(&id).copied();
            match known {
                Some(known) if known.is_none_or(|known| tree.nodes.contains_key(known)) => break known,
                _ if inside.fits(tree, named, id) => {
                    passed.push(id);
                    break Some(id);
                }
                _ => passed.push(id),
            }
            at = tree.parent(Node::top(id)).map(|parent| parent.id);
        };
        inside.nearest.borrow_mut().extend(passed.into_iter().map(|id| (id, found)));
        found
    }

    /// Forgets what a change below `parent` has made wrong.
    pub(crate) fn changed(&self, tree: &Tree, named: &[NamedPattern], parent: Option<NodeId>) {
        for inside in &self.conditions {
            if inside.nearest.borrow().is_empty() {
                continue;
            }
            let above = std::iter::successors(parent.filter(|&id| tree.nodes.contains_key(id)), |&id| {
                tree.parent(Node::top(id)).map(|parent| parent.id)
            });
            let is_new =
                |id: NodeId| inside.nearest.borrow().get(&id) != Some(&Some(id)) && inside.fits(tree, named, id);
            let is_gone = parent.is_some_and(|id| !tree.nodes.contains_key(id));
            if is_gone || above.take(inside.depth.unwrap_or(0) + 1).any(is_new) {
                inside.nearest.borrow_mut().clear();
            }
        }
    }
}

impl Inside<'_> {
    /// Whether some level of the stored node may fit.
    fn fits(&self, tree: &Tree, named: &[NamedPattern], id: NodeId) -> bool {
        let levels = (0..=tree.bottom(id).level).map(|level| Node { id, level });
        levels
            .into_iter()
            .filter(|&node| self.reference.may_fit(named, tree.symbol(node)))
            .any(|node| self.depth.is_none() || Matcher::new(tree, named, node).fits_below(self.reference, node))
    }
}

/// How far below a node the pattern looks; `None` if that cannot be said.
fn depth(reference: &Reference) -> Option<usize> {
    let Reference::Pattern(pattern) = reference else { return None };
    let mut seen = FxHashSet::default();
    let is_local = pattern.parts.iter().all(|part| match &part.below {
        Below::Metavariable(metavariable) => {
            seen.insert(metavariable.variable) && !matches!(metavariable.wanted, Type::Pattern(..))
        }
        _ => true,
    });
    is_local.then(|| parts_depth(pattern))
}

fn parts_depth(pattern: &Pattern) -> usize {
    let mut depths = vec![0; pattern.parts.len()];
    // The children of a part stand behind it.
    for (at, part) in pattern.parts.iter().enumerate() {
        if let Below::Children(children) = &part.below {
            for child in children.clone() {
                depths[child as usize] = depths[at] + 1;
            }
        }
    }
    depths.into_iter().max().unwrap_or(0)
}
