//! The regexes of a delta: their form, the parts that they take in, and what inherited ones become by new parts.

use std::sync::Arc;

use super::super::part::{self, Part, PartError};
use super::super::{SymbolKind, TokenRule};
use super::Delta;
use crate::diagnostic::did_you_mean;
use crate::notation::syntax::{Item, ItemKind, Name, Operator, RegexLiteral};
use crate::regex::Terms;
use crate::span::Span;

impl Delta {
    /// The regex with its parts written out; as it stands where that is not possible.
    pub(super) fn token_rule(&mut self, regex: &RegexLiteral) -> TokenRule {
        let pattern = match self.check_form(regex) {
            true => self.expand(regex),
            false => None,
        };
        if let Some(pattern) = &pattern
            && let Some((message, help)) = wrong_token(pattern)
        {
            let error = self.error(regex.span, message);
            error.help = help.map(str::to_owned);
        }
        let written: Arc<str> = regex.pattern.as_str().into();
        let pattern = pattern.unwrap_or_else(|| written.clone());
        TokenRule { pattern, written, origin: self.name.clone(), span: regex.span }
    }

    /// Reports what is wrong with the regex as it is written; whether nothing is.
    fn check_form(&mut self, regex: &RegexLiteral) -> bool {
        let Err(error) = part::check_form(&regex.pattern) else { return true };
        let start = regex.span.start + 1 + error.start as u32;
        let end = (regex.span.start + 1 + error.end as u32).min(regex.span.end).max(start);
        self.error(Span::new(start.min(end), end), error.message);
        false
    }

    /// Writes out the parts of the regex, or reports why that is not possible: at the part of which that is so.
    fn expand(&mut self, regex: &RegexLiteral) -> Option<Arc<str>> {
        match part::expand(&regex.pattern, &self.written) {
            Ok(pattern) => Some(pattern.into()),
            Err((error, range)) => {
                let used = &regex.pattern[range.start + 1..range.end - 1];
                let start = regex.span.start + 1;
                let span = Span::new(start + range.start as u32, start + range.end as u32);
                match error {
                    PartError::Unknown(name) if *name == *used => self.unknown_part(&name, span),
                    PartError::TooLong(name) if *name == *used => self.too_long(&name, span),
                    _ => {}
                }
                None
            }
        }
    }

    /// An error at a reference to nothing.
    fn unknown_part(&mut self, name: &str, span: Span) {
        let near = did_you_mean(name, self.grammar.parts.keys().map(|name| &**name)).map(str::to_owned);
        let help = match near {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None if self.grammar.symbols.named(name).is_some() => {
                format!("`{name}` is a symbol; a regex takes in parts, `part NAME = /…/`")
            }
            None => format!("define it with `part {name} = /…/`; if the text is meant, write `\\{{{name}\\}}`"),
        };
        let error = self.error(span, format!("there is no part `{name}`"));
        *error = error.clone().help(help);
    }

    fn too_long(&mut self, name: &str, span: Span) {
        let error = self.error(span, format!("the regex is too long with the part `{name}` written out"));
        *error = error.clone().help("take in fewer parts, or shorter ones");
    }

    // Parts of regexes.

