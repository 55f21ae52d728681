//! Embedding: a production becomes a part of a program, and parts become programs.
//!
//! The start rule says what the parts are: the rules that it uses. In `file: stmt* END` each part is a statement, and one
//! program holds them all; in `file: value` there is a program for each. A production is put where the fewest tokens have to
//! stand around it; of equals, where names rather than other tokens do.
//!
//! ```text
//! op: '+=' | '-='        '+='  →  NAME '+=' NAME NEWLINE        around it: assignment, statement
//! ```
//!
//! Source: the listings of Langscape, which embed each production into a statement and the statements into a file.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use super::occurrences::{Occurrences, Production};
use super::strings::{Contexts, Strings};
use crate::automata::{Position, RuleAutomaton};
use crate::grammar::Symbol;

/// The places of parts below a start rule.
pub(crate) struct Embedding<'a> {
    occurrences: &'a Occurrences,
    strings: &'a Strings,
    /// The rules that the start rule uses, in grammar order, with what stands around all that is below them.
    parts: Vec<(Symbol, Contexts<'a>)>,
}

/// A string of a rule that the start rule uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The rule.
    pub(crate) rule: Symbol,
    /// Where in the start rule it must stand; `None`: wherever its rule can.
    pub(crate) position: Option<Position>,
    pub(crate) tokens: Vec<Symbol>,
}

impl<'a> Embedding<'a> {
    pub(crate) fn new(occurrences: &'a Occurrences, strings: &'a Strings) -> Embedding<'a> {
        let automaton = occurrences.automaton(occurrences.start()).expect("a start is a rule");
        let mut parts: Vec<(Symbol, Contexts<'a>)> = Vec::new();
        for symbol in automaton.positions().filter_map(|position| automaton.symbol(position)) {
            if occurrences.number(symbol).is_some() && parts.iter().all(|(known, _)| *known != symbol) {
                parts.push((symbol, Contexts::new(strings, symbol)));
            }
        }
        Embedding { occurrences, strings, parts }
    }

    /// The string of the symbol as a part; `None` if the symbol is used by the start rule alone.
    pub(crate) fn part(&self, symbol: Symbol, string: Vec<Symbol>) -> Option<Part> {
        let costs = self.parts.iter().filter_map(|(rule, contexts)| Some((contexts.cost(symbol)?, rule, contexts)));
        let (_, &rule, contexts) = costs.min_by_key(|(cost, ..)| *cost)?;
        Some(Part { rule, position: None, tokens: contexts.wrap(symbol, string)? })
    }

    /// The string of a trace; at the position `hole.0`, if it is on the trace, stands `hole.1`, elsewhere what is cheapest.
    pub(crate) fn string(&self, rule: Symbol, trace: &[Position], hole: Option<(usize, &[Symbol])>) -> Vec<Symbol> {
        let automaton = self.occurrences.automaton(rule).expect("a trace is of a reachable rule");
        let mut string = Vec::new();
        for (place, &position) in trace.iter().enumerate() {
            match hole {
                Some((at, tokens)) if at == place => string.extend(tokens),
                _ => self.strings.write(automaton.symbol(position).expect("an occurrence has a symbol"), &mut string),
            }
        }
        string
    }

    /// A cheapest trace of the rule through the position, and its place on it.
    pub(crate) fn trace_through(&self, rule: Symbol, position: Position) -> (Vec<Position>, usize) {
        let automaton = self.occurrences.automaton(rule).expect("a position is of a reachable rule");
        let connected = "each position lies on a path from START to EXIT";
        let mut trace = self.path(automaton, Position::START, |at| at == position).expect(connected);
        let place = trace.len() - 1;
        trace.extend(self.path(automaton, position, |at| at == Position::EXIT).expect(connected));
        trace.pop();
        (trace, place)
    }

    /// A cheapest trace of the rule with the transition.
    pub(crate) fn trace_over(&self, rule: Symbol, from: Position, to: Position) -> Vec<Position> {
        let automaton = self.occurrences.automaton(rule).expect("a transition is of a reachable rule");
        let connected = "each position lies on a path from START to EXIT";
        let mut trace = match from {
            Position::START => Vec::new(),
            from => self.path(automaton, Position::START, |at| at == from).expect(connected),
        };
        if to != Position::EXIT {
            trace.push(to);
            trace.extend(self.path(automaton, to, |at| at == Position::EXIT).expect(connected));
            trace.pop();
        }
        trace
    }

    /// The rule that is called at an occurrence. Panics if a token stands there.
    pub(crate) fn callee(&self, rule: Symbol, position: Position) -> Symbol {
        let automaton = self.occurrences.automaton(rule).expect("a position is of a reachable rule");
        automaton
            .symbol(position)
            .filter(|&symbol| self.occurrences.number(symbol).is_some())
            .expect("a rule is called")
    }

