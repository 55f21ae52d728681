//! `langlet generate`: programs of a langlet, so that all of its grammar is used, or by chance, or all of them.

use std::fs;
use std::path::PathBuf;

use langlet_core::Langlet;
use langlet_core::generate::{
    Chance, Counts, Goal, Listing, ListingError, Negative, Occurrences, RandomError, RandomPrograms, Speller, Wishes,
    kpath, listing, listing_of_paths, negatives, small_listing,
};
use langlet_core::grammar::Symbol;

use super::{Cover, langlet_of, start_of};
use crate::output::{Output, Problem};
use crate::{Outcome, usage_error};

/// Arguments of `generate`.
#[derive(clap::Args)]
#[command(after_help = "\
Without --random, --uniform, --exhaustive, --negatives and --count, a listing is written: a short part for each production, and on the \
standard error what it uses of the grammar, as the parser reads it.

Exit codes: 0 all is fine; 1 the listing does not use all that was asked for; 2 something could not be done.")]
pub(crate) struct Args {
    /// The langlet, by name or path.
    #[arg(short, long)]
    langlet: String,
    /// The rule that programs are of; by default the start of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// What a listing uses.
    #[arg(long, value_enum, default_value_t = Cover::Occurrences)]
    cover: Cover,
    /// Use each chain of K symbols below each other instead.
    #[arg(long, value_name = "K", conflicts_with = "cover")]
    paths: Option<usize>,
    /// Write a listing for people, a short part for each production; the default.
    #[arg(long, conflicts_with_all = ["mode", "minimal"])]
    readable: bool,
    /// Write a listing in as few tokens as possible: the fewest there can be if the command is built with the feature `exact`, else
    /// few.
    #[arg(long, conflicts_with_all = ["mode", "comments", "paths"])]
    minimal: bool,
    /// Before each part of a listing, name its production in a comment.
    #[arg(long, conflicts_with = "mode")]
    comments: bool,
    #[command(flatten)]
    mode: Mode,
    /// The most tokens of a random program (by default 200), the tokens of a uniform one, the most of all programs (by default 3).
    #[arg(long, value_name = "N", requires = "mode")]
    tokens: Option<usize>,
    /// What chance begins with; equal seeds give equal programs.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with_all = ["exhaustive", "negatives", "count"])]
    seed: u64,
    /// How much more often than others a rule or token is used by --random: `lambdef=0`, `if_stmt=5`.
    #[arg(long = "weight", value_name = "NAME=WEIGHT", requires = "random")]
    weights: Vec<String>,
    /// Write each program into a file of this folder, which is made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// How programs are chosen; a listing by default.
#[derive(clap::Args)]
#[group(id = "mode", multiple = false)]
struct Mode {
    /// N random programs.
    #[arg(long, value_name = "N")]
    random: Option<usize>,
    /// N programs, each of those with exactly --tokens tokens as likely as the others.
    #[arg(long, value_name = "N", requires = "tokens")]
    uniform: Option<usize>,
    /// All programs with up to --tokens tokens, the short ones first.
    #[arg(long)]
    exhaustive: bool,
    /// No programs: texts close to those of the listing that are none, each with what is wrong and why.
    #[arg(long)]
    negatives: bool,
    /// No programs: how many there are with each number of tokens, or how many chains with --paths.
    #[arg(long)]
    count: bool,
}

/// The default budget of a random program.
const BUDGET: usize = 200;

/// The default length of all programs.
const LENGTH: usize = 3;

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(Some(&args.langlet), &[], output)?;
    let langlet = &chosen.langlet;
    let start = start_of(langlet, args.start.as_deref())?;
    let mut writer = Writer::new(args, langlet, output)?;
    let Mode { random, uniform, exhaustive, negatives, count } = args.mode;
    if count {
        return print_counts(args, langlet, start, writer.output);
    }
    if negatives {
        return write_negatives(langlet, start, writer);
    }
    if let Some(n) = random {
        let programs = random_programs(args, langlet, start)?;
        let mut chance = Chance::new(args.seed);
        for _ in 0..n {
            writer.write(&programs.program(&mut chance))?;
        }
    } else if let Some(n) = uniform {
        let length = args.tokens.unwrap_or_default();
        let counts = Counts::new(langlet, start, length).expect("the start is a rule");
        let (mut chance, mut speller) = (Chance::new(args.seed), Speller::new(langlet));
        for _ in 0..n {
            let Some(tokens) = counts.random(length, &mut chance) else {
                let problem = format!("no program has {length} tokens");
                return Err(Problem::file(langlet.name(), problem).help("`--count` tells how many there are").into());
            };
            writer.spell(&mut speller, start, &tokens)?;
        }
    } else if exhaustive {
        let longest = args.tokens.unwrap_or(LENGTH);
        let counts = Counts::new(langlet, start, longest).expect("the start is a rule");
        let mut speller = Speller::new(langlet);
        for length in 0..=longest {
            for tokens in counts.programs(length) {
                writer.spell(&mut speller, start, &tokens)?;
            }
        }
    } else {
        return write_listing(args, langlet, start, writer);
    }
    writer.finish()
}

