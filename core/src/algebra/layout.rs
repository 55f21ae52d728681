//! White space of trees that are put together from parts: new tokens get the spacing of the langlet, lines get the
//! indentation of the block they stand in, and everything else, comments above all, stays as it was written.
//!
//! The lines are those of the layout tokens of the tree, not of its text: a line begins behind the token that ends one, and
//! a block between the tokens that open and close it. Line ends inside joining brackets are white space like any other.

use rustc_hash::FxHashSet;

use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;

/// One step of indentation if the langlet declares no constant for it.
const STEP: &str = "    ";

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
    let layout = LayoutSymbols::of(tree);
    let step = layout.step.clone();
    let mut blocks = vec![indentation.to_owned()];
    let mut before: Option<NodeId> = None;
    let mut at_line_start = false;
    let leaves: Vec<NodeId> = tree.leaf_ids(node.id).collect();
    for leaf in leaves {
        let symbol = tree.symbol(tree.bottom(leaf));
        let block = blocks.last().expect("the outermost block stays").clone();
        if layout.is_indent(symbol) {
            blocks.push(block + &step);
            continue;
        }
        if layout.is_dedent(symbol) {
            let trivia = indented(tree.leaf_trivia(leaf), &block, false);
            tree.set_leaf_trivia(leaf, &trivia)?;
            if blocks.len() > 1 {
                blocks.pop();
            }
            continue;
        }
        if layout.is_newline(symbol) && before.is_some() && !at_line_start && tree.leaf_text(leaf).is_empty() {
            // The last line of a text needs no line end; here others follow.
            let text = layout.line_end.clone();
            tree.set_text(tree.bottom(leaf), &text)?;
        }
        match before {
            _ if tree.leaf_text(leaf).is_empty() => {}
            Some(_) if at_line_start => {
                let trivia = indented(tree.leaf_trivia(leaf), &block, true);
                tree.set_leaf_trivia(leaf, &trivia)?;
            }
            Some(before) => {
                let trivia = tree.leaf_trivia(leaf);
                let is_beside = new.contains(&before) && trivia.is_empty() && !tree.can_touch(before, leaf);
                if is_beside || new.contains(&leaf) && is_blank(trivia) {
                    let gap = tree.gap(before, leaf);
                    tree.set_leaf_trivia(leaf, gap)?;
                }
            }
            None => {}
        }
        if layout.is_newline(symbol) {
            at_line_start = true;
        } else if !tree.leaf_text(leaf).is_empty() {
            at_line_start = false;
        }
        before = Some(leaf);
    }
    Ok(())
}

/// Whether the trivia holds nothing but blanks of one line.
pub(crate) fn is_blank(trivia: &str) -> bool {
    trivia.chars().all(|c| c.is_whitespace() && c != '\n' && c != '\r')
}

/// Trivia at the start of a line with each of its lines indented; with `to_token` the last one too, on which a token stands.
pub(crate) fn indented(trivia: &str, indentation: &str, to_token: bool) -> String {
    let mut out = String::new();
    let mut rest = trivia;
    while let Some(at) = rest.find(['\n', '\r']) {
        let end = at + if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        let content = rest[..at].trim_start_matches([' ', '\t']);
        if !content.is_empty() {
            out.push_str(indentation);
        }
        out.push_str(content);
        out.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    let content = rest.trim_start_matches([' ', '\t']);
    if to_token || !content.is_empty() {
        out.push_str(indentation);
    }
    out.push_str(content);
    out
}

/// The blanks before the logical line that the node begins on: the lines inside joining brackets do not count, nor do
/// those that a mark of the language joins.
pub(crate) fn line_indentation(tree: &Tree, node: Node) -> String {
    let layout = LayoutSymbols::of(tree);
    let Some(mut leaf) = tree.first_leaf(node.id) else { return String::new() };
    // Back to the first token of the line.
    let mut first = leaf;
    loop {
        if !tree.leaf_text(leaf).is_empty() {
            first = leaf;
        }
        let Some(before) = tree.prev_leaf(leaf) else { break };
        if layout.is_newline(tree.symbol(tree.bottom(before))) {
            break;
        }
        leaf = before;
    }
    // Layout tokens have no width, but a block's end may hold the comments of the block.
    let trivia = tree.leaf_trivia(first);
    let mut start = 0;
    for piece in tree.langlet().lexer().trivia_pieces(trivia) {
        let text = &trivia[piece.range()];
        if !is_line_joint(text)
            && let Some(at) = text.rfind(['\n', '\r'])
        {
            start = piece.start as usize + at + 1;
        }
    }
    // A form feed goes back to the first column.
    let line = trivia[start..].strip_prefix('\u{FEFF}').unwrap_or(&trivia[start..]);
    let end = line.find(|c| !matches!(c, ' ' | '\t' | '\x0C')).unwrap_or(line.len());
    line[line[..end].rfind('\x0C').map_or(0, |at| at + 1)..end].to_owned()
}

/// One step of indentation as the text of the tree has it: the blanks of the first line that begins a block. `None` if there is
/// no block. Linear in what stands before that.
pub(crate) fn own_step(tree: &Tree) -> Option<String> {
    let indent = tree.langlet().grammar().layout.indent?;
    let opening = tree.leaf_ids(tree.root().id).find(|&leaf| tree.symbol(tree.bottom(leaf)) == indent.indent)?;
    let inside = tree.next_leaf(opening)?;
    Some(tree.indentation(Node::top(inside))).filter(|blanks| !blanks.is_empty())
}

/// Whether a piece of trivia is a mark that joins two lines: a single sign before a line end.
pub(crate) fn is_line_joint(piece: &str) -> bool {
    let mark = piece.trim_end_matches(['\n', '\r']);
    mark.len() < piece.len() && mark.chars().count() == 1 && !mark.chars().all(char::is_whitespace)
}

/// The layout tokens of a langlet, and the texts of new ones.
#[derive(Debug)]
pub(crate) struct LayoutSymbols {
    newline: Option<Symbol>,
    indent: Option<(Symbol, Symbol)>,
    /// One step of indentation.
    pub(crate) step: String,
    /// The text of a new line end.
    pub(crate) line_end: String,
}

impl LayoutSymbols {
    pub(crate) fn of(tree: &Tree) -> LayoutSymbols {
        let grammar = tree.langlet().grammar();
        let newline = grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let text = |symbol: Option<Symbol>| symbol.and_then(|symbol| grammar.constant_text(symbol));
        let step = text(grammar.layout.indent.map(|indent| indent.indent)).unwrap_or(STEP).to_owned();
        LayoutSymbols {
            newline,
            indent: grammar.layout.indent.map(|indent| (indent.indent, indent.dedent)),
            step,
            line_end: text(newline).unwrap_or("\n").to_owned(),
        }
    }

    pub(crate) fn is_newline(&self, symbol: Symbol) -> bool {
        self.newline == Some(symbol)
    }

    pub(crate) fn is_indent(&self, symbol: Symbol) -> bool {
        self.indent.is_some_and(|(indent, _)| indent == symbol)
    }

    pub(crate) fn is_dedent(&self, symbol: Symbol) -> bool {
        self.indent.is_some_and(|(_, dedent)| dedent == symbol)
    }
}
