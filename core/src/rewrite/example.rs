//! Examples in a transformation: what a rule does to a text, written beside the rule and checked as a test.
//!
//! ```text
//! rule ne comp_op [| <> |] => comp_op [| != |]
//! example [| a <> b |] => [| a != b |]
//! unchanged [| a < b |]
//! ```
//!
//! An example behind a rule is about this rule: beside giving the text, the rule must have been applied, and for `unchanged`
//! must not. Without that, a rule that is never reached would pass by what another one does.

use super::quoted::quoted_lines;
use super::transform::{Options, Transform, TranslateError};
use crate::langlet::Langlet;
use crate::notation::syntax::{self, TransformFile};
use crate::span::Span;

/// A text and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The rule that it is about; `None` if it is about all rules together.
    pub rule: Option<String>,
    /// The text in the source langlet.
    pub before: String,
    /// What is expected.
    pub expectation: Expectation,
    /// Its place in the text of the transformation.
    pub span: Span,
}

/// What is expected of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// This text.
    Becomes(String),
    /// The same text.
    Unchanged,
    /// No text; the reason contains this part.
    Refused(Option<String>),
}

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The place of the example in the text of the transformation.
    pub span: Span,
    /// The rule that it is about.
    pub rule: Option<String>,
    /// What is wrong, in one line.
    pub message: String,
    /// The text that was expected and the one that came out, if they differ.
    pub texts: Option<(String, String)>,
}

impl Transform {
    /// Checks all examples, each read as the source langlet.
    pub fn check_examples(&self) -> Vec<Failure> {
        self.check_examples_as(|_| self.source().clone())
    }

    /// Checks all examples; `read_as` says which dialect of the source a text is in.
    pub fn check_examples_as(&self, read_as: impl Fn(&str) -> Langlet) -> Vec<Failure> {
        self.examples().iter().filter_map(|example| self.check_example(example, &read_as(&example.before))).collect()
    }

    /// What is wrong with an example, if anything is.
    pub fn check_example(&self, example: &Example, langlet: &Langlet) -> Option<Failure> {
        let fails = |message: String, texts: Option<(String, String)>| {
            Some(Failure { span: example.span, rule: example.rule.clone(), message, texts })
        };
        let outcome = self.translate(langlet, &example.before, &Options::default());
        let translation = match (outcome, &example.expectation) {
            (Err(TranslateError::Read(error)), _) => {
                return fails(format!("the text is no {}: {error}", langlet.name()), None);
            }
            (Err(error), Expectation::Refused(part)) => {
                let reason = error.to_string();
                let is_given = part.as_ref().is_none_or(|part| reason.contains(part.as_str()));
                let texts = || Some((part.clone().unwrap_or_default() + "\n", reason.clone() + "\n"));
                return if is_given { None } else { fails("it is refused for another reason".to_owned(), texts()) };
            }
            (Err(error), _) => return fails(format!("it is refused: {error}"), None),
            (Ok(translation), Expectation::Refused(_)) => {
                return fails("it is not refused".to_owned(), Some((example.before.clone(), translation.text)));
            }
            (Ok(translation), _) => translation,
        };
        let expected = match &example.expectation {
            Expectation::Becomes(after) => after,
            _ => &example.before,
        };
        if translation.text != *expected {
            if let (Expectation::Becomes(_), Err(error)) = (&example.expectation, self.target().parse(expected)) {
                let message = format!("the text that is expected is no {}: {error}", self.target().name());
                return fails(message, Some((expected.clone(), translation.text)));
            }
            let message = if *expected == example.before { "the text changes" } else { "another text comes out" };
            return fails(message.to_owned(), Some((expected.clone(), translation.text)));
        }
        let rule = example.rule.as_ref()?;
        let is_applied = translation.applied.iter().any(|applied| applied.rule == *rule);
        match (&example.expectation, is_applied) {
            (Expectation::Becomes(_), false) => fails(format!("the rule `{rule}` is not applied"), None),
            (Expectation::Unchanged, true) => fails(format!("the rule `{rule}` is applied"), None),
            _ => None,
        }
    }
}

