//! Usage: how often trees use each occurrence, each transition and each pair of a grammar.
//!
//! Each node is read once by the position automaton of its rule; where a node stands tells which occurrence called it. What
//! is counted is what the *parser* made of a text, not what a generator had in mind.

use std::collections::BTreeSet;

use super::cover::Criterion;
use super::occurrences::{Occurrences, Production, read_trace, transitions};
use crate::automata::Position;
use crate::cst::{Node, Tree};
use crate::grammar::{Symbol, Symbols};

/// What a set of programs is to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// Every symbol occurrence of every rule.
    Occurrences,
    /// Every transition of every rule automaton.
    Transitions,
    /// Every occurrence of a rule with every occurrence inside the rule that it calls.
    Pairs,
}

impl Goal {
    /// All of them, the coarsest first.
    pub const ALL: [Goal; 3] = [Goal::Occurrences, Goal::Transitions, Goal::Pairs];

    /// How the traces of a single rule are covered for this goal.
    pub fn criterion(self) -> Criterion {
        match self {
            Goal::Transitions => Criterion::Transitions,
            Goal::Occurrences | Goal::Pairs => Criterion::Occurrences,
        }
    }

    /// What is counted, as a word.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Occurrences => "occurrences",
            Goal::Transitions => "transitions",
            Goal::Pairs => "pairs",
        }
    }
}

/// One thing to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// An occurrence in a rule.
    Occurrence(Symbol, Position),
    /// A transition in a rule.
    Transition(Symbol, Position, Position),
    /// An occurrence in a rule, and one in the rule that it calls.
    Pair(Symbol, Position, Position),
}

/// Counts of one grammar.
#[derive(Clone, Debug)]
pub struct Usage<'a> {
    occurrences: &'a Occurrences,
    /// `moves[rule][from * n_states + to]`: uses of a transition.
    moves: Vec<Vec<u64>>,
    /// `pairs[occurrence]`: for each position of the rule that is called there, its uses.
    pairs: Vec<Vec<u64>>,
}

impl<'a> Usage<'a> {
    /// Nothing is used so far.
    pub fn new(occurrences: &'a Occurrences) -> Usage<'a> {
        let rules = occurrences.rules();
        let moves = rules.iter().map(|(_, automaton)| vec![0; automaton.n_states().pow(2)]).collect();
        let mut pairs = vec![Vec::new(); occurrences.n_occurrences()];
        for (rule, position, callee) in occurrences.calls() {
            pairs[occurrences.index(rule, position)] = vec![0; rules[callee].1.n_states()];
        }
        Usage { occurrences, moves, pairs }
    }

    /// Counts what lies below a node, itself included. Linear in the full view. Nodes that are no production of the grammar, as
    /// in a tree of a dialect, are passed over, and what is below them is counted.
    pub fn add(&mut self, tree: &Tree, node: Node) {
        self.add_with(tree, node, |_, _| {});
    }

    /// The same, and shows each node's rule, as a number, and its trace.
    pub(crate) fn add_with(&mut self, tree: &Tree, node: Node, mut show: impl FnMut(usize, &[Position])) {
        let mut pending: Vec<(Node, Option<usize>)> = vec![(node, None)];
        let (mut symbols, mut trace) = (Vec::new(), Vec::new());
        while let Some((node, caller)) = pending.pop() {
            let automaton =
                self.occurrences.number(tree.symbol(node)).map(|rule| (rule, &self.occurrences.rules()[rule].1));
            symbols.clear();
            symbols.extend(tree.children(node).map(|child| tree.symbol(child)));
            let Some((rule, automaton)) =
                automaton.filter(|(_, automaton)| read_trace(automaton, &symbols, &mut trace))
            else {
                pending.extend(tree.children(node).filter(|&child| !tree.is_token(child)).map(|child| (child, None)));
                continue;
            };
            let moves = &mut self.moves[rule];
            let mut from = Position::START;
            for &to in trace.iter().chain([&Position::EXIT]) {
                moves[from.index() * automaton.n_states() + to.index()] += 1;
                from = to;
            }
            if let Some(caller) = caller {
                trace.iter().for_each(|position| self.pairs[caller][position.index()] += 1);
            }
            show(rule, &trace);
            for (child, &position) in tree.children(node).zip(&trace) {
                if !tree.is_token(child) {
                    pending.push((child, Some(self.occurrences.index(rule, position))));
                }
            }
        }
    }

    /// Adds the counts of other trees. Panics if they are of another grammar.
    pub fn merge(&mut self, other: &Usage<'_>) {
        let rows = self.moves.iter_mut().zip(&other.moves).chain(self.pairs.iter_mut().zip(&other.pairs));
        for (own, more) in rows {
            assert_eq!(own.len(), more.len(), "counts of one grammar");
            own.iter_mut().zip(more).for_each(|(own, more)| *own += more);
        }
    }

    /// How many nodes of the rule there are.
    pub fn n_nodes(&self, rule: Symbol) -> u64 {
        self.occurrences.number(rule).map_or(0, |rule| {
            let n_states = self.occurrences.rules()[rule].1.n_states();
            self.moves[rule][..n_states].iter().sum()
        })
    }

    /// How often the item is used.
    pub fn count(&self, item: Item) -> u64 {
        match item {
            Item::Occurrence(rule, position) => self.occurrences.number(rule).map_or(0, |rule| {
                let n_states = self.occurrences.rules()[rule].1.n_states();
                (0..n_states).map(|from| self.moves[rule][from * n_states + position.index()]).sum()
            }),
            Item::Transition(rule, from, to) => self.occurrences.number(rule).map_or(0, |rule| {
                self.moves[rule][from.index() * self.occurrences.rules()[rule].1.n_states() + to.index()]
            }),
            Item::Pair(rule, position, inner) => self.occurrences.number(rule).map_or(0, |rule| {
                let pairs = &self.pairs[self.occurrences.index(rule, position)];
                pairs.get(inner.index()).copied().unwrap_or(0)
            }),
        }
    }

    /// How many items are used, and how many there are.
    pub fn reached(&self, goal: Goal) -> (usize, usize) {
        let (mut n_used, mut n) = (0, 0);
        for item in items(self.occurrences, goal) {
            n += 1;
            n_used += usize::from(self.count(item) > 0);
        }
        (n_used, n)
    }

    /// The items that are not used, in grammar order.
    pub fn missing(&self, goal: Goal) -> Vec<Item> {
        items(self.occurrences, goal).filter(|&item| self.count(item) == 0).collect()
    }
}

/// The productions of a tree, each with its depth, in pre-order; those that are none of the grammar are left out.
pub fn productions(occurrences: &Occurrences, tree: &Tree) -> Vec<(Production, usize)> {
    let (mut found, mut trace) = (Vec::new(), Vec::new());
    let mut pending = vec![(tree.root(), 0)];
    while let Some((node, depth)) = pending.pop() {
        let rule = tree.symbol(node);
        let children: Vec<Node> = tree.children(node).collect();
        let symbols: Vec<Symbol> = children.iter().map(|&child| tree.symbol(child)).collect();
        if occurrences.automaton(rule).is_some_and(|automaton| read_trace(automaton, &symbols, &mut trace)) {
            found.push((Production { rule, trace: trace.clone() }, depth));
        }
        pending
            .extend(children.into_iter().rev().filter(|&child| !tree.is_token(child)).map(|child| (child, depth + 1)));
    }
    found
}

/// All that the goal asks for, in grammar order.
pub fn items(occurrences: &Occurrences, goal: Goal) -> Box<dyn Iterator<Item = Item> + '_> {
    let rules = occurrences.rules();
    match goal {
        Goal::Occurrences => Box::new(
            rules
                .iter()
                .flat_map(|(rule, automaton)| automaton.positions().map(|position| Item::Occurrence(*rule, position))),
        ),
        Goal::Transitions => {
            Box::new(rules.iter().flat_map(|(rule, automaton)| {
                transitions(automaton).map(|(from, to)| Item::Transition(*rule, from, to))
            }))
        }
        Goal::Pairs => Box::new(occurrences.calls().flat_map(move |(rule, position, callee)| {
            rules[callee].1.positions().map(move |inner| Item::Pair(rules[rule].0, position, inner))
        })),
    }
}

