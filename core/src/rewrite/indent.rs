//! Indentation of what a rule has made: every line of a block begins where the block does.
//!
//! The lines of a result come from the template and from the source, each with the indentation it had there. Walking over
//! the tokens, each open block knows the blanks its lines had and the blanks that they get:
//!
//! ```text
//! template   if not $c:        result, in a block    ····if not a:
//!            ····$body+                              ········x      had 8 in the source, gets 4 + 4
//! ```
//!
//! Comment lines, and lines that go on inside brackets, move along with the block.

use super::bound::{Kept, blanks_before};
use super::pieces::Piece;
use crate::algebra::layout::own_step;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// How the lines of a text end, and one step of its indentation.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) newline: String,
    pub(crate) step: String,
    /// Whether the last line of the text has no line end.
    pub(crate) is_open: bool,
}

impl Lines {
    /// As the text has them; else as its langlet writes them.
    pub(crate) fn of(tree: &Tree, langlet: &Langlet) -> Lines {
        let grammar = langlet.grammar();
        let text = tree.source();
        let newline = match text.find(['\n', '\r']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) => &text[at..at + 1],
            None => "\n",
        };
        let declared = grammar.layout.indent.and_then(|indent| grammar.constant_text(indent.indent)).unwrap_or("    ");
        let step = own_step(tree);
        let is_open = !text.ends_with(['\n', '\r']);
        Lines { newline: newline.to_owned(), is_open, step: step.unwrap_or_else(|| declared.to_owned()) }
    }
}

/// An open block.
struct Block {
    /// The blanks that its lines had.
    old: String,
    /// The blanks that they get.
    new: String,
    /// Whether its last line so far is from the source.
    from_source: bool,
    /// The blanks of its last line that is from the source.
    of_source: Option<String>,
}

/// The symbols of layout tokens in a tree.
pub(crate) struct LayoutSymbols {
    pub(crate) newline: Option<Symbol>,
    pub(crate) indent: Option<(Symbol, Symbol)>,
}

impl LayoutSymbols {
    /// Whether the symbol is one of them.
    pub(crate) fn contains(&self, symbol: Symbol) -> bool {
        Some(symbol) == self.newline || self.indent.is_some_and(|(indent, dedent)| symbol == indent || symbol == dedent)
    }
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
    let base = tree.indentation(Node::top(first));
    let block = Block { old: base.clone(), new: base.clone(), from_source: true, of_source: Some(base) };
    let mut walk = Walk { layout, lines, blocks: vec![block], opens: false, at_line_start: false };
    for (index, &piece) in pieces.iter().enumerate() {
        let (first, is_first) = (piece.first(tree), index == 0);
        match piece {
            Piece::Token(leaf) => walk.visit(tree, leaf, is_first)?,
            Piece::Kept(id) => {
                let Some(first) = first else { continue };
                let line = kept.iter().find(|kept| kept.id == id).and_then(|kept| kept.line.clone());
                if is_first && let Some(line) = line {
                    // It begins where the result does, and its other lines are as far to the right as they were.
                    let block = walk.blocks.last_mut().expect("the outermost block stays");
                    (block.old, block.of_source) = (line.clone(), Some(line));
                }
                walk.visit(tree, first, is_first)?;
                let is_layout = |leaf: NodeId| layout.contains(tree.symbol(tree.bottom(leaf)));
                let block = walk.blocks.last().expect("the outermost block stays");
                if block.old == block.new && !is_layout(first) {
                    walk.at_line_start = tree.last_leaf(id).is_some_and(is_layout);
                    continue;
                }
                let others: Vec<NodeId> = tree.leaf_ids(id).skip(1).collect();
                for leaf in others {
                    walk.visit(tree, leaf, false)?;
                }
            }
        }
    }
    Ok(())
}

/// A walk over the tokens of a result.
struct Walk<'a> {
    layout: &'a LayoutSymbols,
    lines: &'a Lines,
    blocks: Vec<Block>,
    /// Whether the next token begins a block.
    opens: bool,
    at_line_start: bool,
}

impl Walk<'_> {
    fn visit(&mut self, tree: &mut Tree, leaf: NodeId, is_first: bool) -> Result<(), EditError> {
        let symbol = tree.symbol(tree.bottom(leaf));
        if let Some((indent, dedent)) = self.layout.indent {
            if symbol == indent {
                self.opens = true;
                return Ok(());
            }
            if symbol == dedent {
                // Comments at the end of the block.
                let block = self.blocks.last_mut().expect("the outermost block stays");
                if !tree.leaf_trivia(leaf).trim().is_empty() {
                    block.old = block.of_source.take().unwrap_or_else(|| {
                        let comment = tree.leaf_trivia(leaf).trim_start_matches(['\n', '\r']);
                        comment[..comment.len() - comment.trim_start_matches([' ', '\t']).len()].to_owned()
                    });
                    let trivia = moved(tree.leaf_trivia(leaf), block, true);
                    tree.set_leaf_trivia(leaf, &trivia)?;
                }
                if self.blocks.len() > 1 {
                    self.blocks.pop();
                }
                return Ok(());
            }
        }
        let from_source = tree.origin(leaf).is_some();
        if self.opens {
            let blanks = blanks_before(tree.leaf_trivia(leaf)).to_owned();
            let outer = self.blocks.last().expect("the outermost block stays");
            let is_alike = outer.from_source == from_source;
            // Several steps are those of blocks that stood around it and are gone.
            let step = &*self.lines.step;
            let is_one = |more: &str| more == step || !more.trim_start_matches(step).is_empty();
            let is_kept = |more: &&str| is_alike && from_source && !more.is_empty() && is_one(more);
            let more = blanks.strip_prefix(&*outer.old).filter(is_kept);
            let new = outer.new.clone() + more.unwrap_or(&self.lines.step);
            self.blocks.push(Block { old: blanks, new, from_source, of_source: None });
            self.opens = false;
        }
        if !is_first {
            let at_line_start = self.at_line_start;
            let block = self.blocks.last_mut().expect("the outermost block stays");
            if at_line_start {
                // Lines of one block may come from different places, each with the blanks it had there.
                block.old = blanks_before(tree.leaf_trivia(leaf)).to_owned();
                block.from_source = from_source;
                if from_source {
                    block.of_source = Some(block.old.clone());
                }
            }
            let mut trivia = moved(tree.leaf_trivia(leaf), block, at_line_start);
            // The blanks of a line without blanks.
            if block.old.is_empty()
                && (at_line_start || trivia.contains('\n'))
                && (trivia.is_empty() || trivia.ends_with('\n'))
            {
                trivia.push_str(&block.new);
            }
            tree.set_leaf_trivia(leaf, &trivia)?;
        }
        self.at_line_start = Some(symbol) == self.layout.newline;
        Ok(())
    }
}

/// The trivia with each line that it begins moved along with the block. `is_start`: it begins at the start of a line.
fn moved(trivia: &str, block: &Block, is_start: bool) -> String {
    if block.old == block.new || (!is_start && !trivia.contains(['\n', '\r'])) {
        return trivia.to_owned();
    }
    let mut out = String::new();
    for (index, line) in trivia.split_inclusive('\n').enumerate() {
        let begins = index > 0 || is_start;
        // A blank line stays blank.
        let is_blank = line.ends_with('\n') && line.trim().is_empty();
        match line.strip_prefix(&*block.old) {
            Some(rest) if begins && !is_blank => {
                out.push_str(&block.new);
                out.push_str(rest);
            }
            _ => out.push_str(line),
        }
    }
    out
}
