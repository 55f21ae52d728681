//! Templates: a fragment of the target, its metavariables filled with what they are bound to.
//!
//! A bound node is fitted into the symbol that its metavariable stands for. The elements of a run are fitted one by one into
//! the list around the metavariable; an empty run takes the separator beside it along, and the list if nothing is left of
//! it. A run that is no list where it goes, such as `atom trailer trailer`, is made a node of the rule that it came from.

use rustc_hash::FxHashSet;

use super::binding::Bindings;
use super::bound::{Bound, Kept, Supply};
use super::comments::without_comments;
use super::fragment::Fragment;
use super::metavariable::{Metavariable, Variable};
use super::place::Placing;
use crate::algebra::Kind;
use crate::algebra::indent::{Lines, is_line_joint};
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

/// A filled template: a detached node, and the nodes of the source in it.
pub(crate) struct Filled {
    pub(crate) node: Node,
    pub(crate) kept: Vec<Kept>,
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
        // The end of a block goes with what stands before it, and so do the comments there.
        let ends_block = |fragment: &Fragment, leaf: NodeId| {
            let grammar = fragment.tree.langlet.grammar();
            grammar
                .layout
                .indent
                .is_some_and(|indent| fragment.tree.symbol(fragment.tree.bottom(leaf)) == indent.dedent)
        };
        let mut ends: Vec<usize> = Vec::new();
        for number in 1..right.len() {
            let Some(last) = template.metavariable_below(Node::top(right[number - 1])) else { continue };
            let is_end = |&at: &usize| {
                let before = pattern.metavariable_below(Node::top(left[at - 1]));
                ends_block(pattern, left[at]) && before.is_some_and(|before| before.variable == last.variable)
            };
            if ends_block(template, right[number])
                && let Some(at) = (1..left.len()).find(is_end)
            {
                aligned.iter_mut().filter(|known| **known == Some(at)).for_each(|known| *known = None);
                aligned[number] = Some(at);
                ends.push(number);
            }
        }
        let is_variable = |number: usize| template.metavariable_below(Node::top(right[number])).is_some();
        let is_dropped = |at: usize| {
            at < left.len() && !aligned.contains(&Some(at)) && pattern.metavariable_below(Node::top(left[at])).is_none()
        };
        let is_layout = |fragment: &Fragment, leaf: NodeId| {
            fragment.tree.langlet.grammar().is_layout(fragment.tree.symbol(fragment.tree.bottom(leaf)))
        };
        let alike = |at: usize, leaf: NodeId| pattern.tree.leaf_trivia(left[at]) == template.tree.leaf_trivia(leaf);
        let kept = |number: usize| {
            let Some(last) = number.checked_sub(1) else { return (aligned[0] == Some(0)).then(|| left[0]) };
            if ends.contains(&number) {
                return aligned[number].map(|at| left[at]);
            }
            let before = aligned[last];
            let at = match aligned[number] {
                Some(at) => Some(at).filter(|&at| !is_variable(number) || (at > 0 && before == Some(at - 1))),
                // It stands where a token is dropped. The comment at the end of a line is none within one.
                None => before
                    .map(|before| before + 1)
                    .filter(|&at| !is_variable(number) && is_dropped(at) && !is_layout(pattern, left[at])),
            };
            at.filter(|&at| alike(at, right[number])).map(|at| left[at])
        };
        let kept = (0..right.len()).map(kept).collect();
        Spacing { kept }
    }
}

