//! What there is to cover in a grammar: symbol occurrences, transitions between them, and pairs of them.
//!
//! An *occurrence* is a position of a rule automaton. A *transition* leads from one to the next, or from `START`, or to
//! `EXIT`. A *pair* is an occurrence of a rule and an occurrence inside the rule that it calls:
//!
//! ```text
//! list: '[' item (',' item)* ']'      occurrences  '['₁ item₂ ','₃ item₄ ']'₅ list₁ NUMBER₂
//! item: list | NUMBER                 pairs        (item₂, list₁) (item₂, NUMBER₂) (item₄, list₁) … (list₁, '['₁) …
//! ```
//!
//! Only rules that are reachable from the start count. Source: context-dependent branch coverage, Lämmel (2001), for pairs.

use super::traces::Trace;
use crate::automata::{Position, RuleAutomaton};
use crate::grammar::{Grammar, Symbol};

/// The position automata of the rules that are reachable from a start, numbered.
#[derive(Clone, Debug)]
pub struct Occurrences {
    start: Symbol,
    /// In grammar order.
    rules: Vec<(Symbol, RuleAutomaton)>,
    /// `numbers[symbol]`: where the rule stands in `rules`.
    numbers: Vec<Option<usize>>,
    /// `firsts[rule]`: how many occurrences the rules before it have; behind the last rule, all.
    firsts: Vec<usize>,
}

impl Occurrences {
    /// The occurrences of all rules that programs of `start` use.
    pub fn new(grammar: &Grammar, start: Symbol) -> Occurrences {
        let mut is_reached = vec![false; grammar.symbols.len()];
        let mut pending = vec![start];
        while let Some(symbol) = pending.pop() {
            if !std::mem::replace(&mut is_reached[symbol.index()], true)
                && let Some(rhs) = grammar.rhs(symbol)
            {
                rhs.for_each_symbol(&mut |symbol| pending.push(symbol));
            }
        }
        let reached = grammar.rules.iter().filter(|(rule, _)| is_reached[rule.index()]);
        let rules: Vec<_> = reached.map(|(&rule, definition)| (rule, RuleAutomaton::new(&definition.rhs))).collect();
        let mut numbers = vec![None; grammar.symbols.len()];
        let mut firsts = vec![0];
        for (number, (rule, automaton)) in rules.iter().enumerate() {
            numbers[rule.index()] = Some(number);
            firsts.push(firsts[number] + automaton.n_states() - 2);
        }
        Occurrences { start, rules, numbers, firsts }
    }

    /// The rule that programs are of.
    pub fn start(&self) -> Symbol {
        self.start
    }

    /// The rules with their automata, in grammar order.
    pub fn rules(&self) -> &[(Symbol, RuleAutomaton)] {
        &self.rules
    }

    /// Where a rule stands in [`Occurrences::rules`]; `None` for tokens and for rules that are not reachable.
    pub fn number(&self, rule: Symbol) -> Option<usize> {
        self.numbers.get(rule.index()).copied().flatten()
    }

    /// The automaton of a rule.
    pub fn automaton(&self, rule: Symbol) -> Option<&RuleAutomaton> {
        self.number(rule).map(|number| &self.rules[number].1)
    }

    /// Number of an occurrence among those of all rules.
    pub fn index(&self, rule: usize, position: Position) -> usize {
        self.firsts[rule] + position.index() - 2
    }

    /// The rules that are called at occurrences: for each, the rule and occurrence that calls, and the number of the rule
    /// that is called.
    pub fn calls(&self) -> impl Iterator<Item = (usize, Position, usize)> + '_ {
        self.rules.iter().enumerate().flat_map(move |(number, (_, automaton))| {
            automaton.positions().filter_map(move |position| {
                let symbol = automaton.symbol(position).expect("an occurrence has a symbol");
                Some((number, position, self.number(symbol)?))
            })
        })
    }

    /// Number of occurrences.
    pub fn n_occurrences(&self) -> usize {
        self.firsts[self.rules.len()]
    }

    /// Number of transitions.
    pub fn n_transitions(&self) -> usize {
        self.rules.iter().map(|(_, automaton)| transitions(automaton).count()).sum()
    }

    /// Number of pairs.
    pub fn n_pairs(&self) -> usize {
        self.calls().map(|(_, _, callee)| self.rules[callee].1.n_states() - 2).sum()
    }
}

