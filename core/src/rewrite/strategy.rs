//! Strategies: in which order the nodes of a tree are visited, and what is visited again.
//!
//! * *Top down*, once: from the root; at a node the outermost level of a chain first. Where a rule applies, the visit goes on
//!   in what its metavariables stood for.
//! * *Bottom up*, once: children first, the innermost level of a chain first. A result is not visited again. Where a removal
//!   leaves one child of a node, the levels of the node are visited as levels of the child.
//! * *Innermost*: bottom up, and what a rule has made is visited again, until no rule applies. A node that a rule makes has
//!   one more generation than the node that it was made from; more generations than the bound are an error that names the
//!   rules that go in a circle.
//!
//! At a node the rules are tried in the order of the file. Changes never overlap: a rule sees the tree that the rules before
//! it have left. Source: Visser, Strategic rewriting (2005), for the words.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use slotmap::Key;

use super::above::Above;
use super::apply::{Applier, Outcome};
use super::bound::Kept;
use super::condition::Test;
use super::pattern::Pattern;
use super::rule::Rule;
use super::screen::Presence;
use super::transform::TranslateError;
use crate::automata::ChainId;
use crate::cst::node::{Node, NodeId, Tree};
use crate::notation::syntax::Strategy;

/// How often rules may apply, one inside the result of another, if the file does not say.
pub(crate) const BOUND: u32 = 1000;

/// Rules that are applied by one strategy.
pub(crate) struct Visitor<'a, 'b> {
    pub(crate) applier: &'b mut Applier<'a>,
    rules: &'b [&'a Rule],
    above: Above<'a>,
    /// `by_symbol[symbol]`: the numbers of the rules that have a pattern with this first symbol.
    by_symbol: Vec<Vec<usize>>,
    /// `by_chain[chain]`: the range in `candidates`; [`UNKNOWN`] if not asked before.
    by_chain: Vec<(u32, u32)>,
    /// Levels of a chain, outermost first, each with the number of a rule that may apply there.
    candidates: Vec<(u16, usize)>,
}

/// The range of a chain that was not asked for.
const UNKNOWN: (u32, u32) = (u32::MAX, 0);

/// Applies the rules by the strategy to the whole tree; `presence` says what its nodes are.
pub(crate) fn run<'a>(
    applier: &mut Applier<'a>,
    rules: &[&'a Rule],
    strategy: &Strategy,
    tree: &mut Tree,
    presence: &Presence,
) -> Result<(), TranslateError> {
    if rules.is_empty() {
        return Ok(());
    }
    let mut by_symbol: Vec<Vec<usize>> = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        for pattern in &rule.alternatives {
            let index = pattern.symbol().index();
            if by_symbol.len() <= index {
                by_symbol.resize(index + 1, Vec::new());
            }
            if by_symbol[index].last() != Some(&number) {
                by_symbol[index].push(number);
            }
        }
    }
    let above = Above::new(rules, applier.named);
    applier.state.begin_phase();
    let mut visitor = Visitor { applier, rules, above, by_symbol, by_chain: Vec::new(), candidates: Vec::new() };
    for &(chain, is_leaf) in &presence.chains {
        visitor.find_candidates(tree, chain, is_leaf);
    }
    // Many phases are about constructs that the text does not have.
    if visitor.candidates.is_empty() {
        return Ok(());
    }
    match strategy {
        Strategy::TopDown => visitor.top_down(tree),
        Strategy::BottomUp => visitor.bottom_up(tree),
        Strategy::Innermost { bound } => visitor.innermost(tree, bound.unwrap_or(BOUND)),
    }
}

/// A turn of a visit from below.
enum Turn {
    /// Visit what is below, then the node.
    Enter(NodeId),
    /// Visit the node.
    Leave(NodeId),
}

/// Where nodes come from.
#[derive(Default)]
struct Generations {
    /// By node that a rule has made: its generation and the last entry of its history.
    of: FxHashMap<NodeId, (u32, u32)>,
    /// The rule, and the entry before.
    history: Vec<(usize, Option<u32>)>,
    /// Nodes below which no rule applies any more.
    done: FxHashSet<NodeId>,
}

