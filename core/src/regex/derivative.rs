//! Derivatives, and what follows from walking them: emptiness, inclusion, shortest strings.
//!
//! The derivative of `r` by the byte `c` is the language `{ w | cw in r }`:
//!
//! ```text
//! ∂c [s] = ε if c in s, else ∅     ∂c (r|s) = ∂c r | ∂c s    ∂c (r&s) = ∂c r & ∂c s
//! ∂c (rs) = (∂c r) s | (∂c s if r is nullable)    ∂c r* = (∂c r) r*    ∂c !r = !(∂c r)
//! ```
//!
//! Sources: Brzozowski (1964); the approximate byte classes of a term are those of Owens, Reppy and Turon (2009), section 4.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{VecDeque, hash_map::Entry};

use super::term::{ByteSet, Node, Term, Terms};

impl Terms {
    /// The strings of `term` that begin with `byte`, without that byte. Remembered: the second time costs a look-up.
    pub fn derivative(&mut self, term: Term, byte: u8) -> Term {
        if let Some(known) = self.known_derivative(term, byte) {
            return known;
        }
        // Post-order over the operands with a stack of our own: a term may be deeper than the program's stack.
        let mut stack = vec![term];
        while let Some(&top) = stack.last() {
            if self.known_derivative(top, byte).is_some() {
                stack.pop();
                continue;
            }
            let height = stack.len();
            let mut need = |terms: &Terms, operand: Term| {
                if terms.known_derivative(operand, byte).is_none() {
                    stack.push(operand);
                }
            };
            match self.node(top) {
                Node::Empty | Node::Epsilon | Node::Bytes(_) => unreachable!("their derivatives are always known"),
                &Node::Concat(head, tail) => {
                    need(self, head);
                    if self.nullable(head) {
                        need(self, tail);
                    }
                }
                Node::Union(operands) | Node::Intersect(operands) => operands.iter().for_each(|&term| need(self, term)),
                &Node::Star(inner) | &Node::Complement(inner) => need(self, inner),
            }
            if stack.len() > height {
                continue;
            }
            stack.pop();
            let result = self.derivative_of_node(top, byte);
            self.derivatives.insert((top, byte), result);
        }
        self.known_derivative(term, byte).expect("the loop ends when it is known")
    }

    /// The derivative if it needs no computation.
    fn known_derivative(&self, term: Term, byte: u8) -> Option<Term> {
        if !self.first_bytes(term).contains(byte) {
            return Some(Term::EMPTY);
        }
        match self.node(term) {
            Node::Bytes(_) => Some(Term::EPSILON),
            &Node::Concat(head, tail) if matches!(self.node(head), Node::Bytes(_)) => Some(tail),
            _ if term == Term::ANY => Some(Term::ANY),
            _ => self.derivatives.get(&(term, byte)).copied(),
        }
    }

    /// One step of the equations; the derivatives of the operands are known.
    fn derivative_of_node(&mut self, term: Term, byte: u8) -> Term {
        let known = |terms: &Terms, term| terms.known_derivative(term, byte).expect("operands come before their term");
        match self.node(term).clone() {
            Node::Empty | Node::Epsilon | Node::Bytes(_) => unreachable!("their derivatives are always known"),
            Node::Concat(head, tail) => {
                let first = known(self, head);
                let through_head = self.concat(first, tail);
                if self.nullable(head) {
                    let past_head = known(self, tail);
                    self.union([through_head, past_head])
                } else {
                    through_head
                }
            }
            Node::Union(operands) => {
                let derivatives: Vec<Term> = operands.iter().map(|&term| known(self, term)).collect();
                self.union(derivatives)
            }
            Node::Intersect(operands) => operands.iter().fold(Term::ANY, |both, &term| {
                let derivative = known(self, term);
                self.intersect(both, derivative)
            }),
            Node::Star(inner) => {
                let first = known(self, inner);
                self.concat(first, term)
            }
            Node::Complement(inner) => {
                let derivative = known(self, inner);
                self.complement(derivative)
            }
        }
    }

