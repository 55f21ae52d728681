//! Applying a rule at a node: match, result, place.
//!
//! Everything a rule does to the tree happens here, and in this order: comments of what is dropped move to what stays; the
//! result is made, detached, from what the metavariables stand for; it is placed, with the minimal neutral production where it
//! does not fit; its blocks are indented; tokens that would read as others are set apart.
//!
//! An application costs what its rule matches and writes, and the children of the nodes at which it looks for a place; not what
//! its metavariables stand for, but where lines of that are indented anew.

use rustc_hash::{FxHashMap, FxHashSet};
use slotmap::Key;

use super::above::Above;
use super::binding::Bindings;
use super::bound::{Bound, Kept};
use super::comments::{self, Pending};
use super::list::ListStates;
use super::matching::Matcher;
use super::metavariable::{Scope, Variable};
use super::new_name::NewNames;
use super::pattern::{NamedPattern, Pattern};
use super::pieces::{Piece, note_places, pieces, reindent, separate};
use super::place::Placing;
use super::rule::{Rule, RuleResult};
use super::template::{FillError, Filler, Template};
use super::transform::{Applied, Options, Refusal, TranslateError};
use crate::algebra::indent::{LayoutSymbols, Lines};
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
    pub(crate) state: State,
}

/// What is known from one application to the next.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The list that was changed last.
    lists: ListStates,
    new_names: NewNames,
    /// Lists of results with elements that the target did not know when they were made.
    pub(crate) open: Vec<Node>,
    /// Comments of what was removed.
    pub(crate) pending: Pending,
    /// By node that a rule has made: the place of what it was made of.
    places: FxHashMap<NodeId, Span>,
    /// Of the last removal: a node that is gone, since one child was left; and that child, if it stands before what was
    /// removed, with the number of levels that it took over.
    pub(crate) joined: Option<(NodeId, (NodeId, u16))>,
    /// The last token of the last result, and the token behind it: the way there may be long, and nodes around the result that
    /// end with it have the same token behind them.
    behind: Option<(NodeId, Option<NodeId>)>,
    /// The last tokens of nodes that have a long way to it, in `not not … not x` for instance.
    last_leaves: FxHashMap<NodeId, NodeId>,
}

/// So many steps to the last token of a node are a long way.
const LONG_WAY: usize = 16;

impl State {
    /// Forgets what does not hold for another visit of the tree.
    pub(crate) fn begin_phase(&mut self) {
        self.last_leaves.clear();
    }

    /// The last token of a node. Nodes on a long way to it are remembered, so that those further down need no walk.
    fn last_leaf(&mut self, tree: &Tree, id: NodeId) -> Option<NodeId> {
        let mut passed = Vec::new();
        let mut at = id;
        // Progress: each turn goes down.
        let last = loop {
            let stored = tree.stored(at);
            let known = if self.last_leaves.is_empty() { None } else { self.last_leaves.get(&at) };
            match known {
                Some(&leaf) if tree.nodes.contains_key(leaf) => break leaf,
                _ if stored.is_leaf() => break at,
                _ if stored.first().is_null() => return tree.last_leaf(id),
                _ => passed.push(at),
            }
            at = tree.stored(stored.first()).prev;
        };
        if passed.len() > LONG_WAY {
            self.last_leaves.extend(passed.into_iter().map(|id| (id, last)));
        }
        Some(last)
    }
}

/// What an application left.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The results in their place; none if the node was removed or the rule refuses.
    pub(crate) placed: Vec<Node>,
    /// The nodes of the source in them.
    pub(crate) kept: Vec<Kept>,
    /// The node that they are children of, if the rule matched a part of its children.
    pub(crate) around: Option<Node>,
}

