//! The judgement: where each rule of the source can come in the target, and what becomes of its productions there.
//!
//! From the start symbols on, each production that passes says in which places of the target its children come; a rule that
//! rewrites it says so for what its metavariables stand for. What a rule takes apart is rewritten with it.

use std::collections::{BTreeMap, BTreeSet};

use super::gap::{Found, Gaps};
use super::productions::{Production, productions, reachable};
use super::program::{Programs, UNWANTED};
use super::relation::{Fate, Relation, SOME, SOME_FOREIGN};
use super::sketch::{Effect, Extent, Right, Sketch, bound_and_interior, effects};
use super::{Coverage, Item, Program, Status, tokens};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::rewrite::fragment::Fragment;
use crate::rewrite::metavariable::Variable;
use crate::rewrite::space::Space;
use crate::rewrite::transform::Transform;

/// How a production fares in one place, rules aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Passes,
    /// Some of its trees do not: the place has a child as a symbol of the target that does not read all of it.
    Partly,
    Fails,
}

pub(super) struct Judge<'a> {
    pub(super) source: &'a Langlet,
    pub(super) target: &'a Langlet,
    pub(super) sketches: &'a [Sketch<'a>],
    pub(super) all: &'a [Production],
    effects: &'a [Vec<Effect<'a>>],
    fates: &'a [Fate],
    pub(super) relation: Relation<'a>,
    places: Places<'a>,
}

/// How a place of the target reads a production of the source.
enum Reading {
    Fails,
    /// At this cost, with these symbols.
    Derived(u32, Vec<Symbol>),
    /// With the productions of its children without counterpart in their places.
    Inlined(Vec<Inlined>),
}

/// A production with productions of its children in their places.
struct Inlined {
    /// The numbers of the children's productions.
    parts: Vec<usize>,
    symbols: Vec<Symbol>,
    /// The symbols of the target, if it reads it.
    derived: Option<Vec<Symbol>>,
}

/// What a production that is covered in part costs in a program that is to show a gap.
const OF_PARTLY: u64 = 2;

/// How many strings are tried at most for one production.
const MOST_STRINGS: usize = 200;

/// Where rules of the source come in the target.
#[derive(Default)]
struct Places<'a> {
    /// `of[rule]`: the symbols of the target in whose place it comes.
    of: BTreeMap<Symbol, BTreeSet<Symbol>>,
    /// Rules that come in a place that reads some of them alone; of use for those that come nowhere else.
    some: BTreeSet<(Symbol, Symbol)>,
    /// `inlined[production]`: whether it is read in the place of its rule, by what is beside it.
    inlined: BTreeMap<usize, bool>,
    /// Rules that are taken apart, with the names of the rules that do so.
    consumed: BTreeMap<Symbol, BTreeSet<&'a str>>,
}

pub(super) fn judge(source: &Langlet, transform: &Transform) -> Coverage {
    let target = transform.target();
    let space = Space::new(source, target);
    let all = productions(source);
    let sketches = transform.sketches();
    let effects: Vec<Vec<Effect>> = all.iter().map(|one| effects(&sketches, source, &all, one)).collect();
    let fates: Vec<Fate> = effects.iter().map(|effects| fate(effects)).collect();
    let relation = Relation::new((source, target), &space, &all, &fates);
    let mut judge = Judge {
        source,
        target,
        sketches: &sketches,
        all: &all,
        effects: &effects,
        fates: &fates,
        relation,
        places: Places::default(),
    };
    judge.find_places();
    judge.report(transform)
}

/// What comes of a production if the last of its rules applies to all of its trees.
fn fate(effects: &[Effect]) -> Fate {
    let Some(last) = effects.last().filter(|effect| effect.extent == Extent::All) else { return Fate::Stays };
    if !last.rewrites {
        return Fate::Refused;
    }
    let rights = || effects.iter().flat_map(|effect| &effect.sketch.cases).map(|case| &case.right);
    if rights().any(|right| matches!(right, Right::Text)) {
        return Fate::Becomes(None);
    }
    let trees = rights().filter_map(|right| match right {
        Right::Trees(trees) => Some(trees),
        _ => None,
    });
    Fate::Becomes(Some(trees.flatten().map(|template| template.tree.symbol(template.tree.root())).collect()))
}

