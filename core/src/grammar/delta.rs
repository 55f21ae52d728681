//! Inheritance: a parent and a delta give the whole grammar.
//!
//! Three passes over the file. The first gives every name that the file declares its symbol and knows the parts of regexes, so
//! that the order of declarations does not matter; the second resolves right-hand sides and applies the operators in the order of
//! the file; the third drops what is to be dropped. Then inherited regexes are put together anew.
//! Every mistake is reported, with the place and the mend; a grammar comes out only if there is no error.

mod regex;

use std::sync::Arc;

use super::part;
use super::{Grammar, Indent, Layout, Parts, Rhs, Rule, Symbol, SymbolKind, Symbols};
use crate::diagnostic::{Diagnostic, SourceText, did_you_mean};
use crate::notation::syntax::{Expression, Item, ItemKind, LangletFile, Name, Operator, Side, SymbolName};
use crate::regex::Terms;
use crate::span::Span;

/// Applies the delta `file` to `parent` (`None` for a root). Warnings come with the grammar.
///
/// # Errors
/// Everything that is wrong with the delta itself: names that do not exist or exist already, operators that do not fit,
/// symbols that are removed but still used. What is wrong with the whole grammar is found by [`super::check`].
pub fn apply(
    parent: Option<&Arc<Grammar>>,
    source: &Arc<SourceText>,
    file: LangletFile,
) -> Result<(Grammar, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file = Arc::new(file);
    let name: Arc<str> = file.name.text.as_str().into();
    let grammar = match parent {
        Some(parent) => {
            let mut rules = parent.rules.clone();
            for (symbol, rhs) in &parent.written {
                rules[symbol].rhs = rhs.clone();
            }
            Grammar {
                name: name.clone(),
                parent: Some(parent.clone()),
                source: source.clone(),
                file: file.clone(),
                rules,
                written: im::OrdMap::new(),
                ..Grammar::clone(parent)
            }
        }
        None => Grammar {
            name: name.clone(),
            parent: None,
            source: source.clone(),
            file: file.clone(),
            symbols: Symbols::default(),
            rules: im::OrdMap::new(),
            written: im::OrdMap::new(),
            token_order: im::Vector::new(),
            parts: Parts::new(),
            tokens: im::OrdMap::new(),
            soft: im::OrdMap::new(),
            layout: Layout::default(),
            joins: im::Vector::new(),
            neutrals: im::Vector::new(),
            constants: im::OrdMap::new(),
            tight_before: im::OrdSet::new(),
            tight_after: im::OrdSet::new(),
            starts: im::Vector::new(),
        },
    };
    let written = part::Written::default();
    let mut delta = Delta { grammar, name, diagnostics: Vec::new(), defined: Vec::new(), n_new_tokens: 0, written };
    for item in &file.items {
        delta.declare(item);
    }
    delta.write_out_parts();
    let overflow = delta.diagnostics.iter().any(|d| d.message.starts_with("too many symbols"));
    if !overflow {
        for item in &file.items {
            delta.define(item);
        }
        for item in &file.items {
            delta.drop_names(item);
        }
        delta.check_uses();
        delta.expand_inherited();
    }
    let Delta { grammar, diagnostics, .. } = delta;
    if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok((grammar, diagnostics)) }
}

struct Delta {
    grammar: Grammar,
    name: Arc<str>,
    diagnostics: Vec<Diagnostic>,
    /// Names that this file defines, to report a second definition.
    defined: Vec<(Symbol, Span)>,
    /// Number of new named tokens so far; they stand in front of the inherited ones.
    n_new_tokens: usize,
    /// The parts, written out.
    written: part::Written,
}

