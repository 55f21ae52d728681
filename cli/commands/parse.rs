//! `langlet parse`: the tree of a file.

use std::path::PathBuf;

use super::{langlet_of, start_of};
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};
use crate::registry::read_as;

/// Arguments of `parse`.
#[derive(clap::Args)]
#[command(
    after_help = "JSON: a node is [\"rule\", child, …], a token [\"KIND\", \"text\", line, column] with the line from 1 and \
the column in bytes from 0; keywords and operators have their text as kind."
)]
pub(crate) struct Args {
    /// The langlet, by name or path; may be left out if the ending of the file tells it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// The rule to read the text as; by default the start rule of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// How to print the tree.
    #[arg(long, value_enum, default_value_t = Format::Tree)]
    format: Format,
    /// Show a chain of nodes with a single child each as one node.
    #[arg(long)]
    collapsed: bool,
    /// The file; `-` is the standard input.
    file: PathBuf,
}

/// How a tree is printed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// One node per line, indented.
    Tree,
    /// Nested lists.
    Json,
    /// A graph for Graphviz.
    Dot,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(args.langlet.as_deref(), std::slice::from_ref(&args.file), output)?;
    let source = Input::from_argument(&args.file).read_text(chosen.coding_cookie)?.source;
    let langlet = read_as(&chosen.langlet, &source)?;
    let start = start_of(&langlet, args.start.as_deref())?;
    let tree = langlet
        .parse_as(start, source.text.as_str())
        .map_err(|error| Problem::Text(vec![error.diagnostic(&source)]))?;
    let text = match (args.format, args.collapsed) {
        (Format::Tree, false) => tree.listing(),
        (Format::Tree, true) => tree.collapsed_listing(),
        (Format::Json, collapsed) => tree.to_json(collapsed),
        (Format::Dot, collapsed) => tree.dot(collapsed),
    };
    output.write(text.as_bytes())?;
    Ok(Outcome::Fine)
}
