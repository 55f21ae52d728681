//! Screens: what tells without matching that a pattern cannot fit.
//!
//! Most rules of a file match in few places of few texts. So a rule is asked in the cheapest way first, and each screen
//! is a necessary condition of the next:
//!
//! ```text
//! text    has it every symbol and every name that the pattern needs?     once for each text and phase
//! chain   may a node with this chain fit?                                once for each chain of the text
//! node    do its children, their tokens and their order allow it?        at each node that is left, without memory
//! ```
//!
//! A token with a regex is screened by its first and its last byte.

use std::ops::Range;

use regex::Regex;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use rustc_hash::FxHashSet;

use super::fragment::Fragment;
use super::metavariable::{Repeat, Type};
use super::pattern::{Below, NamedPattern, Part, Pattern, TokenPattern};
use super::rule::{Rule, RuleResult};
use crate::automata::ChainId;
use crate::cst::node::{Node, Tree};
use crate::grammar::{Symbol, SymbolKind};

/// Without what a pattern matches nothing.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Symbols of nodes, each once.
    pub(crate) symbols: Vec<Symbol>,
    /// Texts of tokens whose symbol has several texts.
    pub(crate) texts: Vec<String>,
    /// Named patterns that something has to fit, by number.
    pub(crate) patterns: Vec<usize>,
}

impl Needs {
    /// Of the parts of a pattern, the first of which is the root.
    pub(crate) fn of(parts: &[Part], fragment: &Fragment) -> Needs {
        let symbols = &fragment.tree.langlet().grammar().symbols;
        let mut needs = Needs::default();
        let mut work: Vec<&Part> = parts.first().into_iter().collect();
        while let Some(part) = work.pop() {
            // What a run stands for may be of another symbol, and an empty run has nothing.
            let n_sure = match &part.below {
                Below::Metavariable(metavariable) if metavariable.repeat.may_be_empty() => 1,
                _ => part.symbols.len() - usize::from(is_open(part)),
            };
            needs.symbols.extend(part.symbols.iter().take(n_sure));
            match &part.below {
                // Of a block that may also be one line, the elements may be of other levels.
                Below::Children(children) if part.line.is_none() => {
                    let children = &parts[children.start as usize..children.end as usize];
                    work.extend(required(children).map(|at| &children[at]));
                }
                Below::Token(TokenPattern::Text(_, text)) => {
                    let is_name =
                        part.symbols.last().is_some_and(|&symbol| symbols.kind(symbol) != SymbolKind::Literal);
                    needs.texts.extend(Some(text).filter(|text| is_name && !text.is_empty()).cloned());
                }
                Below::Metavariable(metavariable) => match metavariable.wanted {
                    Type::Pattern(named, _) if !metavariable.repeat.may_be_empty() => needs.patterns.push(named),
                    _ => {}
                },
                _ => {}
            }
        }
        let mut seen = FxHashSet::default();
        needs.symbols.retain(|&symbol| seen.insert(symbol));
        needs
    }

    /// Whether a tree with these symbols and this text has it all.
    fn are_in(&self, presence: &Presence, text: &str) -> bool {
        self.symbols.iter().all(|&symbol| presence.has(symbol)) && self.texts.iter().all(|needed| text.contains(needed))
    }
}

/// The children that cannot be missing, by their index: no runs that may be empty, no tokens beside such runs.
fn required(children: &[Part]) -> impl Iterator<Item = usize> {
    let may_be_empty = |at: Option<usize>| at.and_then(|at| children.get(at)).is_some_and(may_be_empty);
    (0..children.len()).filter(move |&at| {
        let beside_empty = may_be_empty(at.checked_sub(1)) || may_be_empty(Some(at + 1));
        !(may_be_empty(Some(at)) || is_token(&children[at]) && beside_empty)
    })
}

/// What the nodes of a tree are, whatever their order.
#[derive(Debug)]
pub(crate) struct Presence {
    /// The chains of its nodes, each once, and whether the nodes are tokens.
    pub(crate) chains: Vec<(ChainId, bool)>,
    /// By symbol, whether a node has it.
    symbols: Vec<bool>,
}

