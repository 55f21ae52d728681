//! Proofs that two grammars have the same programs, and what was done to the rules of the one to make the other.
//!
//! The rules of both grammars are one system of automata. Two rules have the same strings if their automata, with rules of equal
//! strings taken for one letter, are equal: the coarsest partition that satisfies this is found by refinement. Before, rules can be
//! put in the place of their uses, which undoes an extraction or a fold, and a rule that ends with itself becomes a loop:
//!
//! ```text
//! left   sum: term (('+' | '-') term)*          right  sum: term (op term)*     op: '+' | '-'
//! `op` put in its place: the two automata are equal
//! ```
//!
//! If that does not do, what is redundant in the rules that differ is dropped (`redundant`). All steps keep the language, so equal start rules are a proof; that none is found proves nothing, since equality of context-free
//! languages is undecidable. Source: the refinement is that of bisimulations, Paige and Tarjan (1987), here on languages of
//! automata; folds and unfolds of grammars, Lämmel (2001).

use std::collections::{BTreeMap, BTreeSet};

use super::automaton::{Automaton, Label};
use super::flat::flatten;
use super::partner::Partners;
use super::redundant::drop_redundant;
use super::tokens::TokenMap;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// How a rule of the one grammar became rules of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another name.
    Renamed {
        /// The rule of the left.
        left: Symbol,
        /// The rule of the right.
        right: Symbol,
    },
    /// The right has a rule for what stands in other rules of the left.
    Extracted {
        /// The rule of the right.
        rule: Symbol,
        /// The rules of the right that use it, and are as in the left but for that.
        users: Vec<Symbol>,
    },
    /// What is a rule of the left stands in other rules of the right.
    Inlined {
        /// The rule of the left.
        rule: Symbol,
        /// The rules of the left that use it, and are as in the right but for that.
        users: Vec<Symbol>,
    },
    /// Several rules of the left have the strings of one of the right.
    Merged {
        /// A rule of the left that has no partner of its own.
        left: Symbol,
        /// The rule of the right.
        right: Symbol,
    },
    /// One rule of the left has the strings of several of the right.
    Split {
        /// The rule of the left.
        left: Symbol,
        /// A rule of the right that has no partner of its own.
        right: Symbol,
    },
    /// The right-hand side is another one with the same strings, once all rules are put in their places.
    Refactored {
        /// The rule of the left.
        left: Symbol,
        /// The rule of the right.
        right: Symbol,
    },
    /// The productions are others.
    Changed {
        /// The rule of the left.
        left: Symbol,
        /// The rule of the right.
        right: Symbol,
    },
    /// Only the left has it.
    Removed(Symbol),
    /// Only the right has it.
    Added(Symbol),
}

/// Why two grammars have the same programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Rule by rule they have the same productions, but for names and the order of alternatives.
    Isomorphic,
    /// Rules with equal strings taken together, and others put in their places, the automata of the start rules are equal.
    NormalForm,
    /// Each has a map to the other that keeps the tokens.
    Morphisms,
    /// Each derivation of the one that has no twin in the other gives a program that the other has, too, or a token string without
    /// text; they were all tried.
    Exhausted,
}

/// The automata of both grammars, in common letters. Rules have numbers, those of the left first.
#[derive(Debug)]
pub(crate) struct System {
    /// `(side, rule)` by number.
    rules: Vec<(usize, Symbol)>,
    /// `plain[number]`: as the grammar has it.
    plain: Vec<Automaton>,
    /// The same with loops for rules that end with themselves.
    automata: Vec<Automaton>,
    /// `partner[number]`, of those of the left and the right.
    partner: Vec<Option<usize>>,
    starts: [usize; 2],
}

