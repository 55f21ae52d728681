//! `langlet roundtrip`: does a translation hold what it must, tried with programs that use all of its source?

use std::num::NonZero;

use langlet_core::rewrite::roundtrip::{self, Broken, Trip};
use langlet_core::rewrite::{Hop, Route};

use super::{Cover, Way, langlet_of};
use crate::jobs::in_order;
use crate::output::{Output, Problem};
use crate::registry::{self, Rules};
use crate::{Outcome, usage_error};

/// Arguments of `roundtrip`.
#[derive(clap::Args)]
#[command(after_help = "\
Short programs that together use all of the source's grammar are translated one by one. Of each result must hold: it is read as the \
target; what no rule touches is in it, byte for byte and in order; and if the way leads back, it comes back as the same tree. A way \
leads back if there are no rules on it in either direction, or if a transformation says so (`reversible A -> B`).

Programs that have no translation are listed, with the reason. The exit code is 1 if something does not hold.")]
pub(crate) struct Args {
    #[command(flatten)]
    way: Way,
    /// What the programs use of the source.
    #[arg(long, value_enum, default_value_t = Cover::Occurrences)]
    cover: Cover,
    /// Also print what is translated, and to what.
    #[arg(long)]
    all: bool,
    /// How many threads work; by default as many as there are processors.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let rules: Option<Rules> = args.way.rules.as_deref().map(registry::load_rules).transpose()?;
    let (source, target, there) = match &rules {
        Some(rules) => {
            let there = Route::of(vec![Hop::Rules(0)], |_| &rules.transform);
            (rules.source.langlet.clone(), rules.target.langlet.clone(), there)
        }
        None => {
            let (Some(from), Some(to)) = (&args.way.from, &args.way.to) else {
                return Err(usage_error("roundtrip", "name the langlets, or a file with `--rules`"));
            };
            let source = langlet_of(Some(from), &[], output)?.langlet;
            let target = langlet_of(Some(to), &[], output)?.langlet;
            let there = registry::route(&source, &target)?;
            (source, target, there)
        }
    };
    // There may be no way back; that is no problem.
    let back = registry::route(&target, &source).ok().filter(|back| roundtrip::leads_back(&there, back));
    let problem = |error| Problem::file(source.name(), error);
    let programs = roundtrip::programs(&source, args.cover.goal()).map_err(problem)?;
    let (mut n_good, mut n_refused, mut n_broken) = (0, 0, 0);
    in_order(
        args.jobs,
        &programs,
        |text| roundtrip::trip(&there, back.as_ref(), &source, text),
        |text, trip| {
            match trip {
                Trip::Good(result) => {
                    n_good += 1;
                    if args.all {
                        print("translated", text, Some(&result), output)?;
                    }
                }
                Trip::Refused(error) => {
                    n_refused += 1;
                    print(&format!("no translation: {error}"), text, None, output)?;
                }
                Trip::Broken(broken) => {
                    n_broken += 1;
                    print(&format!("broken: {broken}"), text, Some(broken.text()), output)?;
                    if let Broken::OtherBack { back, .. } = &broken {
                        indented("back ", back, output)?;
                    }
                }
            }
            Ok(())
        },
    )?;
    let way = match &back {
        Some(back) => format!("{there}, and back {back}"),
        None => there.to_string(),
    };
    let n = programs.len();
    output.line(format_args!(
        "{way}: {n} programs, {n_good} translated{}, {n_refused} without translation, {n_broken} broken",
        if back.is_some() { " and back" } else { "" }
    ))?;
    Ok(if n_broken > 0 { Outcome::Findings } else { Outcome::Fine })
}

fn print(head: &str, text: &str, result: Option<&str>, output: &mut Output) -> anyhow::Result<()> {
    output.line(head)?;
    indented("     ", text, output)?;
    match result {
        Some(result) => indented("  -> ", result, output),
        None => Ok(()),
    }
}

/// The lines of a text, the first behind a mark.
fn indented(mark: &str, text: &str, output: &mut Output) -> anyhow::Result<()> {
    for (number, line) in text.trim_end().lines().enumerate() {
        let blank = " ".repeat(mark.len());
        output.line(format_args!("{}{line}", if number == 0 { mark } else { &blank }))?;
    }
    Ok(())
}
