//! Position automata: one per grammar rule.
//!
//! A state is one occurrence (*position*) of a symbol on the right-hand side of the rule; `p → q` says that `q` may come
//! directly after `p`. There are no ε-edges, and each path from `START` to `EXIT` is a trace of the rule. For
//! `a: x (',' x)*`, positions numbered:
//!
//! ```text
//! START → x₁    x₁ → ','₂ | EXIT    ','₂ → x₃    x₃ → ','₂ | EXIT
//! ```
//!
//! Source: Glushkov (1961); Berry and Sethi (1986). Right-hand sides are nested no deeper than the notation allows, so the
//! functions here may recurse on them.

use crate::grammar::{Rhs, Symbol};

/// Index of a state of one [`RuleAutomaton`]; meaningless in any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub(crate) u32);

impl Position {
    /// Before the first symbol.
    pub const START: Position = Position(0);
    /// Behind the last symbol.
    pub const EXIT: Position = Position(1);

    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The automaton of one rule.
#[derive(Clone, Debug)]
pub struct RuleAutomaton {
    /// `symbols[position]`: the symbol read on entering it; `None` for `START` and `EXIT`.
    symbols: Vec<Option<Symbol>>,
    /// `follow[position]`: successors in grammar order, each once.
    follow: Vec<Vec<Position>>,
}

impl RuleAutomaton {
    /// The position automaton of a right-hand side; quadratic in its length at worst.
    pub fn new(rhs: &Rhs) -> RuleAutomaton {
        let mut automaton = RuleAutomaton { symbols: vec![None, None], follow: vec![Vec::new(), Vec::new()] };
        let part = automaton.add(rhs);
        let mut start = part.first;
        if part.nullable {
            start.push(Position::EXIT);
        }
        automaton.follow[0] = start;
        for last in part.last {
            automaton.link(last, Position::EXIT);
        }
        automaton
    }

    /// Number of states, `START` and `EXIT` included.
    pub fn n_states(&self) -> usize {
        self.symbols.len()
    }

    /// The symbol that is read on entering the state.
    pub fn symbol(&self, position: Position) -> Option<Symbol> {
        self.symbols[position.index()]
    }

    /// What may come directly after the state, in grammar order.
    pub fn follow(&self, position: Position) -> &[Position] {
        &self.follow[position.index()]
    }

    /// The occurrences, in the order of the text.
    pub fn positions(&self) -> impl Iterator<Item = Position> + use<> {
        (2..self.symbols.len() as u32).map(Position)
    }

    fn link(&mut self, from: Position, to: Position) {
        let follow = &mut self.follow[from.index()];
        if !follow.contains(&to) {
            follow.push(to);
        }
    }

    fn add(&mut self, rhs: &Rhs) -> Part {
        match rhs {
            Rhs::Symbol(symbol) => {
                let position = Position(self.symbols.len() as u32);
                self.symbols.push(Some(*symbol));
                self.follow.push(Vec::new());
                Part { first: vec![position], last: vec![position], nullable: false }
            }
            Rhs::Sequence(parts) => {
                let mut whole = Part { first: Vec::new(), last: Vec::new(), nullable: true };
                for part in parts {
                    let part = self.add(part);
                    for &from in &whole.last {
                        part.first.iter().for_each(|&to| self.link(from, to));
                    }
                    if whole.nullable {
                        whole.first.extend(&part.first);
                    }
                    if !part.nullable {
                        whole.last.clear();
                    }
                    whole.last.extend(part.last);
                    whole.nullable &= part.nullable;
                }
                whole
            }
            Rhs::Alternatives(parts) => {
                let mut whole = Part { first: Vec::new(), last: Vec::new(), nullable: false };
                for part in parts {
                    let part = self.add(part);
                    whole.first.extend(part.first);
                    whole.last.extend(part.last);
                    whole.nullable |= part.nullable;
                }
                whole
            }
            Rhs::Optional(part) => Part { nullable: true, ..self.add(part) },
            Rhs::Star(part) => Part { nullable: true, ..self.add_loop(part) },
            Rhs::Plus(part) => self.add_loop(part),
        }
    }

    fn add_loop(&mut self, rhs: &Rhs) -> Part {
        let part = self.add(rhs);
        for &from in &part.last {
            part.first.iter().for_each(|&to| self.link(from, to));
        }
        part
    }
}

/// First and last positions of a part of a right-hand side.
struct Part {
    first: Vec<Position>,
    last: Vec<Position>,
    nullable: bool,
}