    /// Whether the language has no string. Constant unless the term has intersections or complements inside; then
    /// its derivatives are searched, of which there may be exponentially many. Remembered.
    pub fn is_empty(&mut self, term: Term) -> bool {
        if !self.is_boolean(term) {
            return term == Term::EMPTY;
        }
        if let Some(&empty) = self.emptiness.get(&term) {
            return empty;
        }
        // From which term each was reached.
        let mut seen: FxHashMap<Term, Term> = FxHashMap::from_iter([(term, term)]);
        let mut queue = VecDeque::from([term]);
        while let Some(next) = queue.pop_front() {
            let settled =
                if self.is_boolean(next) { self.emptiness.get(&next).copied() } else { Some(next == Term::EMPTY) };
            if self.nullable(next) || settled == Some(false) {
                // All on the way to it have its string, too: they are asked for next.
                let mut at = next;
                while self.emptiness.insert(at, false).is_none() && at != term {
                    at = seen[&at];
                }
                self.emptiness.insert(term, false);
                return false;
            }
            if settled == Some(true) {
                continue;
            }
            for byte in self.representatives(next) {
                let derivative = self.derivative(next, byte);
                if let Entry::Vacant(entry) = seen.entry(derivative) {
                    entry.insert(next);
                    queue.push_back(derivative);
                }
            }
        }
        self.emptiness.extend(seen.into_keys().map(|term| (term, true)));
        true
    }

    /// A shortest string of the language; among the shortest the most readable one: at the first difference, lower-case
    /// letters win over digits, these over capitals, other printable ASCII, line feed and tab, and these over the rest.
    ///
    /// Breadth first over the derivatives.
    pub fn shortest(&mut self, term: Term) -> Option<Vec<u8>> {
        // How each term was reached: from which one, by which byte. The queue is in the order of the best strings.
        let mut reached: FxHashMap<Term, Option<(Term, u8)>> = FxHashMap::from_iter([(term, None)]);
        let mut queue = VecDeque::from([term]);
        while let Some(next) = queue.pop_front() {
            if self.nullable(next) {
                let mut string = Vec::new();
                let mut at = next;
                while let Some((before, byte)) = reached[&at] {
                    string.push(byte);
                    at = before;
                }
                string.reverse();
                return Some(string);
            }
            for byte in self.representatives(next) {
                let derivative = self.derivative(next, byte);
                if derivative != Term::EMPTY && !reached.contains_key(&derivative) {
                    reached.insert(derivative, Some((next, byte)));
                    queue.push_back(derivative);
                }
            }
        }
        None
    }

    /// One byte, the most readable, for each set of bytes by which the derivatives of `term` are the same, the most
    /// readable first; bytes by which the derivative is certainly empty are left out.
    fn representatives(&self, term: Term) -> Vec<u8> {
        let mut sets = FxHashSet::default();
        let mut seen = FxHashSet::from_iter([term]);
        let mut stack = vec![term];
        while let Some(term) = stack.pop() {
            let mut visit = |term: Term| {
                if seen.insert(term) {
                    stack.push(term);
                }
            };
            match self.node(term) {
                Node::Empty | Node::Epsilon => {}
                Node::Bytes(set) => {
                    sets.insert(*set);
                }
                &Node::Concat(head, tail) => {
                    visit(head);
                    if self.nullable(head) {
                        visit(tail);
                    }
                }
                Node::Union(operands) | Node::Intersect(operands) => operands.iter().for_each(|&term| visit(term)),
                &Node::Star(inner) | &Node::Complement(inner) => visit(inner),
            }
        }
        let (classes, n_classes) = byte_classes(sets);
        let first = self.first_bytes(term);
        let mut best: Vec<Option<u8>> = vec![None; n_classes];
        for byte in first.iter() {
            let best = &mut best[usize::from(classes[usize::from(byte)])];
            *best = Some(best.map_or(byte, |best| if readability(byte) < readability(best) { byte } else { best }));
        }
        let mut representatives: Vec<u8> = best.into_iter().flatten().collect();
        representatives.sort_by_key(|&byte| readability(byte));
        representatives
    }
}

/// Whether every string of `token` is also a string of one of `earlier`, so that a lexer that prefers those never
/// returns it.
///
/// Inclusion is emptiness of the intersection with the complement; the cost is that of [`Terms::is_empty`].
pub fn hidden_by(terms: &mut Terms, token: Term, earlier: &[Term]) -> bool {
    let earlier = terms.union(earlier.iter().copied());
    let others = terms.complement(earlier);
    let rest = terms.intersect(token, others);
    terms.is_empty(rest)
}

