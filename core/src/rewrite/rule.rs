//! Rewriting rules, checked and ready to be applied.

use std::sync::Arc;

use regex::Regex;

use super::fragment::{Fragment, Repeat};
use super::matching::{Binding, Bindings, match_fragment};
use super::template::Spacing;
use crate::cst::node::{Node, Tree};
use crate::diagnostic::{Diagnostic, SourceText, did_you_mean};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::notation::syntax::{self, Condition, Outcome, RegexLiteral, RewriteRule, SymbolName};
use crate::span::Span;

/// A function that gives the text of a new token for the text of a node, without the trivia before it. `None`: the rule
/// does not apply. An error: the construct cannot be translated, for this reason.
pub type Compute = fn(&str) -> std::result::Result<Option<String>, String>;

/// A rule that is known to be applicable.
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) pattern: Pattern,
    pub(crate) result: Result,
    conditions: Vec<Check>,
    /// Texts without which a file has no match.
    pub(crate) required: Vec<String>,
}

/// What a rule applies to.
pub(crate) enum Pattern {
    /// A tree.
    Tree(Box<Fragment>),
    /// A token with this kind and, if given, text.
    Token(Symbol, Option<Regex>),
}

/// What a rule gives.
pub(crate) enum Result {
    /// A tree of the target.
    Tree(Box<Fragment>, Spacing),
    /// The text of a token, with the groups of the pattern's regex.
    Text(String),
    /// A computed text of a token.
    Compute(Compute),
    /// An error with this reason.
    Refuse(String),
}

enum Check {
    Trailing { variable: String, separator: String, present: bool },
    Is { variable: String, symbol: Symbol, positive: bool },
    Matches { variable: String, regex: Regex, positive: bool },
}

impl Rule {
    /// The symbol of the nodes that the rule may apply to.
    pub(crate) fn symbol(&self) -> Symbol {
        match &self.pattern {
            Pattern::Tree(fragment) => fragment.tree.symbol(fragment.tree.root()),
            Pattern::Token(symbol, _) => *symbol,
        }
    }

    /// Matches the rule, its conditions included.
    pub(crate) fn matches(&self, tree: &Tree, node: Node) -> Option<Bindings> {
        let bindings = match &self.pattern {
            Pattern::Tree(fragment) => match_fragment(fragment, tree, node)?,
            Pattern::Token(_, regex) => {
                let fits = regex.as_ref().is_none_or(|regex| regex.is_match(tree.text(node)));
                fits.then(Bindings::default)?
            }
        };
        self.conditions.iter().all(|check| check.holds(tree, &bindings)).then_some(bindings)
    }
}

impl Check {
    fn holds(&self, tree: &Tree, bindings: &Bindings) -> bool {
        match self {
            Check::Trailing { variable, separator, present } => {
                let has = match bindings.get(variable) {
                    Some(Binding::Run { nodes, .. }) => {
                        nodes.last().is_some_and(|&node| tree.is_token(node) && tree.text(node) == separator)
                    }
                    _ => false,
                };
                has == *present
            }
            Check::Is { variable, symbol, positive } => {
                let is = match bindings.get(variable) {
                    Some(Binding::Node(node)) => tree.chain(*node)[usize::from(node.level)..].contains(symbol),
                    Some(Binding::Run { nodes, .. }) => nodes.iter().all(|&node| {
                        tree.is_token(node) || tree.chain(node)[usize::from(node.level)..].contains(symbol)
                    }),
                    None => false,
                };
                is == *positive
            }
            Check::Matches { variable, regex, positive } => {
                let text = match bindings.get(variable) {
                    Some(Binding::Node(node)) => tree.text_of(*node),
                    Some(Binding::Run { nodes, .. }) => {
                        nodes.iter().map(|&node| tree.trivia(node).to_owned() + &tree.text_of(node)).collect::<String>()
                    }
                    None => String::new(),
                };
                regex.is_match(text.trim()) == *positive
            }
        }
    }
}

/// What rules are compiled with.
pub(crate) struct Compiler<'a> {
    pub(crate) text: &'a Arc<SourceText>,
    pub(crate) source: &'a Langlet,
    pub(crate) target: &'a Langlet,
    pub(crate) functions: &'a [(&'static str, Compute)],
}

