//! Comments of nodes that a rule drops.
//!
//! A comment belongs to the trivia of the token behind it. If a rule drops that token, the comment moves to the next token
//! of the matched node that stays, else to the one behind the node. A comment that ends its line may not stand there: it
//! goes to the line before.

use rustc_hash::FxHashSet;

use super::matching::Bindings;
use super::rule::RuleResult;
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
/// that it copies them. Whether one that ends its line was moved.
pub(crate) fn carry(
    tree: &mut Tree,
    node: Node,
    (result, alternative): (&RuleResult, usize),
    bindings: &Bindings,
) -> Result<bool, EditError> {
    let leaves: Vec<NodeId> = tree.leaf_ids(node.id).collect();
    if leaves.iter().skip(1).all(|&leaf| tree.leaf_trivia(leaf).trim().is_empty()) {
        return Ok(false);
    }
    let mut kept: FxHashSet<NodeId> = bindings.rest.iter().flat_map(|node| tree.leaf_ids(node.id)).collect();
    if let RuleResult::Trees(templates) = result {
        for template in templates {
            let tokens: FxHashSet<NodeId> = template.kept(alternative).collect();
            kept.extend(bindings.tokens.iter().filter(|(token, _)| tokens.contains(token)).map(|(_, leaf)| *leaf));
            let used: Vec<_> = template.fragment.metavariables().iter().map(|m| m.variable).collect();
            for (_, binding) in bindings.iter().filter(|(variable, _)| used.contains(variable)) {
                kept.extend(binding.nodes().iter().flat_map(|node| tree.leaf_ids(node.id)));
            }
        }
    }
    let newline = tree.langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let mut carried = String::new();
    let mut ends_line = false;
    for (index, &leaf) in leaves.iter().enumerate() {
        if kept.contains(&leaf) {
            let moved = std::mem::take(&mut carried);
            ends_line |= put_before(tree, leaf, &moved)?;
        } else if index > 0 && !tree.leaf_trivia(leaf).trim().is_empty() {
            carried.push_str(&comments(tree, tree.leaf_trivia(leaf)));
            // The line end that a comment needs behind it goes with the token.
            if newline == Some(tree.symbol(tree.bottom(leaf))) && !carried.ends_with(['\n', '\r']) {
                carried.push_str(if tree.leaf_text(leaf).is_empty() { "\n" } else { tree.leaf_text(leaf) });
            }
        }
    }
    if let Some(next) = leaves.last().and_then(|&last| tree.next_leaf(last)) {
        ends_line |= put_before(tree, next, &carried)?;
    }
    Ok(ends_line)
}

/// Saves the comments of nodes that are taken out altogether: `removed` are siblings, with all that is below them. If they
/// are whole lines, the comments become whole lines, else they go before the next token.
pub(crate) fn save(tree: &mut Tree, removed: &[Node], newline: &str) -> Result<bool, EditError> {
    let leaves: Vec<NodeId> = removed.iter().flat_map(|node| tree.leaf_ids(node.id)).collect();
    let (Some(&first), Some(&last)) = (leaves.first(), leaves.last()) else { return Ok(false) };
    let all: Vec<String> = leaves.iter().map(|&leaf| comments(tree, tree.leaf_trivia(leaf))).collect();
    if all.iter().all(String::is_empty) {
        return Ok(false);
    }
    let newline_symbol = tree.langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let ends_line = newline_symbol == Some(tree.symbol(tree.bottom(last)));
    let text = if ends_line {
        let indentation = tree.indentation(Node::top(first));
        let lines = all.iter().flat_map(|comments| comments.lines()).map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| format!("{indentation}{line}{newline}")).collect()
    } else {
        all.concat()
    };
    match tree.next_leaf(last) {
        Some(next) if ends_line => {
            let trivia = text + tree.leaf_trivia(next);
            tree.set_leaf_trivia(next, &trivia)?;
            Ok(false)
        }
        Some(next) => put_before(tree, next, &text),
        None => {
            let tail = text + &tree.text[tree.tail.range()];
            let start = tree.text.len() as u32;
            tree.text.push_str(&tail);
            tree.tail = crate::span::Span::new(start, tree.text.len() as u32);
            Ok(false)
        }
    }
}

fn put_before(tree: &mut Tree, leaf: NodeId, comments: &str) -> Result<bool, EditError> {
    if comments.is_empty() {
        return Ok(false);
    }
    let grammar = tree.langlet.grammar();
    let symbol = |leaf: NodeId| tree.symbol(tree.bottom(leaf));
    let is_layout = |leaf: NodeId| symbol(leaf).index() < grammar.symbols.len() && grammar.is_layout(symbol(leaf));
    let is_line_start = grammar.layout.newline.is_some() && tree.prev_leaf(leaf).is_none_or(is_layout);
    let old = tree.leaf_trivia(leaf);
    let trivia = if is_line_start && comments.ends_with(['\n', '\r']) {
        // Lines of their own before the line.
        let start = old.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let blanks = &old[start..];
        let lines: String =
            comments.split_inclusive('\n').map(|line| format!("{blanks}{}", line.trim_start())).collect();
        format!("{}{lines}{blanks}", &old[..start])
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
                let rest = if rest.is_empty() { " " } else { rest.trim_end_matches(['\\', ' ']) };
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
        if is_layout && leaf != line {
            line = tree.next_leaf(leaf).unwrap_or(leaf);
        }
        at = tree.next_leaf(leaf).filter(|_| Some(leaf) != last);
    }
    Ok(())
}
