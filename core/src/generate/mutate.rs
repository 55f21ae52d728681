//! Mutants: grammars with one mistake.
//!
//! A mutation changes one part of one right-hand side in the way of slips of the pen: a symbol is left out, written twice or taken
//! for another, an option forgotten or added, a repetition that may be empty and one that may not are confused, two parts or two
//! alternatives change places. A mutant is the child of its grammar that replaces the rule:
//!
//! ```text
//! list: '[' [item (',' item)*] ']'
//!   leave out        list := '[' [item (item)*] ']'
//!   make required    list := '[' item (',' item)* ']'
//!   once or not      list := '[' [item [',' item]] ']'
//! ```
//!
//! A tool that compares grammars can be judged by how many of them it tells from the original. Some do not change the language,
//! and some are no grammars at all. Source: mutation analysis, DeMillo, Lipton and Sayward (1978); of grammars, Raselimo, Taljaard
//! and Fischer (2019).

use std::sync::Arc;

use super::chance::Chance;
use super::occurrences::Occurrences;
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::{Rhs, Symbol};
use crate::langlet::Langlet;

/// A rule with another right-hand side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// The rule.
    pub rule: Symbol,
    /// What was done to it.
    pub kind: MutationKind,
    /// The new right-hand side.
    pub rhs: Rhs,
}

/// What a mutation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MutationKind {
    /// Leaves a part out.
    Delete,
    /// Writes a symbol twice.
    Duplicate,
    /// Takes a symbol for another.
    Replace,
    /// Lets two parts change places.
    Swap,
    /// Lets a part be left out.
    MakeOptional,
    /// Asks for a part that may be left out.
    MakeRequired,
    /// Repeats a part.
    Repeat,
    /// Takes a part once that is repeated.
    DoNotRepeat,
    /// Confuses `a*` and `a+`.
    StarPlus,
    /// Leaves an alternative out.
    DropAlternative,
    /// Lets two alternatives change places.
    SwapAlternatives,
}

impl MutationKind {
    /// What it does, as words.
    pub fn name(self) -> &'static str {
        match self {
            MutationKind::Delete => "leave out",
            MutationKind::Duplicate => "write twice",
            MutationKind::Replace => "replace",
            MutationKind::Swap => "swap",
            MutationKind::MakeOptional => "make optional",
            MutationKind::MakeRequired => "make required",
            MutationKind::Repeat => "repeat",
            MutationKind::DoNotRepeat => "do not repeat",
            MutationKind::StarPlus => "star for plus",
            MutationKind::DropAlternative => "leave out an alternative",
            MutationKind::SwapAlternatives => "swap alternatives",
        }
    }
}

impl Mutation {
    /// The rule as it is in the mutant: `list := '[' ']'`.
    pub fn display(&self, langlet: &Langlet) -> String {
        let symbols = &langlet.grammar().symbols;
        format!("{} := {}", symbols.name(self.rule), self.rhs.display(symbols))
    }

    /// The mutant, as a child of the langlet by the name of `mutant`.
    ///
    /// # Errors
    /// The mutant is no grammar: a rule never ends, derives itself alone, or repeats what may be empty.
    pub fn apply(&self, langlet: &Langlet) -> Result<Langlet, Vec<Diagnostic>> {
        let text = format!("langlet mutant : {}\n{}\n", langlet.name(), self.display(langlet));
        let source: Arc<SourceText> = SourceText::new("mutant.langlet", &text);
        Langlet::load(&source, |_| Some(langlet.clone()))
    }
}

/// All mutations of the rules that a start rule reaches, rule by rule; of the symbols that may replace another, `n_replacements`
/// are drawn for each occurrence.
pub fn mutations(langlet: &Langlet, start: Symbol, n_replacements: usize, chance: &mut Chance) -> Vec<Mutation> {
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let mut symbols: Vec<Symbol> = Vec::new();
    for (rule, automaton) in occurrences.rules() {
        symbols.push(*rule);
        symbols.extend(automaton.positions().filter_map(|at| automaton.symbol(at)));
    }
    symbols.sort_unstable();
    symbols.dedup();
    let mut found: Vec<Mutation> = Vec::new();
    for &(rule, _) in occurrences.rules() {
        let rhs = langlet.grammar().rhs(rule).expect("a rule has a right-hand side");
        let mut others = |own: Symbol| -> Vec<Symbol> {
            let mut drawn: Vec<Symbol> = Vec::new();
            let most = n_replacements.min(symbols.len() - 1);
            // Progress: a symbol is drawn sooner or later that was not drawn before.
            while drawn.len() < most {
                let other = symbols[chance.below(symbols.len() as u32) as usize];
                if other != own && !drawn.contains(&other) {
                    drawn.push(other);
                }
            }
            drawn
        };
        for (kind, mutant) in variants(rhs, &mut others) {
            let is_new = |known: &Mutation| known.rule != rule || known.rhs != mutant;
            if mutant != *rhs && found.iter().rev().take_while(|known| known.rule == rule).all(is_new) {
                found.push(Mutation { rule, kind, rhs: mutant });
            }
        }
    }
    found
}

