//! Rewriting rules, checked and ready to be applied.

use std::sync::Arc;

use regex::Regex;

use super::condition::{Check, Predicate, Reference, Test};
use super::fragment::Fragment;
use super::matching::Matcher;
use super::metavariable::{Repeat, Scope, Type, Variable};
use super::pattern::{Below, NamedPattern, Pattern};
use super::space::Space;
use super::template::Template;
use crate::diagnostic::{Diagnostic, SourceText, did_you_mean};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::notation::syntax::{self, Condition, Outcome, RegexLiteral, RewriteRule, SymbolName};
use crate::span::Span;

/// A function that gives the text of a new token for the text of a node, without the trivia before it. `None`: the rule
/// does not apply. An error: the construct cannot be translated, for this reason.
pub type Compute = fn(&str) -> Result<Option<String>, String>;

/// The functions of a transformation's crate that its rules call by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Functions<'a> {
    /// For `=> compute name`.
    pub computes: &'a [(&'static str, Compute)],
    /// For conditions `name($x)`.
    pub predicates: &'a [(&'static str, Predicate)],
}

impl Functions<'static> {
    /// For rules that call none.
    pub const NONE: Functions<'static> = Functions { computes: &[], predicates: &[] };
}

/// A rule that is known to be applicable.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) alternatives: Vec<Pattern>,
    /// Tried in order for each alternative.
    pub(crate) cases: Vec<Case>,
    /// The number of its phase.
    pub(crate) phase: usize,
    /// Its name in the file.
    pub(crate) span: Span,
}

/// A result and when it is given.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) result: RuleResult,
    pub(crate) conditions: Vec<Check>,
}

impl Case {
    /// Whether the pattern of the rule fits the matcher's node and the conditions of the case hold.
    pub(crate) fn fits<'a>(&'a self, matcher: &mut Matcher<'a>, pattern: &'a Pattern) -> bool {
        match self.takes_rest() {
            true => matcher.fits_open(pattern, &self.conditions),
            false => matcher.fits(pattern, &self.conditions),
        }
    }

    /// Whether a condition may fail.
    pub(crate) fn is_conditional(&self) -> bool {
        self.conditions.iter().any(|check| !matches!(check.test, Test::New(..)))
    }

    /// Whether what follows a head with postfixes can follow the result: there is one, or none is needed.
    pub(crate) fn takes_rest(&self) -> bool {
        match &self.result {
            RuleResult::Trees(templates) => templates.len() == 1 && templates[0].fragment.root_run().is_none(),
            RuleResult::Refuse(_) => true,
            RuleResult::Text(_) | RuleResult::Compute(_) | RuleResult::Delete => false,
        }
    }
}

/// What a rule gives.
#[derive(Debug)]
pub(crate) enum RuleResult {
    /// Trees of the target, siblings if there are several.
    Trees(Vec<Template>),
    /// The text of a token, with the groups of the pattern's regex.
    Text(String),
    /// A computed text of a token.
    Compute(Compute),
    /// An error with this reason.
    Refuse(String),
    /// Nothing: the node goes, with a separator.
    Delete,
}

impl Rule {
    /// Whether a result may be no node at all.
    pub(crate) fn may_remove(&self) -> bool {
        let is_run = |template: &Template| template.fragment.root_run().is_some();
        self.cases.iter().any(|case| match &case.result {
            RuleResult::Delete => true,
            RuleResult::Trees(templates) => templates.iter().all(is_run),
            RuleResult::Text(_) | RuleResult::Compute(_) | RuleResult::Refuse(_) => false,
        })
    }
}

/// The groups that a text refers to, as `$1`, `$name` or `${name}`.
fn groups(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    // Progress: each turn is behind one more dollar sign.
    while let Some((_, behind)) = rest.split_once('$') {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        rest = behind;
        if let Some(escaped) = behind.strip_prefix('$') {
            rest = escaped;
        } else if let Some((name, others)) = behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            found.push(name);
            rest = others;
        } else {
            let end = behind.find(|c| !is_letter(c)).unwrap_or(behind.len());
            found.extend(Some(&behind[..end]).filter(|name| !name.is_empty()));
        }
    }
    found
}

/// What a pattern binds: the metavariable, whether one node or a run, and the symbol it stands for where that is known.
type Bound = (Variable, Repeat, Option<Symbol>);

