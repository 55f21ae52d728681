//! Hash-consed terms: every regular expression is stored once, in a normal form that its constructors keep.
//!
//! The normal form is Brzozowski's similarity and a little more, so that a term has finitely many derivatives and equal
//! languages are mostly equal terms (`∅` empty, `ε` the empty string, `⊤` every string):
//!
//! ```text
//! r|r = r    r|s = s|r    (r|s)|t = r|(s|t)    ∅|r = r    ⊤|r = ⊤    [a]|[b] = [ab]    ε|r = r if r is nullable
//! r&r = r    r&s = s&r    (r&s)&t = r&(s&t)    ∅&r = ∅    ⊤&r = r    r|!r = ⊤    r&!r = ∅
//! (rs)t = r(st)    ∅r = r∅ = ∅    εr = rε = r    r*r* = r*
//! (r*)* = r*    ∅* = ε* = ε    (ε|r)* = r*    (r*|s)* = (r|s)*    !!r = r    !∅ = ⊤ = [all bytes]*
//! ```
//!
//! Constructors and everything that walks terms use loops, not recursion: terms may be as deep as a repetition is long.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A set of bytes.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: ByteSet = ByteSet([0; 4]);
    /// All 256 bytes.
    pub const ALL: ByteSet = ByteSet([u64::MAX; 4]);

    /// The set of one byte.
    pub fn one(byte: u8) -> ByteSet {
        ByteSet::range(byte, byte)
    }

    /// The bytes `first..=last`; none if `last < first`.
    pub fn range(first: u8, last: u8) -> ByteSet {
        let mut set = ByteSet::EMPTY;
        set.insert_range(first, last);
        set
    }

    /// Adds the bytes `first..=last`; none if `last < first`.
    pub fn insert_range(&mut self, first: u8, last: u8) {
        for byte in first..=last {
            self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
    }

    /// Whether `byte` is in the set.
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// The bytes of either.
    #[must_use]
    pub fn union(&self, other: &ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// The bytes of both.
    #[must_use]
    pub fn intersect(&self, other: &ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// The other bytes.
    #[must_use]
    pub fn complement(&self) -> ByteSet {
        ByteSet(self.0.map(|word| !word))
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        *self == ByteSet::EMPTY
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The lowest byte.
    pub fn first(&self) -> Option<u8> {
        let word = self.0.iter().position(|&word| word != 0)?;
        Some((word * 64) as u8 + self.0[word].trailing_zeros() as u8)
    }

    /// The bytes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let mut rest = *self;
        std::iter::from_fn(move || {
            let byte = rest.first()?;
            rest.0[usize::from(byte >> 6)] &= !(1 << (byte & 63));
            Some(byte)
        })
    }
}

/// A regular expression of one [`Terms`] store; meaningless in any other (a clone of the store knows the terms made before).
///
/// Equal terms are equal languages; the reverse holds up to the laws of the normal form.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Term(u32);

impl Term {
    /// No string at all.
    pub const EMPTY: Term = Term(0);
    /// The empty string alone.
    pub const EPSILON: Term = Term(1);
    /// Every string of bytes.
    pub const ANY: Term = Term(2);

    /// Its place in the store.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The shape of a term. Sequences are right-nested; operands of `Union` and `Intersect` are sorted, distinct, two or more.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    Empty,
    Epsilon,
    /// One byte of a set that is not empty.
    Bytes(ByteSet),
    /// The left is no `Concat`.
    Concat(Term, Term),
    Union(Arc<[Term]>),
    Intersect(Arc<[Term]>),
    Star(Term),
    /// `⊤` is the complement of `∅`.
    Complement(Term),
}

/// What is known of a term as soon as it is built.
#[derive(Clone, Copy, Debug)]
struct Facts {
    nullable: bool,
    /// Whether the language may be empty although the term is not `EMPTY`: it has intersections or complements inside.
    boolean: bool,
    /// The strings of the term begin with these bytes only; may be too large if `boolean`.
    first: ByteSet,
}

/// The store of terms. Grows only; building a term that exists costs a look-up.
#[derive(Clone, Debug)]
pub struct Terms {
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    index: FxHashMap<Node, Term>,
    /// Derivatives computed so far.
    pub(super) derivatives: FxHashMap<(Term, u8), Term>,
    /// Whether the language is empty, where that took a search.
    pub(super) emptiness: FxHashMap<Term, bool>,
    /// Unicode classes compiled so far, by their ranges: patterns repeat them.
    pub(super) classes: FxHashMap<Vec<(char, char)>, Term>,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms::new()
    }
}

impl Terms {
    /// The language without a string.
    pub const EMPTY: Term = Term::EMPTY;
    /// The language of the empty string.
    pub const EPSILON: Term = Term::EPSILON;

    /// A store that holds the constants.
    pub fn new() -> Terms {
        let mut terms = Terms {
            nodes: Vec::new(),
            facts: Vec::new(),
            index: FxHashMap::default(),
            derivatives: FxHashMap::default(),
            emptiness: FxHashMap::default(),
            classes: FxHashMap::default(),
        };
        assert_eq!(terms.intern(Node::Empty), Term::EMPTY);
        assert_eq!(terms.intern(Node::Epsilon), Term::EPSILON);
        assert_eq!(terms.intern(Node::Complement(Term::EMPTY)), Term::ANY);
        terms
    }

    /// One byte of `set`.
    pub fn bytes(&mut self, set: ByteSet) -> Term {
        if set.is_empty() { Term::EMPTY } else { self.intern(Node::Bytes(set)) }
    }

    /// The string `text` alone.
    pub fn literal(&mut self, text: &[u8]) -> Term {
        text.iter().rev().fold(Term::EPSILON, |rest, &byte| {
            let first = self.bytes(ByteSet::one(byte));
            self.concat(first, rest)
        })
    }

    /// Every string of `left` followed by every string of `right`. Linear in the length of the sequence `left`.
    pub fn concat(&mut self, left: Term, right: Term) -> Term {
        let mut factors = Vec::new();
        let mut rest = left;
        while let &Node::Concat(head, tail) = self.node(rest) {
            factors.push(head);
            rest = tail;
        }
        factors.push(rest);
        factors.iter().rev().fold(right, |tail, &head| self.concat_factor(head, tail))
    }

    /// `head tail` where `head` is no sequence.
    fn concat_factor(&mut self, head: Term, tail: Term) -> Term {
        match (head, tail) {
            (Term::EMPTY, _) | (_, Term::EMPTY) => return Term::EMPTY,
            (Term::EPSILON, term) | (term, Term::EPSILON) => return term,
            _ => {}
        }
        if head == Term::ANY || matches!(self.node(head), Node::Star(_)) {
            let next = if let &Node::Concat(next, _) = self.node(tail) { next } else { tail };
            if next == head {
                return tail;
            }
        }
        self.intern(Node::Concat(head, tail))
    }

    /// The strings of any of `terms`.
    pub fn union(&mut self, terms: impl IntoIterator<Item = Term>) -> Term {
        let mut operands = Vec::new();
        let mut set = ByteSet::EMPTY;
        let mut add = |terms: &Terms, term: Term| match terms.node(term) {
            Node::Empty => {}
            Node::Bytes(bytes) => set = set.union(bytes),
            _ => operands.push(term),
        };
        for term in terms {
            match self.node(term) {
                Node::Union(inner) => inner.iter().for_each(|&term| add(self, term)),
                _ => add(self, term),
            }
        }
        if !set.is_empty() {
            operands.push(self.bytes(set));
        }
        operands.sort_unstable();
        operands.dedup();
        if operands.contains(&Term::ANY) || self.has_opposites(&operands) {
            return Term::ANY;
        }
        if operands.first() == Some(&Term::EPSILON) && operands[1..].iter().any(|&term| self.nullable(term)) {
            operands.remove(0);
        }
        match operands[..] {
            [] => Term::EMPTY,
            [term] => term,
            _ => self.intern(Node::Union(operands.into())),
        }
    }

    /// The strings that are in both.
    pub fn intersect(&mut self, left: Term, right: Term) -> Term {
        let mut operands = Vec::new();
        let mut set: Option<ByteSet> = None;
        let mut add = |terms: &Terms, term: Term| match terms.node(term) {
            Node::Bytes(bytes) => set = Some(set.map_or(*bytes, |set| set.intersect(bytes))),
            _ if term == Term::ANY => {}
            _ => operands.push(term),
        };
        for term in [left, right] {
            match self.node(term) {
                Node::Intersect(inner) => inner.iter().for_each(|&term| add(self, term)),
                _ => add(self, term),
            }
        }
        if let Some(set) = set {
            operands.push(self.bytes(set));
        }
        operands.sort_unstable();
        operands.dedup();
        if operands.first() == Some(&Term::EMPTY) || self.has_opposites(&operands) {
            return Term::EMPTY;
        }
        if operands.first() == Some(&Term::EPSILON) {
            return if operands.iter().all(|&term| self.nullable(term)) { Term::EPSILON } else { Term::EMPTY };
        }
        match operands[..] {
            [] => Term::ANY,
            [term] => term,
            _ => self.intern(Node::Intersect(operands.into())),
        }
    }

    /// Whether a term and its complement are both in the sorted `operands`.
    fn has_opposites(&self, operands: &[Term]) -> bool {
        operands.iter().any(|&term| match *self.node(term) {
            Node::Complement(inner) => operands.binary_search(&inner).is_ok(),
            _ => false,
        })
    }

    /// All strings of bytes, valid UTF-8 or not, that are not in `term`.
    pub fn complement(&mut self, term: Term) -> Term {
        match *self.node(term) {
            Node::Complement(inner) => inner,
            _ => self.intern(Node::Complement(term)),
        }
    }

    /// Any number of strings of `term`, one after the other.
    pub fn star(&mut self, term: Term) -> Term {
        let inner = match self.node(term) {
            Node::Empty | Node::Epsilon => return Term::EPSILON,
            Node::Star(_) => return term,
            _ if term == Term::ANY => return term,
            Node::Union(operands) => {
                let operands = operands.clone();
                let needed = operands.iter().filter(|&&term| term != Term::EPSILON);
                let bare: Vec<Term> =
                    needed.map(|&term| if let Node::Star(inner) = *self.node(term) { inner } else { term }).collect();
                self.union(bare)
            }
            _ => term,
        };
        match self.node(inner) {
            Node::Bytes(set) if *set == ByteSet::ALL => Term::ANY,
            Node::Star(_) => inner,
            _ => self.intern(Node::Star(inner)),
        }
    }

    /// `min` to `max` strings of `term`, one after the other; without `max`, any number from `min` on; `∅` if `max < min`.
    ///
    /// Linear in the numbers: `r{1,3}` is `r(ε|r(ε|r))`, whose derivatives are small.
    pub fn repeat(&mut self, term: Term, min: u32, max: Option<u32>) -> Term {
        let mut result = match max {
            None => self.star(term),
            Some(max) if max < min => return Term::EMPTY,
            Some(max) => (min..max).fold(Term::EPSILON, |rest, _| {
                let once = self.concat(term, rest);
                self.union([Term::EPSILON, once])
            }),
        };
        for _ in 0..min {
            result = self.concat(term, result);
        }
        result
    }

    /// Every string of bytes.
    pub fn any_string(&mut self) -> Term {
        Term::ANY
    }

    /// Whether the empty string is in the language.
    pub fn nullable(&self, term: Term) -> bool {
        self.facts[term.0 as usize].nullable
    }

    /// The bytes with which strings of `term` may begin; no byte outside begins one.
    pub fn first_bytes(&self, term: Term) -> ByteSet {
        self.facts[term.0 as usize].first
    }

    /// Whether emptiness of the language has to be searched for.
    pub(super) fn is_boolean(&self, term: Term) -> bool {
        self.facts[term.0 as usize].boolean
    }

    /// The terms whose union it is: itself, if it is no union.
    pub(crate) fn alternatives(&self, term: Term) -> impl Iterator<Item = Term> {
        let operands: &[Term] = if let Node::Union(operands) = self.node(term) { operands } else { &[] };
        let itself = operands.is_empty().then_some(term);
        itself.into_iter().chain(operands.iter().copied())
    }

    /// Number of terms in the store.
    pub(super) fn n_terms(&self) -> usize {
        self.nodes.len()
    }

    /// The shape of `term`.
    pub(super) fn node(&self, term: Term) -> &Node {
        &self.nodes[term.0 as usize]
    }

    /// The one term of this shape, which must be in normal form.
    fn intern(&mut self, node: Node) -> Term {
        if let Some(&term) = self.index.get(&node) {
            return term;
        }
        let facts = self.facts_of(&node);
        let term = Term(u32::try_from(self.nodes.len()).expect("fewer than 2^32 terms fit into memory"));
        self.facts.push(facts);
        self.nodes.push(node.clone());
        self.index.insert(node, term);
        term
    }

    fn facts_of(&self, node: &Node) -> Facts {
        let facts = |term: &Term| self.facts[term.0 as usize];
        match node {
            Node::Empty => Facts { nullable: false, boolean: false, first: ByteSet::EMPTY },
            Node::Epsilon => Facts { nullable: true, boolean: false, first: ByteSet::EMPTY },
            Node::Bytes(set) => Facts { nullable: false, boolean: false, first: *set },
            Node::Concat(head, tail) => {
                let (head, tail) = (facts(head), facts(tail));
                let first = if head.nullable { head.first.union(&tail.first) } else { head.first };
                Facts { nullable: head.nullable && tail.nullable, boolean: head.boolean || tail.boolean, first }
            }
            Node::Union(operands) => Facts {
                nullable: operands.iter().any(|term| facts(term).nullable),
                boolean: operands.iter().any(|term| facts(term).boolean),
                first: operands.iter().fold(ByteSet::EMPTY, |set, term| set.union(&facts(term).first)),
            },
            Node::Intersect(operands) => Facts {
                nullable: operands.iter().all(|term| facts(term).nullable),
                boolean: true,
                first: operands.iter().fold(ByteSet::ALL, |set, term| set.intersect(&facts(term).first)),
            },
            Node::Star(inner) => Facts { nullable: true, ..facts(inner) },
            Node::Complement(inner) => {
                Facts { nullable: !facts(inner).nullable, boolean: *inner != Term::EMPTY, first: ByteSet::ALL }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_sets() {
        let mut set = ByteSet::range(b'a', b'c');
        set.insert_range(200, 255);
        assert!(set.contains(b'b') && set.contains(255) && !set.contains(199));
        assert_eq!((set.len(), set.first(), ByteSet::EMPTY.first()), (59, Some(b'a'), None));
        assert_eq!(set.iter().take(4).collect::<Vec<_>>(), [b'a', b'b', b'c', 200]);
        assert_eq!(set.union(&set.complement()), ByteSet::ALL);
        assert!(set.intersect(&set.complement()).is_empty());
    }

    #[test]
    fn laws_of_the_normal_form() {
        let mut t = Terms::new();
        let [a, b, ab] = ["a", "b", "ab"].map(|text| t.literal(text.as_bytes()));
        let (empty, epsilon, any) = (Term::EMPTY, Term::EPSILON, Term::ANY);
        let left = t.union([ab, a]);
        assert_eq!(t.union([left, b, a]), t.union([b, a, ab, empty]));
        let class = t.bytes(ByteSet::range(b'a', b'b'));
        assert_eq!(t.union([a, b]), class);
        assert_eq!(t.intersect(class, a), a);
        assert_eq!(t.intersect(a, b), empty);
        assert_eq!([t.concat(a, empty), t.concat(empty, a), t.intersect(empty, a)], [empty; 3]);
        assert_eq!([t.concat(a, epsilon), t.concat(epsilon, a), t.intersect(any, a)], [a; 3]);
        let (aba, aba2) = (t.concat(ab, a), t.concat(b, a));
        assert_eq!(aba, t.concat(a, aba2));
        let star = t.star(a);
        assert_eq!([t.star(star), t.concat(star, star), t.union([epsilon, star])], [star; 3]);
        let optional = t.union([a, epsilon]);
        assert_eq!(t.star(optional), star);
        let nested = t.union([star, ab]);
        let flat = t.union([a, ab]);
        assert_eq!(t.star(nested), t.star(flat));
        assert_eq!([t.star(empty), t.star(epsilon)], [epsilon; 2]);
        let all = t.bytes(ByteSet::ALL);
        assert_eq!([t.star(all), t.complement(empty), t.any_string()], [any; 3]);
        let not = t.complement(a);
        assert_eq!(t.complement(not), a);
        assert_eq!((t.union([a, not]), t.intersect(not, a)), (any, empty));
        assert_eq!((t.union([ab, any]), t.intersect(epsilon, a), t.intersect(epsilon, star)), (any, empty, epsilon));
    }

    #[test]
    fn repetition() {
        let mut t = Terms::new();
        let a = t.literal(b"a");
        assert_eq!(t.repeat(a, 0, Some(0)), Term::EPSILON);
        assert_eq!(t.repeat(a, 2, Some(1)), Term::EMPTY);
        assert_eq!(t.repeat(a, 3, Some(3)), t.literal(b"aaa"));
        let deep = t.repeat(a, 0, Some(200_000));
        assert!(t.nullable(deep));
    }
}
