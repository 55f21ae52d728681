//! The subcommands: each reads, calls core and prints.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod coverage;
pub(crate) mod generate;
pub(crate) mod inherit;
pub(crate) mod list;
pub(crate) mod morphism;
pub(crate) mod parse;
pub(crate) mod selection;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod tokens;
pub(crate) mod trace;
pub(crate) mod traces;
pub(crate) mod translate;

use std::path::PathBuf;

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
