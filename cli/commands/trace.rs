//! `langlet translate --trace`: why a rule applies at a place, or does not.

use std::path::Path;
use std::sync::Arc;

use langlet_core::Transform;
use langlet_core::diagnostic::{SourceText, did_you_mean};
use langlet_core::rewrite::{AttemptOutcome, Route};
use langlet_core::span::{LineIndex, Span};

use crate::files::Input;
use crate::output::{Output, Problem};
use crate::registry::{Chosen, read_as};
use crate::{Outcome, usage_error};

/// Prints a line for each node that begins on the line `place` (`FILE:LINE`) and that the rule is about.
pub(crate) fn run(
    rule: &str,
    place: &str,
    chosen: &Chosen,
    route: &Route,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let parts = place.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<usize>().ok()?)));
    let Some((path, line)) = parts.filter(|(path, line)| !path.is_empty() && *line > 0) else {
        return Err(usage_error("translate", format!("`{place}` is no place: give a file and a line, FILE:LINE")));
    };
    let transform = step_of(rule, route)?;
    let text = Input::from_argument(Path::new(path)).read_text(chosen.coding_cookie)?;
    let source = &text.source;
    let Some(within) = line_span(&source.text, line) else {
        return Err(Problem::file(&source.name, format!("there is no line {line}")).into());
    };
    let langlet = read_as(&chosen.langlet, source)?;
    let attempts = transform
        .trace(&langlet, &source.text, rule, within)
        .map_err(|error| Problem::Text(vec![error.diagnostic(source)]))?;
    let rules = transform.text();
    let mut outcome = Outcome::Findings;
    for attempt in &attempts {
        let at = shown(source, attempt.span);
        match &attempt.outcome {
            AttemptOutcome::Matches => {
                outcome = Outcome::Fine;
                output.line(format_args!("{at}: `{rule}` matches"))?;
            }
            AttemptOutcome::Earlier { rule: earlier } => {
                output
                    .line(format_args!("{at}: `{rule}` matches, but `{earlier}` stands before it and matches, too"))?;
            }
            AttemptOutcome::Mismatch { pattern_span, wanted, found, found_span } => {
                output.line(format_args!("{at}: `{rule}` does not match"))?;
                output.line(format_args!("  {}: wanted {wanted}", shown(rules, *pattern_span)))?;
                output.line(format_args!("  {}: found {found}", shown(source, *found_span)))?;
            }
            AttemptOutcome::Condition { text, pattern_span } => {
                output.line(format_args!("{at}: `{rule}` does not match"))?;
                output.line(format_args!("  {}: the condition `{text}` does not hold", shown(rules, *pattern_span)))?;
            }
        }
    }
    if attempts.is_empty() {
        output.line(format_args!("{}:{line}: nothing that `{rule}` is about begins on this line", source.name))?;
    }
    Ok(outcome)
}

/// The transformation of the route that has the rule. The steps before it must leave the text as it is.
fn step_of<'a>(rule: &str, route: &'a Route) -> anyhow::Result<&'a Transform> {
    let mut rewritten = false;
    for step in route.steps() {
        if step.rules().any(|name| name == rule) {
            if rewritten {
                let pair = format!("{} -> {}", step.source().name(), step.target().name());
                let message = format!("`{rule}` belongs to {pair}, a later step of {route}: trace it in its input");
                return Err(usage_error("translate", message));
            }
            return Ok(step);
        }
        rewritten |= step.rules().next().is_some();
    }
    let mend = match did_you_mean(rule, route.rules()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`langlet list --rules` shows which there are".to_owned(),
    };
    Err(usage_error("translate", format!("the translation {route} has no rule `{rule}`; {mend}")))
}

/// The line of this number, counted from 1.
fn line_span(text: &str, line: usize) -> Option<Span> {
    let mut start = 0;
    for (number, one) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            return Some(Span::new(start, start + one.len() as u32));
        }
        start += one.len() as u32;
    }
    None
}

fn shown(source: &Arc<SourceText>, span: Span) -> String {
    let place = LineIndex::new(&source.text).line_column(span.start);
    format!("{}:{}:{}", source.name, place.line, place.column + 1)
}
