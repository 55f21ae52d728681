//! What is wrong with a whole grammar, its inherited parts included.
//!
//! Runs after [`super::delta::apply`]; afterwards every rule is productive, no rule derives itself alone and nothing that may be
//! empty is repeated: then a text has finitely many trees. Left recursion is no mistake; `recursion.rs` takes it away. Conflicts are no mistakes here: prediction decides them, and `automata::conflict` explains them.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Grammar, Rhs, Symbol};
use crate::diagnostic::Diagnostic;
use crate::notation::references;
use crate::notation::syntax::{ItemKind, Operator};
use crate::regex::{Term, Terms, hidden_by};
use crate::span::Span;

/// What makes the grammar unusable.
pub fn errors(grammar: &Grammar) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if grammar.rules.is_empty() {
        let message = format!("the langlet `{}` has no rules", grammar.name);
        let error = Diagnostic::error(&grammar.source, grammar.file.name.span, message);
        return vec![error.help("define one with `name: …`")];
    }
    layout(grammar, &mut found);
    unproductive(grammar, &mut found);
    empty_circles(grammar, &mut found);
    // A rule that derives itself alone may also be empty and repeated; that is one mistake.
    if found.is_empty() {
        empty_repetitions(grammar, &mut found);
    }
    neutrals(grammar, &mut found);
    found
}

/// What may not be meant: parts that are never used, hidden tokens, new keywords. Takes longer than [`errors`].
pub fn warnings(grammar: &Grammar) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    unreachable(grammar, &mut found);
    unused_parts(grammar, &mut found);
    hidden_tokens(grammar, &mut found);
    new_keywords(grammar, &mut found);
    found
}

/// Where this langlet's own file names the rule or token; its header if it only inherits it.
pub(crate) fn place(grammar: &Grammar, symbol: Symbol) -> Span {
    let name = grammar.symbols.name(symbol);
    let own = grammar.file.items.iter().find_map(|item| match &item.kind {
        ItemKind::Rule { name: own, .. } | ItemKind::Token { name: own, .. } | ItemKind::Skip { name: own, .. }
            if own.text == name =>
        {
            Some(own.span)
        }
        _ => None,
    });
    own.unwrap_or(grammar.file.name.span)
}

fn layout(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    if grammar.layout.indent.is_some() && grammar.layout.newline.is_none() {
        let message = "indentation needs a token for the end of a line";
        found.push(
            Diagnostic::error(&grammar.source, grammar.file.name.span, message)
                .help("add `layout newline NEWLINE = /\\r\\n|\\n|\\r/`"),
        );
    }
}

/// Whether each rule derives a finite string, and which rules derive the empty one.
pub(super) fn productive_and_nullable(grammar: &Grammar) -> (Vec<bool>, Vec<bool>) {
    let n = grammar.symbols.len();
    let (mut productive, mut nullable) = (vec![false; n], vec![false; n]);
    for symbol in grammar.symbols.iter() {
        productive[symbol.index()] = !grammar.symbols.is_rule(symbol);
    }
    loop {
        let mut changed = false;
        for (&symbol, rule) in &grammar.rules {
            let index = symbol.index();
            if !productive[index] && holds(&rule.rhs, &productive) {
                productive[index] = true;
                changed = true;
            }
            if !nullable[index] && holds(&rule.rhs, &nullable) {
                nullable[index] = true;
                changed = true;
            }
        }
        if !changed {
            return (productive, nullable);
        }
    }
}

/// Whether some string of the right-hand side has only symbols that hold.
pub(super) fn holds(rhs: &Rhs, symbols: &[bool]) -> bool {
    match rhs {
        Rhs::Symbol(symbol) => symbols.get(symbol.index()).is_some_and(|&holds| holds),
        Rhs::Sequence(parts) => parts.iter().all(|part| holds(part, symbols)),
        Rhs::Alternatives(parts) => parts.iter().any(|part| holds(part, symbols)),
        Rhs::Optional(_) | Rhs::Star(_) => true,
        Rhs::Plus(part) => holds(part, symbols),
    }
}

fn unproductive(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let (productive, _) = productive_and_nullable(grammar);
    for &symbol in grammar.rules.keys().filter(|symbol| !productive[symbol.index()]) {
        let name = grammar.symbols.name(symbol);
        let message = format!("`{name}` never ends: each of its alternatives uses itself or a rule that never ends");
        found.push(
            Diagnostic::error(&grammar.source, place(grammar, symbol), message)
                .help("add an alternative without this recursion"),
        );
    }
}

