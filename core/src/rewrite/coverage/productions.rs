//! The productions of a langlet that coverage is about: for each rule that the start symbol reaches, a small set of traces
//! that together pass every transition of its minimal automaton, the ends among them.
//!
//! For each transition there is one candidate, the shortest trace through it; candidates are taken in grammar order as long
//! as they pass something new, and those are dropped at last that the others make superfluous. The set is minimal in the
//! sense that none of it can be left out. (Minimal sets in the sense of numbers have longer traces, which show less.)

use std::collections::BTreeSet;

use crate::automata::shortest::Shortest;
use crate::automata::{Network, StateId};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A production: a trace through the automaton of its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Production {
    pub(crate) rule: Symbol,
    pub(crate) symbols: Vec<Symbol>,
    /// Whether it belongs to the minimal set. The other candidates serve as shortest fillings of examples.
    pub(crate) is_chosen: bool,
}

/// The productions of all rules that the start symbol reaches, rule by rule in grammar order.
pub(crate) fn productions(langlet: &Langlet) -> Vec<Production> {
    let (grammar, tables) = (langlet.grammar(), langlet.tables());
    let network = &tables.network;
    let shortest = Shortest::new(grammar, network, &tables.terminals, &tables.sets);
    let reached = reachable(network, langlet.start());
    let mut lengths: Vec<Option<usize>> = vec![None; grammar.symbols.len()];
    let mut found = Vec::new();
    for &rule in grammar.rules.keys().filter(|rule| reached.contains(rule)) {
        let Some(start) = network.start(rule) else { continue };
        let mut length = |symbol: Symbol| *lengths[symbol.index()].get_or_insert_with(|| shortest.of(symbol).len());
        found.extend(of_rule(network, rule, start, &mut length));
    }
    found
}

/// The rules and tokens that the symbol reaches, itself included.
pub(crate) fn reachable(network: &Network, from: Symbol) -> BTreeSet<Symbol> {
    let mut reached = BTreeSet::from([from]);
    let mut work = vec![from];
    while let Some(rule) = work.pop() {
        let states = network.states().filter(|(_, state)| state.rule == rule);
        for &(symbol, _) in states.flat_map(|(_, state)| &state.transitions) {
            if reached.insert(symbol) {
                work.push(symbol);
            }
        }
    }
    reached
}

/// A transition, or the end in a state.
type Passed = (StateId, Option<Symbol>);

fn of_rule(
    network: &Network,
    rule: Symbol,
    start: StateId,
    length: &mut impl FnMut(Symbol) -> usize,
) -> Vec<Production> {
    let states: Vec<StateId> = network.states().filter(|(_, state)| state.rule == rule).map(|(id, _)| id).collect();
    let base = start.index();
    // Shortest ways from the start to each state, and from each state to an end, in tokens; relaxed until nothing changes.
    let mut prefixes: Vec<Option<(usize, Vec<Symbol>)>> = vec![None; states.len()];
    let mut suffixes: Vec<Option<(usize, Vec<Symbol>)>> = vec![None; states.len()];
    prefixes[0] = Some((0, Vec::new()));
    let mut changed = true;
    // Progress: a way is replaced by a shorter one alone.
    while changed {
        changed = false;
        for &id in &states {
            let at = id.index() - base;
            if network.state(id).accepting && suffixes[at].as_ref().is_none_or(|(known, _)| *known > 0) {
                suffixes[at] = Some((0, Vec::new()));
                changed = true;
            }
            for &(symbol, to) in &network.state(id).transitions {
                let to = to.index() - base;
                let step = length(symbol);
                if let Some((known, way)) = prefixes[at].clone()
                    && prefixes[to].as_ref().is_none_or(|(other, _)| known + step < *other)
                {
                    prefixes[to] = Some((known + step, [way, vec![symbol]].concat()));
                    changed = true;
                }
                if let Some((known, way)) = suffixes[to].clone()
                    && suffixes[at].as_ref().is_none_or(|(other, _)| known + step < *other)
                {
                    suffixes[at] = Some((known + step, [vec![symbol], way].concat()));
                    changed = true;
                }
            }
        }
    }
    let mut candidates: Vec<(Vec<Symbol>, BTreeSet<Passed>)> = Vec::new();
    for &id in &states {
        let at = id.index() - base;
        let Some((_, prefix)) = &prefixes[at] else { continue };
        let ends = network.state(id).accepting.then(|| prefix.clone());
        let through = network.state(id).transitions.iter().filter_map(|&(symbol, to)| {
            let (_, suffix) = suffixes[to.index() - base].as_ref()?;
            Some([&prefix[..], &[symbol], suffix].concat())
        });
        for trace in through.chain(ends) {
            if candidates.iter().all(|(known, _)| *known != trace) {
                let passed = passes(network, start, &trace);
                candidates.push((trace, passed));
            }
        }
    }
    candidates.sort_by_key(|(trace, _)| trace.len());
    let mut chosen: Vec<usize> = Vec::new();
    let mut seen: BTreeSet<Passed> = BTreeSet::new();
    for (index, (_, passed)) in candidates.iter().enumerate() {
        if !passed.is_subset(&seen) {
            seen.extend(passed);
            chosen.push(index);
        }
    }
    // The longest first, so that short ones stay.
    for index in chosen.clone().into_iter().rev() {
        let others = chosen.iter().filter(|&&other| other != index);
        let others: BTreeSet<Passed> = others.flat_map(|&other| candidates[other].1.iter().copied()).collect();
        if candidates[index].1.is_subset(&others) {
            chosen.retain(|&other| other != index);
        }
    }
    let production = |(index, (symbols, _))| Production { rule, symbols, is_chosen: chosen.contains(&index) };
    candidates.into_iter().enumerate().map(production).collect()
}

/// What a trace passes: its transitions, and the end.
fn passes(network: &Network, start: StateId, trace: &[Symbol]) -> BTreeSet<Passed> {
    let mut at = start;
    let mut passed = BTreeSet::new();
    for &symbol in trace {
        passed.insert((at, Some(symbol)));
        at = network.step(at, symbol).expect("a trace is a path of its automaton");
    }
    passed.insert((at, None));
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition_is_passed_and_nothing_is_superfluous() {
        let langlet = Langlet::root(
            "langlet l\nstart a\na: b (',' b)* [','] | 'x' [b]\nb: N | '(' [a] ')' | 'y' 'z'+\ntoken N = /[0-9]/",
        );
        let network = &langlet.tables().network;
        let found = productions(&langlet);
        let symbols = &langlet.grammar().symbols;
        let shown = found.iter().filter(|one| one.is_chosen).map(|one| {
            let trace: Vec<String> = one.symbols.iter().map(|&symbol| symbols.display(symbol)).collect();
            format!("{}: {}", symbols.name(one.rule), trace.join(" "))
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r"
        a: 'x'
        a: b ','
        a: 'x' b
        a: b ',' b
        b: N
        b: '(' ')'
        b: '(' a ')'
        b: 'y' 'z' 'z'
        ");
        for (id, state) in network.states() {
            let ends = state.accepting.then_some((id, None));
            for one in state.transitions.iter().map(|&(symbol, _)| (id, Some(symbol))).chain(ends) {
                let start = network.start(state.rule).unwrap();
                let mut of_rule = found.iter().filter(|other| other.rule == state.rule && other.is_chosen);
                assert!(of_rule.any(|other| passes(network, start, &other.symbols).contains(&one)));
            }
        }
    }
}
