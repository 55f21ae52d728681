//! Patterns and conditions that can be read and cannot do what they say.
//!
//! * Two runs side by side: where one ends and the other begins is not said, so the first takes everything.
//! * A separator asked for behind a single node.
//! * A condition that holds of no node, or of every one: `$x is R` where no level of the node is ever an R, `$x has R` where none
//!   is ever below it, `inside R` where none is ever above.

use std::collections::BTreeSet;

use super::condition::{Check, Reference, Test};
use super::coverage::reachable;
use super::metavariable::{Metavariable, Repeat, Variable};
use super::pattern::{Below, Pattern, TokenPattern};
use super::rule::Rule;
use super::transform::Transform;
use crate::algebra::Kind;
use crate::diagnostic::Diagnostic;
use crate::grammar::Symbol;
use crate::notation::syntax::Relation;

impl Transform {
    /// Looks through the patterns and conditions of all rules.
    pub(crate) fn lint(&self) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        for rule in &self.rules {
            for pattern in &rule.alternatives {
                self.lint_neighbors(rule, pattern, &mut errors);
            }
            for check in rule.cases.iter().flat_map(|case| &case.conditions) {
                errors.extend(self.lint_condition(rule, check));
            }
        }
        errors
    }

    /// Runs beside each other, at most a separator between them, of which no condition and no type says where one ends.
    fn lint_neighbors(&self, rule: &Rule, pattern: &Pattern, errors: &mut Vec<Diagnostic>) {
        let tested: Vec<Variable> =
            rule.cases.iter().flat_map(|case| &case.conditions).flat_map(|check| variables(&check.test)).collect();
        let all: Vec<Variable> = pattern.parts.iter().filter_map(run).map(|run| run.variable).collect();
        let is_said = |variable: Variable| {
            tested.contains(&variable) || all.iter().filter(|&&other| other == variable).count() > 1
        };
        for part in &pattern.parts {
            let Below::Children(children) = &part.below else { continue };
            let parts = &pattern.parts[children.start as usize..children.end as usize];
            for (index, first) in parts.iter().enumerate() {
                let is_separator = |at: usize| {
                    parts.get(at).is_some_and(|part| matches!(part.below, Below::Token(TokenPattern::Text(..))))
                };
                let next = parts.get(index + 1 + usize::from(is_separator(index + 1)));
                let (Some(one), Some(other)) = (run(first), next.and_then(run)) else { continue };
                if one.wanted != other.wanted || is_said(one.variable) || is_said(other.variable) {
                    continue;
                }
                let name = |run: &Metavariable| self.scope.name(run.variable);
                let (a, b) = (name(one), name(other));
                let message =
                    format!("where `${a}` ends and `${b}` begins is not said: `${a}` would take all there is");
                let help = format!(
                    "write one run for both, or what stands between them; give them types, `${a}:RULE*`; or say in a \
                     condition what `${b}` is"
                );
                errors.push(
                    Diagnostic::error(&self.text, other.span, message).label(one.span, "the run before it").help(help),
                );
            }
        }
    }

    fn lint_condition(&self, rule: &Rule, check: &Check) -> Option<Diagnostic> {
        let error = |message: String, help: String| Some(Diagnostic::error(&self.text, check.span, message).help(help));
        let symbols = &self.source.grammar().symbols;
        let network = &self.source.tables().network;
        match &check.test {
            Test::Trailing(variable, separator) => {
                let all = rule.alternatives.iter().flat_map(|pattern| bound(pattern, *variable));
                let one = all.map(|(metavariable, _)| metavariable).find(|one| one.repeat == Repeat::One)?;
                let name = self.scope.name(*variable);
                let message = format!("`${name}` stands for one node, and `{separator}` can stand behind a run alone");
                Some(
                    Diagnostic::error(&self.text, check.span, message)
                        .label(one.span, "one node")
                        .help(format!("write `${name}+` or `${name}*` in the pattern and in the result")),
                )
            }
            Test::Is(variable, reference) => {
                let (wanted, bound) = (self.symbols_of(reference), self.bound_as(rule, *variable)?);
                let path = |outer, inner| self.source.interpolations().path(Kind::Pure, outer, inner).is_some();
                let can_be = |&one: &Symbol| wanted.iter().any(|&other| one == other || path(one, other));
                if bound.iter().any(can_be) {
                    return None;
                }
                let name = self.scope.name(*variable);
                let (found, wanted) = (symbols.display(bound[0]), symbols.display(*wanted.first()?));
                let help = format!(
                    "ask `${name} has …` for what is below it, `inside …` for what is around, or give it the type that is \
                     meant: `${name}:RULE`"
                );
                error(format!("`${name}` stands for `{found}`, and no level of it is ever `{wanted}`"), help)
            }
            Test::Has(variable, reference) => {
                let (wanted, bound) = (self.symbols_of(reference), self.bound_as(rule, *variable)?);
                let below: BTreeSet<Symbol> = bound.iter().flat_map(|&one| reachable(network, one)).collect();
                if wanted.iter().any(|one| below.contains(one)) {
                    return None;
                }
                let name = self.scope.name(*variable);
                let (found, wanted) = (symbols.display(bound[0]), symbols.display(*wanted.first()?));
                let help = format!("ask for what can stand in `{found}`");
                error(format!("`${name}` stands for `{found}`, in which there is never `{wanted}`"), help)
            }
            Test::Around(Relation::Inside, reference) => {
                let wanted = self.symbols_of(reference);
                let below: BTreeSet<Symbol> = wanted.iter().flat_map(|&one| reachable(network, one)).collect();
                if rule.alternatives.iter().any(|pattern| below.contains(&pattern.symbol())) {
                    return None;
                }
                let (own, wanted) = (symbols.display(rule.alternatives[0].symbol()), symbols.display(*wanted.first()?));
                let help = format!("ask for what `{own}` can stand in");
                error(format!("the rule is about `{own}`, which never stands in `{wanted}`"), help)
            }
            Test::Matches(..) | Test::Around(..) | Test::Holds(..) | Test::New(..) => None,
        }
    }

    fn symbols_of(&self, reference: &Reference) -> Vec<Symbol> {
        match reference {
            Reference::Pattern(pattern) => vec![pattern.symbol()],
            Reference::Named(named) => self.named[*named].alternatives.iter().map(Pattern::symbol).collect(),
        }
    }

    /// What a metavariable of the rule's patterns stands for; of a run that has a type, its elements. `None` if it is not
    /// known, since a run without a type may hold anything, or another pattern binds it.
    fn bound_as(&self, rule: &Rule, variable: Variable) -> Option<Vec<Symbol>> {
        let mut symbols = Vec::new();
        for pattern in &rule.alternatives {
            let mut known = false;
            for (metavariable, symbol) in bound(pattern, variable) {
                let is_run = metavariable.repeat != Repeat::One;
                if is_run && metavariable.wanted.symbol().is_none() {
                    return None;
                }
                symbols.push(symbol);
                known = true;
            }
            if !known {
                return None;
            }
        }
        Some(symbols).filter(|symbols| !symbols.is_empty())
    }
}

/// The occurrences of a metavariable in a pattern, with the symbols that they stand for.
fn bound(pattern: &Pattern, variable: Variable) -> impl Iterator<Item = (&Metavariable, Symbol)> {
    pattern.parts.iter().filter_map(move |part| match &part.below {
        Below::Metavariable(one) if one.variable == variable => Some((one, part.symbols[part.symbols.len() - 1])),
        _ => None,
    })
}

/// The run that a part is, if it may be long.
fn run(part: &super::pattern::Part) -> Option<&Metavariable> {
    match &part.below {
        Below::Metavariable(one) if matches!(one.repeat, Repeat::Star | Repeat::Plus) => Some(one),
        _ => None,
    }
}

/// The metavariables that a condition tests.
fn variables(test: &Test) -> Vec<Variable> {
    match test {
        Test::Trailing(variable, _) | Test::Is(variable, _) | Test::Matches(variable, _) | Test::Has(variable, _) => {
            vec![*variable]
        }
        Test::Holds(_, variables) => variables.clone(),
        Test::Around(..) | Test::New(..) => Vec::new(),
    }
}