/// The examples of a file.
pub(crate) fn examples_of(file: &TransformFile) -> Vec<Example> {
    let example = |example: &syntax::Example| Example {
        rule: example.rule.map(|rule| file.rules[rule].name.text.clone()),
        before: unquoted(&example.before.text),
        expectation: match &example.expectation {
            syntax::Expectation::Becomes(text) => Expectation::Becomes(unquoted(&text.text)),
            syntax::Expectation::Unchanged => Expectation::Unchanged,
            syntax::Expectation::Refused(reason) => {
                Expectation::Refused(reason.as_ref().map(|reason| reason.text.clone()))
            }
        },
        span: example.span,
    };
    file.examples.iter().map(example).collect()
}

/// The text that a quotation means. One that begins with a line end means the lines behind it without their common
/// indentation, and without the last line if that holds only the blanks before the closing mark; another is trimmed.
pub fn unquoted(text: &str) -> String {
    match quoted_lines(text) {
        Some(lines) => lines.into_iter().map(|(_, line)| line).collect(),
        None => text.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::Functions;

    #[test]
    fn quotations_mean_texts() {
        assert_eq!(unquoted(" a <> b "), "a <> b");
        assert_eq!(unquoted(""), "");
        assert_eq!(unquoted("\n    if x:\n        y\n\n    z\n    "), "if x:\n    y\n\nz\n");
        assert_eq!(unquoted("  \n  a\n b"), " a\nb");
        assert_eq!(unquoted("\n\ta\n  b\n"), "\ta\n  b\n", "a tab and blanks have nothing in common");
        assert_eq!(unquoted("\r\n  a\r\n  b\r\n  "), "a\r\nb\r\n");
        assert_eq!(unquoted("\n"), "");
    }

    fn transform() -> Transform {
        let langlet = Langlet::root("langlet l\nstart a\na: b*\nb: 'x' | 'y' | 'z'\nskip S = /[ \\n]+/");
        Transform::built_in(
            "transform l -> l\nrule x b [| x |] => b [| y |]\nrule z b [| z |] => refuse \"no z here\"",
            &langlet,
            &langlet,
            Functions::NONE,
        )
    }

    fn check(rule: Option<&str>, before: &str, expectation: Expectation) -> Option<String> {
        let transform = transform();
        let (rule, before) = (rule.map(str::to_owned), before.to_owned());
        let example = Example { rule, before, expectation, span: Span::default() };
        transform.check_example(&example, transform.source()).map(|failure| failure.message)
    }

    #[test]
    fn an_example_is_about_its_rule() {
        let becomes = |text: &str| Expectation::Becomes(text.to_owned());
        let refused = |part: &str| Expectation::Refused(Some(part.to_owned()));
        assert_eq!(check(Some("x"), "x y", becomes("y y")), None);
        assert_eq!(check(None, "x y", becomes("y y")), None);
        assert_eq!(check(Some("x"), "x y", becomes("y")).unwrap(), "another text comes out");
        assert_eq!(check(Some("z"), "x y", becomes("y y")).unwrap(), "the rule `z` is not applied");
        assert!(check(Some("x"), "x", becomes("w")).unwrap().starts_with("the text that is expected is no l: "));
        assert_eq!(check(Some("x"), "y", Expectation::Unchanged), None);
        assert_eq!(check(Some("x"), "x", Expectation::Unchanged).unwrap(), "the text changes");
        assert_eq!(check(Some("z"), "z", refused("no z")), None);
        assert_eq!(check(Some("z"), "z", Expectation::Refused(None)), None);
        assert_eq!(check(Some("z"), "z", refused("other")).unwrap(), "it is refused for another reason");
        assert_eq!(check(Some("z"), "y", refused("no z")).unwrap(), "it is not refused");
        assert_eq!(check(Some("x"), "z", becomes("y")).unwrap(), "it is refused: no z here");
        assert!(check(Some("x"), "q", becomes("y")).unwrap().starts_with("the text is no l: "));
    }
}
