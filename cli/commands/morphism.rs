//! `langlet morphism`: is each program of one rule a program of another, and what becomes of its tree?

use std::fmt::Write;

use langlet_core::Langlet;
use langlet_core::algebra::morphism::{Answer, Bounds, Lattice, Morphism, Morphisms};
use langlet_core::algebra::{Kind, Step};
use langlet_core::cst::Tree;
use langlet_core::cst::show::write_json_string;
use langlet_core::grammar::Symbol;

use super::langlet_of;
use crate::output::{Output, Problem};
use crate::{Outcome, usage_error};

/// Arguments of `morphism`.
#[derive(clap::Args)]
#[command(after_help = "\
The answer is `found`, with the rules that become others and an example; `refuted`, with a shortest program of FROM that is none \
of TO; or `unknown` within the bounds. A map keeps all tokens; if there is none, one that adds constants is looked for: \
parentheses and what else the langlet declares neutral, line ends, the end of the file. Where TO is a token, the answer is how FROM \
is built from it, and whether that needs a choice.

Exit codes: 0 found; 1 refuted or unknown, or a choice; 2 something could not be done.")]
pub(crate) struct Args {
    /// The langlet of FROM, by name or path.
    #[arg(short, long)]
    langlet: String,
    /// The langlet of TO, if it is another.
    #[arg(long, value_name = "LANGLET")]
    to: Option<String>,
    /// All pairs of rules of the langlet, as an order: equal rules together, immediate steps only. With `--to`: each
    /// rule that the other langlet has too.
    #[arg(long, conflicts_with_all = ["from", "target"])]
    all: bool,
    /// How to print the order of `--all`.
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "all")]
    format: Format,
    /// Print JSON.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// The most tokens of a refuting program.
    #[arg(long, value_name = "N", default_value_t = Bounds::default().tokens)]
    tokens: usize,
    /// How many rules of TO may be open at once within one rule of FROM, levels of chains aside.
    #[arg(long, value_name = "N", default_value_t = Bounds::default().unfolding)]
    unfolding: u16,
    /// The rule whose trees are mapped.
    #[arg(required_unless_present = "all")]
    from: Option<String>,
    /// The rule that they become; by default the rule of the same name in the other langlet. For a token the answer is how FROM
    /// is built from one.
    #[arg(value_name = "TO")]
    target: Option<String>,
}

/// How an order is printed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// One line for each class of rules.
    Text,
    /// A graph for Graphviz.
    Dot,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let source = langlet_of(Some(&args.langlet), &[], output)?.langlet;
    let target = match &args.to {
        Some(name) => langlet_of(Some(name), &[], output)?.langlet,
        None => source.clone(),
    };
    let bounds = Bounds { tokens: args.tokens, unfolding: args.unfolding, ..Bounds::default() };
    let Some(from) = &args.from else {
        return if source == target {
            let lattice = Morphisms::new(&source, &target, bounds).lattice();
            let text = match args.format {
                _ if args.json => lattice_json(&source, &lattice),
                Format::Text => lattice.text(),
                Format::Dot => lattice.dot(),
            };
            output.write(text.as_bytes())?;
            Ok(Outcome::Fine)
        } else if matches!(args.format, Format::Dot) {
            Err(usage_error("morphism", "the rules of two langlets are no order: leave out `--format dot`"))
        } else {
            shared(args, &source, &target, bounds, output)
        };
    };
    let to = match (&args.target, &args.to) {
        (Some(name), _) => name,
        (None, Some(_)) => from,
        (None, None) => {
            return Err(usage_error("morphism", "name the rule that the trees become, or its langlet with `--to`"));
        }
    };
    let from = rule(&source, from)?;
    if source == target
        && let Ok(to) = source.symbol(to)
        && source.grammar().rhs(to).is_none()
    {
        return interpolation(args, &source, from, to, output);
    }
    let to = rule(&target, to)?;
    let answer = Morphisms::new(&source, &target, bounds).answer(from, to);
    let text = if args.json {
        answer_json(&source, &target, from, to, &answer) + "\n"
    } else {
        answer_text(&source, &target, from, to, &answer)
    };
    output.write(text.as_bytes())?;
    Ok(outcome_of(&answer))
}

fn outcome_of(answer: &Answer) -> Outcome {
    if matches!(answer, Answer::Found(_)) { Outcome::Fine } else { Outcome::Findings }
}

fn rule(langlet: &Langlet, name: &str) -> Result<Symbol, Problem> {
    let symbol = langlet.symbol(name).map_err(|error| Problem::file(format!("`{name}`"), error))?;
    match langlet.grammar().rhs(symbol) {
        Some(_) => Ok(symbol),
        None => Err(Problem::file(format!("`{name}`"), format!("a token of {}, not a rule", langlet.name()))),
    }
}

