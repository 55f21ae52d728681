//! Templates: a fragment of the target, its metavariables filled with copies of what they are bound to.
//!
//! A bound node is fitted into the symbol that its metavariable stands for. The elements of a run are fitted one by one into
//! the list around the metavariable; an empty run takes the separator beside it along, and the list if nothing is left of
//! it. A run that is no list where it goes, such as `atom trailer trailer`, is made a node of the rule that it came from.

use rustc_hash::FxHashSet;

use super::comments::without_comments;
use super::fragment::{Fragment, Metavariable, Variable};
use super::indent::Lines;
use super::matching::{Binding, Bindings};
use super::place::Placing;
use crate::algebra::layout::is_line_joint;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::parser::drive::METAVARIABLE;

/// Why a template could not be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FillError {
    /// What this metavariable stands for has no place where the template has it.
    NoPlace(Variable),
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

impl Filled {
    /// Makes the result the head of what follows the pattern in a node of the rule, or its first postfixes: `(k in d).x`,
    /// `g(a).x`. `false` if it cannot be.
    pub(crate) fn take_rest(
        &mut self,
        placing: Placing<'_>,
        tree: &mut Tree,
        (rule, head): (Symbol, Symbol),
        rest: &[Node],
    ) -> Result<bool, EditError> {
        let mut copied: Vec<Node> = rest.iter().map(|&node| copy(tree, node, &mut self.copies)).collect();
        let bottom = tree.bottom(self.node.id);
        let parts: Vec<Node> = tree.children(bottom).collect();
        if tree.symbol(bottom) == rule && has_postfixes(tree, &parts) {
            let whole = [&parts[..], &copied].concat();
            let symbols: Vec<Symbol> = whole.iter().map(|&node| tree.symbol(node)).collect();
            if placing.derives(rule, &symbols) {
                tree.splice_unchecked(bottom, parts.len(), parts.len(), &copied);
                return Ok(true);
            }
        }
        // The target may have other rules for the head with its postfixes and for what follows these.
        let derived = placing.longest_beginning(rule, tree, &[&[self.node][..], &copied].concat());
        if derived.is_none() {
            let Some(fitted) = fit_copy(placing, tree, head, self.node, &mut self.copies)? else { return Ok(false) };
            self.node = fitted;
        }
        // Progress: each turn takes at least one node.
        while !copied.is_empty() {
            let nodes = [&[self.node][..], &copied].concat();
            let Some((first, rule, len)) = placing.longest_beginning(rule, tree, &nodes) else { return Ok(false) };
            self.node = tree.inner_unchecked(rule, &[&[first][..], &nodes[1..len]].concat());
            copied.drain(..len - 1);
        }
        Ok(true)
    }
}

/// The result of a rule as it is written.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) fragment: Fragment,
    /// `spacings[alternative]`, for the patterns of the rule.
    spacings: Vec<Spacing>,
}

/// Where the white space of a filled template comes from.
///
/// What a rule writes alike on both sides stays as it is in the source: a token that pattern and template share, with the
/// same white space before it in both, keeps its trivia; so does a metavariable, if the token before it is shared too.
/// Everything else is written as in the template.
#[derive(Debug)]
struct Spacing {
    /// `kept[number of a leaf of the template]`: the leaf of the pattern whose trivia is taken over.
    kept: Vec<Option<NodeId>>,
}

impl Template {
    /// A template for patterns; `None` for one without a text.
    pub(crate) fn new(fragment: Fragment, patterns: &[Option<&Fragment>]) -> Template {
        let spacings = patterns.iter().map(|pattern| Spacing::new(*pattern, &fragment)).collect();
        Template { fragment, spacings }
    }

    /// The leaves of the pattern whose trivia the template takes over.
    pub(crate) fn kept(&self, alternative: usize) -> impl Iterator<Item = NodeId> {
        self.spacings[alternative].kept.iter().flatten().copied()
    }
}

