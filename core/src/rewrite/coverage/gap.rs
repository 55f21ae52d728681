//! Gaps: of a production that is covered in part, a shortest program that has no translation, found by trying.
//!
//! That a part is not covered follows from the grammars and the rules; which part, often not: it may depend on conditions,
//! or on what stands far below. So programs with the production are translated, the shortest first:
//!
//! ```text
//! except a as b     the production itself, in each place in which it can stand
//! except a as 0     with one other production in the place of one of its children
//! lambda (a, (b)):  with a second one inside that, where the first is not shared
//! ```
//!
//! All else in them is made of productions that pass, wherever that is possible. A program shows the gap if what is refused
//! in it is the production, a part of it or what it is a part of, and no rule is there to refuse it. The search
//! ends at a bound: then it is not known whether there is a gap.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::productions::Production;
use super::program::{Contexts, Programs};
use super::{Program, Status};
use crate::automata::Terminal;
use crate::cst::Node;
use crate::generate::Speller;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::rewrite::rule::RuleResult;
use crate::rewrite::transform::{Options, Refusal, Transform, TranslateError};
use crate::span::Span;

/// What the search for a gap came to.
#[derive(Debug)]
pub(super) enum Found {
    /// A program that has no translation, and why not.
    Gap(Program, String),
    /// All of so many programs have one.
    Unknown(usize),
}

/// What is needed to look for gaps.
pub(super) struct Gaps<'a> {
    pub(super) source: &'a Langlet,
    pub(super) transform: &'a Transform,
    pub(super) all: &'a [Production],
    pub(super) statuses: &'a [Status],
    pub(super) programs: &'a Programs<'a>,
    /// By token the text that it has if its shortest one does not pass.
    pub(super) welcome: &'a BTreeMap<Terminal, String>,
    /// `contexts[symbol]`: what stands around rules below the symbol.
    contexts: RefCell<BTreeMap<Symbol, Rc<Contexts>>>,
}

/// A program to try: the production in a use of its rule, with other productions below it.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// A production and the place in it; `None`: in the shortest program.
    of: Option<(usize, usize)>,
    below: Option<Below>,
}

