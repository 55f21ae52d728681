//! White space for new text: the least that re-reads as the same tokens, then the langlet's spacing.
//!
//! Between two tokens of a line stands one blank, unless the langlet declares the place tight *and* the two texts glued
//! together still read as the same two tokens. Behind the end of a line stands the indentation of the block: that of the
//! place of insertion, and one step of the INDENT constant for each block opened since.

use super::edit::EditError;
use super::node::{Node, NodeId, Tree};
use crate::grammar::{Symbol, SymbolKind};

/// One step of indentation if the langlet declares no constant for it.
const STEP: &str = "    ";

impl Tree {
    /// Writes white space before all tokens of a node but the first. `indentation` is that of the line it begins on.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn space(&mut self, node: Node, indentation: &str) -> Result<(), EditError> {
        let langlet = self.langlet.clone();
        let layout = &langlet.grammar().layout;
        let newline = layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let step = layout.indent.and_then(|indent| langlet.grammar().constant_text(indent.indent));
        let step = step.unwrap_or(STEP).to_owned();
        let leaves: Vec<NodeId> = self.leaf_ids(node.id).collect();
        let mut indentation = indentation.to_owned();
        let mut at_line_start = false;
        let mut before: Option<NodeId> = None;
        for leaf in leaves {
            let symbol = self.symbol(self.bottom(leaf));
            let is_indent = layout.indent.is_some_and(|indent| indent.indent == symbol);
            let is_dedent = layout.indent.is_some_and(|indent| indent.dedent == symbol);
            if is_indent || is_dedent {
                if is_indent {
                    indentation.push_str(&step);
                } else {
                    indentation.truncate(indentation.len().saturating_sub(step.len()));
                }
                self.set_leaf_trivia(leaf, "")?;
                continue;
            }
            if let Some(before) = before {
                let trivia = if at_line_start { indentation.clone() } else { self.gap(before, leaf).to_owned() };
                self.set_leaf_trivia(leaf, &trivia)?;
            }
            at_line_start = Some(symbol) == newline;
            before = Some(leaf);
        }
        Ok(())
    }

    /// What stands between two tokens of a line in written text: nothing or a blank.
    pub(crate) fn gap(&self, before: NodeId, leaf: NodeId) -> &'static str {
        let grammar = self.langlet.grammar();
        let newline = grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let symbol = self.symbol(self.bottom(leaf));
        let is_end = newline == Some(symbol) || grammar.layout.end.contains(&symbol);
        let is_tight = self.is_tight_after(before) || self.is_tight_before(leaf);
        let is_apart = self.joins(before) && self.is_keyword(leaf) || self.is_keyword(before) && self.joins(leaf);
        if is_end || is_tight && !is_apart && self.can_touch(before, leaf) { "" } else { " " }
    }

    /// Whether the token is tight on both sides, as the dot of `a.b`: it joins names, and stands apart from keywords.
    fn joins(&self, leaf: NodeId) -> bool {
        let grammar = self.langlet.grammar();
        let symbol = self.symbol(self.bottom(leaf));
        grammar.tight_before.contains(&symbol) && grammar.tight_after.contains(&symbol)
    }

    /// Whether the token is a literal that reads as a word.
    fn is_keyword(&self, leaf: NodeId) -> bool {
        let symbols = &self.langlet.grammar().symbols;
        let symbol = self.symbol(self.bottom(leaf));
        symbols.kind(symbol) == SymbolKind::Literal && self.leaf_text(leaf).starts_with(char::is_alphabetic)
    }

    /// Whether the texts of two tokens, glued together, read as the same two tokens.
    pub(crate) fn can_touch(&self, before: NodeId, leaf: NodeId) -> bool {
        self.langlet.lexer().can_touch(self.leaf_text(before), self.leaf_text(leaf))
    }

    fn is_tight_before(&self, leaf: NodeId) -> bool {
        let tight = &self.langlet.grammar().tight_before;
        self.edge_has(leaf, |at| self.prev_sibling(at).is_none(), |symbol| tight.contains(&symbol))
    }

    fn is_tight_after(&self, leaf: NodeId) -> bool {
        let tight = &self.langlet.grammar().tight_after;
        self.edge_has(leaf, |at| self.next_sibling(at).is_none(), |symbol| tight.contains(&symbol))
    }

    /// Whether the token, or a rule that has it at this edge, satisfies the test.
    fn edge_has(&self, leaf: NodeId, is_edge: impl Fn(Node) -> bool, test: impl Fn(Symbol) -> bool) -> bool {
        let mut at = leaf;
        loop {
            if self.chains.symbols(self.stored(at).chain).iter().any(|&symbol| test(symbol)) {
                return true;
            }
            let top = Node::top(at);
            match self.parent(top) {
                Some(parent) if is_edge(top) => at = parent.id,
                _ => return false,
            }
        }
    }

    /// The blanks at the start of the line that the node begins on.
    pub fn indentation(&self, node: Node) -> String {
        let Some(mut leaf) = self.first_leaf(node.id) else { return String::new() };
        let is_blank = |c: char| c == ' ' || c == '\t';
        // The blanks before a line stand behind the tokens without text at its start.
        let mut trivia = self.leaf_trivia(leaf).to_owned();
        loop {
            if let Some(at) = trivia.rfind(['\n', '\r']) {
                let line = &trivia[at + 1..];
                return line[..line.find(|c| !is_blank(c)).unwrap_or(line.len())].to_owned();
            }
            match self.prev_leaf(leaf) {
                Some(before) if self.leaf_text(before).is_empty() => {
                    trivia.insert_str(0, self.leaf_trivia(before));
                    leaf = before;
                }
                Some(before) if !self.leaf_text(before).ends_with(['\n', '\r']) => {
                    trivia = self.leaf_trivia(before).to_owned();
                    leaf = before;
                }
                _ => return trivia[..trivia.find(|c| !is_blank(c)).unwrap_or(trivia.len())].to_owned(),
            }
        }
    }
}