fn random_programs(args: &Args, langlet: &Langlet, start: Symbol) -> anyhow::Result<RandomPrograms> {
    let mut weights = Vec::new();
    for text in &args.weights {
        let parsed = text.rsplit_once('=').and_then(|(name, weight)| Some((name, weight.parse::<f64>().ok()?)));
        let Some((name, weight)) = parsed else {
            return Err(usage_error("generate", format_args!("`{text}` is no weight: write NAME=NUMBER")));
        };
        let symbol = langlet.symbol(name).map_err(|error| Problem::file(format!("`{name}`"), error))?;
        weights.push((symbol, weight));
    }
    let wishes = Wishes { budget: args.tokens.unwrap_or(BUDGET), weights };
    Ok(RandomPrograms::new(langlet, start, &wishes, args.seed).map_err(|error| match error {
        RandomError::Grammar(error) => problem(langlet, error),
        error => Problem::file(langlet.name(), error),
    })?)
}

fn print_counts(args: &Args, langlet: &Langlet, start: Symbol, output: &mut Output) -> anyhow::Result<Outcome> {
    if let Some(k) = args.paths {
        let occurrences = Occurrences::new(langlet.grammar(), start);
        let shown = |n: Option<u128>| n.map_or("more than 2^128".to_owned(), |n| n.to_string());
        for k in 1..=k {
            let (symbols, own) = (kpath::n_paths(&occurrences, k), kpath::n_occurrence_paths(&occurrences, k));
            output.line(format_args!("{k}: {} by symbol, {} by occurrence", shown(symbols), shown(own)))?;
        }
        return Ok(Outcome::Fine);
    }
    let longest = args.tokens.unwrap_or(LENGTH);
    let counts = Counts::new(langlet, start, longest).expect("the start is a rule");
    for length in 0..=longest {
        output.line(format_args!("{length}: {}", counts.count(length)))?;
    }
    Ok(Outcome::Fine)
}

/// Each negative behind a line that says what is wrong with it; for files the lines go to the standard output.
fn write_negatives(langlet: &Langlet, start: Symbol, mut writer: Writer<'_>) -> anyhow::Result<Outcome> {
    for Negative { text, flaw, proof } in negatives(langlet, start).map_err(|error| problem(langlet, error))? {
        if writer.folder.is_some() {
            let name = format!("{:05}{}", writer.n_written + 1, writer.ending);
            writer.output.line(format_args!("{name}: {flaw}: {proof}"))?;
            writer.write(&text)?;
        } else {
            writer.output.line(format_args!("--- {flaw}: {proof}"))?;
            writer.output.line(text.trim_end_matches('\n'))?;
        }
    }
    writer.finish()
}

fn write_listing(args: &Args, langlet: &Langlet, start: Symbol, mut writer: Writer<'_>) -> anyhow::Result<Outcome> {
    let goal = args.cover.goal();
    let made = match args.paths {
        Some(k) => listing_of_paths(langlet, start, k, args.comments),
        None if args.minimal => minimal(langlet, start, goal),
        None => listing(langlet, start, goal, args.comments),
    };
    let made = made.map_err(|error| problem(langlet, error))?;
    for program in &made.programs {
        writer.write(&program.tree.unparse())?;
    }
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let is_whole = match args.paths {
        Some(k) => report_paths(langlet, &made, &occurrences, k, writer.output),
        None => report(langlet, &made, &occurrences, goal, writer.output),
    };
    let outcome = writer.finish()?;
    Ok(if is_whole { outcome } else { outcome.max(Outcome::Findings) })
}

/// Says what a listing uses; whether it is all.
fn report(langlet: &Langlet, made: &Listing, occurrences: &Occurrences, goal: Goal, output: &Output) -> bool {
    let usage = made.usage(occurrences);
    let (n_used, n) = usage.reached(goal);
    let missing = usage.missing(goal);
    for item in &missing {
        output.note(&format!("not used: {}", item.display(occurrences, &langlet.grammar().symbols)));
    }
    let distance = distance(langlet, made, occurrences.start(), goal);
    output.note(&format!("{}: {n_used} of {n} {}, {}{distance}", langlet.name(), goal.name(), size(made)));
    missing.is_empty()
}