impl Delta {
    fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::error(&self.grammar.source, span, message));
        self.diagnostics.last_mut().expect("just pushed")
    }

    fn warn(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::warning(&self.grammar.source, span, message));
        self.diagnostics.last_mut().expect("just pushed")
    }

    fn is_alive(&self, symbol: Symbol) -> bool {
        is_alive(&self.grammar, symbol)
    }

    // First pass: names.

    fn declare(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Rule { name, operator: Operator::Define, .. } => self.declare_name(name, SymbolKind::Rule),
            ItemKind::Token { name, operator: Operator::Define, .. } => self.declare_name(name, SymbolKind::Token),
            ItemKind::Skip { name, operator: Operator::Define, .. } => self.declare_name(name, SymbolKind::Skip),
            ItemKind::LayoutNewline { token, .. } => self.declare_layout(token),
            ItemKind::LayoutEnd { tokens } => tokens.iter().for_each(|token| self.declare_layout(token)),
            ItemKind::LayoutIndent { indent, dedent, .. } => {
                self.declare_layout(indent);
                self.declare_layout(dedent);
            }
            ItemKind::Rename { from, to } => self.rename(from, to),
            ItemKind::Part { name, operator, regex } => self.declare_part(name, *operator, regex),
            ItemKind::Drop(names) => names.iter().for_each(|name| self.drop_part(name)),
            _ => {}
        }
    }

    fn declare_name(&mut self, name: &Name, kind: SymbolKind) {
        if let Some(symbol) = self.grammar.symbols.named(&name.text) {
            if let Some(&(_, first)) = self.defined.iter().find(|(defined, _)| *defined == symbol) {
                let message = format!("`{}` is defined twice", name.text);
                let error = self.error(name.span, message);
                *error = error.clone().note("again here").label(first, "first here");
                return;
            }
            let owner = self.owner(symbol);
            let help = match kind {
                SymbolKind::Rule => format!(
                    "replace it with `{} := …`, add an alternative with `|=`, or choose another name",
                    name.text
                ),
                _ => format!("replace it with `{} := /…/`, or choose another name", name.text),
            };
            let message = format!("`{}` is inherited from {owner} and cannot be defined anew", name.text);
            let error = self.error(name.span, message);
            *error = error.clone().help(help);
            return;
        }
        self.add_symbol(name, kind);
    }

    fn add_symbol(&mut self, name: &Name, kind: SymbolKind) {
        match self.grammar.symbols.add(&name.text, kind) {
            Some(symbol) => {
                self.defined.push((symbol, name.span));
                if kind == SymbolKind::Token {
                    self.grammar.token_order.insert(self.n_new_tokens, symbol);
                    self.n_new_tokens += 1;
                }
            }
            None => {
                let message = format!("too many symbols: a langlet and its ancestors may have {}", Symbols::LIMIT);
                self.error(name.span, message);
            }
        }
    }

    fn declare_layout(&mut self, name: &Name) {
        match self.grammar.symbols.named(&name.text) {
            None => self.add_symbol(name, SymbolKind::Token),
            Some(symbol) if self.grammar.symbols.kind(symbol) == SymbolKind::Token => {}
            Some(_) => {
                self.error(name.span, format!("`{}` is not a token", name.text));
            }
        }
    }

    fn owner(&self, symbol: Symbol) -> String {
        let grammar = &self.grammar;
        let origin = match grammar.rules.get(&symbol) {
            Some(rule) => rule.history.last().map(|(langlet, _)| langlet.clone()),
            None => grammar.tokens.get(&symbol).map(|token| token.origin.clone()),
        };
        origin.map_or_else(|| "an ancestor".to_owned(), |langlet| langlet.to_string())
    }

    fn drop_name(&mut self, name: &Name) {
        if self.grammar.parent.as_ref().is_some_and(|parent| parent.parts.contains_key(&*name.text)) {
            return; // by the first pass
        }
        match self.grammar.symbols.named(&name.text) {
            Some(symbol) if self.defined.iter().all(|(defined, _)| *defined != symbol) && self.is_alive(symbol) => {
                let grammar = &mut self.grammar;
                grammar.rules.remove(&symbol);
                grammar.tokens.remove(&symbol);
                grammar.token_order.retain(|&token| token != symbol);
                grammar.constants.remove(&symbol);
                grammar.neutrals.retain(|(rule, _)| *rule != symbol);
                grammar.tight_before.remove(&symbol);
                grammar.tight_after.remove(&symbol);
                grammar.starts.retain(|&start| start != symbol);
                let layout = &mut grammar.layout;
                if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == symbol) {
                    layout.newline = None;
                }
                if layout.indent.is_some_and(|indent| indent.indent == symbol || indent.dedent == symbol) {
                    layout.indent = None;
                }
                layout.end.retain(|&end| end != symbol);
                grammar.symbols.forget(symbol);
            }
            Some(_) => {
                let message = format!("`{}` is not inherited, so there is nothing to drop", name.text);
                let error = self.error(name.span, message);
                *error = error.clone().help("remove its definition from this file instead");
            }
            None => {
                let message = format!("there is no rule or token `{}` to drop", name.text);
                self.unknown(name, message);
            }
        }
    }

    fn rename(&mut self, from: &Name, to: &Name) {
        if self.grammar.symbols.named(&to.text).is_some() {
            let message = format!("`{}` cannot be renamed to `{}`: that name is taken", from.text, to.text);
            self.error(to.span, message);
            return;
        }
        match self.grammar.symbols.named(&from.text) {
            Some(symbol) => self.grammar.symbols.rename(symbol, &to.text),
            None => {
                let message = format!("there is no rule or token `{}` to rename", from.text);
                self.unknown(from, message);
            }
        }
    }

    /// An error at a name that means nothing, with the nearest name that does.
    fn unknown(&mut self, name: &Name, message: String) {
        let names: Vec<Arc<str>> = self
            .grammar
            .symbols
            .iter()
            .filter(|&symbol| self.grammar.symbols.named(self.grammar.symbols.name(symbol)) == Some(symbol))
            .map(|symbol| self.grammar.symbols.info(symbol).name.clone())
            .collect();
        let near = did_you_mean(&name.text, names.iter().map(|name| &**name)).map(str::to_owned);
        let renamed = self.grammar.file.items.iter().find_map(|item| match &item.kind {
            ItemKind::Rename { from, to } if from.text == name.text && from.span != name.span => Some(to.text.clone()),
            _ => None,
        });
        let error = self.error(name.span, message);
        if let Some(new) = renamed {
            *error = error.clone().help(format!("this file renames it to `{new}`"));
        } else if let Some(near) = near {
            *error = error.clone().help(format!("did you mean `{near}`?"));
        }
    }

    // Second pass: meanings.

    fn define(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Rule { name, operator, body } => self.define_rule(name, *operator, body, item.span),
            ItemKind::Token { name, operator, regex } | ItemKind::Skip { name, operator, regex } => {
                let kind = match item.kind {
                    ItemKind::Token { .. } => SymbolKind::Token,
                    _ => SymbolKind::Skip,
                };
                let Some(symbol) = self.grammar.symbols.named(&name.text) else {
                    let message = format!("there is no inherited token `{}` to replace", name.text);
                    self.unknown(name, message);
                    return;
                };
                let is_own = self.defined.iter().any(|(defined, _)| *defined == symbol);
                if self.grammar.symbols.kind(symbol) != kind {
                    if *operator == Operator::Define {
                        return; // reported by the first pass
                    }
                    let what = if kind == SymbolKind::Skip { "a skipped token" } else { "a token" };
                    self.error(name.span, format!("`{}` is not {what}", name.text));
                    return;
                }
                if *operator == Operator::Replace && is_own {
                    self.error(
                        name.span,
                        format!("`{}` is defined in this file; there is nothing to replace", name.text),
                    );
                    return;
                }
                let token = self.token_rule(regex);
                let pattern = token.pattern.clone();
                if let Some(old) = self.grammar.tokens.insert(symbol, token)
                    && old.pattern == pattern
                {
                    self.warn(item.span, format!("this redefinition of `{}` changes nothing", name.text));
                }
            }
            ItemKind::Soft { fallback, keywords } => {
                let fallback = match fallback {
                    Some(name) => self.token_named(name),
                    None => None,
                };
                for keyword in keywords {
                    let Some(symbol) = self.literal(&keyword.text, keyword.span) else { continue };
                    let found = fallback.or_else(|| self.token_that_reads(&keyword.text));
                    match found {
                        Some(fallback) => {
                            self.grammar.soft.insert(symbol, fallback);
                        }
                        None => {
                            let message = format!("no token of this langlet reads the soft keyword '{}'", keyword.text);
                            self.error(keyword.span, message);
                        }
                    }
                }
            }
            ItemKind::LayoutNewline { token, regex } => {
                let rule = self.token_rule(regex);
                if let Some(symbol) = self.grammar.symbols.named(&token.text) {
                    self.grammar.layout.newline = Some((symbol, rule));
                }
            }
            ItemKind::LayoutIndent { indent, dedent, tab, strict } => {
                if *tab == 0 || *tab > 1000 {
                    self.error(item.span, format!("a tab stop of {tab} columns: it must be 1 to 1000"));
                    return;
                }
                let both = (self.grammar.symbols.named(&indent.text), self.grammar.symbols.named(&dedent.text));
                if let (Some(indent), Some(dedent)) = both {
                    self.grammar.layout.indent = Some(Indent { indent, dedent, tab: *tab, strict: *strict });
                }
            }
            ItemKind::LayoutEnd { tokens } => {
                let symbols = tokens.iter().filter_map(|token| self.grammar.symbols.named(&token.text));
                self.grammar.layout.end = symbols.collect();
            }
            ItemKind::Join(pairs) => {
                for (open, close) in pairs {
                    let both = (self.literal(&open.text, open.span), self.literal(&close.text, close.span));
                    if let (Some(open), Some(close)) = both
                        && !self.grammar.joins.contains(&(open, close))
                    {
                        self.grammar.joins.push_back((open, close));
                    }
                }
            }
            ItemKind::Neutral { rule, body } => {
                let Some(symbol) = self.rule_named(rule) else { return };
                if let Some(rhs) = self.resolve(body) {
                    self.grammar.neutrals.push_back((symbol, Arc::new(rhs)));
                }
            }
            ItemKind::Constant { name, text } => {
                if let Some(symbol) = self.token_named(name) {
                    self.grammar.constants.insert(symbol, text.text.as_str().into());
                }
            }
            ItemKind::Tight { side, symbols } => {
                for name in symbols {
                    let Some(symbol) = self.symbol(name) else { continue };
                    match side {
                        Side::Before => self.grammar.tight_before.insert(symbol),
                        Side::After => self.grammar.tight_after.insert(symbol),
                    };
                }
            }
            ItemKind::Start(names) => {
                let starts: im::Vector<Symbol> = names.iter().filter_map(|name| self.rule_named(name)).collect();
                self.grammar.starts = starts;
            }
            ItemKind::Drop(_) | ItemKind::Rename { .. } | ItemKind::Part { .. } => {}
        }
    }

    /// Third pass: what is dropped could be named until here, as in `atom -= '{' [dictmaker] '}'`.
    fn drop_names(&mut self, item: &Item) {
        if let ItemKind::Drop(names) = &item.kind {
            names.iter().for_each(|name| self.drop_name(name));
        }
    }

    fn define_rule(&mut self, name: &Name, operator: Operator, body: &Expression, span: Span) {
        let Some(symbol) = self.grammar.symbols.named(&name.text) else {
            let message = format!("there is no inherited rule `{}`", name.text);
            self.unknown(name, message);
            let last = self.diagnostics.last_mut().expect("just pushed");
            if last.help.is_none() {
                *last = last.clone().help(format!("define it with `{}: …`", name.text));
            }
            // What the body uses is resolved all the same, to report what is wrong in it.
            self.resolve(body);
            return;
        };
        if !self.grammar.symbols.is_rule(symbol) {
            self.error(name.span, format!("`{}` is a token, not a rule", name.text));
            return;
        }
        let is_own = self.defined.iter().any(|(defined, _)| *defined == symbol);
        let Some(rhs) = self.resolve(body) else { return };
        let inherited = self.grammar.rules.get(&symbol).cloned();
        let (new, history) = match (operator, inherited) {
            (Operator::Define, Some(_)) => return, // reported by the first pass
            (Operator::Define, None) if !is_own => return,
            (Operator::Define, None) => (rhs, Vec::new()),
            (_, None) => {
                self.error(name.span, format!("there is no inherited rule `{}`", name.text));
                return;
            }
            (Operator::Replace, Some(old)) => {
                if is_own {
                    let message = format!("`{}` is defined in this file; there is nothing to replace", name.text);
                    self.error(name.span, message);
                    return;
                }
                if *old.rhs == rhs {
                    self.warn(span, format!("this redefinition of `{}` changes nothing", name.text));
                    return;
                }
                (rhs, old.history.to_vec())
            }
            (Operator::Add, Some(old)) => {
                let new_choices = rhs.choices().to_vec();
                if new_choices.iter().all(|choice| old.rhs.choices().contains(choice)) {
                    self.warn(span, format!("`{}` has this alternative already", name.text));
                    return;
                }
                (Rhs::alternatives(old.rhs.choices().iter().cloned().chain(new_choices)), old.history.to_vec())
            }
            (Operator::Remove, Some(old)) => {
                let mut left = old.rhs.choices().to_vec();
                for choice in rhs.choices() {
                    match left.iter().position(|other| other == choice) {
                        Some(index) => {
                            left.remove(index);
                        }
                        None => {
                            let symbols = &self.grammar.symbols;
                            let message = format!("`{}` has no alternative `{}`", name.text, choice.display(symbols));
                            let has = old.rhs.choices().iter().map(|c| format!("`{}`", c.display(symbols)));
                            let help = format!("its alternatives are {}", has.collect::<Vec<_>>().join(", "));
                            let error = self.error(span, message);
                            *error = error.clone().help(help);
                            return;
                        }
                    }
                }
                if left.is_empty() {
                    let error = self.error(span, format!("`{}` would have no alternative left", name.text));
                    *error = error.clone().help(format!("remove the rule with `drop {}`", name.text));
                    return;
                }
                (Rhs::alternatives(left), old.history.to_vec())
            }
        };
        let history = history.into_iter().chain([(self.name.clone(), operator)]).collect();
        self.grammar.rules.insert(symbol, Rule { rhs: Arc::new(new), history });
    }

    fn resolve(&mut self, expression: &Expression) -> Option<Rhs> {
        let all = |delta: &mut Delta, parts: &[Expression]| {
            let resolved: Vec<Option<Rhs>> = parts.iter().map(|part| delta.resolve(part)).collect();
            resolved.into_iter().collect::<Option<Vec<Rhs>>>()
        };
        Some(match expression {
            Expression::Symbol(name) => Rhs::Symbol(self.symbol(name)?),
            Expression::Sequence(parts) => Rhs::sequence(all(self, parts)?),
            Expression::Alternatives(parts) => Rhs::alternatives(all(self, parts)?),
            Expression::Optional(part) => Rhs::optional(self.resolve(part)?),
            Expression::Star(part) => Rhs::star(self.resolve(part)?),
            Expression::Plus(part) => Rhs::plus(self.resolve(part)?),
        })
    }

    fn symbol(&mut self, name: &SymbolName) -> Option<Symbol> {
        match name {
            SymbolName::Name(name) => match self.grammar.symbols.named(&name.text) {
                Some(symbol) if self.grammar.symbols.kind(symbol) == SymbolKind::Skip => {
                    let message = format!("`{}` is skipped between tokens and cannot stand in a rule", name.text);
                    let error = self.error(name.span, message);
                    *error = error.clone().help(format!("declare it with `token {} = /…/`", name.text));
                    None
                }
                Some(symbol) => Some(symbol),
                None => {
                    let message = format!("no rule or token is named `{}`", name.text);
                    self.unknown(name, message);
                    None
                }
            },
            SymbolName::Literal(literal) => self.literal(&literal.text, literal.span),
            SymbolName::Regex(regex) => {
                if let Some(symbol) = self.grammar.symbols.anonymous(&regex.pattern) {
                    return Some(symbol);
                }
                let token = self.token_rule(regex);
                let symbol = self.grammar.symbols.add(&regex.pattern, SymbolKind::Anonymous);
                if let Some(symbol) = symbol {
                    self.grammar.tokens.insert(symbol, token);
                    self.grammar.token_order.insert(self.n_new_tokens, symbol);
                    self.n_new_tokens += 1;
                }
                symbol
            }
        }
    }

    fn literal(&mut self, text: &str, span: Span) -> Option<Symbol> {
        if let Some(symbol) = self.grammar.symbols.literal(text) {
            return Some(symbol);
        }
        if text.is_empty() {
            self.error(span, "an empty literal has no text to read");
            return None;
        }
        let symbol = self.grammar.symbols.add(text, SymbolKind::Literal);
        if symbol.is_none() {
            self.error(span, format!("too many symbols: a langlet and its ancestors may have {}", Symbols::LIMIT));
        }
        symbol
    }

    fn rule_named(&mut self, name: &Name) -> Option<Symbol> {
        match self.grammar.symbols.named(&name.text) {
            Some(symbol) if self.grammar.symbols.is_rule(symbol) => Some(symbol),
            Some(_) => {
                self.error(name.span, format!("`{}` is a token, not a rule", name.text));
                None
            }
            None => {
                let message = format!("no rule is named `{}`", name.text);
                self.unknown(name, message);
                None
            }
        }
    }

    fn token_named(&mut self, name: &Name) -> Option<Symbol> {
        match self.grammar.symbols.named(&name.text) {
            Some(symbol) if self.grammar.symbols.kind(symbol) == SymbolKind::Token => Some(symbol),
            Some(_) => {
                self.error(name.span, format!("`{}` is not a token", name.text));
                None
            }
            None => {
                let message = format!("no token is named `{}`", name.text);
                self.unknown(name, message);
                None
            }
        }
    }

    fn token_that_reads(&self, text: &str) -> Option<Symbol> {
        let mut terms = Terms::new();
        self.grammar.token_order.iter().copied().find(|token| {
            let Some(rule) = self.grammar.tokens.get(token) else { return false };
            let Ok(mut term) = terms.parse(&rule.pattern) else { return false };
            for &byte in text.as_bytes() {
                term = terms.derivative(term, byte);
            }
            terms.nullable(term)
        })
    }

    /// A symbol that was dropped may still stand in an inherited rule, in a layout or in a list of start symbols.
    fn check_uses(&mut self) {
        let mut errors = Vec::new();
        for (&rule, definition) in &self.grammar.rules {
            let mut reported = Vec::new();
            definition.rhs.for_each_symbol(&mut |used| {
                if !self.is_alive(used) && !reported.contains(&used) {
                    reported.push(used);
                    errors.push((rule, used));
                }
            });
        }
        for (rule, used) in errors {
            let (rule_name, used_name) = (self.grammar.symbols.name(rule), self.grammar.symbols.name(used));
            let message = format!("`{used_name}` is removed, but the rule `{rule_name}` still uses it");
            let help = format!("replace `{rule_name}`, or remove the alternative of it that uses `{used_name}`");
            let place = self.grammar.file.items.iter().find_map(|item| match &item.kind {
                ItemKind::Drop(names) => names.iter().find(|name| name.text == used_name).map(|name| name.span),
                _ => None,
            });
            let span = place.unwrap_or(self.grammar.file.name.span);
            let error = self.error(span, message);
            *error = error.clone().help(help);
        }
        // What is neutral of a removed alternative goes with it.
        let grammar = &self.grammar;
        let inherited = grammar.parent.as_ref().map(|parent| &parent.neutrals);
        let neutrals = grammar.neutrals.iter().filter(|(rule, rhs)| {
            let mut alive = true;
            rhs.for_each_symbol(&mut |symbol| alive &= is_alive(grammar, symbol));
            let is_inherited = inherited.is_some_and(|known| known.iter().any(|(_, other)| Arc::ptr_eq(rhs, other)));
            // What this file declares itself is checked, not dropped.
            let derives = |whole: &Rhs| rhs.productions().iter().all(|production| whole.derives(production));
            alive && (!is_inherited || grammar.rhs(*rule).is_some_and(derives))
        });
        self.grammar.neutrals = neutrals.cloned().collect();
        if self.grammar.starts.is_empty() {
            self.grammar.starts = self.grammar.rules.keys().take(1).copied().collect();
        }
    }
}

/// Whether the symbol means something in this grammar: a rule or token that is not dropped, or a literal.
pub(crate) fn is_alive(grammar: &Grammar, symbol: Symbol) -> bool {
    match grammar.symbols.kind(symbol) {
        SymbolKind::Rule => {
            grammar.rules.contains_key(&symbol) || grammar.symbols.named(grammar.symbols.name(symbol)) == Some(symbol)
        }
        SymbolKind::Token | SymbolKind::Skip => grammar.symbols.named(grammar.symbols.name(symbol)) == Some(symbol),
        SymbolKind::Literal | SymbolKind::Anonymous => true,
    }
}
