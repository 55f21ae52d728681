//! What metavariables without a type stand for: the symbol is inferred from the place.
//!
//! A run stands where something can repeat; one node stands for what can be most there, `expr` rather than `atom`. A list is
//! not one node: in `f($x)` the metavariable is one argument, not all of them, although a list of arguments can stand there.
//!
//! ```text
//! trailer: '(' [arglist] ')'        arglist: argument (',' argument)* [',']        f($x): $x is an argument
//! return_stmt: 'return' [testlist]  testlist: test (',' test)* [',']               return $x: $x is a testlist
//! ```
//!
//! The second list is one value: in brackets, by a neutral production, it is a single element. Where these brackets are
//! there already, as in `($x)`, the metavariable stands for one element again.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::algebra::{Embedding, Kind};
use crate::automata::shortest::Shortest;
use crate::automata::{Network, StateId};
use crate::grammar::{Rhs, Symbol};
use crate::langlet::Langlet;

/// What metavariables without a type may stand for, by preference.
#[derive(Debug)]
pub(super) struct Inference {
    pub(super) langlet: Langlet,
    /// Transitions from which a cycle of their rule can be reached: where a run stands.
    pub(super) repeating: Arc<FxHashSet<(StateId, Symbol)>>,
    /// Those of them that are general, too.
    pub(super) general_repeating: Arc<FxHashSet<(StateId, Symbol)>>,
    /// Of each state the transitions whose symbols stand for most others, lists left out: where one node stands, if several can.
    pub(super) general: Arc<FxHashSet<(StateId, Symbol)>>,
    /// All transitions but those on lists.
    pub(super) elements: Arc<FxHashSet<(StateId, Symbol)>>,
    /// Transitions on lists, of which a single node stands for one element.
    lists: FxHashSet<(StateId, Symbol)>,
    /// `ends_line[symbol]`: whether its texts end with a line end or a block. Found when it is asked for.
    ends_line: OnceLock<Vec<bool>>,
}

impl Inference {
    pub(super) fn new(langlet: &Langlet) -> Inference {
        let (repeating, general, lists) = (repeating(&langlet.tables().network), general(langlet), lists(langlet));
        Inference {
            langlet: langlet.clone(),
            general_repeating: Arc::new(repeating.intersection(&general).copied().collect()),
            repeating: Arc::new(repeating),
            general: Arc::new(general.difference(&lists).copied().collect()),
            elements: Arc::new(transitions(langlet).filter(|one| !lists.contains(one)).collect()),
            lists,
            ends_line: OnceLock::new(),
        }
    }

    /// The transitions on symbols that a node of the symbol can become as it is; on a list, where it is the list itself.
    pub(super) fn admitting(&self, inner: Symbol) -> FxHashSet<(StateId, Symbol)> {
        let langlet = &self.langlet;
        let admits = |symbol: Symbol| langlet.interpolations().path(Kind::Pure, symbol, inner).is_some();
        transitions(langlet).filter(|one| admits(one.1) && (one.1 == inner || !self.lists.contains(one))).collect()
    }

    /// Whether texts of the symbol end with a line end or a block.
    pub(super) fn ends_line(&self, symbol: Symbol) -> bool {
        let all = self.ends_line.get_or_init(|| {
            let (grammar, tables) = (self.langlet.grammar(), self.langlet.tables());
            let shortest = Shortest::new(grammar, &tables.network, &tables.terminals, &tables.sets);
            let ends_line = |symbol: Symbol| {
                let last = shortest.of(symbol).last().and_then(|&terminal| tables.terminals.symbol(terminal));
                last.is_some_and(|last| grammar.is_layout(last))
            };
            grammar.symbols.iter().map(ends_line).collect()
        });
        all[symbol.index()]
    }
}

fn transitions(langlet: &Langlet) -> impl Iterator<Item = (StateId, Symbol)> {
    let states = langlet.tables().network.states();
    states.flat_map(|(id, state)| state.transitions.iter().map(move |&(symbol, _)| (id, symbol)))
}

/// Of each state the transitions on the symbols that can consist of most others alone.
fn general(langlet: &Langlet) -> FxHashSet<(StateId, Symbol)> {
    let symbols = &langlet.grammar().symbols;
    let extent = |symbol: Symbol| {
        symbols.iter().filter(|&inner| langlet.interpolations().path(Kind::Pure, symbol, inner).is_some()).count()
    };
    let mut extents: FxHashMap<Symbol, usize> = FxHashMap::default();
    let mut found = FxHashSet::default();
    for (id, state) in langlet.tables().network.states() {
        let of = |symbol: Symbol, extents: &mut FxHashMap<Symbol, usize>| {
            *extents.entry(symbol).or_insert_with(|| extent(symbol))
        };
        let most = state.transitions.iter().map(|&(symbol, _)| of(symbol, &mut extents)).max();
        for &(symbol, _) in &state.transitions {
            if Some(of(symbol, &mut extents)) == most {
                found.insert((id, symbol));
            }
        }
    }
    found
}

