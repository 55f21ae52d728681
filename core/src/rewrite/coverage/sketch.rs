//! Rules as coverage sees them: which productions a rule applies to, always or sometimes, and what comes of it.
//!
//! The static counterpart of matching: patterns are compared with productions instead of nodes. A metavariable covers all
//! trees of its symbol, a quoted subtree some; one whose own children cover all productions of its rule covers all again.

use rustc_hash::FxHashMap;

use super::productions::Production;
use crate::cst::node::Node;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::rewrite::fragment::{Fragment, Line};
use crate::rewrite::metavariable::{Metavariable, Repeat, Type, Variable};
use crate::rewrite::pattern::Pattern;
use crate::rewrite::rule::{Case, Rule, RuleResult};
use crate::rewrite::transform::Transform;

/// What coverage has to know of a rule.
pub(crate) struct Sketch<'a> {
    pub(crate) name: &'a str,
    /// Each alternative of the pattern, and whether it has conditions of its own.
    pub(crate) lefts: Vec<(Left<'a>, bool)>,
    pub(crate) cases: Vec<SketchCase<'a>>,
    /// Whether more may follow a pattern that is a head with postfixes.
    takes_rest: bool,
}

/// A left side.
pub(crate) enum Left<'a> {
    /// A tree.
    Tree(&'a Fragment),
    /// A token with this kind and, if given, text.
    Token(Symbol, Option<String>),
    /// Each node of this rule.
    Rule(Symbol),
}

/// One result of a rule.
pub(crate) struct SketchCase<'a> {
    /// Whether it holds under conditions alone.
    pub(crate) conditional: bool,
    pub(crate) right: Right<'a>,
}

/// What a result is.
pub(crate) enum Right<'a> {
    /// Trees of the target; none if the node is deleted.
    Trees(Vec<&'a Fragment>),
    /// A text, computed or not.
    Text,
    /// An error.
    Refuse,
}

/// To how many of the trees of a production a pattern applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    None,
    Some,
    All,
}

impl Transform {
    /// What coverage has to know of the rules, in their order.
    pub(crate) fn sketches(&self) -> Vec<Sketch<'_>> {
        self.rules.iter().map(|rule| sketch(&self.source, rule)).collect()
    }
}

fn sketch<'a>(source: &Langlet, rule: &'a Rule) -> Sketch<'a> {
    let left = |pattern: &'a Pattern| match &pattern.fragment {
        Some(fragment) => Left::Tree(fragment),
        None if source.grammar().symbols.is_rule(pattern.symbol()) => Left::Rule(pattern.symbol()),
        None => Left::Token(pattern.symbol(), pattern.regex().map(|regex| regex.as_str().to_owned())),
    };
    let right = |result: &'a RuleResult| match result {
        RuleResult::Trees(templates) => Right::Trees(templates.iter().map(|template| &template.fragment).collect()),
        RuleResult::Delete => Right::Trees(Vec::new()),
        RuleResult::Refuse(_) => Right::Refuse,
        RuleResult::Text(_) | RuleResult::Compute(_) => Right::Text,
    };
    let case = |case: &'a Case| SketchCase { conditional: case.is_conditional(), right: right(&case.result) };
    Sketch {
        name: &rule.name,
        lefts: rule.alternatives.iter().map(|pattern| (left(pattern), false)).collect(),
        cases: rule.cases.iter().map(case).collect(),
        takes_rest: rule.cases.iter().all(Case::takes_rest),
    }
}

/// A rule that applies to trees of a production.
pub(crate) struct Effect<'s> {
    /// The number of the rule.
    pub(crate) sketch: &'s Sketch<'s>,
    pub(crate) extent: Extent,
    /// The pattern that applies most widely; `None` for a token pattern.
    pub(crate) pattern: Option<&'s Fragment>,
    pub(crate) rewrites: bool,
    pub(crate) refuses: bool,
}

