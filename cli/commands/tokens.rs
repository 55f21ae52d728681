//! `langlet tokens`: the tokens of a file, layout included.

use std::path::PathBuf;

use langlet_core::grammar::symbol::quote;
use langlet_core::parser::ReadError;
use langlet_core::span::LineIndex;

use super::langlet_of;
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};
use crate::registry::read_as;

/// Arguments of `tokens`.
#[derive(clap::Args)]
#[command(after_help = "A line is `line:column KIND 'text'`; both are counted from 1, the column in bytes.
A token made from the layout has an empty text. The kind of a keyword or operator is its text.")]
pub(crate) struct Args {
    /// The langlet, by name or path; may be left out if the ending of the file tells it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// The file; `-` is the standard input.
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(args.langlet.as_deref(), std::slice::from_ref(&args.file), output)?;
    let source = Input::from_argument(&args.file).read_text(chosen.coding_cookie)?.source;
    let langlet = read_as(&chosen.langlet, &source)?;
    let lines = LineIndex::new(&source.text);
    let mut tokens = Vec::new();
    // What stands before an error is printed all the same.
    let result = langlet.lexer().lex(&source.text, &mut tokens);
    for token in &tokens {
        let place = lines.line_column(token.start);
        let symbol = langlet.tables().terminals.symbol(token.kind);
        let kind = symbol.map_or_else(String::new, |symbol| langlet.grammar().symbols.display(symbol));
        let text = quote(&source.text[token.start as usize..token.end as usize]);
        output.line(format_args!("{}:{} {kind} {text}", place.line, place.column + 1))?;
    }
    match result {
        Ok(()) => Ok(Outcome::Fine),
        Err(error) => Err(Problem::Text(vec![ReadError::from(error).diagnostic(&source)]).into()),
    }
}