    /// The cheapest string of the first symbol of a path that has the whole path in it, and the production in which the last
    /// symbol stands, if there is one above it. `None` if this is no path.
    pub(crate) fn string_of_path(&self, path: &[Symbol]) -> Option<(Option<Production>, Vec<Symbol>)> {
        let (&last, above) = path.split_last()?;
        let mut string = Vec::new();
        self.strings.write(last, &mut string);
        let mut production = None;
        for (place, &rule) in above.iter().enumerate().rev() {
            let automaton = self.occurrences.automaton(rule)?;
            let uses = automaton.positions().filter(|&at| automaton.symbol(at) == Some(path[place + 1]));
            let traces = uses.map(|position| self.trace_through(rule, position));
            let cost = |trace: &[Position]| -> u64 {
                trace.iter().filter_map(|&at| automaton.symbol(at)).map(|s| u64::from(self.strings.cost(s))).sum()
            };
            let (trace, hole) = traces.min_by_key(|(trace, _)| cost(trace))?;
            string = self.string(rule, &trace, Some((hole, &string)));
            production.get_or_insert(Production { rule, trace });
        }
        Some((production, string))
    }

    /// The trace of a cheapest string of the rule.
    pub(crate) fn cheapest_trace(&self, rule: Symbol) -> Vec<Position> {
        let automaton = self.occurrences.automaton(rule).expect("the rule is reachable");
        let mut trace = self.path(automaton, Position::START, |at| at == Position::EXIT).expect("each rule ends");
        trace.pop();
        trace
    }

    /// The cheapest way from a state to another that is wanted, at least one step long; `from` is not on it.
    fn path(
        &self,
        automaton: &RuleAutomaton,
        from: Position,
        is_wanted: impl Fn(Position) -> bool,
    ) -> Option<Vec<Position>> {
        let mut best: Vec<Option<(u32, Position)>> = vec![None; automaton.n_states()];
        let mut heap = BinaryHeap::from([Reverse((0, from, None))]);
        while let Some(Reverse((cost, at, step))) = heap.pop() {
            if step.is_some() && is_wanted(at) {
                let mut path = vec![at];
                let mut before: Position = step?;
                while before != from {
                    path.push(before);
                    before = best[before.index()].expect("it was reached").1;
                }
                path.reverse();
                return Some(path);
            }
            if step.is_some() && best[at.index()].is_some_and(|(known, by)| (known, Some(by)) != (cost, step)) {
                continue;
            }
            for &to in automaton.follow(at) {
                let own = automaton.symbol(to).map_or(0, |symbol| self.strings.cost(symbol));
                let cost = cost.saturating_add(own);
                let is_better = to == from || best[to.index()].is_none_or(|(known, _)| cost < known);
                if is_better && (to != from || is_wanted(to)) {
                    if to != from {
                        best[to.index()] = Some((cost, at));
                    }
                    heap.push(Reverse((cost, to, Some(at))));
                }
            }
        }
        None
    }

    /// The parts as programs, as few as their order allows: each is a trace of the start rule that visits the parts, then
    /// those of its other occurrences that none has visited. What stands between two parts goes with the first.
    ///
    /// Parts of one rule keep their order. The result gives for each program its parts, each with the number of the part
    /// that it was.
    pub(crate) fn programs(&self, parts: &[Part]) -> Vec<Vec<(Vec<Symbol>, Option<usize>)>> {
        let automaton = self.occurrences.automaton(self.occurrences.start()).expect("a start is a rule");
        let fits = |part: &Part, at: Position| match part.position {
            Some(position) => at == position,
            None => automaton.symbol(at) == Some(part.rule),
        };
        let first_use = |part: &Part| automaton.positions().find(|&at| fits(part, at));
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&number| first_use(&parts[number]));
        let mut pending = VecDeque::from(order);
        let mut left: BTreeSet<Position> = automaton.positions().collect();
        let mut programs = Vec::new();
        // Progress: each program holds a part that was pending, or visits an occurrence that was left.
        loop {
            let n_before = pending.len() + left.len();
            let mut program: Vec<(Vec<Symbol>, Option<usize>)> = Vec::new();
            let mut at = Position::START;
            while let Some(&number) = pending.front()
                && let Some(path) = self.path(automaton, at, |at| fits(&parts[number], at))
            {
                at = self.walk(automaton, &path, &mut program, &mut left, Some((number, &parts[number].tokens)));
                pending.pop_front();
            }
            while let Some(path) = left.iter().find_map(|&wanted| self.path(automaton, at, |at| at == wanted)) {
                at = self.walk(automaton, &path, &mut program, &mut left, None);
            }
            if pending.len() + left.len() == n_before {
                return programs;
            }
            let path = self.path(automaton, at, |at| at == Position::EXIT).expect("EXIT is reached from each position");
            self.walk(automaton, &path, &mut program, &mut left, None);
            programs.push(program);
        }
    }

    /// Writes a path; at its end stands the part, if there is one. Where the path came to.
    fn walk(
        &self,
        automaton: &RuleAutomaton,
        path: &[Position],
        program: &mut Vec<(Vec<Symbol>, Option<usize>)>,
        left: &mut BTreeSet<Position>,
        part: Option<(usize, &[Symbol])>,
    ) -> Position {
        let (&last, between) = path.split_last().expect("a path has a step");
        let mut tokens = Vec::new();
        for &position in if part.is_some() { between } else { path } {
            if let Some(symbol) = automaton.symbol(position) {
                self.strings.write(symbol, &mut tokens);
            }
        }
        path.iter().for_each(|position| {
            left.remove(position);
        });
        match (program.last_mut(), part) {
            (Some((before, _)), _) => before.append(&mut tokens),
            (None, None) => program.push((std::mem::take(&mut tokens), None)),
            (None, Some(_)) => {}
        }
        if let Some((number, part)) = part {
            tokens.extend(part);
            program.push((tokens, Some(number)));
        }
        last
    }
}
