//! A recogniser that follows the definition of a grammar and nothing else: the oracle of automata, tables and parser.
//!
//! `ends(rule, i)` is the set of places where a string of the rule that begins at `i` may end. The sets grow, by the
//! equations of the right-hand sides, until nothing changes. Left recursion, empty rules, ambiguity: all the same to it.

use std::collections::{BTreeMap, BTreeSet};

use langlet_core::grammar::{Grammar, Rhs, Symbol};

/// Places in a token string.
type Places = BTreeSet<usize>;

/// The recogniser of one grammar and one token string.
pub struct Recognizer<'a> {
    grammar: &'a Grammar,
    tokens: &'a [Symbol],
    /// Whether the string may go on in any way behind its last token.
    open: bool,
    ends: BTreeMap<(Symbol, usize), Places>,
}

impl<'a> Recognizer<'a> {
    fn new(grammar: &'a Grammar, tokens: &'a [Symbol], open: bool) -> Recognizer<'a> {
        let mut recognizer = Recognizer { grammar, tokens, open, ends: BTreeMap::new() };
        loop {
            let mut changed = false;
            for (&rule, definition) in &grammar.rules {
                for at in 0..=tokens.len() {
                    let found = recognizer.ends_of(&definition.rhs, at);
                    let known = recognizer.ends.entry((rule, at)).or_default();
                    if !found.is_subset(known) {
                        known.extend(found);
                        changed = true;
                    }
                }
            }
            if !changed {
                return recognizer;
            }
        }
    }

    fn ends_of(&self, rhs: &Rhs, at: usize) -> Places {
        match rhs {
            // What a rule that always ends would read behind the string does not matter.
            Rhs::Symbol(_) if self.open && at == self.tokens.len() => Places::from([at]),
            Rhs::Symbol(symbol) if self.grammar.rhs(*symbol).is_some() => {
                self.ends.get(&(*symbol, at)).cloned().unwrap_or_default()
            }
            Rhs::Symbol(symbol) => {
                let reads = self
                    .tokens
                    .get(at)
                    .is_some_and(|token| token == symbol || self.grammar.soft.get(token) == Some(symbol));
                if reads { Places::from([at + 1]) } else { Places::new() }
            }
            Rhs::Sequence(parts) => parts.iter().fold(Places::from([at]), |places, part| self.all(part, &places)),
            Rhs::Alternatives(parts) => parts.iter().flat_map(|part| self.ends_of(part, at)).collect(),
            Rhs::Optional(part) => self.ends_of(part, at).into_iter().chain([at]).collect(),
            Rhs::Star(part) => self.repeated(part, Places::from([at])),
            Rhs::Plus(part) => self.repeated(part, self.ends_of(part, at)),
        }
    }

    fn all(&self, rhs: &Rhs, places: &Places) -> Places {
        places.iter().flat_map(|&place| self.ends_of(rhs, place)).collect()
    }

    fn repeated(&self, rhs: &Rhs, mut places: Places) -> Places {
        loop {
            let more = self.all(rhs, &places);
            if more.is_subset(&places) {
                return places;
            }
            places.extend(more);
        }
    }

    fn reaches_end(&self, rule: Symbol) -> bool {
        self.ends[&(rule, 0)].contains(&self.tokens.len())
    }
}

/// Whether the rule derives the token string.
pub fn accepts(grammar: &Grammar, rule: Symbol, tokens: &[Symbol]) -> bool {
    Recognizer::new(grammar, tokens, false).reaches_end(rule)
}

/// Whether some token string that begins with this one is derived by the rule; all rules must be productive.
pub fn can_begin(grammar: &Grammar, rule: Symbol, tokens: &[Symbol]) -> bool {
    Recognizer::new(grammar, tokens, true).reaches_end(rule)
}

/// Whether the right-hand side alone, its symbols taken as letters, derives the string.
pub fn matches(rhs: &Rhs, word: &[Symbol]) -> bool {
    fn ends(rhs: &Rhs, word: &[Symbol], at: usize) -> Places {
        let all = |rhs: &Rhs, places: &Places| places.iter().flat_map(|&at| ends(rhs, word, at)).collect::<Places>();
        let closure = |rhs: &Rhs, mut places: Places| loop {
            let more = all(rhs, &places);
            if more.is_subset(&places) {
                return places;
            }
            places.extend(more);
        };
        match rhs {
            Rhs::Symbol(symbol) if word.get(at) == Some(symbol) => Places::from([at + 1]),
            Rhs::Symbol(_) => Places::new(),
            Rhs::Sequence(parts) => parts.iter().fold(Places::from([at]), |places, part| all(part, &places)),
            Rhs::Alternatives(parts) => parts.iter().flat_map(|part| ends(part, word, at)).collect(),
            Rhs::Optional(part) => ends(part, word, at).into_iter().chain([at]).collect(),
            Rhs::Star(part) => closure(part, Places::from([at])),
            Rhs::Plus(part) => closure(part, ends(part, word, at)),
        }
    }
    ends(rhs, word, 0).contains(&word.len())
}

/// All words over the letters, up to a length, the short ones first.
pub fn words(letters: &[Symbol], longest: usize) -> Vec<Vec<Symbol>> {
    let mut words = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = words.len();
        for index in from..to {
            for &letter in letters {
                let mut word = words[index].clone();
                word.push(letter);
                words.push(word);
            }
        }
        from = to;
    }
    words
}