/// The transitions from which a cycle of their rule can be reached.
fn repeating(network: &Network) -> FxHashSet<(StateId, Symbol)> {
    let mut found = FxHashSet::default();
    for (id, state) in network.states() {
        for &(symbol, to) in &state.transitions {
            let mut reached = vec![to];
            let mut next = 0;
            let mut repeats = false;
            while next < reached.len() && !repeats {
                for &(_, to) in &network.state(reached[next]).transitions {
                    repeats |= reached.contains(&to);
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                next += 1;
            }
            if repeats {
                found.insert((id, symbol));
            }
        }
    }
    found
}

/// The symbols with which a run of `element`s of the rule can begin: those that can come where an element comes again. So a
/// run of arguments may begin with the star of `*rest`, but a run of what is printed not with `>>`.
pub(super) fn run_beginnings(network: &Network, rule: Symbol, element: Symbol) -> Vec<Symbol> {
    let mut found = vec![element];
    let of_rule = network.states().filter(|(_, state)| state.rule == rule);
    let mut reached: Vec<StateId> = of_rule.filter_map(|(id, _)| network.step(id, element)).collect();
    let mut next = 0;
    // Progress: each state is entered once.
    while next < reached.len() {
        let transitions = &network.state(reached[next]).transitions;
        if transitions.iter().any(|&(symbol, _)| symbol == element) {
            found.extend(transitions.iter().map(|&(symbol, _)| symbol));
        }
        for &(_, to) in transitions {
            if !reached.contains(&to) {
                reached.push(to);
            }
        }
        next += 1;
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The transitions on rules that are lists where a single metavariable stands for one element.
fn lists(langlet: &Langlet) -> FxHashSet<(StateId, Symbol)> {
    let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
    let separators = separators(langlet);
    let mut found = FxHashSet::default();
    for &list in grammar.rules.keys() {
        let elements = elements(network, list, &separators);
        if elements.is_empty() {
            continue;
        }
        // The brackets that make the list one element; the last token of the opening one.
        let openings: Vec<Symbol> =
            grammar.neutrals.iter().filter_map(|(_, rhs)| opening(langlet, rhs, list, &elements)).collect();
        for (from, state) in network.states().filter(|(_, state)| state.transitions.iter().any(|(on, _)| *on == list)) {
            let leads_here = |&(_, to): &(Symbol, StateId)| to == from;
            let own = network.states().filter(|(_, other)| other.rule == state.rule);
            let mut before = own.flat_map(|(_, other)| other.transitions.iter().copied().filter(leads_here)).peekable();
            let is_bracketed = before.peek().is_some() && before.all(|(symbol, _)| openings.contains(&symbol));
            if openings.is_empty() || is_bracketed {
                found.insert((from, list));
            }
        }
    }
    found
}

/// If the neutral production makes the list one of its own elements: the last constant before it.
fn opening(langlet: &Langlet, production: &Rhs, list: Symbol, elements: &[Symbol]) -> Option<Symbol> {
    let (grammar, constants) = (langlet.grammar(), langlet.interpolations().constants());
    let (mut before, mut inner) = (None, None);
    production.for_each_symbol(&mut |symbol| match constants.contains(symbol) {
        true if inner.is_none() => before = Some(symbol),
        true => {}
        false => inner = Some(symbol),
    });
    let inner = inner.filter(|&inner| grammar.rhs(inner).is_some())?;
    let holds = |&element: &Symbol| langlet.interpolations().path(Kind::Neutral, element, inner).is_some();
    let is_element = elements.iter().any(holds) && Embedding::new(langlet, list, inner).is_ok();
    before.filter(|_| is_element)
}

/// The symbols that the rule can consist of alone, and of which a separator leads to more.
fn elements(network: &Network, rule: Symbol, separators: &[Symbol]) -> Vec<Symbol> {
    let Some(start) = network.start(rule) else { return Vec::new() };
    let is_element = |&(symbol, to): &(Symbol, StateId)| {
        let transitions = &network.state(to).transitions;
        let mut behind = transitions.iter().filter(|(separator, _)| separators.contains(separator));
        network.state(to).accepting && behind.any(|&(_, next)| network.step(next, symbol).is_some())
    };
    network.state(start).transitions.iter().filter(|one| is_element(one)).map(|&(symbol, _)| symbol).collect()
}

/// The constants that separate the elements of some list and may stand at its end, too. An operator may not.
fn separators(langlet: &Langlet) -> Vec<Symbol> {
    let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
    let mut found = Vec::new();
    for (_, state) in network.states() {
        for &(element, behind) in &state.transitions {
            let end = network.state(behind);
            for &(separator, next) in &end.transitions {
                let is_constant = grammar.constant_text(separator).is_some() && !grammar.is_layout(separator);
                let again = network.step(next, element).and_then(|again| network.step(again, separator));
                let may_end = (!end.accepting || network.state(next).accepting)
                    && end.transitions.iter().all(|&(on, _)| on == separator || network.step(next, on).is_some());
                if is_constant && element != separator && again.is_some() && may_end && !found.contains(&separator) {
                    found.push(separator);
                }
            }
        }
    }
    found
}
