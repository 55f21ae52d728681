//! Interpolation: ways from a symbol down to another on which only constants are added.
//!
//! `{A,B}` is a path `A = X0 → … → Xn = B` in which each `Xi` derives exactly one `X(i+1)` and beside it only constants
//! (design: literals, layout tokens with a declared text, rules that derive one token string). *Pure*: no constant is added.
//! *Neutral*: each step adds nothing, or is a production that the langlet declares neutral, such as parentheses. Minimal:
//! fewest added constants, then fewest nodes, then grammar order.
//!
//! For every rule the cheapest production around each symbol is found once, by a shortest-path search on its automaton;
//! paths are then shortest paths over these steps (Dijkstra 1959, with small integer costs).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::automata::{Network, RuleAutomaton, StateId};
use crate::grammar::{Grammar, Rhs, Symbol};

/// What an interpolation may add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Pure,
    /// Nothing but declared neutral productions.
    Neutral,
    /// Any constants.
    Any,
}

/// One production of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule.
    pub rule: Symbol,
    /// Constants before the child.
    pub before: Vec<Symbol>,
    /// The child that the path goes on with.
    pub child: Symbol,
    /// Constants behind the child.
    pub after: Vec<Symbol>,
}

impl Step {
    fn n_constants(&self) -> u32 {
        (self.before.len() + self.after.len()) as u32
    }
}

/// The minimal interpolations of a langlet, computed on first use for each outer symbol and kind.
#[derive(Debug)]
pub struct Interpolations {
    /// `steps[rule]`: the cheapest production around each child.
    steps: Vec<Vec<Step>>,
    /// As `steps`, neutral productions and chain steps alone.
    neutral_steps: Vec<Vec<Step>>,
    /// `rows[kind][outer]`: for each inner symbol the step that reaches it, as rule and number of the step.
    rows: [Vec<OnceLock<Row>>; 3],
}

/// For each symbol that can be reached: the step that reaches it.
type Row = FxHashMap<Symbol, (Symbol, u32)>;

impl Interpolations {
    /// Finds the productions that steps can use.
    pub fn new(grammar: &Grammar, network: &Network) -> Interpolations {
        let n = grammar.symbols.len();
        let constant = |symbol: Symbol| grammar.constant_text(symbol).is_some();
        let mut steps = vec![Vec::new(); n];
        let mut neutral_steps = vec![Vec::new(); n];
        for &rule in grammar.rules.keys() {
            let all = steps_of(rule, network, &constant);
            neutral_steps[rule.index()] = all.iter().filter(|step| step.n_constants() == 0).cloned().collect();
            steps[rule.index()] = all;
        }
        for (rule, rhs) in &grammar.neutrals {
            neutral_steps[rule.index()].extend(neutral_steps_of(*rule, rhs, &constant));
        }
        let rows = || (0..n).map(|_| OnceLock::new()).collect();
        Interpolations { steps, neutral_steps, rows: [rows(), rows(), rows()] }
    }

    /// The minimal path, outermost step first; empty if the symbols are equal, `None` if there is none.
    pub fn path(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<Vec<Step>> {
        if outer == inner {
            return Some(Vec::new());
        }
        let row = self.rows[kind as usize][outer.index()].get_or_init(|| self.search(kind, outer));
        let mut path = Vec::new();
        let mut at = inner;
        while at != outer {
            let &(rule, number) = row.get(&at)?;
            path.push(self.of_kind(kind, rule)[number as usize].clone());
            at = rule;
        }
        path.reverse();
        Some(path)
    }

    fn of_kind(&self, kind: Kind, rule: Symbol) -> &[Step] {
        match kind {
            Kind::Pure | Kind::Any => &self.steps[rule.index()],
            Kind::Neutral => &self.neutral_steps[rule.index()],
        }
    }

    fn search(&self, kind: Kind, outer: Symbol) -> Row {
        let mut row = Row::default();
        let mut best: FxHashMap<Symbol, (u32, u32)> = FxHashMap::default();
        let mut heap = BinaryHeap::from([Reverse(((0, 0), outer))]);
        best.insert(outer, (0, 0));
        while let Some(Reverse((cost, at))) = heap.pop() {
            if best[&at] < cost {
                continue;
            }
            for (number, step) in self.of_kind(kind, at).iter().enumerate() {
                if kind == Kind::Pure && step.n_constants() > 0 {
                    continue;
                }
                let next = (cost.0 + step.n_constants(), cost.1 + 1);
                if best.get(&step.child).is_none_or(|&known| next < known) {
                    best.insert(step.child, next);
                    row.insert(step.child, (at, number as u32));
                    heap.push(Reverse((next, step.child)));
                }
            }
        }
        row
    }
}

/// For each symbol that a production of the rule has beside constants: a cheapest such production.
fn steps_of(rule: Symbol, network: &Network, constant: &impl Fn(Symbol) -> bool) -> Vec<Step> {
    let Some(start) = network.start(rule) else { return Vec::new() };
    // Breadth first over constants, from the start; the rest of the rule likewise from behind the child.
    let before = reach(network, start, constant);
    let mut steps: Vec<Step> = Vec::new();
    for (state, prefix) in &before {
        for &(child, to) in &network.state(*state).transitions {
            let ends = reach(network, to, constant).into_iter().find(|(state, _)| network.state(*state).accepting);
            let Some((_, after)) = ends else { continue };
            let step = Step { rule, before: prefix.clone(), child, after };
            match steps.iter_mut().find(|known| known.child == child) {
                None => steps.push(step),
                Some(known) if step.n_constants() < known.n_constants() => *known = step,
                Some(_) => {}
            }
        }
    }
    steps
}

/// The states that constants lead to, nearest first, each with the constants.
fn reach(network: &Network, from: StateId, constant: &impl Fn(Symbol) -> bool) -> Vec<(StateId, Vec<Symbol>)> {
    let mut found = vec![(from, Vec::new())];
    let mut next = 0;
    while next < found.len() {
        let (state, path) = found[next].clone();
        for &(symbol, to) in &network.state(state).transitions {
            if constant(symbol) && found.iter().all(|(known, _)| *known != to) {
                let mut longer = path.clone();
                longer.push(symbol);
                found.push((to, longer));
            }
        }
        next += 1;
    }
    found
}

/// The productions of a declared neutral alternative that have one child beside constants.
fn neutral_steps_of(rule: Symbol, rhs: &Rhs, constant: &impl Fn(Symbol) -> bool) -> Vec<Step> {
    let automaton = RuleAutomaton::new(rhs);
    let mut steps = Vec::new();
    // All traces without a repeated position; a neutral alternative is short.
    let mut stack = vec![(crate::automata::Position::START, Vec::new())];
    while let Some((at, trace)) = stack.pop() {
        for &next in automaton.follow(at).iter().rev() {
            match automaton.symbol(next) {
                None => {
                    let symbols: Vec<Symbol> = trace.iter().filter_map(|&p| automaton.symbol(p)).collect();
                    let variable: Vec<usize> = (0..symbols.len()).filter(|&i| !constant(symbols[i])).collect();
                    if let [at] = variable[..] {
                        let (before, after) = (symbols[..at].to_vec(), symbols[at + 1..].to_vec());
                        steps.push(Step { rule, before, child: symbols[at], after });
                    }
                }
                Some(_) if !trace.contains(&next) => {
                    let mut longer = trace.clone();
                    longer.push(next);
                    stack.push((next, longer));
                }
                Some(_) => {}
            }
        }
    }
    steps
}