/// The coarsest partition of the bytes in which each of `sets` is a union of classes: `classes[byte]`, counted from 0 in
/// the order of their lowest bytes, and the number of classes.
pub(super) fn byte_classes(sets: impl IntoIterator<Item = ByteSet>) -> ([u8; 256], usize) {
    let mut classes = [0u8; 256];
    let mut n_classes = 1;
    let mut sets = sets.into_iter().peekable();
    // Progress: each turn takes up to 64 sets.
    while sets.peek().is_some() {
        // `members[byte]`: bit `i` says whether it is in set `i` of these.
        let mut members = [0u64; 256];
        for (bit, set) in sets.by_ref().take(64).enumerate() {
            set.iter().for_each(|byte| members[usize::from(byte)] |= 1 << bit);
        }
        // Classes are numbered as met.
        let mut refined: FxHashMap<(u8, u64), u8> = FxHashMap::default();
        for (class, members) in classes.iter_mut().zip(members) {
            let next = refined.len() as u8;
            *class = *refined.entry((*class, members)).or_insert(next);
        }
        n_classes = refined.len();
    }
    (classes, n_classes)
}

/// Sorts bytes by how well a person reads them.
fn readability(byte: u8) -> (u8, u8) {
    let group = match byte {
        b'a'..=b'z' => 0,
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'!'..=b'~' => 3,
        b' ' => 4,
        b'\n' | b'\t' => 5,
        128.. => 6,
        _ => 7,
    };
    (group, byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether `word` is in the language, by derivatives.
    fn accepts(terms: &mut Terms, mut term: Term, word: &[u8]) -> bool {
        for &byte in word {
            term = terms.derivative(term, byte);
        }
        terms.nullable(term)
    }

    /// What `regex` says.
    fn accepts_by_regex(pattern: &str, word: &[u8]) -> bool {
        regex::bytes::Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(word)
    }

    #[test]
    fn shortest_is_readable() {
        let mut t = Terms::new();
        let mut shortest = |pattern: &str| {
            let term = t.parse(pattern).unwrap();
            t.shortest(term).map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(shortest(r"[\p{XID_Start}_]\p{XID_Continue}*").as_deref(), Some("a"));
        assert_eq!(shortest(r"[0-9]+|0[xX][0-9a-f]+").as_deref(), Some("0"));
        assert_eq!(shortest(r#"'[^'\n]*'|"[^"\n]*""#).as_deref(), Some("\"\""));
        assert_eq!(shortest(r"\p{Greek}").as_deref(), Some("Ͱ"));
        assert_eq!(shortest(r"[^\S\n]|\n").as_deref(), Some(" "));
        assert_eq!(shortest(r"[a&&b]"), None);
        assert_eq!(shortest("(?i)else|x{70000}").as_deref(), Some("else"));
    }

    #[test]
    fn emptiness_of_boolean_terms() {
        let mut t = Terms::new();
        let [name, keyword, number] = ["[a-z]+", "if|in", "[0-9]+"].map(|pattern| t.parse(pattern).unwrap());
        let not_keyword = t.complement(keyword);
        let proper = t.intersect(name, not_keyword);
        let both = t.intersect(proper, keyword);
        assert!(!t.is_empty(proper) && t.is_empty(both));
        assert_eq!(t.shortest(proper), Some(b"a".to_vec()));
        assert_eq!(t.shortest(both), None);
        assert!(hidden_by(&mut t, keyword, &[number, name]));
        assert!(!hidden_by(&mut t, name, &[number, keyword]));
        assert!(!hidden_by(&mut t, name, &[]));
        let unicode = t.parse(r"[\p{XID_Start}_]\p{XID_Continue}*").unwrap();
        assert!(hidden_by(&mut t, name, &[keyword, unicode]));
    }

    #[test]
    fn deep_terms_do_not_overflow() {
        let mut t = Terms::new();
        let optional = t.parse("a?").unwrap();
        let deep = t.repeat(optional, 0, Some(1000));
        assert!(accepts(&mut t, deep, b"aaa"));
        let letter = t.parse("a").unwrap();
        let deep = t.repeat(letter, 0, Some(100_000));
        let long = t.concat(deep, deep);
        assert!(accepts(&mut t, long, b"aaa") && !accepts(&mut t, long, b"b"));
        let nullable = t.union([letter, deep]);
        let mut sequence = Term::EPSILON;
        for n in 0..20_000 {
            let set = t.bytes(ByteSet::one((n % 2) as u8));
            let optional = t.union([set, Term::EPSILON]);
            sequence = t.concat(optional, sequence);
        }
        let both = t.intersect(sequence, nullable);
        assert_eq!(t.derivative(both, b'b'), Term::EMPTY);
        assert!(t.first_bytes(sequence).contains(0));
    }

    /// Patterns over `a`, `b`, `ß` and a Unicode class.
    fn pattern() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("a".to_string()),
            Just("b".to_string()),
            Just("ß".to_string()),
            Just("".to_string()),
            Just(".".to_string()),
            Just("[^a]".to_string()),
            Just(r"\p{Greek}".to_string()),
            Just(r"(?i:[aσk])".to_string()),
            Just(r"\w".to_string()),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
                inner.clone().prop_map(|a| format!("(?:{a})*")),
                inner.clone().prop_map(|a| format!("(?:{a})+?")),
                (inner, 0u32..3, 0u32..3).prop_map(|(a, min, more)| format!("(?:{a}){{{min},{}}}", min + more)),
            ]
        })
    }

    /// Texts that the patterns have something to say about.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec!["a", "b", "A", "ß", "σ", "ς", "Σ", "K", "\n", "é", "𝒳"]);
        prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// A term accepts what the `regex` crate accepts.
        #[test]
        fn accepts_what_regex_accepts(pattern in pattern(), texts in prop::collection::vec(text(), 4)) {
            let mut t = Terms::new();
            let term = t.parse(&pattern).unwrap();
            for text in texts {
                prop_assert_eq!(accepts(&mut t, term, text.as_bytes()), accepts_by_regex(&pattern, text.as_bytes()), "{}", text);
            }
        }

        /// A derivative is a left quotient: ∂c(r) accepts w exactly when r accepts cw.
        #[test]
        fn derivative_is_left_quotient(pattern in pattern(), byte in prop::sample::select(b"ab\xC3\xCF\n".to_vec()), text in text()) {
            let mut t = Terms::new();
            let term = t.parse(&pattern).unwrap();
            let derivative = t.derivative(term, byte);
            let whole = [&[byte], text.as_bytes()].concat();
            prop_assert_eq!(accepts(&mut t, derivative, text.as_bytes()), accepts_by_regex(&pattern, &whole));
        }

        /// Union, intersection and complement are those of the sets of strings; emptiness is that of `shortest`.
        #[test]
        fn boolean_operations(r in pattern(), s in pattern(), text in text()) {
            let mut t = Terms::new();
            let (x, y) = (t.parse(&r).unwrap(), t.parse(&s).unwrap());
            let (in_r, in_s) = (accepts_by_regex(&r, text.as_bytes()), accepts_by_regex(&s, text.as_bytes()));
            let both = t.intersect(x, y);
            let not = t.complement(y);
            let difference = t.intersect(x, not);
            let either = t.union([both, difference]);
            prop_assert_eq!(accepts(&mut t, both, text.as_bytes()), in_r && in_s);
            prop_assert_eq!(accepts(&mut t, not, text.as_bytes()), !in_s);
            prop_assert_eq!(accepts(&mut t, difference, text.as_bytes()), in_r && !in_s);
            prop_assert_eq!(accepts(&mut t, either, text.as_bytes()), in_r);
            prop_assert_eq!(t.is_empty(difference), t.shortest(difference).is_none());
            prop_assert_eq!(hidden_by(&mut t, x, &[y]), t.is_empty(difference));
            prop_assert!(!in_r || in_s || !t.is_empty(difference));
        }

        /// `shortest` is accepted, and by brute force over a small alphabet nothing shorter is.
        #[test]
        fn shortest_is_shortest(pattern in "(a|b|ab|(ba){1,2}|[ab]{2}|a+b?){1,3}") {
            let mut t = Terms::new();
            let term = t.parse(&pattern).unwrap();
            let shortest = t.shortest(term).unwrap();
            prop_assert!(accepts_by_regex(&pattern, &shortest));
            let mut words = vec![Vec::new()];
            for _ in 0..shortest.len().min(8) {
                prop_assert!(words.iter().all(|word: &Vec<u8>| !accepts_by_regex(&pattern, word)));
                words = words.iter().flat_map(|word| [b'a', b'b'].map(|byte| [&word[..], &[byte]].concat())).collect();
            }
        }
    }
}
