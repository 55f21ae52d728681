//! Selection traces as text: a line for each token, that stays the same where nothing changes.
//!
//! ```text
//! selections of lists from list
//! '[': list.1
//! NUMBER '1': list.2 item.2
//! ']': ^1 list.5
//! end: ^1
//! ```
//!
//! `rule.n` selects position n of the rule, `^n` says that n rules end. There are no places of the source in it, so that a
//! change in one line of a program changes no other lines of its trace.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::selection::{SelectionTrace, Step, TracedToken};

/// A text that is no selection trace.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "line {line} is no line of a selection trace: found {found}, expected {expected}; make the file anew with `langlet trace`"
)]
pub struct TraceError {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: &'static str,
}

impl fmt::Display for SelectionTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "selections of {} from {}", self.langlet, self.start)?;
        for token in &self.tokens {
            write!(f, "{token}:")?;
            self.write_steps(f, &token.steps)?;
        }
        f.write_str("end:")?;
        self.write_steps(f, &self.rest)
    }
}

/// The kind, and the text if the kind has several.
impl fmt::Display for TracedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        self.text.iter().try_for_each(|text| write!(f, " {text}"))
    }
}

impl SelectionTrace {
    fn write_steps(&self, f: &mut fmt::Formatter<'_>, steps: &[Step]) -> fmt::Result {
        for &step in steps {
            f.write_str(" ")?;
            f.write_str(&self.show(step))?;
        }
        f.write_str("\n")
    }

    /// A step as it stands in the text.
    pub(crate) fn show(&self, step: Step) -> String {
        match step {
            Step::Select { rule, position } => format!("{}.{position}", self.rule(rule)),
            Step::End(n) => format!("^{n}"),
        }
    }
}

impl FromStr for SelectionTrace {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<SelectionTrace, TraceError> {
        let error = |line: usize, found: &str, expected| {
            let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
            TraceError { line, found, expected }
        };
        let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
        let (_, header) = lines.next().unwrap_or((1, ""));
        let names = header.strip_prefix("selections of ").and_then(|names| names.split_once(" from "));
        let (langlet, start) = names.ok_or_else(|| error(1, header, "`selections of LANGLET from RULE`"))?;
        let mut trace = SelectionTrace::new(langlet, start);
        let mut numbers = HashMap::new();
        let mut is_ended = false;
        let mut last = 1;
        for (number, line) in lines {
            last = number;
            // No step contains a colon, so the last one ends the token.
            let parts = line.rsplit_once(':').filter(|_| !is_ended);
            let (label, shown) = parts.ok_or_else(|| {
                error(number, line, if is_ended { "nothing behind `end:`" } else { "`TOKEN: STEPS`" })
            })?;
            let mut steps = Vec::new();
            for word in shown.split_whitespace() {
                let step = read_step(word, &mut trace, &mut numbers);
                steps.push(step.ok_or_else(|| error(number, word, "`RULE.POSITION` or `^N`"))?);
            }
            if label == "end" {
                trace.rest = steps;
                is_ended = true;
                continue;
            }
            let (kind, text) = read_label(label).ok_or_else(|| error(number, label, "`'LITERAL'` or `KIND 'TEXT'`"))?;
            trace.tokens.push(TracedToken { steps, kind, text, span: None });
        }
        if is_ended { Ok(trace) } else { Err(error(last + 1, "", "`end:`")) }
    }
}

fn read_step(word: &str, trace: &mut SelectionTrace, numbers: &mut HashMap<String, u32>) -> Option<Step> {
    if let Some(n) = word.strip_prefix('^') {
        return n.parse().ok().filter(|&n| n > 0).map(Step::End);
    }
    let (rule, position) = word.split_once('.')?;
    let position = position.parse().ok().filter(|&position| position > 0)?;
    let rule = match numbers.get(rule) {
        Some(&number) => number,
        None => {
            let number = trace.add_rule(rule);
            numbers.insert(rule.to_owned(), number);
            number
        }
    };
    Some(Step::Select { rule, position })
}

/// The kind and the quoted text. Inside the text each quote stands behind a backslash, so the last one that does not opens it.
fn read_label(label: &str) -> Option<(String, Option<String>)> {
    if label.len() >= 2 && label.starts_with('\'') && label.ends_with('\'') {
        return Some((label.to_owned(), None));
    }
    let inner = label.strip_suffix('\'')?;
    let opens = |&(at, _): &(usize, &str)| inner[..at].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 0;
    let (at, _) = inner.rmatch_indices('\'').find(opens)?;
    let kind = inner[..at].strip_suffix(' ').filter(|kind| !kind.is_empty())?;
    Some((kind.to_owned(), Some(label[at..].to_owned())))
}
