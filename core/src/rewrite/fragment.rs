//! Fragments: source text with metavariables, parsed once.
//!
//! `$x` stands for one node, `$x*`, `$x+`, `$x?` for a run of siblings with their separators, `$x:rule` for a node of that
//! rule or token, `$x:name` for one that a named pattern fits. A metavariable is read as a terminal that every symbol can
//! begin with; prediction finds which symbol it stands for so that the whole text parses, and takes the outermost one. A run
//! stands where something can repeat.
//!
//! A text over several lines is read with the layout of its langlet. Layout tokens at its end that the symbol does not ask
//! for are left out, and so is the line end behind a metavariable whose type includes it, or that stands alone on a line and
//! can stand for the whole line.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::infer::run_beginnings;
use super::metavariable::{Metavariable, Repeat, Scope, Type};
use super::quoted::{Mark, Places, marks, trimmed};
use super::reading::{first_tree, readings};
use crate::algebra::Kind;
use crate::algebra::block::blocks_of;
use crate::algebra::postfix::can_join;
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::parser::ReadError;
use crate::parser::drive::METAVARIABLE;
use crate::span::Span;

/// A parsed fragment.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    pub(crate) tree: Tree,
    /// By leaf.
    metavariables: FxHashMap<NodeId, Metavariable>,
    /// By the node of a block.
    lines: FxHashMap<NodeId, Line>,
    places: Places,
}

/// What stands for a block of one line, where the text has a block over several: `if x: y`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The only child of the block, such as a line of small statements.
    pub(crate) single: Symbol,
    /// The levels above it that make it an element of a block, outermost first.
    pub(crate) levels: Vec<Symbol>,
    /// How many layout tokens stand before the elements in the text, and behind them.
    pub(crate) around: (usize, usize),
}

/// No fragment may be nested deeper, so that functions over fragments may recurse.
const DEEPEST: usize = 500;

/// No fragment may have more tokens, for the same reason.
const LONGEST: usize = 1000;

