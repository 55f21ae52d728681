//! Chains: paths of nodes each with a single child, as numbers.
//!
//! A chain is a symbol sequence from the outermost node to the innermost, `test or_test … atom NAME`. It is interned as a
//! pair of its first symbol and the rest, so that all chains that end alike share their ends, and equal chains have equal
//! numbers. Every stored node of a tree carries one.

use rustc_hash::FxHashMap;

use crate::grammar::Symbol;

/// Number of a chain in one [`ChainTable`] (or in a [`Chains`] built on it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(pub(crate) u32);

/// Interned chains.
#[derive(Clone, Debug, Default)]
pub struct ChainTable {
    /// `ranges[chain]`: where its symbols stand, as offset and length.
    ranges: Vec<(u32, u32)>,
    symbols: Vec<Symbol>,
    ids: FxHashMap<(Symbol, Option<ChainId>), ChainId>,
}

impl ChainTable {
    /// Number of chains.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The symbols of a chain, outermost first; never empty.
    pub fn symbols(&self, chain: ChainId) -> &[Symbol] {
        let (offset, len) = self.ranges[chain.0 as usize];
        &self.symbols[offset as usize..(offset + len) as usize]
    }

    /// The chain of `symbol` above `rest`.
    pub(crate) fn cons(&mut self, symbol: Symbol, rest: Option<ChainId>) -> ChainId {
        if let Some(&id) = self.ids.get(&(symbol, rest)) {
            return id;
        }
        let offset = self.symbols.len() as u32;
        self.symbols.push(symbol);
        if let Some(rest) = rest {
            let (from, len) = self.ranges[rest.0 as usize];
            self.symbols.extend_from_within(from as usize..(from + len) as usize);
        }
        let id = ChainId(self.ranges.len() as u32);
        self.ranges.push((offset, self.symbols.len() as u32 - offset));
        self.ids.insert((symbol, rest), id);
        id
    }
}

/// The chains of one tree: those of the parse tables, shared, and those that edits have added.
#[derive(Clone, Debug)]
pub struct Chains {
    base: std::sync::Arc<ChainTable>,
    /// Chains behind those of `base`; their `rest` may be in `base`.
    ranges: Vec<(u32, u32)>,
    symbols: Vec<Symbol>,
    ids: FxHashMap<(Symbol, Option<ChainId>), ChainId>,
}

impl Chains {
    /// Builds on the chains of the tables.
    pub(crate) fn new(base: std::sync::Arc<ChainTable>) -> Chains {
        Chains { base, ranges: Vec::new(), symbols: Vec::new(), ids: FxHashMap::default() }
    }

    /// The symbols of a chain, outermost first; never empty.
    pub(crate) fn symbols(&self, chain: ChainId) -> &[Symbol] {
        let index = chain.0 as usize;
        if index < self.base.len() {
            return self.base.symbols(chain);
        }
        let (offset, len) = self.ranges[index - self.base.len()];
        &self.symbols[offset as usize..(offset + len) as usize]
    }

    /// The chain of these symbols, outermost first. Panics on an empty sequence.
    pub(crate) fn intern(&mut self, symbols: &[Symbol]) -> ChainId {
        let chain = symbols.iter().rev().fold(None, |rest, &symbol| Some(self.cons(symbol, rest)));
        chain.expect("a chain has at least one symbol")
    }

    /// The chain of `upper` above `lower`.
    pub(crate) fn join(&mut self, upper: &[Symbol], lower: ChainId) -> ChainId {
        upper.iter().rev().fold(lower, |rest, &symbol| self.cons(symbol, Some(rest)))
    }

    fn cons(&mut self, symbol: Symbol, rest: Option<ChainId>) -> ChainId {
        if let Some(&id) = self.base.ids.get(&(symbol, rest)).or_else(|| self.ids.get(&(symbol, rest))) {
            return id;
        }
        let mut all = vec![symbol];
        all.extend(rest.map_or(&[][..], |rest| self.symbols(rest)));
        let offset = self.symbols.len() as u32;
        self.symbols.extend(&all);
        let id = ChainId((self.base.len() + self.ranges.len()) as u32);
        self.ranges.push((offset, all.len() as u32));
        self.ids.insert((symbol, rest), id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_chains_have_equal_numbers() {
        let [a, b, c] = [0, 1, 2].map(Symbol);
        let mut table = ChainTable::default();
        let end = table.cons(c, None);
        let long = table.cons(a, Some(end));
        assert_eq!(table.cons(a, Some(end)), long);
        assert_eq!((table.symbols(long), table.len()), (&[a, c][..], 2));
        // Chains of a tree continue the numbers of the tables and find those that are there.
        let mut chains = Chains::new(table.into());
        assert_eq!(chains.intern(&[a, c]), long);
        let new = chains.intern(&[b, a, c]);
        assert_eq!(chains.symbols(new), [b, a, c]);
        assert_eq!(chains.join(&[b], long), new);
        assert_eq!(chains.intern(&[c]), end);
        assert_ne!(chains.intern(&[c, c]), chains.intern(&[c]));
        assert_eq!(chains.symbols(long), [a, c]);
    }
}
