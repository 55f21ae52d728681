//! `langlet traces`: the paths through the automaton of a rule, by order, or as few as cover it.

use std::collections::BTreeMap;
use std::io;

use langlet_core::Langlet;
use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::generate::traces::has_cycle;
use langlet_core::generate::{Criterion, cover, traces};
use langlet_core::grammar::Symbol;

use super::langlet_of;
use crate::output::{Output, Problem};
use crate::{Outcome, usage_error};

/// Arguments of `traces`.
#[derive(clap::Args)]
#[command(after_help = "\
A trace is a path through a rule, as the symbols that it reads; each stands with the number of its occurrence in the rule. Its
order is how often it comes by the occurrence that it visits most often. Traces are printed as they are found: what is \
printed to `head` costs no more than that.")]
pub(crate) struct Args {
    /// The langlet, by name or path.
    #[arg(short, long)]
    langlet: String,
    /// The order: exactly so many visits to one occurrence. 1 by default.
    #[arg(short = 'k', long = "order", value_name = "K")]
    order: Option<usize>,
    /// Print the number of traces only.
    #[arg(long)]
    count: bool,
    /// The traces of every order, the lowest first; with `-k`, up to K.
    #[arg(long)]
    all: bool,
    /// As few traces as possible that use every symbol occurrence, or every transition.
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["order", "all"])]
    cover: Option<Cover>,
    /// The rule; by default each.
    rule: Option<String>,
}

/// What a cover uses.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Cover {
    /// Every symbol occurrence of the rule.
    Occurrences,
    /// Every transition: which occurrence comes first, which directly behind which, and which last.
    Transitions,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let langlet = langlet_of(Some(&args.langlet), &[], output)?.langlet;
    let rules: Vec<Symbol> = match &args.rule {
        Some(name) => vec![rule(&langlet, name)?],
        None => langlet.grammar().rules.keys().copied().collect(),
    };
    let automata: Vec<(&str, RuleAutomaton)> = rules
        .iter()
        .map(|&rule| {
            let rhs = langlet.grammar().rhs(rule).expect("it is a rule");
            (langlet.grammar().symbols.name(rule), RuleAutomaton::new(rhs))
        })
        .collect();
    // Without end the traces of one rule can be read, not counted, and none of the rules behind it would be reached.
    let must_end = args.all && args.order.is_none() && (args.count || args.rule.is_none());
    if let Some((name, _)) = automata.iter().find(|(_, automaton)| must_end && has_cycle(automaton)) {
        let message = format!("{name} has a cycle, so there is no highest order: give one with `-k`");
        return Err(usage_error("traces", message));
    }
    let mut sums = BTreeMap::new();
    for (name, automaton) in &automata {
        let families = families(args, automaton);
        if args.count {
            let counts: Vec<(Family, usize)> =
                families.map(|family| (family, members(automaton, family).count())).collect();
            output.line(format_args!("{name} {}", shown_counts(&counts)))?;
            counts.iter().for_each(|(family, count)| *sums.entry(*family).or_insert(0) += count);
        } else {
            if args.rule.is_none() {
                output.line(format_args!("{name}:"))?;
            }
            let indent = if args.rule.is_none() { "  " } else { "" };
            for family in families {
                for trace in members(automaton, family) {
                    print(&langlet, automaton, &trace, indent, output)?;
                }
            }
        }
        if args.rule.is_some() && args.order.is_some_and(|order| order >= 2) && !has_cycle(automaton) {
            output.note(&format!("{name} has no cycle, so it has no traces of order 2 and more"));
        }
    }
    if args.count && args.rule.is_none() {
        output.line(format_args!("sum {}", shown_counts(&sums.into_iter().collect::<Vec<_>>())))?;
    }
    Ok(Outcome::Fine)
}

/// A set of traces of one rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Order(usize),
    Cover(Criterion),
}

/// What is asked for of a rule. A rule without a cycle has no orders from 2 on.
fn families(args: &Args, automaton: &RuleAutomaton) -> Box<dyn Iterator<Item = Family>> {
    match (args.cover, args.all) {
        (Some(Cover::Occurrences), _) => Box::new([Family::Cover(Criterion::Occurrences)].into_iter()),
        (Some(Cover::Transitions), _) => Box::new([Family::Cover(Criterion::Transitions)].into_iter()),
        (None, false) => Box::new([Family::Order(args.order.unwrap_or(1))].into_iter()),
        (None, true) => {
            let first = usize::from(!automaton.follow(Position::START).contains(&Position::EXIT));
            let highest = if has_cycle(automaton) { usize::MAX } else { 1 };
            Box::new((first..=args.order.unwrap_or(highest).min(highest)).map(Family::Order))
        }
    }
}

fn members(automaton: &RuleAutomaton, family: Family) -> Box<dyn Iterator<Item = Vec<Position>> + '_> {
    match family {
        Family::Order(order) => Box::new(traces(automaton, order)),
        Family::Cover(criterion) => Box::new(cover(automaton, criterion, |_| 1).into_iter()),
    }
}

fn shown_counts(counts: &[(Family, usize)]) -> String {
    let shown = counts.iter().map(|(family, count)| match family {
        Family::Order(order) => format!("Tr({order}) {count}"),
        Family::Cover(_) => count.to_string(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn print(
    langlet: &Langlet,
    automaton: &RuleAutomaton,
    trace: &[Position],
    indent: &str,
    output: &mut Output,
) -> io::Result<()> {
    let symbols = &langlet.grammar().symbols;
    let shown = trace.iter().map(|&position| {
        let symbol = automaton.symbol(position).expect("a trace has neither START nor EXIT");
        format!("{}{}", symbols.display(symbol), subscript(position))
    });
    let line = shown.collect::<Vec<_>>().join(" ");
    output.line(format_args!("{indent}{}", if line.is_empty() { "()" } else { &line }))
}

/// The number of the occurrence in its rule, counted from 1.
fn subscript(position: Position) -> String {
    let number = langlet_core::trace::selection::number_of(position).to_string();
    number.bytes().map(|digit| char::from_u32('₀' as u32 + u32::from(digit - b'0')).expect("a digit")).collect()
}

fn rule(langlet: &Langlet, name: &str) -> Result<Symbol, Problem> {
    let symbol = langlet.symbol(name).map_err(|error| Problem::file(format!("`{name}`"), error))?;
    match langlet.grammar().rhs(symbol) {
        Some(_) => Ok(symbol),
        None => Err(Problem::file(format!("`{name}`"), format!("a token of {}, not a rule", langlet.name()))),
    }
}
