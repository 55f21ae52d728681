//! Morphisms: is each program of one rule a program of another, and how does its tree become one of the other?
//!
//! A morphism X ⇒ Y is a total, linear-time map from the trees of a rule X to the trees of a rule Y, of the same
//! langlet or of another, that keeps the token string:
//!
//! ```text
//! params: param (',' param)*    param: NAME ['=' value]     a = 1, b
//! args: arg (',' arg)*          arg: value ['=' value]      the same tokens; what stood side by side in `params` is one `arg`
//! ```
//!
//! It is searched for as a simulation of the one grammar by the other (`search`), on the rules of the target unfolded
//! (`unfold`). What was chosen in the proof is the transducer (`transducer`). If the search fails, a shortest program
//! of X that is none of Y is looked for (`refute`), so an answer is one of three: *found*, *refuted* with that program,
//! or *unknown* within the bounds: whether one context-free language contains another is undecidable. All pairs of a
//! langlet together are an order of its rules (`lattice`).
//!
//! Where no map keeps the token string, one that adds constants may be found: those of neutral productions, such as
//! parentheses, the token of line ends and those at the end of a file, around X or between its children. Indentation is
//! never added, for it would have to move what it is added around.
//!
//! Source: "Principle of relativity", section Node rewritings, which asks for such a search.

mod lattice;
pub(crate) mod letters;
mod refute;
mod search;
mod transducer;
pub(crate) mod unfold;

use rustc_hash::{FxHashMap, FxHashSet};

pub use lattice::Lattice;
pub use transducer::ApplyError;

use crate::cst::Tree;
use crate::generate::spell::Speller;
use crate::generate::strings::Strings;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use refute::{Refutation, Refuter};
use search::{Pair, Product, Search};

/// How far the search goes before it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Rules of the target that may be open at once within one rule of the source, levels of chains aside.
    pub unfolding: u16,
    /// Letters of one rule of the source that are read through their own right-hand side.
    pub entering: usize,
    /// How deep such letters may lie within each other.
    pub depth: usize,
    /// Tokens of a refuting program.
    pub tokens: usize,
    /// States of the search for a refuting program.
    pub states: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { unfolding: 5, entering: 8, depth: 3, tokens: 24, states: 50_000 }
    }
}

/// What is known of X ⇒ Y.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A map.
    Found(Morphism),
    /// A shortest program of X that is no program of Y.
    Refuted(Refuted),
    /// Neither was found within the bounds.
    Unknown(Unknown),
}

/// A program of X that is none of Y.
#[derive(Clone, Debug)]
pub struct Refuted {
    /// The program; none that is shorter would do.
    pub program: String,
    /// Number of its tokens.
    pub n_tokens: usize,
    /// The map for all programs but those with tokens that the target reads otherwise, if this one is refuted by such a
    /// token alone.
    pub otherwise: Option<Morphism>,
}

/// How far a search without result went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The bounds.
    pub bounds: Bounds,
    /// All programs of X with fewer tokens are programs of Y; `None`: all programs are.
    pub n_tokens: Option<usize>,
    /// Whether the bound of the unfolding left something out.
    pub is_bounded: bool,
}

/// A token of the source that has texts which the target reads as other tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The token of the source.
    pub token: Symbol,
    /// What it has to be in the target.
    pub answer: Symbol,
    /// A shortest text of the one that is none of the other.
    pub text: String,
}

/// A map from the trees of a rule to the trees of another that keeps the token string, but for constants that it adds.
#[derive(Clone, Debug)]
pub struct Morphism {
    source: Langlet,
    target: Langlet,
    from: Symbol,
    to: Symbol,
    /// The pairs of rules in use, the pair itself first.
    pairs: Vec<Pair>,
    /// `products[number]`, of the pair of this number.
    products: Vec<Product>,
    numbers: FxHashMap<Pair, u32>,
    /// Whether the first product takes the whole node as its only letter.
    is_whole: bool,
    exceptions: Vec<Exception>,
}

