//! Right-hand sides in a normal form that the constructors keep.
//!
//! A sequence has no sequence as a direct part and never exactly one part, alternatives likewise, and an optional or
//! repeated part is not doubled needlessly. Hence two right-hand sides that differ in grouping alone are equal.

use std::collections::BTreeSet;

use super::symbol::{Symbol, Symbols};

/// A regular right-hand side over symbols. Built by the constructors alone; matched on freely.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rhs {
    /// One symbol.
    Symbol(Symbol),
    /// One after the other: none (the empty string) or two and more.
    Sequence(Vec<Rhs>),
    /// A choice of two and more, in the order of the grammar.
    Alternatives(Vec<Rhs>),
    /// Once or not at all.
    Optional(Box<Rhs>),
    /// Any number of times.
    Star(Box<Rhs>),
    /// Once and more.
    Plus(Box<Rhs>),
}

impl Rhs {
    /// One after the other.
    pub fn sequence(parts: impl IntoIterator<Item = Rhs>) -> Rhs {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Rhs::Sequence(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Rhs::Sequence(flat) }
    }

    /// A choice. A repeated alternative counts once; no alternative at all is the empty string.
    pub fn alternatives(parts: impl IntoIterator<Item = Rhs>) -> Rhs {
        let mut flat: Vec<Rhs> = Vec::new();
        for part in parts {
            match part {
                Rhs::Alternatives(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        let mut distinct: Vec<Rhs> = Vec::new();
        for part in flat {
            if !distinct.contains(&part) {
                distinct.push(part);
            }
        }
        match distinct.len() {
            0 => Rhs::Sequence(Vec::new()),
            1 => distinct.remove(0),
            _ => Rhs::Alternatives(distinct),
        }
    }

    /// `[part]`.
    pub fn optional(part: Rhs) -> Rhs {
        match part {
            Rhs::Optional(_) | Rhs::Star(_) => part,
            Rhs::Plus(inner) => Rhs::Star(inner),
            part => Rhs::Optional(Box::new(part)),
        }
    }

    /// `part*`.
    pub fn star(part: Rhs) -> Rhs {
        match part {
            Rhs::Star(_) => part,
            Rhs::Optional(inner) | Rhs::Plus(inner) => Rhs::Star(inner),
            part => Rhs::Star(Box::new(part)),
        }
    }

    /// `part+`.
    pub fn plus(part: Rhs) -> Rhs {
        match part {
            Rhs::Plus(_) | Rhs::Star(_) => part,
            Rhs::Optional(inner) => Rhs::Star(inner),
            part => Rhs::Plus(Box::new(part)),
        }
    }

    /// The top-level alternatives; a single one if it is no choice.
    pub fn choices(&self) -> &[Rhs] {
        match self {
            Rhs::Alternatives(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// Every occurrence of a symbol, in the order of the text.
    pub fn for_each_symbol(&self, visit: &mut impl FnMut(Symbol)) {
        match self {
            Rhs::Symbol(symbol) => visit(*symbol),
            Rhs::Sequence(parts) | Rhs::Alternatives(parts) => {
                parts.iter().for_each(|part| part.for_each_symbol(visit))
            }
            Rhs::Optional(part) | Rhs::Star(part) | Rhs::Plus(part) => part.for_each_symbol(visit),
        }
    }

    /// Its productions in which nothing is repeated: each optional part there or not, each repeated part once, and not at
    /// all where it may be left out.
    pub fn productions(&self) -> Vec<Vec<Symbol>> {
        match self {
            Rhs::Symbol(symbol) => vec![vec![*symbol]],
            Rhs::Sequence(parts) => parts.iter().fold(vec![Vec::new()], |before, part| {
                let behind = part.productions();
                before.iter().flat_map(|before| behind.iter().map(move |part| [&before[..], part].concat())).collect()
            }),
            Rhs::Alternatives(parts) => parts.iter().flat_map(Rhs::productions).collect(),
            Rhs::Optional(part) | Rhs::Star(part) => [vec![Vec::new()], part.productions()].concat(),
            Rhs::Plus(part) => part.productions(),
        }
    }

    /// Whether the symbols are one of its productions. Slow; `automata` has a faster way.
    pub fn derives(&self, production: &[Symbol]) -> bool {
        self.ends(production, 0).contains(&production.len())
    }

    /// Where a part of the symbols that begins at `at` may end.
    fn ends(&self, symbols: &[Symbol], at: usize) -> BTreeSet<usize> {
        let behind = |part: &Rhs, places: &BTreeSet<usize>| -> BTreeSet<usize> {
            places.iter().flat_map(|&at| part.ends(symbols, at)).collect()
        };
        let repeated = |part: &Rhs, mut places: BTreeSet<usize>| {
            // Progress: the set grows, and it is at most as large as there are places.
            loop {
                let more = behind(part, &places);
                if more.is_subset(&places) {
                    return places;
                }
                places.extend(more);
            }
        };
        let here = BTreeSet::from([at]);
        match self {
            Rhs::Symbol(symbol) if symbols.get(at) == Some(symbol) => BTreeSet::from([at + 1]),
            Rhs::Symbol(_) => BTreeSet::new(),
            Rhs::Sequence(parts) => parts.iter().fold(here, |places, part| behind(part, &places)),
            Rhs::Alternatives(parts) => parts.iter().flat_map(|part| part.ends(symbols, at)).collect(),
            Rhs::Optional(part) => here.into_iter().chain(part.ends(symbols, at)).collect(),
            Rhs::Star(part) => repeated(part, here),
            Rhs::Plus(part) => repeated(part, part.ends(symbols, at)),
        }
    }

    /// The right-hand side in the notation.
    pub fn display(&self, symbols: &Symbols) -> String {
        self.display_with(&mut |symbol| symbols.display(symbol))
    }

    /// The right-hand side in the notation, each symbol as `show` has it; it is called with the symbols in the order of the text.
    pub fn display_with(&self, show: &mut impl FnMut(Symbol) -> String) -> String {
        match self {
            Rhs::Symbol(symbol) => show(*symbol),
            Rhs::Sequence(parts) if parts.is_empty() => "()".to_owned(),
            Rhs::Sequence(parts) => {
                let shown = parts.iter().map(|part| match part {
                    Rhs::Alternatives(_) => format!("({})", part.display_with(show)),
                    part => part.display_with(show),
                });
                shown.collect::<Vec<_>>().join(" ")
            }
            Rhs::Alternatives(parts) => {
                parts.iter().map(|part| part.display_with(show)).collect::<Vec<_>>().join(" | ")
            }
            Rhs::Optional(part) => format!("[{}]", part.display_with(show)),
            Rhs::Star(part) => format!("{}*", part.grouped(show)),
            Rhs::Plus(part) => format!("{}+", part.grouped(show)),
        }
    }

    fn grouped(&self, show: &mut impl FnMut(Symbol) -> String) -> String {
        match self {
            Rhs::Symbol(_) | Rhs::Optional(_) => self.display_with(show),
            _ => format!("({})", self.display_with(show)),
        }
    }
}