/// Symbols that the right-hand side can begin with, and whether all else of some string with it can be empty.
pub(super) fn corners(rhs: &Rhs, nullable: &[bool], out: &mut Vec<(Symbol, bool)>) {
    match rhs {
        Rhs::Symbol(symbol) => out.push((*symbol, true)),
        Rhs::Sequence(parts) => {
            for (index, part) in parts.iter().enumerate() {
                let rest_empty = parts[index + 1..].iter().all(|part| holds(part, nullable));
                let mut inner = Vec::new();
                corners(part, nullable, &mut inner);
                out.extend(inner.into_iter().map(|(symbol, alone)| (symbol, alone && rest_empty)));
                if !holds(part, nullable) {
                    break;
                }
            }
        }
        Rhs::Alternatives(parts) => parts.iter().for_each(|part| corners(part, nullable, out)),
        Rhs::Optional(part) | Rhs::Star(part) | Rhs::Plus(part) => corners(part, nullable, out),
    }
}

/// Rules that begin with themselves while nothing else is read: a text would have endlessly many trees.
fn empty_circles(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let (_, nullable) = productive_and_nullable(grammar);
    let mut edges: Vec<Vec<Symbol>> = vec![Vec::new(); grammar.symbols.len()];
    for (&symbol, rule) in &grammar.rules {
        let mut begins = Vec::new();
        corners(&rule.rhs, &nullable, &mut begins);
        let alone = begins.into_iter().filter(|&(symbol, is_alone)| is_alone && grammar.symbols.is_rule(symbol));
        edges[symbol.index()] = alone.map(|(symbol, _)| symbol).collect();
    }
    let mut reported: Vec<Symbol> = Vec::new();
    for &symbol in grammar.rules.keys() {
        if reported.contains(&symbol) {
            continue;
        }
        let Some(cycle) = shortest_cycle(&edges, symbol) else { continue };
        reported.extend(&cycle);
        let names: Vec<&str> = cycle.iter().chain([&symbol]).map(|&symbol| grammar.symbols.name(symbol)).collect();
        let message = format!("`{}` derives itself and nothing else: {}", names[0], names.join(" → "));
        found.push(
            Diagnostic::error(&grammar.source, place(grammar, symbol), message)
                .help("remove one of these alternatives; it says nothing"),
        );
    }
}

