//! A lazily built DFA over an ordered list of terms, the patterns of a lexer.
//!
//! A state is what is left of each pattern that may still match: the vector of (pattern, residual), residuals not empty.
//! Rows of the table are computed when the scanner needs them. It reads a flat immutable snapshot, [`Dfa`], without a lock;
//! an entry not yet known sends it to [`LazyDfa::grow`], which publishes a larger snapshot and leaves older ones as they are:
//!
//! ```text
//! patterns  if   [a-z]+          1 ──i──▶ {0: f, 1: [a-z]*} ──f──▶ {0: ε, 1: [a-z]*} accepts 0, then 1
//! ```
//!
//! What a snapshot says of a string does not depend on when or by which thread it was grown; only the numbers of the states do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::derivative::byte_classes;
use super::term::{ByteSet, Node, Term, Terms};

/// States beyond which the cache is dropped and begun anew. Residuals stay valid, so a token longer than that is still read.
const STATE_LIMIT: usize = 60_000;

/// Rows computed at a miss, at least; or half of those that are there, since all are copied then.
const GROWTH: usize = 24;

/// Rows computed at a miss, at most: in an automaton that never ends to grow most of them are never needed.
const MOST_GROWTH: usize = 512;

/// Set in an entry at which the scanner stops: dead or unknown.
pub(crate) const STOP: u32 = 1 << 31;
/// Set in an entry whose target has a [`Skip`]; so entries from here on need a closer look.
pub(crate) const SKIP: u32 = 1 << 30;
/// The entry of the dead state.
const DEAD_ENTRY: u32 = STOP;
/// The entry of a row not yet computed.
pub(crate) const UNKNOWN_ENTRY: u32 = STOP | 1;

/// No pattern.
const NONE: u32 = u32::MAX;

/// How the scanner runs through a state that loops on itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skip {
    /// It takes every transition.
    No,
    /// All ASCII bytes but these stay in the state; a byte repeated stands for fewer.
    Until([u8; 3]),
    /// The bytes stay for which `Dfa::loops` has this bit.
    While(u8),
}

/// What is left of the patterns in a state.
#[derive(Debug, PartialEq, Eq)]
struct Residuals {
    /// Pattern and what is left of it, in the order of the patterns.
    live: Box<[(u32, Term)]>,
    /// The patterns that match here.
    accepting: Box<[u32]>,
    patterns: Box<[u32]>,
}

/// An immutable snapshot of a [`LazyDfa`]; its state numbers are meaningless for snapshots of another generation.
#[derive(Debug)]
pub struct Dfa {
    /// `classes[byte]`: the column.
    classes: [u8; 256],
    /// A row has `1 << shift` columns.
    shift: u32,
    /// `table[state << shift | class]`: the next state, shifted, with flags; or `DEAD_ENTRY` or `UNKNOWN_ENTRY`.
    table: Vec<u32>,
    /// `accept[state]`: the lowest pattern that matches, or `NONE`.
    accept: Vec<u32>,
    /// `skips[state]`.
    skips: Vec<Skip>,
    /// `loops[byte]`: bit `i` says that the byte stays in the states with `Skip::While(1 << i)`.
    loops: [u8; 256],
    residuals: Vec<Arc<Residuals>>,
    /// How often the cache was dropped before.
    generation: u32,
}

impl Dfa {
    /// The state from which no pattern matches.
    pub const DEAD: u32 = 0;
    /// The state before the first byte.
    pub const START: u32 = 1;

    /// The state behind `byte`; `None` if it is not yet known, see [`LazyDfa::grow`].
    pub fn next(&self, state: u32, byte: u8) -> Option<u32> {
        match self.table[(state << self.shift) as usize | usize::from(self.classes[usize::from(byte)])] {
            UNKNOWN_ENTRY => None,
            entry => Some((entry & !(STOP | SKIP)) >> self.shift),
        }
    }

    /// The lowest pattern that matches in `state`.
    pub fn accept(&self, state: u32) -> Option<u32> {
        let pattern = self.accept[state as usize];
        (pattern != NONE).then_some(pattern)
    }

    /// The patterns that match in `state`, in their order.
    pub fn accepting(&self, state: u32) -> &[u32] {
        &self.residuals[state as usize].accepting
    }

    /// The patterns that match in `state` or may match later, in their order.
    pub fn patterns(&self, state: u32) -> &[u32] {
        &self.residuals[state as usize].patterns
    }