impl Morphism {
    /// The langlet of the trees that it takes.
    pub fn source(&self) -> &Langlet {
        &self.source
    }

    /// The langlet of the trees that it makes.
    pub fn target(&self) -> &Langlet {
        &self.target
    }

    /// The rule that it takes.
    pub fn from(&self) -> Symbol {
        self.from
    }

    /// The rule that it makes.
    pub fn to(&self) -> Symbol {
        self.to
    }

    /// The pairs of rules that it is made of, each a rule of the source that becomes one of the target; the pair that
    /// was asked for comes first, and a rule that stays itself is left out.
    pub fn pairs(&self) -> &[(Symbol, Symbol)] {
        &self.pairs
    }

    /// The constants that it may add; none for a map that keeps the token string.
    pub fn adds(&self) -> Vec<Symbol> {
        let mut seen = FxHashSet::default();
        let all = self.products.iter().flat_map(|product| &product.adds).copied();
        all.filter(|&symbol| seen.insert(symbol)).collect()
    }

    /// Tokens with texts that the target reads as something else; a tree with such a token is not mapped. None within
    /// one langlet.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    fn number(&self, pair: Pair) -> Result<u32, ApplyError> {
        let rule = || self.source.grammar().symbols.name(pair.0).to_owned();
        self.numbers.get(&pair).copied().ok_or_else(|| ApplyError::NotAdmitted { rule: rule() })
    }

    fn product(&self, pair: Pair) -> Result<&Product, ApplyError> {
        Ok(&self.products[self.number(pair)? as usize])
    }

    /// A tree of the rule that it takes, for showing what it does; it has many of the rule's alternatives in few
    /// tokens. `None` if no text has these tokens.
    pub fn example(&self) -> Option<Tree> {
        let (strings, mut speller) = (Strings::new(&self.source), Speller::new(&self.source));
        let lengths = [12, 8, 1].into_iter();
        let mut trees = lengths.filter_map(|longest| speller.tree(self.from, &strings.tour(self.from, longest)?));
        trees.find(|tree| self.apply(tree, tree.root()).is_ok())
    }
}

/// Searches for morphisms from the rules of one langlet to those of another, and remembers what it has found.
#[derive(Debug)]
pub struct Morphisms {
    source: Langlet,
    target: Langlet,
    bounds: Bounds,
    search: Search,
    refuter: Refuter,
}

impl Morphisms {
    /// Begins a search. The sets of tokens of both langlets are computed at once, all else when it is asked for.
    pub fn new(source: &Langlet, target: &Langlet, bounds: Bounds) -> Morphisms {
        let search = Search::new(source, target, bounds);
        Morphisms {
            refuter: Refuter::new(source, target),
            source: source.clone(),
            target: target.clone(),
            bounds,
            search,
        }
    }

    /// Whether there is a map from `from` to `to`. One that keeps the token string is preferred; then a refuting
    /// program is looked for only if there is none that adds constants.
    pub fn answer(&mut self, from: Symbol, to: Symbol) -> Answer {
        if let Some(morphism) = self.found(from, to) {
            return self.with_exceptions(morphism);
        }
        if let Some(added) = self.search.with_added(from, to) {
            let morphism = self.collect(from, to, Some(added));
            return self.with_exceptions(morphism);
        }
        match self.refuter.refute(&self.search.letters, from, to, self.bounds) {
            Refutation::Program(program, n_tokens) => Answer::Refuted(Refuted { program, n_tokens, otherwise: None }),
            Refutation::None => self.unknown(None),
            Refutation::Bound(n_tokens) => self.unknown(Some(n_tokens)),
        }
    }

