//! `langlet coverage`: which productions of a langlet a translation covers.

use langlet_core::cst::show::write_json_string;
use langlet_core::rewrite::{Coverage, Item, Route, Status};
use langlet_core::{Langlet, Transform};

use super::{Way, langlet_of};
use crate::output::Output;
use crate::registry::{self, Rules};
use crate::{Outcome, usage_error};

/// Arguments of `coverage`.
#[derive(clap::Args)]
#[command(after_help = "\
A production is shared (the target reads it), rewritten (a rule translates it), refused (a rule refuses it) or uncovered; in
part if that holds of some of its trees. It is decided from the grammars and the rules; of what is partly uncovered a shortest
program is looked for that cannot be translated, and shown with the reason. If all that are tried can, it is unknown whether there
is a gap. Where the route has several steps, each is judged by itself. The exit code is 1 if something is uncovered or unknown.")]
pub(crate) struct Args {
    #[command(flatten)]
    way: Way,
    /// Print all productions, not only those that are uncovered.
    #[arg(long)]
    all: bool,
    /// Print a JSON object per production and line: source, target, production, status, rules
    /// and program; the reason of a gap; of what is unknown how many programs were tried.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    if let Some(path) = &args.way.rules {
        let Rules { transform, source, .. } = registry::load_rules(path)?;
        return step(args, &source.langlet, &transform, output);
    }
    let (Some(from), Some(to)) = (&args.way.from, &args.way.to) else {
        return Err(usage_error("coverage", "name the langlets, or a file with `--rules`"));
    };
    let from = langlet_of(Some(from), &[], output)?.langlet;
    let to = langlet_of(Some(to), &[], output)?.langlet;
    let route: Route = registry::route(&from, &to)?;
    let mut outcome = Outcome::Fine;
    let mut source = from;
    for transform in route.steps() {
        outcome = outcome.max(step(args, &source, transform, output)?);
        source = transform.target().clone();
    }
    Ok(outcome)
}

fn step(args: &Args, source: &Langlet, transform: &Transform, output: &mut Output) -> anyhow::Result<Outcome> {
    let coverage = Coverage::new(source, transform);
    for item in coverage.items.iter().filter(|item| args.all || item.status.has_gap()) {
        if args.json {
            output.line(json(source, transform.target(), item))?;
        } else {
            print(source, item, output)?;
        }
    }
    if !args.json {
        let counts = Status::ALL.map(|status| (status, coverage.of(status).count()));
        let counts = counts.iter().filter(|(_, n)| *n > 0).map(|(status, n)| format!("{n} {}", status.name()));
        output.line(format_args!(
            "{} -> {}: {} productions: {}",
            source.name(),
            transform.target().name(),
            coverage.items.len(),
            counts.collect::<Vec<_>>().join(", ")
        ))?;
    }
    let has_gap = coverage.items.iter().any(|item| item.status.has_gap());
    Ok(if has_gap { Outcome::Findings } else { Outcome::Fine })
}

fn print(source: &Langlet, item: &Item, output: &mut Output) -> anyhow::Result<()> {
    let rules = if item.rules.is_empty() { String::new() } else { format!(" ({})", item.rules.join(", ")) };
    output.line(format_args!("{:16} {}{rules}", item.status.name(), item.display(source)))?;
    for line in item.program.text(source).trim_end().lines() {
        output.line(format_args!("    {line}"))?;
    }
    if let Some(reason) = &item.reason {
        output.line(format_args!("  -> {reason}"))?;
    }
    if item.status == Status::Unknown {
        output.line(format_args!("  -> translated, like all of the {} programs that were tried", item.n_tried))?;
    }
    Ok(())
}

fn json(source: &Langlet, target: &Langlet, item: &Item) -> String {
    let mut out = String::from("{");
    let fields = [
        ("source", source.name().to_owned()),
        ("target", target.name().to_owned()),
        ("production", item.display(source)),
        ("status", item.status.name().to_owned()),
        ("program", item.program.text(source)),
    ];
    for (name, value) in fields {
        out.push_str(&format!("\"{name}\": "));
        write_json_string(&mut out, &value);
        out.push_str(", ");
    }
    if let Some(reason) = &item.reason {
        out.push_str("\"reason\": ");
        write_json_string(&mut out, reason);
        out.push_str(", ");
    }
    if item.status == Status::Unknown {
        out.push_str(&format!("\"tried\": {}, ", item.n_tried));
    }
    out.push_str("\"rules\": [");
    for (index, rule) in item.rules.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        write_json_string(&mut out, rule);
    }
    out.push_str("]}");
    out
}
