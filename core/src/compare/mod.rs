//! Comparing two grammars: do they have the same programs, and if not, which shortest one has only one of them?
//!
//! ```text
//! tokens ─→ partner ─→ equal: rule diff, proofs of equality ─┐
//!               └────→ marked ─→ search: shortest programs ──┴─→ verdict      cross: listings of the one, read by the other
//! ```
//!
//! Two grammars are *equal (proved)*, *different*, with a shortest program that tells them apart, or there is *no difference up to*
//! a number of tokens; whether two context-free grammars have the same programs is undecidable. A child and its parent are compared
//! in the same way (`inherit`).
//!
//! Source: cross-parsing of grammars, Fischer, Lämmel and Zaytsev (2011); the idea to guard refactorings by listings is Langscape's.

pub(crate) mod automaton;
mod flat;
mod tokens;
mod partner;
mod marked;
mod line;
mod search;
mod redundant;
mod equal;
mod cross;
mod inherit;

pub use cross::{CrossParse, Level, Refusal, cross_parse};
pub use equal::{Change, Proof};
pub use inherit::{Inheritance, Loss, NoParent, inherit};
pub use search::{Limits, Program};
pub use tokens::Exception;

use crate::algebra::morphism::{self, Morphisms};
use crate::generate::Occurrences;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use equal::System;
use flat::Flat;
use marked::{Marked, Scope, Sides};
use partner::Partners;
use search::{Found, Searcher};
use tokens::{TokenMap, lexers_differ};

impl Default for Limits {
    fn default() -> Limits {
        Limits { tokens: 64, states: 30_000 }
    }
}

/// What is known of the programs of two langlets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They have the same programs.
    Equal(Proof),
    /// No program with up to this many tokens has only one of them.
    NoDifference(usize),
    /// Some program has only one of them.
    Different,
}

/// Whether each program of the one langlet is one of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inclusion {
    /// Each is.
    Proved,
    /// This one is not.
    Refuted(Program),
    /// Each with up to this many tokens is.
    UpTo(usize),
    /// Each token string that was made is read, whatever its length; but the lexers differ, so others may not be.
    AllTokens,
}

/// Two grammars compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The left langlet.
    pub left: Langlet,
    /// The right one.
    pub right: Langlet,
    /// What was done to the rules of the left.
    pub changes: Vec<Change>,
    /// Why the lexers of the two do not cut all texts into the same tokens; `None` if they do.
    pub lexers: Option<String>,
    /// The programs of the left among those of the right.
    pub to_right: Inclusion,
    /// The programs of the right among those of the left.
    pub to_left: Inclusion,
    /// What follows.
    pub verdict: Verdict,
}

impl Comparison {
    /// A program with the fewest tokens that only one of the two has, and whether the left has it.
    pub fn shortest(&self) -> Option<(&Program, bool)> {
        match (&self.to_right, &self.to_left) {
            (Inclusion::Refuted(one), Inclusion::Refuted(other)) if other.n_tokens < one.n_tokens => {
                Some((other, false))
            }
            (Inclusion::Refuted(one), _) => Some((one, true)),
            (_, Inclusion::Refuted(other)) => Some((other, false)),
            _ => None,
        }
    }

    /// Whether the shortest program of [`Comparison::shortest`] is known to be one of the shortest that there are.
    pub fn is_shortest(&self) -> bool {
        let Some((program, _)) = self.shortest() else { return false };
        let is_above = |inclusion: &Inclusion| match inclusion {
            Inclusion::Refuted(other) => other.is_shortest,
            Inclusion::UpTo(n) => *n + 1 >= program.n_tokens,
            Inclusion::Proved => true,
            Inclusion::AllTokens => true,
        };
        program.is_shortest && is_above(&self.to_right) && is_above(&self.to_left)
    }
}

/// Both directions of a comparison.
pub(crate) struct Setting<'a> {
    sides: [&'a Langlet; 2],
    starts: [Symbol; 2],
    rules: [Vec<Symbol>; 2],
    maps: [TokenMap; 2],
    partners: Partners,
    /// Rules without partner are put in the place of their uses.
    flats: [Flat; 2],
}

