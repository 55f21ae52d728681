//! Applying a rule at a node: match, result, place.
//!
//! Everything a rule does to the tree happens here, and in this order: comments of what is dropped move to what stays; the
//! result is made, detached, from copies of what the metavariables stand for; it is placed, with the minimal neutral
//! production where it does not fit; its blocks are indented; tokens that would read as others are set apart.

use rustc_hash::FxHashSet;

use super::comments;
use super::fragment::Scope;
use super::indent::{LayoutSymbols, Lines, reindent, reindent_all};
use super::matching::{Bindings, Matcher};
use super::pattern::{NamedPattern, Pattern};
use super::place::Placing;
use super::rule::{Rule, RuleResult};
use super::template::{Copied, FillError, Filled, Filler};
use super::transform::{Applied, Options, Refusal, TranslateError};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::span::Span;

/// What rules are applied with, and what came of it.
pub(crate) struct Applier<'a> {
    pub(crate) placing: Placing<'a>,
    pub(crate) named: &'a [NamedPattern],
    pub(crate) scope: &'a Scope,
    pub(crate) options: &'a Options,
    pub(crate) lines: Lines,
    pub(crate) layout: LayoutSymbols,
    /// No more nodes than this: copies of copies can grow without end.
    pub(crate) most_nodes: usize,
    pub(crate) applied: Vec<Applied>,
    pub(crate) refusals: Vec<Refusal>,
}

/// What an application left.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The results in their place; none if the node was removed or the rule refuses.
    pub(crate) placed: Vec<Node>,
    /// The copies in them.
    pub(crate) copies: Vec<Copied>,
}

