//! Fragments: source text with metavariables, parsed once.
//!
//! `$x` stands for one node, `$x*`, `$x+` for a run of siblings with their separators, `$x:rule` for a node of that rule
//! or token. A metavariable is read as a terminal that every symbol can begin with; prediction finds which symbol it
//! stands for so that the whole text parses, and takes the outermost one. A run stands where something can repeat.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::automata::{Network, StateId};
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::parser::ReadError;
use crate::parser::drive::{self, METAVARIABLE, Types, Wanted};
use crate::span::Span;

/// How many nodes a metavariable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// `$x`: one.
    One,
    /// `$x*`: a run of siblings, maybe none.
    Star,
    /// `$x+`: a run of siblings, at least one.
    Plus,
}

/// One occurrence of a metavariable.
#[derive(Clone, Debug)]
pub(crate) struct Metavariable {
    pub(crate) name: String,
    pub(crate) repeat: Repeat,
    /// The place in the file that holds the fragment, `$` included.
    pub(crate) span: Span,
    /// The only symbol that it may stand for; of a run, that its elements may have.
    pub(crate) wanted: Option<Symbol>,
}

/// A parsed fragment.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    pub(crate) tree: Tree,
    /// By leaf.
    metavariables: FxHashMap<NodeId, Metavariable>,
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
    ) -> Result<Fragment, Diagnostic> {
        let kind = langlet.tables().terminals.metavariable();
        let mut tokens: Vec<Token> = Vec::new();
        let mut found: Vec<(usize, Metavariable)> = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let next = next_metavariable(text, at);
            let end = next.as_ref().map_or(text.len(), |mark| mark.start);
            let mut piece = Vec::new();
            langlet
                .lexer()
                .lex_plain(&text[at..end], &mut piece)
                .map_err(|error| shifted(&ReadError::Lex(error), source, offset + at as u32))?;
            let shift = at as u32;
            tokens.extend(piece.iter().map(|t| Token { start: t.start + shift, end: t.end + shift, kind: t.kind }));
            let Some(mark) = next else { break };
            let span = Span::new(offset + mark.start as u32, offset + mark.end as u32);
            let wanted = match mark.kind {
                None => None,
                Some(name) => {
                    Some(langlet.symbol(name).map_err(|error| Diagnostic::error(source, span, error.to_string()))?)
                }
            };
            found.push((tokens.len(), Metavariable { name: mark.name.to_owned(), repeat: mark.repeat, span, wanted }));
            tokens.push(Token { start: mark.start as u32, end: mark.end as u32, kind });
            at = mark.end;
        }
        if tokens.len() > LONGEST {
            let span = Span::new(offset, offset + text.len() as u32);
            return Err(Diagnostic::error(source, span, format!("this text has more than {LONGEST} tokens")));
        }
        // A run stands where something can repeat; if there is no such reading, anywhere.
        let repeating = Wanted::Transitions(Arc::new(repeating(&langlet.tables().network)));
        let mut outcome = None;
        for run in [Some(&repeating), None] {
            let mut types = Types::default();
            for (token, metavariable) in &found {
                match (metavariable.wanted, metavariable.repeat, run) {
                    (Some(symbol), _, _) => _ = types.insert(*token, Wanted::Symbol(symbol)),
                    (None, Repeat::One, _) | (None, _, None) => {}
                    (None, _, Some(run)) => _ = types.insert(*token, run.clone()),
                }
            }
            match drive::parse(langlet, symbol, text.to_owned(), &tokens, Some(&types)) {
                Ok(tree) => {
                    outcome = Some(Ok(tree));
                    break;
                }
                Err(error) => outcome = Some(Err(error)),
            }
        }
        let tree = match outcome.expect("two attempts were made") {
            Ok(tree) => tree,
            Err(error) => {
                let name = langlet.grammar().symbols.name(symbol);
                let read = shifted(&ReadError::Parse(error), source, offset);
                return Err(read.help(format!("{} cannot read this text as `{name}`", langlet.name())));
            }
        };
        let mut depth: usize = 0;
        for leaf in tree.leaves(tree.root()) {
            depth = depth.max(tree.ancestors(leaf).filter(|node| node.level == 0).take(DEEPEST + 1).count());
        }
        if depth > DEEPEST {
            let span = Span::new(offset, offset + text.len() as u32);
            return Err(Diagnostic::error(source, span, format!("this text is nested deeper than {DEEPEST} levels")));
        }
        let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let metavariables = found.into_iter().map(|(token, metavariable)| (leaves[token], metavariable)).collect();
        Ok(Fragment { tree, metavariables })
    }

    /// The metavariable that stands for this node, if one does.
    pub(crate) fn metavariable(&self, node: Node) -> Option<&Metavariable> {
        let chain = self.tree.chain(node);
        (chain.get(usize::from(node.level) + 1) == Some(&METAVARIABLE)).then(|| &self.metavariables[&node.id])
    }

    /// The metavariable that the stored node of `node` consists of, at whatever level.
    pub(crate) fn metavariable_below(&self, node: Node) -> Option<&Metavariable> {
        self.metavariables.get(&node.id)
    }

    /// All occurrences, in the order of the text.
    pub(crate) fn metavariables(&self) -> Vec<&Metavariable> {
        self.tree.leaf_ids(self.tree.root).filter_map(|leaf| self.metavariables.get(&leaf)).collect()
    }

    /// The texts of its literals: what a text must contain for the fragment to match.
    pub(crate) fn literals(&self) -> Vec<String> {
        let leaves = self.tree.leaves(self.tree.root());
        let literals = leaves.filter(|&leaf| self.tree.symbol(leaf) != METAVARIABLE && !self.is_optional(leaf));
        literals.map(|leaf| self.tree.text(leaf).to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// Whether the token may be missing because a run beside it is empty.
    fn is_optional(&self, leaf: Node) -> bool {
        let is_run = |node: Option<Node>| {
            node.and_then(|node| self.metavariable_below(node)).is_some_and(|m| m.repeat == Repeat::Star)
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

/// A metavariable in a text.
struct Mark<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    kind: Option<&'a str>,
    repeat: Repeat,
}

/// The next `$name`, `$name:kind`, each perhaps with `*` or `+` behind it.
fn next_metavariable(text: &str, from: usize) -> Option<Mark<'_>> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let word = |at: usize| {
        let rest = &text[at..];
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        let is_word = rest.starts_with(|c: char| is_letter(c) && !c.is_numeric());
        is_word.then(|| &rest[..end])
    };
    let (start, name) = text[from..].match_indices('$').find_map(|(at, _)| Some((from + at, word(from + at + 1)?)))?;
    let mut end = start + 1 + name.len();
    let kind = text[end..].strip_prefix(':').and_then(|_| word(end + 1));
    end += kind.map_or(0, |kind| kind.len() + 1);
    let repeat = match text.as_bytes().get(end) {
        Some(b'*') => Repeat::Star,
        Some(b'+') => Repeat::Plus,
        _ => Repeat::One,
    };
    end += usize::from(repeat != Repeat::One);
    Some(Mark { start, end, name, kind, repeat })
}

fn shifted(error: &ReadError, source: &Arc<SourceText>, by: u32) -> Diagnostic {
    let mut diagnostic = error.diagnostic(source);
    let len = source.text.len() as u32;
    for label in &mut diagnostic.labels {
        let (start, end) = ((label.span.start + by).min(len), (label.span.end + by).min(len));
        label.span = Span::new(start, end);
    }
    diagnostic
}

/// The transitions from which a cycle of their rule can be reached.
fn repeating(network: &Network) -> FxHashSet<(StateId, Symbol)> {
    let mut found = FxHashSet::default();
    for (id, state) in network.states() {
        for &(symbol, to) in &state.transitions {
            let mut reached = vec![to];
            let mut next = 0;
            let mut repeats = false;
            while next < reached.len() && !repeats {
                for &(_, to) in &network.state(reached[next]).transitions {
                    repeats |= reached.contains(&to);
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                next += 1;
            }
            if repeats {
                found.insert((id, symbol));
            }
        }
    }
    found
}
