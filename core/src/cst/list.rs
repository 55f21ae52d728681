//! Edits of lists: elements come and go with their separators, and the list keeps its style.
//!
//! ```text
//! a, b     + x    →    a, b, x           a, b,    + x    →    a, b, x,
//! a, b     - b    →    a                 a, b,    - b    →    a,
//! ```
//!
//! What a separator is the rule says: a constant without which, or with which, it derives the children. Whether a list ends
//! with one is its style, and an edit keeps it where the rule admits both.

use super::edit::EditError;
use super::node::{Node, Tree};
use crate::grammar::Symbol;

impl Tree {
    /// Inserts a detached node before the child `index` (the number of children: at the end), with the separator that the
    /// rule needs. Where new tokens have no trivia they get the spacing of the langlet. A list that ends with a separator
    /// still does, one that does not still does not, where the rule admits that. Returns the parent.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule derives it there neither alone nor with one constant before or behind it; `OutOfRange`.
    pub fn insert(&mut self, parent: Node, index: usize, new: Node) -> Result<Node, EditError> {
        let children: Vec<Symbol> = self.children(parent).map(|child| self.symbol(child)).collect();
        if index > children.len() {
            return Err(EditError::OutOfRange { from: index, to: index, len: children.len() });
        }
        let (rule, added) = (self.symbol(parent), self.symbol(new));
        let Some([before, behind]) = self.insertion(rule, &children, index, added) else {
            let all: Vec<Symbol> = [&children[..index], &[added], &children[index..]].concat();
            return Err(self.not_admitted(rule, &all));
        };
        self.are_detached(&[new])?;
        let mut run = Vec::with_capacity(2);
        for (separator, is_before) in [(before, true), (behind, false)] {
            if !is_before {
                run.push(new);
            }
            if let Some(separator) = separator {
                let langlet = self.langlet.clone();
                run.push(langlet.interpolations().constants().build(self, separator, &|symbol| symbol)?);
            }
        }
        self.insert_run(parent, index, &run)
    }

    /// Inserts a detached node behind the last child that is no constant, as [`Tree::insert`] does; in a list without
    /// elements at the last place that the rule admits. Returns the parent.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule derives it there neither alone nor with one constant before or behind it.
    pub fn append(&mut self, parent: Node, new: Node) -> Result<Node, EditError> {
        let children: Vec<Symbol> = self.children(parent).map(|child| self.symbol(child)).collect();
        let (rule, added) = (self.symbol(parent), self.symbol(new));
        let index = match self.last_element(&children) {
            Some(last) => Some(last + 1 + usize::from(self.ends_with_separator(rule, &children) == Some(true))),
            None => (0..=children.len()).rev().find(|&at| self.insertion(rule, &children, at, added).is_some()),
        };
        self.insert(parent, index.unwrap_or(children.len()), new)
    }

    /// The separators that a new child needs before and behind it, if the rule admits it at the place.
    fn insertion(&self, rule: Symbol, children: &[Symbol], index: usize, added: Symbol) -> Option<[Option<Symbol>; 2]> {
        let grammar = self.langlet.grammar();
        let network = &self.langlet.tables().network;
        // Separators that are used already come first, then all that the rule knows.
        let mut constants: Vec<Symbol> = children.to_vec();
        if let Some(rhs) = grammar.rhs(rule) {
            rhs.for_each_symbol(&mut |symbol| constants.push(symbol));
        }
        constants.retain(|&symbol| self.langlet.interpolations().constants().contains(symbol));
        let with = |separator| [[None, Some(separator)], [Some(separator), None]];
        let ways = std::iter::once([None, None]).chain(constants.into_iter().flat_map(with));
        let style = self.ends_with_separator(rule, children);
        let mut other = None;
        for way in ways {
            let run = way[0].into_iter().chain([added]).chain(way[1]);
            let all: Vec<Symbol> =
                children[..index].iter().copied().chain(run).chain(children[index..].iter().copied()).collect();
            if !network.derives(rule, all.iter().copied()) {
                continue;
            }
            if style.is_none() || self.ends_with_separator(rule, &all) == style {
                return Some(way);
            }
            other = other.or(Some(way));
        }
        other
    }

