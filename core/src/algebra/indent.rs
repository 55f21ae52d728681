//! Indentation of trees that are put together from parts: every line of a block begins where the block does.
//!
//! The lines are those of the layout tokens of the tree, not of its text: a line begins behind the token that ends one, and
//! a block between the tokens that open and close it. In a walk over the tokens each open block knows the blanks that its
//! lines get; where they move along with it, also the blanks that they had:
//!
//! ```text
//! template   if not $c:        result, in a block    ····if not a:
//!            ····$body+                              ········x      had 8 in the source, gets 4 + 4
//! ```
//!
//! Comment lines belong to the block that they stand in.

use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::{Grammar, Symbol};
use crate::langlet::Langlet;

/// One step of indentation if the langlet declares no constant for it.
const STEP: &str = "    ";

/// The layout tokens of a tree.
#[derive(Debug)]
pub(crate) struct LayoutSymbols {
    pub(crate) newline: Option<Symbol>,
    indent: Option<(Symbol, Symbol)>,
}

impl LayoutSymbols {
    pub(crate) fn of(grammar: &Grammar) -> LayoutSymbols {
        LayoutSymbols::numbered(grammar, |symbol| symbol)
    }

    /// In a tree with another numbering.
    pub(crate) fn numbered(grammar: &Grammar, number: impl Fn(Symbol) -> Symbol) -> LayoutSymbols {
        LayoutSymbols {
            newline: grammar.layout.newline.as_ref().map(|(symbol, _)| number(*symbol)),
            indent: grammar.layout.indent.map(|indent| (number(indent.indent), number(indent.dedent))),
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

    /// Whether the symbol is one of them.
    pub(crate) fn contains(&self, symbol: Symbol) -> bool {
        self.is_newline(symbol) || self.is_indent(symbol) || self.is_dedent(symbol)
    }
}

/// How the lines of a text end, and one step of its indentation.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) newline: String,
    pub(crate) step: String,
    /// Whether the last line of the text has no line end.
    pub(crate) is_open: bool,
}

impl Lines {
    /// As a langlet writes them.
    pub(crate) fn declared(langlet: &Langlet) -> Lines {
        let grammar = langlet.grammar();
        let text = |symbol: Option<Symbol>| symbol.and_then(|symbol| grammar.constant_text(symbol));
        let newline = text(grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol)).unwrap_or("\n");
        let step = text(grammar.layout.indent.map(|indent| indent.indent)).unwrap_or(STEP);
        Lines { newline: newline.to_owned(), step: step.to_owned(), is_open: false }
    }

    /// As the text has them; else its lines end with a line feed, and the step is that of the langlet.
    pub(crate) fn of(tree: &Tree, langlet: &Langlet) -> Lines {
        let text = tree.source();
        let newline = match text.find(['\n', '\r']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) => &text[at..at + 1],
            None => "\n",
        };
        let is_open = !text.ends_with(['\n', '\r']);
        let step = own_step(tree).unwrap_or_else(|| Lines::declared(langlet).step);
        Lines { newline: newline.to_owned(), is_open, step }
    }
}

/// Which blanks lines get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Exactly those of their block, and each block is one step deeper than what is around it. Lines inside joining brackets
    /// are white space like any other.
    Anew,
    /// They move as far as their block does, those inside brackets too, and a block that is of the source stays as much deeper
    /// as it was there.
    Along,
}

/// An open block.
#[derive(Debug)]
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

/// A walk over tokens that writes their indentation.
pub(crate) struct Indenter<'a> {
    layout: &'a LayoutSymbols,
    step: &'a str,
    manner: Manner,
    blocks: Vec<Block>,
    /// Whether the next token begins a block.
    opens: bool,
    pub(crate) at_line_start: bool,
}