/// What templates are filled with.
pub(crate) struct Filler<'a> {
    placing: Placing<'a>,
    lines: &'a Lines,
    bindings: &'a Bindings,
    /// The number of the alternative that matched.
    alternative: usize,
    /// Tokens of the source whose trivia has been taken over: what is written again is written without comments.
    spent: FxHashSet<NodeId>,
    /// What the metavariables stand for.
    pub(crate) bound: Bound,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(
        placing: Placing<'a>,
        lines: &'a Lines,
        bindings: &'a Bindings,
        alternative: usize,
        bound: Bound,
    ) -> Filler<'a> {
        Filler { placing, lines, bindings, alternative, spent: FxHashSet::default(), bound }
    }

    /// Fills a template with all that it gives: one node, or the elements of the run that it is. The bound nodes are taken from
    /// where they stand. `is_last`: no other template of the result follows.
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
        let symbol = self.placing.space.of_target(fragment.tree.symbol(fragment.tree.root()));
        let supply = self.bound.next();
        let mut all = Vec::new();
        for &element in &supply.nodes {
            if self.placing.is_constant(tree, element) {
                continue;
            }
            let (placing, bound) = (self.placing, &mut self.bound);
            let mut filling = Filling { placing, bound, variable, kept: Vec::new(), trivia: None };
            let element = filling.get(tree, element, supply.is_copy);
            let node = filling.fit(tree, symbol, element)?;
            let mut kept = filling.kept;
            if supply.is_repeated {
                drop_comments(tree, &kept)?;
            }
            if let Some(first) = kept.first_mut().filter(|_| all.is_empty()) {
                first.line = supply.line.clone();
            }
            all.push(Filled { node, kept });
        }
        Ok(all)
    }

    fn fill(&mut self, tree: &mut Tree, template: &Template, is_last: bool) -> Result<Filled, FillError> {
        let fragment = &template.fragment;
        let of_target = |symbol| self.placing.space.of_target(symbol);
        let node = tree.graft_with(&fragment.tree, fragment.tree.root(), of_target)?;
        // A root of its own for the while, so that even the outermost node can be exchanged.
        let old_root = std::mem::replace(&mut tree.root, node.id);
        let filled = self.fill_leaves(tree, fragment, &template.spacings[self.alternative], is_last);
        // A metavariable that stands for the root of the tree leaves a leaf in its place.
        let root = std::mem::replace(&mut tree.root, self.bound.now(old_root));
        let mut kept = filled?;
        self.placing.without_needless_brackets(tree, root, &mut self.bound, &mut kept)?;
        Ok(Filled { node: Node::top(root), kept })
    }

    fn fill_leaves(
        &mut self,
        tree: &mut Tree,
        template: &Fragment,
        spacing: &Spacing,
        is_last: bool,
    ) -> Result<Vec<Kept>, FillError> {
        let (placing, lines) = (self.placing, self.lines);
        let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let newline = placing.newline();
        let mut holes = Vec::new();
        for (&leaf, kept) in leaves.iter().zip(&spacing.kept) {
            let matched = kept.and_then(|kept| self.bindings.tokens.iter().find(|(token, _)| *token == kept));
            let matched = matched.map(|&(_, matched)| matched);
            let symbol = tree.symbol(tree.bottom(leaf));
            if symbol == METAVARIABLE {
                holes.push((leaf, kept.is_some()));
            }
            let is_newline = newline == Some(symbol);
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
        let mut all = Vec::new();
        for ((hole, is_kept), metavariable) in holes.into_iter().zip(template.metavariables()) {
            let &Metavariable { variable, .. } = metavariable;
            let supply = self.bound.next();
            // A line that stays a line keeps its blanks; its indentation is found later.
            let begins_line = |leaf: NodeId| {
                tree.prev_leaf(leaf).is_some_and(|before| placing.is_layout(tree.symbol(tree.bottom(before))))
            };
            // What comes to the start of a line, such as a block of one line, has nothing to keep before it.
            let first = supply.nodes.first().and_then(|node| tree.first_leaf(node.id));
            let new_line = first.filter(|_| supply.line.is_none() && begins_line(hole));
            let is_line = supply.line.is_some() && begins_line(hole);
            let keeps = is_kept && new_line.is_none();
            let trivia = (!keeps && !is_line).then(|| tree.leaf_trivia(hole).to_owned());
            let has_joints = new_line.is_some_and(|first| has_only_joints(tree, tree.leaf_trivia(first)));
            let is_first = tree.first_leaf(tree.root) == Some(hole);
            let hole_trivia = tree.leaf_trivia(hole).to_owned();
            let level = tree.chain(Node::top(hole)).len() - 2;
            let place = Node { id: hole, level: level as u16 };
            let mut filling = Filling { placing, bound: &mut self.bound, variable, kept: Vec::new(), trivia };
            match supply {
                Supply { nodes, .. } if nodes.is_empty() => remove_hole(placing, tree, place, variable)?,
                Supply { rule: None, nodes, is_copy, .. } => {
                    let node = filling.get(tree, nodes[0], is_copy);
                    filling.put_fitted(tree, place, node)?;
                }
                Supply { rule: Some(rule), ref nodes, is_copy, .. } => {
                    filling.fill_run(tree, place, (rule, nodes, is_copy))?;
                }
            }
            let mut kept = filling.kept;
            let first = kept.first().and_then(|kept| tree.first_leaf(kept.id));
            if let Some(leaf) = first.filter(|_| has_joints) {
                tree.set_leaf_trivia(leaf, &hole_trivia)?;
            }
            // What stands before the matched node stands before the result, and nowhere else.
            if (supply.is_repeated || supply.starts_node && !is_first)
                && let Some(leaf) = first
                && !tree.leaf_trivia(leaf).chars().all(|c| c == ' ' || c == '\t')
            {
                tree.set_leaf_trivia(leaf, &hole_trivia)?;
            }
            if supply.is_repeated {
                drop_comments(tree, &kept)?;
            }
            if let Some(first) = kept.first_mut() {
                first.line = supply.line;
            }
            all.append(&mut kept);
        }
        Ok(all)
    }
}

