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
        let step = grammar.layout.indent.and_then(|indent| {
            let opening = tree.leaf_ids(tree.root).find(|&leaf| tree.symbol(tree.bottom(leaf)) == indent.indent)?;
            let first = tree.next_leaf(opening)?;
            Some(tree.indentation(Node::top(first))).filter(|blanks| !blanks.is_empty())
        });
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

/// Gives each line that begins inside the node, its first aside, the indentation of its block. Linear in the node.
pub(crate) fn reindent(tree: &mut Tree, id: NodeId, layout: &LayoutSymbols, lines: &Lines) -> Result<(), EditError> {
    reindent_all(tree, &[Node::top(id)], layout, lines)
}

/// As [`reindent`], for siblings that follow one another: the lines of all have the indentation of the first.
pub(crate) fn reindent_all(
    tree: &mut Tree,
    nodes: &[Node],
    layout: &LayoutSymbols,
    lines: &Lines,
) -> Result<(), EditError> {
    let leaves: Vec<NodeId> = nodes.iter().flat_map(|node| tree.leaf_ids(node.id)).collect();
    let symbol = |tree: &Tree, leaf: NodeId| tree.symbol(tree.bottom(leaf));
    let is_layout = |symbol: Symbol| {
        Some(symbol) == layout.newline
            || layout.indent.is_some_and(|(indent, dedent)| symbol == indent || symbol == dedent)
    };
    if leaves.len() < 2 || leaves.iter().all(|&leaf| !is_layout(symbol(tree, leaf))) {
        return Ok(());
    }
    let base = tree.indentation(Node::top(leaves[0]));
    let mut blocks = vec![Block { old: base.clone(), new: base.clone(), from_source: true, of_source: Some(base) }];
    let mut opens = false;
    let mut at_line_start = false;
    for (index, &leaf) in leaves.iter().enumerate() {
        let symbol = symbol(tree, leaf);
        if let Some((indent, dedent)) = layout.indent {
            if symbol == indent {
                opens = true;
                continue;
            }
            if symbol == dedent {
                // Comments at the end of the block.
                let block = blocks.last_mut().expect("the outermost block stays");
                if !tree.leaf_trivia(leaf).trim().is_empty() {
                    block.old = block.of_source.take().unwrap_or_else(|| {
                        let comment = tree.leaf_trivia(leaf).trim_start_matches(['\n', '\r']);
                        comment[..comment.len() - comment.trim_start_matches([' ', '\t']).len()].to_owned()
                    });
                    let trivia = moved(tree.leaf_trivia(leaf), block, true);
                    tree.set_leaf_trivia(leaf, &trivia)?;
                }
                if blocks.len() > 1 {
                    blocks.pop();
                }
                continue;
            }
        }
        let from_source = tree.origin(leaf).is_some();
        if opens {
            let blanks = last_blanks(tree.leaf_trivia(leaf)).to_owned();
            let outer = blocks.last().expect("the outermost block stays");
            let is_alike = outer.from_source == from_source;
            let more = blanks.strip_prefix(&*outer.old).filter(|more| is_alike && from_source && !more.is_empty());
            let new = outer.new.clone() + more.unwrap_or(&lines.step);
            blocks.push(Block { old: blanks, new, from_source, of_source: None });
            opens = false;
        }
        if index > 0 {
            let block = blocks.last_mut().expect("the outermost block stays");
            if at_line_start {
                // Lines of one block may come from different places, each with the blanks it had there.
                block.old = last_blanks(tree.leaf_trivia(leaf)).to_owned();
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
        at_line_start = Some(symbol) == layout.newline;
    }
    Ok(())
}

/// The blanks at the end of the trivia.
fn last_blanks(trivia: &str) -> &str {
    let start = trivia
        .rfind(|c| c != ' ' && c != '\t')
        .map_or(0, |at| at + trivia[at..].chars().next().map_or(1, char::len_utf8));
    &trivia[start..]
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
