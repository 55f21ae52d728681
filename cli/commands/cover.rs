//! `langlet cover`: what of a grammar a corpus uses, and for the rest a shortest program each.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use langlet_core::Langlet;
use langlet_core::cst::Tree;
use langlet_core::cst::show::write_json_string;
use langlet_core::generate::usage::{Item, items};
use langlet_core::generate::{Goal, Occurrences, Usage, witnesses};

use super::{Cover, cover_page, langlet_of, start_of};
use crate::Outcome;
use crate::files::{self, Input, WalkOptions};
use crate::jobs::in_order;
use crate::output::{Output, Problem};
use crate::registry::{Chosen, read_as};

/// Arguments of `cover`.
#[derive(clap::Args)]
#[command(after_help = "\
Counts how often the files use each symbol occurrence of the grammar, each transition between two of them, and each pair of an \
occurrence of a rule and an occurrence inside that rule. For what is never used a shortest program that uses it is printed.

A file that cannot be read is reported and left out. The exit code is 1 if a file is not in the language, and 2 if one cannot be \
read at all; what is missing does not change it.")]
pub(crate) struct Args {
    /// The langlet, by name or path; may be left out if the endings of the files tell it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// The rule that the files are read as; by default the start of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// What is counted, separated by commas; by default all.
    #[arg(long, value_enum, value_delimiter = ',')]
    cover: Vec<Cover>,
    /// Also print what is used, each with its number of uses.
    #[arg(long)]
    all: bool,
    /// Print a JSON object per item and line: criterion, rule, item, count and program.
    #[arg(long, conflicts_with = "all")]
    json: bool,
    /// Write the grammar, colored by what is used, to this file, for a browser.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How many threads work; by default as many as there are processors.
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    walk: WalkOptions,
    /// Files, and directories in which the files of the langlet are taken; `-` is the standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// What a corpus uses of a grammar.
pub(crate) struct Report<'a> {
    /// The langlet.
    pub(crate) langlet: &'a Langlet,
    /// Its occurrences.
    pub(crate) occurrences: &'a Occurrences,
    /// How often the files use what.
    pub(crate) usage: Usage<'a>,
    /// What is counted.
    pub(crate) goals: Vec<Goal>,
    /// What is not used, and a shortest program that uses it, if one is read so.
    pub(crate) missing: Vec<(Item, Option<String>)>,
    /// How many files were counted, with how many bytes.
    pub(crate) n_files: usize,
    /// Bytes of these files.
    pub(crate) n_bytes: usize,
    /// How many files could not be read.
    pub(crate) n_failed: usize,
}

/// What became of a file.
enum Read<'a> {
    /// What it uses, and its length in bytes.
    Counted(Usage<'a>, usize),
    /// It is not in the language.
    Bad(Problem),
    /// It is no text.
    Unreadable(Problem),
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(args.langlet.as_deref(), &args.paths, output)?;
    let langlet = &chosen.langlet;
    let start = start_of(langlet, args.start.as_deref())?;
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let (inputs, problems) = files::find(&args.paths, &chosen.endings, args.walk);
    problems.iter().for_each(|problem| output.problem(problem));
    let mut outcome = if problems.is_empty() { Outcome::Fine } else { Outcome::Failed };
    let mut goals: Vec<Goal> = args.cover.iter().map(|cover| cover.goal()).collect();
    goals.sort();
    goals.dedup();
    let mut report = Report {
        langlet,
        occurrences: &occurrences,
        usage: Usage::new(&occurrences),
        goals: if goals.is_empty() { Goal::ALL.to_vec() } else { goals },
        missing: Vec::new(),
        n_files: 0,
        n_bytes: 0,
        n_failed: problems.len(),
    };
    output.start_progress(inputs.len());
    in_order(
        args.jobs,
        &inputs,
        |input| count(input, &chosen, &occurrences),
        |_, read| {
            let problem = match read {
                Read::Counted(usage, n_bytes) => {
                    report.usage.merge(&usage);
                    report.n_files += 1;
                    report.n_bytes += n_bytes;
                    None
                }
                Read::Bad(problem) => Some((problem, Outcome::Findings)),
                Read::Unreadable(problem) => Some((problem, Outcome::Failed)),
            };
            if let Some((problem, of_this)) = problem {
                report.n_failed += 1;
                outcome = outcome.max(of_this);
                output.problem(&problem);
            }
            output.advance();
            Ok(())
        },
    )?;
    output.end_progress();
    if report.n_files == 0 && report.n_failed > 0 {
        // All of the grammar is missing, which says nothing.
        return Ok(outcome);
    }
    let missing: Vec<Item> = report.goals.iter().flat_map(|&goal| report.usage.missing(goal)).collect();
    let programs = witnesses(langlet, &occurrences, &missing).map_err(|error| Problem::file(langlet.name(), error))?;
    report.missing = missing.into_iter().zip(programs.iter().map(|tree| tree.as_ref().map(Tree::unparse))).collect();
    if let Some(path) = &args.html {
        write_page(path, &report)?;
    }
    if args.json {
        print_json(&report, output)?
    } else {
        print(&report, args.all, output)?
    }
    Ok(outcome)
}