/// The rules of a shortest way from a rule back to itself, itself first.
fn shortest_cycle(edges: &[Vec<Symbol>], from: Symbol) -> Option<Vec<Symbol>> {
    let mut before: Vec<Option<Symbol>> = vec![None; edges.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for &to in &edges[at.index()] {
            if to == from {
                let mut cycle = vec![at];
                while let Some(previous) = before[cycle[cycle.len() - 1].index()] {
                    cycle.push(previous);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if before[to.index()].is_none() {
                before[to.index()] = Some(at);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Repetitions in which a rule may be empty each time: the empty text would have endlessly many trees.
fn empty_repetitions(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let (_, nullable) = productive_and_nullable(grammar);
    let is_nullable = |symbol: Symbol| grammar.symbols.is_rule(symbol) && nullable[symbol.index()];
    for (&symbol, rule) in &grammar.rules {
        let Some(repeated) = empty_repetition(&rule.rhs, &is_nullable) else { continue };
        let (name, inner) = (grammar.symbols.name(symbol), grammar.symbols.name(repeated));
        let message = format!("`{name}` repeats `{inner}`, which may be empty: a text would have endlessly many trees");
        found.push(
            Diagnostic::error(&grammar.source, place(grammar, symbol), message).help(format!(
                "let `{inner}` be at least one token long, and repeat it or leave it out where it is used"
            )),
        );
    }
}

/// A rule that some repetition of the right-hand side can go through without reading a token.
fn empty_repetition(rhs: &Rhs, is_nullable: &impl Fn(Symbol) -> bool) -> Option<Symbol> {
    match rhs {
        Rhs::Symbol(_) => None,
        Rhs::Sequence(parts) | Rhs::Alternatives(parts) => {
            parts.iter().find_map(|part| empty_repetition(part, is_nullable))
        }
        Rhs::Optional(part) => empty_repetition(part, is_nullable),
        Rhs::Star(part) | Rhs::Plus(part) => {
            empty_nodes(part, is_nullable).flatten().or_else(|| empty_repetition(part, is_nullable))
        }
    }
}

/// `None` if the right-hand side always reads a token; else a rule that it can be instead, with other empty rules beside
/// it, or nothing if it has no such rule.
fn empty_nodes(rhs: &Rhs, is_nullable: &impl Fn(Symbol) -> bool) -> Option<Option<Symbol>> {
    match rhs {
        Rhs::Symbol(symbol) => is_nullable(*symbol).then_some(Some(*symbol)),
        Rhs::Sequence(parts) => {
            parts.iter().try_fold(None, |first: Option<Symbol>, part| Some(first.or(empty_nodes(part, is_nullable)?)))
        }
        Rhs::Alternatives(parts) => parts.iter().filter_map(|part| empty_nodes(part, is_nullable)).reduce(Option::or),
        Rhs::Optional(part) | Rhs::Star(part) => Some(empty_nodes(part, is_nullable).flatten()),
        Rhs::Plus(part) => empty_nodes(part, is_nullable),
    }
}

/// A neutral production of this file is one of its rule, and has one part that is no constant.
fn neutrals(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let spans = grammar.file.items.iter().filter(|item| matches!(item.kind, ItemKind::Neutral { .. }));
    let inherited = grammar.parent.as_ref().map(|parent| &parent.neutrals);
    let is_own =
        |rhs: &Arc<Rhs>| !inherited.is_some_and(|known| known.iter().any(|(_, other)| Arc::ptr_eq(rhs, other)));
    // Those that use what this file drops are gone; then the place may be that of another one.
    for ((rule, rhs), item) in grammar.neutrals.iter().filter(|(_, rhs)| is_own(rhs)).zip(spans) {
        let Some(whole) = grammar.rhs(*rule) else { continue };
        let show = |rhs: &Rhs| format!("`{}`", rhs.display(&grammar.symbols));
        let productions = rhs.productions();
        let is_variable = |symbol: &&Symbol| grammar.constant_text(**symbol).is_none();
        if !productions.iter().all(|production| whole.derives(production)) {
            let message = format!("{} is no production of `{}`", show(rhs), grammar.symbols.name(*rule));
            let has = whole.choices().iter().map(show).collect::<Vec<_>>().join(", ");
            let error = Diagnostic::error(&grammar.source, item.span, message);
            found.push(error.help(format!("its alternatives are {has}")));
        } else if !productions.iter().all(|production| production.iter().filter(is_variable).count() == 1) {
            let message = format!("{} has not exactly one part that is no constant", show(rhs));
            let error = Diagnostic::error(&grammar.source, item.span, message);
            found.push(error.help("a neutral production adds constants around one part, such as `'(' sum ')'`"));
        }
    }
}

fn unreachable(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let inherited = grammar.parent.as_ref().map(|parent| unreached(parent)).unwrap_or_default();
    for symbol in unreached(grammar).into_iter().filter(|symbol| !inherited.contains(symbol)) {
        let name = grammar.symbols.name(symbol);
        let what = if grammar.symbols.is_rule(symbol) { "rule" } else { "token" };
        let starts: Vec<_> = grammar.starts.iter().map(|&start| format!("`{}`", grammar.symbols.name(start))).collect();
        let message = format!("the {what} `{name}` cannot be reached from {}", starts.join(", "));
        let help = format!("use it, drop it, or name it in `start … {name}`");
        found.push(Diagnostic::warning(&grammar.source, place(grammar, symbol), message).help(help));
    }
}

/// Parts of this file that no regex takes in.
fn unused_parts(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let tokens = grammar.tokens.values().chain(grammar.layout.newline.iter().map(|(_, token)| token));
    let written = tokens.map(|token| &token.written).chain(grammar.parts.values().map(|part| &part.written));
    let used: BTreeSet<&str> = written.flat_map(|it| references(it)).map(|reference| reference.name).collect();
    for (name, part) in &grammar.parts {
        if part.origin == grammar.name && !used.contains(&**name) {
            let message = format!("no regex takes in the part `{name}`");
            found.push(
                Diagnostic::warning(&grammar.source, part.span, message)
                    .help(format!("write `{{{name}}}` in one, or remove it")),
            );
        }
    }
}

/// Rules and tokens that no program has.
fn unreached(grammar: &Grammar) -> Vec<Symbol> {
    let mut reached = vec![false; grammar.symbols.len()];
    let mut queue: Vec<Symbol> = grammar.starts.iter().copied().collect();
    grammar.starts.iter().for_each(|start| reached[start.index()] = true);
    while let Some(symbol) = queue.pop() {
        if let Some(rhs) = grammar.rhs(symbol) {
            rhs.for_each_symbol(&mut |used| {
                if !std::mem::replace(&mut reached[used.index()], true) {
                    queue.push(used);
                }
            });
        }
    }
    let tokens = grammar.token_order.iter().filter(|&&symbol| !grammar.is_layout(symbol));
    grammar.rules.keys().chain(tokens).copied().filter(|symbol| !reached[symbol.index()]).collect()
}

/// The regexes of the named and anonymous tokens, in order, as terms.
fn token_terms(grammar: &Grammar, terms: &mut Terms) -> Vec<(Symbol, Term)> {
    let parse = |&symbol: &Symbol| {
        let token = grammar.tokens.get(&symbol)?;
        Some((symbol, terms.parse(&token.pattern).ok()?))
    };
    grammar.token_order.iter().filter_map(parse).collect()
}

fn hidden_tokens(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let mut terms = Terms::new();
    let tokens = token_terms(grammar, &mut terms);
    let literals: Vec<Term> =
        grammar.used_literals().iter().map(|&symbol| terms.literal(grammar.symbols.name(symbol).as_bytes())).collect();
    for (index, &(symbol, term)) in tokens.iter().enumerate() {
        let named = tokens[..index].iter().map(|&(_, term)| term);
        let earlier: Vec<Term> = literals.iter().copied().chain(named).collect();
        if hidden_by(&mut terms, term, &earlier) {
            let name = grammar.symbols.name(symbol);
            let text = terms.shortest(term).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
            let message =
                format!("the token `{name}` is hidden: an earlier token always wins, for instance on `{text}`");
            found.push(
                Diagnostic::warning(&grammar.source, place(grammar, symbol), message)
                    .help("literals win over named tokens, and among those the earlier one wins; move or narrow it"),
            );
        }
    }
}

/// Words that are keywords here and identifiers (or other named tokens) in the parent. If the langlet has rewritten all rules
/// that use the token, it knows.
fn new_keywords(grammar: &Grammar, found: &mut Vec<Diagnostic>) {
    let Some(parent) = &grammar.parent else { return };
    let before = parent.used_literals();
    let mut terms = Terms::new();
    let tokens = token_terms(parent, &mut terms);
    for symbol in grammar.used_literals() {
        if before.contains(&symbol) || grammar.soft.contains_key(&symbol) {
            continue;
        }
        let text = grammar.symbols.name(symbol);
        let reads = tokens.iter().find(|(_, term)| {
            let end = text.bytes().fold(*term, |term, byte| terms.derivative(term, byte));
            terms.nullable(end)
        });
        let is_inherited = |token: Symbol| {
            grammar.rules.values().any(|rule| {
                let is_own = |(by, operator): &(Arc<str>, Operator)| {
                    **by == *grammar.name && matches!(operator, Operator::Define | Operator::Replace)
                };
                let mut is_used = false;
                rule.rhs.for_each_symbol(&mut |used| is_used |= used == token);
                is_used && !rule.history.iter().any(is_own)
            })
        };
        if let Some((token, _)) = reads.filter(|(token, _)| is_inherited(*token)) {
            let name = parent.symbols.name(*token);
            let message = format!("`{text}` is a keyword in {} and a {name} in {}", grammar.name, parent.name);
            let span = first_use(grammar, text).unwrap_or(grammar.file.name.span);
            found
                .push(Diagnostic::warning(&grammar.source, span, message).help(format!(
                    "declare `soft '{text}'` to keep it a {name} where the grammar does not ask for it"
                )));
        }
    }
}

/// Where the langlet's own file writes the literal first.
fn first_use(grammar: &Grammar, text: &str) -> Option<Span> {
    use crate::notation::syntax::{Expression, SymbolName};
    fn within(expression: &Expression, text: &str) -> Option<Span> {
        match expression {
            Expression::Symbol(SymbolName::Literal(literal)) => (literal.text == text).then_some(literal.span),
            Expression::Symbol(_) => None,
            Expression::Sequence(parts) | Expression::Alternatives(parts) => {
                parts.iter().find_map(|part| within(part, text))
            }
            Expression::Optional(part) | Expression::Star(part) | Expression::Plus(part) => within(part, text),
        }
    }
    grammar.file.items.iter().find_map(|item| match &item.kind {
        ItemKind::Rule { body, .. } => within(body, text),
        _ => None,
    })
}
