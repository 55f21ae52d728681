//! Which rule of the target reads what a rule of the source derives?
//!
//! *s reads as t*: every tree of s, after rewriting, is a string of t. The largest such relation, by assuming it of all
//! pairs and taking back what fails until nothing does (a simulation as a greatest fixed point). It is relative to the
//! *counterparts*: that s reads as the symbol of its own name (or number) is taken for granted here, since each production
//! that breaks it is reported by itself. So one construct without translation does not spoil every rule above it.
//!
//! *s may read as t*: some tree of s does; the least such relation.
//!
//! It is conservative: productions are taken one by one, each along its cheapest derivation.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::chart::{Charts, Place};
use super::productions::Production;
use crate::algebra::Kind;
use crate::automata::Terminal;
use crate::grammar::{Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::rewrite::space::Space;

/// What comes of a production whatever the target reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No rule applies to all of its trees.
    Stays,
    /// A rule rewrites all of its trees: to trees of these symbols of the target, or, if `None`, to other texts of tokens.
    Becomes(Option<Vec<Symbol>>),
    /// A rule refuses all of them.
    Refused,
}

/// The costs of reading a symbol as another than its counterpart: as one that reads all of it, as one that reads some of
/// what has no counterpart, as one that reads some.
pub(crate) const ALL: u32 = 0;
pub(crate) const SOME_FOREIGN: u32 = 10_000;
pub(crate) const SOME: u32 = 1_000_000;

/// Pairs of a rule of the source and a symbol of the target, and whether they are in a relation.
type Pairs = RefCell<BTreeMap<(Symbol, Symbol), bool>>;

/// How far the symbols of a string may be from their counterparts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    Counterpart,
    All,
    Some,
}

/// The two relations, found for the pairs that are asked for.
pub(crate) struct Relation<'a> {
    source: &'a Langlet,
    target: &'a Langlet,
    space: &'a Space,
    charts: Charts<'a>,
    /// `of_rule[rule of the source]`: numbers of its productions.
    of_rule: BTreeMap<Symbol, Vec<usize>>,
    all: &'a [Production],
    fates: &'a [Fate],
    /// Of what was asked for: whether the target's symbol reads all.
    reads_all: Pairs,
    /// Whether it reads some.
    reads_some: Pairs,
    /// What does not depend on the table and is asked for again and again.
    candidates: RefCell<BTreeMap<Symbol, Rc<[Candidate]>>>,
    narrow: RefCell<BTreeMap<(Symbol, Vec<Symbol>), Derived>>,
    /// How many pairs were known when the relations were settled.
    n_settled: Cell<usize>,
}

/// A cheapest derivation: its cost, and the symbol of each place.
type Derived = Option<(u32, Vec<Symbol>)>;

/// A symbol of the target that may read some of a rule of the source, and whether it can begin with all that the rule can.
type Candidate = (Symbol, bool);

