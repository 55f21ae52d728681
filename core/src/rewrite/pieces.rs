//! The pieces of a result: the tokens that its rule has written, and the nodes of the source between them.
//!
//! ```text
//! g(not $x)  with a+b for $x       g ( not │ a + b │ )
//! ```
//!
//! What has to be looked at after a change is at the written tokens and at the edges of the nodes between them. What is
//! inside those nodes is as it was, however much that is.

use rustc_hash::FxHashSet;

use super::bound::Kept;
use super::place::Placing;
use crate::algebra::indent::{Indenter, LayoutSymbols, Lines, Manner};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::span::Span;

/// A piece of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A token that is written.
    Token(NodeId),
    /// A node of the source.
    Kept(NodeId),
}

impl Piece {
    /// The first token.
    pub(crate) fn first(self, tree: &Tree) -> Option<NodeId> {
        match self {
            Piece::Token(leaf) => Some(leaf),
            Piece::Kept(id) => tree.first_leaf(id),
        }
    }

    /// The last token.
    pub(crate) fn last(self, tree: &Tree) -> Option<NodeId> {
        match self {
            Piece::Token(leaf) => Some(leaf),
            Piece::Kept(id) => tree.last_leaf(id),
        }
    }
}

/// The pieces of the nodes, in order. Linear in what is not kept.
pub(crate) fn pieces(tree: &Tree, nodes: &[Node], kept: &FxHashSet<NodeId>) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut work: Vec<NodeId> = nodes.iter().rev().map(|node| node.id).collect();
    while let Some(id) = work.pop() {
        if kept.contains(&id) {
            found.push(Piece::Kept(id));
        } else if tree.stored(id).is_leaf() {
            found.push(Piece::Token(id));
        } else {
            let from = work.len();
            work.extend(tree.children(tree.bottom(id)).map(|child| child.id));
            work[from..].reverse();
        }
    }
    found
}

/// Lets tokens that the rule has made lead back to what it was applied to.
pub(crate) fn note_places(tree: &mut Tree, pieces: &[Piece], span: Option<Span>) {
    let Some(span) = span else { return };
    for &piece in pieces {
        if let Piece::Token(leaf) = piece
            && tree.place(leaf).is_none()
        {
            tree.origins.insert(leaf, span);
        }
    }
}

/// Puts a blank between tokens that would read as others if they touched: between pieces, at the left edge of the result, and
/// before the token `behind` it. `last_leaf` finds the last token of a node.
pub(crate) fn separate(
    tree: &mut Tree,
    placing: Placing<'_>,
    pieces: &[Piece],
    behind: Option<NodeId>,
    mut last_leaf: impl FnMut(&Tree, NodeId) -> Option<NodeId>,
) -> Result<(), EditError> {
    let mut last = |tree: &Tree, piece: Piece| match piece {
        Piece::Token(leaf) => Some(leaf),
        Piece::Kept(id) => last_leaf(tree, id),
    };
    // Only a node without tokens has no last one.
    let mut last_piece: Option<Piece> = None;
    let mut set_apart = |tree: &mut Tree, leaf: NodeId, last_piece: Option<Piece>| {
        if !tree.leaf_trivia(leaf).is_empty() {
            return Ok(());
        }
        let before = match last_piece.and_then(|piece| last(tree, piece)) {
            Some(before) => Some(before),
            None => tree.prev_leaf(leaf),
        };
        match before {
            Some(before) if !placing.target.lexer().can_touch(tree.leaf_text(before), tree.leaf_text(leaf)) => {
                tree.set_leaf_trivia(leaf, " ")
            }
            _ => Ok(()),
        }
    };
    for &piece in pieces {
        if let Some(leaf) = piece.first(tree) {
            set_apart(tree, leaf, last_piece)?;
            last_piece = Some(piece);
        }
    }
    behind.map_or(Ok(()), |behind| set_apart(tree, behind, last_piece))
}

/// Gives each line that begins inside a result, its first aside, the indentation of its block. What is kept of the source is
/// walked over only where its lines move. Linear in the written tokens and the lines that move.
pub(crate) fn reindent(
    tree: &mut Tree,
    pieces: &[Piece],
    kept: &[Kept],
    layout: &LayoutSymbols,
    lines: &Lines,
) -> Result<(), EditError> {
    let Some(first) = pieces.iter().find_map(|piece| piece.first(tree)) else { return Ok(()) };
    let blanks = tree.indentation(Node::top(first));
    let mut indenter = Indenter::new(layout, &lines.step, Manner::Along, &blanks);
    for (index, &piece) in pieces.iter().enumerate() {
        let (first, is_first) = (piece.first(tree), index == 0);
        match piece {
            Piece::Token(leaf) => indenter.visit(tree, leaf, is_first)?,
            Piece::Kept(id) => {
                let Some(first) = first else { continue };
                let line = kept.iter().find(|kept| kept.id == id).and_then(|kept| kept.line.clone());
                if let Some(line) = line.filter(|_| is_first) {
                    // It begins where the result does, and its other lines are as far to the right as they were.
                    indenter.set_old(line);
                }
                indenter.visit(tree, first, is_first)?;
                let is_layout = |leaf: NodeId| layout.contains(tree.symbol(tree.bottom(leaf)));
                if !indenter.moves() && !is_layout(first) {
                    indenter.at_line_start = tree.last_leaf(id).is_some_and(is_layout);
                    continue;
                }
                let others: Vec<NodeId> = tree.leaf_ids(id).skip(1).collect();
                for leaf in others {
                    indenter.visit(tree, leaf, false)?;
                }
            }
        }
    }
    Ok(())
}