impl Applier<'_> {
    /// Applies one rule at one node; `None` if it does not match.
    pub(crate) fn apply(
        &mut self,
        tree: &mut Tree,
        node: Node,
        rule: &Rule,
    ) -> Result<Option<Outcome>, TranslateError> {
        for (index, pattern) in rule.alternatives.iter().enumerate() {
            if pattern.symbol() != tree.symbol(node) || !pattern.may_fit(tree, node) {
                continue;
            }
            for case in &rule.cases {
                let mut matcher = Matcher::new(tree, self.named, node);
                if case.fits(&mut matcher, pattern) {
                    let bindings = matcher.bindings;
                    if let Some(outcome) = self.rewrite(tree, node, rule, (index, pattern), &case.result, &bindings)? {
                        return Ok(Some(outcome));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Puts the result in the place of the node; `None` if a token would stay as it is.
    fn rewrite(
        &mut self,
        tree: &mut Tree,
        node: Node,
        rule: &Rule,
        (alternative, pattern): (usize, &Pattern),
        result: &RuleResult,
        bindings: &Bindings,
    ) -> Result<Option<Outcome>, TranslateError> {
        let (span, own_span) = (source_span(tree, node), own_span(tree, node));
        let before = if self.options.explain { tree.text_of(node) } else { String::new() };
        let refuse = |applier: &mut Self, reason: String, help: Option<&str>| {
            applier.refusals.push(Refusal { span, reason, help: help.map(str::to_owned) });
            Ok(Some(Outcome::default()))
        };
        if tree.n_stored() > self.most_nodes {
            return Err(TranslateError::Edit(EditError::TooLarge));
        }
        let moves = |applier: &Self, tree: &mut Tree| match applier.options.drop_comments {
            true => Ok(false),
            false => comments::carry(tree, node, (result, alternative), bindings),
        };
        let mut is_moved;
        let mut filled: Vec<Filled> = Vec::new();
        match result {
            RuleResult::Refuse(reason) => return refuse(self, reason.clone(), None),
            RuleResult::Delete => is_moved = false,
            RuleResult::Trees(templates) => {
                is_moved = moves(self, tree)?;
                let mut filling =
                    Filler::new(self.placing, &self.lines, bindings, alternative, tree.first_leaf(node.id));
                for (index, template) in templates.iter().enumerate() {
                    match filling.fill_all(tree, template, index + 1 == templates.len()) {
                        Ok(mut all) => filled.append(&mut all),
                        Err(FillError::Edit(error)) => return Err(error.into()),
                        Err(FillError::NoPlace(variable)) => {
                            let name = self.scope.name(variable);
                            let what = "stands for has no place in its result";
                            let help = format!(
                                "bind what fits there, `${name}:RULE`, or say in a condition where the rule applies"
                            );
                            return refuse(self, format!("rule `{}`: what `${name}` {what}", rule.name), Some(&help));
                        }
                    }
                }
            }
            RuleResult::Text(_) | RuleResult::Compute(_) => {
                let old = tree.text_of(node);
                let new = match result {
                    RuleResult::Compute(compute) => match compute(&old) {
                        Ok(Some(new)) => new,
                        Ok(None) => return Ok(None),
                        Err(reason) => return refuse(self, reason, None),
                    },
                    RuleResult::Text(text) => match pattern.regex() {
                        Some(regex) => regex.replace(&old, text.as_str()).into_owned(),
                        None => text.clone(),
                    },
                    _ => unreachable!("handled above"),
                };
                let target = self.placing.target;
                let Some(kind) = target.lexer().kind_of(&new) else {
                    let help = "the text of a result must be one token; `rule_name [| … |]` gives a tree";
                    let reason = format!("rule `{}`: `{new}` is no token of {}", rule.name, target.name());
                    return refuse(self, reason, Some(help));
                };
                let symbol = target.tables().terminals.symbol(kind).expect("a token that was read has a symbol");
                let symbol = self.placing.space.of_target(symbol);
                if new == old && symbol == tree.symbol(node) {
                    return Ok(None);
                }
                is_moved = moves(self, tree)?;
                filled.push(Filled { node: tree.token(symbol, &new)?, copies: Vec::new() });
            }
        }
        if let ([one], false) = (&mut filled[..], bindings.rest.is_empty()) {
            let (head, _) = pattern.head.expect("what has a rest has a head");
            let bottom = tree.bottom(node.id);
            if !one.take_rest(self.placing, tree, (tree.symbol(bottom), head), &bindings.rest)? {
                let help = "write the result as something in brackets, or say in a condition where the rule applies";
                let reason = format!("rule `{}`: its result has no place before what follows it", rule.name);
                return refuse(self, reason, Some(help));
            }
        }
        let is_run = matches!(result, RuleResult::Trees(templates)
            if templates.iter().any(|template| template.fragment.root_run().is_some()));
        if let Some(first) = filled.first() {
            // What stood before the node stands before the result; so do comments that a metavariable brings to its start.
            let mut trivia = tree.trivia(node).to_owned();
            // No blanks before the end of a line.
            let symbol = tree.first_leaf(first.node.id).map(|leaf| tree.symbol(tree.bottom(leaf)));
            if symbol.is_some() && symbol == self.layout.newline && trivia.chars().all(|c| c == ' ' || c == '\t') {
                let first_text = tree.first_leaf(node.id).map(|leaf| tree.leaf_text(leaf).to_owned());
                if first_text.is_some_and(|text| !text.is_empty() && !text.starts_with(['\n', '\r'])) {
                    trivia.clear();
                }
            }
            // The result may begin with what the node began with.
            let begins_alike = tree.trivia(first.node) == trivia
                && tree.first_leaf(first.node.id).map(|leaf| tree.place(leaf))
                    == tree.first_leaf(node.id).map(|leaf| tree.place(leaf));
            if !self.options.drop_comments && !begins_alike && !tree.trivia(first.node).trim().is_empty() {
                let brought = comments::comments(tree, tree.trivia(first.node));
                is_moved |= brought.contains(['\n', '\r']);
                trivia.push_str(&brought);
            }
            tree.set_trivia(first.node, &trivia)?;
        }
        let nodes: Vec<Node> = filled.iter().map(|one| one.node).collect();
        let copies: Vec<Copied> = filled.into_iter().flat_map(|one| one.copies).collect();
        let placed = match nodes[..] {
            [] => {
                let newline = (!self.options.drop_comments).then_some(self.lines.newline.as_str());
                self.placing.remove(tree, node, newline)?
            }
            [only] => self.placing.put(tree, node, only)?.map(|placed| vec![placed]),
            _ => self.placing.put_all(tree, node, &nodes)?,
        };
        let Some(placed) = placed else {
            let (what, help) = match nodes[..] {
                [] => (
                    "what it matches cannot be left out here",
                    "give a result that can stand here, or say in a condition where the rule applies",
                ),
                [_] => (
                    "its result has no place here",
                    "write the result as what stands here, say in a condition where the rule applies (`inside …`), or \
                     declare a neutral production that holds it",
                ),
                _ => (
                    "its results have no place here",
                    "say in a condition where the rule applies (`inside …`), or give one result",
                ),
            };
            return refuse(self, format!("rule `{}`: {what}", rule.name), Some(help));
        };
        self.end_lines(tree, &placed)?;
        // The elements of a run keep what stands before them, but for their indentation.
        if is_run {
            reindent_all(tree, &placed, &self.layout, &self.lines)?;
        } else {
            self.space_siblings(tree, &placed)?;
        }
        for node in &placed {
            if !is_run {
                reindent(tree, node.id, &self.layout, &self.lines)?;
            }
            self.separate(tree, node.id, &copies)?;
            if is_moved {
                comments::lift(tree, node.id)?;
            }
        }
        self.note_places(tree, &placed, own_span);
        let after =
            if self.options.explain { placed.iter().map(|&node| tree.text_of(node)).collect() } else { Vec::new() };
        self.applied.push(Applied { span, rule: rule.name.clone(), before, after: after.join(" ") });
        Ok(Some(Outcome { placed, copies }))
    }

    /// Gives a line end its text where it stood at the end of the source, without one, and now has something behind it.
    fn end_lines(&self, tree: &mut Tree, placed: &[Node]) -> Result<(), EditError> {
        if !self.lines.is_open {
            return Ok(());
        }
        let leaves: Vec<NodeId> = placed.iter().flat_map(|node| tree.leaf_ids(node.id)).collect();
        for leaf in leaves {
            if Some(tree.symbol(tree.bottom(leaf))) == self.layout.newline && tree.leaf_text(leaf).is_empty() {
                let mut behind = std::iter::successors(tree.next_leaf(leaf), |&next| tree.next_leaf(next));
                if behind.any(|next| !tree.leaf_text(next).is_empty()) {
                    tree.set_leaf_text(leaf, &self.lines.newline)?;
                }
            }
        }
        Ok(())
    }

    /// Gives siblings behind the first the white space before them: the indentation of the first at the start of a line, else
    /// that of the langlet.
    fn space_siblings(&self, tree: &mut Tree, placed: &[Node]) -> Result<(), EditError> {
        let Some((first, others)) = placed.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Ok(());
        };
        let indentation = tree.indentation(*first);
        for node in others {
            let Some(leaf) = tree.first_leaf(node.id) else { continue };
            let Some(before) = tree.prev_leaf(leaf) else { continue };
            let is_line_start = Some(tree.symbol(tree.bottom(before))) == self.layout.newline;
            let trivia = if is_line_start { indentation.clone() } else { " ".to_owned() };
            tree.set_leaf_trivia(leaf, &trivia)?;
        }
        Ok(())
    }

    /// Lets tokens that the rule has made lead back to what it was applied to.
    fn note_places(&self, tree: &mut Tree, placed: &[Node], span: Option<Span>) {
        let Some(span) = span else { return };
        let leaves: Vec<NodeId> = placed.iter().flat_map(|node| tree.leaf_ids(node.id)).collect();
        for leaf in leaves {
            if tree.place(leaf).is_none() {
                tree.origins.insert(leaf, span);
            }
        }
    }

    /// Puts a blank between tokens that would read as others if they touched.
    fn separate(&self, tree: &mut Tree, id: NodeId, copies: &[Copied]) -> Result<(), EditError> {
        let copied: FxHashSet<NodeId> =
            copies.iter().flat_map(|copy| tree.leaf_ids(copy.id).skip(1).collect::<Vec<_>>()).collect();
        let mut leaves: Vec<NodeId> = tree.leaf_ids(id).collect();
        if let Some(&last) = leaves.last() {
            leaves.extend(tree.next_leaf(last));
        }
        let mut before = leaves.first().and_then(|&first| tree.prev_leaf(first));
        for leaf in leaves {
            if let Some(before) = before
                && !copied.contains(&leaf)
                && tree.leaf_trivia(leaf).is_empty()
                && !self.placing.target.lexer().can_touch(tree.leaf_text(before), tree.leaf_text(leaf))
            {
                tree.set_leaf_trivia(leaf, " ")?;
            }
            before = Some(leaf);
        }
        Ok(())
    }
}

/// The place of a node in the text that its tree was parsed from, as far as it is known.
fn own_span(tree: &Tree, node: Node) -> Option<Span> {
    tree.leaf_ids(node.id).filter_map(|leaf| tree.place(leaf)).reduce(Span::cover)
}

/// The place of a node in the source text; where an edit has touched its first or last token, of what is known of it.
pub(crate) fn source_span(tree: &Tree, node: Node) -> Span {
    if let Some(span) = tree.span(node) {
        return span;
    }
    let known = tree.leaves(node).filter_map(|leaf| tree.span(leaf));
    known.reduce(Span::cover).unwrap_or_default()
}