impl<'a> Indenter<'a> {
    /// For tokens on a line with these blanks.
    pub(crate) fn new(layout: &'a LayoutSymbols, step: &'a str, manner: Manner, blanks: &str) -> Indenter<'a> {
        let of_source = Some(blanks.to_owned());
        let block = Block { old: blanks.to_owned(), new: blanks.to_owned(), from_source: true, of_source };
        Indenter { layout, step, manner, blocks: vec![block], opens: false, at_line_start: false }
    }

    fn block(&mut self) -> &mut Block {
        self.blocks.last_mut().expect("the outermost block stays")
    }

    /// The lines of the block had these blanks in the source.
    pub(crate) fn set_old(&mut self, blanks: String) {
        let block = self.block();
        block.of_source = Some(blanks.clone());
        block.old = blanks;
    }

    /// Whether the lines of the block move.
    pub(crate) fn moves(&mut self) -> bool {
        let block = self.block();
        block.old != block.new
    }

    /// Goes on to the next token. `is_first`: it is where the walk begins, and stays.
    pub(crate) fn visit(&mut self, tree: &mut Tree, leaf: NodeId, is_first: bool) -> Result<(), EditError> {
        let symbol = tree.symbol(tree.bottom(leaf));
        if self.layout.is_indent(symbol) {
            self.opens = true;
            return Ok(());
        }
        if self.layout.is_dedent(symbol) {
            return self.close(tree, leaf);
        }
        if self.opens {
            self.open(tree, leaf);
        }
        let is_empty = tree.leaf_text(leaf).is_empty();
        if !is_first {
            self.indent(tree, leaf, is_empty)?;
        }
        if self.layout.is_newline(symbol) {
            self.at_line_start = true;
        } else if !is_empty {
            self.at_line_start = false;
        }
        Ok(())
    }

    fn open(&mut self, tree: &Tree, leaf: NodeId) {
        let old = blanks_before(tree.leaf_trivia(leaf)).to_owned();
        let from_source = tree.origin(leaf).is_some();
        let (manner, step) = (self.manner, self.step);
        let outer = self.block();
        let is_kept = manner == Manner::Along && from_source && outer.from_source;
        // Several steps are those of blocks that stood around it and are gone.
        let is_one = |more: &str| more == step || !more.trim_start_matches(step).is_empty();
        let more = old.strip_prefix(&*outer.old).filter(|more| is_kept && !more.is_empty() && is_one(more));
        let new = outer.new.clone() + more.unwrap_or(step);
        self.blocks.push(Block { old, new, from_source, of_source: None });
        self.opens = false;
    }

    /// At the end of a block stand its last comments.
    fn close(&mut self, tree: &mut Tree, leaf: NodeId) -> Result<(), EditError> {
        let manner = self.manner;
        let block = self.block();
        let trivia = tree.leaf_trivia(leaf);
        match manner {
            Manner::Anew => {
                let trivia = moved(trivia, None, &block.new, true, false);
                tree.set_leaf_trivia(leaf, &trivia)?;
            }
            Manner::Along if !trivia.trim().is_empty() => {
                block.old = block.of_source.take().unwrap_or_else(|| {
                    let comment = trivia.trim_start_matches(['\n', '\r']);
                    comment[..comment.len() - comment.trim_start_matches([' ', '\t']).len()].to_owned()
                });
                let trivia = moved(trivia, Some(&block.old), &block.new, true, false);
                tree.set_leaf_trivia(leaf, &trivia)?;
            }
            Manner::Along => {}
        }
        if self.blocks.len() > 1 {
            self.blocks.pop();
        }
        Ok(())
    }

    fn indent(&mut self, tree: &mut Tree, leaf: NodeId, is_empty: bool) -> Result<(), EditError> {
        let (at_line_start, manner) = (self.at_line_start, self.manner);
        let block = self.block();
        let trivia = tree.leaf_trivia(leaf);
        let trivia = match manner {
            Manner::Anew if at_line_start && !is_empty => moved(trivia, None, &block.new, true, true),
            Manner::Anew => return Ok(()),
            Manner::Along => {
                if at_line_start {
                    // Lines of one block may come from different places, each with the blanks it had there.
                    block.old = blanks_before(trivia).to_owned();
                    block.from_source = tree.origin(leaf).is_some();
                    if block.from_source {
                        block.of_source = Some(block.old.clone());
                    }
                }
                moved(trivia, Some(&block.old), &block.new, at_line_start, true)
            }
        };
        tree.set_leaf_trivia(leaf, &trivia)
    }
}

/// Trivia with the lines that begin in it moved: those that begin with the blanks `from` begin with `to` then; without
/// `from`, all do. A blank line stays blank. `begins`: the first of them begins before the trivia; `to_token`: the last one
/// is not blank, since a token stands on it.
pub(crate) fn moved(trivia: &str, from: Option<&str>, to: &str, begins: bool, to_token: bool) -> String {
    let mut begins = begins;
    if from == Some(to) || !begins && !trivia.contains(['\n', '\r']) {
        return trivia.to_owned();
    }
    let mut out = String::new();
    let mut rest = trivia;
    // Progress: each turn takes a line end.
    loop {
        let at = rest.find(['\n', '\r']);
        let (line, behind) = rest.split_at(at.unwrap_or(rest.len()));
        let is_token_line = at.is_none() && to_token;
        let content = match from {
            None => Some(line.trim_start_matches([' ', '\t'])),
            Some(from) => line.strip_prefix(from).filter(|_| at.is_none() || !line.trim().is_empty()),
        };
        match content.filter(|_| begins) {
            Some(content) => {
                if is_token_line || !content.is_empty() {
                    out.push_str(to);
                }
                out.push_str(content);
            }
            None => out.push_str(line),
        }
        if behind.is_empty() {
            return out;
        }
        let (line_end, others) = behind.split_at(if behind.starts_with("\r\n") { 2 } else { 1 });
        out.push_str(line_end);
        (rest, begins) = (others, true);
    }
}

/// The blanks at the end of the trivia.
pub(crate) fn blanks_before(trivia: &str) -> &str {
    &trivia[trivia.trim_end_matches([' ', '\t']).len()..]
}

/// The blanks before the logical line that the node begins on: the lines inside joining brackets do not count, nor do
/// those that a mark of the language joins.
pub(crate) fn line_indentation(tree: &Tree, node: Node) -> String {
    let layout = LayoutSymbols::of(tree.langlet().grammar());
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
fn own_step(tree: &Tree) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_trivia_move() {
        for (trivia, from, begins, to_token, expected) in [
            // The blanks before a token.
            ("  ", Some("  "), true, true, "...."),
            ("  ", None, true, true, "...."),
            ("", Some(""), true, true, "...."),
            ("", Some("  "), true, true, ""),
            ("", None, true, false, ""),
            // Between the tokens of a line.
            (" # c ", Some(" "), false, true, " # c "),
            (" # c\n  ", Some("  "), false, true, " # c\n...."),
            // Comments move as far as the token; one that is less deep stays.
            ("  # a\n    # b\n# c\n  ", Some("  "), true, true, "....# a\n....  # b\n# c\n...."),
            ("  # a\n    # b\n# c\n  ", None, true, true, "....# a\n....# b\n....# c\n...."),
            // Blank lines.
            ("\n  \n  ", Some("  "), true, true, "\n  \n...."),
            ("\n  \n  ", None, true, true, "\n\n...."),
            // Line ends of other systems.
            ("  # a\r\n  # b\r  ", Some("  "), true, true, "....# a\r\n....# b\r...."),
            ("  # a\n", None, true, false, "....# a\n"),
        ] {
            assert_eq!(moved(trivia, from, "....", begins, to_token), expected, "{trivia:?} {from:?}");
        }
    }
}
