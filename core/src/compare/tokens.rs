//! Tokens of one langlet as another reads them: which it may be there, and texts that are read otherwise.
//!
//! A token of the source is answered by what the target's lexer makes of its texts. Of a token with a regex most texts may be
//! one token of the target and some another, a keyword say; each such case is an *exception* and stands for itself from then on:
//!
//! ```text
//! NAME     →  NAME           NAME 'unless'  →  'unless'         NUMBER  →  NUMBER        NUMBER '08'  →  nothing
//! ```

use crate::algebra::morphism::letters;
use crate::generate::spell::texts;
use crate::grammar::{Grammar, Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::regex::{Term, Terms};

/// A text of a token that the target reads as something else than the other texts of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The token of the source.
    pub token: Symbol,
    /// The text; of those that are not keywords in the target the shortest.
    pub text: String,
    /// What the target may read it as; nothing, if it is no single token there.
    pub answers: Vec<Symbol>,
    /// Whether the text is a keyword of the target that the source does not have.
    pub is_keyword: bool,
}

/// The tokens of a source in a target.
#[derive(Debug)]
pub(crate) struct TokenMap {
    /// `answers[symbol]`: the tokens of the target that a token of the source may be, the best first.
    answers: Vec<Vec<Symbol>>,
    pub(crate) exceptions: Vec<Exception>,
}

impl TokenMap {
    /// `tokens` are those of the source that programs have.
    pub(crate) fn new(source: &Langlet, target: &Langlet, tokens: &[Symbol]) -> TokenMap {
        let grammar = source.grammar();
        let mut answers = vec![Vec::new(); grammar.symbols.len()];
        for &token in tokens {
            answers[token.index()] = letters::answers(source, target, token);
        }
        let exceptions = tokens.iter().flat_map(|&token| exceptions(source, target, token, &answers[token.index()]));
        // Exceptions are numbered behind the symbols.
        let most = usize::from(u16::MAX) - grammar.symbols.len();
        TokenMap { exceptions: exceptions.take(most).collect(), answers }
    }

    /// The tokens of the target that the token may be.
    pub(crate) fn answers(&self, token: Symbol) -> &[Symbol] {
        &self.answers[token.index()]
    }

    /// The token of the target that the token is there.
    pub(crate) fn answer(&self, token: Symbol) -> Option<Symbol> {
        self.answers(token).first().copied()
    }
}

fn exceptions(source: &Langlet, target: &Langlet, token: Symbol, answers: &[Symbol]) -> Vec<Exception> {
    let (from, to) = (source.grammar(), target.grammar());
    let (Some(&answer), true) = (answers.first(), from.tokens.contains_key(&token)) else { return Vec::new() };
    if from.is_layout(token) {
        return Vec::new();
    }
    let read = |text: &str| -> Vec<Symbol> {
        let terminals = &target.tables().terminals;
        let kinds = target.lexer().kind_of(text).into_iter().flat_map(|kind| terminals.readings(kind));
        kinds.filter_map(|kind| terminals.symbol(kind)).collect()
    };
    let kind = source.tables().terminals.number(token);
    let mut found = Vec::new();
    let own = from.used_literals();
    for keyword in to.used_literals() {
        let text = to.symbols.name(keyword);
        let is_own = own.iter().any(|&own| from.symbols.name(own) == text);
        if !is_own && source.lexer().kind_of(text) == kind && !read(text).contains(&answer) {
            found.push(Exception { token, text: text.to_owned(), answers: read(text), is_keyword: true });
        }
    }
    if !same_patterns(from, to, token, answer) {
        let keywords: Vec<&str> = found.iter().map(|exception| &*exception.text).collect();
        if let Some(text) = other_text(source, target, token, answer, &keywords) {
            found.push(Exception { token, answers: read(&text), text, is_keyword: false });
        }
    }
    found
}

/// Whether the regexes of both tokens, and of those that win over them, are written alike.
fn same_patterns(from: &Grammar, to: &Grammar, token: Symbol, answer: Symbol) -> bool {
    let patterns = |grammar: &Grammar, last: Symbol| -> Vec<String> {
        let earlier = grammar.token_order.iter().take_while(|&&earlier| earlier != last);
        let all = earlier.chain([&last]).filter_map(|symbol| grammar.tokens.get(symbol));
        all.map(|token| token.pattern.to_string()).collect()
    };
    patterns(from, token) == patterns(to, answer)
}

