//! White space of trees that are put together from parts: new tokens get the spacing of the langlet, lines get the
//! indentation of the block they stand in (see `indent.rs`), and everything else, comments above all, stays as it was
//! written.

use rustc_hash::FxHashSet;

use super::indent::{Indenter, LayoutSymbols, Lines, Manner};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};

/// Writes the lines below a node with this indentation, each block in it one step deeper than what is around it. Comment
/// lines move along; the first line and what stands between the tokens of a line stay.
///
/// # Errors
/// `TooLarge`.
pub fn reindent(tree: &mut Tree, node: Node, indentation: &str) -> Result<(), EditError> {
    lay_out(tree, node, indentation, &FxHashSet::default())
}

/// As [`reindent`]; before the tokens `new` blanks are written anew, and behind them where they would read as others.
pub(crate) fn lay_out(
    tree: &mut Tree,
    node: Node,
    indentation: &str,
    new: &FxHashSet<NodeId>,
) -> Result<(), EditError> {
    let (layout, lines) = (LayoutSymbols::of(tree.langlet().grammar()), Lines::declared(tree.langlet()));
    let mut indenter = Indenter::new(&layout, &lines.step, Manner::Anew, indentation);
    let mut before: Option<NodeId> = None;
    let leaves: Vec<NodeId> = tree.leaf_ids(node.id).collect();
    for leaf in leaves {
        let symbol = tree.symbol(tree.bottom(leaf));
        let at_line_start = indenter.at_line_start;
        if layout.is_newline(symbol) && before.is_some() && !at_line_start && tree.leaf_text(leaf).is_empty() {
            // The last line of a text needs no line end; here others follow.
            tree.set_text(tree.bottom(leaf), &lines.newline)?;
        }
        indenter.visit(tree, leaf, before.is_none())?;
        if layout.is_indent(symbol) || layout.is_dedent(symbol) {
            continue;
        }
        if let Some(before) = before.filter(|_| !at_line_start && !tree.leaf_text(leaf).is_empty()) {
            let trivia = tree.leaf_trivia(leaf);
            let is_beside = new.contains(&before) && trivia.is_empty() && !tree.can_touch(before, leaf);
            if is_beside || new.contains(&leaf) && is_blank(trivia) {
                let gap = tree.gap(before, leaf);
                tree.set_leaf_trivia(leaf, gap)?;
            }
        }
        before = Some(leaf);
    }
    Ok(())
}

/// Whether the trivia holds nothing but blanks of one line.
pub(crate) fn is_blank(trivia: &str) -> bool {
    trivia.chars().all(|c| c.is_whitespace() && c != '\n' && c != '\r')
}
