//! Traces and covers of rules: the facts of Python's grammar, and laws against slow oracles on random rules.

use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use langlet_core::Langlet;
use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::generate::traces::{has_cycle, order};
use langlet_core::generate::{Criterion, Trace, cover, production, traces};
use langlet_core::grammar::Symbol;
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

const CASES: u32 = 256;
const CRITERIA: [Criterion; 2] = [Criterion::Occurrences, Criterion::Transitions];

fn automata(langlet: &Langlet) -> BTreeMap<Symbol, RuleAutomaton> {
    let rules = langlet.grammar().rules.iter();
    rules.map(|(&rule, definition)| (rule, RuleAutomaton::new(&definition.rhs))).collect()
}

fn automaton_of(langlet: &Langlet, rule: &str) -> RuleAutomaton {
    RuleAutomaton::new(langlet.grammar().rhs(langlet.symbol(rule).unwrap()).unwrap())
}

/// The automaton of a rule with this right-hand side over the letters `x`, `y`, `z`.
fn one_rule(rhs: &str) -> RuleAutomaton {
    automaton_of(&load("one", &format!("langlet one\na: {rhs}\n"), None).unwrap(), "a")
}

/// Traces as numbers of positions, from 1 in the order of the rule.
fn numbers(traces: impl IntoIterator<Item = Trace>) -> Vec<Vec<usize>> {
    traces.into_iter().map(|trace| trace.iter().map(|position| position.index() - 1).collect()).collect()
}