impl System {
    /// `rules` are those that programs have, the start rule first. `maps`: the tokens to the right and to the left.
    pub(crate) fn new(
        sides: [&Langlet; 2],
        rules: [&[Symbol]; 2],
        partners: &Partners,
        maps: [&TokenMap; 2],
    ) -> System {
        let all: Vec<(usize, Symbol)> =
            rules[0].iter().map(|&rule| (0, rule)).chain(rules[1].iter().map(|&rule| (1, rule))).collect();
        let numbers: BTreeMap<(usize, Symbol), usize> = all.iter().copied().zip(0..).collect();
        let token = |side: usize, symbol: Symbol| {
            // Only a token that is answered by one that it answers means the same on both sides.
            let (there, back) = (maps[side], maps[1 - side]);
            match there.answer(symbol).filter(|&answer| back.answer(answer) == Some(symbol)) {
                Some(_) if side == 1 => Label::Token(symbol),
                Some(answer) => Label::Token(answer),
                None if side == 0 => Label::Foreign(symbol),
                None => Label::Token(symbol),
            }
        };
        let plain = all.iter().map(|&(side, rule)| {
            let own = Automaton::of_rule(&sides[side].tables().network, rule);
            own.map(|label| match label {
                Label::Rule(rule) => Label::Class(numbers[&(side, rule)] as u32),
                Label::Token(symbol) => token(side, symbol),
                label => label,
            })
        });
        let plain: Vec<Automaton> = plain.collect();
        let looped = plain.iter().zip(0..).map(|(own, number)| own.without_tail_calls(Label::Class(number)));
        let automata = looped.collect();
        let partner =
            all.iter().map(|&(side, rule)| partners.of(side, rule).map(|other| numbers[&(1 - side, other)])).collect();
        System { rules: all, plain, automata, partner, starts: [0, rules[0].len()] }
    }

    /// Whether the start rules are shown to have the same strings.
    pub(crate) fn prove(&self) -> Option<Proof> {
        if self.paired(&self.plain).all(|(_, is_same)| is_same) {
            let is_paired = |number: &usize| self.partner[*number].is_some();
            if (0..self.rules.len()).all(|number| is_paired(&number)) {
                return Some(Proof::Isomorphic);
            }
        }
        let unpaired: BTreeSet<usize> =
            (0..self.rules.len()).filter(|&number| self.partner[number].is_none()).collect();
        let mut changed = unpaired.clone();
        for (number, is_same) in self.paired(&self.automata) {
            if !is_same {
                changed.insert(number);
                changed.extend(self.partner[number]);
            }
        }
        if self.is_equal([BTreeSet::new(), unpaired.clone(), changed.clone()]) {
            return Some(Proof::NormalForm);
        }
        // Once more without what is redundant in the rules that differ.
        let mut automata = self.automata.clone();
        drop_redundant(&mut automata, &changed);
        let (rules, plain, partner) = (self.rules.clone(), self.plain.clone(), self.partner.clone());
        let without = System { rules, plain, automata, partner, starts: self.starts };
        without.is_equal([BTreeSet::new(), unpaired, changed]).then_some(Proof::NormalForm)
    }

    /// Whether the start rules have equal strings, with one of these sets of rules put in the place of their uses.
    fn is_equal(&self, inner: [BTreeSet<usize>; 3]) -> bool {
        inner.into_iter().any(|inner| {
            let Some(automata) = self.inline(inner) else { return false };
            let classes = self.classes(&automata);
            classes[self.starts[0]] == classes[self.starts[1]]
        })
    }

    /// The rules of the left with partners, and whether both automata are equal, partners taken for one letter.
    fn paired<'a>(&'a self, automata: &'a [Automaton]) -> impl Iterator<Item = (usize, bool)> + 'a {
        let common = |number: usize| {
            let automaton = automata[number].map(|label| match label {
                Label::Class(inner) if self.rules[inner as usize].0 == 1 => {
                    Label::Class(self.partner[inner as usize].map_or(inner, |partner| partner as u32))
                }
                label => label,
            });
            automaton.minimal()
        };
        let left = (0..self.starts[1]).filter_map(|number| Some((number, self.partner[number]?)));
        left.map(move |(number, other)| (number, common(number) == common(other)))
    }

    /// Puts these rules in the place of their uses, as far as they do not use themselves; `None` if that is too large.
    fn inline(&self, mut inner: BTreeSet<usize>) -> Option<Vec<Automaton>> {
        self.starts.iter().for_each(|start| {
            inner.remove(start);
        });
        flatten(&self.automata, &mut inner)
    }

