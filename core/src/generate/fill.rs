//! Texts for token strings: each token gets its shortest text, and white space that lets it be read again.

use crate::automata::Terminal;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::regex::Terms;
use crate::span::Span;

/// A text that reads as these tokens, and the place of each. Layout tokens become line ends and indentation.
pub fn text_of_terminals(langlet: &Langlet, tokens: &[Terminal]) -> (String, Vec<Span>) {
    let grammar = langlet.grammar();
    let newline = grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let step = grammar.layout.indent.and_then(|indent| grammar.constant_text(indent.indent)).unwrap_or("    ");
    let (mut text, mut spans) = (String::new(), Vec::new());
    let mut depth: usize = 0;
    let mut at_line_start = true;
    for &token in tokens {
        let symbol = langlet.tables().terminals.symbol(token).expect("a token of a program has a symbol");
        let indent = grammar.layout.indent;
        let end = text.len() as u32;
        if indent.is_some_and(|indent| indent.indent == symbol) {
            depth += 1;
            spans.push(Span::new(end, end));
            continue;
        }
        if indent.is_some_and(|indent| indent.dedent == symbol) {
            depth = depth.saturating_sub(1);
            spans.push(Span::new(end, end));
            continue;
        }
        let shown = text_of_token(langlet, symbol);
        if Some(symbol) != newline && !shown.is_empty() {
            if at_line_start {
                text.push_str(&step.repeat(depth));
            } else {
                text.push(' ');
            }
        }
        let start = text.len() as u32;
        text.push_str(&shown);
        spans.push(Span::new(start, text.len() as u32));
        at_line_start = Some(symbol) == newline || at_line_start && shown.is_empty();
    }
    (text, spans)
}

/// The shortest text that reads as the token.
pub fn text_of_token(langlet: &Langlet, symbol: Symbol) -> String {
    let grammar = langlet.grammar();
    if let Some(text) = grammar.constant_text(symbol) {
        return text.to_owned();
    }
    let Some(token) = grammar.tokens.get(&symbol) else {
        let is_newline = grammar.layout.newline.as_ref().is_some_and(|(newline, _)| *newline == symbol);
        return if is_newline { "\n" } else { "" }.to_owned();
    };
    let mut terms = Terms::new();
    let term = terms.parse(&token.pattern).expect("regexes are checked when a langlet is loaded");
    let kind = langlet.tables().terminals.number(symbol);
    let text = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let plain = text(terms.shortest(term));
    if langlet.lexer().kind_of(&plain) == kind {
        return plain;
    }
    // A keyword, or a text that an earlier token takes: the shortest that is none of them.
    let mut others = Vec::new();
    for other in langlet.grammar().used_literals() {
        others.push(terms.literal(grammar.symbols.name(other).as_bytes()));
    }
    for &other in grammar.token_order.iter().take_while(|&&other| other != symbol) {
        if let Some(rule) = grammar.tokens.get(&other).filter(|_| grammar.symbols.kind(other) != SymbolKind::Skip) {
            others.push(terms.parse(&rule.pattern).expect("as above"));
        }
    }
    let others = terms.union(others);
    let rest = terms.complement(others);
    let term = terms.intersect(term, rest);
    text(terms.shortest(term))
}