    pub(super) fn declare_part(&mut self, name: &Name, operator: Operator, regex: &RegexLiteral) {
        let inherited = self.grammar.parent.as_ref().and_then(|parent| parent.parts.get(&*name.text)).cloned();
        let known = self.grammar.parts.get(&*name.text).cloned();
        let is_own = known.as_ref().is_some_and(|part| part.origin == self.name);
        match (operator, known, inherited) {
            (_, Some(first), _) if is_own => {
                let message = format!("the part `{}` is defined twice", name.text);
                let error = self.error(name.span, message);
                *error = error.clone().note("again here").label(first.span, "first here");
                return;
            }
            (Operator::Define, _, Some(inherited)) => {
                let message = format!(
                    "the part `{}` is inherited from {} and cannot be defined anew",
                    name.text, inherited.origin
                );
                let help = format!("replace it with `part {} := /…/`, or choose another name", name.text);
                let error = self.error(name.span, message);
                *error = error.clone().help(help);
                return;
            }
            (Operator::Define, ..) => {}
            (_, _, None) => {
                let near = did_you_mean(&name.text, self.grammar.parts.keys().map(|name| &**name)).map(str::to_owned);
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("define it with `part {} = /…/`", name.text),
                };
                let error = self.error(name.span, format!("there is no inherited part `{}` to replace", name.text));
                *error = error.clone().help(help);
                return;
            }
            (_, _, Some(inherited)) if *inherited.written == *regex.pattern => {
                self.warn(name.span, format!("this redefinition of `{}` changes nothing", name.text));
            }
            (..) => {}
        }
        if part::is_joined(&regex.pattern) {
            let error = self.error(regex.span, "a part is one regex, not several joined by `&`");
            *error = error.clone().help("join them where a token takes the parts in: `/{a}/ & !/{b}/`");
        } else if self.check_form(regex) {
            let part = Part { written: regex.pattern.as_str().into(), origin: self.name.clone(), span: regex.span };
            self.grammar.parts.insert(name.text.as_str().into(), part);
        }
    }

    pub(super) fn drop_part(&mut self, name: &Name) {
        let inherited = self.grammar.parent.as_ref().is_some_and(|parent| parent.parts.contains_key(&*name.text));
        if inherited && self.grammar.parts.get(&*name.text).is_some_and(|part| part.origin != self.name) {
            self.grammar.parts.remove(&*name.text);
        } else if inherited {
            let message = format!("the part `{}` is replaced in this file or dropped twice", name.text);
            self.error(name.span, message);
        }
    }

    /// Writes out the parts, and reports what is wrong with them.
    pub(super) fn write_out_parts(&mut self) {
        self.written = part::write_out(&self.grammar.parts);
        let file = self.grammar.file.clone();
        let mut circles: Vec<Arc<str>> = Vec::new();
        for item in &file.items {
            let ItemKind::Part { name, regex, .. } = &item.kind else { continue };
            let Some(part) = self.grammar.parts.get(&*name.text).filter(|part| part.span == regex.span) else {
                continue;
            };
            if part.origin == self.name {
                self.expand(regex);
            }
            if let Some(Err(PartError::Circular(circle))) = self.written.get(&*name.text).cloned()
                && circle.iter().any(|part| **part == *name.text)
                && circle.iter().all(|part| !circles.contains(part))
            {
                circles.extend(circle.iter().cloned());
                let along = circle.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
                let error = self.error(name.span, format!("the part `{}` takes in itself", name.text));
                *error = error.clone().help(format!("{along}; what nests without end is written with rules"));
            }
        }
        for (name, part) in self.grammar.parts.clone() {
            if part.origin != self.name {
                self.check_dropped(&part.written, &format!("the part `{name}`"));
            }
            if self.grammar.symbols.named(&name).is_some() {
                let own = file.items.iter().filter_map(declared_name).rfind(|own| *own.text == *name);
                let span = own.map_or(file.name.span, |own| own.span);
                let error = self.error(span, format!("`{name}` is a part and a symbol"));
                *error = error.clone().help("give one of them another name");
            }
        }
    }

    /// Reports a part that this file drops and an inherited regex still takes in.
    fn check_dropped(&mut self, pattern: &str, what: &str) {
        let Err((PartError::Unknown(name), range)) = part::expand(pattern, &self.written) else { return };
        if pattern[range.start + 1..range.end - 1] != *name {
            return; // reported for the part that takes it in
        }
        let file = self.grammar.file.clone();
        let dropped = file.items.iter().find_map(|item| match &item.kind {
            ItemKind::Drop(names) => names.iter().find(|dropped| *dropped.text == *name),
            _ => None,
        });
        let span = dropped.map_or(file.name.span, |dropped| dropped.span);
        let error = self.error(span, format!("the part `{name}` is removed, but {what} still takes it in"));
        *error = error.clone().help("replace what takes it in");
    }

    /// Puts the inherited regexes together anew, whose parts this file may have replaced or dropped.
    pub(super) fn expand_inherited(&mut self) {
        let grammar = &self.grammar;
        let file = grammar.file.clone();
        let replaced: Vec<&Name> = file.items.iter().filter_map(replaced_part).collect();
        let drops = |item: &Item| matches!(item.kind, ItemKind::Drop(_));
        if replaced.is_empty() && !file.items.iter().any(drops) {
            return;
        }
        let newline = grammar.layout.newline.iter().map(|(symbol, token)| (true, *symbol, token.clone()));
        let tokens = grammar.tokens.iter().map(|(&symbol, token)| (false, symbol, token.clone()));
        let inherited: Vec<_> = tokens.chain(newline).filter(|(.., token)| token.origin != self.name).collect();
        let mut used = vec![false; self.grammar.symbols.len()];
        self.grammar
            .rules
            .values()
            .for_each(|rule| rule.rhs.for_each_symbol(&mut |symbol| used[symbol.index()] = true));
        for (is_newline, symbol, token) in inherited {
            // A regex without a name that no rule has any more.
            if self.grammar.symbols.kind(symbol) == SymbolKind::Anonymous && !used[symbol.index()] {
                continue;
            }
            let what = format!("the token `{}`", self.grammar.symbols.display(symbol));
            self.check_dropped(&token.written, &what);
            let Ok(pattern) = part::expand(&token.written, &self.written) else { continue };
            if *pattern == *token.pattern {
                continue;
            }
            if let Some((message, _)) = wrong_token(&pattern) {
                let used = part::taken_in(&token.written, &self.grammar.parts);
                let cause = replaced.iter().find(|name| used.contains(&*name.text));
                let span = cause.map_or(file.name.span, |name| name.span);
                self.error(span, format!("with its new parts {what} is no token: {message}"));
            }
            let token = TokenRule { pattern: pattern.into(), ..token };
            if is_newline {
                self.grammar.layout.newline = Some((symbol, token));
            } else {
                self.grammar.tokens.insert(symbol, token);
            }
        }
    }
}

/// Why the regex is none of a token, and the mend.
fn wrong_token(pattern: &str) -> Option<(String, Option<&'static str>)> {
    let mut terms = Terms::new();
    match terms.parse(pattern) {
        Ok(term) if terms.nullable(term) => {
            let help = "use `+` instead of `*`, or make the token optional where it is used";
            Some(("a token must not match the empty text".to_owned(), Some(help)))
        }
        Ok(term) if terms.is_empty(term) => Some(("this regex matches no text at all".to_owned(), None)),
        Ok(_) => None,
        // Its form was looked at before: it is too large, or nested too deeply.
        Err(error) => Some((error.message, None)),
    }
}

/// The name of the inherited part that a declaration replaces.
fn replaced_part(item: &Item) -> Option<&Name> {
    match &item.kind {
        ItemKind::Part { name, operator: Operator::Replace, .. } => Some(name),
        _ => None,
    }
}

/// The name that a declaration gives to something.
fn declared_name(item: &Item) -> Option<&Name> {
    match &item.kind {
        ItemKind::Rule { name, .. }
        | ItemKind::Token { name, .. }
        | ItemKind::Skip { name, .. }
        | ItemKind::Part { name, .. }
        | ItemKind::LayoutNewline { token: name, .. }
        | ItemKind::Rename { to: name, .. } => Some(name),
        _ => None,
    }
}