/// The rules that apply to a production, in order, up to the first that applies to all of its trees.
pub(crate) fn effects<'s>(
    sketches: &'s [Sketch<'s>],
    langlet: &Langlet,
    all: &[Production],
    production: &Production,
) -> Vec<Effect<'s>> {
    let mut found = Vec::new();
    for sketch in sketches {
        let mut best: Option<(Extent, Option<&Fragment>)> = None;
        for (left, conditional) in &sketch.lefts {
            let (pattern, mut extent) = match left {
                Left::Tree(pattern) => {
                    let root = pattern.tree.root();
                    if pattern.tree.symbol(root) != production.rule {
                        continue;
                    }
                    let extent = match pattern.metavariable(root) {
                        Some(metavariable) => whole_extent(metavariable),
                        None => {
                            let mut known = Known::default();
                            let mut extent = |len: usize| {
                                children_extent(pattern, root, (langlet, all), &production.symbols[..len], &mut known)
                            };
                            let len = production.symbols.len();
                            // A head with postfixes may be the beginning of more.
                            let is_open = pattern.head().is_some() && sketch.takes_rest;
                            let shortest = if is_open { 2.min(len) } else { len };
                            (shortest..=len).map(&mut extent).max().unwrap_or(Extent::None)
                        }
                    };
                    (Some(*pattern), extent)
                }
                Left::Rule(rule) if *rule == production.rule => (None, Extent::All),
                Left::Rule(_) | Left::Token(..) => continue,
            };
            if *conditional || pattern.is_some_and(repeats_a_name) {
                extent = extent.min(Extent::Some);
            }
            if best.is_none_or(|(known, _)| known < extent) {
                best = Some((extent, pattern));
            }
        }
        let Some((extent, pattern)) = best.filter(|(extent, _)| *extent != Extent::None) else { continue };
        let last = sketch.cases.iter().position(|case| !case.conditional);
        let cases = &sketch.cases[..last.map_or(sketch.cases.len(), |last| last + 1)];
        let extent = if last.is_some() { extent } else { Extent::Some };
        let refuses = cases.iter().any(|case| matches!(case.right, Right::Refuse));
        let rewrites = cases.iter().any(|case| !matches!(case.right, Right::Refuse));
        found.push(Effect { sketch, extent, pattern, rewrites, refuses });
        if extent == Extent::All {
            break;
        }
    }
    found
}

/// To how many of the nodes of its symbol a metavariable applies.
fn whole_extent(metavariable: &Metavariable) -> Extent {
    if matches!(metavariable.wanted, Type::Pattern(..)) { Extent::Some } else { Extent::All }
}

fn repeats_a_name(pattern: &Fragment) -> bool {
    let names: Vec<Variable> = pattern.metavariables().iter().map(|one| one.variable).collect();
    names.iter().enumerate().any(|(index, name)| names[..index].contains(name))
}

/// To how many of the nodes with these children the node of the pattern applies.
fn children_extent(
    pattern: &Fragment,
    p: Node,
    source: (&Langlet, &[Production]),
    symbols: &[Symbol],
    known: &mut Known,
) -> Extent {
    let children: Vec<Node> = pattern.tree.children(p).collect();
    if let Some(line) = pattern.line_form(p.id).filter(|line| *symbols == [line.single]) {
        let elements = &children[line.around.0..children.len() - line.around.1];
        return line_extent(pattern, elements, source, line, known);
    }
    list_extent(pattern, (None, &children), source, symbols, known)
}

/// To how many of the lines that stand for a block these elements apply: one of them is the line, the others are empty.
fn line_extent(
    pattern: &Fragment,
    elements: &[Node],
    source: (&Langlet, &[Production]),
    line: &Line,
    known: &mut Known,
) -> Extent {
    let may_be_empty = |node: &Node| pattern.metavariable(*node).is_some_and(|one| one.repeat.may_be_empty());
    let extents = elements.iter().enumerate().map(|(index, &element)| {
        if elements.iter().enumerate().any(|(other, node)| other != index && !may_be_empty(node)) {
            return Extent::None;
        }
        match pattern.metavariable(element) {
            Some(metavariable) => whole_extent(metavariable),
            None => {
                let own = Node { id: element.id, level: element.level + line.levels.len() as u16 };
                let is_deeper = pattern.tree.chain(element).starts_with(&line.levels);
                let is_level = usize::from(own.level) < pattern.tree.chain(Node::top(element.id)).len();
                match is_deeper && is_level {
                    true => node_extent(pattern, own, source, line.single, known),
                    false => Extent::None,
                }
            }
        }
    });
    extents.max().unwrap_or(Extent::None)
}

/// What was found for nodes of one pattern and symbols: a pattern of several runs asks often.
type Known = FxHashMap<(Node, Symbol), Extent>;

