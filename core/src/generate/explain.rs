//! Conflicts as messages: the place in the grammar, and a shortest program for each way to go on.

use crate::automata::conflict::{Conflict, conflicts};
use crate::diagnostic::Diagnostic;
use crate::generate::text_of_terminals;
use crate::grammar::check::place;
use crate::langlet::Langlet;
use crate::parser::error::terminal_name;

/// A warning for each place where one token of lookahead does not decide. Parsing is slower there, never wrong.
pub fn explain_conflicts(langlet: &Langlet) -> Vec<Diagnostic> {
    conflicts(langlet.grammar(), langlet.tables()).iter().map(|conflict| explain(langlet, conflict)).collect()
}

pub(crate) fn explain(langlet: &Langlet, conflict: &Conflict) -> Diagnostic {
    let grammar = langlet.grammar();
    let rule = grammar.symbols.name(conflict.rule);
    let next = terminal_name(grammar, langlet.tables(), conflict.next);
    let ways = conflict.ways.iter().map(|way| match way.symbol {
        Some(symbol) => format!("go on with {}", grammar.symbols.display(symbol)),
        None => "end".to_owned(),
    });
    let ways: Vec<String> = ways.collect();
    let message = format!("in `{rule}`, {next} does not decide: the rule may {}", ways.join(", or "));
    let examples = conflict.ways.iter().zip(&ways).filter_map(|(way, name)| {
        let (tokens, before) = way.program.as_ref()?;
        let (text, spans) = text_of_terminals(langlet, tokens);
        let at = spans.get(*before).map_or(text.len(), |span| span.start as usize);
        Some(format!("{name}: {}", format!("{}«here» {}", &text[..at], &text[at..]).trim_end().replace('\n', "⏎")))
    });
    let examples: Vec<String> = examples.collect();
    Diagnostic::warning(&grammar.source, place(grammar, conflict.rule), message).help(examples.join("\n"))
}