impl Visitor<'_, '_> {
    fn top_down(&mut self, tree: &mut Tree) -> Result<(), TranslateError> {
        // Where nothing is removed, no node gets levels before it is visited: tokens without candidates are passed over.
        let passes = !self.rules.iter().any(|rule| rule.may_remove());
        // Nodes to visit, with the number of levels that are theirs, from the last one up.
        let mut work = vec![(tree.root, usize::MAX)];
        // Progress: each turn visits a node of the source each once, or a copy.
        while let Some((id, n_levels)) = work.pop() {
            // A separator may have gone with what was removed.
            if !tree.nodes.contains_key(id) {
                continue;
            }
            let mut outcome = None;
            for index in self.candidates(tree, id) {
                let (level, rule) = self.candidates[index];
                if n_levels != usize::MAX {
                    let len = tree.chain(Node::top(id)).len();
                    if usize::from(level) + n_levels.min(len) < len {
                        continue;
                    }
                }
                outcome = self.applier.apply(tree, Node { id, level }, self.rules[rule], &self.above)?;
                if outcome.is_some() {
                    break;
                }
            }
            if let Some(Outcome { kept, placed, around }) = outcome {
                // Where a part of a node was matched, its other children are still to be visited.
                if let Some(around) = around {
                    let from = work.len();
                    let placed: FxHashSet<NodeId> = placed.iter().map(|node| node.id).collect();
                    let others = children(tree, around.id).filter(|id| !placed.contains(id));
                    work.extend(others.map(|child| (child, usize::MAX)));
                    work[from..].reverse();
                }
                work.extend(kept.iter().rev().map(|kept| (kept.id, kept.n_levels)));
                continue;
            }
            let from = work.len();
            for child in children(tree, id) {
                if !passes || !tree.stored(child).is_leaf() || !self.candidates(tree, child).is_empty() {
                    work.push((child, usize::MAX));
                }
            }
            work[from..].reverse();
        }
        Ok(())
    }