    /// What is left of each pattern in `state`, never empty, in the order of the patterns: terms of [`LazyDfa::terms`].
    pub fn residuals(&self, state: u32) -> &[(u32, Term)] {
        &self.residuals[state as usize].live
    }

    /// Number of states known.
    pub fn n_states(&self) -> usize {
        self.accept.len()
    }

    /// The column of each byte: bytes of one column have the same transitions everywhere.
    pub fn classes(&self) -> &[u8; 256] {
        &self.classes
    }

    /// `table[state << shift | class]`, see the fields.
    pub(crate) fn table(&self) -> (&[u32], u32) {
        (&self.table, self.shift)
    }

    /// `accept[state]`, `u32::MAX` for none.
    pub(crate) fn accepts(&self) -> &[u32] {
        &self.accept
    }

    /// `skips[state]`, and for each byte the bits of `Skip::While`.
    pub(crate) fn skips(&self) -> (&[Skip], &[u8; 256]) {
        (&self.skips, &self.loops)
    }
}

/// `classes[byte]`: a number that is equal for bytes with equal derivatives everywhere; and the lowest byte of each class.
pub(crate) fn columns(terms: &Terms, patterns: &[Term]) -> ([u8; 256], Vec<u8>) {
    let (classes, n_classes) = byte_classes(terms.byte_sets(patterns));
    let mut representatives = vec![0; n_classes];
    (0..=255u8).rev().for_each(|byte| representatives[usize::from(classes[usize::from(byte)])] = byte);
    (classes, representatives)
}

/// A DFA that grows on demand; shared by threads.
#[derive(Debug)]
pub struct LazyDfa {
    patterns: Vec<Term>,
    snapshot: RwLock<Arc<Dfa>>,
    cache: Mutex<Cache>,
    state_limit: usize,
}

/// What a snapshot is made from.
#[derive(Debug)]
struct Cache {
    terms: Terms,
    classes: [u8; 256],
    /// `representatives[class]`: its lowest byte.
    representatives: Vec<u8>,
    shift: u32,
    states: Vec<Arc<Residuals>>,
    index: FxHashMap<Box<[(u32, Term)]>, u32>,
    /// `rows[state]`: whether its row is computed for the columns of ASCII, and for the others.
    rows: Vec<[bool; 2]>,
    /// Number of rows computed for the columns of ASCII.
    n_rows: usize,
    /// As in [`Dfa`], without `SKIP`.
    table: Vec<u32>,
    generation: u32,
}

impl LazyDfa {
    /// The DFA of `patterns`, terms of `terms`; earlier patterns win ties. Computes the byte classes and no state but the first.
    pub fn new(terms: Terms, patterns: Vec<Term>) -> LazyDfa {
        LazyDfa::with_state_limit(terms, patterns, STATE_LIMIT)
    }

    fn with_state_limit(terms: Terms, patterns: Vec<Term>, state_limit: usize) -> LazyDfa {
        let (classes, representatives) = columns(&terms, &patterns);
        let mut cache = Cache {
            terms,
            classes,
            shift: representatives.len().next_power_of_two().trailing_zeros(),
            representatives,
            states: Vec::new(),
            index: FxHashMap::default(),
            rows: Vec::new(),
            n_rows: 0,
            table: Vec::new(),
            generation: 0,
        };
        cache.begin(&patterns);
        let snapshot = RwLock::new(Arc::new(cache.publish()));
        LazyDfa { patterns, snapshot, cache: Mutex::new(cache), state_limit }
    }

