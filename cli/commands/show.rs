//! `langlet show`: the grammar of a langlet, or what is wrong with it.

use langlet_core::Langlet;
use langlet_core::generate::explain_conflicts;
use langlet_core::grammar::print;

use super::langlet_of;
use crate::Outcome;
use crate::output::Output;
use crate::registry;

/// Arguments of `show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name of a langlet, or the path of a .langlet file.
    langlet: String,
    #[command(flatten)]
    view: View,
}

/// What to show; the whole grammar by default.
#[derive(clap::Args)]
#[group(multiple = false)]
struct View {
    /// Only what the langlet itself says.
    #[arg(long)]
    delta: bool,
    /// For each rule, the langlets that defined and changed it.
    #[arg(long)]
    why: bool,
    /// What may not be meant, and where one token does not tell how to go on, with shortest examples; the exit code is 1 if
    /// there is anything.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    if args.view.check {
        let langlet = registry::choose(&args.langlet)?.langlet;
        return check(&langlet, output);
    }
    let langlet = langlet_of(Some(&args.langlet), &[], output)?.langlet;
    let grammar = langlet.grammar();
    let text = match args.view {
        View { delta: true, .. } => print::delta(grammar),
        View { why: true, .. } => print::why(grammar),
        _ => print::whole(grammar),
    };
    output.write(text.as_bytes())?;
    Ok(Outcome::Fine)
}

/// Prints all that may not be meant in a langlet, and where one token does not tell how to go on.
fn check(langlet: &Langlet, output: &mut Output) -> anyhow::Result<Outcome> {
    let warnings = langlet.warnings();
    for warning in &warnings {
        output.line(warning.render(output.colors()))?;
    }
    let conflicts = explain_conflicts(langlet);
    for conflict in &conflicts {
        output.line(conflict.render(output.colors()))?;
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let (n_warnings, n_conflicts) = (warnings.len(), conflicts.len());
    output.line(format_args!(
        "{}: {}, {}",
        langlet.name(),
        count(n_warnings, "warning"),
        count(n_conflicts, "conflict")
    ))?;
    Ok(if n_warnings + n_conflicts == 0 { Outcome::Fine } else { Outcome::Findings })
}
