//! `langlet compare`: do two grammars have the same programs, and which shortest one tells them apart?

use langlet_core::Langlet;
use langlet_core::compare::{
    Change, Comparison, CrossParse, Inclusion, Level, Limits, Program, Proof, Verdict, compare, cross_parse,
};
use langlet_core::generate::mutants;
use langlet_core::grammar::Symbol;
use langlet_core::parser::ReadError;
use langlet_core::span::LineIndex;

use super::inherit::{program_json, quoted};
use super::langlet_of;
use crate::Outcome;
use crate::output::{Output, Problem};

/// Arguments of `compare`.
#[derive(clap::Args)]
#[command(after_help = "\
The verdict is `equal (proved)`; `different`, with a shortest program that only one of the two has, and the place where the other
refuses it; or `no difference up to N tokens`. Before it stand what was done to the rules, and what each makes of the listings of
the other, at rising coverage, and of how they are read.

Shortest means fewest tokens, those of the layout counted, in the langlet that has the program. Exit codes: 0 equal; 1 different,
or not proved equal; 2 something could not be done.")]
pub(crate) struct Args {
    /// The one langlet, by name or path.
    left: String,
    /// The other.
    #[arg(required_unless_present = "mutants")]
    right: Option<String>,
    /// Compare with N grammars that have one mistake each, and tell how many of them are told apart.
    #[arg(long, value_name = "N", conflicts_with_all = ["right", "brief"])]
    mutants: Option<usize>,
    /// What the choice of mistakes begins with; equal seeds give equal ones.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "mutants")]
    seed: u64,
    /// The rule whose programs are compared; by default the start rules.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// Only the verdict and the program: no listings are made.
    #[arg(long)]
    brief: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The most tokens of a program that is looked for.
    #[arg(long, value_name = "N", default_value_t = Limits::default().tokens)]
    tokens: usize,
    /// The most states of the search.
    #[arg(long, value_name = "N", default_value_t = Limits::default().states)]
    states: usize,
}

/// A listing of one side read by the other.
struct Stage {
    of_left: bool,
    level: Level,
    found: Result<CrossParse, String>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let left = langlet_of(Some(&args.left), &[], output)?.langlet;
    let limits = Limits { tokens: args.tokens, states: args.states };
    let Some(right) = &args.right else {
        return judge(&left, start(&left, args)?, args, limits, output);
    };
    let right = langlet_of(Some(right), &[], output)?.langlet;
    let starts = (start(&left, args)?, start(&right, args)?);
    let comparison = compare(&left, &right, starts, limits);
    let stages = if args.brief { Vec::new() } else { stages(&left, &right, starts) };
    let text = if args.json { json(&comparison, starts, &stages) } else { text(&comparison, starts, &stages) };
    output.write(text.as_bytes())?;
    Ok(if matches!(comparison.verdict, Verdict::Equal(_)) { Outcome::Fine } else { Outcome::Findings })
}

/// Compares a grammar with mutants of it: one line for each that is not told apart, and the numbers.
fn judge(
    langlet: &Langlet,
    start: Symbol,
    args: &Args,
    limits: Limits,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let all = mutants(langlet, start, args.mutants.unwrap_or_default(), args.seed);
    let (mut n_told, mut n_shortest, mut n_equal) = (0_u32, 0, 0);
    for (mutation, mutant) in &all {
        let comparison = compare(langlet, mutant, (start, start), limits);
        let verdict = match comparison.verdict {
            Verdict::Equal(proof) => {
                n_equal += 1;
                format!("equal (proved): {}", proof_text(proof))
            }
            Verdict::Different => {
                n_told += 1;
                n_shortest += usize::from(comparison.is_shortest());
                continue;
            }
            Verdict::NoDifference(usize::MAX) => "no difference in any token string".to_owned(),
            Verdict::NoDifference(n) => format!("no difference up to {n} tokens"),
        };
        if args.json {
            let (kind, rule) = (quoted(mutation.kind.name()), quoted(&mutation.display(langlet)));
            output.line(format_args!("{{\"mutation\":{kind},\"rule\":{rule},\"verdict\":{}}}", quoted(&verdict)))?;
        } else {
            output.line(format_args!("{}: {}\n  {verdict}", mutation.kind.name(), mutation.display(langlet)))?;
        }
    }
    let n_others = all.len() - n_equal;
    let rate = if n_others == 0 { 100.0 } else { 100.0 * f64::from(n_told) / n_others as f64 };
    output.line(if args.json {
        format!(
            "{{\"langlet\":{},\"mutants\":{},\"equal\":{n_equal},\"different\":{n_told},\"shortest\":{n_shortest},\"rate\":{rate:.2}}}",
            quoted(langlet.name()),
            all.len()
        )
    } else {
        format!(
            "{}: {} mutants, {n_equal} proved equal; {n_told} of the other {n_others} told apart ({rate:.2} %), {n_shortest} by a \
             program that is proved shortest",
            langlet.name(),
            all.len()
        )
    })?;
    Ok(if n_told == n_others as u32 { Outcome::Fine } else { Outcome::Findings })
}