/// To how many of the nodes of this symbol the node of the pattern applies. Recurses on the pattern, whose depth is bounded.
fn node_extent(
    pattern: &Fragment,
    p: Node,
    (langlet, all): (&Langlet, &[Production]),
    symbol: Symbol,
    known: &mut Known,
) -> Extent {
    if pattern.tree.symbol(p) != symbol {
        return Extent::None;
    }
    if let Some(metavariable) = pattern.metavariable(p) {
        return whole_extent(metavariable);
    }
    if pattern.tree.is_token(p) {
        let is_only_text = langlet.grammar().symbols.kind(symbol) == SymbolKind::Literal;
        return if is_only_text { Extent::All } else { Extent::Some };
    }
    if let Some(&extent) = known.get(&(p, symbol)) {
        return extent;
    }
    let own = all.iter().filter(|production| production.rule == symbol);
    let extents: Vec<Extent> =
        own.map(|production| children_extent(pattern, p, (langlet, all), &production.symbols, known)).collect();
    let extent = match extents.iter().min() {
        Some(Extent::All) => Extent::All,
        _ if extents.iter().any(|&extent| extent != Extent::None) => Extent::Some,
        _ => Extent::None,
    };
    known.insert((p, symbol), extent);
    extent
}

/// As `match_list` of matching, on symbols.
fn list_extent(
    pattern: &Fragment,
    (last, list): (Option<Node>, &[Node]),
    source: (&Langlet, &[Production]),
    symbols: &[Symbol],
    known: &mut Known,
) -> Extent {
    let Some((&first, rest)) = list.split_first() else {
        return if symbols.is_empty() { Extent::All } else { Extent::None };
    };
    let run = pattern.metavariable(first).filter(|metavariable| metavariable.repeat != Repeat::One);
    let mut best = Extent::None;
    if let Some(metavariable) = run {
        let shortest = usize::from(metavariable.repeat == Repeat::Plus);
        let longest = if metavariable.repeat == Repeat::Optional { symbols.len().min(1) } else { symbols.len() };
        for len in shortest..=longest {
            let run = &symbols[..len];
            let is_token = |symbol: Symbol| !source.0.grammar().symbols.is_rule(symbol);
            let fits = run.first().is_none_or(|one| metavariable.beginnings.contains(one))
                && run
                    .iter()
                    .all(|&one| metavariable.wanted.symbol().is_none_or(|wanted| one == wanted || is_token(one)));
            if !fits {
                continue;
            }
            let behind = list_extent(pattern, (Some(first), rest), source, &symbols[len..], known);
            best = best.max(behind.min(whole_extent(metavariable)));
            if len == 0 && is_separator(pattern, Some(first), rest.first().copied(), rest.get(1).copied()) {
                best = best.max(list_extent(pattern, (None, &rest[1..]), source, symbols, known));
            }
        }
        return best;
    }
    if let Some((&symbol, others)) = symbols.split_first() {
        let own = node_extent(pattern, first, source, symbol, known);
        if own != Extent::None {
            best = own.min(list_extent(pattern, (Some(first), rest), source, others, known));
        }
    }
    if is_separator(pattern, last, Some(first), rest.first().copied())
        && let Some(metavariable) = pattern.metavariable(rest[0])
        && metavariable.repeat.may_be_empty()
    {
        best = best.max(list_extent(pattern, (last, &rest[1..]), source, symbols, known));
    }
    best
}

/// Whether the second of three is a separator: a token between two elements.
fn is_separator(pattern: &Fragment, before: Option<Node>, at: Option<Node>, behind: Option<Node>) -> bool {
    let is_token = |node: Option<Node>| {
        node.is_none_or(|node| {
            pattern.tree.is_token(pattern.tree.bottom(node.id)) && pattern.metavariable_below(node).is_none()
        })
    };
    !is_token(before) && at.is_some() && is_token(at) && !is_token(behind)
}

/// For each metavariable of the pattern the symbol that it stands for, of a run that of the elements; and the
/// rules between them and the root, which the rule takes apart.
pub(crate) fn bound_and_interior(pattern: &Fragment) -> (Vec<(Variable, Symbol)>, Vec<Symbol>) {
    let (mut bound, mut interior) = (Vec::new(), Vec::new());
    for node in pattern.tree.preorder(pattern.tree.root()) {
        let symbol = pattern.tree.symbol(node);
        if let Some(metavariable) = pattern.metavariable(node) {
            bound.push((metavariable.variable, symbol));
        } else if node != pattern.tree.root() && symbol != crate::parser::drive::METAVARIABLE {
            interior.push(symbol);
        }
    }
    (bound, interior)
}