    /// The newest snapshot. Cheap: a read lock and a counter.
    pub fn snapshot(&self) -> Arc<Dfa> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A snapshot in which the transition of `state`, a state of `dfa`, by `byte` is known, and that state's number in it. The
    /// number changes only if the cache was dropped because it held too many states.
    ///
    /// The rest of the row is computed too, and rows of states near it, so that there are few misses; but the columns of
    /// bytes that are not ASCII only if `byte` is none: most rows never need them, and with Unicode classes they are most columns.
    pub fn grow(&self, dfa: &Dfa, state: u32, byte: u8) -> (Arc<Dfa>, u32) {
        let mut cache = self.cache();
        let residuals = dfa.residuals[state as usize].live.clone();
        if cache.states.len() >= self.state_limit {
            cache.begin(&self.patterns);
            cache.generation += 1;
        }
        let state = if dfa.generation == cache.generation { state } else { cache.state(residuals) };
        if !cache.is_known(state, byte) {
            if cache.is_ascii(byte) {
                cache.compute_near(state);
            } else {
                cache.compute_row(state, false);
            }
            let dfa = Arc::new(cache.publish());
            *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = dfa.clone();
            return (dfa, state);
        }
        // It was known, or another thread computed it meanwhile: each change of the cache is published before the lock is free,
        // but for a state that was carried over to a new generation.
        let current = self.snapshot();
        let is_current = current.generation == cache.generation && (state as usize) < current.n_states();
        if is_current && current.next(state, byte).is_some() {
            return (current, state);
        }
        (Arc::new(cache.publish()), state)
    }

    /// The state behind `byte`, grown if need be, in the snapshot that is returned with it.
    pub fn step(&self, dfa: &Arc<Dfa>, state: u32, byte: u8) -> (Arc<Dfa>, u32) {
        if let Some(next) = dfa.next(state, byte) {
            return (dfa.clone(), next);
        }
        let (dfa, state) = self.grow(dfa, state, byte);
        let next = dfa.next(state, byte).expect("growing makes it known");
        (dfa, next)
    }

    /// The patterns, in their order.
    pub fn patterns(&self) -> &[Term] {
        &self.patterns
    }

