//! The command `langlet`: arguments to one call of a subcommand, its outcome to an exit code.

mod commands;
mod diff;
mod encoding;
mod files;
mod jobs;
mod judge;
mod output;
mod registry;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use commands::{
    check, compare, complete, cover, coverage, flaws, generate, inherit, list, mask, morphism, parse, prefix,
    roundtrip, schema, selection, show, test, tokens, traces, translate,
};
use output::{ColorChoice, Output, Problem};

/// Parses, checks and translates source text by langlets: languages as small, inherited grammars.
#[derive(Parser)]
#[command(version, max_term_width = 110, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colors; `auto` means on a terminal and unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,
}

const EXAMPLES: &str = "\
Examples:
  langlet list                                                 what there is
  langlet check -l python27 src/                               can every file be read?
  langlet parse -l json --format json data.json                the tree of a file
  langlet translate --from python27 --to python38 old.py       the translation, on the standard output
  langlet translate --from python27 --to python38 --diff src/  what would change
  langlet translate --from python27 --to python38 --write src/ change it
  langlet translate --rules mine.transform old.py              translate by rules of your own
  langlet coverage python27 python38                           what of the one has no translation to the other?
  langlet morphism -l python26 varargslist arglist             is each program of the one rule one of the other?
  langlet generate -l python27                                 programs that use every part of the grammar
  langlet schema person.json > person.langlet                  a langlet of what a JSON Schema admits
  langlet compare python27 ./mine.langlet                      do two grammars have the same programs?
  langlet inherit ./mine.langlet                               what does a child do to the programs of its parent?
  langlet cover -l python27 src/ --html cover.html             what of the grammar do these files use?
  langlet flaws -l python27 --judge 'python2.7 -m py_compile {}'  what does a compiler reject?
  langlet roundtrip python27 python38                          does the translation hold what it must?
  langlet test mine.transform                                  do the examples beside the rules hold?
  langlet traces -l python27 dictorsetmaker                    the paths through a rule
  langlet trace -l python27 --against ./mine.langlet a.py      do two grammars read a file alike?
  langlet complete -l python38 half.py                         what ends this text?
  langlet mask -l json --vocab cl100k_base.tiktoken '[1, '      which tokens of a model may come next?
  langlet show ./mine.langlet --check                          is a langlet of your own sound?

Exit codes: 0 all is fine; 1 something was found, or changes are pending; 2 something could not be done.
Wherever a langlet is named, a path to a .langlet file may stand; its parent is found beside it or among the built-in ones.";

#[derive(Subcommand)]
enum Command {
    /// Lists the langlets and the translations between them, one per line.
    List(list::Args),
    /// Prints the grammar of a langlet.
    Show(show::Args),
    /// Prints the tokens of a file, one per line.
    Tokens(tokens::Args),
    /// Prints the tree of a file.
    Parse(parse::Args),
    /// Reads files and verifies that their trees give back every byte.
    Check(check::Args),
    /// Translates files from one langlet to another.
    Translate(translate::Args),
    /// Searches for a map from the trees of one rule to those of another that keeps the tokens, or refutes it.
    Morphism(morphism::Args),
    /// Tells which productions of a langlet a translation covers, without translating anything.
    Coverage(coverage::Args),
    /// Writes programs of a langlet: a listing that uses all of its grammar, or random ones.
    Generate(generate::Args),
    /// Decides what a text can still become: complete, completable, or dead at a byte.
    Prefix(prefix::Args),
    /// Ends a text that is not finished.
    Complete(complete::Args),
    /// Tells which entries of a language model's vocabulary may come next.
    Mask(mask::Args),
    /// Makes a langlet of a JSON Schema: its programs are the texts that the schema admits.
    Schema(schema::Args),
    /// Tells whether two grammars have the same programs, with a shortest one that only one of them has.
    Compare(compare::Args),
    /// Tells what a langlet does to the programs of its parent.
    Inherit(inherit::Args),
    /// Tells what of a grammar a corpus uses, with a shortest program for each part that it does not use.
    Cover(cover::Args),
    /// Tells which programs of a langlet an outside judge rejects, by production.
    Flaws(flaws::Args),
    /// Tries a translation with programs that use all of its source.
    Roundtrip(roundtrip::Args),
    /// Checks the examples in .transform files.
    Test(test::Args),
    /// Prints the paths through a rule, by how often they repeat themselves, or as few as use all of it.
    Traces(traces::Args),
    /// Prints what parsing a file selects in the rules, or compares it with what another langlet selects.
    Trace(selection::Args),
}

/// How a subcommand ended if nothing stopped it; later ones win over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing to report.
    Fine,
    /// Findings, or changes that were not written.
    Findings,
    /// Something could not be done and was reported; the rest was.
    Failed,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(cli.color);
    let outcome = match cli.command {
        Command::List(args) => list::run(&args, &mut output),
        Command::Show(args) => show::run(&args, &mut output),
        Command::Tokens(args) => tokens::run(&args, &mut output),
        Command::Parse(args) => parse::run(&args, &mut output),
        Command::Check(args) => check::run(&args, &mut output),
        Command::Translate(args) => translate::run(&args, &mut output),
        Command::Morphism(args) => morphism::run(&args, &mut output),
        Command::Coverage(args) => coverage::run(&args, &mut output),
        Command::Generate(args) => generate::run(&args, &mut output),
        Command::Prefix(args) => prefix::run(&args, &mut output),
        Command::Complete(args) => complete::run(&args, &mut output),
        Command::Mask(args) => mask::run(&args, &mut output),
        Command::Schema(args) => schema::run(&args, &mut output),
        Command::Compare(args) => compare::run(&args, &mut output),
        Command::Inherit(args) => inherit::run(&args, &mut output),
        Command::Cover(args) => cover::run(&args, &mut output),
        Command::Flaws(args) => flaws::run(&args, &mut output),
        Command::Roundtrip(args) => roundtrip::run(&args, &mut output),
        Command::Test(args) => test::run(&args, &mut output),
        Command::Traces(args) => traces::run(&args, &mut output),
        Command::Trace(args) => selection::run(&args, &mut output),
    };
    let outcome = outcome.and_then(|outcome| Ok(output.flush().map(|()| outcome)?));
    match outcome {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(error) => ExitCode::from(report(error, &output)),
    }
}

/// Reports what stopped a subcommand; the exit code. Nobody to read the output is no error.
fn report(error: anyhow::Error, output: &Output) -> u8 {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        if error.kind() != io::ErrorKind::BrokenPipe {
            output.error(&format!("the output cannot be written: {}", files::reason(error)));
            return 2;
        }
        return 0;
    }
    match error.downcast::<clap::Error>() {
        Ok(usage) => {
            // Nothing can be done if the terminal is gone.
            let _ = usage.print();
        }
        Err(error) => match error.downcast::<Problem>() {
            Ok(problem) => output.problem(&problem),
            Err(error) => output.error(&format!("{error:#}")),
        },
    }
    2
}

/// A combination of arguments that makes no sense, reported with the usage of the subcommand.
fn usage_error(subcommand: &str, message: impl std::fmt::Display) -> anyhow::Error {
    let mut root = Cli::command();
    root.build();
    let command = root.find_subcommand_mut(subcommand).expect("the subcommand was called");
    command.error(clap::error::ErrorKind::ArgumentConflict, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_declared_without_contradiction() {
        Cli::command().debug_assert();
    }
}