fn start(langlet: &Langlet, args: &Args) -> Result<Symbol, Problem> {
    let Some(name) = &args.start else { return Ok(langlet.start()) };
    let symbol = langlet.symbol(name).map_err(|error| Problem::file(format!("`{name}`"), error))?;
    match langlet.grammar().rhs(symbol) {
        Some(_) => Ok(symbol),
        None => Err(Problem::file(format!("`{name}`"), format!("a token of {}, not a rule", langlet.name()))),
    }
}

fn stages(left: &Langlet, right: &Langlet, starts: (Symbol, Symbol)) -> Vec<Stage> {
    let mut stages = Vec::new();
    for level in Level::ALL {
        for of_left in [true, false] {
            let (source, target) = if of_left { (left, right) } else { (right, left) };
            let (from, to) = if of_left { starts } else { (starts.1, starts.0) };
            let found = cross_parse(source, target, from, to, level).map_err(|error| error.to_string());
            stages.push(Stage { of_left, level, found });
        }
    }
    stages
}

fn level_name(level: Level) -> String {
    match level {
        Level::Goal(goal) => goal.name().to_owned(),
        Level::Paths(k) => format!("chains of {k}"),
    }
}

fn text(comparison: &Comparison, starts: (Symbol, Symbol), stages: &[Stage]) -> String {
    let (left, right) = (&comparison.left, &comparison.right);
    let names = (left.name(), right.name());
    let mut out = String::new();
    for change in &comparison.changes {
        out.push_str(&format!("{}\n", change_text(left, right, change)));
    }
    if let Some(reason) = &comparison.lexers {
        out.push_str(&format!("the lexers differ: {reason}\n"));
    }
    if !comparison.changes.is_empty() || comparison.lexers.is_some() {
        out.push('\n');
    }
    for stage in stages {
        let (own, other) = if stage.of_left { names } else { (names.1, names.0) };
        let level = level_name(stage.level);
        match &stage.found {
            Err(error) => out.push_str(&format!("{own}, {level}: {error}\n")),
            Ok(found) => {
                let read = match &found.refusal {
                    None => format!("{other} reads it"),
                    Some(_) if found.n_parts == 0 => format!("{other} refuses it"),
                    Some(_) => format!("{other} refuses {} of {} parts", found.n_refused, found.n_parts),
                };
                let alike = match &found.selections {
                    None if found.refusal.is_none() => ", with the same selections",
                    None => "",
                    Some(_) => ", with other selections",
                };
                out.push_str(&format!("{own}, {level}, {} tokens: {read}{alike}\n", found.n_tokens));
            }
        }
    }
    let selections = stages.iter().find_map(|stage| stage.found.as_ref().ok()?.selections.as_ref());
    if let Some((_, difference)) = selections {
        out.push_str(&format!("selections first part at token {}: {difference}\n", difference.token + 1));
    }
    if !stages.is_empty() {
        out.push('\n');
    }
    out.push_str(&verdict_text(comparison));
    let Some((program, is_left)) = shown(comparison, stages) else { return out };
    let (own, other, to) = if is_left { (left, right, starts.1) } else { (right, left, starts.0) };
    out.push_str(&indented(&program.text));
    let how = if comparison.is_shortest() { "none with fewer tells them apart" } else { "the shortest that was found" };
    let s = if program.n_tokens == 1 { "" } else { "s" };
    out.push_str(&format!("is a program of {} alone: {} token{s}, {how}\n", own.name(), program.n_tokens));
    if let Err(error) = other.parse_as(to, program.text.as_str()) {
        out.push_str(&format!("{} {}\n", other.name(), place_text(&program.text, &error)));
    }
    let back = if is_left { &comparison.to_left } else { &comparison.to_right };
    let (one, all) = (other.name(), own.name());
    match back {
        Inclusion::Proved => out.push_str(&format!("each program of {one} is one of {all}\n")),
        Inclusion::UpTo(1) => out.push_str(&format!("each program of {one} with one token is one of {all}\n")),
        Inclusion::UpTo(n) => out.push_str(&format!("each program of {one} with up to {n} tokens is one of {all}\n")),
        Inclusion::Refuted(back) => {
            let text = indented(&back.text);
            out.push_str(&format!("{text}is a program of {one} alone: {} tokens\n", back.n_tokens));
        }
        Inclusion::AllTokens => {}
    }
    out
}

/// A program; one without visible text with its escapes.
fn indented(text: &str) -> String {
    if text.trim().is_empty() {
        return format!("  {text:?}\n");
    }
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The program that tells them apart: the shortest, or that of a listing if the search has none.
fn shown(comparison: &Comparison, stages: &[Stage]) -> Option<(Program, bool)> {
    if let Some((program, is_left)) = comparison.shortest() {
        return Some((program.clone(), is_left));
    }
    let refused = stages.iter().filter_map(|stage| {
        let found = stage.found.as_ref().ok()?;
        let text = found.refusal.as_ref()?.text.clone();
        let own = if stage.of_left { &comparison.left } else { &comparison.right };
        let n_tokens = own.tokens(&text).map_or(0, |tokens| tokens.len());
        Some((Program { text, n_tokens, is_shortest: false }, stage.of_left))
    });
    refused.min_by_key(|(program, _)| program.n_tokens)
}

fn place_text(text: &str, error: &ReadError) -> String {
    let span = match error {
        ReadError::Lex(error) => error.span(),
        ReadError::Parse(error) => error.span,
    };
    let place = LineIndex::new(text).line_column(span.start);
    format!("stops at {}:{}: {error}", place.line, place.column + 1)
}

fn proof_text(proof: Proof) -> &'static str {
    match proof {
        Proof::Isomorphic => "rule by rule the same productions",
        Proof::NormalForm => "the same normal form",
        Proof::Morphisms => "a map that keeps the tokens, both ways",
        Proof::Exhausted => "each derivation that only one of them has is of a program of both",
    }
}