    /// The map that keeps the token string, if the search finds one; the texts of tokens are not looked at (see
    /// [`Morphism::exceptions`]).
    pub fn found(&mut self, from: Symbol, to: Symbol) -> Option<Morphism> {
        let rules = [(&self.source, from), (&self.target, to)];
        let are_rules = rules.iter().all(|(langlet, rule)| langlet.tables().network.start(*rule).is_some());
        (are_rules && self.search.holds(from, to)).then(|| self.collect(from, to, None))
    }

    fn unknown(&self, n_tokens: Option<usize>) -> Answer {
        Answer::Unknown(Unknown { bounds: self.bounds, n_tokens, is_bounded: self.search.is_bounded() })
    }

    /// A map, or its refutation by a token that the target reads otherwise.
    fn with_exceptions(&mut self, morphism: Morphism) -> Answer {
        let refute = |exception: &Exception| {
            self.refuter.with_text(morphism.from, morphism.to, exception.token, &exception.text)
        };
        match morphism.exceptions.iter().filter_map(refute).min_by_key(|(_, n_tokens)| *n_tokens) {
            Some((program, n_tokens)) => Answer::Refuted(Refuted { program, n_tokens, otherwise: Some(morphism) }),
            None => Answer::Found(morphism),
        }
    }

    /// The transducer: the products of all pairs that can be met below a pair.
    fn collect(&self, from: Symbol, to: Symbol, added: Option<(Product, bool)>) -> Morphism {
        let is_whole = added.as_ref().is_some_and(|(_, is_whole)| *is_whole);
        let mut pairs = vec![(from, to)];
        let mut products = Vec::new();
        let mut seen = FxHashSet::from_iter([(from, to)]);
        let mut added = added.map(|(product, _)| product);
        while products.len() < pairs.len() {
            let pair = pairs[products.len()];
            let product = added.take().or_else(|| self.search.product(pair).cloned());
            let product = product.unwrap_or_default();
            pairs.extend(product.uses.iter().filter(|&&used| seen.insert(used)));
            products.push(product);
        }
        let numbers = pairs.iter().enumerate().map(|(number, &pair)| (pair, number as u32)).collect();
        let exceptions = self.exceptions(&products);
        let (source, target) = (self.source.clone(), self.target.clone());
        Morphism { source, target, from, to, pairs, products, numbers, is_whole, exceptions }
    }

    /// The tokens that the products take, if some text of theirs is another token in the target.
    fn exceptions(&self, products: &[Product]) -> Vec<Exception> {
        if self.source == self.target {
            return Vec::new();
        }
        let mut found: Vec<Exception> = Vec::new();
        let mut seen = FxHashSet::default();
        for &(token, answer) in products.iter().flat_map(|product| &product.tokens) {
            if seen.insert((token, answer)) {
                let text = letters::exception(&self.source, &self.target, token, answer);
                found.extend(text.map(|text| Exception { token, answer, text }));
            }
        }
        found
    }

    /// All pairs of rules that a map keeping the token string was found for, as an order. Both langlets must be one.
    pub fn lattice(&mut self) -> Lattice {
        let rules: Vec<Symbol> = self.source.grammar().rules.keys().copied().collect();
        let mut found = Vec::new();
        let (mut n_refuted, mut unknown) = (0, Vec::new());
        for &x in &rules {
            for &y in rules.iter().filter(|&&y| y != x) {
                if self.search.holds(x, y) {
                    found.push((x, y));
                } else if self.is_refuted(x, y) {
                    n_refuted += 1;
                } else {
                    unknown.push((x, y));
                }
            }
        }
        Lattice::new(&self.source, &rules, &found, n_refuted, unknown)
    }

    /// Whether some program of `x` is none of `y`; not the shortest is asked for, so the sets of tokens may tell.
    fn is_refuted(&mut self, x: Symbol, y: Symbol) -> bool {
        if !self.search.letters.may_map(x, y) {
            return true;
        }
        let bounds = Bounds { states: self.bounds.states.min(20_000), ..self.bounds };
        matches!(self.refuter.refute(&self.search.letters, x, y, bounds), Refutation::Program(..))
    }
}