/// In place of the child number `at` its shortest string with production `with`, or with one more in a child of that.
#[derive(Clone, Copy, Debug)]
struct Below {
    at: usize,
    with: usize,
    inner: Option<(usize, usize)>,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(
        (source, transform): (&'a Langlet, &'a Transform),
        (all, statuses): (&'a [Production], &'a [Status]),
        programs: &'a Programs<'a>,
        welcome: &'a BTreeMap<Terminal, String>,
    ) -> Gaps<'a> {
        Gaps { source, transform, all, statuses, programs, welcome, contexts: RefCell::default() }
    }

    /// Looks for a program with the production that has no translation. `by_part`: also one of which only a part of the
    /// production is refused.
    pub(super) fn of(&self, production: &Production, by_part: bool) -> Found {
        let candidates = self.candidates(production);
        let mut n_tried = 0;
        // Names that are alike hide what a rule leaves that has a metavariable twice, or a name of its own.
        for is_alike in [true, false] {
            for &(_, candidate) in &candidates {
                let tokens = self.tokens(production, candidate);
                let program = Program { texts: self.texts(&tokens, is_alike), tokens };
                let text = program.text(self.source);
                n_tried += 1;
                if let Some(reason) = self.refused(production, &text, by_part) {
                    return Found::Gap(program, reason);
                }
            }
        }
        Found::Unknown(n_tried)
    }

    /// Why a program has no translation, if there is no rule that refuses it.
    pub(super) fn refusal(&self, text: &str) -> Option<Vec<Refusal>> {
        match self.transform.translate(self.source, text, &Options::default()) {
            Err(TranslateError::Refused(refusals)) => {
                let left: Vec<Refusal> = refusals.into_iter().filter(|one| !self.is_of_rule(one)).collect();
                (!left.is_empty()).then_some(left)
            }
            // The place is one in the result.
            Err(error @ TranslateError::Output { .. }) => {
                Some(vec![Refusal { span: Span::new(0, text.len() as u32), reason: error.to_string(), help: None }])
            }
            _ => None,
        }
    }

    fn is_of_rule(&self, refusal: &Refusal) -> bool {
        let mut results = self.transform.rules.iter().flat_map(|rule| &rule.cases).map(|case| &case.result);
        results.any(|result| matches!(result, RuleResult::Refuse(reason) if *reason == refusal.reason))
    }

    fn refused(&self, production: &Production, text: &str, by_part: bool) -> Option<String> {
        let tree = self.source.parse(text).ok()?;
        let is_it = |&node: &Node| {
            tree.symbol(node) == production.rule
                && tree.children(node).map(|child| tree.symbol(child)).eq(production.symbols.iter().copied())
        };
        let nodes: Vec<Node> = tree.preorder(tree.root()).filter(is_it).collect();
        if nodes.is_empty() {
            return None;
        }
        let spans: Vec<Span> = nodes.iter().filter_map(|&node| tree.span(node)).collect();
        let has = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
        let concerns =
            |refusal: &Refusal| spans.iter().any(|&span| has(refusal.span, span) || by_part && has(span, refusal.span));
        self.refusal(text)?.into_iter().find(concerns).map(|refusal| refusal.reason)
    }

    /// The candidates, those with the shortest programs first; what does not pass counts as very long.
    fn candidates(&self, production: &Production) -> Vec<(u64, Candidate)> {
        let whole = self.programs.length(&production.symbols);
        let is_open = |index: usize| !matches!(self.statuses[index], Status::Uncovered | Status::Refused);
        let filling = |symbol: Symbol| self.programs.length(&[symbol]);
        let mut below: Vec<(u64, Option<Below>)> = vec![(whole, None)];
        for (at, &child) in production.symbols.iter().enumerate() {
            let Some(contexts) = self.contexts_of(child) else { continue };
            for with in (0..self.all.len()).filter(|&index| is_open(index)) {
                let (one, rest) = (&self.all[with], whole - filling(child));
                let own = self.programs.length(&one.symbols);
                let Some(around) = contexts.length(one.rule) else { continue };
                below.push((rest + around + own, Some(Below { at, with, inner: None })));
                if self.statuses[with] == Status::Shared {
                    continue;
                }
                for (place, &symbol) in one.symbols.iter().enumerate() {
                    let Some(inner) = self.contexts_of(symbol) else { continue };
                    for second in (0..self.all.len()).filter(|&index| is_open(index)) {
                        let Some(near) = inner.length(self.all[second].rule) else { continue };
                        let length = near + self.programs.length(&self.all[second].symbols);
                        let length = rest + around + own - filling(symbol) + length;
                        below.push((length, Some(Below { at, with, inner: Some((place, second)) })));
                    }
                }
            }
        }
        let mut found: Vec<(u64, Candidate)> = Vec::new();
        let shortest = self.programs.contexts().length(production.rule).unwrap_or(0);
        found.extend(below.iter().map(|&(length, below)| (shortest + length, Candidate { of: None, below })));
        for (index, one) in self.all.iter().enumerate().filter(|&(index, _)| is_open(index)) {
            let Some(around) = self.programs.contexts().length(one.rule) else { continue };
            for at in (0..one.symbols.len()).filter(|&at| one.symbols[at] == production.rule) {
                let around = around + self.programs.length(&one.symbols) - filling(production.rule);
                let here = below.iter().filter(|(_, below)| below.is_none_or(|below| below.inner.is_none()));
                found
                    .extend(here.map(|&(length, below)| (around + length, Candidate { of: Some((index, at)), below })));
            }
        }
        found.sort_by_key(|(length, _)| *length);
        found.truncate(MOST_TRIED);
        found
    }

    fn contexts_of(&self, symbol: Symbol) -> Option<Rc<Contexts>> {
        if !self.source.grammar().symbols.is_rule(symbol) {
            return None;
        }
        let known = self.contexts.borrow().get(&symbol).cloned();
        Some(known.unwrap_or_else(|| {
            let made = Rc::new(self.programs.contexts_from(symbol));
            self.contexts.borrow_mut().insert(symbol, made.clone());
            made
        }))
    }

    fn tokens(&self, production: &Production, candidate: Candidate) -> Vec<Terminal> {
        let inner = match candidate.below {
            None => self.programs.string(&production.symbols),
            Some(below) => {
                let with = &self.all[below.with];
                let inner = match below.inner {
                    None => self.programs.string(&with.symbols),
                    Some((at, second)) => {
                        self.replaced(with, at, self.programs.string(&self.all[second].symbols), self.all[second].rule)
                    }
                };
                self.replaced(production, below.at, inner, with.rule)
            }
        };
        match candidate.of {
            None => self.programs.contexts().around(self.programs, production.rule, Vec::new(), inner).0,
            Some((index, at)) => {
                let (one, contexts) = (&self.all[index], self.programs.contexts());
                let before = self.programs.string(&one.symbols[..at]);
                let behind = [inner, self.programs.string(&one.symbols[at + 1..])].concat();
                contexts.around(self.programs, one.rule, before, behind).0
            }
        }
    }

    /// The production, its child number `at` with the tokens as a string of `rule` in it.
    fn replaced(&self, production: &Production, at: usize, tokens: Vec<Terminal>, rule: Symbol) -> Vec<Terminal> {
        let contexts = self.contexts_of(production.symbols[at]).expect("only rules have something below");
        let (child, _) = contexts.around(self.programs, rule, Vec::new(), tokens);
        let (before, behind) = (&production.symbols[..at], &production.symbols[at + 1..]);
        [self.programs.string(before), child, self.programs.string(behind)].concat()
    }

    /// The texts of tokens that do not have their shortest ones.
    fn texts(&self, tokens: &[Terminal], is_alike: bool) -> Vec<(usize, String)> {
        let (terminals, symbols) = (&self.source.tables().terminals, &self.source.grammar().symbols);
        let mut speller = Speller::new(self.source);
        let mut numbers: BTreeMap<Terminal, usize> = BTreeMap::new();
        let mut texts = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            if let Some(text) = self.welcome.get(token) {
                texts.push((index, text.clone()));
            } else if !is_alike
                && let Some(symbol) = terminals.symbol(*token)
                && symbols.kind(symbol) != SymbolKind::Literal
                && !self.source.grammar().is_layout(symbol)
            {
                let number = numbers.entry(*token).or_default();
                *number += 1;
                texts.push((index, speller.text(symbol, *number)));
            }
        }
        texts
    }
}

/// How many programs are tried at most for one production, with names alike and with different ones.
const MOST_TRIED: usize = 250;
