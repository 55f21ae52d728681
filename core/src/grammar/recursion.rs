//! Left recursion, read as the repetition that it is.
//!
//! The drivers and everything that walks the network from the left rely on a rule that does not begin with itself. So a rule
//! that does is given another right-hand side of the same language, in which the operands stand side by side:
//!
//! ```text
//! sum: sum '+' product | product          product ('+' product)*
//! e: e '*' e | e '!' | NUMBER             NUMBER ('*' NUMBER | '!')*
//! ```
//!
//! Rules that begin with each other are equations `X = X r | Y s | t`, linear on the left. All but one unknown are eliminated, each as
//! `X = (Y s | t) r*`, and the last is solved the same way; so the parts of the others that it begins with become parts of its own.
//! A repeated part that ends with the rule itself would only say that an operator groups to either side: it ends with the operand `t`
//! instead, which gives the same texts once. A rule that may be empty and stands before the recursion becomes one that may not, and is
//! left out where it was empty.
//!
//! What the file says is kept for children, whose deltas are about that.
//!
//! Source: Arden (1961) for the equations; Moore (2000) on left recursion in general.

use std::sync::Arc;

use super::check::{place, productive_and_nullable};
use super::{Grammar, Rhs, Symbol};
use crate::diagnostic::Diagnostic;

/// How many symbols a right-hand side may get; what is longer is refused.
const MOST_SYMBOLS: usize = 4_000;

