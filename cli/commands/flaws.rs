//! `langlet flaws`: which programs of a langlet an outside judge rejects, each as short as it can be.
//!
//! A grammar says less than a compiler wants. What the compiler rejects though the grammar has it is a flaw of the grammar; it is
//! told by the production that it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::time::Duration;

use langlet_core::Langlet;
use langlet_core::cst::Tree;
use langlet_core::generate::minimize::minimize;
use langlet_core::generate::{Occurrences, Production, Program, parts_listing, productions};

use super::generate::problem;
use super::{Cover, langlet_of, start_of};
use crate::Outcome;
use crate::jobs::in_order;
use crate::judge::{Judge, Verdict};
use crate::output::{Output, Problem};
use crate::registry;

/// Arguments of `flaws`.
#[derive(clap::Args)]
#[command(after_help = "\
Each production of the grammar is made into a short program and given to the judge, a command that is run without a shell. `{}` in it \
is the file of the program; exit code 0 accepts it, others reject it. From what is rejected tokens are removed as long as the rest is \
in the language and is rejected for the same reason.

The exit code is 1 if something is rejected, and 2 if the judge cannot be started, crashes, or does not end in time.")]
pub(crate) struct Args {
    /// The langlet, by name or path.
    #[arg(short, long)]
    langlet: String,
    /// The command that judges, such as 'python2.7 -m py_compile {}'.
    #[arg(long, value_name = "COMMAND")]
    judge: String,
    /// How long the judge may take for a program.
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    time_limit: NonZero<u32>,
    /// The rule that programs are of; by default the start of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// What the programs use.
    #[arg(long, value_enum, default_value_t = Cover::Occurrences)]
    cover: Cover,
    /// How many judges run at a time; by default as many as there are processors.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(Some(&args.langlet), &[], output)?;
    let langlet = &chosen.langlet;
    let start = start_of(langlet, args.start.as_deref())?;
    let time_limit = Duration::from_secs(args.time_limit.get().into());
    let judge = Judge::new(&args.judge, time_limit, registry::ending(langlet))?;
    let listing = parts_listing(langlet, start, args.cover.goal()).map_err(|error| problem(langlet, error))?;
    let programs = listing.programs;
    let first = first_verdicts(args, &judge, &programs, output)?;
    let rejected: Vec<(&Program, &String)> = programs
        .iter()
        .zip(&first)
        .filter_map(|(program, verdict)| match verdict {
            Verdict::Rejected(reason) => Some((program, reason)),
            _ => None,
        })
        .collect();
    if let (Some((program, reason)), true) = (rejected.first(), rejected.len() == programs.len()) {
        let message =
            format!("it rejects all {} programs; of `{}` it says: {reason}", programs.len(), shown(&program.tree));
        return Err(Problem::file("the judge", message)
            .help("try the command by hand with a program that is right")
            .into());
    }
    let mut n_undecided = programs.len() - rejected.len();
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let mut fine: BTreeSet<Production> = BTreeSet::new();
    for (program, verdict) in programs.iter().zip(&first) {
        if *verdict == Verdict::Accepted {
            n_undecided -= 1;
            fine.extend(productions(&occurrences, &program.tree).into_iter().map(|(production, _)| production));
        }
    }
    let n_accepted = programs.len() - rejected.len() - n_undecided;
    let mut flaws: BTreeMap<Production, BTreeMap<(String, String), usize>> = BTreeMap::new();
    in_order(
        args.jobs,
        &rejected,
        |(program, reason)| shorten(langlet, &judge, program, reason),
        |(_, reason), finding| {
            let tree = finding?;
            let production = cause(&occurrences, &tree, &fine);
            *flaws.entry(production).or_default().entry((tree.unparse(), reason.to_string())).or_default() += 1;
            Ok(())
        },
    )?;
    let n_flaws: usize = flaws.values().map(BTreeMap::len).sum();
    for (production, programs) in &flaws {
        output.line(production.display(&occurrences, langlet.grammar()))?;
        for ((program, reason), n) in programs {
            for line in program.trim_end().lines() {
                output.line(format_args!("    {line}"))?;
            }
            let count = if *n > 1 { format!(" ({n} times)") } else { String::new() };
            output.line(format_args!("      {reason}{count}"))?;
        }
    }
    let of_undecided = if n_undecided > 0 { format!(", {n_undecided} undecided") } else { String::new() };
    output.line(format_args!(
        "{}: {} programs, {n_accepted} accepted, {} rejected{of_undecided}: {n_flaws} flaw{} in {} production{}",
        langlet.name(),
        programs.len(),
        rejected.len(),
        if n_flaws == 1 { "" } else { "s" },
        flaws.len(),
        if flaws.len() == 1 { "" } else { "s" },
    ))?;
    Ok(match (n_undecided, rejected.len()) {
        (0, 0) => Outcome::Fine,
        (0, _) => Outcome::Findings,
        _ => Outcome::Failed,
    })
}

/// What the judge says of each program. What it says nothing of is reported.
fn first_verdicts(
    args: &Args,
    judge: &Judge,
    programs: &[Program],
    output: &mut Output,
) -> anyhow::Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    in_order(
        args.jobs,
        programs,
        |program| judge.ask(&program.tree.unparse()),
        |program, verdict| {
            let verdict = verdict?;
            let problem = match &verdict {
                Verdict::Accepted | Verdict::Rejected(_) => None,
                Verdict::Crashed(how) => Some(format!("it crashed ({how})")),
                Verdict::TimedOut => Some(format!("it took longer than {} s", args.time_limit)),
            };
            if let Some(message) = problem {
                output.problem(&Problem::file("the judge", format!("{message} for `{}`", shown(&program.tree))));
            }
            verdicts.push(verdict);
            Ok(())
        },
    )?;
    Ok(verdicts)
}

/// The shortest part of the program that is rejected for the same reason, numbers in it aside.
fn shorten(langlet: &Langlet, judge: &Judge, program: &Program, reason: &str) -> anyhow::Result<Tree> {
    let without_numbers = |reason: &str| reason.replace(|character: char| character.is_ascii_digit(), "");
    Ok(minimize(langlet, &program.tree, |tree| {
        let verdict = judge.ask(&tree.unparse())?;
        Ok::<bool, Problem>(match verdict {
            Verdict::Rejected(other) => without_numbers(&other) == without_numbers(reason),
            _ => false,
        })
    })?)
}

/// The production that a rejected program is about: the deepest that no accepted program has; if there is none, the deepest of
/// the longest.
fn cause(occurrences: &Occurrences, tree: &Tree, fine: &BTreeSet<Production>) -> Production {
    let all = productions(occurrences, tree);
    let is_new = |(production, _): &&(Production, usize)| !fine.contains(production);
    let deepest = |(_, depth): &&(Production, usize)| *depth;
    let by_length = |(production, depth): &&(Production, usize)| (production.trace.len(), *depth);
    let found = all.iter().filter(is_new).max_by_key(deepest).or_else(|| all.iter().max_by_key(by_length));
    found.map(|(production, _)| production.clone()).expect("a program has a production")
}

fn shown(tree: &Tree) -> String {
    tree.unparse().trim_end().replace('\n', "\\n")
}
