//! Tokens of a schema: sets of strings, or of numbers, that may overlap, divided into tokens that do not.
//!
//! At each place of a text the lexer makes one token, whatever the grammar expects there. The sets of a schema overlap: the
//! text `"a@b.co"` may be an e-mail address for one property, a name of at most ten characters for another, and a plain string
//! for a third. So each set is made of *cells*, the non-empty parts into which all sets divide the strings:
//!
//! ```text
//! sets   EMAIL, SHORT, all strings     cells   EMAIL & SHORT    EMAIL    SHORT    the other strings
//! where an e-mail address may stand:   EMAIL_SHORT | EMAIL
//! where any string may stand:          EMAIL_SHORT | EMAIL | SHORT | STRING
//! ```
//!
//! Each cell is a token. Those in more sets are declared first, so that the lexer, which prefers earlier tokens, takes the
//! right one: `EMAIL` is what is no `EMAIL_SHORT`. All strings end at their closing quote, and all numbers go on as long as a
//! number can, so two tokens that match at a place have the same length. Single values are literals, which win over all
//! tokens, and each set lists the literals that are in it.

use langlet_core::regex::{Term, Terms};

/// The most sets of one family; there may be a cell for each of their combinations.
const SET_LIMIT: usize = 60;
/// The most cells of one family.
const CELL_LIMIT: usize = 200;

/// The sets of strings, or of numbers, of a schema.
#[derive(Debug)]
pub(crate) struct Family {
    /// The token of the parent that has all of them.
    pub(crate) base: &'static str,
    sets: Vec<Set>,
    /// Texts of single values, each with whether a value of the schema or only the name of a property is meant.
    literals: Vec<String>,
    /// The sets that each cell is in, ascending; the last has none. Filled by [`Family::divide`].
    cells: Vec<Vec<usize>>,
    /// `names[cell]`.
    names: Vec<String>,
}

#[derive(Debug)]
struct Set {
    /// All of them hold.
    regexes: Vec<String>,
    name: String,
    term: Term,
}

/// The number of a set.
pub(crate) type SetId = usize;

/// There are too many sets, or too many overlaps.
#[derive(Debug)]
pub(crate) struct TooMany;

impl Family {
    pub(crate) fn new(base: &'static str) -> Family {
        Family { base, sets: Vec::new(), literals: Vec::new(), cells: Vec::new(), names: Vec::new() }
    }

    /// The set of the texts for which all these regexes hold; `name` is for its token.
    pub(crate) fn set(&mut self, terms: &mut Terms, regexes: Vec<String>, name: &str) -> SetId {
        if let Some(known) = self.sets.iter().position(|set| set.regexes == regexes) {
            return known;
        }
        let mut term = Term::ANY;
        for regex in &regexes {
            let operand = terms.parse(regex).expect("our own regexes are right");
            term = terms.intersect(term, operand);
        }
        self.sets.push(Set { regexes, name: name.to_ascii_uppercase(), term });
        self.sets.len() - 1
    }

    /// Adds a single text.
    pub(crate) fn literal(&mut self, text: &str) {
        if !self.literals.iter().any(|known| known == text) {
            self.literals.push(text.to_owned());
        }
    }

    /// Whether some text of the parent's token is another token here.
    pub(crate) fn is_divided(&self) -> bool {
        !self.sets.is_empty() || !self.literals.is_empty()
    }

