//! What a token of the source may be in the target, and what must hold of two rules before a morphism is looked for.
//!
//! A token is answered by the token that the target's lexer makes of its text. For keywords that is looked up; a token
//! with a regex is answered by the one of its name, and its *exceptions* are the texts that the target reads otherwise,
//! found as the difference of two regular languages. If each string of X is one of Y, then X begins, goes on and ends
//! as Y does: FIRST, the pairs of neighboring tokens and LAST of X are among those of Y. These sets are computed for
//! all rules at once; most pairs of rules fall at this.

use crate::automata::neighbors::{Bits, Neighbors};
use crate::generate::spell::texts;
use crate::grammar::{Grammar, Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::regex::Terms;

/// The tokens of a source in a target, and the sets of both.
#[derive(Debug)]
pub(super) struct Letters {
    /// `answers[symbol of the source]`: the tokens of the target that it may be, the best first.
    answers: Vec<Vec<Symbol>>,
    /// The same by terminals: `numbers[terminal of the source]`.
    numbers: Vec<Vec<usize>>,
    source: Neighbors,
    target: Neighbors,
    /// `begins[rule of the source][rule of the target]`: whether FIRST of the one is in FIRST of the other.
    begins: Vec<Vec<bool>>,
}

impl Letters {
    pub(super) fn new(source: &Langlet, target: &Langlet) -> Letters {
        let symbols = source.grammar().symbols.iter();
        let answers: Vec<Vec<Symbol>> = symbols.map(|symbol| answers(source, target, symbol)).collect();
        let (from, to) =
            (Neighbors::new(source.grammar(), source.tables()), Neighbors::new(target.grammar(), target.tables()));
        let (of_source, of_target) = (&source.tables().terminals, &target.tables().terminals);
        let number = |&symbol: &Symbol| of_target.number(symbol).map(usize::from);
        let numbers: Vec<Vec<usize>> = (0..of_source.len() as u16)
            .map(|terminal| of_source.symbol(terminal))
            .map(|symbol| symbol.map_or(Vec::new(), |s| answers[s.index()].iter().filter_map(number).collect()))
            .collect();
        let begins = (0..answers.len())
            .map(|a| (0..to.first.len()).map(|b| fits(&from.first[a], &to.first[b], &numbers)).collect())
            .collect();
        Letters { answers, numbers, source: from, target: to, begins }
    }

    /// The tokens of the target that a token of the source may be.
    pub(super) fn answers(&self, token: Symbol) -> &[Symbol] {
        &self.answers[token.index()]
    }

    /// Whether what begins with the letter may begin with the rule of the target.
    pub(super) fn begins(&self, letter: Symbol, rule: Symbol) -> bool {
        self.begins[letter.index()][rule.index()]
    }

    /// Whether nothing is known that keeps the strings of `x` from being strings of `y`. If it is false, some string is
    /// none.
    pub(super) fn may_map(&self, x: Symbol, y: Symbol) -> bool {
        let (x, y) = (x.index(), y.index());
        let (from, to) = (&self.source, &self.target);
        let are_rules = from.is_rule[x] && to.is_rule[y];
        are_rules
            && (!from.nullable[x] || to.nullable[y])
            && fits(&from.first[x], &to.first[y], &self.numbers)
            && fits(&from.last[x], &to.last[y], &self.numbers)
            && self.pairs_fit(x, y)
    }

    fn pairs_fit(&self, x: usize, y: usize) -> bool {
        let (from, to) = (&self.source, &self.target);
        let fit = |(a, b): (usize, usize)| {
            let mut pairs = self.numbers[a].iter().flat_map(|&a| self.numbers[b].iter().map(move |&b| (a, b)));
            pairs.any(|(a, b)| to.pairs[y].contains(a * to.n_tokens + b))
        };
        if from.pairs.is_empty() || to.pairs.is_empty() {
            return true;
        }
        from.pairs[x].iter().all(|number| fit((number / from.n_tokens, number % from.n_tokens)))
    }
}

fn fits(from: &Bits, to: &Bits, numbers: &[Vec<usize>]) -> bool {
    from.iter().all(|token| numbers[token].iter().any(|&answer| to.contains(answer)))
}

/// What the target's lexer makes of a token of the source.
pub(crate) fn answers(source: &Langlet, target: &Langlet, token: Symbol) -> Vec<Symbol> {
    let (from, to) = (source.grammar(), target.grammar());
    let terminals = &target.tables().terminals;
    let kind = from.symbols.kind(token);
    let name = from.symbols.name(token);
    let found = match kind {
        SymbolKind::Rule | SymbolKind::Skip => None,
        _ if source == target => terminals.number(token),
        SymbolKind::Literal => target.lexer().kind_of(name),
        SymbolKind::Token if from.is_layout(token) => layout_answer(from, to, token).and_then(|s| terminals.number(s)),
        SymbolKind::Token => to.symbols.named(name).and_then(|symbol| terminals.number(symbol)),
        SymbolKind::Anonymous => {
            let pattern = name.strip_prefix('/').and_then(|name| name.strip_suffix('/'));
            pattern.and_then(|pattern| to.symbols.anonymous(pattern)).and_then(|symbol| terminals.number(symbol))
        }
    };
    found.into_iter().flat_map(|kind| terminals.readings(kind)).filter_map(|kind| terminals.symbol(kind)).collect()
}

fn layout_answer(from: &Grammar, to: &Grammar, token: Symbol) -> Option<Symbol> {
    let newline = |grammar: &Grammar| grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol);
    if newline(from) == Some(token) {
        return newline(to);
    }
    if let (Some(from), Some(to)) = (from.layout.indent, to.layout.indent) {
        if from.indent == token {
            return Some(to.indent);
        }
        if from.dedent == token {
            return Some(to.dedent);
        }
    }
    to.symbols.named(from.symbols.name(token)).filter(|symbol| to.layout.end.contains(symbol))
}

/// A text that the source reads as the token and the target does not read as `answer`; `None` if there is none.
pub(crate) fn exception(source: &Langlet, target: &Langlet, token: Symbol, answer: Symbol) -> Option<String> {
    if source == target || source.grammar().is_layout(token) {
        return None;
    }
    let mut terms = Terms::new();
    let from = texts(&mut terms, source, token)?;
    let to = texts(&mut terms, target, answer)?;
    let others = terms.complement(to);
    let difference = terms.intersect(from, others);
    String::from_utf8(terms.shortest(difference)?).ok()
}