impl Spacing {
    /// Compares the two sides of a rule.
    fn new(pattern: Option<&Fragment>, template: &Fragment) -> Spacing {
        let right: Vec<NodeId> = template.tree.leaf_ids(template.tree.root).collect();
        let Some(pattern) = pattern else { return Spacing { kept: vec![None; right.len()] } };
        let left: Vec<NodeId> = pattern.tree.leaf_ids(pattern.tree.root).collect();
        let grammars = [pattern, template].map(|fragment| fragment.tree.langlet.grammar());
        let same = |a: NodeId, b: NodeId| {
            let (a_node, b_node) = (Node::top(a), Node::top(b));
            match (pattern.metavariable_below(a_node), template.metavariable_below(b_node)) {
                (Some(a), Some(b)) => a.variable == b.variable,
                (None, None) => {
                    let symbols =
                        [pattern.tree.symbol(pattern.tree.bottom(a)), template.tree.symbol(template.tree.bottom(b))];
                    let are_layout = [0, 1].map(|side| grammars[side].is_layout(symbols[side]));
                    let names = [0, 1].map(|side| grammars[side].symbols.name(symbols[side]));
                    match are_layout {
                        [true, true] => names[0] == names[1],
                        _ => pattern.tree.leaf_text(a) == template.tree.leaf_text(b),
                    }
                }
                _ => false,
            }
        };
        // The token of the pattern that each token of the template is.
        let mut aligned: Vec<Option<usize>> = Vec::new();
        let mut from = 0;
        for &leaf in &right {
            let at = (from..left.len()).find(|&at| same(left[at], leaf));
            from = at.map_or(from, |at| at + 1);
            aligned.push(at);
        }
        let is_variable = |number: usize| template.metavariable_below(Node::top(right[number])).is_some();
        let is_dropped = |at: usize| {
            at < left.len() && !aligned.contains(&Some(at)) && pattern.metavariable_below(Node::top(left[at])).is_none()
        };
        let alike = |at: usize, leaf: NodeId| pattern.tree.leaf_trivia(left[at]) == template.tree.leaf_trivia(leaf);
        let kept = |number: usize| {
            let Some(last) = number.checked_sub(1) else { return (aligned[0] == Some(0)).then(|| left[0]) };
            let before = aligned[last];
            let at = match aligned[number] {
                Some(at) => Some(at).filter(|&at| !is_variable(number) || (at > 0 && before == Some(at - 1))),
                // It stands where a token is dropped.
                None => before.map(|before| before + 1).filter(|&at| !is_variable(number) && is_dropped(at)),
            };
            at.filter(|&at| alike(at, right[number])).map(|at| left[at])
        };
        let kept = (0..right.len()).map(kept).collect();
        Spacing { kept }
    }
}

