//! Texts for token strings as the parser numbers them: each token gets its first text, and white space that lets it be read again.

use super::spell::Speller;
use crate::automata::Terminal;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::span::Span;

/// A text that reads as these tokens, equal ones with equal texts, and the place of each. Layout tokens become line ends and
/// indentation.
pub fn text_of_terminals(langlet: &Langlet, tokens: &[Terminal]) -> (String, Vec<Span>) {
    let symbol =
        |&token: &Terminal| langlet.tables().terminals.symbol(token).expect("a token of a program has a symbol");
    let symbols: Vec<Symbol> = tokens.iter().map(symbol).collect();
    Speller::alike(langlet).plain(&symbols)
}
