//! The subcommands: each reads, calls core and prints.

pub(crate) mod check;
pub(crate) mod complete;
pub(crate) mod compare;
pub(crate) mod cover;
mod cover_page;
pub(crate) mod coverage;
pub(crate) mod flaws;
pub(crate) mod generate;
pub(crate) mod inherit;
pub(crate) mod list;
pub(crate) mod mask;
pub(crate) mod morphism;
pub(crate) mod parse;
pub(crate) mod prefix;
pub(crate) mod schema;
pub(crate) mod roundtrip;
pub(crate) mod selection;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod tokens;
pub(crate) mod trace;
pub(crate) mod traces;
pub(crate) mod translate;

use std::path::PathBuf;

use langlet_core::Langlet;
use langlet_core::generate::Goal;
use langlet_core::grammar::Symbol;

use crate::output::{Output, Problem};
use crate::registry::{self, Chosen};

/// The langlet of the option `-l`, or else the one that the names of the files tell. Warns about a file of the user's.
fn langlet_of(option: Option<&str>, paths: &[PathBuf], output: &Output) -> Result<Chosen, Problem> {
    let chosen = match option {
        Some(argument) => registry::choose(argument)?,
        None => registry::guess(paths)?,
    };
    chosen.warnings().iter().for_each(|warning| output.diagnostic(warning));
    Ok(chosen)
}

/// The rule that the option `--start` names, or the start of the langlet.
fn start_of(langlet: &Langlet, option: Option<&str>) -> Result<Symbol, Problem> {
    let Some(name) = option else { return Ok(langlet.start()) };
    let symbol = langlet.symbol(name).map_err(|error| Problem::file("--start", error))?;
    match langlet.grammar().rhs(symbol) {
        Some(_) => Ok(symbol),
        None => Err(Problem::file("--start", format!("`{name}` is a token of {}, not a rule", langlet.name()))),
    }
}

/// A way from one langlet to another.
#[derive(clap::Args)]
pub(crate) struct Way {
    /// The langlet that is read, by name or path.
    #[arg(required_unless_present = "rules")]
    from: Option<String>,
    /// The langlet that is written.
    #[arg(required_unless_present = "rules")]
    to: Option<String>,
    /// Take this .transform file; its header names its langlets.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to"])]
    rules: Option<PathBuf>,
}

/// A text, which may end too early, and what it is read as.
#[derive(clap::Args)]
pub(crate) struct Text {
    /// The langlet, by name or path; may be left out if the ending of the file tells it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// The rule to read the text as; by default the start rule of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// The file; `-` is the standard input.
    file: PathBuf,
}

impl Text {
    /// The langlet and the rule.
    fn langlet(&self, output: &Output) -> Result<(Langlet, Symbol), Problem> {
        let langlet = langlet_of(self.langlet.as_deref(), std::slice::from_ref(&self.file), output)?.langlet;
        let start = start_of(&langlet, self.start.as_deref())?;
        Ok((langlet, start))
    }
}

/// What programs use of a grammar.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Cover {
    /// Every symbol occurrence of every rule.
    Occurrences,
    /// Every transition between occurrences.
    Transitions,
    /// Every occurrence of a rule with every occurrence inside that rule.
    Pairs,
}

impl Cover {
    pub(crate) fn goal(self) -> Goal {
        match self {
            Cover::Occurrences => Goal::Occurrences,
            Cover::Transitions => Goal::Transitions,
            Cover::Pairs => Goal::Pairs,
        }
    }
}