/// A shortest text of the token that the target does not read as `answer` and that is none of these keywords. Keywords that only
/// the source has make no such text: what they take away is taken from the source.
fn other_text(source: &Langlet, target: &Langlet, token: Symbol, answer: Symbol, keywords: &[&str]) -> Option<String> {
    let mut terms = Terms::new();
    let from = texts(&mut terms, source, token)?;
    let mut known = vec![texts(&mut terms, target, answer)?];
    known.extend(keywords.iter().map(|text| terms.literal(text.as_bytes())));
    let known = terms.union(known);
    let others = terms.complement(known);
    let difference = terms.intersect(from, others);
    String::from_utf8(terms.shortest(difference)?).ok()
}

/// Why the lexers of two langlets, as far as is known, cut some text into other tokens; `None` if they agree on all texts: the
/// same literals, tokens with the same texts, the same trivia and the same layout. `to_right` and `to_left` map the tokens.
pub(crate) fn lexers_differ(
    left: &Langlet,
    right: &Langlet,
    to_right: &TokenMap,
    to_left: &TokenMap,
) -> Option<String> {
    let (one, other) = (left.grammar(), right.grammar());
    let literals = |grammar: &Grammar| -> Vec<String> {
        let mut names: Vec<String> =
            grammar.used_literals().into_iter().map(|symbol| grammar.symbols.name(symbol).to_owned()).collect();
        names.sort_unstable();
        names
    };
    let (literals_left, literals_right) = (literals(one), literals(other));
    let missing = |from: &[String], to: &[String]| from.iter().find(|name| !to.contains(name)).cloned();
    if let Some(literal) = missing(&literals_left, &literals_right) {
        return Some(format!("only {} has the literal '{literal}'", left.name()));
    }
    if let Some(literal) = missing(&literals_right, &literals_left) {
        return Some(format!("only {} has the literal '{literal}'", right.name()));
    }
    for (langlet, map) in [(left, to_right), (right, to_left)] {
        if let Some(exception) = map.exceptions.first() {
            let token = langlet.grammar().symbols.display(exception.token);
            return Some(format!("the text {:?} is a {token} of {} alone", exception.text, langlet.name()));
        }
    }
    // Tokens that no rule uses take texts away, too.
    let patterns = |grammar: &Grammar| -> Vec<String> {
        let tokens = grammar.token_order.iter().filter_map(|symbol| grammar.tokens.get(symbol));
        tokens.map(|token| token.pattern.to_string()).collect()
    };
    if patterns(one) != patterns(other) && !same_texts(one, other) {
        return Some("they have other tokens".to_owned());
    }
    if !same_trivia(one, other) {
        return Some("they skip other texts between tokens".to_owned());
    }
    let layout = |grammar: &Grammar| {
        let layout = &grammar.layout;
        let newline = layout.newline.as_ref().map(|(_, token)| token.pattern.clone());
        let indent = layout.indent.map(|indent| (indent.tab, indent.strict));
        let name = |&symbol: &Symbol| grammar.symbols.display(symbol);
        let end: Vec<bool> = layout
            .end
            .iter()
            .map(|symbol| layout.newline.as_ref().is_some_and(|(newline, _)| newline == symbol))
            .collect();
        let mut joins: Vec<(String, String)> =
            grammar.joins.iter().map(|(open, close)| (name(open), name(close))).collect();
        joins.sort_unstable();
        let soft: Vec<String> = grammar.soft.keys().map(name).collect();
        (newline, indent, end, joins, soft)
    };
    (layout(one) != layout(other)).then(|| "they read lines and indentation differently".to_owned())
}

/// Whether all tokens with regexes together have the same texts.
fn same_texts(left: &Grammar, right: &Grammar) -> bool {
    let is_token = |kind: SymbolKind| kind != SymbolKind::Skip;
    same_union(left, right, is_token)
}

fn same_trivia(left: &Grammar, right: &Grammar) -> bool {
    same_union(left, right, |kind| kind == SymbolKind::Skip)
}

fn same_union(left: &Grammar, right: &Grammar, is_wanted: impl Fn(SymbolKind) -> bool) -> bool {
    let mut terms = Terms::new();
    let mut union = |grammar: &Grammar| -> Term {
        let wanted = grammar.tokens.iter().filter(|(symbol, _)| is_wanted(grammar.symbols.kind(**symbol)));
        let parts: Vec<Term> = wanted
            .map(|(_, token)| terms.parse(&token.pattern).expect("regexes are checked when a langlet is loaded"))
            .collect();
        terms.union(parts)
    };
    let (left, right) = (union(left), union(right));
    if left == right {
        return true;
    }
    let mut is_within = |one: Term, other: Term| {
        let rest = terms.complement(other);
        let difference = terms.intersect(one, rest);
        terms.shortest(difference).is_none()
    };
    is_within(left, right) && is_within(right, left)
}