fn verdict_text(comparison: &Comparison) -> String {
    let names = format!("{} and {}", comparison.left.name(), comparison.right.name());
    match comparison.verdict {
        Verdict::Equal(proof) => format!("{names}: equal (proved): {}\n", proof_text(proof)),
        Verdict::Different => format!("{names}: different\n"),
        Verdict::NoDifference(usize::MAX) => {
            format!("{names}: no difference in any token string; but the lexers differ\n")
        }
        Verdict::NoDifference(n) => format!("{names}: no difference up to {n} tokens\n"),
    }
}

fn change_text(left: &Langlet, right: &Langlet, change: &Change) -> String {
    let one = |&symbol: &Symbol| left.grammar().symbols.name(symbol).to_owned();
    let other = |&symbol: &Symbol| right.grammar().symbols.name(symbol).to_owned();
    let rhs = |langlet: &Langlet, symbol: &Symbol| {
        let grammar = langlet.grammar();
        grammar.rhs(*symbol).map(|rhs| rhs.display(&grammar.symbols)).unwrap_or_default()
    };
    match change {
        Change::Renamed { left, right } => format!("renamed {} -> {}", one(left), other(right)),
        Change::Extracted { rule, users } => {
            format!("extracted {} out of {}", other(rule), users.iter().map(other).collect::<Vec<_>>().join(", "))
        }
        Change::Inlined { rule, users } => {
            format!("inlined {} into {}", one(rule), users.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Change::Merged { left, right } => format!("merged {} into {}", one(left), other(right)),
        Change::Split { left, right } => format!("split {} off {}", other(right), one(left)),
        Change::Refactored { left, .. } => format!("refactored {}", one(left)),
        Change::Changed { left: l, right: r } => {
            format!("changed {}\n  - {}\n  + {}", one(l), rhs(left, l), rhs(right, r))
        }
        Change::Removed(rule) => format!("removed {}", one(rule)),
        Change::Added(rule) => format!("added {}", other(rule)),
    }
}

fn json(comparison: &Comparison, starts: (Symbol, Symbol), stages: &[Stage]) -> String {
    let (left, right) = (&comparison.left, &comparison.right);
    let changes: Vec<String> =
        comparison.changes.iter().map(|change| quoted(&change_text(left, right, change))).collect();
    let stages_json: Vec<String> = stages
        .iter()
        .map(|stage| {
            let name = if stage.of_left { left.name() } else { right.name() };
            let head = format!("\"of\":{},\"level\":{}", quoted(name), quoted(&level_name(stage.level)));
            match &stage.found {
                Err(error) => format!("{{{head},\"error\":{}}}", quoted(error)),
                Ok(found) => format!(
                    "{{{head},\"tokens\":{},\"parts\":{},\"refused\":{},\"read\":{},\"selections\":{}}}",
                    found.n_tokens,
                    found.n_parts,
                    found.n_refused,
                    found.refusal.is_none(),
                    found.selections.is_none()
                ),
            }
        })
        .collect();
    let verdict = match comparison.verdict {
        Verdict::Equal(proof) => format!("\"equal\",\"proof\":{}", quoted(proof_text(proof))),
        Verdict::Different => "\"different\"".to_owned(),
        Verdict::NoDifference(usize::MAX) => "\"no difference\",\"tokens\":null".to_owned(),
        Verdict::NoDifference(n) => format!("\"no difference\",\"tokens\":{n}"),
    };
    let program = shown(comparison, stages).map_or("null".to_owned(), |(program, is_left)| {
        let (own, other, to) = if is_left { (left, right, starts.1) } else { (right, left, starts.0) };
        let error = other.parse_as(to, program.text.as_str()).err();
        let place = error.map_or("null".to_owned(), |error| quoted(&place_text(&program.text, &error)));
        let program = Program { is_shortest: comparison.is_shortest(), ..program };
        format!("{{\"of\":{},\"program\":{},\"place\":{place}}}", quoted(own.name()), program_json(&program))
    });
    let lexers = comparison.lexers.as_ref().map_or("null".to_owned(), |reason| quoted(reason));
    format!(
        "{{\"left\":{},\"right\":{},\"verdict\":{verdict},\"only\":{program},\"changes\":[{}],\"lexers\":{lexers},\"listings\":[{}]}}\n",
        quoted(left.name()),
        quoted(right.name()),
        changes.join(","),
        stages_json.join(",")
    )
}