/// A metavariable of a template that is being filled.
struct Filling<'a, 'b> {
    placing: Placing<'a>,
    bound: &'b mut Bound,
    variable: Variable,
    /// The nodes of the source that have been put in.
    kept: Vec<Kept>,
    /// The white space of the template before it, if that is to be written.
    trivia: Option<String>,
}

impl Filling<'_, '_> {
    /// A bound node, detached.
    fn get(&mut self, tree: &mut Tree, node: Node, is_copy: bool) -> Node {
        self.kept.push(Kept::new(tree, node));
        if !is_copy {
            self.bound.take(tree, node.id);
        }
        node
    }

    fn put_fitted(&mut self, tree: &mut Tree, place: Node, node: Node) -> Result<(), FillError> {
        let symbol = tree.symbol(place);
        let fitted = match self.placing.fit_along(tree, &[Kind::Pure], symbol, node)? {
            Some(fitted) => fitted,
            None => {
                if let Some(parts) = self.placing.postfix_parts(tree, place, node) {
                    self.bound.dissolve_kept(tree, node.id, &mut self.kept);
                    self.adopt_trivia(tree, parts[0])?;
                    tree.exchange(place.id, &parts);
                    return Ok(());
                }
                self.fit(tree, symbol, node)?
            }
        };
        self.adopt_trivia(tree, fitted)?;
        tree.replace_unchecked(place, fitted);
        Ok(())
    }

    /// Fits a node. If that takes it apart, as a list that gets brackets, its parts are what is kept.
    fn fit(&mut self, tree: &mut Tree, symbol: Symbol, node: Node) -> Result<Node, FillError> {
        if let Some(fitted) = self.placing.fit_along(tree, &[Kind::Pure, Kind::Neutral], symbol, node)? {
            return Ok(fitted);
        }
        match self.placing.brackets_for(tree, symbol, node) {
            None => {
                let new = self.placing.read_again(tree, symbol, node)?.ok_or(FillError::NoPlace(self.variable))?;
                self.bound.replace_kept(tree, (node.id, new), &mut self.kept);
                Ok(new)
            }
            Some(brackets) => {
                self.bound.dissolve_kept(tree, node.id, &mut self.kept);
                Ok(self.placing.bracketed(tree, brackets)?)
            }
        }
    }