/// A listing in few tokens.
#[cfg(not(feature = "exact"))]
fn minimal(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Listing, ListingError> {
    small_listing(langlet, start, goal)
}

/// A listing in the fewest tokens; in few, if the solver gives up.
#[cfg(feature = "exact")]
fn minimal(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Listing, ListingError> {
    match langlet_core::generate::smallest_listing(langlet, start, goal)? {
        Some(listing) => Ok(listing),
        None => small_listing(langlet, start, goal),
    }
}

/// How much longer a listing is than the smallest, at most.
#[cfg(not(feature = "exact"))]
fn distance(langlet: &Langlet, made: &Listing, start: Symbol, goal: Goal) -> String {
    match langlet_core::generate::fewest_tokens(langlet, start, goal) {
        Ok(least) => {
            let times = made.n_tokens() as f64 / least.max(1) as f64;
            format!("; none has fewer than {least} (at most {times:.2} times the smallest)")
        }
        Err(_) => String::new(),
    }
}

/// How much longer a listing is than the smallest.
#[cfg(feature = "exact")]
fn distance(langlet: &Langlet, made: &Listing, start: Symbol, goal: Goal) -> String {
    match langlet_core::generate::smallest_listing(langlet, start, goal) {
        Ok(Some(smallest)) => {
            let (n, least) = (made.n_tokens(), smallest.n_tokens());
            format!("; the smallest has {least} ({:.2} times)", n as f64 / least.max(1) as f64)
        }
        _ => String::new(),
    }
}

/// A listing that cannot be made, with the mend.
pub(super) fn problem(langlet: &Langlet, error: ListingError) -> Problem {
    let help = match &error {
        ListingError::NoText(_) => "let its regex match more, or take a keyword away",
        ListingError::NoComments(_) => "leave out `--comments`",
        ListingError::NoRule(_) => "name a rule with `--start`",
        ListingError::NotRead(_) => "`langlet show --check` tells where the grammar is ambiguous",
    };
    Problem::file(langlet.name(), error).help(help)
}

fn report_paths(langlet: &Langlet, made: &Listing, occurrences: &Occurrences, k: usize, output: &Output) -> bool {
    let trees = made.programs.iter().map(|program| &program.tree);
    let mut used = std::collections::BTreeSet::new();
    trees.for_each(|tree| used.append(&mut kpath::used(tree, tree.root(), k)));
    let (mut n_used, mut n) = (0, 0);
    for path in kpath::paths(occurrences, k) {
        n += 1;
        if used.contains(&path) {
            n_used += 1;
        } else {
            let names: Vec<String> = path.iter().map(|&s| langlet.grammar().symbols.display(s)).collect();
            output.note(&format!("not used: {}", names.join(" ")));
        }
    }
    output.note(&format!("{}: {n_used} of {n} chains of {k}, {}", langlet.name(), size(made)));
    n_used == n
}

fn size(made: &Listing) -> String {
    let n_programs = made.programs.len();
    format!("{} tokens in {n_programs} program{}", made.n_tokens(), if n_programs == 1 { "" } else { "s" })
}

/// Writes programs to the standard output, an empty line between two, or to files.
struct Writer<'a> {
    output: &'a mut Output,
    folder: Option<PathBuf>,
    ending: &'static str,
    n_written: usize,
    n_unwritten: usize,
}

impl<'a> Writer<'a> {
    fn new(args: &Args, langlet: &Langlet, output: &'a mut Output) -> anyhow::Result<Writer<'a>> {
        if let Some(folder) = args.output.as_ref().filter(|_| !args.mode.count) {
            let problem = |error| Problem::file(folder.display(), crate::files::reason(&error));
            fs::create_dir_all(folder).map_err(problem)?;
        }
        let ending = crate::registry::ending(langlet);
        Ok(Writer { output, folder: args.output.clone(), ending, n_written: 0, n_unwritten: 0 })
    }

    fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.n_written += 1;
        let text = if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
        if let Some(folder) = &self.folder {
            let path = folder.join(format!("{:05}{}", self.n_written, self.ending));
            let problem = |error| Problem::file(path.display(), crate::files::reason(&error));
            return Ok(fs::write(&path, text).map_err(problem)?);
        }
        if self.n_written > 1 {
            self.output.write(b"\n")?;
        }
        Ok(self.output.write(text.as_bytes())?)
    }

    fn spell(&mut self, speller: &mut Speller, start: Symbol, tokens: &[Symbol]) -> anyhow::Result<()> {
        match speller.tree(start, tokens) {
            Some(tree) => self.write(&tree.unparse()),
            None => {
                self.n_unwritten += 1;
                Ok(())
            }
        }
    }

    fn finish(self) -> anyhow::Result<Outcome> {
        if self.n_unwritten == 0 {
            return Ok(Outcome::Fine);
        }
        self.output.note(&format!("{} token strings have no text that is read as them", self.n_unwritten));
        Ok(Outcome::Findings)
    }
}