impl Presence {
    /// Linear in the stored nodes, in the order in which they lie in memory.
    pub(crate) fn of(tree: &Tree) -> Presence {
        let mut seen: Vec<bool> = Vec::new();
        let mut presence = Presence { chains: Vec::new(), symbols: Vec::new() };
        for stored in tree.nodes.values() {
            let index = stored.chain.0 as usize;
            if seen.len() <= index {
                seen.resize(index + 1, false);
            }
            if !seen[index] {
                seen[index] = true;
                presence.chains.push((stored.chain, stored.is_leaf()));
                for symbol in tree.chains.symbols(stored.chain) {
                    let len = presence.symbols.len().max(symbol.index() + 1);
                    presence.symbols.resize(len, false);
                    presence.symbols[symbol.index()] = true;
                }
            }
        }
        presence
    }

    fn has(&self, symbol: Symbol) -> bool {
        self.symbols.get(symbol.index()).copied().unwrap_or(false)
    }
}

/// The rules of a phase that may match in a tree, or in what they make of it. In a visit from above, results are not
/// visited, so the tree alone counts.
pub(crate) fn that_may_match<'a>(
    rules: Vec<&'a Rule>,
    named: &[NamedPattern],
    tree: &Tree,
    presence: &Presence,
    from_above: bool,
) -> Vec<&'a Rule> {
    let is_there = |pattern: &Pattern| pattern.needs.are_in(presence, &tree.text);
    let fit = |named: &NamedPattern| named.alternatives.iter().any(is_there);
    let may_match =
        |pattern: &Pattern| is_there(pattern) && pattern.needs.patterns.iter().all(|&number| fit(&named[number]));
    let first: Vec<&Rule> = rules.iter().copied().filter(|rule| rule.alternatives.iter().any(may_match)).collect();
    if from_above || first.is_empty() {
        return first;
    }
    // What stands around a result may be of any symbol, so literals alone tell.
    let missing: Vec<Vec<Vec<&str>>> = rules.iter().map(|rule| missing(rule, &tree.text)).collect();
    let mut made: Vec<String> = Vec::new();
    let mut chosen = vec![false; rules.len()];
    // Progress: each turn chooses one more rule.
    loop {
        let is_made = |literal: &&str| made.iter().any(|known| known == literal);
        let may_match = |index: &usize| missing[*index].iter().any(|literals| literals.iter().all(is_made));
        let Some(next) = (0..rules.len()).filter(|&index| !chosen[index]).find(may_match) else { break };
        chosen[next] = true;
        match literals_made(rules[next]) {
            Some(literals) => made.extend(literals),
            None => return rules,
        }
    }
    rules.into_iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen).map(|(rule, _)| rule).collect()
}

/// For each alternative the literals that it needs and that the text does not have.
fn missing<'a>(rule: &'a Rule, text: &str) -> Vec<Vec<&'a str>> {
    let mut missing = Vec::new();
    for pattern in &rule.alternatives {
        let literals = pattern.required.iter().map(String::as_str);
        missing.push(literals.filter(|literal| !text.contains(literal)).collect());
    }
    missing
}

/// The literals of a rule's results; `None` if it makes texts that are not known.
fn literals_made(rule: &Rule) -> Option<Vec<String>> {
    let mut made = Vec::new();
    for case in &rule.cases {
        match &case.result {
            RuleResult::Trees(templates) => {
                made.extend(templates.iter().flat_map(|template| template.fragment.literals()));
            }
            RuleResult::Text(_) | RuleResult::Compute(_) => return None,
            RuleResult::Refuse(_) | RuleResult::Delete => {}
        }
    }
    Some(made)
}

