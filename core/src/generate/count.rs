//! Counting: how many programs of n tokens there are, the program of each number, and so uniform choice.
//!
//! For each state of the network and each n, the derivations of n tokens from there to the end of the rule are counted,
//! by those of shorter ones (Flajolet, Zimmermann and Van Cutsem 1994). With the counts, the derivation of a given number
//! is found by going down where it lies (as Madhavan, Mayer, Gulwani and Kuncak 2015); a uniform number gives a uniform program.
//!
//! Not all token strings have a text: a line end can only stand on a line with tokens. So counts are kept apart by whether
//! a string begins, and ends, at the start of a line.
//!
//! In an ambiguous grammar a program counts once for each of its derivations.

use num_bigint::BigUint;
use rustc_hash::FxHashSet;

use super::chance::Chance;
use crate::automata::StateId;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// `counts[n]`: derivations of n tokens; missing ones are 0.
type Row = Vec<BigUint>;

/// Where a string begins or ends: 1 at the start of a line, 0 within it.
type Side = usize;

/// Numbers of programs of one rule.
#[derive(Clone, Debug)]
pub struct Counts {
    langlet: Langlet,
    start: StateId,
    longest: usize,
    /// `rows[(state * 2 + before) * 2 + behind]`.
    rows: Vec<Row>,
}

impl Counts {
    /// Counts all programs of the rule `start` with up to `longest` tokens; `None` if it is a token. Tokens that the lexer adds
    /// at the end of the file and the rule does not ask for are not counted.
    ///
    /// Cost: transitions of the network × `longest`² multiplications.
    pub fn new(langlet: &Langlet, start: Symbol, longest: usize) -> Option<Counts> {
        let network = &langlet.tables().network;
        let start = network.start(start)?;
        let rows = vec![vec![BigUint::ZERO; longest + 1]; network.n_states() * 4];
        let mut counts = Counts { langlet: langlet.clone(), start, longest, rows };
        let order = counts.order();
        for n in 0..=longest {
            for &state in &order {
                counts.count_state(state, n);
            }
        }
        Some(counts)
    }

    /// Number of programs with exactly n tokens.
    pub fn count(&self, n: usize) -> BigUint {
        [0, 1].into_iter().map(|behind| self.get(self.start, 1, behind, n)).sum()
    }

    /// The program of a number below [`Counts::count`], in a fixed order; `None` if the number is too large.
    pub fn program(&self, n: usize, number: &BigUint) -> Option<Vec<Symbol>> {
        let mut number = number.clone();
        for behind in [0, 1] {
            let count = self.get(self.start, 1, behind, n);
            if number < count {
                return Some(self.unrank(behind, n, number));
            }
            number -= count;
        }
        None
    }