    /// The last child that is no constant; if there is none, the last that is no token.
    fn last_element(&self, children: &[Symbol]) -> Option<usize> {
        let constants = self.langlet.interpolations().constants();
        let last = children.iter().rposition(|&symbol| !constants.contains(symbol));
        last.or_else(|| children.iter().rposition(|&symbol| self.langlet.grammar().symbols.is_rule(symbol)))
    }

    /// Whether a constant stands behind the last element that could as well be left out; `None` if there is no element.
    fn ends_with_separator(&self, rule: Symbol, children: &[Symbol]) -> Option<bool> {
        let behind = self.last_element(children)? + 1;
        let without = || children[..behind].iter().chain(&children[behind + 1..]).copied();
        Some(behind < children.len() && self.langlet.tables().network.derives(rule, without()))
    }

    /// Inserts children with the spacing of the langlet, where they bring none.
    fn insert_run(&mut self, parent: Node, index: usize, run: &[Node]) -> Result<Node, EditError> {
        let parent = self.splice(parent, index, index, run)?;
        let mut spaced: Vec<Node> = self.children(parent).skip(index).take(run.len()).collect();
        // An element that stands behind a new separator now.
        if run.len() == 2 && index == 0 {
            spaced.extend(self.children(parent).nth(run.len()));
        }
        for node in spaced {
            if let Some(leaf) = self.first_leaf(node.id) {
                self.keep_apart(leaf, true)?;
            }
        }
        Ok(parent)
    }

    /// Removes a child, with the separator behind it or before it if the rule admits that. A list that ends with a separator
    /// still does if an element is left. Returns the parent.
    ///
    /// # Errors
    /// `NotAdmitted` if the rule does not derive what is left.
    pub fn remove(&mut self, parent: Node, index: usize) -> Result<Node, EditError> {
        let children: Vec<Symbol> = self.children(parent).map(|child| self.symbol(child)).collect();
        if index >= children.len() {
            return Err(EditError::OutOfRange { from: index, to: index + 1, len: children.len() });
        }
        let rule = self.symbol(parent);
        let constants = self.langlet.interpolations().constants();
        let grammar = self.langlet.grammar();
        let is_constant = |at: usize| {
            children.get(at).is_some_and(|&symbol| constants.contains(symbol) && !grammar.is_layout(symbol))
        };
        // An element goes with its separator where it can, so that none is left at the end of a list; a constant goes alone.
        let mut ranges = Vec::new();
        if is_constant(index + 1) {
            ranges.push((index, index + 2));
        }
        if index > 0 && is_constant(index - 1) {
            ranges.push((index - 1, index + 1));
        }
        let alone = if is_constant(index) { 0 } else { ranges.len() };
        ranges.insert(alone, (index, index + 1));
        let network = &self.langlet.tables().network;
        let left = |from: usize, to: usize| [&children[..from], &children[to..]].concat();
        ranges.retain(|&(from, to)| network.derives(rule, left(from, to)));
        // A list that ends with a separator still does, if an element is left; one that does not still does not.
        let style = self.ends_with_separator(rule, &children).filter(|_| !is_constant(index));
        let keeps_style = |&&(from, to): &&(usize, usize)| {
            let other = self.ends_with_separator(rule, &left(from, to));
            style.is_none() || other.is_none() || other == style
        };
        let admitted = ranges.iter().find(keeps_style).or(ranges.first()).copied();
        let Some((from, to)) = admitted else {
            let left: Vec<Symbol> = children[..index].iter().chain(&children[index + 1..]).copied().collect();
            return Err(self.not_admitted(rule, &left));
        };
        // What now stands at the place takes over the trivia before it, if that was the start of the list.
        if from == 0
            && let (Some(first), Some(next)) = (self.children(parent).next(), self.children(parent).nth(to))
            && let (Some(first), Some(next)) = (self.first_leaf(first.id), self.first_leaf(next.id))
        {
            let trivia = self.leaf_trivia(first).to_owned();
            self.set_leaf_trivia(next, &trivia)?;
        }
        self.splice(parent, from, to, &[])
    }
}