    /// The white space of the template goes before the node, unless what stands there holds more than blanks.
    fn adopt_trivia(&self, tree: &mut Tree, node: Node) -> Result<(), EditError> {
        let Some(trivia) = &self.trivia else { return Ok(()) };
        // No blanks before the end of a line.
        let first = tree.first_leaf(node.id).map(|leaf| tree.symbol(tree.bottom(leaf)));
        if first.is_some() && first == self.placing.newline() {
            return Ok(());
        }
        if tree.trivia(node).contains(|c: char| !c.is_whitespace() || c == '\n' || c == '\r') {
            return Ok(());
        }
        tree.set_trivia(node, trivia)
    }

    fn fill_run(
        &mut self,
        tree: &mut Tree,
        place: Node,
        (rule, nodes, is_copy): (Symbol, &[Node], bool),
    ) -> Result<(), FillError> {
        let placing = self.placing;
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
            // What the target does not know counts as what is wanted here.
            let own = |&node: &Node| if placing.is_foreign(tree, node) { symbol } else { tree.symbol(node) };
            let mut ways: Vec<Vec<Symbol>> = siblings[..index].iter().map(|node| vec![own(node)]).collect();
            ways.extend(list.iter().map(|&node| {
                let own = tree.symbol(node);
                let stays = own == symbol || placing.is_constant(tree, node);
                if stays { vec![own] } else { vec![symbol, own] }
            }));
            ways.extend(siblings[index + 1..].iter().map(|node| vec![own(node)]));
            if let Some(symbols) = placing.derivation(tree.symbol(parent), &ways) {
                let mut new = Vec::new();
                for (number, (&node, &wanted)) in list.iter().zip(&symbols[index..]).enumerate() {
                    let is_same = tree.symbol(node) == wanted;
                    let node = self.get(tree, node, is_copy);
                    let fitted = match is_same {
                        true => Ok(node),
                        false => self.fit(tree, wanted, node),
                    };
                    let fitted = match fitted {
                        // Another rule may be about it; in the end it is looked whether there was one.
                        Err(FillError::NoPlace(_)) if placing.is_foreign(tree, node) => {
                            self.bound.open.push(parent);
                            node
                        }
                        fitted => fitted?,
                    };
                    if number == 0 {
                        self.adopt_trivia(tree, fitted)?;
                    }
                    new.push(fitted);
                }
                tree.splice_unchecked(parent, index, index + 1, &new);
                return Ok(());
            }
        }
        if let [only] = nodes {
            let node = self.get(tree, *only, is_copy);
            return self.put_fitted(tree, place, node);
        }
        let symbols: Vec<Symbol> = nodes.iter().map(|&node| tree.symbol(node)).collect();
        let Some(rule) = placing.rule_of(rule, &symbols) else {
            return Err(FillError::NoPlace(self.variable));
        };
        let children: Vec<Node> = nodes.iter().map(|&node| self.get(tree, node, is_copy)).collect();
        let wrapped = tree.inner_unchecked(rule, &children);
        self.kept = vec![Kept::new(tree, wrapped)];
        self.put_fitted(tree, place, wrapped)
    }
}

/// What is written again is written without comments.
fn drop_comments(tree: &mut Tree, kept: &[Kept]) -> Result<(), EditError> {
    for kept in kept {
        for leaf in tree.leaf_ids(kept.id).collect::<Vec<_>>() {
            if let Some(trivia) = without_comments(tree, tree.leaf_trivia(leaf)) {
                tree.set_leaf_trivia(leaf, &trivia)?;
            }
        }
    }
    Ok(())
}

/// Whether there is nothing in the trivia but blanks and marks that join lines.
fn has_only_joints(tree: &Tree, trivia: &str) -> bool {
    let pieces = tree.langlet().lexer().trivia_pieces(trivia);
    pieces.iter().map(|piece| &trivia[piece.range()]).all(|piece| is_line_joint(piece) || piece.trim().is_empty())
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
        let own = |&node: &Node| if placing.is_foreign(tree, node) { tree.symbol(place) } else { tree.symbol(node) };
        let symbols: Vec<Symbol> = siblings.iter().map(own).collect();
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
