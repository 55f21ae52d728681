//! `langlet list`: what there is.

use crate::Outcome;
use crate::output::Output;
use crate::registry::{LANGLETS, TRANSLATORS};

/// Arguments of `list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also list the rules of each translation, in the order in which they are tried.
    #[arg(long)]
    rules: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let declared = |name: &str, parent: Option<&str>| match parent {
        Some(parent) => format!("{name} : {parent}"),
        None => name.to_owned(),
    };
    let width = LANGLETS.iter().map(|entry| declared(entry.name, entry.parent).len()).max().unwrap_or(0);
    for entry in &LANGLETS {
        let endings = entry.endings.join(" ");
        let dialect = match entry.parent {
            Some(parent) if entry.is_dialect => format!("  dialect of {parent}"),
            _ => String::new(),
        };
        output.line(format_args!("langlet      {:width$}  {endings}{dialect}", declared(entry.name, entry.parent)))?;
    }
    for translator in &TRANSLATORS {
        output.line(format_args!("translation  {} -> {}", translator.source, translator.target))?;
        if args.rules {
            for rule in translator.transform().rules() {
                output.line(format_args!("rule         {} -> {}  {rule}", translator.source, translator.target))?;
            }
        }
    }
    Ok(Outcome::Fine)
}
