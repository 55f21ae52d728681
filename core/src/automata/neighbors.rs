//! Neighbors: which tokens the strings of a symbol begin and end with, and which stand side by side in them.
//!
//! Two tokens that no string has side by side prove of any text that has them so that it is no program; and if all strings of one
//! rule are strings of another, so are its beginnings, its ends and its neighbors. Fixed points over the network; the pairs of a
//! rule are those of the rules in it, and at each state all that may come just before with all that may come next.

use super::decision::Tables;
use super::dfa::{Network, StateId};
use crate::grammar::Grammar;

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(len: usize) -> Bits {
        Bits(vec![0; len.div_ceil(64)])
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    pub(crate) fn insert(&mut self, number: usize) -> bool {
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
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
pub(crate) struct Neighbors {
    pub(crate) n_tokens: usize,
    pub(crate) is_rule: Vec<bool>,
    pub(crate) nullable: Vec<bool>,
    pub(crate) first: Vec<Bits>,
    pub(crate) last: Vec<Bits>,
    /// `pairs[symbol]`: tokens that stand side by side, as `left * n_tokens + right`. Empty for a grammar so large that
    /// the sets would not pay.
    pub(crate) pairs: Vec<Bits>,
}

/// The most bits that are spent on the sets of pairs.
const MOST_PAIRS: usize = 1 << 30;

impl Neighbors {
    pub(crate) fn new(grammar: &Grammar, tables: &Tables) -> Neighbors {
        let (network, n_symbols, n) = (&tables.network, grammar.symbols.len(), tables.terminals.len());
        let is_rule = grammar.symbols.iter().map(|symbol| network.start(symbol).is_some()).collect();
        let is_nullable = |symbol| network.start(symbol).is_some() && tables.sets.nullable(symbol);
        let nullable = grammar.symbols.iter().map(is_nullable).collect();
        let empty = || vec![Bits::new(n); n_symbols];
        let n_pairs = if n_symbols.saturating_mul(n * n) > MOST_PAIRS { 0 } else { n_symbols };
        let pairs = vec![Bits::new(n * n); n_pairs];
        let mut found = Neighbors { n_tokens: n, is_rule, nullable, first: empty(), last: empty(), pairs };
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