impl<'a> Judge<'a> {
    fn find_places(&mut self) {
        // Progress: each round asks the relation for pairs that it did not know; there are finitely many.
        loop {
            let n_known = self.relation.n_known();
            self.relation.settle();
            self.places = Places::default();
            let mut work = vec![(self.source.start(), self.target.start())];
            // Progress: a place is visited once.
            loop {
                while let Some((rule, place)) = work.pop() {
                    let place = self.relation.counterpart(rule).unwrap_or(place);
                    if self.source.grammar().symbols.is_rule(rule)
                        && self.places.of.entry(rule).or_default().insert(place)
                    {
                        self.visit(rule, place, &mut work);
                    }
                }
                let is_new = |(rule, _): &&(Symbol, Symbol)| {
                    let is_inlined = self.places.inlined.keys().any(|&index| self.all[index].rule == *rule);
                    !self.places.of.contains_key(rule) && !self.places.consumed.contains_key(rule) && !is_inlined
                };
                let Some(&(rule, place)) = self.places.some.iter().find(is_new) else { break };
                // In no other place: it is judged in this one.
                self.places.of.entry(rule).or_default().insert(place);
                self.visit(rule, place, &mut work);
            }
            if self.relation.n_known() == n_known {
                return;
            }
        }
    }

    /// What the productions of a rule, in a place of the target, say about their children.
    fn visit(&mut self, rule: Symbol, place: Symbol, work: &mut Vec<(Symbol, Symbol)>) {
        for index in 0..self.all.len() {
            if self.all[index].rule != rule {
                continue;
            }
            for effect in self.effects[index].iter().filter(|effect| effect.rewrites) {
                self.visit_rewritten(effect, work);
            }
            if self.fates[index] != Fate::Stays {
                continue;
            }
            match self.read(index, place) {
                Reading::Fails => {}
                Reading::Derived(_, symbols) => {
                    for (&child, symbol) in self.all[index].symbols.iter().zip(symbols) {
                        if self.reads_some_alone(child, symbol) {
                            self.places.some.insert((child, symbol));
                        } else {
                            work.push((child, symbol));
                        }
                    }
                }
                Reading::Inlined(strings) => {
                    for Inlined { parts, symbols, derived } in strings {
                        for part in parts {
                            *self.places.inlined.entry(part).or_default() |= derived.is_some();
                        }
                        work.extend(symbols.into_iter().zip(derived.into_iter().flatten()));
                    }
                }
            }
        }
    }

    /// How the place reads a production. A child without counterpart may be read by what is beside it: where the source
    /// has `with x v` and `v: as y`, and the target `with i` and `i: x as y`, the productions of `v` are put in its place.
    fn read(&self, index: usize, place: Symbol) -> Reading {
        let symbols = &self.all[index].symbols;
        let derived = self.relation.derive(place, symbols);
        if let Some((cost, symbols)) = &derived
            && *cost < SOME_FOREIGN
        {
            return Reading::Derived(*cost, symbols.clone());
        }
        let is_foreign = |&symbol: &Symbol| {
            self.source.grammar().symbols.is_rule(symbol) && self.relation.counterpart(symbol).is_none()
        };
        let foreign: Vec<Symbol> = symbols.iter().copied().filter(is_foreign).collect();
        let own = |rule: Symbol| (0..self.all.len()).filter(move |&index| self.all[index].rule == rule);
        // How many productions of the children without counterpart pass where the derivation has them.
        let n_apart = derived.as_ref().filter(|(cost, _)| *cost < SOME).map_or(0, |(_, found)| {
            let pairs = symbols.iter().zip(found).filter(|(symbol, _)| is_foreign(symbol));
            pairs
                .map(|(&rule, &at)| {
                    own(rule)
                        .filter(|&one| {
                            self.fates[one] != Fate::Stays || self.relation.derive(at, &self.all[one].symbols).is_some()
                        })
                        .count()
                })
                .sum()
        });
        let n_strings: usize = foreign.iter().map(|&rule| own(rule).count()).product();
        if !foreign.is_empty() && n_strings <= MOST_STRINGS {
            let mut strings: Vec<(Vec<usize>, Vec<Symbol>)> = vec![(Vec::new(), Vec::new())];
            for symbol in symbols {
                strings = strings
                    .into_iter()
                    .flat_map(|(parts, string)| {
                        if !is_foreign(symbol) {
                            return vec![(parts, [&string[..], &[*symbol]].concat())];
                        }
                        let put = |one: usize| {
                            ([&parts[..], &[one]].concat(), [&string[..], &self.all[one].symbols].concat())
                        };
                        own(*symbol).map(put).collect()
                    })
                    .collect();
            }
            let strings = strings.into_iter().map(|(parts, symbols)| {
                let derived = self.relation.derive(place, &symbols).filter(|(cost, _)| *cost < SOME);
                Inlined { parts, symbols, derived: derived.map(|(_, symbols)| symbols) }
            });
            let strings: Vec<Inlined> = strings.collect();
            let passing: BTreeSet<usize> =
                strings.iter().filter(|one| one.derived.is_some()).flat_map(|one| one.parts.iter().copied()).collect();
            if passing.len() > n_apart {
                return Reading::Inlined(strings);
            }
        }
        derived.map_or(Reading::Fails, |(cost, symbols)| Reading::Derived(cost, symbols))
    }