impl Fragment {
    /// Parses `text`, which stands in `source` from `offset` on, as the rule `symbol` of `langlet`.
    ///
    /// # Errors
    /// The text is no such rule, or a metavariable names an unknown one; the place is in `source`.
    pub(crate) fn parse(
        langlet: &Langlet,
        symbol: Symbol,
        text: &str,
        source: &Arc<SourceText>,
        offset: u32,
        scope: &mut Scope,
    ) -> Result<Fragment, Diagnostic> {
        let is_block = text.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
        let (text, places) = trimmed(text, offset);
        let marks = marks(&text);
        let mut found: FxHashMap<u32, Metavariable> = FxHashMap::default();
        for mark in &marks {
            let span = Span::new(places.of(mark.start as u32), places.of(mark.end as u32));
            let wanted = match mark.kind {
                None => Type::Any,
                Some(name) => {
                    scope.type_named(langlet, name).map_err(|message| Diagnostic::error(source, span, message))?
                }
            };
            let variable = scope.variable(mark.name);
            found.insert(
                mark.start as u32,
                Metavariable { variable, repeat: mark.repeat, span, wanted, beginnings: Vec::new() },
            );
        }
        let whole = Span::new(places.of(0), places.of(text.len() as u32));
        let inference = scope.inference(langlet);
        let readings = readings(langlet, symbol, &text, (&marks, &found), (&inference, &scope.bound), is_block)
            .map_err(|error| {
                let mut diagnostic = ReadError::Lex(error).diagnostic(&SourceText::new("fragment", text.clone()));
                places.shift(&mut diagnostic, source);
                diagnostic
            })?;
        if readings[0].len() > LONGEST {
            return Err(Diagnostic::error(source, whole, format!("this text has more than {LONGEST} tokens")));
        }
        let is_whole = |mark: &Mark<'_>| (mark.start, mark.end) == (0, text.trim_end().len());
        // A result that is a metavariable alone is what that stands for, or all of its elements.
        let is_taken_over = |mark: &Mark<'_>| match found[&0] {
            _ if !scope.is_result => false,
            Metavariable { repeat: Repeat::Star | Repeat::Plus, .. } => true,
            Metavariable { variable, .. } => scope.bound.iter().any(|&(known, bound)| {
                mark.kind.is_none()
                    && known == variable
                    && langlet.interpolations().path(Kind::Pure, symbol, bound).is_some()
            }),
        };
        let has_type = || found[&0].wanted.symbol() == Some(symbol);
        let whole_mark = marks.iter().find(|mark| is_whole(mark) && (has_type() || is_taken_over(mark)));
        let tree = match whole_mark {
            Some(mark) => Ok(Tree::of_leaf(langlet, &[symbol, METAVARIABLE], &text, mark.end as u32)),
            None => first_tree(langlet, symbol, &text, &readings, &found, (&inference, &scope.bound)),
        };
        let tree = tree.map_err(|error| {
            let name = langlet.grammar().symbols.name(symbol);
            let mut diagnostic = ReadError::Parse(error).diagnostic(&SourceText::new("fragment", text.clone()));
            places.shift(&mut diagnostic, source);
            diagnostic.help(format!("{} cannot read this text as `{name}`", langlet.name()))
        })?;
        let mut depth: usize = 0;
        for leaf in tree.leaves(tree.root()) {
            depth = depth.max(tree.ancestors(leaf).filter(|node| node.level == 0).take(DEEPEST + 1).count());
        }
        if depth > DEEPEST {
            let message = format!("this text is nested deeper than {DEEPEST} levels");
            return Err(Diagnostic::error(source, whole, message));
        }
        let kept = tree.leaf_ids(tree.root).filter(|&leaf| tree.chain(Node::top(leaf)).last() == Some(&METAVARIABLE));
        let metavariable = |leaf: NodeId| {
            let mut metavariable = found[&tree.stored(leaf).offsets()[1]].clone();
            metavariable.beginnings = beginnings(&tree, leaf, &metavariable);
            (leaf, metavariable)
        };
        let metavariables = kept.map(metavariable).collect();
        let inner = tree.preorder(tree.root()).filter(|node| *node == tree.bottom(node.id) && !tree.is_token(*node));
        let lines = inner.filter_map(|node| Some((node.id, line_form(&tree, node)?))).collect();
        Ok(Fragment { tree, metavariables, lines, places })
    }

    /// What may stand for the node in one line, if it is a block over several.
    pub(crate) fn line_form(&self, id: NodeId) -> Option<&Line> {
        self.lines.get(&id)
    }

    /// The metavariable that stands for this node, if one does.
    pub(crate) fn metavariable(&self, node: Node) -> Option<&Metavariable> {
        let chain = self.tree.chain(node);
        (chain.get(usize::from(node.level) + 1) == Some(&METAVARIABLE)).then(|| &self.metavariables[&node.id])
    }

    /// If the fragment is a head with postfixes, `f(x).y` of `power: atom trailer*`: the symbols of both. What has more
    /// postfixes, or more behind them, has it as a part: `f(x).y[0]` is `[0]` of `f(x).y`.
    pub(crate) fn head(&self) -> Option<(Symbol, Symbol)> {
        let bottom = self.tree.bottom(self.tree.root);
        let symbols: Vec<Symbol> = self.tree.children(bottom).map(|child| self.tree.symbol(child)).collect();
        let (&head, postfixes) = symbols.split_first()?;
        let &postfix = postfixes.first()?;
        let is_alike = postfixes.iter().all(|&other| other == postfix) && head != postfix;
        let network = &self.tree.langlet.tables().network;
        let is_rule = self.tree.langlet.grammar().symbols.is_rule(postfix);
        (is_alike && is_rule && can_join(network, self.tree.symbol(bottom), &[], head, &symbols))
            .then_some((head, postfix))
    }

    /// The run that the whole fragment is, if it is one.
    pub(crate) fn root_run(&self) -> Option<&Metavariable> {
        let root = self.metavariables.get(&self.tree.root)?;
        matches!(root.repeat, Repeat::Star | Repeat::Plus).then_some(root)
    }

    /// The metavariable that the stored node of `node` consists of, at whatever level.
    pub(crate) fn metavariable_below(&self, node: Node) -> Option<&Metavariable> {
        self.metavariables.get(&node.id)
    }

    /// All occurrences, in the order of the text.
    pub(crate) fn metavariables(&self) -> Vec<&Metavariable> {
        self.tree.leaf_ids(self.tree.root).filter_map(|leaf| self.metavariables.get(&leaf)).collect()
    }

    /// The symbol that a metavariable was found to stand for.
    pub(crate) fn symbol_of(&self, leaf: NodeId) -> Symbol {
        let chain = self.tree.chain(Node::top(leaf));
        chain[chain.len() - 2]
    }

    /// The metavariables with the symbols that they were found to stand for, in the order of the text.
    pub(crate) fn typed_metavariables(&self) -> Vec<(&Metavariable, Symbol)> {
        let leaves = self.tree.leaf_ids(self.tree.root);
        leaves.filter_map(|leaf| Some((self.metavariables.get(&leaf)?, self.symbol_of(leaf)))).collect()
    }

    /// Where the fragment's leaf stands in the file.
    pub(crate) fn place(&self, leaf: NodeId) -> Span {
        let [_, start, end] = self.tree.stored(leaf).offsets();
        Span::new(self.places.of(start), self.places.of(end).max(self.places.of(start)))
    }

    /// The texts of its literals: what a text must contain for the fragment to match.
    pub(crate) fn literals(&self) -> Vec<String> {
        let grammar = self.tree.langlet.grammar();
        let leaves = self.tree.leaves(self.tree.root());
        let literals = leaves.filter(|&leaf| {
            let symbol = self.tree.symbol(leaf);
            symbol != METAVARIABLE && !grammar.is_layout(symbol) && !self.is_optional(leaf)
        });
        literals.map(|leaf| self.tree.text(leaf).to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// Whether the token may be missing because a run beside it is empty.
    fn is_optional(&self, leaf: Node) -> bool {
        let is_run = |node: Option<Node>| {
            node.and_then(|node| self.metavariable_below(node)).is_some_and(|m| m.repeat.may_be_empty())
        };
        let top = Node::top(leaf.id);
        is_run(self.tree.prev_sibling(top)) || is_run(self.tree.next_sibling(top))
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree({}, {} stored nodes)", self.langlet.name(), self.nodes.len())
    }
}

/// The short form of a block that is written over several lines, if the child of the short form is an element as it is.
fn line_form(tree: &Tree, node: Node) -> Option<Line> {
    let grammar = tree.langlet.grammar();
    let symbols: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
    if !symbols.first().is_some_and(|&first| first != METAVARIABLE && grammar.is_layout(first)) {
        return None;
    }
    let blocks = blocks_of(&tree.langlet, tree.symbol(node));
    let block = blocks.into_iter().find(|block| {
        let is_pure = block.path.iter().all(|step| step.n_constants() == 0);
        is_pure && symbols.starts_with(&block.before) && symbols.ends_with(&block.after)
    })?;
    let levels = block.path.iter().map(|step| step.rule).collect();
    Some(Line { single: block.single, levels, around: (block.before.len(), block.after.len()) })
}

/// What the first sibling of a run may be: of one without a type, whatever can come there.
fn beginnings(tree: &Tree, leaf: NodeId, metavariable: &Metavariable) -> Vec<Symbol> {
    let chain = tree.chain(Node::top(leaf));
    let (element, place) = (chain[chain.len() - 2], Node { id: leaf, level: chain.len() as u16 - 2 });
    match (tree.parent(place), metavariable.wanted, metavariable.repeat) {
        (Some(parent), Type::Any, Repeat::Star | Repeat::Plus) => {
            run_beginnings(&tree.langlet.tables().network, tree.symbol(parent), element)
        }
        _ => vec![element],
    }
}
