//! Comments of what is put together: none is lost.
//!
//! A comment that ends its line cannot stand before every token. Where a part of a tree brings one to such a place it becomes a
//! line before the whole:
//!
//! ```text
//! testlist(`1  # one`, 3)        # one
//!                                1, 3
//! ```

use super::build::{Argument, is_same};
use super::layout::is_blank;
use crate::cst::edit::EditError;
use crate::cst::node::Tree;
use crate::langlet::Langlet;

/// The comments inside an argument: of a node those behind its first token, of a text all.
pub(crate) fn comments_of_argument(langlet: &Langlet, argument: &Argument<'_>) -> Vec<String> {
    match *argument {
        Argument::Node(tree, node) => {
            let leaves = tree.leaf_ids(node.id).skip(1);
            leaves.flat_map(|leaf| comments_of(langlet, tree.leaf_trivia(leaf))).collect()
        }
        Argument::Text(text) => {
            let Ok(tokens) = langlet.tokens(text) else { return Vec::new() };
            let starts = tokens.iter().map(|token| token.start as usize).chain([text.len()]);
            let ends = std::iter::once(0).chain(tokens.iter().map(|token| token.end as usize));
            ends.zip(starts).flat_map(|(end, start)| comments_of(langlet, &text[end..start])).collect()
        }
    }
}

/// A tree that was built, with comments of its parts that it has no place for: those become lines before it, or where it
/// begins with the end of a line the end of that line.
pub(crate) fn keep_comments(mut tree: Tree, mut comments: Vec<String>) -> Result<Tree, EditError> {
    if comments.is_empty() {
        return Ok(tree);
    }
    let langlet = tree.langlet().clone();
    let trivia = tree.leaf_ids(tree.root).map(|leaf| tree.leaf_trivia(leaf)).chain([&tree.text[tree.tail.range()]]);
    for known in trivia.flat_map(|trivia| comments_of(&langlet, trivia)) {
        if let Some(at) = comments.iter().position(|comment| *comment == known) {
            comments.remove(at);
        }
    }
    let Some(first) = tree.first_leaf(tree.root).filter(|_| !comments.is_empty()) else { return Ok(tree) };
    let newline = langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let trivia = if newline == Some(tree.symbol(tree.bottom(first))) {
        format!("  {}{}", comments.join(" "), tree.leaf_trivia(first))
    } else {
        format!("{}\n{}", comments.join("\n"), tree.leaf_trivia(first))
    };
    tree.set_leaf_trivia(first, &trivia)?;
    let read = langlet.parse_as(tree.symbol(tree.root()), tree.unparse()).ok();
    Ok(read.filter(|read| is_same(&tree, read)).unwrap_or(tree))
}

/// The comments of trivia, without the blanks around them.
pub(crate) fn comments_of(langlet: &Langlet, trivia: &str) -> Vec<String> {
    if is_blank(trivia) {
        return Vec::new();
    }
    let pieces = langlet.lexer().trivia_pieces(trivia).into_iter().map(|piece| trivia[piece.range()].trim());
    pieces.filter(|text| text.chars().nth(1).is_some()).map(str::to_owned).collect()
}
