//! A langlet in the dialect of Lark that llguidance reads, so that both engines have one grammar.

use langlet_core::Langlet;
use langlet_core::grammar::{Rhs, SymbolKind};

/// The grammar as Lark. Layout and soft keywords have no counterpart there.
pub fn lark(langlet: &Langlet) -> String {
    let grammar = langlet.grammar();
    let symbols = &grammar.symbols;
    // As in a langlet, a text may begin with what is skipped.
    let mut out =
        format!("%llguidance {{\"allow_initial_skip\": true}}\nstart: r_{}\n", symbols.name(grammar.starts[0]));
    for (&rule, definition) in &grammar.rules {
        out.push_str(&format!("r_{}: {}\n", symbols.name(rule), rhs(langlet, &definition.rhs)));
    }
    for (&symbol, token) in &grammar.tokens {
        match symbols.kind(symbol) {
            SymbolKind::Token | SymbolKind::Anonymous => {
                out.push_str(&format!("T{}: /{}/\n", symbol.index(), token.pattern));
            }
            SymbolKind::Skip => out.push_str(&format!("%ignore /{}/\n", token.pattern)),
            _ => {}
        }
    }
    out
}

/// Recursive: right-hand sides are nested as deep as a person wrote them.
fn rhs(langlet: &Langlet, part: &Rhs) -> String {
    let all = |parts: &[Rhs], by: &str| parts.iter().map(|part| rhs(langlet, part)).collect::<Vec<_>>().join(by);
    let symbols = &langlet.grammar().symbols;
    match part {
        Rhs::Symbol(symbol) => match symbols.kind(*symbol) {
            SymbolKind::Literal => serde_json::Value::from(symbols.name(*symbol)).to_string(),
            SymbolKind::Token | SymbolKind::Anonymous => format!("T{}", symbol.index()),
            _ => format!("r_{}", symbols.name(*symbol)),
        },
        Rhs::Sequence(parts) if parts.is_empty() => "\"\"".to_owned(),
        Rhs::Sequence(parts) => format!("({})", all(parts, " ")),
        Rhs::Alternatives(parts) => format!("({})", all(parts, " | ")),
        Rhs::Optional(part) => format!("({})?", rhs(langlet, part)),
        Rhs::Star(part) => format!("({})*", rhs(langlet, part)),
        Rhs::Plus(part) => format!("({})+", rhs(langlet, part)),
    }
}