impl Item {
    /// The rule in which it is.
    pub fn rule(self) -> Symbol {
        match self {
            Item::Occurrence(rule, _) | Item::Transition(rule, ..) | Item::Pair(rule, ..) => rule,
        }
    }

    /// What kind of thing it is.
    pub fn goal(self) -> Goal {
        match self {
            Item::Occurrence(..) => Goal::Occurrences,
            Item::Transition(..) => Goal::Transitions,
            Item::Pair(..) => Goal::Pairs,
        }
    }

    /// The item in words: `item 2 of list`, with occurrences of one symbol counted where there are several.
    pub fn display(self, occurrences: &Occurrences, symbols: &Symbols) -> String {
        let at = |rule: Symbol, position: Position| place(occurrences, symbols, rule, position);
        match self {
            Item::Occurrence(rule, position) => format!("{}: {}", symbols.name(rule), at(rule, position)),
            Item::Transition(rule, from, to) => {
                format!("{}: {} -> {}", symbols.name(rule), at(rule, from), at(rule, to))
            }
            Item::Pair(rule, position, inner) => {
                let callee = occurrences.automaton(rule).and_then(|automaton| automaton.symbol(position));
                let callee = callee.expect("an occurrence has a symbol");
                let (outer, inner) = (at(rule, position), at(callee, inner));
                format!("{}: {outer}, as {}: {inner}", symbols.name(rule), symbols.name(callee))
            }
        }
    }
}

/// An occurrence by its symbol, and its number among the occurrences of the symbol if there are several.
fn place(occurrences: &Occurrences, symbols: &Symbols, rule: Symbol, position: Position) -> String {
    let automaton = occurrences.automaton(rule).expect("an item is of a reachable rule");
    match position {
        Position::START => "start".to_owned(),
        Position::EXIT => "end".to_owned(),
        _ => {
            let symbol = automaton.symbol(position).expect("an occurrence has a symbol");
            let same: BTreeSet<Position> =
                automaton.positions().filter(|&p| automaton.symbol(p) == Some(symbol)).collect();
            let name = symbols.display(symbol);
            if same.len() == 1 {
                name
            } else {
                format!("{name} ({} of {})", same.range(..=position).count(), same.len())
            }
        }
    }
}