    fn bottom_up(&mut self, tree: &mut Tree) -> Result<(), TranslateError> {
        let mut work = vec![Turn::Enter(tree.root)];
        // By node that is gone with what was removed from it: the only child that is left, and the levels that it took over.
        let mut joined: FxHashMap<NodeId, (NodeId, u16)> = FxHashMap::default();
        // Progress: each stored node is entered and left once; results are not entered.
        while let Some(turn) = work.pop() {
            match turn {
                Turn::Enter(id) => enter(tree, id, &mut work),
                Turn::Leave(id) => {
                    let mut at = match joined.remove(&id) {
                        // The child was left before it had these levels.
                        Some((child, n_levels)) if tree.nodes.contains_key(child) => {
                            Node { id: child, level: n_levels - 1 }
                        }
                        None if tree.nodes.contains_key(id) => tree.bottom(id),
                        _ => continue,
                    };
                    loop {
                        match self.first_at(tree, at)? {
                            Some((_, Outcome { around: Some(_), .. })) => {}
                            Some((_, Outcome { placed, .. })) if placed.len() == 1 => at = placed[0],
                            Some(_) => {
                                joined.extend(self.applier.state.joined.take());
                                break;
                            }
                            None => {}
                        }
                        if at.level == 0 {
                            break;
                        }
                        at.level -= 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn innermost(&mut self, tree: &mut Tree, bound: u32) -> Result<(), TranslateError> {
        // Where a rule asks for what is around a node, a change elsewhere can make it apply.
        let looks_around = self.rules.iter().flat_map(|rule| &rule.cases).flat_map(|case| &case.conditions);
        let looks_around =
            looks_around.into_iter().any(|check| matches!(check.test, Test::Around(..) | Test::Holds(..)));
        let mut n_passes = 0;
        // Progress: a pass that changes nothing is the last; there are no more than the bound.
        loop {
            let n_applied = self.applier.applied.len();
            self.innermost_pass(tree, bound)?;
            if !looks_around || self.applier.applied.len() == n_applied {
                return Ok(());
            }
            n_passes += 1;
            if n_passes > bound {
                let applied = self.applier.applied[n_applied..].iter();
                let mut rules: Vec<String> = applied.clone().map(|one| one.rule.clone()).collect();
                rules.dedup();
                let span = applied.clone().next().map(|one| one.span).unwrap_or_default();
                return Err(TranslateError::Loop { span, rules, bound });
            }
        }
    }

    fn innermost_pass(&mut self, tree: &mut Tree, bound: u32) -> Result<(), TranslateError> {
        let mut generations = Generations::default();
        let mut joined: FxHashMap<NodeId, (NodeId, u16)> = FxHashMap::default();
        self.above = Above::new(self.rules, self.applier.named);
        let mut work = vec![Turn::Enter(tree.root)];
        while let Some(turn) = work.pop() {
            match turn {
                Turn::Enter(id) if generations.done.contains(&id) => work.push(Turn::Leave(id)),
                Turn::Enter(id) => enter(tree, id, &mut work),
                // The only child that is left has levels that it did not have before.
                Turn::Leave(id) if !tree.nodes.contains_key(id) => {
                    work.extend(joined.remove(&id).map(|(child, _)| Turn::Enter(child)));
                }
                Turn::Leave(id) => {
                    let (generation, history) = match generations.of.get(&id) {
                        Some(&(generation, history)) => (generation, Some(history)),
                        None => (0, None),
                    };
                    let n_refusals = self.applier.refusals.len();
                    let Some((rule, Outcome { placed, kept, around })) = self.first_of_levels(tree, id)? else {
                        continue;
                    };
                    if self.applier.refusals.len() > n_refusals {
                        continue;
                    }
                    joined.extend(self.applier.state.joined.take());
                    generations.history.push((rule, history));
                    let entry = generations.history.len() as u32 - 1;
                    if generation >= bound {
                        let rules = self.circle(&generations, entry);
                        let span = self.applier.applied.last().map(|one| one.span).unwrap_or_default();
                        return Err(TranslateError::Loop { span, rules, bound });
                    }
                    generations.add(tree, &placed, &kept, (generation + 1, entry));
                    if let Some(around) = around {
                        generations.of.insert(around.id, (generation + 1, entry));
                        work.push(Turn::Leave(around.id));
                    }
                    work.extend(placed.iter().rev().map(|node| Turn::Enter(node.id)));
                }
            }
        }
        Ok(())
    }

    /// The rules of a history that goes on for ever, as far as they repeat.
    fn circle(&self, generations: &Generations, entry: u32) -> Vec<String> {
        let mut rules = Vec::new();
        let mut at = Some(entry);
        while let Some((rule, before)) = at.map(|at| generations.history[at as usize]) {
            rules.push(rule);
            at = before.filter(|_| rules.len() < 64);
        }
        // The shortest period of the end of the history.
        let repeats = |n: usize| rules.iter().zip(&rules[n..]).all(|(one, other)| one == other);
        let period = (1..=rules.len() / 2).find(|&n| repeats(n)).unwrap_or(rules.len());
        let mut circle: Vec<usize> = rules[..period].to_vec();
        circle.reverse();
        circle.into_iter().map(|rule| self.rules[rule].name.clone()).collect()
    }

    /// Applies the first rule that matches at some level, the innermost level first.
    fn first_of_levels(&mut self, tree: &mut Tree, id: NodeId) -> Result<Option<(usize, Outcome)>, TranslateError> {
        let mut at = tree.bottom(id);
        loop {
            if let Some(found) = self.first_at(tree, at)? {
                return Ok(Some(found));
            }
            if at.level == 0 {
                return Ok(None);
            }
            at.level -= 1;
        }
    }

    /// Applies the first rule that matches at one level.
    fn first_at(&mut self, tree: &mut Tree, node: Node) -> Result<Option<(usize, Outcome)>, TranslateError> {
        for index in self.candidates(tree, node.id) {
            let (level, rule) = self.candidates[index];
            if level != node.level {
                continue;
            }
            if let Some(outcome) = self.applier.apply(tree, node, self.rules[rule], &self.above)? {
                return Ok(Some((rule, outcome)));
            }
        }
        Ok(None)
    }

    /// The levels of the node's chain and the rules that may apply there, as indices of `candidates`.
    #[inline]
    fn candidates(&mut self, tree: &Tree, id: NodeId) -> Range<usize> {
        let stored = tree.stored(id);
        let (from, to) = match self.by_chain.get(stored.chain.0 as usize) {
            Some(&known) if known != UNKNOWN => known,
            _ => self.find_candidates(tree, stored.chain, stored.is_leaf()),
        };
        from as usize..to as usize
    }

    fn find_candidates(&mut self, tree: &Tree, chain: ChainId, is_leaf: bool) -> (u32, u32) {
        let from = self.candidates.len() as u32;
        let symbols = tree.chains.symbols(chain);
        for (level, symbol) in symbols.iter().enumerate() {
            for &number in self.by_symbol.get(symbol.index()).into_iter().flatten() {
                let may_fit = |pattern: &Pattern| pattern.may_fit_chain(&symbols[level..], is_leaf);
                if self.rules[number].alternatives.iter().any(may_fit) {
                    self.candidates.push((level as u16, number));
                }
            }
        }
        let index = chain.0 as usize;
        if self.by_chain.len() <= index {
            self.by_chain.resize(index + 1, UNKNOWN);
        }
        self.by_chain[index] = (from, self.candidates.len() as u32);
        self.by_chain[index]
    }
}

impl Generations {
    /// Notes what an application has made. What it kept has been visited; if rules look around,
    /// the next pass visits it again.
    fn add(&mut self, tree: &Tree, placed: &[Node], kept: &[Kept], entry: (u32, u32)) {
        let kept: FxHashSet<NodeId> = kept.iter().map(|kept| kept.id).collect();
        let mut work: Vec<NodeId> = placed.iter().map(|node| node.id).collect();
        while let Some(id) = work.pop() {
            self.of.insert(id, entry);
            if kept.contains(&id) {
                self.done.insert(id);
            } else {
                work.extend(children(tree, id));
            }
        }
    }
}

fn children(tree: &Tree, id: NodeId) -> impl Iterator<Item = NodeId> {
    let first = tree.stored(id).first();
    std::iter::successors((!first.is_null()).then_some(first), |&child| {
        let next = tree.stored(child).next;
        (!next.is_null()).then_some(next)
    })
}

fn enter(tree: &Tree, id: NodeId, work: &mut Vec<Turn>) {
    if !tree.nodes.contains_key(id) {
        return;
    }
    work.push(Turn::Leave(id));
    let from = work.len();
    work.extend(children(tree, id).map(Turn::Enter));
    work[from..].reverse();
}
