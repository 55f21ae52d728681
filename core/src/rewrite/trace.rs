//! Why a rule applies to a place of a text, or why it does not.

use super::matching::{Matcher, Probe};
use super::rule::Rule;
use super::transform::Transform;
use crate::cst::node::{Node, Tree};
use crate::langlet::Langlet;
use crate::parser::ReadError;
use crate::span::Span;

/// What came of trying a rule at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The node, in the text.
    pub span: Span,
    /// The rule or token that the node is.
    pub symbol: String,
    /// What came of it.
    pub outcome: AttemptOutcome,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The rule applies.
    Matches,
    /// The rule would apply, but this one stands before it and applies.
    Earlier {
        /// Its name.
        rule: String,
    },
    /// The pattern does not fit. This is the furthest point at which it failed.
    Mismatch {
        /// The place in the file of the rules.
        pattern_span: Span,
        /// What the pattern wanted there.
        wanted: String,
        /// What stood there; "the end" if there was nothing more.
        found: String,
        /// The place of that in the text.
        found_span: Span,
    },
    /// The pattern fits, but a condition does not hold.
    Condition {
        /// The condition as it is written.
        text: String,
        /// Its place in the file of the rules.
        pattern_span: Span,
    },
}

impl Transform {
    /// Tries a rule at each node that begins within a span of the text and has the symbol of the rule's pattern. The tree is
    /// that of the text; what other rules would have done to it before is not seen.
    ///
    /// # Errors
    /// The text cannot be read. Panics if there is no rule of that name.
    pub fn trace(&self, langlet: &Langlet, text: &str, rule: &str, within: Span) -> Result<Vec<Attempt>, ReadError> {
        let tree = langlet.parse(text)?;
        let rule = self.rules.iter().find(|known| known.name == rule).expect("the rule exists");
        let begins_within = |node: &Node| {
            tree.span(*node)
                .is_some_and(|span| within.start <= span.start && span.start < within.end.max(within.start + 1))
        };
        let has_symbol = |node: &Node| rule.alternatives.iter().any(|pattern| pattern.symbol() == tree.symbol(*node));
        let nodes = tree.preorder(tree.root()).filter(|node| has_symbol(node) && begins_within(node));
        Ok(nodes.map(|node| self.attempt(&tree, rule, node)).collect())
    }

    /// The first rule of the same phase that applies to the node before this one is tried.
    fn earlier(&self, tree: &Tree, rule: &Rule, node: Node) -> Option<&Rule> {
        let before = self.rules.iter().take_while(|known| known.name != rule.name);
        before.filter(|known| known.phase == rule.phase).find(|known| {
            let patterns = known.alternatives.iter().filter(|pattern| pattern.symbol() == tree.symbol(node));
            patterns.into_iter().any(|pattern| {
                known.cases.iter().any(|case| case.fits(&mut Matcher::new(tree, &self.named, node), pattern))
            })
        })
    }

    fn attempt(&self, tree: &Tree, rule: &Rule, node: Node) -> Attempt {
        let span = tree.span(node).unwrap_or_default();
        let symbol = tree.langlet().grammar().symbols.display(tree.symbol(node));
        let mut furthest = Probe::default();
        for pattern in rule.alternatives.iter().filter(|pattern| pattern.symbol() == tree.symbol(node)) {
            for case in &rule.cases {
                let mut matcher = Matcher::new(tree, &self.named, node);
                matcher.probe = Some(Probe::default());
                if case.fits(&mut matcher, pattern) {
                    let outcome = match self.earlier(tree, rule, node) {
                        Some(earlier) => AttemptOutcome::Earlier { rule: earlier.name.clone() },
                        None => AttemptOutcome::Matches,
                    };
                    return Attempt { span, symbol, outcome };
                }
                let probe = matcher.probe.unwrap_or_default();
                furthest.condition = furthest.condition.or(probe.condition);
                let start = |probe: &Probe| probe.furthest.as_ref().map(|(span, ..)| span.start);
                if start(&probe) >= start(&furthest) {
                    furthest.furthest = probe.furthest;
                }
            }
        }
        let outcome = match (furthest.condition, furthest.furthest) {
            // A condition is tested only where the pattern fits.
            (Some(pattern_span), _) => {
                let text = self.text.text[pattern_span.range()].to_owned();
                AttemptOutcome::Condition { text, pattern_span }
            }
            (None, Some((pattern_span, wanted, found))) => {
                let found_span = match found {
                    Some(node) => tree.span(node).unwrap_or(Span::new(span.end, span.end)),
                    None => Span::new(span.end, span.end),
                };
                let found = found.map(|node| tree.text_of(node)).filter(|text| !text.trim().is_empty());
                let shown = |text: String| match text.trim_end().split_once(['\n', '\r']) {
                    Some((line, _)) => format!("`{line} …`"),
                    None => format!("`{}`", text.trim_end()),
                };
                let found = found.map_or("the end".to_owned(), shown);
                AttemptOutcome::Mismatch { pattern_span, wanted, found, found_span }
            }
            (None, None) => AttemptOutcome::Matches,
        };
        Attempt { span, symbol, outcome }
    }
}
