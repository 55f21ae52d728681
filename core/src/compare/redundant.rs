//! Transitions that say nothing new, because what they read could as well be read inside their neighbors.
//!
//! In `loop: 'for' x loop*` a second `loop` adds nothing, for the first one may end with it: each string of `loop loop` is one of
//! `loop`. We say that `loop` *absorbs* a `loop` behind it. Likewise `sum: '-'* factor` is `sum: factor` where `factor: '-' factor
//! | x` absorbs a `'-'` before it. A transition on what is absorbed is dropped, and the strings of the rule stay:
//!
//! * X absorbs W behind it if each production of X goes on with W and ends, or ends with a rule that absorbs W behind it;
//! * X absorbs Z before it if `Z X` is a production of X, or Z may stand before each of its productions, or each production of X begins with a rule that absorbs Z before it.
//!
//! That these are taken for true until a counterexample is met is an induction on the height of the tree. Absorption is judged
//! without the transition that it is to justify.

use std::collections::BTreeSet;

use super::automaton::{Automaton, Label};

/// The most symbols of what is absorbed.
const MOST_SYMBOLS: usize = 3;

/// Drops transitions of the rules of these numbers; the strings of all rules stay the same. Rules are `Class` labels.
pub(crate) fn drop_redundant(automata: &mut [Automaton], rules: &BTreeSet<usize>) {
    automata.iter_mut().for_each(|automaton| *automaton = automaton.minimal());
    for &rule in rules {
        // Progress: each turn drops a transition.
        'again: loop {
            let split = automata[rule].by_last_label();
            for (state, label) in split.all_transitions() {
                let less = split.without(state, label);
                let before = std::mem::replace(&mut automata[rule], less.minimal());
                if is_redundant(automata, &split, state, label) {
                    continue 'again;
                }
                automata[rule] = before;
            }
            break;
        }
    }
}

/// Whether the transition of `split` adds no strings. `automata` are those of all rules, without it.
fn is_redundant(automata: &[Automaton], split: &Automaton, state: u32, label: Label) -> bool {
    let Some(first) = split.step(state, label) else { return false };
    // Behind what stands before.
    if let Some(before @ Label::Class(_)) = split.last_label(state) {
        let (mut word, mut to) = (vec![label], first);
        while word.len() <= MOST_SYMBOLS {
            if split.is_within(to, state) && absorbs_behind(automata, before, &word) {
                return true;
            }
            match split.only_step(to) {
                Some((label, next)) => {
                    word.push(label);
                    to = next;
                }
                None => break,
            }
        }
    }
    // Before what comes behind.
    let mut followers = split.labels_of(first).filter(|&next| (first, next) != (state, label)).peekable();
    !split.accepts(first)
        && followers.peek().is_some()
        && followers.all(|next| absorbs_before(automata, next, label))
        && split.is_within(first, state)
}

/// Whether each string of the rule with one of the word behind it is a string of the rule.
fn absorbs_behind(automata: &[Automaton], rule: Label, word: &[Label]) -> bool {
    holds_throughout(automata, rule, |_, automaton| {
        let mut others = Vec::new();
        for (from, last) in automaton.all_transitions() {
            let Some(end) = automaton.step(from, last).filter(|&end| automaton.accepts(end)) else { continue };
            let mut ends = BTreeSet::from([end]);
            for &wanted in word {
                let next = ends.iter().flat_map(|&state| {
                    let labels = automaton.labels_of(state).filter(|&label| is_unit(automata, wanted, label));
                    labels.filter_map(move |label| automaton.step(state, label))
                });
                ends = next.collect();
            }
            if !ends.iter().any(|&end| automaton.accepts(end)) {
                others.push(last);
            }
        }
        others
    })
}

/// Whether each string of the rule with one of the symbol before it is a string of the rule.
fn absorbs_before(automata: &[Automaton], rule: Label, symbol: Label) -> bool {
    holds_throughout(automata, rule, |rule, automaton| {
        let again = automaton.step(0, symbol).is_some_and(|behind| {
            let mut labels = automaton.labels_of(behind);
            automaton.is_within(0, behind)
                || labels.any(|label| {
                    is_unit(automata, rule, label)
                        && automaton.step(behind, label).is_some_and(|end| automaton.accepts(end))
                })
        });
        if again { Vec::new() } else { automaton.labels_of(0).collect() }
    })
}

/// Whether something holds of a rule, which may be taken to hold of the rules that `others` gives for it, if it holds of these.
/// It holds of no token, and of no rule that may be empty.
fn holds_throughout(automata: &[Automaton], rule: Label, others: impl Fn(Label, &Automaton) -> Vec<Label>) -> bool {
    let (mut assumed, mut pending) = (BTreeSet::new(), vec![rule]);
    // Progress: each rule is looked at once.
    while let Some(rule) = pending.pop() {
        let Label::Class(number) = rule else { return false };
        let automaton = &automata[number as usize];
        if !assumed.insert(rule) {
            continue;
        }
        if automaton.accepts(0) {
            return false;
        }
        pending.extend(others(rule, automaton));
    }
    true
}

/// Whether each string of `inner` is one of `outer` by productions of one symbol.
fn is_unit(automata: &[Automaton], inner: Label, outer: Label) -> bool {
    let (mut seen, mut pending) = (BTreeSet::new(), vec![outer]);
    // Progress: each label is looked at once.
    while let Some(label) = pending.pop() {
        if label == inner {
            return true;
        }
        if let Label::Class(number) = label
            && seen.insert(number)
        {
            let automaton = &automata[number as usize];
            let singles = automaton.labels_of(0);
            pending.extend(singles.filter(|&label| automaton.step(0, label).is_some_and(|end| automaton.accepts(end))));
        }
    }
    false
}