    /// Finds the cells. Each set divides those there are; what is empty is left out.
    pub(crate) fn divide(&mut self, terms: &mut Terms) -> Result<(), TooMany> {
        if self.sets.len() > SET_LIMIT {
            return Err(TooMany);
        }
        let literals: Vec<Term> = self.literals.iter().map(|text| terms.literal(text.as_bytes())).collect();
        let literals = terms.union(literals);
        let others = terms.complement(literals);
        let mut cells: Vec<(Vec<usize>, Term)> = vec![(Vec::new(), others)];
        for (id, set) in self.sets.iter().enumerate() {
            let complement = terms.complement(set.term);
            let mut divided = Vec::new();
            for (sets, term) in cells {
                let inside = terms.intersect(term, set.term);
                if !terms.is_empty(inside) {
                    divided.push(([sets.as_slice(), &[id]].concat(), inside));
                }
                // All texts of the parent's token are in the cell without sets, which is there anyway.
                let outside = terms.intersect(term, complement);
                if sets.is_empty() || !terms.is_empty(outside) {
                    divided.push((sets, outside));
                }
            }
            cells = divided;
            if cells.len() > CELL_LIMIT {
                return Err(TooMany);
            }
        }
        self.cells = cells.into_iter().map(|(sets, _)| sets).collect();
        self.cells.sort_by_key(|sets| (std::cmp::Reverse(sets.len()), sets.clone()));
        let mut names: Vec<String> = Vec::new();
        for sets in &self.cells {
            let parts: Vec<&str> = self.smallest(sets).map(|id| self.sets[id].name.as_str()).collect();
            let name = if parts.is_empty() { self.base.to_owned() } else { parts.join("_") };
            names.push(unique(name, |name| names.iter().any(|known| known == name)));
        }
        self.names = names;
        Ok(())
    }

    /// Of the sets of a cell, those that no other of them is part of; of equal ones the first.
    fn smallest<'a>(&'a self, sets: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        let is_part = |a: usize, b: usize| self.cells.iter().all(|cell| !cell.contains(&a) || cell.contains(&b));
        let has_smaller = move |id: usize| {
            sets.iter().any(|&other| other != id && is_part(other, id) && (!is_part(id, other) || other < id))
        };
        sets.iter().copied().filter(move |&id| !has_smaller(id))
    }

    /// The declarations of the tokens, in the order in which the lexer prefers them.
    pub(crate) fn declarations(&self) -> Vec<String> {
        let declare = |(sets, name): (&Vec<usize>, &String)| {
            let mut regexes: Vec<&str> = Vec::new();
            for id in self.smallest(sets) {
                regexes.extend(
                    self.sets[id]
                        .regexes
                        .iter()
                        .map(String::as_str)
                        .filter(|regex| !regexes.contains(regex))
                        .collect::<Vec<_>>(),
                );
            }
            let regexes: Vec<String> = regexes.iter().map(|regex| format!("/{regex}/")).collect();
            (!regexes.is_empty()).then(|| format!("token {name} = {}", regexes.join(" & ")))
        };
        self.cells.iter().zip(&self.names).filter_map(declare).collect()
    }

    /// What stands where a text of the set is meant: its tokens and literals.
    pub(crate) fn of_set(&self, terms: &mut Terms, id: SetId) -> Vec<String> {
        let cells = self.cells.iter().zip(&self.names).filter(|(sets, _)| sets.contains(&id));
        let mut symbols: Vec<String> = cells.map(|(_, name)| name.clone()).collect();
        let term = self.sets[id].term;
        for text in &self.literals {
            let rest = text.bytes().fold(term, |rest, byte| terms.derivative(rest, byte));
            if terms.nullable(rest) {
                symbols.push(quoted(text));
            }
        }
        symbols
    }

    /// What stands where any text may be but these.
    pub(crate) fn all_but(&self, excluded: &[String]) -> Vec<String> {
        let literals = self.literals.iter().filter(|text| !excluded.contains(text)).map(|text| quoted(text));
        self.names.iter().cloned().chain(literals).collect()
    }
}

/// A name that is not taken: itself, or with a number behind it.
pub(crate) fn unique(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    let numbered = (2..).map(|n: u32| format!("{name}_{n}")).find(|name| !is_taken(name));
    numbered.expect("finitely many names are taken")
}

/// A literal of the notation.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            _ if c.is_control() || (c.is_whitespace() && c != ' ') => out.push_str(&c.escape_unicode().to_string()),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}