/// What templates are filled with.
pub(crate) struct Filler<'a> {
    pub(crate) placing: Placing<'a>,
    pub(crate) lines: &'a Lines,
    pub(crate) bindings: &'a Bindings,
    /// The number of the alternative that matched.
    pub(crate) alternative: usize,
    /// Tokens of the source whose trivia has been taken over, and metavariables that have been written: what is written
    /// again is written without comments.
    spent: FxHashSet<NodeId>,
    used: FxHashSet<Variable>,
    /// The first token of the matched node.
    first: Option<NodeId>,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(
        placing: Placing<'a>,
        lines: &'a Lines,
        bindings: &'a Bindings,
        alternative: usize,
        first: Option<NodeId>,
    ) -> Filler<'a> {
        let (spent, used) = (FxHashSet::default(), FxHashSet::default());
        Filler { placing, lines, bindings, alternative, spent, used, first }
    }

    /// Fills a template with all that it gives: one node, or the elements of the run that it is.
    pub(crate) fn fill_all(
        &mut self,
        tree: &mut Tree,
        template: &Template,
        is_last: bool,
    ) -> Result<Vec<Filled>, FillError> {
        let fragment = &template.fragment;
        let Some(&Metavariable { variable, .. }) = fragment.root_run() else {
            return self.fill(tree, template, is_last).map(|filled| vec![filled]);
        };
        let binding = self.bindings.get(variable).expect("rules are checked to bind what their templates use");
        let symbol = self.placing.space.of_target(fragment.tree.symbol(fragment.tree.root()));
        let mut all = Vec::new();
        for &element in binding.nodes() {
            if self.placing.is_constant(tree, element) {
                continue;
            }
            let mut copies = Vec::new();
            let copied = copy(tree, element, &mut copies);
            let fitted = fit_copy(self.placing, tree, symbol, copied, &mut copies)?;
            all.push(Filled { node: fitted.ok_or(FillError::NoPlace(variable))?, copies });
        }
        Ok(all)
    }

    /// Fills a template. The bound nodes stay where they are. `is_last`: no other template of the result follows.
    pub(crate) fn fill(&mut self, tree: &mut Tree, template: &Template, is_last: bool) -> Result<Filled, FillError> {
        let fragment = &template.fragment;
        let of_target = |symbol| self.placing.space.of_target(symbol);
        let node = tree.graft_with(&fragment.tree, fragment.tree.root(), of_target)?;
        // A root of its own for the while, so that even the outermost node can be exchanged.
        let old_root = std::mem::replace(&mut tree.root, node.id);
        let filled = self.fill_leaves(tree, fragment, &template.spacings[self.alternative], is_last);
        let root = std::mem::replace(&mut tree.root, old_root);
        let copies = filled?;
        let copied: Vec<NodeId> = copies.iter().map(|copy| copy.id).collect();
        self.placing.without_needless_brackets(tree, root, &copied)?;
        Ok(Filled { node: Node::top(root), copies })
    }

    fn fill_leaves(
        &mut self,
        tree: &mut Tree,
        template: &Fragment,
        spacing: &Spacing,
        is_last: bool,
    ) -> Result<Vec<Copied>, FillError> {
        let (placing, lines) = (self.placing, self.lines);
        let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let newline = placing.newline();
        let mut keeps: FxHashSet<NodeId> = FxHashSet::default();
        for (&leaf, kept) in leaves.iter().zip(&spacing.kept) {
            let matched = kept.and_then(|kept| self.bindings.tokens.iter().find(|(token, _)| *token == kept));
            let matched = matched.map(|&(_, matched)| matched);
            if kept.is_some() {
                keeps.insert(leaf);
            }
            let is_newline = newline.is_some() && tree.chain(Node::top(leaf)).last().copied() == newline;
            if is_newline {
                let of_source = matched.filter(|_| is_last).map(|matched| tree.leaf_text(matched).to_owned());
                let text = of_source.unwrap_or_else(|| lines.newline.clone());
                tree.set_leaf_text(leaf, &text)?;
            }
            if let Some(matched) = matched {
                let trivia = tree.leaf_trivia(matched);
                let is_first = self.spent.insert(matched);
                let without = if is_first { None } else { without_comments(tree, trivia) };
                // Blanks before a comment that is written elsewhere are not left at the end of a line.
                let trivia = if is_newline && !is_first { String::new() } else { without.unwrap_or(trivia.to_owned()) };
                tree.set_leaf_trivia(leaf, &trivia)?;
                if let Some(place) = tree.place(matched) {
                    tree.origins.insert(leaf, place);
                }
            } else if lines.newline != "\n" && tree.leaf_trivia(leaf).contains('\n') {
                let trivia = tree.leaf_trivia(leaf).replace("\r\n", "\n").replace('\n', &lines.newline);
                tree.set_leaf_trivia(leaf, &trivia)?;
            }
        }
        let holes = leaves.into_iter().filter(|&leaf| tree.chain(Node::top(leaf)).last() == Some(&METAVARIABLE));
        let holes: Vec<NodeId> = holes.collect();
        let mut copies = Vec::new();
        for (hole, metavariable) in holes.into_iter().zip(template.metavariables()) {
            let n_copies = copies.len();
            let &Metavariable { variable, .. } = metavariable;
            let binding = self.bindings.get(variable).expect("rules are checked to bind what their templates use");
            // A line that stays a line keeps its blanks; its indentation is found later.
            let begins_line = |leaf: NodeId| {
                let before = tree.prev_leaf(leaf).and_then(|before| tree.chain(Node::top(before)).last().copied());
                before.is_some_and(|symbol| placing.is_layout(symbol))
            };
            let first = binding.nodes().first().and_then(|node| tree.first_leaf(node.id));
            let is_line = begins_line(hole) && first.is_some_and(begins_line);
            // What comes to the start of a line, such as a block of one line, has nothing to keep before it.
            let new_line = first.filter(|&first| begins_line(hole) && !begins_line(first));
            let keeps = keeps.contains(&hole) && new_line.is_none();
            let trivia = (!keeps && !is_line).then(|| tree.leaf_trivia(hole).to_owned());
            let trivia = trivia.as_deref();
            let joints = new_line.map(|first| without_line_joints(tree, tree.leaf_trivia(first)));
            let level = tree.chain(Node::top(hole)).len() - 2;
            let is_first = tree.first_leaf(tree.root) == Some(hole);
            let hole_trivia = tree.leaf_trivia(hole).to_owned();
            let starts_node = binding.nodes().first().and_then(|node| tree.first_leaf(node.id)) == self.first;
            let place = Node { id: hole, level: level as u16 };
            match binding {
                Binding::Node(bound) => {
                    let copy = copy(tree, *bound, &mut copies);
                    put_fitted(placing, tree, place, copy, &mut copies, (trivia, variable))?;
                }
                Binding::Run { nodes, .. } if nodes.is_empty() => remove_hole(placing, tree, place, variable)?,
                Binding::Run { rule, nodes } => {
                    fill_run(placing, tree, place, (*rule, nodes), &mut copies, trivia, variable)?;
                }
            }
            if let (Some(text), Some(copied)) = (joints, copies.get(n_copies).and_then(|one| tree.first_leaf(one.id)))
                && !is_line
                && text.trim().is_empty()
            {
                tree.set_leaf_trivia(copied, trivia.unwrap_or(&hole_trivia))?;
            }
            let is_repeated = !self.used.insert(variable);
            // What stands before the matched node stands before the result, and nowhere else.
            if (is_repeated || starts_node && !is_first)
                && let Some(leaf) = copies.get(n_copies).and_then(|copied| tree.first_leaf(copied.id))
                && !tree.leaf_trivia(leaf).chars().all(|c| c == ' ' || c == '\t')
            {
                tree.set_leaf_trivia(leaf, &hole_trivia)?;
            }
            if is_repeated {
                for copied in &copies[n_copies..] {
                    for leaf in tree.leaf_ids(copied.id).collect::<Vec<_>>() {
                        if let Some(trivia) = without_comments(tree, tree.leaf_trivia(leaf)) {
                            tree.set_leaf_trivia(leaf, &trivia)?;
                        }
                    }
                }
            }
        }
        Ok(copies)
    }
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
    (trivia, variable): (Option<&str>, Variable),
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
    let symbol = tree.symbol(place);
    let fitted = fit_copy(placing, tree, symbol, node, copies)?.ok_or(FillError::NoPlace(variable))?;
    adopt_trivia(tree, fitted, trivia)?;
    tree.replace_unchecked(place, fitted);
    Ok(())
}