impl<'a> Relation<'a> {
    pub(crate) fn new(
        (source, target): (&'a Langlet, &'a Langlet),
        space: &'a Space,
        all: &'a [Production],
        fates: &'a [Fate],
    ) -> Relation<'a> {
        let mut of_rule: BTreeMap<Symbol, Vec<usize>> = BTreeMap::new();
        for (index, production) in all.iter().enumerate() {
            of_rule.entry(production.rule).or_default().push(index);
        }
        let charts = Charts::new(target);
        let (reads_all, reads_some) = (Pairs::default(), Pairs::default());
        let (candidates, narrow, n_settled) = (RefCell::default(), RefCell::default(), Cell::new(0));
        Relation {
            source,
            target,
            space,
            charts,
            of_rule,
            all,
            fates,
            reads_all,
            reads_some,
            candidates,
            narrow,
            n_settled,
        }
    }

    /// The symbol of the target that is the same as this one of the source.
    pub(crate) fn counterpart(&self, symbol: Symbol) -> Option<Symbol> {
        self.space.to_target(symbol).filter(|&found| {
            self.target.grammar().symbols.is_rule(found) == self.source.grammar().symbols.is_rule(symbol)
        })
    }

    /// The target's tokens that read a token of the source.
    fn tokens(&self, symbol: Symbol) -> Place {
        let symbols = &self.source.grammar().symbols;
        let terminals = &self.target.tables().terminals;
        let found: Vec<Symbol> = match symbols.kind(symbol) {
            SymbolKind::Literal => self.tokens_of_text(symbols.name(symbol)),
            _ => self.counterpart(symbol).filter(|&one| terminals.number(one).is_some()).into_iter().collect(),
        };
        found.into_iter().map(|symbol| (symbol, 0)).collect()
    }

    /// The target's tokens that a text may be read as.
    pub(crate) fn tokens_of_text(&self, text: &str) -> Vec<Symbol> {
        let terminals = &self.target.tables().terminals;
        let kind: Option<Terminal> = self.target.lexer().kind_of(text);
        kind.into_iter().flat_map(|kind| terminals.readings(kind)).filter_map(|one| terminals.symbol(one)).collect()
    }

    /// What a symbol of the source may stand for in the target: its counterpart, and what it reads as.
    fn place(&self, symbol: Symbol, width: Width) -> Place {
        if !self.source.grammar().symbols.is_rule(symbol) {
            return self.tokens(symbol);
        }
        let counterpart = self.counterpart(symbol);
        let mut place: Place = counterpart.map(|one| (one, ALL)).into_iter().collect();
        if width == Width::Counterpart {
            return place;
        }
        let is_token = |other: Symbol| !self.target.grammar().symbols.is_rule(other);
        for &(other, begins) in self.candidates(symbol).iter().filter(|(other, _)| Some(*other) != counterpart) {
            if begins && self.ask_all(symbol, other) {
                place.push((other, ALL));
            } else if width == Width::Some
                // Where there is a counterpart, what reads some alone is of interest if it is a token.
                && (counterpart.is_none() || is_token(other))
                && self.ask_some(symbol, other)
            {
                place.push((other, if counterpart.is_none() { SOME_FOREIGN } else { SOME }));
            }
        }
        place
    }

    /// The rules of the target that can begin with a token that the source's rule can begin with.
    fn candidates(&self, symbol: Symbol) -> Rc<[Candidate]> {
        if let Some(known) = self.candidates.borrow().get(&symbol) {
            return known.clone();
        }
        let found: Rc<[Candidate]> = self.find_candidates(symbol).into();
        self.candidates.borrow_mut().insert(symbol, found.clone());
        found
    }

    fn find_candidates(&self, symbol: Symbol) -> Vec<Candidate> {
        let (from, to) = (self.source.tables(), self.target.tables());
        let Some(start) = from.network.start(symbol) else { return Vec::new() };
        let is_empty = from.sets.nullable(symbol);
        let read_as =
            |token: Symbol| self.tokens(token).into_iter().filter_map(|(token, _)| to.terminals.number(token));
        let firsts = from.sets.first(start).iter().filter_map(|terminal| from.terminals.symbol(terminal));
        let firsts: Vec<Terminal> = firsts.flat_map(read_as).collect();
        // What the target does not have at all is not its rules' fault, nor are rules without counterpart.
        let due: Vec<Terminal> = self.first_of_known(symbol).into_iter().flat_map(read_as).collect();
        let fits = |rule: Symbol| {
            let first = to.sets.first(to.network.start(rule)?);
            let some = firsts.iter().any(|&one| first.contains(one));
            let all = (!is_empty || to.sets.nullable(rule)) && due.iter().all(|&one| first.contains(one));
            (some && (all || self.counterpart(symbol).is_none())).then_some((rule, all))
        };
        let rules = self.target.grammar().rules.keys().filter_map(|&rule| fits(rule));
        // A token reads a rule that may consist of one.
        let may_be_token = self.of_rule[&symbol]
            .iter()
            .any(|&index| self.all[index].symbols.len() == 1 || self.fates[index] == Fate::Becomes(None));
        let symbols = &self.target.grammar().symbols;
        let tokens = firsts.iter().filter_map(|&terminal| to.terminals.symbol(terminal));
        let tokens = tokens.filter(|&token| may_be_token && symbols.kind(token) != SymbolKind::Literal);
        rules.chain(tokens.map(|token| (token, true))).collect()
    }

    /// The tokens that the rule can begin with, rules without counterpart below it left out.
    fn first_of_known(&self, symbol: Symbol) -> Vec<Symbol> {
        let tables = self.source.tables();
        let mut states: Vec<_> = tables.network.start(symbol).into_iter().collect();
        let (mut tokens, mut next) = (Vec::new(), 0);
        // Progress: each state is entered once.
        while next < states.len() {
            for &(symbol, to) in &tables.network.state(states[next]).transitions {
                let inner = tables.network.start(symbol);
                match inner {
                    None => tokens.push(symbol),
                    Some(start) if self.counterpart(symbol).is_some() && !states.contains(&start) => states.push(start),
                    Some(_) => {}
                }
                if inner.is_some() && tables.sets.nullable(symbol) && !states.contains(&to) {
                    states.push(to);
                }
            }
            next += 1;
        }
        tokens
    }

    /// Whether the target's symbol is known to read all; of a new pair it is assumed.
    fn ask_all(&self, symbol: Symbol, other: Symbol) -> bool {
        *self.reads_all.borrow_mut().entry((symbol, other)).or_insert(true)
    }

    /// Whether the target's symbol is known to read some; of a new pair it is not.
    fn ask_some(&self, symbol: Symbol, other: Symbol) -> bool {
        *self.reads_some.borrow_mut().entry((symbol, other)).or_insert(false)
    }

    /// The cheapest way in which `outer` of the target derives symbols of the source, with the symbol of each place.
    pub(crate) fn derive(&self, outer: Symbol, symbols: &[Symbol]) -> Derived {
        let is_token = !self.target.grammar().symbols.is_rule(outer);
        self.derive_all(outer, symbols).or_else(|| {
            let string = || self.string(symbols, Width::Some);
            (symbols.len() == 1 || !is_token).then(string).and_then(|string| self.charts.derive(outer, &string))
        })
    }

    /// As [`Relation::derive`], if the places read all of the symbols.
    fn derive_all(&self, outer: Symbol, symbols: &[Symbol]) -> Derived {
        if symbols.len() != 1 && !self.target.grammar().symbols.is_rule(outer) {
            return None;
        }
        // Most productions are read by the counterparts alone, whatever the relations say.
        let key = (outer, symbols.to_vec());
        let known = self.narrow.borrow().get(&key).cloned();
        let narrow = known.unwrap_or_else(|| {
            let found = self.charts.derive(outer, &self.string(symbols, Width::Counterpart));
            self.narrow.borrow_mut().insert(key, found.clone());
            found
        });
        narrow.or_else(|| self.charts.derive(outer, &self.string(symbols, Width::All)))
    }

    fn string(&self, symbols: &[Symbol], width: Width) -> Vec<Place> {
        symbols.iter().map(|&symbol| self.place(symbol, width)).collect()
    }

    /// Whether `outer` derives the production with another token of the target at one place.
    pub(crate) fn derives_with(&self, outer: Symbol, production: &Production, at: usize, tokens: &[Symbol]) -> bool {
        let mut string = self.string(&production.symbols, Width::Some);
        string[at] = tokens.iter().map(|&token| (token, 0)).collect();
        self.charts.derive(outer, &string).is_some()
    }

    /// Whether the target's symbol reads all of the source's.
    pub(crate) fn reads_all(&self, symbol: Symbol, other: Symbol) -> bool {
        let candidates = self.candidates(symbol);
        let begins = candidates.iter().any(|&(candidate, begins)| candidate == other && begins);
        self.counterpart(symbol) == Some(other) || begins && self.ask_all(symbol, other)
    }

    /// How many pairs have been asked for.
    pub(crate) fn n_known(&self) -> usize {
        self.reads_all.borrow().len() + self.reads_some.borrow().len()
    }

    /// Whether a tree of the target's symbol `inner` can stand for `outer`, with neutral productions around it.
    pub(crate) fn can_hold(&self, outer: Symbol, inner: Symbol) -> bool {
        self.target.interpolations().path(Kind::Neutral, outer, inner).is_some()
            || self.charts.derive(outer, &[vec![(inner, 0)]]).is_some()
    }

    /// Whether `outer` holds what comes of the production: all of it, or some.
    fn holds(&self, outer: Symbol, index: usize, width: Width) -> bool {
        let symbols = &self.all[index].symbols;
        match &self.fates[index] {
            Fate::Refused => false,
            Fate::Becomes(None) => true,
            Fate::Becomes(Some(results)) => results.iter().all(|&result| self.can_hold(outer, result)),
            Fate::Stays if width == Width::Some => self.derive(outer, symbols).is_some(),
            Fate::Stays => self.derive_all(outer, symbols).is_some(),
        }
    }

    /// Settles all pairs that were asked for, and those that this asks for.
    pub(crate) fn settle(&self) {
        // Progress: pairs are added, and there are finitely many.
        while self.n_settled.get() != self.n_known() {
            self.n_settled.set(self.n_known());
            self.settle_all();
            self.settle_some();
        }
    }

    /// Takes back the pairs that do not read all. What was taken back before stays so: it failed though of all that was
    /// not known the best was assumed.
    fn settle_all(&self) {
        // Progress: each round takes back a pair, or adds one.
        loop {
            let n_known = self.reads_all.borrow().len();
            let fails = |&(symbol, other): &(Symbol, Symbol)| {
                let counterpart = self.counterpart(symbol).filter(|&own| own != other);
                // What the counterpart does not hold either is reported of the production itself.
                let is_fine = |&index: &usize| {
                    self.holds(other, index, Width::All)
                        || counterpart.is_some_and(|own| !self.holds(own, index, Width::All))
                };
                !self.of_rule[&symbol].iter().all(is_fine)
            };
            let changed = change(&self.reads_all, true, fails);
            if !changed && self.reads_all.borrow().len() == n_known {
                return;
            }
        }
    }

    /// Adds the pairs that read some, anew from none.
    fn settle_some(&self) {
        self.reads_some.borrow_mut().values_mut().for_each(|is| *is = false);
        let passes = |&(symbol, other): &(Symbol, Symbol)| {
            self.of_rule[&symbol].iter().any(|&index| self.holds(other, index, Width::Some))
        };
        // Progress: each round adds a pair to the relation, or one that is asked for.
        loop {
            let n_known = self.reads_some.borrow().len();
            let changed = change(&self.reads_some, false, passes);
            if !changed && self.reads_some.borrow().len() == n_known {
                return;
            }
        }
    }
}

/// Turns over the pairs with the value `from` for which `turns` holds; whether there was one.
fn change(pairs: &Pairs, from: bool, turns: impl Fn(&(Symbol, Symbol)) -> bool) -> bool {
    let open: Vec<(Symbol, Symbol)> =
        pairs.borrow().iter().filter(|&(_, &is)| is == from).map(|(&pair, _)| pair).collect();
    let mut changed = false;
    for pair in open {
        if turns(&pair) {
            pairs.borrow_mut().insert(pair, !from);
            changed = true;
        }
    }
    changed
}