impl<'a> Setting<'a> {
    pub(crate) fn new(sides: [&'a Langlet; 2], starts: [Symbol; 2]) -> Setting<'a> {
        let [(left_rules, left_tokens), (right_rules, right_tokens)] =
            [0, 1].map(|side| reachable(sides[side], starts[side]));
        let maps = [TokenMap::new(sides[0], sides[1], &left_tokens), TokenMap::new(sides[1], sides[0], &right_tokens)];
        let partners = Partners::new(sides, [&left_rules, &right_rules], &maps[0]);
        let flats = [
            Flat::new(sides[0], &left_rules, |rule| partners.of(0, rule).is_none()),
            Flat::new(sides[1], &right_rules, |rule| partners.of(1, rule).is_none()),
        ];
        Setting { sides, starts, rules: [left_rules, right_rules], maps, partners, flats }
    }

    /// The partners of the rules of the left (0) or of the right (1).
    pub(crate) fn partners(&self, side: usize) -> &[Option<Symbol>] {
        if side == 0 { &self.partners.to_right } else { &self.partners.to_left }
    }

    pub(crate) fn searcher(&self, side: usize) -> Searcher<'_> {
        Searcher::new(self.sides[side], self.sides[1 - side], &self.maps[side])
    }

    /// Searches the marked grammar of a side. `included[rule]`: see [`Sides::included`].
    pub(crate) fn search(
        &self,
        searcher: &mut Searcher<'_>,
        side: usize,
        scope: Scope,
        included: &[bool],
        limits: Limits,
    ) -> Found {
        // A rule without partner that is asked for is not put elsewhere.
        let own = match scope {
            Scope::Rule(rule) if self.flats[side].start(rule).is_none() => {
                let is_inner = |other: Symbol| other != rule && self.flats[side].start(other).is_none();
                Some(Flat::new(self.sides[side], &self.rules[side], is_inner))
            }
            _ => None,
        };
        let marked = self.marked(side, scope, included, own.as_ref());
        searcher.run(&marked, self.starts[side], self.starts[1 - side], limits)
    }

    /// Whether no text can be made of any marked string of a side.
    fn has_no_text(&self, side: usize, included: &[bool]) -> bool {
        let marked = self.marked(side, Scope::All, included, None);
        !line::has_text(&marked, self.sides[side], self.starts[side])
    }

    /// The marked grammar of a side; `own` is the flat source, if it is another than for other scopes.
    fn marked(&self, side: usize, scope: Scope, included: &[bool], own: Option<&Flat>) -> Marked {
        let source = own.unwrap_or(&self.flats[side]);
        let (langlet, target, partners) = (self.sides[side], &self.flats[1 - side], self.partners(side));
        let begins = |rule: Symbol, other: Symbol| self.begins(side, rule, other);
        let map = &self.maps[side];
        let sides = Sides { langlet, source, target, map, partners, included, begins: &begins };
        Marked::new(sides, self.starts[side], scope)
    }

    /// Whether all that a rule of a side begins with may begin a rule of the other side.
    fn begins(&self, side: usize, rule: Symbol, other: Symbol) -> bool {
        let [own, there] = [side, 1 - side].map(|side| self.sides[side].tables());
        let (Some(from), Some(to)) = (own.network.start(rule), there.network.start(other)) else { return false };
        let first = own.sets.first(from).iter().filter_map(|terminal| own.terminals.symbol(terminal));
        let mut answers = first.map(|token| self.maps[side].answer(token).and_then(|s| there.terminals.number(s)));
        answers.all(|answer| answer.is_some_and(|answer| there.sets.first(to).contains(answer)))
    }

    /// Nothing is known to be included.
    pub(crate) fn nothing(&self, side: usize) -> Vec<bool> {
        vec![false; self.sides[side].grammar().symbols.len()]
    }

    /// The rules of a side that have a map to their partners which keeps the tokens, out of those that have a production which
    /// is not one of the partner, and the start rule. With `exceptions`, there may be tokens that are read otherwise.
    pub(crate) fn included(&self, side: usize, exceptions: bool) -> Vec<bool> {
        let (source, target) = (self.sides[side], self.sides[1 - side]);
        let mut morphisms = Morphisms::new(source, target, morphism::Bounds::default());
        let mut included = self.nothing(side);
        for &rule in &self.rules[side] {
            let Some(partner) = self.partners(side)[rule.index()] else { continue };
            if rule != self.starts[side] && self.is_shared(side, rule, partner) {
                continue;
            }
            let found = morphisms.found(rule, partner);
            included[rule.index()] = found
                .is_some_and(|morphism| morphism.adds().is_empty() && (exceptions || morphism.exceptions().is_empty()));
        }
        included
    }

    /// Whether the rule, or one of those with partners that it stands in, has productions that are not shared and not known to be
    /// included.
    pub(crate) fn may_lose(&self, side: usize, rule: Symbol, included: &[bool]) -> bool {
        let grammar = self.sides[side].grammar();
        let (mut users, mut at) = (vec![rule], 0);
        // Progress: each turn completes a rule.
        while let Some(&user) = users.get(at) {
            at += 1;
            if let Some(partner) = self.partners(side)[user.index()] {
                if !included[user.index()] && !self.is_shared(side, user, partner) {
                    return true;
                }
                continue;
            }
            for &other in &self.rules[side] {
                let mut uses = false;
                let rhs = grammar.rhs(other).expect("a rule has a right-hand side");
                rhs.for_each_symbol(&mut |symbol| uses |= symbol == user);
                if uses && !users.contains(&other) {
                    users.push(other);
                }
            }
        }
        false
    }

    /// Whether each production of a rule, its symbols taken for their partners, is one of the partner.
    pub(crate) fn is_shared(&self, side: usize, rule: Symbol, partner: Symbol) -> bool {
        let (own, other) = (&self.flats[side], &self.flats[1 - side]);
        let (Some(from), Some(to)) = (own.start(rule), other.start(partner)) else { return false };
        let mut pairs = vec![(from, to)];
        let mut at = 0;
        // Progress: each turn completes a pair; there are finitely many.
        while let Some(&(from, to)) = pairs.get(at) {
            at += 1;
            if own.accepting(from) && !other.accepting(to) {
                return false;
            }
            for &(symbol, next) in own.transitions(from) {
                let is_rule = own.start(symbol).is_some();
                let there = if is_rule { self.partners(side)[symbol.index()] } else { self.maps[side].answer(symbol) };
                match there.and_then(|there| other.step(to, there)) {
                    None => return false,
                    Some(beside) if pairs.contains(&(next, beside)) => {}
                    Some(beside) => pairs.push((next, beside)),
                }
            }
        }
        true
    }
}

/// The rules that a start rule reaches, itself first, and the tokens.
fn reachable(langlet: &Langlet, start: Symbol) -> (Vec<Symbol>, Vec<Symbol>) {
    let occurrences = Occurrences::new(langlet.grammar(), start);
    let mut rules: Vec<Symbol> = occurrences.rules().iter().map(|(rule, _)| *rule).collect();
    rules.sort_by_key(|&rule| (rule != start, rule));
    let mut tokens: Vec<Symbol> = Vec::new();
    for (_, automaton) in occurrences.rules() {
        tokens.extend(automaton.positions().filter_map(|at| automaton.symbol(at)).filter(|s| !rules.contains(s)));
    }
    tokens.sort_unstable();
    tokens.dedup();
    (rules, tokens)
}

/// The states of a first search, before proofs are tried.
const FIRST_STATES: usize = 1500;

/// Compares the programs of two langlets, those of the rules `starts`, both of which must be rules.
///
/// *Shortest* is a program with the fewest tokens in the langlet that has it, layout tokens counted. Each kind of token stands for
/// all its texts but those that the other langlet reads as another kind; of these, each keyword and one shortest other text are
/// looked at.
pub fn compare(left: &Langlet, right: &Langlet, starts: (Symbol, Symbol), limits: Limits) -> Comparison {
    let setting = Setting::new([left, right], [starts.0, starts.1]);
    let lexers = lexers_differ(left, right, &setting.maps[0], &setting.maps[1]);
    let system = System::new(
        setting.sides,
        [&setting.rules[0], &setting.rules[1]],
        &setting.partners,
        [&setting.maps[0], &setting.maps[1]],
    );
    let changes = system.changes(setting.sides);
    let finish = |found: [Inclusion; 2], proof: Option<Proof>| {
        let [to_right, to_left] = found;
        let verdict = verdict(&to_right, &to_left, proof);
        let (left, right) = (left.clone(), right.clone());
        Comparison { left, right, changes: changes.clone(), lexers: lexers.clone(), to_right, to_left, verdict }
    };
    let proved = || [Inclusion::Proved, Inclusion::Proved];
    let agree = lexers.is_none();
    if changes.is_empty() && agree && system.prove() == Some(Proof::Isomorphic) {
        return finish(proved(), Some(Proof::Isomorphic));
    }
    let mut searchers = [setting.searcher(0), setting.searcher(1)];
    let first = Limits { states: limits.states.min(FIRST_STATES), ..limits };
    let mut included = [0, 1].map(|side| setting.nothing(side));
    let mut found = [0, 1].map(|side| setting.search(&mut searchers[side], side, Scope::All, &included[side], first));
    let is_open = |found: &[Found; 2]| !found.iter().any(|found| matches!(found, Found::Program(_)));
    if is_open(&found) && agree {
        if found.iter().all(|found| *found == Found::None) {
            return finish(proved(), Some(system.prove().unwrap_or(Proof::Exhausted)));
        }
        if let Some(proof) = system.prove() {
            return finish(proved(), Some(proof));
        }
        for side in [0, 1] {
            if found[side] != Found::None && setting.has_no_text(side, &included[side]) {
                found[side] = Found::None;
            }
        }
        if found.iter().all(|found| *found == Found::None) {
            return finish(proved(), Some(Proof::Exhausted));
        }
        for side in [0, 1] {
            if found[side] != Found::None {
                included[side] = setting.included(side, false);
                if included[side][setting.starts[side].index()] {
                    found[side] = Found::None;
                }
            }
        }
        if found.iter().all(|found| *found == Found::None) {
            return finish(proved(), Some(Proof::Morphisms));
        }
    }
    for side in [0, 1] {
        // A program of the other side that is no longer than all that were tried here ends the search.
        let other = match &found[1 - side] {
            Found::Program(program) => program.n_tokens.saturating_sub(1),
            _ => limits.tokens,
        };
        if let Found::Bound(n) = found[side]
            && n <= other
        {
            let limits = Limits { tokens: limits.tokens.min(other), ..limits };
            found[side] = setting.search(&mut searchers[side], side, Scope::All, &included[side], limits);
        }
    }
    if agree && found.iter().all(|found| *found == Found::None) {
        return finish(proved(), Some(Proof::Exhausted));
    }
    let inclusion = |found: Found| match found {
        Found::Program(program) => Inclusion::Refuted(program),
        Found::None if agree => Inclusion::Proved,
        Found::None => Inclusion::AllTokens,
        Found::Bound(n) => Inclusion::UpTo(n.saturating_sub(1)),
    };
    finish(found.map(inclusion), None)
}

fn verdict(to_right: &Inclusion, to_left: &Inclusion, proof: Option<Proof>) -> Verdict {
    if let Some(proof) = proof {
        return Verdict::Equal(proof);
    }
    let reached = |inclusion: &Inclusion| match inclusion {
        Inclusion::Refuted(_) => None,
        Inclusion::UpTo(n) => Some(*n),
        Inclusion::Proved | Inclusion::AllTokens => Some(usize::MAX),
    };
    match (reached(to_right), reached(to_left)) {
        (Some(one), Some(other)) => Verdict::NoDifference(one.min(other)),
        _ => Verdict::Different,
    }
}