/// What rules are compiled with.
pub(crate) struct Compiler<'a> {
    pub(crate) text: &'a Arc<SourceText>,
    pub(crate) source: &'a Langlet,
    pub(crate) target: &'a Langlet,
    pub(crate) functions: Functions<'a>,
    pub(crate) scope: Scope,
    pub(crate) named: Vec<NamedPattern>,
    pub(crate) space: Space,
    /// `bound_by[named pattern]`.
    bound_by: Vec<Vec<Bound>>,
    /// Whether the pattern at hand could not be read, so that it is not known what it binds.
    is_unknown: bool,
    errors: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(
        text: &'a Arc<SourceText>,
        source: &'a Langlet,
        target: &'a Langlet,
        functions: Functions<'a>,
    ) -> Compiler<'a> {
        let (scope, named, bound_by, errors) = (Scope::default(), Vec::new(), Vec::new(), Vec::new());
        let space = Space::new(source, target);
        Compiler { text, source, target, functions, scope, named, space, bound_by, is_unknown: false, errors }
    }

    /// The mistakes found so far.
    pub(crate) fn take_errors(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.errors)
    }

    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let error = Diagnostic::error(self.text, span, message);
        self.errors.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Adds a named pattern. It may use those before it, so patterns are never nested without end.
    pub(crate) fn add_named(&mut self, named: &syntax::NamedPattern) {
        let name = &named.name;
        if let Ok(symbol) = self.source.symbol(&name.text) {
            let kind = if self.source.grammar().symbols.is_rule(symbol) { "rule" } else { "token" };
            let message = format!("`{}` is a {kind} of {}", name.text, self.source.name());
            self.error(name.span, message, Some("give the pattern another name".to_owned()));
        }
        let alternatives: Vec<Pattern> =
            named.patterns.iter().filter_map(|pattern| self.own_pattern(pattern)).collect();
        self.is_unknown = alternatives.len() < named.patterns.len();
        let mut bound = self.bound_by_all(&alternatives, named.span);
        let conditions =
            named.conditions.iter().filter_map(|condition| self.condition(condition, &mut bound)).collect();
        let mut symbols: Vec<Symbol> = alternatives.iter().map(Pattern::symbol).collect();
        symbols.dedup();
        let symbol = if let [symbol] = symbols[..] { Some(symbol) } else { None };
        self.scope.patterns.push((name.text.clone(), symbol));
        self.named.push(NamedPattern { alternatives, conditions });
        self.bound_by.push(bound);
    }

    /// Checks a rule: both sides parse, and what the right side and the conditions use is bound by the left. `None` if
    /// something is wrong; the mistakes are kept.
    pub(crate) fn compile(&mut self, rule: &RewriteRule) -> Option<Rule> {
        let n_errors = self.errors.len();
        let alternatives: Vec<Pattern> = rule.patterns.iter().filter_map(|pattern| self.own_pattern(pattern)).collect();
        self.is_unknown = alternatives.len() < rule.patterns.len();
        let bound = self.bound_by_all(&alternatives, rule.name.span);
        let mut cases = Vec::new();
        for case in &rule.cases {
            let mut bound = bound.clone();
            let conditions: Vec<Check> =
                case.conditions.iter().filter_map(|condition| self.condition(condition, &mut bound)).collect();
            if let Some(result) = self.result(&case.result, rule, &alternatives, &bound) {
                cases.push(Case { result, conditions });
            }
        }
        let last = rule.cases.len().saturating_sub(1);
        for (index, case) in rule.cases.iter().enumerate() {
            if index < last && case.conditions.is_empty() {
                let help = "put the result without conditions last";
                self.error(case.span, "the results behind this one are never given", Some(help.to_owned()));
            }
        }
        let phase = rule.phase.map_or(0, |phase| phase + 1);
        let rule = Rule { name: rule.name.text.clone(), alternatives, cases, phase, span: rule.name.span };
        (self.errors.len() == n_errors).then_some(rule)
    }

    fn result(
        &mut self,
        result: &Outcome,
        rule: &RewriteRule,
        alternatives: &[Pattern],
        bound: &[Bound],
    ) -> Option<RuleResult> {
        match result {
            Outcome::Trees(quotations) => {
                let has_text = alternatives.iter().all(|pattern| pattern.fragment.is_some());
                let mut templates = Vec::new();
                for quotation in quotations {
                    let known = bound.iter().filter(|(_, repeat, _)| *repeat == Repeat::One);
                    let known =
                        known.filter_map(|&(variable, _, symbol)| Some((variable, self.space.to_target(symbol?)?)));
                    self.scope.bound = known.collect();
                    self.scope.is_result = true;
                    let fragment = self.quotation(self.target, quotation, false);
                    self.scope.is_result = false;
                    self.scope.bound.clear();
                    let fragment = fragment?;
                    for metavariable in fragment.metavariables() {
                        self.check_bound(bound, metavariable.variable, Some(metavariable.repeat), metavariable.span);
                    }
                    let patterns: Vec<Option<&Fragment>> =
                        alternatives.iter().map(|pattern| pattern.fragment.as_deref()).collect();
                    templates.push(Template::new(fragment, &patterns));
                }
                if !has_text
                    && alternatives.iter().any(|pattern| !self.source.grammar().symbols.is_rule(pattern.symbol()))
                {
                    let message = "a token cannot become a tree by a template without its text";
                    let help = "quote it in a rule that has it: `rule_name [| $x:TOKEN |]`";
                    self.error(rule.span, message, Some(help.to_owned()));
                }
                Some(RuleResult::Trees(templates))
            }
            Outcome::Text(text) => {
                for name in groups(&text.text) {
                    let has = |regex: &Regex| match name.parse::<usize>() {
                        Ok(number) => number < regex.captures_len(),
                        Err(_) => regex.capture_names().flatten().any(|known| known == name),
                    };
                    if !alternatives.iter().all(|pattern| pattern.regex().is_some_and(has)) && !self.is_unknown {
                        let help = "the groups of a regex are `$1`, `$2` …, or `${name}` for `(?<name>…)`; a dollar sign is `$$`";
                        self.error(text.span, format!("the pattern has no group `{name}`"), Some(help.to_owned()));
                    }
                }
                Some(RuleResult::Text(text.text.clone()))
            }
            Outcome::Refuse(reason) => Some(RuleResult::Refuse(reason.text.clone())),
            Outcome::Delete(_) => Some(RuleResult::Delete),
            Outcome::Compute(name) => match self.functions.computes.iter().find(|(known, _)| *known == name.text) {
                Some((_, function)) => Some(RuleResult::Compute(*function)),
                None => {
                    self.no_function(name, self.functions.computes.iter().map(|(name, _)| *name).collect());
                    None
                }
            },
        }
    }

    fn no_function(&mut self, name: &syntax::Name, known: Vec<&'static str>) {
        let message = format!("there is no function `{}` in this transformation's crate", name.text);
        let help = did_you_mean(&name.text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        self.error(name.span, message, help);
    }

    /// A pattern that stands for itself: no named one.
    fn own_pattern(&mut self, pattern: &syntax::Pattern) -> Option<Pattern> {
        match self.reference(pattern)? {
            Reference::Pattern(pattern) => Some(*pattern),
            Reference::Named(_) => {
                let syntax::Pattern::Symbol { symbol, .. } = pattern else { return None };
                let message = "a named pattern cannot be a rule's own pattern";
                let help = "name it behind a metavariable: `rule_name [| $x:name |]`";
                self.error(symbol.span(), message, Some(help.to_owned()));
                None
            }
        }
    }

    fn reference(&mut self, pattern: &syntax::Pattern) -> Option<Reference> {
        match pattern {
            syntax::Pattern::Tree(quotation) => {
                let fragment = self.quotation(self.source, quotation, true)?;
                Some(Reference::Pattern(Box::new(Pattern::of_fragment(fragment))))
            }
            syntax::Pattern::Symbol { symbol, regex } => {
                if let (SymbolName::Name(name), None) = (symbol, regex)
                    && let Some(index) = self.scope.patterns.iter().position(|(known, _)| *known == name.text)
                {
                    return Some(Reference::Named(index));
                }
                let found = self.symbol(self.source, symbol);
                let found = self.keep(found)?;
                if regex.is_some() && self.source.grammar().symbols.is_rule(found) {
                    let message = format!("`{}` is a rule, not a token", self.source.grammar().symbols.name(found));
                    let help = "say what it matches: `rule_name [| … |]`";
                    self.error(symbol.span(), message, Some(help.to_owned()));
                    return None;
                }
                let compiled = regex.as_ref().map(|regex| self.regex(regex)).transpose();
                let compiled = self.keep(compiled)?;
                Some(Reference::Pattern(Box::new(Pattern::of_symbol(found, compiled, symbol.span()))))
            }
        }
    }

    fn quotation(&mut self, langlet: &Langlet, quotation: &syntax::Quotation, is_pattern: bool) -> Option<Fragment> {
        let symbol = self.symbol(langlet, &quotation.symbol);
        let symbol = self.keep(symbol)?;
        if !langlet.grammar().symbols.is_rule(symbol) {
            let message = format!("`{}` is a token, not a rule", langlet.grammar().symbols.name(symbol));
            self.error(quotation.symbol.span(), message, None);
            return None;
        }
        let start = quotation.text_span.start;
        // A template has no use for types; a name in it is that of the target's symbol.
        let named = (!is_pattern).then(|| std::mem::take(&mut self.scope.patterns));
        let fragment = Fragment::parse(langlet, symbol, &quotation.text, self.text, start, &mut self.scope);
        if let Some(named) = named {
            self.scope.patterns = named;
        }
        self.keep(fragment)
    }

    fn symbol(&self, langlet: &Langlet, name: &SymbolName) -> Result<Symbol, Diagnostic> {
        let found = match name {
            SymbolName::Name(name) => langlet.symbol(&name.text),
            SymbolName::Literal(literal) => langlet.symbol(&literal.text),
            SymbolName::Regex(regex) => langlet.symbol(&regex.pattern),
        };
        found.map_err(|error| {
            let unknown = Diagnostic::error(self.text, name.span(), error.to_string());
            let of_other = |other: &Langlet| other != langlet && other.symbol(&error.name).is_ok();
            match [self.source, self.target].into_iter().find(|other| of_other(other)) {
                Some(other) => {
                    unknown.help(format!("it is one of {}; here a symbol of {} is meant", other.name(), langlet.name()))
                }
                None if error.near.is_some() => unknown,
                None => unknown.help(format!("`langlet show {}` lists them", langlet.name())),
            }
        })
    }

    /// # Errors
    /// The regex cannot be read; the place is within it.
    fn regex(&self, literal: &RegexLiteral) -> Result<Regex, Diagnostic> {
        let parsed = regex_syntax::Parser::new().parse(&literal.pattern);
        let mistake = match parsed {
            Ok(_) => None,
            Err(regex_syntax::Error::Parse(error)) => Some((*error.span(), error.kind().to_string())),
            Err(regex_syntax::Error::Translate(error)) => Some((*error.span(), error.kind().to_string())),
            Err(error) => return Err(Diagnostic::error(self.text, literal.span, error.to_string())),
        };
        if let Some((span, message)) = mistake {
            // The pattern begins behind the slash.
            let at = |offset: usize| (literal.span.start + 1 + offset as u32).min(literal.span.end - 1);
            let place = Span::new(at(span.start.offset), at(span.end.offset));
            let help = "a regex is written as that of a token; a sign that means itself gets a backslash: `\\(`";
            return Err(Diagnostic::error(self.text, place, message).help(help));
        }
        Regex::new(&format!("^(?:{})$", literal.pattern))
            .map_err(|error| Diagnostic::error(self.text, literal.span, error.to_string()))
    }

    /// What a pattern binds. The same name twice must mean the same kind of thing.
    fn bound_by_pattern(&mut self, pattern: &Pattern) -> Vec<Bound> {
        let mut bound: Vec<Bound> = Vec::new();
        for part in &pattern.parts {
            let Below::Metavariable(metavariable) = &part.below else { continue };
            let symbol = part.symbols[part.symbols.len() - 1];
            self.add_bound(&mut bound, (metavariable.variable, metavariable.repeat, Some(symbol)), metavariable.span);
            if let Type::Pattern(named, _) = metavariable.wanted {
                for inner in self.bound_by[named].clone() {
                    self.add_bound(&mut bound, inner, metavariable.span);
                }
            }
        }
        bound
    }

    fn add_bound(&mut self, bound: &mut Vec<Bound>, new: Bound, span: Span) {
        let Some(known) = bound.iter_mut().find(|(variable, ..)| *variable == new.0) else {
            bound.push(new);
            return;
        };
        if (known.1 == Repeat::One) != (new.1 == Repeat::One) {
            let name = self.scope.name(new.0).to_owned();
            let message = format!("`${name}` stands for one node and for a run of siblings");
            self.error(span, message, Some("give one of them another name".to_owned()));
        } else if known.2 != new.2 {
            known.2 = None;
        }
    }

    /// What all alternatives bind.
    fn bound_by_all(&mut self, alternatives: &[Pattern], span: Span) -> Vec<Bound> {
        let mut each = Vec::new();
        for pattern in alternatives {
            each.push(self.bound_by_pattern(pattern));
        }
        let Some((first, others)) = each.split_first() else { return Vec::new() };
        let mut bound = first.clone();
        for other in others {
            bound.retain(|(variable, ..)| other.iter().any(|(known, ..)| known == variable));
            for &new in other {
                if bound.iter().any(|(variable, ..)| *variable == new.0) {
                    self.add_bound(&mut bound, new, span);
                }
            }
        }
        bound
    }

    fn check_bound(&mut self, bound: &[Bound], variable: Variable, repeat: Option<Repeat>, span: Span) {
        let name = self.scope.name(variable).to_owned();
        match bound.iter().find(|(known, ..)| *known == variable) {
            None if self.is_unknown => {}
            None => {
                let names: Vec<String> = bound.iter().map(|(known, ..)| self.scope.name(*known).to_owned()).collect();
                let near = did_you_mean(&name, names.iter().map(String::as_str));
                let help = near.map(|near| format!("did you mean `${near}`?"));
                self.error(span, format!("the pattern does not bind `${name}`"), help);
            }
            Some((_, known, _)) => {
                if repeat.is_some_and(|repeat| (repeat == Repeat::One) != (*known == Repeat::One)) {
                    let what = if *known == Repeat::One { "one node" } else { "a run of siblings" };
                    self.error(span, format!("in the pattern `${name}` stands for {what}"), None);
                }
            }
        }
    }

    /// What `$x is new "text"` binds: a token of the target, of the kind that the text has with a number behind it, too.
    fn new_name(&mut self, name: &syntax::Name, text: &syntax::Literal, bound: &mut Vec<Bound>) -> Option<Test> {
        let variable = self.scope.variable(&name.text);
        if bound.iter().any(|(known, ..)| *known == variable) {
            let help = "what is new has a name of its own";
            self.error(name.span, format!("`${}` is bound already", name.text), Some(help.to_owned()));
            return None;
        }
        let lexer = self.target.lexer();
        let kind = lexer.kind_of(&text.text);
        let numbered = lexer.kind_of(&format!("{}1", text.text));
        let Some(kind) = kind.filter(|_| kind == numbered) else {
            let message =
                format!("`{}`, with or without a number behind it, is no token of {}", text.text, self.target.name());
            self.error(text.span, message, Some("write a name".to_owned()));
            return None;
        };
        let symbol = self.target.tables().terminals.symbol(kind).expect("a token that was read has a symbol");
        let symbol = self.space.of_target(symbol);
        let of_source = Some(symbol).filter(|symbol| symbol.index() < self.source.grammar().symbols.len());
        bound.push((variable, Repeat::One, of_source));
        Some(Test::New(variable, symbol, text.text.clone()))
    }

    /// Compiles a condition; what it binds is added to what is bound.
    fn condition(&mut self, condition: &Condition, bound: &mut Vec<Bound>) -> Option<Check> {
        let n_errors = self.errors.len();
        let used = |compiler: &mut Self, name: &syntax::Name| {
            let variable = compiler.scope.variable(&name.text);
            compiler.check_bound(bound, variable, None, name.span);
            variable
        };
        let (test, positive) = match condition {
            Condition::Trailing { variable, separator, present, .. } => {
                (Test::Trailing(used(self, variable), separator.text.clone()), *present)
            }
            Condition::Matches { variable, regex, positive, .. } => {
                let variable = used(self, variable);
                let regex = self.regex(regex);
                (Test::Matches(variable, self.keep(regex)?), *positive)
            }
            Condition::Is { variable, pattern, positive, .. } => {
                (Test::Is(used(self, variable), self.reference(pattern)?), *positive)
            }
            Condition::Has { variable, pattern, positive, .. } => {
                (Test::Has(used(self, variable), self.reference(pattern)?), *positive)
            }
            Condition::Around { relation, pattern, positive, .. } => {
                (Test::Around(*relation, self.reference(pattern)?), *positive)
            }
            Condition::New { variable, text, .. } => (self.new_name(variable, text, bound)?, true),
            Condition::Holds { predicate, arguments, positive, .. } => {
                let arguments = arguments.iter().map(|argument| used(self, argument)).collect();
                match self.functions.predicates.iter().find(|(known, _)| *known == predicate.text) {
                    Some((_, function)) => (Test::Holds(*function, arguments), *positive),
                    None => {
                        self.no_function(predicate, self.functions.predicates.iter().map(|(name, _)| *name).collect());
                        return None;
                    }
                }
            }
        };
        if let (Test::Is(_, reference) | Test::Has(_, reference) | Test::Around(_, reference), true) = (&test, positive)
        {
            let more = match reference {
                Reference::Pattern(pattern) => self.bound_by_pattern(pattern),
                Reference::Named(named) => self.bound_by[*named].clone(),
            };
            more.into_iter().for_each(|new| self.add_bound(bound, new, condition.span()));
        }
        (self.errors.len() == n_errors).then_some(Check { test, positive, span: condition.span() })
    }
}