/// How a node of the rule is built from a token, with as few constants as can be.
fn interpolation(
    args: &Args,
    langlet: &Langlet,
    outer: Symbol,
    inner: Symbol,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let (interpolations, symbols) = (langlet.interpolations(), &langlet.grammar().symbols);
    let kind = Kind::ALL.into_iter().find(|&kind| interpolations.n_paths(kind, outer, inner) > 0);
    let paths = kind.map(|kind| interpolations.choices(kind, outer, inner)).unwrap_or_default();
    let (x, y) = (symbols.name(outer), symbols.display(inner));
    let n_constants = paths.first().map_or(0, |path| path.iter().map(|step| step.n_constants()).sum::<usize>());
    let adds = match (kind, n_constants) {
        (Some(Kind::Pure), _) => "nothing".to_owned(),
        (_, 1) => "1 constant".to_owned(),
        (_, n) => format!("{n} constants"),
    };
    let shown = |path: &Vec<Step>| path.iter().map(|step| step.display(symbols)).collect::<Vec<_>>();
    let text = if args.json {
        let path = |path| format!("[{}]", shown(path).iter().map(|step| json(step)).collect::<Vec<_>>().join(","));
        let all: Vec<String> = paths.iter().map(path).collect();
        format!(
            "{{\"langlet\":{},\"outer\":{},\"inner\":{},\"constants\":{n_constants},\"paths\":[{}]}}\n",
            json(langlet.name()),
            json(x),
            json(&y),
            all.join(",")
        )
    } else {
        let head = match paths.len() {
            0 => format!("{x} cannot be built from {y} by adding constants alone"),
            1 => format!("{x} is built from {y} in one way that adds {adds}"),
            _ => format!("{x} is built from {y} by choice: several ways add {adds}"),
        };
        let lines = paths.iter().map(|path| format!("  {}\n", shown(path).join("; ")));
        format!("{head}\n{}", lines.collect::<String>())
    };
    output.write(text.as_bytes())?;
    Ok(if paths.len() == 1 { Outcome::Fine } else { Outcome::Findings })
}

/// One line for each rule that both langlets have by this name.
fn shared(
    args: &Args,
    source: &Langlet,
    target: &Langlet,
    bounds: Bounds,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let mut morphisms = Morphisms::new(source, target, bounds);
    let (mut outcome, mut lines) = (Outcome::Fine, Vec::new());
    for &from in source.grammar().rules.keys() {
        let Ok(to) = rule(target, source.grammar().symbols.name(from)) else { continue };
        let answer = morphisms.answer(from, to);
        outcome = outcome.max(outcome_of(&answer));
        lines.push(if args.json {
            answer_json(source, target, from, to, &answer)
        } else {
            let text = answer_text(source, target, from, to, &answer);
            let mut lines = text.lines();
            let first = lines.next().unwrap_or_default();
            match answer {
                Answer::Refuted(refuted) => format!("{first} by {}", refuted.program.trim_end().replace('\n', "⏎")),
                _ => first.to_owned(),
            }
        });
    }
    let text = if args.json { format!("[{}]\n", lines.join(",\n")) } else { lines.join("\n") + "\n" };
    output.write(text.as_bytes())?;
    Ok(outcome)
}

fn answer_text(source: &Langlet, target: &Langlet, from: Symbol, to: Symbol, answer: &Answer) -> String {
    let (x, y) = (source.grammar().symbols.name(from), target.grammar().symbols.name(to));
    let mut out = format!("{x} ⇒ {y}: ");
    match answer {
        Answer::Found(morphism) => {
            out.push_str("found");
            let adds: Vec<String> = morphism.adds().iter().map(|&s| target.grammar().symbols.display(s)).collect();
            if !adds.is_empty() {
                write!(out, ", adds {}", adds.join(" ")).expect("a string takes all");
            }
            out.push('\n');
            path(morphism, &mut out);
            for exception in morphism.exceptions() {
                let kind = source.grammar().symbols.display(exception.token);
                writeln!(out, "  but for {kind} such as {}", exception.text).expect("a string takes all");
            }
            if let Some((before, after)) = example(morphism) {
                let n_added = after.leaves(after.root()).count() - before.leaves(before.root()).count();
                out.push_str("\nexample:\n");
                out.push_str(&indented(&before.unparse()));
                if !adds.is_empty() {
                    writeln!(out, "becomes, at the cost of {n_added} constant{}:", if n_added == 1 { "" } else { "s" })
                        .expect("a string takes all");
                    out.push_str(&indented(&after.unparse()));
                }
                out.push_str("before:\n");
                out.push_str(&indented(&before.collapsed_listing()));
                out.push_str("after:\n");
                out.push_str(&indented(&after.collapsed_listing()));
            }
        }
        Answer::Refuted(refuted) => {
            out.push_str("refuted\n");
            // A program without visible text, such as a line end, is shown with its escapes.
            let is_visible = refuted.program.lines().next().is_some_and(|line| !line.trim().is_empty());
            let program = if is_visible { refuted.program.clone() } else { format!("{:?}", refuted.program) };
            out.push_str(&indented(&program));
            writeln!(
                out,
                "is a program of {x} and none of {y}; {} {}, and none that is shorter",
                refuted.n_tokens,
                if refuted.n_tokens == 1 { "token" } else { "tokens" }
            )
            .expect("a string takes all");
            if let Some(morphism) = &refuted.otherwise {
                out.push_str("only because the target reads a token otherwise; for all trees without such tokens there is a map:\n");
                path(morphism, &mut out);
            }
        }
        Answer::Unknown(unknown) => {
            out.push_str("unknown\n");
            match unknown.n_tokens {
                Some(n) => writeln!(out, "  each program of {x} with fewer than {n} tokens is one of {y}"),
                None => writeln!(out, "  each program of {x} is one of {y}"),
            }
            .expect("a string takes all");
            let bounds = unknown.bounds;
            let reached = if unknown.is_bounded { " (reached)" } else { "" };
            writeln!(
                out,
                "  no map was found within the bounds: {} rules of the target open at once{reached}, {} rules of the source entered",
                bounds.unfolding, bounds.entering
            )
            .expect("a string takes all");
        }
    }
    out
}

