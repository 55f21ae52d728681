//! `langlet check`: can the files be read, and do their trees give back every byte?

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Instant;

use super::langlet_of;
use crate::Outcome;
use crate::files::{self, Input, WalkOptions};
use crate::jobs::in_order;
use crate::output::{Output, Problem};
use crate::registry::{Chosen, read_as};

/// Arguments of `check`.
#[derive(clap::Args)]
#[command(after_help = "The exit code is 1 if a file is not in the language, and 2 if one cannot be read at all.")]
pub(crate) struct Args {
    /// The langlet, by name or path; may be left out if the endings of the files tell it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// How many threads work; by default as many as there are processors.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    walk: WalkOptions,
    /// Files, and directories in which the files of the langlet are checked; `-` is the standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// What became of a file.
enum Verdict {
    /// It is in the language.
    Good,
    /// It is not, or not given back.
    Bad(Problem),
    /// It is no text.
    Unreadable(Problem),
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let chosen = langlet_of(args.langlet.as_deref(), &args.paths, output)?;
    let (inputs, problems) = files::find(&args.paths, &chosen.endings, args.walk);
    problems.iter().for_each(|problem| output.problem(problem));
    let mut outcome = if problems.is_empty() { Outcome::Fine } else { Outcome::Failed };
    let mut n_failed = problems.len();
    let mut n_bytes = 0;
    output.start_progress(inputs.len());
    in_order(
        args.jobs,
        &inputs,
        |input| check(input, &chosen),
        |_, (verdict, len)| {
            n_bytes += len;
            let (of_this, problem) = match verdict {
                Verdict::Good => (Outcome::Fine, None),
                Verdict::Bad(problem) => (Outcome::Findings, Some(problem)),
                Verdict::Unreadable(problem) => (Outcome::Failed, Some(problem)),
            };
            if let Some(problem) = problem {
                n_failed += 1;
                output.problem(&problem);
            }
            outcome = outcome.max(of_this);
            output.advance();
            Ok(())
        },
    )?;
    output.end_progress();
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = n_bytes as f64 / 1e6;
    output.line(format_args!(
        "{}: {} file{}, {n_bytes} bytes, {seconds:.3} s, {:.1} MB/s, {n_failed} failed",
        chosen.langlet.name(),
        inputs.len(),
        if inputs.len() == 1 { "" } else { "s" },
        megabytes / seconds.max(1e-9),
    ))?;
    Ok(outcome)
}

/// The verdict on a file, and its length in bytes.
fn check(input: &Input, chosen: &Chosen) -> (Verdict, usize) {
    let text = match input.read_text(chosen.coding_cookie) {
        Ok(text) => text,
        Err(problem) => return (Verdict::Unreadable(problem), 0),
    };
    let source = &text.source;
    let verdict = match read_as(&chosen.langlet, source) {
        Err(problem) => Verdict::Bad(problem),
        Ok(langlet) => match langlet.parse(source.text.as_str()) {
            Err(error) => Verdict::Bad(Problem::Text(vec![error.diagnostic(source)])),
            Ok(tree) if tree.unparse() == source.text => Verdict::Good,
            Ok(_) => Verdict::Bad(Problem::file(&source.name, "the tree does not give back the text")),
        },
    };
    (verdict, text.n_bytes)
}
