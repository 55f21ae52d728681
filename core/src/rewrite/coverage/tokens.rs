//! Tokens as productions: does the target read all texts of a token of the source?
//!
//! Regular languages decide it: the texts that the source reads as the token, without those that the target reads as its
//! counterpart, without those that a rule takes. What is left is tried, shortest first, in the productions with the token:
//! a text that is another token in the target may be welcome all the same.

use std::collections::BTreeMap;

use super::judge::Judge;
use super::program::Programs;
use super::sketch::{Left, Right};
use super::{Item, Program, Status};
use crate::automata::Terminal;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::regex::{Term, Terms};

/// How many texts are tried at most.
const N_TRIED: usize = 12;

/// The items of all tokens with a regex that productions use, in the order of their symbols; and for each token whose
/// shortest text does not pass a text that does, by the number of the token.
pub(super) fn judge(
    judge: &Judge,
    statuses: &[Status],
    programs: &Programs,
) -> (Vec<Item>, BTreeMap<Terminal, String>) {
    let symbols = &judge.source.grammar().symbols;
    let is_used = |&symbol: &Symbol| {
        symbols.kind(symbol) != SymbolKind::Literal
            && judge.source.grammar().tokens.contains_key(&symbol)
            && judge.all.iter().any(|production| production.symbols.contains(&symbol))
    };
    let mut welcome = BTreeMap::new();
    let tokens = symbols.iter().filter(is_used);
    let items = tokens.filter_map(|token| item(judge, token, statuses, programs, &mut welcome));
    (items.collect(), welcome)
}

fn item(
    judge: &Judge,
    token: Symbol,
    statuses: &[Status],
    programs: &Programs,
    welcome: &mut BTreeMap<Terminal, String>,
) -> Option<Item> {
    let mut terms = Terms::new();
    let own = texts(&mut terms, judge.source, token)?;
    let theirs = judge.relation.counterpart(token).and_then(|other| texts(&mut terms, judge.target, other));
    let mut left = without(&mut terms, own, theirs.unwrap_or(Terms::EMPTY));
    let is_shared = terms.is_empty(left);
    let mut rules = Vec::new();
    let mut some_refused = false;
    for sketch in judge.sketches {
        for (side, conditional) in &sketch.lefts {
            let Left::Token(_, pattern) = side else { continue };
            if !matches!(side, Left::Token(symbol, _) if *symbol == token) {
                continue;
            }
            rules.push(sketch.name.to_owned());
            let taken = match pattern {
                None => own,
                Some(pattern) => {
                    let inner = pattern.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$"));
                    // What cannot be read as a regular language is a condition.
                    let Ok(taken) = terms.parse(inner.unwrap_or(pattern)) else { continue };
                    taken
                }
            };
            some_refused |= sketch.cases.iter().any(|case| matches!(case.right, Right::Refuse));
            if !conditional && sketch.cases.iter().any(|case| !case.conditional) {
                left = without(&mut terms, left, taken);
            }
        }
    }
    let uses: Vec<(usize, usize)> = uses(judge, token, statuses, programs);
    let (&(index, at), is_left) = (uses.first()?, !terms.is_empty(left));
    let shown = |index: usize, at: usize, text: Option<String>| {
        let (tokens, place) = programs.with(&judge.all[index], at);
        Program { tokens, texts: text.map(|text| (place, text)).into_iter().collect() }
    };
    if is_left {
        let passing = without(&mut terms, own, left);
        let text = terms.shortest(passing).and_then(|text| String::from_utf8(text).ok());
        welcome.extend(judge.source.tables().terminals.number(token).zip(text));
    }
    let (status, program) = match found(judge, &mut terms, left, &uses) {
        Some((index, at, text)) => (Status::Partly, shown(index, at, Some(text))),
        None if some_refused => (Status::PartlyRefused, shown(index, at, None)),
        None if is_shared || is_left => (Status::Shared, shown(index, at, None)),
        None => (Status::Rewritten, shown(index, at, None)),
    };
    Some(Item { symbol: token, production: None, status, rules, program, reason: None, n_tried: 0 })
}

/// The productions that pass and have the token as a child, those with the shortest programs first.
fn uses(judge: &Judge, token: Symbol, statuses: &[Status], programs: &Programs) -> Vec<(usize, usize)> {
    let passes = |index: &usize| matches!(statuses[*index], Status::Shared | Status::Rewritten);
    let mut uses: Vec<(usize, usize)> = (0..judge.all.len())
        .filter(passes)
        .flat_map(|index| {
            let at = judge.all[index].symbols.iter().position(|&symbol| symbol == token);
            at.map(|at| (index, at))
        })
        .collect();
    uses.sort_by_key(|&(index, _)| programs.length_with(&judge.all[index]));
    uses
}

/// A short text of `left` and a production with the token in which the target does not read it.
fn found(judge: &Judge, terms: &mut Terms, left: Term, uses: &[(usize, usize)]) -> Option<(usize, usize, String)> {
    let mut left = left;
    for _ in 0..N_TRIED {
        let text = String::from_utf8(terms.shortest(left)?).ok()?;
        let kinds = judge.relation.tokens_of_text(&text);
        for &(index, at) in uses {
            let production = &judge.all[index];
            let reads = |place: Symbol| judge.relation.derives_with(place, production, at, &kinds);
            if judge.places(production.rule).any(|place| !reads(place)) {
                return Some((index, at, text));
            }
        }
        let tried = terms.literal(text.as_bytes());
        left = without(terms, left, tried);
    }
    None
}

/// The texts that the langlet reads as the token: of its regex, without the literals and what an earlier token takes.
fn texts(terms: &mut Terms, langlet: &Langlet, token: Symbol) -> Option<Term> {
    let grammar = langlet.grammar();
    let own = terms.parse(&grammar.tokens.get(&token)?.pattern).ok()?;
    let mut earlier = Vec::new();
    // A soft keyword is the token where no keyword is asked for.
    let is_hard = |literal: &Symbol| grammar.soft.get(literal) != Some(&token);
    for literal in grammar.used_literals().into_iter().filter(is_hard) {
        earlier.push(terms.literal(grammar.symbols.name(literal).as_bytes()));
    }
    for other in grammar.token_order.iter().take_while(|&&other| other != token) {
        if let Some(rule) = grammar.tokens.get(other) {
            earlier.push(terms.parse(&rule.pattern).ok()?);
        }
    }
    let earlier = terms.union(earlier);
    Some(without(terms, own, earlier))
}

fn without(terms: &mut Terms, left: Term, right: Term) -> Term {
    let rest = terms.complement(right);
    terms.intersect(left, rest)
}
