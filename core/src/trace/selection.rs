//! The selections of a tree: for each node the position that it takes in the automaton of the rule above it.
//!
//! In pre-order, with a mark where a rule ends, so that the sequence says as much as the tree. For `list: '[' [item (',' item)*]
//! ']'` and `item: list | NUMBER`, the text `[1, 2]` selects, positions numbered in the order of the rule:
//!
//! ```text
//! '['           list.1
//! NUMBER '1'    list.2 item.2
//! ','           ^1 list.3                 one rule has ended, then position 3 of `list`
//! NUMBER '2'    list.4 item.2
//! ']'           ^1 list.5
//! ```
//!
//! Where a production has several traces, the first in grammar order is meant: an earlier alternative before a later one,
//! going on before ending, as the parser prefers.
//!
//! Source: the selection sequences of Langscape's `TokenTracer`.

use std::collections::{BTreeMap, HashMap};

use crate::automata::{Position, RuleAutomaton};
use crate::cst::check::CheckError;
use crate::cst::{Node, Tree};
use crate::grammar::{Symbol, SymbolKind};
use crate::span::Span;

/// One event of a walk through the automata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A position of a rule is entered.
    Select {
        /// The rule.
        rule: Symbol,
        /// The position in its automaton.
        position: Position,
        /// The node of the tree that takes it; a token, or a node whose own rule begins now.
        node: Node,
    },
    /// A rule ends.
    End,
}

/// Visits the selections of a tree in pre-order; each rule that begins ends again.
///
/// # Errors
/// The tree does not follow its grammar.
///
/// Cost: linear in the full view, times the number of transitions of a rule where symbols occur in it several times.
pub fn each_selection(tree: &Tree, mut visit: impl FnMut(Event)) -> Result<(), CheckError> {
    tree.check()?;
    let grammar = tree.langlet().grammar();
    let automata: BTreeMap<Symbol, Automaton> = grammar
        .rules
        .iter()
        .map(|(&rule, definition)| (rule, Automaton::new(RuleAutomaton::new(&definition.rhs))))
        .collect();
    // The levels of chains come again and again.
    let mut single: HashMap<(Symbol, Symbol), Position> = HashMap::new();
    let mut positions = |rule: Symbol, children: &[Symbol]| -> Vec<Position> {
        let find = || automata[&rule].first_trace(children).expect("the tree was checked");
        match *children {
            [child] => vec![*single.entry((rule, child)).or_insert_with(|| find()[0])],
            _ => find(),
        }
    };
    let mut open = vec![Level::new(tree, tree.root(), &mut positions)];
    // Progress: each turn visits a node, or leaves one for good.
    while let Some(level) = open.last_mut() {
        let Some((node, position)) = level.children.next() else {
            open.pop();
            visit(Event::End);
            continue;
        };
        visit(Event::Select { rule: level.rule, position, node });
        if !tree.is_token(node) {
            open.push(Level::new(tree, node, &mut positions));
        }
    }
    Ok(())
}

/// A rule that has begun, and those of its children that come still.
struct Level {
    rule: Symbol,
    children: std::iter::Zip<std::vec::IntoIter<Node>, std::vec::IntoIter<Position>>,
}

impl Level {
    fn new(tree: &Tree, node: Node, positions: &mut impl FnMut(Symbol, &[Symbol]) -> Vec<Position>) -> Level {
        let children: Vec<Node> = tree.children(node).collect();
        let symbols: Vec<Symbol> = children.iter().map(|&child| tree.symbol(child)).collect();
        let rule = tree.symbol(node);
        Level { rule, children: children.into_iter().zip(positions(rule, &symbols)) }
    }
}

/// A rule automaton with its positions by symbol.
struct Automaton {
    automaton: RuleAutomaton,
    by_symbol: HashMap<Symbol, Vec<Position>>,
}

impl Automaton {
    fn new(automaton: RuleAutomaton) -> Automaton {
        let mut by_symbol: HashMap<Symbol, Vec<Position>> = HashMap::new();
        for position in automaton.positions() {
            let symbol = automaton.symbol(position).expect("a position has a symbol");
            by_symbol.entry(symbol).or_default().push(position);
        }
        Automaton { automaton, by_symbol }
    }

