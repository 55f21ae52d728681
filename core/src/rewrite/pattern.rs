//! Patterns: fragments made into flat parts that matching can compare quickly.
//!
//! A part is a stored node of the fragment: the chain of its symbols, and what its last symbol has below it. A pattern may
//! also be a symbol alone, or a token whose text fits a regex. A *named pattern* has alternatives and conditions.

use std::ops::Range;

use regex::Regex;

use super::condition::Check;
use super::fragment::{Fragment, Line};
use super::metavariable::Metavariable;
use super::screen::{Needs, TokenRegex, fewest};
use crate::algebra::postfix::head_index;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::parser::drive::METAVARIABLE;
use crate::span::Span;

/// A stored node of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The symbols of its chain, outermost first; of a metavariable, down to the one that it stands for.
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) below: Below,
    /// Of a block over several lines: what may stand for it in one.
    pub(crate) line: Option<Line>,
    /// The fewest children that it has, if its pattern has some.
    pub(crate) fewest: usize,
    /// Its place in the file that holds the pattern.
    pub(crate) span: Span,
}

impl Part {
    /// Whether the part is a block over several lines and the node is what can stand for it in one, as the only child.
    pub(crate) fn is_line(&self, tree: &Tree, only: Option<Node>) -> bool {
        let Some((line, node)) = self.line.as_ref().zip(only) else { return false };
        tree.symbol(node) == line.single && tree.next_sibling(node).is_none()
    }
}

/// What the last symbol of a part has below it.
#[derive(Clone, Debug)]
pub(crate) enum Below {
    /// Whatever there is.
    Anything,
    /// It is this token.
    Token(TokenPattern),
    /// It is what a metavariable stands for.
    Metavariable(Metavariable),
    /// It has these children.
    Children(Range<u32>),
}

/// What a token must be, its symbol aside.
#[derive(Clone, Debug)]
pub(crate) enum TokenPattern {
    /// It has this text; the leaf of the fragment.
    Text(NodeId, String),
    /// It is a layout token, whatever its text; the leaf of the fragment.
    Layout(NodeId),
    /// Its text fits.
    Regex(TokenRegex),
}

/// A pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// The root is the first; the children of a part follow one another.
    pub(crate) parts: Vec<Part>,
    /// The text that it was made from, for templates that are written like it.
    pub(crate) fragment: Option<Box<Fragment>>,
    /// Texts without which nothing matches.
    pub(crate) required: Vec<String>,
    /// The same and symbols, more finely.
    pub(crate) needs: Needs,
    /// Of a head with postfixes, the symbols of both: there may be more before and behind it.
    pub(crate) head: Option<(Symbol, Symbol)>,
}

/// A pattern with a name.
#[derive(Debug)]
pub(crate) struct NamedPattern {
    pub(crate) alternatives: Vec<Pattern>,
    pub(crate) conditions: Vec<Check>,
}

impl Pattern {
    /// The pattern of a fragment.
    pub(crate) fn of_fragment(fragment: Fragment) -> Pattern {
        let mut parts = vec![part(&fragment, fragment.tree.root)];
        // `ids[n]`: the stored node of part `n`. Progress: each turn completes one part; there is one for each stored node.
        let mut ids = vec![fragment.tree.root];
        let mut next = 0;
        while next < ids.len() {
            if matches!(parts[next].below, Below::Children(_)) {
                let from = parts.len() as u32;
                let children: Vec<NodeId> =
                    fragment.tree.children(fragment.tree.bottom(ids[next])).map(|child| child.id).collect();
                parts.extend(children.iter().map(|&child| part(&fragment, child)));
                ids.extend(children);
                parts[next].below = Below::Children(from..parts.len() as u32);
            }
            next += 1;
        }
        for at in 0..parts.len() {
            if let Below::Children(children) = parts[at].below.clone() {
                parts[at].fewest = fewest(&parts[children.start as usize..children.end as usize]);
            }
        }
        let needs = Needs::of(&parts, &fragment);
        let (required, head) = (fragment.literals(), fragment.head());
        Pattern { parts, fragment: Some(Box::new(fragment)), required, needs, head }
    }

    /// The pattern that a node of this symbol fits, or with a regex a token.
    pub(crate) fn of_symbol(symbol: Symbol, regex: Option<Regex>, span: Span) -> Pattern {
        let below = regex.map_or(Below::Anything, |regex| Below::Token(TokenPattern::Regex(TokenRegex::new(regex))));
        Pattern {
            parts: vec![Part { symbols: vec![symbol], below, line: None, fewest: 0, span }],
            fragment: None,
            required: Vec::new(),
            needs: Needs { symbols: vec![symbol], ..Needs::default() },
            head: None,
        }
    }

    /// The symbol of the nodes that it fits.
    pub(crate) fn symbol(&self) -> Symbol {
        self.parts[0].symbols[0]
    }

    /// The regex, if the pattern is a token with one.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        match &self.parts[0].below {
            Below::Token(TokenPattern::Regex(regex)) => Some(&regex.regex),
            _ => None,
        }
    }

    /// Where the pattern begins among the children of a node of its rule, if it is a head with postfixes: where the head stands.
    pub(crate) fn head_child(&self, tree: &Tree, inner: Node) -> Option<Node> {
        let (head, _) = self.head?;
        let first = tree.first_child(inner)?;
        if tree.symbol(first) == head {
            return Some(first);
        }
        let children = std::iter::successors(Some(first), |&child| tree.next_sibling(child));
        let symbols = children.clone().map(|child| tree.symbol(child));
        head_index(&tree.langlet().tables().network, tree.symbol(inner), head, symbols)
            .and_then(|n| children.clone().nth(n))
    }
}

/// A stored node as a part; its children are still to be added.
fn part(fragment: &Fragment, id: NodeId) -> Part {
    let node = Node::top(id);
    let mut symbols = fragment.tree.chain(node).to_vec();
    let leaves: Vec<NodeId> = fragment.tree.leaf_ids(id).collect();
    let span = leaves.iter().map(|&leaf| fragment.place(leaf)).reduce(Span::cover).unwrap_or_default();
    let below = match fragment.metavariable_below(node) {
        Some(metavariable) => {
            debug_assert_eq!(symbols.last(), Some(&METAVARIABLE));
            symbols.pop();
            Below::Metavariable(metavariable.clone())
        }
        None if fragment.tree.stored(id).is_leaf() => {
            let symbol = symbols[symbols.len() - 1];
            let text = fragment.tree.leaf_text(id).to_owned();
            let is_layout = fragment.tree.langlet().grammar().is_layout(symbol);
            Below::Token(if is_layout { TokenPattern::Layout(id) } else { TokenPattern::Text(id, text) })
        }
        None => Below::Children(0..0),
    };
    Part { symbols, below, line: fragment.line_form(id).cloned(), fewest: 0, span }
}