/// Fits a copy. If that takes it apart, as a list that gets brackets, its parts are the copies.
fn fit_copy(
    placing: Placing<'_>,
    tree: &mut Tree,
    symbol: Symbol,
    node: Node,
    copies: &mut Vec<Copied>,
) -> Result<Option<Node>, EditError> {
    let children = tree.children(tree.bottom(node.id)).map(|child| child.id);
    let parts: Vec<Copied> = children.map(|id| Copied { id, n_levels: tree.chain(Node::top(id)).len() }).collect();
    let fitted = placing.fit(tree, symbol, node)?;
    if !tree.nodes.contains_key(node.id) {
        copies.retain(|copy| copy.id != node.id);
        copies.extend(parts);
    }
    Ok(fitted)
}

/// The children of `node`, if they can stand in `place` themselves: where a rule is a head and postfixes, `atom trailer*`,
/// and the head is to be a node of such a shape, its postfixes come before the others. `(a.b)(c)` says no more than `a.b(c)`.
/// That holds of postfixes that are nodes of rules; with tokens between the children, as in `a < b < c`, it may not.
fn postfix_parts(placing: Placing<'_>, tree: &Tree, place: Node, node: Node) -> Option<Vec<Node>> {
    let parent = tree.parent(place)?;
    let siblings: Vec<Node> = tree.children(parent).collect();
    let parts: Vec<Node> = tree.children(tree.bottom(node.id)).collect();
    if siblings.first() != Some(&place) || !has_postfixes(tree, &siblings) || !has_postfixes(tree, &parts) {
        return None;
    }
    let symbols: Vec<Symbol> = parts.iter().chain(&siblings[1..]).map(|&node| tree.symbol(node)).collect();
    placing.derives(tree.symbol(parent), &symbols).then_some(parts)
}