impl Compiler<'_> {
    /// Checks a rule: both sides parse, and what the right side and the conditions use is bound by the left.
    pub(crate) fn compile(&self, rule: &RewriteRule) -> std::result::Result<Rule, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let pattern = self.pattern(&rule.pattern).map_err(|error| errors.push(error)).ok();
        let is_token = matches!(pattern, Some(Pattern::Token(..)));
        let result = match &rule.result {
            Outcome::Tree(quotation) => self.quotation(self.target, quotation).map(|template| {
                let spacing = match &pattern {
                    Some(Pattern::Tree(pattern)) => Spacing::new(pattern, &template),
                    _ => Spacing::new(&template, &template),
                };
                Result::Tree(Box::new(template), spacing)
            }),
            Outcome::Text(text) => Ok(Result::Text(text.text.clone())),
            Outcome::Refuse(reason) => Ok(Result::Refuse(reason.text.clone())),
            Outcome::Compute(name) => match self.functions.iter().find(|(known, _)| *known == name.text) {
                Some((_, function)) => Ok(Result::Compute(*function)),
                None => {
                    let message = format!("there is no function `{}` in this transformation's crate", name.text);
                    let error = Diagnostic::error(self.text, name.span, message);
                    let near = did_you_mean(&name.text, self.functions.iter().map(|(name, _)| *name));
                    Err(match near {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => error,
                    })
                }
            },
        };
        let result = result.map_err(|error| errors.push(error)).ok();
        if is_token && let Some(Result::Tree(..)) = result {
            let message = "a token cannot become a tree by a template without its text";
            errors.push(
                Diagnostic::error(self.text, rule.span, message)
                    .help("quote it in a rule that has it: `rule_name [| $x:TOKEN |]`"),
            );
        }
        let bound: Vec<(String, Repeat)> = match &pattern {
            Some(Pattern::Tree(fragment)) => {
                fragment.metavariables().iter().map(|m| (m.name.clone(), m.repeat)).collect()
            }
            _ => Vec::new(),
        };
        if let (Some(Pattern::Tree(_)), Some(Result::Tree(template, _))) = (&pattern, &result) {
            for metavariable in template.metavariables() {
                self.check_bound(&bound, &metavariable.name, Some(metavariable.repeat), metavariable.span, &mut errors);
            }
        }
        let mut conditions = Vec::new();
        for condition in &rule.conditions {
            match self.condition(condition, &bound, &mut errors) {
                Ok(Some(check)) => conditions.push(check),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        match (pattern, result) {
            (Some(pattern), Some(result)) if errors.is_empty() => {
                let required = match &pattern {
                    Pattern::Tree(fragment) => fragment.literals(),
                    Pattern::Token(..) => Vec::new(),
                };
                Ok(Rule { name: rule.name.text.clone(), pattern, result, conditions, required })
            }
            _ => Err(errors),
        }
    }

    fn pattern(&self, pattern: &syntax::Pattern) -> std::result::Result<Pattern, Diagnostic> {
        match pattern {
            syntax::Pattern::Tree(quotation) => Ok(Pattern::Tree(Box::new(self.quotation(self.source, quotation)?))),
            syntax::Pattern::Token { symbol, regex } => {
                let kind = self.symbol(self.source, symbol)?;
                if self.source.grammar().symbols.is_rule(kind) {
                    let message = format!("`{}` is a rule, not a token", self.source.grammar().symbols.name(kind));
                    let error = Diagnostic::error(self.text, symbol.span(), message);
                    return Err(error.help("say what it matches: `rule_name [| … |]`"));
                }
                let regex = regex.as_ref().map(|regex| self.regex(regex)).transpose()?;
                Ok(Pattern::Token(kind, regex))
            }
        }
    }

    fn quotation(&self, langlet: &Langlet, quotation: &syntax::Quotation) -> std::result::Result<Fragment, Diagnostic> {
        let symbol = self.symbol(langlet, &quotation.symbol)?;
        if !langlet.grammar().symbols.is_rule(symbol) {
            let message = format!("`{}` is a token, not a rule", langlet.grammar().symbols.name(symbol));
            return Err(Diagnostic::error(self.text, quotation.symbol.span(), message));
        }
        Fragment::parse(langlet, symbol, &quotation.text, self.text, quotation.text_span.start)
    }

    fn symbol(&self, langlet: &Langlet, name: &SymbolName) -> std::result::Result<Symbol, Diagnostic> {
        let found = match name {
            SymbolName::Name(name) => langlet.symbol(&name.text),
            SymbolName::Literal(literal) => langlet.symbol(&literal.text),
            SymbolName::Regex(regex) => langlet.symbol(&regex.pattern),
        };
        found.map_err(|error| Diagnostic::error(self.text, name.span(), error.to_string()))
    }

    fn regex(&self, literal: &RegexLiteral) -> std::result::Result<Regex, Diagnostic> {
        Regex::new(&format!("^(?:{})$", literal.pattern)).map_err(|error| {
            let message = error.to_string().lines().last().unwrap_or("this regex cannot be read").to_owned();
            Diagnostic::error(self.text, literal.span, message)
        })
    }

    fn check_bound(
        &self,
        bound: &[(String, Repeat)],
        name: &str,
        repeat: Option<Repeat>,
        span: Span,
        errors: &mut Vec<Diagnostic>,
    ) {
        match bound.iter().find(|(known, _)| known == name) {
            None => {
                let error = Diagnostic::error(self.text, span, format!("the pattern does not bind `${name}`"));
                let near = did_you_mean(name, bound.iter().map(|(name, _)| name.as_str()));
                errors.push(match near {
                    Some(near) => error.help(format!("did you mean `${near}`?")),
                    None => error,
                });
            }
            Some((_, known)) => {
                if let Some(repeat) = repeat
                    && (repeat == Repeat::One) != (*known == Repeat::One)
                {
                    let what = if *known == Repeat::One { "one node" } else { "a run of siblings" };
                    let message = format!("in the pattern `${name}` stands for {what}");
                    errors.push(Diagnostic::error(self.text, span, message));
                }
            }
        }
    }

    fn condition(
        &self,
        condition: &Condition,
        bound: &[(String, Repeat)],
        errors: &mut Vec<Diagnostic>,
    ) -> std::result::Result<Option<Check>, Diagnostic> {
        let variable = match condition {
            Condition::Trailing { variable, .. }
            | Condition::Is { variable, .. }
            | Condition::Matches { variable, .. } => variable,
        };
        self.check_bound(bound, &variable.text, None, variable.span, errors);
        let name = variable.text.clone();
        Ok(Some(match condition {
            Condition::Trailing { separator, present, .. } => {
                Check::Trailing { variable: name, separator: separator.text.clone(), present: *present }
            }
            Condition::Is { symbol, positive, .. } => {
                Check::Is { variable: name, symbol: self.symbol(self.source, symbol)?, positive: *positive }
            }
            Condition::Matches { regex, positive, .. } => {
                Check::Matches { variable: name, regex: self.regex(regex)?, positive: *positive }
            }
        }))
    }
}