/// Each trace is a line of symbols with the numbers of their positions.
fn shown(langlet: &Langlet, rule: &str, traces: impl IntoIterator<Item = Trace>) -> String {
    let automaton = automaton_of(langlet, rule);
    let symbols = &langlet.grammar().symbols;
    let line = |trace: Trace| {
        let show = |&at: &Position| format!("{}{}", symbols.display(automaton.symbol(at).unwrap()), at.index() - 1);
        trace.iter().map(show).collect::<Vec<_>>().join(" ")
    };
    traces.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn steps(trace: &[Position]) -> Vec<(Position, Position)> {
    let from = [Position::START].into_iter().chain(trace.iter().copied());
    from.zip(trace.iter().copied().chain([Position::EXIT])).collect()
}

fn transitions(automaton: &RuleAutomaton) -> Vec<(Position, Position)> {
    let states = [Position::START].into_iter().chain(automaton.positions());
    states.flat_map(|from| automaton.follow(from).iter().map(move |&to| (from, to))).collect()
}

fn is_trace(automaton: &RuleAutomaton, trace: &[Position]) -> bool {
    steps(trace).into_iter().all(|(from, to)| automaton.follow(from).contains(&to))
}

// ---- Python 2.7, as CPython publishes it ----------------------------------------------------------------------------

/// The tables inside the interpreter 2.7.18 have 85 rules, 362 states and 418 arcs, and each rule those that it has here.
#[test]
fn the_automata_of_python27_have_the_size_of_cpythons() {
    let python = langlet("python27");
    let automata = automata(&python);
    assert_eq!(automata.len(), 85);
    let tables: Vec<_> = automata.values().map(determinize_as_cpython).collect();
    assert_eq!(tables.iter().map(Vec::len).sum::<usize>(), 362);
    assert_eq!(tables.iter().flatten().map(|(_, arcs)| arcs.len()).sum::<usize>(), 418);
    // The minimal automata have two states less, both in `print_stmt`.
    let network = &python.tables().network;
    assert_eq!(network.n_states(), 360);
    assert_eq!(network.states().map(|(_, state)| state.transitions.len()).sum::<usize>(), 416);
    assert_eq!(automata.values().map(|automaton| automaton.positions().count()).sum::<usize>(), 430);
    assert_eq!(automata.values().map(|automaton| transitions(automaton).len()).sum::<usize>(), 779);
    assert_eq!(automata.values().filter(|automaton| has_cycle(automaton)).count(), 37);
}

/// States as (accepting, arcs), made as CPython's generator makes them: sets of positions, of which those with equal
/// arcs become one, as long as there are any. That is not always the minimal automaton.
fn determinize_as_cpython(automaton: &RuleAutomaton) -> Vec<(bool, BTreeMap<Symbol, usize>)> {
    let mut sets = vec![BTreeSet::from([Position::START])];
    let mut states: Vec<(bool, BTreeMap<Symbol, usize>)> = Vec::new();
    while states.len() < sets.len() {
        let set = sets[states.len()].clone();
        let next: BTreeSet<Position> = set.iter().flat_map(|&at| automaton.follow(at)).copied().collect();
        let mut by_symbol: BTreeMap<Symbol, BTreeSet<Position>> = BTreeMap::new();
        for &at in next.iter().filter(|&&at| at != Position::EXIT) {
            by_symbol.entry(automaton.symbol(at).unwrap()).or_default().insert(at);
        }
        let mut number = |set: BTreeSet<Position>| {
            sets.iter().position(|other| *other == set).unwrap_or_else(|| {
                sets.push(set);
                sets.len() - 1
            })
        };
        let arcs = by_symbol.into_iter().map(|(symbol, set)| (symbol, number(set))).collect();
        states.push((next.contains(&Position::EXIT), arcs));
    }
    while let Some((one, other)) = (0..states.len())
        .flat_map(|one| (one + 1..states.len()).map(move |other| (one, other)))
        .find(|&(one, other)| states[one] == states[other])
    {
        states.remove(other);
        for to in states.iter_mut().flat_map(|(_, arcs)| arcs.values_mut()) {
            *to = if *to == other { one } else { *to - usize::from(*to > other) };
        }
    }
    states
}

#[test]
fn the_traces_of_python27_are_316_then_138_then_266() {
    let automata = automata(&langlet("python27"));
    let sizes = [1, 2, 3].map(|k| automata.values().map(|automaton| traces(automaton, k).count()).sum::<usize>());
    assert_eq!(sizes, [316, 138, 266]);
}

#[test]
fn single_rules_of_python27_have_the_traces_that_are_known() {
    let python = langlet("python27");
    let known = [
        ("for_stmt", 2, 0),
        ("dictorsetmaker", 10, 4),
        ("expr_stmt", 5, 4),
        ("varargslist", 21, 28),
        ("arglist", 14, 13),
        ("try_stmt", 5, 4),
        ("term", 5, 16),
        ("file_input", 5, 14),
    ];
    for (rule, first, second) in known {
        let automaton = automaton_of(&python, rule);
        assert_eq!([1, 2].map(|k| traces(&automaton, k).count()), [first, second], "{rule}");
    }
}

/// 168 traces use every occurrence, 289 every transition; no fewer do.
#[test]
fn the_least_covers_of_python27_have_168_and_289_traces() {
    let automata = automata(&langlet("python27"));
    let sizes = CRITERIA.map(|criterion| automata.values().map(|a| cover(a, criterion, |_| 1).len()).sum::<usize>());
    assert_eq!(sizes, [168, 289]);
    for automaton in automata.values() {
        for criterion in CRITERIA {
            assert_eq!(cover(automaton, criterion, |_| 1).len(), largest_antichain(automaton, criterion));
        }
    }
}

#[test]
fn traces_come_in_grammar_order() {
    let python = langlet("python27");
    let list = |k| shown(&python, "listmaker", traces(&automaton_of(&python, "listmaker"), k));
    assert_snapshot!(list(1), @r"
    test1 list_for2
    test1 ','3 test4 ','5
    test1 ','3 test4
    test1 ','5
    test1
    ");
    assert_snapshot!(list(2), @r"
    test1 ','3 test4 ','3 test4 ','5
    test1 ','3 test4 ','3 test4
    ");
}

#[test]
fn covers_are_short() {
    let python = langlet("python27");
    let arglist = |criterion| shown(&python, "arglist", cover(&automaton_of(&python, "arglist"), criterion, |_| 1));
    assert_snapshot!(arglist(Criterion::Occurrences), @r"
    argument1 ','2 argument3 ','4
    '*'5 test6 ','7 argument8 ','9 '**'10 test11
    '**'12 test13
    ");
    assert_snapshot!(arglist(Criterion::Transitions), @r"
    argument1 ','2 argument1 ','2 argument3 ','4
    argument1 ','2 '*'5 test6 ','7 argument8 ','7 argument8 ','9 '**'10 test11
    argument1 ','2 '**'12 test13
    argument3
    '*'5 test6
    '*'5 test6 ','7 argument8
    '*'5 test6 ','9 '**'10 test11
    '**'12 test13
    ");
}

// ---- single rules ----------------------------------------------------------------------------------------------------

#[test]
fn a_rule_that_may_be_empty_has_one_trace_of_order_0() {
    assert_eq!(numbers(traces(&one_rule("['x'] ['y']"), 0)), [[0; 0]]);
    assert_eq!(numbers(traces(&one_rule("'x' ['y']"), 0)), [[0; 0]; 0]);
    assert_eq!(numbers(traces(&one_rule("()"), 0)), [[0; 0]]);
    assert_eq!(traces(&one_rule("()"), 1).count(), 0);
}

#[test]
fn a_rule_that_is_always_empty_has_nothing_to_cover_but_its_transition() {
    let automaton = one_rule("()");
    assert_eq!(numbers(cover(&automaton, Criterion::Occurrences, |_| 1)), [[0; 0]; 0]);
    assert_eq!(numbers(cover(&automaton, Criterion::Transitions, |_| 1)), [[0; 0]]);
}

/// A flow alone could turn on `x` without an end and go by `y`; a trace cannot.
#[test]
fn cycles_side_by_side_are_covered_by_one_trace() {
    let occurrences = |rhs: &str| numbers(cover(&one_rule(rhs), Criterion::Occurrences, |_| 1));
    assert_eq!(occurrences("'x'* 'y'*"), [[1, 2]]);
    assert_eq!(occurrences("('x' | 'y' | 'z')*"), [[1, 2, 3]]);
    assert_eq!(occurrences("('x' 'y' | 'z')+ ['x' 'y'*]"), [[1, 2, 3, 4, 5]]);
    // Here the lightest flow does turn by itself: x₁ z₄ x₁ … beside y₂ z₃.
    let found = occurrences("(('x' | 'y') ('x' | 'y'))+");
    assert_eq!((found.len(), found[0].len()), (1, 4));
}

#[test]
fn weights_choose_among_covers_of_the_same_size() {
    // `x`₁ and `y`₂ need a trace each; one of them goes by `z`₃, the other by `z`₃ or by `z`₄ `z`₅.
    let automaton = one_rule("('x' | 'y') ('z' | 'z' 'z') ['y']");
    let covers = |heavy: &[usize]| {
        let weight = |at: Position| if heavy.contains(&(at.index() - 1)) { 9 } else { 1 };
        numbers(cover(&automaton, Criterion::Occurrences, weight))
    };
    assert_eq!(covers(&[6]).iter().flatten().filter(|&&at| at == 6).count(), 1);
    // Two alternatives lead from `x`₁ to `x`₆; the lighter is taken twice where three traces are needed.
    let automaton = one_rule("('x' | 'y' | 'z') ('y' | 'z' 'z') 'x'");
    let covers = |heavy: usize| {
        numbers(cover(&automaton, Criterion::Occurrences, |at| if at.index() - 1 == heavy { 9 } else { 1 }))
    };
    let visits = |traces: &[Vec<usize>], at: usize| traces.iter().flatten().filter(|&&other| other == at).count();
    assert_eq!([4, 5].map(|at| visits(&covers(6), at)), [2, 1]);
    assert_eq!([4, 5].map(|at| visits(&covers(4), at)), [1, 2]);
}

/// There are more traces than could ever be counted; the first ones come at once, of high orders too.
#[test]
fn traces_come_one_by_one() {
    let letters: Vec<String> = (0..60).map(|n| format!("'{n}x'")).collect();
    let automaton = one_rule(&format!("({})*", letters.join(" | ")));
    for k in [1, 2, 7] {
        let some: Vec<Trace> = traces(&automaton, k).take(50).collect();
        assert_eq!(some.len(), 50);
        assert!(some.iter().all(|trace| order(trace) == k && is_trace(&automaton, trace)));
    }
    // No path may be followed to a dead end: here nearly all of them would be, if the last part were tried last.
    let automaton = one_rule(&format!("[({})* 'end'] 'start'", letters.join(" | ")));
    assert_eq!(traces(&automaton, 3).take(10).count(), 10);
}

#[test]
fn large_rules_have_covers_soon() {
    let letters: Vec<String> = (0..100).map(|n| format!("'{n}x'")).collect();
    let automaton = one_rule(&format!("({})*", letters.join(" | ")));
    assert_eq!(cover(&automaton, Criterion::Occurrences, |_| 1), [automaton.positions().collect::<Trace>()]);
    let all = cover(&automaton, Criterion::Transitions, |_| 1);
    // The empty trace, and one for each way to begin.
    assert_eq!(all.len(), 101);
    assert_eq!(all.iter().flat_map(|trace| steps(trace)).collect::<BTreeSet<_>>().len(), 10_201);
}

// ---- laws ------------------------------------------------------------------------------------------------------------

/// Traces of order `k` as the article computes them, going back from dead ends; stops after so many steps, and says whether
/// it came to the end.
fn traces_by_backtracking(automaton: &RuleAutomaton, k: usize, mut steps: usize) -> (Vec<Trace>, bool) {
    fn subtraces(
        automaton: &RuleAutomaton,
        (k, order, at): (usize, usize, Position),
        trace: &mut Trace,
        steps: &mut usize,
        out: &mut Vec<Trace>,
    ) {
        for &next in automaton.follow(at) {
            if *steps == 0 {
                return;
            }
            *steps -= 1;
            if next == Position::EXIT {
                if order == k {
                    out.push(trace.clone());
                }
                continue;
            }
            let visits = trace.iter().filter(|&&position| position == next).count();
            if visits != k {
                trace.push(next);
                subtraces(automaton, (k, order.max(visits + 1), next), trace, steps, out);
                trace.pop();
            }
        }
    }
    let mut out = Vec::new();
    subtraces(automaton, (k, 0, Position::START), &mut Vec::new(), &mut steps, &mut out);
    (out, steps > 0)
}

/// Whether a state can be reached from another by one transition or more, for all pairs (Warshall).
fn reachability(automaton: &RuleAutomaton) -> Vec<Vec<bool>> {
    let n = automaton.n_states();
    let mut reaches = vec![vec![false; n]; n];
    transitions(automaton).into_iter().for_each(|(from, to)| reaches[from.index()][to.index()] = true);
    for through in 0..n {
        for from in 0..n {
            for to in 0..n {
                reaches[from][to] |= reaches[from][through] && reaches[through][to];
            }
        }
    }
    reaches
}

/// The largest set of occurrences or transitions of which no trace has two. So many traces are needed at least.
fn largest_antichain(automaton: &RuleAutomaton, criterion: Criterion) -> usize {
    let reaches = reachability(automaton);
    let joined = |from: Position, to: Position| from == to || reaches[from.index()][to.index()];
    let items: Vec<(Position, Position)> = match criterion {
        Criterion::Occurrences => automaton.positions().map(|position| (position, position)).collect(),
        Criterion::Transitions => transitions(automaton),
    };
    let apart = |a: &(Position, Position), b: &(Position, Position)| a != b && !joined(a.1, b.0) && !joined(b.1, a.0);
    // Bron and Kerbosch would do; sets grow by one item, later ones only.
    fn largest<T: Copy>(chosen: usize, candidates: &[T], apart: &impl Fn(&T, &T) -> bool) -> usize {
        let mut best = chosen;
        for (at, item) in candidates.iter().enumerate() {
            if chosen + candidates.len() - at <= best {
                break;
            }
            let rest: Vec<T> = candidates[at + 1..].iter().copied().filter(|other| apart(item, other)).collect();
            best = best.max(largest(chosen + 1, &rest, apart));
        }
        best
    }
    largest(0, &items, &apart)
}

/// The least weight of so many traces together that use all that is asked for, by a search over all states of affairs:
/// what was used, where the trace is, how many traces there were (Dijkstra).
fn least_weight(
    automaton: &RuleAutomaton,
    criterion: Criterion,
    n_traces: usize,
    weight: impl Fn(Position) -> u64,
) -> Option<u64> {
    let transitions = transitions(automaton);
    let bit = |from: Position, to: Position| match criterion {
        Criterion::Occurrences if to == Position::EXIT => 0,
        Criterion::Occurrences => 1_u32 << (to.index() - 2),
        Criterion::Transitions => 1 << transitions.iter().position(|&other| other == (from, to)).unwrap(),
    };
    let all = transitions.iter().fold(0, |all, &(from, to)| all | bit(from, to));
    let mut pending = BTreeSet::from([(0, (0, Position::START, 1))]);
    let mut done = BTreeSet::new();
    while let Some((sum, affairs @ (used, at, nth))) = pending.pop_first() {
        if !done.insert(affairs) {
            continue;
        }
        if at == Position::EXIT && used == all && nth == n_traces {
            return Some(sum);
        }
        if at == Position::EXIT && nth < n_traces {
            pending.insert((sum, (used, Position::START, nth + 1)));
        }
        for &to in automaton.follow(at) {
            let more = if to == Position::EXIT { 0 } else { weight(to) };
            pending.insert((sum + more, (used | bit(at, to), to, nth)));
        }
    }
    None
}

fn rhs() -> impl Strategy<Value = String> {
    strategy::rhs(&["'x'", "'y'", "'z'"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Tr(K) is what the article computes, in its order.
    #[test]
    fn traces_are_those_of_the_seed(text in rhs(), k in 0..4_usize) {
        let automaton = one_rule(&text);
        let (expected, is_complete) = traces_by_backtracking(&automaton, k, 20_000);
        let found: Vec<Trace> = traces(&automaton, k).take(expected.len() + 1).collect();
        prop_assert_eq!(&found[..expected.len().min(found.len())], &expected[..]);
        if is_complete {
            prop_assert_eq!(found.len(), expected.len());
        }
    }

    /// Each trace is a path of the automaton, has the order that was asked for, and comes once.
    #[test]
    fn each_trace_is_accepted_and_has_its_order(text in rhs(), k in 0..6_usize) {
        let automaton = one_rule(&text);
        let some: Vec<Trace> = traces(&automaton, k).take(300).collect();
        for trace in &some {
            prop_assert!(is_trace(&automaton, trace));
            prop_assert_eq!(order(trace), k);
        }
        prop_assert_eq!(some.iter().collect::<BTreeSet<_>>().len(), some.len());
    }

    /// Tr(1) is empty only if the empty trace is the only one.
    #[test]
    fn there_are_traces_of_order_1(text in rhs()) {
        let automaton = one_rule(&text);
        let (all, is_complete) = traces_by_backtracking(&automaton, 1, 100_000);
        prop_assume!(is_complete);
        prop_assert_eq!(all.is_empty(), automaton.positions().count() == 0);
        prop_assert_eq!(traces(&automaton, 1).next(), all.first().cloned());
    }

    /// Tr(K) is not empty for any K ≥ 2 exactly if there is a cycle, so "no cycle" is where to stop.
    #[test]
    fn there_are_traces_of_higher_orders_exactly_with_a_cycle(text in rhs(), k in 2..9_usize) {
        let automaton = one_rule(&text);
        let reaches = reachability(&automaton);
        let is_cyclic = automaton.positions().any(|at| reaches[at.index()][at.index()]);
        prop_assert_eq!(has_cycle(&automaton), is_cyclic);
        prop_assert_eq!(traces(&automaton, k).next().is_some(), is_cyclic);
        if k <= 3 {
            let (all, is_complete) = traces_by_backtracking(&automaton, k, 100_000);
            prop_assert!(!is_complete || all.is_empty() != is_cyclic);
        }
    }

    /// A cover uses all of it, and as many traces are needed as it has.
    #[test]
    fn covers_are_complete_and_least(text in rhs()) {
        let automaton = one_rule(&text);
        for criterion in CRITERIA {
            let traces = cover(&automaton, criterion, |_| 1);
            prop_assert!(traces.iter().all(|trace| is_trace(&automaton, trace)));
            let used: BTreeSet<_> = traces.iter().flat_map(|trace| steps(trace)).collect();
            let visited: BTreeSet<_> = used.iter().map(|&(_, to)| to).filter(|&to| to != Position::EXIT).collect();
            prop_assert_eq!(visited.len(), automaton.positions().count());
            if criterion == Criterion::Transitions {
                prop_assert_eq!(used.len(), transitions(&automaton).len());
            }
            prop_assert_eq!(traces.len(), largest_antichain(&automaton, criterion));
            prop_assert!(traces.is_sorted_by(|a, b| a < b), "{:?}", traces);
        }
    }

    /// Of the least covers it is a lightest one.
    #[test]
    fn covers_are_lightest(text in rhs(), weights in [0..4_u64, 0..4_u64, 0..4_u64, 1..2_u64]) {
        let automaton = one_rule(&text);
        let weight = |at: Position| weights[at.index() % 4];
        for criterion in CRITERIA {
            let n_items = match criterion {
                Criterion::Occurrences => automaton.positions().count(),
                Criterion::Transitions => transitions(&automaton).len(),
            };
            let traces = cover(&automaton, criterion, weight);
            if n_items <= 12 && !traces.is_empty() {
                let sum = traces.iter().flatten().map(|&at| weight(at)).sum();
                prop_assert_eq!(least_weight(&automaton, criterion, traces.len(), weight), Some(sum));
            }
        }
    }
}

/// The productions of a cover are productions of the rule.
#[test]
fn productions_of_covers_are_derived() {
    for name in BUILT_IN {
        let langlet = langlet(name);
        for (&rule, automaton) in &automata(&langlet) {
            for criterion in CRITERIA {
                for trace in cover(automaton, criterion, |_| 1) {
                    let production = production(automaton, &trace);
                    assert!(langlet.grammar().rhs(rule).unwrap().derives(&production), "{name}");
                }
            }
        }
    }
}
