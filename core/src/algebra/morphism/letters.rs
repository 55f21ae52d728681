//! What a token of the source may be in the target, and what must hold of two rules before a morphism is looked for.
//!
//! A token is answered by the token that the target's lexer makes of its text. For keywords that is looked up; a token
//! with a regex is answered by the one of its name, and its *exceptions* are the texts that the target reads otherwise,
//! found as the difference of two regular languages. If each string of X is one of Y, then X begins, goes on and ends
//! as Y does: FIRST, the pairs of neighboring tokens and LAST of X are among those of Y. These sets are computed for
//! all rules at once; most pairs of rules fall at this.

use crate::automata::{Network, StateId};
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
    source: TokenSets,
    target: TokenSets,
    /// `begins[rule of the source][rule of the target]`: whether FIRST of the one is in FIRST of the other.
    begins: Vec<Vec<bool>>,
}

impl Letters {
    pub(super) fn new(source: &Langlet, target: &Langlet) -> Letters {
        let symbols = source.grammar().symbols.iter();
        let answers: Vec<Vec<Symbol>> = symbols.map(|symbol| answers(source, target, symbol)).collect();
        let (from, to) = (TokenSets::new(source), TokenSets::new(target));
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

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(len: usize) -> Bits {
        Bits(vec![0; len.div_ceil(64)])
    }

    fn contains(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    fn insert(&mut self, number: usize) -> bool {
        let word = &mut self.0[number / 64];
        let grown = *word | 1 << (number % 64);
        std::mem::replace(word, grown) != grown
    }

    fn extend(&mut self, other: &Bits) -> bool {
        let mut grew = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            grew |= more & !*word != 0;
            *word |= more;
        }
        grew
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.checked_sub(1)?;
                Some(index * 64 + bit)
            })
        })
    }
}

/// How the strings of each symbol begin, go on and end, as sets of terminals.
#[derive(Debug)]
struct TokenSets {
    n_tokens: usize,
    is_rule: Vec<bool>,
    nullable: Vec<bool>,
    first: Vec<Bits>,
    last: Vec<Bits>,
    /// `pairs[symbol]`: tokens that stand side by side, as `left * n_tokens + right`. Empty for a grammar so large that
    /// the sets would not pay.
    pairs: Vec<Bits>,
}

/// The most bits that are spent on the sets of pairs.
const MOST_PAIRS: usize = 1 << 30;

impl TokenSets {
    fn new(langlet: &Langlet) -> TokenSets {
        let (grammar, tables) = (langlet.grammar(), langlet.tables());
        let (network, n_symbols, n) = (&tables.network, grammar.symbols.len(), tables.terminals.len());
        let is_rule = grammar.symbols.iter().map(|symbol| network.start(symbol).is_some()).collect();
        let is_nullable = |symbol| network.start(symbol).is_some() && tables.sets.nullable(symbol);
        let nullable = grammar.symbols.iter().map(is_nullable).collect();
        let empty = || vec![Bits::new(n); n_symbols];
        let n_pairs = if n_symbols.saturating_mul(n * n) > MOST_PAIRS { 0 } else { n_symbols };
        let pairs = vec![Bits::new(n * n); n_pairs];
        let mut found = TokenSets { n_tokens: n, is_rule, nullable, first: empty(), last: empty(), pairs };
        for symbol in grammar.symbols.iter() {
            if let Some(number) = tables.terminals.number(symbol) {
                found.first[symbol.index()].insert(usize::from(number));
                found.last[symbol.index()].insert(usize::from(number));
            }
        }
        // `firsts[state]`: what may come next in the rule; `lasts[state]`: what may have come just before.
        let mut firsts = vec![Bits::new(n); network.n_states()];
        let mut lasts = vec![Bits::new(n); network.n_states()];
        // Progress: sets only grow.
        while found.grow(network, &mut firsts, &mut lasts) {}
        while n_pairs > 0 && found.grow_pairs(network, &firsts, &lasts) {}
        found
    }

    fn grow(&mut self, network: &Network, firsts: &mut [Bits], lasts: &mut [Bits]) -> bool {
        let mut grew = false;
        for index in (0..network.n_states()).rev() {
            let state = network.state(StateId(index as u32));
            for &(symbol, to) in &state.transitions {
                grew |= firsts[index].extend(&self.first[symbol.index()]);
                grew |= lasts[to.index()].extend(&self.last[symbol.index()]);
                if self.nullable[symbol.index()] {
                    let (next, before) = (firsts[to.index()].clone(), lasts[index].clone());
                    grew |= firsts[index].extend(&next);
                    grew |= lasts[to.index()].extend(&before);
                }
            }
            if state.accepting {
                grew |= self.last[state.rule.index()].extend(&lasts[index]);
            }
            if network.start(state.rule).is_some_and(|start| start.index() == index) {
                grew |= self.first[state.rule.index()].extend(&firsts[index]);
            }
        }
        grew
    }

    fn grow_pairs(&mut self, network: &Network, firsts: &[Bits], lasts: &[Bits]) -> bool {
        let mut grew = false;
        for (id, state) in network.states() {
            let mut pairs = std::mem::take(&mut self.pairs[state.rule.index()]);
            for left in lasts[id.index()].iter() {
                for right in firsts[id.index()].iter() {
                    grew |= pairs.insert(left * self.n_tokens + right);
                }
            }
            for &(symbol, _) in state.transitions.iter().filter(|(symbol, _)| *symbol != state.rule) {
                if network.start(symbol).is_some() {
                    grew |= pairs.extend(&self.pairs[symbol.index()]);
                }
            }
            self.pairs[state.rule.index()] = pairs;
        }
        grew
    }
}