    /// All programs with n tokens, each once, in a fixed order. Programs of an ambiguous grammar that have several derivations are
    /// remembered, which takes memory for each program; others are not.
    pub fn programs(&self, n: usize) -> impl Iterator<Item = Vec<Symbol>> + '_ {
        let count = self.count(n);
        let mut number = BigUint::ZERO;
        let mut seen = FxHashSet::default();
        let is_ambiguous = !self.langlet.tables().conflicts().is_empty();
        std::iter::from_fn(move || {
            // Progress: the number grows.
            while number < count {
                let program = self.program(n, &number)?;
                number += 1_u32;
                if !is_ambiguous || seen.insert(program.clone()) {
                    return Some(program);
                }
            }
            None
        })
    }

    /// A uniform choice among the programs with n tokens; `None` if there are none.
    pub fn random(&self, n: usize, chance: &mut Chance) -> Option<Vec<Symbol>> {
        let count = self.count(n);
        if count == BigUint::ZERO {
            return None;
        }
        let n_words = count.bits().div_ceil(32) as usize;
        let unused = n_words as u64 * 32 - count.bits();
        // Progress: each number is below the count with a chance of a half at least.
        loop {
            let mut words: Vec<u32> = (0..n_words).map(|_| (chance.next() >> 32) as u32).collect();
            if let Some(last) = words.last_mut() {
                *last >>= unused;
            }
            let number = BigUint::new(words);
            if number < count {
                return self.program(n, &number);
            }
        }
    }

    fn get(&self, state: StateId, before: Side, behind: Side, n: usize) -> BigUint {
        self.rows[row(state, before, behind)].get(n).cloned().unwrap_or_default()
    }

    /// Where a token leaves a line that was on this side; `None` if it cannot stand there.
    fn step(&self, token: Symbol, before: Side) -> Option<Side> {
        let layout = &self.langlet.grammar().layout;
        if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == token) {
            return (before == 0).then_some(1);
        }
        if layout.indent.is_some_and(|indent| [indent.indent, indent.dedent].contains(&token)) {
            return Some(before);
        }
        Some(if layout.end.contains(&token) { before } else { 0 })
    }

    /// Number of strings of k tokens of a symbol between these sides.
    fn of_symbol(&self, symbol: Symbol, before: Side, behind: Side, k: usize) -> Option<&BigUint> {
        let start = self.langlet.tables().network.start(symbol)?;
        self.rows[row(start, before, behind)].get(k).filter(|count| **count != BigUint::ZERO)
    }

    /// The ways to derive n tokens from a state: the transition, the side behind its symbol, and the tokens of the symbol.
    fn ways(&self, state: StateId, before: Side, n: usize) -> impl Iterator<Item = Way> + '_ {
        let network = &self.langlet.tables().network;
        network.state(state).transitions.iter().flat_map(move |&(symbol, to)| {
            let (sides, lengths) = match network.start(symbol) {
                Some(_) => ([Some(0), Some(1)], 0..n + 1),
                None => ([self.step(symbol, before), None], if n > 0 { 1..2 } else { 0..0 }),
            };
            sides
                .into_iter()
                .flatten()
                .flat_map(move |middle| lengths.clone().map(move |k| Way { symbol, to, middle, k }))
        })
    }

    fn count_state(&mut self, state: StateId, n: usize) {
        let network = &self.langlet.tables().network;
        for before in [0, 1] {
            let mut sums = [BigUint::ZERO, BigUint::ZERO];
            if n == 0 && network.state(state).accepting {
                sums[before] += 1_u32;
            }
            for Way { symbol, to, middle, k } in self.ways(state, before, n) {
                let own = self.of_symbol(symbol, before, middle, k);
                if own.is_none() && network.start(symbol).is_some() {
                    continue;
                }
                for (behind, sum) in sums.iter_mut().enumerate() {
                    let rest = &self.rows[row(to, middle, behind)][n - k];
                    if *rest != BigUint::ZERO {
                        match own {
                            Some(own) => *sum += own * rest,
                            None => *sum += rest,
                        }
                    }
                }
            }
            for (behind, sum) in sums.into_iter().enumerate() {
                self.rows[row(state, before, behind)][n] = sum;
            }
        }
    }

    /// The states in an order in which each comes behind those that it needs for the same n: the start of a rule that it may end
    /// with, and the state behind a rule that may be empty. Without left recursion there is such an order.
    fn order(&self) -> Vec<StateId> {
        let tables = self.langlet.tables();
        let network = &tables.network;
        let needs = |state: StateId| {
            let transitions = network.state(state).transitions.iter();
            transitions.flat_map(|&(symbol, to)| {
                let start = network.start(symbol);
                let is_empty = start.is_some() && tables.sets.nullable(symbol);
                let inner = start.filter(|_| tables.sets.ends(to));
                inner.into_iter().chain(is_empty.then_some(to))
            })
        };
        let mut order = Vec::new();
        let mut is_seen = vec![false; network.n_states()];
        for (root, _) in network.states() {
            let mut path = vec![(root, false)];
            // Progress: each state is entered once and left once.
            while let Some((state, is_left)) = path.pop() {
                if is_left {
                    order.push(state);
                } else if !std::mem::replace(&mut is_seen[state.index()], true) {
                    path.push((state, true));
                    path.extend(needs(state).map(|state| (state, false)));
                }
            }
        }
        order
    }

    fn unrank(&self, behind: Side, n: usize, number: BigUint) -> Vec<Symbol> {
        let network = &self.langlet.tables().network;
        debug_assert!(n <= self.longest);
        let mut tokens = Vec::with_capacity(n);
        // What is still to be written, the next one last.
        let mut work = vec![(self.start, 1, behind, n, number)];
        while let Some((state, before, behind, n, mut number)) = work.pop() {
            let ends = n == 0 && before == behind && network.state(state).accepting;
            if ends {
                if number == BigUint::ZERO {
                    continue;
                }
                number -= 1_u32;
            }
            for Way { symbol, to, middle, k } in self.ways(state, before, n) {
                let rest = self.get(to, middle, behind, n - k);
                if rest == BigUint::ZERO {
                    continue;
                }
                match (network.start(symbol), self.of_symbol(symbol, before, middle, k)) {
                    (None, _) => {
                        if number < rest {
                            tokens.push(symbol);
                            work.push((to, middle, behind, n - k, number));
                            break;
                        }
                        number -= rest;
                    }
                    (Some(start), Some(own)) => {
                        let all = own * &rest;
                        if number < all {
                            work.push((to, middle, behind, n - k, &number % &rest));
                            work.push((start, before, middle, k, number / rest));
                            break;
                        }
                        number -= all;
                    }
                    (Some(_), None) => {}
                }
            }
        }
        tokens
    }
}

/// One way to go on.
struct Way {
    symbol: Symbol,
    to: StateId,
    middle: Side,
    k: usize,
}

fn row(state: StateId, before: Side, behind: Side) -> usize {
    (state.index() * 2 + before) * 2 + behind
}
