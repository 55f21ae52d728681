//! Grammars as text in the notation: the whole, the delta, and where each rule comes from.

use std::cmp::Reverse;
use std::fmt::Write;

use super::{Grammar, Part, Rhs, Symbol, SymbolKind};
use crate::notation::syntax::Operator;

/// Width of the printed page, in characters.
const WIDTH: usize = 110;

/// The whole grammar in the notation, inherited parts included: read again as a root langlet it is the same language.
pub fn whole(grammar: &Grammar) -> String {
    let mut out = format!("langlet {}\n\n", grammar.name);
    declarations(grammar, &mut out);
    for (&symbol, rule) in &grammar.rules {
        out.push_str(&rule_text(grammar, symbol, &rule.rhs));
    }
    out
}

/// Only what the langlet itself says: its file without comments at the edges.
pub fn delta(grammar: &Grammar) -> String {
    let mut text = grammar.source.text.trim().to_owned();
    text.push('\n');
    text
}

/// Each rule with the langlets that defined and changed it, oldest first.
pub fn why(grammar: &Grammar) -> String {
    let names = grammar.rules.keys().map(|&symbol| grammar.symbols.name(symbol).len());
    let width = names.max().unwrap_or(0);
    let mut out = String::new();
    for (&symbol, rule) in &grammar.rules {
        let steps = rule.history.iter().map(|(langlet, operator)| match operator {
            Operator::Define => format!("{langlet} defines it"),
            Operator::Replace => format!("{langlet} replaces it"),
            Operator::Add => format!("{langlet} adds an alternative"),
            Operator::Remove => format!("{langlet} removes an alternative"),
        });
        let steps = steps.collect::<Vec<_>>().join(", ");
        writeln!(out, "{:width$}  {steps}", grammar.symbols.name(symbol)).expect("a string takes all");
    }
    out
}

/// `name: alternatives`, broken at alternatives and blanks if it does not fit a line.
fn rule_text(grammar: &Grammar, symbol: Symbol, rhs: &Rhs) -> String {
    let name = grammar.symbols.name(symbol);
    let one_line = format!("{name}: {}", rhs.display(&grammar.symbols));
    if one_line.chars().count() <= WIDTH {
        return one_line + "\n";
    }
    let indent = " ".repeat(name.len().min(20));
    let mut out = format!("{name}:");
    let mut column = out.len();
    for (index, choice) in rhs.choices().iter().enumerate() {
        let text = choice.display(&grammar.symbols);
        let sign = if index == 0 { "" } else { "| " };
        if index > 0 && column + text.len() + 3 > WIDTH {
            write!(out, "\n{indent}").expect("a string takes all");
            column = indent.len();
        }
        write!(out, " {sign}").expect("a string takes all");
        column += 1 + sign.len();
        for (at, word) in text.split(' ').enumerate() {
            if column + word.len() + 1 > WIDTH {
                write!(out, "\n{indent}   ").expect("a string takes all");
                column = indent.len() + 3;
            } else if at > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += word.len();
        }
    }
    out + "\n"
}

fn declarations(grammar: &Grammar, out: &mut String) {
    let symbols = &grammar.symbols;
    let list = |items: &mut dyn Iterator<Item = Symbol>| {
        items.map(|symbol| symbols.display(symbol)).collect::<Vec<_>>().join(" ")
    };
    let mut line = |text: String| writeln!(out, "{text}").expect("a string takes all");
    if !grammar.starts.is_empty() {
        line(format!("start {}", list(&mut grammar.starts.iter().copied())));
    }
    // In the order in which they are defined, from the oldest langlet on.
    let mut parts: Vec<_> = grammar.parts.iter().collect();
    let age = |part: &Part| grammar.ancestry().position(|langlet| langlet.name == part.origin);
    parts.sort_by_key(|(_, part)| (Reverse(age(part)), part.span.start));
    for (name, part) in parts {
        line(format!("part {name} = /{}/", part.written));
    }
    for &symbol in &grammar.token_order {
        if let Some(token) = grammar.tokens.get(&symbol)
            && symbols.kind(symbol) == SymbolKind::Token
        {
            line(format!("token {} = /{}/", symbols.name(symbol), token.written));
        }
    }
    for (&symbol, token) in &grammar.tokens {
        if symbols.kind(symbol) == SymbolKind::Skip {
            line(format!("skip {} = /{}/", symbols.name(symbol), token.written));
        }
    }
    if let Some((symbol, token)) = &grammar.layout.newline {
        line(format!("layout newline {} = /{}/", symbols.name(*symbol), token.written));
    }
    if let Some(indent) = grammar.layout.indent {
        let (open, close) = (symbols.name(indent.indent), symbols.name(indent.dedent));
        let strict = if indent.strict { " strict" } else { "" };
        line(format!("layout indent {open} {close} tab {}{strict}", indent.tab));
    }
    if !grammar.layout.end.is_empty() {
        line(format!("layout end {}", list(&mut grammar.layout.end.iter().copied())));
    }
    if !grammar.joins.is_empty() {
        line(format!("join {}", list(&mut grammar.joins.iter().flat_map(|&(open, close)| [open, close]))));
    }
    for (&keyword, &fallback) in &grammar.soft {
        line(format!("soft {} {}", symbols.name(fallback), symbols.display(keyword)));
    }
    for (&symbol, text) in &grammar.constants {
        let quoted = super::symbol::quote(text);
        line(format!("constant {} {quoted}", symbols.name(symbol)));
    }
    for (rule, rhs) in &grammar.neutrals {
        line(format!("neutral {}: {}", symbols.name(*rule), rhs.display(symbols)));
    }
    if !grammar.tight_before.is_empty() {
        line(format!("tight before {}", list(&mut grammar.tight_before.iter().copied())));
    }
    if !grammar.tight_after.is_empty() {
        line(format!("tight after {}", list(&mut grammar.tight_after.iter().copied())));
    }
    line(String::new());
}
