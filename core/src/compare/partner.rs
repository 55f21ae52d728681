//! Which rule of one grammar stands for which of another.
//!
//! Rules of one name are partners, and the start rules. The others are paired by what they are made of: two rules whose minimal
//! automata are equal, as far as the symbols in them have partners, and that no other rule resembles, are partners, too; with each
//! pair more can be told apart (as colors are refined in tests of graph isomorphism, Weisfeiler and Leman 1968).

use std::collections::BTreeMap;

use super::automaton::{Automaton, Label};
use super::tokens::TokenMap;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// The partners of the rules of two grammars, both ways.
#[derive(Clone, Debug)]
pub(crate) struct Partners {
    /// `to_right[rule of the left]`.
    pub(crate) to_right: Vec<Option<Symbol>>,
    /// `to_left[rule of the right]`.
    pub(crate) to_left: Vec<Option<Symbol>>,
}

/// The letter of a rule without partner.
const UNKNOWN: u32 = u32::MAX;

impl Partners {
    /// Finds partners among `rules`, the reachable rules of both sides, their start rules first.
    pub(crate) fn new(sides: [&Langlet; 2], rules: [&[Symbol]; 2], to_right: &TokenMap) -> Partners {
        let [left, right] = sides.map(Langlet::grammar);
        let mut partners =
            Partners { to_right: vec![None; left.symbols.len()], to_left: vec![None; right.symbols.len()] };
        if let (Some(&one), Some(&other)) = (rules[0].first(), rules[1].first()) {
            partners.add(one, other);
        }
        for &rule in rules[0] {
            let other = right.symbols.named(left.symbols.name(rule)).filter(|other| rules[1].contains(other));
            if let Some(other) = other {
                partners.add(rule, other);
            }
        }
        // Progress: each turn adds a pair.
        loop {
            let mut resembling: BTreeMap<Automaton, [Vec<Symbol>; 2]> = BTreeMap::new();
            for side in [0, 1] {
                for &rule in rules[side].iter().filter(|rule| partners.of(side, **rule).is_none()) {
                    let automaton = partners.automaton(sides, side, rule, to_right);
                    resembling.entry(automaton).or_default()[side].push(rule);
                }
            }
            let pairs: Vec<(Symbol, Symbol)> = resembling
                .values()
                .filter_map(|found| match (&found[0][..], &found[1][..]) {
                    (&[one], &[other]) => Some((one, other)),
                    _ => None,
                })
                .collect();
            if pairs.is_empty() {
                return partners;
            }
            pairs.into_iter().for_each(|(one, other)| partners.add(one, other));
        }
    }

    fn add(&mut self, one: Symbol, other: Symbol) {
        if self.to_right[one.index()].is_none() && self.to_left[other.index()].is_none() {
            self.to_right[one.index()] = Some(other);
            self.to_left[other.index()] = Some(one);
        }
    }

    /// The partner of a rule of the left (0) or the right (1).
    pub(crate) fn of(&self, side: usize, rule: Symbol) -> Option<Symbol> {
        if side == 0 { self.to_right[rule.index()] } else { self.to_left[rule.index()] }
    }

    /// The minimal automaton of a rule in letters that mean the same on both sides.
    pub(crate) fn automaton(&self, sides: [&Langlet; 2], side: usize, rule: Symbol, to_right: &TokenMap) -> Automaton {
        let own = Automaton::of_rule(&sides[side].tables().network, rule);
        let shared = own.map(|label| match label {
            Label::Token(symbol) if side == 0 => to_right.answer(symbol).map_or(Label::Foreign(symbol), Label::Token),
            Label::Rule(rule) if side == 0 => match self.to_right[rule.index()] {
                Some(partner) => Label::Rule(partner),
                None => Label::Class(UNKNOWN),
            },
            Label::Rule(rule) if self.to_left[rule.index()].is_none() => Label::Class(UNKNOWN),
            label => label,
        });
        shared.minimal()
    }
}