/// A rule and a trace of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Production {
    /// The rule.
    pub rule: Symbol,
    /// The occurrences that it goes through.
    pub trace: Trace,
}

impl Production {
    /// The production in the notation: `list: '[' item ']'`.
    pub fn display(&self, occurrences: &Occurrences, grammar: &Grammar) -> String {
        let automaton = occurrences.automaton(self.rule).expect("a production is of a reachable rule");
        let symbols = self.trace.iter().filter_map(|&position| automaton.symbol(position));
        let shown: Vec<String> = symbols.map(|symbol| grammar.symbols.display(symbol)).collect();
        let shown = if shown.is_empty() { "()".to_owned() } else { shown.join(" ") };
        format!("{}: {shown}", grammar.symbols.name(self.rule))
    }
}

/// The transitions of one automaton, those from `START` first.
pub fn transitions(automaton: &RuleAutomaton) -> impl Iterator<Item = (Position, Position)> + '_ {
    let states = std::iter::once(Position::START).chain(automaton.positions());
    states.flat_map(|from| automaton.follow(from).iter().map(move |&to| (from, to)))
}

/// The first trace, in grammar order, that reads these symbols; `None` if they are no production of the rule.
///
/// Linear in the symbols where the automaton is deterministic; else times its states.
pub fn trace_of(automaton: &RuleAutomaton, symbols: &[Symbol]) -> Option<Vec<Position>> {
    let mut trace = Vec::with_capacity(symbols.len());
    read_trace(automaton, symbols, &mut trace).then_some(trace)
}

/// Writes [`trace_of`] the symbols into `trace`, whatever is in it; whether there is one.
pub(crate) fn read_trace(automaton: &RuleAutomaton, symbols: &[Symbol], trace: &mut Vec<Position>) -> bool {
    trace.clear();
    let mut at = Position::START;
    for &symbol in symbols {
        let mut next = automaton.follow(at).iter().filter(|&&to| automaton.symbol(to) == Some(symbol));
        match (next.next(), next.next()) {
            (None, _) => return false,
            (Some(&to), None) => at = to,
            (Some(_), Some(_)) => {
                let found = choose_trace(automaton, symbols);
                trace.clear();
                trace.extend(found.iter().flatten());
                return found.is_some();
            }
        }
        trace.push(at);
    }
    automaton.follow(at).contains(&Position::EXIT)
}

/// The same where a symbol leads to several states.
fn choose_trace(automaton: &RuleAutomaton, symbols: &[Symbol]) -> Option<Vec<Position>> {
    // `layers[i]`: the states that `i` symbols lead to, each with the place in the layer before that it was reached from.
    let mut layers: Vec<Vec<(Position, usize)>> = vec![vec![(Position::START, 0)]];
    for symbol in symbols {
        let mut next: Vec<(Position, usize)> = Vec::new();
        for (place, &(from, _)) in layers.last().expect("there is a first layer").iter().enumerate() {
            for &to in automaton.follow(from) {
                if automaton.symbol(to) == Some(*symbol) && !next.iter().any(|&(known, _)| known == to) {
                    next.push((to, place));
                }
            }
        }
        layers.push(next);
    }
    let last = layers.last()?;
    let mut place = last.iter().position(|&(state, _)| automaton.follow(state).contains(&Position::EXIT))?;
    let mut trace = Vec::with_capacity(symbols.len());
    for layer in layers[1..].iter().rev() {
        let (state, before) = layer[place];
        trace.push(state);
        place = before;
    }
    trace.reverse();
    Some(trace)
}
