//! `langlet test`: do the examples in `.transform` files hold?

use std::path::PathBuf;

use langlet_core::Langlet;
use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::Failure;
use langlet_core::span::LineIndex;

use crate::Outcome;
use crate::diff::{self, Line};
use crate::output::{Output, Problem};
use crate::registry::{self, Rules, read_as};

/// Arguments of `test`.
#[derive(clap::Args)]
#[command(after_help = "\
Each failure is a line, with a unified diff from what is expected to what comes out. The exit code is 1 if an example does not
hold, and 2 if a file is wrong.")]
pub(crate) struct Args {
    /// .transform files; their langlets are built in, or files beside them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Fine;
    let (mut n_examples, mut n_failures, mut n_unread) = (0, 0, 0);
    for path in &args.files {
        let rules = match registry::load_rules(path) {
            Ok(rules) => rules,
            Err(problem) => {
                output.problem(&problem);
                outcome = Outcome::Failed;
                n_unread += 1;
                continue;
            }
        };
        n_examples += rules.transform.examples().len();
        for failure in check(&rules, output) {
            n_failures += 1;
            outcome = outcome.max(Outcome::Findings);
            print(&rules, &failure, output)?;
        }
    }
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let unread = match n_unread {
        0 => String::new(),
        n => format!(", {n} file{} could not be loaded", plural(n)),
    };
    output.line(format_args!("{n_examples} example{}, {n_failures} failed{unread}", plural(n_examples)))?;
    Ok(outcome)
}

/// The failures; each text is read as the dialect that it says it is in.
fn check(rules: &Rules, output: &Output) -> Vec<Failure> {
    let dialect = |text: &str| -> Langlet {
        let source = SourceText::new(rules.transform.text().name.clone(), text);
        read_as(&rules.source.langlet, &source).unwrap_or_else(|problem: Problem| {
            output.problem(&problem);
            rules.source.langlet.clone()
        })
    };
    rules.transform.check_examples_as(dialect)
}

fn print(rules: &Rules, failure: &Failure, output: &mut Output) -> anyhow::Result<()> {
    let text = rules.transform.text();
    let place = LineIndex::new(&text.text).line_column(failure.span.start);
    let rule = failure.rule.as_deref().map(|rule| format!("{rule}: ")).unwrap_or_default();
    output.line(format_args!("{}:{}:{}: {rule}{}", text.name, place.line, place.column + 1, failure.message))?;
    let Some((expected, found)) = &failure.texts else { return Ok(()) };
    let color = |code: &'static str| if output.colors() { code } else { "" };
    let (cyan, red, green, end) = (color("\x1b[36m"), color("\x1b[31m"), color("\x1b[32m"), color("\x1b[0m"));
    for line in diff::unified(expected, found) {
        let (start, sign, text) = match &line {
            Line::Hunk(header) => {
                output.line(format_args!("  {cyan}{header}{end}"))?;
                continue;
            }
            Line::Old(text) => (red, '-', text),
            Line::New(text) => (green, '+', text),
            Line::Both(text) => ("", ' ', text),
        };
        output.line(format_args!(
            "  {start}{sign}{}{}",
            text.trim_end_matches(['\n', '\r']),
            if start.is_empty() { "" } else { end }
        ))?;
        if !text.ends_with('\n') {
            output.line("  \\ No newline at end of file")?;
        }
    }
    Ok(())
}