impl Pattern {
    /// Whether the pattern can fit a node whose chain, from its level down, is this one; `is_leaf`: the chain ends in a token.
    pub(crate) fn may_fit_chain(&self, chain: &[Symbol], is_leaf: bool) -> bool {
        let root = &self.parts[0];
        let n_common = root.symbols.iter().zip(chain).take_while(|(wanted, found)| wanted == found).count();
        if n_common < root.symbols.len() {
            // Where the tree has siblings, the chain of the pattern may go on as a run among them.
            return n_common > 0 && n_common == chain.len() && !is_leaf;
        }
        match &root.below {
            Below::Anything | Below::Metavariable(_) => true,
            Below::Token(_) => is_leaf && chain.len() == n_common,
            Below::Children(_) if chain.len() == n_common => !is_leaf,
            // A single child.
            Below::Children(_) if root.line.as_ref().is_some_and(|line| line.single == chain[n_common]) => true,
            Below::Children(_) => root.fewest <= 1,
        }
    }

    /// Whether the pattern can fit the node as far as two levels tell. Takes no memory; linear in the children of the node where
    /// the pattern has a run among them.
    pub(crate) fn may_fit(&self, tree: &Tree, node: Node) -> bool {
        let root = &self.parts[0];
        let Some(inner) = below_prefix(tree, node, &root.symbols) else {
            // The chain of the pattern may go on where the tree has siblings for a run.
            return !tree.stored(node.id).is_leaf();
        };
        match &root.below {
            Below::Children(children) if !tree.is_token(inner) => {
                let mut child = tree.first_child(inner);
                if root.is_line(tree, child) {
                    return true;
                }
                child = self.head_child(tree, inner).or(child);
                self.children_may_fit(tree, children, child)
            }
            Below::Children(_) => false,
            _ => self.part_may_fit(root, tree, node),
        }
    }

    /// Whether the parts of a root may fit the siblings from `child` on.
    fn children_may_fit(&self, tree: &Tree, children: &Range<u32>, child: Option<Node>) -> bool {
        let parts = &self.parts[children.start as usize..children.end as usize];
        let mut child = child;
        for (index, part) in parts.iter().enumerate() {
            // Behind a run, or what may be missing beside one, places are not known: the order is.
            if is_open(part) || is_token(part) && parts.get(index + 1).is_some_and(is_open) {
                let mut behind = required(parts).filter(|&at| at >= index && !is_open(&parts[at]));
                return behind.all(|at| {
                    let is_layout = matches!(parts[at].below, Below::Token(TokenPattern::Layout(_)));
                    // Layout tokens stand at the ends of long blocks.
                    is_layout || self.find_sibling(tree, &parts[at], &mut child)
                });
            }
            let Some(at) = child else { return false };
            if !self.part_may_fit(part, tree, at) {
                return false;
            }
            child = tree.next_sibling(at);
        }
        child.is_none() || self.head.is_some()
    }

    /// Whether the part may fit a sibling, from `child` on; `child` is the one behind it then.
    fn find_sibling(&self, tree: &Tree, part: &Part, child: &mut Option<Node>) -> bool {
        while let Some(at) = *child {
            *child = tree.next_sibling(at);
            if self.part_may_fit(part, tree, at) {
                return true;
            }
        }
        false
    }

    /// Whether the part can fit the node as far as its own symbols, its text and the tokens that it begins with tell.
    fn part_may_fit(&self, part: &Part, tree: &Tree, node: Node) -> bool {
        let stored = tree.stored(node.id);
        let chain = &tree.chains.symbols(stored.chain)[usize::from(node.level)..];
        let n_common = chain.len().min(part.symbols.len());
        if chain[..n_common] != part.symbols[..n_common] {
            return false;
        }
        match &part.below {
            Below::Token(token) => {
                let is_token = chain.len() == part.symbols.len() && stored.is_leaf();
                is_token
                    && match token {
                        TokenPattern::Text(_, text) => tree.leaf_text(node.id) == text,
                        TokenPattern::Layout(_) => true,
                        TokenPattern::Regex(regex) => regex.may_match(tree.leaf_text(node.id)),
                    }
            }
            _ if n_common < part.symbols.len() => !stored.is_leaf(),
            Below::Children(_) if part.line.is_some() => true,
            // A single child.
            Below::Children(_) if chain.len() > part.symbols.len() => part.fewest <= 1,
            Below::Children(_) if stored.is_leaf() => false,
            Below::Children(children) => {
                let parts = &self.parts[children.start as usize..children.end as usize];
                let mut child = tree.first_child(tree.bottom(node.id));
                for (index, part) in parts.iter().enumerate() {
                    let Below::Token(TokenPattern::Text(_, text)) = &part.below else { break };
                    if parts.get(index + 1).is_some_and(is_open) {
                        break;
                    }
                    let Some(at) = child else { return false };
                    if !tree.stored(at.id).is_leaf() || tree.leaf_text(at.id) != text {
                        return false;
                    }
                    child = tree.next_sibling(at);
                }
                true
            }
            Below::Anything | Below::Metavariable(_) => true,
        }
    }
}

