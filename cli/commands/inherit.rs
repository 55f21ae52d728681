//! `langlet inherit`: what a child does to the programs of its parent.

use langlet_core::Langlet;
use langlet_core::compare::{Inheritance, Limits, Loss, Program, inherit};
use langlet_core::cst::show::write_json_string;

use super::langlet_of;
use crate::Outcome;
use crate::output::{Output, Problem};

/// Arguments of `inherit`.
#[derive(clap::Args)]
#[command(after_help = "\
By rule, a shortest program of the parent that the child refuses, and one of the child that the parent refuses; texts that are \
another token in the child, such as new keywords; and places where one token of lookahead decides no longer.

Exit codes: 0 the child has all programs of the parent, as far as was tried; 1 it has not, or has new conflicts; 2 something \
could not be done.")]
pub(crate) struct Args {
    /// The child, by name or path.
    langlet: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The most tokens of a program.
    #[arg(long, value_name = "N", default_value_t = Limits::default().tokens)]
    tokens: usize,
    /// The most states of each search.
    #[arg(long, value_name = "N", default_value_t = STATES)]
    states: usize,
}

/// A search for each rule goes less far than one for all.
const STATES: usize = 3000;

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let child = langlet_of(Some(&args.langlet), &[], output)?.langlet;
    let limits = Limits { tokens: args.tokens, states: args.states };
    let found = inherit(&child, limits)
        .map_err(|error| Problem::file(child.name(), error).help("`langlet compare` compares any two langlets"))?;
    let parent = child.parent().expect("it has been compared with it");
    let text = if args.json { json(parent, &child, &found) } else { found.text(&child) };
    output.write(text.as_bytes())?;
    Ok(if found.keeps_all() { Outcome::Fine } else { Outcome::Findings })
}

fn json(parent: &Langlet, child: &Langlet, found: &Inheritance) -> String {
    let losses = |langlet: &Langlet, losses: &[Loss]| {
        let one = |loss: &Loss| {
            let program = loss.program.as_ref().map_or("null".to_owned(), program_json);
            format!("{{\"rule\":{},\"program\":{program}}}", quoted(langlet.grammar().symbols.name(loss.rule)))
        };
        losses.iter().map(one).collect::<Vec<_>>().join(",")
    };
    let taken: Vec<String> = found
        .taken
        .iter()
        .map(|(exception, program)| {
            format!(
                "{{\"token\":{},\"text\":{},\"keyword\":{},\"program\":{}}}",
                quoted(&parent.grammar().symbols.display(exception.token)),
                quoted(&exception.text),
                exception.is_keyword,
                program.as_ref().map_or("null".to_owned(), program_json)
            )
        })
        .collect();
    let conflicts: Vec<String> = found.conflicts.iter().map(|conflict| quoted(&conflict.message)).collect();
    format!(
        "{{\"langlet\":{},\"parent\":{},\"lost\":[{}],\"taken\":[{}],\"gained\":[{}],\"conflicts\":[{}]}}\n",
        quoted(child.name()),
        quoted(parent.name()),
        losses(parent, &found.lost),
        taken.join(","),
        losses(child, &found.gained),
        conflicts.join(",")
    )
}

/// A program in JSON.
pub(crate) fn program_json(program: &Program) -> String {
    let (text, n, is_shortest) = (quoted(&program.text), program.n_tokens, program.is_shortest);
    format!("{{\"text\":{text},\"tokens\":{n},\"shortest\":{is_shortest}}}")
}

/// A text in JSON.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_json_string(&mut out, text);
    out
}