    /// The coarsest partition of the rules such that those of one class have equal automata, classes being letters.
    fn classes(&self, automata: &[Automaton]) -> Vec<u32> {
        let mut class = vec![0_u32; automata.len()];
        let mut n_classes = 1;
        // Progress: the number of classes grows, and it is at most the number of rules.
        loop {
            let mut ids: BTreeMap<(u32, Automaton), u32> = BTreeMap::new();
            let mut refined = Vec::with_capacity(class.len());
            for (number, automaton) in automata.iter().enumerate() {
                let mapped = automaton.map(|label| match label {
                    Label::Class(used) => Label::Class(class[used as usize]),
                    label => label,
                });
                let next = ids.len() as u32;
                refined.push(*ids.entry((class[number], mapped.minimal())).or_insert(next));
            }
            let n_refined = ids.len();
            class = refined;
            if n_refined == n_classes {
                return class;
            }
            n_classes = n_refined;
        }
    }

    /// What was done to the rules, those of the left first.
    pub(crate) fn changes(&self, sides: [&Langlet; 2]) -> Vec<Change> {
        let unpaired: BTreeSet<usize> =
            (0..self.rules.len()).filter(|&number| self.partner[number].is_none()).collect();
        let before: BTreeMap<usize, bool> = self.paired(&self.plain).collect();
        let whole = self.inline(unpaired.clone());
        let after: BTreeMap<usize, bool> =
            whole.as_ref().map_or_else(BTreeMap::new, |whole| self.paired(whole).collect());
        let classes = if unpaired.is_empty() { Vec::new() } else { self.classes(&self.automata) };
        let is_same_class = |left: usize| {
            let right = self.partner[left].filter(|_| !classes.is_empty());
            right.is_some_and(|right| classes[left] == classes[right])
        };
        let is_refactored = |left: usize| !before[&left] && (after.get(&left) == Some(&true) || is_same_class(left));
        let symbol = |number: usize| self.rules[number].1;
        let name = |number: usize| {
            let (side, rule) = self.rules[number];
            sides[side].grammar().symbols.name(rule).to_owned()
        };
        // The rules of one side with partners that use the rule, directly or through rules without.
        let users = |rule: usize| -> Vec<usize> {
            let (mut reached, mut found) = (BTreeSet::from([rule]), BTreeSet::new());
            loop {
                let n_before = reached.len() + found.len();
                for (number, automaton) in self.automata.iter().enumerate() {
                    let uses =
                        |label: &Label| matches!(label, Label::Class(used) if reached.contains(&(*used as usize)));
                    if automaton.labels().iter().any(uses) {
                        if unpaired.contains(&number) {
                            reached.insert(number)
                        } else {
                            found.insert(number)
                        };
                    }
                }
                if reached.len() + found.len() == n_before {
                    return found.into_iter().collect();
                }
            }
        };
        let mut changes = Vec::new();
        let mut explained: BTreeSet<usize> = BTreeSet::new();
        for &number in &unpaired {
            let side = self.rules[number].0;
            let left_of = |number: usize| if side == 0 { number } else { self.partner[number].unwrap_or(number) };
            let twin = (0..self.rules.len()).find(|&other| {
                self.rules[other].0 != side && classes[other] == classes[number] && self.partner[other].is_some()
            });
            let users = users(number);
            let is_moved = !users.is_empty() && users.iter().all(|&user| is_refactored(left_of(user)));
            if is_moved || twin.is_some() {
                explained.extend(users.iter().map(|&user| left_of(user)));
            }
            let users = users.iter().map(|&user| symbol(user)).collect();
            changes.push(match (side, twin, is_moved) {
                (0, Some(twin), _) => Change::Merged { left: symbol(number), right: symbol(twin) },
                (_, Some(twin), _) => Change::Split { left: symbol(twin), right: symbol(number) },
                (0, None, true) => Change::Inlined { rule: symbol(number), users },
                (_, None, true) => Change::Extracted { rule: symbol(number), users },
                (0, None, false) => Change::Removed(symbol(number)),
                (_, None, false) => Change::Added(symbol(number)),
            });
        }
        for left in 0..self.starts[1] {
            let Some(right) = self.partner[left] else { continue };
            let pair = (symbol(left), symbol(right));
            if name(left) != name(right) {
                changes.push(Change::Renamed { left: pair.0, right: pair.1 });
            }
            if is_refactored(left) && !explained.contains(&left) {
                changes.push(Change::Refactored { left: pair.0, right: pair.1 });
            } else if !before[&left] && !is_refactored(left) {
                changes.push(Change::Changed { left: pair.0, right: pair.1 });
            }
        }
        changes
    }
}