/// What a file uses. Of a file in a dialect that counts which the langlet has, too.
fn count<'a>(input: &Input, chosen: &Chosen, occurrences: &'a Occurrences) -> Read<'a> {
    let text = match input.read_text(chosen.coding_cookie) {
        Ok(text) => text,
        Err(problem) => return Read::Unreadable(problem),
    };
    let langlet = match read_as(&chosen.langlet, &text.source) {
        Ok(langlet) => langlet,
        Err(problem) => return Read::Bad(problem),
    };
    match langlet.parse_as(occurrences.start(), text.source.text.as_str()) {
        Ok(tree) => {
            let mut usage = Usage::new(occurrences);
            usage.add(&tree, tree.root());
            Read::Counted(usage, text.n_bytes)
        }
        Err(error) => Read::Bad(Problem::Text(vec![error.diagnostic(&text.source)])),
    }
}

fn write_page(path: &Path, report: &Report<'_>) -> anyhow::Result<()> {
    let page = cover_page::page(report);
    Ok(std::fs::write(path, page).map_err(|error| Problem::file(path.display(), files::reason(&error)))?)
}

impl Report<'_> {
    /// `python27: 3 files, 812 bytes, 1 failed`
    pub(crate) fn title(&self) -> String {
        let plural = if self.n_files == 1 { "" } else { "s" };
        let (name, n_files, n_bytes, n_failed) = (self.langlet.name(), self.n_files, self.n_bytes, self.n_failed);
        format!("{name}: {n_files} file{plural}, {n_bytes} bytes, {n_failed} failed")
    }

    /// The item in words.
    pub(crate) fn display(&self, item: Item) -> String {
        item.display(self.occurrences, &self.langlet.grammar().symbols)
    }

    /// How many are used, how many there are, and the share in percent.
    pub(crate) fn reached(&self, goal: Goal) -> (usize, usize, f64) {
        let (n_used, n) = self.usage.reached(goal);
        (n_used, n, 100.0 * n_used as f64 / n.max(1) as f64)
    }
}

fn print(report: &Report<'_>, all: bool, output: &mut Output) -> anyhow::Result<()> {
    if all {
        for &goal in &report.goals {
            for item in items(report.occurrences, goal) {
                let count = report.usage.count(item);
                if count > 0 {
                    output.line(format_args!("{count:9} {}: {}", singular(goal), report.display(item)))?;
                }
            }
        }
    }
    let mut missing = report.missing.iter().peekable();
    while let Some((item, program)) = missing.next() {
        output.line(format_args!("not used: {}: {}", singular(item.goal()), report.display(*item)))?;
        // A program is printed behind the last of the items in a row that it uses.
        if missing.peek().is_some_and(|(_, next)| next == program) {
            continue;
        }
        match program {
            Some(program) if program.trim_end().is_empty() => output.line("    the empty program")?,
            Some(program) => {
                for line in program.trim_end().lines() {
                    output.line(format_args!("    {line}"))?;
                }
            }
            None => output.line("    no program was found that is read so")?,
        }
    }
    output.line(report.title())?;
    for &goal in &report.goals {
        let (n_used, n, percent) = report.reached(goal);
        output.line(format_args!("{n_used} of {n} {} used ({percent:.1} %)", goal.name()))?;
    }
    Ok(())
}

fn print_json(report: &Report<'_>, output: &mut Output) -> anyhow::Result<()> {
    let mut missing = report.missing.iter();
    for item in report.goals.iter().flat_map(|&goal| items(report.occurrences, goal)) {
        let count = report.usage.count(item);
        let program = if count == 0 { missing.next().and_then(|(_, program)| program.as_ref()) } else { None };
        let mut out = format!("{{\"criterion\": \"{}\", \"rule\": ", singular(item.goal()));
        write_json_string(&mut out, report.langlet.grammar().symbols.name(item.rule()));
        out.push_str(", \"item\": ");
        write_json_string(&mut out, &report.display(item));
        out.push_str(&format!(", \"count\": {count}, \"program\": "));
        match program {
            Some(program) => write_json_string(&mut out, program),
            None => out.push_str("null"),
        }
        out.push('}');
        output.line(out)?;
    }
    Ok(())
}

/// One of what the goal counts.
pub(crate) fn singular(goal: Goal) -> &'static str {
    match goal {
        Goal::Occurrences => "occurrence",
        Goal::Transitions => "transition",
        Goal::Pairs => "pair",
    }
}
