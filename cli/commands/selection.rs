//! `langlet trace`: what parsing a file selects in the rules of its langlet, and where two grammars part over it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use langlet_core::Langlet;
use langlet_core::diagnostic::{Diagnostic, SourceText};
use langlet_core::span::Span;
use langlet_core::trace::{Difference, SelectionTrace, Strictness, compare};

use super::{langlet_of, start_of};
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};
use crate::registry::{self, read_as};

/// Arguments of `trace`.
#[derive(clap::Args)]
#[command(after_help = "\
One line for each token: the positions that are selected on the way to it, `RULE.N` for the Nth symbol occurrence of a rule,
and `^N` where N rules end. There are no places of the file in it, so it can be stored and compared.

With `--against`, the trace of the same file by another langlet, or one that was stored in a file whose name ends in \
`.trace`. Rules and kinds of tokens may have other names there, one for one. Exit codes: 0 the same selections; 1 the two \
part, and the place is shown; 2 something could not be done.")]
pub(crate) struct Args {
    /// The langlet, by name or path; may be left out if the ending of the file tells it.
    #[arg(short, long)]
    langlet: Option<String>,
    /// Compare with this langlet, by name or path, or with a `.trace` file.
    #[arg(long, value_name = "LANGLET|FILE")]
    against: Option<String>,
    /// The symbols of a rule may stand in another order there: their numbers may differ, one for one.
    #[arg(long, requires = "against")]
    reordered: bool,
    /// The rule to read the text as; by default the start rule of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// The file; `-` is the standard input.
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let chosen = langlet_of(args.langlet.as_deref(), std::slice::from_ref(&args.file), output)?;
    let source = Input::from_argument(&args.file).read_text(chosen.coding_cookie)?.source;
    let trace = trace_of(&chosen.langlet, &source, args.start.as_deref())?;
    let Some(against) = &args.against else {
        output.write(trace.to_string().as_bytes())?;
        return Ok(Outcome::Fine);
    };
    let other = if against.ends_with(".trace") {
        let text = Input::from_argument(Path::new(against)).read_text(false)?.source;
        text.text.parse().map_err(|error| Problem::file(against, error))?
    } else {
        let other = registry::choose(against)?;
        other.warnings().iter().for_each(|warning| output.diagnostic(warning));
        trace_of(&other.langlet, &source, args.start.as_deref())?
    };
    let strictness = if args.reordered { Strictness::NamesAndNumbers } else { Strictness::Names };
    match compare(&trace, &other, strictness) {
        Ok(renaming) => {
            output.line(format_args!("the same selections, {} tokens", trace.tokens.len()))?;
            for (left, right) in renaming.changed() {
                output.line(format_args!("  {left} is {right}"))?;
            }
            Ok(Outcome::Fine)
        }
        Err(difference) => {
            let shown = shown(&difference, &trace, &source, against).render(output.colors());
            output.line(shown.trim_end_matches('\n'))?;
            Ok(Outcome::Findings)
        }
    }
}

fn trace_of(langlet: &Langlet, source: &Arc<SourceText>, start: Option<&str>) -> Result<SelectionTrace, Problem> {
    let langlet = read_as(langlet, source)?;
    let start = start_of(&langlet, start)?;
    let tree =
        langlet.parse_as(start, source.text.as_str()).map_err(|error| Problem::Text(vec![error.diagnostic(source)]))?;
    Ok(SelectionTrace::of(&tree).expect("what is parsed follows its grammar"))
}

/// The difference at its place in the source.
fn shown(difference: &Difference, trace: &SelectionTrace, source: &Arc<SourceText>, against: &str) -> Diagnostic {
    let end = source.text.len() as u32;
    let span = trace.tokens.get(difference.token).and_then(|token| token.span).unwrap_or(Span::new(end, end));
    let message = format!("the selections of {} and {against} part at token {}", trace.langlet, difference.token + 1);
    Diagnostic::error(source, span, message).note(difference.to_string())
}