/// The rules that become others, the pair that was asked for aside; between two langlets, those whose name changes.
fn path(morphism: &Morphism, out: &mut String) {
    let (source, target) = (morphism.source(), morphism.target());
    for &(from, to) in &morphism.pairs()[1..] {
        let (from, to) = (source.grammar().symbols.name(from), target.grammar().symbols.name(to));
        if from != to {
            writeln!(out, "  {from} ⇒ {to}").expect("a string takes all");
        }
    }
}

fn example(morphism: &Morphism) -> Option<(Tree, Tree)> {
    let before = morphism.example()?;
    let after = morphism.apply(&before, before.root()).ok()?;
    Some((before, after))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn json(text: &str) -> String {
    let mut out = String::new();
    write_json_string(&mut out, text);
    out
}

fn answer_json(source: &Langlet, target: &Langlet, from: Symbol, to: Symbol, answer: &Answer) -> String {
    let name = |langlet: &Langlet, symbol: Symbol| json(langlet.grammar().symbols.name(symbol));
    let pairs = |morphism: &Morphism| {
        let pair = |&(from, to): &(Symbol, Symbol)| format!("[{},{}]", name(source, from), name(target, to));
        morphism.pairs().iter().map(pair).collect::<Vec<_>>().join(",")
    };
    let mut out = format!(
        "{{\"source\":{},\"target\":{},\"from\":{},\"to\":{},",
        json(source.name()),
        json(target.name()),
        name(source, from),
        name(target, to)
    );
    let rest = match answer {
        Answer::Found(morphism) => {
            let adds: Vec<String> = morphism.adds().iter().map(|&symbol| name(target, symbol)).collect();
            let example = example(morphism).map_or("null".to_owned(), |(before, after)| {
                let tree = |tree: &Tree| tree.to_json(true).trim_end().to_owned();
                let (text, result) = (json(&before.unparse()), json(&after.unparse()));
                format!(
                    "{{\"text\":{text},\"result\":{result},\"before\":{},\"after\":{}}}",
                    tree(&before),
                    tree(&after)
                )
            });
            let (pairs, adds) = (pairs(morphism), adds.join(","));
            format!("\"answer\":\"found\",\"pairs\":[{pairs}],\"adds\":[{adds}],\"example\":{example}}}")
        }
        Answer::Refuted(refuted) => {
            let otherwise = refuted.otherwise.as_ref().map_or("null".to_owned(), |map| format!("[{}]", pairs(map)));
            let program = json(&refuted.program);
            format!(
                "\"answer\":\"refuted\",\"program\":{program},\"tokens\":{},\"otherwise\":{otherwise}}}",
                refuted.n_tokens
            )
        }
        Answer::Unknown(unknown) => {
            let n_tokens = unknown.n_tokens.map_or("null".to_owned(), |n| n.to_string());
            let bounds = unknown.bounds;
            format!(
                "\"answer\":\"unknown\",\"tokens\":{n_tokens},\"unfolding\":{},\"reached\":{}}}",
                bounds.unfolding, unknown.is_bounded
            )
        }
    };
    out.push_str(&rest);
    out
}

fn lattice_json(langlet: &Langlet, lattice: &Lattice) -> String {
    let name = |&symbol: &Symbol| json(langlet.grammar().symbols.name(symbol));
    let classes: Vec<String> = lattice
        .classes
        .iter()
        .map(|class| format!("[{}]", class.iter().map(name).collect::<Vec<_>>().join(",")))
        .collect();
    let steps: Vec<String> = lattice
        .steps
        .iter()
        .map(|above| format!("[{}]", above.iter().map(usize::to_string).collect::<Vec<_>>().join(",")))
        .collect();
    let unknown: Vec<String> = lattice.unknown.iter().map(|(x, y)| format!("[{},{}]", name(x), name(y))).collect();
    format!(
        "{{\"langlet\":{},\"classes\":[{}],\"steps\":[{}],\"found\":{},\"refuted\":{},\"unknown\":[{}]}}\n",
        json(langlet.name()),
        classes.join(","),
        steps.join(","),
        lattice.n_found,
        lattice.n_refuted,
        unknown.join(",")
    )
}