/// Gives left-recursive rules their other form. The grammar is without mistakes and no rule derives itself alone. Warnings say what
/// was done.
///
/// # Errors
/// The rules whose other form would be too long, or that begin with a start rule that may be empty.
pub(crate) fn eliminate(grammar: &mut Grammar) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    if !is_left_recursive(grammar) {
        return Ok(Vec::new());
    }
    let before = grammar.clone();
    require_tokens(grammar)?;
    let mut solved: Vec<(Symbol, Rhs)> = Vec::new();
    let mut errors = Vec::new();
    let circles = Circles::new(grammar);
    for &rule in grammar.rules.keys().filter(|&&rule| circles.is_in_one(rule)) {
        match solve(grammar, &circles, rule) {
            Some(rhs) => solved.push((rule, rhs)),
            None => {
                let name = grammar.symbols.name(rule);
                let message = format!("`{name}` is left-recursive in too many ways to be read as a repetition");
                errors.push(
                    Diagnostic::error(&grammar.source, place(grammar, rule), message)
                        .help("write it as a repetition, such as `sum: product ('+' product)*`"),
                );
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (rule, rhs) in solved {
        set(grammar, rule, rhs);
    }
    let mut warnings = Vec::new();
    for (&rule, definition) in &before.rules {
        let rhs = &grammar.rules[&rule].rhs;
        if *rhs == definition.rhs {
            continue;
        }
        grammar.written.insert(rule, definition.rhs.clone());
        if circles.is_in_one(rule) {
            let name = grammar.symbols.name(rule);
            let message = format!("`{name}` is left-recursive; it is read as a repetition, and its trees are flat");
            let shown = rhs.display(&grammar.symbols);
            warnings.push(
                Diagnostic::warning(&grammar.source, place(grammar, rule), message)
                    .help(format!("write it so: `{name}: {shown}`")),
            );
        }
    }
    Ok(warnings)
}

fn set(grammar: &mut Grammar, rule: Symbol, rhs: Rhs) {
    let mut definition = grammar.rules[&rule].clone();
    definition.rhs = Arc::new(rhs);
    grammar.rules.insert(rule, definition);
}

/// The rules that each rule can begin with.
fn beginnings(grammar: &Grammar) -> Vec<Vec<Symbol>> {
    let (_, nullable) = productive_and_nullable(grammar);
    let mut begins = vec![Vec::new(); grammar.symbols.len()];
    for (&rule, definition) in &grammar.rules {
        let mut corners = Vec::new();
        super::check::corners(&definition.rhs, &nullable, &mut corners);
        let rules = corners.into_iter().map(|(symbol, _)| symbol).filter(|&symbol| grammar.symbols.is_rule(symbol));
        begins[rule.index()] = rules.collect();
    }
    begins
}

fn is_left_recursive(grammar: &Grammar) -> bool {
    // Rules that begin with none that is left are taken away until none is left, or only circles and what leads to them.
    let begins = beginnings(grammar);
    let mut n_left: Vec<usize> = begins.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<Symbol>> = vec![Vec::new(); begins.len()];
    for &rule in grammar.rules.keys() {
        begins[rule.index()].iter().for_each(|used| users[used.index()].push(rule));
    }
    let mut work: Vec<Symbol> = grammar.rules.keys().copied().filter(|rule| n_left[rule.index()] == 0).collect();
    let mut n_gone = 0;
    while let Some(rule) = work.pop() {
        n_gone += 1;
        for user in &users[rule.index()] {
            n_left[user.index()] -= 1;
            if n_left[user.index()] == 0 {
                work.push(*user);
            }
        }
    }
    n_gone < grammar.rules.len()
}

/// Which rules begin with each other.
struct Circles {
    /// `reached[rule]`: whether each symbol is a rule that it can begin with, at any depth.
    reached: Vec<Vec<bool>>,
}

impl Circles {
    fn new(grammar: &Grammar) -> Circles {
        let begins = beginnings(grammar);
        let reached = (0..begins.len()).map(|from| {
            let mut reached = vec![false; begins.len()];
            let mut work = begins[from].clone();
            while let Some(at) = work.pop() {
                if !std::mem::replace(&mut reached[at.index()], true) {
                    work.extend(&begins[at.index()]);
                }
            }
            reached
        });
        Circles { reached: reached.collect() }
    }

    fn is_in_one(&self, rule: Symbol) -> bool {
        self.reached[rule.index()][rule.index()]
    }

    fn are_in_one(&self, left: Symbol, right: Symbol) -> bool {
        self.reached[left.index()][right.index()] && self.reached[right.index()][left.index()]
    }
}

/// Makes each rule at least one token long that may be empty before a recursion.
fn require_tokens(grammar: &mut Grammar) -> Result<(), Vec<Diagnostic>> {
    let (_, nullable) = productive_and_nullable(grammar);
    let circles = Circles::new(grammar);
    let mut marked: Vec<Symbol> = Vec::new();
    for (&rule, definition) in grammar.rules.iter().filter(|(rule, _)| circles.is_in_one(**rule)) {
        hiding(&definition.rhs, &nullable, &|symbol| circles.are_in_one(rule, symbol), &mut marked);
    }
    let mut index = 0;
    // What is empty where they are.
    while index < marked.len() {
        let rhs = grammar.rules[&marked[index]].rhs.clone();
        rhs.for_each_symbol(&mut |symbol| {
            if nullable[symbol.index()] && grammar.symbols.is_rule(symbol) && !marked.contains(&symbol) {
                marked.push(symbol);
            }
        });
        index += 1;
    }
    if let Some(&start) = marked.iter().find(|symbol| grammar.starts.contains(symbol)) {
        let name = grammar.symbols.name(start);
        let message = format!("the start rule `{name}` may be empty and stands before a left recursion");
        return Err(vec![
            Diagnostic::error(&grammar.source, place(grammar, start), message)
                .help(format!("let `{name}` be a rule of its own, such as `{name}: [rest]`, and use `rest` elsewhere")),
        ]);
    }
    if marked.is_empty() {
        return Ok(());
    }
    let rules: Vec<Symbol> = grammar.rules.keys().copied().collect();
    for rule in rules {
        let mut rhs = optional_where(&grammar.rules[&rule].rhs, &marked);
        if marked.contains(&rule) {
            let (_, nullable) = (0, |_: Symbol| false);
            rhs = not_empty(&rhs, &nullable).expect("a productive rule that is more than empty");
        }
        set(grammar, rule, rhs);
    }
    Ok(())
}

/// The rules that may be empty and stand left of a symbol that a circle goes through.
fn hiding(rhs: &Rhs, nullable: &[bool], is_in_circle: &impl Fn(Symbol) -> bool, marked: &mut Vec<Symbol>) {
    match rhs {
        Rhs::Symbol(_) => {}
        Rhs::Sequence(parts) => {
            let mut before: Vec<Symbol> = Vec::new();
            for part in parts {
                hiding(part, nullable, is_in_circle, marked);
                let mut corners = Vec::new();
                super::check::corners(part, nullable, &mut corners);
                if corners.iter().any(|&(symbol, _)| is_in_circle(symbol)) {
                    marked.extend(before.iter().filter(|symbol| !marked.contains(symbol)).collect::<Vec<_>>());
                }
                if !super::check::holds(part, nullable) {
                    break;
                }
                part.for_each_symbol(&mut |symbol| {
                    if nullable[symbol.index()] && !before.contains(&symbol) {
                        before.push(symbol);
                    }
                });
            }
        }
        Rhs::Alternatives(parts) => parts.iter().for_each(|part| hiding(part, nullable, is_in_circle, marked)),
        Rhs::Optional(part) | Rhs::Star(part) | Rhs::Plus(part) => hiding(part, nullable, is_in_circle, marked),
    }
}