impl Applier<'_> {
    /// Where siblings stood. A few look-ups, but for what a rule has made and has not kept in order.
    fn places_of(&mut self, tree: &Tree, nodes: &[Node]) -> Places {
        let last = nodes.last().and_then(|node| self.state.last_leaf(tree, node.id));
        let edges = || {
            let (first, last) = (tree.first_leaf(nodes.first()?.id)?, last?);
            let (first, last) = (tree.place(first)?, tree.place(last)?);
            (first.start <= last.end).then(|| first.cover(last))
        };
        let place = edges().or_else(|| {
            // What was made of nodes further down has the place of those.
            let mut place: Option<Span> = None;
            let mut work: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
            while let Some(id) = work.pop() {
                let known = match self.state.places.get(&id) {
                    Some(&known) => Some(known),
                    None if tree.stored(id).is_leaf() => tree.place(id),
                    None => {
                        work.extend(tree.children(tree.bottom(id)).map(|child| child.id));
                        None
                    }
                };
                place = known.into_iter().chain(place).reduce(Span::cover);
            }
            place
        });
        let source = match (&tree.lineage, place) {
            (None, place) => place.unwrap_or_default(),
            (Some(_), _) => {
                let spans = nodes.iter().map(|&node| source_span(tree, node)).filter(|span| *span != Span::default());
                spans.reduce(Span::cover).unwrap_or_default()
            }
        };
        Places { source, place, last }
    }

    /// Applies one rule at one node; `None` if it does not match.
    pub(crate) fn apply(
        &mut self,
        tree: &mut Tree,
        node: Node,
        rule: &Rule,
        above: &Above<'_>,
    ) -> Result<Option<Outcome>, TranslateError> {
        for (index, pattern) in rule.alternatives.iter().enumerate() {
            if pattern.symbol() != tree.symbol(node) || !pattern.may_fit(tree, node) {
                continue;
            }
            for case in &rule.cases {
                if !case.conditions.iter().all(|check| check.may_hold(tree, self.named, node)) {
                    continue;
                }
                let mut matcher = Matcher::new(tree, self.named, node);
                matcher.above = Some(above);
                if case.fits(&mut matcher, pattern) {
                    let mut bindings = matcher.bindings;
                    let made = self.state.new_names.bind(tree, &mut bindings)?;
                    let parent = match bindings.part {
                        Some(_) => Some(node.id),
                        None => tree.parent(Node::top(node.id)).map(|parent| parent.id),
                    };
                    let outcome = self.rewrite(tree, node, rule, (index, pattern), &case.result, &bindings)?;
                    made.into_iter().for_each(|id| tree.delete(id));
                    if let Some(outcome) = outcome {
                        above.changed(tree, self.named, parent);
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
        // What is known of the last result may change now.
        let known_behind = self.state.behind.take();
        let matched = matched(tree, node, bindings);
        let span_of = self.places_of(tree, &matched);
        let span = span_of.source;
        let before = if self.options.explain { shown(tree, &matched, false) } else { String::new() };
        let refuse = |applier: &mut Self, reason: String, help: Option<&str>| {
            applier.refusals.push(Refusal { span, reason, help: help.map(str::to_owned) });
            Ok(Some(Outcome::default()))
        };
        if tree.n_stored() > self.most_nodes {
            return Err(TranslateError::Edit(EditError::TooLarge));
        }
        if !matches!(result, RuleResult::Delete) {
            self.state.pending.write(tree)?;
        }
        let carries = !self.options.drop_comments;
        let mut is_moved = false;
        let mut bound = Bound::default();
        let mut kept: Vec<Kept> = Vec::new();
        let mut nodes: Vec<Node> = Vec::new();
        // What a result that begins where the node does takes over from it.
        let mut head = Head::default();
        let mut place = if bindings.part.is_some() { matched[0] } else { node };
        match result {
            RuleResult::Refuse(reason) => return refuse(self, reason.clone(), None),
            RuleResult::Delete => {}
            RuleResult::Trees(templates) => {
                // Of an empty run nothing is left, not even a token that comments could go before.
                let is_empty = |template: &Template| {
                    let run = template.fragment.root_run().and_then(|run| bindings.get(run.variable));
                    run.is_some_and(|run| run.nodes().is_empty())
                };
                is_moved = carries
                    && !templates.iter().all(is_empty)
                    && comments::carry(tree, &matched, (templates, alternative), bindings)?;
                head = Head::of(tree, matched[0]);
                let variables: Vec<Variable> = templates
                    .iter()
                    .flat_map(|template| template.fragment.metavariables())
                    .map(|m| m.variable)
                    .collect();
                let placing = self.placing;
                bound = Bound::new(tree, |symbol| placing.is_layout(symbol), (node, matched[0]), &variables, bindings);
                let mut filling = Filler::new(placing, &self.lines, bindings, alternative, bound);
                for (index, template) in templates.iter().enumerate() {
                    match filling.fill_all(tree, template, index + 1 == templates.len()) {
                        Ok(all) => {
                            for mut one in all {
                                nodes.push(one.node);
                                kept.append(&mut one.kept);
                            }
                        }
                        Err(FillError::Edit(error)) => return Err(error.into()),
                        Err(FillError::NoPlace(variable)) => {
                            filling.bound.give_back(tree);
                            let name = self.scope.name(variable);
                            let what = "stands for has no place in its result";
                            let help = format!(
                                "bind what fits there, `${name}:RULE`, or say in a condition where the rule applies"
                            );
                            return refuse(self, format!("rule `{}`: what `${name}` {what}", rule.name), Some(&help));
                        }
                    }
                }
                bound = filling.bound;
                place.id = bound.now(place.id);
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
                is_moved = carries && comments::carry(tree, &matched, (&[], alternative), bindings)?;
                head = Head::of(tree, node);
                nodes.push(tree.token(symbol, &new)?);
            }
        }
        let is_run = matches!(result, RuleResult::Trees(templates)
            if templates.iter().any(|template| template.fragment.root_run().is_some()));
        if let Some(&first) = nodes.first() {
            is_moved |= self.begin(tree, first, head)?;
        }
        let others: Vec<NodeId> = matched.iter().skip(1).map(|other| bound.now(other.id)).collect();
        let placed = match nodes[..] {
            [] => self.remove(tree, node)?,
            [only] if bindings.part.is_some() && !self.placing.is_head_for(tree, place, only) => None,
            [only] => self.placing.put(tree, place, only, &mut kept)?,
            _ => self.placing.put_all(tree, &mut self.state.lists, place, &nodes)?,
        };
        let Some(placed) = placed else {
            bound.give_back(tree);
            let (what, help) = match nodes[..] {
                [_] if bindings.part.is_some() => (
                    "its result has no place before what follows it",
                    "write the result as something in brackets, or say in a condition where the rule applies",
                ),
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
        self.state.open.append(&mut bound.open);
        bound.finish(tree);
        // The result stands in the place of the head; the postfixes that were matched with it go.
        if let (Some(&first), Some(&last)) = (others.first(), others.last()) {
            tree.cut(first, last);
        }
        // The elements of a run keep what stands before them, but for their indentation.
        if nodes.len() > 1 && !is_run {
            self.space_siblings(tree, &placed)?;
        }
        let kept_ids: FxHashSet<NodeId> = kept.iter().map(|kept| kept.id).collect();
        let pieces = pieces(tree, &placed, &kept_ids);
        if self.lines.newline != "\n" {
            self.end_new_lines(tree, &pieces)?;
        }
        self.reindent(tree, &pieces, &kept)?;
        // Where the result ends with what the node ended with, what stands behind it is as it was.
        let last = match pieces.iter().rev().find(|piece| piece.first(tree).is_some()) {
            Some(&Piece::Kept(id)) => self.state.last_leaf(tree, id),
            piece => piece.and_then(|piece| piece.last(tree)),
        };
        let ends_alike = last.is_some() && last == span_of.last;
        let behind = match (known_behind, last) {
            (Some((leaf, behind)), Some(last)) if span_of.last == Some(leaf) => Some((last, behind)),
            (_, Some(last)) if !ends_alike => Some((last, tree.next_leaf(last))),
            _ => None,
        };
        let next = behind.and_then(|(_, behind)| behind).filter(|_| !ends_alike);
        separate(tree, self.placing, &pieces, next, |tree, id| self.state.last_leaf(tree, id))?;
        self.state.behind = behind;
        if is_moved {
            for node in &placed {
                comments::lift(tree, node.id)?;
            }
        }
        note_places(tree, &pieces, span_of.place);
        if let (Some(place), Some(node)) = (span_of.place, placed.first()) {
            self.state.places.insert(node.id, place);
        }
        let after = if self.options.explain { shown(tree, &placed, nodes.len() > 1) } else { String::new() };
        self.applied.push(Applied { span: span_of.source, rule: rule.name.clone(), before, after });
        let around = bindings.part.map(|_| node);
        Ok(Some(Outcome { placed, kept, around }))
    }

    /// Takes a node out of its list. `None` if it stands in none.
    fn remove(&mut self, tree: &mut Tree, node: Node) -> Result<Option<Vec<Node>>, EditError> {
        let Some((from, to)) = self.placing.removable(tree, &mut self.state.lists, node) else { return Ok(None) };
        // What was at the start of the list, a line for instance, is still the start; but there are no blanks before the end of
        // a line.
        if let Some(next) = tree.next_sibling(to)
            && let Some(leaf) = tree.first_leaf(next.id)
            && tree.leaf_trivia(leaf).trim().is_empty()
            && !tree.leaf_text(leaf).is_empty()
            && !self.layout.is_newline(tree.symbol(tree.bottom(leaf)))
            && (from == Node::top(node.id) || self.placing.is_line(tree, from))
            && !tree.trivia(from).contains(['\n', '\r'])
        {
            let trivia = tree.trivia(from).to_owned();
            tree.set_trivia(next, &trivia)?;
        }
        if !self.options.drop_comments {
            self.state.pending.save(tree, (from, to), &self.lines.newline)?;
        }
        let (before, parent) = (tree.prev_sibling(from), tree.stored(from.id).parent);
        let n_levels = tree.chain(Node::top(parent)).len() as u16;
        let left = tree.cut(from.id, to.id);
        self.state.joined = before.filter(|before| left == before.id).map(|before| (parent, (before.id, n_levels)));
        Ok(Some(Vec::new()))
    }

    /// Writes what stands before the result: what stood before the node; behind it comments that a metavariable brings to the
    /// start of the result. Whether there are any that end their line.
    fn begin(&self, tree: &mut Tree, first: Node, head: Head) -> Result<bool, EditError> {
        let Head { mut trivia, is_text, place } = head;
        let Some(leaf) = tree.first_leaf(first.id) else { return Ok(false) };
        // No blanks before the end of a line.
        let is_newline = self.layout.is_newline(tree.symbol(tree.bottom(leaf)));
        if is_newline && is_text && trivia.chars().all(|c| c == ' ' || c == '\t') {
            trivia.clear();
        }
        // The result may begin with what the node began with.
        let begins_alike = tree.leaf_trivia(leaf) == trivia && tree.place(leaf) == place;
        let mut ends_line = false;
        if !self.options.drop_comments && !begins_alike && !tree.leaf_trivia(leaf).trim().is_empty() {
            let brought = comments::comments(tree, tree.leaf_trivia(leaf));
            ends_line = brought.contains(['\n', '\r']);
            trivia.push_str(&brought);
        }
        tree.set_leaf_trivia(leaf, &trivia)?;
        Ok(ends_line)
    }

    /// Gives line ends that were added around a result the text that they have in the source.
    fn end_new_lines(&self, tree: &mut Tree, pieces: &[Piece]) -> Result<(), EditError> {
        for &piece in pieces {
            let Piece::Token(leaf) = piece else { continue };
            let is_newline = self.layout.newline == Some(tree.symbol(tree.bottom(leaf)));
            if is_newline && tree.place(leaf).is_none() && tree.leaf_text(leaf) == "\n" {
                tree.set_leaf_text(leaf, &self.lines.newline)?;
            }
        }
        Ok(())
    }

    /// Indents the lines of a result.
    fn reindent(&mut self, tree: &mut Tree, pieces: &[Piece], kept: &[Kept]) -> Result<(), EditError> {
        let holds_lines = self.placing.holding_layout(&tree.langlet);
        let may_hold_lines = |&piece: &Piece| match piece {
            Piece::Token(leaf) => self.layout.contains(tree.symbol(tree.bottom(leaf))),
            Piece::Kept(id) => holds_lines[tree.symbol(tree.bottom(id)).index()],
        };
        if !pieces.iter().any(may_hold_lines) {
            return Ok(());
        }
        reindent(tree, pieces, kept, &self.layout, &self.lines)
    }

    /// Gives siblings behind the first the white space before them: the indentation of the first at the start of a line, else
    /// that of the langlet.
    fn space_siblings(&self, tree: &mut Tree, placed: &[Node]) -> Result<(), EditError> {
        let Some((first, others)) = placed.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Ok(());
        };
        let mut indentation: Option<String> = None;
        for node in others {
            let Some(leaf) = tree.first_leaf(node.id) else { continue };
            let Some(before) = tree.prev_leaf(leaf) else { continue };
            let is_line_start = self.layout.is_newline(tree.symbol(tree.bottom(before)));
            if is_line_start {
                let trivia = indentation.get_or_insert_with(|| tree.indentation(*first)).clone();
                tree.set_leaf_trivia(leaf, &trivia)?;
            } else {
                tree.set_leaf_trivia(leaf, " ")?;
            }
        }
        Ok(())
    }
}

/// What a rule has matched: the node, or the siblings in it that the pattern fits.
fn matched(tree: &Tree, node: Node, bindings: &Bindings) -> Vec<Node> {
    let Some((first, last)) = bindings.part else { return vec![node] };
    std::iter::successors(Some(first), |&at| if at == last { None } else { tree.next_sibling(at) }).collect()
}

/// What stands at the beginning of a matched node.
#[derive(Default)]
struct Head {
    trivia: String,
    /// Whether the first token has a text that is no line end.
    is_text: bool,
    /// The place of the first token.
    place: Option<Span>,
}

impl Head {
    fn of(tree: &Tree, node: Node) -> Head {
        let Some(leaf) = tree.first_leaf(node.id) else { return Head::default() };
        let text = tree.leaf_text(leaf);
        let is_text = !text.is_empty() && !text.starts_with(['\n', '\r']);
        Head { trivia: tree.leaf_trivia(leaf).to_owned(), is_text, place: tree.place(leaf) }
    }
}

/// Where a node stood.
struct Places {
    /// In the text that was translated.
    source: Span,
    /// In the text that its tree was parsed from.
    place: Option<Span>,
    /// Its last token.
    last: Option<NodeId>,
}

/// Gives line ends their text that stood at the end of the source, without one, and now have something behind them.
pub(crate) fn end_lines(tree: &mut Tree, layout: &LayoutSymbols, text: &str) -> Result<(), EditError> {
    let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
    let mut has_text_behind = false;
    for leaf in leaves.into_iter().rev() {
        if !tree.leaf_text(leaf).is_empty() {
            has_text_behind = true;
        } else if has_text_behind && layout.is_newline(tree.symbol(tree.bottom(leaf))) {
            tree.set_leaf_text(leaf, text)?;
        }
    }
    Ok(())
}

/// The text of what a rule has made; several nodes are one text, or `apart`.
fn shown(tree: &Tree, placed: &[Node], apart: bool) -> String {
    let mut text = String::new();
    for (index, &node) in placed.iter().enumerate() {
        if index > 0 {
            text.push_str(if apart { " " } else { tree.trivia(node) });
        }
        text.push_str(&tree.text_of(node));
    }
    text
}

/// The place of a node in the source text; where an edit has touched its first or last token, of what is known of it.
pub(crate) fn source_span(tree: &Tree, node: Node) -> Span {
    if let Some(span) = tree.span(node) {
        return span;
    }
    let known = tree.leaves(node).filter_map(|leaf| tree.span(leaf));
    known.reduce(Span::cover).unwrap_or_default()
}