/// Whether all nodes but the first, and there are some, are nodes of rules with several children.
fn has_postfixes(tree: &Tree, nodes: &[Node]) -> bool {
    nodes.len() > 1 && nodes[1..].iter().all(|&node| !tree.is_token(tree.bottom(node.id)))
}

/// Trivia without the marks that join lines.
fn without_line_joints(tree: &Tree, trivia: &str) -> String {
    let pieces = tree.langlet().lexer().trivia_pieces(trivia);
    pieces.iter().map(|piece| &trivia[piece.range()]).filter(|piece| !is_line_joint(piece)).collect()
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
    variable: Variable,
) -> Result<(), FillError> {
    let symbol = tree.symbol(place);
    if let Some(parent) = tree.parent(place) {
        let mut list = nodes.to_vec();
        let siblings: Vec<Node> = tree.children(parent).collect();
        let index = siblings.iter().position(|&child| child == place).expect("a node is a child of its parent");
        // A separator at the end of the run and one behind the metavariable are one.
        if let (Some(&last), Some(&next)) = (list.last(), siblings.get(index + 1))
            && tree.is_token(last)
            && tree.symbol(last) == tree.symbol(next)
        {
            list.pop();
        }
        // An element becomes what the metavariable stands for, or stays what it is.
        let mut ways: Vec<Vec<Symbol>> = siblings[..index].iter().map(|&node| vec![tree.symbol(node)]).collect();
        ways.extend(list.iter().map(|&node| {
            let own = tree.symbol(node);
            let stays = own == symbol || placing.is_constant(tree, node);
            if stays { vec![own] } else { vec![symbol, own] }
        }));
        ways.extend(siblings[index + 1..].iter().map(|&node| vec![tree.symbol(node)]));
        if let Some(symbols) = placing.derivation(tree.symbol(parent), &ways) {
            let mut new = Vec::new();
            for (number, (&node, &wanted)) in list.iter().zip(&symbols[index..]).enumerate() {
                let copied = copy(tree, node, copies);
                let fitted = match tree.symbol(node) == wanted {
                    true => copied,
                    false => fit_copy(placing, tree, wanted, copied, copies)?.ok_or(FillError::NoPlace(variable))?,
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
        return put_fitted(placing, tree, place, copied, copies, (trivia, variable));
    }
    let symbols: Vec<Symbol> = nodes.iter().map(|&node| tree.symbol(node)).collect();
    let Some(rule) = placing.rule_of(rule, &symbols) else {
        return Err(FillError::NoPlace(variable));
    };
    let children: Vec<Node> = nodes.iter().map(|&node| tree.copy(node)).collect();
    let wrapped = tree.inner_unchecked(rule, &children);
    copies.push(Copied { id: wrapped.id, n_levels: 1 });
    put_fitted(placing, tree, place, wrapped, copies, (trivia, variable))
}

/// Removes a metavariable that stands for nothing, with a separator beside it or with the list around it.
fn remove_hole(placing: Placing<'_>, tree: &mut Tree, place: Node, variable: Variable) -> Result<(), FillError> {
    let mut at = place;
    // Progress: each turn goes up one level.
    while let Some(parent) = tree.parent(at) {
        let siblings: Vec<Node> = tree.children(parent).collect();
        let index = siblings.iter().position(|&child| child == at).expect("a node is a child of its parent");
        let is_token = |index: usize| siblings.get(index).is_some_and(|&node| tree.is_token(node));
        let mut ranges = Vec::new();
        if index > 0 && is_token(index - 1) {
            ranges.push((index - 1, index + 1));
        }
        if is_token(index + 1) {
            ranges.push((index, index + 2));
        }
        ranges.push((index, index + 1));
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
    Err(FillError::NoPlace(variable))
}