    /// Whether the child has a counterpart that the place does not have, and the place does not read all of it.
    fn reads_some_alone(&self, child: Symbol, place: Symbol) -> bool {
        self.source.grammar().symbols.is_rule(child)
            && self.relation.counterpart(child).is_some_and(|own| own != place)
            && !self.relation.reads_all(child, place)
    }

    fn visit_rewritten(&mut self, effect: &Effect<'a>, work: &mut Vec<(Symbol, Symbol)>) {
        let Some(pattern) = effect.pattern else { return };
        let (bound, interior) = bound_and_interior(pattern);
        let consume = |places: &mut Places<'a>, symbol: Symbol| {
            places.consumed.entry(symbol).or_default().insert(effect.sketch.name);
        };
        interior.iter().for_each(|&symbol| consume(&mut self.places, symbol));
        for case in &effect.sketch.cases {
            match &case.right {
                Right::Refuse => {}
                Right::Text => {
                    for &(_, symbol) in &bound {
                        for inner in reachable(&self.source.tables().network, symbol) {
                            consume(&mut self.places, inner);
                        }
                    }
                }
                Right::Trees(templates) => {
                    for (name, symbol) in &bound {
                        // So that it is settled when it is asked for.
                        if self.source.grammar().symbols.is_rule(*symbol) {
                            templates.iter().flat_map(|one| holes(one, *name)).for_each(|hole| {
                                self.is_read_again(*symbol, hole);
                            });
                        }
                        work.extend(templates.iter().flat_map(|one| holes(one, *name)).map(|hole| (*symbol, hole)));
                    }
                }
            }
        }
    }

    /// How a production that no rule takes as a whole fares in a place.
    fn verdict(&self, index: usize, place: Symbol) -> Verdict {
        match self.read(index, place) {
            Reading::Fails => Verdict::Fails,
            Reading::Inlined(_) => Verdict::Passes,
            Reading::Derived(cost, _) if cost < SOME => Verdict::Passes,
            Reading::Derived(..) => Verdict::Partly,
        }
    }

    /// Whether the results of the rules that rewrite the production have a place where it comes, and what they take over
    /// has one in them.
    fn fits(&self, index: usize, place: Symbol) -> bool {
        let results_fit = match &self.fates[index] {
            Fate::Becomes(Some(results)) => {
                let rule = self.all[index].rule;
                results.iter().all(|&result| self.has_place(rule, place, result, &mut BTreeSet::new()))
            }
            _ => true,
        };
        let parts_fit = |effect: &Effect| {
            let Some(pattern) = effect.pattern else { return true };
            let (bound, _) = bound_and_interior(pattern);
            let templates = effect.sketch.cases.iter().filter_map(|case| match &case.right {
                Right::Trees(templates) => Some(templates),
                _ => None,
            });
            let templates: Vec<&Fragment> = templates.flatten().copied().collect();
            bound.iter().all(|(name, symbol)| {
                let mut holes = templates.iter().flat_map(|template| holes(template, *name));
                holes.all(|hole| self.fits_hole(*symbol, hole, &mut BTreeSet::new()))
            })
        };
        results_fit && self.effects[index].iter().filter(|effect| effect.rewrites).all(parts_fit)
    }

    /// Whether a result fits where the rule comes, or where a rule above comes of which this one is the only child.
    fn has_place(&self, rule: Symbol, place: Symbol, result: Symbol, seen: &mut BTreeSet<Symbol>) -> bool {
        if self.relation.can_hold(place, result) {
            return true;
        }
        if !seen.insert(rule) {
            return false;
        }
        let uses: Vec<&Production> = self.all.iter().filter(|one| one.symbols.contains(&rule)).collect();
        !uses.is_empty()
            && uses.iter().all(|one| {
                let Some(places) = self.places.of.get(&one.rule) else { return true };
                one.symbols.len() == 1 && places.iter().all(|&above| self.has_place(one.rule, above, result, seen))
            })
    }

    /// Whether what a metavariable stands for fits the place of it in a result: itself, or what it consists of.
    fn fits_hole(&self, symbol: Symbol, hole: Symbol, seen: &mut BTreeSet<Symbol>) -> bool {
        if !self.source.grammar().symbols.is_rule(symbol) {
            return true;
        }
        if self.relation.counterpart(symbol).is_some_and(|own| self.relation.can_hold(hole, own)) {
            return true;
        }
        if self.is_read_again(symbol, hole) {
            return true;
        }
        let own: Vec<&Production> = self.all.iter().filter(|one| one.rule == symbol).collect();
        seen.insert(symbol)
            && own.iter().all(|one| one.symbols.len() == 1 && self.fits_hole(one.symbols[0], hole, seen))
    }

    /// Whether the place reads all of the symbol.
    fn is_read_again(&self, symbol: Symbol, hole: Symbol) -> bool {
        self.target.grammar().symbols.is_rule(hole) && self.relation.reads_all(symbol, hole)
    }

    fn report(&self, transform: &Transform) -> Coverage {
        let mut statuses: Vec<Option<Status>> = (0..self.all.len()).map(|index| self.status(index)).collect();
        self.settle_unreached(&mut statuses);
        let mut statuses: Vec<Status> =
            statuses.into_iter().map(|status| status.unwrap_or(Status::Uncovered)).collect();
        let own = statuses.clone();
        self.lower_below_partly(&mut statuses);
        let penalties = |of_partly: u64| statuses.iter().map(move |&status| penalty(status, of_partly)).collect();
        let programs = Programs::new(self.source, self.all, penalties(UNWANTED));
        let (tokens, welcome) = tokens::judge(self, &statuses, &programs);
        let with_partly = Programs::new(self.source, self.all, penalties(OF_PARTLY));
        let gaps = Gaps::new((self.source, transform), (self.all, &statuses), &with_partly, &welcome);
        let mut items = Vec::new();
        for (index, production) in self.all.iter().enumerate().filter(|(_, production)| production.is_chosen) {
            let mut rules: Vec<String> =
                self.effects[index].iter().map(|effect| effect.sketch.name.to_owned()).collect();
            if let (true, Some(names)) = (rules.is_empty(), self.places.consumed.get(&production.rule))
                && !self.places.of.contains_key(&production.rule)
            {
                rules.extend(names.iter().map(|&name| name.to_owned()));
            }
            let tokens = programs.with(production, 0).0;
            let mut item = Item {
                symbol: production.rule,
                production: Some(production.symbols.clone()),
                status: statuses[index],
                rules,
                program: Program { tokens, texts: Vec::new() },
                reason: None,
                n_tried: 0,
            };
            if item.status == Status::Partly {
                match gaps.of(production, own[index] == Status::Partly) {
                    Found::Gap(program, reason) => (item.program, item.reason) = (program, Some(reason)),
                    // By itself it passes, and nothing shows that what it comes in does not.
                    Found::Unknown(_) if own[index] != Status::Partly => item.status = own[index],
                    Found::Unknown(n_tried) => (item.status, item.n_tried) = (Status::Unknown, n_tried),
                }
            }
            items.push(item);
        }
        items.extend(tokens);
        for Program { tokens, texts } in items.iter_mut().map(|item| &mut item.program) {
            let other = tokens.iter().enumerate().filter(|(index, _)| texts.iter().all(|(known, _)| known != index));
            let more: Vec<(usize, String)> =
                other.filter_map(|(index, token)| Some((index, welcome.get(token)?.clone()))).collect();
            texts.extend(more);
            texts.sort();
        }
        // Of tokens, too, it is tried what was found.
        for item in items.iter_mut().filter(|item| item.production.is_none() && item.status == Status::Partly) {
            match gaps.refusal(&item.program.text(self.source)).and_then(|refusals| refusals.into_iter().next()) {
                Some(refusal) => item.reason = Some(refusal.reason),
                None => (item.status, item.n_tried) = (Status::Unknown, 1),
            }
        }
        Coverage { items }
    }

    /// The places of the target in which a rule of the source comes.
    pub(super) fn places(&self, rule: Symbol) -> impl Iterator<Item = Symbol> + '_ {
        self.places.of.get(&rule).into_iter().flatten().copied()
    }

    fn status(&self, index: usize) -> Option<Status> {
        let production = &self.all[index];
        let Some(places) = self.places.of.get(&production.rule) else {
            if let Some(&passes) = self.places.inlined.get(&index) {
                return Some(if passes { Status::Shared } else { Status::Uncovered });
            }
            return self.places.consumed.contains_key(&production.rule).then_some(Status::Rewritten);
        };
        let effects = &self.effects[index];
        let some_refused = effects.iter().any(|effect| effect.refuses);
        let some_rewritten = effects.iter().any(|effect| effect.rewrites);
        let fits = places.iter().all(|&place| self.fits(index, place));
        Some(match &self.fates[index] {
            Fate::Refused if some_rewritten => Status::PartlyRefused,
            Fate::Refused => Status::Refused,
            Fate::Becomes(_) if !fits => Status::Partly,
            Fate::Becomes(_) if some_refused => Status::PartlyRefused,
            Fate::Becomes(_) => Status::Rewritten,
            Fate::Stays => {
                let verdicts: BTreeSet<Verdict> = places.iter().map(|&place| self.verdict(index, place)).collect();
                let all_pass = verdicts.iter().all(|&verdict| verdict == Verdict::Passes);
                let all_fail = verdicts.iter().all(|&verdict| verdict == Verdict::Fails);
                match () {
                    () if all_pass && some_refused => Status::PartlyRefused,
                    () if all_pass && fits => Status::Shared,
                    () if all_fail && !some_rewritten => Status::Uncovered,
                    () => Status::Partly,
                }
            }
        })
    }

    /// A rule that comes nowhere is below productions that are refused or uncovered, and fares as they do.
    fn settle_unreached(&self, statuses: &mut [Option<Status>]) {
        // Progress: each round settles a rule.
        loop {
            let is_refused = |rule: Symbol, statuses: &[Option<Status>]| {
                let mut uses = (0..self.all.len())
                    .filter(|&index| self.all[index].rule != rule && self.all[index].symbols.contains(&rule));
                uses.all(|index| statuses[index] == Some(Status::Refused))
            };
            let open = (0..self.all.len())
                .find(|&index| statuses[index].is_none() && is_refused(self.all[index].rule, statuses));
            let Some(open) = open else { return };
            let rule = self.all[open].rule;
            for index in (0..self.all.len()).filter(|&index| self.all[index].rule == rule) {
                statuses[index] = Some(Status::Refused);
            }
        }
    }

    /// What comes only below productions that are covered in part is covered in part itself.
    fn lower_below_partly(&self, statuses: &mut [Status]) {
        let is_covered = |status: Status| matches!(status, Status::Shared | Status::Rewritten);
        // Progress: each round lowers a rule.
        loop {
            let comes_below_partly = |rule: Symbol| {
                let uses = |index: &usize| self.all[*index].rule != rule && self.all[*index].symbols.contains(&rule);
                let above: Vec<Status> = (0..self.all.len()).filter(uses).map(|index| statuses[index]).collect();
                above.iter().all(|&status| !is_covered(status)) && above.contains(&Status::Partly)
            };
            let lowered: Vec<usize> = (0..self.all.len())
                .filter(|&index| is_covered(statuses[index]) && comes_below_partly(self.all[index].rule))
                .collect();
            if lowered.is_empty() {
                return;
            }
            lowered.into_iter().for_each(|index| statuses[index] = Status::Partly);
        }
    }
}

/// What a production costs in a program.
fn penalty(status: Status, of_partly: u64) -> u64 {
    match status {
        Status::Shared | Status::Rewritten => 0,
        Status::Partly | Status::PartlyRefused => of_partly,
        Status::Refused | Status::Uncovered | Status::Unknown => UNWANTED,
    }
}

/// The symbols of the places that a template has for a metavariable.
fn holes(template: &Fragment, variable: Variable) -> Vec<Symbol> {
    let nodes = template.tree.preorder(template.tree.root());
    let named = nodes.filter(|&node| template.metavariable(node).is_some_and(|one| one.variable == variable));
    named.map(|node| template.tree.symbol(node)).collect()
}