/// `n` of the mutations of a langlet that are grammars, drawn by a seed, with their mutants; all of them if there are no more.
pub fn mutants(langlet: &Langlet, start: Symbol, n: usize, seed: u64) -> Vec<(Mutation, Langlet)> {
    let mut chance = Chance::new(seed);
    let mut all = mutations(langlet, start, 2, &mut chance);
    let mut found = Vec::new();
    // Progress: each turn takes a mutation away.
    while found.len() < n && !all.is_empty() {
        let mutation = all.swap_remove(chance.below(all.len() as u32) as usize);
        // A left-recursive mutant is read in another form; it would have more than one change.
        if let Ok(mutant) = mutation.apply(langlet)
            && mutant.grammar().written.is_empty()
        {
            found.push((mutation, mutant));
        }
    }
    found
}

/// All right-hand sides with one change. Right-hand sides are nested no deeper than the notation allows.
fn variants(rhs: &Rhs, others: &mut impl FnMut(Symbol) -> Vec<Symbol>) -> Vec<(MutationKind, Rhs)> {
    use MutationKind::{
        Delete, DoNotRepeat, DropAlternative, Duplicate, MakeOptional, MakeRequired, Repeat, Replace, StarPlus, Swap,
        SwapAlternatives,
    };
    let mut found = Vec::new();
    let within = |found: &mut Vec<_>, part: &Rhs, others: &mut _, wrap: &dyn Fn(Rhs) -> Rhs| {
        found.extend(variants(part, others).into_iter().map(|(kind, part)| (kind, wrap(part))));
    };
    match rhs {
        Rhs::Symbol(symbol) => {
            found.push((Duplicate, Rhs::sequence([rhs.clone(), rhs.clone()])));
            found.push((MakeOptional, Rhs::optional(rhs.clone())));
            found.push((Repeat, Rhs::plus(rhs.clone())));
            found.extend(others(*symbol).into_iter().map(|other| (Replace, Rhs::Symbol(other))));
        }
        Rhs::Sequence(parts) => {
            for at in 0..parts.len() {
                let with = |part: Option<Rhs>| {
                    let (before, behind) = (&parts[..at], &parts[at + 1..]);
                    Rhs::sequence(before.iter().cloned().chain(part).chain(behind.iter().cloned()))
                };
                found.push((Delete, with(None)));
                within(&mut found, &parts[at], others, &|part| with(Some(part)));
                if at + 1 < parts.len() {
                    let mut swapped = parts.clone();
                    swapped.swap(at, at + 1);
                    found.push((Swap, Rhs::sequence(swapped)));
                }
            }
        }
        Rhs::Alternatives(parts) => {
            for at in 0..parts.len() {
                let with = |part: Option<Rhs>| {
                    let (before, behind) = (&parts[..at], &parts[at + 1..]);
                    Rhs::alternatives(before.iter().cloned().chain(part).chain(behind.iter().cloned()))
                };
                found.push((DropAlternative, with(None)));
                within(&mut found, &parts[at], others, &|part| with(Some(part)));
                if at + 1 < parts.len() {
                    let mut swapped = parts.clone();
                    swapped.swap(at, at + 1);
                    found.push((SwapAlternatives, Rhs::alternatives(swapped)));
                }
            }
        }
        Rhs::Optional(part) => {
            found.push((MakeRequired, (**part).clone()));
            found.push((Repeat, Rhs::star((**part).clone())));
            within(&mut found, part, others, &Rhs::optional);
        }
        Rhs::Star(part) => {
            found.push((DoNotRepeat, Rhs::optional((**part).clone())));
            found.push((StarPlus, Rhs::plus((**part).clone())));
            within(&mut found, part, others, &Rhs::star);
        }
        Rhs::Plus(part) => {
            found.push((DoNotRepeat, (**part).clone()));
            found.push((StarPlus, Rhs::star((**part).clone())));
            within(&mut found, part, others, &Rhs::plus);
        }
    }
    found
}