    /// A copy of the terms, in which those of all snapshots made so far are valid. Costs as much as they are many.
    pub fn terms(&self) -> Terms {
        self.cache().terms.clone()
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache {
    /// The states `DEAD` and `START` and no other.
    fn begin(&mut self, patterns: &[Term]) {
        self.states.clear();
        self.index.clear();
        self.rows.clear();
        self.table.clear();
        self.n_rows = 0;
        self.terms.derivatives.clear();
        assert_eq!(self.state(Box::new([])), Dfa::DEAD);
        self.fill_dead();
        let live = (0..).zip(patterns).filter(|&(_, &term)| !self.terms.is_empty(term)).map(|(i, &term)| (i, term));
        let live: Box<[(u32, Term)]> = live.collect();
        if live.is_empty() {
            // No pattern matches anything: `START` is a state of its own all the same.
            self.push_state(live);
            self.row_of(Dfa::START).fill(DEAD_ENTRY);
            self.rows[Dfa::START as usize] = [true; 2];
        } else {
            assert_eq!(self.state(live), Dfa::START);
        }
    }

    fn fill_dead(&mut self) {
        self.row_of(Dfa::DEAD).fill(DEAD_ENTRY);
        self.rows[Dfa::DEAD as usize] = [true; 2];
    }

    fn row_of(&mut self, state: u32) -> &mut [u32] {
        let start = (state as usize) << self.shift;
        &mut self.table[start..start + (1 << self.shift)]
    }

    /// The state of these residuals.
    fn state(&mut self, live: Box<[(u32, Term)]>) -> u32 {
        match self.index.get(&live) {
            Some(&state) => state,
            None => self.push_state(live),
        }
    }

    fn push_state(&mut self, live: Box<[(u32, Term)]>) -> u32 {
        let state = self.states.len() as u32;
        let accepting =
            live.iter().filter(|&&(_, term)| self.terms.nullable(term)).map(|&(pattern, _)| pattern).collect();
        let patterns = live.iter().map(|&(pattern, _)| pattern).collect();
        self.index.insert(live.clone(), state);
        self.states.push(Arc::new(Residuals { live, accepting, patterns }));
        self.rows.push([false; 2]);
        self.table.resize(self.table.len() + (1 << self.shift), UNKNOWN_ENTRY);
        state
    }

    /// Computes the row of `state` and, breadth first along ASCII, of states behind it: each round makes the number of
    /// rows grow by half at most, so that the copies of the table add up to a constant factor.
    fn compute_near(&mut self, state: u32) {
        let goal = self.n_rows + (self.n_rows / 2).clamp(GROWTH, MOST_GROWTH);
        let mut queue = VecDeque::from([state]);
        while let Some(state) = queue.pop_front() {
            if self.rows[state as usize][0] {
                continue;
            }
            self.compute_row(state, true);
            if self.n_rows >= goal {
                return;
            }
            for class in 0..self.representatives.len() {
                let entry = self.row_of(state)[class];
                if self.representatives[class] < 128
                    && entry & STOP == 0
                    && !self.rows[(entry >> self.shift) as usize][0]
                {
                    queue.push_back(entry >> self.shift);
                }
            }
        }
    }

    /// Whether the column of `byte` is computed with those of ASCII: the lowest byte of its class is ASCII.
    fn is_ascii(&self, byte: u8) -> bool {
        self.representatives[usize::from(self.classes[usize::from(byte)])].is_ascii()
    }

    fn is_known(&self, state: u32, byte: u8) -> bool {
        self.rows[state as usize][usize::from(!self.is_ascii(byte))]
    }

    /// Computes the columns of ASCII, or the others.
    fn compute_row(&mut self, state: u32, ascii: bool) {
        let residuals = self.states[state as usize].clone();
        let mut live = Vec::new();
        for class in 0..self.representatives.len() {
            let byte = self.representatives[class];
            if byte.is_ascii() != ascii {
                continue;
            }
            live.clear();
            for &(pattern, term) in &residuals.live {
                let derivative = self.terms.derivative(term, byte);
                if !self.terms.is_empty(derivative) {
                    live.push((pattern, derivative));
                }
            }
            let entry = match live[..] {
                [] => DEAD_ENTRY,
                _ => match self.index.get(&live[..]) {
                    Some(&next) => next << self.shift,
                    None => self.push_state(live[..].into()) << self.shift,
                },
            };
            self.row_of(state)[class] = entry;
        }
        self.rows[state as usize][usize::from(!ascii)] = true;
        self.n_rows += usize::from(ascii);
    }

    /// A snapshot of all that is known.
    fn publish(&self) -> Dfa {
        let mut table = self.table.clone();
        let mut loops = [0u8; 256];
        let mut next_bit = 0;
        let skips: Vec<Skip> =
            (0..self.states.len()).map(|state| self.skip_of(state as u32, &mut loops, &mut next_bit)).collect();
        for entry in &mut table {
            if *entry & STOP == 0 && skips[(*entry >> self.shift) as usize] != Skip::No {
                *entry |= SKIP;
            }
        }
        let accept = self.states.iter().map(|state| state.accepting.first().copied().unwrap_or(NONE)).collect();
        let residuals = self.states.clone();
        Dfa {
            classes: self.classes,
            shift: self.shift,
            table,
            accept,
            skips,
            loops,
            residuals,
            generation: self.generation,
        }
    }

    /// How to run through `state`: to one of at most three ASCII bytes, or over a set of at least ten; eight such sets.
    fn skip_of(&self, state: u32, loops: &mut [u8; 256], next_bit: &mut u32) -> Skip {
        if state <= Dfa::START || !self.rows[state as usize][0] {
            return Skip::No;
        }
        let row = &self.table[(state as usize) << self.shift..][..1 << self.shift];
        let stays = |byte: u8| row[usize::from(self.classes[usize::from(byte)])] == state << self.shift;
        let n_stay = (0..=255).filter(|&byte| stays(byte)).count();
        if n_stay < 10 {
            return Skip::No;
        }
        let exits: Vec<u8> = (0..128).filter(|&byte| !stays(byte)).take(4).collect();
        match exits[..] {
            [] => Skip::Until([0x80; 3]),
            [a] => Skip::Until([a; 3]),
            [a, b] => Skip::Until([a, b, b]),
            [a, b, c] => Skip::Until([a, b, c]),
            _ => {
                let set: Vec<u8> = (0..=255).filter(|&byte| stays(byte)).collect();
                let is_this =
                    |bit: u32| (0..=255).all(|byte| (loops[usize::from(byte)] >> bit & 1 != 0) == stays(byte));
                if let Some(bit) = (0..*next_bit).find(|&bit| is_this(bit)) {
                    return Skip::While(1 << bit);
                }
                if *next_bit == 8 {
                    return Skip::No;
                }
                set.iter().for_each(|&byte| loops[usize::from(byte)] |= 1 << *next_bit);
                *next_bit += 1;
                Skip::While(1 << (*next_bit - 1))
            }
        }
    }
}

impl Terms {
    /// The byte sets inside `roots`, each once, in the order of a traversal.
    fn byte_sets(&self, roots: &[Term]) -> Vec<ByteSet> {
        let mut seen = vec![false; self.n_terms()];
        let mut stack = roots.to_vec();
        let mut sets = Vec::new();
        while let Some(term) = stack.pop() {
            if std::mem::replace(&mut seen[term.index()], true) {
                continue;
            }
            match self.node(term) {
                Node::Empty | Node::Epsilon => {}
                Node::Bytes(set) => sets.push(*set),
                &Node::Concat(head, tail) => stack.extend([head, tail]),
                Node::Union(operands) | Node::Intersect(operands) => stack.extend(operands.iter().copied()),
                &Node::Star(inner) | &Node::Complement(inner) => stack.push(inner),
            }
        }
        sets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATTERNS: [&str; 7] =
        ["if", "in|is", r"[\p{XID_Start}_]\p{XID_Continue}*", "[0-9]+", r#""([^"\n\\]|\\.)*""#, "#[^\n]*", "[ \t]+"];

    fn lexer(state_limit: usize) -> LazyDfa {
        let mut terms = Terms::new();
        let patterns = PATTERNS.map(|pattern| terms.parse(pattern).unwrap()).to_vec();
        LazyDfa::with_state_limit(terms, patterns, state_limit)
    }

    /// The accepting patterns behind `text`, grown as needed.
    fn run(lazy: &LazyDfa, text: &str) -> Vec<u32> {
        let (mut dfa, mut state) = (lazy.snapshot(), Dfa::START);
        for &byte in text.as_bytes() {
            (dfa, state) = lazy.step(&dfa, state, byte);
        }
        assert_eq!(dfa.accept(state), dfa.accepting(state).first().copied());
        dfa.accepting(state).to_vec()
    }

    #[test]
    fn priorities_and_residuals() {
        let lazy = lexer(STATE_LIMIT);
        assert_eq!(
            (run(&lazy, "if"), run(&lazy, "i"), run(&lazy, "is"), run(&lazy, "2")),
            (vec![0, 2], vec![2], vec![1, 2], vec![3])
        );
        let (dfa, state) = lazy.step(&lazy.snapshot(), Dfa::START, b'"');
        assert_eq!((dfa.patterns(state), dfa.accepting(state)), (&[4][..], &[][..]));
        let (dfa, state) = lazy.step(&dfa, state, b'\n');
        assert_eq!((state, dfa.patterns(state)), (Dfa::DEAD, &[][..]));
    }

    #[test]
    fn no_patterns() {
        let lazy = LazyDfa::new(Terms::new(), vec![Term::EMPTY]);
        assert_eq!(lazy.step(&lazy.snapshot(), Dfa::START, b'a').1, Dfa::DEAD);
        assert_eq!(lazy.snapshot().accept(Dfa::START), None);
    }

    #[test]
    fn threads_agree() {
        let lazy = lexer(20);
        let texts = ["if", "iff", "isß", "\"a\\\"b\"", "\"a", "#  é", "  ", "12", "ⅷ", "ins"];
        let expected: Vec<_> = texts.iter().map(|text| run(&lexer(STATE_LIMIT), text)).collect();
        std::thread::scope(|scope| {
            for shift in 0..4 {
                let (lazy, expected) = (&lazy, &expected);
                scope.spawn(move || {
                    for i in (0..200).map(|i| (i * 7 + shift) % texts.len()) {
                        assert_eq!(&run(lazy, texts[i]), &expected[i]);
                    }
                });
            }
        });
    }

    proptest! {
        /// The DFA is the repeated derivative of each pattern, also when its cache is dropped all the time.
        #[test]
        fn dfa_is_repeated_derivative(pieces in prop::collection::vec(prop::sample::select(vec!["i", "f", "s", "n", "0", "\"", "\\", "#", "\n", " ", "é", "ⅷ", "𝒳", "·"]), 0..8)) {
            let text = pieces.concat();
            let mut terms = Terms::new();
            let expected: Vec<u32> = (0..).zip(PATTERNS).filter(|(_, pattern)| {
                let mut term = terms.parse(pattern).unwrap();
                text.bytes().for_each(|byte| term = terms.derivative(term, byte));
                terms.nullable(term)
            }).map(|(i, _)| i).collect();
            prop_assert_eq!(&run(&lexer(STATE_LIMIT), &text), &expected);
            prop_assert_eq!(&run(&lexer(3), &text), &expected);
        }
    }
}