    /// The first trace, in grammar order, that reads the production; `None` if there is none.
    fn first_trace(&self, production: &[Symbol]) -> Option<Vec<Position>> {
        // From the end: `alive[i]` are the positions for symbol i that the rest of the production leads to EXIT from.
        let mut alive = vec![Vec::new(); production.len()];
        let mut behind = vec![Position::EXIT];
        for (at, symbol) in production.iter().enumerate().rev() {
            let candidates = self.by_symbol.get(symbol).map_or(&[][..], Vec::as_slice);
            let leads_on = |from: &Position| self.automaton.follow(*from).iter().any(|to| behind.contains(to));
            let here: Vec<Position> = candidates.iter().copied().filter(leads_on).collect();
            alive[at] = std::mem::replace(&mut behind, here);
        }
        // Now `alive[i]` is what may stand behind symbol i, and `behind` what may stand first.
        let mut trace = Vec::with_capacity(production.len());
        let mut at = Position::START;
        for next_alive in &alive {
            at = self.automaton.follow(at).iter().copied().find(|next| behind.contains(next))?;
            trace.push(at);
            behind.clone_from(next_alive);
        }
        self.automaton.follow(at).iter().any(|next| behind.contains(next)).then_some(trace)
    }
}

/// The selections of a text, by name: what is left of them when the langlet is not at hand.
#[derive(Clone, Debug)]
pub struct SelectionTrace {
    /// The name of the langlet.
    pub langlet: String,
    /// The rule that the text was read as.
    pub start: String,
    /// The tokens of the text, each with the steps that lead to it.
    pub tokens: Vec<TracedToken>,
    /// What follows behind the last token: rules end, and some that are empty may begin.
    pub rest: Vec<Step>,
    /// The names of the rules that occur, in the order in which they do.
    pub(crate) rules: Vec<String>,
}

/// A token, and how it was reached from the one before.
#[derive(Clone, Debug)]
pub struct TracedToken {
    /// What leads here; the last step selects the token itself.
    pub steps: Vec<Step>,
    /// Its kind; a keyword or operator in quotes.
    pub kind: String,
    /// Its text in quotes; `None` for a keyword or operator.
    pub text: Option<String>,
    /// Its place in the source, if the trace was made from a tree of it.
    pub span: Option<Span>,
}

/// One step of a selection trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A position is entered.
    Select {
        /// Number of the rule, see [`SelectionTrace::rule`].
        rule: u32,
        /// The position, counted from 1 in the order of the rule.
        position: u32,
    },
    /// So many rules end, one or more.
    End(u32),
}

impl SelectionTrace {
    /// The selection trace of a tree.
    ///
    /// # Errors
    /// The tree does not follow its grammar.
    pub fn of(tree: &Tree) -> Result<SelectionTrace, CheckError> {
        let symbols = &tree.langlet().grammar().symbols;
        let mut trace = SelectionTrace::new(tree.langlet().name(), tree.name(tree.root()));
        let mut numbers: HashMap<Symbol, u32> = HashMap::new();
        let mut steps = Vec::new();
        each_selection(tree, |event| match event {
            Event::End => push_end(&mut steps, 1),
            Event::Select { rule, position, node } => {
                let number = *numbers.entry(rule).or_insert_with(|| trace.add_rule(symbols.name(rule)));
                steps.push(Step::Select { rule: number, position: number_of(position) });
                if tree.is_token(node) {
                    let symbol = tree.symbol(node);
                    let is_literal = symbols.kind(symbol) == SymbolKind::Literal;
                    trace.tokens.push(TracedToken {
                        steps: std::mem::take(&mut steps),
                        kind: symbols.display(symbol),
                        text: (!is_literal).then(|| crate::grammar::symbol::quote(tree.text(node))),
                        span: tree.span(node),
                    });
                }
            }
        })?;
        trace.rest = steps;
        Ok(trace)
    }

    /// The name of a rule, by its number in a step.
    pub fn rule(&self, number: u32) -> &str {
        &self.rules[number as usize]
    }

    pub(crate) fn new(langlet: &str, start: &str) -> SelectionTrace {
        SelectionTrace {
            langlet: langlet.to_owned(),
            start: start.to_owned(),
            tokens: Vec::new(),
            rest: Vec::new(),
            rules: Vec::new(),
        }
    }

    pub(crate) fn add_rule(&mut self, name: &str) -> u32 {
        self.rules.push(name.to_owned());
        self.rules.len() as u32 - 1
    }
}

/// Rules that end one after the other are one step.
fn push_end(steps: &mut Vec<Step>, n: u32) {
    match steps.last_mut() {
        Some(Step::End(before)) => *before += n,
        _ => steps.push(Step::End(n)),
    }
}

/// The number of a position in the order of its rule, counted from 1.
pub fn number_of(position: Position) -> u32 {
    position.index() as u32 - 1
}