/// The last level of the node's chain that the symbols name, if they name the first levels.
fn below_prefix(tree: &Tree, node: Node, symbols: &[Symbol]) -> Option<Node> {
    let chain = &tree.chain(node)[usize::from(node.level)..];
    chain.starts_with(symbols).then(|| Node { id: node.id, level: node.level + symbols.len() as u16 - 1 })
}

/// Whether the number of siblings that the part stands for is open.
fn is_open(part: &Part) -> bool {
    matches!(&part.below, Below::Metavariable(metavariable) if metavariable.repeat != Repeat::One)
}

/// Whether it may stand for none.
fn may_be_empty(part: &Part) -> bool {
    matches!(&part.below, Below::Metavariable(metavariable) if metavariable.repeat.may_be_empty())
}

fn is_token(part: &Part) -> bool {
    matches!(part.below, Below::Token(_))
}

/// The fewest children that parts stand for: none for a run, nor for a token beside one.
pub(crate) fn fewest(children: &[Part]) -> usize {
    let is_run = |at: Option<usize>| at.and_then(|at| children.get(at)).is_some_and(is_open);
    let is_needed = |&at: &usize| {
        !is_run(Some(at)) && !(is_token(&children[at]) && (is_run(at.checked_sub(1)) || is_run(Some(at + 1))))
    };
    (0..children.len()).filter(is_needed).count()
}

/// A regex for whole texts of tokens, with the bytes that these begin and end with.
#[derive(Clone, Debug)]
pub(crate) struct TokenRegex {
    pub(crate) regex: Regex,
    first: Option<Vec<u8>>,
    last: Option<Vec<u8>>,
}

impl TokenRegex {
    pub(crate) fn new(regex: Regex) -> TokenRegex {
        let hir = regex_syntax::parse(regex.as_str()).ok();
        let edge = |kind: ExtractKind| hir.as_ref().and_then(|hir| edge(hir, kind));
        TokenRegex { first: edge(ExtractKind::Prefix), last: edge(ExtractKind::Suffix), regex }
    }

    /// Whether the bytes at the ends of the text are such.
    pub(crate) fn may_match(&self, text: &str) -> bool {
        let is_one = |bytes: &Option<Vec<u8>>, byte: Option<&u8>| {
            bytes.as_ref().is_none_or(|bytes| byte.is_some_and(|byte| bytes.contains(byte)))
        };
        is_one(&self.first, text.as_bytes().first()) && is_one(&self.last, text.as_bytes().last())
    }
}

/// The bytes that matches begin or end with; `None` if that is not known, or a match may be empty.
fn edge(hir: &Hir, kind: ExtractKind) -> Option<Vec<u8>> {
    let is_prefix = matches!(kind, ExtractKind::Prefix);
    let found = Extractor::new().kind(kind).extract(hir);
    let byte = |bytes: &[u8]| if is_prefix { bytes.first().copied() } else { bytes.last().copied() };
    let mut bytes: Vec<u8> = found.literals()?.iter().map(|literal| byte(literal.as_bytes())).collect::<Option<_>>()?;
    bytes.sort_unstable();
    bytes.dedup();
    Some(bytes)
}
