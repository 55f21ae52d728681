//! Diagnostics: a message with its place, what was found there, what was expected, and the mend.
//!
//! Every stage that reads text written by a user reports in this form; rendering happens once, at the edge. A diagnostic
//! carries its own source text, so that messages about several files (a langlet and its parent) can stand in one list.

use std::fmt;
use std::sync::Arc;

use crate::span::{LineIndex, Span};

/// A text that a user wrote, and its name.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceText {
    /// A path or another name for messages.
    pub name: String,
    /// The text.
    pub text: String,
}

impl SourceText {
    /// A shared source text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<SourceText> {
        Arc::new(SourceText { name: name.into(), text: text.into() })
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be built from the text.
    Error,
    /// Something can be built; it may not be what was meant.
    Warning,
}

/// A place in the source, with a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The note, lower case; may be empty.
    pub text: String,
}

/// One message about a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The sentence: lower case, without full stop.
    pub message: String,
    /// The text that the labels point into.
    pub source: Arc<SourceText>,
    /// Places; the first is the main one.
    pub labels: Vec<Label>,
    /// The mend, if one can be named.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(source: &Arc<SourceText>, span: Span, message: impl Into<String>) -> Diagnostic {
        let labels = vec![Label { span, text: String::new() }];
        Diagnostic { severity: Severity::Error, message: message.into(), source: source.clone(), labels, help: None }
    }

    /// A warning at `span`.
    pub fn warning(source: &Arc<SourceText>, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(source, span, message) }
    }

    /// The same with a note at the main place.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.labels[0].text = text.into();
        self
    }

    /// The same with a further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same with its mend.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The message with its snippet, for a person. `color` chooses ANSI colours.
    pub fn render(&self, color: bool) -> String {
        let theme = if color { miette::GraphicalTheme::unicode() } else { miette::GraphicalTheme::unicode_nocolor() };
        let handler = miette::GraphicalReportHandler::new_themed(theme).with_links(false).with_width(110);
        let mut out = String::new();
        handler.render_report(&mut out, &Report(self)).expect("writing to a string does not fail");
        out
    }
}

/// `name:line:column: error: message`, on one line; the column is counted from 1.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.labels.first().map_or(0, |label| label.span.start);
        let place = LineIndex::new(&self.source.text).line_column(start);
        let severity = if self.is_error() { "error" } else { "warning" };
        write!(f, "{}:{}:{}: {severity}: {}", self.source.name, place.line, place.column + 1, self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// The candidate nearest to `name`, if one is near enough to be a slip of the pen (a third of its characters, at least one).
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    let scored = candidates.into_iter().map(|candidate| (edit_distance(name, candidate), candidate));
    scored.filter(|&(distance, candidate)| distance <= limit && candidate != name).min().map(|(_, candidate)| candidate)
}

/// Number of insertions, deletions, substitutions and swaps of neighbors between two words (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The view of a diagnostic that the renderer wants.
#[derive(Debug)]
struct Report<'a>(&'a Diagnostic);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let spans = self.0.labels.iter().enumerate().map(|(index, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let (start, len) = (label.span.start as usize, label.span.len() as usize);
            match index {
                0 => miette::LabeledSpan::new_primary_with_span(text, (start, len)),
                _ => miette::LabeledSpan::new_with_span(text, (start, len)),
            }
        });
        Some(Box::new(spans))
    }
}

impl miette::SourceCode for Report<'_> {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let contents = self.0.source.text.read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.0.source.name.clone(),
            contents.data(),
            *contents.span(),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_suggested_within_a_third_of_their_length() {
        let names = ["print_stmt", "pass_stmt", "del_stmt"];
        assert_eq!(did_you_mean("print_smt", names), Some("print_stmt"));
        assert_eq!(did_you_mean("pritn_stmt", names), Some("print_stmt"));
        assert_eq!(did_you_mean("while_loop", names), None);
        assert_eq!(did_you_mean("print_stmt", names), None);
    }

    #[test]
    fn one_line_and_snippet() {
        let source = SourceText::new("a.langlet", "start: x\n");
        let diagnostic = Diagnostic::error(&source, Span::new(7, 8), "no rule or token is named `x`").note("used here");
        assert_eq!(diagnostic.to_string(), "a.langlet:1:8: error: no rule or token is named `x`");
        let rendered = diagnostic.render(false);
        assert!(rendered.contains("a.langlet:1:8") && rendered.contains("used here"), "{rendered}");
    }
}
