//! Comments of nodes that a rule drops.
//!
//! A comment belongs to the trivia of the token behind it. If a rule drops that token, the comment moves to the next token
//! of the matched node that stays, else to the one behind the node. A comment that ends its line may not stand there: it
//! goes to the line before.

use rustc_hash::FxHashSet;

use super::binding::Bindings;
use super::pieces::{Piece, pieces};
use super::template::Template;
use crate::algebra::indent::blanks_before;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};

/// Whether a piece of trivia is a comment. Blanks, line ends, and single characters such as a mark of the byte order or the
/// sign of a line that goes on are none.
fn is_comment(piece: &str) -> bool {
    piece.trim().chars().nth(1).is_some()
}

/// The trivia without its comments; `None` if it has none.
pub(crate) fn without_comments(tree: &Tree, trivia: &str) -> Option<String> {
    if trivia.trim().is_empty() {
        return None;
    }
    let pieces = tree.langlet.lexer().trivia_pieces(trivia);
    let has_comment = pieces.iter().any(|piece| is_comment(&trivia[piece.range()]));
    if !has_comment {
        return None;
    }
    let text = |index: usize| pieces.get(index).map_or("", |piece| &trivia[piece.range()]);
    let is_kept = |&index: &usize| {
        // Blanks before a comment at the end of a line go with it.
        let is_blank = !text(index).contains(['\n', '\r']);
        let goes_along = is_blank && is_comment(text(index + 1)) && text(index + 2).starts_with(['\n', '\r']);
        !is_comment(text(index)) && !goes_along
    };
    Some((0..pieces.len()).filter(is_kept).map(text).collect())
}

/// The comments of the trivia, each with the line end behind it.
pub(crate) fn comments(tree: &Tree, trivia: &str) -> String {
    let pieces = tree.langlet.lexer().trivia_pieces(trivia);
    let mut found = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        let text = &trivia[piece.range()];
        if is_comment(text) {
            found.push(' ');
            found.push_str(text);
            let next = pieces.get(index + 1).map_or("", |next| &trivia[next.range()]);
            if next.starts_with(['\n', '\r']) {
                found.push_str(next);
            }
        }
    }
    found
}

/// Moves the comments before tokens that the result drops to the next token that stays. Comes before the result is made, so
/// that it gets them. Whether one that ends its line was moved. Linear in what is dropped and in what the rule writes.
pub(crate) fn carry(
    tree: &mut Tree,
    matched: &[Node],
    (templates, alternative): (&[Template], usize),
    bindings: &Bindings,
) -> Result<bool, EditError> {
    let used = |variable| {
        let mut written = templates.iter().flat_map(|template| template.fragment.metavariables());
        written.any(|metavariable| metavariable.variable == variable)
    };
    let bound = bindings.iter().filter(|(variable, _)| used(*variable)).flat_map(|(_, binding)| binding.nodes());
    let bound: FxHashSet<NodeId> = bound.map(|node| node.id).collect();
    let pieces = pieces(tree, matched, &bound);
    let is_dropped = |piece: &Piece| matches!(piece, Piece::Token(leaf) if !tree.leaf_trivia(*leaf).trim().is_empty());
    if !pieces.iter().skip(1).any(is_dropped) {
        return Ok(false);
    }
    let tokens: FxHashSet<NodeId> = templates.iter().flat_map(|template| template.kept(alternative)).collect();
    let tokens = bindings.tokens.iter().filter(|(token, _)| tokens.contains(token)).map(|(_, leaf)| *leaf);
    let tokens: FxHashSet<NodeId> = tokens.collect();
    let newline = tree.langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let mut carried = String::new();
    let mut ends_line = false;
    for (index, &piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Token(leaf) if !tokens.contains(&leaf) => {
                if index > 0 && !tree.leaf_trivia(leaf).trim().is_empty() {
                    carried.push_str(&comments(tree, tree.leaf_trivia(leaf)));
                    // The line end that a comment needs behind it goes with the token.
                    if newline == Some(tree.symbol(tree.bottom(leaf))) && !carried.ends_with(['\n', '\r']) {
                        carried.push_str(if tree.leaf_text(leaf).is_empty() { "\n" } else { tree.leaf_text(leaf) });
                    }
                }
            }
            kept => {
                if let Some(leaf) = kept.first(tree) {
                    ends_line |= put_before(tree, leaf, &std::mem::take(&mut carried))?;
                }
            }
        }
    }
    if !carried.is_empty()
        && let Some(next) = pieces.last().and_then(|piece| piece.last(tree)).and_then(|last| tree.next_leaf(last))
    {
        ends_line |= put_before(tree, next, &carried)?;
    }
    Ok(ends_line)
}

/// Comments of what was taken out altogether, until it is known what stands there then: behind a row of removed lines, or of
/// elements of a list, they are written once.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The token that they go before.
    leaf: Option<NodeId>,
    text: String,
    /// Whether they are whole lines.
    are_lines: bool,
}

impl Pending {
    /// Saves the comments of the siblings `first` to `last`, which are about to go. If they are whole lines, the comments become
    /// whole lines, else they go before the next token.
    pub(crate) fn save(
        &mut self,
        tree: &mut Tree,
        (first, last): (Node, Node),
        newline: &str,
    ) -> Result<(), EditError> {
        let siblings = std::iter::successors(Some(first), |&at| if at == last { None } else { tree.next_sibling(at) });
        let leaves: Vec<NodeId> = siblings.flat_map(|node| tree.leaf_ids(node.id)).collect();
        let (Some(&from), Some(&to)) = (leaves.first(), leaves.last()) else { return Ok(()) };
        let is_here = self.leaf == Some(from);
        let all: Vec<String> = leaves.iter().map(|&leaf| comments(tree, tree.leaf_trivia(leaf))).collect();
        if !is_here && all.iter().all(String::is_empty) {
            return Ok(());
        }
        let symbol = tree.symbol(tree.bottom(to));
        let grammar = tree.langlet.grammar();
        let are_lines = symbol.index() < grammar.symbols.len() && grammar.is_layout(symbol);
        let next = tree.next_leaf(to);
        if !is_here || are_lines != self.are_lines {
            self.write(tree)?;
        }
        self.are_lines = are_lines;
        if are_lines {
            let indentation = tree.indentation(Node::top(from));
            let lines = all.iter().flat_map(|comments| comments.lines()).map(str::trim).filter(|line| !line.is_empty());
            for line in lines {
                self.text.extend([&*indentation, line, newline]);
            }
        } else {
            self.text.extend(all);
        }
        self.leaf = next;
        if next.is_none() {
            let tail = std::mem::take(&mut self.text) + &tree.text[tree.tail.range()];
            tree.set_tail(&tail)?;
        }
        Ok(())
    }

    /// Writes the comments before their token.
    pub(crate) fn write(&mut self, tree: &mut Tree) -> Result<(), EditError> {
        let Some(leaf) = self.leaf.take().filter(|&leaf| tree.nodes.contains_key(leaf)) else { return Ok(()) };
        let text = std::mem::take(&mut self.text);
        if !self.are_lines {
            return put_before(tree, leaf, &text).map(drop);
        }
        if text.is_empty() {
            return Ok(());
        }
        let trivia = before_lines(tree.leaf_trivia(leaf), &text);
        tree.set_leaf_trivia(leaf, &trivia)
    }
}

/// The trivia with lines before all of its own.
fn before_lines(trivia: &str, lines: &str) -> String {
    // A mark of the byte order stays at the beginning.
    let (mark, rest) = trivia.split_at(if trivia.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 });
    format!("{mark}{lines}{rest}")
}

fn put_before(tree: &mut Tree, leaf: NodeId, comments: &str) -> Result<bool, EditError> {
    if comments.is_empty() {
        return Ok(false);
    }
    let grammar = tree.langlet.grammar();
    let symbol = |leaf: NodeId| tree.symbol(tree.bottom(leaf));
    let is_layout = |leaf: NodeId| symbol(leaf).index() < grammar.symbols.len() && grammar.is_layout(symbol(leaf));
    let before = tree.prev_leaf(leaf);
    let is_line_start = grammar.layout.newline.is_some() && before.is_none_or(is_layout);
    let old = tree.leaf_trivia(leaf);
    let trivia = if is_line_start && comments.ends_with(['\n', '\r']) {
        // Lines of their own before the line, as those that are there; at the end of a block as the lines of the block.
        let is_end = grammar.layout.indent.is_some_and(|indent| indent.dedent == symbol(leaf));
        let blanks = match before.filter(|_| is_end) {
            Some(before) => tree.indentation(Node::top(before)),
            None => blanks_before(old).to_owned(),
        };
        let lines: String = comments.split_inclusive('\n').map(|line| blanks.clone() + line.trim_start()).collect();
        before_lines(old, &lines)
    } else {
        comments.to_owned() + old
    };
    tree.set_leaf_trivia(leaf, &trivia)?;
    Ok(!is_line_start && comments.contains(['\n', '\r']))
}

/// Moves comments that end their line, and stand where a line cannot end, to a line of their own before it: those before
/// the tokens of the node and the one behind it.
pub(crate) fn lift(tree: &mut Tree, id: NodeId) -> Result<(), EditError> {
    let langlet = tree.langlet.clone();
    let grammar = langlet.grammar();
    if grammar.layout.newline.is_none() {
        return Ok(());
    }
    let symbol = |tree: &Tree, leaf: NodeId| tree.symbol(tree.bottom(leaf));
    // The logical line on which the node begins.
    let Some(mut line) = tree.first_leaf(id) else { return Ok(()) };
    while let Some(before) = tree.prev_leaf(line).filter(|&before| !grammar.is_layout(symbol(tree, before))) {
        line = before;
    }
    let last = tree.last_leaf(id).and_then(|last| tree.next_leaf(last));
    let mut depth = 0;
    let mut at = Some(line);
    while let Some(leaf) = at {
        let is_layout = grammar.is_layout(symbol(tree, leaf));
        let trivia = tree.leaf_trivia(leaf).to_owned();
        if leaf != line && depth == 0 && trivia.contains(['\n', '\r']) && !is_layout {
            let moved = comments(tree, &trivia);
            if let Some(rest) = without_comments(tree, &trivia) {
                let rest: String = rest.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
                let rest = if rest.is_empty() { " " } else { rest.trim_end_matches(['\\', ' ', '\t', '\x0C']) };
                tree.set_leaf_trivia(leaf, if rest.is_empty() { " " } else { rest })?;
                let indentation = tree.indentation(Node::top(line));
                let before = tree.leaf_trivia(line).to_owned();
                let head = before.strip_suffix(&*indentation).unwrap_or(&before);
                tree.set_leaf_trivia(line, &format!("{head}{indentation}{}{indentation}", moved.trim_start()))?;
            }
        }
        let name = symbol(tree, leaf);
        depth += i32::from(grammar.joins.iter().any(|&(open, _)| open == name));
        depth -= i32::from(grammar.joins.iter().any(|&(_, close)| close == name));
        if is_layout {
            line = tree.next_leaf(leaf).unwrap_or(leaf);
        }
        at = tree.next_leaf(leaf).filter(|_| Some(leaf) != last);
    }
    Ok(())
}
